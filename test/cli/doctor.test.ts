// `toolgate doctor oauth` against providers of which each has one thing wrong with it, through a gateway in between.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { type TestContext, test } from 'node:test'
import { z } from 'zod'
import { auth0 } from '../support/identity/auth0.ts'
import { type Emulator, emulate } from '../support/identity/emulator.ts'
import { admit, entra } from '../support/identity/entra.ts'
import { keycloak } from '../support/identity/keycloak.ts'
import { okta } from '../support/identity/okta.ts'
import { listening, serve, upstream } from '../support/serve.ts'
import { toolgate } from './io.ts'

const GATEWAY = 'http://localhost:3999'
const RESOURCE = `${GATEWAY}/mcp`

const report = z.object({
  version: z.literal(1),
  as: z.string(),
  provider: z.string(),
  ok: z.boolean(),
  findings: z.array(
    z.object({
      number: z.number(),
      step: z.string(),
      verdict: z.enum(['yes', 'no', 'note', 'skipped']),
      says: z.string(),
      clause: z.string().optional(),
      change: z.string().optional(),
    }),
  ),
})

/** A gateway whose one route has these policies; what the doctor is to connect to instead of its public address. */
async function gateway(t: TestContext, policies: string): Promise<string[]> {
  const yaml = `binds: [{port: 1, listeners: [{routes: [{policies: ${policies}, backends: [{host: "127.0.0.1:${await upstream(t)}"}]}]}]}]`
  const { port } = await serve(t, yaml)
  return ['--connect-to', `localhost:3999=127.0.0.1:${port}`]
}

interface Asked {
  readonly as?: string
  readonly audience?: string
  readonly more?: string
  readonly scopes?: string
  readonly args?: readonly string[]
}

/** What the doctor says of a provider behind the gateway. */
async function diagnosed(t: TestContext, name: string, idp: Emulator, asked: Asked = {}) {
  const { as = 'inspector', audience = RESOURCE, more = '', scopes = 'openid, read', args = [] } = asked
  const keys = { auth0: '.well-known/jwks.json', okta: 'oauth2/default/v1/keys', keycloak: '', entra: '' }[name] ?? ''
  const jwks = keys === '' ? '' : `, jwks: {url: "${idp.origin}/${keys}"}`
  const policy = `issuer: "${idp.issuer}", audiences: ["${audience}"]${jwks}, provider: {${name}: {}}, resourceMetadata: {resource: "${RESOURCE}", scopesSupported: [${scopes}]}${more}`
  const to = await gateway(t, `{mcpAuthentication: {${policy}}}`)
  const line = [
    'doctor',
    'oauth',
    '--url',
    RESOURCE,
    '--as',
    as,
    '--provider',
    name,
    '--format',
    'json',
    ...to,
    ...args,
  ]
  const { code, out, err } = await toolgate(line)
  assert.equal(err, '')
  const said = report.parse(JSON.parse(out))
  assert.equal(code, said.ok ? 0 : 1)
  const stopped = said.findings.find(({ verdict }) => verdict === 'no')
  const notes = said.findings.filter(({ verdict }) => verdict === 'note')
  return { code, said, stopped, notes }
}

test('each client gets to the login of a provider that is set up, and leaves no mark but its registration', async (t) => {
  for (const as of ['vscode', 'inspector', 'claude']) {
    const idp = await emulate(t, auth0({ apis: [RESOURCE] }))
    const { said, code } = await diagnosed(t, 'auth0', idp, { as })
    assert.equal(code, 0, JSON.stringify(said))
    assert.deepEqual(
      said.findings.filter(({ verdict }) => verdict !== 'note').map(({ step, verdict }) => [step, verdict]),
      [
        ...['challenge', 'resource metadata', 'issuer', 'PKCE', 'registration', 'authorize', 'token'].map((step) => [
          step,
          'yes',
        ]),
        ['call', 'skipped'],
      ],
    )
    assert.equal(idp.clients.size, 1)
  }
})

test('Auth0: registration is off', async (t) => {
  const idp = await emulate(t, auth0({ apis: [RESOURCE], registration: false }))
  const { stopped } = await diagnosed(t, 'auth0', idp)
  assert.equal(stopped?.step, 'registration')
  assert.match(stopped.says, /403 Forbidden: Dynamic client registration is not enabled/)
  assert.match(stopped.clause ?? '', /RFC 7591/)
  assert.match(stopped.change ?? '', /Auth0: .*OIDC Dynamic Application Registration/)
})

test('Auth0: the API is missing', async (t) => {
  const { stopped } = await diagnosed(t, 'auth0', await emulate(t, auth0({ apis: [] })))
  assert.deepEqual([stopped?.step, stopped?.clause], ['authorize', 'RFC 8707 §2'])
  assert.match(stopped?.says ?? '', /Service not found/)
  assert.match(stopped?.change ?? '', /create an API whose identifier/)
})

test('Okta: registering needs a token; a scope is not configured', async (t) => {
  const closed = await emulate(t, okta({ audience: RESOURCE, scopes: ['read'], closed: true }))
  const first = (await diagnosed(t, 'okta', closed)).stopped
  assert.equal(first?.step, 'registration')
  assert.match(first.says, /401 Invalid token provided/)
  assert.match(first.change ?? '', /Okta: .*`clientId`/)
  const narrow = await emulate(t, okta({ audience: RESOURCE, scopes: [] }))
  const second = (await diagnosed(t, 'okta', narrow)).stopped
  assert.equal(second?.step, 'authorize')
  assert.match(second.says, /invalid_scope/)
  assert.match(second.change ?? '', /Scopes, and an access policy/)
})

test('Keycloak: the gateway is no trusted host', async (t) => {
  const { stopped } = await diagnosed(t, 'keycloak', await emulate(t, keycloak({ trustedHosts: false })))
  assert.equal(stopped?.step, 'registration')
  assert.match(stopped.says, /Policy 'Trusted Hosts' rejected/)
  assert.match(stopped.change ?? '', /Trusted Hosts/)
})

test('Keycloak: it answers under its own name, which some clients compare', async (t) => {
  const { stopped } = await diagnosed(t, 'keycloak', await emulate(t, keycloak({})))
  assert.deepEqual([stopped?.step, stopped?.clause], ['authorize', 'RFC 9207 §2.4'])
  assert.match(stopped?.change ?? '', /Exclude Issuer From Authentication Response/)
  const { code, notes } = await diagnosed(t, 'keycloak', await emulate(t, keycloak({})), { as: 'claude' })
  assert.equal(code, 0)
  assert.ok(notes.some(({ clause }) => clause === 'RFC 9207 §2.4'))
  assert.equal((await diagnosed(t, 'keycloak', await emulate(t, keycloak({ excludesIssuer: true })))).code, 0)
})

test('Keycloak: tokens are for nobody in particular', async (t) => {
  const idp = await emulate(t, keycloak({ excludesIssuer: true }))
  const token = await idp.signer.sign({ iss: idp.issuer, aud: 'account' })
  const { stopped } = await diagnosed(t, 'keycloak', idp, { args: ['--token', token] })
  assert.equal(stopped?.step, 'call')
  assert.match(stopped.says, /401 for a token with .*aud: "account"/)
  assert.match(stopped.change ?? '', /Included Custom Audience/)
  assert.ok(!JSON.stringify(stopped).includes(token))
  const good = await idp.signer.sign({ iss: idp.issuer, aud: RESOURCE })
  assert.equal((await diagnosed(t, 'keycloak', idp, { args: ['--token', good] })).code, 0)
})

const application = {
  id: 'app',
  secret: 'its secret',
  scopes: ['use'],
  redirects: ['http://127.0.0.1:6276/oauth/callback'],
}
const behindEntra = { audience: 'api://app', scopes: '"api://app/use"' }

test('Entra: with everything in its place; without the secret; with a redirect address that it does not know', async (t) => {
  const idp = await emulate(t, entra(application))
  admit(idp, application)
  const fine = await diagnosed(t, 'entra', idp, { ...behindEntra, more: ', clientId: app, clientSecret: its secret' })
  assert.equal(fine.code, 0, JSON.stringify(fine.said))
  const bare = (await diagnosed(t, 'entra', idp, { ...behindEntra, more: ', clientId: app' })).stopped
  assert.equal(bare?.step, 'token')
  assert.match(bare.says, /AADSTS7000218/)
  const other = await diagnosed(t, 'entra', idp, {
    ...behindEntra,
    as: 'claude',
    more: ', clientId: app, clientSecret: its secret',
  })
  assert.equal(other.stopped?.step, 'authorize')
  assert.match(other.stopped.change ?? '', /Mobile and desktop applications/)
})

test('Entra: a scope that is not exposed', async (t) => {
  const idp = await emulate(t, entra(application))
  admit(idp, application)
  const asked = { ...behindEntra, scopes: '"api://app/other"', more: ', clientId: app, clientSecret: its secret' }
  const { stopped } = await diagnosed(t, 'entra', idp, asked)
  assert.equal(stopped?.step, 'authorize')
  assert.match(stopped.says, /AADSTS650053/)
  assert.match(stopped.change ?? '', /Expose an API/)
})

test('Entra as it is: it does not say that it checks PKCE', async (t) => {
  const idp = await emulate(t, entra(application))
  const policy = `{issuer: "${idp.issuer}", audiences: [app], jwks: {url: "${idp.origin}/tenant/discovery/v2.0/keys"}, resourceMetadata: {resource: "${RESOURCE}"}}`
  const to = await gateway(t, `{mcpAuthentication: ${policy}}`)
  const { code, out } = await toolgate([
    'doctor',
    'oauth',
    '--url',
    RESOURCE,
    '--as',
    'claude',
    '--format',
    'json',
    ...to,
  ])
  const stopped = report.parse(JSON.parse(out)).findings.find(({ verdict }) => verdict === 'no')
  assert.deepEqual([code, stopped?.step], [1, 'PKCE'])
})

test('a port that moves: told to those who need it, as a note', async (t) => {
  const idp = await emulate(t, auth0({ apis: [RESOURCE] }))
  const { notes } = await diagnosed(t, 'auth0', idp, { as: 'vscode' })
  assert.ok(notes.some(({ clause }) => clause === 'RFC 8252 §7.3'))
  const other = await diagnosed(t, 'auth0', await emulate(t, auth0({ apis: [RESOURCE] })))
  assert.ok(!other.notes.some(({ clause }) => clause === 'RFC 8252 §7.3'))
})

/** What stops a client of a gateway that is set up like this. */
async function stoppedBy(t: TestContext, policies: string, as = 'inspector') {
  const to = await gateway(t, policies)
  const { out } = await toolgate(['doctor', 'oauth', '--url', RESOURCE, '--as', as, '--format', 'json', ...to])
  return report.parse(JSON.parse(out)).findings
}

test('the route asks nobody, or asks in words that clients do not follow', async (t) => {
  const rest = `issuer: "https://idp.example", audiences: [a], jwks: {url: "http://127.0.0.1:1/"}`
  const [open] = await stoppedBy(
    t,
    `{mcpAuthentication: {${rest}, mode: optional, resourceMetadata: {resource: "${RESOURCE}"}}}`,
  )
  assert.deepEqual([open?.step, open?.verdict], ['challenge', 'no'])
  assert.match(open?.change ?? '', /mode: strict/)
  const [mute] = await stoppedBy(t, `{jwtAuth: {${rest}, mode: strict}}`)
  assert.deepEqual([mute?.verdict, mute?.clause], ['note', 'RFC 9728 §5.1'])
  assert.match(mute?.change ?? '', /mcpAuthentication/)
})

test('the configured address is not the one that clients are given', async (t) => {
  const rest = `issuer: "https://idp.example", audiences: [a], jwks: {url: "http://127.0.0.1:1/"}`
  const findings = await stoppedBy(
    t,
    `{mcpAuthentication: {${rest}, resourceMetadata: {resource: "${GATEWAY}/other"}}}`,
  )
  const stopped = findings.find(({ verdict }) => verdict === 'no')
  assert.deepEqual([stopped?.step, stopped?.clause], ['resource metadata', 'RFC 9728 §3.3'])
})

test('a resource that takes bound tokens only is no place for clients without proofs', async (t) => {
  const idp = await emulate(t, keycloak({}))
  const strict = await diagnosed(t, 'keycloak', idp, { more: ', dpop: require' })
  assert.equal(strict.stopped?.step, 'resource metadata')
  assert.match(strict.stopped?.says ?? '', /bound tokens only, and MCP Inspector shows no proofs/)
  assert.match(strict.stopped?.change ?? '', /`dpop: accept`/)
  const open = await diagnosed(t, 'keycloak', idp, { more: ', dpop: accept' })
  assert.notEqual(open.stopped?.step, 'resource metadata')
})

test('an authorization server that is not there, or calls itself otherwise', async (t) => {
  const policy = (server: string) =>
    `{mcpAuthentication: {issuer: "${server}", audiences: [a], jwks: {url: "http://127.0.0.1:1/"}, resourceMetadata: {resource: "${RESOURCE}"}}}`
  const gone = (await stoppedBy(t, policy('http://127.0.0.1:1'))).find(({ verdict }) => verdict === 'no')
  assert.deepEqual([gone?.step, gone?.says.includes('does not answer')], ['issuer', true])
  assert.match(gone?.change ?? '', /^`mcpAuthentication\.issuer`/)
  const port = await upstream(t, (_, response) =>
    response.end(
      '{"issuer":"https://other.example","authorization_endpoint":"https://a","token_endpoint":"https://a"}',
    ),
  )
  const strict = (await stoppedBy(t, policy(`http://127.0.0.1:${port}`))).find(({ verdict }) => verdict === 'no')
  assert.deepEqual([strict?.step, strict?.clause], ['issuer', 'RFC 8414 §3.3'])
  const patient = await stoppedBy(t, policy(`http://127.0.0.1:${port}`), 'vscode')
  assert.equal(patient.find(({ verdict }) => verdict === 'no')?.step, 'PKCE')
})

test('an address of ours that is wrong is our setting, not one of the provider', async (t) => {
  const policy = (issuer: string, resource = RESOURCE) =>
    `{mcpAuthentication: {issuer: "${issuer}", audiences: [a], provider: {keycloak: {}}, resourceMetadata: {resource: "${resource}"}}}`
  const stopped = async (policies: string) =>
    (await stoppedBy(t, policies)).find(({ verdict }) => verdict === 'no') ?? assert.fail('it goes on')
  const idp = await emulate(t, keycloak({}))
  const misspelt = await stopped(policy(`${idp.issuer}x`))
  assert.match(misspelt.says, /^502 at .*\(.*metadata answers 404\)$/)
  assert.match(misspelt.change ?? '', /^`mcpAuthentication\.issuer`, and whether the gateway reaches it/)
  const away = await stopped(policy('http://127.0.0.1:1/realms/x'))
  assert.match(away.change ?? '', /^`mcpAuthentication\.issuer`, and whether the gateway reaches it/)
  const elsewhere = await stopped(policy(idp.issuer, 'http://127.0.0.1:1/mcp'))
  assert.deepEqual([elsewhere.step, elsewhere.says.includes('does not answer')], ['resource metadata', true])
  assert.match(elsewhere.change ?? '', /^`resourceMetadata\.resource`/)
})

/** Of a resource whose tokens come from a provider that clients talk to themselves. */
async function direct(t: TestContext, { issuer = '', keys = '', token = '' }) {
  const idp = await emulate(t, keycloak({ excludesIssuer: true }))
  const policy = `issuer: "${idp.issuer}${issuer}", audiences: ["${RESOURCE}"], jwks: {url: "${idp.issuer}/protocol/openid-connect/certs${keys}"}`
  const to = await gateway(t, `{mcpAuthentication: {${policy}, resourceMetadata: {resource: "${RESOURCE}"}}}`)
  const expired = await idp.signer.sign({ iss: idp.issuer, aud: RESOURCE, exp: 1_000_000_000 })
  const good = await idp.signer.sign({ iss: idp.issuer, aud: RESOURCE })
  const given = { expired, good, opaque: 'opaque-token' }[token]
  const line = ['doctor', 'oauth', '--url', RESOURCE, '--as', 'vscode', '--format', 'json']
  const { out } = await toolgate([...line, ...to, ...(given === undefined ? [] : ['--token', given])])
  const { findings } = report.parse(JSON.parse(out))
  return { findings, last: findings.at(-1), note: findings.find(({ verdict }) => verdict === 'note') }
}

test('a token is refused for a reason, and the reason has a setting', async (t) => {
  const fine = await direct(t, { token: 'good' })
  assert.deepEqual([fine.last?.step, fine.last?.verdict], ['call', 'yes'], JSON.stringify(fine.findings))
  for (const [asked, says, change] of [
    [{ token: 'expired' }, /^401 for a token with iss/, /expired/],
    [{ token: 'opaque' }, /^401 for a token that is no JWT$/, /Keycloak: /],
    [{ token: 'good', issuer: '/' }, /^401 /, /^`mcpAuthentication\.issuer`: .*letter for letter, instead of .*\/$/],
    [{ token: 'good', keys: 'x' }, /^503 .*keys of the issuer cannot be had/, /^`mcpAuthentication\.jwks\.url`/],
    [{ keys: 'x' }, /^503 for any token: .*keys of the issuer cannot be had/, /^`mcpAuthentication\.jwks\.url`/],
  ] as const) {
    const { last } = await direct(t, asked)
    assert.deepEqual([last?.step, last?.verdict], ['call', 'no'], JSON.stringify(asked))
    assert.match(last?.says ?? '', says)
    assert.match(last?.change ?? '', change)
  }
})

test('a slash too many stops no client, and every token', async (t) => {
  const { last, note } = await direct(t, { issuer: '/' })
  assert.equal(last?.verdict, 'skipped')
  assert.deepEqual([note?.step, note?.clause], ['issuer', 'RFC 8414 §3.3'])
  assert.match(note?.says ?? '', /its tokens will not be accepted$/)
})

test('for people it is a line for each step, and a sentence at the end', async (t) => {
  const idp = await emulate(t, keycloak({ trustedHosts: false }))
  const policy = `{issuer: "${idp.issuer}", audiences: [a], provider: {keycloak: {}}, resourceMetadata: {resource: "${RESOURCE}"}}`
  const to = await gateway(t, `{mcpAuthentication: ${policy}}`)
  const { code, out } = await toolgate(['doctor', 'oauth', '--url', RESOURCE, '--as', 'claude', ...to])
  assert.equal(code, 1)
  assert.match(out, /^(?:✓|ok) 1 challenge +401, metadata at http:\/\/localhost:3999/m)
  assert.match(out, /^(?:✗|x) 5 registration +403 .*Trusted Hosts.*\n {4}RFC 7591 §3\.2\n {4}try: Keycloak: Clients/m)
  assert.match(out, /^(?:–|-) 6 authorize, 7 token, 8 call: not reached\nClaude Code stops at 5 registration\.\n$/m)
})

test('what a server says cannot move the cursor', async (t) => {
  const port = await listening(
    t,
    createServer((_, response) =>
      response.writeHead(401, { 'www-authenticate': 'Bearer resource_metadata="http://127.0.0.1:1/\u009b31m"' }).end(),
    ),
  )
  const { out } = await toolgate(['doctor', 'oauth', '--url', `http://127.0.0.1:${port}/mcp`])
  // oxlint-disable-next-line no-control-regex -- control characters are what must not be there
  assert.doesNotMatch(out, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
})

test('a server cannot send the doctor to where machines in clouds are told their secrets', async (t) => {
  const asked: string[] = []
  const inside = await upstream(t, (request, response) => {
    asked.push(request.url ?? '')
    response.end('{}')
  })
  const to = ['--connect-to', `169.254.169.254:80=127.0.0.1:${inside}`]
  const named = async (address: string): Promise<string> => {
    const port = await listening(
      t,
      createServer((_, response) =>
        response.writeHead(401, { 'www-authenticate': `Bearer resource_metadata="${address}"` }).end(),
      ),
    )
    return (await toolgate(['doctor', 'oauth', '--url', `http://127.0.0.1:${port}/mcp`, ...to])).out
  }
  for (const host of ['169.254.169.254', '[fe80::1]', '0xa9fea9fe'])
    assert.match(await named(`http://${host}/latest`), /that no document should name/, host)
  assert.deepEqual(asked, [])
  // Without the rule it would be asked like any other place near it.
  assert.doesNotMatch(await named(`http://127.0.0.1:${inside}/latest`), /that no document should name/)
  assert.deepEqual(asked, ['/latest'])
})

test('nobody there is 3, wrong usage is 2', async () => {
  const gone = await toolgate(['doctor', 'oauth', '--url', 'http://127.0.0.1:1/mcp'])
  assert.deepEqual([gone.code, gone.out], [3, ''])
  for (const line of [
    ['other'],
    ['oauth', 'more'],
    ['oauth', '--url', 'x y'],
    ['oauth', '--provider', 'x'],
    ['oauth', '--timeout', '0'],
  ])
    assert.equal((await toolgate(['doctor', ...line])).code, 2, line.join(' '))
})
