// The smallest honest proxy on this runtime: node:http → undici.dispatch. What a gateway adds is measured against it.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Pool } from 'undici'

const [, , origin = 'http://127.0.0.1:1'] = process.argv
const pool = new Pool(origin, { pipelining: 1, keepAliveTimeout: 600_000, headersTimeout: 0, bodyTimeout: 0 })

type Head = { [name: string]: string | string[] | undefined }

/** Everything but what belongs to one hop (RFC 9110 §7.6.1) or will be written anew; a delete costs more than a copy. */
function forwardable(headers: Head): Head {
  const passed: Head = {}
  for (const name in headers) {
    if (name === 'connection' || name === 'keep-alive' || name === 'transfer-encoding' || name === 'host') continue
    passed[name] = headers[name]
  }
  return passed
}

function forward(request: IncomingMessage, response: ServerResponse, body: Buffer | null): void {
  pool.dispatch(
    {
      path: request.url ?? '/',
      method: request.method ?? 'GET',
      headers: forwardable(request.headers),
      body,
    },
    {
      onRequestStart(controller) {
        response.on('close', () => {
          if (!response.writableFinished) controller.abort(new Error('the client is gone'))
        })
        response.on('drain', () => controller.resume())
      },
      onResponseStart(_controller, status, headers) {
        response.writeHead(status, forwardable(headers))
      },
      onResponseData(controller, chunk) {
        if (!response.write(chunk)) controller.pause()
      },
      onResponseEnd() {
        response.end()
      },
      onResponseError() {
        if (!response.headersSent) response.writeHead(502)
        response.end()
      },
    },
  )
}

const server = createServer((request, response) => {
  if (request.method === 'GET' || request.method === 'DELETE') return forward(request, response, null)
  // Small bodies whole: streaming them through undici costs half as much again.
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const [first] = chunks
    forward(request, response, chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks))
  })
})
server.keepAliveTimeout = 600_000
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.({ port: typeof address === 'object' && address !== null ? address.port : 0 })
})
process.on('disconnect', () => process.exit())
