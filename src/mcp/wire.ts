// JSON-RPC framing: what a message is, how one is written, codes and revisions. Plain data and pure functions.
import { type RawJson, rawJson } from '../core/brand.ts'
import type { JsonObject } from '../core/item.ts'
import type { Incoming } from './conversation.ts'
import { cut, deeperThan, memberAt, members, type Span } from './json.ts'
import { type Members, type Outline, outline, stringAt } from './outline.ts'

/** Revisions that open with `initialize`, oldest first. */
export const legacyRevisions = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'] as const
export type LegacyRevision = (typeof legacyRevisions)[number]
export const newestLegacy: LegacyRevision = '2025-11-25'

/** The revision without `initialize`: every request speaks for itself. */
export const modernRevision = '2026-07-28'

export const isLegacyRevision = (text: unknown): text is LegacyRevision =>
  legacyRevisions.some((known) => known === text)

/** JSON-RPC error codes (JSON-RPC 2.0 §5.1) and those of the protocol's own range. */
export const codes = {
  parse: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
  resourceNotFound: -32002,
  urlElicitationRequired: -32042,
  headerMismatch: -32020,
  missingCapability: -32021,
  unsupportedVersion: -32022,
} as const

/** What a request or a notification says. */
abstract class Spoken implements Incoming {
  readonly method: string
  readonly rawParams: RawJson | undefined
  readonly #members: Pick<Members, 'at'>
  #params: JsonObject | undefined = undefined

  constructor(method: string, rawParams: RawJson | undefined, members: Pick<Members, 'at'>) {
    this.method = method
    this.rawParams = rawParams
    this.#members = members
  }

  get params(): JsonObject {
    this.#params ??= this.rawParams === undefined ? NOTHING : JSON.parse(this.rawParams)
    return this.#params ?? NOTHING
  }

  at(name: string): Span | undefined {
    return this.#members.at(name)
  }

  string(name: string): string | undefined {
    return this.rawParams === undefined ? undefined : stringAt(this.rawParams, this.at(name))
  }
}

class Request extends Spoken {
  readonly kind = 'request'
  readonly id: RawJson

  constructor(id: RawJson, method: string, rawParams: RawJson | undefined, members: Members) {
    super(method, rawParams, members)
    this.id = id
  }
}

class Notification extends Spoken {
  readonly kind = 'notification'
}

class Rewritten extends Spoken {}

/** A request whose params were written here. */
export const rewritten = (method: string, rawParams: RawJson): Incoming => {
  const spans = members(rawParams)
  return new Rewritten(method, rawParams, { at: (name) => spans.get(name) })
}

/** One message as it came: read as far as we act on it, and the text of what we only pass on. */
export type Message =
  | Request
  | Notification
  | { readonly kind: 'result'; readonly id: RawJson; readonly raw: RawJson }
  | { readonly kind: 'error'; readonly id: RawJson | undefined; readonly raw: RawJson }

/** A text that is no JSON-RPC message; `code` is what the answer to it says. */
export class WireError extends Error {
  readonly code: number
  /** The bound that it is above. */
  readonly limit: 'jsonDepth' | 'jsonKeys' | undefined

  constructor(code: number, message: string, limit?: 'jsonDepth' | 'jsonKeys') {
    super(message)
    this.code = code
    this.limit = limit
  }
}

const NOTHING: JsonObject = Object.freeze({})
const OPEN_OBJECT = 123

/** Says what is wrong with a text, and never repeats it. */
function refused(text: string, maxDepth: number, maxKeys: number): WireError {
  if (deeperThan(text, maxDepth))
    return new WireError(codes.invalidRequest, `nested deeper than ${maxDepth}`, 'jsonDepth')
  if (outline(text, maxDepth) !== undefined)
    return new WireError(codes.invalidRequest, `an object of more than ${maxKeys} members`, 'jsonKeys')
  try {
    JSON.parse(text)
  } catch (cause) {
    return new WireError(
      codes.parse,
      cause instanceof Error
        ? cause.message.replace(/,? ?"?[^"]*"? is not valid JSON.*$/s, '').trim() || 'not JSON'
        : 'not JSON',
    )
  }
  return new WireError(codes.parse, 'not JSON')
}

/** Outlines a text. Throws a WireError when it is no JSON, nests deeper than `maxDepth` or has an object of more members than `maxKeys`. */
export function outlined(text: string, maxDepth: number, maxKeys = Infinity): Outline {
  const found = outline(text, maxDepth, maxKeys)
  if (found === undefined) throw refused(text, maxDepth, maxKeys)
  return found
}

/** Reads one message. `found` is the outline of its text. */
export function readMessage(text: string, { first, members, params }: Outline): Message {
  if (first !== 'object') throw new WireError(codes.invalidRequest, 'a message must be an object')
  const raw = (name: string): RawJson | undefined => {
    const span = members.at(name)
    return span === undefined ? undefined : cut(text, span)
  }
  if (stringAt(text, members.at('jsonrpc')) !== '2.0')
    throw new WireError(codes.invalidRequest, 'jsonrpc must be "2.0"')
  const id = raw('id')
  if (id !== undefined && id !== 'null' && !/^["\d-]/.test(id))
    throw new WireError(codes.invalidRequest, 'id must be a string or a number')
  const method = stringAt(text, members.at('method'))
  if (method !== undefined) {
    const rawParams = raw('params')
    if (rawParams !== undefined && rawParams.charCodeAt(0) !== OPEN_OBJECT)
      throw new WireError(codes.invalidParams, 'params must be an object')
    if (id === undefined) return new Notification(method, rawParams, params)
    if (id === 'null') throw new WireError(codes.invalidRequest, 'id must not be null')
    return new Request(id, method, rawParams, params)
  }
  const result = raw('result')
  if (result !== undefined) {
    if (id === undefined || id === 'null') throw new WireError(codes.invalidRequest, 'a result needs an id')
    return { kind: 'result', id, raw: result }
  }
  const error = raw('error')
  if (error !== undefined && error.charCodeAt(0) === OPEN_OBJECT)
    return { kind: 'error', id: id === 'null' ? undefined : id, raw: error }
  throw new WireError(codes.invalidRequest, 'neither method, result nor error')
}

export const requestText = (id: string | number, method: string, params: RawJson | undefined): RawJson =>
  rawJson(
    `{"jsonrpc":"2.0","id":${id},"method":${JSON.stringify(method)}${params === undefined ? '' : `,"params":${params}`}}`,
  )

export const notificationText = (method: string, params: RawJson | undefined): RawJson =>
  rawJson(`{"jsonrpc":"2.0","method":${JSON.stringify(method)}${params === undefined ? '' : `,"params":${params}`}}`)

export const resultText = (id: RawJson, result: RawJson): RawJson =>
  rawJson(`{"jsonrpc":"2.0","id":${id},"result":${result}}`)

export const errorText = (id: RawJson | undefined, error: RawJson): RawJson =>
  rawJson(`{"jsonrpc":"2.0","id":${id ?? 'null'},"error":${error}}`)

/** An error object as text. */
export const errorObject = (code: number, message: string, details?: unknown): RawJson =>
  rawJson(JSON.stringify(details === undefined ? { code, message } : { code, message, data: details }))

/** What kind of result a text is: most say nothing, which means that they are whole. */
export function resultType(raw: RawJson): string {
  // The search for eleven characters skips: looking for the member itself would read every byte of every result.
  if (!raw.includes('resultType"')) return 'complete'
  return stringAt(raw, memberAt(raw, 0, 'resultType')) ?? 'complete'
}
