// Every string of a JSON text with its place, and other strings in their place: all other bytes stay as they came.

/** One string as it stands in the text. */
export interface JsonString {
  /** Offsets of the quotation marks' outer sides. */
  readonly start: number
  readonly end: number
  /** The string itself, escapes read. */
  readonly text: string
  /** It is the name of a member. */
  readonly isKey: boolean
  /** Members and positions from the root; the last one is the member itself. Valid during the visit only. */
  readonly path: readonly (string | number)[]
}

const QUOTE = 34
const OPEN_ARRAY = 91
const CLOSE_ARRAY = 93
const OPEN_OBJECT = 123
const CLOSE_OBJECT = 125
const COLON = 58
const COMMA = 44
const ESCAPE = 92

/**
 * Visits every string of a JSON text that is known to be well-formed, in its order. `visit` may return another string to stand in its
 * place. Returns the text itself when none did.
 */
export function withStrings(json: string, visit: (string: JsonString) => string | undefined): string {
  const path: (string | number)[] = []
  let out = ''
  let from = 0
  for (let i = 0; i < json.length; i++) {
    const code = json.charCodeAt(i)
    if (code === OPEN_OBJECT) path.push('')
    else if (code === OPEN_ARRAY) path.push(0)
    else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) path.pop()
    else if (code === COMMA) step(path)
    if (code !== QUOTE) continue
    const end = endOf(json, i)
    const isKey = typeof path.at(-1) === 'string' && json.charCodeAt(skipped(json, end)) === COLON
    const literal = json.slice(i, end)
    const text = literal.includes('\\') ? String(JSON.parse(literal)) : literal.slice(1, -1)
    if (isKey) path[path.length - 1] = text
    const other = visit({ start: i, end, text, isKey, path })
    if (other !== undefined && other !== text) {
      out += json.slice(from, i) + JSON.stringify(other)
      from = end
    }
    i = end - 1
  }
  return from === 0 ? json : out + json.slice(from)
}

/**
 * Whether `parsed` is less than the text says: of members that have one name the last alone is in it, and other parsers take the first
 * (RFC 8259 §4).
 */
export function isLess(parsed: unknown, json: string): boolean {
  let members = 0
  withStrings(json, ({ isKey }) => {
    if (isKey) members++
    return undefined
  })
  const open = [parsed]
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (typeof value !== 'object' || value === null) continue
    const inside: unknown[] = Object.values(value)
    if (!Array.isArray(value)) members -= inside.length
    for (const each of inside) if (typeof each === 'object') open.push(each)
  }
  return members > 0
}

function step(path: (string | number)[]): void {
  const last = path.at(-1)
  if (typeof last === 'number') path[path.length - 1] = last + 1
}

function endOf(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); end >= 0; end = json.indexOf('"', end + 1)) {
    let escapes = 0
    while (json.charCodeAt(end - 1 - escapes) === ESCAPE) escapes++
    if (escapes % 2 === 0) return end + 1
  }
  return json.length
}

function skipped(json: string, at: number): number {
  let i = at
  while (json.charCodeAt(i) <= 32) i++
  return i
}
