// What people have granted to clients of facades, as whoever looks after the gateway may see it; and its end. No tokens.
import type { Store, StoreEntry, StoreKey } from '../../core/store.ts'
import type { Client } from './client.ts'
import { ENDED, type Grant, USED_MS } from './grants.ts'

export interface KeptGrant {
  readonly id: string
  /** The person, as the identity provider names them. */
  readonly subject: string
  readonly client: string
  /** What the client calls itself; nobody has checked it. */
  readonly clientName?: string
  readonly resource: string
  readonly scopes: readonly string[]
  /** RFC 3339: when the login ends, however often it is refreshed. */
  readonly until: string
  /** Its refresh token is good with a key of the client only. */
  readonly bound: boolean
}

/** Those of a person, of a client, or of both; without either all. */
export interface By {
  readonly id?: string
  readonly subject?: string
  readonly client?: string
}

/** Grants that are listed, and rows that are read at a time. */
const MOST = 1_000
const FACADE = 'facade'

/** The grants that a store keeps, which several processes and facades may share. */
export class GrantBook {
  readonly #store: () => Promise<Store>

  constructor(store: () => Promise<Store>) {
    this.#store = store
  }

  /** The first thousand. */
  async list(by: By = {}): Promise<readonly KeptGrant[]> {
    const store = await this.#store()
    const found: KeptGrant[] = []
    for await (const { key, grant } of logins(store)) {
      if (!matches(key, grant, by)) continue
      found.push(await told(store, key, grant))
      if (found.length >= MOST) break
    }
    return found
  }

  /**
   * Ends logins, and takes back the consent that each rests on: no token is refreshed from now on, and access tokens end by
   * themselves within minutes. How many there were.
   */
  async end(by: By): Promise<number> {
    const store = await this.#store()
    let count = 0
    for await (const { key, grant } of logins(store)) {
      if (!matches(key, grant, by)) continue
      const [, resource = ''] = key
      await store.put(key, ENDED, { ttlMs: USED_MS })
      await store.delete([FACADE, resource, 'consent', grant.consent])
      count++
    }
    return count
  }
}

/** All logins of all facades, page by page. */
async function* logins(store: Store): AsyncGenerator<{ readonly key: StoreKey; readonly grant: Grant }> {
  for (let after: StoreKey | undefined; ; ) {
    const page: readonly StoreEntry[] = await store.list([FACADE], { limit: MOST, ...(after && { after }) })
    for (const { key, value } of page) {
      // Only `grants.ts` writes here.
      if (key[2] === 'login' && value !== ENDED) yield { key, grant: JSON.parse(value) }
    }
    after = page.at(-1)?.key
    if (page.length < MOST || after === undefined) return
  }
}

const matches = (key: StoreKey, grant: Grant, { id, subject, client }: By): boolean =>
  (id === undefined || key[3] === id) &&
  (subject === undefined || grant.user.subject === subject) &&
  (client === undefined || grant.client === client)

async function told(store: Store, key: StoreKey, grant: Grant): Promise<KeptGrant> {
  const { client, resource, scopes, user, until, jkt } = grant
  const registered = await store.get([FACADE, key[1] ?? '', 'client', client])
  // Only `clients.ts` writes there.
  const { name }: Pick<Client, 'name'> = registered === undefined ? { name: '' } : JSON.parse(registered.value)
  return {
    id: key[3] ?? '',
    subject: user.subject,
    client,
    ...(name !== '' && { clientName: name }),
    resource,
    scopes,
    until: new Date(until).toISOString(),
    bound: jkt !== undefined,
  }
}
