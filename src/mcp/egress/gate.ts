// How many calls one upstream has at a time: so many run, others wait for a moment, the rest is turned away.
import type { Limits } from '../../config/shape.ts'
import type { TargetName } from '../../core/brand.ts'
import type { Metrics } from '../../telemetry/metrics.ts'
import { failing } from './failing.ts'

export class Gate {
  readonly #target: TargetName
  readonly #limits: Limits
  readonly #metrics: Metrics
  readonly #waiting = new Set<() => void>()
  #inside = 0
  #resting = 0

  constructor(target: TargetName, limits: Limits, metrics: Metrics) {
    this.#target = target
    this.#limits = limits
    this.#metrics = metrics
  }

  /** `undefined`: come in. A promise: wait for it. Rejects when it is full for too long. Whoever came in calls `leave`. */
  enter(step: string): Promise<void> | undefined {
    const { callsPerUpstream, upstreamQueue, upstreamQueueMs } = this.#limits
    if (this.#inside < callsPerUpstream) {
      this.#inside++
      return undefined
    }
    if (this.#waiting.size >= upstreamQueue) return Promise.reject(this.#full(step, 'upstreamQueue'))
    return new Promise((resolve, reject) => {
      const next = (): void => {
        clearTimeout(timer)
        this.#waiting.delete(next)
        resolve()
      }
      const timer = setTimeout(() => {
        this.#waiting.delete(next)
        reject(this.#full(step, 'upstreamQueueMs'))
      }, upstreamQueueMs)
      this.#waiting.add(next)
    })
  }

  /**
   * Makes room while a call waits for a person; what is returned takes it back, full or not. `undefined`: so many wait already that
   * this one keeps its place, since each of them holds a connection.
   */
  rest(): (() => void) | undefined {
    if (this.#resting >= this.#limits.parkedCalls) {
      this.#metrics.limitHit('parkedCalls')
      return undefined
    }
    this.#resting++
    this.leave()
    return () => {
      this.#resting--
      this.#inside++
    }
  }

  /** Makes room: for the one that waits longest, if any. */
  leave(): void {
    const [next] = this.#waiting
    if (next === undefined) this.#inside--
    else next()
  }

  #full(step: string, limit: 'upstreamQueue' | 'upstreamQueueMs'): Error {
    this.#metrics.limitHit(limit)
    return failing('mcp.busy', [this.#target, step], `${this.#limits.callsPerUpstream} calls are under way already`)
  }
}
