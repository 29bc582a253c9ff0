// The head of an HTTP/1.1 answer, read strictly: what it says, and how its body is delimited. Pure.
import type { IncomingHttpHeaders } from 'node:http'

/** An answer that is not HTTP/1.1, or could be read in two ways. Named and coded like undici's own, for whoever tells errors apart. */
export class Garbled extends Error {
  override readonly name = 'HTTPParserError'
  readonly code: string

  constructor(code: 'HEADER_TOKEN' | 'CONTENT_LENGTH' | 'TRANSFER_ENCODING' | 'CHUNK', why: string) {
    super(why)
    this.code = `HPE_INVALID_${code}`
  }
}

/** How a body ends (RFC 9112 §6.3): after so many bytes, with the last chunk, or with the connection. */
type Framing = number | 'chunked' | 'close'

export interface ResponseHead {
  readonly status: number
  readonly reason: string
  /** Names in lower case; what comes more than once is a list. */
  readonly headers: IncomingHttpHeaders
  readonly framing: Framing
  /** The connection may be used again. */
  readonly persistent: boolean
  /** For how long the server says it keeps an idle connection. */
  readonly idleMs: number | undefined
}

// A status line, then fields: no folded lines, no spaces before a colon, no bare line breaks, no control characters.
const HEAD =
  /^HTTP\/1\.[01] [1-9]\d\d(?: [\t\x20-\x7e\x80-\xff]*)?(?:\r\n[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*)*$/

/**
 * Reads a head: everything before its empty line, one character a byte. `method` is that of the request. Throws Garbled:
 * a head that is none, or one whose body could end in more than one place (RFC 9112 §6.3, §11.2).
 */
export function responseHead(text: string, method: string): ResponseHead {
  if (!HEAD.test(text)) throw new Garbled('HEADER_TOKEN', 'it is no head of an answer')
  const status = Number(text.slice(9, 12))
  const headers: { [name: string]: string | string[] } = {}
  let lineEnd = text.indexOf('\r\n')
  const reason = text.slice(13, lineEnd < 0 ? text.length : lineEnd)
  while (lineEnd >= 0) {
    const start = lineEnd + 2
    lineEnd = text.indexOf('\r\n', start)
    const colon = text.indexOf(':', start)
    const name = text.slice(start, colon).toLowerCase()
    const value = text.slice(colon + 1, lineEnd < 0 ? text.length : lineEnd).trim()
    const before = headers[name]
    if (before === undefined || !Object.hasOwn(headers, name)) headers[name] = value
    else if (typeof before === 'string') headers[name] = [before, value]
    else before.push(value)
  }
  const framing = framingOf(status, method, headers)
  const { connection } = headers
  const persistent =
    framing !== 'close' &&
    (connection === undefined ? text.charCodeAt(7) === ONE : keeps(String(connection), text.charCodeAt(7) === ONE))
  return {
    status,
    reason,
    headers,
    framing,
    persistent,
    idleMs: persistent ? idleOf(headers['keep-alive']) : undefined,
  }
}

/** Whether a text can become a head when more of it comes: what speaks another protocol is told apart at once. */
export const beginsHead = (text: string): boolean => BEGINNING.startsWith(text.slice(0, BEGINNING.length))

const BEGINNING = 'HTTP/1.'
const ONE = 49

function framingOf(status: number, method: string, headers: IncomingHttpHeaders): Framing {
  const length = headers['content-length']
  const coding = headers['transfer-encoding']
  if (coding !== undefined) {
    // Two ways to tell the end are one too many: this is how answers are smuggled (RFC 9112 §11.2).
    if (length !== undefined) throw new Garbled('CONTENT_LENGTH', 'it has a length and is chunked')
    if (typeof coding !== 'string' || coding.toLowerCase() !== 'chunked')
      throw new Garbled('TRANSFER_ENCODING', 'its transfer coding is not known')
  }
  // A list of equal lengths would be allowed, and no server sends it.
  if (length !== undefined && !/^\d{1,15}$/.test(length)) throw new Garbled('CONTENT_LENGTH', 'its length is none')
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return 0
  if (coding !== undefined) return 'chunked'
  return length === undefined ? 'close' : Number(length)
}

function keeps(connection: string, byDefault: boolean): boolean {
  const words = connection.toLowerCase()
  if (words === 'keep-alive') return true
  const options = words.split(',').map((word) => word.trim())
  return !options.includes('close') && (byDefault || options.includes('keep-alive'))
}

function idleOf(hint: string | string[] | undefined): number | undefined {
  const seconds = typeof hint === 'string' ? /(?:^|[\s,])timeout=(\d{1,6})/.exec(hint)?.[1] : undefined
  return seconds === undefined ? undefined : Number(seconds) * 1_000
}
