// Exchanges of real requests over real sockets, for the tests of this room.
import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { type Entrance, Exchange, type RouteNames } from '../../src/core/exchange.ts'

export const entrance: Entrance = {
  port: 3000,
  scheme: 'http',
  bind: 'bind/3000',
  gateway: 'bind/3000',
  listener: 'listener0',
}
export const route: RouteNames = { route: 'route0', rule: 'route0/default' }

/** Sends one request and returns the exchange the server made of it; the client's port is in `port`. */
export async function exchange(
  t: TestContext,
  { method = 'POST', path = '/mcp', host = 'localhost:3000', family = '127.0.0.1' } = {},
): Promise<{ x: Exchange; port: number }> {
  const server = createServer()
  const seen = once(server, 'request')
  server.listen(0, family)
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const client = request({
    host: family,
    port: (server.address() as AddressInfo).port, // a TCP server's address is never a string
    method,
    path,
    headers: { host },
  })
  client.on('error', () => {})
  client.end()
  const [incoming] = await seen
  const x = new Exchange(incoming, entrance)
  x.route = route
  return { x, port: incoming.socket.remotePort }
}
