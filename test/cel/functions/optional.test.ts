import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Double, Duration, Optional, Uint, type Value } from '../../../src/cel/value.ts'
import { answers, call, fails, Stand } from './call.ts'

const none = new Optional(undefined)
const some = (value: Value): Optional => new Optional(value)

test('an optional has a value or none', () => {
  assert.deepEqual(call('optional.none'), none)
  answers('optional.of', [1, some(1)], [null, some(null)])
  answers('hasValue', [none, false], [some(null), true])
  answers('value', [some(null), null], [some('x'), 'x'])
  fails('invalid-argument', 'value', [none])
  fails('no-such-overload', 'value', [1], [null])
})

test('or takes the first that has a value', () => {
  answers('or', [none, some(2), some(2)], [some(1), some(2), some(1)], [none, none, none])
  answers('orValue', [none, 5, 5], [some(1), 5, 1], [some(null), 5, null])
  fails('no-such-overload', 'or', [none, 1], [1, none])
  fails('no-such-overload', 'orValue', [1, 2])
})

test('zero values are those that a field has when nobody set it', () => {
  const zeros: readonly Value[] = [
    null,
    false,
    0,
    '',
    [],
    {},
    new Map(),
    new Double(0),
    new Uint(0n),
    new Duration(0n),
    none,
  ]
  for (const zero of [...zeros, Buffer.alloc(0), new Stand('')])
    assert.deepEqual(call('optional.ofNonZeroValue', zero), none)
  const others: readonly Value[] = [true, 1, 0.5, ' ', [0], { a: 0 }, new Double(1), new Uint(1n), some(0)]
  for (const other of others) answers('optional.ofNonZeroValue', [other, some(other)])
})
