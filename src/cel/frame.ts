// What one evaluation works with: the roots, the variables of macros, and what is left to spend.
import type { Meter } from './functions/function.ts'
import type { Activation } from './scope.ts'
import type { Value } from './value.ts'

/** A compiled piece of an expression. Fault and Unknown are answered, never thrown. */
export type Run = (frame: Frame) => Value

/** One is kept by each program and used again: an evaluation allocates nothing of its own. */
export class Frame implements Meter {
  activation: Activation
  /** Variables; each macro of a program has places of its own. */
  readonly locals: Value[]
  /** Steps that are left. */
  steps = 0
  /** Bytes that are left. */
  room = 0

  constructor(activation: Activation, locals: number) {
    this.activation = activation
    this.locals = Array.from({ length: locals }, () => null)
  }

  step(count: number): boolean {
    this.steps -= count
    return this.steps >= 0
  }

  bytes(count: number): boolean {
    this.room -= count
    return this.room >= 0
  }
}

/** Nothing is known in it: what literals are folded in, and what an idle frame refers to. */
export const nowhere: Activation = { root: () => null }
