// What the shield says of its judgements: to the log once for each, to the metrics always.
import { labelOf, type PinKey } from '../scan/pin.ts'
import type { Judgement } from './mcp-shield-judge.ts'
import type { Site } from './policy.ts'

/** Judgements that have been said; a server that keeps inventing some is heard again, not remembered. */
const MOST = 10_000
/** Lines a minute: it fills no disk either. */
const A_MINUTE = 100

export class Reports implements AsyncDisposable {
  readonly #log: Site['log']
  readonly #metrics: Pick<Site['metrics'], 'judged'>
  readonly #judgements: Site['judgements']
  readonly #said = new Set<string>()
  #minute = 0
  #lines = 0

  constructor(log: Site['log'], metrics: Pick<Site['metrics'], 'judged'>, judgements?: Site['judgements']) {
    this.#log = log
    this.#metrics = metrics
    this.#judgements = judgements
  }

  /** What is quarantined is said by whoever leaves it out. */
  say(key: PinKey, judged: Judgement, mode: 'audit' | 'enforce'): void {
    if (judged.kind === 'pass') {
      this.#judgements?.delete(key)
      return this.#metrics.judged(key.target, 'pass', '')
    }
    const { kind, rule, severity, reason } = judged
    const outcome = kind === 'warn' ? 'warn' : mode === 'enforce' ? 'quarantine' : 'audit'
    this.#metrics.judged(key.target, outcome, rule)
    const { target, kind: of, name } = key
    this.#judgements?.put({ target, kind: of, name, outcome, rule, severity, reason, at: Date.now() })
    if (outcome === 'quarantine') return
    const text = `${labelOf(key)} ${outcome} ${rule} ${reason}`
    if (this.#said.has(text)) return
    if (this.#said.size >= MOST) this.#said.clear()
    this.#said.add(text)
    if (!this.#hasRoom()) return
    const message =
      outcome === 'audit' ? 'a definition would be quarantined by mcpShield' : 'a definition should be looked at'
    this.#log.warn(message, { target, kind: of, name, rule, severity, reason })
  }

  #hasRoom(): boolean {
    const minute = Math.floor(Date.now() / 60_000)
    if (minute !== this.#minute) this.#lines = 0
    this.#minute = minute
    if (this.#lines === A_MINUTE)
      this.#log.warn('more definitions should be looked at: GET /api/shield of the admin API')
    return this.#lines++ < A_MINUTE
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#said.clear()
  }
}
