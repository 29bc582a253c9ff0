import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { openStore } from '../../src/store/open.ts'
import { folder, store } from './stage.ts'

const canary = 'canary-5f1d'

test('values are on disk in no readable form, and files are their owner’s', async (t) => {
  const where = folder(t)
  const kept = await store(t, { folder: where, url: 'sqlite://deep/state.db' })
  await kept.put(['token'], canary)
  const inside = path.join(where, 'deep')
  for (const name of readdirSync(inside)) {
    const file = path.join(inside, name)
    assert.equal(readFileSync(file).includes(canary), false, name)
    assert.equal(statSync(file).mode & 0o077, 0, name)
  }
  // The attack without the rule: what is written as it is can be read by whoever copies the file.
  const naive = new DatabaseSync(path.join(where, 'naive.db'))
  naive.exec(`CREATE TABLE entries (value TEXT); INSERT INTO entries VALUES ('${canary}')`)
  naive.close()
  assert.equal(readFileSync(path.join(where, 'naive.db')).includes(canary), true)
})

test('a value that was moved to another key by whoever can write the file is nothing there', async (t) => {
  const where = folder(t)
  const place = { folder: where, url: 'sqlite://state.db' }
  {
    await using kept = await openStore({ keys: [], ...place })
    await kept.put(['grant', 'alice'], 'token of alice')
    await kept.put(['grant', 'mallory'], 'token of mallory')
  }
  const raw = new DatabaseSync(path.join(where, 'state.db'))
  const move =
    "UPDATE entries SET value = (SELECT value FROM entries WHERE key = 'grant/alice') WHERE key = 'grant/mallory'"
  raw.exec(move)
  const moved = raw.prepare('SELECT count(DISTINCT value) AS number FROM entries').get()
  raw.close()
  assert.equal(moved?.['number'], 1) // the row itself was taken over
  const kept = await store(t, place)
  assert.equal((await kept.get(['grant', 'alice']))?.value, 'token of alice')
  assert.equal(await kept.get(['grant', 'mallory']), undefined)
})

test('every changed bit makes a value unreadable', async (t) => {
  const where = folder(t)
  const place = { folder: where, url: 'sqlite://state.db' }
  const kept = await store(t, place)
  await kept.put(['a'], 'short')
  const raw = new DatabaseSync(path.join(where, 'state.db'))
  t.after(() => raw.close())
  const bytes = raw.prepare('SELECT value FROM entries').get()?.['value']
  assert.ok(bytes instanceof Uint8Array)
  for (let i = 0; i < bytes.length * 8; i++) {
    const changed = Uint8Array.from(bytes)
    changed[i >> 3] = (changed[i >> 3] ?? 0) ^ (1 << (i & 7))
    raw.prepare('UPDATE entries SET value = ?').run(changed)
    assert.equal(await kept.get(['a']), undefined)
  }
})

test('a new key takes over while the old one still opens what it closed', async (t) => {
  const [old, fresh] = [randomBytes(32), randomBytes(32)]
  const place = { folder: folder(t), url: 'state.db' }
  {
    await using kept = await openStore({ ...place, keys: [old] })
    await kept.put(['a'], 'before')
  }
  {
    await using kept = await openStore({ ...place, keys: [fresh, old] })
    assert.equal((await kept.get(['a']))?.value, 'before')
    await kept.put(['b'], 'after')
  }
  await using kept = await openStore({ ...place, keys: [fresh] })
  assert.equal(await kept.get(['a']), undefined)
  assert.equal((await kept.get(['b']))?.value, 'after')
})

test('what was put into a file is there after it was closed, in memory it is not', async (t) => {
  const place = { folder: folder(t), keys: [] }
  for (const [url, there] of [
    ['sqlite://state.db', 'kept'],
    ['sqlite::memory:', undefined],
    [undefined, undefined],
  ] as const) {
    {
      await using kept = await openStore({ ...place, url })
      await kept.put(['a'], 'kept')
    }
    await using kept = await openStore({ ...place, url })
    assert.equal((await kept.get(['a']))?.value, there)
  }
})

test('a key file that others may read, or that holds no key, is refused by its name', async (t) => {
  const where = folder(t)
  const place = { folder: where, url: 'state.db', keys: [] }
  await (await openStore(place))[Symbol.asyncDispose]()
  const file = path.join(where, 'state.db.key')
  chmodSync(file, 0o644)
  await assert.rejects(openStore(place), { code: 'store.unreachable', message: /state\.db\.key/ })
  chmodSync(file, 0o600)
  writeFileSync(file, 'password\n')
  await assert.rejects(openStore(place), { code: 'store.unreachable', message: /64 hexadecimal digits/ })
})

test('a place that cannot be used is named, with what to do', async (t) => {
  const where = folder(t)
  writeFileSync(path.join(where, 'file'), '')
  await assert.rejects(openStore({ folder: where, url: 'file/state.db', keys: [] }), {
    code: 'store.unreachable',
    message: /config\.database\.url/,
  })
})
