// How texts are written into URLs, headers and forms: one function for each place, fast for what needs no writing.
import { Digits } from './checking.ts'

/** Nothing is sent: an argument cannot stand where it would have to. `at` is a JSON pointer. Thrown, because it is rare. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly at: string

  constructor(at: string, problem: string) {
    super(problem)
    this.at = at
  }
}

const unreserved = /^[A-Za-z0-9\-._~]*$/

/** Everything but unreserved characters (RFC 3986 §2.3); a percent sign is data. */
export const percent = (text: string): string =>
  unreserved.test(text) ? text : encodeURIComponent(text).replace(/[!'()*]/g, escaped)

const escaped = (one: string): string => `%${one.charCodeAt(0).toString(16).toUpperCase()}`

/** `allowReserved`: reserved characters and escapes stay, but what would end the value is encoded (reference: openapi §7). */
export const reserved = (text: string): string =>
  unreserved.test(text)
    ? text
    : text.replace(/%[0-9A-Fa-f]{2}|[^A-Za-z0-9\-._~:/?@!$'()*,;=]/gu, (one) =>
        one.length === 3 && one.startsWith('%') ? one : percent(one),
      )

/** In a path, what would begin another part of the URL is encoded as well. */
export const reservedInPath = (text: string): string => reserved(text).replace(/[/?]/g, escaped)

/** The same in a cookie, where these end a pair or cannot stand (RFC 6265 §4.1.1). */
export const reservedInCookie = (text: string): string => reserved(text).replace(/[;,]/g, escaped)

/** Forms (WHATWG URL, application/x-www-form-urlencoded): a space is `+`, only `*-._` and alphanumerics stay. */
export const formText = (text: string): string =>
  /^[A-Za-z0-9\-._*]*$/.test(text)
    ? text
    : encodeURIComponent(text)
        .replace(/%20/g, '+')
        .replace(/[!'()~]/g, escaped)

/** One value as text: numbers as JSON writes them, and what has members as compact JSON. */
export function plainText(value: unknown, at: string): string {
  if (typeof value === 'string') return sound(value, at)
  if (typeof value === 'number' || typeof value === 'boolean' || value instanceof Digits) return String(value)
  return value === undefined ? '' : json(value, at)
}

function sound(text: string, at: string): string {
  if (text.includes('\0')) throw new Refused(at, 'holds a NUL character')
  if (!text.isWellFormed()) throw new Refused(at, 'holds half a character (a lone surrogate)')
  return text
}

/** Compact JSON. `JSON.stringify` writes lone surrogates as escapes, which no reader can make a text of. */
export function json(value: unknown, at: string): string {
  const written = JSON.stringify(value)
  if (written === undefined) return 'null'
  if (written.includes('\\ud') && /(?<!\\)(?:\\\\)*\\ud[89a-f]/.test(written))
    throw new Refused(at, 'holds half a character (a lone surrogate)')
  return written
}

/** A header's value: visible ASCII, space and tab (RFC 9110 §5.5), nothing that could end the line. */
export function headerText(text: string, at: string, most: number): string {
  if (!/^[\t\x20-\x7e]*$/.test(text)) throw new Refused(at, 'holds a character that no header value can hold')
  if (text.length > most) throw new Refused(at, `is longer than headerBytes: ${most}`)
  return text
}
