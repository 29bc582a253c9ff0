// The journey of an exchange: weighted backends, what happens without one, and the order in which doors open.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serve, upstream } from '../support/serve.ts'

/** One route, as flow style YAML. */
const binds = (route: string): string => `binds: [{port: 1, listeners: [{routes: [{${route}}]}]}]`
const named =
  (name: string): Parameters<typeof upstream>[1] =>
  (_request, response) =>
    response.end(name)

test('traffic is shared by weight, and a weight of 0 gets none', async (t) => {
  const [a, b, c] = [await upstream(t, named('a')), await upstream(t, named('b')), await upstream(t, named('c'))]
  const { ask } = await serve(
    t,
    binds(
      `backends: [{ host: "127.0.0.1:${a}", weight: 3 }, { host: "127.0.0.1:${b}" }, { host: "127.0.0.1:${c}", weight: 0 }]`,
    ),
  )
  const count = { a: 0, b: 0, c: 0 } as Record<string, number>
  for (let i = 0; i < 300; i++) {
    const { text } = await ask()
    count[text] = (count[text] ?? 0) + 1
  }
  assert.equal(count['c'], 0)
  // 3 : 1 over 300 draws: outside of these once in a million runs.
  assert.ok((count['a'] ?? 0) > 180 && (count['b'] ?? 0) > 35, JSON.stringify(count))
})

test('backend.none: a route whose backends have no weight says so', async (t) => {
  const { ask, said } = await serve(t, binds('backends: [{ host: "127.0.0.1:9", weight: 0 }]'))
  const { status, text } = await ask()
  assert.deepEqual([status, text], [500, 'no valid backends'])
  assert.equal(said[0]?.reason, 'NoHealthyBackend')
})

test('of two policies that set one response header the one on the backend counts', async (t) => {
  const port = await upstream(t, named('x'))
  const set = (value: string): string => `{ responseHeaderModifier: { set: { x-who: ${value} } } }`
  const { ask } = await serve(
    t,
    binds(`policies: ${set('route')}, backends: [{ host: "127.0.0.1:${port}", policies: ${set('backend')} }]`),
  )
  assert.equal((await ask()).headers['x-who'], 'backend')
})

test('a deadline of the route covers everything, delays included', async (t) => {
  const port = await upstream(t, named('x'))
  const { ask, said } = await serve(
    t,
    binds(
      `policies: {timeout: {requestTimeout: 50ms}, delay: {duration: 5s}}, backends: [{ host: "127.0.0.1:${port}" }]`,
    ),
  )
  const { status, text } = await ask()
  assert.deepEqual([status, text], [504, 'request timeout'])
  assert.equal(said[0]?.reason, 'Timeout')
})

test('a target may name a backend of the configuration, and say its own headers', async (t) => {
  const heads: string[] = []
  const port = await upstream(t, (request, response) => {
    heads.push(`${request.url} ${String(request.headers['x-key'])}`)
    response.writeHead(500).end()
  })
  const target =
    '{ name: a, mcp: { backend: there, path: /deep }, policies: { requestHeaderModifier: { set: { x-key: k } } } }'
  const { ask } = await serve(
    t,
    `backends: [{name: there, host: "127.0.0.1:${port}"}]\n${binds(`backends: [{ mcp: { targets: [${target}] } }]`)}`,
  )
  const initialize = {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 't', version: '1' } },
  }
  const { text } = await ask({
    method: 'POST',
    headers: { accept: 'application/json, text/event-stream', 'content-type': 'application/json' },
    body: JSON.stringify(initialize),
  })
  assert.match(text, /target a/)
  assert.equal(heads[0], '/deep k')
})

test('policies of a route are not walked around by another spelling of its path', async (t) => {
  const backend = await upstream(t)
  const all = '{matches: [{path: {pathPrefix: /}}], backends: [{host: "127.0.0.1:BACKEND"}]}'
  const admin =
    '{matches: [{path: {pathPrefix: /admin}}], policies: {authorization: {rules: ["false"]}}, backends: [{host: "127.0.0.1:BACKEND"}]}'
  const listener = (...routes: string[]): string =>
    `binds: [{port: 1, listeners: [{routes: [${routes.join(', ').replaceAll('BACKEND', String(backend))}]}]}]`
  const guarded = await serve(t, listener(all, admin))
  const open = await serve(t, listener(all))
  for (const [path, status] of [
    ['/%61dmin', 403],
    ['/%61%64%6din/x', 403],
    ['//admin', 400],
    ['/admin%2fx', 400],
    ['/admin;x', 400],
  ] as const) {
    const refused = await guarded.ask({ path })
    assert.equal(refused.status, status, path)
    if (status === 400) assert.equal(refused.text, 'invalid request: the path can be read in two ways')
    assert.equal((await open.ask({ path })).status, 200, `${path} reaches the backend without the route`)
  }
  assert.deepEqual((await guarded.ask({ path: '/a//b' })).status, 200)
})
