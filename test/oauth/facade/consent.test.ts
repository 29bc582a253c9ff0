import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Browser, base, failedPage, locationOf, request, resource, stage } from './stage.ts'

const remembered = { settings: { consentMs: 86_400_000 } }

test('consent for one client is none for another (confused deputy, row 20)', async (t) => {
  const { ask, idp, register, login, browser } = await stage(t, remembered)
  const victim = browser()
  const honest = await register()
  await login(honest, {}, victim)
  const evil = await register({ redirect_uris: ['https://evil.example/cb'], client_name: 'App' })
  const link = `${base}/authorize?${request(evil, { redirect_uri: 'https://evil.example/cb' })}`
  const seen = idp.asked.length
  const answer = await ask(link, { headers: { cookie: victim.cookie } })
  assert.equal(answer.kind === 'page' && answer.page.kind, 'consent')
  assert.equal(idp.asked.length, seen, 'the provider has heard nothing')
})

test('what is remembered is client, address, scopes and resource together', async (t) => {
  const { ask, register, login, browser } = await stage(t, {
    settings: { consentMs: 86_400_000, aliases: ['api://gate'] },
  })
  const person = browser()
  const client = await register({ redirect_uris: ['https://app.example/cb', 'https://app.example/other'] })
  await login(client, { scope: 'tools:read' }, person)
  const opened = async (parameters: Record<string, string>): Promise<string> =>
    (await ask(`${base}/authorize?${request(client, parameters)}`, { headers: { cookie: person.cookie } })).kind
  assert.equal(await opened({ scope: 'tools:read' }), 'redirect')
  assert.equal(await opened({ scope: 'tools:read tools:call' }), 'page')
  assert.equal(await opened({ scope: 'tools:read', redirect_uri: 'https://app.example/other' }), 'page')
  assert.equal(await opened({ scope: 'tools:read', resource: 'api://gate' }), 'page')
  assert.equal(
    (await ask(`${base}/authorize?${request(client, { scope: 'tools:read' })}`)).kind,
    'page',
    'another browser',
  )
})

test('programs on the same machine are asked for each time, and so is everybody unless it is configured', async (t) => {
  for (const [options, redirect] of [
    [remembered, 'http://127.0.0.1:3000/cb'],
    [remembered, 'com.example.app:/cb'],
    [{}, 'https://app.example/cb'],
  ] as const) {
    const { register, login, browser } = await stage(t, options)
    const person = browser()
    const client = await register({ redirect_uris: [redirect] })
    await login(client, { redirect_uri: redirect }, person)
    await person.consentPage(client, { redirect_uri: redirect })
  }
})

test('what one person agreed to is not what the next one at the same browser did', async (t) => {
  const { idp, register, login, browser } = await stage(t, remembered)
  const shared = browser()
  const client = await register()
  await login(client, {}, shared)
  idp.user = { sub: 'bob' }
  const first = await shared.open(`${base}/authorize?${request(client)}`)
  const back = await shared.open(await shared.visit(locationOf(first).href))
  assert.ok(locationOf(back).pathname.endsWith('/authorize'), 'no code, the page instead')
  await shared.consentPage(client)
})

test('the form must come from our page in this browser (consent CSRF, row 22)', async (t) => {
  const { ask, idp, register, browser } = await stage(t)
  const client = await register()
  const [victim, attacker] = [browser(), browser()]
  const page = await victim.consentPage(client)
  const stolen = await attacker.consentPage(client)
  const form = { request: page.request, decision: 'approve' }
  const cookie = victim.cookie
  for (const [why, asking] of [
    ['no token', { form: { decision: 'approve' }, headers: { cookie } }],
    ['the token of another session', { form: { ...form, request: stolen.request }, headers: { cookie } }],
    ['no cookie', { form }],
    ['another browser', { form, headers: { cookie: attacker.cookie } }],
    ['a page of another site', { form, headers: { cookie, origin: 'https://evil.example' } }],
    ['a page of another site, as browsers say', { form, headers: { cookie, 'sec-fetch-site': 'cross-site' } }],
    ['a page of a sibling', { form, headers: { cookie, 'sec-fetch-site': 'same-site', origin: 'null' } }],
    ['a changed request', { form: { ...form, request: `${page.request.slice(0, -2)}AA` }, headers: { cookie } }],
    ['no decision', { form: { request: page.request }, headers: { cookie } }],
    ['both decisions', { form: `request=${page.request}&decision=deny&decision=approve`, headers: { cookie } }],
    ['JSON', { body: JSON.stringify(form), headers: { cookie, 'content-type': 'application/json' } }],
  ] as const) {
    const answer = await ask(page.action, asking)
    assert.equal(answer.kind === 'page' && answer.page.kind, 'failed', why)
  }
  failedPage(await ask(`${page.action}?${new URLSearchParams(form).toString()}`, { headers: { cookie } }), 405)
  assert.equal(idp.asked.filter(({ what }) => what.includes('authorize')).length, 0)
  const sent = await victim.decide(page, 'approve', { origin: 'null', 'sec-fetch-site': 'same-origin' })
  assert.equal(sent.kind === 'page' && sent.page.kind, 'onward')
})

test('the cookie is for this host alone, unreadable for scripts, signed, and belongs to one request of one client (row 23)', async (t) => {
  const { ask, register, browser } = await stage(t)
  const [a, b] = [await register(), await register({ client_name: 'B' })]
  const person = browser()
  const answer = await ask(`${base}/authorize?${request(a)}`)
  assert.match(
    answer.headers['set-cookie'] ?? '',
    /^__Host-toolgate-[\w-]{8}=[\w-]{43}\.[\w-]{43}; Path=\/; Max-Age=900; HttpOnly; SameSite=Lax; Secure$/,
  )
  const pageA = await person.consentPage(a)
  const pageB = await person.consentPage(b)
  // Consent to A is in A's request, not in the cookie: with the same cookie B's page is another decision.
  const onward = await person.decide(pageA)
  assert.ok(onward.kind === 'page' && onward.page.kind === 'onward')
  assert.notEqual(pageA.request, pageB.request)

  const [name = '', value = ''] = person.cookie.split('=')
  const [id = '', signature = ''] = value.split('.')
  for (const cookie of [
    `${name}=${id}`,
    `${name}=${id}.`,
    `${name}=${id}.${signature.slice(0, -1)}`,
    `${name}=${'A'.repeat(43)}.${signature}`,
    // Tossed in by a sibling domain beside the real one: neither counts.
    `${person.cookie}; ${name}=${'A'.repeat(43)}.${signature}`,
    person.cookie.replace('__Host-', ''),
  ])
    failedPage(await ask(pageB.action, { form: { request: pageB.request, decision: 'approve' }, headers: { cookie } }))
})

test('the page is good for ten minutes', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() })
  const { register, browser } = await stage(t)
  const person = browser()
  const page = await person.consentPage(await register())
  t.mock.timers.setTime(Date.now() + 601_000)
  failedPage(await person.decide(page))
})

test('upstream state is made after consent, good once, for ten minutes, and for the browser that began (row 26)', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() })
  const { ask, register, browser, store } = await stage(t)
  const client = await register()
  const [victim, attacker] = [browser(), browser()]
  await victim.consentPage(client)
  assert.equal(await store.count(['facade', resource, 'visit'], 10), 0, 'none before consent')

  const callback = async (who: Browser) => who.visit(await who.onward(client))
  const begun = await callback(attacker)
  // Login CSRF: the attacker's own login is finished in the victim's browser, which then works as the attacker.
  failedPage(await ask(begun, { headers: { cookie: victim.cookie } }))
  failedPage(await ask(begun, { headers: { cookie: attacker.cookie } })) // used up by the attempt
  failedPage(await ask(await callback(victim)), 400) // no cookie at all

  const good = await callback(victim)
  const first = await victim.open(good)
  assert.ok(locationOf(first).searchParams.has('code'))
  failedPage(await victim.open(good)) // replay

  const [one, two] = [new URL(await callback(victim), resource), new URL(await callback(attacker), resource)]
  one.searchParams.set('state', two.searchParams.get('state') ?? '')
  failedPage(await victim.open(one.pathname + one.search)) // states of two browsers swapped

  const late = await callback(victim)
  t.mock.timers.setTime(Date.now() + 601_000)
  failedPage(await victim.open(late))
  failedPage(await victim.open(`${base}/callback?code=x`))
  failedPage(await victim.open(`${base}/callback?code=x&state=a&state=b`))
})

test('a provider’s answer of another issuer, nonce or audience gives no code (mix-up)', async (t) => {
  const { idp, register, browser } = await stage(t)
  const client = await register()
  const person = browser()
  const outcome = async (): Promise<string> => {
    const back = await person.approve(client)
    return back.searchParams.get('error') ?? 'code'
  }
  assert.equal(await outcome(), 'code')
  for (const wrong of [
    { iss: 'https://evil.example' },
    { nonce: 'another' },
    { aud: 'another-client' },
    { exp: 1 },
    { sub: 'bob' }, // user info is about alice
  ]) {
    idp.idToken = wrong
    assert.equal(await outcome(), 'server_error', JSON.stringify(wrong))
  }
  idp.idToken = {}
  const path = new URL(await person.visit(await person.onward(client)), resource)
  path.searchParams.set('iss', 'https://evil.example')
  assert.equal(locationOf(await person.open(path.pathname + path.search)).searchParams.get('error'), 'server_error')
})
