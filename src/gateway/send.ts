// The one place where a Reply becomes bytes, and a Failure becomes a Reply.
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import { type Exchange, type Reply, text } from '../core/exchange.ts'
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
 * Writes a reply and resolves with the number of body bytes once the last one is handed to the socket (or the client is gone).
 * `stallMs`: a client that takes nothing for so long loses the connection.
 */
export async function send(reply: Reply, x: Exchange, response: ServerResponse, stallMs: number): Promise<number> {
  if (response.destroyed || response.headersSent) return 0
  const headers = withAdded(reply.headers, x.replyHeaders)
  switch (reply.kind) {
    case 'json':
      return whole(
        response,
        reply.status,
        { 'content-type': 'application/json', ...headers },
        JSON.stringify(reply.value),
      )
    case 'bytes':
      return whole(response, reply.status, headers, reply.body)
    case 'empty':
      response.writeHead(reply.status, bodiless(reply.status) ? headers : { ...headers, 'content-length': 0 }).end()
      return 0
    case 'stream':
      return flow(reply.body, response.writeHead(reply.status, headers), stallMs)
    default:
      return unreachable(reply)
  }
}

const bodiless = (status: number): boolean => status < 200 || status === 204 || status === 304

function whole(response: ServerResponse, status: number, headers: OutgoingHttpHeaders, body: Buffer | string): number {
  const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length
  response.writeHead(status, { ...headers, 'content-length': length })
  // Text of one byte a character leaves with the head in one cheap write: encoding UTF-8 was a fifth of a small call's cost.
  if (length === body.length && typeof body === 'string') response.end(body, 'latin1')
  else response.end(body)
  return length
}

function withAdded(headers: OutgoingHttpHeaders, added: OutgoingHttpHeaders | undefined): OutgoingHttpHeaders {
  if (added === undefined) return headers
  const vary = [headers['vary'], added['vary']].filter((value) => value !== undefined).join(', ')
  return { ...headers, ...added, ...(vary !== '' && { vary }) }
}

/** Pipes with back-pressure. What arrives in one tick leaves in one write; a stalled client and a broken source both end it. */
function flow(body: Readable, response: ServerResponse, stallMs: number): Promise<number> {
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
    // Half an answer must not look whole: the connection is cut.
    body.once('error', () => response.destroy())
    response.once('close', finish)
    if (body.readableLength === 0) response.flushHeaders()
  })
}
