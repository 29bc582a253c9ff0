// Federations of single principals, where upstreams show different things to different callers. The others see the common one.
import type { Exchange, Who } from '../core/exchange.ts'
import type { Answer, Caller, Client, Incoming } from './conversation.ts'
import { type Configured, FederatedServers, type FederationOptions, type SeenBy } from './federation.ts'
import type { ParamHeader } from './param-headers.ts'
import { anonymous } from './principals.ts'
import type { Shelf } from './shelf.ts'
import type { Subject } from './subject.ts'

/** Principals that have lists of their own at a time; of more, those see the common ones who came last. */
const MOST = 256
/** How long the lists of somebody are kept who has no session. */
const IDLE_MS = 600_000

interface Own {
  readonly federation: FederatedServers
  /** Those that are this principal's alone. */
  readonly shelves: readonly Shelf[]
  who: Who | undefined
  clients: number
  lastUsed: number
}

/**
 * A process for each principal may list what nobody else's does, and so may a server that is asked with the caller's own credentials.
 * An identified caller's lists are read in their own conversation; what has been read for all stands in until then.
 */
export class PersonalServers implements Configured {
  readonly stateful: boolean
  readonly #options: FederationOptions
  readonly #common: FederatedServers
  readonly #own = new Map<string, Own>()

  constructor(options: FederationOptions) {
    this.stateful = options.stateful
    this.#options = options
    this.#common = new FederatedServers(options)
  }

  initialize(client: Pick<Client, 'revision' | 'capabilities' | 'principal'>, x: Exchange): Promise<Answer> {
    return this.#for(client.principal, x).initialize(client, x)
  }

  request(client: Client, incoming: Incoming, caller: Caller, x: Exchange): Promise<Answer> {
    return this.#for(client.principal, x).request(client, incoming, caller, x)
  }

  notified(client: Client, incoming: Incoming): void {
    this.#for(client.principal, client.who).notified(client, incoming)
  }

  attach(client: Client): () => void {
    const federation = this.#for(client.principal, client.who)
    const own = this.#own.get(client.principal)
    const detach = federation.attach(client)
    if (own === undefined || own.federation !== federation) return detach
    own.clients++
    return () => {
      own.clients--
      own.lastUsed = Date.now()
      detach()
    }
  }

  followTask(client: Client, task: string, x: Exchange): Promise<(() => void) | undefined> {
    return this.#for(client.principal, x).followTask(client, task, x)
  }

  paramHeaders(client: Pick<Client, 'principal'>, tool: string, x: Exchange): readonly ParamHeader[] {
    return this.#for(client.principal, x).paramHeaders(client, tool, x)
  }

  mayNeedTask(client: Pick<Client, 'principal'>, tool: string, x: Exchange): boolean {
    return this.#for(client.principal, x).mayNeedTask(client, tool)
  }

  subject(client: Pick<Client, 'principal'>, incoming: Incoming, x: Exchange): Promise<Subject | undefined> {
    return this.#for(client.principal, x).subject(client, incoming, x)
  }

  seen(): SeenBy {
    const common = this.#common.seen()
    const own = new Map([...this.#own].map(([principal, { federation }]) => [principal, federation.seen()]))
    return (principal) => (own.get(principal) ?? common)(principal)
  }

  succeed(before: SeenBy): void {
    this.#common.succeed(before)
    for (const [principal, { federation }] of this.#own) federation.succeed(() => before(principal))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const all = [...this.#own.values()]
    this.#own.clear()
    await Promise.all([this.#common[Symbol.asyncDispose](), ...all.map(ended)])
  }

  #for(principal: string, who: Who | undefined): FederatedServers {
    if (principal === anonymous) return this.#common
    const there = this.#own.get(principal)
    if (there !== undefined) {
      there.lastUsed = Date.now()
      there.who = who === undefined ? there.who : verified(who)
      return there.federation
    }
    this.#makeRoom()
    return this.#own.size < MOST ? this.#make(principal, who) : this.#common
  }

  #make(principal: string, who: Who | undefined): FederatedServers {
    const facts = { who: who && verified(who), clients: 0, lastUsed: Date.now() }
    const known = (): Who | undefined => own.who
    const all = this.#options.shelves.map((shelf) => (shelf.personal ? shelf.of(principal, known) : shelf))
    const shelves = all.filter((shelf) => shelf.personal)
    const own: Own = { ...facts, shelves, federation: new FederatedServers({ ...this.#options, shelves: all }) }
    this.#own.set(principal, own)
    return own.federation
  }

  /** Whoever has no session is forgotten after a while, and sooner when there are many. */
  #makeRoom(): void {
    const now = Date.now()
    const idle = [...this.#own]
      .filter(([, { clients }]) => clients === 0)
      .toSorted(([, a], [, b]) => a.lastUsed - b.lastUsed)
    for (const [principal, own] of idle) {
      if (now - own.lastUsed < IDLE_MS && this.#own.size < MOST) return
      this.#own.delete(principal)
      void ended(own).catch((thrown: unknown) => {
        // Nobody waits for it.
        this.#options.log.debug('lists of a principal did not end cleanly', { error: String(thrown) })
      })
    }
  }
}

/** What was verified, without the request that it came with. */
const verified = ({ identity, jwt, apiKey, basicAuth }: Who): Who => ({ identity, jwt, apiKey, basicAuth })

async function ended({ federation, shelves }: Own): Promise<void> {
  await federation[Symbol.asyncDispose]()
  await Promise.all(shelves.map((shelf) => shelf[Symbol.asyncDispose]()))
}
