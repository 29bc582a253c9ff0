// A call → the HTTP request. Everything is checked before anything is sent (reference: openapi §7).
import { Checks } from './check.ts'
import { unknown as unknownName } from './check-object.ts'
import { type Check, checking, WRONG } from './checking.ts'
import { headerText, percent, plainText, Refused } from './encode.ts'
import { essence, isMediaType } from './media.ts'
import type { BodyPlan, BodyType, Field, Plan, PlannedTool } from './plan.ts'
import type { Credentials, HttpRequest, Problem, Scheme } from './tool.ts'
import { type Fields, fields, fromPairs, isFields, type Mutable, own, put, token } from './value.ts'

/** Stands for the target's host where the document names none: only the path is looked at then. */
const ANYWHERE = 'https://target.invalid'

/**
 * What to send for a call, or why nothing is sent. `credentials` are put where the document says that they belong; nothing an
 * argument says replaces them. The authority of the request is the tool's server, whatever the arguments are.
 */
export function request(tool: PlannedTool, args: unknown, credentials?: Credentials): HttpRequest | Problem {
  try {
    return built(tool, args, credentials)
  } catch (thrown) {
    if (thrown instanceof Refused) return { problem: thrown.message, at: thrown.at }
    throw thrown
  }
}

interface Given {
  /** Values of the fields by index; `undefined`: none. */
  readonly values: readonly unknown[]
  readonly body: unknown
  readonly contentType: unknown
  /** Query parameters that the document does not know, for `compatibility: agentgateway`. */
  readonly more: Fields | undefined
}

function built(tool: PlannedTool, args: unknown, credentials: Credentials | undefined): HttpRequest {
  const { plan, server, operation } = tool
  const checks = (plan.checks ??= compiled(plan))
  const given = plan.layout === 'flat' ? fromFlat(plan, args) : fromGroups(plan, args)
  const written = plan.fields.map((field, index) =>
    given.values[index] === undefined ? missing(field) : write(field, checks.fields[index], given.values[index]),
  )
  const headers: { [name: string]: string } = {}
  const sent = new Sent(headers, plan.headerBytes)
  if (credentials !== undefined) sent.credentials(plan.schemes, credentials)
  headers['Accept'] = plan.accept
  const body = bodyOf(plan, checks.bodies, given, headers)
  let query = ''
  for (const [index, field] of plan.fields.entries()) {
    const text = written[index]
    if (text === undefined || text === '') {
      if (field.in === 'header' && text === '') sent.header(field.name, text)
      continue
    }
    if (field.in === 'query' || field.in === 'querystring') query += query === '' ? text : `&${text}`
    else if (field.in === 'cookie') sent.cookie(text)
    else if (field.in === 'header') sent.header(field.name, text)
  }
  if (given.more !== undefined) query = `${query}${query === '' ? '' : '&'}${others(given.more)}`
  for (const one of [literalQuery(plan, written), sent.query])
    if (one !== '') query = query === '' ? one : `${one}&${query}`
  sent.finish()
  const path = server.path + pathOf(plan, written)
  const search = query === '' ? '' : `?${query}`
  held(server.origin ?? ANYWHERE, path, search, plan)
  return { method: operation.method, origin: server.origin, path, query: search, headers, body }
}

function compiled({ definitions, pattern, fields: all, body }: Plan): {
  readonly fields: readonly Check[]
  readonly bodies: readonly Check[]
} {
  const checks = new Checks(definitions, pattern)
  return {
    fields: all.map(({ schema }) => checks.compile(schema)),
    bodies: (body?.types ?? []).map(({ schema }) => checks.compile(schema)),
  }
}

function missing({ required, at, given }: Field): undefined {
  if (required && given === undefined) throw new Refused(at, 'is missing')
  return undefined
}

function write(field: Field, check: Check | undefined, value: unknown): string | undefined {
  const { at, required } = field
  // A null that need not be there says nothing, even where a schema has it: no style can write it (reference: openapi §7).
  if (value === null && !required) return undefined
  if (check === undefined) return field.write(value)
  const c = checking()
  const fits = check(value, c)
  if (fits !== WRONG) return field.write(fits)
  throw new Refused(at + c.at, c.problem)
}

const noGroups: ReadonlyMap<string, number> = new Map()
const groups: ReadonlySet<string> = new Set(['path', 'query', 'header', 'cookie'])

function fromGroups(plan: Plan, args: unknown): Given {
  const all = argumentsOf(args)
  const values: unknown[] = plan.fields.map(standing)
  let more: Mutable | undefined
  for (const name of Object.keys(all)) {
    const group = all[name]
    if (name === 'body' && plan.body !== undefined) continue
    if (name === 'contentType' && plan.body !== undefined && plan.body.types.length > 1) continue
    const known = plan.groups.get(name)
    // A group without anything in it says nothing.
    if (known === undefined && groups.has(name) && (group === undefined || isEmpty(group))) continue
    if (known === undefined && !(name === 'query' && plan.otherQuery === 'send'))
      throw new Refused(`/${token(name)}`, unknownName(name, plan.groups))
    if (group === undefined || (group === null && !plan.neededGroups.has(name))) continue
    if (!isFields(group)) throw new Refused(`/${name}`, 'object expected')
    for (const one of Object.keys(group)) {
      const index = (known ?? noGroups).get(one)
      if (index !== undefined) values[index] = group[one]
      else if (name === 'query' && plan.otherQuery === 'send') put((more ??= {}), one, group[one])
      else throw new Refused(`/${name}/${token(one)}`, unknownName(one, known ?? noGroups))
    }
  }
  for (const name of plan.neededGroups)
    if (name !== 'body' && own(all, name) === undefined && needs(plan, name))
      throw new Refused(`/${name}`, 'is missing')
  return { values, body: own(all, 'body'), contentType: own(all, 'contentType'), more }
}

const isEmpty = (value: unknown): boolean => value === null || (isFields(value) && Object.keys(value).length === 0)

/** What the configuration gives where the caller says nothing, and whatever the caller says. */
const standing = ({ given }: Field): unknown => given?.value

function needs(plan: Plan, group: string): boolean {
  for (const index of plan.groups.get(group)?.values() ?? []) if (plan.fields[index]?.required === true) return true
  return false
}

function argumentsOf(args: unknown): Fields {
  if (args === undefined || args === null) return {}
  if (!isFields(args)) throw new Refused('', 'object expected')
  return args
}

function fromFlat(plan: Plan, args: unknown): Given {
  const all = argumentsOf(args)
  const values: unknown[] = plan.fields.map(standing)
  let body: unknown
  let members: Mutable | undefined
  let contentType: unknown
  for (const name of Object.keys(all)) {
    const to = plan.destinations.get(name)
    if (to === undefined) throw new Refused(`/${token(name)}`, unknownName(name, plan.destinations))
    if (all[name] === undefined) continue
    if (to.kind === 'field') values[to.index] = all[name]
    else if (to.kind === 'member') put((members ??= {}), to.name, all[name])
    else if (to.kind === 'body') body = all[name]
    else contentType = all[name]
  }
  return { values, body: members ?? body, contentType, more: undefined }
}

function bodyOf(
  { body: plan, bodyBytes }: Plan,
  checks: readonly Check[],
  given: Given,
  headers: { [name: string]: string },
): Buffer | string | undefined {
  if (plan === undefined) return undefined
  const { index, type } = chosen(plan, given.contentType)
  const known = plan.types[index]
  const value = withGiven(plan, given.body)
  if (value === undefined || known === undefined) {
    if (plan.required)
      throw new Refused(
        plan.at === '' ? '' : plan.at,
        plan.at === '' ? 'the members of the body are missing' : 'is missing',
      )
    return undefined
  }
  const c = checking()
  const fits = checks[index]?.(value, c)
  if (fits === WRONG) {
    if (value === null && !plan.required) return undefined
    throw new Refused(plan.at + c.at, c.problem)
  }
  const written = known.write(fits)
  if (Buffer.byteLength(written.body) > bodyBytes) throw new Refused(plan.at, `is longer than bodyBytes: ${bodyBytes}`)
  headers['Content-Type'] = type ?? written.type
  return written.body
}

/** The media type that is meant; a concrete one for a wildcard of the document. */
function chosen(
  { types, preferred }: BodyPlan,
  wanted: unknown,
): { readonly index: number; readonly type: string | undefined } {
  if (wanted === undefined || wanted === null) return { index: preferred, type: undefined }
  if (typeof wanted !== 'string') throw new Refused('/contentType', 'string expected')
  const exact = types.findIndex(({ type }) => type === wanted || essence(type) === essence(wanted))
  if (exact >= 0) return { index: exact, type: undefined }
  const wild = isMediaType(wanted) ? types.findIndex((one) => covers(one, essence(wanted))) : -1
  if (wild >= 0) return { index: wild, type: wanted }
  throw new Refused('/contentType', `is no media type of this operation: ${types.map(({ type }) => type).join(', ')}`)
}

const covers = ({ type }: BodyType, wanted: string): boolean => {
  const [major = '', minor] = essence(type).split('/')
  return minor === '*' && (major === '*' || wanted.startsWith(`${major}/`))
}

function withGiven({ given }: BodyPlan, value: unknown): unknown {
  if (given.length === 0 || (value !== undefined && !isFields(value))) return value
  const before = fields(value)
  const added = given.filter(({ name, always }) => always || own(before, name) === undefined)
  return added.length === 0 ? value : { ...before, ...fromPairs(added.map(({ name, value: one }) => [name, one])) }
}

/** Headers, cookies and credentials of one request: what came first stays. */
class Sent {
  readonly #headers: { [name: string]: string }
  readonly #bytes: number
  #taken: Set<string> | undefined
  #cookies = ''
  query = ''

  constructor(headers: { [name: string]: string }, bytes: number) {
    this.#headers = headers
    this.#bytes = bytes
  }

  credentials(schemes: Plan['schemes'], secrets: Credentials): void {
    for (const [name, scheme] of schemes) {
      const secret = own(secrets, name)
      if (typeof secret === 'string') this.#credential(scheme, secret)
    }
  }

  #credential(scheme: Scheme, secret: string): void {
    switch (scheme.kind) {
      case 'apiKey':
        if (scheme.in === 'header') return this.#secret(scheme.name, secret)
        if (scheme.in === 'cookie') return this.cookie(`${percent(scheme.name)}=${percent(secret)}`)
        this.query += `${this.query === '' ? '' : '&'}${percent(scheme.name)}=${percent(secret)}`
        return
      case 'http':
        return this.#secret(
          'Authorization',
          scheme.scheme === 'basic'
            ? `Basic ${Buffer.from(secret).toString('base64')}`
            : `${capital(scheme.scheme)} ${secret}`,
        )
      case 'oauth2':
      case 'openIdConnect':
        return this.#secret('Authorization', `Bearer ${secret}`)
      case 'mutualTLS':
      case 'unknown':
    }
  }

  #secret(name: string, value: string): void {
    this.#taken ??= new Set()
    this.#taken.add(name.toLowerCase())
    put(this.#headers, name, headerText(value, '', this.#bytes))
  }

  header(name: string, value: string): void {
    if (this.#taken?.has(name.toLowerCase()) !== true) put(this.#headers, name, value)
  }

  cookie(pairs: string): void {
    this.#cookies += this.#cookies === '' ? pairs : `; ${pairs}`
  }

  finish(): void {
    if (this.#cookies !== '') this.#headers['Cookie'] = headerText(this.#cookies, '/cookie', this.#bytes)
  }
}

const capital = (scheme: string): string => scheme.charAt(0).toUpperCase() + scheme.slice(1)

/** The original's way with parameters that no document declares: `name=value`, arrays repeat. */
const others = (more: Fields): string =>
  Object.entries(more)
    .flatMap(([name, value]) =>
      (Array.isArray(value) ? value : [value]).map(
        (one: unknown) => `${percent(plainText(name, '/query'))}=${percent(plainText(one, `/query/${token(name)}`))}`,
      ),
    )
    .join('&')

function literalQuery({ query, fields: all }: Plan, written: readonly (string | undefined)[]): string {
  let text = ''
  for (const piece of query) text += typeof piece === 'string' ? piece : filled(all[piece], written[piece])
  return text
}

/**
 * A placeholder that is left empty, or a segment that is only dots once everything is written in, would be another place: encoding
 * does not help, URL parsers resolve `%2E%2E` as well.
 */
function pathOf({ segments, fields: all }: Plan, written: readonly (string | undefined)[]): string {
  let path = ''
  for (const { pieces, open } of segments) {
    let segment = ''
    for (const piece of pieces) segment += typeof piece === 'string' ? piece : filled(all[piece], written[piece])
    if (open && (segment === '.' || segment === '..')) {
      const last = pieces.findLast((piece) => typeof piece === 'number')
      const at = (last === undefined ? undefined : all[last]?.at) ?? '/path'
      throw new Refused(at, 'would be a dot segment, which addresses another resource')
    }
    path += `/${segment}`
  }
  return path
}

function filled(field: Field | undefined, text: string | undefined): string {
  if (text === undefined || field === undefined) throw new Refused(field?.at ?? '/path', 'is missing')
  if (text === '') throw new Refused(field.at, 'is empty, and would address another resource')
  return text
}

/** Unreserved characters, sub-delimiters and escapes only (RFC 3986 §3.3): no backslash, no control character, no fragment. */
const PLAIN = /^(?:\/[\w.~!$&'()*+,;=:@%-]*)+$/
const PLAIN_QUERY = /^(?:\?[\w.~!$&()*+,;=:@%/?[\]-]*)?$/
/** A segment that begins like one that parsers resolve, escaped or not. */
const DOTS = /\/(?:\.|%2e)/i

/** The belt to the braces: what a URL parser reads must be what was meant (security E10). */
function held(origin: string, path: string, search: string, { urlBytes }: Plan): void {
  if (path.length + search.length > urlBytes) throw new Refused('', `the URL is longer than urlBytes: ${urlBytes}`)
  // What no parser changes or reads otherwise: nearly every path, at a tenth of the cost.
  if (PLAIN.test(path) && !DOTS.test(path) && PLAIN_QUERY.test(search)) return
  const url = URL.parse(origin + path + search)
  const meant =
    url !== null &&
    url.origin === origin &&
    url.hash === '' &&
    (url.pathname === path || (path === '' && url.pathname === '/'))
  if (!meant) throw new Refused('', 'the request would go to another place than the document says')
}
