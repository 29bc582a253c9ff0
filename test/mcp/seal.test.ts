// Sealed texts: whatever is changed, and whoever else asks, they do not open.
import assert from 'node:assert/strict'
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { MARK, open, seal } from '../../src/mcp/seal.ts'

const key = randomBytes(32)
const bytes = fc.uint8Array({ maxLength: 600 }).map((array) => Buffer.from(array))

test('what was sealed opens with the same key and purpose, and only so', () => {
  fc.assert(
    fc.property(bytes, fc.string(), fc.string(), (plain, purpose, other) => {
      const sealed = seal(key, purpose, plain)
      assert.match(sealed, /^[\w-]+$/)
      assert.deepEqual(open(key, purpose, sealed), plain)
      assert.equal(open(randomBytes(32), purpose, sealed), undefined)
      if (other !== purpose) assert.equal(open(key, other, sealed), undefined)
    }),
  )
})

test('every single bit counts', () => {
  // Encryption alone: who knows what a text says changes what it says.
  const [nonce, told, wanted] = [randomBytes(16), Buffer.from('of alice'), Buffer.from('of bobby')]
  const kept = createCipheriv('aes-256-ctr', key, nonce).update(told)
  const forged = kept.map((byte, i) => byte ^ (told[i] ?? 0) ^ (wanted[i] ?? 0))
  assert.deepEqual(createDecipheriv('aes-256-ctr', key, nonce).update(forged), wanted)
  const sealed = Buffer.from(seal(key, 'purpose', Buffer.from('what it says')))
  for (let bit = 0; bit < sealed.length * 8; bit++) {
    const changed = Buffer.from(sealed)
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    assert.equal(open(key, 'purpose', changed.toString('latin1')), undefined, `bit ${bit}`)
  }
})

test('no other spelling of the same bytes opens', () => {
  for (const length of [1, 2, 3]) {
    const sealed = seal(key, 'purpose', Buffer.alloc(length))
    const spellings = [
      `${sealed}=`,
      `${sealed}==`,
      ` ${sealed}`,
      `${sealed}\n`,
      `${sealed.slice(0, 4)}.${sealed.slice(4)}`,
    ]
    const standard = Buffer.from(sealed, 'base64url').toString('base64')
    if (standard !== sealed) spellings.push(standard)
    for (const spelling of spellings) assert.equal(open(key, 'purpose', spelling), undefined, spelling)
    assert.deepEqual(open(key, 'purpose', sealed), Buffer.alloc(length))
  }
})

test('shortened and invented texts do not open', () => {
  const sealed = seal(key, 'purpose', Buffer.from('what it says'))
  for (let length = 0; length < sealed.length; length++)
    assert.equal(open(key, 'purpose', sealed.slice(0, length)), undefined)
  fc.assert(fc.property(fc.string({ maxLength: 200 }), (text) => assert.equal(open(key, 'purpose', text), undefined)))
})

test('equal contents look different each time, from the first character on', () => {
  const marks = new Set(Array.from({ length: 100 }, () => seal(key, 'purpose', Buffer.from('same')).slice(0, MARK)))
  assert.equal(marks.size, 100)
})
