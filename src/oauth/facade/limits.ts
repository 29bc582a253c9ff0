// How often somebody may ask: counters by key in a window of time, bounded in number.
import { isIPv6 } from 'node:net'

export interface LimitOptions {
  /** So many times in a window. */
  readonly most: number
  readonly windowMs: number
  /** Keys that are remembered; the one that was quiet for the longest is forgotten first. */
  readonly keys?: number
}

interface Count {
  number: number
  since: number
}

export class Limit {
  readonly #most: number
  readonly #windowMs: number
  readonly #keys: number
  readonly #counts = new Map<string, Count>()

  constructor({ most, windowMs, keys = 10_000 }: LimitOptions) {
    this.#most = most
    this.#windowMs = windowMs
    this.#keys = keys
  }

  get size(): number {
    return this.#counts.size
  }

  /** Counts once more. False: it was too often. */
  admits(key: string): boolean {
    return this.#count(key, 1).number <= this.#most
  }

  /** Whether the next one would be admitted; counts nothing. */
  open(key: string): boolean {
    return this.#count(key, 0).number < this.#most
  }

  #count(key: string, by: number): Count {
    const now = Date.now()
    const there = this.#counts.get(key)
    const count = there === undefined || now - there.since >= this.#windowMs ? { number: 0, since: now } : there
    if (by === 0) return count
    count.number += by
    this.#counts.delete(key)
    this.#counts.set(key, count)
    if (this.#counts.size > this.#keys) {
      const [oldest] = this.#counts.keys()
      if (oldest !== undefined) this.#counts.delete(oldest)
    }
    return count
  }
}

/** Whom an address stands for: of IPv6 the first half, because each of its owners has all of the second. */
export function ownerOf(address: string): string {
  const bare = address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address
  if (!isIPv6(bare)) return bare
  const [head = '', tail] = bare.split('%')[0]?.split('::') ?? []
  const front = head === '' ? [] : head.split(':')
  const back = tail === undefined || tail === '' ? [] : tail.split(':')
  const middle = Array.from({ length: Math.max(0, 8 - front.length - back.length) }, () => '0')
  return [...front, ...middle, ...back].slice(0, 4).join(':')
}
