// Text into tokens: numbers, names, operators; literals of text and bytes are decoded by text.ts.
import type { Diagnostic, Literal } from './ast.ts'
import { decode, type Quoted } from './text.ts'

export type Token = {
  readonly start: number
  readonly end: number
} & (
  | { readonly kind: 'literal'; readonly value: Literal }
  | { readonly kind: 'name'; readonly text: string; readonly quoted: boolean }
  | { readonly kind: 'symbol'; readonly text: string }
  | { readonly kind: 'end' }
)

/** Longest first. */
const symbols = ['&&', '||', '==', '!=', '<=', '>=', ...'+ - * / % < > ! ? : . , ( ) [ ] { }'.split(' ')]
const blank = /(?:[ \t\r\n\f]+|\/\/[^\r\n]*)*/y
const name = /[A-Za-z_][A-Za-z0-9_]*/y
const hex = /0[xX][0-9a-fA-F]+[uU]?/y
const double = /(?:\d+\.\d+|\.\d+)(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+/y
const decimal = /\d+[uU]?/y
const opening = /(?:[rR][bB]?|[bB][rR]?)?(?:"""|'''|"|')/y
const quotedName = /`[A-Za-z0-9_./ -]+`/y

/** All tokens, the last one being `end`; or what stands in the way. */
export function tokenize(source: string): readonly Token[] | Diagnostic {
  const tokens: Token[] = []
  let at = match(blank, source, 0)
  while (at < source.length) {
    const token = next(source, at)
    if ('severity' in token) return token
    tokens.push(token)
    at = match(blank, source, token.end)
  }
  tokens.push({ kind: 'end', start: source.length, end: source.length })
  return tokens
}

/** Where a match at a place ends; the place itself when there is none. */
function match(pattern: RegExp, source: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(source) ? pattern.lastIndex : at
}

function next(source: string, start: number): Token | Diagnostic {
  const quote = match(opening, source, start)
  if (quote > start) return quoted(source, start, source.slice(start, quote))
  const nameEnd = match(name, source, start)
  if (nameEnd > start) return { kind: 'name', text: source.slice(start, nameEnd), quoted: false, start, end: nameEnd }
  const number = numberAt(source, start)
  if (number !== undefined) return number
  if (source[start] === '`') return backQuoted(source, start)
  const symbol = symbols.find((each) => source.startsWith(each, start))
  if (symbol !== undefined) return { kind: 'symbol', text: symbol, start, end: start + symbol.length }
  return unexpected(source, start)
}

function backQuoted(source: string, start: number): Token | Diagnostic {
  const end = match(quotedName, source, start)
  if (end > start) return { kind: 'name', text: source.slice(start + 1, end - 1), quoted: true, start, end }
  return syntax('a name in back-quotes has letters, digits and _ . - / only, and ends with `', start, start + 1)
}

function unexpected(source: string, start: number): Diagnostic {
  const found = String.fromCodePoint(source.codePointAt(start) ?? 0)
  const hints: Readonly<Record<string, string>> = { '=': '==', '&': '&&', '|': '||', ';': ',', '“': '"', '”': '"' }
  const hint = Object.hasOwn(hints, found) ? hints[found] : undefined
  return {
    ...syntax(`unexpected character ${JSON.stringify(found)}`, start, start + found.length),
    ...(hint === undefined ? {} : { hint: `did you mean ${hint}?` }),
  }
}

function numberAt(source: string, start: number): Token | Diagnostic | undefined {
  const hexEnd = match(hex, source, start)
  const doubleEnd = hexEnd > start ? start : match(double, source, start)
  const end = hexEnd > start ? hexEnd : doubleEnd > start ? doubleEnd : match(decimal, source, start)
  if (end === start) return undefined
  const after = match(name, source, end)
  if (after > end) return syntax(`${source.slice(start, after)} is neither a number nor a name`, start, after)
  const text = source.slice(start, end)
  if (doubleEnd > start) {
    const value = Number(text)
    return Number.isFinite(value)
      ? { kind: 'literal', value: { type: 'double', value }, start, end }
      : outOfRange('double', start, end)
  }
  const unsigned = /[uU]$/.test(text)
  const value = BigInt(unsigned ? text.slice(0, -1) : text)
  // One more than the largest int is let through: with a minus before it, it is the smallest.
  if (value > (unsigned ? 2n ** 64n - 1n : 2n ** 63n)) return outOfRange(unsigned ? 'uint' : 'int', start, end)
  return { kind: 'literal', value: { type: unsigned ? 'uint' : 'int', value }, start, end }
}

/** Answers a diagnostic for a number that its type cannot hold. */
export function outOfRange(type: string, start: number, end: number): Diagnostic {
  return syntax(`the number is out of the range of ${type}`, start, end)
}

/** A number with the minus that stands before it. */
export function negative(value: Literal): Literal {
  if (value.type === 'int') return { type: 'int', value: -value.value }
  return value.type === 'double' ? { type: 'double', value: -value.value } : value
}

function quoted(source: string, start: number, prefix: string): Token | Diagnostic {
  const mark = prefix.replace(/^[a-zA-Z]+/, '')
  const form: Quoted = { raw: /r/i.test(prefix), bytes: /b/i.test(prefix) }
  const from = start + prefix.length
  const to = closing(source, { from, mark, raw: form.raw })
  if (to === undefined) return syntax(`the text is not closed: expected ${mark}`, start, source.length)
  const decoded = decode(source.slice(from, to), form)
  if ('problem' in decoded) return syntax(decoded.problem, from + decoded.at, from + decoded.end)
  return { kind: 'literal', value: decoded, start, end: to + mark.length }
}

/** Where the closing mark is. A short text ends with its line; a backslash hides the character after it, unless raw. */
function closing(
  source: string,
  { from, mark, raw }: { from: number; mark: string; raw: boolean },
): number | undefined {
  for (let at = from; at < source.length; at++) {
    if (source.startsWith(mark, at)) return at
    const character = source[at]
    if (mark.length === 1 && (character === '\n' || character === '\r')) return undefined
    if (character === '\\' && !raw) at++
  }
  return undefined
}

/** A diagnostic of the syntax. */
export function syntax(message: string, start: number, end: number): Diagnostic {
  return { severity: 'error', code: 'cel.syntax', message, start, end }
}

const spelledOut: ReadonlyMap<string, string> = new Map([
  ['and', '&&'],
  ['or', '||'],
  ['not', '!'],
])

/** What was meant where one of these tokens is an operator that other languages spell out. */
export function hintFor(tokens: readonly Token[]): Pick<Diagnostic, 'hint'> {
  const names = tokens.flatMap((token) =>
    token.kind === 'name' ? (spelledOut.get(token.text.toLowerCase()) ?? []) : [],
  )
  return names[0] === undefined ? {} : { hint: `did you mean ${names[0]}?` }
}
