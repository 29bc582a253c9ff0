// Questions of servers to the user (elicitation, sampling, roots) that wait for the client to post an answer. Not who may ask what.

import { type RawJson, rawJson } from '../core/brand.ts'
import type { Cancellation } from './cancellation.ts'
import type { Answer } from './conversation.ts'
import { codes, errorObject, notificationText, requestText } from './wire.ts'

/** Where a question travels: the stream of the call it belongs to, or the session's own. */
export interface Line {
  say(text: RawJson): void
}

interface Question {
  readonly id: RawJson
  readonly line: Line
  readonly timer: NodeJS.Timeout
  settle(answer: Answer): void
}

/** Questions that may wait at one client; an upstream could ask without end. */
const MOST = 64

/** The questions one client has before it. Ids are ours, so those of several servers cannot collide. */
export class Questions {
  readonly #timeoutMs: number
  readonly #waiting = new Map<RawJson, Question>()
  #count = 0
  #over = false

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs
  }

  /**
   * Puts a question to the client. Always resolves: with what the client posts, or with an error when it does not answer in time,
   * when the server takes the question back (`signal`), or when `line` or the session is (or becomes) over.
   */
  ask(line: Line, method: string, params: RawJson | undefined, signal?: Cancellation): Promise<Answer> {
    if (this.#over) return Promise.resolve(over)
    if (signal?.aborted === true) return Promise.resolve(withdrawn)
    if (this.#waiting.size >= MOST) return Promise.resolve(refusal('too many questions wait for the client'))
    const number = ++this.#count
    const id = rawJson(String(number))
    return new Promise((resolve) => {
      const takeBack = (): void => this.#drop(id, withdrawn)
      const settle = (answer: Answer): void => {
        signal?.removeEventListener('abort', takeBack)
        resolve(answer)
      }
      const timer = setTimeout(() => this.#drop(id, late), this.#timeoutMs)
      timer.unref()
      signal?.addEventListener('abort', takeBack, { once: true })
      this.#waiting.set(id, { id, line, timer, settle })
      line.say(requestText(number, method, params))
    })
  }

  /** What the client has posted. `false`: nobody waits for it (answered already, taken back, or never asked). */
  answered(id: RawJson | undefined, answer: Answer): boolean {
    const question = id === undefined ? undefined : this.#waiting.get(id)
    if (question === undefined) return false
    this.#settle(question, answer)
    return true
  }

  /** The call of this line is over, and with it the questions asked for it. */
  endOf(line: Line): void {
    for (const question of this.#waiting.values()) if (question.line === line) this.#drop(question.id, over)
  }

  /** The session is over: nobody will hear of a cancellation any more. */
  end(): void {
    this.#over = true
    for (const question of this.#waiting.values()) this.#settle(question, over)
  }

  /** The client need not answer any more, and is told so. */
  #drop(id: RawJson, answer: Answer): void {
    const question = this.#waiting.get(id)
    if (question === undefined) return
    this.#settle(question, answer)
    question.line.say(notificationText('notifications/cancelled', rawJson(`{"requestId":${id}}`)))
  }

  #settle(question: Question, answer: Answer): void {
    clearTimeout(question.timer)
    this.#waiting.delete(question.id)
    question.settle(answer)
  }
}

const refusal = (message: string): Answer => ({ kind: 'error', raw: errorObject(codes.internal, message) })
const withdrawn = refusal('the question was taken back')
const late = refusal('the client did not answer in time')
const over = refusal('the conversation with the client is over')
