// `+ - * / %` and unary minus: integers are checked at 64 bits, types are never mixed (cel.md §4.4).
import type { Meter } from './functions/function.ts'
import { asDouble, asInt, double, int, uint } from './number.ts'
import { costLimit, isList, noOverload, plain } from './operators.ts'
import { Duration, Fault, HostObject, stops, Timestamp, Uint, type Value } from './value.ts'

const division = new Fault('division-by-zero', 'division by zero')
const remainderByZero = new Fault('division-by-zero', 'remainder by zero')

const second = 1_000_000_000n
/** 0001-01-01T00:00:00Z and 9999-12-31T23:59:59.999999999Z. */
const timestampMin = -62_135_596_800n * second
const timestampMax = 253_402_300_800n * second - 1n
/** 64 bits of nanoseconds, some 292 years either way: what the specification's tests ask of a difference of timestamps. */
const durationMax = 2n ** 63n - 1n

/** A timestamp; a Fault outside of the years 1 to 9999. */
function timestamp(nanos: bigint): Timestamp | Fault {
  const inRange = nanos >= timestampMin && nanos <= timestampMax
  return inRange ? new Timestamp(nanos) : new Fault('overflow', 'timestamp is out of range')
}

/** A duration; a Fault beyond some 292 years. */
function duration(nanos: bigint): Duration | Fault {
  const inRange = nanos >= -durationMax - 1n && nanos <= durationMax
  return inRange ? new Duration(nanos) : new Fault('overflow', 'duration is out of range')
}

/** What an operator does with two numbers of one kind. */
interface Numbers {
  readonly sign: string
  readonly ints: (a: bigint, b: bigint) => Value
  readonly uints: (a: bigint, b: bigint) => Value
  readonly doubles?: (a: number, b: number) => number
}

/** Two numbers of one kind; anything else is retried as what objects of the gateway stand for, and is then a Fault. */
function numbers(rule: Numbers, left: Value, right: Value): Value {
  const a = asDouble(left)
  const b = asDouble(right)
  if (a !== undefined && b !== undefined && rule.doubles !== undefined) return double(rule.doubles(a, b))
  if (left instanceof Uint && right instanceof Uint) return rule.uints(left.value, right.value)
  const one = asInt(left)
  const two = asInt(right)
  if (one !== undefined && two !== undefined) return rule.ints(one, two)
  return noOverload(rule.sign, left, right)
}

const sum: Numbers = {
  sign: '+',
  ints: (a, b) => int(a + b),
  uints: (a, b) => uint(a + b),
  doubles: (a, b) => a + b,
}
const difference: Numbers = {
  sign: '-',
  ints: (a, b) => int(a - b),
  uints: (a, b) => uint(a - b),
  doubles: (a, b) => a - b,
}
const product: Numbers = {
  sign: '*',
  ints: (a, b) => int(a * b),
  uints: (a, b) => uint(a * b),
  doubles: (a, b) => a * b,
}
const quotient: Numbers = {
  sign: '/',
  ints: (a, b) => (b === 0n ? division : int(a / b)),
  uints: (a, b) => (b === 0n ? division : uint(a / b)),
  doubles: (a, b) => a / b,
}
const rest: Numbers = {
  sign: '%',
  // The smallest int has no counterpart: the quotient overflows, and so does the operation.
  ints: (a, b) => (b === 0n ? remainderByZero : b === -1n && int(-a) instanceof Fault ? int(-a) : int(a % b)),
  uints: (a, b) => (b === 0n ? remainderByZero : uint(a % b)),
}

/** `+`: numbers, texts, lists, times; bytes where the specification's own rules apply. */
export function add(left: Value, right: Value, meter: Meter, bytes: boolean): Value {
  if (typeof left === 'number' && typeof right === 'number') {
    const result = left + right
    if (Number.isSafeInteger(left) && Number.isSafeInteger(right) && Number.isSafeInteger(result)) return result
    return numbers(sum, left, right)
  }
  if (typeof left === 'string' && typeof right === 'string')
    return meter.bytes(left.length + right.length) ? left + right : costLimit
  if (isList(left) && isList(right)) return meter.step(left.length + right.length) ? left.concat(right) : costLimit
  if (left instanceof Timestamp && right instanceof Duration) return timestamp(left.nanos + right.nanos)
  if (left instanceof Duration && right instanceof Timestamp) return timestamp(left.nanos + right.nanos)
  if (left instanceof Duration && right instanceof Duration) return duration(left.nanos + right.nanos)
  if (bytes && left instanceof Uint8Array && right instanceof Uint8Array)
    return meter.bytes(left.length + right.length) ? Buffer.concat([left, right]) : costLimit
  if (left instanceof HostObject || right instanceof HostObject) {
    const [one, two] = [plain(left), plain(right)]
    if (stops(one)) return one
    if (stops(two)) return two
    if (!(one instanceof HostObject || two instanceof HostObject)) return add(one, two, meter, bytes)
  }
  return numbers(sum, left, right)
}

/** `-` */
export function subtract(left: Value, right: Value): Value {
  if (typeof left === 'number' && typeof right === 'number') {
    const result = left - right
    if (Number.isSafeInteger(left) && Number.isSafeInteger(right) && Number.isSafeInteger(result)) return result
  }
  if (left instanceof Timestamp) {
    if (right instanceof Timestamp) return duration(left.nanos - right.nanos)
    if (right instanceof Duration) return timestamp(left.nanos - right.nanos)
  }
  if (left instanceof Duration && right instanceof Duration) return duration(left.nanos - right.nanos)
  return numbers(difference, left, right)
}

/** `*` */
export function multiply(left: Value, right: Value): Value {
  if (typeof left === 'number' && typeof right === 'number') {
    const result = left * right
    // `+ 0`: an int has no negative zero.
    if (Number.isSafeInteger(left) && Number.isSafeInteger(right) && Number.isSafeInteger(result)) return result + 0
  }
  return numbers(product, left, right)
}

/** `/`: towards zero for integers. */
export function divide(left: Value, right: Value): Value {
  if (Number.isSafeInteger(left) && Number.isSafeInteger(right)) {
    if (typeof left === 'number' && typeof right === 'number' && right !== 0) return (left - (left % right)) / right + 0
  }
  return numbers(quotient, left, right)
}

/** `%`: has the sign of the left side. */
export function remainder(left: Value, right: Value): Value {
  if (Number.isSafeInteger(left) && Number.isSafeInteger(right)) {
    if (typeof left === 'number' && typeof right === 'number' && right !== 0) return (left % right) + 0
  }
  return numbers(rest, left, right)
}

/** Unary `-`. */
export function negate(value: Value): Value {
  const whole = asInt(value)
  if (whole !== undefined) return int(-whole)
  const number = asDouble(value)
  if (number !== undefined) return double(-number)
  if (value instanceof Duration) return duration(-value.nanos)
  return noOverload('-', value)
}
