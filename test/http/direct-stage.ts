// What the tests of our own HTTP/1.1 client share: raw servers, and someone who collects one answer.
import assert from 'node:assert/strict'
import { createServer, type Socket } from 'node:net'
import type { TestContext } from 'node:test'
import type { Dispatcher } from 'undici'
import { defaultPoolSettings, type PoolSettings, Pools, type TlsOptions } from '../../src/http/pools.ts'

interface Heard {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: string
}

/** Collects one answer. */
class Collector implements Dispatcher.DispatchHandler {
  readonly answer: Promise<Heard>
  controller: Dispatcher.DispatchController | undefined = undefined
  readonly informational: number[] = []
  chunks = 0
  #resolve: (heard: Heard) => void = () => {}
  #reject: (cause: Error) => void = () => {}
  #status = 0
  #headers: Readonly<Record<string, unknown>> = {}
  #body = ''

  constructor() {
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    this.answer.catch(() => undefined)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: Readonly<Record<string, unknown>>): void {
    if (status < 200) this.informational.push(status)
    this.#status = status
    this.#headers = headers
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.chunks++
    this.#body += chunk.toString('latin1')
    this.controller = controller
  }

  onResponseEnd(): void {
    this.#resolve({ status: this.#status, headers: this.#headers, body: this.#body })
  }

  onResponseError(_: Dispatcher.DispatchController, cause: Error): void {
    this.#reject(cause)
  }
}

interface Server {
  readonly origin: string
  readonly connections: Socket[]
  /** What came on each connection. */
  readonly received: string[]
}

/** A server that answers each request (a head, and the body its length tells) with what `answer` writes. */
export async function served(
  t: TestContext,
  answer: (socket: Socket, request: string, n: number) => void,
): Promise<Server> {
  const connections: Socket[] = []
  const received: string[] = []
  let n = 0
  const server = createServer((socket) => {
    const at = connections.push(socket) - 1
    received[at] = ''
    let pending = ''
    socket.on('error', () => undefined)
    socket.on('data', (bytes) => {
      received[at] += bytes.toString('latin1')
      pending += bytes.toString('latin1')
      for (;;) {
        const end = pending.indexOf('\r\n\r\n')
        if (end < 0) return
        const length = Number(/content-length: (\d+)/i.exec(pending.slice(0, end))?.[1] ?? 0)
        if (pending.length < end + 4 + length) return
        const request = pending.slice(0, end + 4 + length)
        pending = pending.slice(request.length)
        answer(socket, request, n++)
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    for (const socket of connections) socket.destroy()
    server.close()
  })
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  return { origin: `http://127.0.0.1:${address.port}`, connections, received }
}

export function pool(
  t: TestContext,
  origin: string,
  settings: Partial<PoolSettings> = {},
  tls?: TlsOptions,
): Dispatcher {
  const pools = new Pools({ ...defaultPoolSettings, ...settings })
  t.after(() => pools[Symbol.asyncDispose]())
  return pools.pool(origin, tls)
}

export function post(
  of: Dispatcher,
  body: string | Buffer | null = 'hello',
  more: Partial<Dispatcher.DispatchOptions> = {},
) {
  const collector = new Collector()
  of.dispatch({ method: 'POST', path: '/x?y', headers: ['accept', '*/*', 'x-a', 'b'], body, ...more }, collector)
  return collector
}

export const ok = (body: string, head = ''): string =>
  `HTTP/1.1 200 OK\r\n${head}content-length: ${body.length}\r\n\r\n${body}`
