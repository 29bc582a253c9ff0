// News of one task for who listens (2026-07-28, tasks extension): asked about when its server says that it has changed, and now and then.
import { type RawJson, rawJson } from '../../core/brand.ts'
import type { Cancellation } from '../cancellation.ts'
import type { Answer, Caller } from '../conversation.ts'
import { cut, members } from '../json.ts'
import { stringAt } from '../outline.ts'
import { codes, errorObject } from '../wire.ts'
import type { ModernClient } from './modern-clients.ts'
import { type About, stateOf } from './modern-tasks.ts'

interface Reader {
  readonly signal: Cancellation
  told(params: RawJson): void
}

/** How often a task is asked about whose server says nothing: as often as it likes, then ever more seldom. */
const FIRST_MS = 1_000
const LONGEST_MS = 30_000
const ended: ReadonlySet<string | undefined> = new Set(['completed', 'failed', 'cancelled'])

/**
 * Servers may tell how their tasks are, or not; what they tell is never passed on as it came. Only an answer to `tasks/get` has
 * passed the doors of whoever judges results, for this caller and at this time.
 */
export class TaskWatch implements Caller {
  readonly signal: Cancellation
  readonly sealed: string
  readonly #about: About
  readonly #reader: Reader
  #state: RawJson | undefined = undefined
  #waitMs = FIRST_MS
  #timer: NodeJS.Timeout | undefined = undefined
  #stops: (() => void)[] = []
  #asking = false
  #again = false
  #over = false

  constructor(about: About, reader: Reader) {
    this.sealed = about.sealed
    this.signal = reader.signal
    this.#about = about
    this.#reader = reader
  }

  /** Whether the caller may ask about it, and its server has said within this time how it is. */
  async open(ms: number): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<false>()
    const timer = setTimeout(resolve, ms, false)
    const known = await Promise.race([this.#follow(), promise])
    clearTimeout(timer)
    if (!known) this.end()
    return known
  }

  /** Tells how it is, and from now on what becomes of it. */
  begin(): void {
    if (this.#state !== undefined) this.#tell(this.#state)
  }

  end(): void {
    this.#over = true
    clearTimeout(this.#timer)
    this.#state = undefined
    for (const stop of this.#stops) stop()
    this.#stops = []
  }

  notification(): void {}

  ask(): Promise<Answer> {
    return Promise.resolve(nobody)
  }

  async #follow(): Promise<boolean> {
    const { desk, task, x } = this.#about
    const client = this.#client()
    try {
      const stop = await desk.federation.followTask(client, task, x)
      if (stop === undefined) return false
      const heard = (id: string): void => {
        if (id === task) this.#look()
      }
      this.#stops.push(stop, client.follow(heard))
      if (this.#over) this.end()
      this.#state = await this.#now()
      return this.#state !== undefined
    } catch {
      return false // whoever asks about it next learns why
    }
  }

  /** Its server may know it in the conversation only that it was made in. */
  #client(): ModernClient {
    const { desk, task, client } = this.#about
    const maker = desk.tasks.maker(task, client.principal)
    if (maker !== undefined) maker.lastUsed = Date.now()
    return maker ?? client
  }

  async #now(): Promise<RawJson | undefined> {
    const { x } = this.#about
    const { kind, raw } = await stateOf({ ...this.#about, client: this.#client() }, this)
    x.mcpMethod = 'subscriptions/listen'
    return kind === 'error' ? undefined : withoutType(raw)
  }

  #look(): void {
    if (this.#over || this.#state === undefined) return
    clearTimeout(this.#timer)
    this.#again = this.#asking
    if (!this.#asking) void this.#looked() // never rejects
  }

  async #looked(): Promise<void> {
    this.#asking = true
    const now = await this.#now().catch(() => undefined)
    this.#asking = false
    if (this.#over) return
    // A server that is away may come back; whoever asks meanwhile learns why there is no answer.
    if (now !== undefined && now !== this.#state) this.#tell(now)
    else this.#later(this.#waitMs * 2)
    if (this.#again) this.#look()
  }

  #tell(state: RawJson): void {
    this.#state = state
    this.#reader.told(state)
    const said = members(state)
    if (ended.has(stringAt(state, said.get('status')))) return this.end()
    const interval = said.get('pollIntervalMs')
    const wanted = interval === undefined ? 0 : Number(cut(state, interval))
    this.#later(wanted > FIRST_MS ? wanted : FIRST_MS)
  }

  #later(ms: number): void {
    clearTimeout(this.#timer)
    this.#waitMs = Math.min(ms, LONGEST_MS)
    this.#timer = setTimeout(() => this.#look(), this.#waitMs).unref()
  }
}

const nobody: Answer = { kind: 'error', raw: errorObject(codes.methodNotFound, 'nobody is asked anything here') }

/** A notification is no result. */
function withoutType(raw: RawJson): RawJson {
  const said = members(raw)
  if (!said.delete('resultType')) return raw
  return rawJson(`{${[...said].map(([name, span]) => `${JSON.stringify(name)}:${cut(raw, span)}`).join(',')}}`)
}
