// Bodies taken in whole, within bounds: of requests for whoever must look into them, and of any stream.
import type { IncomingMessage } from 'node:http'
import { PassThrough, pipeline, type Readable } from 'node:stream'
import type { Exchange } from '../core/exchange.ts'
import { Failure } from '../core/failure.ts'
import { Pieces } from './pieces.ts'

/** Bytes a second that a body must bring after its first five seconds (reference: security §4.3, minimum body rate). */
const USUAL_RATE = 500
const GRACE_MS = 5_000
const NOTHING = Buffer.alloc(0)
/** Bodies that fit into what is read from a socket at once. */
const ONE_PACKET = 32_768

/** Whether a request has a body at all (RFC 9112 §6.3). Its framing is read as it came, whatever policies made of the headers. */
export const hasBody = (request: IncomingMessage): boolean => bodyLength(request) !== 0

/** `content-length` of a request, or `undefined` when only its end will tell. */
export function bodyLength({ headers }: IncomingMessage): number | undefined {
  const length = headers['content-length']
  if (length !== undefined) return Number(length)
  return headers['transfer-encoding'] === undefined ? 0 : undefined
}

/** Someone wants the body now: a client that waits for `100 Continue` gets it. */
export function wantBody(x: Exchange): void {
  const { proceed } = x
  if (proceed === undefined) return
  x.proceed = undefined
  proceed()
}

/**
 * The whole request body, remembered as `x.body`. Throws `request.too-large` above `limit` (before a byte is read, where
 * `content-length` says so), `request.slow` below `rate` bytes a second, `request.aborted` when the client goes away.
 */
export async function readBody(x: Exchange, limit: number, rate = USUAL_RATE): Promise<Buffer> {
  const body = await bodyWithin(x, limit, rate, 'strict')
  if (body === undefined) throw new Failure('request.too-large', `the body is above ${limit} bytes`)
  return body
}

/**
 * Like `readBody`, but a body above `limit` is no failure: the answer is `undefined`, and the request still has all of its bytes,
 * for whoever streams them on. With `strict` they are lost.
 */
export function bodyWithin(
  x: Exchange,
  limit: number,
  rate = USUAL_RATE,
  mode: 'strict' | 'lenient' = 'lenient',
): Promise<Buffer | undefined> {
  const { body, request } = x
  if (body !== undefined) return Promise.resolve(body.length > limit ? undefined : body)
  const length = bodyLength(request)
  if (length === 0) {
    x.body = NOTHING
    return Promise.resolve(NOTHING)
  }
  if (length !== undefined && length > limit) return Promise.resolve(undefined)
  wantBody(x)
  if (length !== undefined && length <= ONE_PACKET) return soon(x, length, { limit, rate, keep: mode === 'lenient' })
  return taken(x, { limit, rate, keep: mode === 'lenient' })
}

/**
 * The whole body as `x.body` when it is within `limit`, and otherwise its first bytes as `x.bodyPrefix`: a look that takes nothing
 * away, whoever comes later still reads all of it. Fails like `readBody`, but for the size.
 */
export async function lookAtBody(x: Exchange, limit: number, rate = USUAL_RATE): Promise<void> {
  if (x.bodyPrefix !== undefined) return
  const length = x.body?.length ?? bodyLength(x.request)
  if (length !== undefined && length <= limit) {
    await bodyWithin(x, limit, rate)
    return
  }
  if (x.body !== undefined) {
    x.bodyPrefix = x.body.subarray(0, limit)
    return
  }
  wantBody(x)
  const found = await firstBytes(x.request, { limit, rate, keep: true })
  if (found.whole) x.body = found.bytes
  else x.bodyPrefix = found.bytes
}

/** All bytes of a stream, or the first `limit` of them: then the stream still has all of its bytes. */
export function lookAtStream(stream: Readable, limit: number): Promise<Look> {
  return firstBytes(stream, { limit, rate: undefined, keep: true })
}

export interface Look {
  readonly whole: boolean
  readonly bytes: Buffer
}

function firstBytes(stream: Readable, bounds: Bounds): Promise<Look> {
  return new Promise((resolve, reject) => {
    const taking: Taking = new Taking(
      stream,
      bounds,
      (body) => resolve({ whole: body !== undefined, bytes: body ?? taking.first }),
      reject,
    )
    taking.start()
  })
}

/**
 * A small body has nearly always come with its head: node has parsed it by the next turn, and one read takes it. Listening for
 * it costs five closures, a timer and four listeners, which was a tenth of a small call.
 */
async function soon(x: Exchange, length: number, bounds: Bounds): Promise<Buffer | undefined> {
  const { request } = x
  await Promise.resolve()
  // All its bytes are there, though node has not yet said so (`complete`).
  if (request.destroyed || request.readableLength !== length) return taken(x, bounds)
  const whole: unknown = request.read()
  x.body = Buffer.isBuffer(whole) ? whole : NOTHING
  return x.body
}

function taken(x: Exchange, bounds: Bounds): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const done = (whole: Buffer | undefined): void => {
      x.body = whole
      resolve(whole)
    }
    new Taking(x.request, bounds, done, reject).start()
  })
}

/** All of a stream, or `undefined` when it is above `limit`: then the stream still has all of its bytes. */
export function takeWithin(stream: Readable, limit: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    new Taking(stream, { limit, rate: undefined, keep: true }, resolve, reject).start()
  })
}

/** A stream that was stopped, as one that starts with whoever listens first. Errors pass both ways: each end destroys the other. */
export function flowing(stopped: Readable): Readable {
  const passed = new PassThrough()
  pipeline(stopped, passed, () => undefined)
  return passed
}

const aborted = (): Failure => new Failure('request.aborted', 'the client went away before its body was complete')

interface Bounds {
  readonly limit: number
  readonly rate: number | undefined
  /** Above the limit, the bytes go back into the stream. */
  readonly keep: boolean
}

/** One body being taken in. Listeners are removed when it is over: streams outlive it. */
class Taking {
  /** The bytes within the limit, of a body that is above it. */
  first: Buffer = NOTHING
  readonly #stream: Readable
  readonly #bounds: Bounds
  readonly #resolve: (body: Buffer | undefined) => void
  readonly #reject: (reason: unknown) => void
  readonly #body = new Pieces()
  #elapsed = 0
  #timer: NodeJS.Timeout | undefined = undefined

  constructor(
    stream: Readable,
    bounds: Bounds,
    resolve: (body: Buffer | undefined) => void,
    reject: (reason: unknown) => void,
  ) {
    this.#stream = stream
    this.#bounds = bounds
    this.#resolve = resolve
    this.#reject = reject
  }

  start(): void {
    if (this.#stream.destroyed) {
      this.#broken(this.#stream.errored ?? aborted())
      return
    }
    this.#stream.on('data', this.#onData)
    this.#stream.on('end', this.#onEnd)
    this.#stream.on('error', this.#onError)
    this.#stream.on('close', this.#onClose)
    if (this.#stream.isPaused()) this.#stream.resume() // somebody with a smaller bound has looked at it before
    if (this.#bounds.rate !== undefined) this.#watch(GRACE_MS)
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#body.add(chunk)
    if (this.#body.size <= this.#bounds.limit) return
    this.#over()
    if (this.#bounds.keep) {
      this.#stream.pause()
      const read = this.#body.whole()
      this.first = read.subarray(0, this.#bounds.limit)
      this.#stream.unshift(read)
    }
    this.#resolve(undefined)
  }

  readonly #onEnd = (): void => {
    this.#over()
    this.#resolve(this.#body.whole())
  }

  readonly #onError = (thrown: unknown): void => this.#broken(thrown)

  readonly #onClose = (): void => {
    this.#over()
    this.#reject(aborted())
  }

  /** What a request's socket says about its end is the client's going away; other streams know why they broke. */
  #broken(thrown: unknown): void {
    this.#over()
    this.#reject(this.#bounds.rate === undefined ? thrown : aborted())
  }

  /** Time is granted as bytes arrive, so that a hiccup costs nothing and a trickle soon everything. No clock is read. */
  #watch(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#elapsed += ms
      const left = GRACE_MS + (this.#body.size / (this.#bounds.rate ?? USUAL_RATE)) * 1_000 - this.#elapsed
      if (left > 0) {
        this.#watch(Math.max(Math.ceil(left), 100))
        return
      }
      this.#over()
      this.#reject(new Failure('request.slow', `${this.#body.size} bytes in ${this.#elapsed} ms`))
    }, ms)
  }

  #over(): void {
    clearTimeout(this.#timer)
    this.#stream.off('data', this.#onData)
    this.#stream.off('end', this.#onEnd)
    this.#stream.off('error', this.#onError)
    this.#stream.off('close', this.#onClose)
  }
}
