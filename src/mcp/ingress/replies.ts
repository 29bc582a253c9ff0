// What an ingress answers by itself: the wire texts and statuses that clients and scripts know (reference: agentgateway §11).
import type { RawJson } from '../../core/brand.ts'
import { type Bytes, type Exchange, type Reply, text } from '../../core/exchange.ts'
import type { Answer } from '../conversation.ts'
import { errorObject, errorText, resultText } from '../wire.ts'
import type { Missing } from './sessions.ts'
import type { EventStream } from './stream.ts'

// One object for all replies: nobody changes the headers of a reply in place.
const json = Object.freeze({ 'content-type': 'application/json' })
const events = Object.freeze({
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache',
  'x-accel-buffering': 'no', // nginx would hold events back
})

/** Taken note of; there is nothing to say. */
export const accepted: Reply = Object.freeze({ kind: 'empty', status: 202, headers: {} })

/** A refusal as plain text. */
export function refuse(x: Exchange, status: number, message: string): Reply {
  x.reason = 'MCP'
  x.error = message
  return text(status, `mcp: ${message}`)
}

/** A refusal as JSON-RPC error; as plain text when there is no id to answer to. */
export function refuseCall(
  x: Exchange,
  id: RawJson | undefined,
  code: number,
  told: { message: string; data?: unknown },
): Reply {
  const { message, data } = told
  if (id === undefined) return refuse(x, 400, message)
  x.reason = 'MCP'
  x.error = message
  x.mcpErrorCode = code
  x.mcpErrorMessage = message
  return { kind: 'bytes', status: 400, headers: json, body: errorText(id, errorObject(code, message, data)) }
}

/** Why there is no session for a request. */
export function noSession(x: Exchange, missing: Missing | 'absent'): Reply {
  switch (missing) {
    case 'absent':
      return refuse(x, 400, 'session header is required for non-initialize requests')
    case 'malformed':
      return refuse(x, 400, 'invalid session ID header')
    case 'unknown':
      return refuse(x, 404, 'session not found')
    case 'full':
      return refuse(x, 503, 'too many sessions')
  }
}

/**
 * Answers to requests, errors included. The original answers some errors with 400 and 500; clients of these revisions take that
 * for a broken connection (the official Python client ends it), so that one unknown tool would cost all other calls.
 */
export const jsonReply = (body: Bytes): Reply => ({ kind: 'bytes', status: 200, headers: json, body })

export const eventReply = (body: EventStream): Reply => ({ kind: 'stream', status: 200, headers: events, body })

/** The answer to `initialize`, with the session id for all that follows. */
export const opened = (body: string, id: string): Reply => ({
  kind: 'bytes',
  status: 200,
  headers: { 'content-type': 'application/json', 'mcp-session-id': id },
  body,
})

export const messageText = (id: RawJson, answer: Answer): RawJson =>
  answer.kind === 'result' ? resultText(id, answer.raw) : errorText(id, answer.raw)
