// A running gateway: ports, the current snapshot, and the way from one configuration to the next.
import { randomBytes } from 'node:crypto'
import { pathText } from '../config/problems.ts'
import type { Shape } from '../config/shape.ts'
import type { Problem } from '../core/module.ts'
import type { Store } from '../core/store.ts'
import { defaultPoolSettings, Pools } from '../http/pools.ts'
import type { Pages } from '../policy/policy.ts'
import type { AccessLog } from '../telemetry/access-log.ts'
import type { Decisions } from '../telemetry/decisions.ts'
import type { Judgements } from '../telemetry/judgements.ts'
import type { Log } from '../telemetry/log.ts'
import type { GatewayMetrics } from '../telemetry/metrics.ts'
import { compile } from './compile.ts'
import { Port } from './listen.ts'
import type { Snapshot } from './snapshot.ts'
import { Keeper } from './state.ts'
import { type TargetFacts, targetsOf } from './targets.ts'

/** What a gateway gets from the process around it. */
export interface GatewayOptions {
  readonly log: Log
  readonly metrics: GatewayMetrics
  readonly accessLog: AccessLog
  /** Outbound connections that go elsewhere than the configuration says (`--connect-to`). */
  readonly connectTo?: ReadonlyMap<string, string>
  /** Address of all data ports; every address when absent. */
  readonly host?: string
  /** Upstreams are read before the first request wants them. */
  readonly warm?: boolean
  /** Reads a file that the configuration names. */
  readonly read: (file: string) => Buffer | undefined
  /** Where state is kept that outlives the process; in memory when absent. */
  readonly store?: () => Promise<Store>
  /** Makes pages for people. */
  readonly pages?: Pages
  /** Told of each decision on authorization. */
  readonly decisions?: Decisions
  /** Told what is thought of definitions. */
  readonly judgements?: Judgements
}

/** The configuration cannot run; nothing has changed. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    super(problems.map(({ message }) => message).join('; '))
    this.problems = problems
  }
}

export class Gateway implements AsyncDisposable {
  readonly #options: GatewayOptions
  readonly #pools: Pools
  readonly #sealKey: Buffer
  readonly #keeper = new Keeper()
  readonly #ports = new Map<number, Port>()
  /** Configured port → the port that is really open (they differ for port 0). */
  readonly ports = new Map<number, number>()
  #snapshot: Snapshot
  #shape: Shape
  #turn: Promise<unknown> = Promise.resolve()

  private constructor(
    options: GatewayOptions,
    shape: Shape,
    first: { snapshot: Snapshot; pools: Pools; sealKey: Buffer; keeper: Keeper },
  ) {
    this.#options = options
    this.#shape = shape
    this.#snapshot = first.snapshot
    this.#pools = first.pools
    this.#sealKey = first.sealKey
    this.#keeper = first.keeper
  }

  /** Compiles, opens every port, and serves. Rejects with Refused, or with what kept a port from opening. */
  static async start(shape: Shape, options: GatewayOptions): Promise<Gateway> {
    const pools = new Pools({
      ...defaultPoolSettings,
      connectTimeoutMs: shape.limits.upstreamConnectMs,
      idleTimeoutMs: shape.pool.idleTimeoutMs,
      maxConnections: shape.pool.maxSize,
      keepAliveMs: shape.pool.keepAliveMs,
      dnsFamily: shape.dnsFamily,
      strangersOnLoopback: shape.strangersOnLoopback,
      connectTo: options.connectTo ?? new Map(),
      connected: options.metrics.upstreamConnected.bind(options.metrics),
    })
    const keeper = new Keeper()
    const sealKey = shape.sessionKey ?? randomBytes(32)
    try {
      const snapshot = await compiled(shape, { ...options, generation: 1, pools, keeper, sealKey }, options.host)
      const gateway = new Gateway(options, shape, { snapshot, pools, sealKey, keeper })
      await gateway.#open(snapshot, shape)
      return gateway
    } catch (thrown) {
      await keeper[Symbol.asyncDispose]()
      await pools[Symbol.asyncDispose]()
      throw thrown
    }
  }

  get generation(): number {
    return this.#snapshot.generation
  }

  get shape(): Shape {
    return this.#shape
  }

  /** What the targets are at this moment. */
  targets(): readonly TargetFacts[] {
    return targetsOf(this.#shape, this.#snapshot.targets())
  }

  /** Moves to another configuration: one assignment, between two requests. On rejection the old one goes on as if nothing had been asked. */
  replace(shape: Shape): Promise<void> {
    const next = this.#turn.then(() => this.#replace(shape))
    this.#turn = next.catch(() => undefined) // the caller hears of it; the next turn must come all the same
    return next
  }

  /** Stops accepting and lets running calls finish until the signal cuts them off. */
  async drain(deadline: AbortSignal): Promise<void> {
    await Promise.all([...this.#ports.values()].map((port) => port.drain(deadline)))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain(AbortSignal.abort())
    // Before the snapshot, whose things end behind its back: what has to be written is written when this is over.
    await this.#keeper[Symbol.asyncDispose]()
    this.#snapshot.retire()
    await this.#pools[Symbol.asyncDispose]()
  }

  async #replace(shape: Shape): Promise<void> {
    const old = this.#snapshot
    const context = { pools: this.#pools, keeper: this.#keeper, sealKey: this.#sealKey }
    const options = { ...this.#options, ...context, generation: old.generation + 1 }
    const next = await compiled(shape, options, this.#options.host)
    try {
      await this.#open(next, shape)
    } catch (thrown) {
      next.retire()
      throw thrown
    }
    this.#snapshot = next
    this.#shape = shape
    for (const port of this.#ports.values()) port.renewed()
    next.begin()
    old.retire()
    for (const [number, port] of this.#ports) {
      if (next.binds.has(number)) continue
      this.#ports.delete(number)
      this.ports.delete(number)
      // A removed port drains behind the scenes; its end is nobody's concern but its clients'.
      void port.drain(AbortSignal.timeout(shape.terminationGraceMs))
    }
  }

  /** Opens the ports of a snapshot that are not open yet: all or none. */
  async #open(snapshot: Snapshot, shape: Shape): Promise<void> {
    const opened: number[] = []
    try {
      for (const [number, bind] of snapshot.binds) {
        const running = this.#ports.get(number)
        if (running?.secure === bind.secure && running.mutual === bind.mutual) continue
        // A port that changes between HTTP, HTTPS and mutual TLS has to be let go before it can be taken.
        if (running !== undefined) void running.drain(AbortSignal.timeout(shape.terminationGraceMs))
        const port = new Port({
          port: number,
          host: this.#options.host ?? (shape.ipv6 ? undefined : '0.0.0.0'),
          secure: bind.secure,
          mutual: bind.mutual,
          limits: shape.limits,
          maxConnectionMs: shape.frontend.maxConnectionMs,
          snapshot: () => this.#snapshot,
          accessLog: this.#options.accessLog,
          log: this.#options.log,
          metrics: this.#options.metrics,
        })
        this.ports.set(number, await port.listen())
        this.#ports.set(number, port)
        opened.push(number)
      }
    } catch (thrown) {
      for (const number of opened) {
        void this.#ports.get(number)?.drain(AbortSignal.abort())
        this.#ports.delete(number)
        this.ports.delete(number)
      }
      throw thrown
    }
  }
}

const OPEN = 'without mcpAuthorization all tools of these routes are for everybody who reaches them'

async function compiled(
  shape: Shape,
  context: Parameters<typeof compile>[1],
  host: string | undefined,
): Promise<Snapshot> {
  const { snapshot, problems, open } = await compile(shape, context)
  if (problems.every(({ severity }) => severity !== 'error')) {
    // Notes are for `validate`: what may well be meant would only hide, at every start, what is not.
    for (const { message, path, hint, severity } of problems)
      if (severity !== 'note') context.log.warn(message, { at: pathText(path), hint })
    // On `localhost` everybody is whoever works here, and the quick start is for trying things.
    if (open.size > 0 && host !== 'localhost') context.log.warn(OPEN, { routes: [...open.keys()].join(', ') })
    return snapshot
  }
  snapshot.retire()
  throw new Refused(problems)
}
