// The sessions of one backend: found by id, made when first used, bounded, and ended when nobody comes back.
import { randomBytes } from 'node:crypto'
import type { Limits } from '../../config/shape.ts'
import { rawJson } from '../../core/brand.ts'
import type { Exchange } from '../../core/exchange.ts'
import type { JsonObject } from '../../core/item.ts'
import { principalOf as named } from '../../core/principal.ts'
import { version } from '../../core/version.ts'
import type { Log } from '../../telemetry/log.ts'
import type { Metrics } from '../../telemetry/metrics.ts'
import type { Client } from '../conversation.ts'
import { anonymous } from '../principals.ts'
import { MARK } from '../seal.ts'
import { Session, type SessionFacts, type SessionParts } from '../session.ts'
import type { LegacyRevision } from '../wire.ts'
import { Idlest } from './idlest.ts'
import { Rounds } from './rounds.ts'
import type { EventStream } from './stream.ts'
import { mint, read, shortCapabilities, shortInfo, type Ticket } from './ticket.ts'

export interface SessionsOptions {
  /** The backend: sessions of one are nothing to another. */
  readonly name: string
  readonly limits: Limits
  /** 32 bytes; processes that share it take over each other's sessions. */
  readonly sealKey: Buffer
  readonly log: Log
  readonly metrics: Metrics
}

/** Why a session is not there. */
export type Missing = 'malformed' | 'unknown' | 'full'

const DAY = 24 * 60 * 60 * 1_000
/** Bytes that all sessions together keep for readers that come back. */
const ROOM = 64 << 20
/** How often ended sessions are looked for, at most. */
const SWEEP_MS = 30_000
/** Ended sessions that are remembered until their ids would be refused anyway. */
const TOMBSTONES = 50_000

/** Key of a caller: equal for all tokens of one subject, different for equal subjects of two issuers. */
export const principalOf = (x: Exchange): string => named(x) ?? anonymous

export class Sessions implements AsyncDisposable {
  readonly limits: Limits
  readonly metrics: Metrics
  /** What sessions are made with that answer on one stream (HTTP+SSE). */
  readonly oneStream: SessionParts
  readonly #parts: SessionParts
  readonly #name: string
  readonly #key: Buffer
  readonly #epoch = randomBytes(8).readBigUInt64BE()
  readonly #live = new Map<string, Session>()
  readonly #bySubject = new Map<string, Set<Session>>()
  /** Nonces of ended sessions whose ids would still open, and when they will not. */
  readonly #ended = new Map<string, number>()
  /** Who makes room: sessions of callers without a name, and those of named ones that nobody uses. */
  readonly #nameless = new Idlest<Session>(({ principal }) => principal === anonymous)
  readonly #unused = new Idlest<Session>(({ idle }) => idle)
  readonly #rounds: Rounds<Session>
  readonly #streamRounds: Rounds<EventStream>

  constructor({ name, limits, sealKey, log, metrics }: SessionsOptions) {
    this.limits = limits
    this.metrics = metrics
    this.#name = name
    this.#key = sealKey
    this.#rounds = new Rounds(Math.min(SWEEP_MS, limits.sessionIdleMs), (session, now) => this.#visit(session, now))
    this.#streamRounds = new Rounds(limits.sseKeepAliveMs, (stream) => stream.keepAlive())
    const streams = { rounds: this.#streamRounds, room: { bytes: ROOM } }
    const askTimeoutMs = limits.upstreamTotalMs
    this.#parts = { streams, askTimeoutMs, log, resumable: true }
    this.oneStream = { ...this.#parts, resumable: false }
  }

  /** How many are live. */
  get size(): number {
    return this.#live.size
  }

  /** Answers `initialize`: a session id. Nothing is kept for it. */
  mint(
    opened: Pick<Client, 'principal' | 'capabilities'> & { revision: LegacyRevision; clientInfo: JsonObject },
  ): string {
    const { principal, revision, clientInfo, capabilities } = opened
    return mint(
      {
        revision,
        issued: Date.now(),
        epoch: this.#epoch,
        clientInfo: shortInfo(clientInfo),
        capabilities: shortCapabilities(capabilities),
      },
      { key: this.#key, backend: this.#name, principal },
    )
  }

  /** The session of an id, if it has a record already. */
  live(id: string, principal: string): Session | undefined {
    const session = this.#live.get(id)
    return session?.principal === principal ? session : undefined
  }

  /** The session of an id, made now if this is its first use here. Other callers' ids are as unknown as invented ones. */
  find(id: string, principal: string): Session | Missing {
    const live = this.#live.get(id)
    if (live !== undefined) {
      if (live.principal !== principal) return 'unknown'
      const now = Date.now()
      if (!this.#expired(live, now)) {
        live.lastUsed = now
        return live
      }
      this.end(live)
      return 'unknown'
    }
    const ticket = this.ticket(id, principal)
    if (typeof ticket === 'string') return ticket
    return this.add(
      {
        id,
        principal,
        revision: ticket.revision,
        until: this.#expiry(ticket),
        clientInfo: ticket.clientInfo,
        capabilities: JSON.parse(ticket.capabilities),
      },
      this.#parts,
    )
  }

  /** What an id says, without making a session of it. */
  ticket(id: string, principal: string): Ticket | Missing {
    if (!WELL_FORMED.test(id)) return 'malformed'
    const ticket = read(id, { key: this.#key, backend: this.#name, principal })
    if (ticket === undefined || Date.now() >= this.#expiry(ticket) || this.#ended.has(id.slice(0, MARK)))
      return 'unknown'
    return ticket
  }

  /** A session with a record. */
  add(facts: SessionFacts, parts: SessionParts): Session | 'full' {
    if (!this.makeRoom(facts.principal)) return 'full'
    const session = new Session(facts, parts)
    this.#live.set(session.id, session)
    this.#rounds.add(session)
    if (facts.principal !== anonymous) this.#count(session)
    return session
  }

  /**
   * Whether there is room for one more, if need be instead of one that is missed least. Opening costs nothing: who opens sessions
   * without end must not keep others out, nor push out those who have a name.
   */
  makeRoom(principal: string): boolean {
    if (this.#live.size < this.limits.sessions) return true
    this.metrics.limitHit('sessions')
    const all = (): Iterable<Session> => this.#live.values()
    const least = this.#nameless.take(all()) ?? (principal === anonymous ? undefined : this.#unused.take(all()))
    if (least === undefined) return false
    this.end(least)
    return true
  }

  /** A client that is gone when its only request is answered. */
  passing(principal: string, revision: LegacyRevision): Session {
    return new Session({ ...NOBODY, principal, revision }, this.oneStream)
  }

  /** The client ends its session. What it cannot open it cannot end; it is not told the difference. */
  delete(id: string, principal: string): Missing | undefined {
    const live = this.#live.get(id)
    if (live !== undefined) {
      if (live.principal !== principal) return 'unknown'
      this.end(live)
      return undefined
    }
    const ticket = this.ticket(id, principal)
    if (typeof ticket === 'string') return ticket
    this.#bury(id, this.#expiry(ticket))
    return undefined
  }

  end(session: Session): void {
    if (session.over) return
    this.#live.delete(session.id)
    this.#rounds.delete(session)
    const same = this.#bySubject.get(session.principal)
    same?.delete(session)
    if (same?.size === 0) this.#bySubject.delete(session.principal)
    if (session.until > Date.now()) this.#bury(session.id, session.until)
    session.end()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const session of this.#live.values()) session.end()
    this.#live.clear()
    this.#bySubject.clear()
    this.#rounds[Symbol.dispose]()
    this.#streamRounds[Symbol.dispose]()
  }

  /** Of this process: as long as a session may be idle. Of another one: a day, for it may have been busy until now. */
  #expiry({ epoch, issued }: Ticket): number {
    return issued + (epoch === this.#epoch ? this.limits.sessionIdleMs : DAY)
  }

  #count(session: Session): void {
    let same = this.#bySubject.get(session.principal)
    if (same === undefined) this.#bySubject.set(session.principal, (same = new Set()))
    if (same.size >= this.limits.sessionsPerSubject) {
      this.metrics.limitHit('sessionsPerSubject')
      let oldest: Session | undefined
      for (const each of same) if (oldest === undefined || each.lastUsed < oldest.lastUsed) oldest = each
      if (oldest !== undefined) this.end(oldest)
    }
    // The set of a subject without any other session was dropped with the one that made room.
    this.#bySubject.set(session.principal, same.add(session))
  }

  #visit(session: Session, now: number): void {
    session.prune(now)
    if (!session.idle) session.lastUsed = now
    else if (this.#expired(session, now)) this.end(session)
  }

  #expired(session: Session, now: number): boolean {
    return now - session.lastUsed >= this.limits.sessionIdleMs && session.idle
  }

  #bury(id: string, until: number): void {
    const now = Date.now()
    for (const [mark, end] of this.#ended) {
      if (end > now && this.#ended.size < TOMBSTONES) break
      this.#ended.delete(mark)
    }
    // A copy: a slice of the id would keep all of it in memory.
    this.#ended.set(Buffer.from(id.slice(0, MARK)).toString('latin1'), until)
  }
}

/** A client of whom nothing is known: we speak for it in our own name. */
const NOBODY = {
  id: '',
  until: 0,
  clientInfo: rawJson(JSON.stringify({ name: 'toolgate', version })),
  capabilities: {},
} as const

/** What could be an id of some gateway: alphabet and length of sealed texts. */
const WELL_FORMED = /^[\w-]{16,4096}$/
