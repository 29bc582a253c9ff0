// Which protocol a server speaks: remembered for all conversations with it, found out anew when that has become old or wrong.

import type { RawJson, TargetName } from '../../core/brand.ts'
import { asFailure, Failure } from '../../core/failure.ts'
import type { Log } from '../../telemetry/log.ts'
import type { Answer, Caller, Connection, Hello, Outgoing, Peer } from '../conversation.ts'
import { forgotten } from './call.ts'

export type Era = 'modern' | 'legacy'

/** A server that has learnt 2026-07-28 goes on answering `initialize`: only asking again shows it (reference: mcp §1.3). */
const HOLDS_MS = 600_000

/** What is known of one server. */
export class Eras {
  /** What the configuration says: nothing is found out. */
  readonly fixed: Era | undefined
  #known: Era | 'both' | undefined = undefined
  #until = 0

  constructor(fixed: Era | undefined) {
    this.fixed = fixed
  }

  /** `undefined`: it has to be found out. `both`: it keeps sessions beside what it is asked without any. */
  get known(): Era | 'both' | undefined {
    if (this.fixed !== undefined) return this.fixed
    return Date.now() < this.#until ? this.#known : undefined
  }

  learn(era: Era | 'both'): void {
    this.#known = era
    this.#until = Date.now() + HOLDS_MS
  }

  forget(): void {
    this.#known = undefined
  }
}

/** A conversation that can say what its server had been asked to remember, so that another one can be told. */
export interface Turnable extends Connection {
  told?(): readonly Outgoing[]
}

/** A conversation with a server, of the one era or the other. */
export interface Found {
  readonly era: Era
  readonly connection: Turnable
}

/** Sends a request that a server has refused unread to the server as it is now. */
export type Moved = (request: Outgoing, caller: Caller, cause: Failure) => Promise<Answer>

export interface TurningOptions {
  readonly target: TargetName
  readonly log: Log
  readonly peer: Peer
  /** Opens a conversation. `afresh`: what is known of the server is doubtful. */
  readonly dial: (moved: Moved, afresh: boolean) => Promise<Found>
}

/** A conversation that goes on when the server is replaced by one that speaks another protocol. */
export class Turning implements Connection {
  readonly #options: TurningOptions
  /** Calls that have been moved already: a server that changes with every request is not followed. */
  readonly #once = new WeakSet<Caller>()
  readonly #moved: Moved = (request, caller, cause) => this.#move(request, caller, cause)
  #found: Found | undefined = undefined
  /** The one before, whose last calls may still be answered. */
  #before: Connection | undefined = undefined
  #turning: Promise<void> | undefined = undefined
  #ended = false

  private constructor(options: TurningOptions) {
    this.#options = options
  }

  static async open(options: TurningOptions): Promise<Turning> {
    const turning = new Turning(options)
    turning.#found = await options.dial(turning.#moved, false)
    return turning
  }

  get hello(): Hello {
    return this.#now.hello
  }

  get session(): string | undefined {
    return this.#now.session
  }

  request(request: Outgoing, caller: Caller): Promise<Answer> {
    return this.#now.request(request, caller)
  }

  notify(method: string, params: RawJson | undefined): Promise<void> {
    return this.#now.notify(method, params)
  }

  follow(task: string): () => void {
    return this.#now.follow?.(task) ?? (() => {})
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true
    await Promise.all([this.#now[Symbol.asyncDispose](), this.#before?.[Symbol.asyncDispose]()])
  }

  get #now(): Turnable {
    if (this.#found === undefined) throw new Failure('internal', 'the conversation has not been opened yet')
    return this.#found.connection
  }

  async #move(request: Outgoing, caller: Caller, cause: Failure): Promise<Answer> {
    if (this.#ended || this.#once.has(caller)) throw cause
    this.#once.add(caller)
    this.#turning ??= this.#turn().finally(() => {
      this.#turning = undefined
    })
    await this.#turning
    return await this.#now.request(request, caller)
  }

  async #turn(): Promise<void> {
    const { dial, log, peer, target } = this.#options
    const found = await dial(this.#moved, true)
    const { era, connection } = found
    if (this.#ended || era === this.#found?.era) {
      await connection[Symbol.asyncDispose]()
      return
    }
    log.info('a target speaks another protocol than before', { target, era })
    const [last, before] = [this.#before, this.#now]
    this.#before = before
    this.#found = found
    for (const request of before.told?.() ?? [])
      await connection.request(request, forgotten).catch((thrown: unknown) => {
        log.debug('a setting could not be repeated', { target, error: asFailure(thrown).message })
      })
    for (const kind of ['tools', 'prompts', 'resources'])
      peer.notification(`notifications/${kind}/list_changed`, undefined)
    await last?.[Symbol.asyncDispose]()
  }
}
