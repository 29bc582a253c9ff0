// The guards of a running gateway: those that keep something out must prove that they do before it is ready.
import type { Shape } from '../config/shape.ts'
import { enforces, proofsOf } from '../gateway/selftest.ts'
import type { Log } from '../telemetry/log.ts'
import { guardsIn } from './scan-shields.ts'
import { PATIENCE_MS } from './selftest.ts'

export class Guards implements AsyncDisposable {
  readonly #log: Log
  readonly #ended = new AbortController()
  #tried: string | undefined = undefined
  #proved = false

  constructor(log: Log) {
    this.#log = log
  }

  /** Whether every guard of the last configuration that was tried has fired. */
  get proved(): boolean {
    return this.#proved
  }

  /** Tries the guards of a configuration that has come into force; the same ones are not tried again. */
  async follow(shape: Shape): Promise<void> {
    const bodies = guardsIn(shape).filter(enforces)
    const all = JSON.stringify(bodies)
    if (all === this.#tried) return
    this.#tried = all
    const signal = AbortSignal.any([this.#ended.signal, AbortSignal.timeout(PATIENCE_MS)])
    let fired = true
    for (const body of bodies)
      for (const proof of await proofsOf(body, signal)) {
        if (proof.fired || this.#ended.signal.aborted) continue
        fired = false
        this.#log.error('a guard does not fire: this gateway is not ready', {
          guard: proof.guard,
          reason: proof.detail,
        })
      }
    // Meanwhile another configuration may have come.
    if (all === this.#tried) this.#proved = fired
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort()
  }
}
