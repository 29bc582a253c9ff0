// Looking into JSON text without rewriting it: where members and elements stand, so that a value can be exchanged and every
// other byte stays. All functions expect text that `JSON.parse` has accepted.
import { type RawJson, rawJson } from '../core/brand.ts'

export interface Span {
  readonly start: number
  readonly end: number
}

/** A change of text: `with` takes the place of what stands in the span. */
export interface Edit extends Span {
  readonly with: string
}

const QUOTE = 34
const COMMA = 44
const OPEN_ARRAY = 91
const BACKSLASH = 92
const CLOSE_ARRAY = 93
const OPEN_OBJECT = 123
const CLOSE_OBJECT = 125

/** Spans of the member values of the object whose `{` is the first character at or after `at`. Of equal names the last counts, as in JSON.parse. */
export function members(text: string, at = 0): Map<string, Span> {
  const found = new Map<string, Span>()
  eachMember(text, at, (name, span) => found.set(name, span))
  return found
}

/**
 * Whether an object anywhere in the value at `at` has two members of one name. Parsers differ in which of the two they take, so
 * that what was checked need not be what is used (RFC 8259 §4).
 */
export function repeats(text: string, at = 0): boolean {
  const start = skipSpace(text, at)
  const first = text.charCodeAt(start)
  if (first !== OPEN_ARRAY && first !== OPEN_OBJECT) return false
  // One pass however deep it nests: level by level the innermost bytes would be read once for each level.
  const open: (Set<string> | undefined)[] = []
  let names: Set<string> | undefined
  let isName = false
  for (let i = start; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c === QUOTE) {
      const end = endOfString(text, i)
      if (isName && names !== undefined) {
        const { size } = names
        if (names.add(nameIn(text, i, end)).size === size) return true
        isName = false
      }
      i = end - 1
    } else if (c === COMMA) isName = names !== undefined
    else if (c === OPEN_OBJECT || c === OPEN_ARRAY) {
      names = c === OPEN_OBJECT ? new Set() : undefined
      isName = c === OPEN_OBJECT
      open.push(names)
    } else if (c === CLOSE_OBJECT || c === CLOSE_ARRAY) {
      open.pop()
      if (open.length === 0) return false
      names = open.at(-1)
    }
  }
  return false
}

/** A member's name, escapes read: its quotes are at the first index and before the last one. */
function nameIn(text: string, at: number, end: number): string {
  const name = text.slice(at + 1, end - 1)
  return name.includes('\\') ? String(JSON.parse(text.slice(at, end))) : name
}

function eachMember(text: string, at: number, visit: (name: string, span: Span) => void): void {
  let i = skipSpace(text, at)
  if (text.charCodeAt(i) !== 123) return
  i = skipSpace(text, i + 1)
  while (i < text.length && text.charCodeAt(i) !== 125) {
    const keyEnd = endOfString(text, i)
    const start = skipSpace(text, skipSpace(text, keyEnd) + 1) // past the colon
    const end = endOfValue(text, start)
    visit(nameIn(text, i, keyEnd), { start, end })
    i = skipSpace(text, end)
    if (text.charCodeAt(i) === 44) i = skipSpace(text, i + 1)
  }
}

/** Spans of the elements of the array whose `[` is the first character at or after `at`. */
export function elements(text: string, at = 0): Span[] {
  const found: Span[] = []
  let i = skipSpace(text, at)
  if (text.charCodeAt(i) !== 91) return found
  i = skipSpace(text, i + 1)
  while (i < text.length && text.charCodeAt(i) !== 93) {
    const end = endOfValue(text, i)
    found.push({ start: i, end })
    i = skipSpace(text, end)
    if (text.charCodeAt(i) === 44) i = skipSpace(text, i + 1)
  }
  return found
}

/** Text of one value as it stands. */
export function cut(text: string, span: Span): RawJson {
  return rawJson(text.slice(span.start, span.end))
}

/** Where the value of one member of the object at `at` stands. Of equal names the last counts, as in JSON.parse. */
export function memberAt(text: string, at: number, name: string): Span | undefined {
  let found: Span | undefined = undefined
  eachMember(text, at, (each, span) => {
    if (each === name) found = span
  })
  return found
}

/** Where the value at a path of member names stands; `undefined` when a name on the way is missing. */
export function find(text: string, path: readonly string[]): Span | undefined {
  let span: Span | undefined = { start: 0, end: text.length }
  for (const name of path) {
    span = memberAt(text, span.start, name)
    if (span === undefined) return undefined
  }
  return span
}

/** Text with all edits made. Edits may come in any order and must not overlap. */
export function edited(text: string, edits: readonly Edit[]): RawJson {
  if (edits.length === 0) return rawJson(text)
  const ordered = edits.length === 1 ? edits : edits.toSorted((a, b) => a.start - b.start)
  let out = ''
  let from = 0
  for (const edit of ordered) {
    out += text.slice(from, edit.start) + edit.with
    from = edit.end
  }
  return rawJson(out + text.slice(from))
}

/** Edit that sets one member of the object at `at`: in place when it is there, as first member when it is not. */
export function setMember(text: string, at: number, name: string, value: string): Edit {
  const there = members(text, at).get(name)
  if (there !== undefined) return { ...there, with: value }
  const open = skipSpace(text, at) + 1
  const empty = text.charCodeAt(skipSpace(text, open)) === 125
  return { start: open, end: open, with: `${JSON.stringify(name)}:${value}${empty ? '' : ','}` }
}

/** Whether the text nests deeper than `limit` arrays and objects. */
export function deeperThan(text: string, limit: number): boolean {
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c === QUOTE) i = endOfString(text, i) - 1
    else if (c === 123 || c === 91) {
      if (++depth > limit) return true
    } else if (c === 125 || c === 93) depth--
  }
  return false
}

function skipSpace(text: string, at: number): number {
  let i = at
  for (;;) {
    const c = text.charCodeAt(i)
    if (c !== 32 && c !== 10 && c !== 13 && c !== 9) return i
    i++
  }
}

/** `at` is the opening quote; the index after the closing one. */
function endOfString(text: string, at: number): number {
  let i = at
  for (;;) {
    i = text.indexOf('"', i + 1)
    if (i < 0) return text.length
    let slashes = i - 1
    while (text.charCodeAt(slashes) === BACKSLASH) slashes--
    if ((i - slashes) % 2 === 1) return i + 1 // an even number of backslashes: the quote is not escaped
  }
}

function endOfValue(text: string, at: number): number {
  const first = text.charCodeAt(at)
  if (first === QUOTE) return endOfString(text, at)
  if (first === 123 || first === 91) return endOfNest(text, at)
  let i = at
  for (; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c === 44 || c === 125 || c === 93 || c === 32 || c === 10 || c === 13 || c === 9) return i
  }
  return i
}

function endOfNest(text: string, at: number): number {
  let depth = 0
  for (let i = at; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c === QUOTE) i = endOfString(text, i) - 1
    else if (c === 123 || c === 91) depth++
    else if ((c === 125 || c === 93) && --depth === 0) return i + 1
  }
  return text.length
}
