// The shield's mode `audit`: definitions are judged when there is time, a few at a time; no list and no call waits for it.
import type { JsonObject } from '../core/item.ts'
import { type PinKey, pinKinds } from '../scan/pin.ts'
import { Inventory } from './mcp-shield-inventory.ts'
import type { Parts } from './mcp-shield-judge.ts'
import { serverKey, serverOf } from './mcp-shield-server.ts'
import type { Offered, Offering } from './offered.ts'
import type { Policy } from './policy.ts'

/** A gateway that has just been asked for a list has other things to do first. */
const LATER_MS = 1_000
/** How long one turn may keep everything else waiting. */
const TURN_MS = 4
/** Definitions that wait; a server that changes its list without end is not read without end. */
const MOST = 20_000

interface Look {
  readonly inventory: Inventory
  /** The same text: judging the same definition again would say the same. */
  readonly print: string
}

export class Audit implements Policy {
  readonly shields = true
  readonly #parts: Parts
  /** What has been judged, and beside what: a definition is the same object as long as its text is the same. */
  readonly #seen = new WeakMap<object, string>()
  readonly #greeted = new Map<string, string>()
  readonly #queue: (() => void)[] = []
  #at = 0
  #running = false

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Remembers what is new among all this, for later. */
  surveys(offered: readonly Offering[]): string {
    const { judge, exceptions } = this.#parts
    const inventory = new Inventory(offered)
    const look = { inventory, print: `${inventory.texts} ${exceptions.print}` }
    this.#wait(() => judge.begin(offered.map(({ target }) => target)))
    for (const offering of offered) this.#offering(offering, look)
    this.#wait(() => inventory.forget())
    if (!this.#running) {
      this.#running = true
      setTimeout(() => void this.#begin(), LATER_MS).unref() // nobody waits for it: a process that has nothing else to do may end
    }
    return ''
  }

  #offering({ target, endpoint, greeting, lists }: Offering, look: Look): void {
    const known = `${look.print} ${greeting}`
    if (greeting !== undefined && this.#greeted.get(target) !== known) {
      this.#greeted.set(target, known)
      this.#wait(() => this.#judged(serverKey(target), serverOf(JSON.parse(greeting), endpoint), look))
    }
    for (const kind of pinKinds) {
      if (kind === 'server') continue
      for (const offer of lists[kind] ?? []) {
        if (this.#seen.get(offer) === look.print) continue
        this.#seen.set(offer, look.print)
        this.#wait(() => this.#judged({ target, kind, name: offer.name }, parsed(offer), look))
      }
    }
  }

  #judged(key: PinKey, definition: JsonObject, { inventory }: Look): void {
    const { judge, reports } = this.#parts
    reports.say(key, judge.judge(key, definition, inventory), 'audit')
  }

  #wait(work: () => void): void {
    if (this.#queue.length - this.#at < MOST) this.#queue.push(work)
  }

  async #begin(): Promise<void> {
    await this.#parts.scanner.load()
    this.#turn()
  }

  #turn(): void {
    const end = performance.now() + TURN_MS
    while (this.#at < this.#queue.length && performance.now() < end) this.#queue[this.#at++]?.()
    if (this.#at < this.#queue.length) return void setImmediate(() => this.#turn()).unref()
    this.#queue.length = 0
    this.#at = 0
    this.#running = false
  }
}

const parsed = ({ raw }: Offered): JsonObject => JSON.parse(raw)
