// Whether a text is JSON, and where the members of its outermost object stand: in one pass that builds no value of it.
import { cut, type Span } from './json.ts'

/** Members of one object, in order of their appearance. Names are spelled out, escapes read. */
export class Members {
  readonly #names: string[] = []
  readonly #spans: Span[] = []

  add(name: string, start: number, end: number): void {
    this.#names.push(name)
    this.#spans.push({ start, end })
  }

  /** Where the value of a member stands. Of equal names the last counts, as in JSON.parse. */
  at(name: string): Span | undefined {
    return this.#spans[this.#names.lastIndexOf(name)]
  }
}

export interface Outline {
  readonly first: 'object' | 'array' | 'other'
  /** Of the outermost object. */
  readonly members: Members
  /** Of the object that is its member `params`, counted from where that begins. */
  readonly params: Members
}

const SPACE = 32
const QUOTE = 34
const COMMA = 44
const MINUS = 45
const DOT = 46
const ZERO = 48
const NINE = 57
const COLON = 58
const BACKSLASH = 92
const OPEN_ARRAY = 91
const CLOSE_ARRAY = 93
const OPEN_OBJECT = 123
const CLOSE_OBJECT = 125

/**
 * The outline of a text, or `undefined` when it is no JSON (RFC 8259), nests deeper than `maxDepth` or has an object of more
 * than `maxKeys` members. Most messages are looked
 * into at their outermost members only: `JSON.parse`, the count of its depth and the search for its members were three passes
 * and a tree of objects.
 */
export function outline(text: string, maxDepth: number, maxKeys = Infinity): Outline | undefined {
  const scan = new Scan(text, Math.min(maxDepth, DEEPEST), maxKeys)
  const start = scan.space(0)
  const first = text.charCodeAt(start)
  const end = scan.value(start, 0)
  if (end < 0 || scan.space(end) !== text.length) return undefined
  const kind = first === OPEN_OBJECT ? 'object' : first === OPEN_ARRAY ? 'array' : 'other'
  return { first: kind, members: scan.members, params: scan.params }
}

/** The string that stands at a span, or `undefined` when the value there is no string. */
export function stringAt(text: string, span: Span | undefined): string | undefined {
  if (span === undefined || text.charCodeAt(span.start) !== QUOTE) return undefined
  const inner = text.slice(span.start + 1, span.end - 1)
  return inner.includes('\\') ? String(JSON.parse(cut(text, span))) : inner
}

/** Whatever the configuration allows: the scan calls itself for each level. */
const DEEPEST = 2_000

/** Every method takes the index where something begins and answers the one after its end; -1: it is not what it should be. */
class Scan {
  readonly members = new Members()
  readonly params = new Members()
  readonly #text: string
  readonly #maxDepth: number
  readonly #maxKeys: number

  constructor(text: string, maxDepth: number, maxKeys: number) {
    this.#text = text
    this.#maxDepth = maxDepth
    this.#maxKeys = maxKeys
  }

  space(at: number): number {
    const text = this.#text
    let i = at
    for (;;) {
      const c = text.charCodeAt(i)
      if (c !== SPACE && c !== 10 && c !== 13 && c !== 9) return i
      i++
    }
  }

  value(at: number, depth: number): number {
    const text = this.#text
    const c = text.charCodeAt(at)
    if (c === QUOTE) return this.#string(at)
    if (c === OPEN_OBJECT)
      return depth < this.#maxDepth ? this.#object(at, depth + 1, depth === 0 ? this.members : undefined) : -1
    if (c === OPEN_ARRAY) return depth < this.#maxDepth ? this.#array(at, depth + 1) : -1
    if (c === MINUS || (c >= ZERO && c <= NINE)) return this.#number(at)
    if (c === 116) return text.startsWith('true', at) ? at + 4 : -1
    if (c === 102) return text.startsWith('false', at) ? at + 5 : -1
    return c === 110 && text.startsWith('null', at) ? at + 4 : -1
  }

  /** `noted` takes the members. */
  #object(at: number, depth: number, noted: Members | undefined): number {
    const text = this.#text
    const from = noted === this.params ? at : 0
    let i = this.space(at + 1)
    let keys = 0
    if (text.charCodeAt(i) === CLOSE_OBJECT) return i + 1
    for (;;) {
      if (text.charCodeAt(i) !== QUOTE || ++keys > this.#maxKeys) return -1
      const key = i
      i = this.#string(i)
      if (i < 0) return -1
      const name = noted === undefined ? '' : (stringAt(text, { start: key, end: i }) ?? '')
      i = this.space(i)
      if (text.charCodeAt(i) !== COLON) return -1
      const start = this.space(i + 1)
      i = this.#member(name, start, depth)
      if (i < 0) return -1
      noted?.add(name, start - from, i - from)
      i = this.space(i)
      const c = text.charCodeAt(i)
      if (c === CLOSE_OBJECT) return i + 1
      if (c !== COMMA) return -1
      i = this.space(i + 1)
    }
  }

  #member(name: string, at: number, depth: number): number {
    const inside = depth === 1 && name === 'params' && this.#text.charCodeAt(at) === OPEN_OBJECT
    if (!inside) return this.value(at, depth)
    return depth < this.#maxDepth ? this.#object(at, depth + 1, this.params) : -1
  }

  #array(at: number, depth: number): number {
    const text = this.#text
    let i = this.space(at + 1)
    if (text.charCodeAt(i) === CLOSE_ARRAY) return i + 1
    for (;;) {
      i = this.value(i, depth)
      if (i < 0) return -1
      i = this.space(i)
      const c = text.charCodeAt(i)
      if (c === CLOSE_ARRAY) return i + 1
      if (c !== COMMA) return -1
      i = this.space(i + 1)
    }
  }

  #string(at: number): number {
    const text = this.#text
    const { length } = text
    for (let i = at + 1; i < length; i++) {
      const c = text.charCodeAt(i)
      if (c === QUOTE) return i + 1
      if (c < SPACE) return -1
      if (c === BACKSLASH) {
        i = this.#escape(i + 1)
        if (i < 0) return -1
      }
    }
    return -1
  }

  /** Answers the index of its last character. */
  #escape(at: number): number {
    const text = this.#text
    if ('"\\/bfnrt'.includes(text.charAt(at))) return at < text.length ? at : -1
    if (text.charCodeAt(at) !== 117) return -1
    for (let i = at + 1; i <= at + 4; i++) {
      const c = text.charCodeAt(i) | 32
      if (!(text.charCodeAt(i) >= ZERO && text.charCodeAt(i) <= NINE) && !(c >= 97 && c <= 102)) return -1
    }
    return at + 4
  }

  #number(at: number): number {
    const text = this.#text
    let i = text.charCodeAt(at) === MINUS ? at + 1 : at
    if (text.charCodeAt(i) === ZERO) i++
    else if ((i = this.#digits(i)) < 0) return -1
    if (text.charCodeAt(i) === DOT && (i = this.#digits(i + 1)) < 0) return -1
    if ((text.charCodeAt(i) | 32) !== 101) return i
    const sign = text.charCodeAt(i + 1)
    return this.#digits(sign === 43 || sign === MINUS ? i + 2 : i + 1)
  }

  /** At least one. */
  #digits(at: number): number {
    const text = this.#text
    let i = at
    for (;;) {
      const c = text.charCodeAt(i)
      if (!(c >= ZERO && c <= NINE)) return i > at ? i : -1
      i++
    }
  }
}
