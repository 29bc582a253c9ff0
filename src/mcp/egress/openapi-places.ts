// Where the requests of a document's tools go: hosts that the configuration names, and public ones that only the document does.
import { isIP } from 'node:net'
import type { Dispatcher, Pool } from 'undici'
import type { Who } from '../../core/exchange.ts'
import { Failure } from '../../core/failure.ts'
import { addressKind } from '../../http/address.ts'
import { credentialed } from '../../http/outbound.ts'
import type { Tool } from '../../openapi/tool.ts'
import type { Credentials } from '../../policy/policy.ts'
import { withFields } from './headers.ts'
import type { Place } from './place.ts'
import type { TargetSite } from './site.ts'

/** A place, and a pool whose requests prove who asks. */
export interface Route {
  readonly origin: string
  /** Stands before the paths of a document that has no base path of its own. */
  readonly prefix: string
  readonly pool: Dispatcher
}

export interface PlacesOptions {
  readonly site: Pick<TargetSite, 'pools' | 'tls' | 'fields'>
  /** The target's own host; `undefined`: the document says where. */
  readonly place: Place | undefined
  /** Hosts that the configuration names (`servers.allow`). */
  readonly named: readonly string[]
  /** Where the document itself comes from; another port or scheme there is another place. */
  readonly home: string | undefined
  /** What proves to every server of the target who asks (`backendAuth`). */
  readonly credentials: Credentials | undefined
  /** Security schemes of the document whose credential has to be got first. */
  readonly proofs: ReadonlyMap<string, Credentials>
}

type Located = Pick<Tool, 'server' | 'security'>

export class Places implements AsyncDisposable {
  readonly #options: PlacesOptions
  readonly #routes = new Map<string, Route>()
  readonly #byTool = new WeakMap<Located, Route>()
  readonly #guarded = new Map<string, Pool>()

  constructor(options: PlacesOptions) {
    this.#options = options
  }

  /** Where the requests of a tool go. Throws `upstream.forbidden` for a place inside that only the document names. */
  of(tool: Located): Route {
    const known = this.#byTool.get(tool)
    if (known !== undefined) return known
    const { server, security = [] } = tool
    const { proofs } = this.#options
    const schemes = proofs.size === 0 ? [] : security.filter((name) => proofs.has(name))
    const key = `${server.origin ?? ''} ${server.path === '' ? '/' : ''}${JSON.stringify(schemes)}`
    let route = this.#routes.get(key)
    if (route === undefined) this.#routes.set(key, (route = this.#made(server, schemes)))
    this.#byTool.set(tool, route)
    return route
  }

  /** Whether the configuration itself names the host of an address. */
  names(origin: string): boolean {
    const { host, hostname } = new URL(origin)
    const { named, home } = this.#options
    return origin === home || named.includes(host) || named.includes(hostname)
  }

  /** Why nothing may be sent to an address that a document names; `undefined`: it may, as far as can be told from its text. */
  forbidden(origin: string): string | undefined {
    const { credentials, proofs, site } = this.#options
    if (this.names(origin) || site.pools.redirects(origin)) return undefined
    const { protocol, host, hostname } = new URL(origin)
    const hint = 'write it as `host`, or list it in `servers.allow`'
    if (credentials !== undefined || proofs.size > 0)
      return `the document says that its server is ${host}, which would be given this target's credentials: ${hint}`
    if (protocol !== 'https:' && !site.pools.strangersOnLoopback)
      return `the document says that its server is ${host}, by http: ${hint}`
    const address = hostname.replace(/^\[|\]$/g, '')
    const kind = isIP(address) === 0 ? 'public' : addressKind(address)
    return kind === 'public' || (kind === 'loopback' && site.pools.strangersOnLoopback)
      ? undefined
      : `the document says that its server is ${host}, a ${kind} address: ${hint}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#guarded.values()].map((pool) => pool.destroy()))
    this.#guarded.clear()
  }

  #made(server: Tool['server'], schemes: readonly string[]): Route {
    const { place, site, credentials, proofs } = this.#options
    const origin = server.origin ?? place?.origin
    if (origin === undefined)
      throw new Failure('backend.none', 'neither the configuration nor the document names a host')
    const bare =
      server.origin === undefined && place !== undefined ? place.pool : withFields(this.#pool(origin), site.fields)
    const prefix = server.origin === undefined && server.path === '' ? basePath(place?.path ?? '') : ''
    let pool = bare
    for (const proof of [credentials, ...schemes.map((name) => proofs.get(name))]) {
      if (proof === undefined) continue
      pool = credentialed(pool, { origin, apply: (request, who: Who | undefined) => proof.apply(request, who) })
    }
    return { origin, prefix, pool }
  }

  #pool(origin: string): Dispatcher {
    const why = this.forbidden(origin)
    if (why !== undefined) throw new Failure('upstream.forbidden', why)
    const { pools, tls } = this.#options.site
    const secure = origin.startsWith('https:') ? tls : undefined
    return this.names(origin) ? pools.pool(origin, secure) : this.#guard(origin)
  }

  #guard(origin: string): Pool {
    let pool = this.#guarded.get(origin)
    if (pool === undefined) this.#guarded.set(origin, (pool = this.#options.site.pools.guarded(origin)))
    return pool
  }
}

const basePath = (path: string): string => path.replace(/[?#].*$/s, '').replace(/\/+$/, '')
