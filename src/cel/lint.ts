// What is probably wrong with an expression although it compiles (cel.md §6.5). Syntax, functions and literals are the compiler's.
import type { Ast, Diagnostic } from './ast.ts'
import { absentClaims, substrings } from './claims.ts'
import { constants } from './constant.ts'
import type { CelFunction } from './functions/function.ts'
import type { Phase, Scope } from './scope.ts'
import { follow } from './shapes.ts'
import { walk } from './walk.ts'

/** What an expression is for. */
export interface LintOptions {
  readonly scope: Scope
  readonly functions: ReadonlyMap<string, CelFunction>
  /** When it is evaluated; absent: nothing is known about that. */
  readonly phase?: Phase | undefined
  /** What its answer must be. */
  readonly expects?: 'bool' | undefined
  /** What follows when it is true; `field`: its answer is a value. */
  readonly role?: 'allow' | 'deny' | 'require' | 'field' | undefined
}

/**
 * Checks an expression against its context and use. An `error` refuses the configuration, a `warning` is most probably a mistake, a
 * `note` is worth knowing: whatever agentgateway accepts and can ever be evaluated is no error.
 */
export function lint(ast: Ast, options: LintOptions): readonly Diagnostic[] {
  const { scope, functions, phase, expects, role } = options
  const { diagnostics, type } = follow(ast, { scope, functions, phase })
  const found = [...diagnostics]
  const isRule = expects === 'bool' || (role !== undefined && role !== 'field')
  if (isRule && type !== undefined && type !== 'bool') found.push(notBool(ast, type))
  if (isRule) found.push(...constants(ast))
  if (role === 'deny') found.push(...absentClaims(ast, scope))
  if (isRule) found.push(...substrings(ast, scope))
  found.push(...optionalSyntax(ast))
  return found.toSorted((a, b) => severities[a.severity] - severities[b.severity] || a.start - b.start)
}

const severities = { error: 0, warning: 1, note: 2 } as const satisfies {
  readonly [S in Diagnostic['severity']]: number
}

function notBool(ast: Ast, type: string): Diagnostic {
  const { start, end } = ast
  const message = `a rule must come to true or false, and this is always ${type === 'int' ? 'an' : 'a'} ${type}`
  return { severity: 'error', code: 'cel.not-bool', message, start, end }
}

/** One note is enough: whoever takes the configuration back to agentgateway finds the others with it (cel.md §2.3 (1)). */
function optionalSyntax(ast: Ast): readonly Diagnostic[] {
  let first: Ast | undefined
  walk(ast, (node) => {
    const marked =
      ((node.kind === 'select' || node.kind === 'index') && node.optional) ||
      (node.kind === 'list' && node.items.some(({ optional }) => optional)) ||
      (node.kind === 'map' && node.entries.some(({ optional }) => optional))
    if (marked) first ??= node
    return first === undefined
  })
  if (first === undefined) return []
  const message = 'optional syntax is an extension: agentgateway refuses it'
  return [{ severity: 'note', code: 'cel.optional-syntax', message, start: first.start, end: first.end }]
}
