// An HTTP request whose answer is only its status: notifications, answers to the server, the end of a session.
import type { Dispatcher } from 'undici'
import type { Who } from '../../core/exchange.ts'
import { Failure } from '../../core/failure.ts'
import type { OnBehalf } from '../../http/outbound.ts'

export interface OneWayOptions {
  readonly pool: Dispatcher
  readonly path: string
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly headers: string[]
  readonly body?: string
  readonly timeoutMs: number
  readonly who?: Who | undefined
}

/** Bytes of an answer's body that are read so that the connection can be used again. */
const DRAINED = 65_536

/** Sends it; resolves with the status, rejects when there was none. */
export function oneWay(options: OneWayOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    new OneWay(resolve, reject, options.timeoutMs).send(options)
  })
}

class OneWay implements Dispatcher.DispatchHandler {
  readonly #resolve: (status: number) => void
  readonly #reject: (cause: unknown) => void
  readonly #timer: NodeJS.Timeout
  #controller: Dispatcher.DispatchController | undefined = undefined
  #size = 0
  #expired = false

  constructor(resolve: (status: number) => void, reject: (cause: unknown) => void, timeoutMs: number) {
    this.#resolve = resolve
    this.#reject = reject
    this.#timer = setTimeout(() => this.#expire(), timeoutMs)
  }

  send({ pool, path, method, headers, body, timeoutMs: ms, who }: OneWayOptions): void {
    const request: OnBehalf = { path, method, headers, body: body ?? null, headersTimeout: ms, bodyTimeout: ms, who }
    pool.dispatch(request, this)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#expired) this.#abort()
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number): void {
    if (status >= 200) this.#resolve(status) // below: informational, the answer is yet to come
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#size += chunk.length
    if (this.#size > DRAINED) this.#abort()
  }

  onResponseEnd(): void {
    clearTimeout(this.#timer)
  }

  onResponseError(_: Dispatcher.DispatchController, cause: Error): void {
    clearTimeout(this.#timer)
    this.#reject(cause)
  }

  #expire(): void {
    this.#expired = true
    this.#reject(new Failure('upstream.timeout', 'no answer in time'))
    this.#abort()
  }

  #abort(): void {
    this.#controller?.abort(new Failure('request.aborted', 'the rest of the answer is not needed'))
  }
}
