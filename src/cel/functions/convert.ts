// Conversions between types: `string(x)`, `int(x)` and the like.
import { asDouble, double as asDoubleValue, int as asIntValue, uint as asUintValue, isInt, numeric } from '../number.ts'
import { costLimit } from '../operators.ts'
import { Fault, Timestamp, Type, Uint, type Value } from '../value.ts'
import type { CelFunction } from './function.ts'
import { made, one, unusable } from './overload.ts'
import { lossyText, scalarText, strictText } from './text.ts'

const string = (decode: (bytes: Uint8Array) => string | undefined): CelFunction => ({
  name: 'string',
  answers: 'string',
  one: one('string', (a, meter) => {
    if (typeof a === 'string') return a
    if (a instanceof Type) return a.name
    if (!(a instanceof Uint8Array)) return scalarText(a)
    if (!meter.bytes(a.length)) return costLimit
    return decode(a) ?? unusable('string', 'these bytes are not UTF-8')
  }),
})

/** The dialect replaces what is not UTF-8. */
export const lossyString: CelFunction = string(lossyText)
/** The specification refuses it. */
export const strictString: CelFunction = string(strictText)

export const bytes: CelFunction = {
  name: 'bytes',
  answers: 'bytes',
  one: one('bytes', (a, meter) => {
    if (a instanceof Uint8Array) return a
    return typeof a === 'string' ? made(Buffer.from(a), meter) : undefined
  }),
}

const range = new Fault('overflow', 'int is out of range')
const uintRange = new Fault('overflow', 'uint is out of range')

export const int: CelFunction = {
  name: 'int',
  answers: 'int',
  one: one('int', (a) => {
    if (isInt(a)) return a
    if (a instanceof Uint) return asIntValue(a.value)
    if (a instanceof Timestamp) return asIntValue((a.nanos - (((a.nanos % SECOND) + SECOND) % SECOND)) / SECOND)
    if (typeof a === 'string') return intOf(a)
    const number = asDouble(a)
    if (number === undefined) return undefined
    // Both ends are excluded: neither is certain to have been that integer before it was rounded to a double.
    return Math.abs(number) < 2 ** 63 ? asIntValue(BigInt(Math.trunc(number))) : range
  }),
}

const SECOND = 1_000_000_000n

/** Long runs of digits are told apart before BigInt sees them: making one is quadratic. */
function intOf(text: string): Value {
  if (!/^[+-]?\d+$/.test(text)) return unusable('int', 'this string is no integer')
  const digits = text.replace(/^[+-]?0*/, '')
  if (digits.length > 19) return range
  const value = BigInt(digits)
  return asIntValue(text.startsWith('-') ? -value : value)
}

export const uint: CelFunction = {
  name: 'uint',
  one: one('uint', (a) => {
    if (a instanceof Uint) return a
    if (typeof a === 'string') return uintOf(a)
    const number = numeric(a)
    if (number === undefined) return undefined
    if (typeof number === 'bigint') return asUintValue(number)
    return number >= 0 && number < 2 ** 64 ? asUintValue(BigInt(Math.trunc(number))) : uintRange
  }),
}

function uintOf(text: string): Value {
  if (!/^\+?\d+$/.test(text)) return unusable('uint', 'this string is no unsigned integer')
  const digits = text.replace(/^\+?0*/, '')
  return digits.length > 20 ? uintRange : asUintValue(BigInt(digits))
}

const toDouble = (name: string): CelFunction => ({
  name,
  answers: 'double',
  one: one(name, (a) => {
    if (typeof a === 'string') return doubleOf(name, a)
    const number = numeric(a)
    return number === undefined ? undefined : asDoubleValue(Number(number))
  }),
})

export const double: CelFunction = toDouble('double')
/** The dialect's second name. */
export const float: CelFunction = toDouble('float')

function doubleOf(name: string, text: string): Value {
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) return asDoubleValue(Number(text))
  if (/^[+-]?nan$/i.test(text)) return Number.NaN
  if (!/^[+-]?inf(?:inity)?$/i.test(text)) return unusable(name, 'this string is no number')
  return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
}

const bools: ReadonlyMap<string, boolean> = new Map([
  ...['1', 't', 'T', 'true', 'TRUE', 'True'].map((text) => [text, true] as const),
  ...['0', 'f', 'F', 'false', 'FALSE', 'False'].map((text) => [text, false] as const),
])

export const bool: CelFunction = {
  name: 'bool',
  answers: 'bool',
  one: one('bool', (a) => {
    if (typeof a === 'boolean') return a
    return typeof a === 'string'
      ? (bools.get(a) ?? unusable('bool', 'this string is neither true nor false'))
      : undefined
  }),
}
