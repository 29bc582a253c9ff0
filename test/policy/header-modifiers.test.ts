import assert from 'node:assert/strict'
import { test } from 'node:test'
import { route, serve, upstream, wrongWith } from '../support/serve.ts'

test('request headers are added to, set and removed, whatever their case', async (t) => {
  const policies =
    '{requestHeaderModifier: {add: {X-List: b, Cookie: d=e, X-New: n}, set: {X-Set: new}, remove: [X-Gone, x-absent]}}'
  const { ask } = await serve(t, route(policies, await upstream(t)))
  const { text } = await ask({
    headers: { 'x-list': 'a', cookie: 'b=c', 'x-set': 'old', 'x-gone': '1', 'x-kept': 'k' },
  })
  const { headers } = JSON.parse(text)
  assert.deepEqual(
    [headers['x-list'], headers.cookie, headers['x-new'], headers['x-set'], headers['x-gone'], headers['x-kept']],
    ['a, b', 'b=c; d=e', 'n', 'new', undefined, 'k'],
  )
})

test('what tells the backend about the client can be removed or set', async (t) => {
  const policies =
    '{requestHeaderModifier: {set: {x-forwarded-proto: https}, remove: [x-forwarded-for, x-forwarded-host]}}'
  const { ask } = await serve(t, route(policies, await upstream(t)))
  const { headers } = JSON.parse((await ask({ headers: { 'x-forwarded-for': '192.0.2.1' } })).text)
  assert.deepEqual(
    [headers['x-forwarded-for'], headers['x-forwarded-host'], headers['x-forwarded-proto']],
    [undefined, undefined, 'https'],
  )
})

test('setting `host` fixes the authority', async (t) => {
  const { ask } = await serve(t, route('{requestHeaderModifier: {set: {Host: inner.example}}}', await upstream(t)))
  assert.equal(JSON.parse((await ask({ headers: { host: 'a.example' } })).text).headers.host, 'inner.example')
})

test('a client cannot take away what the policy sets', async (t) => {
  const { ask } = await serve(t, route('{requestHeaderModifier: {set: {x-tenant: acme}}}', await upstream(t)))
  const { headers } = JSON.parse((await ask({ headers: { connection: 'close, x-tenant', 'x-tenant': 'evil' } })).text)
  assert.equal(headers['x-tenant'], 'acme')
})

test('response headers are added to as lines of their own, set and removed', async (t) => {
  const backend = await upstream(t, (_, response) => {
    response.setHeader('set-cookie', ['a=1', 'b=2'])
    response.setHeader('x-set', 'old').setHeader('server', 'secret/1.0').setHeader('x-list', 'a')
    response.end('ok')
  })
  const policies =
    '{responseHeaderModifier: {add: {Set-Cookie: c=3, x-list: b, x-new: n}, set: {X-Set: new}, remove: [Server]}}'
  const { ask } = await serve(t, route(policies, backend))
  const { headers } = await ask()
  assert.deepEqual(headers['set-cookie'], ['a=1', 'b=2', 'c=3'])
  assert.deepEqual(
    [headers['x-set'], headers['x-list'], headers['x-new'], headers['server']],
    ['new', 'a, b', 'n', undefined],
  )
})

test('replies that no backend gave get them too', async (t) => {
  const policies =
    '{directResponse: {status: 404, body: gone}, responseHeaderModifier: {set: {content-type: text/html}}}'
  const { ask } = await serve(t, route(policies, 1))
  const { status, headers, text } = await ask()
  assert.deepEqual([status, headers['content-type'], text], [404, 'text/html', 'gone'])
})

test('policies of a backend act after those of the route', async (t) => {
  const port = await upstream(t)
  const yaml = `binds: [{port: 1, listeners: [{routes: [{policies: {requestHeaderModifier: {set: {x-a: route}}}, backends: [{host: "127.0.0.1:${port}", policies: {requestHeaderModifier: {set: {x-a: backend}}}}]}]}]}]`
  const { ask } = await serve(t, yaml)
  assert.equal(JSON.parse((await ask()).text).headers['x-a'], 'backend')
})

test('headers that frame a message, and what is no header, do not start', async (t) => {
  for (const [policies, message] of [
    [
      '{requestHeaderModifier: {set: {Transfer-Encoding: chunked}}}',
      /`transfer-encoding` is decided for each connection/,
    ],
    ['{responseHeaderModifier: {add: {content-length: "5"}}}', /`content-length` is decided for each connection/],
    ['{requestHeaderModifier: {set: {"bad name": x}}}', /`bad name` cannot be sent as a header/],
    ['{requestHeaderModifier: {set: {x-a: "secret\\r\\nx-b: c"}}}', /^`x-a` cannot be sent as a header[^]*one line$/],
    ['{requestHeaderModifier: {remove: [Host]}}', /`host` cannot be removed/],
  ] as const)
    await assert.rejects(serve(t, route(policies, 1)), { name: 'Refused', message }, policies)
  assert.equal(wrongWith('{requestHeaderModifier: {append: {a: b}}}').length, 1)
})

test('a header that is set or removed has no second spelling', async (t) => {
  const backend = await upstream(t)
  const headers = { x_user: 'boss', x_user_id: '1', 'x-user_id': '2', x_other: 'stays' }
  const policy = '{requestHeaderModifier: {set: {X-User: guest, x_flag: a}, remove: [X-User-Id]}}'
  const guarded = await serve(t, route(policy, backend))
  const sent = { ...JSON.parse((await guarded.ask({ headers })).text) }.headers
  assert.deepEqual(
    Object.entries(sent).filter(([name]) => name.includes('user') || name.includes('_')),
    [
      ['x_other', 'stays'],
      ['x-user', 'guest'],
      ['x_flag', 'a'],
    ],
  )
  const open = await serve(t, route('{}', backend))
  assert.match((await open.ask({ headers })).text, /"x_user":"boss"/, 'what a server behind CGI takes for X-User')
})
