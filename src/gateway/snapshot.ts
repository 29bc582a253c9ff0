// One compiled configuration: frozen, walked by every request, disposed when the last of them has left.
import type { SecureContextOptions } from 'node:tls'
import type { MatchShape } from '../config/shape.ts'
import type { Entrance, RouteNames } from '../core/exchange.ts'
import { asFailure } from '../core/failure.ts'
import type { BackendHandler, Program, TargetState } from '../policy/policy.ts'
import type { Log } from '../telemetry/log.ts'
import { HostMap, hostOf } from './host.ts'
import type { Router } from './match.ts'
import type { Holder } from './state.ts'
import { portTerms, type Tls } from './tls.ts'

/** One backend of a route, with the policies of the backend phase. */
export interface RouteBackend {
  readonly handler: BackendHandler
  readonly program: Program
  readonly weight: number
}

export interface Route {
  readonly names: RouteNames
  readonly hostnames: readonly string[]
  readonly matches: readonly MatchShape[]
  readonly program: Program
  readonly backends: readonly RouteBackend[]
  readonly totalWeight: number
}

export interface Listener {
  readonly entrance: Entrance
  readonly hostname: string | undefined
  readonly tls: Tls | undefined
  /** Clients must show a certificate that the listener's roots have signed. */
  readonly clientCertificates?: boolean
  readonly program: Program
  readonly router: Router<Route>
}

/** All listeners of one port. */
export class Bind {
  readonly port: number
  readonly secure: boolean
  /** One of the listeners wants certificates of clients. */
  readonly mutual: boolean
  readonly listeners: readonly Listener[]
  readonly #hosts = new HostMap<Listener>()

  constructor(port: number, listeners: readonly Listener[]) {
    this.port = port
    this.secure = listeners.some(({ tls }) => tls !== undefined)
    this.mutual = listeners.some(({ clientCertificates }) => clientCertificates === true)
    this.listeners = listeners
    for (const listener of listeners) this.#hosts.get(listener.hostname, () => listener)
  }

  /** What the port offers before a client has named a host. */
  get tls(): SecureContextOptions {
    return portTerms(
      this.listeners.flatMap(({ tls }) => tls ?? []),
      this.listener('')?.tls,
    )
  }

  /** The listener for a host (an authority, or a server name of TLS). */
  listener(authority: string): Listener | undefined {
    return this.#hosts.find(hostOf(authority), () => true)
  }
}

export class Snapshot {
  readonly generation: number
  readonly binds: ReadonlyMap<number, Bind>
  readonly #holder: Holder
  readonly #log: Log
  #running = 0
  #retired = false

  constructor(generation: number, binds: ReadonlyMap<number, Bind>, holder: Holder, log: Log) {
    this.generation = generation
    this.binds = binds
    this.#holder = holder
    this.#log = log
  }

  /** It is the one in force from now on. */
  begin(): void {
    for (const handler of this.#handlers()) handler.begin?.()
  }

  /** Targets of all backends, as they are at this moment. */
  targets(): readonly TargetState[] {
    return [...this.#handlers()].flatMap((handler) => handler.targets?.() ?? [])
  }

  *#handlers(): Generator<BackendHandler> {
    for (const { listeners } of this.binds.values())
      for (const { router } of listeners)
        for (const { backends } of router.routes) for (const { handler } of backends) yield handler
  }

  /** An exchange walks this snapshot from now on, until it leaves. */
  enter(): void {
    this.#running++
  }

  leave(): void {
    if (--this.#running === 0 && this.#retired) this.#dispose()
  }

  /** No new exchanges come: dispose when the last one has left. */
  retire(): void {
    this.#retired = true
    if (this.#running === 0) this.#dispose()
  }

  #dispose(): void {
    // Nobody waits for an old configuration's end; what goes wrong there is said, not thrown.
    void this.#holder[Symbol.asyncDispose]().catch((thrown: unknown) => {
      this.#log.warn('an old configuration did not end cleanly', {
        generation: this.generation,
        error: asFailure(thrown).message,
      })
    })
  }
}

/** Chooses among weighted backends; `undefined` when none has a weight. */
export function pick(route: Route): RouteBackend | undefined {
  const { backends, totalWeight } = route
  if (backends.length === 1) return totalWeight > 0 ? backends[0] : undefined
  let point = Math.random() * totalWeight
  return backends.find(({ weight }) => weight > 0 && (point -= weight) < 0)
}
