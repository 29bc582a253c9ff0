// Where a backend may be: names, addresses, sockets; with and without TLS.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { placeOf } from '../../src/proxy/place.ts'
import { bodyOf, get, oneRoute, statusOf } from './stage.ts'

const folder = path.join(import.meta.dirname, '../http/tls')
const cert = path.join(folder, 'cert.pem')

test('a place is a name or address with a port, or a socket', () => {
  assert.deepEqual(placeOf('api.test:8080', false), {
    origin: 'http://api.test:8080',
    name: 'api.test:8080',
    authority: 'api.test:8080',
    servername: 'api.test',
  })
  assert.equal(placeOf('api.test:443', true)?.authority, 'api.test')
  assert.equal(placeOf('api.test:443', true)?.origin, 'https://api.test:443')
  assert.equal(placeOf('api.test:80', false)?.authority, 'api.test')
  assert.equal(placeOf('10.0.0.1:80', false)?.authority, undefined)
  assert.equal(placeOf('[::1]:8080', false)?.authority, undefined)
  assert.equal(placeOf('unix:/run/a.sock', false)?.origin, 'unix:/run/a.sock')
  for (const wrong of ['api.test', 'api.test:0', 'api.test:65536', 'http://a:1', 'a:1/x', 'a@b:1', 'unix:a', ':80', ''])
    assert.equal(placeOf(wrong, false), undefined, wrong)
})

test('a unix socket is reached by its path', async (t) => {
  const place = path.join(await mkdtemp(path.join(tmpdir(), 'sock-')), 'a.sock')
  t.after(() => rm(path.dirname(place), { recursive: true }))
  const server = createServer((request, response) => response.end(`${request.headers.host} ${request.url}`))
  server.listen(place)
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const stage = await oneRoute(t, `backends:\n- host: unix:${place}\n`)
  assert.equal(bodyOf(await stage.send(get('/x'))), 'shop.test /x')
})

async function secure(t: TestContext, handle: RequestListener): Promise<{ port: number; names: string[] }> {
  const names: string[] = []
  const server = createSecureServer(
    { cert: readFileSync(cert), key: readFileSync(path.join(folder, 'key.pem')) },
    handle,
  )
  server.on('secureConnection', ({ servername }: { servername: string | false }) => names.push(String(servername)))
  server.on('tlsClientError', () => undefined)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, names } // a TCP server's address is never a string
}

const over = (port: number, tls: string): string =>
  `policies:\n  backendTLS: ${tls}\n  urlRewrite: {authority: none}\nbackends:\n- host: localhost:${port}\n`

test('backendTLS: the configured name is sent and verified, whatever Host a client sends, on one connection', async (t) => {
  const { port, names } = await secure(t, (request, response) => response.end(request.headers.host))
  const stage = await oneRoute(t, over(port, `{root: ${cert}, hostname: peer.internal}`))
  assert.equal(bodyOf(await stage.send(get())), 'shop.test')
  assert.equal(bodyOf(await stage.send(get().replace('shop.test', 'evil.test'))), 'evil.test')
  assert.deepEqual(names, ['peer.internal'])
})

test('a certificate that nobody trusts, or for another name: 503 and which check failed', async (t) => {
  const { port } = await secure(t, (_request, response) => response.end('reached'))
  const stranger = await oneRoute(t, over(port, '{hostname: peer.internal}'))
  const answer = await stranger.send(get())
  assert.equal(statusOf(answer), 503)
  assert.match(bodyOf(answer), /^upstream call failed: the TLS handshake with the backend failed \(.*CERT.*\)$/)
  const other = await oneRoute(t, over(port, `{root: ${cert}}`))
  assert.equal(statusOf(await other.send(get())), 503)
})

test('insecure accepts any certificate, insecureHost one for another name', async (t) => {
  const { port } = await secure(t, (_request, response) => response.end('reached'))
  assert.equal(bodyOf(await (await oneRoute(t, over(port, '{insecure: true}'))).send(get())), 'reached')
  const named = await oneRoute(t, over(port, `{root: ${cert}, insecureHost: true}`))
  assert.equal(bodyOf(await named.send(get())), 'reached')
})
