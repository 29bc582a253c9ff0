// One rule of a rule set: what it says of one thing, and which parts of it say the same of all things that a request may ask for.
import type { Ast } from '../cel/ast.ts'
import { Fault, Unknown, type Value } from '../cel/value.ts'
import { pathOf } from '../cel/walk.ts'
import type { Path } from '../core/module.ts'
import type { Context } from './context.ts'
import { type Kind, kindNames } from './context-item.ts'
import type { Expression, Logic, Term } from './policy.ts'
import { scopesIn } from './scopes.ts'

export type RuleKind = 'allow' | 'deny' | 'require'

/** What a rule answers. Unknown: it depends on what is not known yet. */
export type Truth = boolean | Fault | Unknown

const noBool = new Fault('no-such-overload', 'the rule is neither true nor false')

/** A value as the answer of a rule. */
function truthOf(value: Value): Truth {
  if (typeof value === 'boolean' || value instanceof Fault || value instanceof Unknown) return value
  return noBool
}

/** `&&` of two answers: false decides whatever the other is; what is not known may still become false, so it hides an error. */
function both(a: Truth, b: Truth): Truth {
  if (a === false || b === false) return false
  if (a === true) return b
  if (b === true) return a
  return a instanceof Unknown ? a : b instanceof Unknown ? b : a
}

/** Answers that are possible as long as something is not known: any of these bits. */
export const TRUE = 1
export const FALSE = 2
export const ERROR = 4

/** Answers that an expression can still give when all is known; exact as far as its parts are independent of one another. */
function possible(logic: Logic, context: Context): number {
  switch (logic.kind) {
    case 'leaf':
      return maskOf(truthOf(logic.expression.evaluate(context)))
    case 'not': {
      const of = possible(logic.of, context)
      return (of & ERROR) | (of & TRUE ? FALSE : 0) | (of & FALSE ? TRUE : 0)
    }
    case '&&':
      return logic.parts.reduce((mask, part) => joined(mask, possible(part, context), FALSE), TRUE)
    case '||':
      return logic.parts.reduce((mask, part) => joined(mask, possible(part, context), TRUE), FALSE)
  }
}

export function maskOf(truth: Truth): number {
  if (truth === true) return TRUE
  if (truth === false) return FALSE
  return truth instanceof Fault ? ERROR : TRUE | FALSE | ERROR
}

/** Answers of two operands as answers of both: `decides` does so whatever the other one is, else an error is an error. */
function joined(a: number, b: number, decides: number): number {
  const passes = decides === FALSE ? TRUE : FALSE
  let mask = 0
  if ((a | b) & decides) mask |= decides
  if (a & passes && b & passes) mask |= passes
  if ((a & ERROR && b & (passes | ERROR)) || (b & ERROR && a & (passes | ERROR))) mask |= ERROR
  return mask
}

/** Things that a rule can hold for, because one of its terms compares their name or target with literals. */
interface Named {
  readonly kind: Kind
  readonly field: Field
  readonly values: ReadonlySet<string>
}

type Field = 'name' | 'target'

/** How things are looked up: names of different kinds are different names. */
export const keyOf = (kind: Kind | undefined, field: Field, value: string): string => `${kind ?? ''} ${field} ${value}`

export interface RuleOptions {
  readonly kind: RuleKind
  /** Its place in the list. */
  readonly index: number
  /** Where it stands in the configuration. */
  readonly path: Path
  readonly expression: Expression
  readonly terms: readonly Term[]
}

export class Rule {
  readonly kind: RuleKind
  readonly index: number
  readonly path: Path
  readonly expression: Expression
  /** It may answer something else each time. */
  readonly volatile: boolean
  /** Scopes that it looks for in tokens. */
  readonly scopes: readonly string[]
  /** For other things than these the rule is false. */
  readonly named: Named | undefined
  readonly #logic: readonly Logic[]
  readonly #fixed: readonly Expression[]
  readonly #varying: readonly Expression[]
  /** Kinds of things that the rule speaks of. */
  readonly #kinds: ReadonlySet<Kind>

  constructor({ kind, index, path, expression, terms }: RuleOptions) {
    this.kind = kind
    this.index = index
    this.path = path
    this.expression = expression
    this.#logic = terms.map(({ logic }) => logic)
    this.scopes = terms.flatMap(({ ast }) => scopesIn(ast))
    this.volatile = terms.some((term) => term.volatile)
    const isFixed = (term: Term): boolean => ![...term.expression.reads].some((read) => /^(?:mcp|session)\b/.test(read))
    const naming = kind === 'require' ? undefined : namingIn(terms)
    this.named = naming && namedIn(naming.ast)
    this.#fixed = terms.filter(isFixed).map((term) => term.expression)
    this.#varying = terms.filter((term) => term !== naming && !isFixed(term)).map((term) => term.expression)
    this.#kinds = new Set(kindNames.filter((each) => [...expression.reads].some((read) => isBelow(read, each))))
  }

  /** What it says of the thing that the context is about. */
  test(context: Context): Truth {
    return this.#applying(context, truthOf(this.expression.evaluate(context)))
  }

  /** The terms that are the same for all things of this request. */
  fixed(context: Context): Truth {
    return all(this.#fixed, context)
  }

  /** What it says of one of the things that it names, when `fixed` is known. */
  rest(context: Context, fixed: Truth): Truth {
    if (this.#varying.length === 0) return fixed
    return this.#applying(context, both(fixed, all(this.#varying, context)))
  }

  /** Answers that are possible when all is known. */
  possible(context: Context): number {
    const mask = this.#mask(context)
    if (this.kind !== 'deny' || (mask & ERROR) === 0 || !this.#speaksOfOthers(context)) return mask
    // What fails because it is about other kinds of things does not deny in the end.
    context.mcp.hypothetical = true
    const otherwise = this.#mask(context)
    context.mcp.hypothetical = false
    return otherwise & ERROR ? mask | FALSE : (mask & ~ERROR) | FALSE
  }

  #mask(context: Context): number {
    return this.#logic.reduce((mask, logic) => joined(mask, possible(logic, context), FALSE), TRUE)
  }

  /**
   * A rule on tools has nothing to say of a prompt, and asking it for `mcp.tool.name` there is no error that denies. Whether that
   * is all that went wrong shows when tools are given a name that none has: if the rule can be decided then, it is about others.
   */
  #applying(context: Context, truth: Truth): Truth {
    if (this.kind !== 'deny' || !(truth instanceof Fault) || !this.#speaksOfOthers(context)) return truth
    context.mcp.hypothetical = true
    const otherwise = truthOf(this.expression.evaluate(context))
    context.mcp.hypothetical = false
    return otherwise instanceof Fault ? otherwise : false
  }

  #speaksOfOthers({ mcp }: Context): boolean {
    return this.#kinds.size > (mcp.kind !== undefined && this.#kinds.has(mcp.kind) ? 1 : 0)
  }
}

const isBelow = (read: string, kind: Kind): boolean =>
  read === 'mcp' || read === `mcp.${kind}` || read.startsWith(`mcp.${kind}.`)

function all(expressions: readonly Expression[], context: Context): Truth {
  let truth: Truth = true
  for (const expression of expressions) {
    truth = both(truth, truthOf(expression.evaluate(context)))
    if (truth === false) return false
  }
  return truth
}

/** The term to look things up by: a name is rarer than a target. */
function namingIn(terms: readonly Term[]): Term | undefined {
  const naming = terms.filter(({ ast }) => namedIn(ast) !== undefined)
  return naming.find(({ ast }) => namedIn(ast)?.field === 'name') ?? naming[0]
}

/** `mcp.tool.name == "a"`, the same from right to left, or `mcp.tool.name in ["a", "b"]`; likewise of targets. */
function namedIn(ast: Ast): Named | undefined {
  if (ast.kind !== 'binary') return undefined
  const { operator, left, right } = ast
  if (operator === '==') {
    const about = fieldIn(left) ?? fieldIn(right)
    const text = textOf(left) ?? textOf(right)
    return about === undefined || text === undefined ? undefined : { ...about, values: new Set([text]) }
  }
  const about = operator === 'in' && right.kind === 'list' ? fieldIn(left) : undefined
  if (about === undefined || right.kind !== 'list' || right.items.length === 0) return undefined
  const texts = right.items.map(({ value, optional }) => (optional ? undefined : textOf(value)))
  const known = texts.filter((text) => text !== undefined)
  return known.length < texts.length ? undefined : { ...about, values: new Set(known) }
}

function fieldIn(ast: Ast): Pick<Named, 'kind' | 'field'> | undefined {
  const [root, of, field, ...more] = pathOf(ast) ?? []
  const kind = kindNames.find((each) => each === of)
  if (root !== 'mcp' || kind === undefined || more.length > 0) return undefined
  return field === 'name' || field === 'target' ? { kind, field } : undefined
}

const textOf = (ast: Ast): string | undefined =>
  ast.kind === 'literal' && ast.value.type === 'string' ? ast.value.value : undefined
