// Calls that wait for their client to come back with answers: found by number, bounded, and called off when nobody comes.
import { randomBytes } from 'node:crypto'
import type { Limits } from '../config/shape.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { anonymous } from './principals.ts'

/** A call that can wait. */
export interface Parkable {
  readonly principal: string
  /** Nobody will come back for it. */
  abandon(why: string): void
}

interface Seat {
  readonly number: number
  readonly until: number
}

/** How often calls are looked for whose time is up, at most. */
const SWEEP_MS = 1_000

/** The parked calls of one backend in this process. */
export class ParkingLot implements Disposable {
  /** Tells the states of this process from those of others, and of the same one before it was started anew. */
  readonly epoch = randomBytes(8).readBigUInt64BE()
  readonly #limits: Pick<Limits, 'parkedCalls' | 'parkedPerSubject' | 'parkedMs'>
  readonly #metrics: Pick<Metrics, 'limitHit'>
  /** In the order in which their time is up. */
  readonly #calls = new Map<number, { readonly call: Parkable; readonly until: number }>()
  readonly #ofPrincipal = new Map<string, Set<number>>()
  #count = 0
  #timer: NodeJS.Timeout | undefined = undefined

  constructor({ limits, metrics }: { readonly limits: Limits; readonly metrics: Pick<Metrics, 'limitHit'> }) {
    this.#limits = limits
    this.#metrics = metrics
  }

  /** How many wait. */
  get size(): number {
    return this.#calls.size
  }

  /** A seat for a call; `undefined`: there is none. Who has too many loses the one that waits longest. */
  park(call: Parkable, now = Date.now()): Seat | undefined {
    const { parkedCalls, parkedPerSubject, parkedMs } = this.#limits
    const { principal } = call
    const own = this.#ofPrincipal.get(principal)
    // Nothing tells nameless callers apart: one of them must not push the others out.
    if (principal !== anonymous && own !== undefined && own.size >= parkedPerSubject) {
      this.#metrics.limitHit('parkedPerSubject')
      const [oldest] = own
      if (oldest !== undefined) this.#abandon(oldest, 'too many calls of this caller wait for answers')
    }
    if (this.#calls.size >= parkedCalls) {
      this.#metrics.limitHit('parkedCalls')
      const [nameless] = this.#ofPrincipal.get(anonymous) ?? []
      if (nameless === undefined) return undefined
      this.#abandon(nameless, 'others want to be asked')
    }
    const seat = { number: ++this.#count, until: now + parkedMs }
    this.#calls.set(seat.number, { call, until: seat.until })
    this.#ofPrincipal.set(principal, (this.#ofPrincipal.get(principal) ?? new Set()).add(seat.number))
    this.#timer ??= setInterval(() => this.#sweep(), Math.min(SWEEP_MS, parkedMs)).unref()
    return seat
  }

  /** The call of a seat, which is free from now on: whoever comes later with the same state finds nobody. */
  take(number: number, principal: string): Parkable | undefined {
    const call = this.#calls.get(number)?.call
    if (call === undefined || call.principal !== principal) return undefined
    this.#free(number, principal)
    return call
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    for (const number of this.#calls.keys()) this.#abandon(number, 'the gateway ends')
  }

  #sweep(): void {
    const now = Date.now()
    for (const [number, { until }] of this.#calls) {
      if (until > now) break
      this.#metrics.limitHit('parkedMs')
      this.#abandon(number, 'nobody came back with an answer')
    }
    if (this.#calls.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #abandon(number: number, why: string): void {
    const call = this.#calls.get(number)?.call
    if (call === undefined) return
    this.#free(number, call.principal)
    call.abandon(why)
  }

  #free(number: number, principal: string): void {
    this.#calls.delete(number)
    const own = this.#ofPrincipal.get(principal)
    own?.delete(number)
    if (own?.size === 0) this.#ofPrincipal.delete(principal)
  }
}
