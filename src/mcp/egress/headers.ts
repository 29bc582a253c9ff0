// Headers between the two hops: which of the client's may travel, and what of them goes into `params._meta`.
import type { IncomingHttpHeaders } from 'node:http'
import type { Dispatcher } from 'undici'
import { type RawJson, rawJson } from '../../core/brand.ts'
import type { Fields } from '../../policy/fields.ts'
import type { Hello } from '../conversation.ts'
import { edited, find, members, setMember } from '../json.ts'

/** What we call ourselves upstream. */
const USER_AGENT = 'toolgate'

// Who the client is, what it may do here, and how its own connection is framed is nobody's business upstream (reference:
// mcp §1.3, security F5 and F6). Conditional and range requests would change what an answer means.
const stays = new Set([
  'host',
  'origin',
  'referer',
  'authorization',
  'cookie',
  'set-cookie',
  'user-agent',
  'last-event-id',
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'upgrade-insecure-requests',
  'expect',
  'range',
  'forwarded',
  'via',
  'x-real-ip',
  'x-http-method-override',
])
const staysPrefix = /^(?:content-|accept|mcp-|proxy-|sec-|if-|x-forwarded-|access-control-|:)/

/** Whether a client's header (lower case) may reach an upstream. */
const travels = (name: string): boolean => !stays.has(name) && !staysPrefix.test(name)

/**
 * Our headers and those of the client that may travel, flat as undici likes them. Without any of the latter it is `ours` itself:
 * nothing is copied.
 */
export function requestHeaders(ours: string[], client: IncomingHttpHeaders | undefined): string[] {
  if (client === undefined) return ours
  let all = ours
  const listed = client.connection // hop-by-hop by the client's own word (RFC 9110 §7.6.1)
  const hop = listed === undefined || /^(?:keep-alive|close)$/i.test(listed) ? undefined : hopByHop(listed)
  for (const name in client) {
    const value = client[name]
    if (value === undefined || !travels(name) || hop?.has(name)) continue
    if (all === ours) all = ours.slice()
    all.push(name, typeof value === 'string' ? value : value.join(', '))
  }
  return all
}

const hopByHop = (connection: string): ReadonlySet<string> =>
  new Set(connection.split(',').map((name) => name.trim().toLowerCase()))

/** Headers that every request of a conversation carries. */
export const baseHeaders = (accept: string): string[] => [
  'accept',
  accept,
  'accept-encoding',
  'identity', // nothing here inflates: a compressed answer would be a bomb or garbage
  'user-agent',
  USER_AGENT,
]

const traceHeaders = ['traceparent', 'tracestate', 'baggage'] as const

/** Trace context of the client's headers, copied into `params._meta` where that does not say it already (reference: agentgateway §3.5). */
export function withTrace(params: RawJson | undefined, headers: IncomingHttpHeaders | undefined): RawJson | undefined {
  if (headers?.['traceparent'] === undefined && headers?.['baggage'] === undefined) return params
  let text = params ?? rawJson('{}')
  for (const name of traceHeaders) {
    const value = headers[name]
    if (typeof value !== 'string' || value.length > 8_192) continue
    text = withMeta(text, name, JSON.stringify(value))
  }
  return text
}

function withMeta(params: RawJson, name: string, value: string): RawJson {
  const meta = find(params, ['_meta'])
  if (meta === undefined) return edited(params, [setMember(params, 0, '_meta', `{${JSON.stringify(name)}:${value}}`)])
  if (params.charCodeAt(meta.start) !== 123 || members(params, meta.start).has(name)) return params
  return edited(params, [setMember(params, meta.start, name, value)])
}

/**
 * The pool, with a target's own headers on everything that is sent through it: `set` and `add` come last, `remove` takes from
 * what the client sent. The protocol's own headers cannot be changed: a conversation without them is none.
 */
export function withFields(pool: Dispatcher, fields: Fields | undefined): Dispatcher {
  if (fields === undefined) return pool
  const gone = new Set([...fields.remove, ...fields.set.map(([name]) => name)].filter((name) => !fixed.test(name)))
  // Servers behind CGI and its kin take `x_user` for `x-user`.
  const dashed = new Set([...gone].map(withDashes))
  const isGone = (name: string): boolean => gone.has(name) || (name.includes('_') && dashed.has(withDashes(name)))
  const more = [...fields.set, ...fields.add].filter(([name]) => !fixed.test(name)).flat()
  return pool.compose((dispatch) => (options, handler) => {
    const { headers } = options
    if (!Array.isArray(headers)) return dispatch(options, handler)
    const kept: string[] = []
    for (let i = 0; i < headers.length; i += 2) {
      const [name = '', value = ''] = [headers[i], headers[i + 1]]
      if (!isGone(name)) kept.push(name, value)
    }
    return dispatch({ ...options, headers: [...kept, ...more] }, handler)
  })
}

const withDashes = (name: string): string => name.replaceAll('_', '-')

const fixed = /^(?:content-|accept|mcp-|last-event-id$)/

export const sessionHeader = (id: string | undefined): string[] => (id === undefined ? [] : ['mcp-session-id', id])

/** Headers by which a server of before knows its session. */
export const sessionHeaders = (id: string | undefined, hello: Pick<Hello, 'revision'>): string[] => [
  'mcp-protocol-version',
  hello.revision,
  ...sessionHeader(id),
]

/** … and those of its own stream. */
export const streamHeaders = (id: string | undefined, hello: Pick<Hello, 'revision'>): string[] => [
  ...baseHeaders('text/event-stream'),
  'cache-control',
  'no-cache',
  ...sessionHeaders(id, hello),
]
