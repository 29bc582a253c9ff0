// A gateway in this process on a configuration, servers behind it, and clients that speak in raw bytes.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer as createHttpServer, type Server as HttpServer, type RequestListener } from 'node:http'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { TestContext } from 'node:test'
import { loadConfig } from '../../src/config/load.ts'
import { Gateway } from '../../src/gateway/gateway.ts'
import { parts } from '../../src/gateway/parts.ts'
import { silent } from '../../src/telemetry/log.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'
import { freePorts } from '../support/gateway.ts'

/** What the access log was told about one request. */
interface Told {
  readonly status: number
  readonly reason: string
  readonly error: string
  readonly endpoint: string
  readonly retries: number
}

export interface Stage {
  readonly port: number
  readonly told: readonly Told[]
  readonly gateway: Gateway
  /** Sends bytes; resolves with all that came back once the gateway closes, or once `until` matches. */
  readonly send: (bytes: string, until?: RegExp) => Promise<string>
}

const indent = (text: string, by: number): string => text.replace(/^(?=.)/gm, ' '.repeat(by))

/** A gateway whose one route is `route` (YAML). */
export const oneRoute = (t: TestContext, route: string, config = ''): Promise<Stage> =>
  start(
    t,
    (port) => `${config}\nbinds:\n- port: ${port}\n  listeners:\n  - routes:\n    - ${indent(route, 6).trim()}\n`,
  )

/** A gateway on a whole configuration. */
async function start(t: TestContext, yaml: (port: number) => string): Promise<Stage> {
  const [port = 0] = await freePorts(1)
  const loaded = loadConfig({ text: yaml(port), file: 'test.yaml', env: {}, parts })
  if (loaded.shape === undefined) throw new Error(loaded.problems.map(({ message }) => message).join('; '))
  const told: Told[] = []
  const gateway = await Gateway.start(loaded.shape, {
    log: silent,
    metrics: createMetrics({ version: 'test', process: false }),
    accessLog: ({ reason, error, endpoint, retries }, status) =>
      told.push({ status, reason, error, endpoint, retries }),
    host: '127.0.0.1',
    read: (file) => readFileSync(file),
  })
  t.after(() => gateway[Symbol.asyncDispose]())
  return { port, told, gateway, send: (bytes, until) => send(port, bytes, until) }
}

/** One raw conversation. */
function send(port: number, bytes: string, until = /$^/): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let got = ''
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => {
      got += chunk
      if (until.test(got)) socket.destroy()
    })
    socket.once('close', () => resolve(got))
    socket.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' || error.code === 'EPIPE' ? resolve(got) : reject(error),
    )
    socket.write(bytes, 'latin1')
  })
}

/** Text of a request without a body, on a connection that ends with it. */
export const get = (path = '/', headers = '', method = 'GET'): string =>
  `${method} ${path} HTTP/1.1\r\nhost: shop.test\r\n${headers}connection: close\r\n\r\n`

/** Text of a request with a body. */
export const post = (body: string, headers = '', path = '/'): string =>
  `POST ${path} HTTP/1.1\r\nhost: shop.test\r\n${headers}content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`

export const statusOf = (answer: string): number => Number(answer.slice(9, 12))
export const bodyOf = (answer: string): string => answer.slice(answer.indexOf('\r\n\r\n') + 4)
/** Values of a header of an answer. */
export const headerOf = (answer: string, name: string): string[] =>
  answer
    .slice(0, answer.indexOf('\r\n\r\n'))
    .split('\r\n')
    .filter((line) => line.toLowerCase().startsWith(`${name}: `))
    .map((line) => line.slice(name.length + 2))

async function listening(t: TestContext, server: HttpServer | ReturnType<typeof createServer>): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
    await once(server, 'close')
  })
  return (server.address() as AddressInfo).port // a TCP server's address is never a string
}

/** A real HTTP server; resolves with its port. */
export const httpUpstream = (t: TestContext, handle: RequestListener): Promise<number> =>
  listening(t, createHttpServer(handle))

/** A server that does with a connection what it likes; resolves with its port. */
export const rawUpstream = (t: TestContext, handle: (socket: Socket) => void): Promise<number> =>
  listening(t, createServer({ allowHalfOpen: true }, handle))

/** A server that answers every request with what it was sent, as JSON. */
export const echoUpstream = (t: TestContext): Promise<number> =>
  httpUpstream(t, (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      response.setHeader('content-type', 'application/json')
      response.end(
        JSON.stringify({
          method: request.method,
          url: request.url,
          headers: request.headers,
          raw: request.rawHeaders,
          body: Buffer.concat(chunks).toString(),
        }),
      )
    })
  })
