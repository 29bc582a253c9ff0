// Values as plain JavaScript data that JSON.stringify takes: for logs, traces and the command line. Exact text is json.ts.
import { scalarText } from './functions/text.ts'
import { entries, isList, isMap, noOverload } from './operators.ts'
import { Double, Fault, HostObject, Optional, stops, Type, Uint, Unknown, type Value } from './value.ts'

/** Deeper than any text that is parsed here can nest. */
const deepest = 256

/**
 * Plain data for a value: integers that JavaScript cannot hold exactly and times as text, bytes as base64, NaN and infinities as
 * null, an optional as what it holds, a type as its name. A Fault or Unknown that the value is or contains is answered itself.
 */
export function toJson(value: Value): unknown {
  return convert(value, deepest)
}

function convert(value: Value, levels: number): unknown {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (stops(value)) return value
  if (levels === 0) return new Fault('function-error', 'the value nests too deeply')
  if (value instanceof HostObject) return convert(value.plain(), levels - 1)
  if (isList(value)) return convertList(value, levels)
  if (isMap(value)) return convertMap(entries(value), levels)
  if (value instanceof Double) return value.value
  if (value instanceof Uint && value.value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value.value)
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (value instanceof Type) return value.name
  if (value instanceof Optional) return value.value === undefined ? null : convert(value.value, levels - 1)
  return scalarText(value) ?? noOverload('toJson', value)
}

function convertList(list: readonly Value[], levels: number): unknown {
  const made: unknown[] = []
  for (const item of list) {
    const plain = convert(item, levels - 1)
    if (plain instanceof Fault || plain instanceof Unknown) return plain
    made.push(plain)
  }
  return made
}

function convertMap(map: Iterable<readonly [Value, Value]>, levels: number): unknown {
  const made: [string, unknown][] = []
  for (const [key, item] of map) {
    const name = scalarText(key)
    if (name === undefined) return noOverload('toJson', key)
    const plain = convert(item, levels - 1)
    if (plain instanceof Fault || plain instanceof Unknown) return plain
    made.push([name, plain])
  }
  // Defines fields instead of setting them: `__proto__` is a key like any other.
  return Object.fromEntries(made)
}
