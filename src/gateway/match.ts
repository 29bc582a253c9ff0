// Which route answers: hostnames and matches of one listener, brought into order of precedence once.
import { Pattern as Compiled, regex } from '../cel/regex.ts'
import type { MatchShape, Pattern } from '../config/shape.ts'
import type { Exchange } from '../core/exchange.ts'
import type { Path, Problem } from '../core/module.ts'
import { asOthersRead, isOdd } from '../http/other-readings.ts'
import { HostMap, hostOf } from './host.ts'

/** What a router needs to know of a route. */
export interface Matchable {
  readonly hostnames: readonly string[]
  readonly matches: readonly MatchShape[]
}

interface Entry<R> {
  readonly route: R
  readonly match: MatchShape
  readonly order: number
  readonly path: (path: string) => boolean
  readonly rest: ((x: Exchange) => boolean) | undefined
}

/** An entry, and how many host names were looked at for it. */
interface Found<R> {
  readonly entry: Entry<R>
  readonly rank: number
}

/** What a path is whose readers would not agree on the route. */
export const unclear = Symbol('unclear')

/** Entries of one host name: exact paths by map, everything else in order of precedence. */
interface Bucket<R> {
  readonly exact: Map<string, Entry<R>[]>
  readonly other: Entry<R>[]
}

/**
 * Routes of one listener. Precedence: host name (exact, longest wildcard, none), exact path, longest prefix, regex (longest
 * first), has a method, more headers, more query parameters, definition order (reference: agentgateway §1.5).
 */
export class Router<R extends Matchable> {
  readonly routes: readonly R[]
  readonly #hosts = new HostMap<Bucket<R>>()

  constructor(routes: readonly R[]) {
    this.routes = routes
    let order = 0
    for (const route of routes) {
      for (const match of route.matches) {
        const entry: Entry<R> = { route, match, order: order++, path: pathTest(match.path), rest: restTest(match) }
        for (const name of route.hostnames.length === 0 ? [undefined] : route.hostnames) this.#file(name, entry)
      }
    }
  }

  /**
   * The route for a request, or `undefined`. Notes the matched prefix on the exchange. `unclear`: read as other servers read it, the
   * path belongs to a more specific route, whose policies must not be walked around.
   */
  match(x: Exchange): R | typeof unclear | undefined {
    const host = hostOf(x.authority)
    const found = this.#find(host, x, x.path)
    if (found !== undefined && isOdd(x.path)) {
      const other = this.#find(host, x, asOthersRead(x.path))
      if (other !== undefined && other.entry.route !== found.entry.route && before(other, found)) return unclear
    }
    const path = found?.entry.match.path
    x.matchedPrefix = path?.kind === 'prefix' ? path.value : undefined
    return found?.entry.route
  }

  #find(host: string, x: Exchange, path: string): Found<R> | undefined {
    let entry: Entry<R> | undefined
    let rank = 0
    this.#hosts.find(host, (bucket) => {
      rank++
      entry = first(bucket.exact.get(path), x, path) ?? first(bucket.other, x, path)
      return entry !== undefined
    })
    return entry && { entry, rank }
  }

  #file(name: string | undefined, entry: Entry<R>): void {
    const bucket = this.#hosts.get(name, () => ({ exact: new Map(), other: [] }))
    const { kind, value } = entry.match.path
    const list = kind === 'exact' ? (bucket.exact.get(value) ?? []) : bucket.other
    list.push(entry)
    list.sort(precedence)
    if (kind === 'exact') bucket.exact.set(value, list)
  }
}

function first<R>(entries: readonly Entry<R>[] | undefined, x: Exchange, path: string): Entry<R> | undefined {
  if (entries === undefined) return undefined
  for (const entry of entries) {
    if (entry.path(path) && (entry.rest === undefined || entry.rest(x))) return entry
  }
  return undefined
}

const rank = { exact: 0, prefix: 1, regex: 2 } as const

function precedence<R>(a: Entry<R>, b: Entry<R>): number {
  return (
    rank[a.match.path.kind] - rank[b.match.path.kind] ||
    b.match.path.value.length - a.match.path.value.length ||
    Number(b.match.method !== undefined) - Number(a.match.method !== undefined) ||
    b.match.headers.length - a.match.headers.length ||
    b.match.query.length - a.match.query.length ||
    a.order - b.order
  )
}

const before = <R>(a: Found<R>, b: Found<R>): boolean =>
  a.rank < b.rank || (a.rank === b.rank && precedence(a.entry, b.entry) < 0)

function pathTest({ kind, value }: MatchShape['path']): (path: string) => boolean {
  switch (kind) {
    case 'exact':
      return (path) => path === value
    case 'prefix': {
      // Segment-wise: `/mcp` covers `/mcp` and `/mcp/x`, never `/mcpx`.
      const stem = value.endsWith('/') ? value.slice(0, -1) : value
      const inside = `${stem}/`
      return (path) => path === stem || path.startsWith(inside)
    }
    case 'regex':
      return whole(value)
  }
}

/** Every regular expression of a match that is none. */
export function patternProblems({ path, headers, query, at }: MatchShape): Problem[] {
  const written = (key: string, list: MatchShape['headers']): readonly (readonly [Path, Written])[] =>
    list.map(({ value }, index) => [[...at, key, index, 'value', 'regex'], value])
  const all: readonly (readonly [Path, Written])[] = [
    [[...at, 'path', 'regex'], path],
    ...written('headers', headers),
    ...written('query', query),
  ]
  return all.flatMap(([place, { kind, value }]) => {
    const pattern = kind === 'regex' ? regex(value) : undefined
    if (pattern === undefined || pattern instanceof Compiled) return []
    const message = `\`regex\` is not a regular expression: ${pattern.message}`
    return { code: 'config.wrong-value', severity: 'error', path: place, message }
  })
}

type Written = MatchShape['path'] | Pattern

/**
 * Regular expressions of a configuration must cover the whole text, as the original's do. They are RE2's: a path is whatever a
 * client sends, and must not be able to hang the gateway.
 */
function whole(source: string): (text: string) => boolean {
  const pattern = regex(source)
  // One that cannot be read is a problem of the configuration, which is then never used.
  return pattern instanceof Compiled ? (text) => pattern.full(text) : () => false
}

const test = ({ kind, value }: Pattern): ((text: string) => boolean) =>
  kind === 'exact' ? (text) => text === value : whole(value)

function restTest(match: MatchShape): ((x: Exchange) => boolean) | undefined {
  const { method } = match
  const headers = match.headers.map(({ name, value }) => ({ name: name.toLowerCase(), accepts: test(value) }))
  const query = match.query.map(({ name, value }) => ({ name, accepts: test(value) }))
  if (method === undefined && headers.length === 0 && query.length === 0) return undefined
  return (x) => {
    if (method !== undefined && x.request.method !== method) return false
    for (const { name, accepts } of headers) {
      const value = x.headers[name]
      if (value === undefined || !accepts(Array.isArray(value) ? value.join(', ') : value)) return false
    }
    if (query.length === 0) return true
    const given = new URLSearchParams(x.query)
    return query.every(({ name, accepts }) => given.getAll(name).some(accepts))
  }
}
