// A gateway process while it runs: log, metrics and its own listeners around the gateway; reload and drain.
import path from 'node:path'
import { createAdmin } from '../admin/admin.ts'
import { Exposed } from '../admin/guard.ts'
import { jsonSchema } from '../config/json-schema.ts'
import type { Loaded } from '../config/load.ts'
import { type Located, pathText } from '../config/problems.ts'
import type { Address, Shape } from '../config/shape.ts'
import { type FileWatch, watchFiles } from '../config/watch.ts'
import { asFailure } from '../core/failure.ts'
import type { Store } from '../core/store.ts'
import { version } from '../core/version.ts'
import { Gateway, Refused } from '../gateway/gateway.ts'
import { parts } from '../gateway/parts.ts'
import { GrantBook } from '../oauth/facade/book.ts'
import { LoginBook } from '../oauth/upstream/book.ts'
import type { Pages } from '../policy/policy.ts'
import { ApprovalBook } from '../store/approvals.ts'
import { StoreAt } from '../store/open.ts'
import { type AccessLog, createAccessLog } from '../telemetry/access-log.ts'
import { DecisionLog } from '../telemetry/decisions.ts'
import { Judgements } from '../telemetry/judgements.ts'
import { createLog, levels, type TunableLog } from '../telemetry/log.ts'
import { createMetrics, type GatewayMetrics } from '../telemetry/metrics.ts'
import { Sink } from '../telemetry/sink.ts'
import { listenReadiness, listenStats } from '../telemetry/stats.ts'
import { CommandError, exit, type Io } from './command.ts'
import { Guards } from './guards.ts'
import type { Origin } from './origin.ts'
import { documentLines, shieldLines, targetLine } from './runtime.ts'

/** What a run brings along. */
export interface RunContext {
  readonly io: Io
  readonly origin: Origin
  readonly load: () => Promise<Loaded>
  readonly files: { readonly names: ReadonlySet<string>; readonly read: (name: string) => Buffer | undefined }
  readonly connectTo: ReadonlyMap<string, string>
}

/** Addresses that really are open; `undefined`: switched off. `ports`: configured → open. */
export interface Addresses {
  readonly ports: ReadonlyMap<number, number>
  readonly admin: string | undefined
  readonly stats: string | undefined
  readonly readiness: string | undefined
}

export class Running implements AsyncDisposable {
  readonly #context: RunContext
  readonly #sink = new Sink({ fd: 2, dropped: () => this.#metrics.limitHit('logQueue') })
  readonly #log: TunableLog
  readonly #accessLog: AccessLog
  readonly #guards: Guards
  readonly #judgements = new Judgements()
  readonly #metrics: GatewayMetrics
  readonly #quit = new AbortController()
  /** What to end, in the order of opening; ended from the last to the first. */
  readonly #opened: AsyncDisposable[] = []
  #gateway: Gateway | undefined
  #made: Pages | undefined
  #watch: FileWatch | undefined
  #ready = false
  addresses: Addresses = { ports: new Map(), admin: undefined, stats: undefined, readiness: undefined }

  private constructor(shape: Shape, context: RunContext) {
    const { format } = shape.accessLog
    this.#context = context
    this.#opened.push(this.#sink)
    const level = levels.find((known) => known === shape.logLevel) ?? 'info'
    this.#log = createLog({ format, level, write: this.#sink.write })
    this.#accessLog = createAccessLog({ format, write: this.#sink.write })
    this.#guards = new Guards(this.#log)
    this.#opened.push(this.#guards)
    this.#metrics = createMetrics({ version, removed: shape.metricsRemoved })
  }

  /** Opens everything or nothing. Rejects with Refused (configuration), or a CommandError that names the address. */
  static async start(shape: Shape, context: RunContext): Promise<Running> {
    const running = new Running(shape, context)
    try {
      await running.#open(shape)
      return running
    } catch (thrown) {
      await running[Symbol.asyncDispose]()
      throw thrown
    }
  }

  /** Serves until the process is told to stop; then drains within the grace period. */
  async serve(): Promise<void> {
    const stop = AbortSignal.any([this.#context.io.signal, this.#quit.signal])
    // With every address off nothing else keeps the process alive, and the next reload may open one.
    const alive = setInterval(() => undefined, 3_600_000)
    if (!stop.aborted)
      await new Promise<void>((resolve) => stop.addEventListener('abort', () => resolve(), { once: true }))
    clearInterval(alive)
    this.#ready = false
    const { terminationGraceMs } = this.#running().shape
    this.#log.info('draining', { grace: `${terminationGraceMs}ms` })
    await this.#running().drain(AbortSignal.timeout(terminationGraceMs))
    this.#log.info('stopped')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ready = false
    for (const open of this.#opened.splice(0).toReversed()) await open[Symbol.asyncDispose]()
  }

  #running(): Gateway {
    if (this.#gateway === undefined) throw new CommandError(exit.unasked, 'the gateway has not been started')
    return this.#gateway
  }

  async #open(shape: Shape): Promise<void> {
    const { origin, connectTo, files } = this.#context
    const decisions = await opening('config.decisionLog', async () => this.#decisions(shape))
    const store = this.#store(shape)
    const gateway = await opening('a data port', () =>
      Gateway.start(shape, {
        log: this.#log,
        metrics: this.#metrics,
        accessLog: this.#accessLog,
        warm: origin.quickStart, // its upstreams are ours, and start with us
        connectTo,
        read: files.read,
        store,
        pages: this.#pages,
        judgements: this.#judgements,
        ...(decisions !== undefined && { decisions }),
        ...(origin.quickStart && { host: 'localhost' }),
      }),
    )
    this.#gateway = gateway
    this.#opened.push(gateway)
    const stats = await this.#listen('config.statsAddr', shape.stats, (address) => listenStats(address, this.#metrics))
    const readiness = await this.#listen('config.readinessAddr', shape.readiness, (address) =>
      listenReadiness(address, () => this.#ready && this.#guards.proved),
    )
    await this.#watchFiles()
    this.#context.io.onHangup?.(() => {
      decisions?.reopen()
      void this.#reload()
    })
    this.#ready = true
    void this.#guards.follow(shape) // its failures are in the log, and in what readiness says
    const admin = await this.#listen('config.adminAddr', shape.admin, (address) => this.#admin(address, store))
    this.addresses = { ports: gateway.ports, admin, stats, readiness }
  }

  /** Opened once, and held until the end: a reload changes nothing about it. */
  #decisions({ decisionLog }: Shape): DecisionLog | undefined {
    if (decisionLog === undefined) return undefined
    const log = new DecisionLog({
      ...decisionLog,
      file: path.resolve(this.#context.io.cwd, decisionLog.file),
      dropped: () => this.#metrics.limitHit('decisionQueue'),
      failed: ({ message }) => this.#log.error('the decision log cannot be begun anew', { error: message }),
    })
    this.#opened.push(log)
    return log
  }

  /** Beside the configuration unless it says where; opened only if something is to be kept. */
  #store({ store: { url, keys } }: Shape): () => Promise<Store> {
    const { origin, io } = this.#context
    const usual = origin.file === undefined ? undefined : path.join(path.dirname(origin.file), '.toolgate', 'store.db')
    const kept = new StoreAt({ url: url ?? usual, folder: io.cwd, keys })
    this.#opened.push(kept)
    let warned = url !== undefined || usual !== undefined
    return () => {
      if (!warned)
        this.#log.warn('logins and approvals are kept in memory and end with the process: set config.database.url')
      warned = true
      return kept.open()
    }
  }

  // Express is loaded by the first page that somebody looks at.
  readonly #pages: Pages = async (page, status) => {
    this.#made ??= (await import('../admin/facade.ts')).createPages()
    return this.#made(page, status)
  }

  async #listen<T extends AsyncDisposable & { readonly url: string }>(
    key: string,
    address: Address,
    open: (address: Exclude<Address, undefined>) => Promise<T | undefined>,
  ): Promise<string | undefined> {
    if (address === undefined) return undefined
    const listening = await opening(key, () => open(address))
    if (listening !== undefined) this.#opened.push(listening)
    return listening?.url
  }

  async #admin(
    address: Exclude<Address, undefined>,
    store: () => Promise<Store>,
  ): Promise<AsyncDisposable & { readonly url: string }> {
    const gateway = this.#running()
    return createAdmin({
      address,
      version,
      log: this.#log,
      runtime: () => ({
        generation: gateway.generation,
        ready: this.#ready,
        binds: gateway.shape.binds.map(({ name, listeners }) => ({
          name,
          listeners: listeners.map((listener) => listener.name),
        })),
        targets: gateway.targets().map(targetLine),
      }),
      documents: () => documentLines(gateway.targets()),
      shield: () => shieldLines(this.#judgements.all(), gateway.targets()),
      config: () => ({ ...gateway.shape, sessionKey: undefined, cookieSecret: undefined }),
      schema: () => jsonSchema(parts),
      approvals: new ApprovalBook(store),
      logins: new LoginBook(store),
      grants: new GrantBook(store),
      level: { get: () => this.#log.level, set: (level) => (this.#log.level = level) },
      quit: () => this.#quit.abort(),
    })
  }

  async #watchFiles(): Promise<void> {
    const { origin, files } = this.#context
    if (origin.file === undefined) return
    const watch = await watchFiles([origin.file, ...files.names], () => void this.#reload())
    this.#watch = watch
    this.#opened.push(watch)
  }

  /** Takes over what the files say now, or keeps what runs and says why. Never rejects. */
  async #reload(): Promise<void> {
    const { origin, files, load } = this.#context
    let place: Loaded['place'] = () => []
    try {
      const loaded = await load()
      place = loaded.place
      if (loaded.shape === undefined) return this.#broken(inTheWay(loaded.problems))
      await this.#running().replace(loaded.shape)
      if (origin.file !== undefined) await this.#watch?.files([origin.file, ...files.names])
      this.#metrics.configSynchronized(true)
      void this.#guards.follow(loaded.shape)
      this.#log.info('configuration reloaded', { generation: this.#running().generation })
    } catch (thrown) {
      this.#broken(thrown instanceof Refused ? inTheWay(place(thrown.problems)) : [asFailure(thrown).message])
    }
  }

  #broken(reasons: readonly string[]): void {
    this.#metrics.configSynchronized(false)
    for (const reason of reasons) this.#log.error('Failed to reload config', { error: reason })
  }
}

/** Each error with its place and its remedy; notes and warnings beside them would hide what stands in the way. */
const inTheWay = (problems: readonly Located[]): readonly string[] =>
  problems
    .filter(({ severity }) => severity === 'error')
    .map(({ file, line, column, path: at, message, hint }) =>
      [`${file}:${line}:${column}`, pathText(at), message, hint !== undefined && `(${hint})`].filter(Boolean).join(' '),
    )

const openingHints = new Map([
  ['EADDRINUSE', 'end the program that has the port, or configure another one'],
  ['EACCES', 'choose an address this user may open'],
])

async function opening<T>(what: string, open: () => Promise<T>): Promise<T> {
  try {
    return await open()
  } catch (thrown) {
    if (thrown instanceof Exposed) throw new CommandError(exit.no, thrown.message, { cause: thrown })
    // Only what the system says: anything else is a mistake of ours, and needs its stack.
    if (thrown instanceof Error && 'syscall' in thrown) {
      const hint = openingHints.get('code' in thrown ? String(thrown.code) : '') ?? 'choose another address'
      throw new CommandError(exit.unasked, `cannot open ${what}: ${thrown.message}`, { hint, cause: thrown })
    }
    throw thrown
  }
}
