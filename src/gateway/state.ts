// Things that outlive one configuration: upstreams and session stores that the next snapshot uses as well.

interface Kept {
  readonly thing: AsyncDisposable
  holders: number
}

/** What the snapshots of one gateway hold together. A thing is disposed when no snapshot holds it any more. */
export class Keeper implements AsyncDisposable {
  readonly #kept = new Map<string, Kept>()

  /** A new holder: one per snapshot. */
  holder(): Holder {
    return new Holder(this.#kept)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const things = [...this.#kept.values()]
    this.#kept.clear()
    await Promise.allSettled(things.map(async ({ thing }) => thing[Symbol.asyncDispose]()))
  }
}

/** What one snapshot holds. */
export class Holder implements AsyncDisposable {
  readonly #kept: Map<string, Kept>
  readonly #keys = new Set<string>()

  constructor(kept: Map<string, Kept>) {
    this.#kept = kept
  }

  /** The thing under `key`: a running one, or made now. */
  keep<T extends AsyncDisposable>(key: string, make: () => T): T {
    const there = this.#kept.get(key)
    const kept = there ?? { thing: make(), holders: 0 }
    if (there === undefined) this.#kept.set(key, kept)
    if (!this.#keys.has(key)) {
      this.#keys.add(key)
      kept.holders++
    }
    return kept.thing as T // the key stands for how it was made, and so for its type
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended: AsyncDisposable[] = []
    for (const key of this.#keys) {
      const kept = this.#kept.get(key)
      if (kept === undefined || --kept.holders > 0) continue
      this.#kept.delete(key)
      ended.push(kept.thing)
    }
    this.#keys.clear()
    await Promise.allSettled(ended.map(async (thing) => thing[Symbol.asyncDispose]()))
  }
}
