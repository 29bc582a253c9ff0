// Verified tokens by their digest, for a while: bounded in number and size. Knows no policy.

/** What can be remembered. */
export interface Remembered {
  /** Milliseconds since 1970 from which on it must not be used. */
  readonly until: number
  /** Characters that it keeps in memory, roughly. */
  readonly size: number
}

/**
 * Two generations instead of a list in order of use: a hit changes nothing as long as it is young, and moves over once when it is
 * not. Moving an entry to the end of a Map for every hit costs a deletion each, and V8 rebuilds the table every few of them.
 */
export class VerifyCache<Entry extends Remembered> {
  readonly #entries: number
  readonly #size: number
  #young = new Map<string, Entry>()
  #old = new Map<string, Entry>()
  #youngSize = 0

  /** At most so many entries, and characters, all in all. */
  constructor(entries = 10_000, size = 32 * 1024 * 1024) {
    this.#entries = Math.ceil(entries / 2)
    this.#size = Math.ceil(size / 2)
  }

  get size(): number {
    return this.#young.size + this.#old.size
  }

  /** The entry under a digest, unless its time is over. */
  get(digest: string, now: number): Entry | undefined {
    const young = this.#young.get(digest)
    const entry = young ?? this.#old.get(digest)
    if (entry === undefined) return undefined
    if (entry.until <= now) {
      this.delete(digest)
      return undefined
    }
    if (young === undefined) {
      this.#old.delete(digest)
      this.set(digest, entry)
    }
    return entry
  }

  set(digest: string, entry: Entry): void {
    if (entry.size > this.#size) return
    if (this.#young.size >= this.#entries || this.#youngSize + entry.size > this.#size) {
      this.#old = this.#young
      this.#young = new Map()
      this.#youngSize = 0
    }
    this.#young.set(digest, entry)
    this.#youngSize += entry.size
  }

  delete(digest: string): void {
    this.#young.delete(digest)
    this.#old.delete(digest)
  }

  clear(): void {
    this.#young = new Map()
    this.#old = new Map()
    this.#youngSize = 0
  }
}
