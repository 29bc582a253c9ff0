// Who is here at the moment, where thousands come and go every second.

/** What can be on a roster: it knows its own seat. One roster at a time. */
export interface Seated {
  /** -1: on none. */
  seat: number
}

/**
 * Members in no particular order; coming and going cost a few instructions. A Set would do, but for this: V8 rebuilds a Set's
 * table every few dozen changes, each old table points to the next one, and as soon as one of them is old garbage all that follow
 * are kept with everything in them until a full collection. That cost two kilobytes of old generation for each call.
 */
export class Roster<Member extends Seated> {
  readonly #members: Member[] = []

  get size(): number {
    return this.#members.length
  }

  add(member: Member): void {
    if (member.seat < 0) member.seat = this.#members.push(member) - 1
  }

  delete(member: Member): void {
    const { seat } = member
    if (seat < 0) return
    member.seat = -1
    const last = this.#members.pop()
    if (last === undefined || last === member) return
    this.#members[seat] = last
    last.seat = seat
  }

  find(test: (member: Member) => boolean): Member | undefined {
    return this.#members.find(test)
  }

  filter(test: (member: Member) => boolean): Member[] {
    return this.#members.filter(test)
  }

  /** Those that are here now; they may leave meanwhile. */
  all(): readonly Member[] {
    return this.#members.slice()
  }
}
