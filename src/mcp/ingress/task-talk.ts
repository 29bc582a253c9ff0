// Waits for the result of a task of 2025-11-25 in its client's place, for only then does a server send what the task wants to know.

import { randomBytes } from 'node:crypto'
import type { RawJson } from '../../core/brand.ts'
import { Failure } from '../../core/failure.ts'
import type { Cancellation } from '../cancellation.ts'
import { Cancel } from '../cancellation.ts'
import type { Answer, Caller } from '../conversation.ts'
import type { Parkable } from '../park.ts'
import { codes, errorObject } from '../wire.ts'
import type { ModernClient } from './modern-clients.ts'
import { Inquiry, lacking } from './modern-questions.ts'
import { TASK_STATUS } from './modern-task-words.ts'

/** Sends the request whose answer is waited for. */
type Waits = (caller: Caller) => Promise<Answer>

export class TaskTalk implements Caller, Parkable {
  readonly client: ModernClient
  readonly signal = new Cancel()
  /** Keys of questions are those of the task for as long as it lives, and there may be another talk about it after this one. */
  readonly inquiry = new Inquiry(`question-${randomBytes(6).toString('base64url')}`)
  readonly #over: () => void
  #first: (() => void) | undefined = undefined

  constructor(client: ModernClient, over: () => void) {
    this.client = client
    this.#over = over
  }

  get principal(): string {
    return this.client.principal
  }

  async wait(send: Waits): Promise<void> {
    try {
      await send(this)
    } catch {
      // Whoever asks for the task next learns what became of it.
    } finally {
      this.inquiry.end()
      this.#over()
    }
  }

  /** Resolves when there is a question, or after this time. */
  async asked(ms: number): Promise<void> {
    if (this.inquiry.pending) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, ms)
    this.#first = resolve
    await promise
    clearTimeout(timer)
    this.#first = undefined
  }

  notification(method: string, params: RawJson | undefined): void {
    if (method === TASK_STATUS) this.client.heardOfTask(params)
  }

  ask(method: string, params: RawJson | undefined, signal?: Cancellation): Promise<Answer> {
    if (lacking(method, params, this.client.capabilities) !== undefined) return Promise.resolve(undeclared)
    const asked = this.inquiry.ask(method, params, signal)
    this.#first?.()
    return asked
  }

  abandon(why: string): void {
    this.signal.abort(new Failure('request.aborted', why))
  }
}

const undeclared: Answer = { kind: 'error', raw: errorObject(codes.methodNotFound, 'the client cannot be asked this') }
