// Tokens for upstreams while they are good: bounded, and asked for once however many wait.
import type { Maybe } from '../core/exchange.ts'

export interface TokenCacheOptions {
  /** 0: nothing is kept. */
  readonly maxEntries: number
  /** How long a token is kept whose end nobody said, in milliseconds. */
  readonly defaultTtlMs: number
}

interface Fresh {
  readonly accessToken: string
  /** Seconds. */
  readonly expiresIn: number | undefined
}

interface Kept {
  readonly token: string
  readonly until: number
}

/** A token is not used in its last moments: it must still be good when it arrives. */
const EARLY_MS = 30_000

export class TokenCache implements AsyncDisposable {
  readonly #options: TokenCacheOptions
  readonly #kept = new Map<string, Kept>()
  readonly #asking = new Map<string, Promise<string>>()

  constructor(options: TokenCacheOptions) {
    this.#options = options
  }

  /** The token under `key`, at once when it is there. What `ask` rejects with is not kept: the next one asks again. */
  get(key: string, ask: () => Promise<Fresh>): Maybe<string> {
    const kept = this.#kept.get(key)
    if (kept !== undefined && kept.until > Date.now()) return kept.token
    const under = this.#asking.get(key)
    if (under !== undefined) return under
    const asking = ask()
      .then((fresh) => this.#keep(key, fresh))
      .finally(() => this.#asking.delete(key))
    this.#asking.set(key, asking)
    return asking
  }

  /** Forgets a token; whether there was one. */
  drop(key: string): boolean {
    return this.#kept.delete(key)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#kept.clear()
  }

  #keep(key: string, { accessToken, expiresIn }: Fresh): string {
    const { maxEntries, defaultTtlMs } = this.#options
    // Whatever an endpoint writes there: only a number of seconds counts.
    const known = typeof expiresIn === 'number' && Number.isFinite(expiresIn) && expiresIn >= 0
    const life = known ? expiresIn * 1_000 : defaultTtlMs
    const ms = Math.max(life - Math.min(EARLY_MS, life / 10), 0)
    this.#kept.delete(key)
    if (maxEntries > 0 && ms > 0) this.#kept.set(key, { token: accessToken, until: Date.now() + ms })
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > maxEntries && oldest !== undefined) this.#kept.delete(oldest)
    return accessToken
  }
}
