// One attempt: an exchange sent to a place, and its answer streamed back. Nothing is held that nobody asked to hold.
import type { IncomingHttpHeaders } from 'node:http'
import { type Duplex, Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { Exchange, Reply, Stoppable } from '../core/exchange.ts'
import { Failure } from '../core/failure.ts'
import { hasBody } from '../http/body.ts'
import { replyFields, requestFields } from '../http/headers.ts'
import { failing } from './failing.ts'
import type { Place } from './place.ts'
import { RequestBody } from './request-body.ts'

/** Bounds of an attempt, in milliseconds. */
interface Clocks {
  /** Until the head of the answer. `undefined`: only `firstByteMs` holds, which is coarse. */
  readonly attemptMs: number | undefined
  readonly firstByteMs: number
  /** Until the end of the answer, unless it is an event stream. */
  readonly totalMs: number
}

/** Where an attempt goes. */
export interface Backend {
  readonly pool: Dispatcher
  readonly place: Place
  readonly clocks: Clocks
  /** The client's `Authorization` was for us, whatever it held. */
  readonly strict: boolean
}

/** A backend that has switched protocols: its socket, and the head of its answer. */
export interface Switched {
  readonly headers: IncomingHttpHeaders
  readonly socket: Duplex
}

/** Sends the exchange on and resolves with the head of the answer; throws a Failure when there is none. */
export function attempt(x: Exchange, { pool, place, clocks, strict }: Backend): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const answer = new Answer(x, clocks, { resolve, reject })
    const headers = headersFor(x, place, strict)
    const body = bodyOf(x)
    if (body !== null) {
      const length = Buffer.isBuffer(body) ? String(body.length) : x.request.headers['content-length']
      if (length !== undefined) headers.push('content-length', length)
    }
    pool.dispatch({ ...target(x, place, clocks), headers, body }, answer)
  })
}

/** The same, asking for another protocol: the backend switches, or answers as to any request. */
export function attemptSwitch(
  x: Exchange,
  { pool, place, clocks, strict }: Backend,
  protocol: string,
): Promise<Reply | Switched> {
  return new Promise((resolve, reject) => {
    const answer = new Answer(x, clocks, { resolve, reject, switched: resolve })
    pool.dispatch({ ...target(x, place, clocks), headers: headersFor(x, place, strict), upgrade: protocol }, answer)
  })
}

function target(x: Exchange, { servername }: Place, { firstByteMs }: Clocks) {
  const { path, query, request } = x
  // Without a `servername`, undici takes the Host of each request for one, and connects anew where it differs from the last.
  return { path: path + query, method: request.method ?? 'GET', headersTimeout: firstByteMs, servername, who: x }
}

function headersFor(x: Exchange, place: Place, strict: boolean): string[] {
  const fields = requestFields(x, strict)
  fields.push('host', x.authorityFixed ? x.authority : (place.authority ?? x.headers.host ?? 'localhost'))
  return fields
}

function bodyOf(x: Exchange): Buffer | RequestBody | null {
  if (x.body !== undefined) return x.body.length > 0 ? x.body : null
  return hasBody(x.request) ? new RequestBody(x) : null
}

interface Waiting {
  readonly resolve: (reply: Reply) => void
  readonly reject: (failure: Failure) => void
  /** Only where a switch was asked for. */
  readonly switched?: (answer: Switched) => void
}

/** What the backend says, as it comes. One per attempt; it is its own body stream's source. */
class Answer implements Dispatcher.DispatchHandler, Stoppable {
  readonly #x: Exchange
  readonly #clocks: Clocks
  readonly #waiting: Waiting
  #controller: Dispatcher.DispatchController | undefined = undefined
  #timer: NodeJS.Timeout | undefined = undefined
  #status = 0
  #headers: IncomingHttpHeaders = {}
  #first: Buffer[] = [] // what came with the head, until it is known whether more will come
  #body: AnswerBody | undefined = undefined
  #settled = false
  #ended = false
  #cancelled: Failure | undefined = undefined

  constructor(x: Exchange, clocks: Clocks, waiting: Waiting) {
    this.#x = x
    this.#clocks = clocks
    this.#waiting = waiting
    x.work = this
    if (x.aborted !== undefined) this.#cancel(failing(x.aborted))
    else if (clocks.attemptMs !== undefined) this.#clock(clocks.attemptMs)
  }

  /** The exchange ends early. */
  stop(reason: unknown): void {
    this.#cancel(failing(reason))
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#cancelled !== undefined) controller.abort(this.#cancelled)
  }

  onRequestUpgrade(
    _controller: Dispatcher.DispatchController,
    _status: number,
    headers: IncomingHttpHeaders,
    socket: Duplex,
  ): void {
    clearTimeout(this.#timer)
    this.#ended = true
    this.#settled = true
    this.#release()
    if (this.#waiting.switched === undefined) socket.destroy()
    else this.#waiting.switched({ headers, socket })
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200) return // informational: nothing for this client to act upon (RFC 9110 §15.2)
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#status = status
    this.#headers = headers
    // A short answer comes whole in the read that brought its head: it leaves whole as well, without a stream.
    queueMicrotask(() => this.#head())
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#body === undefined) this.#first.push(chunk)
    else if (!this.#body.push(chunk)) controller.pause()
  }

  onResponseEnd(): void {
    this.#ended = true
    clearTimeout(this.#timer)
    this.#body?.push(null)
    if (this.#settled) this.#release()
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    const failure = this.#cancelled ?? failing(error)
    clearTimeout(this.#timer)
    this.#release()
    if (this.#body !== undefined) this.#body.destroy(failure)
    else this.#fail(failure)
  }

  #head(): void {
    if (this.#settled) return
    this.#settled = true
    const status = this.#status
    const headers = replyFields(this.#headers)
    if (this.#ended) {
      this.#release()
      this.#waiting.resolve(this.#whole(status, headers))
      return
    }
    const body = new AnswerBody(
      () => this.#controller?.resume(),
      () => this.#unwanted(),
    )
    this.#body = body
    for (const chunk of this.#first) body.push(chunk)
    this.#first = []
    const { totalMs } = this.#clocks
    if (!String(headers['content-type'] ?? '').startsWith('text/event-stream')) this.#clock(totalMs)
    this.#waiting.resolve({ kind: 'stream', status, headers, body })
  }

  #whole(status: number, headers: Reply['headers']): Reply {
    if (this.#x.request.method === 'HEAD' || status === 304) {
      // `content-length` here tells of a body that a GET would bring (RFC 9110 §8.6): an empty stream leaves it alone.
      return { kind: 'stream', status, headers, body: new Readable({ read: ended }) }
    }
    if (this.#first.length === 0)
      return { kind: 'empty', status, headers: status === 204 ? withoutLength(headers) : headers }
    const [first] = this.#first
    const body = this.#first.length === 1 && first !== undefined ? first : Buffer.concat(this.#first)
    return { kind: 'bytes', status, headers, body }
  }

  #clock(ms: number): void {
    this.#timer = setTimeout(
      () => this.#cancel(new Failure('upstream.timeout', `the backend did not answer within ${ms} ms`)),
      ms,
    )
  }

  /** Ends the attempt from our side: the client left, or a clock ran out. */
  #cancel(failure: Failure): void {
    if (this.#ended || this.#cancelled !== undefined) return
    this.#cancelled = failure
    clearTimeout(this.#timer)
    this.#controller?.abort(failure)
    this.#fail(failure)
  }

  #unwanted(): void {
    if (!this.#ended) this.#cancel(new Failure('request.aborted', 'the answer is not wanted any more'))
  }

  #fail(failure: Failure): void {
    if (this.#settled) return
    this.#settled = true
    this.#release()
    this.#waiting.reject(failure)
  }

  /** An attempt that ends late must not take away how the next one is stopped. */
  #release(): void {
    if (this.#x.work === this) this.#x.work = undefined
  }
}

function ended(this: Readable): void {
  this.push(null)
}

function withoutLength(headers: Reply['headers']): Reply['headers'] {
  const kept = { ...headers }
  delete kept['content-length']
  return kept
}

/** The body of an answer. Reading asks the backend for more, destroying ends the attempt. */
class AnswerBody extends Readable {
  readonly #more: () => void
  readonly #stop: () => void

  constructor(more: () => void, stop: () => void) {
    super()
    this.#more = more
    this.#stop = stop
  }

  override _read(): void {
    this.#more()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#stop()
    done(error)
  }
}
