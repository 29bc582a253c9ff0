import assert from 'node:assert/strict'
import { timingSafeEqual } from 'node:crypto'
import { test } from 'node:test'
import { isSame } from '../../../src/oauth/facade/secrets.ts'

test('secrets are compared in equal time, whatever their length (row 12)', () => {
  // Without hashing first, the comparison itself tells of the length: it has no answer for another one.
  assert.throws(() => timingSafeEqual(Buffer.from('secret'), Buffer.from('secre')), {
    code: 'ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH',
  })
  for (const guess of ['', 's', 'secre', 'secret ', 'SECRET', 'x'.repeat(10_000)])
    assert.equal(isSame('secret', guess), false)
  assert.equal(isSame('secret', 'secret'), true)
})
