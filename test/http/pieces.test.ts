import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Pieces } from '../../src/http/pieces.ts'

test('pieces come out whole, in order, whatever their size', () => {
  const pieces = new Pieces()
  const all: Buffer[] = []
  for (let i = 0; i < 3_000; i++) {
    const piece = Buffer.alloc(i % 700 === 0 ? 100_000 : i % 5, String(i % 10))
    all.push(piece)
    pieces.add(piece)
  }
  assert.equal(pieces.size, Buffer.concat(all).length)
  assert.deepEqual(pieces.whole(), Buffer.concat(all))
})

test('one piece is not copied, none is nothing, and after clearing it begins anew', () => {
  const pieces = new Pieces()
  assert.equal(pieces.whole().length, 0)
  const only = Buffer.from('only')
  pieces.add(only)
  assert.equal(pieces.whole(), only)
  pieces.clear()
  pieces.add(Buffer.from('a'))
  pieces.add(Buffer.from('b'))
  assert.equal(pieces.whole().toString(), 'ab')
  assert.equal(pieces.size, 2)
})

test('a million pieces of one byte are not a million objects', () => {
  const slab = Buffer.alloc(65_536, 'x')
  const pieces = new Pieces()
  const before = process.memoryUsage().heapUsed
  for (let i = 0; i < 1_000_000; i++) pieces.add(slab.subarray(i % 65_536, (i % 65_536) + 1))
  const grown = process.memoryUsage().heapUsed - before
  assert.equal(pieces.size, 1_000_000)
  assert.ok(grown < 50_000_000, `${grown} bytes of heap`)
})
