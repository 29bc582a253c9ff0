// What becomes of the messages of a client whose session is known, whatever transport brought them.
import type { Exchange, Maybe, Reply } from '../../core/exchange.ts'
import type { JsonObject } from '../../core/item.ts'
import type { Federation, Incoming } from '../conversation.ts'
import { cut, find } from '../json.ts'
import type { Session } from '../session.ts'
import { codes, isLegacyRevision, type LegacyRevision, type Message, newestLegacy } from '../wire.ts'
import type { ModernDesk } from './modern-desk.ts'
import { Post, type Request } from './post.ts'
import { accepted, refuse, refuseCall } from './replies.ts'
import type { Rounds } from './rounds.ts'
import type { Sessions } from './sessions.ts'
import type { Channel } from './stream.ts'

/** What the requests of one backend share. */
export interface Desk {
  readonly federation: Federation
  readonly sessions: Sessions
  readonly posts: Rounds<Post>
  /** For requests of the revision that has no sessions. */
  readonly modern: ModernDesk
}

/** Where messages came from. */
export interface Arrival {
  readonly x: Exchange
  readonly session: Session
  readonly desk: Desk
  readonly batch: boolean
  /** Where answers go when not to the POST that asked (HTTP+SSE). */
  readonly channel?: Channel
}

/** Runs requests, takes note of the rest. The reply is that of the POST. */
export function dispatch(arrival: Arrival, messages: readonly Message[]): Maybe<Reply> {
  const { x, session, desk } = arrival
  session.usedBy(x)
  const requests: Request[] = []
  for (const message of messages) if (message.kind === 'request') requests.push(message)
  const { limits, metrics } = desk.sessions
  if (requests.length > 0 && session.calls + requests.length > limits.callsPerSession) {
    metrics.limitHit('callsPerSession')
    return refuse(x, 429, `more than ${limits.callsPerSession} calls at once`)
  }
  for (const message of messages) if (message.kind !== 'request') heed(message, session, desk.federation)
  if (requests.length === 0) return accepted
  const post = new Post({ x, session, federation: desk.federation, rounds: desk.posts, channel: arrival.channel })
  return post.run(requests, arrival.batch)
}

function heed(message: Exclude<Message, Request>, session: Session, federation: Federation): void {
  if (message.kind !== 'notification') return session.answered(message.id, { kind: message.kind, raw: message.raw })
  if (message.method === 'notifications/cancelled') return cancel(message, session)
  federation.notified(session, message)
}

function cancel({ params, rawParams }: Incoming, session: Session): void {
  const span = rawParams && find(rawParams, ['requestId'])
  if (rawParams === undefined || span === undefined) return
  const { reason } = params
  session
    .running(cut(rawParams, span))
    ?.cancel(typeof reason === 'string' ? reason.slice(0, 1_024) : 'the client cancelled it')
}

/** What a client says of itself when it opens. */
export interface Opening {
  readonly revision: LegacyRevision
  readonly clientInfo: JsonObject
  readonly capabilities: JsonObject
}

/** Reads `initialize`: the revision is echoed if we know it, else it is our newest (MCP 2025-11-25, lifecycle). */
export function openingOf(x: Exchange, { id, params }: Request): Opening | Reply {
  const { protocolVersion } = params
  x.mcpMethod = 'initialize'
  if (typeof protocolVersion !== 'string')
    return refuseCall(x, id, codes.invalidParams, {
      message: 'invalid request parameters: protocolVersion must be a string',
    })
  return {
    revision: isLegacyRevision(protocolVersion) ? protocolVersion : newestLegacy,
    clientInfo: objectIn(params, 'clientInfo'),
    capabilities: objectIn(params, 'capabilities'),
  }
}

function objectIn(params: JsonObject, name: string): JsonObject {
  const value = params[name]
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}
