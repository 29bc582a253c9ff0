// Tasks that clients of 2026-07-28 hold: their ids sealed, and who made those that live in one conversation only.
import { type RawJson, rawJson } from '../../core/brand.ts'
import type { Exchange } from '../../core/exchange.ts'
import type { Answer, Caller, Incoming } from '../conversation.ts'
import { edited, members, setMember } from '../json.ts'
import type { ParkingLot } from '../park.ts'
import { type Holder, openTask, sealTask } from '../task-ids.ts'
import type { ModernClient, ModernClients } from './modern-clients.ts'
import { Reworded } from './modern-envelope.ts'
import { TaskTalk } from './task-talk.ts'

const HOUR = 60 * 60 * 1_000
/** How long an id is good of a task that its server keeps for as long as it likes. */
const UNLIMITED_MS = 24 * HOUR
/** Tasks whose conversations are remembered. */
const MOST = 10_000

interface Parts {
  readonly key: Buffer
  readonly backend: string
  readonly clients: ModernClients
  readonly lot: ParkingLot
  ask(client: ModernClient, incoming: Incoming, caller: Caller, x: Exchange): Promise<Answer>
}

interface About {
  readonly client: ModernClient
  readonly x: Exchange
  readonly task: string
}

export class TaskDesk {
  readonly #parts: Parts
  /** Oldest first. */
  readonly #keepers = new Map<string, ModernClient>()
  readonly #talks = new Map<string, TaskTalk>()

  constructor(parts: Parts) {
    this.#parts = parts
  }

  open(sealed: string, principal: string): string | undefined {
    return openTask(sealed, Date.now(), this.#holder(principal))
  }

  /** A result that begins a task, with the id that its client may hold. */
  begun(raw: RawJson, principal: string): RawJson {
    const said = members(raw)
    const task: { taskId?: unknown; ttlMs?: unknown } = JSON.parse(raw)
    const ttl = typeof task.ttlMs === 'number' ? task.ttlMs + HOUR : UNLIMITED_MS
    const sealed = sealTask(String(task.taskId), Date.now() + Math.min(ttl, 30 * UNLIMITED_MS), this.#holder(principal))
    return said.has('taskId') ? edited(raw, [setMember(raw, 0, 'taskId', JSON.stringify(sealed))]) : raw
  }

  /** Remembers who made a task: its server may know it in that conversation only. */
  keep(task: string, client: ModernClient): void {
    this.#keepers.set(keyOf(task, client.principal), client)
    const [oldest] = this.#keepers.keys()
    if (this.#keepers.size > MOST && oldest !== undefined) this.#keepers.delete(oldest)
  }

  /** Who made it, if that client is there still; used like a leased one. */
  keeper(task: string, principal: string): ModernClient | undefined {
    const key = keyOf(task, principal)
    const client = this.#keepers.get(key)
    if (client !== undefined && this.#parts.clients.again(client)) return client
    this.#keepers.delete(key)
    return undefined
  }

  /** Who made it, if that client is there still. */
  maker(task: string, principal: string): ModernClient | undefined {
    const client = this.#keepers.get(keyOf(task, principal))
    return client?.over === true ? undefined : client
  }

  talking(task: string, principal: string): TaskTalk | undefined {
    return this.#talks.get(keyOf(task, principal))
  }

  /** Waits for a task's result, so that its questions come; `undefined`: too many calls wait already. */
  talk({ client, x, task }: About): TaskTalk | undefined {
    const key = keyOf(task, client.principal)
    const there = this.#talks.get(key)
    if (there !== undefined) return there
    const talk = new TaskTalk(client, () => {
      this.#talks.delete(key)
      if (seat !== undefined) this.#parts.lot.take(seat.number, client.principal)
    })
    const seat = this.#parts.lot.park(talk)
    if (seat === undefined) return undefined
    this.#talks.set(key, talk)
    const request = new Reworded(
      { method: 'tasks/result', rawParams: rawJson(JSON.stringify({ taskId: task })) },
      new Map(),
    )
    void talk.wait((caller) => this.#parts.ask(client, request, caller, x)) // never rejects
    return talk
  }

  #holder(principal: string): Holder {
    const { key, backend } = this.#parts
    return { key, backend, principal }
  }
}

const keyOf = (task: string, principal: string): string => `${principal}\n${task}`
