// The tasks extension of 2026-07-28 over tasks of either revision: those of 2025-11-25 are reworded, questions of theirs included.
import { type RawJson, rawJson } from '../../core/brand.ts'
import type { Exchange, Maybe, Reply } from '../../core/exchange.ts'
import type { JsonObject } from '../../core/item.ts'
import type { Answer, Caller, Incoming } from '../conversation.ts'
import { cut, edited, find, members, setMember } from '../json.ts'
import { codes, errorObject } from '../wire.ts'
import { ModernCall } from './modern-call.ts'
import type { ModernClient } from './modern-clients.ts'
import { type Asking, type ModernDesk, missing, turnedAway } from './modern-desk.ts'
import { Reworded } from './modern-envelope.ts'
import { responsesIn } from './modern-questions.ts'
import { answerReply, codeOf, refuseModern } from './modern-result.ts'
import { declaresTasks, TASKS } from './modern-task-words.ts'
import { messageText } from './replies.ts'

/** How long a first question of a task is waited for: its server says that it has one, and sends it on another stream. */
const QUESTION_MS = 1_000
const RELATED = 'io.modelcontextprotocol/related-task'

/** `tasks/get`, `tasks/update` and `tasks/cancel` (SEP-2663). */
export function ofTask(asking: Asking): Maybe<Reply> {
  const { x, request, envelope, principal, desk } = asking
  const { id, method } = request
  if (!declaresTasks(JSON.parse(envelope.capabilities))) {
    const lacks = missing({ extensions: { [TASKS]: {} } })
    return answerReply(messageText(id, lacks), 400)
  }
  const sealed = request.string('taskId') ?? ''
  const task = desk.tasks.open(sealed, principal)
  if (task === undefined)
    return refuseModern(x, id, { status: 200, code: codes.invalidParams, message: 'Unknown task' })
  const responses = method === 'tasks/update' ? responsesOf(request) : new Map<string, RawJson>()
  if (typeof responses === 'string')
    return refuseModern(x, id, { status: 200, code: codes.invalidParams, message: responses })
  // The server that has the task may know it in the conversation only that it was made in.
  const client =
    desk.tasks.keeper(task, principal) ?? desk.clients.lease({ ...envelope, logLevel: undefined }, principal, false)
  if (typeof client === 'string') return turnedAway(asking, client)
  const work = new TaskWork({ desk, client, x, task, sealed })
  return new ModernCall(desk, client, { request, round: 0 }).run(x, id, (caller) =>
    work.answer(method, responses, caller),
  )
}

function responsesOf(request: Asking['request']): ReadonlyMap<string, RawJson> | string {
  const span = request.at('inputResponses')
  if (span === undefined || request.rawParams === undefined) return 'inputResponses must be an object'
  return responsesIn(cut(request.rawParams, span))
}

/** How a task is now, as `tasks/get` would say it. */
export const stateOf = (about: About, caller: Caller): Promise<Answer> =>
  new TaskWork(about).answer('tasks/get', NONE, caller)

const NONE: ReadonlyMap<string, RawJson> = new Map()

export interface About {
  readonly desk: ModernDesk
  readonly client: ModernClient
  readonly x: Exchange
  /** The task, as the federation knows it. */
  readonly task: string
  /** … and as the client does. */
  readonly sealed: string
}

class TaskWork {
  readonly #about: About

  constructor(about: About) {
    this.#about = about
  }

  answer(method: string, responses: ReadonlyMap<string, RawJson>, caller: Caller): Promise<Answer> {
    if (method === 'tasks/get') return this.#get(caller)
    return method === 'tasks/cancel' ? this.#cancel(caller) : this.#update(responses, caller)
  }

  async #get(caller: Caller): Promise<Answer> {
    const answer = await this.#ask('tasks/get', caller)
    if (answer.kind === 'error') return answer
    const { sealed } = this.#about
    if (speaksModern(answer.raw))
      return { kind: 'result', raw: edited(answer.raw, [setMember(answer.raw, 0, 'taskId', JSON.stringify(sealed))]) }
    const task: JsonObject = JSON.parse(answer.raw)
    switch (task['status']) {
      case 'completed':
      case 'failed': {
        const result = await this.#ask('tasks/result', caller)
        if (result.kind === 'error') return detailed({ ...task, status: 'failed' }, sealed, `"error":${result.raw}`)
        // A tool that failed has a result that says so: only what is no result at all is a failed task.
        return detailed({ ...task, status: 'completed' }, sealed, `"result":${withoutRelated(result.raw)}`)
      }
      case 'input_required':
        return await this.#questions(task)
      default:
        return detailed(task, sealed)
    }
  }

  /** What the server asks while somebody waits for the result: we do, until the client has answered. */
  async #questions(task: JsonObject): Promise<Answer> {
    const { sealed } = this.#about
    const talk = this.#about.desk.tasks.talk(this.#about)
    await talk?.asked(QUESTION_MS)
    if (talk?.inquiry.pending !== true) return detailed({ ...task, status: 'working' }, sealed)
    return detailed(task, sealed, `"inputRequests":${talk.inquiry.text}`)
  }

  async #update(responses: ReadonlyMap<string, RawJson>, caller: Caller): Promise<Answer> {
    const { desk, client, task } = this.#about
    const talk = desk.tasks.talking(task, client.principal)
    if (talk !== undefined) {
      talk.inquiry.answered(responses)
      return done
    }
    const all = [...responses].map(([key, raw]) => `${JSON.stringify(key)}:${raw}`)
    const answer = await this.#ask('tasks/update', caller, `,"inputResponses":{${all.join(',')}}`)
    // A server of before has no such method, and this task no question: answers that nobody wants are taken and dropped.
    if (answer.kind === 'error' && codeOf(answer.raw) === codes.methodNotFound) return await this.#there(caller)
    return answer.kind === 'error' ? answer : done
  }

  /** Whoever cancels what is over already is told that it is done. */
  async #cancel(caller: Caller): Promise<Answer> {
    const { desk, client, task } = this.#about
    desk.tasks.talking(task, client.principal)?.abandon('the task was cancelled')
    const answer = await this.#ask('tasks/cancel', caller)
    return answer.kind === 'error' ? await this.#there(caller) : done
  }

  async #there(caller: Caller): Promise<Answer> {
    const answer = await this.#ask('tasks/get', caller)
    return answer.kind === 'error' ? answer : done
  }

  #ask(method: string, caller: Caller, more = ''): Promise<Answer> {
    const { desk, client, x, task } = this.#about
    return desk.ask(client, aboutTask(method, task, more), caller, x)
  }
}

const done: Answer = { kind: 'result', raw: rawJson('{}') }

const aboutTask = (method: string, task: string, more = ''): Incoming =>
  new Reworded({ method, rawParams: rawJson(`{"taskId":${JSON.stringify(task)}${more}}`) }, new Map())

const speaksModern = (raw: RawJson): boolean => raw.includes('resultType"') && members(raw).has('resultType')

/** A task of 2025-11-25 in the words of the extension. */
function worded(task: JsonObject, id: string): JsonObject {
  const { status, statusMessage, createdAt, lastUpdatedAt, ttl, pollInterval } = task
  const now = new Date().toISOString()
  const whole = (value: unknown): number | null => (typeof value === 'number' && value > 0 ? Math.ceil(value) : null)
  const pollIntervalMs = whole(pollInterval)
  return {
    taskId: id,
    status,
    ...(typeof statusMessage === 'string' && { statusMessage }),
    createdAt: createdAt ?? now,
    lastUpdatedAt: lastUpdatedAt ?? createdAt ?? now,
    ttlMs: whole(ttl),
    ...(pollIntervalMs !== null && { pollIntervalMs }),
  }
}

function detailed(task: JsonObject, sealed: string, more?: string): Answer {
  const text = JSON.stringify(worded(task, sealed))
  return { kind: 'result', raw: rawJson(more === undefined ? text : `${text.slice(0, -1)},${more}}`) }
}

/** Where a result stands says already which task it is of. */
function withoutRelated(raw: RawJson): RawJson {
  const meta = raw.includes(RELATED) ? find(raw, ['_meta']) : undefined
  if (meta === undefined) return raw
  const kept = [...members(raw, meta.start)].filter(([name]) => name !== RELATED)
  return edited(raw, [
    { ...meta, with: `{${kept.map(([name, at]) => `${JSON.stringify(name)}:${cut(raw, at)}`).join(',')}}` },
  ])
}

/**
 * A call that becomes a task of its upstream, where its tool has tasks. Who has not declared that it follows tasks gets the result
 * once it is there.
 */
export async function calledAsTask(asking: Asking, onward: Incoming, caller: ModernCall): Promise<Answer> {
  const { desk, x } = asking
  const { client } = caller
  const asTask = new Reworded(onward, new Map([['task', rawJson('{}')]]))
  const answer = await desk.ask(client, asTask, caller, x)
  const span = answer.kind === 'error' ? undefined : find(answer.raw, ['task'])
  if (answer.kind === 'error' || span === undefined) return answer
  const task: JsonObject = JSON.parse(cut(answer.raw, span))
  const { taskId } = task
  if (typeof taskId !== 'string')
    return { kind: 'error', raw: errorObject(codes.internal, 'the server began a task and did not say which') }
  if (!declaresTasks(client.capabilities)) return await followed({ desk, client, x, task: taskId, sealed: '' }, caller)
  desk.tasks.keep(taskId, client)
  const text = JSON.stringify(worded(task, taskId))
  return { kind: 'result', raw: rawJson(`{"resultType":"task",${text.slice(1)}`) }
}

/** The result of a task, whenever it comes; who gives up waiting for it gives up the task. */
async function followed(about: About, caller: ModernCall): Promise<Answer> {
  const { desk, client, x, task } = about
  const silent: Caller = { notification: () => {}, ask: () => Promise.resolve(unasked) }
  // Nobody waits for the answer to that.
  const giveUp = (): void => void desk.ask(client, aboutTask('tasks/cancel', task), silent, x).catch(() => {})
  const { signal } = caller
  if (signal.aborted) giveUp()
  else signal.addEventListener('abort', giveUp, { once: true })
  const answer = await desk.ask(client, aboutTask('tasks/result', task), caller, x)
  signal.removeEventListener('abort', giveUp)
  return answer.kind === 'error' ? answer : { kind: 'result', raw: withoutRelated(answer.raw) }
}

const unasked: Answer = { kind: 'error', raw: errorObject(codes.internal, 'nobody is there to be asked') }
