// Which protocol a message speaks, and whether what its headers say of it is true (reference: agentgateway §3.2, mcp §1.2.6).
import type { RawJson } from '../../core/brand.ts'
import type { Exchange, Reply } from '../../core/exchange.ts'
import type { Incoming } from '../conversation.ts'
import { decodedHeader } from '../param-headers.ts'
import { codes, isLegacyRevision, legacyRevisions, type Message, modernRevision } from '../wire.ts'
import { header } from './head.ts'
import { claimOf } from './modern-envelope.ts'
import { refuseCall } from './replies.ts'

const REVISION = /^\d{4}-\d{2}-\d{2}$/

/** Whether headers name the revision without `initialize`, or one after it. */
export function namesModern(x: Exchange): boolean {
  const version = header(x, 'mcp-protocol-version')
  return version !== undefined && version >= modernRevision && REVISION.test(version)
}

/**
 * Whether a message speaks for itself: it says a revision in its body, or its headers name 2026-07-28 or a later one. Some clients
 * name a revision already where they `initialize` (reference: mcp §12.2.8): what counts there is what the body offers.
 */
export function isModern(x: Exchange, message: Message): boolean {
  if (!('method' in message)) return false
  return claimOf(message) !== undefined || (message.method !== 'initialize' && namesModern(x))
}

/** `undefined`: the message belongs to a conversation that opens with `initialize`. */
export function unfitMessage(x: Exchange, message: Message): Reply | undefined {
  if (message.kind === 'result' || message.kind === 'error')
    return unfitVersion(x, undefined, header(x, 'mcp-protocol-version'))
  const id = message.kind === 'request' ? message.id : undefined
  if (message.method === 'initialize') return mismatch(x, message, id)
  if (message.method === 'server/discover' && x.headers['mcp-session-id'] === undefined) return notDiscovered(x, id)
  return unfitVersion(x, id, header(x, 'mcp-protocol-version')) ?? mismatch(x, message, id)
}

/** Without a revision it is no request of the one that has it: clients take this code for a server of before, and open anew. */
function notDiscovered(x: Exchange, id: RawJson | undefined): Reply {
  return refuseCall(x, id, codes.methodNotFound, { message: 'method not found: server/discover' })
}

function unfitVersion(x: Exchange, id: RawJson | undefined, version: string | undefined): Reply | undefined {
  if (version === undefined || isLegacyRevision(version)) return undefined
  const requested = version.slice(0, 64)
  return refuseCall(x, id, codes.unsupportedVersion, {
    message: `unsupported MCP protocol version: ${requested}`,
    data: { supported: legacyRevisions, requested },
  })
}

/** Intermediaries route by these headers: they must not say anything else than the body (threat F4). */
function mismatch(x: Exchange, message: Incoming, id: RawJson | undefined): Reply | undefined {
  const saidMethod = header(x, 'mcp-method')
  const { method } = message
  if (saidMethod !== undefined && decodedHeader(saidMethod) !== method)
    return refuseCall(x, id, codes.headerMismatch, { message: 'Mcp-Method header/body mismatch' })
  const saidName = header(x, 'mcp-name')
  if (saidName === undefined) return undefined
  const member = nameMember(method)
  if (member === undefined || decodedHeader(saidName) === message.string(member)) return undefined
  return refuseCall(x, id, codes.headerMismatch, { message: 'Mcp-Name header/body mismatch' })
}

/** The member that `Mcp-Name` repeats. */
export function nameMember(method: string): string | undefined {
  if (method === 'tools/call' || method === 'prompts/get') return 'name'
  if (method.startsWith('resources/')) return 'uri'
  return method.startsWith('tasks/') ? 'taskId' : undefined
}
