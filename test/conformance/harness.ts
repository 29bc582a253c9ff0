// A client for the suite's client scenarios that is a gateway: starts one in front of the suite's server, and uses it as a person with a
// browser and a client of the official library would. `node harness.ts URL`.
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { ElicitRequestSchema, type Tool } from '@modelcontextprotocol/sdk/types.js'
import { z } from 'zod'
import { createPages } from '../../src/admin/facade.ts'
import { loadConfig } from '../../src/config/load.ts'
import { Gateway } from '../../src/gateway/gateway.ts'
import { parts } from '../../src/gateway/parts.ts'
import { silent } from '../../src/telemetry/log.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'

/** Where the suite expects a client's own document to be; nobody has to be there. */
const HERE = 'https://conformance-test.local'
const KEY = { authorization: 'Bearer harness' }
const MOST_LOGINS = 6

const context = z
  .object({
    client_id: z.string().optional(),
    client_secret: z.string().optional(),
    toolCalls: z.array(z.object({ name: z.string(), arguments: z.record(z.string(), z.unknown()) })).optional(),
  })
  .parse(JSON.parse(process.env['MCP_CONFORMANCE_CONTEXT'] ?? '{}'))
const scenario = process.env['MCP_CONFORMANCE_SCENARIO'] ?? ''

function configuration(url: string): object {
  const { client_id: clientId, client_secret: clientSecret } = context
  const login = {
    connect: HERE,
    // The suite's server without metadata cannot say that it checks PKCE: somebody has to vouch for it.
    assumePkce: scenario === 'auth/2025-03-26-oauth-endpoint-fallback',
    ...(clientId && { clientId }),
    ...(clientSecret && { clientSecret }),
  }
  const policies = scenario.startsWith('auth/') ? { backendAuth: { oauthLogin: login } } : undefined
  const target = { name: 'suite', mcp: { host: url }, ...(policies && { policies }) }
  const route = {
    policies: { apiKey: { keys: [{ key: 'harness' }] } },
    backends: [{ mcp: { targets: [target], prefixMode: 'never' } }],
  }
  return { config: { discovery: { allowLoopback: true } }, binds: [{ port: 1, listeners: [{ routes: [route] }] }] }
}

async function start(url: string): Promise<{ readonly gateway: Gateway; readonly origin: string }> {
  const text = JSON.stringify(configuration(url))
  const { shape, problems } = loadConfig({ text, file: 'harness.yaml', env: {}, parts })
  if (shape === undefined) throw new Error(problems.map(({ message }) => message).join('\n'))
  const log = { ...silent, warn: (message: string, fields?: object) => console.error(message, fields) }
  const gateway = await Gateway.start(
    { ...shape, binds: shape.binds.map((bind) => ({ ...bind, port: 0 })) },
    {
      log,
      metrics: createMetrics({ version: 't', process: false }),
      accessLog: () => {},
      host: '127.0.0.1',
      read: () => undefined,
      pages: createPages(),
    },
  )
  return { gateway, origin: `http://127.0.0.1:${gateway.ports.get(0)}` }
}

/** A person who follows a link, presses the button, and is sent there and back. The suite's server asks for no password. */
async function logIn(link: string, origin: string): Promise<void> {
  let url = link
  let form: URLSearchParams | undefined
  for (let step = 0; step < 12; step++) {
    const ours = url.startsWith(HERE)
    const answer = await fetch(ours ? url.replace(HERE, origin) : url, {
      redirect: 'manual',
      ...(ours && { headers: KEY }),
      ...(form && { method: 'POST', body: form }),
    })
    form = undefined
    const text = await answer.text()
    const location = answer.headers.get('location')
    const onward = /content="0;url=([^"]+)"/.exec(text)?.[1]?.replaceAll('&amp;', '&')
    if (location !== null || onward !== undefined) {
      url = new URL(location ?? onward ?? '', url).href
      continue
    }
    if (text.includes('You are connected')) return
    const page = /name="page" value="([^"]+)"/.exec(text)?.[1]
    const upstream = /name="upstream" value="([^"]+)"/.exec(text)?.[1]
    if (page === undefined || upstream === undefined || text.includes('role="alert"'))
      throw new Error(`no way to log in: ${answer.status} ${text}`)
    form = new URLSearchParams({ page, upstream })
    url = HERE
  }
  throw new Error('no end of the login in sight')
}

/** Calls a tool, logging in as often as it takes, within reason. */
async function call(
  client: Client,
  origin: string,
  tool: Pick<Tool, 'name'>,
  input: Record<string, unknown>,
): Promise<void> {
  for (let logins = 0; logins < MOST_LOGINS; logins++) {
    const { content, isError } = await client.callTool({ name: tool.name, arguments: input })
    const text = JSON.stringify(content)
    const link = isError === true ? /https:\/\/conformance-test\.local\S*?\?link=[\w-]+/.exec(text)?.[0] : undefined
    if (link === undefined) return
    await logIn(link, origin)
  }
  throw new Error('one login after the other')
}

/** Arguments that the scenarios want to see. */
function inputOf(tool: Tool, all: readonly Tool[]): Record<string, unknown> {
  if (tool.name === 'add_numbers') return { a: 5, b: 3 }
  const other = all.find(({ name }) => name !== tool.name)
  return scenario.startsWith('json-schema') && other ? { schema: other.inputSchema } : {}
}

/** What each tool is called with: what the scenario dictates, or once. A server that only lists has no tool to call. */
function inputsOf(tool: Tool, all: readonly Tool[]): readonly Record<string, unknown>[] {
  if (scenario === 'json-schema-ref-no-deref') return []
  const dictated = context.toolCalls?.filter(({ name }) => name === tool.name)
  return dictated?.map((each) => each.arguments) ?? [inputOf(tool, all)]
}

/** The server's own tools, once they are listed. */
async function offered(client: Client): Promise<readonly Tool[]> {
  for (let attempt = 0; ; attempt++) {
    const { tools } = await client.listTools()
    if (attempt > 50 || tools.every(({ name }) => name !== 'connect')) return tools
    await delay(100)
  }
}

async function run(url: string): Promise<void> {
  const { gateway, origin } = await start(url)
  try {
    const capabilities = { elicitation: { form: { applyDefaults: true } } }
    const client = new Client({ name: 'harness', version: '1' }, { capabilities })
    client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept', content: {} }))
    await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', origin), { requestInit: { headers: KEY } }))
    const before = (await client.listTools()).tools
    if (before.some(({ name }) => name === 'connect')) await call(client, origin, { name: 'connect' }, {})
    const tools = await offered(client)
    for (const tool of tools) for (const input of inputsOf(tool, tools)) await call(client, origin, tool, input)
    // A second time: what was granted may have been taken back meanwhile.
    if (scenario.startsWith('auth/')) for (const tool of tools) await call(client, origin, tool, inputOf(tool, tools))
    await client.close()
  } finally {
    await gateway[Symbol.asyncDispose]()
  }
}

await run(process.argv[2] ?? '')
