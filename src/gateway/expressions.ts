// Expressions of one configuration: compiled once for each text, checked for each use.
import type { Ast, Diagnostic } from '../cel/ast.ts'
import { compileTree } from '../cel/compile.ts'
import { customFunctions } from '../cel/custom.ts'
import { dialect } from '../cel/dialect.ts'
import { dialectFunctions } from '../cel/functions/index.ts'
import { lint } from '../cel/lint.ts'
import { macroNames } from '../cel/macros.ts'
import type { CompileOptions, CustomFunction } from '../cel/options.ts'
import { parse } from '../cel/parser.ts'
import { terms, walk } from '../cel/walk.ts'
import type { Expression, Logic, Term, Use } from '../policy/policy.ts'

interface Written {
  readonly expression: Expression | undefined
  readonly diagnostics: readonly Diagnostic[]
  readonly ast: Ast | undefined
}

export class Expressions {
  /** What is wrong with `config.customFunctions`. */
  readonly diagnostics: readonly Diagnostic[]
  readonly #options: CompileOptions
  readonly #volatile: ReadonlySet<string>
  readonly #written = new Map<string, Written>()

  /** `custom`: the text of `config.customFunctions`. */
  constructor(custom: string) {
    const { functions, diagnostics } = customFunctions(custom, new Set([...dialectFunctions.keys(), ...macroNames]))
    this.#options = { scope: dialect, functions: dialectFunctions, custom: functions }
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
    const whole = [this.#term(ast, expression)]
    const operands = terms(ast, '&&')
    if (operands.length === 1) return whole
    const parts = operands.flatMap((operand) => {
      const part = this.#part(operand, source)
      return part === undefined ? [] : [this.#term(operand, part)]
    })
    // A condition that got lost would open what it closes.
    return parts.length === operands.length ? parts : whole
  }

  #built(ast: Ast, source: string): Written {
    const { program, diagnostics } = compileTree(ast, source, this.#options)
    return { expression: program, diagnostics, ast }
  }

  #term(ast: Ast, expression: Expression): Term {
    const logic: Logic = expression.attributes.has('mcp.tool.arguments')
      ? this.#logic(ast, expression)
      : { kind: 'leaf', expression }
    return { ast, expression, volatile: calls(ast, this.#volatile), logic }
  }

  #logic(ast: Ast, expression: Expression): Logic {
    const leaf: Logic = { kind: 'leaf', expression }
    const { source } = expression
    const below = (part: Ast): Logic | undefined => {
      const program = this.#part(part, source)
      return program && this.#logic(part, program)
    }
    if (ast.kind === 'unary' && ast.operator === '!') {
      const of = below(ast.of)
      return of === undefined ? leaf : { kind: 'not', of }
    }
    if (ast.kind !== 'binary' || (ast.operator !== '&&' && ast.operator !== '||')) return leaf
    const parts = terms(ast, ast.operator).map(below)
    const known = parts.filter((part) => part !== undefined)
    return known.length === parts.length ? { kind: ast.operator, parts: known } : leaf
  }

  #part(ast: Ast, source: string): Expression | undefined {
    return compileTree(ast, source, this.#options).program
  }

  #compiled(source: string): Written {
    const known = this.#written.get(source)
    if (known !== undefined) return known
    const parsed = parse(source)
    const written: Written =
      'ast' in parsed ? this.#built(parsed.ast, source) : { expression: undefined, ast: undefined, ...parsed }
    this.#written.set(source, written)
    return written
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
