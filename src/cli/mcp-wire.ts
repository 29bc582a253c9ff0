// One HTTP exchange with an MCP server as it is on the wire: status, headers, and the messages in the order in which they come.
import type { IncomingHttpHeaders } from 'node:http'
import type { Pools } from '../http/pools.ts'
import { SseDecoder } from '../http/sse.ts'
import { CommandError, exit } from './command.ts'
import { networkReason } from './refusals.ts'
import { isRecord } from './values.ts'

export type Message = Readonly<Record<string, unknown>>

export interface Asking {
  readonly method: 'POST' | 'GET' | 'DELETE'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Message
  /** Hears each message; `true`: no more is wanted. */
  readonly hear?: (message: Message) => boolean
  /** How long an event stream is listened to. Absent: for as long as something comes in time. */
  readonly waitMs?: number
  /** The first event that has an id is enough. */
  readonly untilId?: boolean
}

export interface Heard {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** What the body was. */
  readonly kind: 'json' | 'events' | 'other' | 'none'
  readonly messages: readonly Message[]
  /** The beginning of a body that holds no message. */
  readonly text: string
  /** Of the last event that had one. */
  readonly eventId: string | undefined
  /** Bytes of the longest event. */
  readonly longest: number
  /** Where HTTP+SSE (2024-11-05) wants messages to be posted. */
  readonly endpoint: string | undefined
  /** `late`: the stream was still open when there was no more time. */
  readonly ended: 'enough' | 'closed' | 'late'
}

export interface WireOptions {
  readonly url: URL
  readonly pools: Pools
  /** On every request: credentials and what the user wants to be there. */
  readonly headers: Headers
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** More is no answer that a client can work with. */
const MAX_BYTES = 64 << 20
const SHOWN = 2_000

export class Wire {
  readonly options: WireOptions

  constructor(options: WireOptions) {
    this.options = options
  }

  /** @throws CommandError (3) when there was no answer */
  async ask(asking: Asking): Promise<Heard> {
    const { url, pools, headers, timeoutMs, signal } = this.options
    const { method, body } = asking
    const late = new AbortController()
    const timer = setTimeout(() => late.abort(), timeoutMs)
    try {
      const answer = await pools.pool(url.origin).request({
        method,
        path: url.pathname + url.search,
        headers: { 'user-agent': 'toolgate', ...Object.fromEntries(headers), ...asking.headers },
        signal: AbortSignal.any([signal, late.signal]),
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      const { statusCode: status, headers: fields } = answer
      if (essence(fields) === 'text/event-stream') {
        clearTimeout(timer)
        return { status, headers: fields, ...(await events(answer.body, asking, timeoutMs)) }
      }
      return { status, headers: fields, ...plain(await whole(answer.body), asking) }
    } catch (error) {
      if (signal.aborted) throw new CommandError(exit.interrupted, 'interrupted', { cause: error })
      if (late.signal.aborted)
        throw new CommandError(exit.unasked, `no answer within ${timeoutMs / 1000} s`, {
          where: url.href,
          cause: error,
          hint: '--timeout 300',
        })
      throw unreached(url, error)
    } finally {
      clearTimeout(timer)
    }
  }
}

const essence = (headers: IncomingHttpHeaders): string =>
  String(headers['content-type'] ?? '')
    .split(';', 1)[0]
    ?.trim()
    .toLowerCase() ?? ''

type Body = AsyncIterable<unknown> & { destroy(): unknown; on(event: 'error', listener: () => void): unknown }
type Content = Omit<Heard, 'status' | 'headers'>

async function events(body: Body, { hear, untilId, waitMs }: Asking, timeoutMs: number): Promise<Content> {
  const messages: Message[] = []
  let ended: Heard['ended'] = 'closed'
  let eventId: string | undefined
  let longest = 0
  let endpoint: string | undefined
  body.on('error', () => undefined)
  const timer = setTimeout(() => {
    ended = 'late'
    body.destroy()
  }, waitMs ?? timeoutMs)
  const decoder = new SseDecoder(
    ({ event, data, id }) => {
      eventId = id ?? eventId
      if (event === 'endpoint') endpoint = data
      if (event === 'endpoint' || (untilId === true && id !== undefined)) ended = 'enough'
      longest = Math.max(longest, Buffer.byteLength(data))
      for (const message of messagesOf(data)) {
        messages.push(message)
        if (waitMs === undefined) timer.refresh()
        if (hear?.(message) === true) ended = 'enough'
      }
    },
    { line: MAX_BYTES, event: MAX_BYTES },
  )
  try {
    for await (const chunk of body) {
      if (Buffer.isBuffer(chunk)) decoder.push(chunk)
      if (isOver(ended)) break
    }
  } catch (error) {
    // Who hangs up on purpose is told so by the stream as well.
    if (!isOver(ended)) throw error
  } finally {
    clearTimeout(timer)
    body.destroy()
  }
  return { kind: 'events', messages, text: '', eventId, longest, endpoint, ended }
}

const isOver = (ended: Heard['ended']): boolean => ended !== 'closed'

async function whole(body: Body): Promise<string> {
  const parts: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    if (!Buffer.isBuffer(chunk)) continue
    size += chunk.length
    if (size > MAX_BYTES) {
      body.on('error', () => undefined)
      body.destroy()
      throw new CommandError(exit.unasked, `an answer of more than ${MAX_BYTES} bytes`)
    }
    parts.push(chunk)
  }
  return Buffer.concat(parts).toString()
}

function plain(text: string, { hear }: Asking): Content {
  const messages = messagesOf(text)
  for (const message of messages) hear?.(message)
  const kind = messages.length > 0 ? 'json' : text.trim() === '' ? 'none' : 'other'
  const shown = messages.length > 0 ? '' : text.slice(0, SHOWN)
  return { kind, messages, text: shown, eventId: undefined, longest: 0, endpoint: undefined, ended: 'closed' }
}

/** A message, or several in a batch. */
function messagesOf(text: string): readonly Message[] {
  try {
    const value: unknown = JSON.parse(text)
    return (Array.isArray(value) ? value : [value]).filter(isRecord)
  } catch {
    return []
  }
}

function unreached(url: URL, error: unknown): CommandError {
  if (error instanceof CommandError) return error
  const because = networkReason(error) ?? 'the connection ended without an answer'
  return new CommandError(exit.unasked, `cannot reach ${url.host}: ${because}`, {
    where: url.href,
    cause: error,
    hint: isHere(url) ? 'start the gateway: toolgate' : 'check the address',
  })
}

const isHere = (url: URL): boolean => /localhost|127\.0\.0\.1|\[::1\]/.test(url.hostname)
