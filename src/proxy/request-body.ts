// A request body that flows from client to backend: pulled when the backend takes it, never held.
import { Readable } from 'node:stream'
import type { Exchange } from '../core/exchange.ts'
import { Failure } from '../core/failure.ts'
import { wantBody } from '../http/body.ts'

/**
 * The body of `x.request` as a stream that may be destroyed: the request itself would take the client's socket with it, and
 * the client could not be told what went wrong.
 */
export class RequestBody extends Readable {
  readonly #x: Exchange
  #begun = false

  constructor(x: Exchange) {
    super()
    this.#x = x
  }

  override _read(): void {
    const { request } = this.#x
    if (!this.#begun) {
      this.#begun = true
      wantBody(this.#x)
      request.on('data', this.#data).once('end', this.#end).once('error', this.#gone).once('close', this.#gone)
      if (request.destroyed && !request.readableEnded) this.#gone()
    }
    request.resume()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const { request } = this.#x
    request.pause()
    request.off('data', this.#data).off('end', this.#end).off('error', this.#gone).off('close', this.#gone)
    done(error)
  }

  readonly #data = (chunk: Buffer): void => {
    if (!this.push(chunk)) this.#x.request.pause()
  }

  readonly #end = (): void => {
    this.push(null)
  }

  readonly #gone = (): void => {
    if (!this.#x.request.readableEnded)
      this.destroy(new Failure('request.aborted', 'the client left in the middle of its request body'))
  }
}
