// Optionals: values that may be missing. The forms that look at an expression (`optMap`) belong to the compiler.
import { isList, isMap, mapSize, plain } from '../operators.ts'
import { Double, Duration, Fault, Optional, stops, Timestamp, Uint, type Value } from '../value.ts'
import type { CelFunction } from './function.ts'
import { one, two } from './overload.ts'

const nothing = new Optional(undefined)

export const none: CelFunction = { name: 'optional.none', none: () => nothing }
export const of: CelFunction = { name: 'optional.of', one: (a) => new Optional(a) }

export const ofNonZeroValue: CelFunction = {
  name: 'optional.ofNonZeroValue',
  one: (a) => {
    const value = plain(a)
    return stops(value) ? value : isZero(value) ? nothing : new Optional(a)
  },
}

/** The value that a message's field of its type has when nobody set it. */
function isZero(value: Value): boolean {
  if (value === null || value === false || value === '' || value === 0) return true
  if (typeof value !== 'object') return false
  if (value instanceof Double) return value.value === 0
  if (value instanceof Uint) return value.value === 0n
  if (value instanceof Duration || value instanceof Timestamp) return value.nanos === 0n
  if (value instanceof Optional) return value.value === undefined
  if (isList(value) || value instanceof Uint8Array) return value.length === 0
  return isMap(value) && mapSize(value) === 0
}

export const value: CelFunction = {
  name: 'value',
  one: one('value', (a) => {
    if (!(a instanceof Optional)) return undefined
    return a.value === undefined ? new Fault('invalid-argument', 'value: the optional is none') : a.value
  }),
}

export const hasValue: CelFunction = {
  name: 'hasValue',
  answers: 'bool',
  one: one('hasValue', (a) => (a instanceof Optional ? a.value !== undefined : undefined)),
}

export const or: CelFunction = {
  name: 'or',
  two: two('or', (a, b) => {
    if (!(a instanceof Optional && b instanceof Optional)) return undefined
    return a.value === undefined ? b : a
  }),
}

export const orValue: CelFunction = {
  name: 'orValue',
  two: (a, b, meter) => (a instanceof Optional ? (a.value === undefined ? b : a.value) : noOptional(a, b, meter)),
}

const noOptional = two('orValue', () => undefined)
