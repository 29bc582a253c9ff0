// One event stream that was asked for: from its head to its end, without an opinion on what comes next.
import type { IncomingHttpHeaders } from 'node:http'
import type { Dispatcher } from 'undici'
import type { Who } from '../../core/exchange.ts'
import { Failure } from '../../core/failure.ts'
import type { OnBehalf } from '../../http/outbound.ts'
import { SseDecoder, type SseEvent } from '../../http/sse.ts'
import { Feed, type Pace } from './pace.ts'

/** Who reads the stream. */
export interface Reader {
  opened?(): void
  event(event: SseEvent): void
  /** It is over: refused with a status, broken with a cause, or ended as it should (neither). Said once. */
  closed(end: { readonly status?: number; readonly cause?: unknown }): void
}

export interface StreamOptions {
  readonly pool: Dispatcher
  readonly path: string
  readonly headers: string[]
  readonly headersTimeout: number
  /** What is posted to get it; absent: it is asked for with `GET`. */
  readonly body?: string
  readonly who?: Who | undefined
  /** Bytes of one event. */
  readonly bound: number
  readonly pace: Pace
}

export const isEventStream = (headers: IncomingHttpHeaders): boolean =>
  /^text\/event-stream\s*(?:;|$)/i.test(headers['content-type'] ?? '')

export class EventStream implements Dispatcher.DispatchHandler {
  /** Id to name when reconnecting; the empty string: there is none. */
  lastEventId = ''
  /** What the server asked to wait before reconnecting. */
  retry: number | undefined = undefined
  readonly #reader: Reader
  readonly #decoder: SseDecoder
  readonly #pace: Pace
  #feed: Feed | undefined = undefined
  #controller: Dispatcher.DispatchController | undefined = undefined
  #status = 0
  #over = false

  constructor(reader: Reader, { pool, bound, pace, body, ...asked }: StreamOptions) {
    this.#reader = reader
    this.#pace = pace
    // Servers put a whole message into one line: the bound of an event is the bound of a line.
    this.#decoder = new SseDecoder((event) => this.#event(event), { line: bound, event: bound })
    const method = body === undefined ? 'GET' : 'POST'
    const request: OnBehalf = { ...asked, method, body: body ?? null, bodyTimeout: 0 }
    pool.dispatch(request, this)
  }

  /** Ends it from our side; the reader hears nothing more. */
  close(): void {
    this.#over = true
    this.#feed?.close()
    this.#controller?.abort(new Failure('request.aborted', 'the stream is not needed any more'))
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#over) controller.abort(new Failure('request.aborted', 'the stream is not needed any more'))
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200) return // informational: the answer is yet to come
    this.#status = status
    if (status === 200 && isEventStream(headers)) {
      const decoder = this.#decoder
      this.#feed = new Feed(this.#pace, controller, (chunk) => decoder.push(chunk))
      this.#reader.opened?.()
      return
    }
    this.#end({ status })
    controller.abort(new Failure('request.aborted', 'no stream'))
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#over) this.#feed?.push(chunk)
  }

  onResponseEnd(): void {
    if (!this.#over) this.#feed?.end()
    this.#end({})
  }

  onResponseError(_: Dispatcher.DispatchController, cause: Error): void {
    this.#end(this.#status !== 0 && this.#feed === undefined ? { status: this.#status, cause } : { cause })
  }

  #event(event: SseEvent): void {
    if (this.#over) return
    if (event.id !== undefined) this.lastEventId = event.id
    if (event.retry !== undefined) this.retry = event.retry
    this.#reader.event(event)
  }

  #end(end: { readonly status?: number; readonly cause?: unknown }): void {
    if (this.#over) return
    this.#over = true
    this.#reader.closed(end)
  }
}
