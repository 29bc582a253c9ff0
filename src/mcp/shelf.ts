// What one upstream offers: one conversation that reads its lists whole, keeps the last good ones and hears of changes.

import type { RawJson, TargetName } from '../core/brand.ts'
import type { Who } from '../core/exchange.ts'
import { Failure } from '../core/failure.ts'
import { loginNeeded } from '../oauth/upstream/needed.ts'
import type { Connection, Hello, Peer, Upstream } from './conversation.ts'
import { namedFailure } from './errors.ts'
import {
  changedKinds,
  type Listing,
  type ListKind,
  listKinds,
  lists,
  nothingListed,
  type Page,
  samePages,
} from './offers.ts'
import { gateway, readerFor } from './principals.ts'
import { listingOf, type Reading, readPages } from './reading.ts'
import { ageOf, closed, emptySlot, type Reader, type ShelfOptions, type Slot, shelfPeer } from './shelf-parts.ts'

/** Who wants to know when the shelf has something else than before. */
export interface Watcher {
  /** A list is new, or the server said other things of itself. */
  changed(kind: ListKind | 'hello'): void
  /** Someone is listening right now: a lost or silent upstream is worth dialling again. */
  wanted(): boolean
}

export type Stage = ListKind | 'hello'

/** Notifications come in flocks: one reading answers all that arrive in this time. */
const DEBOUNCE_MS = 100
const GAP_MS = 500
const FIRST_RETRY_MS = 500
const LAST_RETRY_MS = 30_000
/** How soon a request that cannot be answered without this upstream may dial it again. */
const URGENT_MS = 1_000
/** A conversation that nobody needs is ended, so that servers which run on demand can stop. */
const IDLE_MS = 120_000

export class Shelf implements AsyncDisposable {
  readonly target: TargetName
  readonly upstream: Upstream
  readonly personal: boolean
  readonly #options: ShelfOptions
  readonly #peer: Peer
  readonly #reading: Reading
  readonly #slots: Record<ListKind, Slot> = {
    tool: emptySlot(),
    prompt: emptySlot(),
    resource: emptySlot(),
    template: emptySlot(),
  }
  readonly #watchers = new Set<Watcher>()
  readonly #common: Shelf | undefined
  readonly #waiters = new Set<() => void>()
  #hello: Hello | undefined = undefined
  #failure: Failure | undefined = undefined
  #connection: Connection | undefined = undefined
  #running = false
  #startedAt = 0
  #endedAt = 0
  #readAt = 0
  #failures = 0
  #pokedAt = 0
  #idle: NodeJS.Timeout | undefined = undefined
  #timer: NodeJS.Timeout | undefined = undefined
  readonly #ended = new AbortController()
  readonly #unwatch: readonly (() => void)[]

  constructor(options: ShelfOptions) {
    this.#options = options
    this.upstream = options.upstream
    this.target = options.upstream.target
    this.personal = options.personal === true
    const { limits, log, metrics, reader } = options
    this.#peer = {
      ...shelfPeer(options.version),
      principal: reader === undefined ? gateway : readerFor(reader.principal),
      get who() {
        return reader?.who()
      },
      notification: (method) => this.changed(changedKinds(method)),
      lost: (cause) => this.#lost(cause),
    }
    const changed = (method: string): void => this.changed(changedKinds(method))
    this.#common = reader?.common
    const offered = (): number | undefined => this.listing('tool')?.offers.length
    this.#unwatch = reader === undefined ? [metrics.targetTools(this.target, offered)] : this.#followed(reader)
    this.#reading = { target: this.target, limits, log, metrics, signal: this.#ended.signal, notification: changed }
  }

  #followed({ common, principal }: Reader): (() => void)[] {
    const changed = (what: ListKind | 'hello'): void => {
      if (!this.#hasOwn(what)) this.#tell(what)
    }
    const login = this.upstream.credentials?.login.watch((who) => {
      if (who === principal) this.#again()
    })
    return [common.watch({ changed, wanted: () => false }), ...(login === undefined ? [] : [login])]
  }

  /** What the same upstream lists for one principal. It is ended by whoever asked for it. */
  of(principal: string, who: () => Who | undefined): Shelf {
    return new Shelf({ ...this.#options, reader: { principal, who, common: this } })
  }

  /** What the server said of itself when it was last reached. */
  get hello(): Hello | undefined {
    return this.#hello ?? this.#common?.hello ?? this.#options.standIn?.hello
  }

  /** The last good list; `undefined`: the target has never answered. */
  listing(kind: ListKind): Listing | undefined {
    return this.#known(kind) ?? this.#options.standIn?.listing(kind)
  }

  /** Whether a stage has ever been answered. */
  has(stage: Stage): boolean {
    return this.#hasRead(stage) || (this.#options.standIn !== undefined && this.#failures > 0)
  }

  /** Something stands in for what the upstream would list. */
  standsIn(stage: Stage): boolean {
    return this.#options.standIn !== undefined && !this.#hasRead(stage)
  }

  #hasRead(stage: Stage): boolean {
    return this.#hasOwn(stage) || (this.#common !== undefined && this.#common.#hasOwn(stage))
  }

  #known(kind: ListKind): Listing | undefined {
    return this.#slots[kind].listing ?? (this.#common && this.#common.#slots[kind].listing)
  }

  #hasOwn(stage: Stage): boolean {
    return stage === 'hello' ? this.#hello !== undefined : this.#slots[stage].listing !== undefined
  }

  /** Why the last attempt at a stage failed; `undefined`: it did not, or has not ended. */
  failed(stage: Stage): Failure | undefined {
    return stage === 'hello' ? this.#failure : (this.#slots[stage].failure ?? this.#failure)
  }

  /** Why a stage has no answer. */
  failure(stage: Stage): Failure {
    const step = stage === 'hello' ? 'initialize' : lists[stage].method
    return (
      this.failed(stage) ?? new Failure('mcp.target', `target ${this.target}: ${step} has not been answered in time`)
    )
  }

  watch(watcher: Watcher): () => void {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  /**
   * Starts reading what is missing, aged or said to have changed, unless it is being read already or failed a moment ago.
   * `urgent`: somebody cannot be answered without it.
   */
  poke(urgent = false): void {
    const now = Date.now()
    this.#pokedAt = now
    if (this.#options.standIn !== undefined) this.#common?.poke(urgent)
    if (this.#timer !== undefined && !urgent) return
    const rest = this.#failures === 0 ? 0 : this.#endedAt + (urgent ? URGENT_MS : this.#backOff()) - now
    if (rest <= 0) this.#due(now)
    // Who came after the failure waits for the recovery as well: nobody else may ever ask again.
    else if (this.#isWanted()) this.#later(rest)
  }

  /** Starts reading when there is anything to read. */
  #due(now: number): void {
    if (this.#running || this.#ended.signal.aborted) return
    for (const kind of listKinds) if (now - this.#readAt > ageOf(this.#slots[kind])) this.#slots[kind].stale = true
    if (listKinds.some((kind) => this.#slots[kind].stale)) this.#start()
  }

  /** There is new reason to believe that it can be read. */
  #again(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#failures = 0
    for (const kind of listKinds) this.#slots[kind].stale = true
    this.#due(Date.now())
  }

  /** Lists that are no longer what they were. */
  changed(kinds: readonly ListKind[]): void {
    if (kinds.length === 0) return
    for (const kind of kinds) this.#slots[kind].stale = true
    // Never reached: the first reading will be the newest.
    if (this.#hello !== undefined) this.#later(this.#pause())
  }

  /**
   * Waits until a stage is answered or failed, but no longer than the list budget, counted from when reading began.
   * `urgent`: also for an upstream that has failed before.
   */
  async settle(stage: Stage, urgent: boolean): Promise<void> {
    const common = this.#options.standIn === undefined ? undefined : this.#common
    await Promise.all([this.#settled(stage, urgent), common?.settle(stage, urgent)])
  }

  async #settled(stage: Stage, urgent: boolean): Promise<void> {
    const failedBefore = this.#failures > 0
    this.poke(urgent)
    if (this.#hasRead(stage) || !this.#running || (failedBefore && !urgent)) return
    const left = this.#options.limits.listBudgetMs - (Date.now() - this.#startedAt)
    if (left <= 0) return
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        this.#waiters.delete(check)
        resolve()
      }
      const check = (): void => {
        if (this.#hasRead(stage) || !this.#running) done()
      }
      const timer = setTimeout(done, left)
      this.#waiters.add(check)
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort(new Failure('mcp.target', `target ${this.target}: the configuration has ended`))
    clearTimeout(this.#timer)
    clearTimeout(this.#idle)
    this.#watchers.clear()
    const connection = this.#connection
    this.#connection = undefined
    for (const unwatch of this.#unwatch) unwatch()
    await connection?.[Symbol.asyncDispose]()
    if (this.#options.reader === undefined) await this.upstream[Symbol.asyncDispose]()
  }

  /** Before the next reading: a server that calls every reading a change must not keep us busy. */
  #pause(): number {
    if (this.#failures > 0) return this.#backOff()
    return Math.max(DEBOUNCE_MS, this.#startedAt + GAP_MS - Date.now())
  }

  #backOff(): number {
    return Math.min(FIRST_RETRY_MS * 2 ** (this.#failures - 1), LAST_RETRY_MS)
  }

  #later(ms: number): void {
    if (this.#timer !== undefined || this.#ended.signal.aborted) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      // Not `poke`: a timer may fire a moment before the clock says so, and its back-off would then end the retrying.
      this.#due(Date.now())
    }, ms)
    this.#timer.unref()
  }

  #watchIdle(): void {
    this.#idle ??= setTimeout(() => {
      this.#idle = undefined
      const connection = this.#connection
      if (connection === undefined || this.#ended.signal.aborted) return
      if (this.#running || this.#isWanted() || Date.now() - this.#pokedAt < IDLE_MS) return this.#watchIdle()
      this.#connection = undefined
      void closed(connection, this.target, this.#options.log) // the next reading opens another one
    }, IDLE_MS).unref()
  }

  #start(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#running = true
    this.#startedAt = Date.now()
    void this.#read().finally(() => {
      this.#running = false
      this.#endedAt = Date.now()
      this.#progress()
      if (this.#failures > 0) {
        if (this.#isWanted()) this.#later(this.#backOff())
      } else if (listKinds.some((kind) => this.#slots[kind].stale)) this.#later(this.#pause())
    }) // its failures are kept for those who ask
  }

  /** One round: a conversation if there is none, then every stale list. */
  async #read(): Promise<void> {
    try {
      const connection = await this.#connected()
      const stale = listKinds.filter((kind) => this.#slots[kind].stale)
      const results = await Promise.all(stale.map((kind) => this.#refresh(connection, kind)))
      if (results.every(Boolean)) {
        this.#failures = 0
        this.#readAt = Date.now()
      } else this.#failures++
    } catch (thrown) {
      this.#failed(namedFailure(this.target, 'initialize', thrown))
    }
  }

  #failed(failure: Failure): void {
    if (this.#ended.signal.aborted) return
    const { log } = this.#options
    const usual = loginNeeded(failure) !== undefined || this.#options.standIn !== undefined
    if (this.#failures++ === 0 && !usual)
      log.warn('a target cannot be reached', { target: this.target, error: failure.message })
    else log.debug('a target still cannot be reached', { target: this.target, error: failure.message })
    this.#failure = failure
  }

  async #connected(): Promise<Connection> {
    if (this.#connection !== undefined) {
      this.#greeted(this.#connection.hello) // the server may have been replaced
      return this.#connection
    }
    await this.#options.standIn?.ready
    const connection = await this.upstream.connect(this.#peer, this.#ended.signal)
    if (this.#ended.signal.aborted) {
      await connection[Symbol.asyncDispose]()
      throw this.#ended.signal.reason
    }
    this.#connection = connection
    this.#watchIdle()
    if (this.#failure !== undefined) this.#options.log.info('a target is back', { target: this.target })
    this.#failure = undefined
    for (const kind of listKinds) this.#slots[kind].stale = true
    this.#greeted(connection.hello)
    this.#progress()
    return connection
  }

  #greeted(hello: Hello): void {
    const same = this.#hello?.raw === hello.raw
    this.#hello = hello
    if (!same) this.#tell('hello')
    if (!same) this.#learnt('hello', [hello.raw])
  }

  #lost(cause: Error): void {
    if (this.#connection === undefined || this.#ended.signal.aborted) return
    this.#connection = undefined
    this.#options.log.debug('a catalog conversation was lost', { target: this.target, error: cause.message })
    for (const kind of listKinds) this.#slots[kind].stale = true
    if (this.#isWanted()) this.#later(FIRST_RETRY_MS)
  }

  /** Reads one list whole. `false`: it could not be read, and the last good one stays. */
  async #refresh(connection: Connection, kind: ListKind): Promise<boolean> {
    const slot = this.#slots[kind]
    slot.stale = false // set again by a notification that arrives while we read
    try {
      const pages =
        lists[kind].capability in connection.hello.capabilities ? await readPages(connection, kind, this.#reading) : []
      slot.failure = undefined
      this.#put(kind, pages)
      return true
    } catch (thrown) {
      slot.stale = true
      slot.failure = namedFailure(this.target, lists[kind].method, thrown)
      if (!this.#ended.signal.aborted)
        this.#options.log.warn('a list could not be read', { target: this.target, error: slot.failure.message })
      return false
    } finally {
      this.#progress()
    }
  }

  #put(kind: ListKind, pages: readonly Page[]): void {
    const slot = this.#slots[kind]
    const before = this.#known(kind)
    // What is the same for everybody is kept once, however many read it.
    if (before !== undefined && samePages(before, pages)) {
      slot.listing = before
      return
    }
    slot.listing = listingOf(kind, pages, before ?? nothingListed, this.#reading)
    const texts = slot.listing.offers.map(({ raw }) => raw)
    this.#learnt(kind, texts)
    this.#tell(kind)
  }

  /** What one person is shown may be what others are shown as well. */
  #learnt(what: ListKind | 'hello', texts: readonly RawJson[]): void {
    const { standIn, reader } = this.#options
    if (reader !== undefined && standIn?.learn(reader.principal, what, texts) === true) reader.common.#tell(what)
  }

  #isWanted(): boolean {
    for (const watcher of this.#watchers) if (watcher.wanted()) return true
    return false
  }

  #tell(what: ListKind | 'hello'): void {
    for (const watcher of this.#watchers) watcher.changed(what)
  }

  #progress(): void {
    for (const check of this.#waiters) check()
  }
}
