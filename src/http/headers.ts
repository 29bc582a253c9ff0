// Rules for the head of a message on its way through: what is refused, what belongs to one hop, what a gateway adds.
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import type { Exchange } from '../core/exchange.ts'

/** How we sign what we pass on (RFC 9110 §7.6.3). */
const PSEUDONYM = 'toolgate'

// Fields of one connection (RFC 9110 §7.6.1, RFC 9112 §7): each hop writes its own. `expect` is answered here, trailers are
// dropped. `__proto__` is a legal field name, and no plain object survives it.
const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'expect',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  '__proto__',
])

const HOST = /^(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$/

/**
 * Looks at a request as it came and cleans it in place, before any policy sees it. The answer is what is wrong with it (for a 400),
 * or `undefined`. Refused: framing that two parsers could read differently, no Host or more than one, a Host that is no authority
 * (RFC 9112 §3.2, §6.3, §11.2; what node's own parser refuses before this is named in the tests).
 *
 * Cleaned: an absolute target becomes a path, its authority the Host (RFC 9112 §3.2.2). Escapes that stand for letters, digits and
 * `-._~` are read: they mean the same (RFC 9110 §4.2.3), and rules on `/admin` must see `/%61dmin` for what it is. Fields that
 * `Connection` names are gone (after this, a client cannot make us drop what a policy adds). What a client says about the way it came is not believed:
 * `x-forwarded-for` keeps its list and gets the peer's address at the end, so the last entry is true; `forwarded`, `x-real-ip` and
 * all other `x-forwarded-…` are gone, spellings with `_` too.
 */
export function admit(request: IncomingMessage): string | undefined {
  const { headers, rawHeaders } = request
  let hosts = 0
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? ''
    if (name.length === 4 && name.toLowerCase() === 'host') hosts++
    else if (aboutTheWay(name)) Reflect.deleteProperty(headers, name.toLowerCase())
  }
  if (hosts > 1) return 'more than one Host header'
  const encoding = headers['transfer-encoding']
  if (encoding !== undefined) {
    // One coding, and never two ways to tell the end: anything else is read differently by somebody behind us.
    if (encoding.toLowerCase() !== 'chunked') return 'a transfer coding other than chunked'
    if (headers['content-length'] !== undefined) return 'both Transfer-Encoding and Content-Length'
    if (request.httpVersionMinor === 0) return 'Transfer-Encoding in HTTP/1.0'
  }
  const wrong = originForm(request)
  if (wrong !== undefined) return wrong
  if (request.url?.includes('%') === true) request.url = plainlySpelled(request.url)
  if (!HOST.test(headers.host ?? '')) return headers.host === undefined ? 'no Host header' : 'the Host is no authority'
  const peer = headers['x-forwarded-for']
  if (peer !== undefined) headers['x-forwarded-for'] = appended(peer, peerAddress(request))
  const { connection } = headers
  return connection === undefined || isUsual(connection) ? undefined : withoutNamed(headers, connection)
}

/** Whether a request asks to leave HTTP/1.1 for a protocol we pass on. `h2c` is not: whoever offers it takes HTTP/1.1 too. */
export function wantsUpgrade({ headers }: IncomingMessage): boolean {
  const { upgrade, connection } = headers
  if (upgrade === undefined || connection === undefined) return false
  return !/^h2c?\b/i.test(upgrade) && tokens(connection).includes('upgrade')
}

/**
 * Head of the request to a backend, flat as undici likes it: the exchange's headers without those of one hop, then ours.
 * `x-forwarded-for` (the peer), `-proto` and `-host` are filled in unless a policy set or removed them. `host` and the length are
 * whoever's who knows them. `strict`: whatever the client wrote as its `Authorization` stays here.
 */
export function requestFields(x: Exchange, strict = false): string[] {
  const { headers } = x
  if (strict && headers.authorization !== undefined) headers.authorization = othersAuthorization(x)
  const out: string[] = []
  for (const name in headers) {
    const value = headers[name]
    if (value === undefined || name === 'host' || name === 'content-length' || hopByHop.has(name) || name === 'via')
      continue
    if (typeof value !== 'string') for (const one of value) out.push(name, one)
    else if (name !== 'cookie' || !ownCookies.test(value)) out.push(name, value)
    else if (othersOf(value) !== '') out.push(name, othersOf(value))
  }
  const { request } = x
  if (!('x-forwarded-for' in headers)) out.push('x-forwarded-for', peerAddress(request))
  if (!('x-forwarded-proto' in headers)) out.push('x-forwarded-proto', x.entrance.scheme)
  if (!('x-forwarded-host' in headers)) out.push('x-forwarded-host', request.headers.host ?? '')
  out.push('via', appended(headers.via, `${request.httpVersion} ${PSEUDONYM}`))
  return out
}

/** Head of a backend's answer for the client: without the fields of one hop; what came more than once still does. */
export function replyFields(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const { connection } = headers
  const named = connection === undefined || isUsual(connection) ? undefined : tokens(connection)
  const out: OutgoingHttpHeaders = {}
  for (const name in headers) {
    if (!hopByHop.has(name) && (named === undefined || !named.includes(name))) out[name] = headers[name]
  }
  return out
}

/** Cookies of logins and of consents, by which browsers are known to us: a server behind us that got one could show it to us. */
const ownCookies = /(?:^|[;\s])(?:agw_oidc_|(?:__Host-)?toolgate-)/

/** The cookies that are not ours. */
const othersOf = (cookies: string): string =>
  cookies
    .split(';')
    .map((cookie) => cookie.trim())
    .filter((cookie) => !ownCookies.test(cookie))
    .join('; ')

/** What is left of `Authorization` without what the client wrote there: policies may have set it, or added to it. */
function othersAuthorization({ headers, request }: Exchange): string | undefined {
  const value = headers.authorization
  const at = request.rawHeaders.findIndex((field, i) => i % 2 === 0 && field.toLowerCase() === 'authorization')
  const own = at < 0 ? undefined : request.rawHeaders[at + 1]
  if (value === undefined || own === undefined || !value.startsWith(own)) return value
  return value === own ? undefined : value.slice(own.length).replace(/^, /, '')
}

/** Address of the other end of the client's connection; IPv4 as such where the socket is both. */
function peerAddress({ socket }: IncomingMessage): string {
  const address = socket.remoteAddress ?? 'unknown' // RFC 7239 §6.2: how one says so
  return address.startsWith('::ffff:') ? address.slice(7) : address
}

const appended = (list: string | readonly string[] | undefined, entry: string): string =>
  list === undefined || list.length === 0 ? entry : `${typeof list === 'string' ? list : list.join(', ')}, ${entry}`

const tokens = (list: string): string[] => list.split(',').map((token) => token.trim().toLowerCase())

const isUsual = (connection: string): boolean => /^(?:keep-alive|close|upgrade)$/i.test(connection)

/** Fields by which proxies tell where a request came from. */
function aboutTheWay(name: string): boolean {
  const first = name.charCodeAt(0) | 32
  if (first !== 120 && first !== 102) return false // x, f: everything else is told apart by one comparison
  const plain = name.toLowerCase()
  if (plain === 'x-forwarded-for') return false
  const spelled = plain.replaceAll('_', '-')
  return spelled === 'forwarded' || spelled === 'x-real-ip' || spelled.startsWith('x-forwarded-')
}

/** RFC 9112 §3.2.2: the authority of an absolute target replaces the Host. */
function originForm(request: IncomingMessage): string | undefined {
  const target = request.url ?? '/'
  if (target.startsWith('/') || (target === '*' && request.method === 'OPTIONS')) return undefined
  const parts = /^https?:\/\/([^/?#]*)([^#]*)$/i.exec(target)
  if (parts === null) return 'the target is neither a path nor an http URL'
  request.headers.host = parts[1] ?? ''
  const rest = parts[2] ?? ''
  request.url = rest.startsWith('/') ? rest : `/${rest}`
  return undefined
}

/** Escapes of unreserved characters in the path, read (RFC 3986 §6.2.2.2); all others stay as they came. */
function plainlySpelled(target: string): string {
  const mark = target.indexOf('?')
  const path = mark < 0 ? target : target.slice(0, mark)
  // A stray `%` would make another escape of what is read behind it: `%%36%31` is no `a`.
  if (/%(?![\da-f]{2})/i.test(path)) return target
  const plain = path.replace(/%(?:2[de]|3\d|[46][1-9a-f]|[57][\da]|5f|7e)/gi, (escape) =>
    String.fromCharCode(Number.parseInt(escape.slice(1), 16)),
  )
  return mark < 0 ? plain : plain + target.slice(mark)
}

const framing: ReadonlySet<string> = new Set(['host', 'content-length', 'transfer-encoding'])

function withoutNamed(headers: IncomingHttpHeaders, connection: string): string | undefined {
  for (const name of tokens(connection)) {
    if (framing.has(name)) return 'the Connection header names a field that frames the message'
    if (!hopByHop.has(name)) Reflect.deleteProperty(headers, name)
  }
  return undefined
}
