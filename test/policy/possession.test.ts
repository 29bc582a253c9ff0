// Tokens that are bound to a key, in the hands of their owner and of thieves: on real sockets, with the clients of two libraries.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import * as oauth from 'oauth4webapi'
import { store as openStore } from '../store/stage.ts'
import { athOf, type Holder, holder } from '../support/proofs.ts'
import { type Answer, route, serve, upstream, wrongWith } from '../support/serve.ts'
import { AUDIENCE, ISSUER, keySet, signer } from '../support/tokens.ts'

const ISSUER_URL = 'https://idp.example'
const PUBLIC = 'https://gw.example/mcp'

/** A protected resource with this `dpop`, and a token of it for a holder. */
async function resource(t: TestContext, dpop: string, more = '') {
  const one = await signer()
  const policy =
    `issuer: "${ISSUER_URL}", audiences: ["${PUBLIC}"], jwks: {file: keys}, resourceMetadata: {resource: "${PUBLIC}"}` +
    `${dpop === '' ? '' : `, dpop: ${dpop}`}${more}`
  const served = await serve(t, route(`{mcpAuthentication: {${policy}}}`, await upstream(t)), {
    read: () => Buffer.from(keySet(one)),
  })
  const token = (holder?: Holder, claims: object = {}): Promise<string> =>
    one.sign({ iss: ISSUER_URL, aud: PUBLIC, ...(holder && { cnf: { jkt: holder.jkt } }), ...claims })
  const shown = (authorization: string, proof?: string | string[], path = '/mcp', method = 'POST'): Promise<Answer> =>
    served.ask({ method, path, headers: { authorization, ...(proof !== undefined && { dpop: proof }) } })
  return { ...served, one, token, shown }
}

const challenges = ({ raw }: Answer): string[] =>
  raw.filter((_, at) => at % 2 === 1 && raw[at - 1]?.toLowerCase() === 'www-authenticate')

test('a bound token without its proof is somebody else’s (row 9)', async (t) => {
  const owner = await holder()
  const [off, held] = [await resource(t, '"off"'), await resource(t, '')]
  assert.equal((await off.shown(`Bearer ${await off.token(owner)}`)).status, 200, 'without the rule a thief gets in')
  const token = await held.token(owner)
  const refused = await held.shown(`Bearer ${token}`)
  assert.equal(refused.status, 401)
  assert.deepEqual(challenges(refused), [
    'DPoP resource_metadata="https://gw.example/.well-known/oauth-protected-resource/mcp", error="invalid_token", ' +
      'error_description="the token is bound to a key, and is shown without its proof", ' +
      'algs="ES256 ES384 ES512 EdDSA Ed25519 PS256 PS384 PS512 RS256 RS384 RS512"',
  ])
  const ath = athOf(token)
  const proof = await owner.proof({ ath })
  assert.equal(
    (await held.shown(`Bearer ${token}`, proof)).status,
    401,
    'a bearer token with a proof beside it is none',
  )
  const first = await held.shown(`DPoP ${token}`, proof)
  assert.equal(first.status, 200)
  assert.doesNotMatch(first.text, /dpop|authorization/i, 'neither token nor proof goes any further')
  assert.equal((await held.shown(`dpop ${token}`, await owner.proof({ ath }))).status, 200, 'schemes have no case')
  // The thief has overheard the request: token and proof are the owner's, and have been used.
  const again = await held.shown(`DPoP ${token}`, proof)
  assert.match(
    challenges(again)[0] ?? '',
    /^DPoP .*error="invalid_dpop_proof", error_description="the DPoP proof has been used before"/,
  )
  assert.equal(held.said.at(-1)?.error, 'authentication failure: the DPoP proof has been used before')
})

test('nor is it good with a proof for something else, or of another key (row 9)', async (t) => {
  const [owner, thief] = await Promise.all([holder(), holder()])
  const [off, held] = [await resource(t, '"off"'), await resource(t, 'accept')]
  const token = await held.token(owner)
  const ath = athOf(token)
  for (const [why, error, proof] of [
    ['none', 'invalid_dpop_proof', undefined],
    ['another key', 'invalid_token', await thief.proof({ ath })],
    ['the owner’s key in the header of a thief', 'invalid_dpop_proof', await thief.proof({ ath }, { jwk: owner.jwk })],
    ['another token', 'invalid_dpop_proof', await owner.proof({ ath: athOf('other') })],
    ['no token', 'invalid_dpop_proof', await owner.proof()],
    ['another method', 'invalid_dpop_proof', await owner.proof({ ath, htm: 'GET' })],
    ['another path', 'invalid_dpop_proof', await owner.proof({ ath, htu: `${PUBLIC}/admin` })],
    ['another host', 'invalid_dpop_proof', await owner.proof({ ath, htu: 'https://sibling.example/mcp' })],
    ['the future', 'invalid_dpop_proof', await owner.proof({ ath, iat: Math.floor(Date.now() / 1_000) + 120 })],
    ['the past', 'invalid_dpop_proof', await owner.proof({ ath, iat: Math.floor(Date.now() / 1_000) - 120 })],
    ['two', 'invalid_dpop_proof', [await owner.proof({ ath }), await owner.proof({ ath })]],
  ] as const) {
    const headers = proof === undefined ? {} : { dpop: typeof proof === 'string' ? proof : [...proof] }
    const answer = await held.ask({
      method: 'POST',
      path: '/mcp',
      headers: { authorization: `DPoP ${token}`, ...headers },
    })
    assert.equal(answer.status, 401, why)
    assert.match(challenges(answer)[0] ?? '', new RegExp(`^DPoP .*error="${error}"`), why)
    const stolen = { authorization: `Bearer ${await off.token(owner)}`, ...headers }
    assert.equal(
      (await off.ask({ method: 'POST', path: '/mcp', headers: stolen })).status,
      200,
      `${why}, without the rule`,
    )
  }
  // Host and forwarding headers are the client's words: the public address is the configuration's.
  const evil = { host: 'sibling.example', 'x-forwarded-host': 'sibling.example', authorization: `DPoP ${token}` }
  const dpop = await owner.proof({ ath, htu: 'https://sibling.example/mcp' })
  assert.equal((await held.ask({ method: 'POST', path: '/mcp', headers: { ...evil, dpop } })).status, 401)
})

test('what a token is bound to and cannot be checked here is met by nobody', async (t) => {
  const [off, held] = [await resource(t, '"off"'), await resource(t, '')]
  const owner = await holder()
  for (const cnf of [
    {},
    [],
    null,
    'jkt',
    { kid: 'a' },
    { jwk: owner.jwk },
    { jkt: '' },
    { jkt: [owner.jkt] },
    { jkt: owner.jkt, 'x5t#S256': 7 },
    { 'x5t#S256': 'a'.repeat(43) },
    { jkt: owner.jkt, 'x5t#S256': 'a'.repeat(43) },
  ])
    for (const scheme of ['Bearer', 'DPoP']) {
      const token = await held.token(undefined, { cnf })
      const proof = await owner.proof({ ath: athOf(token) })
      assert.equal((await held.shown(`${scheme} ${token}`, proof)).status, 401, `${scheme} ${JSON.stringify(cnf)}`)
      if (scheme === 'Bearer')
        assert.equal((await off.shown(`Bearer ${await off.token(undefined, { cnf })}`)).status, 200)
    }
  const { token, shown } = await resource(t, '')
  const free = await token()
  assert.equal((await shown(`Bearer ${free}`)).status, 200, 'a token that is bound to nothing')
  assert.equal((await shown(`DPoP ${free}`, await owner.proof({ ath: athOf(free) }))).status, 401, 'is no bound one')
  assert.equal((await shown(`Bearer ${await token(undefined, { cnf: { jkt: owner.jkt, other: 1 } })}`)).status, 401)
})

test('`require`: no other token is good; documents and challenges say so', async (t) => {
  const owner = await holder()
  const { ask, token, shown } = await resource(t, 'require')
  assert.match(challenges(await ask({ path: '/mcp' })).join(), /^DPoP resource_metadata="[^"]+", algs="ES256 /)
  const free = await shown(`Bearer ${await token()}`)
  assert.match(
    challenges(free).join(),
    /^DPoP .*error="invalid_token", error_description="the token is bound to no key"/,
  )
  const bound = await token(owner)
  assert.equal((await shown(`DPoP ${bound}`, await owner.proof({ ath: athOf(bound) }))).status, 200)
  const path = '/.well-known/oauth-protected-resource/mcp'
  const document = async (answer: Promise<Answer>): Promise<object> => ({ ...JSON.parse((await answer).text) })
  const said = await document(ask({ path }))
  assert.ok('dpop_bound_access_tokens_required' in said && said.dpop_bound_access_tokens_required === true)
  assert.ok('dpop_signing_alg_values_supported' in said)

  const accepting = await resource(t, '{mode: accept}')
  const both = challenges(await accepting.ask({ path: '/mcp' }))
  assert.deepEqual(
    both.map((one) => one.split(' ')[0]),
    ['Bearer', 'DPoP'],
  )
  const accepted = await document(accepting.ask({ path }))
  assert.ok('dpop_signing_alg_values_supported' in accepted && !('dpop_bound_access_tokens_required' in accepted))

  const silent = await resource(t, '')
  assert.deepEqual(
    challenges(await silent.ask({ path: '/mcp' })).map((one) => one.split(' ')[0]),
    ['Bearer'],
  )
  assert.ok(!('dpop_signing_alg_values_supported' in (await document(silent.ask({ path })))))
})

test('a client of another library shows its proofs, with the address that it has asked', async (t) => {
  const { port, token } = await resource(t, 'require')
  const keys = await oauth.generateKeyPair('ES256')
  const proofs = oauth.DPoP({}, keys)
  const bound = await token(undefined, { cnf: { jkt: await proofs.calculateThumbprint() } })
  const asked = async (address: string, method: string): Promise<number> => {
    const response = await oauth.protectedResourceRequest(bound, method, new URL(address), undefined, undefined, {
      DPoP: proofs,
      // The name leads here: what the gateway is called outside is not where it listens.
      [oauth.customFetch]: (url, { headers, method: how }) => {
        const { pathname, search } = new URL(url)
        return fetch(`http://127.0.0.1:${port}${pathname}${search}`, { method: how, headers })
      },
    })
    await response.body?.cancel()
    return response.status
  }
  assert.equal(await asked(PUBLIC, 'POST'), 200)
  assert.equal(await asked(`${PUBLIC}/a%2fb?c=d`, 'GET'), 200)
  await assert.rejects(asked('https://sibling.example/mcp', 'POST'), oauth.WWWAuthenticateChallengeError)
})

test('jwtAuth: the same, for addresses that it is told', async (t) => {
  const [one, owner] = [await signer(), await holder()]
  const served = async (more: string, listener = '') =>
    serve(
      t,
      `binds: [{port: 1, listeners: [{${listener} routes: [{policies: {jwtAuth: {issuer: ${ISSUER}, audiences: [${AUDIENCE}], jwks: {file: keys}, mode: strict${more}}}, backends: [{host: "127.0.0.1:${await upstream(t)}"}]}]}]}]`,
      { read: () => Buffer.from(keySet(one)) },
    )
  const token = await one.sign({ cnf: { jkt: owner.jkt } })
  const ath = athOf(token)
  const shown = async ({ ask }: Awaited<ReturnType<typeof serve>>, authorization: string, htu?: string) =>
    ask({
      method: 'POST',
      path: '/mcp?a=b',
      headers: { authorization, ...(htu !== undefined && { dpop: await owner.proof({ ath, htu }) }) },
    })
  const told = await served(', dpop: {mode: require, origin: "https://gw.example/ignored"}')
  assert.equal((await shown(told, `DPoP ${token}`, PUBLIC)).status, 200)
  const refused = await shown(told, `DPoP ${token}`, 'https://gw.example/other')
  assert.deepEqual(
    [refused.status, refused.text],
    [401, 'authentication failure: the DPoP proof is for another address'],
  )
  assert.match(challenges(refused).join(), /^DPoP error="invalid_dpop_proof", error_description="[^"]+", algs="/)
  assert.match(challenges(await told.ask()).join(), /^DPoP algs="[^"]+"$/)
  assert.match(challenges(await shown(told, `Bearer ${await one.sign()}`)).join(), /^DPoP error="invalid_token"/)

  const silent = await served('')
  assert.deepEqual(challenges(await silent.ask()), [], 'as the original')
  assert.equal((await shown(silent, `Bearer ${token}`)).status, 401)
  assert.equal(
    (await shown(silent, `DPoP ${token}`, `http://127.0.0.1:${silent.port}/mcp`)).status,
    200,
    'where the client says it is',
  )
  assert.equal((await shown(await served(', dpop: "off"'), `Bearer ${token}`)).status, 200)

  // A proof is good once, and a request has one: what the listener has checked the route does not ask for again.
  const guard = `jwtAuth: {issuer: ${ISSUER}, audiences: [${AUDIENCE}], jwks: {file: keys}}`
  const twice = await served('', `policies: {${guard}},`)
  const htu = `http://127.0.0.1:${twice.port}/mcp`
  assert.equal((await shown(twice, `DPoP ${token}`, htu)).status, 200)
  assert.equal((await shown(twice, `Bearer ${token}`)).status, 401)
  // In a place where no scheme is written, the proof alone decides.
  const elsewhere = await served(', location: {header: {name: x-token}}')
  const at = async (dpop?: string) =>
    (
      await elsewhere.ask({
        method: 'POST',
        path: '/mcp',
        headers: { 'x-token': token, ...(dpop !== undefined && { dpop }) },
      })
    ).status
  assert.equal(await at(), 401)
  assert.equal(await at(await owner.proof({ ath, htu: `http://127.0.0.1:${elsewhere.port}/mcp` })), 200)
})

test('a proof that another process has taken is used, where they share what they remember (row 9)', async (t) => {
  const store = await openStore(t)
  const [one, owner] = [await signer(), await holder()]
  const token = await one.sign({ cnf: { jkt: owner.jkt } })
  const twice = async (replayCache: string): Promise<number[]> => {
    const dpop = `{mode: accept, origin: "https://gw.example", replayCache: ${replayCache}}`
    const policy = `{jwtAuth: {issuer: ${ISSUER}, audiences: [${AUDIENCE}], jwks: '${keySet(one)}', dpop: ${dpop}}}`
    const yaml = route(policy, await upstream(t))
    const proof = await owner.proof({ ath: athOf(token) })
    const headers = { authorization: `DPoP ${token}`, dpop: proof }
    const statuses: number[] = []
    for (const { ask } of [await serve(t, yaml, { store }), await serve(t, yaml, { store })])
      statuses.push((await ask({ method: 'POST', path: '/mcp', headers })).status)
    return statuses
  }
  assert.deepEqual(await twice('memory'), [200, 200], 'without sharing each process takes it once')
  assert.deepEqual(await twice('shared'), [200, 401])
})

test('how many proofs are remembered is bounded, and the bound can be moved (row 9)', async (t) => {
  const [few, usual] = [await resource(t, '{mode: accept, proofsPerKey: 3}'), await resource(t, 'accept')]
  const owner = await holder()
  const statuses = async ({ token, shown }: typeof few): Promise<number[]> => {
    const bound = await token(owner)
    const seen: number[] = []
    for (let i = 0; i < 5; i++)
      seen.push((await shown(`DPoP ${bound}`, await owner.proof({ ath: athOf(bound) }))).status)
    return seen
  }
  assert.deepEqual(await statuses(few), [200, 200, 200, 401, 401])
  assert.deepEqual(await statuses(usual), [200, 200, 200, 200, 200])
})

test('permissive: who does not prove it is nobody, and nothing of theirs goes on', async (t) => {
  const [one, owner] = [await signer(), await holder()]
  const rules = "authorization: {rules: ['has(jwt.sub)']}"
  const yaml = route(
    `{jwtAuth: {issuer: ${ISSUER}, audiences: [${AUDIENCE}], jwks: {file: keys}, mode: permissive}, ${rules}}`,
    await upstream(t),
  )
  const { ask, port } = await serve(t, yaml, { read: () => Buffer.from(keySet(one)) })
  const token = await one.sign({ cnf: { jkt: owner.jkt } })
  assert.equal((await ask({ headers: { authorization: `Bearer ${token}` } })).status, 403)
  const dpop = await owner.proof({ ath: athOf(token), htm: 'GET', htu: `http://127.0.0.1:${port}/` })
  assert.equal((await ask({ headers: { authorization: `DPoP ${token}`, dpop } })).status, 200)
})

test('a configuration that could not work is refused with its reason', () => {
  const policy = (dpop: string): string => `{jwtAuth: {issuer: a, jwks: '{"keys":[]}', dpop: ${dpop}}}`
  assert.ok(wrongWith(policy('sometimes')).length > 0)
  assert.ok(wrongWith(policy('{origin: "https://a"}')).length > 0)
})
