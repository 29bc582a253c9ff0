// The backend kind `mcp`: from its body in the configuration to answers on a socket, and over a reload.
import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text as textOf } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { Exchange, type Handler } from '../../src/core/exchange.ts'
import { send } from '../../src/gateway/send.ts'
import { type Holder, Keeper } from '../../src/gateway/state.ts'
import { Pools } from '../../src/http/pools.ts'
import { mcp } from '../../src/mcp/backend.ts'
import { emptyProgram } from '../../src/policy/policy.ts'
import { silent } from '../../src/telemetry/log.ts'
import { limits, quiet } from './upstreams.ts'

async function listen(t: TestContext, server: ReturnType<typeof createServer>): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  return `http://127.0.0.1:${address.port}/mcp`
}

/** A server without sessions that has one tool, which says the server's name. */
async function upstream(t: TestContext, name: string, tools: string[] = ['who']) {
  const opened: string[] = []
  const answers = new Map<string, () => unknown>([
    [
      'initialize',
      () => ({ protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name, version: '1' } }),
    ],
    ['tools/list', () => ({ tools: tools.map((tool) => ({ name: tool, inputSchema: { type: 'object' } })) })],
    ['tools/call', () => ({ content: [{ type: 'text', text: name }] })],
  ])
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method !== 'POST') return void response.writeHead(405).end()
    const { id, method, params } = JSON.parse(await textOf(request))
    if (method === 'initialize') opened.push(params.clientInfo.name)
    if (id === undefined) return void response.writeHead(202).end()
    const result = answers.get(method)?.() ?? {}
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ jsonrpc: '2.0', id, result }))
  }
  const server = createServer((request, response) => void answer(request, response))
  return { url: await listen(t, server), opened, tools }
}

interface Problem {
  readonly path: string
  readonly message: string
}

/** Compiles as the gateway does: parsed by the schema, with things kept between configurations. */
async function compiler(t: TestContext) {
  const keeper = new Keeper()
  const pools = new Pools()
  t.after(async () => {
    await keeper[Symbol.asyncDispose]()
    await pools[Symbol.asyncDispose]()
  })
  return async (body: unknown): Promise<{ handler: Handler; problems: Problem[]; holder: Holder }> => {
    const problems: Problem[] = []
    const holder = keeper.holder()
    const handler = await mcp.compile(mcp.schema.parse(body), {
      path: ['backends', 0],
      name: 'tools',
      problem: (at, message) => problems.push({ path: at.join('.'), message }),
      warning: () => undefined,
      cel: () => undefined,
      terms: () => [],
      read: () => undefined,
      backend: () => undefined,
      pools,
      log: silent,
      program: emptyProgram,
      limits,
      metrics: quiet,
      sealKey: Buffer.alloc(32, 7),
      keep: (key, make) => holder.keep(key, make),
    })
    return { handler, problems, holder }
  }
}

const entrance = { port: 0, scheme: 'http', bind: 'b', gateway: 'g', listener: 'l' } as const

/** A listener whose configuration can be exchanged. */
async function gateway(t: TestContext, first: Handler) {
  const state = { handler: first }
  const answer = async (x: Exchange, response: ServerResponse): Promise<void> => {
    response.once('close', () => x.abort(new Error('the client is gone')))
    await send(await state.handler(x), x, response, 1_000)
  }
  const server = createServer((request, response) => void answer(new Exchange(request, entrance), response))
  return { url: await listen(t, server), state }
}

async function connect(t: TestContext, url: string): Promise<Client> {
  const client = new Client({ name: 'visitor', version: '1' })
  await client.connect(new StreamableHTTPClientTransport(new URL(url)))
  t.after(() => client.close())
  return client
}

const toolNames = async (client: Client): Promise<string[]> => (await client.listTools()).tools.map(({ name }) => name)

test('a client of the official library sees two servers as one and calls their tools', async (t) => {
  const [a, b] = [await upstream(t, 'a'), await upstream(t, 'b')]
  const compile = await compiler(t)
  const { handler, problems } = await compile({
    targets: [
      { name: 'a', mcp: { host: a.url } },
      { name: 'b', mcp: { host: b.url } },
    ],
  })
  assert.deepEqual(problems, [])
  const { url } = await gateway(t, handler)
  const client = await connect(t, url)
  assert.equal(client.getServerVersion()?.name, 'toolgate')
  assert.deepEqual(await toolNames(client), ['a_who', 'b_who'])
  const { content } = await client.callTool({ name: 'b_who' })
  assert.deepEqual(content, [{ type: 'text', text: 'b' }])
  await assert.rejects(client.callTool({ name: 'who' }), /Unknown tool: who/)
})

test('sessions and conversations with unchanged targets live through a reload', async (t) => {
  const [a, b] = [await upstream(t, 'a'), await upstream(t, 'b')]
  const compile = await compiler(t)
  const target = { name: 'a', mcp: { host: a.url } }
  const before = await compile({ targets: [target], prefixMode: 'always' })
  const { url, state } = await gateway(t, before.handler)
  const client = await connect(t, url)
  await client.callTool({ name: 'a_who' })
  const after = await compile({ targets: [target, { name: 'b', mcp: { host: b.url } }] })
  state.handler = after.handler
  await before.holder[Symbol.asyncDispose]()
  assert.deepEqual(await toolNames(client), ['a_who', 'b_who'])
  await client.callTool({ name: 'a_who' })
  await client.callTool({ name: 'b_who' })
  assert.deepEqual(a.opened.toSorted(), ['toolgate', 'visitor'], 'nobody opened anything twice')
  assert.deepEqual(b.opened.toSorted(), ['toolgate', 'visitor'])
})

test('a target that a reload has moved elsewhere is opened there', async (t) => {
  const [a, b] = [await upstream(t, 'first'), await upstream(t, 'second')]
  const compile = await compiler(t)
  const before = await compile({ targets: [{ name: 'x', mcp: { host: a.url } }] })
  const { url, state } = await gateway(t, before.handler)
  const client = await connect(t, url)
  await client.callTool({ name: 'who' })
  state.handler = (await compile({ targets: [{ name: 'x', mcp: { host: b.url } }] })).handler
  const { content } = await client.callTool({ name: 'who' })
  assert.deepEqual(content, [{ type: 'text', text: 'second' }])
})

test('without targets the answer is 503', async (t) => {
  const compile = await compiler(t)
  const { url } = await gateway(t, (await compile({ targets: [] })).handler)
  const response = await fetch(url, { method: 'POST' })
  assert.equal(response.status, 503)
  assert.equal(await response.text(), 'mcp: no backends configured')
})

test('what is wrong with targets is reported where it stands', async (t) => {
  const compile = await compiler(t)
  const host = 'http://127.0.0.1:1/mcp'
  const { problems } = await compile({
    targets: [
      { name: 'a', mcp: { host } },
      { name: 'a', mcp: { host } },
      { name: 'b', openapi: { schema: 'no document', host } },
      { name: 'd', sse: { host }, policies: { backendAuth: { passthrough: {} }, tcp: {} } },
    ],
  })
  assert.deepEqual(
    problems.map(({ path }) => path),
    ['targets.1.name', 'targets.2.openapi.schema', 'targets.3.policies.tcp'],
  )
})

test('bodies that cannot be meant are refused by the schema', () => {
  const host = 'http://h/mcp'
  const wrong: [unknown, RegExp][] = [
    [{}, /targets/],
    [{ targets: [{ name: 'A', mcp: { host } }] }, /lower-case/],
    [{ targets: [{ name: 'a_b', mcp: { host } }] }, /lower-case/],
    [{ targets: [{ name: 'a' }] }, /needs one of `mcp`, `sse`/],
    [{ targets: [{ name: 'a', mcp: { host }, sse: { host } }] }, /only one kind of target, and has `mcp` and `sse`/],
    [{ targets: [{ name: 'a', stdio: { cmd: 'x' }, policies: {} }] }, /process/],
    [{ targets: [{ name: 'a', mcp: { host }, policies: { novel: 1 } }] }, /novel/],
    [{ targets: [], prefixMode: 'sometimes' }, /conditional/],
    [{ targets: [], novel: 1 }, /novel/],
  ]
  for (const [body, message] of wrong) assert.throws(() => mcp.schema.parse(body), { message }, JSON.stringify(body))
})
