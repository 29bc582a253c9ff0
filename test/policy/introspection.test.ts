// Tokens that cannot be read: their issuer is asked, and what it does not say is no yes (security §3.1, row 6).
import assert from 'node:assert/strict'
import type { IncomingHttpHeaders } from 'node:http'
import { type TestContext, test } from 'node:test'
import { z } from 'zod'
import type { Exchange } from '../../src/core/exchange.ts'
import { principalOf } from '../../src/core/principal.ts'
import { athOf, holder } from '../support/proofs.ts'
import { route, serve, upstream, wrongWith } from '../support/serve.ts'
import { keySet, seconds, signer } from '../support/tokens.ts'

const AUDIENCE = 'https://gw.example/mcp'

interface Idp {
  readonly origin: string
  readonly asked: { readonly headers: IncomingHttpHeaders; readonly form: URLSearchParams }[]
  /** What it says of each token; a number: a status and nothing else; text: that. */
  readonly known: Map<string, object | number | string>
  /** Documents at other paths. */
  readonly documents: Map<string, object>
}

async function idp(t: TestContext): Promise<Idp> {
  const [asked, known, documents]: [Idp['asked'], Idp['known'], Idp['documents']] = [[], new Map(), new Map()]
  const port = await upstream(t, (request, response) => {
    let text = ''
    request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    request.on('end', () => {
      const document = documents.get(request.url ?? '')
      const form = new URLSearchParams(text)
      if (request.method === 'POST') asked.push({ headers: request.headers, form })
      const said = document ?? known.get(form.get('token') ?? '') ?? { active: false }
      response.setHeader('content-type', 'application/json')
      response.statusCode = typeof said === 'number' ? said : 200
      response.end(typeof said === 'string' ? said : JSON.stringify(said))
    })
  })
  return { origin: `http://127.0.0.1:${port}`, asked, known, documents }
}

const good = (more: object = {}): object => ({
  active: true,
  sub: 'alice',
  aud: AUDIENCE,
  scope: 'read',
  token_type: 'Bearer',
  exp: seconds() + 600,
  ...more,
})

/** A route for tokens of the issuer; `more` stands in the policy, `own` in `introspection`. */
async function guarded(t: TestContext, { more = '', own = '', audiences = `[${AUDIENCE}]` } = {}) {
  const [at, one] = [await idp(t), await signer()]
  const policy =
    `{jwtAuth: {mode: strict, issuer: "${at.origin}", audiences: ${audiences}, jwks: {file: keys}, ${more}` +
    ` introspection: {endpoint: "${at.origin}/introspect", clientId: gate, clientSecret: "s e:cret"${own}}}}`
  const served = await serve(t, route(policy, await upstream(t)), { read: () => Buffer.from(keySet(one)) })
  const shown = async (token: string): Promise<number> =>
    (await served.ask({ headers: { authorization: `Bearer ${token}` } })).status
  return { ...served, at, one, shown }
}

test('a token that its issuer calls active is its caller’s; it is asked once, with our own credentials', async (t) => {
  const { at, one, ask, shown, said } = await guarded(t)
  at.known.set('opaque-token', good())
  const answer = await ask({ headers: { authorization: 'Bearer opaque-token' } })
  assert.equal(answer.status, 200)
  assert.doesNotMatch(answer.text, /opaque-token/, 'and goes no further')
  assert.deepEqual(await Promise.all(Array.from({ length: 20 }, () => shown('opaque-token'))), Array(20).fill(200))
  assert.equal(at.asked.length, 1)
  const [{ headers, form } = assert.fail('nobody was asked')] = at.asked
  // Names and secrets are form-encoded before they become Basic (RFC 6749 §2.3.1).
  assert.equal(headers.authorization, `Basic ${Buffer.from('gate:s+e%3Acret').toString('base64')}`)
  assert.deepEqual(Object.fromEntries(form), { token: 'opaque-token', token_type_hint: 'access_token' })
  assert.equal(await shown('made-up'), 401)
  assert.match(said.at(-1)?.error ?? '', /Error\(Inactive\)/)
  // A token that can be read is read, and its issuer not bothered.
  assert.equal(await shown(await one.sign({ iss: at.origin, aud: AUDIENCE })), 200)
  assert.equal(at.asked.length, 2)
})

test('what its issuer says of it is seen by rules', async (t) => {
  const { at, ask } = await guarded(t)
  at.known.set('a', good({ groups: ['red'] }))
  const rules = await serve(
    t,
    route(
      `{jwtAuth: {mode: strict, issuer: "${at.origin}", audiences: [${AUDIENCE}], jwks: '${keySet(await signer())}', introspection: {endpoint: "${at.origin}/introspect", clientId: gate, clientSecret: x}}, ` +
        `authorization: {rules: ['"red" in jwt.groups && jwt.sub == "alice"']}}`,
      await upstream(t),
    ),
  )
  assert.equal((await rules.ask({ headers: { authorization: 'Bearer a' } })).status, 200)
  at.known.set('b', good({ groups: ['blue'] }))
  assert.equal((await rules.ask({ headers: { authorization: 'Bearer b' } })).status, 403)
  assert.equal((await ask({ headers: { authorization: 'Bearer b' } })).status, 200)
})

test('equal names of two issuers are two callers, whether an issuer says who it is or not', async (t) => {
  const seen: Exchange[] = []
  const [one, two] = await Promise.all([idp(t), idp(t)])
  const keys = keySet(await signer())
  for (const at of [one, two]) {
    at.known.set('alice', good())
    const policy = `{jwtAuth: {issuer: "${at.origin}", audiences: [${AUDIENCE}], jwks: '${keys}', introspection: {endpoint: "${at.origin}/i", clientId: gate, clientSecret: x}}}`
    const { ask } = await serve(t, route(policy, await upstream(t)), { seen: (x) => seen.push(x) })
    assert.equal((await ask({ headers: { authorization: 'Bearer alice' } })).status, 200)
  }
  const principals = seen.map((x) => principalOf(x))
  assert.deepEqual(
    principals,
    [one, two].map(({ origin }) => `jwt ${origin} alice`),
  )
})

test('active is not enough: audience, issuer, times and kind are held against it (row 6)', async (t) => {
  const { at, shown } = await guarded(t)
  const open = await guarded(t, { audiences: '[]', more: 'jwtValidationOptions: {requiredClaims: []},' })
  open.at.known.set('elsewhere', good({ aud: 'https://sibling.example/mcp' }))
  assert.equal(await open.shown('elsewhere'), 200, 'without an audience tokens of a sibling are good here')
  for (const [why, claims] of [
    ['another audience', { aud: 'https://sibling.example/mcp' }],
    ['an audience that begins alike', { aud: `${AUDIENCE}2` }],
    ['no audience', { aud: undefined }],
    ['another issuer', { iss: 'https://other.example' }],
    ['a refresh token', { token_type: 'refresh_token' }],
    ['expired', { exp: seconds() - 1 }],
    ['no end', { exp: undefined }],
    ['an end that is text', { exp: '9999999999' }],
    ['the future', { nbf: seconds() + 120 }],
    ['not active', { active: false }],
  ] as const) {
    const token = why.replaceAll(' ', '-')
    at.known.set(token, good(claims))
    assert.equal(await shown(token), 401, why)
  }
  at.known.set('right', good({ aud: ['other', AUDIENCE], iss: at.origin }))
  assert.equal(await shown('right'), 200)
})

test('an issuer that cannot be asked is 503, whatever it says instead (row 6)', async (t) => {
  const { at, shown } = await guarded(t)
  for (const [index, said] of [
    500,
    401,
    404,
    302,
    '',
    '{',
    '[]',
    '{"active":"true"}',
    '{"active":1}',
    `{"active":true,"pad":"${'x'.repeat(300_000)}"}`,
  ].entries()) {
    at.known.set(`token-${index}`, said)
    assert.equal(await shown(`token-${index}`), 503, String(said).slice(0, 20))
    at.known.set(`token-${index}`, good())
    assert.equal(await shown(`token-${index}`), 200, 'and not remembered')
  }
})

test('a token that was revoked is taken for as long as an answer is believed, and no longer (row 6)', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() })
  const [usual, careless] = [await guarded(t, { own: ', cache: 10s' }), await guarded(t, { own: ', cache: 1h' })]
  for (const { at, shown } of [usual, careless]) {
    at.known.set('stolen', good({ exp: seconds() + 86_400 }))
    assert.equal(await shown('stolen'), 200)
    at.known.delete('stolen')
  }
  t.mock.timers.tick(10_001)
  assert.equal(await careless.shown('stolen'), 200, 'where answers are believed for long the thief stays')
  assert.equal(await usual.shown('stolen'), 401)
  usual.at.known.set('stolen', good())
  assert.equal(await usual.shown('stolen'), 401, 'a no is believed as well')
  t.mock.timers.tick(5_001)
  assert.equal(await usual.shown('stolen'), 200, 'for five seconds')
  usual.at.known.set('short', good({ exp: seconds() + 2 }))
  assert.equal(await usual.shown('short'), 200)
  t.mock.timers.tick(2_001)
  assert.equal(await usual.shown('short'), 401, 'and nothing beyond its end')
})

test('a token that can be read is revoked as well, where its issuer is asked of all (row 6)', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() })
  const [all, opaque] = [await guarded(t, { own: ', tokens: all, cache: 10s' }), await guarded(t)]
  for (const [{ at, one, shown }, after] of [
    [all, 401],
    [opaque, 200],
  ] as const) {
    const token = await one.sign({ iss: at.origin, aud: AUDIENCE })
    at.known.set(token, good())
    assert.equal(await shown(token), 200)
    at.known.delete(token)
    t.mock.timers.tick(10_001)
    assert.equal(await shown(token), after, 'after its revocation')
  }
  const { at, one, shown } = all
  assert.equal(
    await shown(await one.sign({ iss: at.origin, aud: 'other' })),
    401,
    'what is wrong by itself is not asked for',
  )
  assert.equal(at.asked.length, 2)
  const silent = await one.sign({ iss: at.origin, aud: AUDIENCE })
  at.known.set(silent, 500)
  assert.equal(await shown(silent), 503)
})

test('guesses do not flood the issuer, and what is no token is not sent to it', async (t) => {
  const { at, shown } = await guarded(t)
  for (const token of ['a.b.c', 'tök', '{}', 'x'.repeat(5_000), 'a"b', 'a=b'])
    assert.equal(
      await shown(encodeURI(token) === token ? token : Buffer.from(token).toString('latin1')),
      401,
      token.slice(0, 10),
    )
  assert.equal(at.asked.length, 0)
  const statuses = await Promise.all(Array.from({ length: 150 }, (_, i) => shown(`guess-${i}`)))
  assert.ok(statuses.every((status) => status === 401 || status === 503))
})

test('a bound token is bound, whoever says so', async (t) => {
  const [{ at, ask, port }, owner] = [await guarded(t), await holder()]
  at.known.set('bound', good({ token_type: 'DPoP', cnf: { jkt: owner.jkt } }))
  assert.equal((await ask({ headers: { authorization: 'Bearer bound' } })).status, 401)
  const dpop = await owner.proof({ htm: 'GET', htu: `http://127.0.0.1:${port}/`, ath: athOf('bound') })
  assert.equal((await ask({ headers: { authorization: 'DPoP bound', dpop } })).status, 200)
})

test('mcpAuthentication: the issuer’s own metadata says where', async (t) => {
  const at = await idp(t)
  const metadata = {
    issuer: at.origin,
    authorization_endpoint: `${at.origin}/a`,
    token_endpoint: `${at.origin}/t`,
    introspection_endpoint: `${at.origin}/introspect`,
  }
  at.documents.set('/.well-known/oauth-authorization-server', metadata)
  at.known.set('opaque', good())
  const policy = `{mcpAuthentication: {issuer: "${at.origin}", audiences: ["${AUDIENCE}"], jwks: '${keySet(await signer())}', resourceMetadata: {resource: "${AUDIENCE}"}, introspection: {clientId: gate, clientSecret: s, clientAuthentication: post}}}`
  const { ask } = await serve(t, route(policy, await upstream(t)))
  assert.equal((await ask({ path: '/mcp', headers: { authorization: 'Bearer opaque' } })).status, 200)
  assert.equal(at.asked.at(-1)?.form.get('client_secret'), 's')
  const refused = await ask({ path: '/mcp', headers: { authorization: 'Bearer other' } })
  assert.equal(refused.status, 401)
  assert.match(String(z.string().parse(refused.headers['www-authenticate'])), /error="invalid_token"/)
})

test('no token is good for longer than `maxLifetime`, whatever its issuer says (row 4)', async (t) => {
  const [limited, open] = [await guarded(t, { more: 'jwtValidationOptions: {maxLifetime: 1h},' }), await guarded(t)]
  for (const [life, more, expected] of [
    [3_600, {}, 200],
    [3_700, {}, 401],
    [10 * 365 * 86_400, {}, 401],
    [3_700, { iat: undefined }, 401],
    [3_500, { iat: undefined }, 200],
    [60, { iat: seconds() - 86_400 }, 401],
  ] as const) {
    const claims = { aud: AUDIENCE, exp: seconds() + life, ...more }
    assert.equal(
      await limited.shown(await limited.one.sign({ iss: limited.at.origin, ...claims })),
      expected,
      `${life}`,
    )
    assert.equal(await open.shown(await open.one.sign({ iss: open.at.origin, ...claims })), 200, 'without the rule')
  }
})

test('a configuration that could not work is refused with its reason', async (t) => {
  assert.ok(wrongWith(`{jwtAuth: {issuer: a, jwks: '{"keys":[]}', introspection: {clientId: a}}}`).length > 0)
  const keys = keySet(await signer())
  const one = `{issuer: a, jwks: '${keys}', introspection: {endpoint: "http://a/", clientId: a, clientSecret: b}}`
  const two = `{issuer: b, jwks: '${keys}', introspection: {endpoint: "http://b/", clientId: a, clientSecret: b}}`
  await assert.rejects(serve(t, route(`{jwtAuth: {providers: [${one}, ${two}]}}`, 1)), /do not say whose they are/)
  const nowhere = `{jwtAuth: {issuer: a, jwks: '${keys}', introspection: {clientId: a, clientSecret: b}}}`
  await assert.rejects(serve(t, route(nowhere, 1)), /needs `endpoint`/)
})
