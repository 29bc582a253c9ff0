// The chunked coding: however it is cut, the same body comes out, and what is no chunk is refused.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Chunked } from '../../src/http/chunked.ts'

/** Feeds pieces one by one, as a socket would. */
function decode(pieces: readonly Buffer[]): { readonly body: string; readonly done: boolean; readonly left: number } {
  const chunked = new Chunked()
  let body = ''
  let left = 0
  for (const piece of pieces) {
    if (chunked.done) {
      left += piece.length
      continue
    }
    const bytes = Buffer.from(piece)
    const length = chunked.take(bytes, 0, bytes.length)
    body += bytes.toString('latin1', 0, length)
    if (chunked.done) left += bytes.length - chunked.end
  }
  return { body, done: chunked.done, left }
}

const whole = (text: string) => decode([Buffer.from(text, 'latin1')])

test('chunks with extensions and trailers are a body', () => {
  const { body, done, left } = whole(
    '5;name="x;y"\r\nhello\r\n00006 \r\n world\r\n0\r\nx-trailer: 1\r\ny: 2\r\n\r\nHTTP',
  )
  assert.equal(body, 'hello world')
  assert.equal(done, true)
  assert.equal(left, 4)
})

test('wherever a body is cut, and into whatever chunks, it is the same', () => {
  const parts = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 8 })
  fc.assert(
    fc.property(parts, fc.array(fc.nat({ max: 400 }), { maxLength: 12 }), (chunks, cuts) => {
      const wire = Buffer.concat([
        ...chunks.flatMap((chunk) => [Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n')]),
        Buffer.from('0\r\n\r\n'),
      ])
      const at = [0, ...cuts.map((cut) => cut % (wire.length + 1)), wire.length].toSorted((a, b) => a - b)
      const pieces = at.slice(1).map((end, i) => wire.subarray(at[i], end))
      const found = decode(pieces)
      assert.equal(found.body, Buffer.concat(chunks).toString('latin1'))
      assert.equal(found.done, true)
      assert.equal(found.left, 0)
    }),
  )
})

for (const [why, text] of [
  ['no size', '\r\nhello'],
  ['a size that is no number', 'g\r\n'],
  ['a negative size', '-1\r\n'],
  ['a size with 0x', '0x5\r\nhello\r\n'],
  ['a size beyond counting', `${'f'.repeat(13)}\r\n`],
  ['a bare line feed after the size', '5\nhello\r\n'],
  ['a chunk that goes on after its size', '5\r\nhello!\r\n'],
  ['a bare line feed after the chunk', '5\r\nhello\n0\r\n\r\n'],
  ['an extension without end', `5;${'x'.repeat(2_000)}\r\n`],
  ['a line feed in an extension', '5;a\nb\r\nhello\r\n'],
  ['trailers without end', `0\r\n${'a: b\r\n'.repeat(5_000)}\r\n`],
] as const)
  test(`${why} is refused`, () =>
    assert.throws(() => whole(text), { name: 'HTTPParserError', code: 'HPE_INVALID_CHUNK' }))

test('a body that stops in the middle is not done', () => {
  assert.equal(whole('5\r\nhello\r\n').done, false)
  assert.equal(whole('0\r\n').done, false)
})
