// What the compiler is told: names, functions, limits and which of the two sets of rules applies.
import type { Ast } from './ast.ts'
import type { CelFunction } from './functions/function.ts'
import type { Scope } from './scope.ts'

/** Bounds of one expression and of one evaluation (cel.md §4.3, §6.2). */
export interface Limits {
  /** UTF-16 units of source text. */
  readonly text: number
  /** Brackets, calls, macros and conditions within one another. */
  readonly depth: number
  /** Nodes of the tree. */
  readonly nodes: number
  /** Steps of one evaluation: an item of a list, a turn of a loop. */
  readonly steps: number
  /** Bytes that one evaluation may make. */
  readonly bytes: number
}

export const defaultLimits = {
  text: 65_536,
  depth: 64,
  nodes: 20_000,
  steps: 1_000_000,
  bytes: 16_777_216,
} as const satisfies Limits

/** A function of the configuration (`customFunctions`): its body sees its parameters and the roots, nothing of its caller. */
export interface CustomFunction {
  readonly name: string
  /** Names of the arguments; the receiver of `this.name(a)` is the first one, called `this`. */
  readonly parameters: readonly string[]
  /** The last parameter takes all remaining arguments as a list. */
  readonly rest: boolean
  readonly body: Ast
}

export interface CompileOptions {
  readonly scope: Scope
  readonly functions: ReadonlyMap<string, CelFunction>
  readonly custom?: ReadonlyMap<string, CustomFunction>
  readonly limits?: Partial<Limits>
  /**
   * `dialect` (default): agentgateway's rules. `spec`: those of the CEL specification where they differ (cel.md §2.3); names that
   * do not exist are errors of the evaluation then, and qualified names are looked for.
   */
  readonly mode?: 'dialect' | 'spec'
  /** `a.?b`, `a[?b]`, `[?a]`, `{?k: v}`: agentgateway's parser refuses them, so they are off in the dialect by default. */
  readonly optionalSyntax?: boolean
  /** Names are looked for in this namespace first. */
  readonly container?: string
}
