import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dialectFunctions } from '../../../src/cel/functions/index.ts'
import { Address, Double, Duration, Timestamp, Type, Uint, type Value } from '../../../src/cel/value.ts'
import { answers, Counter, call, callSpec, callWith, failed, fails, Stand } from './call.ts'

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)

test('string writes every kind that is one thing', () => {
  answers(
    'string',
    ['foo', 'foo'],
    [true, 'true'],
    [10, '10'],
    [-(2n ** 63n), '-9223372036854775808'],
    [new Uint(7n), '7'],
    [10.5, '10.5'],
    [new Double(1), '1'],
    [-4.5e-3, '-0.0045'],
    [Number.NaN, 'NaN'],
    [Buffer.from('ÿ'), 'ÿ'],
    [new Timestamp(1_500_000_000n), '1970-01-01T00:00:01.5Z'],
    [new Timestamp(-1n), '1969-12-31T23:59:59.999999999Z'],
    [new Timestamp(-62_135_596_800_000_000_000n), '0001-01-01T00:00:00Z'],
    [new Duration(60_001_000_000n), '60.001s'],
    [new Duration(-500_000_000n), '-0.5s'],
    [new Type('int'), 'int'],
    [new Address(bytes(10, 0, 0, 1)), '10.0.0.1'],
    [new Stand('<redacted>'), '<redacted>'],
  )
  fails('no-such-overload', 'string', [null], [[]], [{}])
})

test('bytes that are no UTF-8 are replaced in the dialect and refused by the specification', () => {
  assert.equal(call('string', bytes(0x61, 0xff)), 'a\ufffd')
  failed('function-error', callSpec('string', bytes(0, 0xff)))
  assert.equal(callSpec('string', Buffer.from('ÿ')), 'ÿ')
})

test('bytes are the UTF-8 of a string', () => {
  answers('bytes', ['ÿ', Buffer.from([0xc3, 0xbf])], ['', Buffer.alloc(0)])
  failed('cost-limit', callWith(dialectFunctions, new Counter(10), 'bytes', ['x'.repeat(11)]))
})

test('int cuts fractions, and refuses what is out of range', () => {
  answers(
    'int',
    ['10', 10],
    ['-0009', -9],
    ['+5', 5],
    ['9223372036854775807', 2n ** 63n - 1n],
    ['-9223372036854775808', -(2n ** 63n)],
    [10.5, 10],
    [-7.9, -7],
    [new Double(2 ** 53), 2n ** 53n],
    [new Uint(42n), 42],
    [new Timestamp(-1n), -1],
    [new Timestamp(1_234_567_890_999_999_999n), 1234567890],
    [5, 5],
  )
  fails(
    'overflow',
    'int',
    [new Uint(2n ** 63n)],
    [2 ** 63],
    [-(2 ** 63)],
    [1e99],
    [Number.NaN],
    ['9223372036854775808'],
  )
  fails('overflow', 'int', ['9'.repeat(1_000_000)])
  fails('function-error', 'int', [''], ['1.5'], [' 1'], ['0x10'], ['1e3'], ['1n'])
  fails('no-such-overload', 'int', [true], [null], [new Duration(1n)])
})

test('uint likewise', () => {
  answers('uint', [10, new Uint(10n)], ['300', new Uint(300n)], [3.9, new Uint(3n)], [2 ** 63, new Uint(2n ** 63n)])
  fails('overflow', 'uint', [-1], [6.022e23], [-1.5], [Number.NaN], ['18446744073709551616'])
  fails('function-error', 'uint', ['-1'], [''])
})

test('double and float read what Go and Rust read', () => {
  answers(
    'double',
    [10, new Double(10)],
    [2n ** 63n - 1n, 2 ** 63],
    [new Uint(3n), new Double(3)],
    ['10', new Double(10)],
    ['-84.32e7', new Double(-843200000)],
    ['.5', 0.5],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['-inf', Number.NEGATIVE_INFINITY],
    ['NaN', Number.NaN],
    ['-0.0', new Double(-0)],
  )
  assert.deepEqual(call('float', '1.5'), 1.5)
  fails('function-error', 'double', [''], ['1_0'], ['0x10'], [' 1'], ['.'])
})

test('bool reads twelve spellings', () => {
  for (const text of ['1', 't', 'T', 'true', 'TRUE', 'True']) assert.equal(call('bool', text), true)
  for (const text of ['0', 'f', 'F', 'false', 'FALSE', 'False']) assert.equal(call('bool', text), false)
  const others: readonly Value[] = ['TrUe', '', 'yes', 'constructor']
  for (const text of others) failed('function-error', call('bool', text))
})
