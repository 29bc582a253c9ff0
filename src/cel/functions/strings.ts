// The extension for strings. Positions are code points; what is made is paid for before it is made.
import { costLimit, isList, plain } from '../operators.ts'
import { Fault, stops, type Value } from '../value.ts'
import type { CelFunction, Meter } from './function.ts'
import { made, one, reads, three, two, unusable } from './overload.ts'
import { find, width } from './search.ts'

const text = (name: string, form: (a: string, meter: Meter) => Value): CelFunction => ({
  name,
  answers: 'string',
  one: one(name, (a, meter) => {
    if (typeof a !== 'string') return undefined
    return reads(meter, a.length) ? form(a, meter) : costLimit
  }),
})

const cased = (name: string, letters: RegExp, change: (text: string) => string): CelFunction =>
  text(name, (a, meter) => {
    const changed = a.replace(letters, change)
    return changed === a ? a : made(changed, meter)
  })

export const lowerAscii: CelFunction = cased('lowerAscii', /[A-Z](?:[\0-\x7f]*[A-Z])?/g, (run) => run.toLowerCase())
export const upperAscii: CelFunction = cased('upperAscii', /[a-z](?:[\0-\x7f]*[a-z])?/g, (run) => run.toUpperCase())

/** Unicode's White_Space, which is neither JavaScript's trim nor its `\s`. */
const space = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/

export const trim: CelFunction = text('trim', (a) => {
  let start = 0
  let end = a.length
  while (start < end && space.test(a.charAt(start))) start++
  while (end > start && space.test(a.charAt(end - 1))) end--
  return a.slice(start, end)
})

export const reverse: CelFunction = text('reverse', (a, meter) => {
  if (!meter.step(a.length >> 2) || !meter.bytes(a.length)) return costLimit
  return Array.from(a).reverse().join('')
})

export const stripPrefix: CelFunction = {
  name: 'stripPrefix',
  answers: 'string',
  two: two('stripPrefix', (a, b) => {
    if (typeof a !== 'string' || typeof b !== 'string') return undefined
    return a.startsWith(b) ? a.slice(b.length) : a
  }),
}

export const stripSuffix: CelFunction = {
  name: 'stripSuffix',
  answers: 'string',
  two: two('stripSuffix', (a, b) => {
    if (typeof a !== 'string' || typeof b !== 'string') return undefined
    return a.endsWith(b) ? a.slice(0, a.length - b.length) : a
  }),
}

/** How many, as `split` and `replace` take it: negative is all; beyond 53 bits is as good as all. */
function limitOf(value: Value): number | undefined {
  if (typeof value === 'bigint') return value < 0n ? -1 : Number.MAX_SAFE_INTEGER
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined
}

/** Pieces between separators, at most so many: the last one is the rest. */
function cut(a: string, separator: string, most: number, meter: Meter): string[] | Fault {
  if (!reads(meter, a.length)) return costLimit
  const pieces: string[] = []
  let from = 0
  while (pieces.length + 1 < most) {
    const at = find(a, separator, from)
    if (at < 0) break
    if (!meter.step(1)) return costLimit
    pieces.push(a.slice(from, at))
    from = at + separator.length
  }
  pieces.push(a.slice(from))
  return pieces
}

/** The characters, at most so many pieces: the last one is the rest. */
function characters(a: string, most: number, meter: Meter): string[] | Fault {
  const pieces: string[] = []
  let from = 0
  while (from < a.length) {
    const end = pieces.length + 1 < most ? from + width(a, from) : a.length
    if (!meter.step(1)) return costLimit
    pieces.push(a.slice(from, end))
    from = end
  }
  return pieces
}

function splitAt(a: Value, separator: Value, limit: Value, meter: Meter): Value | undefined {
  const most = limitOf(limit)
  if (typeof a !== 'string' || typeof separator !== 'string' || most === undefined) return undefined
  if (most === 0) return []
  const bound = most < 0 ? Number.POSITIVE_INFINITY : most
  return separator === '' ? characters(a, bound, meter) : cut(a, separator, bound, meter)
}

export const split: CelFunction = {
  name: 'split',
  answers: 'list',
  two: two('split', (a, b, meter) => splitAt(a, b, -1, meter)),
  three: three('split', splitAt),
}

/** An empty text is replaced before each character and at the end. */
function replaced(args: readonly [Value, Value, Value, Value], meter: Meter): Value | undefined {
  const [a, old, by, limit] = args
  const most = limitOf(limit)
  if (typeof a !== 'string' || typeof old !== 'string' || typeof by !== 'string' || most === undefined) return undefined
  if (most === 0 || old === by) return a
  const bound = most < 0 ? Number.POSITIVE_INFINITY : most
  const pieces = old === '' ? emptyReplaced(a, bound, meter) : cut(a, old, bound + 1, meter)
  if (pieces instanceof Fault) return pieces
  if (pieces.length === 1) return a
  const length = a.length + (pieces.length - 1) * (by.length - old.length)
  return meter.bytes(length) ? pieces.join(by) : costLimit
}

function emptyReplaced(a: string, most: number, meter: Meter): string[] | Fault {
  const pieces = characters(a, most, meter)
  if (pieces instanceof Fault) return pieces
  pieces.unshift('')
  if (pieces.length <= most) pieces.push('')
  return pieces
}

export const replace: CelFunction = {
  name: 'replace',
  answers: 'string',
  three: three('replace', (a, old, by, meter) => replaced([a, old, by, -1], meter)),
  many: (args, meter) => {
    const [a = null, old = null, by = null, limit = null] = args.map(plain)
    const answer = args.length === 4 ? replaced([a, old, by, limit], meter) : undefined
    return answer === undefined ? unfit('replace') : answer
  },
}

const unfit = (name: string): Fault => new Fault('no-such-overload', `${name} does not take these arguments`)

function joined(list: Value, separator: Value, meter: Meter): Value | undefined {
  if (!isList(list) || typeof separator !== 'string') return undefined
  if (!meter.step(list.length)) return costLimit
  const parts: string[] = []
  let length = separator.length * Math.max(list.length - 1, 0)
  for (const item of list) {
    const part = plain(item)
    if (stops(part)) return part
    if (typeof part !== 'string') return unusable('join', 'an item of the list is no string')
    length += part.length
    parts.push(part)
  }
  return meter.bytes(length) ? parts.join(separator) : costLimit
}

export const join: CelFunction = {
  name: 'join',
  answers: 'string',
  one: one('join', (a, meter) => joined(a, '', meter)),
  two: two('join', joined),
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['\x07', '\\a'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\v', '\\v'],
  ['\\', '\\\\'],
  ['"', '\\"'],
])

/** A literal that reads as this text again; what is no Unicode becomes U+FFFD. */
const quoted = (name: string): CelFunction =>
  text(name, (a, meter) => {
    if (!meter.bytes(a.length * 2)) return costLimit
    return `"${a.toWellFormed().replace(/[\p{Cc}"\\]/gu, (character) => escapes.get(character) ?? character)}"`
  })

export const quote: CelFunction = quoted('quote')
export const stringsQuote: CelFunction = quoted('strings.quote')
