import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Meter } from '../../src/cel/functions/function.ts'
import { parseJson, parseJsonBytes, toJsonText } from '../../src/cel/json.ts'
import {
  Address,
  Double,
  Duration,
  Fault,
  HostObject,
  Network,
  Timestamp,
  Type,
  Uint,
  type Value,
} from '../../src/cel/value.ts'

const free: Meter = { step: () => true, bytes: () => true }
const limited = (limit: number): Meter => {
  let used = 0
  const take = (count: number) => (used += count) <= limit
  return { step: take, bytes: take }
}
const bytes = (text: string) => Buffer.from(text)

test('integers keep their digits, whatever their size', () => {
  assert.deepEqual(parseJson('{"a":9007199254740993}'), { a: 9007199254740993n })
  assert.deepEqual(parseJson('[-9223372036854775808,9223372036854775807]'), [-(2n ** 63n), 2n ** 63n - 1n])
  assert.deepEqual(parseJson('18446744073709551615'), new Uint(2n ** 64n - 1n))
  assert.deepEqual(parseJson('[18446744073709551616]'), [2 ** 64])
  assert.deepEqual(
    parseJson('[1000000000000000, 9007199254740991 , 12345678901234567.0]'),
    [1000000000000000, 9007199254740991, 12345678901234568],
  )
})

test('a long integer is found wherever it stands', () => {
  for (let offset = 0; offset < 40; offset++) {
    const text = `{"${'x'.repeat(offset)}": [true, "\\"9", 9007199254740993], "n": null}`
    assert.deepEqual(parseJson(text), { ['x'.repeat(offset)]: [true, '"9', 9007199254740993n], n: null }, text)
  }
})

test('a document with one long integer reads like any other for the rest', () => {
  const rest = {
    text: 'é \\ " \n \u0001 😀',
    list: [[], {}, [1.5, -2e3, 0.1, 1e-7]],
    t: true,
    f: false,
    n: null,
    '': 1,
  }
  for (const space of [0, 2, '\t'])
    assert.deepEqual(parseJson(JSON.stringify({ id: 0, ...rest }, null, space).replace('0', '1234567890123456789')), {
      id: 1234567890123456789n,
      ...rest,
    })
})

test('of equal keys the last one counts, and __proto__ is a key like any other', () => {
  for (const id of ['1', '1234567890123456789']) {
    const value = parseJson(`{"a":1,"a":2,"id":${id},"__proto__":{"admin":true},"constructor":3}`)
    assert.ok(typeof value === 'object' && value !== null)
    assert.equal(Object.getPrototypeOf(value), Object.prototype)
    assert.deepEqual(Object.entries(value), [
      ['a', 2],
      ['id', id === '1' ? 1 : 1234567890123456789n],
      ['__proto__', { admin: true }],
      ['constructor', 3],
    ])
    assert.equal('admin' in value, false)
  }
})

test('what is no JSON, no UTF-8 or too deep is a fault that does not repeat it', () => {
  const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
  for (const value of [
    parseJson('{"secret":'),
    parseJson(''),
    parseJson('01'),
    parseJson('\ufeff1'),
    parseJsonBytes(Buffer.from([0x22, 0xff, 0x22]), free),
    parseJson(deep(129)),
    parseJson(`{"a":${'{"a":'.repeat(128)}1${'}'.repeat(129)}`),
    parseJson(deep(100_000)),
  ]) {
    assert.ok(value instanceof Fault)
    assert.equal(value.kind, 'function-error')
    assert.doesNotMatch(value.detail, /secret/)
  }
  assert.ok(!(parseJson(deep(128)) instanceof Fault))
})

test('a body is parsed once, and its cost is taken once', () => {
  const body = bytes('{"a":[1,2]}')
  const meter = limited(12)
  const value = parseJsonBytes(body, meter)
  assert.deepEqual(value, { a: [1, 2] })
  assert.equal(parseJsonBytes(body, meter), value)
  assert.ok(parseJsonBytes(bytes('{"a":[1,2,3]}'), meter) instanceof Fault)
})

test('JSON text of every kind of value', () => {
  class Secret extends HostObject {
    get(): undefined {
      return undefined
    }
    plain(): Value {
      return '<redacted>'
    }
  }
  const cases: readonly (readonly [Value, string])[] = [
    [{ a: [1, 'é"', null, true, 1.5, Number.NaN] }, '{"a":[1,"é\\"",null,true,1.5,null]}'],
    [[new Double(2), new Double(-0), new Uint(3n), 2n ** 60n], '[2.0,-0.0,3,1152921504606846976]'],
    [
      new Map<Value, Value>([
        ['a', 1],
        [2, new Map()],
        [true, []],
      ]),
      '{"a":1,"2":{},"true":[]}',
    ],
    [bytes('hello'), '"aGVsbG8="'],
    [[new Timestamp(1_500_000_000n), new Duration(-1_500_000_000n)], '["1970-01-01T00:00:01.5Z","-1.5s"]'],
    [[new Address(Buffer.from([10, 0, 0, 1])), new Network(new Address(Buffer.alloc(16)), 64)], '["10.0.0.1","::/64"]'],
    [{ token: new Secret() }, '{"token":"<redacted>"}'],
    [{ toJSON: 'text' }, '{"toJSON":"text"}'],
  ]
  for (const [value, text] of cases) assert.equal(toJsonText(value, free), text)
  assert.ok(toJsonText([new Type('int')], free) instanceof Fault)
})

test('JSON text is refused before it is made when the limit is reached', () => {
  const value = { list: Array.from({ length: 1000 }, () => 'x'.repeat(100)) }
  for (const one of [value, new Map<Value, Value>([['list', value]])]) {
    const answer = toJsonText(one, limited(1000))
    assert.ok(answer instanceof Fault)
    assert.equal(answer.kind, 'cost-limit')
  }
})

test('a value that was never JSON of ours may be too deep to write', () => {
  let claims: Value = 1
  for (let level = 0; level < 100_000; level++) claims = { claims }
  assert.ok(toJsonText(claims, free) instanceof Fault)
})
