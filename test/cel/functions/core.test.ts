import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dialectFunctions, specFunctions } from '../../../src/cel/functions/index.ts'
import {
  Double,
  Duration,
  Fault,
  Optional,
  Timestamp,
  Type,
  Uint,
  Unknown,
  type Value,
} from '../../../src/cel/value.ts'
import { answers, Counter, call, callSpec, callWith, failed, fails, Stand } from './call.ts'

const bytes = (text: string): Uint8Array => Buffer.from(text)

test('every function is in the table under its own name, and both tables have the same names', () => {
  for (const functions of [dialectFunctions, specFunctions])
    for (const [name, row] of functions) {
      assert.equal(row.name, name)
      assert.ok(row.none ?? row.one ?? row.two ?? row.three ?? row.many, name)
    }
  assert.deepEqual([...dialectFunctions.keys()].sort(), [...specFunctions.keys()].sort())
  assert.equal(dialectFunctions.get('constructor'), undefined)
})

test('contains looks into texts, bytes, lists and keys', () => {
  answers(
    'contains',
    ['foobar', 'bar', true],
    ['', 'something', false],
    ['', '', true],
    ['🐱😀😁', '😀', true],
    [bytes('foobar'), bytes('ob'), true],
    [bytes('foobar'), bytes('bo'), false],
    [[1, 2, 3], new Double(3), true],
    [[[1], { a: 1 }], { a: new Uint(1n) }, true],
    [['a'], 'b', false],
    [new Map<Value, Value>([[1, true]]), new Uint(1n), true],
    [{ a: null }, 'a', true],
    [{}, 'toString', false],
    [{}, '__proto__', false],
  )
  fails('no-such-overload', 'contains', ['a', 1], [1, 1], [null, 'a'], [bytes('a'), 'a'])
})

test('containment of what is not known yet is not known', () => {
  const unknown = new Unknown('argument')
  const list: readonly Value[] = ['a', unknown, 'b']
  const open = new Map<Value, Value>([['k', list]])
  assert.equal(call('contains', list, 'b'), true)
  assert.equal(call('contains', list, 'c'), unknown)
  assert.equal(call('contains', open, 'k'), true)
})

test('objects of the gateway are what they stand for', () => {
  const text = new Stand('/a/b')
  answers('startsWith', [text, '/a', true], ['/a/b/c', text, true], [new Stand('x'), new Stand('xy'), false])
  answers('endsWith', [text, '/b', true])
  answers('size', [text, 4], [new Stand({ a: 1 }), 1])
  answers(
    'contains',
    [text, 'a/', true],
    [new Stand({}), 'known', true],
    [new Stand({ x: 1 }), 'x', false],
    ['/a/b', text, true],
  )
  answers('split', [text, '/', ['', 'a', 'b']])
  fails('no-such-overload', 'startsWith', [new Stand(1), 'a'])
  const fault = new Fault('no-such-key', 'gone')
  assert.equal(call('startsWith', new Stand(fault), 'a'), fault)
})

test('size counts bytes in the dialect and code points in the specification', () => {
  answers('size', ['é', 2], ['', 0], ['😀', 4], [bytes('é'), 2], [[1, 2], 2], [{ a: 1 }, 1], [new Map(), 0])
  assert.deepEqual(
    ['é', '😀a', 'πέντε'].map((text) => callSpec('size', text)),
    [1, 2, 5],
  )
  fails('no-such-overload', 'size', [1], [null], [true])
})

test('max and min take arguments or one list, of any kind that has an order', () => {
  answers(
    'max',
    [null],
    [1, 1],
    [1, 3, 2, 3],
    [new Double(-1), new Double(0), new Double(0)],
    [[1, 2.5], 2.5],
    [[], null],
  )
  answers('min', [null], [1.61803, 3.1415, 1.41421, 1.41421], ['b', 'a', 'a'], [[3, new Uint(2n)], new Uint(2n)])
  answers('max', [1, 2, 3, 4, 5, 5], [[new Duration(1n), new Duration(2n)], new Duration(2n)])
  fails('no-such-overload', 'max', [1, 'a'], [[1, 'a']], [1, Number.NaN], [{}, {}])
})

test('types have names', () => {
  const cases: readonly (readonly [Value, string])[] = [
    [1, 'int'],
    [new Double(1), 'double'],
    [1.5, 'double'],
    [new Uint(1n), 'uint'],
    ['', 'string'],
    [null, 'null_type'],
    [new Timestamp(0n), 'google.protobuf.Timestamp'],
    [new Optional(undefined), 'optional_type'],
    [new Type('int'), 'type'],
    [new Stand('text'), 'string'],
  ]
  for (const [value, name] of cases) assert.deepEqual(call('type', value), new Type(name))
  assert.equal(call('dyn', 'x'), 'x')
})

test('a refusal names types and never a value', () => {
  const answer = call('startsWith', 'secret', 7)
  failed('no-such-overload', answer)
  assert.equal(answer.detail, 'startsWith does not take (string, int)')
})

test('a search through a long list or text is paid for', () => {
  const list = Array.from({ length: 5000 }, (_, at) => at)
  const counter = new Counter()
  assert.equal(callWith(dialectFunctions, counter, 'contains', [list, -1]), false)
  assert.ok(counter.steps >= 5000)
  failed('cost-limit', callWith(dialectFunctions, new Counter(100), 'contains', [list, 1]))
  failed('cost-limit', callWith(dialectFunctions, new Counter(100), 'contains', ['x'.repeat(1 << 20), 'y']))
})
