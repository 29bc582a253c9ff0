// Answers of servers of 2026-07-28: what kind of result came, and the form in which clients of earlier revisions read it.
import { type RawJson, rawJson } from '../../core/brand.ts'
import type { JsonObject } from '../../core/item.ts'
import type { Answer } from '../conversation.ts'
import { cut, members, type Span } from '../json.ts'
import { stringAt } from '../outline.ts'
import { codes, errorObject } from '../wire.ts'
import { PER_HOP } from './modern-params.ts'

/** A result, looked into once. */
export class Result {
  readonly raw: RawJson
  readonly #found: ReadonlyMap<string, Span>

  constructor(raw: RawJson) {
    this.raw = raw
    this.#found = members(raw)
  }

  /** `complete`, `input_required`, or what an extension calls it; absent from results of earlier revisions. */
  get type(): string {
    return this.string('resultType') ?? 'complete'
  }

  text(name: string): RawJson | undefined {
    const span = this.#found.get(name)
    return span === undefined ? undefined : cut(this.raw, span)
  }

  string(name: string): string | undefined {
    return stringAt(this.raw, this.#found.get(name))
  }

  number(name: string): number | undefined {
    const text = this.text(name)
    const value: unknown = text === undefined ? undefined : JSON.parse(text)
    return typeof value === 'number' ? value : undefined
  }

  /** As clients of earlier revisions read it. Values that need no change keep their bytes. */
  legacy(method: string, keepsHints: boolean): RawJson {
    const cached = !keepsHints && cacheable.has(method)
    const odd = method === 'tools/call' ? this.#oddContent() : undefined
    const meta = this.#meta()
    if (!this.#found.has('resultType') && odd === undefined && meta === undefined && !cached) return this.raw
    const kept: string[] = []
    for (const [name, span] of this.#found) {
      if (name === 'resultType' || (cached && (name === 'ttlMs' || name === 'cacheScope'))) continue
      let value: string = this.raw.slice(span.start, span.end)
      if (name === '_meta' && meta !== undefined) value = meta
      if (name === 'structuredContent' && odd !== undefined) value = `{"result":${odd}}`
      if (name === 'content' && odd !== undefined && value === '[]') value = textContent(odd)
      if (value !== '') kept.push(`${JSON.stringify(name)}:${value}`)
    }
    if (odd !== undefined && !this.#found.has('content')) kept.push(`"content":${textContent(odd)}`)
    return rawJson(`{${kept.join(',')}}`)
  }

  /** Structured content that is no object, which only clients of this revision take (reference: mcp §2.2, result shape). */
  #oddContent(): RawJson | undefined {
    const span = this.#found.get('structuredContent')
    return span === undefined || this.raw.charCodeAt(span.start) === OPEN_OBJECT ? undefined : cut(this.raw, span)
  }

  /** `_meta` without what holds for one hop; the empty text when nothing is left; `undefined`: it need not change. */
  #meta(): string | undefined {
    const span = this.#found.get('_meta')
    if (span === undefined || this.raw.charCodeAt(span.start) !== OPEN_OBJECT) return undefined
    const said = [...members(this.raw, span.start)]
    const kept = said.filter(([name]) => name !== SERVER_INFO && name !== SUBSCRIPTION)
    if (kept.length === said.length) return undefined
    if (kept.length === 0) return ''
    return `{${kept.map(([name, value]) => `${JSON.stringify(name)}:${cut(this.raw, value)}`).join(',')}}`
  }
}

const OPEN_OBJECT = 123
export const SERVER_INFO = `${PER_HOP}serverInfo`
export const SUBSCRIPTION = `${PER_HOP}subscriptionId`

/** Methods whose results say how long they may be kept (2026-07-28, `CacheableResult`). */
const cacheable: ReadonlySet<string> = new Set([
  'tools/list',
  'prompts/list',
  'resources/list',
  'resources/templates/list',
  'resources/read',
])

const textContent = (value: RawJson): string => `[{"type":"text","text":${JSON.stringify(value)}}]`

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** An error object, read as far as somebody acts on it. */
export interface ErrorRead {
  readonly code: number
  readonly data: JsonObject
}

export function readError(raw: RawJson): ErrorRead {
  const error: unknown = JSON.parse(raw)
  const { code, data } = isObject(error) ? error : {}
  return { code: typeof code === 'number' ? code : 0, data: isObject(data) ? data : {} }
}

/** A list of revisions in an error or a result; what is no text does not count. */
export const revisionsIn = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []

/**
 * Why a request cannot be answered for lack of a client capability (reference: mcp §1.4, -32021). Clients of this revision read it
 * as it is; to others it is a result that a model can act on, or an error with no code of the later revision.
 */
export function lacking(required: JsonObject, method: string, modern: boolean): Answer {
  const names = namesIn(required)
  const what = names.length === 0 ? 'what it does not support' : names.join(', ')
  const message = `the server needs the client to support ${what}`
  if (modern)
    return { kind: 'error', raw: errorObject(codes.missingCapability, message, { requiredCapabilities: required }) }
  if (method === 'tools/call') return failedCall(message)
  return { kind: 'error', raw: errorObject(codes.internal, message, { requiredCapabilities: required }) }
}

/** A call that came to nothing, in words that a model reads. */
export const failedCall = (message: string): Answer => ({
  kind: 'result',
  raw: rawJson(JSON.stringify({ content: [{ type: 'text', text: message }], isError: true })),
})

const NAMES = 8

/** Names of capabilities, the innermost ones with the way to them; from outside, so few, short and plain. */
function namesIn(required: JsonObject, path: readonly string[] = []): readonly string[] {
  const names: string[] = []
  for (const [name, below] of Object.entries(required).slice(0, NAMES)) {
    const at = [...path, name.replace(/[^\x21-\x7e]/g, '?').slice(0, 64)]
    const deeper = isObject(below) && path.length < 2 ? namesIn(below, at) : []
    names.push(...(deeper.length > 0 ? deeper : [at.join('.')]))
  }
  return names.slice(0, NAMES)
}

/** An error as a client of earlier revisions reads it (reference: mcp §1.4). */
export function legacyError(raw: RawJson, { code, data }: ErrorRead, method: string): RawJson {
  if (method !== 'resources/read' || code !== codes.invalidParams || typeof data['uri'] !== 'string') return raw
  const span = members(raw).get('code')
  return span === undefined
    ? raw
    : rawJson(`${raw.slice(0, span.start)}${codes.resourceNotFound}${raw.slice(span.end)}`)
}
