// Contexts and values of expressions as JSON: what JSON has no word for is written `{"$bytes": "…"}`, `{"$timestamp": "…"}`, ….
import { dialect } from '../cel/dialect.ts'
import { dialectFunctions } from '../cel/functions/index.ts'
import { Flat } from '../cel/functions/json.ts'
import { durationText, scalarText, strictText, timestampText } from '../cel/functions/text.ts'
import { int, uint } from '../cel/number.ts'
import { entries, isList, isMap, isPlainObject } from '../cel/operators.ts'
import type { Activation, Scope } from '../cel/scope.ts'
import {
  Double,
  Duration,
  Fault,
  HostObject,
  Optional,
  type PlainObject,
  Timestamp,
  Type,
  Uint,
  Unknown,
  type Value,
} from '../cel/value.ts'
import { HeadersView } from '../policy/context-headers.ts'
import { Secret } from '../policy/context-identity.ts'
import { UriText } from '../policy/context-uri.ts'

/** Names that an expression may use, and what they are. */
export interface Given {
  readonly scope: Scope
  readonly activation: Activation
}

/** Something in a context that cannot be what it says it is. */
export class BadContext extends Error {
  override readonly name = 'BadContext'
}

/**
 * A context as JSON has it: the gateway's roots, and whatever else is named. Roots that are absent are null, as they are for the
 * gateway. Header fields are `name: value` or `name: [values]`.
 * @throws BadContext
 */
export function given(context: Value): Given {
  if (context !== null && !isPlainObject(context)) throw new BadContext('a context is an object of roots')
  const roots = new Map<string, Value>()
  for (const [name, value] of Object.entries(context ?? {})) roots.set(name, root(name, value))
  const further = [...roots.keys()].filter((name) => !dialect.roots.includes(name))
  const names = [...dialect.roots, ...further]
  const values = names.map((name) => roots.get(name) ?? null)
  return { scope: { roots: names, shapes: dialect.shapes }, activation: { root: (index) => values[index] ?? null } }
}

function root(name: string, value: Value): Value {
  const decoded = decode(value)
  if (!isPlainObject(decoded)) return decoded
  if (name === 'request' || name === 'response') return message(decoded)
  const headers = name === 'source' ? decoded['connectHeaders'] : undefined
  return headers === undefined ? decoded : { ...decoded, connectHeaders: view(headers) }
}

function message(fields: PlainObject): PlainObject {
  const { headers, uri, pathAndQuery, $sensitive: _, ...others } = fields
  return {
    ...others,
    ...(headers !== undefined && { headers: view(headers) }),
    ...(uri !== undefined && { uri: typeof uri === 'string' ? new UriText(uri) : uri }),
    ...(pathAndQuery !== undefined && {
      pathAndQuery: typeof pathAndQuery === 'string' ? new UriText(pathAndQuery) : pathAndQuery,
    }),
  }
}

function view(value: Value): Value {
  if (!isPlainObject(value)) return value
  const headers: { [name: string]: string | string[] } = Object.create(null)
  for (const [name, field] of Object.entries(value)) {
    const values = (isList(field) ? field : [field]).map((each) => scalarText(each))
    if (values.includes(undefined)) throw new BadContext(`header ${name} is no text`)
    headers[name.toLowerCase()] = values.map((each) => each ?? '')
  }
  return new HeadersView({ headers })
}

/** Reads the encodings, at any depth. JSON of a parser nests no deeper than 128. */
function decode(value: Value): Value {
  if (isList(value)) return value.map(decode)
  if (!isPlainObject(value)) return value
  const [only, second] = Object.entries(value)
  if (only?.[0].startsWith('$') && second === undefined) return special(only[0], only[1])
  const fields: { [name: string]: Value } = Object.create(null)
  for (const [name, field] of Object.entries(value)) fields[name] = decode(field)
  return fields
}

const idle = { step: () => true, bytes: () => true }
/** Read as the functions of that name do. */
const read = (name: 'timestamp' | 'duration', value: Value): Value =>
  dialectFunctions.get(name)?.one?.(value, idle) ?? null

function special(name: string, value: Value): Value {
  const made = typeof value === 'string' || typeof value === 'number' ? specialOf(name, value) : undefined
  if (made === undefined || made instanceof Fault) throw new BadContext(`${name} cannot be read`)
  return made
}

function specialOf(name: string, value: string | number): Value | undefined {
  switch (name) {
    case '$bytes':
      return typeof value === 'string' ? Buffer.from(value) : undefined
    case '$base64':
      return typeof value === 'string' ? Buffer.from(value, 'base64') : undefined
    case '$secret':
      return new Secret(String(value))
    case '$timestamp':
    case '$duration':
      return typeof value === 'string' ? read(name === '$duration' ? 'duration' : 'timestamp', value) : undefined
    case '$int':
    case '$uint': {
      if (!/^-?\d{1,20}$/.test(String(value))) return undefined
      return name === '$int' ? int(BigInt(value)) : uint(BigInt(value))
    }
    case '$double': {
      const number = Number(value)
      return Number.isSafeInteger(number) ? new Double(number) : number
    }
    case '$unknown':
      return new Unknown(String(value))
    default:
      return undefined
  }
}

/** A value as JSON; numbers are numbers whenever JSON holds them exactly. */
export function encode(value: Value): unknown {
  if (typeof value === 'bigint') return { $int: String(value) }
  if (typeof value === 'number') return number(value)
  if (value === null || typeof value !== 'object') return value
  if (isList(value)) return value.map(encode)
  if (isMap(value)) {
    const fields: { [name: string]: unknown } = Object.create(null)
    for (const [key, item] of entries(value)) fields[scalarText(key) ?? ''] = encode(item)
    return fields
  }
  return encodeObject(value)
}

function encodeObject(value: Exclude<Value, null | string | number | bigint | boolean>): unknown {
  if (value instanceof Flat) return encode(value.of)
  if (value instanceof HostObject) return encode(value.plain())
  if (value instanceof Double) return number(value.value)
  if (value instanceof Uint)
    return value.value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value.value) : { $uint: String(value.value) }
  if (value instanceof Uint8Array) {
    const text = strictText(value)
    return text === undefined ? { $base64: Buffer.from(value).toString('base64') } : { $bytes: text }
  }
  if (value instanceof Timestamp) return { $timestamp: timestampText(value) }
  if (value instanceof Duration) return { $duration: durationText(value) }
  if (value instanceof Type) return { $type: value.name }
  if (value instanceof Optional) return { $optional: value.value === undefined ? [] : [encode(value.value)] }
  if (value instanceof Unknown) return { $unknown: value.what }
  return scalarText(value) ?? null
}

const number = (value: number): unknown =>
  Number.isFinite(value) && !Object.is(value, -0) ? value : { $double: Object.is(value, -0) ? '-0' : String(value) }
