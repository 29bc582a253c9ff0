// Which session is missed least when there is no room for another one: looked for once for many, for looking means all of them.
import type { Session } from '../session.ts'

interface Candidate {
  readonly session: Session
  readonly lastUsed: number
}

/** How many are chosen in one look. */
const AT_ONCE = 128

/** Chooses among sessions that `fits`: first those that nobody listens to, of equal ones the one used longest ago. */
export class Idlest {
  readonly #fits: (session: Session) => boolean
  /** The best one last. */
  #candidates: Candidate[] = []

  constructor(fits: (session: Session) => boolean) {
    this.#fits = fits
  }

  /** One of `live` that may be ended, or `undefined` when all of them do something. */
  take(live: Iterable<Session>): Session | undefined {
    return this.#next() ?? (this.#look(live), this.#next())
  }

  #next(): Session | undefined {
    for (let one = this.#candidates.pop(); one !== undefined; one = this.#candidates.pop()) {
      const { session, lastUsed } = one
      // Whoever has come back since then is not idle any more.
      if (!session.over && session.lastUsed === lastUsed && session.calls === 0) return session
    }
    return undefined
  }

  #look(live: Iterable<Session>): void {
    const found: Candidate[] = []
    for (const session of live)
      if (session.calls === 0 && this.#fits(session)) found.push({ session, lastUsed: session.lastUsed })
    const order = (a: Candidate, b: Candidate): number =>
      Number(a.session.idle) - Number(b.session.idle) || b.lastUsed - a.lastUsed
    this.#candidates = found.sort(order).slice(-AT_ONCE)
  }
}
