// An ingress behind a real HTTP server, a federation that does what the test says, and raw clients for both.
import { once } from 'node:events'
import { createServer, request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import type { Limits } from '../../../src/config/shape.ts'
import { rawJson, targetName } from '../../../src/core/brand.ts'
import { type Entrance, Exchange, type Identity } from '../../../src/core/exchange.ts'
import { Failure } from '../../../src/core/failure.ts'
import { failed, send } from '../../../src/gateway/send.ts'
import type { SseEvent } from '../../../src/http/sse.ts'
import { SseDecoder } from '../../../src/http/sse.ts'
import type { Answer, Caller, Client, Connection, Federation, Incoming } from '../../../src/mcp/conversation.ts'
import { type IngressOptions, ingress } from '../../../src/mcp/ingress/index.ts'
import type { ParamHeader } from '../../../src/mcp/param-headers.ts'
import type { Subject } from '../../../src/mcp/subject.ts'
import { silent } from '../../../src/telemetry/log.ts'
import type { Metrics } from '../../../src/telemetry/metrics.ts'
import { error, limits, quiet, raw, result } from '../upstreams.ts'

const entrance: Entrance = { port: 0, scheme: 'http', bind: 'bind/0', gateway: 'bind/0', listener: 'listener0' }

export interface Asked {
  readonly client: Client
  readonly incoming: Incoming
  readonly caller: Caller
  readonly x: Exchange
}

type Method = (asked: Asked) => Answer | Promise<Answer>

/** A federation of nothing but a table. */
export class Table implements Federation {
  stateful = true
  readonly methods = new Map<string, Method>()
  readonly asked: Asked[] = []
  readonly heard: { client: Client; incoming: Incoming }[] = []
  readonly attached = new Set<Client>()
  readonly followed = new Set<string>()

  constructor() {
    this.methods.set('ping', () => raw('{}'))
    this.methods.set('tools/list', () => result({ tools: [{ name: 'say', inputSchema: { type: 'object' } }] }))
    this.methods.set('tools/call', () => result({ content: [{ type: 'text', text: 'said' }] }))
  }

  async initialize(client: Pick<Client, 'revision'>, x: Exchange): Promise<Answer> {
    x.mcpMethod = 'initialize'
    return result({
      protocolVersion: client.revision,
      capabilities: { tools: { listChanged: true }, logging: {} },
      serverInfo: { name: 'table', version: '1' },
    })
  }

  paramHeaders(): readonly ParamHeader[] {
    return []
  }

  mayNeedTask(): boolean {
    return false
  }

  /** Everything is one target's and permitted, unless a test says otherwise. */
  async subject(): Promise<Subject | undefined> {
    return { target: targetName('one'), tasks: undefined }
  }

  async request(client: Client, incoming: Incoming, caller: Caller, x: Exchange): Promise<Answer> {
    x.mcpMethod = incoming.method
    x.mcpTarget = 'one'
    const asked = { client, incoming, caller, x }
    this.asked.push(asked)
    const method = this.methods.get(incoming.method)
    return method === undefined ? error(-32601, `method not found: ${incoming.method}`) : method(asked)
  }

  notified(client: Client, incoming: Incoming): void {
    this.heard.push({ client, incoming })
  }

  attach(client: Client): () => void {
    this.attached.add(client)
    return () => this.attached.delete(client)
  }

  async followTask(_: Client, task: string): Promise<(() => void) | undefined> {
    this.followed.add(task)
    return () => this.followed.delete(task)
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

const key = Buffer.alloc(32, 7)

export interface Served {
  readonly url: string
  readonly port: number
  readonly table: Table
  /** Names of limits that were hit. */
  readonly hits: string[]
  /** Exchanges, as the access log would see them. */
  readonly seen: Exchange[]
  dispose(): Promise<void>
}

export interface ServeOptions extends Partial<Omit<IngressOptions, 'limits' | 'federation'>> {
  readonly table?: Table
  readonly limits?: Partial<Limits>
  readonly host?: string
  /** Who calls, by the header `x-caller`. */
  readonly identify?: (name: string) => Identity
}

const jwt = (subject: string): Identity => ({ via: 'jwt', subject, claims: { iss: 'test' } })

/** Serves an ingress on a free port of loopback until the test ends. */
export async function serve(t: TestContext, options: ServeOptions = {}): Promise<Served> {
  const { table = new Table(), host = '127.0.0.1', identify = jwt } = options
  const bounds = { ...limits, ...options.limits }
  const hits: string[] = []
  const seen: Exchange[] = []
  const metrics: Metrics = { ...quiet, limitHit: (limit) => void hits.push(limit) }
  const handler = ingress({
    sealKey: key,
    log: silent,
    dnsRebindingProtection: false,
    ...options,
    metrics,
    federation: table,
    limits: bounds,
  })
  const server = createServer((request, response) => {
    const x = new Exchange(request, entrance)
    const caller = request.headers['x-caller']
    if (typeof caller === 'string') x.identity = identify(caller)
    response.once('close', () => {
      if (!response.writableFinished) x.abort(new Failure('request.aborted', 'the client closed the connection'))
    })
    void (async () => {
      const reply = await (async () => handler(x))().catch((thrown: unknown) => failed(thrown, x, silent))
      seen.push(x)
      await send(reply, x, response, bounds.writeStallMs)
    })()
  })
  server.listen(0, host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // a TCP server's address is never a string
  const dispose = async (): Promise<void> => {
    await handler[Symbol.asyncDispose]()
    // What was said last still goes out.
    await new Promise((resolve) => setImmediate(resolve))
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  t.after(dispose)
  const name = host.includes(':') ? `[${host}]` : host
  return { url: `http://${name}:${port}/mcp`, port, table, hits, seen, dispose }
}

export interface Answered {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** The body as JSON. */
  readonly json: Message
  readonly events: readonly SseEvent[]
}

export interface Message {
  readonly jsonrpc?: string
  readonly id?: unknown
  readonly method?: string
  readonly params?: Record<string, unknown>
  readonly result?: Record<string, unknown>
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown }
}

export const both = { accept: 'application/json, text/event-stream', 'content-type': 'application/json' }

interface RawRequest {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: string | Buffer
}

/** A request as bytes; resolves once the whole answer is there. */
export async function ask(url: string, { method = 'POST', headers = both, body }: RawRequest): Promise<Answered> {
  const opened = await open(url, { method, headers, ...(body !== undefined && { body }) })
  await opened.ended
  const { status, headers: answered, events } = opened
  return {
    status,
    headers: answered,
    text: opened.text(),
    events,
    json: opened.text().startsWith('{') ? JSON.parse(opened.text()) : {},
  }
}

export interface Opened {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** Events so far. */
  readonly events: SseEvent[]
  readonly ended: Promise<void>
  text(): string
  /** Messages in the events so far. */
  messages(): Message[]
  /** Resolves with the n-th message. */
  message(n?: number): Promise<Message>
  /** Cuts the connection. */
  cut(): void
}

/** A request whose answer is read as it comes. */
export function open(url: string, { method = 'GET', headers = {}, body }: RawRequest): Promise<Opened> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(url, { method, headers, agent: false }, (response) => {
      let text = ''
      const events: SseEvent[] = []
      const decoder = new SseDecoder((event) => {
        events.push(event)
        response.emit('mcp')
      })
      const messages = (): Message[] =>
        events.filter(({ data }) => data.startsWith('{')).map(({ data }) => JSON.parse(data))
      const isStream = response.headers['content-type'] === 'text/event-stream'
      response.on('data', (chunk: Buffer) => {
        text += chunk
        if (isStream) decoder.push(chunk)
      })
      const ended = new Promise<void>((done) => response.once('close', done))
      response.on('error', () => {})
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        events,
        ended,
        text: () => text,
        messages,
        message: async (n = 0) => {
          for (;;) {
            const message = messages()[n]
            if (message !== undefined) return message
            if (response.destroyed) throw new Error(`the stream ended after ${messages().length} messages`)
            await Promise.race([once(response, 'mcp'), ended])
          }
        },
        cut: () => void sent.destroy(),
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

export const rpc = (message: object): string => JSON.stringify({ jsonrpc: '2.0', ...message })

export const hello = (revision = '2025-11-25', capabilities: object = {}): string =>
  rpc({
    id: 0,
    method: 'initialize',
    params: { protocolVersion: revision, capabilities, clientInfo: { name: 'raw', version: '1' } },
  })

export interface Opener {
  readonly revision?: string
  readonly capabilities?: object
  readonly headers?: Record<string, string>
}

/** A client with a session. */
export class Raw {
  readonly id: string
  readonly #url: string
  readonly #headers: Record<string, string>

  constructor(url: string, id: string, headers: Record<string, string> = {}) {
    this.#url = url
    this.id = id
    this.#headers = { 'mcp-session-id': id, ...headers }
  }

  static async open(url: string, { revision, capabilities, headers = {} }: Opener = {}): Promise<Raw> {
    const {
      status,
      headers: said,
      text,
    } = await ask(url, {
      headers: { ...both, ...headers },
      body: hello(revision, capabilities),
    })
    const id = said['mcp-session-id']
    if (typeof id !== 'string') throw new Error(`no session: ${status} ${text}`)
    return new Raw(url, id, headers)
  }

  send(body: string | Buffer, headers: Record<string, string> = {}): Promise<Answered> {
    return ask(this.#url, { headers: { ...both, ...this.#headers, ...headers }, body })
  }

  post(message: object, headers: Record<string, string> = {}): Promise<Answered> {
    return this.send(rpc(message), headers)
  }

  /** A POST that is read as it is answered. */
  stream(message: object): Promise<Opened> {
    return open(this.#url, { method: 'POST', headers: { ...both, ...this.#headers }, body: rpc(message) })
  }

  /** The session's event stream. */
  listen(lastEventId?: string): Promise<Opened> {
    const resume: Record<string, string> = lastEventId === undefined ? {} : { 'last-event-id': lastEventId }
    return open(this.#url, { headers: { accept: 'text/event-stream', ...this.#headers, ...resume } })
  }

  end(headers: Record<string, string> = {}): Promise<Answered> {
    return ask(this.#url, { method: 'DELETE', headers: { ...this.#headers, ...headers } })
  }
}

/** A conversation with a server that does nothing but end. */
export function conversation(end: () => void): Connection {
  return {
    hello: { revision: '2025-11-25', capabilities: {}, raw: rawJson('{}'), instructions: undefined },
    session: undefined,
    request: async () => raw('{}'),
    notify: async () => {},
    [Symbol.asyncDispose]: async () => end(),
  }
}

/** A promise and what settles it. */
export function later<T = void>(): { readonly promise: Promise<T>; settle(value: T): void } {
  let settle: (value: T) => void = () => {}
  const promise = new Promise<T>((resolve) => (settle = resolve))
  return { promise, settle: (value) => settle(value) }
}

/** Waits until something is so. */
export async function until(check: () => boolean): Promise<void> {
  const end = performance.now() + 5_000
  while (!check()) {
    if (performance.now() > end) throw new Error('waited in vain')
    await new Promise((resolve) => setImmediate(resolve))
  }
}
