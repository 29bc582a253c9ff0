import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isDocumentUrl } from '../../../src/oauth/facade/documents.ts'
import { Limit, ownerOf } from '../../../src/oauth/facade/limits.ts'
import { base, failedPage, redirect, request, resource, type Stage, stage, verifier } from './stage.ts'

const post = ({ ask }: Stage, wish: unknown, address = '192.0.2.1') =>
  ask(`${base}/client-registration`, {
    body: typeof wish === 'string' ? wish : JSON.stringify(wish),
    headers: { 'content-type': 'application/json' },
    address,
  })

test('a registration is what we understand of it, and nothing else of it is kept or asked (row 30)', async (t) => {
  const all = await stage(t)
  const wish = JSON.parse(`{
    "redirect_uris": ["http://127.0.0.1:33418/"], "client_name": "Editor", "token_endpoint_auth_method": "none",
    "jwks_uri": "http://169.254.169.254/latest", "logo_uri": "javascript:alert(1)", "policy_uri": "javascript:alert(1)",
    "software_statement": "${'e'.repeat(4_000)}", "scope": "admin", "__proto__": { "auth": "none" }, "constructor": 1
  }`)
  const { client_id: id, client_id_issued_at: at, ...made } = all.json(201, await post(all, wish))
  assert.match(String(id), /^[\w-]{32}$/)
  assert.ok(Math.abs(Number(at) - Date.now() / 1_000) < 60)
  assert.deepEqual(made, {
    client_name: 'Editor',
    redirect_uris: ['http://127.0.0.1:33418/'],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  })
  const kept = JSON.stringify(await all.store.list(['facade', resource, 'client'], { limit: 5 }))
  assert.ok(!kept.includes('169.254') && !kept.includes('javascript') && !kept.includes('eeee'))
  assert.deepEqual(all.read, [])
})

test('what cannot be a client is not registered (row 30)', async (t) => {
  const all = await stage(t)
  const uris = (redirect_uris: unknown) => ({ redirect_uris, token_endpoint_auth_method: 'none' })
  for (const [wish, error] of [
    [uris(['javascript:alert(1)']), 'invalid_redirect_uri'],
    [uris(['data:text/html,x']), 'invalid_redirect_uri'],
    [uris(['file:///etc/passwd']), 'invalid_redirect_uri'],
    [uris(['https://*.example/cb']), 'invalid_redirect_uri'],
    [uris([redirect, 'http://evil.example/cb']), 'invalid_redirect_uri'],
    [uris(Array.from({ length: 11 }, (_, i) => `https://app.example/${i}`)), 'invalid_redirect_uri'],
    [uris([]), 'invalid_redirect_uri'],
    [uris(redirect), 'invalid_redirect_uri'],
    [uris([{ toString: 1 }]), 'invalid_redirect_uri'],
    [{}, 'invalid_redirect_uri'],
    [{ ...uris(['http://127.0.0.1/cb']), application_type: 'web' }, 'invalid_redirect_uri'],
    [{ ...uris([redirect]), client_name: 'x'.repeat(101) }, 'invalid_client_metadata'],
    [{ ...uris([redirect]), client_name: ['x'] }, 'invalid_client_metadata'],
    [{ ...uris([redirect]), grant_types: ['client_credentials'] }, 'invalid_client_metadata'],
    [{ ...uris([redirect]), response_types: ['token'] }, 'invalid_client_metadata'],
    [{ ...uris([redirect]), token_endpoint_auth_method: 'private_key_jwt' }, 'invalid_client_metadata'],
    [[], 'invalid_client_metadata'],
    ['null', 'invalid_client_metadata'],
    ['{', 'invalid_client_metadata'],
    [`${'['.repeat(5_000)}`, 'invalid_client_metadata'],
  ] as const)
    assert.equal(all.json(400, await post(all, wish))['error'], error, JSON.stringify(wish).slice(0, 80))
  all.json(400, await all.ask(`${base}/client-registration`, { form: { a: 'b' } }))
  all.json(405, await all.ask(`${base}/client-registration`))
})

test('registrations are few by address, bounded in number, and gone when nobody uses them (row 30)', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() })
  const all = await stage(t, { settings: { registration: { open: true, perHour: 3, clients: 5 } } })
  const wish = { redirect_uris: [redirect], token_endpoint_auth_method: 'none' }
  const status = async (address: string): Promise<number> => {
    const answer = await post(all, wish, address)
    return answer.kind === 'json' ? answer.status : 0
  }
  const used = await all.register()
  await all.login(used)
  const flood: number[] = []
  for (let i = 0; i < 5; i++) flood.push(await status('192.0.2.2'))
  assert.deepEqual(flood, [201, 201, 201, 429, 429])
  assert.deepEqual([await status('192.0.2.3'), await status('192.0.2.3'), await status('192.0.2.3')], [201, 503, 503])
  t.mock.timers.setTime(Date.now() + 25 * 3_600_000)
  assert.equal(await status('192.0.2.4'), 201, 'there is room again')
  await all.browser().consentPage(used) // one that somebody has logged in with is still there
})

test('registration can be closed', async (t) => {
  const all = await stage(t, { settings: { registration: { open: false, perHour: 1, clients: 1 } } })
  all.json(403, await post(all, { redirect_uris: [redirect] }))
  assert.equal(all.json(200, await all.ask(base))['registration_endpoint'], undefined)
})

const id = 'https://client.example/oauth/client.json'
const document = (more: object = {}): { body: string } => ({
  body: JSON.stringify({ client_id: id, client_name: 'Editor', redirect_uris: ['http://127.0.0.1/cb'], ...more }),
})
const loopback = { redirect_uri: 'http://127.0.0.1:9999/cb' }

test('a client can be the document at its own address', async (t) => {
  const { documents, browser, login, read } = await stage(t)
  documents.set(id, document())
  const page = await browser().consentPage(id, loopback)
  assert.deepEqual(page.client, {
    name: [{ text: 'Editor', odd: false }],
    origin: { kind: 'document', host: 'client.example' },
  })
  assert.equal(page.redirect.place, 'loopback')
  await login(id, loopback)
  assert.deepEqual(read, [id], 'asked once')
})

test('an id is an address in one spelling, or none (row 31)', () => {
  assert.equal(isDocumentUrl(id), true)
  assert.equal(isDocumentUrl('https://client.example:8443/a'), true)
  for (const wrong of [
    'http://client.example/a',
    'https://client.example',
    'https://client.example/',
    'https://user:pw@client.example/a',
    'https://client.example/a#b',
    'https://client.example/a/../b',
    'https://client.example/./b',
    'https://client.example/%2e%2e/b',
    'https://CLIENT.example/a',
    'https://client.example:443/a',
    'https://client.example\\@169.254.169.254/a',
    'https://client.example/a\tb',
    'https://0x7f000001/a',
    'https://2130706433/a',
    `https://client.example/${'a'.repeat(2_048)}`,
  ])
    assert.equal(isDocumentUrl(wrong), false, wrong)
})

test('a document that is not exactly that of its address makes no client (row 31)', async (t) => {
  for (const [why, wrong] of [
    ['another id', document({ client_id: 'https://client.example/oauth/other.json' })],
    ['an id that begins alike', document({ client_id: `${id}?` })],
    ['no id', document({ client_id: undefined })],
    ['a redirect elsewhere', document({ redirect_uris: ['javascript:alert(1)'] })],
    ['no redirects', document({ redirect_uris: undefined })],
    ['a secret in public', document({ client_secret: 'x' })],
    ['a secret to be had', document({ token_endpoint_auth_method: 'client_secret_basic' })],
    ['a page', { ...document(), type: 'text/html' }],
    ['an error', { ...document(), status: 404 }],
    ['no JSON', { body: '<html>' }],
    ['a list', { body: '[]' }],
    ['a long name', document({ client_name: 'x'.repeat(10_000) })],
  ] as const) {
    const { documents, ask, read } = await stage(t)
    documents.set(id, wrong)
    failedPage(await ask(`${base}/authorize?${request(id, loopback)}`))
    failedPage(await ask(`${base}/authorize?${request(id, loopback)}`))
    assert.equal(read.length, 1, `${why}: a stranger cannot make us knock again and again`)
  }
})

test('a document that cannot be read is a page, and who asked learns nothing of why', async (t) => {
  const { ask, warned } = await stage(t)
  const detail = failedPage(await ask(`${base}/authorize?${request('https://169.254.169.254/latest', loopback)}`))
  assert.equal(detail, 'The document of the client could not be read.')
  assert.match(warned.join(), /unreachable/)
})

test('documents are believed for as long as they say, a minute at least and a day at most (row 31)', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() })
  for (const [control, minutes] of [
    [undefined, 60],
    ['max-age=600', 10],
    ['no-store', 1],
    ['max-age=0', 1],
    ['max-age=999999999', 24 * 60],
  ] as const) {
    const { documents, browser, read } = await stage(t)
    documents.set(id, { ...document(), headers: control === undefined ? {} : { 'cache-control': control } })
    const seen = async (): Promise<number> => {
      await browser().consentPage(id, loopback)
      return read.length
    }
    await seen()
    t.mock.timers.setTime(Date.now() + minutes * 60_000 - 1)
    assert.equal(await seen(), 1, String(control))
    t.mock.timers.setTime(Date.now() + 1)
    assert.equal(await seen(), 2, String(control))
  }
})

test('a document that changes its redirects between two steps gets nothing for it (row 31)', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() })
  const { documents, browser, token, json } = await stage(t)
  documents.set(id, { ...document(), headers: { 'cache-control': 'no-store' } })
  const code = (await browser().approve(id, loopback)).searchParams.get('code') ?? ''
  documents.set(id, document({ redirect_uris: ['https://evil.example/cb'] }))
  const form = { grant_type: 'authorization_code', client_id: id, code, code_verifier: verifier }
  json(400, await token({ ...form, redirect_uri: 'https://evil.example/cb' }))
})

test('only documents of domains that are trusted are read, if that is configured', async (t) => {
  const trusting = await stage(t, { settings: { documents: ['client.example'] } })
  trusting.documents.set(id, document())
  await trusting.browser().consentPage(id, loopback)
  for (const other of ['https://evilclient.example/a', 'https://client.example.evil/a'])
    failedPage(await trusting.ask(`${base}/authorize?${request(other, loopback)}`))
  assert.deepEqual(trusting.read, [id])
  const closed = await stage(t, { settings: { documents: 'none' } })
  failedPage(await closed.ask(`${base}/authorize?${request(id, loopback)}`))
  assert.deepEqual(closed.read, [])
})

test('one domain cannot be made to be asked without end', async (t) => {
  const { ask, read } = await stage(t)
  for (let i = 0; i < 50; i++) await ask(`${base}/authorize?${request(`https://victim.example/${i}`, loopback)}`)
  assert.equal(read.length, 30)
})

test('counters are bounded in number, and the quiet ones go first (row 37)', () => {
  const limit = new Limit({ most: 1, windowMs: 60_000, keys: 100 })
  for (let i = 0; i < 10_000; i++) limit.admits(`address-${i}`)
  assert.equal(limit.size, 100)
  assert.equal(limit.admits('address-9999'), false)
  assert.equal(limit.open('address-9999'), false)
  assert.equal(limit.open('somebody'), true)
})

test('an address stands for its owner', () => {
  assert.equal(ownerOf('192.0.2.1'), '192.0.2.1')
  assert.equal(ownerOf('::ffff:192.0.2.1'), '192.0.2.1')
  assert.equal(ownerOf('2001:db8:1:2:3:4:5:6'), ownerOf('2001:db8:1:2::'))
  assert.notEqual(ownerOf('2001:db8:1:2::1'), ownerOf('2001:db8:1:3::1'))
  assert.equal(ownerOf('fe80::1%eth0'), 'fe80:0:0:0')
  assert.equal(ownerOf('::1'), '0:0:0:0')
})
