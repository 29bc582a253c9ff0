// The one place where a Reply becomes bytes, and a Failure becomes a Reply.
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import { type Bytes, type Exchange, type Maybe, type Reply, text } from '../core/exchange.ts'
import { asFailure, unreachable, wireText } from '../core/failure.ts'
import type { Log } from '../telemetry/log.ts'

/** How a thrown thing looks to the client; what it really was goes to the log. */
export function failed(thrown: unknown, x: Exchange, log: Log): Reply {
  const failure = asFailure(thrown)
  const { status, reason } = failure.row
  x.reason = reason
  x.error = failure.message
  if (failure.code === 'internal') {
    const cause = failure.cause instanceof Error ? (failure.cause.stack ?? failure.cause.message) : ''
    log.error('a request broke the gateway', { error: failure.message, path: x.path, cause })
  }
  const body = wireText(failure)
  return body === '' ? { kind: 'empty', status, headers: {} } : text(status, body)
}

/**
 * Writes a reply; the answer is the number of body bytes, once the last one is handed to the socket (or the client is gone).
 * `stallMs`: a client that takes nothing for so long loses the connection.
 */
export function send(reply: Reply, x: Exchange, response: ServerResponse, stallMs: number): Maybe<number> {
  if (response.destroyed || response.headersSent) {
    // Whoever writes into it must hear that nobody reads.
    if (reply.kind === 'stream') reply.body.destroy()
    return 0
  }
  const headers = withAdded(reply.headers, x.replyHeaders)
  const { status } = reply
  switch (reply.kind) {
    case 'json':
      return whole(
        response,
        { status, headers: { 'content-type': 'application/json', ...headers } },
        JSON.stringify(reply.value),
        stallMs,
      )
    case 'bytes':
      return whole(response, { status, headers }, reply.body, stallMs)
    case 'empty':
      response.writeHead(status, bodiless(status) ? headers : { ...headers, 'content-length': 0 }).end()
      return 0
    case 'stream':
      return flow(reply.body, response.writeHead(status, headers), stallMs, x)
    default:
      return unreachable(reply)
  }
}

const bodiless = (status: number): boolean => status < 200 || status === 204 || status === 304

/** Bodies up to this size are in the socket's buffers at once, whether the client reads or not. */
const AT_ONCE = 65_536

interface Written {
  readonly status: number
  readonly headers: OutgoingHttpHeaders
}

function whole(response: ServerResponse, { status, headers }: Written, body: Bytes, stallMs: number): number {
  const length = lengthOf(body)
  response.writeHead(status, { ...headers, 'content-length': length })
  // Without a listener for it node cuts the connection; when the answer is out it sets its own time again.
  if (length > AT_ONCE) response.setTimeout(stallMs)
  if (typeof body === 'string') {
    // Text of one byte a character leaves with the head in one cheap write: encoding UTF-8 was a fifth of a small call's cost.
    response.end(body, length === body.length ? 'latin1' : 'utf8')
  } else if (Buffer.isBuffer(body)) response.end(body)
  else {
    response.cork()
    for (const piece of body) response.write(piece)
    response.end()
  }
  return length
}

function lengthOf(body: Bytes): number {
  if (typeof body === 'string') return Buffer.byteLength(body)
  if (Buffer.isBuffer(body)) return body.length
  let length = 0
  for (const piece of body) length += piece.length
  return length
}

function withAdded(headers: OutgoingHttpHeaders, added: OutgoingHttpHeaders | undefined): OutgoingHttpHeaders {
  if (added === undefined) return headers
  const { vary } = headers
  const more = added['vary']
  return vary === undefined || more === undefined
    ? { ...headers, ...added }
    : { ...headers, ...added, vary: [vary, more].flat().join(', ') }
}

/** Pipes with back-pressure. What arrives in one tick leaves in one write; a stalled client and a broken source both end it. */
function flow(body: Readable, response: ServerResponse, stallMs: number, x: Exchange): Promise<number> {
  return new Promise((resolve) => {
    let bytes = 0
    let corked = false
    let stalled: NodeJS.Timeout | undefined
    const finish = (): void => {
      clearTimeout(stalled)
      body.destroy()
      resolve(bytes)
    }
    const uncork = (): void => {
      corked = false
      response.uncork()
    }
    body.on('data', (chunk: Buffer | string) => {
      bytes += chunk.length
      if (!corked) {
        corked = true
        response.cork()
        process.nextTick(uncork)
      }
      if (response.write(chunk)) return
      body.pause()
      stalled ??= setTimeout(() => response.destroy(), stallMs)
    })
    response.on('drain', () => {
      clearTimeout(stalled)
      stalled = undefined
      body.resume()
    })
    body.once('end', () => response.end())
    body.once('error', (thrown: unknown) => {
      const failure = asFailure(thrown)
      x.reason = failure.row.reason
      x.error = failure.message
      response.destroy() // half an answer must not look whole: the connection is cut
    })
    response.once('close', finish)
    if (body.readableLength === 0) response.flushHeaders()
  })
}
