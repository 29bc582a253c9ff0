// REST APIs that want to know who asks: a login of each user, a token for the gateway, a key; and what none of them does.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import type { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { Browser } from '../oauth-facade/browser.ts'
import { connect, Memory, world } from '../oauth-facade/world.ts'
import { protectedApi } from '../upstream-login/protected.ts'

async function listening(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  return `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
}

async function stage(t: TestContext) {
  const api = await protectedApi(t)
  const seen: string[] = []
  const granted: string[] = []
  const service = await listening(t, ({ url, headers }, response) => {
    const { authorization = 'nothing', 'x-key': key = 'no key' } = headers
    seen.push(`${url} ${authorization} ${String(key)}`)
    response.writeHead(authorization === 'Bearer stale' ? 401 : 200, { 'content-type': 'application/json' }).end('{}')
  })
  const tokens = await listening(t, (request, response) => {
    void text(request).then((form) => {
      granted.push(form)
      const access_token = granted.length === 1 ? 'stale' : 'fresh'
      const body = JSON.stringify({ access_token, token_type: 'Bearer', expires_in: 3_600 })
      response.writeHead(200, { 'content-type': 'application/json' }).end(body)
    })
  })
  const made = await world(t, import.meta.dirname)
  const env = { API: api.url, SERVICE: service, TOKENS: tokens, SERVICE_SECRET: 'of the service' }
  return { ...made, api, seen, granted, gateway: await made.start([], env) }
}

const names = async (client: Client): Promise<string[]> => (await client.listTools()).tools.map(({ name }) => name)

async function said(client: Client, name: string): Promise<{ text: string; isError: boolean }> {
  const { content, isError } = await client.callTool({ name, arguments: {} })
  const [first] = Array.isArray(content) ? content : []
  return { text: String(first?.text), isError: isError === true }
}

const linkIn = (text: string): string => /https?:\/\/\S+/.exec(text)?.[0] ?? assert.fail(text)
const all = ['own_mine', 'own_open', 'service_mine', 'service_open', 'key_mine', 'key_open']

test('people log in at an API with their first call, and call it in their own name from then on', async (t) => {
  const { url, api, gateway } = await stage(t)
  const [browser, other] = [new Browser(), new Browser()]
  const alice = await connect(t, url, new Memory(), { browser, user: 'alice' })
  assert.deepEqual(await names(alice), all, 'a document needs nobody’s login')
  await assert.rejects(alice.callTool({ name: 'own_connect', arguments: {} }), { code: -32602 })

  const refused = await said(alice, 'own_mine')
  assert.equal(refused.isError, true)
  assert.match(refused.text, /Connect your account at own/)
  assert.match((await browser.connected(linkIn(refused.text), 'alice')).text, /You are connected/)
  assert.deepEqual(await said(alice, 'own_mine'), { text: '{"path":"/mine","user":"alice"}', isError: false })

  const bob = await connect(t, url, new Memory(), { browser: other, user: 'bob' })
  assert.equal((await said(bob, 'own_mine')).isError, true, 'what Alice has connected is hers alone')
  assert.equal(gateway.said().includes(api.shown[0] ?? 'no token'), false)
})

test('a token for the gateway goes to operations that want the scheme, and is got anew when it is refused', async (t) => {
  const { url, seen, granted } = await stage(t)
  const client = await connect(t, url, new Memory(), { browser: new Browser(), user: 'alice' })
  assert.equal((await said(client, 'service_mine')).isError, false)
  assert.equal((await said(client, 'service_open')).isError, false)
  assert.deepEqual(seen, ['/mine Bearer stale no key', '/mine Bearer fresh no key', '/open nothing no key'])
  assert.equal(granted.length, 2)
  assert.match(granted[0] ?? '', /grant_type=client_credentials/)
})

test('a key goes along with everything', async (t) => {
  const { url, seen } = await stage(t)
  const client = await connect(t, url, new Memory(), { browser: new Browser(), user: 'alice' })
  for (const name of ['key_mine', 'key_open']) assert.equal((await said(client, name)).isError, false)
  assert.deepEqual(seen, ['/mine nothing key of the gateway', '/open nothing key of the gateway'])
})
