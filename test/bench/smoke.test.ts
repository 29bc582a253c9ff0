// The bench's arithmetic and its HTTP reader; and that its processes find each other. No timings.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { kept } from '../../bench/claim.ts'
import { claims } from '../../bench/claims/index.ts'
import { once } from '../../bench/compare.ts'
import { configuration } from '../../bench/configuration.ts'
import { help, listener } from '../../bench/processes.ts'
import { Latencies, median, percentile, ratio, spell, table } from '../../bench/statistics.ts'
import { type Received, ResponseReader } from '../../bench/wire.ts'

test('the median is the middle, or the mean of the two in the middle', () => {
  assert.equal(median([3, 1, 2]), 2)
  assert.equal(median([4, 1, 2, 3]), 2.5)
  assert.ok(Number.isNaN(median([])))
})

test('percentiles are values that occurred', () => {
  const hundred = Array.from({ length: 100 }, (_, i) => i + 1)
  assert.equal(percentile(hundred, 0.5), 50)
  assert.equal(percentile(hundred, 0.99), 99)
  assert.equal(percentile(hundred, 1), 100)
  assert.equal(percentile([7], 0.01), 7)
})

test('a ratio is taken within rounds, so that a slow machine does not count', () => {
  assert.equal(ratio([2, 20, 200], [1, 10, 100]), 2)
})

test('latencies are summed up in order, and more than there is room for are only counted', () => {
  const latencies = new Latencies(4)
  for (const value of [4, 1, 3, 2, 1_000]) latencies.record(value)
  assert.deepEqual(latencies.summary(), { p50: 2, p90: 4, p99: 4, max: 4 })
  assert.equal(latencies.count, 5)
})

test('a budget is kept, missed, or not there', () => {
  const finding = { what: '', unit: '' }
  assert.equal(kept({ ...finding, value: 1.3, atMost: 1.3 }), true)
  assert.equal(kept({ ...finding, value: 1.31, atMost: 1.3 }), false)
  assert.equal(kept({ ...finding, value: 14_999, atLeast: 15_000 }), false)
  assert.equal(kept({ ...finding, value: Number.NaN, atMost: 1 }), false)
  assert.equal(kept({ ...finding, value: 5 }), undefined)
})

test('numbers and tables are readable', () => {
  assert.equal(spell(0.1234), '0.123')
  assert.equal(spell(53_098.2), '53,098')
  assert.equal(
    table([
      ['', 'b'],
      ['long', '1'],
      ['x', '22'],
    ]),
    '       b\nlong   1\nx     22',
  )
})

/** Every way of cutting the bytes in two, and byte by byte. */
function readings(text: string): Received[][] {
  const bytes = Buffer.from(text)
  const cuts = Array.from({ length: bytes.length - 1 }, (_, i) => [bytes.subarray(0, i + 1), bytes.subarray(i + 1)])
  const single = Array.from(bytes, (byte) => Buffer.of(byte))
  return [[bytes], single, ...cuts].map((pieces) => {
    const received: Received[] = []
    const reader = new ResponseReader((one) => received.push(one))
    for (const piece of pieces) reader.push(piece)
    return received
  })
}

test('answers are read whole however the bytes arrive', () => {
  const answers =
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: y\r\n\r\nhello' +
    'HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0a\r\n0123456789\r\n0\r\n\r\n' +
    'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'
  for (const received of readings(answers))
    assert.deepEqual(
      received.map(({ status, body, bytes, last }) => ({ status, body, bytes, last })),
      [
        { status: 200, body: 'hello', bytes: 5, last: false },
        { status: 202, body: 'abc0123456789', bytes: 13, last: false },
        { status: 404, body: '', bytes: 0, last: true },
      ],
    )
})

test('load generator, proxy and upstream answer each other', async () => {
  await using upstream = await listener('upstream', 'upstream.ts')
  await using proxy = await listener('proxy', 'reference/proxy.ts', [`http://127.0.0.1:${upstream.port}`])
  await using load = help('load.ts')
  const job = { connections: 2, warmupMs: 20, runMs: 60, method: 'tools/call', params: '{"name":"echo"}' }
  for (const subject of [upstream, proxy])
    for (const path of ['/json/20/bench', '/sse/20/bench']) {
      const outcome = await once(load, subject, { ...job, path, port: subject.port, expect: '"structuredContent"' })
      assert.ok(outcome.requests > 0)
      assert.equal(outcome.errors, 0)
    }
  const wrong = { ...job, path: '/json/1/bench', port: upstream.port, expect: 'nothing like it' }
  await assert.rejects(once(load, upstream, wrong), /upstream.*not what was expected/)
})

test('every claim has a name of its own and says what it is', () => {
  assert.equal(new Set(claims.map(({ name }) => name)).size, claims.length)
  for (const { name, says } of claims) assert.ok(/^[a-z0-9-]+$/.test(name) && says.length > 10)
})

test('the configuration names its targets and raises what many clients on one address would hit', () => {
  const yaml = configuration(4000, [{ name: 'a', url: 'http://127.0.0.1:1/x' }], { sessionIdleMs: 5 })
  assert.match(yaml, /sessionsPerSubject: 200000\n/)
  assert.match(yaml, / {4}sessionIdleMs: 5\n/)
  assert.match(yaml, / {2}- name: a\n {4}mcp:\n {6}host: http:\/\/127\.0\.0\.1:1\/x\n$/)
})
