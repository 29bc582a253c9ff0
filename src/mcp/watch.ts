// What clients hear unasked: lists that changed, and resources they have subscribed to.
import { type Program, permitted } from '../policy/policy.ts'
import { type Asked, denied, done, invalid, refusal, unknown } from './asked.ts'
import type { Calls } from './calls.ts'
import type { Catalog, Place, Seen } from './catalog.ts'
import type { Answer, Client } from './conversation.ts'
import { edited, find } from './json.ts'
import { type ListKind, lists } from './offers.ts'
import type { Shelf } from './shelf.ts'
import { quoted } from './uris.ts'
import { codes } from './wire.ts'

/** Changes that come together are told together. */
const DEBOUNCE_MS = 100

/** Tells live clients that a list has changed: once, and only when they would read something else. */
export class Announcer {
  readonly #now: (kind: ListKind) => Seen
  readonly #clients = new Set<Client>()
  /** Lists that may have changed, as they were when somebody last read them. */
  readonly #before = new Map<ListKind, Seen>()
  #timer: NodeJS.Timeout | undefined = undefined

  constructor(now: (kind: ListKind) => Seen) {
    this.#now = now
  }

  get wanted(): boolean {
    return this.#clients.size > 0
  }

  attach(client: Client): () => void {
    this.#clients.add(client)
    return () => this.#clients.delete(client)
  }

  /** A list that read like `before` may read differently now. */
  changed(kind: ListKind, before: Seen): void {
    if (this.#clients.size === 0) return
    if (!this.#before.has(kind)) this.#before.set(kind, before)
    this.#timer ??= setTimeout(() => this.#tell(), DEBOUNCE_MS).unref()
  }

  end(): void {
    clearTimeout(this.#timer)
    this.#clients.clear()
  }

  #tell(): void {
    this.#timer = undefined
    const changes = [...this.#before].map(([kind, before]) => ({ kind, before, now: this.#now(kind) }))
    this.#before.clear()
    const compared = new Compared()
    for (const client of this.#clients) {
      const methods = new Set<string>()
      for (const { kind, before, now } of changes)
        if (compared.differ(before(client), now(client))) methods.add(`notifications/${lists[kind].changed}`)
      for (const method of methods) client.notification(method, undefined)
    }
  }
}

/** Lists that many clients share are megabytes long: two of them are compared once. */
class Compared {
  readonly #known = new Map<Answer, Map<Answer, boolean>>()

  differ(before: Answer, now: Answer): boolean {
    if (before === now) return false
    let pairs = this.#known.get(before)
    if (pairs === undefined) this.#known.set(before, (pairs = new Map()))
    let differ = pairs.get(now)
    if (differ === undefined) pairs.set(now, (differ = before.raw !== now.raw))
    return differ
  }
}

/** Subscriptions of one client; resources in them are addressed as the client does. */
const MOST = 1_000

/** `resources/subscribe` and `resources/unsubscribe`: at each upstream once for a client, however it spells the address. */
export class Subscriptions {
  readonly #catalog: Catalog
  readonly #calls: Calls
  readonly #program: Program

  constructor(catalog: Catalog, calls: Calls, program: Program) {
    this.#catalog = catalog
    this.#calls = calls
    this.#program = program
  }

  async subscribe(asked: Asked): Promise<Answer> {
    const uri = asked.string('uri')
    if (uri === undefined) return invalid('uri must be a string')
    const place = await this.#catalog.place(uri)
    if (place === undefined) return this.#nothing(uri, asked)
    // Requests of one batch take turns at the exchange, and rules read from it what is asked for.
    asked.about(itemOf(place), place.shelf)
    const unclear = this.#calls.unclear(itemOf(place), asked)
    if (unclear !== undefined) return unclear
    if (this.#catalog.quarantined(place)) return this.#nothing(uri, asked)
    if (!this.#permits(place, asked)) {
      denied(asked.x, this.#program, itemOf(place), {})
      return this.#nothing(uri, asked)
    }
    const { subscriptions } = asked.client
    if (subscriptions.has(uri)) return done
    if (subscriptions.size >= MOST) return refusal(codes.invalidParams, `more than ${MOST} subscriptions`)
    const answer = await this.#send(place, uri, asked)
    if (answer.kind === 'result') subscriptions.add(uri)
    return answer
  }

  async unsubscribe(asked: Asked): Promise<Answer> {
    const uri = asked.string('uri')
    if (uri === undefined) return invalid('uri must be a string')
    const place = this.#catalog.placeNow(uri)
    if (!asked.client.subscriptions.delete(uri) || place === undefined) return done
    // Another spelling of the same address still wants to hear of it.
    if (this.of(asked.client, place.shelf).includes(place.uri)) return done
    return this.#send(place, uri, asked)
  }

  /** What a client has subscribed to at one upstream, in its words. */
  of(client: Client, shelf: Shelf): readonly string[] {
    const found: string[] = []
    for (const uri of client.subscriptions) {
      const place = this.#catalog.placeNow(uri)
      if (place?.shelf === shelf) found.push(place.uri)
    }
    return found
  }

  #send({ shelf, uri }: Place, said: string, asked: Asked): Promise<Answer> {
    asked.about(itemOf({ shelf, uri }), shelf)
    const { text } = asked
    const span = uri === said ? undefined : find(text, ['uri'])
    return this.#calls.send(shelf, span === undefined ? text : edited(text, [{ ...span, with: quoted(uri) }]), asked)
  }

  #nothing(uri: string, asked: Asked): Answer {
    asked.aboutNothing('resource', uri)
    return unknown('resource', uri)
  }

  #permits(place: Place, asked: Asked): boolean {
    if (this.#program.permits.length === 0) return true
    return permitted(this.#program, itemOf(place), asked.x, {}) === 'yes'
  }
}

const itemOf = ({ shelf, uri }: Place) => ({ kind: 'resource', target: shelf.target, name: uri }) as const
