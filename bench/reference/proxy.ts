// The smallest honest proxy on this runtime: node:http → undici.dispatch. What a gateway adds is measured against it.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Pool } from 'undici'

const [, , origin = 'http://127.0.0.1:1'] = process.argv
const pool = new Pool(origin, { pipelining: 1, keepAliveTimeout: 600_000, headersTimeout: 0, bodyTimeout: 0 })

const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'host', 'upgrade', 'te', 'expect'])

function forwardable(raw: readonly string[]): string[] {
  const headers: string[] = []
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? ''
    if (!HOP_BY_HOP.has(name.toLowerCase())) headers.push(name, raw[i + 1] ?? '')
  }
  return headers
}

const server = createServer((request: IncomingMessage, response: ServerResponse) => {
  pool.dispatch(
    {
      path: request.url ?? '/',
      method: request.method ?? 'GET',
      headers: forwardable(request.rawHeaders),
      body: request.method === 'GET' || request.method === 'DELETE' ? null : request,
    },
    {
      onRequestStart(controller) {
        response.on('close', () => {
          if (!response.writableFinished) controller.abort(new Error('the client is gone'))
        })
      },
      onResponseStart(controller, status, headers) {
        const passed: { [name: string]: string | string[] } = {}
        for (const [name, value] of Object.entries(headers))
          if (!HOP_BY_HOP.has(name) && value !== undefined) passed[name] = value
        response.writeHead(status, passed)
        response.on('drain', () => controller.resume())
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
})
server.keepAliveTimeout = 600_000
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.({ port: typeof address === 'object' && address !== null ? address.port : 0 })
})
process.on('disconnect', () => process.exit())
