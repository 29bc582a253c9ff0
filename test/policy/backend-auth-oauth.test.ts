// Tokens for upstreams that an authorization server grants: what it is asked, what is kept, what happens when it refuses.
import assert from 'node:assert/strict'
import { createVerify, generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { type TestContext, test } from 'node:test'
import { TokenCache } from '../../src/oauth/token-cache.ts'
import { route, serve, upstream } from '../support/serve.ts'

interface Asked {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly form: URLSearchParams
}

interface Said {
  readonly status?: number
  readonly body: object
}

/** A token endpoint that tells what it was asked and says what the test wants. */
async function tokenServer(t: TestContext, say: (asked: Asked, count: number) => Said) {
  const asked: Asked[] = []
  const port = await upstream(t, (request, response) => {
    let text = ''
    request.on('data', (chunk: Buffer) => (text += chunk))
    request.on('end', () => {
      const one = { path: request.url ?? '', headers: request.headers, form: new URLSearchParams(text) }
      asked.push(one)
      const { status = 200, body } = say(one, asked.length)
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    })
  })
  return { asked, host: `127.0.0.1:${port}` }
}

const grants = (count: number): Said => ({
  body: {
    access_token: `granted-${count}`,
    token_type: 'Bearer',
    expires_in: 3600,
    issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
  },
})
const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })
const sent = (text: string): string => String(JSON.parse(text).headers.authorization)

test('client credentials: one token for everybody, asked for once, in the form of RFC 6749', async (t) => {
  const { asked, host } = await tokenServer(t, (_, count) => grants(count))
  const auth = `{oauthClientCredentials: {host: "${host}", path: /token, clientAuth: {clientId: "gate way", clientSecret: "s:3"}, scopes: [a, b], resources: ["https://r.example/mcp"]}}`
  const { ask } = await serve(t, route(`{backendAuth: ${auth}}`, await upstream(t)))
  const answers = await Promise.all([ask(), ask(bearer('mine')), ask()])
  for (const { status, text } of answers) assert.deepEqual([status, sent(text)], [200, 'Bearer granted-1'])
  assert.equal(sent((await ask()).text), 'Bearer granted-1')
  assert.equal(asked.length, 1)
  const [{ path, headers, form } = assert.fail('nothing was asked')] = asked
  assert.equal(path, '/token')
  // Names and secrets are form-encoded before they become Basic (RFC 6749 §2.3.1).
  assert.equal(headers.authorization, `Basic ${Buffer.from('gate+way:s%3A3').toString('base64')}`)
  assert.deepEqual(
    [...form],
    [
      ['scope', 'a b'],
      ['resource', 'https://r.example/mcp'],
      ['grant_type', 'client_credentials'],
    ],
  )
})

test('token exchange: each caller gets a token of their own, and the subject never travels to the backend', async (t) => {
  const { asked, host } = await tokenServer(t, (_, count) => grants(count))
  const auth = `{oauthTokenExchange: {host: "${host}", audiences: [up], clientAuth: {method: clientSecretPost, clientId: g, clientSecret: s}}}`
  const { ask } = await serve(t, route(`{backendAuth: ${auth}}`, await upstream(t)))
  assert.equal(sent((await ask(bearer('alice'))).text), 'Bearer granted-1')
  assert.equal(sent((await ask(bearer('bob'))).text), 'Bearer granted-2')
  assert.equal(sent((await ask(bearer('alice'))).text), 'Bearer granted-1')
  assert.equal(asked.length, 2)
  const form = Object.fromEntries(asked[0]?.form ?? [])
  assert.deepEqual(form, {
    subject_token: 'alice',
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    audience: 'up',
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    client_id: 'g',
    client_secret: 's',
  })
  const none = await ask()
  assert.equal(none.status, 500)
  assert.match(none.text, /^backend authentication failed: the caller has shown no token/)
})

test('what a caller says changes nothing about an exchange, and a new token of theirs is a new exchange (row 60)', async (t) => {
  const { asked, host } = await tokenServer(t, (_, count) => grants(count))
  const auth = `{oauthTokenExchange: {host: "${host}", audiences: [up], scopes: [read]}}`
  const { ask } = await serve(t, route(`{backendAuth: ${auth}}`, await upstream(t)))
  const wider = {
    path: '/?audience=other&scope=admin&resource=https://other.example',
    headers: { authorization: 'Bearer old', audience: 'other', scope: 'admin' },
  }
  assert.equal(sent((await ask(wider)).text), 'Bearer granted-1')
  // Without the rule (one token for each subject): whoever holds a stale token goes on with what it was exchanged for.
  assert.equal(sent((await ask(bearer('new'))).text), 'Bearer granted-2')
  assert.deepEqual(
    asked.map(({ form }) => [
      form.get('subject_token'),
      form.getAll('audience'),
      form.get('scope'),
      form.getAll('resource'),
    ]),
    [
      ['old', ['up'], 'read', []],
      ['new', ['up'], 'read', []],
    ],
  )
  assert.ok(asked.every(({ form, headers }) => !form.has('client_id') && headers.authorization === undefined))
})

test('tokens that are kept for everybody would be those of the first (row 60)', async (t) => {
  const world = async (): Promise<string[]> => {
    const { host } = await tokenServer(t, (_, count) => grants(count))
    const { ask } = await serve(t, route(`{backendAuth: {oauthTokenExchange: {host: "${host}"}}}`, await upstream(t)))
    return [sent((await ask(bearer('alice'))).text), sent((await ask(bearer('mallory'))).text)]
  }
  // oxlint-disable-next-line typescript/unbound-method -- called with its own `this`
  const { get } = TokenCache.prototype
  t.mock.method(TokenCache.prototype, 'get', function (this: TokenCache, _key: string, ask: Parameters<typeof get>[1]) {
    return get.call(this, 'one key', ask)
  })
  assert.deepEqual(await world(), ['Bearer granted-1', 'Bearer granted-1'])
  t.mock.restoreAll()
  assert.deepEqual(await world(), ['Bearer granted-1', 'Bearer granted-2'])
})

test('jwtBearer sends the token as an assertion, signed for by a key of ours', async (t) => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const { asked, host } = await tokenServer(t, (_, count) => grants(count))
  const client = `{method: privateKeyJwt, clientId: g, signingKey: ${JSON.stringify(pem)}, assertionAudience: "https://as.example", kid: k1}`
  const auth = `{oauthTokenExchange: {host: "${host}", grantType: jwtBearer, clientAuth: ${client}}}`
  const { ask } = await serve(t, route(`{backendAuth: ${auth}}`, await upstream(t)))
  assert.equal(sent((await ask(bearer('alice'))).text), 'Bearer granted-1')
  const { form } = asked[0] ?? assert.fail('nothing was asked')
  assert.equal(form.get('grant_type'), 'urn:ietf:params:oauth:grant-type:jwt-bearer')
  assert.equal(form.get('assertion'), 'alice')
  const { header, claims } = verified(form.get('client_assertion') ?? '', publicKey)
  assert.deepEqual(header, { alg: 'RS256', typ: 'JWT', kid: 'k1' })
  assert.deepEqual([claims['iss'], claims['sub'], claims['aud']], ['g', 'g', 'https://as.example'])
})

test('an identity assertion is had from one server and spent at another', async (t) => {
  const provider = await tokenServer(t, () => ({
    body: { access_token: 'id-jag', token_type: 'N_A', issued_token_type: 'urn:ietf:params:oauth:token-type:id-jag' },
  }))
  const resource = await tokenServer(t, (_, count) => grants(count))
  const end = (host: string): string => `{host: "${host}", clientAuth: {clientId: g, clientSecret: s}}`
  const auth = `{crossAppAccess: {identityProvider: ${end(provider.host)}, resourceAuthorizationServer: ${end(resource.host)}, audience: "https://as.up.example", scopes: [read]}}`
  const { ask } = await serve(t, route(`{backendAuth: ${auth}}`, await upstream(t)))
  assert.equal(sent((await ask(bearer('id-token'))).text), 'Bearer granted-1')
  assert.equal(provider.asked[0]?.form.get('requested_token_type'), 'urn:ietf:params:oauth:token-type:id-jag')
  assert.equal(provider.asked[0]?.form.get('subject_token'), 'id-token')
  assert.equal(resource.asked[0]?.form.get('assertion'), 'id-jag')
})

test('jwtSign: a token of our own, with the claims of the configuration and a short life', async (t) => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pem = privateKey.export({ type: 'sec1', format: 'pem' }).toString()
  const auth = `{jwtSign: {signingKey: ${JSON.stringify(pem)}, alg: ES256, claims: {iss: gw, aud: [a]}, ttl: 60s}}`
  const { ask } = await serve(t, route(`{backendAuth: ${auth}}`, await upstream(t)))
  const { claims } = verified(sent((await ask()).text).replace('Bearer ', ''), publicKey)
  assert.deepEqual([claims['iss'], claims['aud'], Number(claims['exp']) - Number(claims['iat'])], ['gw', ['a'], 60])
})

for (const [what, say, words] of [
  [
    'refuses',
    () => ({ status: 400, body: { error: 'invalid_grant', error_description: 'secret detail' } }),
    /answered 400: invalid_grant/,
  ],
  ['answers nonsense', () => ({ body: { hello: 1 } }), /without a token/],
  ['is broken', () => ({ status: 500, body: {} }), /without a token/],
] as const)
  test(`a token server that ${what}: nothing is sent, and the next request asks again`, async (t) => {
    const { asked, host } = await tokenServer(t, say)
    let calls = 0
    const backend = await upstream(t, (_, response) => {
      calls++
      response.end()
    })
    const auth = `{oauthClientCredentials: {host: "${host}", clientAuth: {clientId: g, clientSecret: s}}}`
    const { ask } = await serve(t, route(`{backendAuth: ${auth}}`, backend))
    for (let i = 0; i < 2; i++) {
      const { status, text } = await ask()
      assert.equal(status, 500)
      assert.match(text, words)
      assert.doesNotMatch(text, /secret detail/)
    }
    assert.deepEqual([asked.length, calls], [2, 0])
  })

for (const expires of [-1, '"abc"', 1e300, 0])
  test(`expires_in ${expires} neither breaks nor lasts for ever`, async (t) => {
    const { asked, host } = await tokenServer(t, (_, count) => ({
      body: {
        access_token: `granted-${count}`,
        token_type: 'Bearer',
        expires_in: typeof expires === 'string' ? 'abc' : expires,
      },
    }))
    const auth = `{oauthClientCredentials: {host: "${host}", clientAuth: {clientId: g, clientSecret: s}}}`
    const { ask } = await serve(t, route(`{backendAuth: ${auth}}`, await upstream(t)))
    const { status } = await ask()
    assert.ok(status === 200 || status === 500)
    assert.ok(asked.length >= 1)
  })

for (const [auth, complaint] of [
  ['{oauthClientCredentials: {host: "a:1"}}', /needs `clientAuth`/],
  ['{oauthTokenExchange: {}}', /where the server is/],
  ['{oauthTokenExchange: {host: "no port"}}', /name:port/],
  ['{oauthTokenExchange: {backend: missing}}', /no backend named/],
  [
    '{oauthTokenExchange: {host: "a:1", grantType: jwtBearer, actorToken: {source: {header: {name: x}}}}}',
    /tokenExchange/,
  ],
  ['{jwtSign: {signingKey: nonsense}}', /no private key/],
  ['{jwtSign: {signingKey: nonsense, claims: {exp: 1}}}', /is set when the token is signed/],
] as const)
  test(`${auth} does not start`, async (t) => {
    await assert.rejects(serve(t, route(`{backendAuth: ${auth}}`, 1)), complaint)
  })

type Json = { readonly [name: string]: unknown }

function verified(token: string, key: KeyObject): { readonly header: Json; readonly claims: Json } {
  const [header = '', claims = '', signature = ''] = token.split('.')
  const verify = createVerify('sha256').update(`${header}.${claims}`)
  assert.ok(verify.verify({ key, dsaEncoding: 'ieee-p1363' }, signature, 'base64url'))
  const read = (part: string): Json => JSON.parse(Buffer.from(part, 'base64url').toString())
  return { header: read(header), claims: read(claims) }
}
