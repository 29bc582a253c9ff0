import { test } from 'node:test'
import { dialectFunctions } from '../../../src/cel/functions/index.ts'
import { Double, Duration, Timestamp, Type, Uint, type Value } from '../../../src/cel/value.ts'
import { answers, Counter, callWith, failed, fails, Stand } from './call.ts'

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number
const format = (...rows: readonly (readonly [string, readonly Value[], string])[]): void => answers('format', ...rows)

test('values stand where the clauses are', () => {
  format(
    ['no substitution', [], 'no substitution'],
    ['%d %d, %s and %s', [1, new Uint(2n), 'A', 'B'], '1 2, A and B'],
    ['%%%s%%', ['text'], '%text%'],
    ['%s', [new Stand('<redacted>')], '<redacted>'],
    ['', ['unused'], ''],
  )
})

test('any value has a text, maps in the order of their keys', () => {
  format(
    ['%s', [null], 'null'],
    ['%s', [Buffer.from('xyz')], 'xyz'],
    ['%s', [new Type('string')], 'string'],
    ['%s', [new Timestamp(0n)], '1970-01-01T00:00:00Z'],
    ['%s', [new Duration(6_347_000_000_000n)], '6347s'],
    ['%s', [['abc', 3.14, null, [9, 8], new Double(2)]], '[abc, 3.14, null, [9, 8], 2]'],
    ['%s', [{ key5: null, key2: new Duration(1n), key1: true }], '{key1: true, key2: 0.000000001s, key5: null}'],
    [
      '%s',
      [
        new Map<Value, Value>([
          ['strKey', 'x'],
          [6, 1],
          [true, nan],
        ]),
      ],
      '{6: 1, strKey: x, true: NaN}',
    ],
    ['%s', [[infinity, -infinity]], '[Infinity, -Infinity]'],
  )
})

test('numbers in other bases', () => {
  format(
    ['%b %b %b', [5, new Uint(64n), true], '101 1000000 1'],
    ['%b', [-5], '-101'],
    ['%o %o', [11, new Uint(65535n)], '13 177777'],
    ['%x %X', [30, 30], '1e 1E'],
    ['%x %X', ['Hello', Buffer.from('no')], '48656c6c6f 6E6F'],
    ['%x', [-255], '-ff'],
    ['%d %d %d', [nan, infinity, -infinity], 'NaN Infinity -Infinity'],
  )
})

test('digits behind the point are rounded half to even, as they are', () => {
  format(
    ['%.3f', [1.2345], '1.234'],
    ['%.0f %.0f %.0f %.0f', [1.5, 2.5, 3.5001, new Double(123)], '2 2 4 123'],
    ['%.2f %.2f %.1f', [0.125, 0.375, -0.25], '0.12 0.38 -0.2'],
    ['%f %f', [2.71828, 1], '2.718280 1.000000'],
    ['%.5f', [-1.2], '-1.20000'],
    ['%.1f', [1e21], '1000000000000000000000.0'],
    ['%.6e', [1052.032911275], '1.052033e+03'],
    ['%e', [2.71828], '2.718280e+00'],
    ['%.0e %.0e %.0e', [2.5, 3.5, 9.5], '2e+00 4e+00 1e+01'],
    ['%.1e', [1.25e-7], '1.2e-07'],
    ['%e %f', [infinity, nan], 'Infinity NaN'],
  )
})

test('a clause that is not known, or that has no value of its type, fails', () => {
  fails('function-error', 'format', ['%a', [1]], ['%E', [0.5]], ['%', []], ['%.101f', [1.5]], ['%-5d', [1]])
  fails('index-out-of-bounds', 'format', ['%d %d %d', [0, 1]])
  fails(
    'no-such-overload',
    'format',
    ['%b', ['abc']],
    ['%d', [new Duration(1n)]],
    ['%d', [1.5]],
    ['%o', ['a']],
    ['%x', [0.5]],
    ['%e', [null]],
    ['%f', ['1']],
    ['%s', 'x'],
    [1, []],
  )
})

test('a text that would grow too large is refused', () => {
  const long = 'x'.repeat(1000)
  const list = Array.from({ length: 100 }, () => long)
  for (const args of [
    ['%s'.repeat(100), list],
    ['%s', [list]],
    ['%s', [{ list }]],
    ['%x', [long]],
    [long, []],
  ])
    failed('cost-limit', callWith(dialectFunctions, new Counter(900), 'format', args))
})
