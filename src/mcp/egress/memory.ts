// What a client has asked an upstream session to remember, so that a new session can be told again.
import type { RawJson } from '../../core/brand.ts'
import type { Answer, Outgoing } from '../conversation.ts'

const MOST = 1_000

/** Log level and subscriptions of one session: the only settings that a session has and a client does not repeat. */
export class Memory {
  readonly #subscriptions = new Map<RawJson, Outgoing>()
  #level: Outgoing | undefined = undefined

  /** Notes a request of these kinds once it has succeeded. */
  watch(request: Outgoing, answer: Promise<Answer>): void {
    const { method, params } = request
    if (params === undefined || !/^(?:logging\/setLevel|resources\/(?:un)?subscribe)$/.test(method)) return
    const plain: Outgoing = { method, params }
    answer.then(
      ({ kind }) => {
        if (kind === 'error') return
        if (method === 'logging/setLevel') this.#level = plain
        else if (method === 'resources/unsubscribe') this.#subscriptions.delete(params)
        else if (this.#subscriptions.size < MOST) this.#subscriptions.set(params, plain)
      },
      () => {}, // whoever asked has been told
    )
  }

  requests(): Outgoing[] {
    return [...(this.#level === undefined ? [] : [this.#level]), ...this.#subscriptions.values()]
  }
}
