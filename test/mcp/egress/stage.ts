// What tests of the egress share: a target's site, a peer and a caller that remember what they hear, and hand-made servers.
import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { defaultLimits } from '../../../src/config/limits.ts'
import type { Limits } from '../../../src/config/shape.ts'
import { type RawJson, rawJson, targetName } from '../../../src/core/brand.ts'
import { Failure } from '../../../src/core/failure.ts'
import { defaultPoolSettings, type PoolSettings, Pools, type TlsOptions } from '../../../src/http/pools.ts'
import { encodeEvent } from '../../../src/http/sse.ts'
import type { Answer, Caller, Connection, Peer, Upstream } from '../../../src/mcp/conversation.ts'
import { targets } from '../../../src/mcp/egress/index.ts'
import type { TargetSite } from '../../../src/mcp/egress/site.ts'
import type { Fields, Log } from '../../../src/telemetry/log.ts'
import { createMetrics } from '../../../src/telemetry/metrics.ts'

export interface Stage extends TargetSite {
  /** Lines of the log: `level message {fields}`. */
  readonly lines: string[]
  readonly problems: string[]
  readonly warnings: string[]
  readonly hits: string[]
  /** Upstreams that end with the test. */
  readonly made: Upstream[]
}

export interface StageOptions {
  readonly limits?: Partial<Limits>
  readonly tls?: TlsOptions
  readonly target?: string
  readonly connectTo?: ReadonlyMap<string, string>
  readonly backend?: TargetSite['backend']
  readonly fields?: TargetSite['fields']
  readonly read?: TargetSite['read']
  readonly credentials?: NonNullable<TargetSite['credentials']>
  readonly proof?: NonNullable<TargetSite['proof']>
  readonly poolSettings?: Partial<PoolSettings>
}

/** A site whose pools and kept things end with the test. */
export function stage(t: TestContext, options: StageOptions = {}): Stage {
  const { limits, tls, target = 'shop', connectTo, backend, fields, read, credentials, proof } = options
  const pools = new Pools({ ...defaultPoolSettings, ...(connectTo && { connectTo }), ...options.poolSettings })
  const kept = new Map<string, AsyncDisposable>()
  const [lines, problems, warnings, hits]: [string[], string[], string[], string[]] = [[], [], [], []]
  const write = (level: string) => (message: string, fields?: Fields) => {
    lines.push(`${level} ${message} ${JSON.stringify(fields ?? {})}`)
  }
  const log: Log = { error: write('error'), warn: write('warn'), info: write('info'), debug: write('debug') }
  const made: Upstream[] = []
  t.after(async () => {
    for (const each of made) await each[Symbol.asyncDispose]()
    for (const thing of kept.values()) await thing[Symbol.asyncDispose]()
    await pools[Symbol.asyncDispose]()
  })
  return {
    target: targetName(target),
    path: [],
    pools,
    log,
    limits: { ...defaultLimits, ...limits },
    metrics: { ...createMetrics({ version: '0', process: false }), limitHit: (name) => void hits.push(name) },
    tls,
    backend: backend ?? (() => undefined),
    ...(fields && { fields }),
    problem: (at, message) => void problems.push(`${at.join('.')}: ${message}`),
    warning: (at, message) => void warnings.push(`${at.join('.')}: ${message}`),
    read: read ?? (() => undefined),
    ...(credentials && { credentials }),
    ...(proof && { proof }),
    // The site's contract says that one key always means one type.
    keep: <T extends AsyncDisposable>(key: string, make: () => T): T => {
      const thing = (kept.get(key) as T | undefined) ?? make()
      kept.set(key, thing)
      return thing
    },
    lines,
    problems,
    warnings,
    hits,
    made,
  }
}

/** Compiles a target and ends it with the test. */
export async function upstream(kind: keyof typeof targets, body: unknown, site: Stage): Promise<Upstream> {
  // Which module it is decides the type of the body; the schema has just checked it.
  const module = targets[kind] as unknown as {
    schema: { parse(body: unknown): unknown }
    compile(body: unknown, site: TargetSite): Upstream | undefined | Promise<Upstream | undefined>
  }
  const made = await module.compile(module.schema.parse(body), site)
  if (made === undefined) throw new Error('the target does not compile')
  site.made.push(made)
  return made
}

interface Heard {
  readonly method: string
  readonly params: string | undefined
}

export interface Listener {
  readonly heard: Heard[]
  readonly asked: Heard[]
}

type Reply = (method: string, params: RawJson | undefined, signal?: AbortSignal) => Promise<Answer>

const nobody: Reply = async () => ({ kind: 'error', raw: rawJson('{"code":-32601,"message":"nobody"}') })

const listening = (reply: Reply) => {
  const heard: Heard[] = []
  const asked: Heard[] = []
  return {
    heard,
    asked,
    notification: (method: string, params: RawJson | undefined) => void heard.push({ method, params }),
    ask: (method: string, params: RawJson | undefined, signal?: AbortSignal) => {
      asked.push({ method, params })
      return reply(method, params, signal)
    },
  }
}

export interface TestPeer extends Peer, Listener {
  readonly losses: Error[]
}

/** Someone who speaks through a connection. */
export function peer(over: Partial<Peer> & { reply?: Reply } = {}): TestPeer {
  const losses: Error[] = []
  return {
    principal: 'alice',
    revision: '2025-11-25',
    clientInfo: rawJson('{"name":"test","version":"1"}'),
    capabilities: rawJson('{"sampling":{},"elicitation":{},"roots":{}}'),
    lost: (cause) => void losses.push(cause),
    ...listening(over.reply ?? nobody),
    ...over,
    losses,
  }
}

/** Someone who waits for one answer. */
export function caller(reply: Reply = nobody, signal?: AbortSignal): Caller & Listener {
  return { ...listening(reply), ...(signal && { signal }) }
}

/** Calls a tool and gives the parsed result. */
export async function callTool(
  connection: Connection,
  name: string,
  args: object = {},
  by: Caller = caller(),
): Promise<unknown> {
  const params = rawJson(JSON.stringify({ name, arguments: args }))
  const { kind, raw } = await connection.request({ method: 'tools/call', params }, by)
  if (kind === 'error') throw new Error(raw)
  return JSON.parse(raw)
}

/** A hand-made server; its address. */
export async function serve(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

export const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}

export interface Said {
  readonly id?: number
  readonly method?: string
  readonly params?: { readonly [name: string]: unknown }
  readonly result?: unknown
  readonly error?: unknown
}

export interface Post {
  readonly said: Said
  readonly text: string
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly json: (value: unknown, status?: number) => void
  readonly result: (result: unknown) => void
}

const HELLO = { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 's', version: '1' } }

/** Answers the opening and hands everything else to `other`; a session id when one is given. */
export function mcpServer(
  other: (post: Post) => void | Promise<void>,
  options: { session?: () => string | undefined; get?: RequestListener; hello?: object } = {},
): RequestListener {
  const serve = async (...[request, response]: Parameters<RequestListener>): Promise<void> => {
    if (request.method !== 'POST') {
      if (options.get) options.get(request, response)
      else response.writeHead(405).end()
      return
    }
    const text = await bodyOf(request)
    const said: Said = JSON.parse(text)
    const json = (value: unknown, status = 200) => {
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(typeof value === 'string' ? value : JSON.stringify(value))
    }
    const result = (value: unknown) => json({ jsonrpc: '2.0', id: said.id, result: value })
    if (said.method === 'initialize') {
      const session = options.session?.()
      if (session !== undefined) response.setHeader('mcp-session-id', session)
      return result({ ...HELLO, ...options.hello })
    }
    // A server of before knows nothing of it.
    if (said.method === 'server/discover')
      return json({ jsonrpc: '2.0', id: said.id, error: { code: -32601, message: 'no' } })
    if (said.method === 'notifications/initialized') response.writeHead(202).end()
    else await other({ said, text, request, response, json, result })
  }
  return (request, response) => {
    serve(request, response).catch((thrown: unknown) => response.destroy(thrown as Error))
  }
}

/** Waits until something is so. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** For `assert.rejects`: a Failure of this code with this text. */
export const failure = (code: string, text: RegExp) => (thrown: unknown) => {
  assert.ok(thrown instanceof Failure)
  assert.equal(thrown.code, code)
  assert.match(thrown.message, text)
  return true
}

/** Answers with an event stream; what is returned writes messages into it. */
export const events = (response: ServerResponse): ((message: unknown, id?: string) => void) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  return (message, id) =>
    void response.write(
      encodeEvent({
        event: 'message',
        data: typeof message === 'string' ? message : JSON.stringify(message),
        ...(id !== undefined && { id }),
      }),
    )
}

/** A conversation with a hand-made server. */
export async function talk(
  t: TestContext,
  other: (post: Post) => void | Promise<void>,
  {
    options,
    speaker = peer(),
    ...more
  }: StageOptions & { options?: Parameters<typeof mcpServer>[1]; speaker?: ReturnType<typeof peer> } = {},
) {
  const url = await serve(t, mcpServer(other, options))
  const site = stage(t, more)
  const up = await upstream('mcp', { host: `${url}/mcp` }, site)
  return { url, site, up, speaker, connection: await up.connect(speaker) }
}
