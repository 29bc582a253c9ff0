// What looks like a call and is none: a table of forms whose arguments are names, or are evaluated only when they are needed.
import { has } from './access.ts'
import type { Ast } from './ast.ts'
import { type Build, type Code, placeOf, refuse } from './build.ts'
import * as loops from './comprehensions.ts'
import { block, blockName, coalesce, hidden, optMap, orDefault, variables, withName } from './lazy.ts'

type Call = Ast & { readonly kind: 'call' }
type Kind = Parameters<typeof loops.comprehension>[0]

interface Macro {
  /** `method`: `x.all(…)`; `both`: `x.with(…)` and `with(x, …)`; `function`: `has(…)`. */
  readonly form: 'method' | 'both' | 'function'
  /** Numbers of parts, the receiver among them; none: any. */
  readonly takes: readonly number[]
  readonly usage: string
  /** `parts` begin with the receiver, when the form has one. */
  readonly expand: (parts: readonly Ast[], ast: Call, build: Build) => Code | undefined
}

/** A loop: the receiver, as many names as asked for, and the rest is evaluated in each turn. */
function loop(kind: Kind, takes: readonly number[], usage: string, names: (parts: number) => number): Macro {
  return {
    form: 'method',
    takes,
    usage,
    expand: ([range, ...parts], ast, build) => {
      if (range === undefined) return undefined
      const count = names(parts.length)
      return namesOf(parts.slice(0, count), ast, build, (variables) =>
        loops.comprehension(kind, { name: ast.name, range, variables, bodies: parts.slice(count) }, build),
      )
    },
  }
}

const one = (): number => 1
const two = (): number => 2
/** A condition, and the names before it. */
const before = (parts: number): number => parts - 1

const inMap = (kind: Kind, usage: string): Macro => ({ ...loop(kind, [3], usage, one), form: 'both' })

const existsOne = loop(loops.existsOne, [3, 4], 'list.exists_one(x, condition)', before)

/** A value, a name for it and what is evaluated with it. `order` says where each of them stands. */
function naming(
  form: Macro['form'],
  usage: string,
  order: readonly [of: number, name: number],
  make: (of: Ast, name: string, body: Ast, build: Build) => Code,
): Macro {
  return {
    form,
    takes: [3],
    usage,
    expand: (parts, ast, build) => {
      const [of, name, body] = [parts[order[0]], parts[order[1]], parts[2]]
      if (of === undefined || name === undefined || body === undefined) return undefined
      return namesOf([name], ast, build, ([variable = '']) => make(of, variable, body, build))
    },
  }
}

const lazy = (form: Macro['form'], takes: readonly number[], usage: string, expand: Macro['expand']): Macro => ({
  form,
  takes,
  usage,
  expand,
})

const macros: ReadonlyMap<string, Macro> = new Map<string, Macro>([
  ['has', lazy('function', [], 'has(a.b)', (_, ast, build) => has(ast, build))],
  ['all', loop(loops.all, [3, 4], 'list.all(x, condition)', before)],
  ['exists', loop(loops.exists, [3, 4], 'list.exists(x, condition)', before)],
  ['exists_one', existsOne],
  ['existsOne', existsOne],
  ['filter', loop(loops.filter, [3], 'list.filter(x, condition)', one)],
  ['map', loop(loops.map, [3, 4], 'list.map(x, expression)', one)],
  ['transformList', loop(loops.map, [4, 5], 'list.transformList(i, v, expression)', two)],
  ['transformMap', loop(loops.transformMap, [4, 5], 'map.transformMap(k, v, expression)', two)],
  ['transformMapEntry', loop(loops.transformMapEntry, [4, 5], 'map.transformMapEntry(k, v, {key: value})', two)],
  ['mapValues', inMap(loops.mapValues, 'map.mapValues(v, expression)')],
  ['filterKeys', inMap(loops.filterKeys, 'map.filterKeys(k, condition)')],
  ['with', naming('both', 'value.with(x, expression)', [0, 1], withName)],
  ['cel.bind', naming('function', 'cel.bind(x, value, expression)', [1, 0], withName)],
  ['optMap', naming('method', 'optional.optMap(x, expression)', [0, 1], optMap(false))],
  ['optFlatMap', naming('method', 'optional.optFlatMap(x, expression)', [0, 1], optMap(true))],
  [
    'default',
    lazy(
      'both',
      [2],
      'default(expression, fallback)',
      ([of, other], _, build) => of && other && orDefault(of, other, build),
    ),
  ],
  [
    'coalesce',
    lazy('both', [], 'coalesce(expression, …)', (parts, _, build) =>
      parts.length > 0 ? coalesce(parts, build) : undefined,
    ),
  ],
  ['variables', lazy('function', [0], 'variables()', (_, _ast, build) => variables(build))],
  [
    'cel.block',
    lazy(
      'function',
      [2],
      'cel.block([values], expression)',
      ([slots, body], _, build) => slots && body && block(slots, body, build),
    ),
  ],
  ...['cel.index', 'cel.iterVar', 'cel.accuVar'].map((name): [string, Macro] => [
    name,
    lazy('function', [1, 2], `${name}(number)`, (_, ast, build) => hidden(hiddenName(ast) ?? '', ast, build)),
  ]),
])

/** Names of all macros, for suggestions. */
export const macroNames: readonly string[] = [...macros.keys()]

/** Compiles a call that is a macro; `undefined`: it is none. */
export function macro(ast: Call, build: Build): Code | undefined {
  const { on } = ast
  const inCel = on?.kind === 'ident' && on.name === 'cel' && placeOf(build, 'cel') === undefined
  const spaced = inCel ? macros.get(`cel.${ast.name}`) : undefined
  const found = spaced ?? macros.get(ast.name)
  if (found === undefined) return undefined
  const receiver = spaced === undefined ? on : undefined
  const parts = receiver === undefined ? ast.args : [receiver, ...ast.args]
  const { form, takes } = found
  const formed = form === 'both' || (form === 'method') === (receiver !== undefined)
  const counted = takes.length === 0 || takes.includes(parts.length)
  const made = formed && counted ? found.expand(parts, ast, build) : undefined
  if (made !== undefined) return made
  return refuse(build, ast, { code: 'cel.macro', message: `${ast.name}() is written ${found.usage}` })
}

/** The names of variables as they are written, or an error about the one that is no name. */
function namesOf(nodes: readonly Ast[], ast: Call, build: Build, make: (names: readonly string[]) => Code): Code {
  const names = nodes.map((node) => (node.kind === 'ident' && !node.absolute ? node.name : hiddenName(node)))
  const wrong = names.indexOf(undefined)
  if (wrong < 0) return make(names.map((name) => name ?? ''))
  const message = `${ast.name}() needs the name of a variable here`
  return refuse(build, nodes[wrong] ?? ast, { code: 'cel.macro', message })
}

/** The variable behind `cel.index(n)`, `cel.iterVar(d, n)` and `cel.accuVar(d, n)`: no name that can be written is like it. */
function hiddenName(ast: Ast): string | undefined {
  if (ast.kind !== 'call' || ast.on?.kind !== 'ident' || ast.on.name !== 'cel') return undefined
  const numbers: bigint[] = []
  for (const arg of ast.args) if (arg.kind === 'literal' && arg.value.type === 'int') numbers.push(arg.value.value)
  if (numbers.length !== ast.args.length) return undefined
  return ast.name === 'index' ? blockName(Number(numbers[0])) : `@${ast.name}:${numbers.join(':')}`
}
