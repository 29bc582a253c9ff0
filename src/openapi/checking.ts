// What a check is, and how one says no: without exceptions, because branches are tried and given up all the time.

/** Says that a value does not fit; why is in the `Checking`. */
export const WRONG = Symbol('wrong')

/** One look at arguments. The pointer is put together on the way out, so that what fits costs nothing. */
export interface Checking {
  /** Whether lossless repairs are allowed at this moment. */
  repairs: boolean
  problem: string
  at: string
  /** How far a branch came before it gave up: a wrong type at once is the least. */
  weight: number
  /** What referenced schemas have said of the last value that they saw. */
  seen: Map<Check, Seen> | undefined
}

export interface Seen {
  readonly value: unknown
  readonly repairs: boolean
  readonly found: unknown
  readonly problem: string
  readonly at: string
  readonly weight: number
}

/** The value, perhaps repaired, or WRONG. Never changes what it looks at. */
export type Check = (value: unknown, c: Checking) => unknown

export const checking = (): Checking => ({ repairs: true, problem: '', at: '', weight: 0, seen: undefined })

export function wrong(c: Checking, problem: string, weight = 1): typeof WRONG {
  c.problem = problem
  c.at = ''
  c.weight = weight
  return WRONG
}

/** The complaint is about a member of this value. */
export function inside(c: Checking, name: string | number): typeof WRONG {
  const plain = String(name)
  c.at = `/${plain.includes('~') || plain.includes('/') ? plain.replaceAll('~', '~0').replaceAll('/', '~1') : plain}${c.at}`
  c.weight += 2
  return WRONG
}

/** A number that JavaScript's cannot hold: its digits, all of them. */
export class Digits {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  toString(): string {
    return this.text
  }

  valueOf(): number {
    return Number(this.text)
  }

  toJSON(): unknown {
    return JSON.rawJSON(this.text)
  }
}

declare global {
  interface JSON {
    /** ECMAScript's proposal "JSON.parse source text access": in Node since 22, not yet in TypeScript's library. */
    rawJSON(text: string): unknown
    isRawJSON(value: unknown): value is { readonly rawJSON: string }
  }
}
