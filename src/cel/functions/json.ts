// Functions on JSON and maps: `json`, `toJson`, `jsonField`, `unvalidatedJwtPayload`, `merge`.
import { parseJson, parseJsonBytes, toJsonText } from '../json.ts'
import { costLimit, entries, isMap, isPlainObject, lookup, mapSize, put } from '../operators.ts'
import { Fault, HostObject, type PlainObject, stops, type Value } from '../value.ts'
import type { CelFunction, Meter } from './function.ts'
import { one, reads, two, unusable } from './overload.ts'

function parsed(a: Value, meter: Meter): Value | undefined {
  if (a instanceof Uint8Array) return parseJsonBytes(a, meter)
  if (typeof a !== 'string') return undefined
  return reads(meter, a.length) && meter.bytes(a.length) ? parseJson(a) : costLimit
}

export const json: CelFunction = { name: 'json', one: one('json', parsed) }

export const jsonField: CelFunction = {
  name: 'jsonField',
  two: two('jsonField', (a, b, meter) => {
    if (typeof b !== 'string') return undefined
    const value = parsed(a, meter)
    if (value === undefined || stops(value)) return value
    // The name is part of the call, and may come out of a request.
    const field = lookup(value, b)
    return field === undefined ? new Fault('no-such-key', 'jsonField: there is no such field') : field
  }),
}

const writing = (name: string): CelFunction => ({ name, answers: 'string', one: (a, meter) => toJsonText(a, meter) })

export const toJson: CelFunction = writing('toJson')
export const toJsonOld: CelFunction = writing('to_json')

/** Claims of a compact JWT (RFC 7519 §3). Nothing is verified: whoever asks wants to look, not to trust. */
export const unvalidatedJwtPayload: CelFunction = {
  name: 'unvalidatedJwtPayload',
  answers: 'map',
  one: one('unvalidatedJwtPayload', (a, meter) => {
    if (typeof a !== 'string') return undefined
    if (!reads(meter, a.length) || !meter.bytes(a.length)) return costLimit
    const payload = /^[\w-]+\.([\w-]+)\.[\w-]*$/.exec(a)?.[1]
    if (payload === undefined) return unusable('unvalidatedJwtPayload', 'this is no JWT')
    const claims = parseJsonBytes(Buffer.from(payload, 'base64url'), meter)
    return stops(claims) || isPlainObject(claims)
      ? claims
      : unusable('unvalidatedJwtPayload', 'the payload is no object')
  }),
}

/** Entries of both; the second one's win, in the first one's place. A JSON object stays one, so that it is written natively. */
export const merge: CelFunction = {
  name: 'merge',
  answers: 'map',
  two: two('merge', (a, b, meter) => {
    if (!isMap(a) || !isMap(b)) return undefined
    if (!meter.step(mapSize(a) + mapSize(b))) return costLimit
    const [one, two] = [objectOf(a), objectOf(b)]
    if (one !== undefined && two !== undefined) return { ...one, ...two }
    let merged = new Map<Value, Value>()
    for (const map of [a, b]) for (const [key, value] of entries(map)) merged = put(merged, key, value)
    return merged
  }),
}

/** Spreading defines fields instead of assigning them: `__proto__` is one like any other. */
function objectOf(map: ReadonlyMap<Value, Value> | PlainObject): PlainObject | undefined {
  if (!(map instanceof Map)) return isPlainObject(map) ? map : undefined
  const fields: [string, Value][] = []
  for (const [key, value] of map) {
    if (typeof key !== 'string') return undefined
    fields.push([key, value])
  }
  return Object.fromEntries(fields)
}

/**
 * A map or list that a log sink spreads over many fields (`key.sub`): of one level, or of all. It is nothing to anybody else:
 * functions, operators and JSON get a Fault.
 */
export class Flat extends HostObject {
  readonly of: Value
  readonly deep: boolean

  constructor(of: Value, deep: boolean) {
    super()
    this.of = of
    this.deep = deep
  }

  override get(): Value {
    return onlyForLogs
  }

  override plain(): Value {
    return onlyForLogs
  }
}

const onlyForLogs = new Fault('invalid-argument', 'flatten is for fields of logs and traces only')

const flattening = (name: string, deep: boolean): CelFunction => ({ name, one: (a) => new Flat(a, deep) })

export const flatten: CelFunction = flattening('flatten', false)
export const flattenRecursive: CelFunction = flattening('flattenRecursive', true)
export const flattenRecursiveOld: CelFunction = flattening('flatten_recursive', true)
