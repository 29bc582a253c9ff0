// Clients of 2026-07-28: they have no sessions, so whoever says the same of itself goes on with the conversations that are there.

import { hash } from 'node:crypto'
import type { Limits } from '../../config/shape.ts'
import { type RawJson, rawJson, type TargetName } from '../../core/brand.ts'
import type { Who } from '../../core/exchange.ts'
import type { JsonObject } from '../../core/item.ts'
import { Roster, type Seated } from '../../core/roster.ts'
import type { Log } from '../../telemetry/log.ts'
import type { Metrics } from '../../telemetry/metrics.ts'
import type { Cancellation } from '../cancellation.ts'
import type { Answer, Client, Connection } from '../conversation.ts'
import { find } from '../json.ts'
import { stringAt } from '../outline.ts'
import { anonymous } from '../principals.ts'
import { codes, errorObject, modernRevision } from '../wire.ts'
import { Idlest } from './idlest.ts'
import type { Envelope } from './modern-envelope.ts'
import { TASK_STATUS } from './modern-task-words.ts'
import { Rounds } from './rounds.ts'
import { shortCapabilities, shortInfo } from './ticket.ts'

/** What a client hears and is asked, in whichever way it listens: a running call, or `subscriptions/listen`. */
export interface Listener extends Seated {
  notification(method: string, params: RawJson | undefined): void
  ask(method: string, params: RawJson | undefined, signal?: Cancellation): Promise<Answer>
  /** Looked in on every so often. */
  visit(now: number): void
  /** The gateway has no more use for it. */
  end(why: string): void
}

/** Somebody with conversations of their own: everybody who says the same, or the only one who uses them at the moment. */
export class ModernClient implements Client, Seated {
  seat = -1
  readonly principal: string
  readonly revision = modernRevision
  readonly clientInfo: RawJson
  readonly capabilities: JsonObject
  readonly pool: Pool | undefined
  /** It judges itself what it can be asked, and answers for what it cannot. */
  readonly takesInput = true
  logLevel: string | undefined
  who: Who | undefined = undefined
  lastUsed = Date.now()
  over = false
  readonly #log: Log
  readonly #listeners = new Roster<Listener>()
  #connections: Map<TargetName, Promise<Connection>> | undefined = undefined
  #subscriptions: Set<string> | undefined = undefined
  #followers: Set<(task: string) => void> | undefined = undefined

  constructor(facts: Facts, log: Log, pool?: Pool) {
    this.principal = facts.principal
    this.clientInfo = facts.clientInfo
    this.capabilities = facts.capabilities
    this.logLevel = facts.logLevel
    this.pool = pool
    this.#log = log
  }

  get connections(): Map<TargetName, Promise<Connection>> {
    return (this.#connections ??= new Map())
  }

  get subscriptions(): Set<string> {
    return (this.#subscriptions ??= new Set())
  }

  /** Requests that run. */
  get calls(): number {
    return this.#listeners.size
  }

  get idle(): boolean {
    return this.#listeners.size === 0
  }

  use(x: Who, listener: Listener): void {
    this.usedBy(x)
    this.#listeners.add(listener)
  }

  /** Takes note of who uses it. Verified tokens and keys are the same objects from request to request. */
  usedBy({ identity, jwt, apiKey, basicAuth, entrance }: Who): void {
    const { who } = this
    if (who?.entrance !== entrance || who?.jwt !== jwt || who?.apiKey !== apiKey || who?.identity !== identity)
      this.who = { identity, jwt, apiKey, basicAuth, entrance }
  }

  done(listener: Listener): void {
    this.#listeners.delete(listener)
    this.lastUsed = Date.now()
  }

  /** Without a call that it belongs to it is for the only one that runs: with several, nobody can tell whose it is. */
  notification(method: string, params: RawJson | undefined): void {
    if (method === TASK_STATUS) return this.heardOfTask(params)
    this.#only()?.notification(method, params)
  }

  ask(method: string, params: RawJson | undefined, signal?: Cancellation): Promise<Answer> {
    return this.#only()?.ask(method, params, signal) ?? Promise.resolve(unheard)
  }

  /** Whoever is interested hears which task has changed, whatever call brought the news. */
  heardOfTask(params: RawJson | undefined): void {
    const task = params && stringAt(params, find(params, ['taskId']))
    if (task !== undefined) for (const follower of this.#followers ?? []) follower(task)
  }

  follow(follower: (task: string) => void): () => void {
    const followers = (this.#followers ??= new Set())
    followers.add(follower)
    return () => followers.delete(follower)
  }

  visit(now: number): void {
    for (const listener of this.#listeners.all()) listener.visit(now)
  }

  end(why: string): void {
    if (this.over) return
    this.over = true
    for (const listener of this.#listeners.all()) listener.end(why)
    for (const connection of this.#connections?.values() ?? []) void this.#hangUp(connection)
    this.#connections?.clear()
  }

  #only(): Listener | undefined {
    return this.#listeners.size === 1 ? this.#listeners.find(() => true) : undefined
  }

  async #hangUp(opening: Promise<Connection>): Promise<void> {
    try {
      await (await opening)[Symbol.asyncDispose]()
    } catch (thrown) {
      // Nobody is left to hear of it.
      this.#log.debug('a conversation did not end cleanly', { error: String(thrown) })
    }
  }
}

const unheard: Answer = {
  kind: 'error',
  raw: errorObject(codes.internal, 'nobody listens whom this question could be for'),
}

interface Facts {
  readonly principal: string
  readonly clientInfo: RawJson
  readonly capabilities: JsonObject
  readonly logLevel: string | undefined
}

/** Clients that say the same of themselves. */
class Pool {
  readonly key: string
  readonly facts: Facts
  /** For requests during which nobody is asked anything. */
  shared: ModernClient | undefined = undefined
  /** Those whose last user is done with them. */
  readonly free: ModernClient[] = []
  /** Requests that run. */
  calls = 0

  constructor(key: string, facts: Facts) {
    this.key = key
    this.facts = facts
  }
}

export interface ClientsOptions {
  readonly limits: Limits
  readonly log: Log
  readonly metrics: Metrics
}

/** How often calls are looked at. */
const ROUND_MS = 1_000
/** Clients of one pool that wait for their next user. */
const FREE = 8
/** Characters of what a client says of itself that are kept as they are. */
const MOST = 1_024

export class ModernClients implements Disposable {
  readonly #options: ClientsOptions
  readonly #pools = new Map<string, Pool>()
  readonly #keys = new WeakMap<Envelope, { readonly principal: string; readonly key: string }>()
  readonly #live = new Set<ModernClient>()
  readonly #bySubject = new Map<string, Set<ModernClient>>()
  readonly #rounds: Rounds<ModernClient>
  readonly #nameless = new Idlest<ModernClient>(({ principal }) => principal === anonymous)
  readonly #unused = new Idlest<ModernClient>(({ idle }) => idle)

  constructor(options: ClientsOptions) {
    this.#options = options
    const everyMs = Math.min(ROUND_MS, options.limits.sseKeepAliveMs, options.limits.sessionIdleMs)
    this.#rounds = new Rounds(everyMs, (client, now) => this.#visit(client, now))
  }

  /** How many there are. */
  get size(): number {
    return this.#live.size
  }

  /**
   * A client for one request. `alone`: nobody else uses its conversations meanwhile, so that what an upstream asks without saying
   * during which call can be for nobody else (reference: mcp §2.3).
   */
  lease(envelope: Envelope, principal: string, alone: boolean): ModernClient | 'busy' | 'full' {
    const { limits, metrics } = this.#options
    const key = this.#keyOf(envelope, principal)
    const pool = this.#pools.get(key) ?? new Pool(key, factsOf(envelope, principal))
    if (pool.calls >= limits.callsPerSession && principal !== anonymous) {
      metrics.limitHit('callsPerSession')
      return 'busy'
    }
    const client = (alone ? pool.free.pop() : pool.shared) ?? this.#make(pool.facts, pool)
    if (client === undefined) return 'full'
    if (!alone) pool.shared = client
    pool.calls++
    if (pool.calls === 1) this.#pools.set(key, pool)
    return client
  }

  /** The request is done; whoever says the same may go on with its conversations. */
  release(client: ModernClient, listener: Listener): void {
    client.done(listener)
    const { pool } = client
    if (pool === undefined) return this.#end(client, 'its stream is over')
    pool.calls--
    if (client === pool.shared || client.over) return
    // After a rush of questions there would be hundreds of conversations that nobody needs.
    if (pool.free.length >= FREE) this.#end(client, 'others are there for the next request')
    else pool.free.push(client)
  }

  /** Takes up a client that was there before, together with whoever uses it now. `false`: it has ended. */
  again(client: ModernClient): boolean {
    if (client.over || client.pool === undefined) return false
    client.pool.calls++
    return true
  }

  /** A client of nobody else, which ends when it is released. */
  own(envelope: Envelope, principal: string): ModernClient | 'full' {
    return this.#make(factsOf(envelope, principal)) ?? 'full'
  }

  [Symbol.dispose](): void {
    for (const client of this.#live) client.end('the gateway ends')
    this.#live.clear()
    this.#bySubject.clear()
    this.#pools.clear()
    this.#rounds[Symbol.dispose]()
  }

  /** What was said in the same words before has the same key: its text is not put together again, nor hashed. */
  #keyOf(envelope: Envelope, principal: string): string {
    const known = this.#keys.get(envelope)
    if (known?.principal === principal) return known.key
    const key = keyOf(envelope, principal)
    this.#keys.set(envelope, { principal, key })
    return key
  }

  #make(facts: Facts, pool?: Pool): ModernClient | undefined {
    if (!this.#room(facts.principal)) return undefined
    const client = new ModernClient(facts, this.#options.log, pool)
    this.#live.add(client)
    this.#rounds.add(client)
    if (facts.principal !== anonymous) {
      const same = this.#bySubject.get(facts.principal) ?? new Set()
      this.#bySubject.set(facts.principal, same.add(client))
    }
    return client
  }

  /** Whether there is room for one more, if need be instead of one that is missed least (as for sessions). */
  #room(principal: string): boolean {
    const { limits, metrics } = this.#options
    const same = this.#bySubject.get(principal)
    if (same !== undefined && same.size >= limits.sessionsPerSubject) {
      metrics.limitHit('sessionsPerSubject')
      const [least] = [...same].filter(({ idle }) => idle).toSorted((a, b) => a.lastUsed - b.lastUsed)
      if (least === undefined) return false
      this.#end(least, 'others are more in use')
    }
    if (this.#live.size < limits.sessions) return true
    metrics.limitHit('sessions')
    const least =
      this.#nameless.take(this.#live) ?? (principal === anonymous ? undefined : this.#unused.take(this.#live))
    if (least === undefined) return false
    this.#end(least, 'others are more in use')
    return true
  }

  #end(client: ModernClient, why: string): void {
    this.#live.delete(client)
    this.#rounds.delete(client)
    const same = this.#bySubject.get(client.principal)
    same?.delete(client)
    if (same?.size === 0) this.#bySubject.delete(client.principal)
    const { pool } = client
    if (pool !== undefined) {
      if (pool.shared === client) pool.shared = undefined
      const at = pool.free.indexOf(client)
      if (at >= 0) pool.free.splice(at, 1)
      if (pool.shared === undefined && pool.free.length === 0 && pool.calls === 0) this.#pools.delete(pool.key)
    }
    client.end(why)
  }

  #visit(client: ModernClient, now: number): void {
    if (!client.idle) client.visit(now)
    else if (now - client.lastUsed >= this.#options.limits.sessionIdleMs) this.#end(client, 'nobody uses it any more')
  }
}

function keyOf({ clientInfo, capabilities, logLevel }: Envelope, principal: string): string {
  const said = `${logLevel ?? ''}\n${clientInfo}\n${capabilities}`
  return `${principal}\n${said.length > 2 * MOST ? hash('sha256', said) : said}`
}

function factsOf({ clientInfo, capabilities, logLevel }: Envelope, principal: string): Facts {
  const said: JsonObject = JSON.parse(capabilities)
  return {
    principal,
    clientInfo: clientInfo.length <= MOST ? clientInfo : shortInfo(JSON.parse(clientInfo)),
    capabilities: capabilities.length <= MOST ? said : JSON.parse(rawJson(shortCapabilities(said))),
    logLevel,
  }
}
