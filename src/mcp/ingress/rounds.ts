// One timer for many things that must be looked at now and then, instead of a timer for each.
import { Roster, type Seated } from '../../core/roster.ts'

/** Visits its members every so often. The timer runs only while there is anybody to visit, and keeps no process alive. */
export class Rounds<Member extends Seated> implements Disposable {
  readonly #everyMs: number
  readonly #visit: (member: Member, now: number) => void
  readonly #members = new Roster<Member>()
  #timer: NodeJS.Timeout | undefined = undefined

  constructor(everyMs: number, visit: (member: Member, now: number) => void) {
    this.#everyMs = everyMs
    this.#visit = visit
  }

  add(member: Member): void {
    this.#members.add(member)
    this.#timer ??= setInterval(() => this.#round(), this.#everyMs).unref()
  }

  /** The timer stops at the next round, not here: members of the hot path come and go thousands of times a second. */
  delete(member: Member): void {
    this.#members.delete(member)
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    for (const member of this.#members.all()) this.#members.delete(member)
  }

  #round(): void {
    if (this.#members.size === 0) {
      clearInterval(this.#timer)
      this.#timer = undefined
      return
    }
    const now = Date.now()
    for (const member of this.#members.all()) this.#visit(member, now)
  }
}
