// Browser logins through a gateway, at a provider that nobody here wrote; and what attackers try with them.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { z } from 'zod'
import type { Exchange } from '../../src/core/exchange.ts'
import { route, serve, upstream, wrongWith } from '../support/serve.ts'
import { APP, Browser, CALLBACK, CLIENT, type IdentityProvider, identityProvider } from './login.ts'

const env = { OIDC_COOKIE_SECRET: 'ab'.repeat(32) }

const configured = ({ issuer }: Pick<IdentityProvider, 'issuer'>, more = ''): string =>
  `{oidc: {issuer: "${issuer}", clientId: ${CLIENT.id}, clientSecret: "${CLIENT.secret}", redirectURI: "${CALLBACK}", ${more}}}`

async function world(t: TestContext, more = '', method?: string) {
  const provider = await identityProvider(t, method)
  const seen: Exchange[] = []
  const yaml = route(configured(provider, more.replaceAll('ISSUER', provider.issuer)), await upstream(t))
  const { port, said, ask } = await serve(t, yaml, { env, seen: (x) => seen.push(x) })
  return { provider, seen, said, ask, browser: () => new Browser(port) }
}

const sessionOf = (browser: Browser): string | undefined =>
  [...browser.cookiesFor(APP).keys()].find((name) => name.startsWith('agw_oidc_s_'))

/** Logs in whoever sits at the browser, and answers the page they wanted. */
async function loggedIn(browser: Browser, path = '/', user = 'alice') {
  const asked = await browser.open(APP + path)
  const back = await browser.logIn(asked.location ?? '', user)
  const returned = await browser.open(back)
  return { asked, back, returned, page: await browser.open(returned.location ?? '') }
}

test('a person logs in once, comes back to where they wanted to go, and is known from then on', async (t) => {
  const { provider, seen, browser } = await world(t)
  const alice = browser()
  const { asked, returned, page } = await loggedIn(alice, '/tools?x=1&y=%2F')
  assert.equal(asked.status, 302)
  const sent = new URL(asked.location ?? '')
  assert.equal(sent.origin, provider.issuer)
  const { state, nonce, code_challenge: challenge, ...rest } = Object.fromEntries(sent.searchParams)
  assert.deepEqual(rest, {
    response_type: 'code',
    client_id: CLIENT.id,
    redirect_uri: CALLBACK,
    scope: 'openid',
    code_challenge_method: 'S256',
  })
  for (const secret of [state, nonce, challenge]) assert.ok((secret ?? '').length >= 43)
  assert.match(
    asked.cookies[0] ?? '',
    /^agw_oidc_t_[0-9a-f]{16}\.[\w-]{22}=[\w-]+; Max-Age=300; Path=\/; HttpOnly; SameSite=Lax$/,
  )

  assert.deepEqual([returned.status, returned.location], [302, `${APP}/tools?x=1&y=%2F`])
  assert.match(
    returned.cookies[0] ?? '',
    /^agw_oidc_s_[0-9a-f]{16}=[\w-]+; Max-Age=3600; Path=\/; HttpOnly; SameSite=Lax$/,
  )
  assert.match(returned.cookies[1] ?? '', /^agw_oidc_t_.*=; Max-Age=0;/)
  assert.equal(page.status, 200)

  const count = provider.asked.length
  alice.cookiesFor(APP).set('other', '1')
  const again = await alice.open(`${APP}/again`)
  const { headers } = z.object({ headers: z.record(z.string(), z.string()) }).parse(JSON.parse(again.text))
  assert.equal(headers['cookie'], 'other=1', 'a server behind us never sees a cookie by which we know somebody')
  assert.equal(provider.asked.length, count)
  const last = seen.at(-1)
  assert.deepEqual([last?.jwt?.claims['sub'], last?.identity?.via, last?.identity?.subject], ['alice', 'jwt', 'alice'])
})

test('endpoints may be written down, and the client may show its secret in the form', async (t) => {
  const more =
    'authorizationEndpoint: "ISSUER/auth", tokenEndpoint: "ISSUER/token", tokenEndpointAuth: clientSecretPost, jwks: {url: "ISSUER/jwks"}, scopes: [profile]'
  const { provider, browser } = await world(t, more, 'client_secret_post')
  const { asked, page } = await loggedIn(browser())
  assert.match(asked.location ?? '', /scope=openid\+profile/)
  assert.equal(page.status, 200)
  assert.ok(!provider.asked.some((line) => line.includes('well-known')))
})

test('a provider that only takes the secret in the form is asked that way', async (t) => {
  const { browser } = await world(t, '', 'client_secret_post')
  assert.equal((await loggedIn(browser())).page.status, 200)
})

test('a login that an attacker began is not finished in the browser of another person', async (t) => {
  const { said, browser } = await world(t)
  const [mallory, victim] = [browser(), browser()]
  const asked = await mallory.open(APP)
  const back = await mallory.logIn(asked.location ?? '', 'mallory')
  const lured = await victim.open(back)
  assert.deepEqual([lured.status, lured.text], [400, 'oidc authentication failure: missing transaction'])
  assert.equal(sessionOf(victim), undefined)
  assert.equal(said.at(-1)?.reason, 'Oidc')

  // Nor with a visit of their own under way: the answer belongs to another one.
  const own = new URL((await victim.open(APP)).location ?? '')
  const mixed = new URL(back)
  mixed.searchParams.set('state', own.searchParams.get('state') ?? '')
  const injected = await victim.open(mixed.href)
  assert.equal(injected.status, 500, 'the code was made for another verifier')
  assert.equal(sessionOf(victim), undefined)
})

test('an answer is good once, and only as the provider gave it', async (t) => {
  const { browser } = await world(t)
  const alice = browser()
  const { back } = await loggedIn(alice)
  assert.equal((await alice.open(back)).status, 400)
  for (const [name, value] of [
    ['iss', 'https://evil.example'],
    ['state', 'e30'],
    ['state', 'x'],
    ['error', 'access_denied'],
  ] as const) {
    const bob = browser()
    const asked = await bob.open(APP)
    const changed = new URL(await bob.logIn(asked.location ?? '', 'bob'))
    changed.searchParams.set(name, value)
    assert.equal((await bob.open(changed.href)).status, 400, name)
    assert.equal(sessionOf(bob), undefined)
  }
})

test('a session that somebody put there is none', async (t) => {
  const { seen, browser } = await world(t)
  const [mallory, victim] = [browser(), browser()]
  await loggedIn(mallory, '/', 'mallory')
  const name = sessionOf(mallory) ?? ''
  const theirs = mallory.cookiesFor(APP).get(name) ?? ''

  await loggedIn(victim, '/', 'victim')
  assert.notEqual(victim.cookiesFor(APP).get(name), theirs)
  // A neighbour domain adds a cookie of the same name: which one is ours cannot be told, so neither counts.
  const own = victim.cookiesFor(APP).get(name) ?? ''
  for (const both of [`${own}; ${name}=${theirs}`, `${theirs}; ${name}=${own}`]) {
    const fresh = browser()
    fresh.cookiesFor(APP).set(name, both)
    assert.equal((await fresh.open(APP)).status, 302)
  }
  // A session from before the login is not the session after it.
  const planted = browser()
  planted.cookiesFor(APP).set(name, 'AAAA')
  await loggedIn(planted, '/', 'victim')
  assert.notEqual(planted.cookiesFor(APP).get(name), 'AAAA')
  assert.equal(seen.at(-1)?.identity?.subject, 'victim')
})

test('a cookie that was changed, or made for something else, is no session', async (t) => {
  const { browser } = await world(t)
  const alice = browser()
  const begun = await alice.open(APP)
  const visit = /=([\w-]+);/.exec(begun.cookies[0] ?? '')?.[1] ?? ''
  await loggedIn(alice)
  const name = sessionOf(alice) ?? ''
  const good = alice.cookiesFor(APP).get(name) ?? ''
  const flipped = good.slice(0, 50) + (good[50] === 'A' ? 'B' : 'A') + good.slice(51)
  for (const bad of [flipped, good.slice(0, -4), visit, '', 'null', `${good}AAAA`]) {
    alice.cookiesFor(APP).set(name, bad)
    assert.equal((await alice.open(APP)).status, 302, bad.slice(0, 10))
  }
  alice.cookiesFor(APP).set(name, good)
  assert.equal((await alice.open(APP)).status, 200)
})

test('an hour later the login is over', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() })
  const { browser } = await world(t)
  const alice = browser()
  await loggedIn(alice)
  t.mock.timers.tick(3_590_000)
  assert.equal((await alice.open(APP)).status, 200)
  t.mock.timers.tick(11_000)
  assert.equal((await alice.open(APP)).status, 302)
})

test('the way back leads to this gateway only', async (t) => {
  const { browser } = await world(t)
  for (const path of ['//evil.example/x', '/%2fevil.example', '/%5cevil.example', `/${'x'.repeat(3_000)}`]) {
    const { returned } = await loggedIn(browser(), path)
    assert.equal(returned.location, `${APP}/`, path.slice(0, 20))
  }
})

test('scripts are told to log in, preflights pass, and logins that nobody finishes do not pile up', async (t) => {
  const { provider, ask, browser } = await world(t)
  const preflight = { origin: APP, 'access-control-request-method': 'POST' }
  assert.equal((await ask({ method: 'OPTIONS', headers: preflight })).status, 200)
  assert.equal((await ask({ method: 'OPTIONS' })).status, 302)
  const alice = browser()
  const fetched = await alice.open(APP, undefined, { 'sec-fetch-mode': 'cors' })
  assert.deepEqual([fetched.status, fetched.cookies.length], [401, 0])
  assert.equal((await alice.open(APP, undefined, { 'sec-fetch-mode': 'navigate' })).status, 302)
  for (let i = 0; i < 30; i++) await alice.open(APP)
  assert.ok(alice.cookiesFor(APP).size <= 8, String(alice.cookiesFor(APP).size))
  assert.ok(provider.asked.length < 5)
})

test('a provider that is down, or not the one that is meant, is said to be unusable and nothing more', async (t) => {
  const down = await serve(t, route(configured({ issuer: 'http://127.0.0.1:1' }), await upstream(t)), { env })
  const answer = await down.ask()
  assert.deepEqual(
    [answer.status, answer.text],
    [500, 'oidc authentication failure: the identity provider cannot be used'],
  )
  const provider = await identityProvider(t)
  const wrong = configured(
    { issuer: `${provider.issuer}/other` },
    `discovery: {url: "${provider.issuer}/.well-known/openid-configuration"}`,
  )
  const other = await serve(t, route(wrong, await upstream(t)), { env })
  assert.equal((await other.ask()).status, 500)
})

test('what cannot work is said when the configuration is read', async (t) => {
  const base = 'issuer: "https://id.example", clientId: a, clientSecret: b, redirectURI: "https://app.example/cb"'
  const said = (more: string): string => wrongWith(`{oidc: {${base}, ${more}}}`).join()
  assert.equal(said(''), '')
  assert.match(
    said('tokenEndpoint: "https://id.example/token"'),
    /needs all of `authorizationEndpoint`, `tokenEndpoint` and `jwks`/,
  )
  assert.match(said('tokenEndpointAuth: clientSecretPost'), /takes `tokenEndpointAuth` from the provider/)
  assert.match(
    wrongWith('{oidc: {issuer: nowhere, clientId: a, clientSecret: b, redirectURI: "/cb"}}').join(),
    /must be an http\(s\) URL/,
  )
  const keyless = serve(t, route(`{oidc: {${base}}}`, 1))
  await assert.rejects(keyless, /needs the environment variable OIDC_COOKIE_SECRET/)
  const odd = serve(t, route(`{oidc: {${base}, discovery: '{"issuer": "https://id.example/"}'}}`, 1), { env })
  await assert.rejects(odd, /calls itself otherwise/)
})
