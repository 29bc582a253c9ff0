// How fast a conversation is listened to: what a server says unasked must not keep everybody else from being heard.
import type { Limits } from '../../config/shape.ts'
import type { TargetName } from '../../core/brand.ts'
import { asFailure, Failure } from '../../core/failure.ts'
import type { Metrics } from '../../telemetry/metrics.ts'

interface PaceOptions {
  readonly target: TargetName
  readonly limits: Limits
  readonly metrics: Metrics
}

/** Messages of one turn of the event loop: what other sockets have to say comes next. */
const TURN = 64
const SECOND_MS = 1_000

/** Counts what a server says without being asked; answers to our requests are free. One for each conversation. */
export class Pace {
  readonly #options: PaceOptions
  #inTurn = 0
  #inSecond = 0
  #began = 0
  /** Since when every second brought more than may be. */
  #floodSince: number | undefined = undefined
  #over = false

  constructor(options: PaceOptions) {
    this.#options = options
  }

  /** Whether no more should be read in this turn. */
  get tired(): boolean {
    return this.#over || this.#inTurn >= TURN
  }

  /** One more message. */
  note(): void {
    if (this.#inTurn++ === 0) setImmediate(nextTurn, this)
    if (++this.#inSecond <= this.#options.limits.upstreamMessages) return
    // The clock is looked at only now: counting costs next to nothing as long as little is said.
    const now = performance.now()
    const took = now - this.#began
    if (took < SECOND_MS) {
      this.#floodSince ??= this.#began
      this.#over = true
      return
    }
    if (took > 2 * SECOND_MS) this.#floodSince = undefined
    this.#began = now
    this.#inSecond = 1
  }

  nextTurn(): void {
    this.#inTurn = 0
  }

  /** Milliseconds until more may be read. Throws when that has been going on for too long. */
  rest(): number {
    if (!this.#over) return 0
    this.#over = false
    const { target, limits, metrics } = this.#options
    const now = performance.now()
    metrics.limitHit('upstreamMessages')
    if (now - (this.#floodSince ?? now) < limits.upstreamFloodMs) return Math.max(this.#began + SECOND_MS - now, 1)
    metrics.limitHit('upstreamFloodMs')
    const many = `more than ${limits.upstreamMessages} messages a second`
    throw new Failure('upstream.protocol', `target ${target} sends ${many} that nobody asked for`)
  }
}

const nextTurn = (pace: Pace): void => pace.nextTurn()

/** What brings bytes, and can be asked to wait. */
export interface Source {
  pause(): void
  resume(): void
  /** It is not read any further. */
  abort(cause: Failure): void
}

/** Bytes taken in one go: at most so many tiny messages are looked at before the pace is asked. */
const PORTION = 4_096

/** Brings bytes from a source to a reader, in portions and with pauses when there is too much in them. */
export class Feed {
  readonly #pace: Pace
  readonly #source: Source
  readonly #take: (chunk: Buffer) => void
  #rest: Buffer | undefined = undefined
  #ended = false

  constructor(pace: Pace, source: Source, take: (chunk: Buffer) => void) {
    this.#pace = pace
    this.#source = source
    this.#take = take
  }

  /** Takes the next bytes. Throws what the reader throws. */
  push(chunk: Buffer): void {
    // A source may go on although it was asked to wait: its connection has ended, and this is the last there was.
    if (this.#rest !== undefined) this.#rest = Buffer.concat([this.#rest, chunk])
    else this.#read(chunk)
  }

  /** Nothing more will come: what has come is read now. Throws what the reader throws. */
  end(): void {
    const rest = this.#rest
    this.#stop()
    if (rest !== undefined && rest.length > 0) this.#take(rest)
  }

  /** What is left is not wanted. */
  close(): void {
    this.#stop()
  }

  #stop(): void {
    this.#ended = true
    this.#rest = undefined
  }

  #read(chunk: Buffer): void {
    const pace = this.#pace
    for (let at = 0; at < chunk.length && !this.#ended; at += PORTION) {
      this.#take(chunk.length <= PORTION ? chunk : chunk.subarray(at, at + PORTION))
      if (!pace.tired) continue
      this.#source.pause()
      this.#rest = chunk.subarray(at + PORTION)
      const ms = pace.rest()
      if (ms === 0) setImmediate(goOn, this)
      else setTimeout(goOn, ms, this).unref()
      return
    }
  }

  goOn(): void {
    const rest = this.#rest
    if (this.#ended || rest === undefined) return
    this.#rest = undefined
    try {
      this.#read(rest)
      if (this.#rest === undefined) this.#source.resume()
    } catch (thrown) {
      this.#stop()
      this.#source.abort(asFailure(thrown))
    }
  }
}

const goOn = (feed: Feed): void => feed.goOn()
