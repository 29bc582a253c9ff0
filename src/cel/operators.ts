// What values are to each other: type names, fields and keys, equality, order and membership.
import type { Meter } from './functions/function.ts'
import { integral, numeric } from './number.ts'
import {
  Address,
  Double,
  Duration,
  Fault,
  HostObject,
  Network,
  Optional,
  type PlainObject,
  stops,
  Timestamp,
  Type,
  Uint,
  Unknown,
  type Value,
} from './value.ts'

/** What evaluation answers once its limit is reached. */
export const costLimit = new Fault('cost-limit', 'the expression does too much')

/** An object of the gateway as functions and operators see it; everything else is itself. */
export function plain(value: Value): Value {
  return value instanceof HostObject ? value.plain() : value
}

/** Whether something is a list. `Array.isArray` alone does not narrow a readonly array. */
export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value)
}

/**
 * JSON object: made by a parser or a literal of ours. Instances of classes never show their fields (cel.md §4.1). The constructor
 * is asked first because that is cheap; a field of that name holds data, which is never a function, and only means the longer way.
 */
export function isPlainObject(value: Value): value is PlainObject {
  if (typeof value !== 'object' || value === null) return false
  const made: unknown = value.constructor
  if (made === Object) return true
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** A map with keys of any type. `instanceof` alone does not narrow a ReadonlyMap. */
function isTable(value: Value): value is ReadonlyMap<Value, Value> {
  return value instanceof Map
}

export function isMap(value: Value): value is ReadonlyMap<Value, Value> | PlainObject {
  return isTable(value) || isPlainObject(value)
}

/** The name that `type(x)` answers with. */
export function typeName(value: Value): string {
  if (typeof value === 'string') return 'string'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'int' : 'double'
  return typeof value === 'bigint' ? 'int' : typeOfObject(value)
}

function typeOfObject(value: Exclude<Value, string | boolean | number | bigint>): string {
  if (value === null) return 'null_type'
  if (isList(value)) return 'list'
  if (isMap(value)) return 'map'
  if (value instanceof Double) return 'double'
  if (value instanceof Uint) return 'uint'
  if (value instanceof Uint8Array) return 'bytes'
  if (value instanceof Timestamp) return 'google.protobuf.Timestamp'
  if (value instanceof Duration) return 'google.protobuf.Duration'
  if (value instanceof Type) return 'type'
  if (value instanceof Optional) return 'optional_type'
  if (value instanceof Address) return 'net.IP'
  if (value instanceof Network) return 'net.CIDR'
  if (value instanceof HostObject) return typeName(value.plain())
  return 'dyn'
}

/** `no such overload`, naming types only: values never reach a log this way (cel.md §4.5). */
export function noOverload(operator: string, left: Value, right?: Value): Fault {
  const types = right === undefined ? typeName(left) : `${typeName(left)}, ${typeName(right)}`
  return new Fault('no-such-overload', `${operator} does not take (${types})`)
}

/** A map with uint keys: those are objects here, so that a second table finds them by number. */
class UintMap extends Map<Value, Value> {
  readonly uints: Map<number | bigint, Uint> = new Map()
}

/** Why something cannot be a key; `undefined` when it can. */
export function keyFault(key: Value): Fault | undefined {
  if (typeof key === 'string' || typeof key === 'boolean' || typeof key === 'bigint' || key instanceof Uint) return
  if (typeof key === 'number' && Number.isSafeInteger(key)) return
  return new Fault('no-such-overload', `${typeName(key)} cannot be a key`)
}

/** Puts an entry into a map that is being made; answers the map, which is another one from the first uint key on. */
export function put(map: Map<Value, Value>, key: Value, value: Value): Map<Value, Value> {
  const number = key instanceof Uint ? integral(key) : undefined
  if (!(key instanceof Uint) || number === undefined) return map.set(key, value)
  const target = map instanceof UintMap ? map : new UintMap(map)
  const known = target.uints.get(number) ?? key
  target.uints.set(number, known)
  return target.set(known, value)
}

/** An entry of a map of any form; `undefined`: there is none. Keys of different number types are one key when they are equal. */
export function lookup(map: Value, key: Value): Value | undefined {
  if (isTable(map)) return mapLookup(map, key)
  if (map instanceof HostObject) return typeof key === 'string' ? map.get(key) : undefined
  return typeof key === 'string' && isPlainObject(map) ? own(map, key) : undefined
}

function mapLookup(map: ReadonlyMap<Value, Value>, key: Value): Value | undefined {
  if (typeof key === 'string' || typeof key === 'boolean') return map.get(key)
  const number = integral(key)
  if (number === undefined) return undefined
  const direct = map.get(number)
  if (direct !== undefined || !(map instanceof UintMap)) return direct
  const uint = map.uints.get(number)
  return uint === undefined ? undefined : map.get(uint)
}

/**
 * The only way to a field of a JSON object: prototypes are never looked at (cel.md §4.1). Reading first makes what is missing,
 * the common case when rules are tried one after another, half as expensive.
 */
export function own(object: PlainObject, field: string): Value | undefined {
  const value = object[field]
  return value !== undefined && Object.hasOwn(object, field) ? value : undefined
}

/** Entries of a map of any form, in order. */
export function* entries(map: ReadonlyMap<Value, Value> | PlainObject): Iterable<readonly [Value, Value]> {
  if (isTable(map)) yield* map
  else for (const key of Object.keys(map)) yield [key, own(map, key) ?? null]
}

/** Keys of a map of any form. */
export function keys(map: ReadonlyMap<Value, Value> | PlainObject): readonly Value[] {
  return isTable(map) ? [...map.keys()] : Object.keys(map)
}

export function mapSize(map: ReadonlyMap<Value, Value> | PlainObject): number {
  return isTable(map) ? map.size : Object.keys(map).length
}

/**
 * `==`: false between different types, except that numbers of any type are compared by value. Fault only when the meter runs
 * out, Unknown only when an object of the gateway holds something that is not known yet.
 */
export function equal(left: Value, right: Value, meter?: Meter): boolean | Fault | Unknown {
  if (typeof left === 'string' && typeof right === 'string') {
    const paid = left.length !== right.length || left.length < 4_096 || meter?.step(left.length >> 10) !== false
    return paid ? left === right : costLimit
  }
  if (typeof left !== 'object' && typeof left === typeof right) return left === right
  const number = numeric(left)
  if (number !== undefined) {
    const other = numeric(right)
    // Between bigint and number, JavaScript's loose comparison is the exact one.
    // oxlint-disable-next-line eqeqeq
    if (other !== undefined) return number == other
  }
  if (stops(left)) return left
  if (stops(right)) return right
  if (left === null || right === null) return left === right
  if (typeof left !== 'object' || typeof right !== 'object') {
    return left instanceof HostObject || right instanceof HostObject ? equal(plain(left), plain(right), meter) : false
  }
  if (isList(left)) return isList(right) && equalLists(left, right, meter)
  return equalObjects(left, right, meter)
}

function equalLists(left: readonly Value[], right: readonly Value[], meter?: Meter): boolean | Fault | Unknown {
  if (left.length !== right.length) return false
  if (meter?.step(left.length) === false) return costLimit
  let result: boolean | Fault | Unknown = true
  for (let at = 0; at < left.length; at++) {
    const same = equal(left[at] ?? null, right[at] ?? null, meter)
    if (same === false || same instanceof Fault) return same
    if (same !== true) result = same
  }
  return result
}

function equalMaps(
  left: ReadonlyMap<Value, Value> | PlainObject,
  right: ReadonlyMap<Value, Value> | PlainObject,
  meter?: Meter,
): boolean | Fault | Unknown {
  const size = mapSize(left)
  if (size !== mapSize(right)) return false
  if (meter?.step(size) === false) return costLimit
  let result: boolean | Fault | Unknown = true
  for (const [key, value] of entries(left)) {
    const other = lookup(right, key)
    if (other === undefined) return false
    const same = equal(value, other, meter)
    if (same === false || same instanceof Fault) return same
    if (same !== true) result = same
  }
  return result
}

function equalObjects(left: Value, right: Value, meter?: Meter): boolean | Fault | Unknown {
  if (left instanceof HostObject || right instanceof HostObject) return equal(plain(left), plain(right), meter)
  if (isMap(left)) return isMap(right) && equalMaps(left, right, meter)
  if (left instanceof Uint8Array) return right instanceof Uint8Array && compareBytes(left, right) === 0
  if (left instanceof Timestamp) return right instanceof Timestamp && left.nanos === right.nanos
  if (left instanceof Duration) return right instanceof Duration && left.nanos === right.nanos
  if (left instanceof Type) return right instanceof Type && left.name === right.name
  if (left instanceof Address) return right instanceof Address && compareBytes(left.bytes, right.bytes) === 0
  if (left instanceof Network)
    return right instanceof Network && left.prefix === right.prefix && equal(left.address, right.address)
  if (left instanceof Optional && right instanceof Optional) {
    if (left.value === undefined || right.value === undefined) return left.value === right.value
    return equal(left.value, right.value, meter)
  }
  return false
}

/** Order: negative, zero, positive; NaN when a NaN has none; a Fault between types that have no order. */
export function compare(left: Value, right: Value): number | Fault {
  const a = numeric(left)
  const b = numeric(right)
  if (a !== undefined && b !== undefined) return compareNumbers(a, b)
  if (typeof left === 'string' && typeof right === 'string') return compareText(left, right)
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right)
  if (left instanceof Uint8Array && right instanceof Uint8Array) return compareBytes(left, right)
  if (left instanceof Timestamp && right instanceof Timestamp) return order(left.nanos, right.nanos)
  if (left instanceof Duration && right instanceof Duration) return order(left.nanos, right.nanos)
  if (left instanceof HostObject || right instanceof HostObject) {
    const [one, two] = [plain(left), plain(right)]
    if (!(one instanceof HostObject || two instanceof HostObject)) return compare(one, two)
  }
  return noOverload('order', left, right)
}

/** Between a double and an integer that it cannot hold, the double decides what they are compared as (cel-spec, comparisons). */
function compareNumbers(left: number | bigint, right: number | bigint): number {
  const exact = typeof left === typeof right
  const [a, b] = exact ? [left, right] : [Number(left), Number(right)]
  if (a < b) return -1
  if (a > b) return 1
  return a === b ? 0 : Number.NaN
}

const order = (left: bigint, right: bigint): number => (left < right ? -1 : left > right ? 1 : 0)

/** Order of code points: a surrogate (half of one beyond U+FFFF) comes after every other unit, U+E000–U+FFFF included. */
function compareText(left: string, right: string): number {
  if (left === right) return 0
  const end = Math.min(left.length, right.length)
  let at = 0
  while (at < end && left.charCodeAt(at) === right.charCodeAt(at)) at++
  if (at === end) return left.length - right.length
  const a = left.charCodeAt(at)
  const b = right.charCodeAt(at)
  if (isSurrogate(a) === isSurrogate(b)) return a - b
  return isSurrogate(a) ? 1 : -1
}

const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff

/** Order of bytes, like memcmp. */
function compareBytes(left: Uint8Array, right: Uint8Array): number {
  return Buffer.compare(left, right)
}
