// What an operator is told of a document: how much of it has become tools, how faithfully, and what has not.
import type { Loss } from './loss.ts'
import type { Conversion, Score } from './tool.ts'

/** Two of the three parts of the score and their mean, in percent: whether calls are exact is measured with calls (reference: openapi §14). */
export interface Fidelity {
  readonly operations: number
  readonly constraints: number
  readonly score: number
  readonly counted: Score
}

export interface DocumentFacts {
  readonly title: string
  readonly version: string
  readonly tools: number
  readonly score: Fidelity
  readonly losses: readonly Loss[]
}

export function factsOf(conversion: Conversion): DocumentFacts {
  const { title, version, tools, losses } = conversion
  return { title, version, tools: tools.length, score: fidelityOf(conversion.score()), losses }
}

function fidelityOf(counted: Score): Fidelity {
  const operations = percent(counted.operations.made, counted.operations.of)
  const constraints = percent(counted.constraints.kept, counted.constraints.of)
  return { operations, constraints, score: (operations + constraints) / 2, counted }
}

/** All of nothing is all. */
const percent = (part: number, of: number): number => (of === 0 ? 100 : (part / of) * 100)
