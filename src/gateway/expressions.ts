// Expressions of one configuration: compiled once for each text, checked for each use.
import type { Ast, Diagnostic } from '../cel/ast.ts'
import { compile } from '../cel/compile.ts'
import { customFunctions } from '../cel/custom.ts'
import { dialect } from '../cel/dialect.ts'
import { dialectFunctions } from '../cel/functions/index.ts'
import { lint } from '../cel/lint.ts'
import { macroNames } from '../cel/macros.ts'
import type { CustomFunction } from '../cel/options.ts'
import { parse } from '../cel/parser.ts'
import { terms, walk } from '../cel/walk.ts'
import type { Expression, Term, Use } from '../policy/policy.ts'

interface Written {
  readonly expression: Expression | undefined
  readonly diagnostics: readonly Diagnostic[]
  readonly ast: Ast | undefined
}

export class Expressions {
  /** What is wrong with `config.customFunctions`. */
  readonly diagnostics: readonly Diagnostic[]
  readonly #custom: ReadonlyMap<string, CustomFunction>
  readonly #volatile: ReadonlySet<string>
  readonly #written = new Map<string, Written>()

  /** `custom`: the text of `config.customFunctions`. */
  constructor(custom: string) {
    const { functions, diagnostics } = customFunctions(custom, new Set([...dialectFunctions.keys(), ...macroNames]))
    this.#custom = functions
    this.#volatile = volatileNames(functions)
    this.diagnostics = diagnostics
  }

  /** The expression, unless one of the diagnostics is an error. */
  compile(source: string, use: Use): Pick<Written, 'expression' | 'diagnostics'> {
    const { expression, diagnostics, ast } = this.#compiled(source)
    if (ast === undefined || expression === undefined) return { expression, diagnostics }
    const found = [...diagnostics, ...lint(ast, { scope: dialect, functions: dialectFunctions, ...use })]
    return {
      expression: found.some(({ severity }) => severity === 'error') ? undefined : expression,
      diagnostics: found,
    }
  }

  /** What must be true for a whole expression to be. */
  terms({ source }: Expression): readonly Term[] {
    const { ast, expression } = this.#compiled(source)
    if (ast === undefined || expression === undefined) return []
    const whole = [{ ast, expression, volatile: this.#isVolatile(ast) }]
    const operands = terms(ast, '&&')
    if (operands.length === 1) return whole
    const parts = operands.flatMap((operand): Term[] => {
      const part = this.#compiled(source.slice(operand.start, operand.end))
      if (part.ast === undefined || part.expression === undefined) return []
      return [{ ast: part.ast, expression: part.expression, volatile: this.#isVolatile(part.ast) }]
    })
    // A condition that got lost would open what it closes.
    return parts.length === operands.length ? parts : whole
  }

  #compiled(source: string): Written {
    const known = this.#written.get(source)
    if (known !== undefined) return known
    const { program, diagnostics } = compile(source, {
      scope: dialect,
      functions: dialectFunctions,
      custom: this.#custom,
    })
    const parsed = program === undefined ? undefined : parse(source)
    const ast = parsed !== undefined && 'ast' in parsed ? parsed.ast : undefined
    const written = { expression: program, diagnostics, ast }
    this.#written.set(source, written)
    return written
  }

  #isVolatile(ast: Ast): boolean {
    return calls(ast, this.#volatile)
  }
}

/** Functions that may answer something else each time, those that call one included. */
function volatileNames(custom: ReadonlyMap<string, CustomFunction>): ReadonlySet<string> {
  const names = new Set([...dialectFunctions.values()].filter((each) => each.volatile).map(({ name }) => name))
  for (let before = 0; before < names.size; ) {
    before = names.size
    for (const { name, body } of custom.values()) if (calls(body, names)) names.add(name)
  }
  return names
}

function calls(ast: Ast, names: ReadonlySet<string>): boolean {
  let found = false
  walk(ast, (node) => {
    found ||= node.kind === 'call' && names.has(node.name)
    return !found
  })
  return found
}
