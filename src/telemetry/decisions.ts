// Where decisions on authorization are written: JSON lines in a file that is bounded, and can be taken away while we write.
import { closeSync, fstatSync, openSync, renameSync } from 'node:fs'
import { Sink } from './sink.ts'

export interface DecisionLogOptions {
  /** An absolute path. */
  readonly file: string
  /** Share of what is allowed that is written; what is denied is written always. */
  readonly sample: number
  /** Whether arguments are written, not only their digest. */
  readonly arguments: boolean
  /** Bytes after which the file becomes `FILE.1` and a new one begins. */
  readonly size: number
  /** How many such files are kept. */
  readonly keep: number
  /** Called for each record that is lost. */
  readonly dropped?: () => void
  /** Called when the file cannot be begun anew. */
  readonly failed?: (error: Error) => void
}

/** Whoever has decided something tells it here. */
export interface Decisions {
  /** Whether arguments may be part of a record. */
  readonly arguments: boolean
  /** Whether a decision like this is to be written now. */
  wants(denied: boolean): boolean
  write(record: object): void
}

/** Lines are written as those of the access log are: in batches, never waited for, dropped and counted when nobody takes them. */
export class DecisionLog implements Decisions, AsyncDisposable {
  readonly #options: DecisionLogOptions
  #fd: number
  #sink: Sink
  #bytes: number
  /** Files that are left while their last lines are on the way. */
  readonly #leaving = new Set<Promise<void>>()

  /** Opens the file; throws what the system says when that cannot be done. */
  constructor(options: DecisionLogOptions) {
    this.#options = options
    this.#fd = opened(options.file)
    this.#bytes = fstatSync(this.#fd).size
    this.#sink = this.#sinkOf(this.#fd)
  }

  get arguments(): boolean {
    return this.#options.arguments
  }

  wants(denied: boolean): boolean {
    const { sample } = this.#options
    return denied || sample >= 1 || Math.random() < sample
  }

  write(record: object): void {
    const line = `${JSON.stringify(record)}\n`
    const length = Buffer.byteLength(line)
    if (this.#bytes > 0 && this.#bytes + length > this.#options.size) this.#rotate()
    this.#bytes += length
    this.#sink.write(line)
  }

  /** Begins the file anew under its name: whoever keeps logs has moved the old one away. */
  reopen(): void {
    try {
      this.#begin()
    } catch (thrown) {
      this.#failed(thrown)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#leave(this.#sink, this.#fd)
    await Promise.all(this.#leaving)
  }

  #rotate(): void {
    const { file, keep } = this.#options
    try {
      for (let number = keep - 1; number >= 1; number--) moved(`${file}.${number}`, `${file}.${number + 1}`)
      // Without files to keep, the last one is all there is: it is overwritten by the next.
      moved(file, `${file}.1`)
      this.#begin()
    } catch (thrown) {
      this.#bytes = 0 // the next attempt is a file's length away
      this.#failed(thrown)
    }
  }

  #begin(): void {
    const fd = opened(this.#options.file)
    const [sink, before] = [this.#sink, this.#fd]
    this.#fd = fd
    this.#sink = this.#sinkOf(fd)
    this.#bytes = fstatSync(fd).size
    const left = this.#leave(sink, before).finally(() => this.#leaving.delete(left))
    this.#leaving.add(left)
  }

  async #leave(sink: Sink, fd: number): Promise<void> {
    await sink[Symbol.asyncDispose]()
    closeSync(fd)
  }

  #failed(thrown: unknown): void {
    this.#options.failed?.(thrown instanceof Error ? thrown : new Error(String(thrown)))
  }

  #sinkOf(fd: number): Sink {
    const { dropped } = this.#options
    return new Sink({ fd, ...(dropped !== undefined && { dropped }) })
  }
}

/** For its owner only: who may do what is nobody else's business. */
const opened = (file: string): number => openSync(file, 'a', 0o600)

function moved(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT')) throw thrown
  }
}
