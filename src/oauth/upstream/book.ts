// Logins of people at upstreams as whoever looks after the gateway may see them: who, where, until when; and their end. No tokens.
import { hash } from 'node:crypto'
import type { Store, StoreEntry, StoreKey } from '../../core/store.ts'
import { type Grant, grants } from './tokens.ts'

export interface KeptLogin {
  readonly id: string
  /** The person, as the gateway knows them. */
  readonly principal: string
  readonly upstream: string
  readonly issuer: string
  readonly scopes: readonly string[]
  /** RFC 3339; absent: nobody knows. A login that can be refreshed goes on after that. */
  readonly accessUntil?: string
  readonly canBeRefreshed: boolean
}

/** Logins that are listed, and read at a time. */
const MOST = 1_000

/** The logins that a store keeps, which several processes may share. */
export class LoginBook {
  readonly #store: () => Promise<Store>

  constructor(store: () => Promise<Store>) {
    this.#store = store
  }

  /** The first thousand, by upstream and person. */
  async list(): Promise<readonly KeptLogin[]> {
    const store = await this.#store()
    return (await store.list(grants, { limit: MOST })).flatMap((entry) => told(entry) ?? [])
  }

  /**
   * Ends a login here; within a minute no process uses its token any more. The authorization server is not asked: what it has
   * granted ends as it says. `false`: there is none with this id.
   */
  async end(id: string): Promise<boolean> {
    const store = await this.#store()
    for (let after: StoreKey | undefined; ; ) {
      const page = await store.list(grants, { limit: MOST, ...(after && { after }) })
      const found = page.find(({ key }) => idOf(key) === id)
      if (found !== undefined) return store.delete(found.key)
      after = page.at(-1)?.key
      if (page.length < MOST || after === undefined) return false
    }
  }
}

/** Says nothing about the person to whoever sees it in a log of requests. */
const idOf = (key: StoreKey): string => hash('sha256', JSON.stringify(key)).slice(0, 24)

function told({ key, value }: StoreEntry): KeptLogin | undefined {
  const [upstream, principal] = key.slice(grants.length)
  if (upstream === undefined || principal === undefined) return undefined
  // Only `tokens.ts` writes here.
  const { issuer, scopes, until, refresh }: Grant = JSON.parse(value)
  return {
    id: idOf(key),
    principal,
    upstream,
    issuer,
    scopes,
    ...(until !== 0 && { accessUntil: new Date(until).toISOString() }),
    canBeRefreshed: refresh !== undefined,
  }
}
