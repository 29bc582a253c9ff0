import assert from 'node:assert/strict'
import { test } from 'node:test'
import { folder, store } from './stage.ts'

test('a value is there until it is deleted, and its version changes with it', async (t) => {
  const kept = await store(t)
  assert.equal(await kept.get(['a', 'b']), undefined)
  const first = await kept.put(['a', 'b'], 'one')
  assert.deepEqual(await kept.get(['a', 'b']), { key: ['a', 'b'], value: 'one', version: first })
  const second = await kept.put(['a', 'b'], 'two')
  assert.ok(first !== undefined && second !== undefined && second > first)
  assert.equal(await kept.delete(['a', 'b']), true)
  assert.equal(await kept.delete(['a', 'b']), false)
  assert.equal(await kept.get(['a', 'b']), undefined)
})

test('of a hundred takers one gets the value', async (t) => {
  const kept = await store(t)
  await kept.put(['code'], 'once')
  const taken = await Promise.all(Array.from({ length: 100 }, () => kept.take(['code'])))
  assert.deepEqual(
    taken.filter((value) => value !== undefined),
    ['once'],
  )
})

test('a change that depends on a version is made once', async (t) => {
  const kept = await store(t)
  const version = await kept.put(['family'], '0')
  assert.ok(version !== undefined)
  const swapped = await Promise.all(
    Array.from({ length: 100 }, (_, i) => kept.put(['family'], String(i), { when: version })),
  )
  assert.equal(swapped.filter((one) => one !== undefined).length, 1)
  assert.equal(await kept.put(['family'], 'x', { when: 'absent' }), undefined)
  assert.notEqual(await kept.put(['other'], 'x', { when: 'absent' }), undefined)
})

test('a value that is written anew never has the version of the one before', async (t) => {
  t.mock.timers.enable({ apis: ['Date', 'setInterval'], now: 1_000_000 })
  const kept = await store(t)
  const old = await kept.put(['a'], 'one')
  await kept.delete(['a'])
  t.mock.timers.tick(1)
  const fresh = await kept.put(['a'], 'two', { when: 'absent' })
  assert.ok(old !== undefined && fresh !== undefined && fresh !== old)
  assert.equal(await kept.put(['a'], 'three', { when: old }), undefined)
})

test('what is expired is gone for everybody, before and after it is swept', async (t) => {
  t.mock.timers.enable({ apis: ['Date', 'setInterval'], now: 1_000_000 })
  const kept = await store(t)
  await kept.put(['state', '1'], 'x', { ttlMs: 1_000 })
  const version = await kept.put(['state', '2'], 'y', { ttlMs: 1_000 })
  await kept.put(['state', '3'], 'stays')
  t.mock.timers.tick(1_000)
  assert.equal(await kept.get(['state', '1']), undefined)
  assert.equal(await kept.take(['state', '1']), undefined)
  assert.equal(await kept.count(['state'], 10), 1)
  assert.equal(await kept.put(['state', '2'], 'z', { when: version ?? 0 }), undefined)
  assert.notEqual(await kept.put(['state', '2'], 'z', { when: 'absent', ttlMs: 5 }), undefined)
  t.mock.timers.tick(60_000)
  assert.deepEqual(
    (await kept.list(['state'], { limit: 10 })).map(({ value }) => value),
    ['stays'],
  )
})

test('keys are whatever text their parts are, and none is taken for another', async (t) => {
  const kept = await store(t)
  const keys = [['a/b'], ['a', 'b'], ['a', 'b', ''], ['a', '%2F'], ['a', '/'], ['a0'], ['a', '\u{10ffff}'], ['A', 'b']]
  for (const [i, key] of keys.entries()) await kept.put(key, String(i))
  for (const [i, key] of keys.entries()) assert.equal((await kept.get(key))?.value, String(i))
  const below = (await kept.list(['a'], { limit: 99 })).map(({ key }) => key)
  assert.deepEqual(
    new Set(below.map((key) => JSON.stringify(key))),
    new Set([1, 2, 3, 4, 6].map((i) => JSON.stringify(keys[i]))),
  )
  const [first] = below
  assert.ok(first !== undefined)
  assert.equal((await kept.list(['a'], { limit: 99, after: first })).length, 4)
  assert.equal((await kept.list(['a'], { limit: 2 })).length, 2)
  assert.equal(await kept.count(['a'], 3), 3)
})

test('keys, values and log entries are bounded', async (t) => {
  const kept = await store(t)
  const tooLarge = { code: 'store.too-large' }
  await assert.rejects(kept.put(['a'], 'x'.repeat(65_537)), tooLarge)
  await assert.rejects(kept.put(['x'.repeat(1_025)], ''), tooLarge)
  await assert.rejects(kept.append('log', 'x'.repeat(65_537)), tooLarge)
})

test('a log is read in order, from where the reader was, and keeps its last entries', async (t) => {
  const kept = await store(t)
  for (const text of ['a', 'b', 'c', 'd']) await kept.append('audit', text, { keep: 3 })
  await kept.append('other', 'z')
  const all = await kept.read('audit', { limit: 9 })
  assert.deepEqual(
    all.map(({ number, text }) => [number, text]),
    [
      [2, 'b'],
      [3, 'c'],
      [4, 'd'],
    ],
  )
  assert.deepEqual(
    (await kept.read('audit', { limit: 1, after: 3 })).map(({ text }) => text),
    ['d'],
  )
})

test('two processes that have one file open see the same', async (t) => {
  const place = { folder: folder(t), url: 'sqlite://state.db' }
  const [one, two] = [await store(t, place), await store(t, place)]
  await one.put(['a'], 'from one')
  assert.equal((await two.get(['a']))?.value, 'from one')
  assert.equal(await two.take(['a']), 'from one')
  assert.equal(await one.take(['a']), undefined)
})
