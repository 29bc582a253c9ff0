// Follows an expression through the shapes of its context: unknown names and fields, wrong phases, comparisons that cannot hold.
import type { Ast, Diagnostic } from './ast.ts'
import type { CelFunction } from './functions/function.ts'
import type { Phase, Scope, Shape } from './scope.ts'
import { suggest } from './suggest.ts'
import { pathOf } from './walk.ts'

/** What an expression is followed with. */
export interface Following {
  readonly scope: Scope
  /** `undefined`: any. */
  readonly phase: Phase | undefined
  readonly functions: ReadonlyMap<string, CelFunction>
}

export interface Followed {
  readonly diagnostics: readonly Diagnostic[]
  /** What the whole expression is; `undefined`: that depends. */
  readonly type: Shape['type']
}

export function follow(ast: Ast, following: Following): Followed {
  const walk = new Follow(following)
  const { type } = walk.shape(ast, undefined)
  return { diagnostics: walk.diagnostics, type: type === 'dyn' ? undefined : type }
}

type Type = NonNullable<Shape['type']>
type Call = Extract<Ast, { kind: 'call' }>
type Binary = Extract<Ast, { kind: 'binary' }>

interface Local {
  readonly name: string
  readonly shape: Shape
  readonly outer: Local | undefined
}

const dyn: Shape = { open: true }
const shapes = Object.freeze({
  bool: { type: 'bool' },
  int: { type: 'int' },
  double: { type: 'double' },
  string: { type: 'string' },
  bytes: { type: 'bytes' },
  list: { type: 'list' },
  map: { type: 'map', open: true },
} as const satisfies { readonly [type: string]: Shape })

/** What may equal each other; a secret shows itself as text. */
const kinds: { readonly [T in Type]: string | undefined } = {
  bool: 'bool',
  int: 'number',
  double: 'number',
  string: 'text',
  secret: 'text',
  bytes: 'bytes',
  list: 'list',
  map: 'map',
  timestamp: 'timestamp',
  duration: 'duration',
  dyn: undefined,
}

/** Names that are values of the language. */
const typeNames: ReadonlySet<string> = new Set(
  'bool int uint double float string bytes list map null_type type dyn optional_type google net'.split(' '),
)

class Follow {
  readonly diagnostics: Diagnostic[] = []
  readonly #scope: Scope
  readonly #phase: Phase | undefined
  readonly #functions: ReadonlyMap<string, CelFunction>

  constructor({ scope, phase, functions }: Following) {
    this.#scope = scope
    this.#phase = phase
    this.#functions = functions
  }

  /** Chains are followed in a loop: they may be very long. */
  shape(ast: Ast, local: Local | undefined): Shape {
    const chain: Ast[] = []
    let at = ast
    for (let next = this.#below(at, local); next !== undefined; next = this.#below(at, local)) {
      chain.push(at)
      at = next
    }
    let shape = this.#start(at, local)
    for (let link = chain.pop(); link !== undefined; link = chain.pop()) shape = this.#follow(link, shape, local)
    return shape
  }

  #below(ast: Ast, local: Local | undefined): Ast | undefined {
    if (ast.kind === 'select' || ast.kind === 'index' || ast.kind === 'unary') return ast.of
    if (ast.kind === 'binary') return ast.left
    if (ast.kind !== 'call' || ast.on === undefined) return undefined
    const { on } = ast
    // `math` of `math.least(…)` is no name of the context.
    const isSpace = on.kind === 'ident' && find(on.name, local) === undefined && this.#isSpace(on.name, ast.name)
    return isSpace ? undefined : on
  }

  #isSpace(name: string, member: string): boolean {
    return !this.#scope.roots.includes(name) && (name === 'cel' || this.#functions.has(`${name}.${member}`))
  }

  #start(ast: Ast, local: Local | undefined): Shape {
    switch (ast.kind) {
      case 'literal':
        return literals[ast.value.type]
      case 'ident':
        return (ast.absolute ? undefined : find(ast.name, local)?.shape) ?? this.#root(ast)
      case 'call':
        return this.#free(ast, local)
      case 'list':
        for (const { value } of ast.items) this.shape(value, local)
        return shapes.list
      case 'map':
        for (const { key, value } of ast.entries) {
          this.shape(key, local)
          this.shape(value, local)
        }
        return shapes.map
      case 'ternary':
        return this.#ternary(ast, local)
      case 'select':
      case 'index':
      case 'unary':
      case 'binary':
      case 'message':
        return dyn
    }
  }

  #follow(ast: Ast, shape: Shape, local: Local | undefined): Shape {
    switch (ast.kind) {
      case 'select':
        return this.#field(shape, ast.field, { start: ast.end - ast.field.length, end: ast.end }, ast.of)
      case 'index': {
        const { at } = ast
        if (at.kind === 'literal' && at.value.type === 'string') return this.#field(shape, at.value.value, at, ast.of)
        this.shape(at, local)
        return shape.items ?? dyn
      }
      case 'unary':
        if (ast.operator === '-') return shape
        this.#condition(ast.of, shape)
        return shapes.bool
      case 'binary':
        return this.#binary(ast, shape, local)
      case 'call':
        return this.#method(ast, shape, local)
      case 'literal':
      case 'ident':
      case 'list':
      case 'map':
      case 'ternary':
      case 'message':
        return shape
    }
  }

  #root(ast: Extract<Ast, { kind: 'ident' }>): Shape {
    const { name } = ast
    if (Object.hasOwn(this.#scope.shapes, name)) {
      const shape = this.#scope.shapes[name] ?? dyn
      this.#available(shape, name, ast)
      return shape
    }
    if (!this.#scope.roots.includes(name) && !typeNames.has(name))
      this.#say(ast, 'cel.unknown-root', `unknown name '${name}'`, suggest(name, this.#scope.roots))
    return dyn
  }

  #field(shape: Shape, field: string, at: Span, of: Ast): Shape {
    const { fields, type } = shape
    if (fields !== undefined && Object.hasOwn(fields, field)) {
      const below = fields[field] ?? dyn
      this.#available(below, `${spell(of)}.${field}`, at)
      return below
    }
    if (shape.open === true || type === undefined || type === 'dyn' || type === 'list') return dyn
    const known = Object.keys(fields ?? {})
    const what = fields === undefined ? `${spell(of)}, ${one(shape)}` : spell(of)
    this.#say(at, 'cel.unknown-field', `unknown field '${field}' on ${what}`, suggest(field, known))
    return dyn
  }

  #available({ phases }: Shape, name: string, at: Span): void {
    const phase = this.#phase
    if (phase === undefined || phases === undefined || phases.includes(phase)) return
    const when = phases.map((each) => whens[each]).join(' or ')
    this.#say(at, 'cel.phase', `\`${name}\` is not there ${whens[phase]}`, { hint: `it is there ${when}` })
  }

  #ternary(ast: Extract<Ast, { kind: 'ternary' }>, local: Local | undefined): Shape {
    this.#condition(ast.test, this.shape(ast.test, local))
    const yes = this.shape(ast.yes, local)
    const no = this.shape(ast.no, local)
    return yes.type === no.type ? yes : dyn
  }

  #condition(at: Span, { type }: Shape): void {
    if (type === undefined || type === 'bool' || type === 'dyn') return
    this.#say(at, 'cel.no-condition', `${one({ type })} is neither true nor false: this always fails`, {})
  }

  #binary(ast: Binary, left: Shape, local: Local | undefined): Shape {
    const right = this.shape(ast.right, local)
    switch (ast.operator) {
      case '&&':
      case '||':
        this.#condition(ast.left, left)
        this.#condition(ast.right, right)
        return shapes.bool
      case 'in':
        if (ast.right.kind === 'list')
          this.#among(
            ast,
            left,
            ast.right.items.map(({ value }) => this.#literal(value)),
          )
        return shapes.bool
      case '+':
      case '-':
      case '*':
      case '/':
      case '%':
        return left.type === right.type && left.type !== 'timestamp' ? left : dyn
      case '==':
      case '!=':
      case '<':
      case '<=':
      case '>':
      case '>=':
        this.#comparison(ast, left, right)
        return shapes.bool
    }
  }

  #literal(ast: Ast): Shape {
    return ast.kind === 'literal' ? literals[ast.value.type] : dyn
  }

  #among(ast: Binary, left: Shape, items: readonly Shape[]): void {
    if (items.length === 0 || !items.every((item) => differ(left, item))) return
    this.#say(ast, 'cel.never', `${one(left)} is never one of these: this can never hold`, {})
  }

  #comparison(ast: Binary, left: Shape, right: Shape): void {
    if (!differ(left, right)) return
    const what = `${one(left)} and ${one(right)}`
    const hint = remedy(ast.left, left, ast.right) ?? remedy(ast.right, right, ast.left)
    const more = hint === undefined ? {} : { hint }
    if (ast.operator === '==') this.#say(ast, 'cel.never', `${what} are never equal: this can never hold`, more)
    else if (ast.operator === '!=') this.#say(ast, 'cel.always', `${what} are never equal: this always holds`, more)
    else this.#say(ast, 'cel.never', `${what} have no order: this always fails`, more)
  }

  #free(ast: Call, local: Local | undefined): Shape {
    const name = ast.on?.kind === 'ident' ? `${ast.on.name}.${ast.name}` : ast.name
    const [variable, init, body] = ast.args
    if (name === 'cel.bind' && variable?.kind === 'ident' && init !== undefined && body !== undefined)
      return this.shape(body, { name: variable.name, shape: this.shape(init, local), outer: local })
    for (const each of ast.args) this.shape(each, local)
    return name === 'has' ? shapes.bool : this.#answer(name)
  }

  #method(ast: Call, on: Shape, local: Local | undefined): Shape {
    const [first, second] = ast.args
    if (
      first?.kind === 'ident' &&
      second !== undefined &&
      (ast.name === 'with' || results.has(ast.name) || ast.name === 'filter')
    ) {
      const two = second.kind === 'ident' && ast.args.length > 2 && ast.name !== 'map'
      let inner: Local = { name: first.name, shape: variable(ast.name, on, two), outer: local }
      if (two) inner = { name: second.name, shape: on.items ?? dyn, outer: inner }
      let last: Shape = dyn
      for (const each of ast.args.slice(two ? 2 : 1)) last = this.shape(each, inner)
      if (ast.name === 'with') return last
      return ast.name === 'filter' ? on : (results.get(ast.name) ?? dyn)
    }
    for (const each of ast.args) this.shape(each, local)
    return this.#answer(ast.name)
  }

  #answer(name: string): Shape {
    const type = this.#functions.get(name)?.answers
    return type === undefined ? dyn : { type, open: true }
  }

  #say(at: Span, code: string, message: string, more: { readonly hint?: string }): void {
    this.diagnostics.push({ severity: 'warning', code, message, ...more, start: at.start, end: at.end })
  }
}

interface Span {
  readonly start: number
  readonly end: number
}

const literals = {
  null: dyn,
  bool: shapes.bool,
  int: shapes.int,
  uint: shapes.int,
  double: shapes.double,
  string: shapes.string,
  bytes: shapes.bytes,
} as const satisfies { readonly [type: string]: Shape }

const whens: { readonly [P in Phase]: string } = {
  request: 'when a request comes in',
  authorization: 'when rules on tools, prompts and resources are asked',
  response: 'when the response passes',
  log: 'when the request is logged',
}

/** What the macros answer whose answer does not depend on their last argument. */
const results: ReadonlyMap<string, Shape> = new Map<string, Shape>([
  ...['all', 'exists', 'exists_one', 'existsOne'].map((name): [string, Shape] => [name, shapes.bool]),
  ...['map', 'transformList'].map((name): [string, Shape] => [name, shapes.list]),
  ...['mapValues', 'filterKeys', 'transformMap', 'transformMapEntry'].map((name): [string, Shape] => [
    name,
    shapes.map,
  ]),
  ['optMap', dyn],
  ['optFlatMap', dyn],
])

function variable(macro: string, on: Shape, two: boolean): Shape {
  if (macro === 'with') return on
  if (macro === 'optMap' || macro === 'optFlatMap') return dyn
  if (on.type === 'map') return macro === 'mapValues' ? dyn : shapes.string
  if (on.type !== 'list') return dyn
  return two ? shapes.int : (on.items ?? dyn)
}

function find(name: string, local: Local | undefined): Local | undefined {
  for (let at = local; at !== undefined; at = at.outer) if (at.name === name) return at
  return undefined
}

/** Whether values of both kinds are never comparable. */
function differ(left: Shape, right: Shape): boolean {
  const [a, b] = [kinds[left.type ?? 'dyn'], kinds[right.type ?? 'dyn']]
  return a !== undefined && b !== undefined && a !== b
}

/** What would make the comparison of something with a text possible. */
function remedy(ast: Ast, { type }: Shape, literal: Ast): string | undefined {
  if (literal.kind !== 'literal' || literal.value.type !== 'string') return undefined
  const { value } = literal.value
  if (type === 'bytes') return `write string(${spell(ast)})`
  const bare = kinds[type ?? 'dyn'] === 'number' && /^-?\d+(?:\.\d+)?$/.test(value)
  return bare || (type === 'bool' && /^(?:true|false)$/.test(value)) ? `write ${value} without quotes` : undefined
}

/** `a string`, `an int`. */
const one = ({ type = 'dyn' }: Shape): string => (type === 'bytes' ? type : `${type === 'int' ? 'an' : 'a'} ${type}`)

/** A place in short: what is no plain path is `this value`. */
const spell = (ast: Ast): string => pathOf(ast)?.join('.') ?? 'this value'
