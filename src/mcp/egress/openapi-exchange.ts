// One request to a REST server, from its first byte to the whole answer: bounded, called off with its call, redirected on the spot only.
import type { IncomingHttpHeaders } from 'node:http'
import type { Dispatcher } from 'undici'
import type { Who } from '../../core/exchange.ts'
import { Failure } from '../../core/failure.ts'
import type { Seated } from '../../core/roster.ts'
import type { OnBehalf } from '../../http/outbound.ts'
import { Pieces } from '../../http/pieces.ts'
import { isLines } from '../../openapi/media.ts'
import { redirected } from '../../openapi/redirect.ts'
import type { HttpResponse } from '../../openapi/tool.ts'
import type { Cancellation } from '../cancellation.ts'

export interface Sending {
  readonly pool: Dispatcher
  readonly origin: string
  readonly method: string
  /** With the query. */
  readonly path: string
  /** Flat, names in lower case. */
  readonly headers: string[]
  readonly body: Buffer | string | undefined
  readonly who: Who | undefined
  readonly signal: Cancellation | undefined
  readonly maxBytes: number
  /** When the call began that this is one request of; `undefined`: with it. */
  readonly since: number | undefined
  /** Of an answer that is a sequence (event stream, lines): so many are read. */
  readonly maxEvents: number
  /** Told of how many there are, as they come. */
  readonly progress: ((count: number) => void) | undefined
}

const NOTHING = Buffer.alloc(0)
const [LF, CR, SPACE, COLON] = [10, 13, 32, 58]
const DATA = 'data'

export class RestExchange implements Dispatcher.DispatchHandler, Seated {
  seat = -1
  readonly startedAt = performance.now()
  readonly since: number
  /** It is on its way, and not even the head of an answer has come. */
  awaitsHead = true
  readonly answer: Promise<HttpResponse>
  readonly #sending: Sending
  readonly #over: (exchange: RestExchange) => void
  readonly #resolve: (response: HttpResponse) => void
  readonly #reject: (cause: unknown) => void
  #controller: Dispatcher.DispatchController | undefined = undefined
  #status = 0
  #headers: IncomingHttpHeaders = {}
  #path: string
  #hops = 0
  #next: string | undefined = undefined
  #counter: EventCounter | undefined = undefined
  #settled = false
  readonly #body = new Pieces()

  /** `over` is told once, however it ends. */
  constructor(sending: Sending, over: (exchange: RestExchange) => void) {
    const { promise, resolve, reject } = Promise.withResolvers<HttpResponse>()
    this.#sending = sending
    this.#over = over
    this.#path = sending.path
    this.since = sending.since ?? this.startedAt
    this.answer = promise
    this.#resolve = resolve
    this.#reject = reject
  }

  send(): void {
    const { pool, method, headers, body, who, signal } = this.#sending
    if (signal?.aborted === true) return this.fail(signal.reason)
    if (this.#hops === 0) signal?.addEventListener('abort', this)
    const request: OnBehalf = {
      path: this.#path,
      // What a document may use as a method; undici checks that it is one.
      method: method as Dispatcher.HttpMethod,
      headers,
      ...(body !== undefined && { body }),
      who,
      // Not by undici's clock, which makes a timer for each: ours looks at all exchanges together.
      headersTimeout: 0,
      bodyTimeout: 0,
    }
    try {
      pool.dispatch(request, this)
    } catch (thrown) {
      this.fail(thrown)
    }
  }

  /** The caller's signal (as its listener: no closure for each call). */
  handleEvent(): void {
    this.fail(this.#sending.signal?.reason)
  }

  /** Its time is over: of a sequence, what has come until now is the answer. */
  late(cause: Failure): void {
    if (this.#counter !== undefined && this.#counter.complete > 0) this.#finish(cause.message)
    else this.fail(cause)
  }

  /** Ends it from our side. */
  fail(cause: unknown): void {
    if (!this.#settle()) return
    this.#reject(cause)
    this.#controller?.abort(
      cause instanceof Error ? cause : new Failure('request.aborted', 'nobody waits for the answer'),
    )
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#settled) controller.abort(new Failure('request.aborted', 'nobody waits for the answer'))
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200) return // informational: the answer is yet to come
    this.awaitsHead = false
    this.#status = status
    this.#headers = headers
    this.#next = undefined
    if (status >= 300 && status < 400) {
      const { method, origin } = this.#sending
      const sent = { method, origin, path: this.#path, query: '', headers: {}, body: undefined }
      const next = redirected(sent, { status, headers, body: NOTHING }, origin, this.#hops)
      this.#next = next && next.path + next.query
      if (this.#next !== undefined) return
    }
    const encoding = headers['content-encoding']
    if (encoding !== undefined && encoding !== 'identity')
      throw new Failure('upstream.protocol', `the answer is encoded as ${encoding}, which nobody asked for`)
    if (this.#sending.method !== 'HEAD' && Number(headers['content-length']) > this.#sending.maxBytes) this.#tooLarge()
    const { maxEvents, progress } = this.#sending
    this.#counter = EventCounter.for(headers['content-type'], maxEvents, progress)
    if (this.#settled) controller.abort(new Failure('request.aborted', 'nobody waits for the answer'))
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#settled || this.#next !== undefined) return
    this.#body.add(chunk)
    if (this.#body.size > this.#sending.maxBytes) this.#tooLarge()
    if (this.#counter?.enough(chunk) === true) this.#finish('enough')
  }

  onResponseEnd(): void {
    if (this.#settled) return
    if (this.#next === undefined) return this.#finish()
    this.#path = this.#next
    this.#hops++
    this.#controller = undefined
    this.awaitsHead = true
    this.send()
  }

  onResponseError(_: Dispatcher.DispatchController, cause: Error): void {
    if (!this.#settle()) return
    this.#reject(cause)
  }

  #tooLarge(): never {
    throw new Failure('upstream.too-large', `the answer is above ${this.#sending.maxBytes} bytes`)
  }

  /** `cut`: why it is ended from our side; half an event is none then. */
  #finish(cut?: string): void {
    if (!this.#settle()) return
    const whole = this.#body.whole()
    const body = cut === undefined ? whole : whole.subarray(0, this.#counter?.complete)
    this.#resolve({ status: this.#status, headers: this.#headers, body, ...(cut !== undefined && { cut }) })
    this.#body.clear()
    if (cut !== undefined) this.#controller?.abort(new Failure('request.aborted', 'enough of the answer has come'))
  }

  #settle(): boolean {
    if (this.#settled) return false
    this.#settled = true
    this.#sending.signal?.removeEventListener('abort', this)
    this.#over(this)
    return true
  }
}

/** Counts the events of an answer that may never end: those that have data, since servers send comments to keep a line open. */
class EventCounter {
  /** Where the last whole event ends. */
  complete = 0
  #at = 0
  readonly #lines: boolean
  readonly #most: number
  readonly #progress: ((count: number) => void) | undefined
  #count = 0
  /** Where in its line the next byte stands, and how much of it is the word `data`. */
  #column = 0
  #matched = 0
  #hasData = false
  #afterReturn = false

  private constructor(lines: boolean, most: number, progress: ((count: number) => void) | undefined) {
    this.#lines = lines
    this.#most = most
    this.#progress = progress
  }

  static for(type: string | undefined, most: number, progress: Sending['progress']): EventCounter | undefined {
    if (type === undefined) return undefined
    const lines = isLines(type)
    return lines || /^text\/event-stream\b/i.test(type) ? new EventCounter(lines, most, progress) : undefined
  }

  /** One more than wanted shows that there are more. */
  enough(chunk: Buffer): boolean {
    const before = this.#count
    for (const byte of chunk) {
      this.#at++
      if (this.#lines) this.#line(byte)
      else this.#event(byte)
    }
    if (this.#count > before) this.#progress?.(this.#count)
    return this.#count > this.#most
  }

  #ended(): void {
    if (!this.#hasData) return
    this.#hasData = false
    this.#count++
    this.complete = this.#at
  }

  /** Lines, and records that end with one (RFC 7464 §2.2): empty ones are none. */
  #line(byte: number): void {
    if (byte === LF) {
      this.#ended()
    } else if (byte > SPACE) this.#hasData = true
  }

  /** An event ends with an empty line, however lines end (HTML, §9.2.6). */
  #event(byte: number): void {
    const second = byte === LF && this.#afterReturn
    this.#afterReturn = byte === CR
    if (second) return
    if (byte === LF || byte === CR) {
      if (this.#column === 0) {
        this.#ended()
      } else if (this.#matched === this.#column) this.#hasData ||= this.#matched === DATA.length
      this.#column = 0
      this.#matched = 0
      return
    }
    if (this.#matched === this.#column) {
      if (this.#matched === DATA.length) this.#hasData ||= byte === COLON
      else if (byte === DATA.charCodeAt(this.#column)) this.#matched++
    }
    this.#column++
  }
}
