// What is thought of definitions at the moment: those that somebody should look at, for the admin API. Bounded.
import type { Outcome } from './judged.ts'

/** One thing of a server that did not simply pass. */
export interface Judged {
  readonly target: string
  readonly kind: string
  readonly name: string
  readonly outcome: Exclude<Outcome, 'pass'>
  readonly rule: string
  readonly severity: string
  /** What was found and where; what an attacker wrote is shortened and harmless to show. */
  readonly reason: string
  /** Milliseconds since 1970 when it was last said. */
  readonly at: number
}

/** A server that keeps inventing names makes us forget the oldest. */
const MOST = 1_000

export class Judgements {
  readonly #kept = new Map<string, Judged>()

  put(judged: Judged): void {
    const key = keyOf(judged)
    this.#kept.delete(key)
    this.#kept.set(key, judged)
    const [oldest] = this.#kept.size > MOST ? this.#kept.keys() : []
    if (oldest !== undefined) this.#kept.delete(oldest)
  }

  /** It passes now. */
  delete(of: Pick<Judged, 'target' | 'kind' | 'name'>): void {
    if (this.#kept.size > 0) this.#kept.delete(keyOf(of))
  }

  /** The newest last. */
  all(): readonly Judged[] {
    return [...this.#kept.values()]
  }
}

const keyOf = ({ target, kind, name }: Pick<Judged, 'target' | 'kind' | 'name'>): string =>
  `${target}\0${kind}\0${name}`
