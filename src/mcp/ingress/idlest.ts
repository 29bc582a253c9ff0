// Which session is missed least when there is no room for another one: looked for once for many, for looking means all of them.

interface Kept {
  readonly lastUsed: number
  readonly over: boolean
  /** Requests that run. */
  readonly calls: number
  readonly idle: boolean
}

interface Candidate<One> {
  readonly session: One
  readonly lastUsed: number
}

/** How many are chosen in one look. */
const AT_ONCE = 128

/** Chooses among sessions that `fits`: first those that nobody listens to, of equal ones the one used longest ago. */
export class Idlest<One extends Kept> {
  readonly #fits: (session: One) => boolean
  /** The best one last. */
  #candidates: Candidate<One>[] = []

  constructor(fits: (session: One) => boolean) {
    this.#fits = fits
  }

  /** One of `live` that may be ended, or `undefined` when all of them do something. */
  take(live: Iterable<One>): One | undefined {
    return this.#next() ?? (this.#look(live), this.#next())
  }

  #next(): One | undefined {
    for (let one = this.#candidates.pop(); one !== undefined; one = this.#candidates.pop()) {
      const { session, lastUsed } = one
      // Whoever has come back since then is not idle any more.
      if (!session.over && session.lastUsed === lastUsed && session.calls === 0) return session
    }
    return undefined
  }

  #look(live: Iterable<One>): void {
    const found: Candidate<One>[] = []
    for (const session of live)
      if (session.calls === 0 && this.#fits(session)) found.push({ session, lastUsed: session.lastUsed })
    const order = (a: Candidate<One>, b: Candidate<One>): number =>
      Number(a.session.idle) - Number(b.session.idle) || b.lastUsed - a.lastUsed
    this.#candidates = found.sort(order).slice(-AT_ONCE)
  }
}
