// The stats and the readiness listener: two plain servers with one question each. Not the admin API.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type Listening, listen, type Place } from './listen.ts'
import type { Metrics } from './metrics.ts'

/** `GET /metrics` and `/stats/prometheus` in OpenMetrics text (reference §1.2); `undefined` when the address is `off`. */
export async function listenStats(address: Place | undefined, metrics: Metrics): Promise<Listening | undefined> {
  if (address === undefined) return undefined
  const server = answering(['/metrics', '/stats/prometheus'], (response) => {
    metrics.render().then(
      (text) => send(response, 200, text, metrics.contentType),
      () => send(response, 500, 'metrics could not be collected\n'),
    )
  })
  return listen(server, address)
}

/** `GET /healthz/ready`: 200 once `isReady`, else 503 (reference §1.2); `undefined` when the address is `off`. */
export async function listenReadiness(
  address: Place | undefined,
  isReady: () => boolean,
): Promise<Listening | undefined> {
  if (address === undefined) return undefined
  const server = answering(['/healthz/ready'], (response) => {
    if (isReady()) send(response, 200, 'ready\n')
    else send(response, 503, 'not ready\n')
  })
  return listen(server, address)
}

function answering(paths: readonly string[], answer: (response: ServerResponse) => void): Server {
  return createServer((request: IncomingMessage, response: ServerResponse) => {
    const path = (request.url ?? '').split('?', 1)[0] ?? ''
    if (!paths.includes(path)) return send(response, 404, 'not found\n')
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD')
      return send(response, 405, 'method not allowed\n')
    }
    return answer(response)
  })
}

function send(response: ServerResponse, status: number, text: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  response.end(text)
}
