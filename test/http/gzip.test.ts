// A gzip stream put together from a part that was compressed before and parts that were not.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { ReadyGzip, takesGzip } from '../../src/http/gzip.ts'

test('what comes out of the stream is head, body and tail', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 300 }),
      fc.uint8Array({ maxLength: 100_000, size: 'max' }),
      fc.uint8Array({ maxLength: 30 }),
      async (head, body, tail) => {
        const ready = await ReadyGzip.of(Buffer.from(body))
        const whole = Buffer.concat([head, body, tail])
        // The checksum and the length are checked by whoever unpacks.
        assert.deepEqual(gunzipSync(Buffer.concat(ready.around(Buffer.from(head), Buffer.from(tail)))), whole)
      },
    ),
    { numRuns: 60 },
  )
})

test('one body serves many heads, and what is compressible is small', async () => {
  const body = Buffer.from('{"name":"tool"},'.repeat(20_000))
  const ready = await ReadyGzip.of(body)
  for (const id of ['1', '"a"', '2147483647']) {
    const pieces = ready.around(Buffer.from(`{"id":${id},"result":[`), Buffer.from(']}'))
    const bytes = Buffer.concat(pieces)
    assert.equal(gunzipSync(bytes).toString(), `{"id":${id},"result":[${body.toString()}]}`)
    assert.ok(bytes.length < body.length / 50)
  }
})

test('a head that no stored block can hold is refused', async () => {
  const ready = await ReadyGzip.of(Buffer.from('x'))
  assert.throws(() => ready.around(Buffer.alloc(65_536), Buffer.alloc(0)), RangeError)
})

for (const [accept, taken] of [
  [undefined, false],
  ['', false],
  ['gzip', true],
  ['br, GZIP;q=0.5', true],
  ['gzip;q=0', false],
  ['gzip; q=0.000', false],
  ['*', true],
  ['*;q=0', false],
  ['gzip;q=0, *', false],
  ['deflate, br', false],
  ['identity', false],
] as const)
  test(`accept-encoding ${accept}: gzip is ${taken ? 'taken' : 'not taken'}`, () =>
    assert.equal(takesGzip(accept), taken))
