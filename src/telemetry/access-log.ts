// One line for each request, in the reference's fields and order (§8.2). Formats only; a sink batches and writes.
import type { Socket } from 'node:net'
import type { Entrance, Exchange, RouteNames, Told } from '../core/exchange.ts'
import { plain, quoted, timestamps } from './line.ts'

export interface AccessLogOptions {
  readonly format: 'text' | 'json'
  /** Takes one whole line, with its line feed: a sink's `write`. */
  readonly write: (line: string) => void
}

/** Called once a reply is sent whole or broke off. */
export type AccessLog = (x: Exchange, status: number, bytes: number, durationMs: number) => void

/** Spells one field; the difference between the two formats. */
interface Spelling {
  text(name: string, value: string): string
  number(name: string, value: number): string
  /** The reference quotes error texts always. */
  sentence(name: string, value: string): string
}

const asText: Spelling = {
  text: (name, value) => ` ${name}=${plain(value)}`,
  number: (name, value) => ` ${name}=${value}`,
  sentence: (name, value) => ` ${name}=${quoted(value)}`,
}

const asJson: Spelling = {
  text: (name, value) => `,"${name}":${quoted(value)}`,
  number: (name, value) => `,"${name}":${value}`,
  sentence: (name, value) => `,"${name}":${quoted(value)}`,
}

/** An access log in the reference's text or JSON form. */
export function createAccessLog({ format, write }: AccessLogOptions): AccessLog {
  const now = timestamps()
  const json = format === 'json'
  const spelling = json ? asJson : asText
  const usual = fieldsOf(spelling)
  const special = new WeakMap<Told, Fields>()
  const fieldsFor = (told: Told): Fields => {
    let made = special.get(told)
    if (made === undefined) special.set(told, (made = fieldsOf(without(spelling, told.without))))
    return made
  }
  return (x, status, _bytes, durationMs) => {
    const { told } = x.entrance
    if (told !== undefined && !told.wanted(x)) return
    const fields =
      told === undefined
        ? usual(x, status, durationMs)
        : fieldsFor(told)(x, status, durationMs) + addedFields(told.fields(x), spelling)
    write(
      json ? `{"level":"info","time":"${now()}","scope":"request"${fields}}\n` : `${now()}\tinfo\trequest${fields}\n`,
    )
  }
}

const LONGEST_NAME = 256

type Fields = (x: Exchange, status: number, durationMs: number) => string

function fieldsOf(spell: Spelling): Fields {
  const places = placeFields(spell)
  const addresses = sourceFields(spell)
  const request = requestFields(spell)
  const mcp = mcpFields(spell)
  return (x, status, durationMs) =>
    places(x.entrance, x.route) +
    (x.endpoint === '' ? '' : spell.text('endpoint', x.endpoint)) +
    addresses(x.request.socket) +
    request(x) +
    spell.number('http.status', status) +
    (x.identity?.via === 'jwt' ? spell.text('jwt.sub', x.identity.subject) : '') +
    spell.text('protocol', x.protocol) +
    (x.mcpMethod === '' ? '' : mcp(x)) +
    outcomeFields(x, spell) +
    spell.text('duration', `${Math.trunc(durationMs)}ms`)
}

/** The spelling of a line that lacks some fields. */
function without(spell: Spelling, names: ReadonlySet<string>): Spelling {
  if (names.size === 0) return spell
  return {
    text: (name, value) => (names.has(name) ? '' : spell.text(name, value)),
    number: (name, value) => (names.has(name) ? '' : spell.number(name, value)),
    sentence: (name, value) => (names.has(name) ? '' : spell.sentence(name, value)),
  }
}

function addedFields(added: ReturnType<Told['fields']>, spell: Spelling): string {
  let out = ''
  for (const [said, value] of added) {
    // A flattened map's keys are whatever a caller sent: a name must not end a field or begin another.
    const name = said.replace(/[^\w./:@-]/g, '_').slice(0, LONGEST_NAME)
    out += typeof value === 'number' ? spell.number(name, value) : spell.text(name, String(value))
  }
  return out
}

/** Gateway, listener, route: the same objects for many requests, so their text is made once. */
function placeFields(spell: Spelling): (entrance: Entrance, route: RouteNames | undefined) => string {
  const nowhere: RouteNames = { route: '', rule: '' }
  const known = new WeakMap<Entrance, WeakMap<RouteNames, string>>()
  return (entrance, route = nowhere) => {
    let routes = known.get(entrance)
    if (routes === undefined) known.set(entrance, (routes = new WeakMap()))
    let fields = routes.get(route)
    if (fields === undefined) {
      fields = spell.text('gateway', entrance.gateway) + spell.text('listener', entrance.listener)
      if (route.rule !== '') fields += spell.text('route_rule', route.rule)
      if (route.route !== '') fields += spell.text('route', route.route)
      routes.set(route, fields)
    }
    return fields
  }
}

/** The peer's address: made once for each connection, and still known when the connection is gone. */
function sourceFields(spell: Spelling): (socket: Socket) => string {
  const known = new WeakMap<Socket, string>()
  return (socket) => {
    const there = known.get(socket)
    if (there !== undefined) return there
    const { remoteAddress, remotePort } = socket
    if (remoteAddress === undefined) return ''
    const address = remoteAddress.startsWith('::ffff:') ? remoteAddress.slice(7) : remoteAddress
    const fields = spell.text('src.addr', `${address.includes(':') ? `[${address}]` : address}:${remotePort}`)
    known.set(socket, fields)
    return fields
  }
}

/** The request as it came in, whatever policies made of it since. Most say the same as the one before: that is spelled once. */
function requestFields(spell: Spelling): (x: Exchange) => string {
  let last = { method: '', authority: '', url: '', minor: -1, fields: '' }
  return ({ request, authorityFixed, authority: now }) => {
    const { method = '', url = '', httpVersionMinor: minor } = request
    const authority = authorityFixed ? (request.headers.host ?? '') : now
    if (url !== last.url || authority !== last.authority || method !== last.method || minor !== last.minor) {
      const fields =
        spell.text('http.method', method) +
        hostField(authority, spell) +
        spell.text('http.path', withoutSecrets(url)) +
        spell.text('http.version', minor === 0 ? 'HTTP/1.0' : 'HTTP/1.1')
      last = { method, authority, url, minor, fields }
    }
    return last.fields
  }
}

function hostField(authority: string, spell: Spelling): string {
  if (authority === '') return ''
  const port = authority.lastIndexOf(':')
  return spell.text('http.host', port > authority.lastIndexOf(']') ? authority.slice(0, port) : authority)
}

// Names under which credentials travel in queries (RFC 6750 §2.3, RFC 6749 §4.1.2, and what API keys are called in practice).
const SECRET_WORD = /token|secret|password|passwd|signature|credential|api[-_.]?key|assertion/i
const SECRET_NAME = /(?:^|\?)(?:key|code|sig|auth|authorization|jwt|state)$/i

/**
 * A request target in which values of credential-like query parameters are replaced by `***`. Cut at `&` and `=` rather than
 * searched by one expression: whoever repeats `?token` for 8 KiB would keep that one busy for seconds.
 */
export function withoutSecrets(target: string): string {
  const mark = target.indexOf('?') + 1
  if (mark === 0) return target
  return target.slice(0, mark) + target.slice(mark).split('&').map(withoutSecret).join('&')
}

function withoutSecret(parameter: string): string {
  let from = 0
  for (let equals = parameter.indexOf('='); equals >= 0; equals = parameter.indexOf('=', from)) {
    const name = parameter.slice(from, equals)
    if (SECRET_WORD.test(name) || SECRET_NAME.test(name)) {
      const hash = parameter.indexOf('#', equals)
      return `${parameter.slice(0, equals + 1)}***${hash < 0 ? '' : parameter.slice(hash)}`
    }
    from = equals + 1
  }
  return parameter
}

/** What is asked of whom is often what was asked before as well: that is spelled once. */
function mcpFields(spell: Spelling): (x: Exchange) => string {
  let last = { method: '', target: '', kind: '', name: '', fields: '' }
  return (x) => {
    const { mcpMethod: method, mcpTarget: target, mcpKind: kind, mcpName: name } = x
    if (name !== last.name || method !== last.method || target !== last.target || kind !== last.kind)
      last = { method, target, kind, name, fields: subjectFields(x, spell) }
    let out = last.fields
    if (x.mcpSession !== '') out += spell.text('mcp.session.id', shortSession(x.mcpSession))
    if (x.mcpErrorCode !== 0) out += spell.number('mcp.error.code', x.mcpErrorCode)
    if (x.mcpErrorMessage !== '') out += spell.sentence('mcp.error.message', x.mcpErrorMessage)
    return out
  }
}

function subjectFields(x: Exchange, spell: Spelling): string {
  let out = spell.text('mcp.method.name', x.mcpMethod)
  if (x.mcpTarget !== '') out += spell.text('mcp.target', x.mcpTarget)
  if (x.mcpKind !== '') out += spell.text('mcp.resource.type', x.mcpKind)
  if (x.mcpName !== '') {
    if (x.mcpKind === 'tool') out += spell.text('gen_ai.tool.name', x.mcpName)
    else if (x.mcpKind === 'prompt') out += spell.text('gen_ai.prompt.name', x.mcpName)
    else out += spell.text('mcp.resource.uri', x.mcpName)
  }
  return out
}

/** Enough of a session id to find its lines; whole, it would be a credential in the log. */
const shortSession = (id: string): string => (id.length > 24 ? `${id.slice(0, 16)}…` : id)

function outcomeFields(x: Exchange, spell: Spelling): string {
  let out = x.retries > 0 ? spell.number('retry.attempt', x.retries) : ''
  if (x.error !== '') out += spell.sentence('error', x.error)
  if (x.reason !== '' && x.reason !== 'Upstream') out += spell.text('reason', x.reason)
  return out
}
