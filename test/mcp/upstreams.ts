// Hand-written upstreams, clients and exchanges: everything that they do is decided by the test.
import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { defaultLimits } from '../../src/config/limits.ts'
import type { Limits } from '../../src/config/shape.ts'
import { type RawJson, rawJson, targetName } from '../../src/core/brand.ts'
import { Exchange } from '../../src/core/exchange.ts'
import { Failure } from '../../src/core/failure.ts'
import type { JsonObject } from '../../src/core/item.ts'
import type {
  Answer,
  Caller,
  Client,
  Connection,
  Incoming,
  Outgoing,
  Peer,
  Upstream,
} from '../../src/mcp/conversation.ts'
import { FederatedServers, type FederationOptions } from '../../src/mcp/federation.ts'
import { Shelf } from '../../src/mcp/shelf.ts'
import { TaskNames } from '../../src/mcp/task-names.ts'
import { outlined, readMessage } from '../../src/mcp/wire.ts'
import { emptyProgram } from '../../src/policy/policy.ts'
import { type Fields, type Log, silent } from '../../src/telemetry/log.ts'
import type { Metrics } from '../../src/telemetry/metrics.ts'

export const limits: Limits = defaultLimits

export const quiet: Metrics = {
  requestDone() {},
  mcpRequest() {},
  connectionOpened() {},
  connectionClosed() {},
  upstreamCall() {},
  upstreamConnected() {},
  limitHit() {},
  ruleErrors: () => ({ count: 0 }),
  targetTools: () => () => {},
  judged() {},
  configSynchronized() {},
  render: async () => '',
  contentType: 'text/plain',
}

/** A log that remembers its lines. */
export function remembering(): Log & { readonly lines: { level: string; message: string; fields: Fields }[] } {
  const lines: { level: string; message: string; fields: Fields }[] = []
  const at =
    (level: string) =>
    (message: string, fields: Fields = {}): void => {
      lines.push({ level, message, fields })
    }
  return { lines, error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') }
}

export const result = (value: unknown): Answer => ({ kind: 'result', raw: rawJson(JSON.stringify(value)) })
export const raw = (text: string): Answer => ({ kind: 'result', raw: rawJson(text) })
export const error = (code: number, message: string): Answer => ({
  kind: 'error',
  raw: rawJson(JSON.stringify({ code, message })),
})

export interface Seen {
  readonly method: string
  readonly params: string | undefined
  readonly peer: Peer
  readonly caller: Caller
}

type Reaction = (request: Seen) => Answer | Promise<Answer>

/** An upstream that does what its `on` table says, and remembers what it was asked. */
export class Server implements Upstream {
  readonly target
  readonly endpoint: string
  capabilities: JsonObject = { tools: {}, prompts: {}, resources: { subscribe: true }, logging: {}, completions: {} }
  instructions: string | undefined = undefined
  serverInfo: JsonObject = { name: 'fixture', version: '1' }
  readonly on = new Map<string, Reaction>()
  readonly seen: Seen[] = []
  readonly notified: { method: string; params: string | undefined }[] = []
  readonly open = new Set<Peer>()
  /** What `connect` waits for, or throws. */
  door: () => Promise<void> = async () => {}
  connects = 0
  disposed = false

  constructor(name: string) {
    this.target = targetName(name)
    this.endpoint = `test://${name}`
    this.on.set('prompts/list', () => result({ prompts: [] }))
    this.on.set('resources/list', () => result({ resources: [] }))
    this.on.set('resources/templates/list', () => result({ resourceTemplates: [] }))
    this.tools([])
  }

  /** Lists these tools: names, or whole definitions. */
  tools(tools: readonly (string | JsonObject)[]): this {
    const all = tools.map((tool) => (typeof tool === 'string' ? { name: tool, inputSchema: { type: 'object' } } : tool))
    this.on.set('tools/list', () => result({ tools: all }))
    return this
  }

  prompts(...names: readonly string[]): this {
    this.on.set('prompts/list', () => result({ prompts: names.map((name) => ({ name })) }))
    return this
  }

  resources(...uris: readonly string[]): this {
    this.on.set('resources/list', () => result({ resources: uris.map((uri) => ({ uri, name: uri })) }))
    return this
  }

  templates(...uris: readonly string[]): this {
    this.on.set('resources/templates/list', () =>
      result({ resourceTemplates: uris.map((uriTemplate) => ({ uriTemplate, name: uriTemplate })) }),
    )
    return this
  }

  /** Everybody that talks to this server hears it. */
  say(method: string, params?: unknown): void {
    for (const peer of this.open)
      peer.notification(method, params === undefined ? undefined : rawJson(JSON.stringify(params)))
  }

  asked(method: string): Seen[] {
    return this.seen.filter((each) => each.method === method)
  }

  async connect(peer: Peer): Promise<Connection> {
    this.connects++
    await this.door()
    this.open.add(peer)
    const hello = {
      protocolVersion: '2025-11-25',
      capabilities: this.capabilities,
      serverInfo: this.serverInfo,
      ...(this.instructions !== undefined && { instructions: this.instructions }),
    }
    return {
      hello: {
        revision: '2025-11-25',
        capabilities: this.capabilities,
        raw: rawJson(JSON.stringify(hello)),
        instructions: this.instructions,
      },
      session: undefined,
      request: async ({ method, params }: Outgoing, caller: Caller) => {
        const seen = { method, params, peer, caller }
        this.seen.push(seen)
        const reaction = this.on.get(method)
        return reaction === undefined ? error(-32601, 'method not found') : reaction(seen)
      },
      notify: async (method, params) => {
        this.notified.push({ method, params })
      },
      [Symbol.asyncDispose]: async () => {
        this.open.delete(peer)
      },
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.disposed = true
  }
}

export class FakeClient implements Client {
  readonly principal = 'alice'
  readonly revision = '2025-11-25'
  readonly clientInfo = rawJson('{"name":"test","version":"1"}')
  readonly capabilities: JsonObject
  readonly connections: Client['connections'] = new Map()
  readonly subscriptions = new Set<string>()
  logLevel: string | undefined = undefined
  readonly heard: { method: string; params: unknown; text: string | undefined }[] = []
  readonly questions: { method: string; params: string | undefined }[] = []
  answer: (method: string, params: RawJson | undefined) => Promise<Answer> = async () => result({})

  constructor(capabilities: JsonObject = {}) {
    this.capabilities = capabilities
  }

  notification(method: string, params: RawJson | undefined): void {
    this.heard.push({ method, params: params === undefined ? undefined : JSON.parse(params), text: params })
  }

  ask(method: string, params: RawJson | undefined): Promise<Answer> {
    this.questions.push({ method, params })
    return this.answer(method, params)
  }
}

export function exchange(): Exchange {
  const request = new IncomingMessage(new Socket())
  request.url = '/mcp'
  return new Exchange(request, { port: 0, scheme: 'http', bind: 'b', gateway: 'g', listener: 'l' })
}

export function incoming(method: string, params?: JsonObject | string): Incoming {
  const rest = params === undefined ? '' : `,"params":${typeof params === 'string' ? params : JSON.stringify(params)}`
  const text = `{"jsonrpc":"2.0","id":1,"method":${JSON.stringify(method)}${rest}}`
  const message = readMessage(text, outlined(text, 64))
  if (message.kind !== 'request') throw new Error('a request was expected')
  return message
}

export const taskNames = (): TaskNames => new TaskNames({ key: Buffer.alloc(32, 7), backend: 'test' })

/** The id by which a client knows a task of a target; it need not have begun it. */
export const taskId = (target: string, id: string, client: Client = new FakeClient()): string =>
  taskNames().expose({ client, target: targetName(target), several: true }, id)

/** … and what is behind it. */
export function taskBehind(said: string, client: Client = new FakeClient()): string {
  const place = taskNames().split(client, said, undefined)
  return `${place?.target}+${place?.id}`
}

/** A federation over these servers. What a test leaves out is as a user would have it by default. */
export function federate(servers: readonly Server[], options: Partial<FederationOptions> = {}) {
  const all = {
    prefixMode: 'conditional',
    failOpen: false,
    stateful: true,
    program: emptyProgram,
    limits,
    log: silent,
    metrics: quiet,
    tasks: taskNames(),
    version: '9.9.9',
    ...options,
  } as const
  const shelves = servers.map(
    (upstream) => new Shelf({ upstream, limits: all.limits, log: all.log, metrics: all.metrics, version: all.version }),
  )
  const federation = new FederatedServers({ ...all, shelves })
  const request = (client: Client, method: string, params?: JsonObject | string, x = exchange()): Promise<Answer> =>
    federation.request(client, incoming(method, params), client, x)
  const end = async (): Promise<void> => {
    await federation[Symbol.asyncDispose]()
    await Promise.all(shelves.map((shelf) => shelf[Symbol.asyncDispose]()))
  }
  return { federation, shelves, request, end }
}

/** The value of a result; an error answer fails the test. */
export function valueOf(answer: Answer): JsonObject {
  if (answer.kind === 'error') throw new Error(`expected a result: ${answer.raw}`)
  return JSON.parse(answer.raw)
}

export function errorOf(answer: Answer): { code: number; message: string } {
  if (answer.kind === 'result') throw new Error(`expected an error: ${answer.raw}`)
  return JSON.parse(answer.raw)
}

export const names = (answer: Answer, member = 'tools', key = 'name'): string[] => {
  const list = valueOf(answer)[member]
  if (!Array.isArray(list)) throw new Error(`no ${member}`)
  return list.map((each) => each[key])
}

export const unreachable =
  (name: string): (() => Promise<void>) =>
  async () => {
    throw new Failure('upstream.unreachable', `target ${name}: initialize: the connection was refused`)
  }

/** Lets everything that is ready happen. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
