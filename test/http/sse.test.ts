import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Failure } from '../../src/core/failure.ts'
import { encodeEvent, SseDecoder, type SseEvent } from '../../src/http/sse.ts'

function decode(bytes: Buffer, cuts: readonly number[] = []): SseEvent[] {
  const events: SseEvent[] = []
  const decoder = new SseDecoder((event) => events.push(event))
  let from = 0
  for (const cut of [...cuts.map((at) => at % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length]) {
    decoder.push(bytes.subarray(from, cut))
    from = cut
  }
  return events
}

const lineless = fc.string({ unit: 'binary' }).map((text) => text.replace(/[\r\n\0]/g, ''))
const arbitraryEvent = fc.record(
  {
    event: lineless.filter((name) => name !== '' && name !== 'message'),
    data: fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\r', '')),
    id: lineless,
    retry: fc.nat(),
  },
  { requiredKeys: ['data'] },
)
const cuts = fc.array(fc.nat(), { maxLength: 30 })

test('whatever is encoded is decoded again, however the network cuts it', () => {
  fc.assert(
    fc.property(fc.array(arbitraryEvent), cuts, (events, at) => {
      const bytes = Buffer.from(events.map(encodeEvent).join(''))
      const expected = events.map((event) => ({ event: 'message', ...event }))
      const wellFormed = expected.map((event) => JSON.parse(JSON.stringify(event).toWellFormed()))
      assert.deepEqual(decode(bytes, at), wellFormed)
    }),
  )
})

test('any bytes in any chunks give the events that one chunk gives', () => {
  const noise = fc.array(
    fc.constantFrom('data', ':', ' ', '\r', '\n', '\r\n', 'id', 'x', 'event', 'retry', '7', 'é', '\ufeff'),
    {
      maxLength: 60,
    },
  )
  fc.assert(
    fc.property(noise, cuts, (parts, at) => {
      const bytes = Buffer.from(parts.join(''))
      assert.deepEqual(decode(bytes, at), decode(bytes))
    }),
  )
})

test('LF, CR and CRLF end lines alike', () => {
  for (const end of ['\n', '\r', '\r\n']) {
    const bytes = Buffer.from(['event: x', 'data: 1', 'data: 2', '', 'data: 3', '', ''].join(end))
    const events = [
      { event: 'x', data: '1\n2' },
      { event: 'message', data: '3' },
    ]
    assert.deepEqual(decode(bytes), events)
    assert.deepEqual(
      decode(
        bytes,
        [...bytes].map((_, i) => i),
      ),
      events,
    )
  }
})

test('a byte order mark is skipped at the start only, and comments say nothing', () => {
  assert.deepEqual(decode(Buffer.from('\ufeff: hello\ndata:a\n\n:\n\n\ufeffdata: b\n\n')), [
    { event: 'message', data: 'a' },
  ])
})

test('an id alone primes a stream and stays the last event id', () => {
  const events: SseEvent[] = []
  const decoder = new SseDecoder((event) => events.push(event))
  decoder.push(Buffer.from('id: 7\nretry: 250\ndata:\n\ndata: x\n\nid: bad\0id\ndata: y\n\n'))
  assert.deepEqual(events, [
    { event: 'message', data: '', id: '7', retry: 250 },
    { event: 'message', data: 'x' },
    { event: 'message', data: 'y' },
  ])
  assert.equal(decoder.lastEventId, '7')
})

test('an event that the stream breaks off is not handed out', () => {
  assert.deepEqual(decode(Buffer.from('data: whole\n\ndata: half\n')), [{ event: 'message', data: 'whole' }])
})

test('only digits are a retry, only one space is taken from a value', () => {
  assert.deepEqual(decode(Buffer.from('retry: 1e3\ndata:  two\nunknown: z\n\n')), [{ event: 'message', data: ' two' }])
})

test('lines and events above their bounds are refused as upstream.too-large', () => {
  const tooLarge = (thrown: unknown) => thrown instanceof Failure && thrown.code === 'upstream.too-large'
  const bounded = () => new SseDecoder(() => {}, { line: 64, event: 100 })
  assert.throws(() => bounded().push(Buffer.from(`data: ${'x'.repeat(64)}\n`)), tooLarge)
  assert.throws(() => bounded().push(Buffer.from('x'.repeat(65))), tooLarge)
  assert.throws(() => bounded().push(Buffer.from('data: 0123456789\n'.repeat(10))), tooLarge)
  const decoder = bounded()
  assert.throws(() => {
    for (let i = 0; i < 65; i++) decoder.push(Buffer.from('x'))
  }, tooLarge)
  bounded().push(Buffer.from('data: 0123456789\n\n'.repeat(50)))
})

test('a field that could forge another one is not encoded', () => {
  assert.throws(() => encodeEvent({ id: 'a\ndata: b', data: 'c' }), Failure)
  assert.throws(() => encodeEvent({ event: 'a\rb', data: 'c' }), Failure)
  assert.equal(encodeEvent({ data: '{\r\n"a":1\r}' }), 'data: {\ndata: "a":1\ndata: }\n\n')
  assert.equal(
    encodeEvent({ id: '3', event: 'message', retry: 5, data: '' }),
    'id: 3\nevent: message\nretry: 5\ndata: \n\n',
  )
})
