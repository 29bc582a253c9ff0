// What the head of a request must say before anybody reads its body (reference: agentgateway §3.2, §3.8; mcp §1.2).
import type { Exchange, Reply } from '../../core/exchange.ts'
import { text } from '../../core/exchange.ts'
import { isLegacyRevision } from '../wire.ts'
import { refuse } from './replies.ts'

const HOST = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/i
const ORIGIN = /^https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/i

/**
 * DNS rebinding: a page in a browser reaches a server on loopback under a name of its own, and its requests say so in Origin.
 * What comes in on loopback must therefore have none, or a loopback one, or one that the route's CORS names. With `always`
 * (`dnsRebindingProtection`), whatever comes in anywhere must say a loopback name as Host as well.
 */
export function rebound(x: Exchange, always: boolean): Reply | undefined {
  if (!always && !isLoopback(x.request.socket.localAddress)) return undefined
  const { host, origin } = x.request.headers
  const hostFits = !always || (host !== undefined && HOST.test(host))
  const originFits = origin === undefined || ORIGIN.test(origin) || (!always && named(x, origin))
  if (hostFits && originFits) return undefined
  x.reason = 'MCP'
  x.error = 'host or origin is not loopback'
  return text(403, 'MCP DNS rebinding protection: Host/Origin must be localhost, 127.0.0.1, or [::1]')
}

/** The cors policy has admitted this very origin: a wildcard is answered with `*`. */
const named = (x: Exchange, origin: string): boolean => x.replyHeaders?.['access-control-allow-origin'] === origin

function isLoopback(address: string | undefined): boolean {
  // A connection that is gone already has no address: nothing says that it was a remote one.
  return address === undefined || address.startsWith('127.') || address === '::1' || address.startsWith('::ffff:127.')
}

/** A header that may be there once. */
export function header(x: Exchange, name: string): string | undefined {
  const value = x.headers[name]
  return typeof value === 'string' ? value : undefined
}

/** `undefined`: the client takes either form of answer and sends JSON. */
export function unfitPost(x: Exchange): Reply | undefined {
  if (!takes(x, 'application/json') || !takes(x, EVENTS))
    return refuse(x, 406, 'client must accept both application/json and text/event-stream')
  return unfitBody(x)
}

export function unfitBody(x: Exchange): Reply | undefined {
  const type = x.headers['content-type'] ?? ''
  const coding = x.headers['content-encoding'] ?? 'identity'
  if ((type === JSON_TYPE || essence(type) === JSON_TYPE) && coding === 'identity') return undefined
  return refuse(x, 415, 'client must send application/json')
}

/** `undefined`: the client takes an event stream. */
export function unfitGet(x: Exchange): Reply | undefined {
  return takes(x, EVENTS) ? unfitRevision(x) : refuse(x, 406, 'client must accept text/event-stream')
}

/** For requests without a body: a revision that we do not speak. */
export function unfitRevision(x: Exchange): Reply | undefined {
  const revision = header(x, 'mcp-protocol-version')
  if (revision === undefined || isLegacyRevision(revision)) return undefined
  return refuse(x, 400, `unsupported MCP protocol version: ${revision.slice(0, 64)}`)
}

const JSON_TYPE = 'application/json'
const EVENTS = 'text/event-stream'

/**
 * Whether the client would rather have an event stream than JSON: by weight (RFC 9110 §12.5.1), and where that says nothing, by
 * what it names first.
 */
export function prefersStream(x: Exchange): boolean {
  const accept = x.headers.accept ?? ''
  if (accept === USUAL || accept === '') return false
  const [json, events] = [rank(accept, JSON_TYPE), rank(accept, EVENTS)]
  return events.weight === json.weight ? events.at < json.at : events.weight > json.weight
}

/** What the clients of all official libraries send. */
const USUAL = 'application/json, text/event-stream'

function rank(accept: string, type: string): { readonly at: number; readonly weight: number } {
  const at = accept.toLowerCase().indexOf(type)
  if (at < 0) return { at: Infinity, weight: 0 }
  const [parameters = ''] = accept.slice(at + type.length).split(',', 1)
  return { at, weight: Number(/;\s*q=([\d.]{1,5})/i.exec(parameters)?.[1] ?? 1) }
}

function takes(x: Exchange, type: string): boolean {
  const accept = x.headers.accept ?? ''
  return accept.includes(type) || accept.toLowerCase().includes(type)
}

function essence(type: string): string {
  const end = type.indexOf(';')
  return (end < 0 ? type : type.slice(0, end)).trim().toLowerCase()
}
