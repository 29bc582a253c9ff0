// What the suite finds and nobody can mend, each with its reason. An entry that the suite no longer finds is itself an error.

export interface Expected {
  /** Whose lanes, as `lanes.ts` names them. */
  readonly lanes: readonly string[]
  /** `scenario: check` of a server, or the scenario of a client. */
  readonly checks: readonly string[]
  readonly reason: string
}

/** Lanes in which questions of a server of 2025-11-25 reach a client of 2026-07-28. */
const bridged = [
  'B1 2026-07-28 a server of 2025-11-25 only',
  'B1 2026-07-28 a server of each revision',
  'D 2026-07-28 HTTP+SSE',
  'D 2026-07-28 stdio',
]

export const expectedFailures: readonly Expected[] = [
  {
    lanes: bridged,
    checks: [
      'input-required-result-basic-elicitation: sep-2322-elicitation-incomplete',
      'input-required-result-basic-elicitation: sep-2322-elicitation-complete',
      'input-required-result-ignore-extra-params: sep-2322-ignore-unexpected-params',
    ],
    reason:
      'The suite expects the key user_name, which its own fixture gives to a question. Questions of 2025-11-25 have no keys: a gateway makes them up.',
  },
]
