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
  /** Of an answer that is a sequence (event stream, lines): so many are read. */
  readonly maxEvents: number
  /** Told of how many there are, as they come. */
  readonly progress: ((count: number) => void) | undefined
}

const NOTHING = Buffer.alloc(0)

export class RestExchange implements Dispatcher.DispatchHandler, Seated {
  seat = -1
  readonly startedAt = performance.now()
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
    if (this.#counter !== undefined && this.#body.size > 0) this.#finish(true)
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
    if (this.#counter?.enough(chunk) === true) this.#finish(true)
  }

  onResponseEnd(): void {
    if (this.#settled) return
    if (this.#next === undefined) return this.#finish(false)
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

  #finish(early: boolean): void {
    if (!this.#settle()) return
    this.#resolve({ status: this.#status, headers: this.#headers, body: this.#body.whole() })
    this.#body.clear()
    if (early) this.#controller?.abort(new Failure('request.aborted', 'enough of the answer has come'))
  }

  #settle(): boolean {
    if (this.#settled) return false
    this.#settled = true
    this.#sending.signal?.removeEventListener('abort', this)
    this.#over(this)
    return true
  }
}

/** Counts the events of an answer that may never end, without looking into them. */
class EventCounter {
  readonly #ends: RegExp
  readonly #most: number
  readonly #progress: ((count: number) => void) | undefined
  /** The end of the last chunk: the end of an event may be cut in two. */
  #tail = ''
  #count = 0

  private constructor(ends: RegExp, most: number, progress: ((count: number) => void) | undefined) {
    this.#ends = ends
    this.#most = most
    this.#progress = progress
  }

  static for(type: string | undefined, most: number, progress: Sending['progress']): EventCounter | undefined {
    if (type === undefined) return undefined
    if (/^text\/event-stream\b/i.test(type)) return new EventCounter(/\r\n\r\n|\n\n|\r\r/g, most, progress)
    return isLines(type) ? new EventCounter(/\n/g, most, progress) : undefined
  }

  /** One more than wanted shows that there are more. */
  enough(chunk: Buffer): boolean {
    const text = this.#tail + chunk.toString('latin1')
    let last = 0
    let found = 0
    for (const { index, 0: end } of text.matchAll(this.#ends)) {
      last = index + end.length
      found++
    }
    this.#tail = text.slice(Math.max(last, text.length - 3))
    if (found === 0) return false
    this.#count += found
    this.#progress?.(this.#count)
    return this.#count > this.#most
  }
}
