// Outbound connections: one undici pool per place and TLS settings, shared by everything, closed with the gateway.
import { type LookupOptions, lookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { type buildConnector, buildConnector as makeConnector, Pool } from 'undici'

/** Client side of TLS. Certificates are PEM text. */
export interface TlsOptions {
  readonly cert?: string
  readonly key?: string
  /** Trusted roots; the system's when absent. */
  readonly root?: string
  /** Name for SNI and verification, when it is not the host name. */
  readonly hostname?: string
  /** Accept any certificate. */
  readonly insecure?: boolean
  /** Accept a certificate for another name. */
  readonly insecureHost?: boolean
  readonly alpn?: readonly string[]
  readonly subjectAltNames?: readonly string[]
}

export interface PoolSettings {
  readonly connectTimeoutMs: number
  readonly idleTimeoutMs: number
  readonly headersTimeoutMs: number
  /** Connections to one place; `undefined`: as many as needed. */
  readonly maxConnections: number | undefined
  /** Idle time before TCP keep-alive probes; `undefined`: none. */
  readonly keepAliveMs: number | undefined
  /** Which addresses of a name count. */
  readonly dnsFamily: 'any' | 'v4' | 'v6' | 'v4-first'
  /** `host:port` → `host:port`: where connections really go (`--connect-to`); names, SNI and headers stay. */
  readonly connectTo: ReadonlyMap<string, string>
}

export const defaultPoolSettings: PoolSettings = {
  connectTimeoutMs: 5_000,
  idleTimeoutMs: 90_000,
  headersTimeoutMs: 600_000,
  maxConnections: undefined,
  keepAliveMs: 180_000,
  dnsFamily: 'any',
  connectTo: new Map(),
}

/** All outbound pools of one gateway. */
export class Pools implements AsyncDisposable {
  readonly #settings: PoolSettings
  readonly #pools = new Map<string, Pool>()

  constructor(settings: PoolSettings = defaultPoolSettings) {
    this.#settings = settings
  }

  /** The pool for an origin such as `https://host:443`, or `unix:/path`. The same place and settings give the same pool. */
  pool(origin: string, tls?: TlsOptions): Pool {
    const key = tls === undefined ? origin : `${origin} ${JSON.stringify(tls)}`
    let pool = this.#pools.get(key)
    if (pool === undefined) {
      pool = new Pool(origin.startsWith('unix:') ? 'http://localhost' : origin, {
        connect: this.#connector(origin, tls),
        keepAliveTimeout: this.#settings.idleTimeoutMs,
        headersTimeout: this.#settings.headersTimeoutMs,
        bodyTimeout: 0, // event streams are silent for as long as they like; readers set their own deadlines
        pipelining: 1,
        connections: this.#settings.maxConnections ?? null,
      })
      this.#pools.set(key, pool)
    }
    return pool
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.destroy()))
    this.#pools.clear()
  }

  #connector(origin: string, tls: TlsOptions | undefined): buildConnector.connector {
    const { connectTimeoutMs, keepAliveMs, dnsFamily } = this.#settings
    const connect = makeConnector({
      timeout: connectTimeoutMs,
      keepAlive: keepAliveMs !== undefined,
      ...(keepAliveMs !== undefined && { keepAliveInitialDelay: keepAliveMs }),
      ...families[dnsFamily],
      ...(origin.startsWith('unix:') && { socketPath: origin.slice('unix:'.length) }),
      ...(tls && tlsConnection(tls)),
    })
    const { connectTo } = this.#settings
    if (connectTo.size === 0) return connect
    return (options, callback) => {
      const port = options.port || (options.protocol === 'https:' ? '443' : '80')
      const elsewhere = connectTo.get(`${options.hostname}:${port}`)
      if (elsewhere === undefined) return connect(options, callback)
      const colon = elsewhere.lastIndexOf(':')
      // SNI and certificate checks keep the name that was asked for: only the socket goes elsewhere.
      const servername = options.servername ?? options.hostname
      return connect(
        { ...options, hostname: elsewhere.slice(0, colon), port: elsewhere.slice(colon + 1), servername },
        callback,
      )
    }
  }
}

/** What the resolver is asked for, in node's words (`dns.lookup`). */
const families = {
  any: { autoSelectFamily: true },
  v4: { family: 4 },
  v6: { family: 6 },
  'v4-first': {
    autoSelectFamily: true,
    lookup: (host: string, options: LookupOptions, done: Parameters<LookupFunction>[2]) =>
      lookup(host, { ...options, order: 'ipv4first' }, done),
  },
} as const

function tlsConnection(tls: TlsOptions): Partial<buildConnector.BuildOptions> {
  return {
    ...(tls.cert !== undefined && { cert: tls.cert }),
    ...(tls.key !== undefined && { key: tls.key }),
    ...(tls.root !== undefined && { ca: tls.root }),
    ...(tls.hostname !== undefined && { servername: tls.hostname }),
    ...(tls.insecure === true && { rejectUnauthorized: false }),
    ...(tls.insecureHost === true && { checkServerIdentity: () => undefined }),
    ...(tls.alpn !== undefined && { ALPNProtocols: [...tls.alpn] }),
  }
}
