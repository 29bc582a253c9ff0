import assert from 'node:assert/strict'
import { test } from 'node:test'
import { base, locationOf, redirect, request, resource, stage, verifier } from './stage.ts'

test('the token endpoint takes one form, one grant, one way to say who the client is (row 34)', async (t) => {
  const { ask, json, register, browser } = await stage(t)
  const client = await register()
  const code = (await browser().approve(client)).searchParams.get('code') ?? ''
  const form = { grant_type: 'authorization_code', client_id: client, code, code_verifier: verifier }
  const text = new URLSearchParams(form).toString()
  const basic = { authorization: `Basic ${Buffer.from(`${client}:x`).toString('base64')}` }
  const path = `${base}/token`
  for (const [why, status, asking] of [
    ['GET', 405, { method: 'GET' }],
    ['JSON', 400, { body: JSON.stringify(form), headers: { 'content-type': 'application/json' } }],
    ['no type', 400, { body: text }],
    [
      'a type that begins alike',
      400,
      { body: text, headers: { 'content-type': 'application/x-www-form-urlencodedx' } },
    ],
    ['two grants', 400, { form: `${text}&grant_type=refresh_token` }],
    ['two clients', 400, { form: `${text}&client_id=x` }],
    ['header and form', 400, { form: { ...form, client_secret: 'x' }, headers: basic }],
    ['header of another client', 400, { form: { ...form, client_id: 'other' }, headers: basic }],
    ['an assertion', 400, { form: { ...form, client_assertion: 'x' } }],
    ['another scheme', 400, { form, headers: { authorization: 'Bearer x' } }],
    ['no client', 400, { form: { ...form, client_id: '' } }],
    ['an unknown client', 401, { form: { ...form, client_id: 'x'.repeat(32) } }],
    ['a secret of a client without one', 401, { form: { ...form, client_secret: 'x' } }],
    ['no grant', 400, { form: { ...form, grant_type: '' } }],
    ['a password', 400, { form: { ...form, grant_type: 'password' } }],
    ['too many parameters', 400, { form: `${text}${'&a=b'.repeat(100)}` }],
  ] as const) {
    const refusal = await ask(path, asking)
    assert.equal(refusal.kind === 'json' && refusal.status, status, why)
  }
  json(400, await ask(`${path}?${text}`, { form: {} }))
  json(400, await ask(`${path}?client_id=${client}`, { form }))
  const answer = await ask(path, { form })
  json(200, answer)
  assert.equal(answer.headers['cache-control'], 'no-store')
})

test('every answer of the authorization endpoint says who we are (row 33)', async (t) => {
  const { ask, register, browser } = await stage(t)
  const client = await register()
  const success = await browser().approve(client)
  const error = locationOf(await ask(`${base}/authorize?${request(client, { response_type: 'token' })}`))
  for (const back of [success, error]) {
    assert.equal(back.searchParams.get('iss'), resource)
    assert.equal(back.searchParams.get('state'), 'xyz')
    assert.equal(`${back.origin}${back.pathname}`, redirect)
  }
})

test('a resource is ours, once, in whatever spelling; another one is refused (row 32)', async (t) => {
  const { ask, register } = await stage(t, { settings: { aliases: ['api://gate'] } })
  const client = await register()
  const path = (resources: readonly string[]): string =>
    `${base}/authorize?${request(client)}${resources.map((one) => `&resource=${encodeURIComponent(one)}`).join('')}`
  for (const one of [
    [],
    [resource],
    ['HTTPS://GATE.example/mcp'],
    ['https://gate.example:443/mcp/'],
    ['api://gate'],
    [''],
  ])
    assert.equal((await ask(path(one))).kind, 'page', one.join())
  const prefix = (asked: string): boolean => asked.startsWith(resource)
  const foreign = ['https://gate.example/mcp2', 'https://gate.example/mcp/../x', 'https://gate.example/mcp#f']
  assert.ok(foreign.every(prefix), 'a comparison of beginnings lets them through')
  for (const asked of [
    ...foreign.map((one) => [one]),
    ['https://gate.example.evil/mcp'],
    ['https://x@gate.example/mcp'],
    ['https://gate.example/MCP'],
    ['http://gate.example/mcp'],
    ['nonsense'],
    [resource, 'https://other.example/mcp'],
    [resource, resource],
  ])
    assert.equal(locationOf(await ask(path(asked))).searchParams.get('error'), 'invalid_target', asked.join())
})

test('scopes that nobody offers are left out, and without a list there are none', async (t) => {
  const { register, login } = await stage(t)
  assert.equal((await login(await register(), { scope: 'openid admin tools:call' }))['scope'], 'tools:call')
  const bare = await stage(t, { settings: { scopes: [] } })
  const tokens = await bare.login(await bare.register(), { scope: 'admin' })
  assert.equal(tokens['scope'], undefined)
})

test('nothing that a stranger wrote comes back in a text or a header (row 36)', async (t) => {
  const { ask, json, register, browser, token, idp } = await stage(t)
  const client = await register()
  const attack = '\r\nset-cookie: a=b<script>'
  const answers = [
    await ask(`${base}/authorize?${request(client, { scope: attack })}`),
    await ask(`${base}/authorize?${request(client, { response_mode: attack })}`),
    await ask(`${base}/authorize?${request(attack)}`),
    await ask(`${base}/authorize?${request(client, { redirect_uri: attack })}`),
    await token({ grant_type: attack, client_id: client }),
    await ask(`${base}/client-registration`, {
      body: JSON.stringify({ redirect_uris: [attack], client_name: attack }),
      headers: { 'content-type': 'application/json' },
    }),
    await ask(`${base}/callback?error=access_denied&error_description=${encodeURIComponent(attack)}&state=x`),
  ]
  for (const answer of answers) {
    const text = JSON.stringify(answer)
    assert.ok(!text.includes('<script') && !text.includes('set-cookie: '), text)
  }
  // State goes back to the client as it came, inside its parameter and nowhere else.
  const back = locationOf(await ask(`${base}/authorize?${request(client, { state: attack, scope: '"' })}`))
  assert.equal(back.searchParams.get('state'), attack)
  assert.ok(!/[\r\n<]/.test(back.href))
  // What the provider says of an error stays here.
  const person = browser()
  const path = await person.visit(await person.onward(client))
  const state = new URL(path, resource).searchParams.get('state') ?? ''
  const refused = `${base}/callback?error=access_denied&error_description=${encodeURIComponent(attack)}&state=${state}`
  const denied = locationOf(await person.open(refused))
  assert.equal(denied.searchParams.get('error'), 'access_denied')
  assert.equal(denied.searchParams.get('error_description'), 'the login was refused')
  assert.ok(idp.asked.length > 0 && json)
})

test('limits count by address, end, and forget (row 37)', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() })
  const { ask, json, register } = await stage(t, { settings: { perMinute: 3 } })
  const client = await register()
  const authorize = (address: string) => ask(`${base}/authorize?${request(client)}`, { address })
  const statuses = async (address: string, times: number): Promise<number[]> => {
    const seen: number[] = []
    for (let i = 0; i < times; i++) {
      const answer = await authorize(address)
      seen.push(answer.kind === 'page' ? answer.status : 0)
    }
    return seen
  }
  assert.deepEqual(await statuses('192.0.2.7', 5), [200, 200, 200, 429, 429])
  assert.deepEqual(await statuses('192.0.2.8', 1), [200], 'nobody else is kept out')
  assert.deepEqual(await statuses('2001:db8:1:2:3::4', 2), [200, 200])
  assert.deepEqual(await statuses('2001:db8:1:2:9:9:9:9', 2), [200, 429], 'a whole network is one')
  t.mock.timers.setTime(Date.now() + 60_000)
  assert.deepEqual(await statuses('192.0.2.7', 1), [200])

  const flood = await Promise.all(
    Array.from({ length: 16 }, () => ask(`${base}/token`, { form: { client_id: client }, address: '192.0.2.9' })),
  )
  assert.equal(flood.filter((answer) => answer.kind === 'json' && answer.status === 429).length, 1)
  json(405, await ask(`${base}/token`, { address: '192.0.2.10' }))
})

test('who guesses codes is kept out for a while (row 37)', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() })
  const { ask, register, browser, json } = await stage(t)
  const client = await register()
  const code = (await browser().approve(client)).searchParams.get('code') ?? ''
  const guess = (guessed: string, address: string) =>
    ask(`${base}/token`, {
      form: { grant_type: 'authorization_code', client_id: client, code: guessed, code_verifier: verifier },
      address,
    })
  const tries: number[] = []
  for (let i = 0; i < 40; i++) {
    const answer = await guess(`guess-${i}`, '192.0.2.66')
    tries.push(answer.kind === 'json' ? answer.status : 0)
  }
  assert.deepEqual([tries.filter((status) => status === 400).length, tries.at(-1)], [30, 429])
  assert.equal(
    (await guess(code, '192.0.2.66')).kind === 'json' && json(200, await guess(code, '192.0.2.67')) !== undefined,
    true,
  )
})
