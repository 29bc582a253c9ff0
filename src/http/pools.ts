// Outbound connections: one pool per place and TLS settings, shared by everything, closed with the gateway.
import { type LookupAddress, type LookupOptions, lookup } from 'node:dns'
import { lookup as resolve } from 'node:dns/promises'
import { isIP, type LookupFunction } from 'node:net'
import { checkServerIdentity, type PeerCertificate } from 'node:tls'
import { type buildConnector, Client, type Dispatcher, buildConnector as makeConnector, Pool } from 'undici'
import { asFailure, Failure } from '../core/failure.ts'
import { addressKind } from './address.ts'
import { DirectPool, reading } from './direct-pool.ts'

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
  /** Protocols to offer; HTTP/2 is spoken only where `h2` is among them. */
  readonly alpn?: readonly string[]
  /** Names a certificate may have instead of the expected one: DNS names, IP addresses, or URIs. */
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
  /** URLs that strangers name may lead to this machine's loopback, over plain HTTP too: for development, never by default. */
  readonly strangersOnLoopback: boolean
  /** All addresses of a name; the system's resolver when absent. */
  readonly resolve?: (name: string) => Promise<readonly LookupAddress[]>
  /** Told of every connection that was made, and how long that took. */
  readonly connected?: (transport: 'plaintext' | 'tls', durationMs: number) => void
}

export const defaultPoolSettings: PoolSettings = {
  connectTimeoutMs: 5_000,
  idleTimeoutMs: 90_000,
  headersTimeoutMs: 600_000,
  maxConnections: undefined,
  keepAliveMs: 180_000,
  dnsFamily: 'any',
  connectTo: new Map(),
  strangersOnLoopback: false,
}

/** All outbound pools of one gateway. */
export class Pools implements AsyncDisposable {
  readonly #settings: PoolSettings
  readonly #pools = new Map<string, Dispatcher>()

  constructor(settings: PoolSettings = defaultPoolSettings) {
    this.#settings = settings
  }

  /** The pool for an origin such as `https://host:443`, or `unix:/path`. The same place and settings give the same pool. */
  pool(origin: string, tls?: TlsOptions): Dispatcher {
    const key = tls === undefined ? origin : `${origin} ${JSON.stringify(tls)}`
    let pool = this.#pools.get(key)
    if (pool === undefined) this.#pools.set(key, (pool = this.#made(origin, tls)))
    return pool
  }

  #made(origin: string, tls: TlsOptions | undefined): Dispatcher {
    const { idleTimeoutMs, headersTimeoutMs, maxConnections } = this.#settings
    const allowH2 = tls?.alpn?.includes('h2') ?? false
    const url = originOf(origin, tls)
    const others = new Pool(url, {
      connect: this.#connector(origin, tls),
      keepAliveTimeout: idleTimeoutMs,
      headersTimeout: headersTimeoutMs,
      bodyTimeout: 0, // event streams are silent for as long as they like; readers set their own deadlines
      pipelining: 1,
      connections: maxConnections ?? null,
      allowH2,
    })
    if (allowH2 || maxConnections !== undefined) return others
    const connect = this.#connector(origin, tls, { direct: true })
    return new DirectPool({ origin: url, connect, idleTimeoutMs, headersTimeoutMs, others })
  }

  get strangersOnLoopback(): boolean {
    return this.#settings.strangersOnLoopback
  }

  /** Whether the operator has said where connections to this origin really go. */
  redirects(origin: string): boolean {
    return this.#settings.connectTo.has(withPort(new URL(origin).host, origin.startsWith('https:')))
  }

  /** Addresses of a name, of the families that count. */
  async addresses(name: string): Promise<readonly LookupAddress[]> {
    const { dnsFamily, resolve: own } = this.#settings
    const order = dnsFamily === 'v4-first' ? 'ipv4first' : 'verbatim'
    const found = await (own === undefined ? resolve(name, { all: true, order }) : own(name))
    return found.filter(({ family }) => (dnsFamily === 'v4' ? family === 4 : dnsFamily !== 'v6' || family === 6))
  }

  /**
   * A connection that is nobody else's, to one of these addresses and no other: what the name resolves to meanwhile does not
   * matter (DNS rebinding). Not kept in the table, which strangers must not fill. Whoever asks for it destroys it. No addresses:
   * `connectTo` knows the place.
   */
  pinned(origin: string, addresses: readonly LookupAddress[], tls?: TlsOptions): Client {
    return new Client(origin, {
      connect: this.#connector(origin, tls, { ...(addresses.length > 0 && { lookup: pinnedLookup(addresses) }) }),
      bodyTimeout: 0,
      allowH2: false,
    })
  }

  /**
   * A pool whose connections go to public addresses only, looked at when each of them is made: for a place that a stranger has
   * named and that is asked more than once. Not kept in the table; whoever asks for it destroys it. A place that `connectTo` knows
   * is the operator's. Throws `upstream.forbidden` for an address that is not public.
   */
  guarded(origin: string, tls?: TlsOptions): Pool {
    const only = this.redirects(origin) ? {} : { lookup: this.#publicOnly(new URL(origin).hostname) }
    return new Pool(origin, {
      connect: this.#connector(origin, tls, only),
      keepAliveTimeout: this.#settings.idleTimeoutMs,
      headersTimeout: this.#settings.headersTimeoutMs,
      bodyTimeout: 0,
      pipelining: 1,
      connections: this.#settings.maxConnections ?? null,
      allowH2: false,
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.destroy()))
    this.#pools.clear()
  }

  #publicOnly(host: string): LookupFunction {
    const name = host.replace(/^\[|\]$/g, '')
    const allow = (addresses: readonly LookupAddress[]): void => {
      for (const { address } of addresses) {
        const kind = addressKind(address)
        if (kind !== 'public' && !(kind === 'loopback' && this.strangersOnLoopback))
          throw new Failure('upstream.forbidden', `${name} is a ${kind} address`)
      }
    }
    if (isIP(name) !== 0) allow([{ address: name, family: isIP(name) }])
    return (_name, options, done) => {
      // The resolver answers later in any case: an error here is an answer like another.
      this.addresses(name).then(
        (found) => {
          try {
            allow(found)
          } catch (thrown) {
            return done(asFailure(thrown), '')
          }
          if (found.length === 0) return done(new Failure('upstream.dns', `${name} has no address`), '')
          pinnedLookup(found)(_name, options, done)
        },
        (cause: unknown) => done(new Failure('upstream.dns', `${name} could not be resolved`, { cause }), ''),
      )
    }
  }

  #connector(
    origin: string,
    tls: TlsOptions | undefined,
    { lookup: only, direct }: Connecting = {},
  ): buildConnector.connector {
    const { connectTimeoutMs, keepAliveMs, dnsFamily } = this.#settings
    const unix = origin.startsWith('unix:')
    const { hostname, host } = new URL(originOf(origin, tls))
    const name = tls?.hostname ?? hostname.replace(/^\[|\]$/g, '')
    const connect = makeConnector({
      ...(direct === true && !origin.startsWith('https:') && tls === undefined && { onread: reading }),
      timeout: connectTimeoutMs,
      keepAlive: keepAliveMs !== undefined,
      ...(keepAliveMs !== undefined && { keepAliveInitialDelay: keepAliveMs }),
      ...families[dnsFamily],
      ...(only && { lookup: only }),
      ...(unix && { socketPath: origin.slice('unix:'.length) }),
      allowH2: tls?.alpn?.includes('h2') ?? false,
      preferH2: tls?.alpn?.[0] === 'h2',
      checkServerIdentity: (_, certificate) => identityProblem(name, certificate, tls),
      ...(tls && tlsConnection(tls)),
    })
    const secure = origin.startsWith('https:')
    const elsewhere = unix ? undefined : this.#settings.connectTo.get(withPort(host, secure))
    const place = elsewhere === undefined ? undefined : splitPort(elsewhere)
    // SNI and the name to verify are the configuration's, never those of a Host header that a client chose, and not those of
    // the place that `connectTo` names. An address has no SNI (RFC 6066 §3).
    const servername = isIP(name) === 0 ? name : ''
    const { connected } = this.#settings
    return (options, callback) => {
      const tlsWanted = options.protocol === 'https:'
      const began = performance.now()
      connect({ ...options, ...place, ...(tlsWanted && { servername, host: name }) }, (...result) => {
        if (result[0] === null) connected?.(tlsWanted ? 'tls' : 'plaintext', performance.now() - began)
        callback(...result)
      })
    }
  }
}

interface Connecting {
  /** How names are looked up; the system's way when absent. */
  readonly lookup?: LookupFunction
  /** For a pool of our own client. */
  readonly direct?: boolean
}

const originOf = (origin: string, tls: TlsOptions | undefined): string =>
  origin.startsWith('unix:') ? `${tls === undefined ? 'http' : 'https'}://localhost` : origin

/** URLs leave out a scheme's usual port; `connectTo` spells all of them. */
const withPort = (host: string, secure: boolean): string =>
  /:\d+$/.test(host) ? host : `${host}:${secure ? '443' : '80'}`

const pinnedLookup =
  (addresses: readonly LookupAddress[]): LookupFunction =>
  (_name, options, done) => {
    const [first] = addresses
    if (options.all === true) done(null, [...addresses])
    else if (first !== undefined) done(null, first.address, first.family)
  }

function splitPort(place: string): { readonly hostname: string; readonly port: string } {
  const colon = place.lastIndexOf(':')
  return { hostname: place.slice(0, colon).replace(/^\[|\]$/g, ''), port: place.slice(colon + 1) }
}

/** Why a certificate does not prove that its owner is who was meant, or `undefined` (RFC 9110 §4.3.4). */
export function identityProblem(
  name: string,
  certificate: PeerCertificate,
  tls: TlsOptions | undefined,
): Error | undefined {
  const problem = checkServerIdentity(name, certificate)
  if (problem === undefined || tls?.subjectAltNames === undefined) return problem
  const uris = (certificate.subjectaltname ?? '').split(', ')
  for (const other of tls.subjectAltNames) {
    if (other.includes('://') ? uris.includes(`URI:${other}`) : checkServerIdentity(other, certificate) === undefined)
      return undefined
  }
  return problem
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
    ...(tls.insecure === true && { rejectUnauthorized: false }),
    ...(tls.insecureHost === true && { checkServerIdentity: () => undefined }),
  }
}
