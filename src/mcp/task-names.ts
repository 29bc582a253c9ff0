// Ids of tasks as clients hold them, and whose they are: servers behind a gateway see one caller where there are many.
import { type RawJson, type TargetName, targetName } from '../core/brand.ts'
import type { Client } from './conversation.ts'
import { cut, type Edit, edited, find } from './json.ts'
import { stringAt } from './outline.ts'
import { anonymous } from './principals.ts'
import { TaskCalls } from './task-calls.ts'
import { nameTask, readTaskName } from './task-ids.ts'
import { quoted } from './uris.ts'
import { modernRevision } from './wire.ts'

type Holder = Pick<Client, 'principal' | 'revision'>

/** Whose id it is, and of which server. */
interface Whose {
  readonly client: Holder
  readonly target: TargetName
  /** Several targets stand behind the client. */
  readonly several: boolean
}

export interface TaskNamesOptions {
  readonly key: Buffer
  /** The backend whose tasks these are. */
  readonly backend: string
}

export interface TaskPlace {
  readonly target: TargetName
  readonly id: string
}

/** Tasks whose owners are remembered. */
const MOST = 10_000
const RELATED = 'io.modelcontextprotocol/related-task'

export class TaskNames implements AsyncDisposable {
  readonly #options: TaskNamesOptions
  /** By target and id, oldest first: who began it. */
  readonly #owners = new Map<string, string>()
  /** Of callers whom nobody has identified, each session has its own. */
  readonly #nameless = new WeakMap<object, Set<string>>()

  /** What they were begun with. */
  readonly calls = new TaskCalls()

  constructor(options: TaskNamesOptions) {
    this.#options = options
  }

  /**
   * The id for a client. Those of 2026-07-28 get theirs from the ingress, which seals them for a time; older ones may compare ids,
   * so that theirs are always the same.
   */
  expose({ client, target, several }: Whose, id: string): string {
    const name = `${target}+${id}`
    if (client.revision !== modernRevision) return nameTask(name, this.#holder(client))
    return several ? name : id
  }

  /** Takes a client's id apart; `only`: the one target behind it. `undefined`: it is no id that this client could have from here. */
  split(client: Holder, said: string, only: TargetName | undefined): TaskPlace | undefined {
    const modern = client.revision === modernRevision
    if (modern && only !== undefined) return { target: only, id: said }
    const name = modern ? said : readTaskName(said, this.#holder(client))
    const plus = name?.indexOf('+') ?? -1 // target names hold no plus sign
    if (name === undefined || plus < 0) return undefined
    return { target: targetName(name.slice(0, plus)), id: name.slice(plus + 1) }
  }

  began(client: Client, target: TargetName, id: string): void {
    const key = `${target}+${id}`
    if (client.principal === anonymous) {
      const own = this.#nameless.get(client) ?? new Set()
      if (own.size < MOST) this.#nameless.set(client, own.add(key))
      return
    }
    this.#owners.delete(key)
    this.#owners.set(key, client.principal)
    const [oldest] = this.#owners.keys()
    if (this.#owners.size > MOST && oldest !== undefined) this.#owners.delete(oldest)
  }

  /** Whether a client, or another one of the same caller, began a task here. */
  owns(client: Client, target: TargetName, id: string): boolean {
    const key = `${target}+${id}`
    return client.principal === anonymous
      ? this.#nameless.get(client)?.has(key) === true
      : this.#owners.get(key) === client.principal
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#owners.clear()
  }

  #holder({ principal }: Holder): Parameters<typeof nameTask>[1] {
    return { ...this.#options, principal }
  }
}

/** Exchanges the task ids of a text: its own, that of a new task, and that of a related one. `undefined` leaves one as it is. */
export function withTasks(text: RawJson, exchange: (id: string) => string | undefined): RawJson {
  if (!text.includes('"taskId"')) return text
  const edits: Edit[] = []
  for (const path of [['taskId'], ['task', 'taskId'], ['_meta', RELATED, 'taskId']]) {
    const span = find(text, path)
    const id = stringAt(text, span)
    const other = id === undefined ? undefined : exchange(id)
    if (span !== undefined && other !== undefined) edits.push({ ...span, with: quoted(other) })
  }
  return edited(text, edits)
}

/** The same for the task that a message only says it belongs to. */
export function withRelated(text: RawJson, exchange: (id: string) => string | undefined): RawJson {
  const span = text.includes(RELATED) ? find(text, ['_meta', RELATED, 'taskId']) : undefined
  const id = span && stringAt(text, span)
  const other = id === undefined ? undefined : exchange(id)
  return span === undefined || other === undefined ? text : edited(text, [{ ...span, with: quoted(other) }])
}

/** The id of the task that a result has begun, in either revision's form. */
export function begunTask(result: RawJson): string | undefined {
  if (!result.includes('"taskId"')) return undefined
  const before = find(result, ['task', 'taskId'])
  if (before !== undefined) return stringAt(result, before)
  const type = find(result, ['resultType'])
  return type !== undefined && cut(result, type) === '"task"' ? stringAt(result, find(result, ['taskId'])) : undefined
}
