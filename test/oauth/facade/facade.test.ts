import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import { base, locationOf, redirect, request, resource, stage, verifier } from './stage.ts'

test('a client that has never been seen registers, is agreed to, and gets tokens for this resource with the user’s claims', async (t) => {
  const { facade, idp, register, login, ask, json } = await stage(t)
  const client = await register()
  const tokens = await login(client, { scope: 'tools:read openid', resource })
  assert.equal(tokens['scope'], 'tools:read')
  assert.equal(tokens['token_type'], 'Bearer')
  assert.equal(tokens['expires_in'], '600')

  const { keys } = json(200, await ask(`${base}/jwks`))
  assert.ok(Array.isArray(keys))
  assert.deepEqual(
    keys.map((key) => Object.keys(key).includes('d')),
    [false],
  )
  const access = tokens['access_token'] ?? ''
  assert.equal(decodeProtectedHeader(access).typ, 'at+jwt')
  const { payload } = await jwtVerify(access, createLocalJWKSet({ keys }), { issuer: resource, audience: resource })
  const { sub, email, groups, client_id, scope } = payload
  assert.deepEqual(
    { sub, email, groups, client_id, scope },
    { sub: 'alice', email: 'alice@example.com', groups: ['supply-chain'], client_id: client, scope: 'tools:read' },
  )
  await facade.keys.renew()
  assert.ok(facade.keys.find(decodeProtectedHeader(access).kid ?? '') !== undefined)
  assert.ok(!idp.asked.some(({ form }) => form.has('resource')), 'the provider knows no resource indicators')
})

test('metadata says the same at every place where it is looked for, under whatever name it was asked', async (t) => {
  const { ask, json } = await stage(t)
  for (const path of [base, '/.well-known/oauth-authorization-server']) {
    const said = json(200, await ask(path, { headers: { host: 'evil.example', 'x-forwarded-host': 'evil.example' } }))
    assert.equal(said['issuer'], resource)
    assert.equal(said['token_endpoint'], `https://gate.example${base}/token`)
    assert.deepEqual(said['code_challenge_methods_supported'], ['S256'])
    assert.equal(said['client_id_metadata_document_supported'], true)
    assert.equal(said['authorization_response_iss_parameter_supported'], true)
    assert.ok(!JSON.stringify(said).includes('evil'))
  }
  for (const path of ['/.well-known/openid-configuration/mcp', '/mcp/.well-known/openid-configuration'])
    assert.deepEqual(json(200, await ask(path))['subject_types_supported'], ['public'])
})

test('a refresh gives new tokens, asks the provider again, and takes over what it says now', async (t) => {
  const { idp, register, login, token, json } = await stage(t)
  const client = await register()
  const first = await login(client)
  idp.user = { ...idp.user, groups: ['moved'] }
  const again = json(
    200,
    await token({ grant_type: 'refresh_token', client_id: client, refresh_token: first['refresh_token'] ?? '' }),
  )
  assert.notEqual(again['refresh_token'], first['refresh_token'])
  const claims = JSON.parse(Buffer.from(String(again['access_token']).split('.')[1] ?? '', 'base64url').toString())
  assert.deepEqual(claims.groups, ['moved'])
})

const claimsOf = (token: unknown): { readonly [claim: string]: unknown } => ({
  ...JSON.parse(Buffer.from(String(token).split('.')[1] ?? '', 'base64url').toString()),
})

test('what was taken from a person is gone with the next refresh, wherever the provider said it', async (t) => {
  const { idp, register, login, token, json } = await stage(t)
  const client = await register()
  idp.inAccessToken = { realm_access: { roles: ['admin'] } }
  const first = await login(client)
  const { realm_access: roles, groups } = claimsOf(first['access_token'])
  assert.deepEqual([roles, groups], [{ roles: ['admin'] }, ['supply-chain']])
  idp.inAccessToken = {}
  idp.user = { sub: 'alice' }
  const refresh = { grant_type: 'refresh_token', client_id: client, refresh_token: first['refresh_token'] ?? '' }
  const again = claimsOf(json(200, await token(refresh))['access_token'])
  assert.deepEqual([again['realm_access'], again['groups']], [undefined, undefined])
})

test('roles in the access token are read after the provider has changed its keys', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() })
  const { idp, register, login } = await stage(t)
  const client = await register()
  idp.inAccessToken = { realm_access: { roles: ['admin'] } }
  await login(client)
  await idp.rotate()
  t.mock.timers.setTime(Date.now() + 5 * 60_000)
  const second = await login(client)
  assert.deepEqual(claimsOf(second['access_token'])['realm_access'], { roles: ['admin'] })
})

test('a person who may no longer log in at the provider gets no new tokens', async (t) => {
  const { idp, register, login, token, json } = await stage(t)
  const client = await register()
  const tokens = await login(client)
  const refresh = { grant_type: 'refresh_token', client_id: client, refresh_token: tokens['refresh_token'] ?? '' }
  idp.tokenError = { status: 500, error: 'server_error' }
  assert.equal(json(503, await token(refresh))['error'], 'temporarily_unavailable')
  idp.tokenError = { status: 400, error: 'invalid_grant' }
  assert.equal(json(400, await token(refresh))['error'], 'invalid_grant')
  idp.tokenError = undefined
  assert.equal(json(400, await token(refresh))['error'], 'invalid_grant')
})

test('nothing is lost when the gateway is started anew between two steps', async (t) => {
  const one = await stage(t)
  const client = await one.register()
  const browser = one.browser()
  const page = await browser.consentPage(client)
  const restarted = async () => stage(t, { store: one.store, idp: one.idp })

  const two = await restarted()
  const answer = await two.ask(page.action, {
    form: { request: page.request, decision: 'approve' },
    headers: { cookie: browser.cookie },
  })
  assert.ok(answer.kind === 'page' && answer.page.kind === 'onward')
  const path = await browser.visit(answer.page.to)
  const three = await restarted()
  const code = locationOf(await three.ask(path, { headers: { cookie: browser.cookie } })).searchParams.get('code') ?? ''
  const four = await restarted()
  const tokens = four.json(
    200,
    await four.token({ grant_type: 'authorization_code', client_id: client, code, code_verifier: verifier }),
  )
  const five = await restarted()
  const refreshed = await five.token({
    grant_type: 'refresh_token',
    client_id: client,
    refresh_token: String(tokens['refresh_token']),
  })
  const access = String(five.json(200, refreshed)['access_token'])
  const { keys } = one.json(200, await one.ask(`${base}/jwks`))
  assert.ok(Array.isArray(keys))
  await jwtVerify(access, createLocalJWKSet({ keys }), { issuer: resource, audience: resource })
})

test('claims that only the provider’s access token has are carried, and never in the place of ours', async (t) => {
  const { idp, register, login } = await stage(t, {
    settings: { claims: ['realm_access', 'iss', 'aud', 'scope', 'sub'] },
  })
  idp.inAccessToken = { realm_access: { roles: ['admin'] }, scope: 'tools:call' }
  const tokens = await login(await register(), { scope: 'tools:read' })
  const claims = JSON.parse(Buffer.from((tokens['access_token'] ?? '').split('.')[1] ?? '', 'base64url').toString())
  assert.deepEqual(claims.realm_access, { roles: ['admin'] })
  assert.deepEqual([claims.iss, claims.aud, claims.scope, claims.sub], [resource, resource, 'tools:read', 'alice'])
})

test('claims that would not fit into a header end the login instead of being left out', async (t) => {
  const { idp, register, browser, warned } = await stage(t)
  idp.user = { ...idp.user, groups: Array.from({ length: 500 }, (_, i) => `group-${i}`) }
  const back = await browser().approve(await register())
  assert.equal(back.searchParams.get('error'), 'server_error')
  assert.match(warned.join(), /carry fewer/)
})

test('without a refresh token of the provider a login ends after a day', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() })
  const { register, login, token, json } = await stage(t, { refreshTokens: false })
  const client = await register()
  let { refresh_token: refresh = '' } = await login(client)
  for (const [hours, status] of [
    [12, 200],
    [23, 200],
    [25, 400],
  ] as const) {
    t.mock.timers.setTime(Date.now() + (hours === 12 ? 12 : hours === 23 ? 11 : 2) * 3_600_000)
    const answer = json(status, await token({ grant_type: 'refresh_token', client_id: client, refresh_token: refresh }))
    if (typeof answer['refresh_token'] === 'string') refresh = answer['refresh_token']
  }
})

test('a client with a secret must show it, as it has registered', async (t) => {
  const { ask, json, browser, token } = await stage(t)
  const body = JSON.stringify({ redirect_uris: [redirect] })
  const made = json(
    201,
    await ask(`${base}/client-registration`, { body, headers: { 'content-type': 'application/json' } }),
  )
  const [client, secret] = [String(made['client_id']), String(made['client_secret'])]
  const basic = (password: string): string => `Basic ${Buffer.from(`${client}:${password}`).toString('base64')}`
  const redeem = async (headers: Record<string, string>, more: Record<string, string> = {}) => {
    const code = (await browser().approve(client)).searchParams.get('code') ?? ''
    return token({ grant_type: 'authorization_code', code, code_verifier: verifier, ...more }, headers)
  }
  json(401, await redeem({}, { client_id: client }))
  json(401, await redeem({ authorization: basic('wrong') }))
  json(401, await redeem({}, { client_id: client, client_secret: secret }))
  json(200, await redeem({ authorization: basic(secret) }))
})

test('a refused consent is told to the client, with who we are', async (t) => {
  const { register, browser } = await stage(t)
  const asking = browser()
  const answer = await asking.decide(await asking.consentPage(await register()), 'deny')
  assert.ok(answer.kind === 'page' && answer.page.kind === 'onward')
  const back = new URL(answer.page.to)
  assert.deepEqual(
    ['error', 'state', 'iss'].map((name) => back.searchParams.get(name)),
    ['access_denied', 'xyz', resource],
  )
})

test('a provider that cannot be reached is a page, and nothing of it is said', async (t) => {
  const { register, browser, ask, idp, warned } = await stage(t, {
    settings: {
      provider: {
        issuer: 'http://127.0.0.1:1',
        clientId: 'a',
        clientSecret: undefined,
        clientAuth: 'basic',
        scopes: ['openid'],
        parameters: {},
      },
    },
  })
  const asking = browser()
  const answer = await asking.decide(await asking.consentPage(await register()))
  assert.ok(answer.kind === 'page' && answer.status === 503 && answer.page.kind === 'failed')
  assert.ok(!JSON.stringify(answer.page).includes('127.0.0.1'))
  assert.ok(warned.length > 0 && idp.asked.length === 0)
  assert.equal((await ask(`${base}/authorize?${request('nobody')}`)).kind, 'page')
})
