// Requests on their way out that must prove who asks: credentials are added between whoever sends and the pool.
import type { Dispatcher } from 'undici'
import type { Maybe, Who } from '../core/exchange.ts'
import { asFailure } from '../core/failure.ts'

/** A request as far as credentials look at it or change it. */
export interface Outbound {
  readonly method: string
  readonly origin: string
  /** Path and query. */
  path: string
  /** Names in lower case and values, flat; changed in place. */
  readonly headers: string[]
  /** `undefined`: there is none, or it is a stream. */
  readonly body: Buffer | string | undefined
}

/** Dispatch options that say on whose behalf a request is made. */
export type OnBehalf = Dispatcher.DispatchOptions & { readonly who?: Who | undefined }

export interface CredentialedOptions {
  readonly origin: string
  readonly apply: (request: Outbound, who: Who | undefined) => Maybe<void>
  /** On whose behalf requests are made that do not say it. */
  readonly who?: () => Who | undefined
}

/** The pool, with credentials on everything that is sent through it. What fails to get them is not sent. */
export function credentialed(pool: Dispatcher, { origin, apply, who }: CredentialedOptions): Dispatcher {
  return pool.compose((dispatch) => (options: OnBehalf, handler) => {
    const { method, path, headers, body } = options
    const request: Outbound = {
      method,
      origin,
      path,
      headers: Array.isArray(headers) ? [...headers] : [],
      body: typeof body === 'string' || Buffer.isBuffer(body) ? body : undefined,
    }
    const send = (): boolean => dispatch({ ...options, path: request.path, headers: request.headers }, handler)
    // Nothing has been sent, so there is nothing to control: handlers only ask why.
    const fail = (thrown: unknown): void => handler.onResponseError?.(unsent, asFailure(thrown))
    try {
      const added = apply(request, options.who ?? who?.())
      if (!(added instanceof Promise)) return send()
      added.then(send, fail)
    } catch (thrown) {
      queueMicrotask(() => fail(thrown))
    }
    return true
  })
}

const unsent: Dispatcher.DispatchController = {
  aborted: false,
  paused: false,
  reason: null,
  abort: () => {},
  pause: () => {},
  resume: () => {},
}

/** Sets a header, whatever it was before. */
export function setHeader({ headers }: Outbound, name: string, value: string): void {
  for (let i = headers.length - 2; i >= 0; i -= 2) if (headers[i] === name) headers.splice(i, 2)
  headers.push(name, value)
}
