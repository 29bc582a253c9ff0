// The guards of a running gateway: those that keep something out must prove that they do before it is ready.
import type { Shape } from '../config/shape.ts'
import { asFailure } from '../core/failure.ts'
import { enforces, type GuardBody, proofsOf } from '../gateway/selftest.ts'
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
    const fired = await this.#tryAll(bodies, signal)
    // Meanwhile another configuration may have come.
    if (all === this.#tried) this.#proved = fired
  }

  /** Never rejects: what cannot be tried has not fired. */
  async #tryAll(bodies: readonly GuardBody[], signal: AbortSignal): Promise<boolean> {
    let fired = true
    const failed = (guard: string, reason: string): void => {
      fired = false
      if (!this.#ended.signal.aborted)
        this.#log.error('a guard does not fire: this gateway is not ready', { guard, reason })
    }
    for (const body of bodies) {
      try {
        for (const proof of await proofsOf(body, signal)) if (!proof.fired) failed(proof.guard, proof.detail)
      } catch (thrown) {
        failed(body.key, asFailure(thrown).message)
      }
    }
    return fired
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort()
  }
}
