import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Double, Uint } from '../../../src/cel/value.ts'
import { answers, call, fails } from './call.ts'

const { POSITIVE_INFINITY: infinity, NaN: nan } = Number
const u = (value: bigint | number): Uint => new Uint(BigInt(value))
const d = (value: number): Double => new Double(value)

test('least and greatest compare numbers of all kinds and keep theirs', () => {
  answers(
    'math.least',
    [1, 1],
    [1, d(-2), d(-2)],
    [2, u(1), u(1)],
    [u(1), -2, -2],
    [[d(-42), -21.5, d(-100)], d(-100)],
    [5.4, 10, u(3), d(-5), u(2n ** 64n - 1n), d(-5)],
  )
  answers(
    'math.greatest',
    [1, 2, 2],
    [1.5, 2, 2],
    [[u(1), d(0), u(0)], u(1)],
    [2n ** 63n - 1n, 1, 2n ** 63n - 1n],
    [5.4, 10, u(3), d(-5), 2n ** 63n - 1n, 2n ** 63n - 1n],
  )
  fails('no-such-overload', 'math.least', [], ['string'], [1, 'a'], [[true]], [null])
  fails('function-error', 'math.greatest', [[]])
})

test('rounding is for doubles only, and stays a double', () => {
  answers('math.ceil', [1.2, d(2)], [-1.2, d(-1)])
  answers('math.floor', [-1.2, d(-2)], [1.2, d(1)])
  answers('math.trunc', [-1.3, d(-1)])
  answers('math.round', [1.5, d(2)], [-1.5, d(-2)], [2.5, d(3)], [-1.4, d(-1)], [0.49999999999999994, d(0)], [nan, nan])
  answers('math.round', [infinity, infinity], [2 ** 60, 2 ** 60])
  for (const name of ['ceil', 'floor', 'round', 'trunc', 'isNaN', 'isInf', 'isFinite'])
    fails('no-such-overload', `math.${name}`, [1])
})

test('questions about doubles', () => {
  answers('math.isInf', [infinity, true], [-infinity, true], [nan, false], [d(1), false])
  answers('math.isNaN', [nan, true], [infinity, false])
  answers('math.isFinite', [1.2, true], [nan, false], [-infinity, false])
})

test('abs, sign and sqrt', () => {
  answers('math.abs', [-1, 1], [u(1), u(1)], [-1.5, 1.5], [d(-2), d(2)], [-(2n ** 62n), 2n ** 62n])
  fails('overflow', 'math.abs', [-(2n ** 63n)])
  answers(
    'math.sign',
    [-42, -1],
    [0, 0],
    [42, 1],
    [u(42), u(1)],
    [u(0), u(0)],
    [-0.3, d(-1)],
    [d(0), d(0)],
    [infinity, d(1)],
  )
  assert.ok(Number.isNaN(call('math.sign', nan)))
  answers('math.sqrt', [81, d(9)], [82, 9.055385138137417], [u(4), d(2)], [-15.34, nan])
  fails('no-such-overload', 'math.sign', [true], ['1'])
})

test('bits of ints and uints', () => {
  answers('math.bitAnd', [-3, -5, -7], [u(3), u(2), u(2)], [1, -1, 1])
  answers('math.bitOr', [-2, -4, -2], [u(1), u(4), u(5)])
  answers('math.bitXor', [4, -2, -6], [u(3), u(5), u(6)])
  answers('math.bitNot', [1, -2], [-1, 0], [u(0), u(2n ** 64n - 1n)])
  answers('math.bitShiftLeft', [1, 2, 4], [-1, 2, -4], [u(1), 200, u(0)], [1, 63, -(2n ** 63n)], [-1, 200, 0])
  answers(
    'math.bitShiftRight',
    [1024, 2, 256],
    [u(1024), 64, u(0)],
    [-1024, 3, 2305843009213693824n],
    [-1024, 64, 0],
    [1, 2n ** 62n, 0],
  )
  fails('function-error', 'math.bitShiftLeft', [1, -1], [u(1), -1])
  fails('no-such-overload', 'math.bitAnd', [1, u(2)], [u(2), ''], [1.2, 1])
  fails('no-such-overload', 'math.bitShiftRight', [1, u(1)], [4.3, 1], [Buffer.from('123'), 1])
})

test('bits of bytes are aligned at their end', () => {
  const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)
  answers('math.bitAnd', [bytes(5), bytes(3), bytes(1)], [bytes(0, 1), bytes(1), bytes(0, 1)])
  answers('math.bitOr', [bytes(5), bytes(3), bytes(7)], [bytes(1, 0), bytes(1), bytes(1, 1)])
  answers('math.bitXor', [bytes(5), bytes(3), bytes(6)], [bytes(), bytes(), bytes()])
  answers(
    'math.bitAnd',
    [4, bytes(5), 4],
    [2, bytes(5), 0],
    [bytes(5), 4, 4],
    [u(4), bytes(5), u(4)],
    [4, bytes(1, 0, 5), 4],
  )
  answers('math.bitAnd', [4, Uint8Array.from({ length: 100 }, () => 5), 4], [7, bytes(), 0])
  answers('math.bitOr', [4, bytes(1, 1), 261])
  fails('function-error', 'math.bitAnd', [-1, bytes(5)])
  fails(
    'overflow',
    'math.bitOr',
    [1, bytes(1, 0, 0, 0, 0, 0, 0, 0, 0)],
    [1, bytes(255, 255, 255, 255, 255, 255, 255, 255)],
  )
})
