// A gateway inside the test's own process, in front of servers of the test: real sockets on every side.
import { once } from 'node:events'
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  request as send,
} from 'node:http'
import { connect, type Server, type Socket } from 'node:net'
import type { TestContext } from 'node:test'
import { loadConfig } from '../../src/config/load.ts'
import type { Exchange } from '../../src/core/exchange.ts'
import type { Problem } from '../../src/core/module.ts'
import type { Store } from '../../src/core/store.ts'
import { Gateway } from '../../src/gateway/gateway.ts'
import { parts } from '../../src/gateway/parts.ts'
import type { Pages } from '../../src/policy/policy.ts'
import { silent } from '../../src/telemetry/log.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly raw: readonly string[]
  readonly text: string
}

interface Asking {
  readonly method?: string
  readonly path?: string
  readonly headers?: Record<string, string | string[]>
  readonly body?: string | Buffer
}

/** What the access log would say of one exchange. */
interface Said {
  readonly status: number
  readonly reason: string
  readonly error: string
  readonly backend: string
  readonly endpoint: string
  readonly retries: number
}

export interface Serving {
  readonly port: number
  readonly said: readonly Said[]
  readonly ask: (asking?: Asking) => Promise<Answer>
  /** Sends bytes as they are; everything that came back when the connection is closed. */
  readonly raw: (bytes: string) => Promise<string>
}

interface ServeOptions {
  /** Files that the configuration names. */
  readonly read?: (file: string) => Buffer | undefined
  readonly connectTo?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  /** Shown every exchange once it is over. */
  readonly seen?: (x: Exchange) => void
  /** Makes pages for people; without it they are a line of text. */
  readonly pages?: Pages
  /** What is kept beyond the gateway; without it, its own memory. */
  readonly store?: Store
}

/** Listens on a free port of the loopback until the test is over. */
export async function listening(t: TestContext, server: Server): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(async () => {
    if (!server.listening) return
    server.close()
    for (const socket of sockets) socket.destroy()
    await once(server, 'close')
  })
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** An HTTP server of the test; without a listener of its own it says what it was asked, as JSON. */
export const upstream = (t: TestContext, answer: RequestListener = echo): Promise<number> =>
  listening(t, createServer(answer))

function echo(request: IncomingMessage, response: import('node:http').ServerResponse): void {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const { method, url, headers } = request
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ method, url, headers, body: Buffer.concat(chunks).toString('latin1') }))
  })
}

/** One configuration of which every port is a free one. The first listener is asked. */
export async function serve(
  t: TestContext,
  yaml: string,
  { read = () => undefined, connectTo = {}, env = {}, seen, pages, store }: ServeOptions = {},
): Promise<Serving> {
  const { shape, problems } = loadConfig({ text: yaml, file: 'test.yaml', env, parts })
  if (shape === undefined) throw new Error(problems.map(({ message }) => message).join('\n'))
  const said: Said[] = []
  const gateway = await Gateway.start(
    { ...shape, binds: shape.binds.map((bind) => ({ ...bind, port: 0 })) },
    {
      log: silent,
      metrics: createMetrics({ version: 't', process: false }),
      accessLog: (x, status) => {
        const { reason, error, backend, endpoint, retries } = x
        seen?.(x)
        said.push({ status, reason, error, backend, endpoint, retries })
      },
      host: '127.0.0.1',
      read,
      connectTo: new Map(Object.entries(connectTo)),
      ...(pages !== undefined && { pages }),
      ...(store !== undefined && { store: async () => store }),
    },
  )
  t.after(() => gateway[Symbol.asyncDispose]())
  const port = gateway.ports.get(0) ?? 0
  return { port, said, ask: (asking) => ask(port, asking), raw: (bytes) => raw(port, bytes) }
}

/** One route with these policies (flow style YAML) in front of a backend. */
export const route = (policies: string, backend: number, matches = '[{path: {pathPrefix: /}}]'): string =>
  `binds: [{port: 1, listeners: [{routes: [{matches: ${matches}, policies: ${policies}, backends: [{host: "127.0.0.1:${backend}"}]}]}]}]`

/** What is wrong with one route with these policies, as `path: message`. */
export function wrongWith(policies: string): string[] {
  const { problems } = loadConfig({ text: route(policies, 1), file: 'test.yaml', env: {}, parts })
  const from = 'binds.0.listeners.0.routes.0.policies.'
  return problems.map(({ path, message }: Problem) => `${path.join('.').replace(from, '')}: ${message}`)
}

function ask(port: number, { method = 'GET', path = '/', headers = {}, body }: Asking = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = send({ port, host: '127.0.0.1', method, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.once('error', reject)
      response.once('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          raw: response.rawHeaders,
          text: Buffer.concat(chunks).toString('latin1'),
        }),
      )
    })
    call.once('error', reject)
    call.end(body)
  })
}

export function raw(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let got = ''
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => (got += chunk))
    socket.once('error', reject)
    socket.once('close', () => resolve(got))
    socket.write(bytes, 'latin1')
  })
}
