import assert from 'node:assert/strict'
import { test } from 'node:test'
import { route, serve, upstream, wrongWith } from '../support/serve.ts'
import { signer } from '../support/tokens.ts'

const keys = 'apiKey: {mode: optional, keys: [{key: caller-key}]}'
const caller = { headers: { authorization: 'Bearer caller-key' } }

test('a key of the configuration is what the backend sees, whatever the caller sent', async (t) => {
  const backend = await upstream(t)
  const { ask } = await serve(t, route('{backendAuth: {key: sk-secret}}', backend))
  for (const init of [{}, { headers: { authorization: 'Bearer mine' } }]) {
    const { status, text } = await ask(init)
    assert.equal(status, 200)
    assert.match(text, /"authorization":"Bearer sk-secret"/)
    assert.doesNotMatch(text, /mine/)
  }
})

test('it goes where the configuration says: header, query, cookie', async (t) => {
  const backend = await upstream(t)
  const at = (location: string): string => route(`{backendAuth: {key: {value: s3, location: ${location}}}}`, backend)
  const inHeader = await serve(t, at('{header: {name: X-Api-Key, prefix: "Key "}}'))
  assert.match((await inHeader.ask()).text, /"x-api-key":"Key s3"/)
  const inQuery = await serve(t, at('{queryParameter: {name: key}}'))
  assert.match((await inQuery.ask({ path: '/p?a=1&key=forged' })).text, /"url":"\/p\?a=1&key=s3"/)
  const inCookie = await serve(t, at('{cookie: {name: auth}}'))
  const { text } = await inCookie.ask({ headers: { cookie: 'a=1; auth=forged' } })
  assert.match(text, /"cookie":"a=1; auth=s3"/)
})

test('passthrough sends on what was verified, and nothing that was not', async (t) => {
  const backend = await upstream(t)
  const { ask } = await serve(t, route(`{${keys}, backendAuth: {passthrough: {}}}`, backend))
  assert.match((await ask(caller)).text, /"authorization":"Bearer caller-key"/)
  const none = await ask()
  assert.equal(none.status, 500)
  assert.match(none.text, /^backend authentication failed: the caller has shown no credential/)
})

test('without it the verified credential stays here', async (t) => {
  const { ask } = await serve(t, route(`{${keys}}`, await upstream(t)))
  assert.doesNotMatch((await ask(caller)).text, /authorization/)
})

const guards = [
  'apiKey: {mode: optional, location: {header: {name: x-api-key}}, keys: [{key: k}]}',
  'basicAuth: {htpasswd: "u:p", authorizationLocation: {header: {name: x-login}}}',
  'jwtAuth: {mode: permissive, issuer: i, jwks: "{\\"keys\\":[KEY]}", location: {cookie: {name: token}}}',
] as const

for (const guard of guards)
  test(`${guard.slice(0, guard.indexOf(':'))}: an Authorization that it did not look at stays here all the same`, async (t) => {
    const policy = guard.replace('KEY', JSON.stringify((await signer()).jwk).replaceAll('"', '\\"'))
    const canary = { headers: { authorization: 'Bearer canary', 'x-api-key': 'k' } }
    const backend = await upstream(t)
    const guarded = await serve(t, route(`{${policy}}`, backend))
    assert.doesNotMatch((await guarded.ask(canary)).text, /canary/)
    const open = await serve(t, route('{}', backend))
    assert.match((await open.ask(canary)).text, /"authorization":"Bearer canary"/, 'a plain proxy has no say in it')
  })

test('what a policy writes into Authorization is sent, without what the client had written there', async (t) => {
  const backend = await upstream(t)
  for (const [modifier, sent] of [
    ['set: {authorization: Bearer ours}', 'Bearer ours'],
    ['add: {authorization: Bearer ours}', 'Bearer ours'],
  ] as const) {
    const { ask } = await serve(t, route(`{${guards[0]}, requestHeaderModifier: {${modifier}}}`, backend))
    const { text } = await ask({ headers: { authorization: 'Bearer canary' } })
    assert.match(text, new RegExp(`"authorization":"${sent}"`))
    assert.doesNotMatch(text, /canary/)
  }
})

test('further credentials come on top', async (t) => {
  const more =
    'credentials: [{key: one, location: {header: {name: x-one}}}, {key: two, location: {header: {name: x-two}}}]'
  const { ask } = await serve(t, route(`{backendAuth: {key: main, ${more}}}`, await upstream(t)))
  const { text } = await ask()
  for (const line of [/"authorization":"Bearer main"/, /"x-one":"one"/, /"x-two":"two"/]) assert.match(text, line)
})

for (const [body, complaint] of [
  ['{}', /no way to prove/],
  ['{key: a, passthrough: {}}', /one way only/],
] as const)
  test(`backendAuth: ${body} is no configuration`, () => {
    assert.match(wrongWith(`{backendAuth: ${body}}`).join('\n'), complaint)
  })

for (const [body, complaint] of [
  ['{key: ""}', /secret is empty/],
  ['{key: {file: /nowhere/at/all}}', /cannot read the file/],
  ['{key: {value: a, location: {expression: "jwt.sub"}}}', /not where one is written/],
] as const)
  test(`backendAuth: ${body} does not start`, async (t) => {
    await assert.rejects(serve(t, route(`{backendAuth: ${body}}`, 1)), complaint)
  })
