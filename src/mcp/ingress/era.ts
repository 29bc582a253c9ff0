// Which protocol a message speaks, and whether what its headers say of it is true (reference: agentgateway §3.2, mcp §1.2.6).
import type { RawJson } from '../../core/brand.ts'
import type { Exchange, Reply } from '../../core/exchange.ts'
import type { Incoming } from '../conversation.ts'
import { decodedHeader } from '../param-headers.ts'
import { codes, isLegacyRevision, legacyRevisions, type Message } from '../wire.ts'
import { header } from './head.ts'
import { refuseCall } from './replies.ts'

const CLAIM = 'io.modelcontextprotocol/protocolVersion'

/** `undefined`: the message belongs to a conversation that opens with `initialize`. */
export function unfitMessage(x: Exchange, message: Message): Reply | undefined {
  if (message.kind === 'result' || message.kind === 'error')
    return unfitVersion(x, undefined, header(x, 'mcp-protocol-version'))
  const id = message.kind === 'request' ? message.id : undefined
  // Some clients name a revision here already; what counts is what the body offers (reference: mcp §12.2.8).
  if (message.method === 'initialize') return mismatch(x, message, id)
  if (message.method === 'server/discover' && x.headers['mcp-session-id'] === undefined) return notDiscovered(x, id)
  const version = claimOf(message) ?? header(x, 'mcp-protocol-version')
  return unfitVersion(x, id, version) ?? mismatch(x, message, id)
}

/**
 * The first words of a client that would rather speak a revision without `initialize`. Every client library that was tried takes
 * an error of this code for a server of before, and opens anew; not all do so when told which versions there are instead.
 */
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

/** The revision that a request says of itself; later ones than ours do so in every request. */
function claimOf(message: Incoming): string | undefined {
  const meta = message.at('_meta') === undefined ? undefined : message.params['_meta']
  if (typeof meta !== 'object' || meta === null || !(CLAIM in meta)) return undefined
  const claim = meta[CLAIM]
  return typeof claim === 'string' ? claim : ''
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

function nameMember(method: string): string | undefined {
  if (method === 'tools/call' || method === 'prompts/get') return 'name'
  if (method.startsWith('resources/')) return 'uri'
  return method.startsWith('tasks/') ? 'taskId' : undefined
}
