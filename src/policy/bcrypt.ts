// Checks bcrypt hashes off the event loop, one after the other: whoever guesses passwords waits for everybody who guesses.
import path from 'node:path'
import { Worker } from 'node:worker_threads'

/** How many may wait; further ones are refused at once. */
const MOST_WAITING = 64

export class Bcrypt implements AsyncDisposable {
  #worker: Worker | undefined = undefined
  #lastId = 0
  readonly #waiting = new Map<number, (right: boolean) => void>()

  /** Whether the password is the one that `kept` was made of; `false` as well when too many wait, or the thread is gone. */
  compare(password: string, kept: string): Promise<boolean> {
    if (this.#waiting.size >= MOST_WAITING) return Promise.resolve(false)
    const id = ++this.#lastId
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve)
      this.#thread().postMessage({ id, password, kept })
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker?.terminate()
    this.#lost()
  }

  #thread(): Worker {
    if (this.#worker !== undefined) return this.#worker
    // Sources run as they are, releases as JavaScript: the thread's file ends like this one.
    const file = new URL(`./bcrypt-worker${path.extname(import.meta.filename)}`, import.meta.url)
    const worker = new Worker(file)
    worker.unref()
    worker.on('message', ({ id, right }: { id: number; right: boolean }) => {
      this.#waiting.get(id)?.(right)
      this.#waiting.delete(id)
    })
    worker.on('error', () => this.#lost())
    worker.on('exit', () => this.#lost())
    this.#worker = worker
    return worker
  }

  #lost(): void {
    this.#worker = undefined
    for (const resolve of this.#waiting.values()) resolve(false)
    this.#waiting.clear()
  }
}
