// What a function of the dialect is. A receiver is its first argument: `a.f(b)` and `f(a, b)` are the same call.
import type { Value } from '../value.ts'

/** Counts what an evaluation costs (cel.md §4.3); loops and whatever makes text report here. */
export interface Meter {
  /** Takes steps; false: the limit is reached, and a Fault `cost-limit` must be answered. */
  step(count: number): boolean
  /** Takes bytes that were made. */
  bytes(count: number): boolean
}

/** One name. The form for the number of arguments at hand is called; arguments are never Fault or Unknown. */
export interface CelFunction {
  /** As it is written: `startsWith`, `math.least`. */
  readonly name: string
  readonly none?: (meter: Meter) => Value
  readonly one?: (a: Value, meter: Meter) => Value
  readonly two?: (a: Value, b: Value, meter: Meter) => Value
  readonly three?: (a: Value, b: Value, c: Value, meter: Meter) => Value
  /** Any other number of arguments. */
  readonly many?: (args: readonly Value[], meter: Meter) => Value
  /** A different answer each time: never folded. */
  readonly volatile?: true
  /** What it answers, when that is always the same kind: for the check of rules. */
  readonly answers?: 'bool' | 'int' | 'double' | 'string' | 'bytes' | 'list' | 'map' | 'timestamp' | 'duration'
  /**
   * Prepares a call whose arguments are partly literal (`undefined`: not literal): a pattern, an address, a range. A Fault is an
   * error of the configuration.
   */
  readonly prepare?: (
    args: readonly (Value | undefined)[],
  ) => Pick<CelFunction, 'one' | 'two' | 'three'> | undefined | FaultAt
}

/** Which literal cannot be used, and why. */
export interface FaultAt {
  readonly argument: number
  readonly message: string
}
