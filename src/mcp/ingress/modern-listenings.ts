// The streams that clients of 2026-07-28 listen to, so that whoever opened one can have it ended.
import type { RawJson } from '../../core/brand.ts'
import { anonymous } from '../principals.ts'

interface Open {
  /** Who opened it, with which request. */
  readonly key: string
  readonly address: string | undefined
  end(): void
}

export const listeningKey = (principal: string, id: RawJson): string => `${principal}\n${id}`

/** Open streams, by who opened them and the id of the request that did. */
export class Listenings {
  readonly #byKey = new Map<string, Set<Open>>()

  add(listening: Open): void {
    const { key } = listening
    this.#byKey.set(key, (this.#byKey.get(key) ?? new Set()).add(listening))
  }

  delete(listening: Open): void {
    const same = this.#byKey.get(listening.key)
    same?.delete(listening)
    if (same?.size === 0) this.#byKey.delete(listening.key)
  }

  /**
   * Ends the stream that a posted `notifications/cancelled` names: not how this revision cancels, but some clients do (reference: mcp
   * §12.2.9). Nameless callers choose equal ids, so theirs must come from the same address, and mean one stream only.
   */
  cancel(id: RawJson, principal: string, address: string | undefined): void {
    const same = [...(this.#byKey.get(listeningKey(principal, id)) ?? [])]
    const meant = principal === anonymous ? same.filter((each) => each.address === address) : same
    if (meant.length === 1) meant[0]?.end()
  }
}
