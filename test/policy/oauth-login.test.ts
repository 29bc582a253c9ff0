// `oauthLogin` in a configuration, and browsers at connect pages: through where there is something to connect, and nowhere else.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPages } from '../../src/admin/facade.ts'
import { route, serve, upstream, wrongWith } from '../support/serve.ts'

const wrong = (login: string): string[] => wrongWith(`{backendAuth: {oauthLogin: ${login}}}`)

test('nothing has to be said, and what is said has to make sense', () => {
  assert.deepEqual(wrong('{}'), [])
  assert.deepEqual(
    wrong(
      '{clientId: c, clientSecret: s, issuer: "https://as.example/", scopes: [a, b], omitResource: true, connect: "https://gw.example/mcp/connect", catalog: {key: k}}',
    ),
    [],
  )
  assert.deepEqual(wrong('{catalog: users}'), [])
  assert.match(wrong('{clientSecret: s}').join(), /has a `clientSecret` and no `clientId`/)
  assert.match(wrong('{connect: "https://gw.example/x?y=1"}').join(), /without a query/)
  assert.match(wrong('{connect: "https://gw.example/x/"}').join(), /slash at its end/)
  assert.match(wrong('{issuer: elsewhere}').join(), /http\(s\) URL/)
  assert.match(wrong('{scopes: ["a b"]}').join(), /scopes/)
  assert.match(wrong('{catalog: {key: k, aws: {}}}').join(), /in one way/)
  assert.ok(wrong('{catalog: {passthrough: {}}}').length > 0, 'lists are read by the gateway, in nobody’s name')
})

test('a backend that is no MCP server gets nobody’s login', async (t) => {
  const { ask } = await serve(t, route('{backendAuth: {oauthLogin: {}}}', await upstream(t)))
  const { status, text } = await ask()
  assert.equal(status, 500)
  assert.match(text, /^backend authentication failed: .*targets of kind `mcp`/)
})

const resource = 'http://localhost:3000/mcp'
const authentication = `mcpAuthentication: {issuer: "http://127.0.0.1:1", audiences: ["${resource}"], resourceMetadata: {resource: "${resource}"}`
const facade = `${authentication}, facade: {clientId: c, clientSecret: s}}`
const target =
  'targets: [{name: notes, mcp: {host: "http://127.0.0.1:1/mcp"}, policies: {backendAuth: {oauthLogin: {}}}}]'
const config = (routes: string): string => `binds: [{port: 1, listeners: [{routes: [${routes}]}]}]`
const pages = createPages()

test('browsers get through to connect pages where a backend has some, and nowhere else', async (t) => {
  const plain = await upstream(t, (_, response) => void response.end('reached'))
  const logins = `{matches: [{path: {pathPrefix: /mcp}}], policies: {${facade}}, backends: [{mcp: {${target}}}]}`
  const other = `{matches: [{path: {pathPrefix: /api}}], policies: {${facade.replaceAll('/mcp', '/api')}}, backends: [{host: "127.0.0.1:${plain}"}]}`
  const { ask } = await serve(t, config(`${logins}, ${other}`), { pages })
  // The provider cannot be reached: what counts is who was asked for a token, and who for a login.
  for (const path of ['/mcp/connect', '/mcp/connect?link=x', '/mcp/connect/callback?state=x'])
    assert.equal((await ask({ path })).status, 503, path)
  for (const path of [
    '/mcp',
    '/mcp/connect/',
    '/mcp/connect/x',
    '/mcp/connected',
    '/api',
    '/api/connect',
    '/api/connect/callback',
  ]) {
    const { status, text } = await ask({ path })
    assert.equal(status, 401, path)
    assert.match(text, /JWT token required/)
  }
})

test('the document about ourselves is for everybody', async (t) => {
  const { ask } = await serve(t, config(`{policies: {${facade}}, backends: [{mcp: {${target}}}]}`), { pages })
  const { status, text } = await ask({ path: '/mcp/connect/client-metadata.json' })
  assert.equal(status, 200)
  assert.equal(JSON.parse(text).client_id, `${resource}/connect/client-metadata.json`)
})

test('without a login for browsers the page says what is missing', async (t) => {
  const { ask } = await serve(t, config(`{policies: {${authentication}}}, backends: [{mcp: {${target}}}]}`), { pages })
  const { status, text } = await ask({ path: '/mcp/connect' })
  assert.equal(status, 401)
  assert.match(text, /Nobody can log in here with a browser/)
})
