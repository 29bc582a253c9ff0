// What an expression reads, found by looking at its tree: paths, and the data that must be provided because of them.
import type { Ast } from './ast.ts'
import type { CustomFunction } from './options.ts'
import type { Attribute } from './program.ts'
import type { Scope } from './scope.ts'

export interface Analysis {
  readonly attributes: ReadonlySet<Attribute>
  /** `jwt.roles`, `llm.prompt[].role`: `[]` is any entry. */
  readonly reads: ReadonlySet<string>
}

/** A root or parameter and what follows; `[]` stands for an entry that is not known. */
type Path = readonly string[]

/** `whole`: what lies below may be looked at as well. */
interface Read {
  readonly path: Path
  readonly whole: boolean
}

type Call = Extract<Ast, { kind: 'call' }>

interface Local {
  readonly name: string
  readonly paths: readonly Path[]
  readonly outer: Local | undefined
}

/** Functions of the configuration, by name. */
type Custom = ReadonlyMap<string, CustomFunction>

const noCustom: Custom = new Map()
const entry = '[]'
/** Marks a path that begins with a parameter; no root begins like this. */
const parameter = '$'
/** Longer paths are cut: what lies below is read as well. */
const deepest = 16
/** One place that could be more paths than this (`a ? b : c` of such places, …) counts as reading all of each. */
const widest = 32

/** Forms that hand one of their parts on without looking at it; functions look at all of what they are given. */
const passing: ReadonlySet<string> = new Set(['default', 'coalesce'])

/** Methods that hand on what is in an optional. */
const unwrapping: ReadonlySet<string> = new Set(['value', 'or', 'orValue'])

/** Macros whose variable is an entry of what they are called on; those of two variables have key or index first. */
const loops: ReadonlySet<string> = new Set([
  'all',
  'exists',
  'exists_one',
  'existsOne',
  'map',
  'filter',
  'mapValues',
  'filterKeys',
  'transformList',
  'transformMap',
  'transformMapEntry',
])

/** Macros whose variable is what they are called on. */
const bindings: ReadonlySet<string> = new Set(['with', 'optMap', 'optFlatMap'])

/** Macros that are also written with what they are about as their first argument: `with(x, v, …)`. */
const freeForms: ReadonlySet<string> = new Set(['with', 'mapValues', 'filterKeys'])

/** Macros that answer a part of what they are called on. */
const selections: ReadonlySet<string> = new Set(['filter', 'filterKeys'])

const attributes: readonly { readonly attribute: Attribute; readonly path: Path }[] = (
  [
    'request.body',
    'request.bodyPrefix',
    'response.body',
    'response.bodyPrefix',
    'llm.prompt',
    'llm.completion',
    'llm.toolCalls',
    'mcp.tool.arguments',
    'mcp.tool.result',
    'mcp.tool.error',
  ] as const
).map((attribute) => ({ attribute, path: attribute.split('.') }))

/**
 * Finds what an expression reads. It may find too much, never too little: a body that is read but was not buffered would turn a
 * rule into an error (cel.md §6.4).
 */
export function analyze(ast: Ast, scope: Scope, custom: Custom = noCustom): Analysis {
  const found = new Set<Attribute>()
  const names = new Set<string>()
  const passed = new Set<string>()
  const reads = readsOf(ast, scope, custom)
  for (const { path, whole } of reads) {
    for (const row of attributes)
      if ((whole || path.length >= row.path.length) && agree(path, row.path)) found.add(row.attribute)
    if (whole) for (let length = 1; length <= path.length; length++) passed.add(spell(path.slice(0, length)))
    if (whole) names.add(spell(path))
  }
  for (const { path } of reads) if (!passed.has(spell(path))) names.add(spell(path))
  return { attributes: found, reads: names }
}

function readsOf(ast: Ast, scope: Scope, custom: Custom): readonly Read[] {
  try {
    return new Walk(scope, custom).reads(ast)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    // Functions that call one another deeper than the stack: whoever calls them may read anything.
    return scope.roots.map((root) => ({ path: [root], whole: true }))
  }
}

class Walk {
  readonly #reads = new Map<string, Read>()
  readonly #scope: Scope
  readonly #custom: Custom
  /** What bodies of functions read, some of it below a parameter. */
  readonly #bodies: Map<string, readonly Read[]>

  constructor(scope: Scope, custom: Custom, bodies = new Map<string, readonly Read[]>()) {
    this.#scope = scope
    this.#custom = custom
    this.#bodies = bodies
  }

  reads(ast: Ast, local?: Local): readonly Read[] {
    this.value(ast, local)
    return [...this.#reads.values()]
  }

  /** Somebody looks at the whole value. */
  value(ast: Ast, local: Local | undefined): void {
    this.#readAll(this.#places(ast, local), true)
  }

  /** Paths that the value may be; what is looked at on the way is noted. Chains are walked in a loop: they may be very long. */
  #places(ast: Ast, local: Local | undefined): readonly Path[] {
    const chain: Ast[] = []
    let at = ast
    for (let next = this.#below(at, local); next !== undefined; next = this.#below(at, local)) {
      chain.push(at)
      at = next
    }
    let places = this.#start(at, local)
    for (let link = chain.pop(); link !== undefined; link = chain.pop()) places = this.#follow(link, places, local)
    return places
  }

  #below(ast: Ast, local: Local | undefined): Ast | undefined {
    switch (ast.kind) {
      case 'select':
      case 'index':
      case 'unary':
        return ast.of
      case 'binary':
        return ast.left
      case 'call':
        return ast.on === undefined || this.#isNamespace(ast.on, local) ? undefined : ast.on
      case 'literal':
      case 'ident':
      case 'list':
      case 'map':
      case 'ternary':
      case 'message':
        return undefined
    }
  }

  /** `math` of `math.least(…)`. */
  #isNamespace(ast: Ast, local: Local | undefined): boolean {
    return ast.kind === 'ident' && find(ast.name, local) === undefined && !this.#scope.roots.includes(ast.name)
  }

  #start(ast: Ast, local: Local | undefined): readonly Path[] {
    switch (ast.kind) {
      case 'ident': {
        const known = ast.absolute ? undefined : find(ast.name, local)
        return known === undefined ? [[ast.name]] : known.paths
      }
      case 'call':
        return this.#free(ast, local)
      case 'ternary':
        this.value(ast.test, local)
        return this.#either([ast.yes, ast.no], local)
      case 'list':
        for (const { value } of ast.items) this.value(value, local)
        return []
      case 'map':
        for (const { key, value } of ast.entries) {
          this.value(key, local)
          this.value(value, local)
        }
        return []
      case 'literal':
      case 'message':
        return []
      // Those below which there is something: they are links of the chain.
      case 'select':
      case 'index':
      case 'unary':
      case 'binary':
        return []
    }
  }

  /** One link of a chain, when what stands before it may be `places`. */
  #follow(ast: Ast, places: readonly Path[], local: Local | undefined): readonly Path[] {
    switch (ast.kind) {
      case 'select':
        return below(places, ast.field)
      case 'index': {
        const { at } = ast
        if (at.kind === 'literal' && at.value.type === 'string') return below(places, at.value.value)
        this.value(at, local)
        return below(places, entry)
      }
      case 'binary':
        this.#compare(ast, places, local)
        return []
      case 'call':
        return this.#method(ast, places, local)
      case 'unary':
      case 'literal':
      case 'ident':
      case 'list':
      case 'map':
      case 'ternary':
      case 'message':
        this.#readAll(places, true)
        return []
    }
  }

  #compare(ast: Extract<Ast, { kind: 'binary' }>, places: readonly Path[], local: Local | undefined): void {
    // Whether something is there at all can be said without looking at what is in it.
    const equality = ast.operator === '==' || ast.operator === '!='
    this.#readAll(places, !(equality && isNull(ast.right)))
    this.#readAll(this.#places(ast.right, local), !(equality && isNull(ast.left)))
  }

  #free(ast: Call, local: Local | undefined): readonly Path[] {
    const name = ast.on?.kind === 'ident' ? `${ast.on.name}.${ast.name}` : ast.name
    const [variable, init, body] = ast.args
    if (name === 'cel.bind' && variable?.kind === 'ident' && init !== undefined && body !== undefined) {
      const paths = this.#places(init, local)
      this.#readAll(paths, false)
      return this.#places(body, { name: variable.name, paths, outer: local })
    }
    const [first, ...others] = ast.args
    if (first !== undefined && freeForms.has(name))
      return this.#method({ ...ast, args: others }, this.#places(first, local), local)
    if (name === 'variables') for (const root of this.#scope.roots) this.#read([root], true)
    const custom = this.#custom.get(name)
    if (custom !== undefined) return this.#called(custom, this.#each(ast.args, local))
    if (passing.has(name)) return this.#either(ast.args, local)
    for (const each of ast.args) this.value(each, local)
    return []
  }

  #method(ast: Call, places: readonly Path[], local: Local | undefined): readonly Path[] {
    const [first, ...rest] = ast.args
    if (first?.kind === 'ident' && rest.length > 0) {
      if (loops.has(ast.name)) return this.#loop(ast, places, local)
      if (bindings.has(ast.name)) {
        this.#readAll(places, false)
        return this.#either(rest, { name: first.name, paths: places, outer: local })
      }
    }
    const custom = this.#custom.get(ast.name)
    if (custom !== undefined) return this.#called(custom, [places, ...this.#each(ast.args, local)])
    if (passing.has(ast.name)) return this.#limited([...places, ...this.#either(ast.args, local)])
    for (const each of ast.args) this.value(each, local)
    if (unwrapping.has(ast.name)) return places
    this.#readAll(places, true)
    return []
  }

  #loop(ast: Call, places: readonly Path[], local: Local | undefined): readonly Path[] {
    const [first, second] = ast.args
    const entries = below(places, entry)
    // How many there are is looked at in any case.
    this.#readAll(entries, false)
    // `all(k, v, …)`; but `map(k, v, …)` is one variable, a condition and a value.
    const names = ast.args.length > 2 && ast.name !== 'map'
    const two = names && second?.kind === 'ident'
    // A variable that is not written as a name (`cel.iterVar`) cannot be followed.
    if (names && !two) this.#readAll(places, true)
    let inner: Local = { name: nameOf(first), paths: two ? [] : entries, outer: local }
    if (two) inner = { name: nameOf(second), paths: entries, outer: inner }
    for (const each of ast.args.slice(two ? 2 : 1)) this.value(each, inner)
    return selections.has(ast.name) ? places : []
  }

  /** A call of a function of the configuration: its body's paths with the arguments' in place of its parameters. */
  #called({ name, parameters, rest, body }: CustomFunction, given: readonly (readonly Path[])[]): readonly Path[] {
    for (const places of given) this.#readAll(places, false)
    let reads = this.#bodies.get(name)
    if (reads === undefined) {
      // Functions do not call themselves; should one all the same, this ends it.
      this.#bodies.set(name, [])
      let local: Local | undefined
      for (const each of parameters) local = { name: each, paths: [[parameter + each]], outer: local }
      reads = new Walk(this.#scope, this.#custom, this.#bodies).reads(body, local)
      this.#bodies.set(name, reads)
    }
    const last = rest ? parameters.length - 1 : parameters.length
    for (const { path, whole } of reads) {
      const [root = '', ...fields] = path
      const index = root.startsWith(parameter) ? parameters.indexOf(root.slice(parameter.length)) : -1
      if (index < 0) this.#read(path, whole)
      else if (index === last) this.#readAll(given.slice(last).flat(), true)
      else for (const place of given[index] ?? []) this.#read([...place, ...fields].slice(0, deepest), whole)
    }
    return []
  }

  #each(asts: readonly Ast[], local: Local | undefined): (readonly Path[])[] {
    return asts.map((each) => this.#places(each, local))
  }

  #either(asts: readonly Ast[], local: Local | undefined): readonly Path[] {
    return this.#limited(this.#each(asts, local).flat())
  }

  #limited(places: readonly Path[]): readonly Path[] {
    if (places.length <= widest) return places
    this.#readAll(places, true)
    return []
  }

  #readAll(places: readonly Path[], whole: boolean): void {
    for (const place of places) this.#read(place, whole)
  }

  #read(path: Path, whole: boolean): void {
    // Not as it is spelt: `mcp["tool.arguments"]` must not take the place of `mcp.tool.arguments`.
    const name = path.join('\0')
    if (whole || !this.#reads.has(name)) this.#reads.set(name, { path, whole })
  }
}

function below(places: readonly Path[], field: string): readonly Path[] {
  return places.map((path) => (path.length < deepest ? [...path, field] : path))
}

/** Whether one is the beginning of the other. */
function agree(a: Path, b: Path): boolean {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) if (a[i] !== b[i] && a[i] !== entry) return false
  return true
}

function find(name: string, local: Local | undefined): Local | undefined {
  for (let at = local; at !== undefined; at = at.outer) if (at.name === name) return at
  return undefined
}

const spell = (path: Path): string => path.join('.').replaceAll(`.${entry}`, entry)
const nameOf = (ast: Ast | undefined): string => (ast?.kind === 'ident' ? ast.name : '')
const isNull = (ast: Ast): boolean => ast.kind === 'literal' && ast.value.type === 'null'
