// Generated expressions: the same value as another implementation of the standard, and no read that analysis did not see.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CelResult, isCelError, isCelList, isCelMap, isCelType, isCelUint, run } from '@bufbuild/cel'
import fc from 'fast-check'
import { compile } from '../../src/cel/compile.ts'
import { customFunctions } from '../../src/cel/custom.ts'
import { dialect } from '../../src/cel/dialect.ts'
import { dialectFunctions } from '../../src/cel/functions/index.ts'
import { entries, isList, isMap } from '../../src/cel/operators.ts'
import { Double, Fault, HostObject, Type, Uint, type Value } from '../../src/cel/value.ts'
import { evaluate } from './evaluate.ts'

type Text = fc.Arbitrary<string>
type Kind = 'int' | 'uint' | 'double' | 'string' | 'bytes' | 'bool' | 'list' | 'map' | 'any'

/** Expressions of each kind, made of expressions of all kinds. Variables: `i`, `s`, `l`, `m`, and `x` within macros. */
const standard = fc.letrec<
  Record<'int' | 'uint' | 'double' | 'string' | 'bytes' | 'bool' | 'list' | 'map' | 'any', string>
>((tie) => {
  const one = (kind: Kind): Text => tie(kind)
  const form = (template: string, ...kinds: Kind[]): Text =>
    fc.tuple(...kinds.map(one)).map((parts) => {
      let at = 0
      return template.replaceAll('#', () => parts[at++] ?? '')
    })
  const infix = (kind: Kind, operators: readonly string[]): Text =>
    fc.tuple(one(kind), fc.constantFrom(...operators), one(kind)).map(([a, sign, b]) => `(${a} ${sign} ${b})`)
  const shallow = (leaf: Text, ...deep: Text[]): Text =>
    fc.oneof({ depthSize: 'small', withCrossShrink: true }, leaf, ...deep)
  const compared = ['==', '!=', '<', '<=', '>', '>=']
  return {
    int: shallow(
      fc.constantFrom('0', '1', '-1', '2', '7', '63', '9223372036854775807', '-9223372036854775808', '0x1f', 'i'),
      infix('int', ['+', '-', '*', '/', '%']),
      form('size(#)', 'string'),
      form('#.size()', 'list'),
      form('size(#)', 'bytes'),
      form('int(#)', 'double'),
      form('int(#)', 'uint'),
      form('int(string(#))', 'int'),
      // Not the sign alone: the other implementation takes two of them away without a look at the range.
      form('-(# + 0)', 'int'),
      form('(# ? # : #)', 'bool', 'int', 'int'),
      form('#[#]', 'list', 'int'),
      form('#[#]', 'map', 'string'),
    ),
    uint: shallow(
      // The other implementation refuses to divide what is beyond int64.
      fc.constantFrom('0u', '1u', '3u', '18446744073709551615u', '(7u / 2u)', '(7u % 4u)', '(1u / 0u)'),
      infix('uint', ['+', '-', '*']),
      form('uint(#)', 'int'),
      form('uint(#)', 'double'),
    ),
    double: shallow(
      fc.constantFrom('0.0', '1.0', '-2.5', '.5', '1e300', '-0.0', '9007199254740993.0'),
      infix('double', ['+', '-', '*', '/']),
      form('double(#)', 'int'),
      form('double(#)', 'uint'),
      form('-(#)', 'double'),
    ),
    string: shallow(
      fc.constantFrom('""', '"a"', "'ab'", '"é𝒳"', '"1"', 'r"\\n"', '"""x\ny"""', '"\\u00e9"', 's'),
      infix('string', ['+']),
      form('string(#)', 'int'),
      form('string(#)', 'uint'),
      form('string(#)', 'bool'),
      form('string(#)', 'bytes'),
      form('(# ? # : #)', 'bool', 'string', 'string'),
    ),
    bytes: shallow(fc.constantFrom('b""', 'b"a\\xff"', "b'é'"), form('bytes(#)', 'string'), infix('bytes', ['+'])),
    bool: shallow(
      fc.constantFrom('true', 'false'),
      infix('int', compared),
      infix('uint', compared),
      infix('double', compared),
      infix('string', compared),
      infix('bytes', compared),
      infix('bool', ['&&', '||', '==', '!=']),
      infix('list', ['==', '!=']),
      infix('map', ['==', '!=']),
      form('(# == dyn(#))', 'int', 'any'),
      form('(dyn(#) < dyn(#))', 'int', 'double'),
      form('!(#)', 'bool'),
      form('#.startsWith(#)', 'string', 'string'),
      form('#.endsWith(#)', 'string', 'string'),
      form('#.contains(#)', 'string', 'string'),
      form('#.matches("^a*b?$")', 'string'),
      form('(# in #)', 'int', 'list'),
      form('(# in #)', 'string', 'map'),
      form('has(#.a)', 'map'),
      form('#.all(x, x > #)', 'list', 'int'),
      form('#.exists(x, x / # > 1)', 'list', 'int'),
      form('#.exists_one(x, x == #)', 'list', 'int'),
      form('#.exists(x, x == #)', 'map', 'string'),
      form('(type(#) == type(#))', 'any', 'any'),
    ),
    list: shallow(
      fc.constantFrom('[]', '[1, 2, 3]', 'l'),
      form('[#, #]', 'int', 'int'),
      infix('list', ['+']),
      form('#.map(x, x + #)', 'list', 'int'),
      form('#.map(x, x > 1, x * #)', 'list', 'int'),
      form('#.filter(x, x % 2 == #)', 'list', 'int'),
    ),
    map: shallow(
      fc.constantFrom('{}', '{"a": 1}', 'm'),
      form('{"a": #, "b": #}', 'int', 'int'),
      form('{#: #, "c": 3}', 'string', 'int'),
    ),
    any: fc.oneof(
      ...(['int', 'uint', 'double', 'string', 'bytes', 'bool', 'list', 'map'] as const).map((kind) => one(kind)),
      fc.constant('null'),
    ),
  }
})

/** A value in a form that both implementations' values can be written in: kinds differ, `1` is not `1.0`. */
function ours(value: Value): string {
  if (value instanceof Fault) return 'error'
  if (value instanceof Double) return theirs(value.value)
  if (typeof value === 'number') return Number.isSafeInteger(value) ? `int ${value}` : theirs(value)
  if (value instanceof Uint) return `uint ${value.value}`
  if (value instanceof Type) return `type ${value.name}`
  if (value instanceof Uint8Array || value === null || typeof value !== 'object') return theirs(value)
  if (isList(value)) return `[${value.map(ours).join(', ')}]`
  assert.ok(isMap(value))
  return sorted([...entries(value)].map(([key, item]) => `${ours(key)}: ${ours(item)}`))
}

function theirs(value: CelResult): string {
  if (isCelError(value)) return 'error'
  if (typeof value === 'bigint') return `int ${value}`
  if (typeof value === 'number') return `double ${Object.is(value, -0) ? '-0' : value}`
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('hex')}`
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (isCelUint(value)) return `uint ${value.value}`
  if (isCelType(value)) return `type ${value.name}`
  if (isCelList(value)) return `[${[...value].map(theirs).join(', ')}]`
  assert.ok(isCelMap(value))
  return sorted([...value].map(([key, item]) => `${theirs(key)}: ${theirs(item)}`))
}

const sorted = (fields: readonly string[]): string => `{${fields.toSorted().join(', ')}}`

const context = { i: 5, s: 'aéb', l: [3, 1], m: { a: 1, z: 2 } }
const other = { i: 5n, s: 'aéb', l: [3n, 1n], m: { a: 1n, z: 2n } }

test('standard expressions come to what another implementation says', () => {
  fc.assert(
    fc.property(standard.any, (source) => {
      fc.pre(source.length < 2_000)
      assert.equal(ours(evaluate(source, context, { mode: 'spec' })), theirs(run(source, other)), source)
    }),
    { numRuns: 600 },
  )
})

const costly = [
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
]

/** A part of the context that notes which costly fields are looked at. */
class Recorder extends HostObject {
  readonly #path: string
  readonly #seen: Set<string>

  constructor(path: string, seen: Set<string>) {
    super()
    this.#path = path
    this.#seen = seen
  }

  get(field: string): Value | undefined {
    const path = `${this.#path}.${field}`
    if (costly.includes(path)) {
      this.#seen.add(path)
      return [{ role: 'user', content: 'a' }]
    }
    if (path === 'mcp.tool') return new Recorder(path, this.#seen)
    return field === 'name' ? 'a' : undefined
  }

  plain(): Value {
    const names = costly.filter((path) => path.startsWith(`${this.#path}.`)).map((path) => path.split('.')[1] ?? '')
    const fields = ['name', ...names].map((name): [string, Value] => [name, this.get(name) ?? null])
    return Object.fromEntries(fields)
  }
}

/** Expressions that reach costly fields in every way that the language has. */
const reading = fc.letrec<Record<'object' | 'value' | 'bool', string>>((tie) => {
  const [object, value, bool] = [tie('object'), tie('value'), tie('bool')]
  const field = fc.constantFrom('body', 'bodyPrefix', 'prompt', 'toolCalls', 'arguments', 'result', 'name', 'tool')
  const variable = fc.constantFrom('x', 'y', 'request')
  const made = (make: (parts: string[]) => string, ...parts: Text[]): Text => fc.tuple(...parts).map(make)
  return {
    object: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom('request', 'response', 'llm', 'mcp', 'mcp.tool', 'mcp["tool"]', 'x', 'y', '.request', 'jwt'),
      made(([a, b, c]) => `(${a} ? ${b} : ${c})`, bool, object, object),
      made(([a, b]) => `default(${a}, ${b})`, object, object),
      made(([a, b]) => `${a}.default(${b})`, object, object),
      made(([a, b]) => `coalesce(${a}, ${b})`, object, object),
      made(([v, a, b]) => `${a}.with(${v}, ${b})`, variable, object, object),
      made(([v, a, b]) => `with(${a}, ${v}, ${b})`, variable, object, object),
      made(([v, a, b]) => `cel.bind(${v}, ${a}, ${b})`, variable, object, object),
      made(([a]) => `[${a}][0]`, object),
      made(([a]) => `{"k": ${a}}.k`, object),
      made(([a, f]) => `${a}.?${f}.or(optional.of(${a})).value()`, object, field),
      made(([a]) => `optional.of(${a}).orValue(1)`, object),
      made(([v, a, b]) => `optional.of(${a}).optMap(${v}, ${b}).value()`, variable, object, object),
      made(([a]) => `itself(${a})`, object),
      made(([a, f]) => `${a}.${f}`, object, field),
      made(([a, b]) => `cel.block([${a}, ${b}], cel.index(0))`, object, object),
      made(([a]) => `{"k": ${a}}.filterKeys(k, true)["k"]`, object),
    ),
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      made(([a, f]) => `${a}.${f}`, object, field),
      made(([a, f]) => `${a}["${f}"]`, object, field),
      made(([a, f]) => `${a}[["${f}"][0]]`, object, field),
      made(([a]) => `toJson(${a})`, object),
      made(([a]) => `bodyOf(${a})`, object),
      made(([a]) => `last(1, ${a})`, object),
      made(([v, a, b]) => `${a}.map(${v}, ${b})`, variable, object, value),
      made(([v, a, b]) => `[${a}].map(${v}, ${b})`, variable, object, value),
      made(([v, a, b]) => `${a}.mapValues(${v}, ${b})`, variable, object, value),
      made(([v, a, b]) => `mapValues(${a}, ${v}, ${b})`, variable, object, value),
      made(([a, b]) => `${a}.map(cel.iterVar(0, 0), ${b} == cel.iterVar(0, 0))`, object, value),
      made(([a, b]) => `${a}.transformList(k, ${b}, x)`, object, variable),
      made(([a, b]) => `size(${a}) + ${b}`, object, value),
    ),
    bool: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom('true', 'false'),
      made(([a, b]) => `(${a} == ${b})`, value, object),
      made(([a]) => `(${a} != null)`, object),
      made(([a, f]) => `has(${a}.${f})`, object, field),
      made(([a, f]) => `("${f}" in ${a})`, object, field),
      made(([a, b]) => `(${a} && ${b})`, bool, bool),
      made(([a, b]) => `(${a} || ${b})`, bool, bool),
      made(([v, a, f]) => `${a}.exists(${v}, ${v} == "${f}")`, variable, object, field),
      made(([v, a, f]) => `${a}.all(k, ${v}, ${v}.${f} == 1)`, variable, object, field),
      fc.constant('(variables().size() > 0)'),
    ),
  }
})

const own = customFunctions(
  'itself(a) { a } bodyOf(a) { a.body } last(a, rest...) { rest[0] } deep(a) { bodyOf(a) }',
  new Set(),
).functions

test('whatever an evaluation looks at, analysis has seen', () => {
  const looked = new Set<string>()
  fc.assert(
    fc.property(fc.oneof(reading.value, reading.bool), (source) => {
      const options = { scope: dialect, functions: dialectFunctions, custom: own, optionalSyntax: true }
      const { program } = compile(source, options)
      // Depth is bounded; everything else that is generated compiles.
      fc.pre(program !== undefined)
      const seen = new Set<string>()
      const roots = dialect.roots.map((root) => new Recorder(root, seen))
      program.evaluate({ root: (index) => roots[index] ?? null })
      for (const path of seen) {
        looked.add(path)
        assert.ok(
          [...program.attributes].some((attribute) => attribute === path),
          `${source} reads ${path}`,
        )
      }
    }),
    { numRuns: 1_500 },
  )
  assert.ok(looked.size >= 8, `only ${[...looked].join(', ')} were looked at`)
})
