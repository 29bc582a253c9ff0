import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:net'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { McpServer, WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/server'
import { everything as fixture } from '../../../servers/everything.ts'
import { serve as serveFixture } from '../../../servers/serve.ts'
import { rawJson } from '../../../src/core/brand.ts'
import type { Answer, Connection } from '../../../src/mcp/conversation.ts'
import { caller, callTool, peer, serve, stage, until, upstream } from './stage.ts'

const everything = path.join(
  import.meta.dirname,
  '../../../node_modules/@modelcontextprotocol/server-everything/dist/index.js',
)

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** server-everything on one of its HTTP transports. */
async function startEverything(t: TestContext, transport: 'sse' | 'streamableHttp'): Promise<string> {
  const port = await freePort()
  const server = spawn(process.execPath, [everything, transport], {
    env: { ...process.env, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  server.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  t.after(() => void server.kill('SIGKILL'))
  await until(() => /(?:listening|running) on port/.test(said))
  return `http://127.0.0.1:${port}`
}

const sampled: Answer = {
  kind: 'result',
  raw: rawJson('{"role":"assistant","model":"m","content":{"type":"text","text":"sampled words"}}'),
}
const answers = async (method: string): Promise<Answer> =>
  method === 'sampling/createMessage'
    ? sampled
    : { kind: 'result', raw: rawJson(method === 'roots/list' ? '{"roots":[]}' : '{"action":"accept","content":{}}') }

/** What must work against every server of the everything kind. */
async function useEverything(connection: Connection): Promise<void> {
  assert.match(JSON.stringify(await callTool(connection, 'echo', { message: 'hello' })), /Echo: hello/)
  const by = caller(answers)
  const params = rawJson(
    '{"name":"trigger-long-running-operation","arguments":{"duration":0.2,"steps":4},"_meta":{"progressToken":"mine"}}',
  )
  await connection.request({ method: 'tools/call', params }, by)
  const progress = by.heard.filter(({ method }) => method === 'notifications/progress')
  assert.equal(progress.length, 4)
  assert.ok(progress.every((each) => each.params?.includes('"progressToken":"mine"')))
  const asked = await callTool(connection, 'trigger-sampling-request', { prompt: 'p', maxTokens: 5 }, by)
  assert.match(JSON.stringify(asked), /sampled words/)
  const list = await connection.request({ method: 'tools/list', params: undefined }, caller())
  assert.ok(JSON.parse(list.raw).tools.length > 10)
}

test('server-everything over Streamable HTTP, with its own stream', async (t) => {
  const url = await startEverything(t, 'streamableHttp')
  const up = await upstream('mcp', { host: `${url}/mcp` }, stage(t))
  const speaker = peer({ ask: answers })
  const connection = await up.connect(speaker)
  assert.ok(connection.session)
  await useEverything(connection)
  await connection[Symbol.asyncDispose]()
  const again = await up.connect(peer({ ask: answers }))
  await useEverything(again)
})

test('server-everything over HTTP+SSE, said or found out', async (t) => {
  const url = await startEverything(t, 'sse')
  for (const kind of ['sse', 'mcp'] as const) {
    const up = await upstream(kind, { host: `${url}/sse` }, stage(t))
    const connection = await up.connect(peer({ ask: answers }))
    await useEverything(connection)
    await connection[Symbol.asyncDispose]()
  }
})

test('the 1.x library as server: sessions, no sessions, JSON, HTTP+SSE', async (t) => {
  for (const options of [
    { transport: 'http' },
    { transport: 'http', json: true },
    { transport: 'http', stateless: true },
    { transport: 'http', stateless: true, json: true },
    { transport: 'sse' },
  ] as const) {
    const server = await serveFixture(fixture, options)
    t.after(() => server.close())
    const up = await upstream(options.transport === 'sse' ? 'sse' : 'mcp', { host: server.url }, stage(t))
    const connection = await up.connect(peer({ ask: answers }))
    assert.equal(connection.session === undefined, 'stateless' in options || options.transport === 'sse')
    assert.match(JSON.stringify(await callTool(connection, 'test_simple_text')), /text/)
    const failed = await callTool(connection, 'test_error_handling')
    assert.match(JSON.stringify(failed), /"isError":true/)
    if (!('json' in options)) {
      const by = caller()
      const params = rawJson('{"name":"test_tool_with_progress","_meta":{"progressToken":7}}')
      await connection.request({ method: 'tools/call', params }, by)
      assert.ok(by.heard.length >= 2)
    }
    await connection[Symbol.asyncDispose]()
  }
})

test('the 1.x library as server hangs up in the middle of a call and is resumed', async (t) => {
  const server = await serveFixture(fixture, { transport: 'http' })
  t.after(() => server.close())
  const up = await upstream('mcp', { host: server.url }, stage(t))
  const connection = await up.connect(peer({ ask: answers }))
  assert.match(JSON.stringify(await callTool(connection, 'test_reconnection')), /came back/)
})

test('the 2.x library as server', async (t) => {
  const transports = new Map<string, WebStandardStreamableHTTPServerTransport>()
  const make = async (): Promise<WebStandardStreamableHTTPServerTransport> => {
    const server = new McpServer({ name: 'two', version: '2' }, { capabilities: { tools: {}, logging: {} } })
    server.registerTool('ask', {}, async (context) => {
      await context.mcpReq.log('info', 'asking')
      const { action } = await context.mcpReq.elicitInput({
        message: 'sure?',
        requestedSchema: { type: 'object', properties: {} },
      })
      return { content: [{ type: 'text', text: action }] }
    })
    const transport: WebStandardStreamableHTTPServerTransport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      onsessioninitialized: (id) => void transports.set(id, transport),
    })
    await server.connect(transport)
    return transport
  }
  const url = await serve(t, (request, response) => {
    const handle = async (): Promise<void> => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(Buffer.from(chunk))
      const transport = transports.get(String(request.headers['mcp-session-id'])) ?? (await make())
      const headers = new Headers(
        Object.entries(request.headers).map(([name, value]): [string, string] => [name, String(value)]),
      )
      const body = request.method === 'POST' ? { body: Buffer.concat(chunks) } : {}
      const answer = await transport.handleRequest(
        new Request(`http://two${request.url}`, { method: request.method ?? 'GET', headers, ...body }),
      )
      response.writeHead(answer.status, Object.fromEntries(answer.headers))
      for await (const chunk of answer.body ?? []) response.write(chunk)
      response.end()
    }
    handle().catch(() => response.destroy())
  })
  const up = await upstream('mcp', { host: `${url}/mcp` }, stage(t))
  const connection = await up.connect(peer({ ask: answers }))
  const by = caller(answers)
  assert.match(JSON.stringify(await callTool(connection, 'ask', {}, by)), /accept/)
  assert.deepEqual(
    by.asked.map(({ method }) => method),
    ['elicitation/create'],
  )
  const [lost] = transports.keys()
  await transports.get(lost ?? '')?.close()
  transports.clear()
  const failed = await connection.request({ method: 'tools/list', params: undefined }, caller())
  assert.match(failed.raw, /"ask"/, 'the session was opened anew')
})
