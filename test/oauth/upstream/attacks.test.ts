// What an upstream, its authorization server, and people with somebody else's link can do when one check is missing (security §3.3).
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { auth, type OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js'
import type { OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js'
import type { PutOptions, StoreKey } from '../../../src/core/store.ts'
import { UpstreamLogin } from '../../../src/oauth/upstream/login.ts'
import { StepUps } from '../../../src/oauth/upstream/step-ups.ts'
import { broken, expire, issuer, needed, type Stage, stage } from './stage.ts'

test('metadata of another resource would get tokens for it (row 50)', async (t) => {
  const honest = 'https://honest.example/mcp'
  const world = await stage(t, {
    resource: ({ issuer: one }) => ({ resource: honest, authorization_servers: [one] }),
    issuer: { metadata: () => ({ response_types_supported: ['code'] }) },
  })
  // A client of the MCP library that takes the resource for what it says it is.
  let link: URL | undefined
  let verifier = ''
  let tokens: OAuthTokens | undefined
  const provider: OAuthClientProvider = {
    redirectUrl: 'http://127.0.0.1/cb',
    clientMetadata: { redirect_uris: ['http://127.0.0.1/cb'] },
    clientInformation: () => ({ client_id: 'naive' }),
    tokens: () => tokens,
    saveTokens: (granted) => void (tokens = granted),
    redirectToAuthorization: (url) => void (link = url),
    saveCodeVerifier: (text) => void (verifier = text),
    codeVerifier: () => verifier,
    validateResourceURL: async (_server, resource) => (resource === undefined ? undefined : new URL(resource)),
  }
  assert.equal(await auth(provider, { serverUrl: world.upstream.url }), 'REDIRECT')
  assert.equal(link?.searchParams.get('resource'), honest)
  assert.equal(await auth(provider, { serverUrl: world.upstream.url, authorizationCode: 'code' }), 'AUTHORIZED')
  assert.equal(world.as.forms()[0]?.get('resource'), honest, 'and the upstream will be shown the token')
  await assert.rejects(world.begin(), broken(/another resource/))
  assert.equal(world.as.forms().length, 1)
})

test('an address that a shell opens is a command (row 51)', async (t) => {
  const attack = 'https://as.example/$(printf "run%s" ning)'
  // CVE-2025-6514: what a server names is handed to the system as text.
  assert.match(execFileSync('sh', ['-c', `echo ${attack}`], { encoding: 'utf8' }), /running/)
  const world = await stage(t, { issuer: { metadata: () => ({ authorization_endpoint: attack }) } })
  const outcome = await world.begin().then(
    ({ address }) => address,
    () => 'refused',
  )
  assert.ok(!/[$"() ]/.test(outcome), outcome)
})

test('the secret of a configured client is for the server that it was first used at (row 53)', async (t) => {
  const secret = { clientId: 'by hand', clientSecret: 'canary-secret' }
  const seen = async (before: boolean): Promise<boolean> => {
    const world = await stage(t, { settings: secret })
    const attacker = await issuer(t)
    if (before) await world.logIn()
    world.named([attacker.issuer])
    await world.logIn('bob').catch(() => undefined)
    return attacker.asked.some(({ text, headers }) =>
      `${text}${Buffer.from((headers.authorization ?? '').replace('Basic ', ''), 'base64').toString()}`.includes(
        'canary',
      ),
    )
  }
  assert.equal(await seen(false), true, 'where nothing is remembered the secret goes to whoever is named')
  assert.equal(await seen(true), false)
})

test('an upstream that always wants more would send people to the login for ever (row 55)', async (t) => {
  const rounds = async (): Promise<number> => {
    const world = await stage(t)
    await world.logIn()
    for (let round = 1; round <= 10; round++) {
      const challenge = `Bearer error="insufficient_scope", scope="more-${round}"`
      const refusal = { status: 403, challenge, again: false }
      const asked = await Promise.resolve(world.login.refused('alice', refusal)).then(() => false, needed)
      if (!asked) return round - 1
      await world.logIn()
    }
    return 10
  }
  t.mock.method(StepUps.prototype, 'admits', async () => true)
  assert.equal(await rounds(), 10)
  t.mock.restoreAll()
  assert.equal(await rounds(), 3)
})

test('a row is its person’s (row 56)', async (t) => {
  const world = await stage(t, {
    issuer: { token: (_, count) => ({ body: { access_token: `of-${count}`, token_type: 'Bearer' } }) },
  })
  await world.logIn('alice')
  await world.logIn('bob')
  const place = (who: string): StoreKey => ['login', 'grant', world.upstream.url, who]
  const alices = (await world.store.get(place('alice')))?.value ?? ''
  // Whoever can seal anew (or where nothing is sealed) has Alice's token by giving her row Bob's name; `store/open` shows that nobody
  // else can move one.
  await world.store.put(place('bob'), alices)
  assert.equal(await twin(t, world).token('bob'), 'of-1')
})

/** Another process with the same store. */
function twin(t: TestContext, { upstream, tools }: Stage): UpstreamLogin {
  const settings = {
    clientId: undefined,
    clientSecret: undefined,
    issuer: undefined,
    scopes: [],
    omitResource: false,
    assumePkce: false,
  }
  const login = new UpstreamLogin({
    upstream: { target: 'notes', url: upstream.url, place: upstream.url },
    settings,
    tools,
  })
  t.after(() => login[Symbol.asyncDispose]())
  return login
}

test('a refresh token that two show at once would end the login (row 57)', async (t) => {
  const shown = async (without: boolean): Promise<number> => {
    // A server that needs a moment: both have asked before either is answered.
    const token = async (form: URLSearchParams): Promise<undefined> =>
      form.has('refresh_token') ? delay(50, undefined) : undefined
    const world = await stage(t, { issuer: { token } })
    await world.logIn()
    await expire(world)
    if (without) {
      const put = world.store.put.bind(world.store)
      t.mock.method(world.store, 'put', async (key: StoreKey, value: string, options?: PutOptions) =>
        key[1] === 'turn' ? 1 : put(key, value, options),
      )
    }
    await Promise.all([twin(t, world), twin(t, world)].map(async (login) => login.token('alice')))
    return world.as.forms().filter((form) => form.get('refresh_token') === 'refresh-1').length
  }
  assert.equal(await shown(true), 2)
  t.mock.restoreAll()
  assert.equal(await shown(false), 1)
})
