// Values as plain data: nothing is lost without a word, nothing is invented.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toJson } from '../../src/cel/convert.ts'
import {
  Double,
  Duration,
  Fault,
  HostObject,
  Optional,
  Timestamp,
  Type,
  Uint,
  Unknown,
  type Value,
} from '../../src/cel/value.ts'

test('what JSON can say stays as it is', () => {
  const value = { a: [1, 'two', null, true, 1.5] }
  assert.deepEqual(toJson(value), value)
  assert.equal(toJson(new Double(2)), 2)
  assert.equal(toJson(new Uint(7n)), 7)
})

test('what JavaScript cannot hold exactly becomes text', () => {
  assert.equal(toJson(9223372036854775807n), '9223372036854775807')
  assert.equal(toJson(new Uint(18446744073709551615n)), '18446744073709551615')
})

test('times, bytes, types and optionals have a plain form', () => {
  assert.equal(toJson(new Timestamp(0n)), '1970-01-01T00:00:00Z')
  assert.equal(toJson(new Duration(1_500_000_000n)), '1.5s')
  assert.equal(toJson(new Uint8Array([104, 105])), 'aGk=')
  assert.equal(toJson(new Type('int')), 'int')
  assert.equal(toJson(new Optional('x')), 'x')
  assert.equal(toJson(new Optional(undefined)), null)
  assert.equal(toJson(Number.NaN), null)
})

test('a key named __proto__ is a key', () => {
  const plain = toJson(new Map<Value, Value>([['__proto__', new Map<Value, Value>([['polluted', true]])]]))
  assert.equal(JSON.stringify(plain), '{"__proto__":{"polluted":true}}')
  assert.equal(Object.getPrototypeOf(plain), Object.prototype)
})

test('a fault or an unknown inside is the answer', () => {
  const fault = new Fault('no-such-key', 'no such key: a')
  assert.equal(toJson([1, fault]), fault)
  class Half extends HostObject {
    get(): undefined {
      return undefined
    }
    plain(): Value {
      return { known: 1, later: new Unknown('mcp.tool.arguments') }
    }
  }
  assert.ok(toJson({ half: new Half() }) instanceof Unknown)
})

test('what nests too deeply is a fault, not a stack overflow', () => {
  let value: Value = []
  for (let level = 0; level < 10_000; level++) value = [value]
  assert.ok(toJson(value) instanceof Fault)
})
