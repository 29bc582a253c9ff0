import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dialectFunctions } from '../../../src/cel/functions/index.ts'
import { Flat } from '../../../src/cel/functions/json.ts'
import { type Value } from '../../../src/cel/value.ts'
import { answers, Counter, call, callWith, failed, fails, Stand } from './call.ts'

const token = (payload: string): string => `e30.${Buffer.from(payload).toString('base64url')}.`

test('json reads strings and bytes', () => {
  answers(
    'json',
    ['{"hi":1}', { hi: 1 }],
    [Buffer.from('[9007199254740993]'), [9007199254740993n]],
    [new Stand('"text"'), 'text'],
  )
  fails('function-error', 'json', ['{'], [''])
  fails('no-such-overload', 'json', [1], [{ a: 1 }])
  failed('cost-limit', callWith(dialectFunctions, new Counter(10), 'json', [' '.repeat(20)]))
})

test('jsonField reads one field', () => {
  answers('jsonField', ['{"hi":1,"no":null}', 'hi', 1], ['{"no":null}', 'no', null])
  fails('no-such-key', 'jsonField', ['{"hi":1}', 'unknown'], ['{}', 'constructor'], ['[1]', '0'])
  fails('function-error', 'jsonField', ['{', 'hi'])
})

test('toJson has an old name', () => {
  for (const name of ['toJson', 'to_json']) assert.equal(call(name, { a: [1, 'x', null] }), '{"a":[1,"x",null]}')
})

test('a token is looked into, not verified', () => {
  const name = 'unvalidatedJwtPayload'
  answers(
    name,
    [token('{"sub":"123","admin":true}'), { sub: '123', admin: true }],
    [token('{"d":"~~~"}'), { d: '~~~' }],
  )
  fails(
    'function-error',
    name,
    ['not-a-jwt'],
    ['a.b.c'],
    [token('[1]')],
    [token('1')],
    [`${token('{}')}.x`],
    ['e30.e30=.'],
    [''],
  )
  fails('no-such-overload', name, [1])
})

test('merge lets the second map win, in the place of the first', () => {
  const merged = call('merge', { a: 2, k: 'v' }, new Map<Value, Value>([['a', 3]]))
  assert.equal(call('toJson', merged), '{"a":3,"k":"v"}')
  answers('merge', [{ a: 2 }, { b: 3 }, { a: 2, b: 3 }], [new Map(), {}, {}])
  const numbered = call('merge', new Map<Value, Value>([[1, 'a']]), { x: 1 })
  assert.deepEqual(
    numbered,
    new Map<Value, Value>([
      [1, 'a'],
      ['x', 1],
    ]),
  )
  fails('no-such-overload', 'merge', [{}, []], ['a', {}])
})

test('merging a hostile key adds a field', () => {
  const hostile: Value = call('json', '{"__proto__":{"admin":true}}')
  const merged = call('merge', { a: 1 }, hostile)
  assert.ok(typeof merged === 'object' && merged !== null)
  assert.equal(Object.getPrototypeOf(merged), Object.prototype)
  assert.deepEqual(Object.keys(merged), ['a', '__proto__'])
})

test('flatten marks a value for log sinks, and is nothing to anybody else', () => {
  const value = { a: { b: [1, 2] } }
  for (const [name, deep] of [
    ['flatten', false],
    ['flattenRecursive', true],
    ['flatten_recursive', true],
  ] as const) {
    const flat = call(name, value)
    assert.ok(flat instanceof Flat)
    assert.deepEqual([flat.of, flat.deep], [value, deep])
    failed('invalid-argument', call('toJson', [flat]))
    failed('invalid-argument', call('size', flat))
  }
})
