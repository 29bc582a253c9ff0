import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VerifyCache } from '../../src/oauth/verify-cache.ts'

const entry = (until: number, size = 1) => ({ until, size })

test('an entry is there until its time is over', () => {
  const cache = new VerifyCache(10)
  cache.set('a', entry(100))
  assert.deepEqual(cache.get('a', 99), entry(100))
  assert.equal(cache.get('a', 100), undefined)
  assert.equal(cache.size, 0)
})

test('the number of entries is bounded, and what is used stays', () => {
  const cache = new VerifyCache(100)
  cache.set('used', entry(1_000))
  for (let i = 0; i < 100_000; i++) {
    cache.set(`once ${i}`, entry(1_000))
    assert.notEqual(cache.get('used', 0), undefined)
    assert.ok(cache.size <= 100)
  }
  assert.equal(cache.get('once 5', 0), undefined)
})

test('what the entries keep in memory is bounded too', () => {
  const cache = new VerifyCache(1_000, 100)
  for (let i = 0; i < 1_000; i++) cache.set(String(i), entry(1_000, 10))
  assert.ok(cache.size <= 10)
  cache.set('giant', entry(1_000, 51))
  assert.equal(cache.get('giant', 0), undefined)
})
