// Findings by what was scanned beside what: a reload scans nothing again, and no server keeps the scanner busy for all others.
import { hash } from 'node:crypto'
import type { JsonObject } from '../core/item.ts'
import type { Finding } from '../scan/finding.ts'

const MOST_KEPT = 20_000
/**
 * Characters of new text that are read for one server in a minute. A catalogue of a thousand tools has two million; whoever sends
 * more, again and again, wants the gateway's time.
 */
const A_MINUTE = 8 << 20

interface Spent {
  minute: number
  characters: number
}

export class Scans implements AsyncDisposable {
  readonly #kept = new Map<string, readonly Finding[]>()
  readonly #spent = new Map<string, Spent>()

  /** What a scan finds, or has found before. `undefined`: the server has had its time for this minute. */
  of(
    server: string,
    beside: string,
    definition: JsonObject,
    scan: () => readonly Finding[],
  ): readonly Finding[] | undefined {
    const text = JSON.stringify(definition)
    const key = hash('sha256', `${beside} ${text}`, 'base64')
    const there = this.#kept.get(key)
    if (there !== undefined) return there
    if (!this.#affords(server, text.length)) return undefined
    const found = scan()
    this.#kept.set(key, found)
    const [oldest] = this.#kept.size > MOST_KEPT ? this.#kept.keys() : []
    if (oldest !== undefined) this.#kept.delete(oldest)
    return found
  }

  /** Servers that have had their time, and the minute: with another text, what was not read may be read now. */
  get tired(): string {
    const minute = minuteNow()
    const tired = [...this.#spent].filter(([, { characters }]) => characters > A_MINUTE)
    return tired.length === 0 ? '' : `${minute} ${tired.map(([server]) => server).join(' ')}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#kept.clear()
    this.#spent.clear()
  }

  /** The first text of a minute is always read, however long it is. */
  #affords(server: string, characters: number): boolean {
    const minute = minuteNow()
    const spent = this.#spent.get(server)
    if (spent?.minute !== minute) {
      this.#spent.set(server, { minute, characters })
      return true
    }
    const isOver = spent.characters > A_MINUTE
    spent.characters += characters
    return !isOver
  }
}

const minuteNow = (): number => Math.floor(Date.now() / 60_000)
