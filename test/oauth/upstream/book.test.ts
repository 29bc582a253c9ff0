// Logins as whoever looks after the gateway sees them: without tokens, and ended for every process within a minute.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LoginBook } from '../../../src/oauth/upstream/book.ts'
import { needed, stage } from './stage.ts'

test('a login is listed with who, where and until when, and without anything that opens a door', async (t) => {
  const { store, logIn, upstream, as } = await stage(t, { settings: { scopes: ['read'] } })
  const book = new LoginBook(async () => store)
  assert.deepEqual(await book.list(), [])
  await logIn('bob')
  await logIn('alice')
  const listed = await book.list()
  assert.deepEqual(
    listed.map(({ principal, upstream: place, issuer, scopes, canBeRefreshed }) => [
      principal,
      place,
      issuer,
      scopes,
      canBeRefreshed,
    ]),
    ['alice', 'bob'].map((name) => [name, upstream.url, as.issuer, ['read'], true]),
  )
  assert.ok(Date.parse(listed[0]?.accessUntil ?? '') > Date.now())
  assert.doesNotMatch(JSON.stringify(listed), /access-|refresh-/)
})

test('a login that is ended is gone, also for the process that has its token ready', async (t) => {
  const { store, logIn, login } = await stage(t)
  await logIn('alice')
  await logIn('bob')
  const book = new LoginBook(async () => store)
  const alice = (await book.list()).find(({ principal }) => principal === 'alice')
  assert.equal(await book.end('nobody'), false)
  assert.equal(await book.end(alice?.id ?? ''), true)
  assert.equal(await book.end(alice?.id ?? ''), false)
  assert.deepEqual(
    (await book.list()).map(({ principal }) => principal),
    ['bob'],
  )
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 60_001 })
  await assert.rejects(async () => login.token('alice'), needed)
  assert.equal(await login.token('bob'), 'access-2')
})
