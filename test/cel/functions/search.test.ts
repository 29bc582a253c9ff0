import assert from 'node:assert/strict'
import { test } from 'node:test'
import { find, findLast, offset, points } from '../../../src/cel/functions/search.ts'

test('a long part is found as JavaScript finds it', () => {
  const part = `${'ab'.repeat(600)}c`
  const text = `${'ab'.repeat(20_000)}${part}${'ab'.repeat(2000)}${part}${'ab'.repeat(10)}`
  for (const from of [0, 7, 40_000, 40_001, 41_000, text.length]) {
    assert.equal(find(text, part, from), text.indexOf(part, from))
    assert.equal(findLast(text, part, from), text.lastIndexOf(part, from))
  }
  assert.equal(find(text, `${part}!`), -1)
  assert.equal(findLast(text, `!${part}`), -1)
})

test('a text made for it does not make the search slow', () => {
  const text = 'a'.repeat(2_000_000)
  // With indexOf the first of these takes minutes.
  for (const part of [`${'a'.repeat(1000)}b${'a'.repeat(500_000)}`, `${'a'.repeat(500_000)}b`, `${'a'.repeat(200)}b`])
    assert.deepEqual([find(text, part), findLast(text, part)], [-1, -1])
})

test('positions are code points', () => {
  const text = 'a😀é😀'
  assert.deepEqual(
    [0, 1, 3, 4, 6].map((end) => points(text, end)),
    [0, 1, 2, 3, 4],
  )
  assert.deepEqual(
    [-1, 0, 1, 2, 3, 4, 5].map((point) => offset(text, point)),
    [undefined, 0, 1, 3, 4, 6, undefined],
  )
  assert.deepEqual([points('plain'), offset('plain', 5), offset('plain', 6)], [5, 5, undefined])
})
