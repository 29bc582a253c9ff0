// The way from an upstream to its authorization server, with people on it who want to lead us elsewhere (security §3.3, rows 50, 51, 54).
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { UpstreamLogin } from '../../../src/oauth/upstream/login.ts'
import type { LoginSettings } from '../../../src/oauth/upstream/settings.ts'
import { base, broken, granted, issuer, type Said, server, stage } from './stage.ts'

test('what an upstream names is found in the order of the protocol: challenge, path, root', async (t) => {
  const { begin, upstream, as } = await stage(t)
  const { address, begun, shown } = await begin()
  const url = new URL(address)
  assert.equal(url.origin + url.pathname, `${as.issuer}/authorize`)
  assert.equal(shown, url.host)
  assert.equal(url.searchParams.get('resource'), upstream.url)
  assert.equal(url.searchParams.get('code_challenge_method'), 'S256')
  assert.equal(url.searchParams.has('scope'), false)
  assert.equal(begun.issuer, as.issuer)
  const read = upstream.asked.filter(({ path }) => path.includes('protected')).map(({ path }) => path)
  assert.deepEqual(read, ['/.well-known/oauth-protected-resource/mcp'])
})

test('addresses that an upstream names are not asked when they are private (row 50)', async (t) => {
  const secret = await server(t, () => ({ body: { resource: 'x' } }))
  const own = await stage(t, { loopback: false, challenge: () => `Bearer resource_metadata="${secret.origin}/prm"` })
  // Without the guard: the gateway can be sent to any address that it can reach.
  assert.equal((await fetch(`${secret.origin}/prm`)).status, 200)
  await assert.rejects(own.begin(), broken(/not passable/))
  assert.equal(secret.asked.length, 1)
  for (const url of [
    'http://169.254.169.254/latest/meta-data',
    'file:///etc/passwd',
    'https://10.0.0.1/prm',
    'https://[::ffff:7f00:1]/prm',
  ]) {
    const { begin } = await stage(t, { loopback: false, challenge: () => `Bearer resource_metadata="${url}"` })
    await assert.rejects(begin(), broken(/not passable/), url)
  }
})

test('neither are authorization servers, nor where they redirect to (row 50)', async (t) => {
  const secret = await server(t, () => ({ body: {} }))
  const redirects = await stage(t, {
    loopback: false,
    resource: ({ url }) => ({ resource: url, authorization_servers: [secret.origin] }),
  })
  await assert.rejects(redirects.begin(), broken(/not passable/))
  assert.equal(secret.asked.length, 0)
  // The upstream itself is the operator's choice; where it redirects to is not.
  const sent = await server(t, ({ path }) =>
    path === '/mcp' ? { status: 401 } : { status: 302, headers: { location: `${secret.origin}/prm` } },
  )
  const { tools } = redirects
  await assert.rejects(
    tools.ask(`${sent.origin}/.well-known/oauth-protected-resource`, { method: 'GET', headers: {}, trust: 'operator' }),
    { code: 'upstream.forbidden' },
  )
  assert.equal(secret.asked.length, 0)
})

test('metadata of another resource is not this one’s (row 50)', async (t) => {
  for (const resource of [
    'https://honest.example/mcp',
    'http://localhost:1/mcp',
    (url: string) => `${url}2`,
    (url: string) => `${url}/deeper`,
    (url: string) => `${url}?x=1`,
  ]) {
    const { begin, as } = await stage(t, {
      resource: ({ url, issuer: one }) => ({
        resource: typeof resource === 'string' ? resource : resource(url),
        authorization_servers: [one],
      }),
    })
    // Without the rule: tokens are asked for in another resource's name, by whoever runs this one.
    await assert.rejects(begin(), broken(/another resource/))
    assert.equal(as.asked.length, 0)
  }
  const above = await stage(t, {
    resource: ({ url, issuer: one }) => ({ resource: new URL(url).origin, authorization_servers: [one] }),
  })
  assert.ok(await above.begin(), 'a whole origin covers what is on it')
})

test('an authorization server that calls itself otherwise is not asked further (row 50)', async (t) => {
  const { begin, as } = await stage(t, { issuer: { metadata: () => ({ issuer: 'https://honest.example' }) } })
  await assert.rejects(begin(), broken(/another one/))
  assert.deepEqual(
    as.asked.map(({ path }) => path),
    ['/.well-known/oauth-authorization-server'],
  )
})

test('of two documents that name different servers the one for the path counts (row 50)', async (t) => {
  const { begin, upstream, as } = await stage(t)
  assert.equal((await begin()).begun.issuer, as.issuer)
  assert.ok(!upstream.asked.some(({ path }) => path === '/.well-known/oauth-protected-resource'))
})

test('a browser is sent to https pages only, whatever stands in the metadata (row 51)', async (t) => {
  for (const front of [
    'javascript:alert(1)',
    'file:///etc/passwd',
    '$(calc)',
    'a:" & calc & "',
    'https://as.example/\nSet-Cookie: x',
    'https:\\\\as.example',
    'data:text/html,x',
    '',
  ]) {
    const { begin } = await stage(t, { issuer: { metadata: () => ({ authorization_endpoint: front }) } })
    await assert.rejects(begin(), broken(/not https|another one/), front)
  }
  // Without the rule: most of these are addresses to whoever only parses them.
  assert.ok(URL.canParse('javascript:alert(1)') && URL.canParse('file:///etc/passwd'))
  const plain = await stage(t, {
    loopback: false,
    resource: ({ url }) => ({ resource: url, authorization_servers: [new URL(url).origin] }),
  })
  await assert.rejects(plain.begin(), broken(/says nothing about itself/))
})

test('a server that does not check PKCE with S256 gets nobody’s login (row 54)', async (t) => {
  for (const methods of [undefined, ['plain'], [], 'S256 plain']) {
    const { begin, as } = await stage(t, {
      issuer: { metadata: () => ({ code_challenge_methods_supported: methods }) },
    })
    await assert.rejects(begin(), broken(/PKCE|another one/))
    assert.ok(!as.asked.some(({ path }) => path === '/register'))
  }
})

test('a server whose operator vouches that it checks PKCE is logged in at, and that is logged (row 54)', async (t) => {
  const { begin, warned } = await stage(t, {
    settings: { assumePkce: true },
    issuer: { metadata: () => ({ code_challenge_methods_supported: undefined }) },
  })
  assert.equal(new URL((await begin()).address).searchParams.get('code_challenge_method'), 'S256')
  assert.match(warned.join(), /does not say that it checks PKCE, and is trusted to .*"target":"notes"/)
})

/** An upstream of 2025-03-26: its own authorization server, which says nothing of itself. */
async function old(
  t: TestContext,
  settings: Partial<LoginSettings>,
  more: (path: string) => Said | undefined = () => undefined,
) {
  const own = await server(t, ({ path }) => {
    const said = more(path)
    if (said !== undefined) return said
    if (path === '/mcp') return { status: 401, headers: { 'www-authenticate': 'Bearer' } }
    if (path === '/register') return { status: 201, body: { client_id: 'registered', client_secret: 's' } }
    return path === '/token' ? { body: granted(1) } : undefined
  })
  const { tools } = await stage(t)
  const url = `${own.origin}/mcp`
  const none = { clientId: undefined, clientSecret: undefined, issuer: undefined, scopes: [] }
  const login = new UpstreamLogin({
    upstream: { target: 'old', url, place: url },
    settings: { ...none, omitResource: false, assumePkce: false, ...settings },
    tools,
  })
  t.after(() => login[Symbol.asyncDispose]())
  return { ...own, login, begin: () => login.begin('alice', base, 'page') }
}

test('a server of 2025-03-26 that says nothing of itself has its endpoints at the usual places, if PKCE is vouched for', async (t) => {
  const { origin, asked, login, begin } = await old(t, { assumePkce: true })
  const { address, begun, state } = await begin()
  const url = new URL(address)
  assert.equal(url.origin + url.pathname, `${origin}/authorize`)
  assert.deepEqual([url.searchParams.get('client_id'), begun.issuer], ['registered', origin])
  await login.finish(begun, state, new URLSearchParams({ state, code: 'c' }).toString())
  assert.equal(await login.token('alice'), 'access-1')
  const form = new URLSearchParams(asked.find(({ path }) => path === '/token')?.text)
  assert.ok((form.get('code_verifier') ?? '').length >= 43)
})

test('what says nothing of itself is no place to log in at without that, nor where anybody else is named', async (t) => {
  const strict = await old(t, {})
  await assert.rejects(strict.begin(), broken(/says nothing about itself/))
  assert.ok(!strict.asked.some(({ path }) => path === '/register'))
  // A server that is only broken at the moment has not said that it is an old one.
  const down = await old(t, { assumePkce: true }, (path) => (path.includes('well-known') ? { status: 503 } : undefined))
  await assert.rejects(down.begin(), broken(/answered 503/))
  // Who names an authorization server is no old server, even if that one is silent.
  const named = await old(t, { assumePkce: true }, (path) =>
    path.endsWith('protected-resource/mcp')
      ? { body: { resource: `${named.origin}/mcp`, authorization_servers: [named.origin] } }
      : undefined,
  )
  await assert.rejects(named.begin(), broken(/says nothing about itself/))
  const elsewhere = await server(t, () => ({ status: 404 }))
  const sent = await old(t, { assumePkce: true, issuer: elsewhere.origin })
  await assert.rejects(sent.begin(), broken(/says nothing about itself/))
})

test('a server that nobody can register at is the operator’s to know', async (t) => {
  const { begin, warned } = await stage(t, { issuer: { metadata: () => ({ registration_endpoint: undefined }) } })
  await assert.rejects(begin(), broken(/registered by hand/))
  assert.ok(warned.some((line) => line.includes('clientId')))
})

test('a document of our own comes before registering, a configured client before both', async (t) => {
  const metadata = () => ({ client_id_metadata_document_supported: true })
  const own = await stage(t, { issuer: { metadata } })
  const { begun } = await own.login.begin('alice', 'https://gate.example/mcp/connect', 'page')
  assert.equal(begun.clientId, 'https://gate.example/mcp/connect/client-metadata.json')
  // Documents are https: on this machine there is none, and registering is left.
  assert.match((await own.begin()).begun.clientId, /^client of/)
  const byHand = await stage(t, { issuer: { metadata }, settings: { clientId: 'by hand' } })
  assert.equal((await byHand.begin()).begun.clientId, 'by hand')
  assert.ok(!byHand.as.asked.some(({ path }) => path === '/register'))
})

test('scopes are those of the challenge, else those of the resource; `*` is none, offline access where it is offered (row 55)', async (t) => {
  const scopesOf = async (options: Parameters<typeof stage>[1]): Promise<string | null> =>
    new URL((await (await stage(t, options)).begin()).address).searchParams.get('scope')
  const resource = ({ url, issuer: one }: { url: string; issuer: string }) => ({
    resource: url,
    authorization_servers: [one],
    scopes_supported: ['read', 'write', '*'],
  })
  assert.equal(await scopesOf({ resource }), 'read write')
  assert.equal(await scopesOf({ resource, challenge: () => 'Bearer scope="write *"' }), 'write')
  assert.equal(await scopesOf({ resource, settings: { scopes: ['extra'] } }), 'extra read write')
  const metadata = () => ({ scopes_supported: ['offline_access', 'read'] })
  assert.equal(await scopesOf({ resource, issuer: { metadata } }), 'read write offline_access')
})

test('`resource` is sent in both requests, or in none', async (t) => {
  for (const omitResource of [false, true]) {
    const { begin, back, as, upstream } = await stage(t, { settings: { omitResource } })
    const departure = await begin()
    await back(departure)
    const expected = omitResource ? null : upstream.url
    assert.equal(new URL(departure.address).searchParams.get('resource'), expected)
    assert.equal(as.forms()[0]?.get('resource') ?? null, expected)
  }
})

test('another authorization server is another world: nothing of the first is shown to it (row 53)', async (t) => {
  const own = await stage(t, { settings: { clientId: 'by hand', clientSecret: 'canary-secret' } })
  await own.logIn()
  const attacker = await issuer(t)
  own.named([attacker.issuer])
  // Without the rule: the secret of the configured client goes to whoever the upstream names.
  await assert.rejects(own.begin(), broken(/another authorization server/))
  assert.ok(!JSON.stringify(attacker.asked).includes('canary-secret'))
  assert.deepEqual(attacker.forms(), [])
})

test('a token that is refused after such a change is dropped, its refresh token goes nowhere (row 53)', async (t) => {
  const own = await stage(t, {
    issuer: { token: () => ({ body: { ...granted(1), refresh_token: 'canary-refresh' } }) },
  })
  await own.logIn()
  const attacker = await issuer(t)
  own.named([attacker.issuer])
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 60_000 })
  await assert.rejects(own.login.refused('alice', { status: 401, challenge: undefined, again: false }), {
    code: 'upstream.credentials',
  })
  assert.ok(!JSON.stringify(attacker.asked).includes('canary-refresh'))
  assert.equal(await own.login.connected('alice'), false)
  const { begun } = await own.begin()
  assert.equal(begun.clientId, `client of ${attacker.issuer}`, 'registered anew')
})
