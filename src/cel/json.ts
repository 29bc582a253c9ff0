// JSON to values and back, without losing digits of integers; bounded in depth. What a body says is never trusted to be JSON.
import type { Meter } from './functions/function.ts'
import { asBuffer, scalarText, strictText } from './functions/text.ts'
import { int, uint } from './number.ts'
import { costLimit, entries, isList, isMap, isPlainObject, noOverload } from './operators.ts'
import { Double, Fault, HostObject, type PlainObject, stops, Uint, type Unknown, type Value } from './value.ts'

/** How deep JSON may nest: what the original's parser allows. Whatever walks a value may rely on it. */
const DEEPEST = 128
/** Digits from which on an integer may not be exact as a JavaScript number. */
const LONG = 16

const malformed = new Fault('function-error', 'json: this is not JSON')
const tooDeep = new Fault('function-error', `json: nested deeper than ${DEEPEST}`)
const notText = new Fault('function-error', 'json: this is not UTF-8')

/**
 * The value of a JSON text; a Fault when it is none. Integers keep all their digits: beyond 53 bits they become bigint, beyond
 * int64 Uint, beyond that a double. `1.0` reads as the int 1 (cel.md §4.4). Of equal keys the last one counts.
 */
export function parseJson(text: string): Value {
  let parsed: Value
  try {
    parsed = JSON.parse(text)
  } catch {
    return malformed
  }
  if (deeper(parsed, DEEPEST)) return tooDeep
  return hasLongInteger(text) ? new Reader(text).read() : parsed
}

const read = new WeakMap<Uint8Array, Value>()

/**
 * The value of a JSON body. Remembered for as long as the buffer lives, because each of a transformation's fields asks for the same
 * body; nobody writes into a body that expressions have seen. `meter` pays for the first time only.
 */
export function parseJsonBytes(bytes: Uint8Array, meter: Meter): Value {
  const known = read.get(bytes)
  if (known !== undefined) return known
  if (!meter.step(bytes.length >> 6) || !meter.bytes(bytes.length)) return costLimit
  const text = strictText(asBuffer(bytes))
  const value = text === undefined ? notText : parseJson(text)
  read.set(bytes, value)
  return value
}

/** Whether anything lies deeper than so many containers. The native parser has no limit; those that walk a value do. */
function deeper(value: Value, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  if (isList(value)) {
    for (const item of value) if (typeof item === 'object' && item !== null && deeper(item, levels - 1)) return true
    return false
  }
  for (const item of Object.values(value))
    if (typeof item === 'object' && item !== null && deeper(item, levels - 1)) return true
  return false
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57

/** Whether the text may hold an integer of 16 or more digits. Such a run covers one of every 16 places: only those are looked at. */
function hasLongInteger(text: string): boolean {
  for (let at = LONG - 1; at < text.length; at += LONG) {
    if (!isDigit(text.charCodeAt(at))) continue
    let start = at
    while (start > 0 && isDigit(text.charCodeAt(start - 1))) start--
    let end = at + 1
    while (isDigit(text.charCodeAt(end))) end++
    // A fraction's digits follow a dot, and most other long runs (identifiers in strings) a quote or a letter.
    if (end - start >= LONG && (start === 0 || '[,:- \t\r\n'.includes(text.charAt(start - 1)))) return true
    at = end
  }
  return false
}

/** Reads a text that is known to be JSON of bearable depth, integer by integer. Ten times slower than the native parser. */
class Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  read(): Value {
    switch (this.#next()) {
      case '{':
        return this.#object()
      case '[':
        return this.#list()
      case '"':
        return this.#string()
      case 't':
        return this.#word(4, true)
      case 'f':
        return this.#word(5, false)
      case 'n':
        return this.#word(4, null)
      default:
        return this.#number()
    }
  }

  /** The character that is no white space; stays before it. */
  #next(): string {
    while (this.#text.charCodeAt(this.#at) <= 32) this.#at++
    return this.#text.charAt(this.#at)
  }

  #word(length: number, value: Value): Value {
    this.#at += length
    return value
  }

  #object(): Value {
    const object: { [key: string]: Value } = {}
    this.#at++
    while (this.#next() !== '}') {
      if (this.#text.charAt(this.#at) === ',') this.#at++
      this.#next()
      const key = this.#string()
      this.#next()
      this.#at++
      const value = this.read()
      // Assigning this key would exchange the prototype instead of adding a field.
      if (key === '__proto__')
        Object.defineProperty(object, key, { value, configurable: true, enumerable: true, writable: true })
      else object[key] = value
    }
    this.#at++
    return object
  }

  #list(): Value {
    const list: Value[] = []
    this.#at++
    while (this.#next() !== ']') {
      if (this.#text.charAt(this.#at) === ',') this.#at++
      list.push(this.read())
    }
    this.#at++
    return list
  }

  #string(): string {
    const start = this.#at
    let end = start + 1
    let escaped = false
    for (let code = this.#text.charCodeAt(end); code !== 34; code = this.#text.charCodeAt(end)) {
      if (code === 92) escaped = true
      end += code === 92 ? 2 : 1
    }
    this.#at = end + 1
    return escaped ? String(JSON.parse(this.#text.slice(start, end + 1))) : this.#text.slice(start + 1, end)
  }

  #number(): Value {
    const start = this.#at
    let whole = true
    let code = this.#text.charCodeAt(start)
    while (isDigit(code) || code === 43 || code === 45 || code === 46 || code === 69 || code === 101) {
      if (code === 46 || code === 69 || code === 101) whole = false
      code = this.#text.charCodeAt(++this.#at)
    }
    const digits = this.#text.slice(start, this.#at)
    return whole && digits.length >= LONG && digits.length <= 20 ? exact(digits) : Number(digits)
  }
}

function exact(digits: string): Value {
  const value = BigInt(digits)
  const signed = int(value)
  if (!(signed instanceof Fault)) return signed
  const unsigned = uint(value)
  return unsigned instanceof Fault ? Number(digits) : unsigned
}

/**
 * JSON text of a value: bytes as base64, times and addresses as `string()` writes them, an integral double as `2.0`, a number that
 * JSON does not know as null. Types and optionals have no JSON.
 */
export function toJsonText(value: Value, meter: Meter): string | Fault | Unknown {
  const size = nativeSize(value, meter, DEEPEST * 2)
  if (typeof size !== 'number') return size
  if (size >= 0) return meter.bytes(size) ? JSON.stringify(value) : costLimit
  return write(value, meter, DEEPEST * 2)
}

/** Roughly how long the text gets when JSON.stringify can write all of it; -1 when it cannot. Looked at first: it is 3 times as fast. */
function nativeSize(value: Value, meter: Meter, levels: number): number | Fault {
  if (typeof value === 'string') return value.length + 2
  if (typeof value === 'number') return 8
  if (typeof value === 'boolean' || value === null) return 5
  if (typeof value !== 'object') return -1
  if (levels === 0) return tooDeep
  let size = 2
  if (isList(value)) {
    if (!meter.step(value.length >> 3)) return costLimit
    for (const item of value) {
      const part = nativeSize(item, meter, levels - 1)
      if (typeof part !== 'number' || part < 0) return part
      size += part + 1
    }
    return size
  }
  if (!isPlainObject(value)) return -1
  // A field of this name would be called instead of written, if it were a function; values are not, and JSON.stringify ignores others.
  const names = Object.keys(value)
  if (!meter.step(names.length >> 3)) return costLimit
  for (const name of names) {
    const part = nativeSize(value[name] ?? null, meter, levels - 1)
    if (typeof part !== 'number' || part < 0) return part
    size += part + name.length + 4
  }
  return size
}

function write(value: Value, meter: Meter, levels: number): string | Fault | Unknown {
  if (levels === 0) return tooDeep
  if (stops(value)) return value
  if (value instanceof HostObject) return write(value.plain(), meter, levels - 1)
  if (isList(value)) return writeList(value, meter, levels)
  if (isMap(value)) return writeMap(value, meter, levels)
  const text = writeScalar(value)
  if (text === undefined) return noOverload('toJson', value)
  return meter.step(1) && meter.bytes(text.length) ? text : costLimit
}

function writeScalar(value: Value): string | undefined {
  if (value === null) return 'null'
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : 'null'
  if (value instanceof Double) return Object.is(value.value, -0) ? '-0.0' : `${value.value}.0`
  if (value instanceof Uint8Array) return `"${asBuffer(value).toString('base64')}"`
  const text = scalarText(value)
  if (text === undefined || typeof value !== 'object' || value instanceof Uint) return text
  return `"${text}"`
}

function writeList(list: readonly Value[], meter: Meter, levels: number): string | Fault | Unknown {
  let out = '['
  for (const item of list) {
    const text = write(item, meter, levels - 1)
    if (typeof text !== 'string') return text
    out += out === '[' ? text : `,${text}`
  }
  return `${out}]`
}

function writeMap(
  map: ReadonlyMap<Value, Value> | PlainObject,
  meter: Meter,
  levels: number,
): string | Fault | Unknown {
  let out = '{'
  for (const [key, item] of entries(map)) {
    const name = scalarText(key)
    if (name === undefined) return noOverload('toJson', key)
    const text = write(item, meter, levels - 1)
    if (typeof text !== 'string') return text
    if (!meter.bytes(name.length + 4)) return costLimit
    out += `${out === '{' ? '' : ','}${JSON.stringify(name)}:${text}`
  }
  return `${out}}`
}
