// Functions that every expression uses: containment, size, prefixes, extremes, types.
import { compare, costLimit, equal, isList, isMap, lookup, mapSize, plain, typeName } from '../operators.ts'
import { Fault, HostObject, stops, Type, type Value } from '../value.ts'
import type { CelFunction, Meter } from './function.ts'
import { any, one, reads, refused, two } from './overload.ts'
import { find, points } from './search.ts'
import { asBuffer } from './text.ts'

/** Part of a text or of bytes, item of a list, key of a map (cel.md §2.3). */
export const contains: CelFunction = {
  name: 'contains',
  answers: 'bool',
  two: (a, b, meter) => {
    if (typeof a === 'string' && typeof b === 'string') {
      return reads(meter, a.length) ? find(a, b) >= 0 : costLimit
    }
    if (isList(a)) return listContains(a, b, meter)
    if (a instanceof HostObject) return hostContains(a, b, meter)
    if (isMap(a)) return lookup(a, plain(b)) !== undefined
    if (a instanceof Uint8Array && b instanceof Uint8Array) return bytesContain(a, b, meter)
    return b instanceof HostObject ? (contains.two?.(a, plain(b), meter) ?? null) : refused('contains', [a, b])
  },
}

function listContains(list: readonly Value[], item: Value, meter: Meter): Value {
  if (!meter.step(list.length)) return costLimit
  let answer: Value = false
  for (const each of list) {
    const same = stops(each) ? each : equal(each, item, meter)
    if (same === true) return true
    if (same !== false) answer = same
  }
  return answer
}

/** A header view knows its keys better than the map that it stands for: their case does not matter. */
function hostContains(host: HostObject, key: Value, meter: Meter): Value {
  const whole = host.plain()
  if (stops(whole)) return whole
  if (!isMap(whole))
    return whole instanceof HostObject ? refused('contains', [host, key]) : containsPlain(whole, key, meter)
  const found = typeof key === 'string' ? host.get(key) : lookup(whole, plain(key))
  return found !== undefined && stops(found) ? found : found !== undefined
}

const containsPlain = (whole: Value, key: Value, meter: Meter): Value =>
  contains.two?.(whole, plain(key), meter) ?? null

/** latin1 gives each byte one character: the search for texts is linear, Buffer's own is not. */
function bytesContain(bytes: Uint8Array, part: Uint8Array, meter: Meter): Value {
  if (!meter.bytes(bytes.length)) return costLimit
  return find(asBuffer(bytes).toString('latin1'), asBuffer(part).toString('latin1')) >= 0
}

export const startsWith: CelFunction = {
  name: 'startsWith',
  answers: 'bool',
  two: (a, b, meter) =>
    typeof a === 'string' && typeof b === 'string' ? a.startsWith(b) : startsWithPlain(a, b, meter),
}

const startsWithPlain = two('startsWith', (a, b) =>
  typeof a === 'string' && typeof b === 'string' ? a.startsWith(b) : undefined,
)

export const endsWith: CelFunction = {
  name: 'endsWith',
  answers: 'bool',
  two: (a, b, meter) => (typeof a === 'string' && typeof b === 'string' ? a.endsWith(b) : endsWithPlain(a, b, meter)),
}

const endsWithPlain = two('endsWith', (a, b) =>
  typeof a === 'string' && typeof b === 'string' ? a.endsWith(b) : undefined,
)

const sizeBy = (text: (text: string) => number): CelFunction => ({
  name: 'size',
  answers: 'int',
  one: one('size', (a, meter) => {
    if (typeof a === 'string') return reads(meter, a.length) ? text(a) : costLimit
    if (isList(a) || a instanceof Uint8Array) return a.length
    return isMap(a) ? mapSize(a) : undefined
  }),
})

/** The dialect counts the bytes of UTF-8. */
export const size: CelFunction = sizeBy((text) => Buffer.byteLength(text))
/** The specification counts code points. */
export const sizeInPoints: CelFunction = sizeBy((text) => points(text))

/** `sign` 1: the greatest, -1: the least. Of equal ones the first. A NaN has no order. */
export function extreme(name: string, sign: 1 | -1, values: readonly Value[], meter: Meter): Value {
  if (!meter.step(values.length)) return costLimit
  let best = values[0] ?? null
  for (const value of values) {
    const order = compare(value, best)
    if (order instanceof Fault) return refused(name, [best, value])
    if (Number.isNaN(order)) return new Fault('no-such-overload', `${name}: a NaN has no order`)
    if (order * sign > 0) best = value
  }
  return best
}

const extremes = (name: 'max' | 'min', sign: 1 | -1): CelFunction => ({
  name,
  none: () => null,
  ...any(name, (args, meter) => {
    const [only] = args
    return extreme(name, sign, args.length === 1 && only !== undefined && isList(only) ? only : args, meter)
  }),
})

export const max: CelFunction = extremes('max', 1)
export const min: CelFunction = extremes('min', -1)

export const type: CelFunction = { name: 'type', one: (a) => new Type(typeName(a)) }
/** A hint for checkers; there is nothing to do. */
export const dyn: CelFunction = { name: 'dyn', one: (a) => a }
