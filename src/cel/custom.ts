// `config.customFunctions`: definitions of functions, read into what the compiler calls (cel.md §2.3 (10)).
import type { Diagnostic } from './ast.ts'
import { compile } from './compile.ts'
import { dialect } from './dialect.ts'
import { dialectFunctions } from './functions/index.ts'
import { syntax, type Token, tokenize } from './lexer.ts'
import type { CustomFunction } from './options.ts'
import { parse } from './parser.ts'
import { suggest } from './suggest.ts'
import { walk } from './walk.ts'

/** Functions of the configuration by name, and what is wrong with the others. Places are offsets in the whole text. */
export interface CustomFunctions {
  readonly functions: ReadonlyMap<string, CustomFunction>
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Reads `name(a, rest...) { expression }` and `this.name(a) { expression }`, one after another. A definition cannot take the name of
 * something that exists (`builtIn`), and functions cannot call themselves, by whatever detour: an evaluation ends.
 */
export function customFunctions(source: string, builtIn: ReadonlySet<string>): CustomFunctions {
  const tokens = tokenize(source)
  if ('severity' in tokens) return { functions: new Map(), diagnostics: [tokens] }
  const diagnostics: Diagnostic[] = []
  const defined = new Map<string, Definition>()
  const reader = new Reader(source, tokens)
  while (!reader.atEnd) {
    const read = reader.definition()
    if ('severity' in read) return { functions: new Map(), diagnostics: [...diagnostics, read] }
    const wrong = refusal(read, defined, builtIn)
    if (wrong !== undefined) diagnostics.push(wrong)
    else defined.set(read.name, read)
  }
  const functions = new Map<string, CustomFunction>()
  for (const definition of defined.values()) {
    const { name, parameters, rest } = definition
    const parsed = parse(definition.body)
    if ('ast' in parsed) functions.set(name, { name, parameters, rest, body: parsed.ast })
    else diagnostics.push(...parsed.diagnostics)
  }
  for (const name of circular(functions)) {
    const at = defined.get(name)
    if (at !== undefined) diagnostics.push(problem(at, 'cel.recursion', `${name}() would call itself`))
    functions.delete(name)
  }
  for (const { name, body } of defined.values()) {
    const own = functions.get(name)
    if (own === undefined) continue
    // Each is tried by itself, so that what is wrong with it is told where it stands, once.
    const scope = { ...dialect, roots: [...dialect.roots, ...own.parameters] }
    const tried = compile(body, { scope, functions: dialectFunctions, custom: functions })
    if (tried.program === undefined) diagnostics.push(...tried.diagnostics)
  }
  return { functions, diagnostics }
}

interface Definition {
  readonly name: string
  readonly parameters: readonly string[]
  readonly rest: boolean
  /** The expression with blanks before it, so that places in it are places in the whole text. */
  readonly body: string
  readonly start: number
  readonly end: number
}

const problem = ({ start, end }: Definition, code: string, message: string): Diagnostic => ({
  severity: 'error',
  code,
  message,
  start,
  end,
})

function refusal(
  definition: Definition,
  defined: ReadonlyMap<string, Definition>,
  builtIn: ReadonlySet<string>,
): Diagnostic | undefined {
  const { name, parameters } = definition
  if (builtIn.has(name)) return problem(definition, 'cel.shadowing', `${name}() exists already and cannot be replaced`)
  if (defined.has(name)) return problem(definition, 'cel.defined-twice', `${name}() is defined twice`)
  const twice = parameters.find((each, index) => parameters.indexOf(each) !== index)
  if (twice === undefined) return undefined
  return problem(definition, 'cel.defined-twice', `${name}() has two parameters called ${twice}`)
}

/** Reads definitions from tokens. Bodies are only looked at for where they end. */
class Reader {
  readonly #source: string
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(source: string, tokens: readonly Token[]) {
    this.#source = source
    this.#tokens = tokens
  }

  get atEnd(): boolean {
    return this.#tokens[this.#at]?.kind === 'end'
  }

  definition(): Definition | Diagnostic {
    const start = this.#token().start
    const method = this.#name() === 'this'
    if (method) {
      this.#at++
      if (!this.#take('.')) return this.#expected('. and the name of a function')
    }
    const name = this.#name()
    if (name === undefined) return this.#expected('the name of a function')
    const { end } = this.#token()
    this.#at++
    const parameters = this.#parameters()
    if ('severity' in parameters) return parameters
    const body = this.#body()
    if (typeof body !== 'string') return body
    const names = method ? ['this', ...parameters.names] : parameters.names
    return { name, parameters: names, rest: parameters.rest, body, start, end }
  }

  #parameters(): { readonly names: readonly string[]; readonly rest: boolean } | Diagnostic {
    if (!this.#take('(')) return this.#expected('( and the parameters')
    const names: string[] = []
    let rest = false
    while (!this.#take(')')) {
      if (names.length > 0 && !this.#take(',')) return this.#expected(', or ) of the parameters')
      const name = this.#name()
      if (rest) return this.#expected(') after the parameter that takes the rest')
      if (name === undefined || name === 'this') return this.#expected('the name of a parameter')
      this.#at++
      names.push(name)
      rest = this.#take('.')
      if (rest && !(this.#take('.') && this.#take('.'))) return this.#expected('... after the last parameter')
    }
    return { names, rest }
  }

  #body(): string | Diagnostic {
    const open = this.#token()
    if (!this.#take('{')) return this.#expected('{ and the expression of the function')
    for (let depth = 1; ; this.#at++) {
      const token = this.#token()
      if (token.kind === 'end') return syntax('the function is not closed: expected }', open.start, open.end)
      if (token.kind !== 'symbol') continue
      if (token.text === '{') depth++
      if (token.text === '}') depth--
      if (depth > 0) continue
      this.#at++
      const before = this.#source.slice(0, open.end).replace(/[^\n]/g, ' ')
      return before + this.#source.slice(open.end, token.start)
    }
  }

  #token(): Token {
    // The last token is `end` and is never taken.
    return this.#tokens[this.#at] ?? { kind: 'end', start: this.#source.length, end: this.#source.length }
  }

  #name(): string | undefined {
    const token = this.#token()
    return token.kind === 'name' && !token.quoted ? token.text : undefined
  }

  #take(sign: string): boolean {
    const token = this.#token()
    const is = token.kind === 'symbol' && token.text === sign
    if (is) this.#at++
    return is
  }

  #expected(what: string): Diagnostic {
    const { start, end } = this.#token()
    const name = this.#name()
    return { ...syntax(`expected ${what}`, start, end), ...(name === undefined ? {} : suggest(name, ['this'])) }
  }
}

/** Functions that lead back to themselves. */
function circular(functions: ReadonlyMap<string, CustomFunction>): ReadonlySet<string> {
  const calls = new Map([...functions].map(([name, { body }]) => [name, called(body, functions)]))
  const found = new Set<string>()
  for (const name of functions.keys()) {
    const open = [...(calls.get(name) ?? [])]
    const seen = new Set<string>()
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (next === name) found.add(name)
      if (seen.has(next)) continue
      seen.add(next)
      open.push(...(calls.get(next) ?? []))
    }
  }
  return found
}

function called(body: CustomFunction['body'], functions: ReadonlyMap<string, CustomFunction>): ReadonlySet<string> {
  const names = new Set<string>()
  walk(body, (node) => {
    if (node.kind === 'call' && functions.has(node.name)) names.add(node.name)
    return true
  })
  return names
}
