// Where log lines go: a file descriptor that is written in batches and never waited for. Knows nothing of what the lines say.
import { write, writeSync } from 'node:fs'

export interface SinkOptions {
  /** 1: standard output. */
  readonly fd: number
  /** Most characters that wait for a reader that does not read; further lines are dropped. 4 MiB. */
  readonly limit?: number
  /** How long lines gather before they are written. */
  readonly delayMs?: number
  /** Called for each line that is dropped: for the count of reached limits. */
  readonly dropped?: () => void
}

const RETRY_MS = 20

/**
 * Lines gather for a few milliseconds and go out as one write, off the event loop: a reader of our standard output that stalls
 * costs log lines, never requests. (Writing a pipe through `process.stdout` would block the whole process.)
 */
export class Sink implements AsyncDisposable {
  /** Lines lost since the start. */
  dropped = 0
  readonly #options: Required<SinkOptions>
  #waiting = ''
  #flying: Buffer | undefined
  #timer: NodeJS.Timeout | undefined
  #closed = false
  #idle: (() => void)[] = []

  constructor(options: SinkOptions) {
    this.#options = { limit: 4 * 1024 * 1024, delayMs: 4, dropped: () => {}, ...options }
  }

  /** Takes one whole line, with its line feed. Bound: may be handed around. */
  readonly write = (line: string): void => {
    if (this.#closed || this.#waiting.length + line.length > this.#options.limit) {
      this.dropped++
      this.#options.dropped()
      return
    }
    this.#waiting += line
    this.#schedule(this.#options.delayMs)
  }

  /** Resolves when everything that was written until now is out, or lost. */
  flush(): Promise<void> {
    if (this.#flying === undefined && this.#waiting === '') return Promise.resolve()
    return new Promise((resolve) => {
      this.#idle.push(resolve)
      this.#send()
    })
  }

  /** Last resort while the process exits: writes what waits, at most for a moment. Bound: fit for `process.on('exit')`. */
  readonly flushSync = (): void => {
    // What is flying may be written twice in part if its write has not come back; losing the last lines would be worse.
    let rest = Buffer.concat([this.#flying ?? Buffer.alloc(0), Buffer.from(this.#waiting)])
    this.#flying = undefined
    this.#waiting = ''
    for (let tries = 0; rest.length > 0 && tries < 10; ) {
      try {
        rest = rest.subarray(writeSync(this.#options.fd, rest))
      } catch (error) {
        if (!isBusy(error)) return
        tries++
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5) // the reader is slow: give it 50 ms in all
      }
    }
  }

  /** Writes what waits, at most for a second; later lines are dropped. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const deadline = setTimeout(resolve, 1_000)
    await Promise.race([this.flush(), promise])
    clearTimeout(deadline)
    clearTimeout(this.#timer)
    this.#closed = true
  }

  #schedule(delayMs: number): void {
    // Unreferenced: log lines alone keep no process alive; whoever exits flushes.
    if (this.#timer === undefined && this.#flying === undefined)
      this.#timer = setTimeout(() => this.#send(), delayMs).unref()
  }

  #send(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#flying === undefined) {
      if (this.#waiting === '') return this.#settle()
      this.#flying = Buffer.from(this.#waiting)
      this.#waiting = ''
      this.#fly(this.#flying)
    }
  }

  #fly(bytes: Buffer): void {
    write(this.#options.fd, bytes, (error, written) => {
      if (this.#flying !== bytes) return // flushSync took it over
      if (error !== null && isBusy(error)) {
        setTimeout(() => this.#flying === bytes && this.#fly(bytes), RETRY_MS).unref()
        return
      }
      if (error === null && written < bytes.length) {
        this.#flying = bytes.subarray(written)
        this.#fly(this.#flying)
        return
      }
      if (error !== null) this.#closed = true // the reader is gone for good: say nothing more, keep serving
      this.#flying = undefined
      if (this.#waiting === '' || this.#closed) this.#settle()
      else this.#schedule(this.#idle.length > 0 ? 0 : this.#options.delayMs)
    })
  }

  #settle(): void {
    const waiting = this.#idle
    this.#idle = []
    for (const resolve of waiting) resolve()
  }
}

const isBusy = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EAGAIN'
