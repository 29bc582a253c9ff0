// Hostile expressions and hostile data: everything ends soon, in a sentence or a fault.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CompileOptions } from '../../src/cel/options.ts'
import { parse } from '../../src/cel/parser.ts'
import { Fault, HostObject, type Value } from '../../src/cel/value.ts'
import { diagnostics, evaluate, kind } from './evaluate.ts'

const limited = (source: string): string => {
  const parsed = parse(source)
  assert.ok('diagnostics' in parsed)
  return parsed.diagnostics[0]?.code ?? ''
}

test('nesting of any kind ends at a limit, not at the end of the stack', () => {
  for (const open of ['(', '[', '{1:', 'f(', 'a[', 'a?(', '!(', '-(', 'x.map(y,', '[?', 'T{a:'])
    assert.match(limited(open.repeat(20_000)), /^cel\.(limit|optional-syntax)$/, open)
  for (const source of ['!'.repeat(60_000), `a${'.b'.repeat(30_000)}`, `a${'[0]'.repeat(20_000)}`, '-'.repeat(65_000)])
    assert.match(limited(`${source}1`.slice(0, 65_536)), /^cel\.(limit|syntax)$/)
  assert.equal(limited(`${'a?b:'.repeat(5_000)}c`), 'cel.limit')
})

test('text and parts have limits', () => {
  assert.equal(limited(' '.repeat(65_537)), 'cel.limit')
  assert.equal(limited(`[${'1,'.repeat(20_001)}]`), 'cel.limit')
})

test('chains of thousands of operators are ordinary expressions', () => {
  assert.equal(evaluate(Array(3_000).fill('1').join(' + ')), 3_000)
  assert.equal(evaluate(Array(9_999).fill('x').join('+'), { x: 2 }), 19_998)
  assert.equal(evaluate(Array(9_999).fill('x == 2').slice(0, 4_000).join(' && '), { x: 2 }), true)
  assert.equal(evaluate(Array(9_999).fill('b').join('||'), { b: false }), false)
  assert.equal(evaluate(Array(5_000).fill('b').join('=='), { b: true }), true)
})

test('conditions one after another are ordinary expressions', () => {
  const source = Array.from({ length: 200 }, (_, at) => `x == ${at} ? "${at}"`).join(' : ')
  assert.equal(evaluate(`${source} : "none"`, { x: 150 }), '150')
})

test('loops in loops end at the limit of steps', () => {
  const items = Array.from({ length: 300 }, (_, at) => at)
  const source = 'items.map(a, items.map(b, items.map(c, a + b + c)))'
  assert.equal(kind(evaluate(source, { items })), 'cost-limit')
  assert.equal(kind(evaluate('items.all(a, items.all(b, items.all(c, c in items)))', { items })), 'cost-limit')
  assert.equal(
    kind(evaluate('items.exists(a, items + items == items)', { items: Array(600_000).fill(0) })),
    'cost-limit',
  )
})

test('texts that double end at the limit of bytes', () => {
  const source = Array.from({ length: 40 }, () => '').reduce((inner) => `cel.bind(a, a + a, ${inner})`, 'a.size()')
  assert.equal(kind(evaluate(`cel.bind(a, "0123456789", ${source})`)), 'cost-limit')
})

test('functions that call two others each end at the limit of steps', () => {
  const body = (source: string) => {
    const parsed = parse(source)
    assert.ok('ast' in parsed)
    return parsed.ast
  }
  const custom: NonNullable<CompileOptions['custom']> = new Map(
    Array.from({ length: 40 }, (_, at) => {
      const name = `f${at}`
      const source = at === 0 ? 'n' : `f${at - 1}(n) + f${at - 1}(n)`
      return [name, { name, parameters: ['n'], rest: false, body: body(source) }]
    }),
  )
  assert.equal(evaluate('f10(x)', { x: 1 }, { custom }), 1_024)
  assert.equal(kind(evaluate('f39(x)', { x: 1 }, { custom })), 'cost-limit')
})

test('functions that nest deeper than the stack are an error of the configuration', () => {
  const parsed = parse('n + 1')
  assert.ok('ast' in parsed)
  let { ast } = parsed
  const custom = new Map([['f0', { name: 'f0', parameters: ['n'], rest: false, body: ast }]])
  for (let at = 1; at < 30_000; at++) {
    const call = parse(`f${at - 1}(n)`)
    assert.ok('ast' in call)
    ast = call.ast
    custom.set(`f${at}`, { name: `f${at}`, parameters: ['n'], rest: false, body: ast })
  }
  assert.equal(diagnostics('f29999(x)', { x: 1 }, { custom })[0]?.code, 'cel.limit')
})

test('limits can be set', () => {
  const items = [1, 2, 3, 4]
  assert.equal(kind(evaluate('items.all(i, i > 0)', { items }, { limits: { steps: 3 } })), 'cost-limit')
  assert.equal(evaluate('items.all(i, i > 0)', { items }, { limits: { steps: 4 } }), true)
  assert.equal(diagnostics('((1))', {}, { limits: { depth: 2 } })[0]?.code, 'cel.limit')
})

test('an evaluation starts with everything it may spend, whatever the last one did', () => {
  const items = [1, 2, 3]
  const options = { limits: { steps: 5 } }
  for (let turn = 0; turn < 3; turn++) assert.equal(evaluate('items.all(i, i > 0)', { items }, options), true)
})

test('data that is nested too deeply for equality is a fault', () => {
  const deep = (): Value => {
    let value: Value = []
    for (let level = 0; level < 200_000; level++) value = [value]
    return value
  }
  assert.equal(kind(evaluate('a == b', { a: deep(), b: deep() })), 'function-error')
})

test('whatever an object of the gateway throws is a fault without its words', () => {
  class Broken extends HostObject {
    get(): Value {
      throw new TypeError('the password is hunter2')
    }
    plain(): Value {
      return null
    }
  }
  const fault = evaluate('broken.field', { broken: new Broken() })
  assert.ok(fault instanceof Fault)
  assert.equal(fault.kind, 'function-error')
  assert.doesNotMatch(fault.detail, /hunter2/)
})

test('no name reaches a prototype', () => {
  const jwt = { roles: ['a'], sub: 'abc' }
  for (const field of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'roles.length', 'sub.length']) {
    assert.equal(kind(evaluate(`jwt.${field}`, { jwt })), 'no-such-key', field)
    assert.equal(evaluate(`default(jwt.${field}, "none")`, { jwt }), 'none', field)
  }
  assert.equal(evaluate('has(jwt.constructor) || "toString" in jwt || jwt.contains("__proto__")', { jwt }), false)
  for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty'])
    assert.equal(kind(evaluate(name)), 'undeclared-reference')
  for (const call of ['toString()', 'constructor("return 1")', 'jwt.hasOwnProperty("sub")', '__proto__()'])
    assert.equal(diagnostics(call, { jwt })[0]?.code, 'cel.unknown-function', call)
})

test('a polluted prototype adds no claims', (t) => {
  const prototype: object = Object.prototype
  Object.defineProperty(prototype, 'admin', { value: true, configurable: true })
  t.after(() => Reflect.deleteProperty(prototype, 'admin'))
  const jwt: { readonly sub: string; readonly admin?: boolean } = { sub: 'a' }
  // What an ordinary read of the field would have answered: the attack.
  assert.equal(jwt.admin, true)
  assert.equal(kind(evaluate('jwt.admin', { jwt: { sub: 'a' } })), 'no-such-key')
  assert.equal(evaluate('has(jwt.admin)', { jwt: { sub: 'a' } }), false)
})

test('fields named like what every object inherits are fields', () => {
  const jwt = JSON.parse('{"__proto__": {"a": 1}, "constructor": "x"}')
  assert.equal(evaluate('jwt.__proto__.a', { jwt }), 1)
  assert.equal(evaluate('jwt.constructor', { jwt }), 'x')
  assert.equal(evaluate('jwt.map(k, k).size()', { jwt }), 2)
})
