// The server's own stream (`GET`): what it says without being asked. It is opened again when it breaks off, unless it was refused.
import type { Dispatcher } from 'undici'
import type { Limits } from '../../config/shape.ts'
import type { TargetName } from '../../core/brand.ts'
import { Failure } from '../../core/failure.ts'
import type { SseEvent } from '../../http/sse.ts'
import type { Log } from '../../telemetry/log.ts'
import { WireError } from '../wire.ts'
import type { Pace } from './pace.ts'
import { EventStream, type Reader } from './stream.ts'

interface Listening {
  readonly target: TargetName
  readonly limits: Limits
  readonly log: Log
  readonly pool: Dispatcher
  readonly path: string
  readonly pace: Pace
  hear(text: string): void
}

const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 30_000
const SHORTEST_WAIT_MS = 50
/** A stream that lived this long was no failure. */
const STEADY_MS = 10_000
/** How long an answer to a question waits for the stream to be there again. */
const AWAKE_MS = 1_000

export class ServerStream implements Reader {
  readonly #host: Listening
  readonly #headers: string[]
  #stream: EventStream | undefined = undefined
  #timer: NodeJS.Timeout | undefined = undefined
  #lastEventId = ''
  #openedAt = 0
  #failures = 0
  #closed = false
  /** The server has said that there is such a stream. */
  #there = false
  #resting = false
  /** Whoever waits for it to be there again. */
  #awake: (() => void) | undefined = undefined

  constructor(host: Listening, headers: string[]) {
    this.#host = host
    this.#headers = headers
  }

  open(): void {
    if (this.#closed) return
    const { pool, path, limits, pace } = this.#host
    this.#openedAt = performance.now()
    this.#stream = new EventStream(this, {
      pool,
      path,
      headers: this.#lastEventId === '' ? this.#headers : [...this.#headers, 'last-event-id', this.#lastEventId],
      // Some servers send the head with the first event only: how long that takes is theirs to say.
      headersTimeout: 0,
      bound: limits.sseEvent,
      pace,
    })
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#stream?.close()
    this.#awake?.()
  }

  get resting(): boolean {
    return this.#resting
  }

  /** Nothing is expected of it for as long as a person thinks. `false`: it is not there, or may never be again. */
  rest(): boolean {
    if (!this.#there || this.#resting) return false
    this.#resting = true
    this.#there = false
    this.#stream?.close()
    this.#stream = undefined
    return true
  }

  /** Opens it again. Resolves when the server has it back, or does not say so for a while. */
  async wake(): Promise<void> {
    if (!this.#resting) return
    this.#resting = false
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, AWAKE_MS)
    this.#awake = resolve
    this.open()
    await promise
    clearTimeout(timer)
  }

  opened(): void {
    this.#there = true
    this.#awake?.()
  }

  event({ data, id }: SseEvent): void {
    if (id !== undefined) this.#lastEventId = id
    this.#failures = 0
    if (data === '') return
    const { target, log } = this.#host
    try {
      this.#host.hear(data)
    } catch (thrown) {
      if (!(thrown instanceof WireError)) throw thrown
      log.debug('an event of a target is no message', { target, error: thrown.message })
    }
  }

  closed({ status, cause }: { readonly status?: number; readonly cause?: unknown }): void {
    if (this.#closed) return
    this.#there = false
    this.#awake?.()
    const { target, log } = this.#host
    // 405: there is none. 400, 404, 409: not in this session (any more); the next request will find out why.
    if (status !== undefined && status < 500 && status !== 429) {
      log.debug('a target has no stream of its own', { target, status })
      return
    }
    if (cause instanceof Failure) {
      log.warn('the stream of a target is not read any further', { target, error: cause.message })
      return
    }
    if (performance.now() - this.#openedAt > STEADY_MS) this.#failures = 0
    const usual = Math.min(FIRST_WAIT_MS * 2 ** this.#failures++, LONGEST_WAIT_MS)
    const wanted = this.#stream?.retry
    const wait = wanted === undefined ? usual : Math.min(Math.max(wanted, SHORTEST_WAIT_MS), LONGEST_WAIT_MS)
    log.debug('the stream of a target broke off and is opened again', { target, wait })
    this.#timer = setTimeout(() => this.open(), wait).unref()
  }
}
