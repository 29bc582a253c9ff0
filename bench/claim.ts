// What a claim is, what it is given, and what it finds.

export interface Context {
  /** Fewer and shorter rounds: to see that everything works, not to quote. */
  readonly quick: boolean
  /** Says what is going on; not part of the result. */
  note(text: string): void
}

/** One number that a budget is set for. */
export interface Finding {
  readonly what: string
  readonly value: number
  readonly unit: string
  /** Largest value that keeps the claim; absent: for information. */
  readonly atMost?: number
  /** Smallest value that keeps the claim. */
  readonly atLeast?: number
}

export interface Findings {
  readonly findings: readonly Finding[]
  /** Everything that was measured, round by round. */
  readonly raw: unknown
}

/** One claim of speed or memory: one file, one line in the table. */
export interface Claim {
  readonly name: string
  readonly says: string
  run(context: Context): Promise<Findings>
}

/** Whether a finding keeps its budget; `undefined`: it has none. */
export function kept({ value, atMost, atLeast }: Finding): boolean | undefined {
  if (atMost === undefined && atLeast === undefined) return undefined
  return !(value > (atMost ?? Infinity)) && !(value < (atLeast ?? -Infinity)) && Number.isFinite(value)
}
