// One request as one HTTP POST: answered with JSON or with an event stream, which is resumed when it breaks off.
import { isUtf8 } from 'node:buffer'
import type { IncomingHttpHeaders } from 'node:http'
import type { Dispatcher } from 'undici'
import type { Limits } from '../../config/shape.ts'
import type { TargetName } from '../../core/brand.ts'
import { asFailure, Failure } from '../../core/failure.ts'
import type { OnBehalf } from '../../http/outbound.ts'
import { Pieces } from '../../http/pieces.ts'
import { SseDecoder, type SseEvent } from '../../http/sse.ts'
import type { Metrics } from '../../telemetry/metrics.ts'
import { WireError } from '../wire.ts'
import type { Call } from './call.ts'
import { asFailing } from './failing.ts'
import { requestHeaders } from './headers.ts'
import { Feed, type Pace } from './pace.ts'
import { EventStream, isEventStream } from './stream.ts'

/** What an exchange needs of the conversation it belongs to: nothing here knows a revision. */
export interface Exchanging {
  readonly target: TargetName
  readonly limits: Limits
  readonly metrics: Metrics
  readonly pool: Dispatcher
  readonly path: string
  readonly pace: Pace
  /** Takes a message. Throws a WireError when it is none. */
  hear(text: string, origin: Call): void
  /** An answer that is no success. `true`: the conversation has dealt with it, the call goes on elsewhere. */
  refused(post: Post, status: number, text: string): boolean
  /** Headers for resuming a stream; `undefined`: this conversation cannot. */
  resumeHeaders(post: Post): string[] | undefined
}

/** How long a stream may stay open once it has brought the answer. */
const LINGER_MS = 1_000
const SHORTEST_RETRY_MS = 50
const LONGEST_RETRY_MS = 60_000
const USUAL_RETRY_MS = 1_000
const FAILED_RESUMES = 5

export class Post implements Dispatcher.DispatchHandler {
  readonly call: Call
  /** The headers it was sent with: whose session, in particular. */
  readonly headers: string[]
  /** `mcp-session-id` of the answer. */
  session: string | undefined = undefined
  /** `www-authenticate` of an answer that refuses. */
  challenge: string | readonly string[] | undefined = undefined
  /** It is the second attempt: a session that vanishes twice is not opened a third time. */
  again = false
  /** It is the second attempt because of its credentials. */
  mended = false
  readonly #host: Exchanging
  #controller: Dispatcher.DispatchController | undefined = undefined
  #status = 0
  #feed: Feed | undefined = undefined
  readonly #body = new Pieces()
  #over = false
  #lastEventId = ''
  #retry: number | undefined = undefined
  #failedResumes = 0
  #resumed: EventStream | undefined = undefined
  #timer: NodeJS.Timeout | undefined = undefined

  constructor(host: Exchanging, call: Call, headers: string[]) {
    this.#host = host
    this.call = call
    this.headers = headers
  }

  send(): void {
    const { call } = this
    if (call.settled) return
    call.carrier = this
    call.awaitsHead = true
    const request: OnBehalf = {
      path: this.#host.path,
      method: 'POST',
      headers: requestHeaders(this.headers, call.request.headers),
      body: call.text,
      who: call.request.who,
      // Not by undici's clock, which makes a timer for each: ours looks at all calls together.
      headersTimeout: 0,
      bodyTimeout: 0,
    }
    this.#host.pool.dispatch(request, this)
  }

  /** The call is over. A stream that brought the answer usually ends by itself, and its connection can be used again. */
  settled(answered: boolean): void {
    clearTimeout(this.#timer)
    this.#resumed?.close()
    if (this.#over) return
    if (answered && this.#feed !== undefined) this.#timer = setTimeout(abandon, LINGER_MS, this).unref()
    else this.abandon()
  }

  abandon(): void {
    this.#over = true
    this.#feed?.close()
    this.#controller?.abort(new Failure('request.aborted', 'nobody waits for the answer'))
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.call.settled) this.abandon()
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200) return // informational: the answer is yet to come
    this.call.awaitsHead = false
    this.#status = status
    const encoding = headers['content-encoding']
    if (encoding !== undefined && encoding !== 'identity')
      throw new Failure('upstream.protocol', `the answer is encoded as ${encoding}, which nobody asked for`)
    const session = headers['mcp-session-id']
    if (typeof session === 'string') this.session = session
    if (status === 401 || status === 403) this.challenge = headers['www-authenticate']
    if (status === 200 && isEventStream(headers)) {
      const bound = this.#host.limits.sseEvent
      const decoder = new SseDecoder((event) => this.event(event), { line: bound, event: bound })
      this.#feed = new Feed(this.#host.pace, controller, (chunk) => decoder.push(chunk))
    } else if (Number(headers['content-length']) > this.#host.limits.resultBytes) this.#tooLarge()
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#over) return
    if (this.#feed !== undefined) {
      this.#feed.push(chunk)
      return
    }
    this.#body.add(chunk)
    if (this.#body.size > this.#host.limits.resultBytes) this.#tooLarge()
  }

  onResponseEnd(): void {
    if (!this.#over) this.#feed?.end()
    this.#over = true
    if (this.call.settled) clearTimeout(this.#timer)
    else if (this.#feed !== undefined) this.#broken(undefined)
    else this.#finish()
  }

  onResponseError(_: Dispatcher.DispatchController, cause: Error): void {
    this.#over = true
    if (this.call.settled) clearTimeout(this.#timer)
    else if (this.#feed !== undefined && !(cause instanceof Failure)) this.#broken(cause)
    else this.#fail(cause)
  }

  /** An event of the stream, or of the one that continues it. */
  event({ data, id, retry }: SseEvent): void {
    if (id !== undefined) this.#lastEventId = id
    if (retry !== undefined) this.#retry = retry
    this.#failedResumes = 0
    if (data === '') return
    try {
      this.#host.hear(data, this.call)
    } catch (thrown) {
      if (!(thrown instanceof WireError)) throw asFailure(thrown)
      throw new Failure('upstream.protocol', `an event holds no message: ${thrown.message}`, { cause: thrown })
    }
  }

  closed({ status, cause }: { readonly status?: number; readonly cause?: unknown }): void {
    if (this.call.settled) return
    if (cause instanceof Failure) this.#fail(cause)
    else if (status !== undefined && status < 500)
      this.#fail(new Failure('upstream.protocol', `the stream broke off, and resuming it was answered ${status}`))
    else {
      if (status !== undefined || cause !== undefined) this.#failedResumes++
      if (this.#failedResumes > FAILED_RESUMES)
        this.#fail(new Failure('upstream.protocol', 'the stream broke off and could not be resumed', { cause }))
      else this.#broken(cause)
    }
  }

  /**
   * The stream ended without the answer: resumed with `GET` and `Last-Event-ID` when the server gave ids (2025-11-25: servers
   * may hang up on purpose and expect exactly this).
   */
  #broken(cause: unknown): void {
    const headers = this.#lastEventId === '' ? undefined : this.#host.resumeHeaders(this)
    if (headers === undefined) {
      this.#fail(new Failure('upstream.protocol', 'the stream ended without the answer', { cause }))
      return
    }
    // A connection that broke is no wish of the server's.
    if (cause === undefined && this.#retry !== undefined) this.call.caller.hungUp?.(this.#retry)
    const wait = Math.min(Math.max(this.#retry ?? USUAL_RETRY_MS, SHORTEST_RETRY_MS), LONGEST_RETRY_MS)
    this.#timer = setTimeout(() => this.#resume(headers), wait)
  }

  #resume(headers: string[]): void {
    const { pool, path, limits, pace } = this.#host
    this.#resumed = new EventStream(this, {
      pool,
      path,
      headers: [...headers, 'last-event-id', this.#lastEventId],
      headersTimeout: limits.upstreamFirstByteMs,
      bound: limits.sseEvent,
      pace,
    })
  }

  /** The whole body is there, and it is no stream. */
  #finish(): void {
    const status = this.#status
    const bytes = this.#body.whole()
    this.#body.clear()
    if (!isUtf8(bytes)) {
      this.#fail(new Failure('upstream.protocol', `it answered ${status} with bytes that are no UTF-8`))
      return
    }
    const text = bytes.toString('utf8')
    if ((status < 200 || status > 299) && this.#host.refused(this, status, text)) return
    if (text === '') {
      this.#fail(new Failure('upstream.protocol', `it answered ${status} without a message`))
      return
    }
    try {
      this.#host.hear(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text, this.call)
    } catch (thrown) {
      if (!(thrown instanceof WireError)) throw asFailure(thrown)
      const what = status < 300 ? `with what is no message: ${thrown.message}` : 'and nothing a program could read'
      this.#fail(new Failure('upstream.protocol', `it answered ${status} ${what}`, { cause: thrown }))
      return
    }
    if (!this.call.settled)
      this.#fail(new Failure('upstream.protocol', `it answered ${status} with a message for somebody else`))
  }

  #tooLarge(): never {
    throw new Failure('upstream.too-large', `the answer is above ${this.#host.limits.resultBytes} bytes`)
  }

  #fail(cause: unknown): void {
    const { target, metrics } = this.#host
    const failure = asFailing([target, this.call.method], cause)
    if (failure.code === 'upstream.too-large') metrics.limitHit(this.#feed === undefined ? 'resultBytes' : 'sseEvent')
    this.call.failed(failure)
  }
}

const abandon = (post: Post): void => post.abandon()
