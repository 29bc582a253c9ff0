// Tasks of 2026-07-28 (extension) for clients that wait for an answer: asked about until they are over, as part of the call.
import { type RawJson, rawJson } from '../../core/brand.ts'
import { Failure } from '../../core/failure.ts'
import type { Answer, Caller, Outgoing } from '../conversation.ts'
import { members } from '../json.ts'
import { codes, errorObject } from '../wire.ts'
import { forgotten } from './call.ts'
import { failing } from './failing.ts'
import { type Asking, askAll, type Wanted, wantedBy } from './modern-questions.ts'
import { Result } from './modern-results.ts'

/** How one task is asked about. */
export interface TaskWire {
  /** One request about the task, on its own. */
  send(request: Outgoing, caller: Caller): Promise<Answer>
  readonly asking: Asking
  readonly request: Outgoing
  readonly caller: Caller
  /** The client's progress token, as it spells it. */
  readonly token: RawJson | undefined
  /** The task is its client's, who has only come for the result: it goes on whatever becomes of this request. */
  readonly kept?: boolean
}

const ID = 4_096
const USUAL_MS = 1_000
const SHORTEST_MS = 100
const LONGEST_MS = 30_000

/** Waits for the end of the task that a result names; the answer is what the call would have been answered with. */
export async function followed(started: Result, wire: TaskWire): Promise<Answer> {
  const id = taskIn(started, wire.asking)
  const { caller } = wire
  const task = new Task(id, wire)
  caller.signal?.addEventListener('abort', task)
  try {
    return await task.end(started)
  } finally {
    caller.signal?.removeEventListener('abort', task)
  }
}

/** The id of the task that a result begins. Throws a Failure when it has none that could be used. */
export function taskIn(started: Result, { target, method }: Asking): string {
  const id = started.string('taskId')
  if (id !== undefined && id !== '' && id.length <= ID) return id
  throw failing('upstream.protocol', [target, method], 'its task has no id that could be used')
}

const wrong = ({ asking: { target, method } }: TaskWire, why: string): Failure =>
  failing('upstream.protocol', [target, method], why)

class Task {
  readonly #id: string
  readonly #wire: TaskWire
  readonly #until: number
  readonly #answered = new Set<string>()
  #told = ''
  #steps = 0
  #wake: (() => void) | undefined = undefined

  constructor(id: string, wire: TaskWire) {
    this.#id = id
    this.#wire = wire
    this.#until = performance.now() + wire.asking.limits.upstreamTotalMs
  }

  /** The call has been cancelled, and the task with it. */
  handleEvent(): void {
    void this.#leave() // never rejects
    this.#wake?.()
  }

  /** Nobody waits for the task any more, unless it is its client's. */
  async #leave(): Promise<void> {
    if (this.#wire.kept !== true) await this.#ask('tasks/cancel', '', forgotten).catch(() => {}) // it ends by itself, then
  }

  async end(started: Result): Promise<Answer> {
    let state = started
    for (;;) {
      const over = await this.#step(state)
      if (over !== undefined) return over
      await this.#pause(state.number('pollIntervalMs') ?? USUAL_MS)
      const { kind, raw } = await this.#ask('tasks/get', '', this.#wire.caller)
      if (kind === 'error') return { kind, raw }
      state = new Result(raw)
      if (state.string('taskId') !== this.#id) throw wrong(this.#wire, 'it told of another task than was asked for')
    }
  }

  /** What a state of the task means; an answer: it is over. */
  async #step(state: Result): Promise<Answer | undefined> {
    switch (state.string('status') ?? '') {
      case 'working':
        this.#tell(state.string('statusMessage'))
        return undefined
      case 'input_required':
        return await this.#answerAll(state)
      case 'completed': {
        const raw = state.text('result')
        if (raw === undefined || !raw.startsWith('{')) throw wrong(this.#wire, 'its task has ended without a result')
        return { kind: 'result', raw: new Result(raw).legacy('tools/call', false) }
      }
      case 'failed': {
        const raw = state.text('error')
        if (raw === undefined || !raw.startsWith('{')) throw wrong(this.#wire, 'its task has failed without an error')
        return { kind: 'error', raw }
      }
      case 'cancelled':
        return { kind: 'error', raw: errorObject(codes.internal, 'the server has cancelled the task') }
      default:
        throw wrong(this.#wire, 'its task is in a state that nobody knows')
    }
  }

  /** Who waits with a progress token hears that something goes on. */
  #tell(message: string | undefined): void {
    const { token, caller } = this.#wire
    if (token === undefined || message === undefined || message === this.#told) return
    this.#told = message
    const words = JSON.stringify(message.slice(0, ID))
    const params = rawJson(`{"progressToken":${token},"progress":${++this.#steps},"message":${words}}`)
    caller.notification('notifications/progress', params)
  }

  /** Each question once: a server repeats those that it has no answer to yet. */
  async #answerAll(state: Result): Promise<Answer | undefined> {
    const { asking, caller } = this.#wire
    const wanted = wantedBy(state, asking)
    if ('kind' in wanted) return await this.#givenUp(wanted)
    const questions = wanted.questions.filter(({ key }) => !this.#answered.has(key))
    if (questions.length === 0) return undefined
    if (this.#answered.size + questions.length > asking.limits.callsPerSession)
      throw wrong(this.#wire, 'its task asks too many questions')
    const fresh: Wanted = { questions, state: undefined }
    const answers = await askAll(fresh, caller, asking)
    if (caller.signal?.aborted === true) throw caller.signal.reason
    if (typeof answers !== 'string') return await this.#givenUp(answers)
    for (const { key } of questions) this.#answered.add(key)
    const { kind, raw } = await this.#ask('tasks/update', `,"inputResponses":${answers}`, caller)
    return kind === 'error' ? { kind, raw } : undefined
  }

  async #givenUp(answer: Answer): Promise<Answer> {
    await this.#leave()
    return answer
  }

  #ask(method: string, more: string, caller: Caller): Promise<Answer> {
    const { headers, who } = this.#wire.request
    const params = rawJson(`{"taskId":${JSON.stringify(this.#id)}${more}}`)
    return this.#wire.send({ method, params, headers, who }, caller)
  }

  async #pause(wanted: number): Promise<void> {
    const { signal } = this.#wire.caller
    const left = this.#until - performance.now()
    if (left <= 0) {
      void this.#leave() // never rejects
      throw new Failure(
        'upstream.timeout',
        `its task has not ended within ${this.#wire.asking.limits.upstreamTotalMs} ms`,
      )
    }
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.min(Math.max(wanted, SHORTEST_MS), LONGEST_MS, left))
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    this.#wake = undefined
    if (signal?.aborted === true) throw signal.reason
  }
}

/** The token of a request for progress, if it has one. */
export function progressToken(params: RawJson | undefined): RawJson | undefined {
  if (params?.includes('progressToken') !== true) return undefined
  const meta = members(params).get('_meta')
  const span = meta && members(params, meta.start).get('progressToken')
  return span && rawJson(params.slice(span.start, span.end))
}
