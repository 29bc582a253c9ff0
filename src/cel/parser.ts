// Tokens into a tree: the whole CEL grammar, macros left as the calls that they look like.
import type { Ast, Binary, Diagnostic, Element, Entry } from './ast.ts'
import { hintFor, negative, outOfRange, syntax, type Token, tokenize } from './lexer.ts'
import { defaultLimits, type Limits } from './options.ts'

export type Parsed = { readonly ast: Ast } | { readonly diagnostics: readonly Diagnostic[] }

/** What parsing may be told. */
export interface ParseOptions extends Partial<Pick<Limits, 'text' | 'depth' | 'nodes'>> {
  /** `.?`, `[?`, `{?`: off unless asked for. */
  readonly optionalSyntax?: boolean
}

/** By rising strength; all bind to the left. */
const strengths: ReadonlyMap<string, number> = new Map([
  ['||', 1],
  ['&&', 2],
  ...['==', '!=', '<', '<=', '>', '>=', 'in'].map((each): [string, number] => [each, 3]),
  ['+', 4],
  ['-', 4],
  ['*', 5],
  ['/', 5],
  ['%', 5],
])
const binaries: ReadonlyMap<string, Binary> = new Map(
  (['&&', '||', '==', '!=', '<', '<=', '>', '>=', 'in', '+', '-', '*', '/', '%'] as const).map((each) => [each, each]),
)

/** Not names where an expression begins (cel-spec, doc/langdef.md, "Syntax"). */
const reserved: ReadonlySet<string> = new Set(
  'as break const continue else for function if import let loop package namespace return var void while'.split(' '),
)
const keywords: ReadonlySet<string> = new Set(['in', 'true', 'false', 'null'])

/** Calls and fields after one another are nested closures later on: this many fit on any stack. */
const chainPerDepth = 4

/**
 * Parses an expression. The left side of binary operators may be as deep as the text is long (`1 + 1 + …`): whoever walks the
 * tree walks that side in a loop. Everything else is bounded by `depth`.
 */
export function parse(source: string, options: ParseOptions = {}): Parsed {
  const text = options.text ?? defaultLimits.text
  if (source.length > text)
    return failed({
      ...syntax(`the expression is longer than ${text} characters`, text, source.length),
      code: 'cel.limit',
    })
  const tokens = tokenize(source)
  if ('severity' in tokens) return failed(tokens)
  try {
    return { ast: new Parser(tokens, options).all() }
  } catch (error) {
    if (error instanceof Stop) return failed(error.diagnostic)
    throw error
  }
}

const failed = (diagnostic: Diagnostic): Parsed => ({ diagnostics: [diagnostic] })

/** Ends parsing from any depth; never leaves this file. */
class Stop extends Error {
  readonly diagnostic: Diagnostic
  constructor(diagnostic: Diagnostic) {
    super(diagnostic.message)
    this.diagnostic = diagnostic
  }
}

class Parser {
  private readonly tokens: readonly Token[]
  private readonly depthLimit: number
  private readonly nodeLimit: number
  private readonly optional: boolean
  private at = 0
  private depth = 0
  private nodes = 0
  /** Height of the node that was made last, left sides of binary operators not counted. */
  private height = 0

  constructor(tokens: readonly Token[], options: ParseOptions) {
    this.tokens = tokens
    this.depthLimit = options.depth ?? defaultLimits.depth
    this.nodeLimit = options.nodes ?? defaultLimits.nodes
    this.optional = options.optionalSyntax ?? false
  }

  all(): Ast {
    const ast = this.expression()
    if (this.token.kind !== 'end') this.expected('an operator or the end of the expression')
    return ast
  }

  private get token(): Token {
    // The last token is `end` and is never taken, so there always is one.
    const token = this.tokens[this.at]
    if (token === undefined) throw new RangeError('no token left')
    return token
  }

  private get last(): Token {
    return this.tokens[Math.max(0, this.at - 1)] ?? this.token
  }

  private is(text: string): boolean {
    return this.token.kind === 'symbol' && this.token.text === text
  }

  private take(text: string): boolean {
    if (!this.is(text)) return false
    this.at++
    return true
  }

  private need(text: string, after?: string): void {
    if (!this.take(text)) this.expected(after === undefined ? text : `${text} ${after}`)
  }

  private expected(what: string): never {
    const { token } = this
    const problem = syntax(`expected ${what}, found ${found(token)}`, token.start, Math.max(token.end, token.start))
    throw new Stop({ ...problem, ...hintFor([token, this.last]) })
  }

  private stop(code: string, message: string, start: number, hint?: string): never {
    const end = Math.max(this.last.end, start)
    throw new Stop({ ...syntax(message, start, end), code, ...(hint === undefined ? {} : { hint }) })
  }

  /** Counts a node and how high the tree has become. */
  private made<T extends Ast>(ast: T, height: number): T {
    this.nodes++
    this.height = height
    if (this.nodes > this.nodeLimit)
      this.stop('cel.limit', `the expression has more than ${this.nodeLimit} parts`, ast.start)
    if (height > this.depthLimit * chainPerDepth)
      this.stop('cel.limit', 'too many fields, calls or conditions after one another', ast.start)
    return ast
  }

  /** `test ? yes : no`, where further conditions after the colon are a loop. */
  private expression(): Ast {
    if (++this.depth > this.depthLimit)
      this.stop('cel.limit', `more than ${this.depthLimit} levels within one another`, this.token.start)
    const choices: { test: Ast; yes: Ast; height: number }[] = []
    let ast = this.binary(1)
    while (this.take('?')) {
      const test = ast
      const testHeight = this.height
      const yes = this.expression()
      const height = Math.max(testHeight, this.height)
      this.need(':', 'of the condition')
      choices.push({ test, yes, height })
      ast = this.binary(1)
    }
    for (const { test, yes, height } of choices.reverse()) {
      const no = ast
      ast = this.made(
        { kind: 'ternary', test, yes, no, start: test.start, end: no.end },
        Math.max(height, this.height) + 1,
      )
    }
    this.depth--
    return ast
  }

  /** Operators of at least some strength. Recursion is as deep as there are strengths, the rest is a loop. */
  private binary(strength: number): Ast {
    let left = this.unary()
    for (;;) {
      const sign = this.operator
      const found = strengths.get(sign) ?? 0
      const operator = binaries.get(sign)
      if (operator === undefined || found < strength) return left
      this.at++
      const height = this.height
      const right = this.binary(found + 1)
      left = this.made(
        { kind: 'binary', operator, left, right, start: left.start, end: right.end },
        Math.max(height, this.height + 1),
      )
    }
  }

  private get operator(): string {
    const { token } = this
    if (token.kind === 'symbol') return token.text
    return token.kind === 'name' && !token.quoted && token.text === 'in' ? 'in' : ''
  }

  private get isNumber(): boolean {
    const { token } = this
    return token.kind === 'literal' && (token.value.type === 'int' || token.value.type === 'double')
  }

  /** Signs before a value. A minus before a number is part of it: `-1.abs()` is that of -1. */
  private unary(): Ast {
    const signs: { operator: '!' | '-'; start: number }[] = []
    for (;;) {
      const { start } = this.token
      if (this.take('!')) signs.push({ operator: '!', start })
      else if (this.take('-')) signs.push({ operator: '-', start })
      else break
    }
    const minus = this.isNumber && signs.at(-1)?.operator === '-' ? signs.pop() : undefined
    let ast = this.chain(this.primary(minus?.start))
    for (const { operator, start } of signs.reverse())
      ast = this.made({ kind: 'unary', operator, of: ast, start, end: ast.end }, this.height + 1)
    return ast
  }

  /** Fields, calls and positions after a value. */
  private chain(first: Ast): Ast {
    let of = first
    for (;;) {
      if (this.take('.')) of = this.member(of)
      else if (this.take('[')) of = this.position(of)
      else if (this.is('{') && qualified(of) !== undefined && of.end === this.last.end) of = this.message(of)
      else return of
    }
  }

  private member(of: Ast): Ast {
    const height = this.height
    const optional = this.optionalMark('.?')
    const { token } = this
    if (token.kind !== 'name') return this.expected('the name of a field or function')
    if (!token.quoted && keywords.has(token.text)) return this.expected('the name of a field or function')
    this.at++
    if (token.quoted || optional || !this.take('(')) {
      return this.made({ kind: 'select', of, field: token.text, optional, start: of.start, end: token.end }, height + 1)
    }
    const args = this.args()
    return this.made(
      { kind: 'call', on: of, name: token.text, args, start: of.start, end: this.last.end },
      Math.max(height, this.height) + 1,
    )
  }

  private position(of: Ast): Ast {
    const height = this.height
    const optional = this.optionalMark('[?')
    const at = this.expression()
    this.need(']')
    return this.made(
      { kind: 'index', of, at, optional, start: of.start, end: this.last.end },
      Math.max(height, this.height) + 1,
    )
  }

  private optionalMark(sign: string): boolean {
    const { start } = this.token
    if (!this.take('?')) return false
    if (!this.optional)
      this.stop(
        'cel.optional-syntax',
        `${sign} is optional syntax, which is not enabled`,
        start,
        'use has() or default()',
      )
    return true
  }

  /** Arguments after `(`. `height` is that of the highest. */
  private args(): readonly Ast[] {
    const args: Ast[] = []
    let height = 0
    while (!this.is(')')) {
      args.push(this.expression())
      height = Math.max(height, this.height)
      if (!this.take(',')) break
      if (this.is(')')) this.expected('an argument')
    }
    this.need(')', 'or , of the call')
    this.height = height
    return args
  }

  /** `T{a: 1}`: there are no message types here, so only its extent and name are kept. */
  private message(of: Ast): Ast {
    this.need('{')
    while (!this.is('}')) {
      this.optionalMark('{?')
      if (this.token.kind !== 'name') this.expected('the name of a field or }')
      this.at++
      this.need(':')
      this.expression()
      if (!this.take(',')) break
    }
    this.need('}')
    return this.made({ kind: 'message', name: qualified(of) ?? '', start: of.start, end: this.last.end }, 1)
  }

  private primary(minus: number | undefined): Ast {
    const { token } = this
    switch (token.kind) {
      case 'literal':
        this.at++
        return this.literal(token, minus)
      case 'name':
        return this.name(token, token.start, false)
      case 'symbol':
        return this.bracket(token.text, token.start)
      case 'end':
        return this.expected('an expression')
      default:
        return token satisfies never
    }
  }

  private literal(token: Token & { kind: 'literal' }, minus: number | undefined): Ast {
    const { value, end } = token
    const start = minus ?? token.start
    const signed = minus === undefined ? value : negative(value)
    if (signed.type === 'int' && signed.value === 2n ** 63n) throw new Stop(outOfRange('int', start, end))
    return this.made({ kind: 'literal', value: signed, start, end }, 1)
  }

  private name(token: Token & { kind: 'name' }, start: number, absolute: boolean): Ast {
    const { text, end } = token
    if (token.quoted) return this.expected('an expression; only fields are written in back-quotes')
    if (text === 'in') return this.expected('an expression')
    this.at++
    if (text === 'true' || text === 'false')
      return this.made({ kind: 'literal', value: { type: 'bool', value: text === 'true' }, start, end }, 1)
    if (text === 'null') return this.made({ kind: 'literal', value: { type: 'null' }, start, end }, 1)
    if (reserved.has(text)) this.stop('cel.syntax', `${text} is a reserved word and cannot be a name`, start)
    if (!this.take('(')) return this.made({ kind: 'ident', name: text, absolute, start, end }, 1)
    const args = this.args()
    return this.made({ kind: 'call', on: undefined, name: text, args, start, end: this.last.end }, this.height + 1)
  }

  private bracket(sign: string, start: number): Ast {
    if (this.take('(')) {
      const ast = this.expression()
      this.need(')')
      return ast
    }
    if (this.take('.')) {
      const { token } = this
      return token.kind === 'name' ? this.name(token, start, true) : this.expected('a name')
    }
    if (sign === '[' && this.take('[')) return this.list(start)
    if (sign === '{' && this.take('{')) return this.map(start)
    return this.expected('an expression')
  }

  private list(start: number): Ast {
    const items: Element[] = []
    let height = 0
    while (!this.is(']')) {
      const optional = this.optionalMark('[?')
      items.push({ value: this.expression(), optional })
      height = Math.max(height, this.height)
      if (!this.take(',')) break
    }
    this.need(']', 'or , of the list')
    return this.made({ kind: 'list', items, start, end: this.last.end }, height + 1)
  }

  private map(start: number): Ast {
    const entries: Entry[] = []
    let height = 0
    while (!this.is('}')) {
      const optional = this.optionalMark('{?')
      const key = this.expression()
      height = Math.max(height, this.height)
      this.need(':', 'and the value of the key')
      entries.push({ key, value: this.expression(), optional })
      height = Math.max(height, this.height)
      if (!this.take(',')) break
    }
    this.need('}', 'or , of the map')
    return this.made({ kind: 'map', entries, start, end: this.last.end }, height + 1)
  }
}

/** `a.b.c` of plain names; `undefined` for anything else. */
function qualified(ast: Ast): string | undefined {
  const fields: string[] = []
  let of = ast
  for (; of.kind === 'select' && !of.optional; of = of.of) fields.unshift(of.field)
  return of.kind === 'ident' ? [of.name, ...fields].join('.') : undefined
}

function found(token: Token): string {
  switch (token.kind) {
    case 'name':
    case 'symbol':
      return token.text
    case 'end':
      return 'the end of the expression'
    case 'literal':
      return token.value.type === 'string' ? 'a text' : token.value.type === 'bytes' ? 'bytes' : 'a number'
    default:
      return token satisfies never
  }
}
