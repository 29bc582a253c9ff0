// Server-sent events as bytes and back: an encoder, and a decoder that takes chunks as the network cuts them.
import { Failure } from '../core/failure.ts'
import { Pieces } from './pieces.ts'

/** One event. `id` and `retry` are there only when this event brought them. */
export interface SseEvent {
  readonly event: string
  readonly data: string
  readonly id?: string
  /** Milliseconds to wait before connecting again. */
  readonly retry?: number
}

/** Bytes that one line and one event may have. */
export interface SseBounds {
  readonly line: number
  readonly event: number
}

const defaultBounds: SseBounds = { line: 1 << 20, event: 8 << 20 }

const LF = 10
const CR = 13
const COLON = 58
const SPACE = 32

/**
 * Reads `text/event-stream` (WHATWG HTML §9.2.6). Departures, both wanted by MCP: an event that has only an id or a `retry` is
 * handed out too (2025-11-25 primes its streams so), and `event` of unnamed events is `message`.
 */
export class SseDecoder {
  /** Id that a reconnection names; the empty string: none yet. */
  lastEventId = ''
  readonly #take: (event: SseEvent) => void
  readonly #bounds: SseBounds
  readonly #rest = new Pieces() // the line that has not ended yet
  #afterCr = false
  #atStart = true
  #bytes = 0 // of the data lines of this event
  #name = ''
  #data: string | undefined = undefined
  #id: string | undefined = undefined
  #retry: number | undefined = undefined

  constructor(take: (event: SseEvent) => void, bounds: SseBounds = defaultBounds) {
    this.#take = take
    this.#bounds = bounds
  }

  /** Takes the next bytes; every event that is complete is handed out before it returns. Throws `upstream.too-large`. */
  push(chunk: Buffer): void {
    let from = 0
    if (this.#afterCr && chunk.length > 0) {
      this.#afterCr = false
      if (chunk[0] === LF) from = 1
    }
    let lf = chunk.indexOf(LF, from)
    let cr = chunk.indexOf(CR, from)
    while (lf >= 0 || cr >= 0) {
      const byCr = cr >= 0 && (lf < 0 || cr < lf)
      const end = byCr ? cr : lf
      this.#line(chunk, from, end)
      from = end + 1
      if (byCr) {
        if (from === chunk.length) this.#afterCr = true
        else if (chunk[from] === LF) from++
        cr = chunk.indexOf(CR, from) // looked for again only once passed: a long chunk without one is scanned once
      }
      if (lf >= 0 && lf < from) lf = chunk.indexOf(LF, from)
    }
    if (from < chunk.length) this.#keep(chunk.subarray(from))
  }

  #keep(part: Buffer): void {
    if (this.#rest.size + part.length > this.#bounds.line) tooLarge('line', this.#bounds.line)
    this.#rest.add(part)
  }

  #line(chunk: Buffer, from: number, end: number): void {
    if (this.#rest.size === 0) {
      if (end - from > this.#bounds.line) tooLarge('line', this.#bounds.line)
      this.#field(chunk, from, end)
      return
    }
    this.#keep(chunk.subarray(from, end))
    const whole = this.#rest.whole()
    this.#rest.clear()
    this.#field(whole, 0, whole.length)
  }

  #field(line: Buffer, start: number, end: number): void {
    let from = start
    if (this.#atStart) {
      this.#atStart = false
      if (end - from >= 3 && line[from] === 0xef && line[from + 1] === 0xbb && line[from + 2] === 0xbf) from += 3
    }
    if (from === end) {
      this.#dispatch()
      return
    }
    let colon = from
    const longest = Math.min(end, from + 6) // no field that counts has a longer name: nothing is searched further
    while (colon < longest && line[colon] !== COLON) colon++
    if (colon === from) return // a comment
    let value = Math.min(colon + 1, end)
    if (value < end && line[value] === SPACE) value++
    switch (line.toString('latin1', from, colon)) {
      case 'data':
        this.#bytes += end - value + 1
        if (this.#bytes > this.#bounds.event) tooLarge('event', this.#bounds.event)
        this.#data =
          this.#data === undefined
            ? line.toString('utf8', value, end)
            : `${this.#data}\n${line.toString('utf8', value, end)}`
        return
      case 'event':
        this.#name = line.toString('utf8', value, end)
        return
      case 'id':
        this.#setId(line.toString('utf8', value, end))
        return
      case 'retry':
        this.#setRetry(line.toString('latin1', value, end))
        return
      default: // fields nobody knows are skipped, as the standard says
    }
  }

  #setId(id: string): void {
    if (!id.includes('\0')) this.#id = id
  }

  #setRetry(digits: string): void {
    if (/^[0-9]{1,15}$/.test(digits)) this.#retry = Number(digits)
  }

  #dispatch(): void {
    const id = this.#id
    const retry = this.#retry
    const data = this.#data
    if (id !== undefined) this.lastEventId = id
    if (data === undefined && id === undefined && retry === undefined) {
      this.#name = '' // nothing but a name: no event
      return
    }
    const event = this.#name === '' ? 'message' : this.#name
    this.#name = ''
    this.#data = undefined
    this.#id = undefined
    this.#retry = undefined
    this.#bytes = 0
    const plain = { event, data: data ?? '' }
    this.#take(
      id === undefined && retry === undefined
        ? plain
        : { ...plain, ...(id !== undefined && { id }), ...(retry !== undefined && { retry }) },
    )
  }
}

function tooLarge(what: string, bound: number): never {
  throw new Failure(
    'upstream.too-large',
    `an event stream brought ${what === 'line' ? 'a line' : 'an event'} above ${bound} bytes`,
  )
}

/**
 * Text of one event. Line breaks in `data` become lines of their own and are line feeds when read again; elsewhere they would
 * forge fields and are refused.
 */
export function encodeEvent(event: { event?: string; data?: string; id?: string; retry?: number }): string {
  let out = ''
  if (event.id !== undefined) out += `id: ${oneLine(event.id)}\n`
  if (event.event !== undefined) out += `event: ${oneLine(event.event)}\n`
  if (event.retry !== undefined) out += `retry: ${event.retry}\n`
  if (event.data !== undefined) {
    const { data } = event
    out += /[\r\n]/.test(data)
      ? `${data.replace(/^/, 'data: ').replace(/\r\n|\r|\n/g, '\ndata: ')}\n`
      : `data: ${data}\n`
  }
  return `${out}\n`
}

function oneLine(text: string): string {
  if (/[\r\n\0]/.test(text)) throw new Failure('internal', 'a field of an event may not hold line breaks')
  return text
}
