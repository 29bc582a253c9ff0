import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dialectFunctions } from '../../../src/cel/functions/index.ts'
import { Duration, Timestamp, type Value } from '../../../src/cel/value.ts'
import { answers, call, callSpec, fails } from './call.ts'

const at = (text: string): Timestamp => {
  const value = call('timestamp', text)
  assert.ok(value instanceof Timestamp, text)
  return value
}
const lasting = (text: string): Duration => {
  const value = call('duration', text)
  assert.ok(value instanceof Duration, text)
  return value
}

test('a timestamp is read to the nanosecond, and written back', () => {
  for (const [written, text] of [
    ['2023-05-28T00:00:00.1Z', '2023-05-28T00:00:00.1Z'],
    ['2023-05-28T00:00:00.0123456789Z', '2023-05-28T00:00:00.012345678Z'],
    ['2023-05-28t01:00:00.000+01:00', '2023-05-28T00:00:00Z'],
    ['2023-05-27T14:30:00-09:30', '2023-05-28T00:00:00Z'],
    ['9999-12-31T23:59:59.999999999Z', '9999-12-31T23:59:59.999999999Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00Z'],
    ['2000-02-29T00:00:00Z', '2000-02-29T00:00:00Z'],
  ] as const)
    assert.equal(call('string', at(written)), text)
  answers(
    'timestamp',
    [1900650294, at('2030-03-25T06:24:54Z')],
    [at('1970-01-01T00:00:01Z'), new Timestamp(1_000_000_000n)],
  )
})

test('what is no time, or not within the years 1 to 9999, is refused', () => {
  fails(
    'function-error',
    'timestamp',
    ['0000-01-01T00:00:00Z'],
    ['10000-01-01T00:00:00Z'],
    ['9999-12-32T23:59:59.999999999Z'],
    ['0001-01-01T00:00:00+00:01'],
    ['2023-02-29T00:00:00Z'],
    ['2023-00-10T00:00:00Z'],
    ['2023-01-01T24:00:00Z'],
    ['2023-01-01T00:00:60Z'],
    ['2023-01-01T00:00:00'],
    ['2023-01-01 00:00:00Z'],
    ['2023-01-01'],
    [''],
    [2n ** 62n],
  )
  fails('no-such-overload', 'timestamp', [1.5], [null])
  assert.deepEqual(dialectFunctions.get('timestamp')?.prepare?.(['soon']), {
    argument: 0,
    message: 'this is no time of RFC 3339 within the years 1 to 9999',
  })
})

test('a duration is what Go reads', () => {
  for (const [text, nanos] of [
    ['1h30m', 5_400_000_000_000n],
    ['2h30m45s', 9_045_000_000_000n],
    ['1m1ms', 60_001_000_000n],
    ['-1.5s', -1_500_000_000n],
    ['+.5s', 500_000_000n],
    ['1us2µs3μs4ns', 6004n],
    ['0', 0n],
    ['0s', 0n],
    ['1.123456789123s', 1_123_456_789n],
    ['2562047h', 9_223_369_200_000_000_000n],
  ] as const)
    assert.deepEqual(lasting(text), new Duration(nanos), text)
  const bad = ['', '1', 's', '1x', '.s', '1 s', '1h-1m', '-', '2562048h', '320000000000s', `${'1'.repeat(200)}s`]
  fails('function-error', 'duration', ...bad.map((text) => [text]))
  fails('no-such-overload', 'duration', [1])
  answers('duration', [lasting('13s'), new Duration(13_000_000_000n)])
  assert.ok('argument' in (dialectFunctions.get('duration')?.prepare?.(['soon']) ?? {}))
})

test('parts of a timestamp', () => {
  const time = at('2009-02-13T23:31:30.123456789Z')
  const parts: readonly (readonly [string, Value])[] = [
    ['getFullYear', 2009],
    ['getMonth', 1],
    ['getDate', 13],
    ['getDayOfMonth', 12],
    ['getDayOfWeek', 5],
    ['getDayOfYear', 43],
    ['getHours', 23],
    ['getMinutes', 31],
    ['getSeconds', 30],
    ['getMilliseconds', 123],
  ]
  for (const [name, value] of parts) answers(name, [time, value], [time, 'UTC', value])
  answers('getDayOfYear', [at('2023-05-28T00:00:00Z'), 147], [at('0004-12-31T00:00:00Z'), 365])
})

test('parts in a time zone, by name or offset', () => {
  const time = at('2009-02-13T23:31:30Z')
  const early = at('2009-02-13T02:00:00Z')
  answers('getDate', [time, 'Australia/Sydney', 14])
  answers(
    'getDayOfMonth',
    [time, 'US/Central', 12],
    [time, '+11:00', 13],
    [early, '-02:30', 11],
    [early, 'America/St_Johns', 11],
  )
  answers(
    'getHours',
    [time, '02:00', 1],
    [at('2023-07-01T00:00:00Z'), 'Europe/Berlin', 2],
    [at('2023-12-01T00:00:00Z'), 'Europe/Berlin', 1],
  )
  answers('getMinutes', [time, 'Asia/Kathmandu', 16])
  answers('getSeconds', [time, '-00:00', 30])
  // Before zones were made, each town had its own time, to the second.
  answers('getSeconds', [at('1850-01-01T00:00:00Z'), 'Asia/Tokyo', 59])
  answers('getFullYear', [at('0001-01-01T00:00:00Z'), '-01:00', 0])
})

test('a zone that is not known is refused, however many there are', () => {
  const time = new Timestamp(0n)
  fails(
    'function-error',
    'getHours',
    [time, 'Mars/Olympus'],
    [time, '+25:00'],
    [time, '../etc'],
    [time, 'x'.repeat(1000)],
  )
  for (let at = 0; at < 200; at++) fails('function-error', 'getHours', [time, `No/Such${at}`])
  answers('getHours', [time, 'Asia/Tokyo', 9])
  fails('no-such-overload', 'getHours', [time, 1], ['x'], [new Duration(1n), 'UTC'])
  assert.deepEqual(dialectFunctions.get('getHours')?.prepare?.([undefined, 'Mars/Olympus']), {
    argument: 1,
    message: 'this time zone is not known',
  })
})

test('a duration is told in whole hours, minutes, seconds', () => {
  answers('getHours', [lasting('2h30m45s'), 2], [lasting('25h'), 25], [lasting('-90m'), -1])
  answers('getMinutes', [lasting('2h30m45s'), 150])
  answers('getSeconds', [lasting('3730s'), 3730])
  fails('no-such-overload', 'getFullYear', [lasting('1h')])
  assert.equal(call('getMilliseconds', lasting('123.321456789s')), 123_321)
  assert.equal(callSpec('getMilliseconds', lasting('123.321456789s')), 321)
})
