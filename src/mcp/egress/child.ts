// One child process that speaks in lines: bounded reading, a bounded log of what it says beside, and an end that leaves nothing behind.

import { isUtf8 } from 'node:buffer'
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { asFailure, Failure } from '../../core/failure.ts'
import { Chatter } from './chatter.ts'
import type { Guard } from './guard.ts'
import { Feed, type Pace } from './pace.ts'

export interface ChildOptions {
  /** Absolute path. */
  readonly command: string
  readonly args: readonly string[]
  readonly env: { readonly [name: string]: string }
  /** Bytes of one line of its output. */
  readonly lineBound: number
  readonly guard: Guard
  readonly chatter: Chatter
  readonly pace: Pace
}

export interface ChildReader {
  line(text: string): void
  /** It is over, and everything it wrote has been read. `cause`: why, in a few words. Said once. */
  ended(cause: Failure): void
}

const LF = 10
const INPUT_BOUND = 16 << 20
const AFTER_INPUT_MS = 2_000
const AFTER_TERM_MS = 3_000
const AFTER_KILL_MS = 2_000
const AFTER_EXIT_MS = 1_000

export class Child {
  readonly #reader: ChildReader
  readonly #options: ChildOptions
  readonly #process: ChildProcessWithoutNullStreams
  readonly #feed: Feed
  readonly #closed = Promise.withResolvers<void>()
  #parts: Buffer[] = []
  #partBytes = 0
  #cause: Failure | undefined = undefined
  #silent = false
  #exited = false
  #over = false

  constructor(reader: ChildReader, options: ChildOptions) {
    this.#reader = reader
    this.#options = options
    // A group of its own, so that whatever it starts can be ended with it.
    this.#process = spawn(options.command, options.args, {
      detached: true,
      env: options.env,
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
    })
    const { pid, stdin, stdout, stderr } = this.#process
    if (pid !== undefined) options.guard.add(pid)
    stdin.on('error', () => {}) // a process that does not read has its exit noticed
    const source = {
      pause: () => void stdout.pause(),
      resume: () => void stdout.resume(),
      abort: (cause: Failure) => this.#silence(cause),
    }
    this.#feed = new Feed(options.pace, source, (chunk) => this.#read(chunk))
    stdout.on('data', (chunk: Buffer) => this.#hear(chunk))
    stdout.on('end', () => this.#feed.end())
    stderr.on('data', (chunk: Buffer) => options.chatter.take(chunk))
    this.#process.on('error', (cause) =>
      this.#finish(new Failure('upstream.unreachable', 'it could not be started', { cause })),
    )
    this.#process.on('exit', (code, signal) => this.#exit(code, signal))
    this.#process.on('close', () => this.#finish(undefined))
  }

  get pid(): number | undefined {
    return this.#process.pid
  }

  /** Writes one line. `false`: it has ended, or does not read what it has been sent. */
  write(text: string): boolean {
    const { stdin } = this.#process
    if (this.#exited || !stdin.writable || stdin.writableLength > INPUT_BOUND) return false
    // Outside of strings line breaks mean nothing in JSON, and inside they cannot stand.
    stdin.write(`${/[\r\n]/.test(text) ? text.replace(/[\r\n]/g, ' ') : text}\n`)
    return true
  }

  /** Ends it: first politely, then not (2025-11-25, lifecycle, stdio shutdown). Resolves when it is gone. */
  async stop(): Promise<void> {
    this.#cause ??= new Failure('request.aborted', 'the process has been stopped')
    this.#process.stdin.end()
    if (await this.#goneWithin(AFTER_INPUT_MS)) return
    this.#kill('SIGTERM')
    if (await this.#goneWithin(AFTER_TERM_MS)) return
    this.#kill('SIGKILL')
    if (await this.#goneWithin(AFTER_KILL_MS)) return
    this.#finish(undefined)
  }

  async #goneWithin(ms: number): Promise<boolean> {
    if (this.#over) return true
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const timer = setTimeout(resolve, ms, false)
    const gone = await Promise.race([promise, this.#closed.promise.then(() => true)])
    clearTimeout(timer)
    return gone
  }

  #kill(signal: 'SIGTERM' | 'SIGKILL'): void {
    const { pid } = this.#process
    if (pid === undefined) return
    try {
      process.kill(process.platform === 'win32' ? pid : -pid, signal)
    } catch {
      // No such group: that is what we wanted.
    }
  }

  #exit(code: number | null, signal: string | null): void {
    this.#exited = true
    this.#kill('SIGKILL') // what it started and left behind
    // Something that left the group may hold the pipes open: nobody waits for that.
    setTimeout(() => {
      this.#process.stdout.destroy()
      this.#process.stderr.destroy()
    }, AFTER_EXIT_MS).unref()
    if (this.pid !== undefined) this.#options.guard.remove(this.pid)
    this.#cause ??= new Failure(
      'upstream.unreachable',
      signal === null ? `the process has ended with code ${code}` : `the process was ended by ${signal}`,
    )
  }

  #finish(cause: Failure | undefined): void {
    if (this.#over) return
    this.#over = true
    this.#exited = true
    this.#options.chatter.end()
    this.#feed.close()
    this.#closed.resolve()
    this.#reader.ended(cause ?? this.#cause ?? new Failure('upstream.unreachable', 'the process has ended'))
  }

  #hear(chunk: Buffer): void {
    try {
      this.#feed.push(chunk)
    } catch (thrown) {
      this.#silence(asFailure(thrown))
    }
  }

  /** Nothing of its output is read any more. */
  #silence(cause: Failure): void {
    this.#cause ??= cause
    this.#silent = true
    this.#parts = []
    this.#feed.close()
    this.#process.stdout.removeAllListeners('data').resume()
    this.#kill('SIGKILL')
  }

  #read(chunk: Buffer): void {
    let from = 0
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, from)) {
      this.#keep(chunk.subarray(from, end))
      from = end + 1
      const line = this.#parts.length === 1 ? this.#parts[0] : Buffer.concat(this.#parts, this.#partBytes)
      this.#parts = []
      this.#partBytes = 0
      if (line !== undefined) this.#line(line)
    }
    if (from < chunk.length) this.#keep(chunk.subarray(from))
  }

  #keep(part: Buffer): void {
    this.#partBytes += part.length
    if (this.#partBytes <= this.#options.lineBound) {
      this.#parts.push(part)
      return
    }
    // It cannot be found out what the rest of its output means: nothing of it is read any more.
    this.#silence(new Failure('upstream.too-large', `it wrote a line above ${this.#options.lineBound} bytes`))
  }

  #line(line: Buffer): void {
    if (this.#silent || line.length === 0) return
    if (isUtf8(line)) {
      const text = line.toString('utf8').trim()
      if (text !== '') this.#reader.line(text)
    } else this.#options.chatter.line('stdout', '(bytes that are no UTF-8)')
  }
}
