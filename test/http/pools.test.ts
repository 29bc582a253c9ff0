import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { createSecureServer as createHttp2Server } from 'node:http2'
import { createServer as createTlsServer } from 'node:https'
import type { Server } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import type { TLSSocket } from 'node:tls'
import { defaultPoolSettings, Pools, type TlsOptions } from '../../src/http/pools.ts'

const pem = (name: string): string => readFileSync(path.join(import.meta.dirname, 'tls', name), 'utf8')
// Names: peer.internal and the URI spiffe://example.org/ns/default/sa/upstream.
const [cert, key] = [pem('cert.pem'), pem('key.pem')]

async function listening(t: TestContext, server: Server, at: number | string = 0): Promise<number> {
  await new Promise<void>((resolve) =>
    typeof at === 'string' ? server.listen(at, resolve) : server.listen(at, '127.0.0.1', resolve),
  )
  t.after(() => new Promise((resolve) => server.close(resolve)))
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

function pools(t: TestContext, connectTo: Record<string, string> = {}): Pools {
  const made = new Pools({ ...defaultPoolSettings, connectTo: new Map(Object.entries(connectTo)) })
  t.after(() => made[Symbol.asyncDispose]())
  return made
}

/** A server with TLS that says which names it was asked by: `SNI Host`. */
async function secure(t: TestContext): Promise<number> {
  const server = createTlsServer({ cert, key }, (request, response) => {
    const { servername } = request.socket as TLSSocket // the only kind of socket an https server has
    response.end(`${String(servername)} ${request.headers.host}`)
  })
  t.after(() => server.closeAllConnections())
  return listening(t, server)
}

async function ask(
  of: Pools,
  origin: string,
  { tls, host }: { tls?: TlsOptions; host?: string } = {},
): Promise<string> {
  const answer = await of.pool(origin, tls).request({ path: '/', method: 'GET', ...(host && { headers: { host } }) })
  return answer.body.text()
}

test('the same place with the same settings is one pool', (t) => {
  const of = pools(t)
  assert.equal(of.pool('http://a:80'), of.pool('http://a:80'))
  assert.notEqual(of.pool('https://a:443', { insecure: true }), of.pool('https://a:443', {}))
})

test('a unix socket is reached by its path, with TLS or without, wherever connectTo leads', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'pools-'))
  t.after(() => rmSync(folder, { recursive: true }))
  await listening(
    t,
    createServer((request, response) => response.end(`plain ${request.headers.host}`)),
    `${folder}/plain`,
  )
  const server = createTlsServer({ cert, key }, (_, response) => response.end('secret'))
  await listening(t, server, `${folder}/tls`)
  const of = pools(t, { 'localhost:80': '127.0.0.1:1', 'localhost:443': '127.0.0.1:1' })
  assert.equal(await ask(of, `unix:${folder}/plain`, { host: 'asked.example' }), 'plain asked.example')
  assert.equal(await ask(of, `unix:${folder}/tls`, { tls: { root: cert, hostname: 'peer.internal' } }), 'secret')
  await of[Symbol.asyncDispose]()
})

test('connectTo moves the connection only: SNI, verification and Host keep the name', async (t) => {
  const port = await secure(t)
  const of = pools(t, { 'peer.internal:443': `127.0.0.1:${port}`, 'other.internal:443': `127.0.0.1:${port}` })
  assert.equal(await ask(of, 'https://peer.internal', { tls: { root: cert } }), 'peer.internal peer.internal')
  await assert.rejects(ask(of, 'https://other.internal', { tls: { root: cert } }), {
    code: 'ERR_TLS_CERT_ALTNAME_INVALID',
  })
})

test('connectTo works for plain HTTP, for addresses and for ports that nobody spells', async (t) => {
  const port = await listening(
    t,
    createServer((request, response) => response.end(request.headers.host)),
  )
  const there = `127.0.0.1:${port}`
  const of = pools(t, { 'a.internal:80': there, '[::1]:8080': there, '192.0.2.1:80': there })
  assert.equal(await ask(of, 'http://a.internal:80'), 'a.internal')
  assert.equal(await ask(of, 'http://[::1]:8080'), '[::1]:8080')
  assert.equal(await ask(of, 'http://192.0.2.1'), '192.0.2.1')
  await of[Symbol.asyncDispose]()
})

test('a certificate nobody vouches for is refused, unless the configuration says insecure', async (t) => {
  const port = await secure(t)
  const of = pools(t, { 'peer.internal:443': `127.0.0.1:${port}` })
  await assert.rejects(ask(of, 'https://peer.internal', { tls: {} }), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
  assert.equal(await ask(of, 'https://peer.internal', { tls: { insecure: true } }), 'peer.internal peer.internal')
})

test('hostname is the name to ask for and to verify; insecureHost takes any name', async (t) => {
  const port = await secure(t)
  const of = pools(t)
  const origin = `https://127.0.0.1:${port}`
  const host = `127.0.0.1:${port}`
  assert.equal(await ask(of, origin, { tls: { root: cert, hostname: 'peer.internal' } }), `peer.internal ${host}`)
  await assert.rejects(ask(of, origin, { tls: { root: cert } }), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
  assert.equal(await ask(of, origin, { tls: { root: cert, insecureHost: true } }), `false ${host}`)
})

test('other subject names count where the configuration lists them: DNS names and URIs', async (t) => {
  const port = await secure(t)
  const of = pools(t, { 'svc.internal:443': `127.0.0.1:${port}` })
  const as = (...subjectAltNames: string[]) => ask(of, 'https://svc.internal', { tls: { root: cert, subjectAltNames } })
  assert.equal(await as('peer.internal'), 'svc.internal svc.internal')
  assert.equal(await as('spiffe://example.org/ns/default/sa/upstream'), 'svc.internal svc.internal')
  await assert.rejects(as('spiffe://example.org/ns/default/sa/up'), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
  await assert.rejects(as('other.internal'), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
})

test('a Host header chooses neither the server name nor the name to verify', async (t) => {
  const port = await secure(t)
  const of = pools(t, { 'svc.internal:443': `127.0.0.1:${port}` })
  // With this header as the name the certificate would do: that is how a client could point us at another's server.
  const asked = ask(of, 'https://svc.internal', { tls: { root: cert }, host: 'peer.internal' })
  await assert.rejects(asked, { code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
})

test('HTTP/2 is spoken only where alpn lists it', async (t) => {
  const server = createHttp2Server({ cert, key, allowHTTP1: true }, (request, response) =>
    response.end(request.httpVersion),
  )
  const port = await listening(t, server)
  const of = pools(t)
  const at = `https://127.0.0.1:${port}`
  assert.equal(await ask(of, at, { tls: { insecure: true } }), '1.1')
  assert.equal(await ask(of, at, { tls: { insecure: true, alpn: ['h2', 'http/1.1'] } }), '2.0')
  await of[Symbol.asyncDispose]()
})

test('a client certificate is shown to whoever asks for one', async (t) => {
  const server = createTlsServer({ cert, key, ca: cert, requestCert: true }, (request, response) => {
    response.end(String((request.socket as TLSSocket).getPeerCertificate().subject?.CN)) // TLS, as above
  })
  t.after(() => server.closeAllConnections())
  const port = await listening(t, server)
  const of = pools(t)
  assert.equal(await ask(of, `https://127.0.0.1:${port}`, { tls: { insecure: true, cert, key } }), 'peer')
  await assert.rejects(ask(of, `https://127.0.0.1:${port}`, { tls: { insecure: true } }))
})
