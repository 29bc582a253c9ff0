// What becomes of a reply: written with the others of its turn, then told to log and metrics.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Limits } from '../config/shape.ts'
import type { Exchange, Reply } from '../core/exchange.ts'
import { atTurnEnd, type Writing } from '../core/turn.ts'
import type { AccessLog } from '../telemetry/access-log.ts'
import type { Log } from '../telemetry/log.ts'
import type { GatewayMetrics } from '../telemetry/metrics.ts'
import { failed, send } from './send.ts'

export interface AnsweringOptions {
  readonly limits: Limits
  readonly accessLog: AccessLog
  readonly log: Log
  readonly metrics: GatewayMetrics
}

/** How long a client that has its answer may go on before it is cut off. */
export const LINGER_MS = 2_000

/** The reply of one exchange on its way out. */
export class Answering implements Writing {
  readonly #x: Exchange
  readonly #response: ServerResponse
  readonly #options: AnsweringOptions
  readonly #over: (x: Exchange) => void
  #reply: Reply | undefined = undefined

  constructor(x: Exchange, response: ServerResponse, options: AnsweringOptions, over: (x: Exchange) => void) {
    this.#x = x
    this.#response = response
    this.#options = options
    this.#over = over
  }

  with(reply: Reply): void {
    this.#reply = reply
    atTurnEnd(this)
  }

  flush(): void {
    const reply = this.#reply
    if (reply === undefined) return
    const { limits, metrics } = this.#options
    const x = this.#x
    if (x.answeredAt !== 0) {
      metrics.processed(x, 'request', x.sentOn - x.arrived)
      metrics.processed(x, 'response', performance.now() - x.answeredAt)
      if (x.protocol === 'http') metrics.upstreamCall('Primary', 'Http', x.answeredAt - x.sentOn)
    }
    try {
      const sent = send(reply, x, this.#response, limits.writeStallMs)
      if (sent instanceof Promise)
        sent.then(
          (bytes) => this.#done(reply, bytes),
          (thrown: unknown) => this.#unwritten(reply, thrown),
        )
      else this.#done(reply, sent)
    } catch (thrown) {
      this.#unwritten(reply, thrown)
    }
  }

  /** Only what could not be written as a head gets here, such as a header value with a line break. */
  #unwritten(reply: Reply, thrown: unknown): void {
    failed(thrown, this.#x, this.#options.log)
    this.#response.destroy()
    this.#done(reply, 0)
  }

  #done(reply: Reply, bytes: number): void {
    const x = this.#x
    const { accessLog, metrics } = this.#options
    const { request } = x
    if (!request.complete && !request.destroyed) linger(request)
    this.#over(x)
    const duration = performance.now() - x.arrived
    x.entrance.told?.over(x, reply)
    accessLog(x, reply.status, bytes, duration)
    metrics.requestDone(x, reply.status, bytes, duration)
  }
}

/**
 * A client that still sends when its answer is out: cutting at once would reset the connection before the answer is read
 * (RFC 9112 §9.6), reading on for ever would let it feed us. So: a little more, then the cut.
 */
function linger(request: IncomingMessage): void {
  let left = 1_048_576
  const cut = setTimeout(() => request.destroy(), LINGER_MS).unref() // node may have let go of it: no `close` comes then
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length
    if (left < 0) request.destroy()
  })
  request.once('close', () => clearTimeout(cut))
  request.resume() // whoever had the body before may have left it paused
}
