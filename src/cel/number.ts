// The three kinds of number: how they are told apart, made and checked. Nothing here computes (cel.md §4.4).
import { Double, Fault, Uint, type Value } from './value.ts'

const intMin = -(2n ** 63n)
const intMax = 2n ** 63n - 1n
const uintMax = 2n ** 64n - 1n
const safeMin = BigInt(Number.MIN_SAFE_INTEGER)
const safeMax = BigInt(Number.MAX_SAFE_INTEGER)

/** An int in its one form: a number where that is exact, a bigint beyond; a Fault outside of 64 bits. */
export function int(value: bigint): number | bigint | Fault {
  if (value >= safeMin && value <= safeMax) return Number(value)
  return value >= intMin && value <= intMax ? value : new Fault('overflow', 'int is out of range')
}

/** A uint; a Fault outside of 64 bits. */
export function uint(value: bigint): Uint | Fault {
  return value >= 0n && value <= uintMax ? new Uint(value) : new Fault('overflow', 'uint is out of range')
}

/** A double in its one form: wrapped when it would read as an int. */
export function double(value: number): number | Double {
  return Number.isSafeInteger(value) ? new Double(value) : value
}

export function isInt(value: Value): value is number | bigint {
  return typeof value === 'number' ? Number.isSafeInteger(value) : typeof value === 'bigint'
}

/** The number that a double is; `undefined` when it is no double. */
export function asDouble(value: Value): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? undefined : value
  return value instanceof Double ? value.value : undefined
}

/** The bigint that an int is; `undefined` when it is no int. */
export function asInt(value: Value): bigint | undefined {
  if (typeof value === 'bigint') return value
  return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : undefined
}

/** Any number as JavaScript compares them: `<` and `==` between number and bigint are exact. */
export function numeric(value: Value): number | bigint | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return value
  if (value instanceof Double || value instanceof Uint) return value.value
  return undefined
}

/** What a number is as a key or position: the int that equals it; `undefined` when none does. */
export function integral(value: Value): number | bigint | undefined {
  const number = numeric(value)
  if (number === undefined) return undefined
  // `+ 0` turns a negative zero into the ordinary one.
  if (typeof number === 'number') {
    if (Number.isSafeInteger(number)) return number + 0
    return Number.isInteger(number) ? BigInt(number) : undefined
  }
  return number >= safeMin && number <= safeMax ? Number(number) : number
}
