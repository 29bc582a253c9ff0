// Further permissions that an upstream has asked for: remembered for the next login, and bounded, because it may never have enough.
import type { StoreKey } from '../../core/store.ts'
import type { LoginTools, UpstreamServer } from './settings.ts'

interface Kept {
  readonly scopes: readonly string[]
  readonly count: number
}

/** Reference: security §3.3, row 55. */
const MOST = 3
const WINDOW_MS = 3_600_000
const SCOPES = 64

export class StepUps {
  readonly #upstream: UpstreamServer
  readonly #tools: LoginTools

  constructor(upstream: UpstreamServer, tools: LoginTools) {
    this.#upstream = upstream
    this.#tools = tools
  }

  /** Scopes that the next login should have besides. */
  async scopes(principal: string): Promise<readonly string[]> {
    return (await this.#kept(principal))?.scopes ?? []
  }

  /**
   * Adds what is asked for to what was granted. False: it was asked for too often. Who asks again before the person has logged in
   * (calls that ran at the same time) does not count.
   */
  async admits(principal: string, granted: readonly string[], asked: readonly string[]): Promise<boolean> {
    const store = await this.#tools.store()
    const { scopes: before, count } = (await this.#kept(principal)) ?? { scopes: [], count: 0 }
    const has = (scopes: readonly string[]): boolean => asked.every((one) => scopes.includes(one))
    if (count > 0 && has(before) && !has(granted)) return true
    const all = [...new Set([...before, ...granted, ...asked])]
    if (count >= MOST || all.length > SCOPES) return false
    const kept: Kept = { scopes: all, count: count + 1 }
    await store.put(this.#place(principal), JSON.stringify(kept), { ttlMs: WINDOW_MS })
    return true
  }

  async #kept(principal: string): Promise<Kept | undefined> {
    const entry = await (await this.#tools.store()).get(this.#place(principal))
    return entry && JSON.parse(entry.value)
  }

  #place(principal: string): StoreKey {
    return ['login', 'step-up', this.#upstream.place, principal]
  }
}
