// One port: sockets in, exchanges out. Bounds what a connection may do before any policy sees it.
import { createServer, type IncomingMessage, type Server, type ServerOptions, ServerResponse } from 'node:http'
import { createServer as createSecureServer, Server as SecureServer } from 'node:https'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import type { Limits } from '../config/shape.ts'
import { type Entrance, Exchange, type Maybe, type Reply, text } from '../core/exchange.ts'
import { Failure } from '../core/failure.ts'
import { Roster } from '../core/roster.ts'
import { hasDotSegments } from '../http/dot-segments.ts'
import { admit, wantsUpgrade } from '../http/headers.ts'
import type { AccessLog } from '../telemetry/access-log.ts'
import type { Log } from '../telemetry/log.ts'
import type { GatewayMetrics } from '../telemetry/metrics.ts'
import { Answering, LINGER_MS } from './answering.ts'
import { askingClients, identityOf, settled, suits } from './client-certificate.ts'
import { failed, send } from './send.ts'
import { serve, upgrade } from './serve.ts'
import type { Listener, Snapshot } from './snapshot.ts'
import { meets } from './tls.ts'
import { unread } from './unread.ts'

/** What a port needs of the gateway; `snapshot` is asked anew for every request. */
export interface PortOptions {
  readonly port: number
  readonly host: string | undefined
  readonly secure: boolean
  /** Clients are asked for certificates; which listener insists is its own affair. */
  readonly mutual?: boolean
  readonly limits: Limits
  /** How long a connection may stay open (`frontendPolicies.http.maxConnectionDuration`). */
  readonly maxConnectionMs?: number | undefined
  readonly snapshot: () => Snapshot
  readonly accessLog: AccessLog
  readonly log: Log
  readonly metrics: GatewayMetrics
}

/** One listening socket. Dispose it to stop accepting and to end what is idle. */
export class Port {
  readonly secure: boolean
  readonly mutual: boolean
  readonly #options: PortOptions
  readonly #server: Server
  readonly #byAddress = new Map<string, number>()
  readonly #open = new Roster<Exchange>()
  /** Exchanges that have left HTTP. */
  readonly #tunnels = new Roster<Exchange>()
  /** When handshakes began, by the client's address and port: the secured socket is another object than the one accepted. */
  readonly #handshakes = new Map<string, number>()
  /** Requests that wait for an earlier one's answer, by connection; few clients ever do that. */
  readonly #queued = new WeakMap<Socket, number>()
  /** Sockets of tunnels and of refused upgrades. */
  readonly #switched = new Set<Duplex>()
  /** Connections that end with the request they have. */
  readonly #aged = new WeakSet<Socket>()
  #draining = false

  constructor(options: PortOptions) {
    this.#options = options
    this.secure = options.secure
    this.mutual = options.mutual ?? false
    this.#server = this.#create()
    const { limits } = options
    // Of two times in the wrong order node exchanges one for the other.
    this.#server.headersTimeout = Math.min(limits.headerTimeMs, limits.requestTimeMs)
    this.#server.requestTimeout = limits.requestTimeMs
    this.#server.maxRequestsPerSocket = limits.requestsPerConnection
    this.#server.maxConnections = limits.connections
    this.#server.maxHeadersCount = 0 // counted below: node would drop the surplus in silence
    this.#server.keepAliveTimeout = limits.connectionIdleMs
    this.#server.on('connection', (socket: Socket) => this.#connected(socket))
    this.#server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) =>
      unread(error, socket, options.metrics),
    )
    // Before node's own listener: the first request may have come with the end of the handshake.
    this.#server.prependListener('secureConnection', (socket: TLSSocket) => this.#shaken(socket))
    this.#server.on('drop', () => options.metrics.limitHit('connections'))
    this.#server.on(
      'upgrade',
      (request: IncomingMessage, socket: Duplex, head: Buffer) => void this.#upgrade(request, socket, head),
    )
    // `100 Continue` is sent when a body is first wanted (http/body.ts), never for a request that is refused anyway.
    this.#server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) =>
      this.#handle(request, response),
    )
    this.#server.on('request', (request: IncomingMessage, response: ServerResponse) => this.#handle(request, response))
  }

  /** Resolves with the port number once the socket listens; rejects when it is taken. */
  listen(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen({ port: this.#options.port, host: this.#options.host }, () => {
        this.#server.off('error', reject)
        const address = this.#server.address()
        resolve(typeof address === 'object' && address !== null ? address.port : this.#options.port)
      })
    })
  }

  /** Another configuration holds: for handshakes that begin from now on. */
  renewed(): void {
    const terms = this.#bind()?.tls
    if (terms !== undefined && this.#server instanceof SecureServer) this.#server.setSecureContext(terms)
  }

  /** No new connections, nothing idle; event streams end now, calls may finish until `deadline` aborts. */
  async drain(deadline: AbortSignal): Promise<void> {
    this.#draining = true
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    // Connections become idle one by one while their last answers go out; node looks only when it is told to.
    const idle = setInterval(() => this.#server.closeIdleConnections(), 50)
    this.#server.closeIdleConnections()
    const stopping = new Failure('request.aborted', 'the gateway is stopping')
    // An event stream of a session has no end of its own, and its client comes back; a plain GET is a call like others.
    for (const x of this.#open.all()) if (x.protocol === 'mcp' && x.request.method === 'GET') x.abort(stopping)
    for (const x of this.#tunnels.all()) x.abort(stopping)
    const force = (): void => {
      this.#server.closeAllConnections()
      for (const socket of this.#switched) socket.destroy() // node has let go of them, and yet waits for their end
    }
    deadline.addEventListener('abort', force, { once: true })
    if (deadline.aborted) force()
    await closed
    clearInterval(idle)
    deadline.removeEventListener('abort', force)
  }

  #create(): Server {
    const { limits, secure } = this.#options
    const options: ServerOptions = {
      maxHeaderSize: limits.headerBytes,
      requireHostHeader: true,
      noDelay: true,
      shouldUpgradeCallback: wantsUpgrade,
      connectionsCheckingInterval: CHECK_MS,
    }
    if (!secure) return createServer(options)
    return createSecureServer({
      ...options,
      ...(this.mutual && askingClients),
      ...this.#bind()?.tls,
      handshakeTimeout: limits.tlsHandshakeMs,
      SNICallback: (name, done) => {
        const context = this.#bind()?.listener(name)?.tls?.context
        if (context === undefined) done(new Error(`no certificate for ${name}`))
        else done(null, context)
      },
    })
  }

  #bind() {
    return this.#options.snapshot().binds.get(this.#options.port)
  }

  #connected(socket: Socket): void {
    const { limits, metrics } = this.#options
    const address = socket.remoteAddress ?? ''
    const count = (this.#byAddress.get(address) ?? 0) + 1
    if (count > limits.connectionsPerAddress) {
      metrics.limitHit('connectionsPerAddress')
      socket.destroy()
      return
    }
    this.#byAddress.set(address, count)
    const { bind, gateway, listener } = this.#bind()?.listeners[0]?.entrance ?? nowhere
    const protocol = this.#options.secure ? 'https' : 'http'
    metrics.connectionOpened(bind, gateway, listener, protocol)
    const name = peer(socket)
    if (this.#options.secure) this.#handshakes.set(name, performance.now())
    if (!this.#options.secure) this.#age(socket)
    socket.once('close', () => {
      this.#handshakes.delete(name)
      const left = (this.#byAddress.get(address) ?? 1) - 1
      if (left === 0) this.#byAddress.delete(address)
      else this.#byAddress.set(address, left)
      metrics.connectionClosed(bind, gateway, listener, protocol, {
        received: socket.bytesRead,
        sent: socket.bytesWritten,
      })
    })
  }

  #shaken(socket: TLSSocket): void {
    const listener = this.#bind()?.listener(serverName(socket))
    const began = this.#handshakes.get(peer(socket))
    this.#handshakes.delete(peer(socket))
    if (listener?.tls !== undefined && !meets(socket, listener.tls)) {
      this.#options.log.debug('a handshake is not what the listener allows', { peer: peer(socket) })
      socket.destroy()
    } else if (this.mutual && !settled(socket, listener)) {
      const { authorizationError: error } = socket
      this.#options.log.debug('a client certificate is not accepted', { error: String(error), peer: peer(socket) })
      socket.destroy()
    }
    this.#age(socket)
    if (began !== undefined)
      this.#options.metrics.tlsHandshake(listener?.entrance ?? nowhere, performance.now() - began)
  }

  /** A connection that is old enough ends with the request it has: balancers in front of us can then choose anew. */
  #age(socket: Socket): void {
    const ms = this.#options.maxConnectionMs
    if (ms === undefined) return
    let timer = setTimeout(() => {
      this.#aged.add(socket)
      const look = (): void => {
        if (this.#open.find((x) => x.request.socket === socket) === undefined) socket.end()
        else timer = setTimeout(look, 100)
      }
      look()
    }, ms)
    socket.once('close', () => clearTimeout(timer))
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    const { log, maxConnectionMs } = this.#options
    // Without a socket of its own yet: an earlier answer is still on its way.
    if (response.socket === null && this.#pipelined(request.socket, response)) return
    const snapshot = this.#options.snapshot()
    snapshot.enter()
    const { x, listener, refusal } = this.#enter(request, snapshot)
    if (request.headers.expect !== undefined) x.proceed = () => response.writeContinue()
    this.#open.add(x)
    if (this.#draining || (maxConnectionMs !== undefined && this.#aged.has(request.socket)))
      response.shouldKeepAlive = false
    response.once('close', () => {
      if (!response.writableFinished) x.abort(new Failure('request.aborted', 'the client closed the connection'))
    })
    const answer = new Answering(x, response, this.#options, () => {
      this.#open.delete(x)
      snapshot.leave()
    })
    let reply: Maybe<Reply>
    try {
      reply = refusal ?? (listener === undefined ? text(404, 'listener not found') : serve(x, listener))
    } catch (thrown) {
      reply = failed(thrown, x, log)
    }
    if (!(reply instanceof Promise)) answer.with(reply)
    else
      reply.then(
        (made) => answer.with(made),
        (thrown: unknown) => answer.with(failed(thrown, x, log)),
      )
  }

  /** Whether so many requests wait on a connection that it was cut. */
  #pipelined(socket: Socket, response: ServerResponse): boolean {
    const waiting = (this.#queued.get(socket) ?? 0) + 1
    if (waiting > this.#options.limits.pipelined) {
      if (!socket.destroyed) this.#options.metrics.limitHit('pipelined')
      socket.destroy()
      return true
    }
    this.#queued.set(socket, waiting)
    response.once('close', () => this.#queued.set(socket, (this.#queued.get(socket) ?? 1) - 1))
    return false
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const response = new ServerResponse(request)
    const snapshot = this.#options.snapshot()
    snapshot.enter()
    const { x, listener, refusal } = this.#enter(request, snapshot)
    this.#tunnels.add(x)
    const closed = new Promise<void>((resolve) => socket.once('close', resolve))
    this.#switched.add(socket)
    socket.once('close', () => this.#switched.delete(socket))
    socket.on('error', () => undefined) // node:http has let go of the socket: its errors end here, as `close`
    socket.once('close', () => x.abort(new Failure('request.aborted', 'the client closed the connection')))
    let reply: Reply | undefined
    try {
      reply =
        refusal ?? (listener === undefined ? text(404, 'listener not found') : await upgrade(x, listener, socket, head))
    } catch (thrown) {
      reply = failed(thrown, x, this.#options.log)
    }
    if (reply !== undefined) await refuse(reply, x, response, socket).catch(() => socket.destroy())
    else await closed // a tunnel: as long as it lasts, its configuration does
    this.#tunnels.delete(x)
    snapshot.leave()
    const status = reply?.status ?? 101
    const duration = performance.now() - x.arrived
    x.entrance.told?.over(x, reply)
    this.#options.accessLog(x, status, 0, duration)
    this.#options.metrics.requestDone(x, status, 0, duration)
  }

  /** The exchange, its listener, and a reply where the head alone decides. */
  #enter(
    request: IncomingMessage,
    snapshot: Snapshot,
  ): { x: Exchange; listener: Listener | undefined; refusal: Reply | undefined } {
    const bind = snapshot.binds.get(this.#options.port)
    const wrong = admit(request)
    const listener = bind?.listener(request.headers.host ?? '')
    const x = new Exchange(request, listener?.entrance ?? { ...nowhere, port: this.#options.port })
    const refusal =
      (wrong === undefined ? undefined : text(400, `invalid request: ${wrong}`)) ??
      this.#bounded(request) ??
      (bind === undefined ? text(404, 'bind not found') : undefined)
    if (refusal !== undefined) return { x, listener, refusal }
    const { socket } = request
    // RFC 9110 §7.4: a connection made for one name must not reach what another listener serves.
    const crossed = socket instanceof TLSSocket && bind?.listener(serverName(socket)) !== listener
    if (crossed || !suits(socket, listener)) return { x, listener, refusal: text(421, 'misdirected request') }
    if (listener?.clientCertificates === true) x.identity = identityOf(socket)
    return { x, listener, refusal: undefined }
  }

  #bounded(request: IncomingMessage): Reply | undefined {
    const { limits, metrics } = this.#options
    if ((request.url ?? '').length > limits.requestLine) return over('requestLine', 414, metrics)
    const { rawHeaders } = request
    if (rawHeaders.length / 2 > limits.headerCount) return over('headerCount', 431, metrics)
    for (let i = 1; i < rawHeaders.length; i += 2)
      if ((rawHeaders[i] ?? '').length > limits.headerValue) return over('headerValue', 431, metrics)
    return hasDotSegments(request.url ?? '') ? text(400, 'invalid request: dot segments in the path') : undefined
  }
}

/** Node looks for slow heads and bodies twice a minute by itself: a bound of ten seconds would be forty. */
const CHECK_MS = 1_000

const serverName = (socket: TLSSocket): string => (typeof socket.servername === 'string' ? socket.servername : '')

const peer = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`

const nowhere: Entrance = { port: 0, scheme: 'http', bind: '', gateway: '', listener: '' }

function over(limit: string, status: number, metrics: GatewayMetrics): Reply {
  metrics.limitHit(limit)
  return { kind: 'empty', status, headers: { connection: 'close' } }
}

async function refuse(reply: Reply, x: Exchange, response: ServerResponse, socket: Duplex): Promise<void> {
  if (socket.destroyed) return
  response.shouldKeepAlive = false
  response.assignSocket(socket as Socket) // an upgraded duplex of node:http is the socket itself
  await send(reply, x, response, 30_000)
  socket.end()
  // Nobody times this socket any more: a client that never closes its side would keep it.
  const cut = setTimeout(() => socket.destroy(), LINGER_MS).unref()
  socket.once('close', () => clearTimeout(cut))
  socket.resume()
}
