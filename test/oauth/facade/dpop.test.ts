// Tokens for a key: the facade binds what it gives to the client that shows one (RFC 9449 §5, §10).
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { decodeJwt } from 'jose'
import * as oauth from 'oauth4webapi'
import type { Answer } from '../../../src/oauth/facade/answer.ts'
import { type Holder, holder } from '../../support/proofs.ts'
import {
  base,
  locationOf,
  redirect,
  request,
  resource,
  type Stage,
  type StageOptions,
  stage,
  verifier,
} from './stage.ts'

const address = `https://gate.example${base}/token`

async function staged(t: TestContext, options?: StageOptions) {
  const world = await stage(t, options)
  const code = async (client: string, more: Record<string, string> = {}): Promise<Record<string, string>> => ({
    grant_type: 'authorization_code',
    client_id: client,
    code_verifier: verifier,
    code: (await world.browser().approve(client, more)).searchParams.get('code') ?? '',
  })
  const proof = (by: Holder, claims: object = {}): Promise<string> => by.proof({ htu: address, ...claims })
  const shown = async (form: Record<string, string>, by?: Holder): Promise<Answer> =>
    world.token(form, by === undefined ? {} : { dpop: await proof(by) })
  return { ...world, code, proof, shown }
}

const boundTo = (tokens: Record<string, unknown>): unknown => decodeJwt(String(tokens['access_token']))['cnf']
const errorOf = (world: Stage, answer: Answer): unknown => world.json(400, answer)['error']

test('a client that shows a key gets tokens for that key, and a refresh token that is good with nothing else (row 9)', async (t) => {
  const world = await staged(t)
  const [owner, thief] = await Promise.all([holder(), holder()])
  const client = await world.register()
  const tokens = world.json(200, await world.shown(await world.code(client), owner))
  assert.equal(tokens['token_type'], 'DPoP')
  assert.deepEqual(boundTo(tokens), { jkt: owner.jkt })
  const refresh = (tokens: Record<string, unknown>) => ({
    grant_type: 'refresh_token',
    client_id: client,
    refresh_token: String(tokens['refresh_token']),
  })
  // Without the rule: the refresh token of a client without a secret is whoever’s who has it.
  const free = world.json(200, await world.shown(await world.code(client)))
  assert.equal(free['token_type'], 'Bearer')
  assert.equal(boundTo(free), undefined)
  assert.deepEqual(boundTo(world.json(200, await world.shown(refresh(free), thief))), { jkt: thief.jkt }, 'stolen')

  assert.equal(errorOf(world, await world.shown(refresh(tokens))), 'invalid_dpop_proof')
  assert.equal(errorOf(world, await world.shown(refresh(tokens), thief)), 'invalid_grant')
  const next = world.json(200, await world.shown(refresh(tokens), owner))
  assert.deepEqual(boundTo(next), { jkt: owner.jkt }, 'and the thief has not ended the login')
  assert.equal(errorOf(world, await world.shown(refresh(next), thief)), 'invalid_grant')
  assert.equal(world.json(200, await world.shown(refresh(next), owner))['token_type'], 'DPoP')
})

test('a proof is for this request to this endpoint, once (row 9)', async (t) => {
  const world = await staged(t)
  const owner = await holder()
  const client = await world.register()
  const first = await world.proof(owner)
  world.json(200, await world.token(await world.code(client), { dpop: first }))
  const form = await world.code(client)
  for (const dpop of [
    first,
    await world.proof(owner, { htm: 'GET' }),
    await world.proof(owner, { htu: resource }),
    await world.proof(owner, { htu: `https://gate.example${base}/revoke` }),
    `${await world.proof(owner)}, ${await world.proof(owner)}`,
    'rubbish',
    '',
  ])
    assert.equal(errorOf(world, await world.token(form, { dpop })), 'invalid_dpop_proof', dpop.slice(0, 20))
  world.json(200, await world.token(form, { dpop: await world.proof(owner) }))
})

test('a proof that another process has taken is used (row 9)', async (t) => {
  const one = await staged(t)
  const two = await staged(t, { store: one.store, idp: one.idp })
  const owner = await holder()
  const client = await one.register()
  const dpop = await one.proof(owner)
  one.json(200, await one.token(await one.code(client), { dpop }))
  assert.equal(errorOf(two, await two.token(await two.code(client), { dpop })), 'invalid_dpop_proof')
})

test('a code can be for a key from the beginning (RFC 9449 §10)', async (t) => {
  const world = await staged(t, { settings: { consentMs: 86_400_000 } })
  const [owner, thief] = await Promise.all([holder(), holder()])
  const client = await world.register()
  const bound = { dpop_jkt: owner.jkt }
  // Without it the code and its verifier are enough, for whatever key.
  assert.deepEqual(boundTo(world.json(200, await world.shown(await world.code(client), thief))), { jkt: thief.jkt })
  for (const by of [thief, undefined])
    assert.equal(errorOf(world, await world.shown(await world.code(client, bound), by)), 'invalid_grant')
  world.json(200, await world.shown(await world.code(client, bound), owner))
  const odd = locationOf(await world.ask(`${base}/authorize?${request(client, { dpop_jkt: 'short' })}`))
  assert.equal(odd.searchParams.get('error'), 'invalid_request')
  // The way back to the page keeps it, when another person turns out to be at the browser.
  const shared = world.browser()
  await world.login(client, {}, shared)
  world.idp.user = { sub: 'bob' }
  const again = await shared.open(
    await shared.visit(locationOf(await shared.open(`${base}/authorize?${request(client, bound)}`)).href),
  )
  assert.equal(locationOf(again).searchParams.get('dpop_jkt'), owner.jkt)
})

test('who has a secret may change keys; who says that its tokens are bound gets no others', async (t) => {
  const world = await staged(t)
  const [first, second] = await Promise.all([holder(), holder()])
  const asked = async (wish: object) =>
    world.json(
      201,
      await world.ask(`${base}/client-registration`, {
        body: JSON.stringify({ redirect_uris: [redirect], ...wish }),
        headers: { 'content-type': 'application/json' },
      }),
    )
  const { client_id: id, client_secret: secret } = await asked({ token_endpoint_auth_method: 'client_secret_post' })
  const own = { client_secret: String(secret) }
  const tokens = world.json(200, await world.shown({ ...(await world.code(String(id))), ...own }, first))
  const form = {
    grant_type: 'refresh_token',
    client_id: String(id),
    refresh_token: String(tokens['refresh_token']),
    ...own,
  }
  assert.deepEqual(boundTo(world.json(200, await world.shown(form, second))), { jkt: second.jkt })

  const strict = await asked({ token_endpoint_auth_method: 'none', dpop_bound_access_tokens: true })
  assert.equal(strict['dpop_bound_access_tokens'], true)
  const kept = await world.code(String(strict['client_id']))
  assert.equal(errorOf(world, await world.shown(kept)), 'invalid_dpop_proof')
  world.json(200, await world.shown(kept, first))
  const wrong = { redirect_uris: [redirect], dpop_bound_access_tokens: 'yes' }
  const headers = { 'content-type': 'application/json' }
  world.json(400, await world.ask(`${base}/client-registration`, { body: JSON.stringify(wrong), headers }))
})

test('what is configured is announced: never, for those who can, for everybody', async (t) => {
  const announced = async ({ ask, json }: Stage): Promise<boolean> =>
    'dpop_signing_alg_values_supported' in json(200, await ask(base))
  const owner = await holder()
  for (const [dpop, said, without, shown] of [
    ['off', false, 200, 'Bearer'],
    ['accept', true, 200, 'DPoP'],
    ['require', true, 400, 'DPoP'],
  ] as const) {
    const world = await staged(t, { settings: { dpop } })
    const client = await world.register()
    assert.equal(await announced(world), said)
    const free = await world.shown(await world.code(client))
    assert.equal(free.kind === 'json' && free.status, without, dpop)
    assert.equal(world.json(200, await world.shown(await world.code(client), owner))['token_type'], shown)
  }
})

test('a client of another library gets its tokens bound, and refreshes them', async (t) => {
  const world = await staged(t)
  const id = await world.register()
  const client = { client_id: id }
  const proofs = oauth.DPoP({}, await oauth.generateKeyPair('ES256'))
  const server = { issuer: resource, token_endpoint: address }
  const back = await world.browser().approve(id)
  const parameters = oauth.validateAuthResponse(server, client, back, 'xyz')
  const options: oauth.TokenEndpointRequestOptions = {
    DPoP: proofs,
    [oauth.customFetch]: async (_url, { headers, body }) => {
      const answer = await world.ask(`${base}/token`, { form: String(body), headers: { ...headers } })
      return answer.kind === 'json' ? Response.json(answer.value, { status: answer.status }) : Response.error()
    },
  }
  const first = await oauth.processAuthorizationCodeResponse(
    server,
    client,
    await oauth.authorizationCodeGrantRequest(server, client, oauth.None(), parameters, redirect, verifier, options),
  )
  assert.equal(first.token_type, 'dpop')
  assert.deepEqual(decodeJwt(first.access_token)['cnf'], { jkt: await proofs.calculateThumbprint() })
  const next = await oauth.processRefreshTokenResponse(
    server,
    client,
    await oauth.refreshTokenGrantRequest(server, client, oauth.None(), first.refresh_token ?? '', options),
  )
  assert.equal(next.token_type, 'dpop')
})
