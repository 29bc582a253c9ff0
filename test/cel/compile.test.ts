// Programs: fields, macros, lazy forms, calls, and what is said of expressions that cannot be compiled.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compile } from '../../src/cel/compile.ts'
import { dialectFunctions } from '../../src/cel/functions/index.ts'
import { parse } from '../../src/cel/parser.ts'
import { Double, Fault, HostObject, Type, type Value } from '../../src/cel/value.ts'
import { type Context, diagnostics, evaluate, kind } from './evaluate.ts'

const context: Context = {
  jwt: { sub: 'alice', roles: ['user', 'admin'], realm: { level: 3 }, nothing: null },
  mcp: { tool: { name: 'echo', target: 'one' } },
  absent: null,
}
const value = (source: string): Value => evaluate(source, context)
const holds = (source: string): void => assert.equal(value(source), true, source)

test('fields, positions and what is missing', () => {
  holds('jwt.realm.level == 3 && jwt["realm"]["level"] == 3 && jwt.roles[1] == "admin" && jwt.roles[1u] == "admin"')
  assert.equal(kind(value('jwt.email')), 'no-such-key')
  assert.equal(kind(value('jwt.email.domain')), 'no-such-key')
  assert.equal(kind(value('jwt["email"]')), 'no-such-key')
  assert.equal(kind(value('jwt.roles[2]')), 'index-out-of-bounds')
  assert.equal(kind(value('jwt.roles[-1]')), 'index-out-of-bounds')
  assert.equal(kind(value('jwt.sub[0]')), 'no-such-overload')
  assert.equal(kind(value('jwt.roles["a"]')), 'no-such-overload')
})

test('an absent root is null, and its fields are missing; an unknown name is a fault', () => {
  holds('absent == null')
  assert.equal(kind(value('absent.field')), 'no-such-key')
  assert.equal(kind(value('absent["field"]')), 'no-such-key')
  assert.equal(kind(value('nobody')), 'undeclared-reference')
  assert.equal(kind(value('nobody.field')), 'undeclared-reference')
})

test('has() asks for the last field only', () => {
  holds('has(jwt.sub) && !has(jwt.email) && has(jwt.nothing) && !has(absent.sub) && !has(jwt.sub.length)')
  assert.equal(kind(value('has(jwt.email.domain)')), 'no-such-key')
  const [found] = diagnostics('has(jwt)', context)
  assert.deepEqual(
    [found?.code, found?.start, found?.end, found?.hint],
    ['cel.has', 4, 7, 'compare with null: jwt != null'],
  )
  assert.equal(diagnostics('has(jwt["sub"])', context)[0]?.code, 'cel.has')
})

test('names of types are values, unless the context has the name', () => {
  holds('type(1) == int && type(1.0) == float && type(type(1)) == type && type({}) == map')
  assert.equal(evaluate('list[0]', { list: [7] }), 7)
  assert.deepEqual(evaluate('list'), new Type('list'))
})

test('loops over lists and keys of maps', () => {
  holds('jwt.roles.exists(r, r == "admin") && jwt.roles.all(r, r.size() > 3) && jwt.roles.exists_one(r, r == "user")')
  assert.deepEqual(value('[1, 2, 3].map(x, x * 2)'), [2, 4, 6])
  assert.deepEqual(value('[1, 2, 3].map(x, x > 1, x * 2)'), [4, 6])
  assert.deepEqual(value('jwt.realm.map(k, k)'), ['level'])
  assert.deepEqual(value('[1, 2, 3].filter(x, x != 2)'), [1, 3])
  assert.equal(kind(value('[1].filter(x, 1)')), 'no-such-overload')
  assert.equal(kind(value('1.map(x, x)')), 'no-such-overload')
})

test('quantifiers absorb faults when another turn decides', () => {
  holds('[1, 2, 3].exists(x, x / 0 == 1 || x == 2)')
  assert.equal(value('[0, 1].all(x, 1 / x == 2)'), false)
  assert.equal(kind(value('[0, 1].all(x, 1 / x == 1)')), 'division-by-zero')
  assert.equal(kind(value('[0, 1].exists_one(x, 1 / x == 1)')), 'division-by-zero')
})

test('loops with two variables', () => {
  holds('[5, 6].exists(i, v, i == 1 && v == 6) && {"a": 1}.all(k, v, k == "a" && v == 1)')
  assert.deepEqual(value('[5, 6].transformList(i, v, i + v)'), [5, 7])
  assert.deepEqual(value('[5, 6].transformList(i, v, i > 0, v)'), [6])
  assert.deepEqual(value('{"a": 1}.transformMap(k, v, v + 1)'), new Map([['a', 2]]))
  assert.deepEqual(value('{"a": 1}.transformMapEntry(k, v, {v: k})'), new Map([[1, 'a']]))
  assert.equal(kind(value('{"a": 1, "b": 1}.transformMapEntry(k, v, {v: k})')), 'invalid-argument')
})

test('inner variables hide outer ones and roots', () => {
  assert.deepEqual(value('[[1, 2], [3]].map(x, x.map(x, x * 10))'), [[10, 20], [30]])
  assert.equal(value('[1].map(jwt, jwt)[0]'), 1)
  assert.deepEqual(value('[1, 2].map(x, [x].map(y, [y, x]))'), [[[1, 1]], [[2, 2]]])
})

test('forms of the dialect that are no functions', () => {
  assert.deepEqual(value('[1, 2].with(a, a + a)'), [1, 2, 1, 2])
  assert.equal(value('with(3, a, a + a)'), 6)
  assert.deepEqual(
    value('{"a": 1, "b": 2}.mapValues(v, v * 2)'),
    new Map([
      ['a', 2],
      ['b', 4],
    ]),
  )
  assert.deepEqual(value('{"a": 1, "b": 2}.filterKeys(k, k == "a")'), new Map([['a', 1]]))
  assert.equal(kind(value('[1].filterKeys(k, true)')), 'no-such-overload')
  assert.deepEqual(Object.keys(Object(value('variables()'))), ['jwt', 'mcp'])
})

test('default() helps with what is missing or null, coalesce() with everything', () => {
  assert.deepEqual(
    [
      'default(jwt.email, 1)',
      'default(jwt.nothing, 1)',
      'default(nobody, 1)',
      'default(absent.a.b, 1)',
      'jwt.sub.default(1)',
    ].map(value),
    [1, 1, 1, 1, 'alice'],
  )
  assert.equal(kind(value('default(1 / 0, 1)')), 'division-by-zero')
  assert.equal(kind(value('default(jwt.roles[5], 1)')), 'index-out-of-bounds')
  assert.equal(value('coalesce(1 / 0, jwt.nothing, jwt.sub)'), 'alice')
  assert.equal(value('coalesce(null, 1 / 0)'), null)
  assert.equal(kind(value('coalesce(jwt.email, 1 / 0)')), 'division-by-zero')
})

test('cel.bind and cel.block name values', () => {
  assert.equal(value('cel.bind(a, 2, a * a)'), 4)
  assert.equal(value('cel.block([1, cel.index(0) + 1], cel.index(1) + cel.index(0))'), 3)
  assert.equal(value('cel.block([1 / 0], true || cel.index(0) == 1)'), true)
  assert.equal(diagnostics('cel.index(0)')[0]?.code, 'cel.macro')
})

test('optional syntax, when it is enabled', () => {
  const optional = (source: string): Value => evaluate(source, context, { optionalSyntax: true })
  assert.equal(optional('jwt.?email.orValue("none")'), 'none')
  assert.equal(optional('jwt.?realm.level.value()'), 3)
  assert.equal(optional('jwt.roles[?5].hasValue()'), false)
  assert.deepEqual(optional('[?jwt.?email, ?jwt.?sub]'), ['alice'])
  assert.deepEqual(optional('{?"e": jwt.?email, "s": 1}'), new Map([['s', 1]]))
  assert.equal(optional('jwt.?sub.optMap(s, s + "!").value()'), 'alice!')
  assert.equal(optional('jwt.?realm.optFlatMap(r, r.?level).value()'), 3)
  assert.equal(kind(optional('[?1]')), 'no-such-overload')
})

test('every function is a method and every method a function', () => {
  holds('jwt.sub.startsWith("al") && startsWith(jwt.sub, "al") && jwt.roles.contains("admin") && 10.string() == "10"')
  assert.equal(value('math.greatest(1, 2, 3, 4)'), 4)
})

test('objects of the gateway answer their methods first', () => {
  class Headers extends HostObject {
    get(field: string): Value | undefined {
      return field === 'a' ? '1' : undefined
    }
    override call(name: string, args: readonly Value[]): Value | undefined {
      if (name === 'cookie') return args[0] === 'session' ? 'abc' : new Fault('no-such-key', 'no such key')
      return name === 'join' && args.length === 0 ? { a: '1,2' } : undefined
    }
    plain(): Value {
      return { a: '1' }
    }
  }
  const headers = new Headers()
  assert.equal(evaluate('headers.join().a', { headers }), '1,2')
  assert.equal(evaluate('headers.cookie("session")', { headers }), 'abc')
  assert.equal(kind(evaluate('headers.cookie("other")', { headers })), 'no-such-key')
  assert.equal(evaluate('headers.size()', { headers }), 1)
  assert.deepEqual(evaluate('headers.map(k, k)', { headers }), ['a'])
  assert.equal(kind(evaluate('jwt.cookie("a")', { jwt: {} })), 'no-such-overload')
})

test('functions of the configuration see their parameters and the roots, not their caller', () => {
  const custom = new Map(
    Object.entries({
      twice: 'this + this',
      isAdmin: '"admin" in jwt.roles',
      sum: 'first + rest.size()',
      leak: 'x',
    }).map(([name, source]) => {
      const parsed = parse(source)
      assert.ok('ast' in parsed)
      const parameters = { twice: ['this'], isAdmin: [], sum: ['first', 'rest'], leak: [] }[name] ?? []
      return [name, { name, parameters, rest: name === 'sum', body: parsed.ast }]
    }),
  )
  const own = (source: string): Value => evaluate(source, context, { custom })
  assert.equal(own('3.twice() + twice(4)'), 14)
  assert.equal(own('twice(twice(2.twice()))'), 16)
  assert.equal(own('isAdmin()'), true)
  assert.equal(own('sum(1, "a", "b")'), 3)
  assert.equal(own('sum(1)'), 1)
  assert.equal(kind(own('[1].map(x, leak())[0]')), 'undeclared-reference')
  assert.equal(kind(own('twice(1 / 0)')), 'division-by-zero')
  assert.match(diagnostics('twice(1, 2)', context, { custom })[0]?.message ?? '', /takes 1 argument, found 2/)
})

test('a mistake in a function of the configuration is shown where it is called', () => {
  const parsed = parse('missing_function(a)')
  assert.ok('ast' in parsed)
  const custom = new Map([['f', { name: 'f', parameters: ['a'], rest: false, body: parsed.ast }]])
  const [found] = diagnostics('true && f(1)', {}, { custom })
  assert.deepEqual([found?.message, found?.start, found?.end], ['in f(): unknown function missing_function()', 8, 12])
})

test('unknown functions come with what was probably meant', () => {
  const [found] = diagnostics('jwt.roles.contians("a")', context)
  assert.deepEqual(
    [found?.code, found?.message, found?.hint, found?.start, found?.end],
    ['cel.unknown-function', 'unknown function contians()', "did you mean 'contains'?", 10, 18],
  )
  assert.equal(diagnostics('math.lest(1)')[0]?.hint, "did you mean 'math.least'?")
  assert.equal(diagnostics('[1].exsts(x, x)')[0]?.hint, "did you mean 'exists'?")
})

test('wrong numbers of arguments, macros and messages are errors of the text', () => {
  assert.deepEqual(
    [
      'size(1, 2)',
      '[1].map(x)',
      '[1].all(1, true)',
      'exists([1], x, x)',
      'coalesce()',
      'foo{}',
      '"a".matches("(")',
    ].map((source) => diagnostics(source)[0]?.code),
    ['cel.arity', 'cel.macro', 'cel.macro', 'cel.macro', 'cel.macro', 'cel.message', 'cel.bad-literal'],
  )
  assert.equal(diagnostics('[1].map(x)')[0]?.message, 'map() is written list.map(x, expression)')
})

test('all mistakes of an expression are reported at once', () => {
  assert.deepEqual(
    diagnostics('foo(1) || has(jwt) || bar()', context).map(({ code }) => code),
    ['cel.unknown-function', 'cel.has', 'cel.unknown-function'],
  )
})

test('by the rules of the specification, unknown functions are faults that can be absorbed', () => {
  const spec = (source: string): Value => evaluate(source, context, { mode: 'spec' })
  assert.equal(spec('f_unknown(17) || true'), true)
  assert.equal(kind(spec('f_unknown(17)')), 'undeclared-reference')
})

test('qualified names: the longest that the context has, the container first', () => {
  const given = { mode: 'spec' as const }
  assert.equal(evaluate('a.b.c', { 'a.b': { c: 'short' }, 'a.b.c': 'long' }, given), 'long')
  assert.equal(evaluate('y', { 'x.y': 1, y: 2 }, { ...given, container: 'x' }), 1)
  assert.equal(evaluate('.y', { 'x.y': 1, y: 2 }, { ...given, container: 'x' }), 2)
})

test('what is constant is computed once, what is volatile each time', () => {
  let asked = 0
  const functions = new Map(dialectFunctions)
  functions.set('pure', { name: 'pure', one: (a) => [a, ++asked] })
  functions.set('tick', { name: 'tick', none: () => ++asked, volatile: true })
  const program = (source: string) => compile(source, { scope: { roots: [], shapes: {} }, functions }).program
  const pure = program('pure(1)')
  assert.deepEqual(
    [pure?.evaluate({ root: () => null }), pure?.evaluate({ root: () => null })],
    [
      [1, 1],
      [1, 1],
    ],
  )
  const tick = program('tick()')
  assert.deepEqual([tick?.evaluate({ root: () => null }), tick?.evaluate({ root: () => null })], [2, 3])
})

test('a program may be evaluated within its own evaluation', () => {
  const { program } = compile('n == 0 ? 0.5 : [1, 2].map(x, next.value)[1] + 1.0', {
    scope: { roots: ['n', 'next'], shapes: {} },
    functions: dialectFunctions,
  })
  class Next extends HostObject {
    readonly n: number
    constructor(n: number) {
      super()
      this.n = n
    }
    get(): Value {
      return at(this.n)
    }
    plain(): Value {
      return null
    }
  }
  const at = (n: number): Value => program?.evaluate({ root: (index) => (index === 0 ? n : new Next(n - 1)) }) ?? null
  assert.equal(at(5), 5.5)
})

test('programs say what they read', () => {
  const { program } = compile('jwt.roles.exists(r, r == "a") && json(request.body).x == 1', {
    scope: { roots: ['jwt', 'request'], shapes: {} },
    functions: dialectFunctions,
  })
  assert.deepEqual([...(program?.attributes ?? [])], ['request.body'])
  assert.ok(program?.reads.has('request.body'))
})

test('numbers keep their kind through a program', () => {
  assert.deepEqual(value('1.0 + 1.0'), new Double(2))
  assert.equal(value('1.5 + 1.0'), 2.5)
  assert.deepEqual(value('-(1.0)'), new Double(-1))
})
