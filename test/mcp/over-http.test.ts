// The federation over real connections: two servers on sockets, reached over Streamable HTTP.
import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text as textOf } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { targetName } from '../../src/core/brand.ts'
import { Pools } from '../../src/http/pools.ts'
import type { Upstream } from '../../src/mcp/conversation.ts'
import { targets } from '../../src/mcp/egress/index.ts'
import { FederatedServers } from '../../src/mcp/federation.ts'
import { Shelf } from '../../src/mcp/shelf.ts'
import { emptyProgram } from '../../src/policy/policy.ts'
import { silent } from '../../src/telemetry/log.ts'
import { errorOf, exchange, FakeClient, incoming, limits, names, quiet, taskNames, valueOf } from './upstreams.ts'

interface Behaviour {
  readonly results: { readonly [method: string]: string }
  /** Sessions that the server has forgotten answer 404. */
  readonly sessions: Set<string>
  readonly bodies: string[]
}

async function serve(t: TestContext, results: { readonly [method: string]: string }) {
  const behaviour: Behaviour = { results, sessions: new Set(), bodies: [] }
  const server = createServer((request, response) => void answer(behaviour, request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  return { ...behaviour, url: `http://127.0.0.1:${address.port}/mcp` }
}

let minted = 0

async function answer(behaviour: Behaviour, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'POST') return void response.writeHead(405).end()
  const body = await textOf(request)
  const { id, method } = JSON.parse(body)
  behaviour.bodies.push(body)
  const session = String(request.headers['mcp-session-id'])
  if (method !== 'initialize' && !behaviour.sessions.has(session)) return void response.writeHead(404).end()
  if (id === undefined) return void response.writeHead(202).end()
  const fresh = `s${++minted}`
  if (method === 'initialize') behaviour.sessions.add(fresh)
  const result = behaviour.results[method]
  const rest = result === undefined ? '"error":{"code":-32601,"message":"no"}' : `"result":${result}`
  response
    .writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': method === 'initialize' ? fresh : session })
    .end(`{"jsonrpc":"2.0","id":${id},${rest}}`)
}

async function federate(t: TestContext, urls: Readonly<Record<string, string>>) {
  const pools = new Pools()
  const shelves: Shelf[] = []
  for (const [name, host] of Object.entries(urls)) {
    const upstream: Upstream | undefined = await targets.mcp.compile(
      { host, era: 'auto' },
      {
        path: [],
        backend: () => undefined,
        problem: (_at, message) => assert.fail(message),
        warning: (_at, message) => assert.fail(message),
        read: () => undefined,
        target: targetName(name),
        pools,
        log: silent,
        limits,
        metrics: quiet,
        keep: (_key, make) => make(),
      },
    )
    assert.ok(upstream !== undefined)
    shelves.push(new Shelf({ upstream, limits, log: silent, metrics: quiet, version: '1' }))
  }
  const federation = new FederatedServers({
    shelves,
    prefixMode: 'conditional',
    failOpen: false,
    stateful: true,
    program: emptyProgram,
    limits,
    log: silent,
    metrics: quiet,
    tasks: taskNames(),
    version: '1',
  })
  t.after(async () => {
    await federation[Symbol.asyncDispose]()
    for (const shelf of shelves) await shelf[Symbol.asyncDispose]()
    await pools[Symbol.asyncDispose]()
  })
  const client = new FakeClient()
  t.after(async () => {
    for (const opening of client.connections.values()) await (await opening)[Symbol.asyncDispose]()
  })
  return {
    client,
    request: (method: string, params?: string) =>
      federation.request(client, incoming(method, params), client, exchange()),
  }
}

const hello =
  '{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"fixture","version":"1"}}'
const list = '{"tools":[{"name":"x","inputSchema":{"type":"object"}}]}'
const odd = '{ "content":[], "n":[1e400,-0,9007199254740993,"\\u0061"], "b":1,"a":2 }'

test('a call travels to its server and back letter by letter', async (t) => {
  const a = await serve(t, { initialize: hello, 'tools/list': list, 'tools/call': odd })
  const b = await serve(t, { initialize: hello, 'tools/list': list, 'tools/call': '{"content":[]}' })
  const { request } = await federate(t, { a: a.url, b: b.url })
  assert.deepEqual(names(await request('tools/list')), ['a_x', 'b_x'])
  const params = '{"arguments":{"n":[1e400,-0,9007199254740993],"z":1,"a":2}, "name": "a_x","x-unknown":{}}'
  assert.equal((await request('tools/call', params)).raw, odd)
  const sent = a.bodies.find((body) => body.includes('tools/call')) ?? ''
  assert.ok(sent.includes(params.replace('"a_x"', '"x"')), sent)
  assert.ok(!b.bodies.some((body) => body.includes('tools/call')))
})

test('a session that the server has forgotten is opened anew and the call answered', async (t) => {
  const a = await serve(t, { initialize: hello, 'tools/list': list, 'tools/call': '{"content":[]}' })
  const { request } = await federate(t, { a: a.url })
  valueOf(await request('tools/call', '{"name":"x"}'))
  a.sessions.clear()
  valueOf(await request('tools/call', '{"name":"x"}'))
})

test('a server that is not there is named, with the step', async (t) => {
  const a = await serve(t, { initialize: hello, 'tools/list': list })
  const { request } = await federate(t, { a: a.url, gone: 'http://127.0.0.1:1/mcp' })
  const { code, message } = errorOf(await request('tools/list'))
  assert.equal(code, -32603)
  assert.match(message, /^failed to send message: target gone: server\/discover: the connection was refused/)
})
