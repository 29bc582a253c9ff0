// A client in another language, driven line by line: what it is asked, what it answers, and what happens to it meanwhile.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'
import { eventually } from '../support/gateway.ts'

type Json = Readonly<Record<string, unknown>>

/** The client says that something went wrong, in the words of its library. */
export class ClientError extends Error {
  readonly kind: string
  readonly code: unknown

  constructor({ kind, code, message }: Json) {
    super(String(message))
    this.kind = String(kind)
    this.code = code
  }
}

export interface Asked {
  readonly id: number
  readonly answer: Promise<unknown>
}

export class Driven {
  readonly #child: ChildProcess
  readonly #waiting = new Map<unknown, { resolve: (value: unknown) => void; reject: (reason: Error) => void }>()
  readonly #events: { readonly event: string; readonly params: Json }[] = []
  #next = 0
  #said = ''

  private constructor(child: ChildProcess) {
    this.#child = child
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#said = (this.#said + chunk.toString()).slice(-10_000)
    })
    if (child.stdout !== null)
      createInterface({ input: child.stdout }).on('line', (line) => this.#hear(JSON.parse(line)))
    child.once('close', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`the client ended: ${this.#said}`))
    })
  }

  /** Starts the program and waits until it is connected; it ends with the test. */
  static async start(t: TestContext, command: string, args: readonly string[]): Promise<Driven> {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] })
    const driven = new Driven(child)
    t.after(async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const late = setTimeout(() => child.kill('SIGKILL'), 5_000)
      child.stdin?.end()
      await once(child, 'exit')
      clearTimeout(late)
    })
    await driven.happened('connected')
    return driven
  }

  ask(what: string, given: Json = {}): Asked {
    const id = ++this.#next
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    this.#waiting.set(id, { resolve, reject })
    this.#child.stdin?.write(`${JSON.stringify({ id, do: what, with: given })}\n`)
    return { id, answer: promise }
  }

  /** Cancels the task behind something asked, the way the library's users do. */
  cancel(of: number): void {
    this.#child.stdin?.write(`${JSON.stringify({ do: 'cancel', of })}\n`)
  }

  /** What happened so far under one name. */
  events(name: string): readonly Json[] {
    return this.#events.filter(({ event }) => event === name).map(({ params }) => params)
  }

  /** The first event of a name, once it has happened. */
  async happened(name: string): Promise<Json> {
    return eventually(
      () => {
        if (this.#child.exitCode !== null) throw new Error(`the client ended: ${this.#said}`)
        return this.events(name)[0]
      },
      () => `no ${name}; ${this.#said}`,
      60_000,
    )
  }

  #hear(line: Json): void {
    if (typeof line['event'] === 'string') {
      this.#events.push({ event: line['event'], params: Object(line['params']) })
      return
    }
    const waiting = this.#waiting.get(line['id'])
    this.#waiting.delete(line['id'])
    if (line['error'] === undefined) waiting?.resolve(line['result'])
    else waiting?.reject(new ClientError(Object(line['error'])))
  }
}
