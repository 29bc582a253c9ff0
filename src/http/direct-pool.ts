// Our own HTTP/1.1 client for what nearly every request is: a head, a whole body or none, one answer. Undici does the rest.
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { type buildConnector, Dispatcher, errors } from 'undici'
import { Connection, type ConnectionOwner, Running, type Written } from './direct-connection.ts'

export interface DirectOptions {
  /** `http://host:port` or `https://host:port`. */
  readonly origin: string
  /** Makes a connection; sockets without TLS must read into what `reading` says. */
  readonly connect: buildConnector.connector
  readonly idleTimeoutMs: number
  readonly headersTimeoutMs: number
  /** For requests of other kinds: streamed bodies, upgrades, headers that are no flat list. */
  readonly others: Dispatcher
}

/** Servers close a connection a little before they said they would. */
const EARLY_MS = 1_000
const SWEEP_MS = 500

const owners = new WeakMap<Socket, Connection>()
const shared = Buffer.allocUnsafeSlow(65_536)

/** How plain sockets read: into one buffer for all of them, since what is read is taken at once. */
export const reading = {
  buffer: shared,
  callback(this: Socket, size: number, bytes: Uint8Array): boolean {
    owners.get(this)?.receive(shared, size, true)
    return bytes === shared
  },
}

/** A dispatcher of undici's kind for one origin: the same contract, the same errors, a third of the work. */
export class DirectPool extends Dispatcher implements ConnectionOwner {
  readonly #options: DirectOptions
  readonly #target: buildConnector.Options
  readonly #host: string
  /** Lists that nobody can change any more are spelled once. */
  readonly #spelled = new WeakMap<readonly string[], Fields>()
  readonly #connecting = new Set<Running>()
  /** The one used last is at the end, and is used first. */
  readonly #idle: Connection[] = []
  readonly #open = new Set<Connection>()
  readonly #sweeping: NodeJS.Timeout
  #destroyed = false

  constructor(options: DirectOptions) {
    super()
    this.#options = options
    const { host, hostname, protocol, port } = new URL(options.origin)
    this.#host = host
    this.#target = { host, hostname, protocol, port }
    this.#sweeping = setInterval(() => this.#sweep(), SWEEP_MS).unref()
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const { headers, body = '' } = options
    if (!isFlat(headers) || !isWhole(body) || isSpecial(options)) return this.#options.others.dispatch(options, handler)
    const running = new Running(handler)
    try {
      if (this.#destroyed) throw new errors.ClientDestroyedError()
      running.written = this.#written(options, headers, body ?? '')
    } catch (thrown) {
      running.failed(asError(thrown))
      return false
    }
    const connection = this.#take()
    if (connection === undefined) this.#connect(running)
    else connection.send(running)
    return true
  }

  /** Ends all connections; requests under way fail. */
  override destroy(): Promise<void>
  override destroy(cause: Error | null): Promise<void>
  override destroy(callback: () => void): void
  override destroy(cause: Error | null, callback: () => void): void
  override destroy(first?: Error | null | (() => void), second?: () => void): Promise<void> | void {
    const callback = typeof first === 'function' ? first : second
    this.#destroyed = true
    clearInterval(this.#sweeping)
    const cause = first instanceof Error ? first : new errors.ClientDestroyedError()
    for (const connection of this.#open) connection.destroy(cause)
    for (const running of this.#connecting) running.failed(cause)
    this.#connecting.clear()
    const others = this.#options.others.destroy(cause)
    if (callback === undefined) return others
    void others.then(callback)
  }

  /** Like `destroy`: whoever closes a pool of ours has ended what ran on it. */
  override close(): Promise<void>
  override close(callback: () => void): void
  override close(callback?: () => void): Promise<void> | void {
    return callback === undefined ? this.destroy() : this.destroy(callback)
  }

  // --- what connections tell

  idle(connection: Connection, hintMs: number | undefined): void {
    const { idleTimeoutMs } = this.#options
    const ms = hintMs === undefined ? idleTimeoutMs : Math.min(hintMs - EARLY_MS, idleTimeoutMs)
    if (ms <= 0 || this.#destroyed) return connection.destroy()
    connection.until = performance.now() + ms
    this.#idle.push(connection)
  }

  gone(connection: Connection): void {
    this.#open.delete(connection)
    const at = this.#idle.indexOf(connection)
    if (at >= 0) this.#idle.splice(at, 1)
  }

  unsent(running: Running): void {
    if (this.#destroyed) running.failed(new errors.ClientDestroyedError())
    else this.#connect(running)
  }

  // --- connections

  #take(): Connection | undefined {
    for (;;) {
      const connection = this.#idle.pop()
      if (connection === undefined || connection.until > performance.now()) return connection
      connection.destroy()
    }
  }

  #connect(running: Running): void {
    this.#connecting.add(running)
    try {
      this.#options.connect(this.#target, (cause, socket) => {
        const wanted = this.#connecting.delete(running)
        if (cause === null) this.#connected(socket, wanted ? running : undefined)
        else running.failed(cause)
      })
    } catch (thrown) {
      // Such as a certificate of the configuration that is none.
      this.#connecting.delete(running)
      running.failed(asError(thrown))
    }
  }

  #connected(socket: Socket | TLSSocket, running: Running | undefined): void {
    const connection = new Connection(socket, this)
    if (socket instanceof TLSSocket)
      socket.on('data', (bytes: Buffer) => connection.receive(bytes, bytes.length, false))
    else owners.set(socket, connection)
    this.#open.add(connection)
    if (running !== undefined && !running.over) connection.send(running)
    else if (this.#destroyed) connection.destroy()
    else this.idle(connection, undefined) // given up meanwhile: the connection serves the next one
  }

  #sweep(): void {
    const now = performance.now()
    for (const connection of this.#idle.filter(({ until }) => until <= now)) connection.destroy()
  }

  // --- requests

  #written(
    { method, path, headersTimeout, bodyTimeout }: Dispatcher.DispatchOptions,
    headers: readonly string[],
    body: string | Uint8Array,
  ): Written {
    if (!PATH.test(path)) throw new errors.InvalidArgumentError('invalid request path')
    if (!TOKEN.test(method)) throw new errors.InvalidArgumentError('invalid request method')
    const fields = this.#fields(headers)
    const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length
    if (fields.length !== undefined && fields.length !== length) throw new errors.RequestContentLengthMismatchError()
    const framing = length > 0 || !bodiless.has(method) ? `content-length: ${length}\r\n\r\n` : '\r\n'
    return {
      method,
      head: `${method} ${path} HTTP/1.1\r\n${fields.text}${framing}`,
      // What is not ASCII is no byte a character.
      body: typeof body === 'string' && length !== body.length ? Buffer.from(body) : body,
      headersTimeout: headersTimeout ?? this.#options.headersTimeoutMs,
      bodyTimeout: bodyTimeout ?? 0,
    }
  }

  #fields(headers: readonly string[]): Fields {
    if (!Object.isFrozen(headers)) return spelled(headers, this.#host)
    let known = this.#spelled.get(headers)
    if (known === undefined) this.#spelled.set(headers, (known = spelled(headers, this.#host)))
    return known
  }
}

interface Fields {
  readonly text: string
  /** What they say of the length of the body. */
  readonly length: number | undefined
}

/** Fields as they are sent. Throws undici's `InvalidArgumentError` at what no field may be (RFC 9110 §5), or is the client's to say. */
function spelled(headers: readonly string[], origin: string): Fields {
  let host = origin
  let length: number | undefined
  let connection = 'keep-alive'
  let text = ''
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] ?? ''
    const value = headers[i + 1] ?? ''
    if (!TOKEN.test(name) || OURS.test(name))
      throw new errors.InvalidArgumentError(`invalid header ${name.slice(0, 64)}`)
    if (!VALUE.test(value)) throw new errors.InvalidArgumentError(`invalid ${name} header`)
    if (name === 'host') host = value
    else if (name === 'content-length') length = Number(value)
    else if (name === 'connection') connection = value === 'close' ? value : connection
    else text += `${name}: ${value}\r\n`
  }
  return { text: `host: ${host}\r\nconnection: ${connection}\r\n${text}`, length }
}

const asError = (thrown: unknown): Error =>
  thrown instanceof Error ? thrown : new errors.InvalidArgumentError(String(thrown))

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/
const PATH = /^[\x21-\x7e\x80-\xff]+$/
/** What says where a message ends, or changes what the connection speaks. */
const OURS = /^(?:transfer-encoding|keep-alive|upgrade|expect)$/i
/** Methods without a body, when they have none: for all others a server waits for one. */
const bodiless: ReadonlySet<string> = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE'])

const isFlat = (headers: Dispatcher.DispatchOptions['headers']): headers is string[] => Array.isArray(headers)

const isWhole = (body: Dispatcher.DispatchOptions['body']): body is string | Uint8Array | null =>
  body === null || typeof body === 'string' || body instanceof Uint8Array

/** Whether a request asks for what is undici's to do. */
const isSpecial = ({ upgrade, method, query, expectContinue, reset }: Dispatcher.DispatchOptions): boolean =>
  (upgrade !== undefined && upgrade !== null && upgrade !== false) ||
  method === 'CONNECT' ||
  query !== undefined ||
  expectContinue === true ||
  reset === true
