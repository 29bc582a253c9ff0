// Who may ask for codes: clients that have registered themselves (RFC 7591), and clients that are the document at their own address.
import { type Client, describe, type Fields, type Unfit } from './client.ts'
import { Documents, isDocumentId } from './documents.ts'
import { hashed, randomText } from './secrets.ts'
import type { Facts } from './settings.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** A registration that nobody has logged in with is gone after this, one that somebody has after that. */
const UNUSED_MS = DAY
const USED_MS = 180 * DAY

interface Registered {
  readonly client: Client
  readonly issuedAt: number
  /** To be told once. */
  readonly secret: string | undefined
}

export class Clients {
  readonly #facts: Facts
  readonly #documents: Documents

  constructor(facts: Facts) {
    this.#facts = facts
    this.#documents = new Documents(facts)
  }

  /** The client of an id, or why there is none: a sentence for a person. */
  async find(id: string): Promise<Client | string> {
    if (isDocumentId(id)) return this.#documents.client(id)
    if (!/^[\w-]{20,64}$/.test(id)) return 'The client is not known here.'
    const entry = await this.#facts.tools.store.get(this.#facts.key('client', id))
    return entry === undefined ? 'The client is not known here. It may have to register again.' : clientIn(entry.value)
  }

  /** Takes a registration. `undefined`: there are too many. */
  async register(wish: Fields): Promise<Registered | Unfit | undefined> {
    const { tools, key, settings } = this.#facts
    const described = describe(wish, settings)
    if ('error' in described) return described
    const most = settings.registration.clients
    if ((await tools.store.count(key('client'), most)) >= most) return undefined
    const secret = described.auth === 'none' ? undefined : randomText()
    const client: Client = {
      ...described,
      id: randomText(24),
      kind: 'registered',
      secretHash: secret === undefined ? undefined : hashed(secret),
    }
    await tools.store.put(key('client', client.id), JSON.stringify(client), { ttlMs: UNUSED_MS })
    return { client, secret, issuedAt: Math.floor(Date.now() / 1_000) }
  }

  /** Somebody has logged in with it: it is worth keeping. */
  async used(client: Client): Promise<void> {
    if (client.kind !== 'registered') return
    const { tools, key } = this.#facts
    const place = key('client', client.id)
    const entry = await tools.store.get(place)
    if (entry !== undefined) await tools.store.put(place, entry.value, { ttlMs: USED_MS, when: entry.version })
  }
}

/** A client as we have written it ourselves. */
function clientIn(text: string): Client {
  const client: Client = JSON.parse(text)
  return client
}
