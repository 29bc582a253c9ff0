// What a compiled expression is, to those who evaluate it.
import type { Diagnostic } from './ast.ts'
import type { Activation } from './scope.ts'
import type { Value } from './value.ts'

/** Data that costs something to have: a route provides it only when one of its expressions reads it (cel.md §6.4). */
export type Attribute =
  | 'request.body'
  | 'request.bodyPrefix'
  | 'response.body'
  | 'response.bodyPrefix'
  | 'llm.prompt'
  | 'llm.completion'
  | 'llm.toolCalls'
  | 'mcp.tool.arguments'
  | 'mcp.tool.result'
  | 'mcp.tool.error'

/** A compiled expression. Immutable; one may serve many requests at once. */
export interface Program {
  readonly source: string
  readonly attributes: ReadonlySet<Attribute>
  /** Paths that it reads (`jwt.roles`, `mcp.tool.name`), for explanations and lint. */
  readonly reads: ReadonlySet<string>
  /** Never throws: what goes wrong is a Fault; Unknown when it depends on what is not known yet. */
  evaluate(activation: Activation): Value
}

/** A program, unless one of the diagnostics is an error. */
export interface Compiled {
  readonly program: Program | undefined
  readonly diagnostics: readonly Diagnostic[]
}
