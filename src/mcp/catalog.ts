// What the federation lists: the shelves of all targets as one, built when something changed, answered from ready text.
import type { Limits } from '../config/shape.ts'
import type { TargetName } from '../core/brand.ts'
import type { Exchange } from '../core/exchange.ts'
import type { Program } from '../policy/policy.ts'
import type { Log } from '../telemetry/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { Admissions } from './admissions.ts'
import { aliases } from './aliases.ts'
import type { Answer, Client, Hello } from './conversation.ts'
import { makesTasks } from './hello.ts'
import { type Entry, type Merged, merge } from './merge.ts'
import type { PrefixMode } from './names.ts'
import { offering } from './offering.ts'
import { type ListKind, nothingListed } from './offers.ts'
import type { Shelf, Stage, Watcher } from './shelf.ts'
import { literalPrefix, ownedByIndex, splitUri } from './uris.ts'
import { Views } from './views.ts'

export interface CatalogOptions {
  /** In the order of the configuration. */
  readonly shelves: readonly Shelf[]
  readonly prefixMode: PrefixMode
  /** Targets that cannot be reached are left out instead of failing the whole (`failureMode: failOpen`). */
  readonly failOpen: boolean
  readonly program: Program
  readonly limits: Limits
  readonly log: Log
  readonly metrics: Metrics
  /** A list that somebody has seen as `before` may have other content now. */
  changed(kind: ListKind, before: Seen): void
  /** Someone would hear of a change. */
  wanted(): boolean
}

/** A list at one moment, as a client read it or would have. */
export type Seen = (client: Client) => Answer

const isRead = (shelf: Shelf, stage: Stage): boolean => shelf.has(stage) && !shelf.standsIn(stage)

/** Where a URI of a client leads. */
export interface Place {
  readonly shelf: Shelf
  readonly uri: string
}

const REPORTED = 10
/** How long what doors think of unchanged lists is taken for granted. */
const SURVEY_MS = 60_000

export class Catalog implements AsyncDisposable, Watcher {
  /** More than one target (or none): URIs carry their target. */
  readonly several: boolean
  readonly #options: CatalogOptions
  readonly #shelves = new Map<string, Shelf>()
  readonly #admissions: Admissions
  readonly #views: Views
  readonly #merged = new Map<ListKind, Merged>()
  readonly #stale = new Set<ListKind>()
  readonly #unwatch: readonly (() => void)[]
  #surveyDue = Infinity
  /** Something is offered that no survey has seen: sessions begin too often to look each time. */
  #unseen = true

  constructor(options: CatalogOptions) {
    this.#options = options
    this.several = options.shelves.length !== 1
    this.#admissions = new Admissions(options.program, options.log)
    this.#views = new Views({
      program: options.program,
      log: options.log,
      makesTasks: (target) => makesTasks(this.shelf(target)?.hello),
      resource: (uri) => {
        const place = this.placeNow(uri)
        return place && { kind: 'resource', target: place.shelf.target, name: place.uri }
      },
    })
    for (const shelf of options.shelves) this.#shelves.set(shelf.target, shelf)
    this.#unwatch = options.shelves.map((shelf) => shelf.watch(this))
  }

  get shelves(): readonly Shelf[] {
    return this.#options.shelves
  }

  shelf(name: string): Shelf | undefined {
    return this.#shelves.get(name)
  }

  /** The answer to a list request: ready text, or what of it the policies let this caller see. */
  async list(kind: ListKind, client: Client, x: Exchange): Promise<Answer> {
    if (!this.#known(kind)) await this.#settle(kind)
    for (const shelf of this.#options.shelves) shelf.poke()
    return this.#views.of(this.#current(kind), client, x)
  }

  /**
   * What clients know under a name. Waits for targets that have not answered yet, within the budget; throws their failure when
   * the name could be theirs.
   */
  async entry(kind: ListKind, exposed: string): Promise<Entry | undefined> {
    const found = this.entryNow(kind, exposed)
    if (found !== undefined || this.#all(kind)) return found
    await this.#answered(kind)
    const late = this.entryNow(kind, exposed)
    if (late !== undefined) return late
    const silent = this.#options.shelves.find((shelf) => !isRead(shelf, kind) && this.#couldOwn(shelf, exposed))
    if (silent !== undefined) throw silent.failure(kind)
    return undefined
  }

  /** What clients know under a name, as far as it is known now. */
  entryNow(kind: ListKind, exposed: string): Entry | undefined {
    const now = this.#current(kind)
    return now.byExposed.get(exposed) ?? aliases(now).get(exposed)
  }

  /** Whose a client's URI is, and what it is there. Web addresses belong to the first target that lists them. */
  async place(uri: string): Promise<Place | undefined> {
    const [only] = this.#options.shelves
    if (!this.several && only !== undefined) return { shelf: only, uri }
    if (!ownedByIndex(uri)) return this.placeNow(uri)
    await Promise.all([this.#answered('resource'), this.#answered('template')])
    return this.placeNow(uri)
  }

  /** As `place`, from what is known now. */
  placeNow(uri: string): Place | undefined {
    const [only] = this.#options.shelves
    if (!this.several && only !== undefined) return { shelf: only, uri }
    if (ownedByIndex(uri)) return this.#webPlace(uri)
    const split = splitUri(uri, (name) => this.#shelves.get(name)?.target)
    const shelf = split && this.#shelves.get(split.target)
    return shelf && { shelf, uri: split.uri }
  }

  /** Whether a definition stands under this URI at its upstream but may not be used. */
  quarantined(place: Place): boolean {
    if (this.#options.program.admits.length === 0) return false
    const offer = place.shelf.listing('resource')?.offers.find(({ name }) => name === place.uri)
    const item = { kind: 'resource', target: place.shelf.target, name: place.uri } as const
    return offer !== undefined && !this.#admissions.admit(item, offer)
  }

  /** What all targets said of themselves; targets that never answered fail it or are left out. */
  async hellos(): Promise<readonly { readonly target: TargetName; readonly hello: Hello }[]> {
    if (!this.#known('hello')) await this.#settle('hello')
    if (this.#unseen) this.#survey()
    return this.#options.shelves.flatMap(({ target, hello }) =>
      hello === undefined ? [] : [{ target, hello: this.#admissions.greet(target, hello) }],
    )
  }

  changed(what: ListKind | 'hello'): void {
    this.#unseen = true
    if (what === 'hello') return this.#greeted()
    this.#stale.add(what)
    const before = this.#merged.get(what)
    if (before !== undefined) this.#options.changed(what, this.#seenAs(before))
  }

  /** Who answers may decide what is listed, where somebody looks at all of it. */
  #greeted(): void {
    if (this.#options.program.surveys.length > 0) for (const kind of this.#merged.keys()) this.changed(kind)
  }

  wanted(): boolean {
    return this.#options.wanted()
  }

  /** A list as it is now. */
  now(kind: ListKind): Seen {
    return this.#seenAs(this.#current(kind))
  }

  /** Every list that somebody has read, as it was then. */
  seen(): ReadonlyMap<ListKind, Seen> {
    return new Map([...this.#merged].map(([kind, merged]) => [kind, this.#seenAs(merged)]))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const unwatch of this.#unwatch) unwatch()
  }

  #seenAs(merged: Merged): Seen {
    return (client) => this.#views.seenBy(client, merged)
  }

  #known(stage: Stage): boolean {
    return this.#options.shelves.every((shelf) => shelf.has(stage))
  }

  /** Everything is known, and nothing only stands in for what may be listed. */
  #all(stage: Stage): boolean {
    return this.#options.shelves.every((shelf) => isRead(shelf, stage))
  }

  async #answered(stage: Stage): Promise<void> {
    if (this.#known(stage)) return
    const urgent = !this.#options.failOpen
    await Promise.all(
      this.#options.shelves.filter((shelf) => !shelf.has(stage)).map((shelf) => shelf.settle(stage, urgent)),
    )
  }

  /** As `#answered`, and a target that never answered fails it, unless failures are open and another one answered. */
  async #settle(stage: Stage): Promise<void> {
    await this.#answered(stage)
    const { shelves, failOpen } = this.#options
    const silent = shelves.find((shelf) => !shelf.has(stage))
    if (silent === undefined || (failOpen && shelves.some((shelf) => shelf.has(stage)))) return
    throw silent.failure(stage)
  }

  #couldOwn(shelf: Shelf, exposed: string): boolean {
    const { prefixMode } = this.#options
    const withTarget = prefixMode === 'always' || (prefixMode === 'conditional' && this.several)
    return !withTarget || exposed.startsWith(`${shelf.target}_`)
  }

  #current(kind: ListKind): Merged {
    if (this.#surveyDue < Date.now()) this.#judgeAgain()
    const there = this.#merged.get(kind)
    if (there !== undefined && !this.#stale.has(kind)) return there
    this.#stale.delete(kind)
    const made = this.#merge(kind)
    this.#merged.set(kind, made)
    return made
  }

  /** Shows the doors what all targets offer now. */
  #survey(): boolean {
    if (this.#options.program.surveys.length === 0) return false
    this.#surveyDue = Date.now() + SURVEY_MS
    this.#unseen = false
    return this.#admissions.survey(() => this.#options.shelves.map(offering))
  }

  /** What was excepted until yesterday is not any more, though no list has changed. */
  #judgeAgain(): void {
    if (this.#survey()) for (const kind of this.#merged.keys()) this.changed(kind)
  }

  #merge(kind: ListKind): Merged {
    this.#survey()
    const { shelves, prefixMode, program, limits, log, metrics } = this.#options
    const manyTools = kind === 'tool' || kind === 'prompt'
    let dropped = 0
    const made = merge(
      kind,
      shelves.map((shelf) => ({ target: shelf.target, listing: shelf.listing(kind) ?? nothingListed })),
      {
        prefixMode,
        most: manyTools ? limits.toolsTotal : limits.toolsTotal * 10,
        admits: program.admits.length === 0 ? undefined : (item, offer) => this.#admissions.admit(item, offer),
        dropped: ({ target, name }, reason) => {
          if (dropped++ < REPORTED) log.warn('a definition is left out', { target, kind, name, reason })
        },
      },
    )
    if (dropped > REPORTED) log.warn('more definitions are left out', { kind, count: dropped - REPORTED })
    if (dropped > 0 && made.entries.length >= limits.toolsTotal) metrics.limitHit('toolsTotal')
    return made
  }

  /** Owner of a web address: who lists it, else who lists the template with the longest literal beginning of it. */
  #webPlace(uri: string): Place | undefined {
    const listed = this.#current('resource').byExposed.get(uri)
    const owner = listed?.item.target ?? this.#templateOwner(uri)
    const shelf = owner === undefined ? undefined : this.#shelves.get(owner)
    return shelf && { shelf, uri }
  }

  #templateOwner(uri: string): TargetName | undefined {
    let owner: TargetName | undefined
    let longest = 0
    for (const { item, exposed } of this.#current('template').entries) {
      const literal = literalPrefix(exposed)
      if (literal.length > longest && ownedByIndex(literal) && uri.startsWith(literal)) {
        longest = literal.length
        owner = item.target
      }
    }
    return owner
  }
}
