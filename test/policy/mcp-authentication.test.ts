import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { type TestContext, test } from 'node:test'
import { z } from 'zod'
import { type Answer, route, serve, upstream } from '../support/serve.ts'
import { keySet, seconds, signer } from '../support/tokens.ts'

const PUBLIC = 'https://gw.example/secure/mcp'
const RESOURCE = '/.well-known/oauth-protected-resource'
const SERVER = '/.well-known/oauth-authorization-server'
const OPENID = '/.well-known/openid-configuration'
const BODY = '{"error":"unauthorized","error_description":"JWT token required"}'
const CHALLENGE = `Bearer resource_metadata="https://gw.example${RESOURCE}/secure/mcp"`

const document = z.record(z.string(), z.unknown())
const read = (answer: Answer) => document.parse(JSON.parse(answer.text))

interface Asked {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

interface Idp {
  readonly issuer: string
  readonly origin: string
  readonly asked: Asked[]
  /** Status or document of the metadata from now on. */
  metadata: number | object
}

/** A server that answers whatever path with its metadata, and POST requests with what it got. */
async function idp(t: TestContext, path = ''): Promise<Idp> {
  const asked: Asked[] = []
  const port = await upstream(t, (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      const body = Buffer.concat(chunks).toString()
      asked.push({ method, url, headers, body })
      const { metadata } = made
      if (method === 'POST') response.writeHead(201, { 'x-internal': 'a' }).end(JSON.stringify({ got: body }))
      else if (typeof metadata === 'number') response.writeHead(metadata).end()
      else response.end(JSON.stringify(metadata))
    })
  })
  const origin = `http://127.0.0.1:${port}`
  const issuer = origin + path
  const made: Idp = {
    issuer,
    origin,
    asked,
    metadata: {
      issuer,
      authorization_endpoint: `${origin}/authorize`,
      token_endpoint: `${origin}/token`,
      registration_endpoint: `${origin}/register`,
      authorization_response_iss_parameter_supported: true,
      client_id_metadata_document_supported: true,
    },
  }
  return made
}

interface Options {
  readonly at?: Idp
  /** More of the policy, in flow style YAML. */
  readonly more?: string
  readonly metadata?: string
  readonly beside?: string
}

/** A route that is a protected resource, in front of an echo. */
async function guarded(t: TestContext, { at, more = '', metadata = `resource: ${PUBLIC}`, beside = '' }: Options = {}) {
  const one = await signer()
  const issuer = at?.issuer ?? 'https://idp.example'
  const policy = `issuer: "${issuer}", audiences: [${PUBLIC}, other], jwks: {file: keys}, resourceMetadata: {${metadata}}${more && `, ${more}`}`
  const served = await serve(t, route(`{mcpAuthentication: {${policy}}${beside}}`, await upstream(t)), {
    read: () => Buffer.from(keySet(one)),
  })
  const token = (claims: object = {}) => one.sign({ iss: issuer, aud: PUBLIC, ...claims })
  const call = (bearer?: string, path = '/secure/mcp') =>
    served.ask({ path, ...(bearer !== undefined && { headers: { authorization: `Bearer ${bearer}` } }) })
  return { ...served, one, token, call }
}

test('without a token: 401, where the metadata is, and the body of the original', async (t) => {
  const { call, said } = await guarded(t)
  const answer = await call()
  assert.deepEqual([answer.status, answer.text], [401, BODY])
  assert.equal(answer.headers['www-authenticate'], CHALLENGE)
  assert.equal(answer.headers['content-type'], 'application/json')
  assert.deepEqual([said[0]?.reason, said[0]?.error], ['JwtAuth', 'authentication failure: no bearer token found'])
})

test('with a token that is not for this resource: the same, and `invalid_token`', async (t) => {
  const { call, token, said } = await guarded(t)
  const wrong = {
    'for another': await token({ aud: 'https://gw.example/secure/mcp2' }),
    'for the host': await token({ aud: 'https://gw.example' }),
    'for nobody': await token({ aud: undefined }),
    'of another issuer': await token({ iss: 'https://evil.example' }),
    'too old': await token({ exp: seconds() - 100 }),
    'without an end': await token({ exp: undefined }),
    rubbish: 'rubbish',
  }
  for (const [what, bad] of Object.entries(wrong)) {
    const answer = await call(bad)
    assert.deepEqual([answer.status, answer.text], [401, BODY], what)
    assert.equal(answer.headers['www-authenticate'], `${CHALLENGE}, error="invalid_token"`, what)
  }
  assert.equal(said[0]?.error, 'authentication failure: the token is invalid or malformed: Error(InvalidAudience)')
  for (const good of [await token(), await token({ aud: 'other' }), await token({ aud: ['x', PUBLIC] })])
    assert.equal((await call(good)).status, 200)
})

test('the token does not go any further', async (t) => {
  const { call, token } = await guarded(t)
  assert.doesNotMatch((await call(await token())).text, /authorization/)
})

test('configured scopes are asked for, `offline_access` never', async (t) => {
  const { call } = await guarded(t, {
    metadata: `resource: ${PUBLIC}, scopesSupported: [read, offline_access, "api://x/y"]`,
  })
  assert.equal((await call()).headers['www-authenticate'], `${CHALLENGE}, scope="read api://x/y"`)
})

test('optional lets anybody in but with a wrong token, permissive everybody; neither sends anybody to log in', async (t) => {
  const optional = await guarded(t, { more: 'mode: optional' })
  assert.equal((await optional.call()).status, 200)
  assert.equal((await optional.call('rubbish')).status, 401)
  const permissive = await guarded(t, { more: 'mode: permissive' })
  for (const bearer of [undefined, 'rubbish']) assert.equal((await permissive.call(bearer)).status, 200)
  assert.doesNotMatch((await permissive.call('rubbish')).text, /authorization/)
})

test('no name that a client chooses gets into the challenge, nor does its path out of the quotes', async (t) => {
  const { ask } = await guarded(t)
  const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'gopher' }
  for (const path of ['/secure/mcp', '/a"b', '/a%22,error="x', '/%0d%0aset-cookie:x'])
    assert.match(
      (await ask({ path, headers })).headers['www-authenticate'] ?? '',
      /^Bearer resource_metadata="https:\/\/gw\.example\/\.well-known\/oauth-protected-resource[a-z/]*"$/,
      path,
    )
})

test('without a configured address it is the one that the client used, and caches must not keep it', async (t) => {
  const { ask } = await guarded(t, { metadata: '' })
  const answer = await ask({ path: '/mcp', headers: { host: 'here.example:8080', 'x-forwarded-proto': 'https' } })
  assert.equal(answer.headers['www-authenticate'], `Bearer resource_metadata="http://here.example:8080${RESOURCE}/mcp"`)
  const metadata = await ask({ path: `${RESOURCE}/mcp`, headers: { host: 'here.example:8080' } })
  assert.equal(read(metadata)['resource'], 'http://here.example:8080/mcp')
  assert.equal(metadata.headers['cache-control'], 'no-store')
})

test('the metadata of the resource is there for everybody: below the path, at the root, behind the path', async (t) => {
  const { ask } = await guarded(t, {
    metadata: `resource: ${PUBLIC}, scopesSupported: [read], resourceDocumentation: d`,
  })
  for (const path of [`${RESOURCE}/secure/mcp`, RESOURCE, `/secure/mcp${RESOURCE}`]) {
    const answer = await ask({ path, headers: { authorization: 'Bearer rubbish' } })
    assert.equal(answer.status, 200)
    assert.deepEqual(read(answer), {
      resource: PUBLIC,
      authorization_servers: ['https://idp.example'],
      bearer_methods_supported: ['header'],
      mcp_protocol_version: '2025-06-18',
      resource_type: 'mcp-server',
      scopes_supported: ['read'],
      resource_documentation: 'd',
    })
    assert.equal(answer.headers['access-control-allow-origin'], '*')
    assert.equal(answer.headers['access-control-allow-methods'], 'GET, OPTIONS')
    assert.equal(answer.headers['access-control-allow-headers'], 'content-type')
    assert.equal(answer.headers['cache-control'], 'public, max-age=300')
  }
  assert.equal((await ask({ method: 'OPTIONS', path: RESOURCE })).status, 204)
  const posted = await ask({ method: 'POST', path: RESOURCE })
  assert.deepEqual([posted.status, posted.headers['allow']], [405, 'GET, HEAD, OPTIONS'])
  for (const path of [`${RESOURCE}x`, `${RESOURCE}/%2e%2e/admin`, `${RESOURCE}/../admin`])
    assert.notEqual((await ask({ path })).status, 200, path)
})

test('with a provider the gateway is the authorization server: its document names the issuer it is asked under', async (t) => {
  const at = await idp(t, '/realms/mcp')
  const { ask } = await guarded(t, { at, more: 'provider: {keycloak: {}}' })
  assert.deepEqual(read(await ask({ path: `${RESOURCE}/secure/mcp` }))['authorization_servers'], [PUBLIC])
  const answer = await ask({ path: `${SERVER}/secure/mcp` })
  assert.deepEqual(read(answer), {
    issuer: PUBLIC,
    authorization_endpoint: `${at.origin}/authorize`,
    token_endpoint: `${at.origin}/token`,
    registration_endpoint: `https://gw.example${SERVER}/secure/mcp/client-registration`,
    client_id_metadata_document_supported: true,
  })
  assert.equal(answer.headers['access-control-allow-origin'], '*')
  assert.deepEqual(
    at.asked.map(({ url }) => url),
    [`/realms/mcp${OPENID}`],
  )
})

test('without a provider the document passes as it is, for clients that look at the root', async (t) => {
  const at = await idp(t)
  const { ask } = await guarded(t, { at })
  assert.deepEqual(read(await ask({ path: SERVER })), at.metadata)
})

test('providers without resource indicators are told the audience', async (t) => {
  const at = await idp(t)
  for (const provider of ['auth0', 'okta']) {
    const { ask } = await guarded(t, { at, more: `provider: {${provider}: {}}` })
    const endpoint = String(read(await ask({ path: `${SERVER}/secure/mcp` }))['authorization_endpoint'])
    assert.equal(new URL(endpoint).searchParams.get('audience'), PUBLIC, provider)
  }
})

test('the OpenID form is there when the document is one, and only then', async (t) => {
  const at = await idp(t)
  const { ask } = await guarded(t, { at, more: 'provider: {auth0: {}}' })
  assert.equal((await ask({ path: `${OPENID}/secure/mcp` })).status, 404)
  const other = await idp(t)
  other.metadata = {
    ...Object(other.metadata),
    jwks_uri: `${other.origin}/keys`,
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  }
  const full = await guarded(t, { at: other, more: 'provider: {auth0: {}}' })
  for (const path of [`${OPENID}/secure/mcp`, `/secure/mcp${OPENID}`, OPENID])
    assert.equal(read(await full.ask({ path }))['issuer'], PUBLIC, path)
})

test('a document is asked for once in five minutes, and the last good one serves while the server is down', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() })
  const at = await idp(t)
  const { ask } = await guarded(t, { at })
  const path = SERVER
  await Promise.all([ask({ path }), ask({ path })])
  assert.equal(at.asked.length, 1)
  at.metadata = 500
  t.mock.timers.tick(300_001)
  assert.equal((await ask({ path })).status, 200)
  assert.equal((await ask({ path })).status, 200)
  assert.equal(at.asked.length, 2)
})

test('a server that has never answered well is 502 or 503, and is left alone for a while', async (t) => {
  const at = await idp(t)
  const { ask } = await guarded(t, { at })
  for (const wrong of [404, [], {}, { authorization_endpoint: 'javascript:x', token_endpoint: 'x' }]) {
    at.metadata = wrong
    assert.equal((await ask({ path: SERVER })).status, 502)
  }
  assert.equal(at.asked.length, 1)
})

test('a configured client is what every registration gets, with the redirect addresses that were asked for', async (t) => {
  const at = await idp(t)
  const { ask } = await guarded(t, { at, more: 'clientId: known' })
  const path = `${SERVER}/secure/mcp/client-registration`
  const document = read(await ask({ path: `${SERVER}/secure/mcp` }))
  assert.equal(document['registration_endpoint'], `https://gw.example${path}`)
  assert.equal(document['client_id_metadata_document_supported'], undefined)
  const redirects = ['http://127.0.0.1:1/cb']
  const answer = await ask({
    method: 'POST',
    path,
    body: JSON.stringify({ redirect_uris: redirects, client_id: 'mine' }),
  })
  assert.equal(answer.status, 201)
  assert.deepEqual(read(answer), {
    client_id: 'known',
    client_id_issued_at: 0,
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code'],
    response_types: ['code'],
    redirect_uris: redirects,
  })
  assert.deepEqual(read(await ask({ method: 'POST', path, body: 'no json' }))['redirect_uris'], [])
  assert.equal((await ask({ method: 'OPTIONS', path })).headers['access-control-allow-methods'], 'POST, OPTIONS')
  assert.equal((await ask({ method: 'POST', path, body: Buffer.alloc(20_000) })).status, 413)
  assert.equal(at.asked.length, 1)
})

test('registrations are passed on to the provider, without the caller’s credentials or the provider’s headers', async (t) => {
  const at = await idp(t, '/realms/mcp')
  const { ask } = await guarded(t, { at, more: 'provider: {keycloak: {}}' })
  const headers = { authorization: 'Bearer canary', cookie: 'a=canary' }
  const path = `${SERVER}/secure/mcp/client-registration`
  const answer = await ask({ method: 'POST', path, headers, body: '{"client_name":"x","scope":"a"}' })
  assert.deepEqual([answer.status, answer.text], [201, '{"got":"{\\"client_name\\":\\"x\\"}"}'])
  assert.equal(answer.headers['x-internal'], undefined)
  assert.equal(answer.headers['cache-control'], 'no-store')
  const [sent] = at.asked
  assert.deepEqual(
    [sent?.url, sent?.headers['content-type']],
    ['/realms/mcp/clients-registrations/openid-connect', 'application/json'],
  )
  assert.doesNotMatch(JSON.stringify(sent?.headers), /canary/)
})

test('where nobody registers there is no endpoint for it', async (t) => {
  const { ask } = await guarded(t)
  for (const name of ['client-registration', 'token'])
    assert.equal((await ask({ method: 'POST', path: `${SERVER}/secure/mcp/${name}` })).status, 404)
  assert.equal((await ask({ path: `${SERVER}/secure/mcp/authorize` })).status, 404)
})

const entra = 'provider: {entra: {}}, clientId: us, clientSecret: s3'
const pkce = 'client_id=us&code_challenge=abc&code_challenge_method=S256&redirect_uri=http%3A%2F%2F127.0.0.1%2F'

test('entra: the browser goes on without `resource`, and nowhere but to the provider', async (t) => {
  const at = await idp(t, '/tenant/v2.0')
  const { ask } = await guarded(t, { at, more: entra })
  const document = read(await ask({ path: `${SERVER}/secure/mcp` }))
  const path = `${SERVER}/secure/mcp/authorize`
  assert.equal(document['authorization_endpoint'], `https://gw.example${path}`)
  assert.deepEqual(document['code_challenge_methods_supported'], ['S256'])
  const sent = await ask({ path: `${path}?${pkce}&resource=${encodeURIComponent(PUBLIC)}&scope=read` })
  const to = new URL(String(sent.headers['location']))
  assert.deepEqual([sent.status, to.origin + to.pathname], [302, `${at.origin}/authorize`])
  assert.deepEqual([to.searchParams.has('resource'), to.searchParams.get('scope')], [false, `${PUBLIC}/read`])
  const refused = await ask({ path: `${path}?client_id=us&redirect_uri=https%3A%2F%2Fevil.example` })
  assert.deepEqual([refused.status, refused.headers['location']], [400, undefined])
})

test('entra: the secret is added for whoever proves that the code is theirs, and is not seen', async (t) => {
  const at = await idp(t, '/tenant/v2.0')
  const { ask } = await guarded(t, { at, more: entra })
  const path = `${SERVER}/secure/mcp/token`
  const headers = { 'content-type': 'application/x-www-form-urlencoded', cookie: 'a=b' }
  const code = 'grant_type=authorization_code&client_id=us&code=c'
  await ask({ method: 'POST', path, headers, body: `${code}&code_verifier=v&resource=x` })
  const sent = at.asked.at(-1)
  assert.deepEqual([sent?.url, sent?.body], ['/token', `${code}&code_verifier=v&client_secret=s3`])
  assert.equal(sent?.headers.cookie, undefined)
  const count = at.asked.length
  const unproven = await ask({ method: 'POST', path, headers, body: code })
  assert.deepEqual([unproven.status, read(unproven)['error']], [400, 'invalid_request'])
  for (const type of ['application/json', 'text/plain'])
    assert.equal((await ask({ method: 'POST', path, headers: { 'content-type': type }, body: code })).status, 400)
  assert.equal(at.asked.length, count)
})

test('a token that a listener has taken off must be good for the resource all the same', async (t) => {
  const one = await signer()
  const keys = () => Buffer.from(keySet(one))
  const issuer = 'https://idp.example'
  const yaml = `
binds:
- port: 1
  listeners:
  - policies: { jwtAuth: { mode: strict, issuer: "${issuer}", jwks: { file: keys } } }
    routes:
    - policies:
        mcpAuthentication: { issuer: "${issuer}", audiences: [${PUBLIC}], jwks: { file: keys }, resourceMetadata: { resource: ${PUBLIC} } }
      backends: [{ host: "127.0.0.1:${await upstream(t)}" }]
`
  const { ask } = await serve(t, yaml, { read: keys })
  const status = async (aud: string) => {
    const token = await one.sign({ iss: issuer, aud })
    return (await ask({ headers: { authorization: `Bearer ${token}` } })).status
  }
  assert.equal(await status(PUBLIC), 200)
  assert.equal(await status('other'), 401)
})

test('pages of other origins may read what `cors` allows them to', async (t) => {
  const { ask } = await guarded(t, { beside: ', cors: {allowOrigins: ["https://app.example"], allowHeaders: [x]}' })
  const headers = { origin: 'https://app.example' }
  assert.equal((await ask({ path: RESOURCE, headers })).headers['access-control-allow-origin'], 'https://app.example')
  assert.equal((await ask({ method: 'OPTIONS', path: RESOURCE, headers })).status, 200)
})

test('a configuration that could not work is refused with its reason', async (t) => {
  const wrong = async (policy: string): Promise<string> => {
    const served = serve(t, route(`{mcpAuthentication: {${policy}}}`, 1), { read: () => undefined })
    return served.then(
      () => 'fine',
      (thrown: unknown) => String(thrown),
    )
  }
  const rest = 'jwks: {url: "http://127.0.0.1:1/"}, resourceMetadata: {}'
  assert.match(await wrong(`issuer: "", audiences: [a], ${rest}`), /address of an authorization server/)
  assert.match(await wrong(`issuer: "https://i", audiences: [], ${rest}`), /must name whom tokens are for/)
  assert.match(await wrong(`issuer: "https://i", audiences: [""], ${rest}`), /must name whom tokens are for/)
  assert.match(await wrong(`issuer: "https://i", audiences: [a], provider: {}, ${rest}`), /must name one provider/)
  assert.match(
    await wrong('issuer: "https://i", audiences: [a], resourceMetadata: {resource: "/mcp"}'),
    /must be an address without a fragment/,
  )
})
