// Devices without a browser: a code on a screen, a person elsewhere, and those who would like to be one or the other (RFC 8628).
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { decodeJwt } from 'jose'
import * as oauth from 'oauth4webapi'
import type { Answer, DevicePage } from '../../../src/oauth/facade/answer.ts'
import { deviceGrant } from '../../../src/oauth/facade/client.ts'
import { Limit } from '../../../src/oauth/facade/limits.ts'
import { holder } from '../../support/proofs.ts'
import { held } from './attack.ts'
import { type Browser, base, failedPage, redirect, resource, type Stage, type StageOptions, stage } from './stage.ts'

const page = `${base}/device`
const devices = { settings: { devices: true } } as const satisfies StageOptions

async function staged(t: TestContext, options: StageOptions = devices) {
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() })
  const world = await stage(t, options)
  const registered = await register(world)
  return { ...world, client: registered }
}

const register = async (world: Stage, more: object = {}): Promise<string> => {
  const wish = {
    client_name: 'Television',
    grant_types: [deviceGrant, 'refresh_token'],
    token_endpoint_auth_method: 'none',
    ...more,
  }
  const headers = { 'content-type': 'application/json' }
  const answer = await world.ask(`${base}/client-registration`, { body: JSON.stringify(wish), headers })
  return String(world.json(201, answer)['client_id'])
}

const begun = async (world: Stage, client: string, more: Record<string, string> = {}) =>
  world.json(200, await world.ask(`${base}/device-authorization`, { form: { client_id: client, ...more } }))

const poll = (world: Stage, client: string, code: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
  world.token({ grant_type: deviceGrant, client_id: client, device_code: String(code) }, headers)

const errorOf = (world: Stage, answer: Answer): unknown => world.json(400, answer)['error']

/** The form for a code, in a browser. */
async function opened(person: Browser, query = ''): Promise<DevicePage> {
  const answer = await person.open(page + query)
  assert.ok(answer.kind === 'page' && answer.page.kind === 'device', JSON.stringify(answer))
  return answer.page
}

async function entered(person: Browser, code: unknown, address = '192.0.2.1'): Promise<Answer> {
  const { action, request } = await opened(person)
  return person.open(action, { form: { request, user_code: String(code) }, address })
}

/** Enters a code, decides, and logs in; the last page. */
async function decides(person: Browser, code: unknown, decision = 'approve'): Promise<Answer> {
  const answer = await entered(person, code)
  assert.ok(answer.kind === 'page' && answer.page.kind === 'consent', JSON.stringify(answer))
  const sent = await person.decide(answer.page, decision)
  if (sent.kind !== 'page' || sent.page.kind !== 'onward') return sent
  return person.open(await person.visit(sent.page.to))
}

const title = (answer: Answer): string =>
  answer.kind === 'page' && answer.page.kind === 'failed' ? answer.page.title : JSON.stringify(answer)

test('a device shows a code, a person enters it, agrees and logs in, and the device has its tokens', async (t) => {
  const world = await staged(t)
  const { client, ask, json, browser } = world
  const metadata = json(200, await ask(base))
  assert.equal(metadata['device_authorization_endpoint'], `https://gate.example${base}/device-authorization`)
  assert.ok(JSON.stringify(metadata['grant_types_supported']).includes(deviceGrant))
  const start = await begun(world, client, { scope: 'tools:read', resource })
  const { device_code: device, user_code: code, verification_uri: uri, verification_uri_complete: complete } = start
  assert.match(String(code), /^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/)
  assert.deepEqual(
    [uri, complete],
    [`https://gate.example${page}`, `https://gate.example${page}?user_code=${String(code)}`],
  )
  assert.deepEqual([start['expires_in'], start['interval']], [600, 5])
  assert.equal(errorOf(world, await poll(world, client, device)), 'authorization_pending')
  t.mock.timers.tick(5_000)

  const person = browser()
  assert.equal((await opened(person, `?user_code=${String(code)}`)).code, code)
  const answer = await entered(person, String(code).toLowerCase().replace('-', ' '))
  assert.ok(answer.kind === 'page' && answer.page.kind === 'consent')
  assert.deepEqual(answer.page.redirect, { shown: code, place: 'device' })
  assert.deepEqual([answer.page.resource, answer.page.client.name], [resource, [{ text: 'Television', odd: false }]])
  const sent = await person.decide(answer.page)
  assert.ok(sent.kind === 'page' && sent.page.kind === 'onward')
  assert.equal(errorOf(world, await poll(world, client, device)), 'authorization_pending', 'not before the login')
  t.mock.timers.tick(5_000)
  assert.equal(title(await person.open(await person.visit(sent.page.to))), 'You are logged in')

  const tokens = json(200, await poll(world, client, device))
  const claims = decodeJwt(String(tokens['access_token']))
  assert.deepEqual(
    [claims.sub, claims.aud, claims['scope'], claims['client_id']],
    ['alice', resource, 'tools:read', client],
  )
  const refresh = { grant_type: 'refresh_token', client_id: client, refresh_token: String(tokens['refresh_token']) }
  json(200, await world.token(refresh))
  t.mock.timers.tick(5_000)
  assert.equal(errorOf(world, await poll(world, client, device)), 'expired_token', 'once')
})

test('a refusal is told to the device, a code that nobody enters ends, and who asks too often is told to wait', async (t) => {
  const world = await staged(t)
  const { client, browser } = world
  const refused = await begun(world, client)
  assert.equal(title(await decides(browser(), refused['user_code'], 'deny')), 'Nothing is allowed')
  assert.equal(errorOf(world, await poll(world, client, refused['device_code'])), 'access_denied')
  const slow = await begun(world, client)
  assert.equal(errorOf(world, await poll(world, client, slow['device_code'])), 'authorization_pending')
  assert.equal(errorOf(world, await poll(world, client, slow['device_code'])), 'slow_down')
  for (let i = 0; i < 60; i++) {
    t.mock.timers.tick(5_000)
    assert.equal(
      errorOf(world, await poll(world, client, slow['device_code'])),
      'authorization_pending',
      'patience is no guessing',
    )
  }
  t.mock.timers.tick(600_000)
  assert.equal(errorOf(world, await poll(world, client, slow['device_code'])), 'expired_token')
  const late = await entered(browser(), slow['user_code'])
  assert.ok(late.kind === 'page' && late.page.kind === 'device' && /No device waits/.test(late.page.problem ?? ''))
})

test('of a hundred who ask with one code at once one gets tokens', async (t) => {
  const world = await staged(t)
  const { client, browser } = world
  const { device_code: device, user_code: code } = await begun(world, client)
  await decides(browser(), code)
  t.mock.method(Limit.prototype, 'admits', () => true)
  const answers = await Promise.all(Array.from({ length: 100 }, () => poll(world, client, device)))
  assert.equal(answers.filter((answer) => answer.kind === 'json' && answer.status === 200).length, 1)
})

test('a code is the device’s own: another client, another decision, another browser get nothing of it', async (t) => {
  const world = await staged(t)
  const { client, ask, browser } = world
  const other = await register(world)
  const { device_code: device, user_code: code } = await begun(world, client)
  assert.equal(errorOf(world, await poll(world, other, device)), 'expired_token')
  const [person, second] = [browser(), browser()]
  const [one, two] = [await entered(person, code), await entered(second, code)]
  assert.ok(one.kind === 'page' && one.page.kind === 'consent' && two.kind === 'page' && two.page.kind === 'consent')
  failedPage(await second.decide(one.page), 400) // a page of another browser
  const sent = await person.decide(one.page)
  assert.ok(sent.kind === 'page' && sent.page.kind === 'onward')
  failedPage(await second.decide(two.page), 400) // somebody has decided already
  failedPage(await person.decide(one.page), 400) // twice
  const back = await person.visit(sent.page.to)
  failedPage(await second.open(back), 400) // the login of another browser
  const { action, request } = await opened(person)
  for (const [why, asking] of [
    ['no cookie', { form: { request, user_code: String(code) } }],
    [
      'another site',
      {
        form: { request, user_code: String(code) },
        headers: { cookie: person.cookie, 'sec-fetch-site': 'cross-site' },
      },
    ],
    ['no page', { form: { user_code: String(code) }, headers: { cookie: person.cookie } }],
    [
      'a page for consent',
      { form: { request: one.page.request, user_code: String(code) }, headers: { cookie: person.cookie } },
    ],
    ['JSON', { body: '{}', headers: { cookie: person.cookie, 'content-type': 'application/json' } }],
  ] as const) {
    const answer = await ask(action, asking)
    assert.ok(answer.kind === 'page' && answer.page.kind === 'failed', why)
  }
})

test('who guesses codes is kept out, from one address and from many (row 37)', async (t) => {
  await held(t, 'twenty-five codes from one address, the last one right', {
    options: devices,
    without: (t) => t.mock.method(Limit.prototype, 'admits', () => true),
    succeeds: async (world) => {
      const { user_code: code } = await begun(world, await register(world))
      const attacker = world.browser()
      for (let i = 0; i < 24; i++) await entered(attacker, 'BBBB-BBBB')
      const answer = await entered(attacker, code)
      return answer.kind === 'page' && answer.page.kind === 'consent'
    },
  })
  await held(t, 'a thousand codes from a thousand addresses, then the right one', {
    options: devices,
    without: (t) => t.mock.method(Limit.prototype, 'admits', () => true),
    succeeds: async (world) => {
      const { user_code: code } = await begun(world, await register(world))
      const attacker = world.browser()
      const { action, request } = await opened(attacker)
      const guess = (user_code: string, n: number) =>
        attacker.open(action, { form: { request, user_code }, address: `10.0.${n >> 8}.${n & 255}` })
      await Promise.all(Array.from({ length: 1_000 }, (_, n) => guess('BBBB-BBBB', n)))
      const answer = await guess(String(code), 2_000)
      return answer.kind === 'page' && answer.page.kind === 'consent'
    },
  })
})

test('a code that was sent by somebody else is warned of before anything is allowed (RFC 8628 §5.4)', async (t) => {
  const world = await staged(t)
  const { client, idp, browser } = world
  const { user_code: code, device_code: device } = await begun(world, client)
  const victim = browser()
  await opened(victim, `?user_code=${String(code)}`)
  assert.equal(idp.asked.filter(({ what }) => what.includes('authorize')).length, 0, 'a link alone does nothing')
  assert.equal(errorOf(world, await poll(world, client, device)), 'authorization_pending')
  for (const odd of ['"><script>', 'BBBB-BBBB<b>', 'AEIO-UAEI', 'x'.repeat(5_000)])
    assert.equal((await opened(victim, `?user_code=${encodeURIComponent(odd)}`)).code, '', odd.slice(0, 10))
})

test('only clients that have registered for it, and only where it is configured', async (t) => {
  const world = await staged(t)
  const usual = await world.register()
  const form = { client_id: usual }
  assert.equal(errorOf(world, await world.ask(`${base}/device-authorization`, { form })), 'unauthorized_client')
  const both = await register(world, { grant_types: [deviceGrant, 'authorization_code'], redirect_uris: [redirect] })
  await world.login(both)
  const off = await stage(t)
  assert.equal(off.facade.owns(page), false)
  assert.equal(off.json(200, await off.ask(base))['device_authorization_endpoint'], undefined)
  const answer = await off.token({ grant_type: deviceGrant, client_id: await off.register(), device_code: 'x' })
  assert.equal(errorOf(off, answer), 'unsupported_grant_type')
  const wish = { grant_types: [deviceGrant], token_endpoint_auth_method: 'none' }
  const headers = { 'content-type': 'application/json' }
  off.json(400, await off.ask(`${base}/client-registration`, { body: JSON.stringify(wish), headers }))
})

test('tokens of a device can be for its key (row 9)', async (t) => {
  const world = await staged(t)
  const { client, browser } = world
  const [owner, thief] = await Promise.all([holder(), holder()])
  const { device_code: device, user_code: code } = await begun(world, client)
  await decides(browser(), code)
  const htu = `https://gate.example${base}/token`
  const tokens = world.json(200, await poll(world, client, device, { dpop: await owner.proof({ htu }) }))
  assert.deepEqual(decodeJwt(String(tokens['access_token']))['cnf'], { jkt: owner.jkt })
  const refresh = { grant_type: 'refresh_token', client_id: client, refresh_token: String(tokens['refresh_token']) }
  assert.equal(errorOf(world, await world.token(refresh, { dpop: await thief.proof({ htu }) })), 'invalid_grant')
})

test('a client of another library gets along with it', async (t) => {
  const world = await staged(t)
  const client = { client_id: world.client }
  const endpoint = (name: string): string => `https://gate.example${base}/${name}`
  const server = {
    issuer: resource,
    token_endpoint: endpoint('token'),
    device_authorization_endpoint: endpoint('device-authorization'),
  }
  const options = {
    [oauth.customFetch]: async (url: string, { headers, body }: oauth.CustomFetchOptions<'POST', URLSearchParams>) => {
      const answer = await world.ask(new URL(url).pathname, { form: String(body), headers: { ...headers } })
      return answer.kind === 'json' ? Response.json(answer.value, { status: answer.status }) : Response.error()
    },
  }
  const asked = await oauth.deviceAuthorizationRequest(server, client, oauth.None(), new URLSearchParams(), options)
  const { device_code: device, user_code: code } = await oauth.processDeviceAuthorizationResponse(server, client, asked)
  const tokens = async () =>
    oauth.processDeviceCodeResponse(
      server,
      client,
      await oauth.deviceCodeGrantRequest(server, client, oauth.None(), device, options),
    )
  await assert.rejects(tokens(), { error: 'authorization_pending' })
  t.mock.timers.tick(5_000)
  assert.equal(title(await decides(world.browser(), code)), 'You are logged in')
  assert.equal((await tokens()).token_type, 'bearer')
})
