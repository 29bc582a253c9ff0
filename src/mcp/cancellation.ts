// Being called off, for things that come by the ten thousand a second. What AbortSignal does for everything else.

type Listener = (() => void) | { handleEvent(): void }

/**
 * What we use of an AbortSignal, and so what one can stand in for. A call of a client has the cheap kind: node's signals are
 * event targets with weak references, which cost microseconds to make and live on until a full collection.
 */
export interface Cancellation {
  readonly aborted: boolean
  readonly reason: unknown
  addEventListener(type: 'abort', listener: Listener, options?: { once?: boolean }): void
  removeEventListener(type: 'abort', listener: Listener): void
}

/** The cheap kind. Listeners are called once, in the order they came. */
export class Cancel implements Cancellation {
  reason: unknown = undefined
  #listeners: Listener[] | undefined = undefined

  get aborted(): boolean {
    return this.reason !== undefined
  }

  /** Calls it off; `reason` must not be `undefined`. Later calls change nothing. */
  abort(reason: unknown): void {
    if (this.aborted) return
    this.reason = reason
    const listeners = this.#listeners ?? []
    this.#listeners = undefined
    for (const listener of listeners) {
      if (typeof listener === 'function') listener()
      else listener.handleEvent()
    }
  }

  addEventListener(_type: 'abort', listener: Listener): void {
    if (this.aborted) return
    if (this.#listeners === undefined) this.#listeners = [listener]
    else this.#listeners.push(listener)
  }

  removeEventListener(_type: 'abort', listener: Listener): void {
    const at = this.#listeners?.indexOf(listener) ?? -1
    if (at >= 0) this.#listeners?.splice(at, 1)
  }
}
