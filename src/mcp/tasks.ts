// The tasks of several upstreams as one list (MCP 2025-11-25, tasks): each target's own, whole, in its order, within a budget.
import type { Limits } from '../config/shape.ts'
import { type RawJson, rawJson } from '../core/brand.ts'
import { asFailure, Failure } from '../core/failure.ts'
import type { Log } from '../telemetry/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { Asked } from './asked.ts'
import { Cancel } from './cancellation.ts'
import type { Answer, Caller } from './conversation.ts'
import { errorFacts, namedFailure } from './errors.ts'
import { cut, elements, members } from './json.ts'
import type { Shelf } from './shelf.ts'

export interface TasksOptions {
  readonly limits: Limits
  readonly log: Log
  readonly metrics: Metrics
  /** Targets that do not answer are left out instead of failing the list. */
  readonly failOpen: boolean
  /** Sends the request to one target, in the client's own conversation: tasks are its caller's. */
  send(shelf: Shelf, params: RawJson | undefined, asked: Asked): Promise<Answer>
  /** A task as the caller knows it; `undefined`: none that it may ask for. */
  shown(task: RawJson, shelf: Shelf, asked: Asked): string | undefined
}

/** `tasks/list` over several targets: all pages of all of them in one page. */
export async function mergedTasks(shelves: readonly Shelf[], asked: Asked, options: TasksOptions): Promise<Answer> {
  const budget = new Budget(asked, options.limits.listBudgetMs)
  try {
    const lists = await Promise.all(shelves.map((shelf) => of(shelf, budget, options)))
    return { kind: 'result', raw: rawJson(`{"tasks":[${lists.flat().join(',')}]}`) }
  } finally {
    budget.end()
  }
}

/** So many times what one answer may have is what a whole list may have. */
const ANSWERS = 4

async function of(shelf: Shelf, budget: Budget, options: TasksOptions): Promise<readonly string[]> {
  try {
    return await pages(shelf, budget.asked, options)
  } catch (thrown) {
    const { failOpen, log } = options
    if (!failOpen || budget.isOver) throw namedFailure(shelf.target, 'tasks/list', thrown)
    log.debug('tasks of a target are left out', { target: shelf.target, error: asFailure(thrown).message })
    return []
  }
}

async function pages(shelf: Shelf, asked: Asked, options: TasksOptions): Promise<readonly string[]> {
  const { limits, metrics } = options
  const tasks: string[] = []
  const cursors = new Set<string>()
  let params: RawJson | undefined
  let size = 0
  for (let page = 0; page < limits.listPages; page++) {
    const answer = await options.send(shelf, params, asked)
    if (answer.kind === 'error') throw refusedBy(answer.raw, shelf)
    tasks.push(...tasksOf(answer.raw, shelf, (task) => options.shown(task, shelf, asked)))
    const next = cursorOf(answer.raw)
    size += answer.raw.length
    if (next === undefined || cursors.has(next)) return tasks
    if (size > ANSWERS * limits.resultBytes) {
      metrics.limitHit('resultBytes')
      return tasks
    }
    cursors.add(next)
    params = rawJson(`{"cursor":${JSON.stringify(next)}}`)
  }
  metrics.limitHit('listPages')
  return tasks
}

/** The tasks of a page in the clients' form. */
function tasksOf(raw: RawJson, { target }: Shelf, shown: (task: RawJson) => string | undefined): readonly string[] {
  const span = members(raw).get('tasks')
  if (span === undefined) throw new Failure('mcp.target', `target ${target}: tasks/list: the answer holds no tasks`)
  return elements(raw, span.start).flatMap((element) => shown(cut(raw, element)) ?? [])
}

function cursorOf(raw: RawJson): string | undefined {
  const span = members(raw).get('nextCursor')
  const cursor: unknown = span === undefined ? undefined : JSON.parse(cut(raw, span))
  return typeof cursor === 'string' ? cursor : undefined
}

function refusedBy(raw: RawJson, { target }: Shelf): Failure {
  const { code, message } = errorFacts(raw)
  return new Failure('mcp.target', `target ${target}: tasks/list: the server answered ${code} ${message}`)
}

/** The request as each target is asked it: called off with the client's, and when its time is up. */
class Budget {
  readonly asked: Asked
  readonly #cancel = new Cancel()
  readonly #timer: NodeJS.Timeout
  readonly #of: Caller
  /** The client does not want the answer any more. */
  isOver = false

  constructor({ client, incoming, caller, x }: Asked, ms: number) {
    this.#of = caller
    const late = new Failure('upstream.timeout', `no answer within ${ms} ms`)
    this.#timer = setTimeout(() => this.#cancel.abort(late), ms)
    const own: Caller = {
      signal: this.#cancel,
      notification: (method, params) => caller.notification(method, params),
      ask: (method, params, signal) => caller.ask(method, params, signal),
    }
    this.asked = new Asked(client, incoming, own, x)
    if (caller.signal?.aborted === true) this.handleEvent()
    else caller.signal?.addEventListener('abort', this)
  }

  handleEvent(): void {
    this.isOver = true
    this.#cancel.abort(this.#of.signal?.reason)
  }

  end(): void {
    clearTimeout(this.#timer)
    this.#of.signal?.removeEventListener('abort', this)
  }
}
