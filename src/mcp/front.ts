// The federation as sessions know it: they outlive a configuration, and speak to the newest one from then on.
import type { Exchange } from '../core/exchange.ts'
import type { Answer, Caller, Client, Federation, Incoming } from './conversation.ts'
import type { Configured } from './federation.ts'
import type { ParamHeader } from './param-headers.ts'
import type { Subject } from './subject.ts'

export class Front implements Federation {
  readonly stateful: boolean
  #current: Configured
  readonly #past = new WeakSet<Configured>()
  readonly #attached = new Map<Client, () => void>()

  constructor(first: Configured) {
    this.stateful = first.stateful
    this.#current = first
  }

  /**
   * A request came through this federation's configuration: all that follows goes there. Requests that began under an older
   * one do not bring it back.
   */
  use(federation: Configured): void {
    if (federation === this.#current || this.#past.has(federation)) return
    const before = this.#current.seen()
    this.#past.add(this.#current)
    this.#current = federation
    for (const [client, detach] of this.#attached) {
      detach()
      this.#attached.set(client, federation.attach(client))
    }
    federation.succeed(before)
  }

  initialize(client: Pick<Client, 'revision' | 'capabilities' | 'principal'>, x: Exchange): Promise<Answer> {
    return this.#current.initialize(client, x)
  }

  request(client: Client, incoming: Incoming, caller: Caller, x: Exchange): Promise<Answer> {
    return this.#current.request(client, incoming, caller, x)
  }

  notified(client: Client, incoming: Incoming): void {
    this.#current.notified(client, incoming)
  }

  attach(client: Client): () => void {
    this.#attached.set(client, this.#current.attach(client))
    return () => {
      this.#attached.get(client)?.()
      this.#attached.delete(client)
    }
  }

  followTask(client: Client, task: string, x: Exchange): Promise<(() => void) | undefined> {
    return this.#current.followTask(client, task, x)
  }

  paramHeaders(client: Pick<Client, 'principal'>, tool: string, x: Exchange): readonly ParamHeader[] {
    return this.#current.paramHeaders(client, tool, x)
  }

  mayNeedTask(client: Pick<Client, 'principal'>, tool: string, x: Exchange): boolean {
    return this.#current.mayNeedTask(client, tool, x)
  }

  subject(client: Pick<Client, 'principal'>, incoming: Incoming, x: Exchange): Promise<Subject | undefined> {
    return this.#current.subject(client, incoming, x)
  }

  /** Nothing of its own to end: every configuration ends its federation. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const detach of this.#attached.values()) detach()
    this.#attached.clear()
  }
}
