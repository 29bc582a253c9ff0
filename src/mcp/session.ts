// One client that has opened with `initialize`: a small record of what it said, what it runs, and where it listens.

import type { RawJson, TargetName } from '../core/brand.ts'
import type { Who } from '../core/exchange.ts'
import type { JsonObject } from '../core/item.ts'
import { Roster, type Seated } from '../core/roster.ts'
import type { Log } from '../telemetry/log.ts'
import { type Line, Questions } from './ask.ts'
import type { Cancellation } from './cancellation.ts'
import type { Answer, Client, Connection, Federation } from './conversation.ts'
import { Channel, type EventStream, type Streams } from './ingress/stream.ts'
import { notificationText } from './wire.ts'

/** What a session is made of. */
export interface SessionFacts {
  readonly id: string
  readonly principal: string
  readonly revision: string
  /** When its id will open nothing any more, in milliseconds; 0: it never did. */
  readonly until: number
  readonly clientInfo: RawJson
  readonly capabilities: JsonObject
}

/** What sessions of one process share. */
export interface SessionParts {
  readonly streams: Streams
  readonly askTimeoutMs: number
  readonly log: Log
  /** `false`: everything goes to the one stream, without event ids (HTTP+SSE). */
  readonly resumable: boolean
  /** The stream, where there was one before the session. */
  readonly main?: Channel
}

/** A request that runs, as its session sees it. */
export interface Running extends Line, Seated {
  readonly id: RawJson
  /** The client does not want it any more (with its reason), or the session is over. */
  cancel(reason: string): void
  /** Ends it because the session is over. */
  sessionOver(): void
}

/** How long an ended channel can still be asked for what it said. */
const RESUME_MS = 60_000
/** Channels of one session, ended ones included: who calls in a loop would collect a minute's worth of them. */
const CHANNELS = 256

/**
 * Fields that most sessions never need are made on first use: there may be ten thousand of these, most of them idle.
 */
export class Session implements Client, Line, Seated {
  seat = -1
  readonly id: string
  readonly principal: string
  readonly revision: string
  readonly until: number
  readonly clientInfo: RawJson
  readonly capabilities: JsonObject
  readonly resumable: boolean
  logLevel: string | undefined = undefined
  lastUsed: number
  who: Who | undefined = undefined
  over = false
  readonly #parts: SessionParts
  #connections: Map<TargetName, Promise<Connection>> | undefined = undefined
  #subscriptions: Set<string> | undefined = undefined
  #running: Roster<Running> | undefined = undefined
  #calls = 0
  #questions: Questions | undefined = undefined
  #main: Channel | undefined = undefined
  #channels: Map<number, Channel> | undefined = undefined
  #count = 0
  #federation: Federation | undefined = undefined
  #detach: (() => void) | undefined = undefined

  constructor(facts: SessionFacts, parts: SessionParts) {
    this.id = facts.id
    this.principal = facts.principal
    this.revision = facts.revision
    this.until = facts.until
    this.clientInfo = facts.clientInfo
    this.capabilities = facts.capabilities
    this.resumable = parts.resumable
    this.lastUsed = Date.now()
    this.#main = parts.main
    this.#parts = parts
  }

  get connections(): Map<TargetName, Promise<Connection>> {
    return (this.#connections ??= new Map())
  }

  get subscriptions(): Set<string> {
    return (this.#subscriptions ??= new Set())
  }

  get questions(): Questions {
    this.#questions ??= new Questions(this.#parts.askTimeoutMs)
    if (this.over) this.#questions.end()
    return this.#questions
  }

  /** The stream of everything that belongs to no call. */
  get main(): Channel {
    return (this.#main ??= new Channel({ streams: this.#parts.streams, number: 0, resumption: this.#resumption }))
  }

  get passing(): boolean {
    return this.id === ''
  }

  /** Requests that run. */
  get calls(): number {
    return this.#calls
  }

  /** Nobody waits for anything here. */
  get idle(): boolean {
    return this.#calls === 0 && this.#main?.stream === undefined
  }

  /** Takes note of who uses it. Verified tokens and keys are the same objects from request to request. */
  usedBy({ identity, jwt, apiKey, basicAuth, entrance }: Who): void {
    const { who } = this
    if (who?.entrance !== entrance || who?.jwt !== jwt || who?.apiKey !== apiKey || who?.identity !== identity)
      this.who = { identity, jwt, apiKey, basicAuth, entrance }
  }

  /** From now on it hears of changes from this federation: a reload may have made another one. */
  use(federation: Federation): void {
    if (this.#federation === federation) return
    this.#detach?.()
    this.#federation = federation
    this.#detach = federation.attach(this)
  }

  notification(method: string, params: RawJson | undefined): void {
    if (!this.over) this.main.send(notificationText(method, params))
  }

  /** A question of no call in particular. */
  ask(method: string, params: RawJson | undefined, signal?: Cancellation): Promise<Answer> {
    return this.questions.ask(this, method, params, signal)
  }

  /** Where it is heard: some clients never open the stream of the session, only those of their calls (reference: mcp §12.2). */
  say(text: RawJson): void {
    const newest = this.#main?.stream === undefined ? this.#running?.all().at(-1) : undefined
    if (newest === undefined) this.main.send(text)
    else newest.say(text)
  }

  /** A request begins. Ids that are in use already belong to the newest request, as the client sees it. */
  begin(call: Running): void {
    this.#calls++
    const before = this.running(call.id)
    if (before !== undefined) this.#running?.delete(before)
    ;(this.#running ??= new Roster()).add(call)
  }

  done(call: Running): void {
    this.#calls--
    this.#running?.delete(call)
    this.#questions?.endOf(call)
    this.lastUsed = Date.now()
  }

  /** The running request with exactly this id: `1` and `"1"` are two (MCP basic/utilities/cancellation). */
  running(id: RawJson): Running | undefined {
    return this.#running?.find((call) => call.id === id)
  }

  /** The client has posted an answer. */
  answered(id: RawJson | undefined, answer: Answer): void {
    this.#questions?.answered(id, answer)
  }

  /** A channel for what one POST is answered with. */
  channel(): Channel {
    const number = ++this.#count
    const channel = new Channel({ streams: this.#parts.streams, number, resumption: this.#resumption })
    if (this.#resumption === 'none') return channel
    const channels = (this.#channels ??= new Map())
    if (channels.size >= CHANNELS) this.#dropOldest(channels)
    channels.set(number, channel)
    return channel
  }

  #dropOldest(channels: Map<number, Channel>): void {
    for (const [number, channel] of channels) {
      if (channel.ended === 0) continue // its call still runs, and those are bounded
      channel.forget()
      channels.delete(number)
      return
    }
  }

  /** Opens the event stream of the session, or takes up the one of an earlier response. */
  listen(lastEventId: string | undefined): EventStream | 'open already' | 'unknown event' {
    if (lastEventId === undefined || lastEventId === '')
      return this.#main?.stream === undefined ? this.main.open() : 'open already'
    const parts = /^(\d{1,10})-(\d{1,10})$/.exec(lastEventId)
    const number = Number(parts?.[1] ?? -1)
    const channel = number === 0 ? this.main : this.#channels?.get(number)
    if (channel === undefined || this.#resumption === 'none') return 'unknown event'
    return channel.open(Number(parts?.[2]))
  }

  /** Lets go of what no one will come back for. */
  prune(now: number): void {
    this.#main?.prune(now, RESUME_MS)
    if (this.#channels === undefined) return
    for (const [number, channel] of this.#channels)
      if (channel.ended > 0 && now - channel.ended > RESUME_MS) {
        channel.forget()
        this.#channels.delete(number)
      }
    if (this.#channels.size === 0) this.#channels = undefined
  }

  /** Ends everything: running requests, questions, streams, and the conversations with upstreams. */
  end(): void {
    if (this.over) return
    this.over = true
    this.#detach?.()
    this.#detach = undefined
    this.#federation = undefined
    for (const call of this.#running?.all() ?? []) call.sessionOver()
    this.#questions?.end()
    this.#main?.end()
    this.#main?.forget()
    for (const channel of this.#channels?.values() ?? []) {
      channel.end()
      channel.forget()
    }
    for (const connection of this.#connections?.values() ?? []) void this.#hangUp(connection)
    this.#connections?.clear()
  }

  async #hangUp(opening: Promise<Connection>): Promise<void> {
    try {
      await (await opening)[Symbol.asyncDispose]()
    } catch (thrown) {
      // Nobody is left to hear of it.
      this.#parts.log.debug('a conversation did not end cleanly', { error: String(thrown) })
    }
  }

  get #resumption(): 'none' | 'ids' | 'primed' {
    if (!this.resumable || this.revision < '2025-03-26') return 'none'
    return this.revision < '2025-11-25' ? 'ids' : 'primed'
  }
}
