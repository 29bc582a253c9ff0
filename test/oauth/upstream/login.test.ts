// Logins and what comes of them: codes, tokens, refreshes, and everybody who wants some (security §3.3, rows 52, 55 to 57).
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { UpstreamLogin } from '../../../src/oauth/upstream/login.ts'
import { store as openStore } from '../../store/stage.ts'
import { broken, expire, granted, issuer, needed, type Said, stage, unauthorized } from './stage.ts'

const forbidden = (scopes: string) => ({
  status: 403,
  challenge: `Bearer error="insufficient_scope", scope="${scopes}"`,
  again: false,
})

test('who has logged in has a token; who has not is asked to', async (t) => {
  const { login, logIn, as } = await stage(t)
  await assert.rejects(async () => login.token('alice'), needed)
  await logIn()
  assert.equal(await login.token('alice'), 'access-1')
  assert.equal(typeof login.token('alice'), 'string', 'at once when it is known')
  await assert.rejects(async () => login.token('bob'), needed)
  const [form] = as.forms()
  assert.equal(form?.get('grant_type'), 'authorization_code')
  assert.equal(form?.get('code'), 'code')
  assert.match(form?.get('code_verifier') ?? '', /^[\w.~-]{43,128}$/)
})

test('an answer of another authorization server is not taken for this one’s (row 52)', async (t) => {
  const honest = await issuer(t)
  const own = await stage(t, {
    issuer: { metadata: () => ({ authorization_response_iss_parameter_supported: true }) },
  })
  // Without the rule: the code of the honest server is handed to the one that the login was begun at.
  for (const answer of [
    { code: 'of the honest server', iss: honest.issuer },
    { code: 'x', iss: `${own.as.issuer}/` },
    { code: 'x', iss: own.as.issuer.toUpperCase() },
    { code: 'x' },
    { error: 'access_denied', iss: honest.issuer },
  ])
    await assert.rejects(own.back(await own.begin(), answer), broken(/./))
  assert.deepEqual(own.as.forms(), [])
  assert.deepEqual(honest.asked, [])
})

test('an unasked `iss` is compared as well, and a missing one is missed where it is announced (row 52)', async (t) => {
  const own = await stage(t)
  await assert.rejects(own.back(await own.begin(), { code: 'x', iss: 'https://other.example' }), broken(/./))
  await own.back(await own.begin(), { code: 'x' })
  assert.equal(own.as.forms().length, 1)
})

test('an upstream that never has enough is left after three step-ups (row 55)', async (t) => {
  const { login, logIn, begin } = await stage(t)
  await logIn()
  const asked: (string | null)[] = []
  for (let round = 1; round <= 3; round++) {
    await assert.rejects(login.refused('alice', forbidden(`more-${round}`)), needed)
    asked.push(new URL((await begin()).address).searchParams.get('scope'))
    await logIn()
  }
  assert.deepEqual(asked, ['more-1', 'more-1 more-2', 'more-1 more-2 more-3'])
  // Without the bound: a person is sent to the login for ever.
  await assert.rejects(login.refused('alice', forbidden('more-4')), (thrown) => !needed(thrown))
})

test('a 403 that asks for nothing is no reason to log in', async (t) => {
  const { login, logIn } = await stage(t)
  await logIn()
  assert.equal(await login.refused('alice', { status: 403, challenge: undefined, again: false }), false)
  assert.equal(
    await login.refused('alice', { status: 403, challenge: 'Bearer error="invalid_token"', again: false }),
    false,
  )
})

test('calls that are refused at the same time are one step-up', async (t) => {
  const { login, logIn } = await stage(t)
  await logIn()
  const outcomes = await Promise.allSettled(
    Array.from({ length: 20 }, () => login.refused('alice', forbidden('write'))),
  )
  assert.ok(outcomes.every((one) => one.status === 'rejected' && needed(one.reason)))
})

test('tokens are unreadable on disk, and another person’s row is nothing (row 56)', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'toolgate-login-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const file = path.join(folder, 'state.db')
  const store = await openStore(t, { url: file })
  const token = () => ({ body: { ...granted(1), access_token: 'canary-access', refresh_token: 'canary-refresh' } })
  const own = await stage(t, { store, issuer: { token } })
  await own.logIn('alice')
  await own.logIn('bob')
  for (const name of readdirSync(folder))
    assert.ok(!/canary|secret/.test(readFileSync(path.join(folder, name), 'latin1')), `${name} holds a token`)
  assert.ok(!own.warned.join('').includes('canary'))
  // Whoever can write the file, and not read it: Alice's row in Bob's place.
  const database = new DatabaseSync(file)
  t.after(() => database.close())
  const rows = database.prepare(`SELECT key, value FROM entries WHERE key LIKE '%grant%'`).all()
  const [alice, bob] = ['alice', 'bob'].map((name) => rows.find(({ key }) => String(key).includes(name)))
  assert.ok(alice !== undefined && bob !== undefined)
  database.prepare('UPDATE entries SET value = ? WHERE key = ?').run(alice['value'] ?? null, bob['key'] ?? null)
  assert.equal(await own.login.connected('bob'), false)
  assert.equal(await own.login.connected('alice'), true)
})

test('a hundred calls that are refused at once are one refresh (row 57)', async (t) => {
  const own = await stage(t)
  await own.logIn()
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 60_000 })
  const outcomes = await Promise.all(Array.from({ length: 100 }, () => own.login.refused('alice', unauthorized)))
  assert.ok(outcomes.every(Boolean))
  assert.deepEqual(
    own.as.forms().map((form) => form.get('grant_type')),
    ['authorization_code', 'refresh_token'],
  )
  assert.equal(own.as.forms()[1]?.get('refresh_token'), 'refresh-1')
  assert.equal(own.as.forms()[1]?.get('resource'), own.upstream.url)
  assert.equal(await own.login.token('alice'), 'access-2')
  // Answers to requests that went out before it.
  assert.equal(await own.login.refused('alice', unauthorized), true)
  assert.equal(own.as.forms().length, 2)
})

test('a hundred callers of an expired token wait for one refresh (row 57)', async (t) => {
  const own = await stage(t)
  await own.logIn()
  await expire(own)
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 3_600_000 })
  const tokens = await Promise.all(Array.from({ length: 100 }, async () => own.login.token('alice')))
  assert.deepEqual([...new Set(tokens)], ['access-2'])
  assert.equal(own.as.forms().length, 2)
})

test('a refresh that does not work neither loops nor ends the login (row 57)', async (t) => {
  const answers: Said[] = [
    { status: 500, body: {} },
    { text: 'no JSON' },
    { body: { token_type: 'Bearer' } },
    { text: `{"access_token":"x","token_type":"Bearer","pad":"${'x'.repeat(300_000)}"}` },
    { status: 503, body: { error: 'temporarily_unavailable' } },
  ]
  for (const answer of answers) {
    const own = await stage(t, { issuer: { token: (_, count) => (count === 1 ? undefined : answer) } })
    await own.logIn()
    await expire(own)
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 3_600_000 })
    for (let attempt = 0; attempt < 5; attempt++)
      await assert.rejects(
        async () => own.login.token('alice'),
        (thrown) => !needed(thrown),
      )
    assert.equal(own.as.forms().length, 2, 'asked once, then left alone for a moment')
    assert.equal(await own.login.connected('alice'), true)
    t.mock.timers.reset()
  }
})

test('a refresh that the server refuses ends the login, and the person is asked (row 57)', async (t) => {
  const own = await stage(t, {
    issuer: { token: (_, count) => (count === 1 ? undefined : { status: 400, body: { error: 'invalid_grant' } }) },
  })
  await own.logIn()
  await expire(own)
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 3_600_000 })
  await assert.rejects(async () => own.login.token('alice'), needed)
  await assert.rejects(async () => own.login.token('alice'), needed)
  assert.equal(own.as.forms().length, 2)
})

test('times that make no sense are no times (row 57)', async (t) => {
  for (const time of [-1, 'abc', '1e999', null, 0, {}]) {
    const own = await stage(t, { issuer: { token: () => ({ body: { ...granted(1), expires_in: time } }) } })
    await own.logIn()
    assert.equal(await own.login.token('alice'), 'access-1', JSON.stringify(time))
  }
})

test('a token that was refreshed and is refused all the same is the person’s to mend', async (t) => {
  const own = await stage(t)
  await own.logIn()
  await assert.rejects(own.login.refused('alice', { ...unauthorized, again: true }), needed)
  assert.equal(own.as.forms().length, 1)
})

test('another process that was faster with the refresh has the newer token', async (t) => {
  const store = await openStore(t)
  let release = (): void => {}
  const held = new Promise<void>((resolve) => (release = resolve))
  const own = await stage(t, {
    store,
    issuer: {
      token: async (form) => {
        if (form.get('grant_type') === 'authorization_code') return undefined
        await held
        return { status: 400, body: { error: 'invalid_grant' } } // rotated already
      },
    },
  })
  await own.logIn()
  await expire(own)
  const now = Date.now() + 3_600_000
  t.mock.timers.enable({ apis: ['Date'], now })
  const token = own.login.token('alice')
  const place = ['login', 'grant', own.upstream.url, 'alice']
  const entry = await store.get(place)
  assert.ok(entry)
  await store.put(place, JSON.stringify({ ...JSON.parse(entry.value), access: 'of the other', until: now + 3_600_000 }))
  release()
  assert.equal(await token, 'of the other')
})

test('two processes with one store refresh once: a refresh token that is shown twice is a stolen one', async (t) => {
  const store = await openStore(t)
  let shownTwice = false
  const seen = new Set<string | null>()
  const token = (form: URLSearchParams): undefined => {
    const refresh = form.get('refresh_token')
    if (refresh !== null && seen.has(refresh)) shownTwice = true
    seen.add(refresh)
  }
  const one = await stage(t, { store, issuer: { token } })
  await one.logIn()
  const { upstream } = one
  const other = new UpstreamLogin({
    upstream: { target: 'notes', url: upstream.url, place: upstream.url },
    settings: {
      clientId: undefined,
      clientSecret: undefined,
      issuer: undefined,
      scopes: [],
      omitResource: false,
      assumePkce: false,
    },
    tools: one.tools,
  })
  await expire(one)
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 3_600_000 })
  const tokens = await Promise.all([one.login.token('alice'), other.token('alice')])
  assert.deepEqual(tokens, ['access-2', 'access-2'])
  assert.equal(shownTwice, false)
  assert.equal(one.as.forms().length, 2)
})

test('two logins that begin at once are of one client', async (t) => {
  let count = 0
  const own = await stage(t, {
    issuer: {
      say: ({ path }) => (path === '/register' ? { status: 201, body: { client_id: `client-${++count}` } } : undefined),
    },
  })
  const departures = await Promise.all([own.begin('alice'), own.begin('bob')])
  assert.equal(new Set(departures.map(({ begun }) => begun.clientId)).size, 1)
  for (const departure of departures) await own.back(departure)
  assert.equal(await own.login.connected('bob'), true)
})
