// Whether a rule is always true or never: what follows from literals, and from comparisons of one path that contradict each other.
import type { Ast, Diagnostic } from './ast.ts'
import { boundNames, pathOf, terms, walk } from './walk.ts'

/** What a term says of a path: it is one of these values, or none of them. */
interface Fact {
  readonly path: string
  readonly among: boolean
  readonly values: ReadonlySet<string>
}

/** Reports what can only have one outcome. A rule that is just `true` says what it means; it is noted, no more. */
export function constants(ast: Ast): readonly Diagnostic[] {
  const bound = boundNames(ast)
  const found: Diagnostic[] = []
  const inner = new Set<Ast>()
  walk(ast, (node) => {
    if (node.kind !== 'binary' || (node.operator !== '&&' && node.operator !== '||')) return true
    const { operator, left, right } = node
    for (const side of [left, right]) if (side.kind === 'binary' && side.operator === operator) inner.add(side)
    // `a || b` always holds when `!a && !b` never does.
    if (!inner.has(node) && contradict(terms(node, operator), operator === '||', bound))
      found.push({ ...spanOf(node), ...outcome('these comparisons', operator === '||') })
    return true
  })
  const whole = fold(ast)
  if (whole === undefined || found.length > 0) return found
  const plain = ast.kind === 'literal'
  return [{ ...spanOf(ast), ...outcome('this expression', whole), ...(plain && { severity: 'note' }) }]
}

function outcome(what: string, holds: boolean): Pick<Diagnostic, 'severity' | 'code' | 'message'> {
  const verb = what.startsWith('these') ? 'hold' : 'holds'
  return holds
    ? { severity: 'warning', code: 'cel.always', message: `${what} always ${verb}` }
    : { severity: 'warning', code: 'cel.never', message: `${what} can never ${verb.replace(/s$/, '')}` }
}

function contradict(parts: readonly Ast[], negated: boolean, bound: ReadonlySet<string>): boolean {
  const left = new Map<string, Set<string>>()
  const facts = parts.flatMap((part) => factOf(part, negated, bound) ?? [])
  for (const { path, values } of facts.filter(({ among }) => among)) {
    const before = left.get(path)
    left.set(path, new Set([...values].filter((value) => before?.has(value) !== false)))
  }
  for (const { path, values } of facts.filter(({ among }) => !among)) {
    for (const value of values) left.get(path)?.delete(value)
  }
  return [...left.values()].some(({ size }) => size === 0)
}

function factOf(term: Ast, negated: boolean, bound: ReadonlySet<string>): Fact | undefined {
  if (term.kind === 'unary' && term.operator === '!') return factOf(term.of, !negated, bound)
  const path = key(term, bound)
  if (path !== undefined) return { path, among: !negated, values: new Set(['bool true']) }
  if (term.kind !== 'binary') return undefined
  const { operator, left, right } = term
  if (operator === 'in' && right.kind === 'list') {
    const of = key(left, bound)
    const values = right.items.flatMap(({ value }) => spell(value) ?? [])
    if (of === undefined || values.length < right.items.length) return undefined
    return { path: of, among: !negated, values: new Set(values) }
  }
  if (operator !== '==' && operator !== '!=') return undefined
  const of = key(left, bound) ?? key(right, bound)
  const value = spell(left) ?? spell(right)
  if (of === undefined || value === undefined) return undefined
  return { path: of, among: (operator === '==') !== negated, values: new Set([value]) }
}

function key(ast: Ast, bound: ReadonlySet<string>): string | undefined {
  const path = pathOf(ast)
  return path === undefined || bound.has(path[0] ?? '') ? undefined : path.join('\0')
}

/** A literal in a form in which equal ones are the same: `1`, `1u` and `1.0` are. */
function spell(ast: Ast): string | undefined {
  if (ast.kind !== 'literal') return undefined
  const { value } = ast
  switch (value.type) {
    case 'null':
      return 'null'
    case 'int':
    case 'uint':
      return `number ${value.value}`
    case 'double':
      return Number.isInteger(value.value) ? `number ${BigInt(value.value)}` : `number ${value.value}`
    case 'bytes':
      return `bytes ${Buffer.from(value.value).toString('hex')}`
    case 'bool':
    case 'string':
      return `${value.type} ${value.value}`
  }
}

/** What an expression of literals comes to, as far as that can be seen without evaluating anything. */
function fold(ast: Ast): boolean | undefined {
  if (ast.kind === 'literal') return ast.value.type === 'bool' ? ast.value.value : undefined
  if (ast.kind === 'unary' && ast.operator === '!') {
    const of = fold(ast.of)
    return of === undefined ? undefined : !of
  }
  if (ast.kind === 'ternary') {
    const test = fold(ast.test)
    return test === undefined ? undefined : fold(test ? ast.yes : ast.no)
  }
  if (ast.kind !== 'binary') return undefined
  const { operator } = ast
  if (operator === '&&' || operator === '||') {
    const ends = operator === '||'
    const parts = terms(ast, operator).map(fold)
    if (parts.includes(ends)) return ends
    return parts.includes(undefined) ? undefined : !ends
  }
  if (operator === 'in') return ast.right.kind === 'list' && ast.right.items.length === 0 ? false : undefined
  if (operator !== '==' && operator !== '!=') return undefined
  const [left, right] = [spell(ast.left), spell(ast.right)]
  return left === undefined || right === undefined ? undefined : (left === right) === (operator === '==')
}

const spanOf = ({ start, end }: Ast): { start: number; end: number } => ({ start, end })
