// JSON-RPC framing: what a message is, how one is written, codes and revisions. Plain data and pure functions.
import { type RawJson, rawJson } from '../core/brand.ts'
import type { JsonObject } from '../core/item.ts'
import { cut, deeperThan, members, type Span } from './json.ts'

/** Revisions that open with `initialize`, oldest first. */
export const legacyRevisions = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'] as const
export type LegacyRevision = (typeof legacyRevisions)[number]
export const newestLegacy: LegacyRevision = '2025-11-25'

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

/** One message as it came: parsed as far as we act on it, and the text of what we only pass on. */
export type Message =
  | {
      readonly kind: 'request'
      readonly id: RawJson
      readonly method: string
      readonly params: JsonObject
      readonly rawParams: RawJson | undefined
    }
  | {
      readonly kind: 'notification'
      readonly method: string
      readonly params: JsonObject
      readonly rawParams: RawJson | undefined
    }
  | { readonly kind: 'result'; readonly id: RawJson; readonly raw: RawJson }
  | { readonly kind: 'error'; readonly id: RawJson | undefined; readonly raw: RawJson }

/** A text that is no JSON-RPC message; `code` is what the answer to it says. */
export class WireError extends Error {
  readonly code: number
  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

const NOTHING: JsonObject = Object.freeze({})
const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Parses text into JSON; errors are WireErrors that never repeat the text. */
export function parseJson(text: string, maxDepth: number): unknown {
  if (deeperThan(text, maxDepth)) throw new WireError(codes.invalidRequest, `nested deeper than ${maxDepth}`)
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new WireError(
      codes.parse,
      cause instanceof Error
        ? cause.message.replace(/,? ?"?[^"]*"? is not valid JSON.*$/s, '').trim() || 'not JSON'
        : 'not JSON',
    )
  }
}

/** Reads one message. `value` is `text` parsed, when the caller has it already. */
export function readMessage(text: string, value: unknown): Message {
  if (!isObject(value)) throw new WireError(codes.invalidRequest, 'a message must be an object')
  if (value['jsonrpc'] !== '2.0') throw new WireError(codes.invalidRequest, 'jsonrpc must be "2.0"')
  const at = members(text)
  const raw = (name: string): RawJson | undefined => {
    const span: Span | undefined = at.get(name)
    return span === undefined ? undefined : cut(text, span)
  }
  const { id, method, params } = value
  if (id !== undefined && id !== null && typeof id !== 'string' && typeof id !== 'number')
    throw new WireError(codes.invalidRequest, 'id must be a string or a number')
  if (typeof method === 'string') {
    if (params !== undefined && !isObject(params)) throw new WireError(codes.invalidParams, 'params must be an object')
    const rest = { method, params: params ?? NOTHING, rawParams: raw('params') }
    const rawId = raw('id')
    if (rawId === undefined) return { kind: 'notification', ...rest }
    if (id === null) throw new WireError(codes.invalidRequest, 'id must not be null')
    return { kind: 'request', id: rawId, ...rest }
  }
  const rawId = raw('id')
  const result = raw('result')
  if (result !== undefined) {
    if (rawId === undefined || id === null) throw new WireError(codes.invalidRequest, 'a result needs an id')
    return { kind: 'result', id: rawId, raw: result }
  }
  const error = raw('error')
  if (error !== undefined && isObject(value['error']))
    return { kind: 'error', id: id === null ? undefined : rawId, raw: error }
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
