import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../../support/gateway.ts'
import { base, challenge, locationOf, request, resource, type Stage, stage, verifier } from './stage.ts'

const codeFor = async ({ browser }: Stage, client: string, parameters: Record<string, string> = {}): Promise<string> =>
  (await browser().approve(client, parameters)).searchParams.get('code') ?? ''

const redeem = (client: string, code: string, more: Record<string, string> = {}): Record<string, string> => ({
  grant_type: 'authorization_code',
  client_id: client,
  code,
  code_verifier: verifier,
  ...more,
})

const refreshWith = (client: string, token: unknown, more: Record<string, string> = {}): Record<string, string> => ({
  grant_type: 'refresh_token',
  client_id: client,
  refresh_token: String(token),
  ...more,
})

test('PKCE with S256 is not to be had without, nor talked down (row 27)', async (t) => {
  const { ask, register } = await stage(t)
  const client = await register()
  for (const parameters of [
    { code_challenge: undefined, code_challenge_method: undefined },
    { code_challenge: undefined },
    { code_challenge_method: undefined },
    { code_challenge_method: 'plain', code_challenge: verifier },
    { code_challenge_method: 's256' },
    { code_challenge: 'short' },
    { code_challenge: `${challenge}A` },
  ]) {
    const back = locationOf(await ask(`${base}/authorize?${request(client, parameters)}`))
    assert.equal(back.searchParams.get('error'), 'invalid_request', JSON.stringify(parameters))
    assert.equal(back.searchParams.get('iss'), resource)
  }
})

test('a code is good only with its verifier, client and address (row 27)', async (t) => {
  const all = await stage(t)
  const { register, token, json } = all
  const [client, other] = [await register(), await register()]
  for (const [wrong, error] of [
    [{ code_verifier: 'w'.repeat(43) }, 'invalid_grant'],
    [{ code_verifier: '' }, 'invalid_request'],
    [{ code_verifier: 'v'.repeat(42) }, 'invalid_request'],
    [{ code_verifier: 'v'.repeat(129) }, 'invalid_request'],
    [{ code_verifier: challenge }, 'invalid_grant'],
    [{ client_id: other }, 'invalid_grant'],
    [{ redirect_uri: 'https://app.example/other' }, 'invalid_grant'],
    [{ resource: 'https://other.example/mcp' }, 'invalid_target'],
  ] as const) {
    const code = await codeFor(all, client)
    assert.equal(json(400, await token(redeem(client, code, wrong)))['error'], error, JSON.stringify(wrong))
  }
  json(
    200,
    await token(redeem(client, await codeFor(all, client), { redirect_uri: 'https://app.example/cb', resource })),
  )
})

test('of a hundred who show a code at once one gets tokens (row 28)', async (t) => {
  const all = await stage(t)
  const { register, token } = all
  const client = await register()
  const code = await codeFor(all, client)
  const answers = await Promise.all(Array.from({ length: 100 }, () => token(redeem(client, code))))
  assert.equal(answers.filter((answer) => answer.kind === 'json' && answer.status === 200).length, 1)
})

test('a code that is shown again ends the login that was made of it (row 28)', async (t) => {
  const all = await stage(t)
  const { register, token, json, idp } = all
  const client = await register()
  const code = await codeFor(all, client)
  const tokens = json(200, await token(redeem(client, code)))
  json(400, await token(redeem(client, code)))
  json(400, await token(refreshWith(client, tokens['refresh_token'])))
  await eventually(
    () => idp.asked.some(({ what }) => what === 'POST /revoke'),
    () => 'the provider’s grant has not ended',
  )
})

test('a code is good for a minute, and kept as a hash', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() })
  const all = await stage(t)
  const { register, token, json, store } = all
  const client = await register()
  const code = await codeFor(all, client)
  assert.equal(Buffer.from(code, 'base64url').length, 32)
  const [entry] = await store.list(['facade', resource, 'code'], { limit: 5 })
  assert.ok(entry !== undefined && !JSON.stringify(entry).includes(code))
  t.mock.timers.setTime(Date.now() + 60_001)
  assert.equal(json(400, await token(redeem(client, code)))['error'], 'invalid_grant')
})

test('the provider’s tokens never reach a client, and ours are bound to client and resource (row 29)', async (t) => {
  const all = await stage(t)
  const { register, login, idp, token, json } = all
  idp.inAccessToken = { canary: 'upstream' }
  const [client, other] = [await register(), await register()]
  const tokens = await login(client, { scope: 'tools:read' })
  assert.ok(!JSON.stringify(tokens).includes(Buffer.from('canary').toString('base64url').slice(0, -2)))
  const refresh = tokens['refresh_token']
  // Each of these would be more than what was agreed to.
  assert.equal(
    json(400, await token(refreshWith(client, refresh, { scope: 'tools:read tools:call' })))['error'],
    'invalid_scope',
  )
  assert.equal(
    json(400, await token(refreshWith(client, refresh, { resource: 'https://x.example' })))['error'],
    'invalid_target',
  )
  assert.equal(json(400, await token(refreshWith(other, refresh)))['error'], 'invalid_grant')
  json(200, await token(refreshWith(client, refresh, { scope: 'tools:read', resource })))
})

test('a refresh token that was used again ends the login for both who have it (row 29)', async (t) => {
  const { register, login, token, json, warned } = await stage(t)
  const client = await register()
  const stolen = (await login(client))['refresh_token']
  const next = json(200, await token(refreshWith(client, stolen)))['refresh_token']
  json(400, await token(refreshWith(client, stolen)))
  json(400, await token(refreshWith(client, next)))
  assert.match(warned.join(), /used again/)
})

test('of a hundred refreshes with one token one gets tokens', async (t) => {
  const { register, login, token } = await stage(t)
  const client = await register()
  const { refresh_token: refresh } = await login(client)
  const answers = await Promise.all(Array.from({ length: 100 }, () => token(refreshWith(client, refresh))))
  assert.equal(answers.filter((answer) => answer.kind === 'json' && answer.status === 200).length, 1)
})

test('no secret of a login is in the store in a form that can be used', async (t) => {
  const { register, login, store } = await stage(t)
  const tokens = await login(await register())
  const all = JSON.stringify(await store.list([], { limit: 100 }))
  const [family = '', secret = ''] = (tokens['refresh_token'] ?? '').split('.')
  for (const text of [family, secret, tokens['access_token'] ?? '']) assert.ok(text !== '' && !all.includes(text))
})

test('revocation ends login, consent and the provider’s grant at once (row 35)', async (t) => {
  const all = await stage(t, { settings: { consentMs: 86_400_000 } })
  const { ask, register, login, browser, token, json, idp } = all
  for (const kind of ['refresh_token', 'access_token']) {
    idp.asked.length = 0
    const [client, other, person] = [await register(), await register(), browser()]
    const tokens = await login(client, {}, person)
    const revoke = async (by: string): Promise<void> => {
      const answer = await ask(`${base}/revoke`, { form: { client_id: by, token: tokens[kind] ?? '' } })
      assert.ok(answer.kind === 'empty' && answer.status === 200)
    }
    const opened = async (): Promise<string> =>
      (await ask(`${base}/authorize?${request(client)}`, { headers: { cookie: person.cookie } })).kind
    await revoke(other) // nobody else's business; and the answer does not say so
    assert.equal(await opened(), 'redirect')
    await revoke(client)
    json(400, await token(refreshWith(client, tokens['refresh_token'])))
    assert.equal(await opened(), 'page', 'the consent is asked for again')
    await revoke(client) // what is gone is gone
    await eventually(
      () => idp.asked.some(({ what, form }) => what === 'POST /revoke' && form.has('token')),
      () => 'the provider’s grant has not ended',
    )
  }
})
