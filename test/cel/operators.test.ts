// Values among themselves: equality, order, arithmetic and keys, in the dialect and by the specification's own rules.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compare, equal, lookup, put, typeName } from '../../src/cel/operators.ts'
import { Double, Fault, HostObject, Optional, Timestamp, Uint, Unknown, type Value } from '../../src/cel/value.ts'
import { type Context, evaluate, type Given, kind } from './evaluate.ts'

const holds = (source: string, context: Context = {}, given: Given = {}): void =>
  assert.equal(evaluate(source, context, given), true, source)

/** A text of the gateway: a URI, a secret. */
class Text extends HostObject {
  readonly #text: string
  constructor(text: string) {
    super()
    this.#text = text
  }
  get(): undefined {
    return undefined
  }
  plain(): string {
    return this.#text
  }
}

test('a JSON number is an int when it is integral and safe, a double otherwise', () => {
  assert.deepEqual([1, 1.5, 2 ** 60, 9007199254740993n].map(typeName), ['int', 'double', 'double', 'int'])
  assert.equal(evaluate('n + 1', { n: 41 }), 42)
  assert.equal(kind(evaluate('n + 1', { n: 1.5 })), 'no-such-overload')
  assert.deepEqual(evaluate('n * 2.0', { n: 0.5 }), new Double(1))
})

test('integers are 64 bits, and leave them with a fault', () => {
  assert.equal(evaluate('9007199254740991 + 2'), 9007199254740993n)
  assert.equal(evaluate('9007199254740993 - 9007199254740992'), 1)
  assert.equal(evaluate('9223372036854775807 / 2'), 4611686018427387903n)
  assert.deepEqual(evaluate('18446744073709551614u + 1u'), new Uint(18446744073709551615n))
  for (const source of [
    '9223372036854775807 + 1',
    '-9223372036854775808 - 1',
    '4611686018427387904 * 2',
    '-9223372036854775808 / -1',
    '-9223372036854775808 % -1',
    '-(-9223372036854775808)',
    '18446744073709551615u + 1u',
    '0u - 1u',
  ])
    assert.equal(kind(evaluate(source)), 'overflow', source)
  for (const source of ['1 / 0', '1 % 0', '1u / 0u', '1u % 0u'])
    assert.equal(kind(evaluate(source)), 'division-by-zero', source)
})

test('division goes towards zero, and an int has no negative zero', () => {
  assert.deepEqual(
    ['-7 / 2', '7 / -2', '-7 % 2', '7 % -2'].map((source) => evaluate(source)),
    [-3, -3, -1, 1],
  )
  for (const source of ['0 / -5', '0 * -5', '-4 % 2', '-(0)']) assert.ok(Object.is(evaluate(source), 0), source)
  assert.equal(evaluate('1.0 / 0.0'), Number.POSITIVE_INFINITY)
})

test('numbers of different kinds are equal by value and never mixed', () => {
  for (const source of [
    '1 == 1.0',
    '1u == 1',
    '1.0 == 1u',
    '1 < 1.1',
    'uint(0) > -10',
    '9223372036854775807 < 18446744073709551615u',
  ])
    holds(source)
  for (const source of ['1 + 1.0', '1 + 1u', '1u * 2.0', '1 - 1.5'])
    assert.equal(kind(evaluate(source)), 'no-such-overload', source)
})

test('NaN equals nothing, and in the dialect it has no order', () => {
  const context = { nan: Number.NaN }
  for (const source of ['nan != nan', '[nan] != [nan]']) holds(source, context)
  assert.equal(kind(evaluate('1.0 > nan', context)), 'no-such-overload')
  assert.equal(evaluate('1.0 > nan || 1.0 < nan', context, { mode: 'spec' }), false)
})

test('lists and maps are equal by what they hold, whatever form the maps have', () => {
  holds('jwt == {"a": [1, 2.0], "b": {"c": null}}', { jwt: { a: [1, 2], b: { c: null } } })
  holds('{1: "a", 2u: "b"} == {1u: "a", 2: "b"}')
  holds('{"a": 1} != {"a": 1, "b": 2} && [1] != [1, 2] && {} != []')
  assert.equal(equal(new Optional(1), new Optional(1)), true)
  assert.equal(equal(new Timestamp(1n), new Timestamp(1n)), true)
  assert.equal(equal('1', 1), false)
})

test('texts are ordered by code points, not by UTF-16 units', () => {
  holds('"\\uffff" < "\\U0001F431" && "a" < "b" && "a" < "aa" && !("b" < "a")')
  assert.ok(Number(compare('\u{1F431}', '\uFB01')) > 0)
})

test('types without an order have none', () => {
  for (const source of ['"a" < 1', '[1] < [2]', 'null < null', '{} < {}', 'b"a" < b"b"'])
    assert.equal(kind(evaluate(source)), 'no-such-overload', source)
  holds('b"a" < b"b"', {}, { mode: 'spec' })
  holds('false < true')
})

test('bytes are joined by the specification, not in the dialect', () => {
  assert.equal(kind(evaluate('b"a" + b"b"')), 'no-such-overload')
  holds('b"a" + b"b" == b"ab"', {}, { mode: 'spec' })
})

test('`in` finds items, keys and, in the dialect, parts of texts', () => {
  holds('2 in [1, 2.0] && "a" in {"a": null} && !("b" in {"a": 1}) && "ell" in "hello"')
  holds('"admin" in roles', { roles: 'administrators' })
  assert.equal(kind(evaluate('"ell" in "hello"', {}, { mode: 'spec' })), 'no-such-overload')
  assert.equal(kind(evaluate('1 in "1"')), 'no-such-overload')
  assert.equal(kind(evaluate('1 in 1')), 'no-such-overload')
})

test('keys are bool, int, uint and text; equal numbers are one key', () => {
  holds('{1u: "a"}[1] == "a" && {1: "a"}[1u] == "a" && {1: "a"}[1.0] == "a" && {true: "b"}[true] == "b"')
  for (const source of ['{null: 1}', '{1.5: 1}', '{[1]: 1}', '{b"a": 1}'])
    assert.equal(kind(evaluate(source)), 'no-such-overload', source)
  assert.equal(evaluate('{"a": 1, "a": 2}.a'), 2)
  assert.equal(kind(evaluate('{"a": 1, "a": 2}', {}, { mode: 'spec' })), 'invalid-argument')
  assert.equal(kind(evaluate('{0: 1, 0u: 2}', {}, { mode: 'spec' })), 'invalid-argument')
})

test('an entry with the value null is an entry', () => {
  const map = put(put(new Map<Value, Value>(), 1, null), new Uint(2n), null)
  assert.equal(lookup(map, new Double(1)), null)
  assert.equal(lookup(map, 2), null)
  assert.equal(lookup(map, 3), undefined)
  holds('has(m.a) && m.a == null', { m: { a: null } })
})

test('a uint key put twice is one entry', () => {
  const map = put(put(new Map<Value, Value>(), new Uint(1n), 'a'), new Uint(1n), 'b')
  assert.equal(map.size, 1)
  assert.equal(lookup(map, 1), 'b')
})

test('objects of the gateway are what they stand for', () => {
  const context = { uri: new Text('/a'), list: ['/a'] }
  holds('uri == "/a" && "/a" == uri && uri != "/b" && uri + "b" == "/ab" && "x" + uri == "x/a"', context)
  holds('uri in list && uri < "/b" && "/" in uri && {"/a": 1}[uri] == 1 && {uri: 2}["/a"] == 2', context)
  assert.equal(typeName(new Text('a')), 'string')
})

test('an object that is not known yet makes equality unknown, unless it is decided without it', () => {
  class Half extends HostObject {
    get(): undefined {
      return undefined
    }
    plain(): Value {
      return { name: 'a', arguments: new Unknown('arguments') }
    }
  }
  assert.ok(
    equal(
      new Half(),
      new Map<Value, Value>([
        ['name', 'a'],
        ['arguments', 1],
      ]),
    ) instanceof Unknown,
  )
  assert.equal(
    equal(
      new Half(),
      new Map<Value, Value>([
        ['name', 'b'],
        ['arguments', 1],
      ]),
    ),
    false,
  )
})

test('a fault names types, never values', () => {
  const fault = evaluate('secret + 1', { secret: 'hunter2' })
  assert.ok(fault instanceof Fault)
  assert.equal(fault.detail, '+ does not take (string, int)')
})
