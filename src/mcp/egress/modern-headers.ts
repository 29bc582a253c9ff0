// Headers that repeat what a request of 2026-07-28 says, so that what stands between can route without reading bodies.
import { type RawJson, rawJson, type TargetName } from '../../core/brand.ts'
import type { JsonObject } from '../../core/item.ts'
import type { Log } from '../../telemetry/log.ts'
import { cut, edited, elements, members } from '../json.ts'
import { encodedHeader, type ParamHeader, paramHeaderValue, readParamHeaders } from '../param-headers.ts'
import { modernRevision } from '../wire.ts'
import { baseHeaders } from './headers.ts'
import type { Params } from './modern-params.ts'

const KEYWORD = 'x-mcp-header'
/** Tools whose headers are remembered: a server may invent new names with each list. */
const MOST = 10_000

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Headers of every request to a server. */
const modernBase: readonly string[] = Object.freeze([
  ...baseHeaders('application/json, text/event-stream'),
  'content-type',
  'application/json',
  'mcp-protocol-version',
  modernRevision,
])

/** What a request is about, as `Mcp-Name` says it. */
function nameOf(method: string, params: Params): string | undefined {
  if (method === 'tools/call' || method === 'prompts/get') return params.string('name')
  if (method === 'resources/read') return params.string('uri')
  return method.startsWith('tasks/') ? params.string('taskId') : undefined
}

function headersOf(method: string, name: string | undefined): string[] {
  const headers = [...modernBase, 'mcp-method', encodedHeader(method)]
  if (name !== undefined) headers.push('mcp-name', encodedHeader(name))
  return headers
}

/** Lists of headers that are kept, and how long the names in one may be. */
const LISTS = 1_000
const LONGEST = 256

/** Which arguments of a server's tools headers repeat, as its lists say. */
export class ToolHeaders {
  readonly #target: TargetName
  readonly #log: Log
  readonly #known = new Map<string, readonly ParamHeader[]>()
  readonly #lists = new Map<string, string[]>()

  constructor(target: TargetName, log: Log) {
    this.#target = target
    this.#log = log
  }

  /** All headers of one request. */
  of(method: string, params: Params): string[] {
    const name = nameOf(method, params)
    const repeated = name !== undefined && method === 'tools/call' ? this.#known.get(name) : undefined
    const args = repeated === undefined ? undefined : params.raw('arguments')
    if (repeated === undefined || args === undefined) return this.#usual(method, name)
    const headers = headersOf(method, name)
    const values: unknown = JSON.parse(args)
    for (const each of repeated) {
      const value = paramHeaderValue(each, values)
      if (value !== undefined) headers.push(`mcp-param-${each.name.toLowerCase()}`, value)
    }
    return headers
  }

  /** The same list for the same tool: what is frozen is spelled once (http/direct-pool.ts). */
  #usual(method: string, name: string | undefined): string[] {
    const about = `${method}\n${name ?? ''}`
    const known = this.#lists.get(about)
    if (known !== undefined) return known
    if (about.length > LONGEST) return headersOf(method, name)
    const own = name === undefined ? undefined : Buffer.from(name, 'utf16le').toString('utf16le') // a slice would keep the whole request
    const headers = headersOf(method, own)
    Object.freeze(headers)
    if (this.#lists.size >= LISTS) this.#lists.clear()
    this.#lists.set(about, headers)
    return headers
  }

  /** Learns from a page of `tools/list`; the page without tools that a client over HTTP must not use. */
  learn(list: RawJson): RawJson {
    if (!list.includes(KEYWORD) && this.#known.size === 0) return list
    const span = members(list).get('tools')
    if (span === undefined || list[span.start] !== '[') return list
    const places = elements(list, span.start)
    const kept = places.filter((place) => this.#fits(cut(list, place)))
    if (kept.length === places.length) return list
    return edited(list, [{ ...span, with: `[${kept.map((place) => cut(list, place)).join(',')}]` }])
  }

  #fits(text: RawJson): boolean {
    const mentions = text.includes(KEYWORD)
    if (!mentions && this.#known.size === 0) return true
    const tool: unknown = JSON.parse(text)
    if (!isObject(tool) || typeof tool['name'] !== 'string') return true // the reader of the list says what is wrong with it
    const { name } = tool
    this.#known.delete(name)
    if (!mentions) return true
    const read = readParamHeaders(tool['inputSchema'])
    if (read.kind === 'unfit') {
      const short = name.slice(0, 128)
      this.#log.warn('a tool is not listed: its headers are wrong', {
        target: this.#target,
        name: short,
        reason: read.reason,
      })
      return false
    }
    if (read.headers.length > 0 && this.#known.size < MOST) this.#known.set(name, read.headers)
    return true
  }
}

/** The next page of a list, as params. */
export function nextPage(list: RawJson): RawJson | undefined {
  const span = members(list).get('nextCursor')
  return span === undefined || list[span.start] !== '"' ? undefined : rawJson(`{"cursor":${cut(list, span)}}`)
}
