// What a connection hears whose request node:http could not read, before it is closed.
import type { Duplex } from 'node:stream'
import type { GatewayMetrics } from '../telemetry/metrics.ts'

const parserAnswers: Readonly<Record<string, 400 | 408 | 413 | 431>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
}
const reasons = {
  400: 'Bad Request',
  408: 'Request Timeout',
  413: 'Content Too Large',
  431: 'Request Header Fields Too Large',
} as const

/** Answers a `clientError` and ends the connection; a handshake that failed has no one who could read. */
export function unread(error: NodeJS.ErrnoException, socket: Duplex, metrics: GatewayMetrics): void {
  const code = error.code ?? ''
  const known = parserAnswers[code] ?? 400
  if (known === 431) metrics.limitHit('headerBytes')
  if (code === 'ERR_TLS_HANDSHAKE_TIMEOUT') metrics.limitHit('tlsHandshakeMs')
  if (socket.writable && !socket.destroyed && code !== 'ECONNRESET' && code !== 'ERR_TLS_HANDSHAKE_TIMEOUT')
    socket.end(`HTTP/1.1 ${known} ${reasons[known]}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
  else socket.destroy()
}
