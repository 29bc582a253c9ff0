// Tasks of a server of 2026-07-28 as clients of 2025-11-25 hold them: begun by `task` in a call, asked about by the methods of that revision.

import { randomUUID } from 'node:crypto'
import type { Limits } from '../../config/shape.ts'
import { type RawJson, rawJson } from '../../core/brand.ts'
import type { JsonObject } from '../../core/item.ts'
import type { Cancellation } from '../cancellation.ts'
import type { Answer, Caller, Outgoing, Peer } from '../conversation.ts'
import { cut, type Edit, edited, find, members, setMember } from '../json.ts'
import { codes, errorObject, modernRevision } from '../wire.ts'
import type { Ear, Listening } from './modern-listening.ts'
import type { Asking } from './modern-questions.ts'
import { Result } from './modern-results.ts'
import { followed, taskIn } from './modern-tasks.ts'

export interface HeldTasksOptions {
  readonly limits: Limits
  readonly peer: Peer
  readonly asking: Asking
  /** Where the server says how they are. */
  readonly listening: Listening
  readonly listen: Ear['listen']
  /** One request, on its own. */
  readonly send: (request: Outgoing, caller: Caller) => Promise<Answer>
}

interface Held {
  /** Its client has cancelled it: it stays so, whatever its server goes on to do (2025-11-25, tasks: cancellation). */
  cancelled: boolean
  /** A call that its server answered at once: the task is ours, and over. */
  readonly over: { readonly task: JsonObject; readonly answer: Answer } | undefined
}

/** Tasks of one conversation. */
const MOST = 256
const ROOM = 64 << 20
/** Requests about tasks at a time, while they are listed. */
const AT_ONCE = 8
const RELATED = 'io.modelcontextprotocol/related-task'
const methods: ReadonlySet<string> = new Set(['tasks/get', 'tasks/result', 'tasks/list', 'tasks/cancel'])
const ended: ReadonlySet<unknown> = new Set(['completed', 'failed', 'cancelled'])

/** Whether a request asks about tasks as 2025-11-25 does. */
export const asksOfTasks = ({ method }: Outgoing): boolean => methods.has(method)

/** A call that its client wants to be a task; the same call without the word, which this revision does not have. */
export function plainCall(request: Outgoing): Outgoing | undefined {
  const { method, params } = request
  if (method !== 'tools/call' || params?.includes('"task"') !== true) return undefined
  const said = members(params)
  if (!said.delete('task')) return undefined
  const kept = [...said].map(([name, span]) => `${JSON.stringify(name)}:${cut(params, span)}`)
  return { ...request, params: rawJson(`{${kept.join(',')}}`) }
}

export class HeldTasks implements Ear {
  /** For what all conversations keep of calls that were answered at once. */
  static readonly #room = { left: ROOM }
  readonly lists = []
  readonly uris = new Set<string>()
  readonly tasks = new Set<string>()
  readonly #options: HeldTasksOptions
  /** Oldest first. */
  readonly #held = new Map<string, Held>()
  #bytes = 0

  constructor(options: HeldTasksOptions) {
    this.#options = options
  }

  listen(...[params, reader]: Parameters<Ear['listen']>): ReturnType<Ear['listen']> {
    return this.#options.listen(params, reader)
  }

  /** The answer to a call that was to be a task, and has become one or not. */
  begun(answer: Answer): Answer {
    if (answer.kind === 'error') return answer
    const result = new Result(answer.raw)
    const task =
      result.type === 'task' ? this.#begun(taskIn(result, this.#options.asking), result) : this.#atOnce(answer)
    return task === undefined ? answer : { kind: 'result', raw: rawJson(JSON.stringify({ task })) }
  }

  request(request: Outgoing, caller: Caller): Promise<Answer> {
    const id = request.params === undefined ? undefined : new Result(request.params).string('taskId')
    if (request.method === 'tasks/list') return this.#list(request, caller)
    if (id === undefined) return Promise.resolve(refusal('taskId must be a string'))
    const over = this.#held.get(id)?.over
    if (over !== undefined) return Promise.resolve(ofEnded(request.method, id, over))
    if (request.method === 'tasks/get') return this.#get(id, request, caller)
    return request.method === 'tasks/cancel' ? this.#cancel(id, request, caller) : this.#result(id, request, caller)
  }

  /** From now on its client hears how it is. */
  follow(id: string): () => void {
    if (this.tasks.size >= MOST) return () => {}
    this.tasks.add(id)
    if (this.tasks.size === 1) this.#options.listening.join(this)
    else this.#options.listening.changed()
    return () => this.#leave(id)
  }

  end(): void {
    for (const id of this.#held.keys()) this.#drop(id)
    this.tasks.clear()
    this.#options.listening.leave(this)
  }

  /** What the server says of one of them; before it says anything, and after a gap in that, only which one. */
  notification(_method: string, params: RawJson | undefined): void {
    const said = params === undefined ? undefined : new Result(params)
    const id = said?.string('taskId')
    if (said === undefined || id === undefined) return
    if (said.string('status') !== undefined) return this.#tell(id, worded(said))
    // Whoever speaks this revision asks for the rest; others ask again and again in any case.
    if (this.#options.peer.revision === modernRevision && this.tasks.has(id)) this.#say({ taskId: id })
  }

  #tell(id: string, task: JsonObject): void {
    if (!this.tasks.has(id)) return
    if (ended.has(task['status'])) this.#leave(id)
    this.#say(this.#shown(id, task))
  }

  #say(task: JsonObject): void {
    this.#options.peer.notification('notifications/tasks/status', rawJson(JSON.stringify(task)))
  }

  #leave(id: string): void {
    if (!this.tasks.delete(id)) return
    if (this.tasks.size === 0) this.#options.listening.leave(this)
    else this.#options.listening.changed()
  }

  #begun(id: string, result: Result): JsonObject {
    const task = worded(result)
    this.#keep(id, { cancelled: false, over: undefined })
    if (!ended.has(task['status'])) this.follow(id)
    return task
  }

  /** Whoever asked for a task asks for its result next (2025-11-25: what is declared to make tasks has to answer with one). */
  #atOnce(answer: Answer): JsonObject | undefined {
    const { limits, peer } = this.#options
    const { length } = answer.raw
    if (peer.passing === true || this.#bytes + length > limits.resultBytes || HeldTasks.#room.left < length)
      return undefined
    const now = new Date().toISOString()
    const status = failed(answer.raw) ? 'failed' : 'completed'
    const task = { taskId: randomUUID(), status, createdAt: now, lastUpdatedAt: now, ttl: limits.parkedMs }
    this.#count(length)
    this.#keep(task.taskId, { cancelled: false, over: { task, answer } })
    setTimeout(() => this.#drop(task.taskId), limits.parkedMs).unref()
    return task
  }

  #keep(id: string, held: Held): void {
    this.#held.set(id, held)
    const [oldest] = this.#held.keys()
    if (this.#held.size > MOST && oldest !== undefined) this.#drop(oldest)
  }

  #drop(id: string): void {
    this.#count(-(this.#held.get(id)?.over?.answer.raw.length ?? 0))
    this.#held.delete(id)
    this.#leave(id)
  }

  #count(characters: number): void {
    this.#bytes += characters
    HeldTasks.#room.left -= characters
  }

  async #get(id: string, about: Pick<Outgoing, 'headers' | 'who'>, caller: Caller): Promise<Answer> {
    const { kind, raw } = await this.#ask('tasks/get', id, { about, caller })
    if (kind === 'error') return { kind, raw }
    return { kind, raw: rawJson(JSON.stringify(this.#shown(id, worded(new Result(raw))))) }
  }

  /** What is over cannot be cancelled; of the rest a server says no more than that it has heard. */
  async #cancel(id: string, request: Outgoing, caller: Caller): Promise<Answer> {
    const { kind, raw } = await this.#get(id, request, caller)
    if (kind === 'error') return { kind, raw }
    const task: JsonObject = JSON.parse(raw)
    if (ended.has(task['status'])) return refusal('the task is over')
    const answer = await this.#ask('tasks/cancel', id, { about: request, caller })
    if (answer.kind === 'error') return answer
    const held = this.#held.get(id)
    if (held === undefined) this.#keep(id, { cancelled: true, over: undefined })
    else held.cancelled = true
    const now = { lastUpdatedAt: new Date().toISOString() }
    return { kind: 'result', raw: rawJson(JSON.stringify({ ...this.#shown(id, task), ...now })) }
  }

  async #result(id: string, request: Outgoing, caller: Caller): Promise<Answer> {
    const { send, asking } = this.#options
    if (this.#held.get(id)?.cancelled === true) return { kind: 'error', raw: errorObject(codes.internal, CANCELLED) }
    const first = await this.#ask('tasks/get', id, { about: request, caller })
    if (first.kind === 'error') return first
    const by = new About(caller, id)
    const wire = { send, asking, request, caller: by, token: undefined, kept: true }
    const answer = await followed(new Result(first.raw), wire)
    this.#leave(id)
    return related(answer, id)
  }

  /** Those of this conversation: servers of this revision list none. */
  async #list(request: Outgoing, caller: Caller): Promise<Answer> {
    if (request.params !== undefined && members(request.params).has('cursor')) return refusal('unknown cursor')
    const all: JsonObject[] = []
    const held = [...this.#held]
    for (let at = 0; at < held.length; at += AT_ONCE) {
      const some = held.slice(at, at + AT_ONCE).map(async ([id, { over }]) => {
        if (over !== undefined) return [over.task]
        const { kind, raw } = await this.#get(id, request, caller)
        if (kind === 'error') this.#drop(id)
        return kind === 'error' ? [] : [JSON.parse(raw)]
      })
      all.push(...(await Promise.all(some)).flat())
    }
    return { kind: 'result', raw: rawJson(JSON.stringify({ tasks: all })) }
  }

  #shown(id: string, task: JsonObject): JsonObject {
    return this.#held.get(id)?.cancelled === true ? { ...task, status: 'cancelled', statusMessage: CANCELLED } : task
  }

  #ask(method: string, id: string, by: { about: Pick<Outgoing, 'headers' | 'who'>; caller: Caller }): Promise<Answer> {
    const { headers, who } = by.about
    const params = rawJson(`{"taskId":${JSON.stringify(id)}}`)
    return this.#options.send({ method, params, headers, who }, by.caller)
  }
}

const CANCELLED = 'the task was cancelled'
const refusal = (message: string): Answer => ({ kind: 'error', raw: errorObject(codes.invalidParams, message) })

function ofEnded(method: string, id: string, { task, answer }: NonNullable<Held['over']>): Answer {
  if (method === 'tasks/get') return { kind: 'result', raw: rawJson(JSON.stringify(task)) }
  return method === 'tasks/result' ? related(answer, id) : refusal('the task is over')
}

/** A task as 2025-11-25 words it. A tool that says of itself that it failed is a failed task there. */
function worded(said: Result): JsonObject {
  const result = said.text('result')
  const status = said.string('status') ?? 'working'
  const message = said.string('statusMessage')
  const createdAt = said.string('createdAt') ?? new Date().toISOString()
  const pollInterval = said.number('pollIntervalMs')
  return {
    taskId: said.string('taskId'),
    status: status === 'completed' && result !== undefined && failed(result) ? 'failed' : status,
    ...(message !== undefined && { statusMessage: message }),
    createdAt,
    lastUpdatedAt: said.string('lastUpdatedAt') ?? createdAt,
    ttl: said.number('ttlMs') ?? null,
    ...(pollInterval !== undefined && { pollInterval }),
  }
}

function failed(result: RawJson): boolean {
  return result.includes('isError"') && new Result(result).text('isError') === 'true'
}

/** A result that says of which task it is (2025-11-25, tasks: related messages). */
function related({ kind, raw }: Answer, id: string): Answer {
  return kind === 'error' ? { kind, raw } : { kind, raw: edited(raw, [relatedTo(raw, id)]) }
}

function relatedTo(text: RawJson, id: string): Edit {
  const task = `{"taskId":${JSON.stringify(id)}}`
  const meta = find(text, ['_meta'])
  return meta === undefined || text[meta.start] !== '{'
    ? setMember(text, 0, '_meta', `{"${RELATED}":${task}}`)
    : setMember(text, meta.start, RELATED, task)
}

/** Whoever waits for a task's result, and is asked what the task wants to know. */
class About implements Caller {
  readonly signal: Caller['signal']
  readonly #caller: Caller
  readonly #id: string

  constructor(caller: Caller, id: string) {
    this.#caller = caller
    this.#id = id
    this.signal = caller.signal
  }

  get logLevel(): string | undefined {
    return this.#caller.logLevel
  }

  notification(method: string, params: RawJson | undefined): void {
    this.#caller.notification(method, params)
  }

  ask(method: string, params: RawJson | undefined, signal?: Cancellation): Promise<Answer> {
    const said = params ?? rawJson('{}')
    return this.#caller.ask(method, edited(said, [relatedTo(said, this.#id)]), signal)
  }
}
