import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import type { TLSSocket } from 'node:tls'
import { listening, route, serve, wrongWith } from '../support/serve.ts'

const read = (name: string): Buffer => readFileSync(path.join(import.meta.dirname, '../http/tls', name))

/** A backend of the name `peer.internal` that says `SNI Host client`. */
function secure(t: TestContext): Promise<number> {
  const [cert, key] = [read('cert.pem'), read('key.pem')]
  const server = createServer({ cert, key, requestCert: true, rejectUnauthorized: false }, (request, response) => {
    const socket = request.socket as TLSSocket // the only kind of socket an https server has
    response.end(
      `${String(socket.servername)} ${request.headers.host} ${String(socket.getPeerCertificate().subject?.CN)}`,
    )
  })
  return listening(t, server)
}

const named = (policies: string): string => route(policies, 443).replace('127.0.0.1', 'peer.internal')

test('a backend with a name is reached by TLS, proves it, and is asked by it', async (t) => {
  const connectTo = { 'peer.internal:443': `127.0.0.1:${await secure(t)}` }
  const trusting = await serve(t, named('{backendTLS: {root: cert.pem}}'), { read, connectTo })
  assert.equal((await trusting.ask()).text, 'peer.internal peer.internal undefined')
  const careful = await serve(t, named('{backendTLS: {}}'), { connectTo })
  const refused = await careful.ask()
  assert.equal(refused.status, 503)
  assert.match(refused.text, /^upstream call failed: the TLS handshake/)
  const careless = await serve(t, named('{backendTLS: {insecure: true}}'), { connectTo })
  assert.equal((await careless.ask()).status, 200)
})

test('neither the Host of a client nor a rewritten one chooses whom we trust', async (t) => {
  const port = await secure(t)
  const { ask } = await serve(t, route('{backendTLS: {root: cert.pem}}', port), { read })
  assert.equal((await ask({ headers: { host: 'peer.internal' } })).status, 503)
  const rewritten = '{backendTLS: {root: cert.pem}, urlRewrite: {authority: {full: peer.internal}}}'
  assert.equal((await (await serve(t, route(rewritten, port), { read })).ask()).status, 503)
})

test('hostname is the name to ask for and to verify; a client certificate is shown', async (t) => {
  const port = await secure(t)
  const policies = '{backendTLS: {root: cert.pem, cert: cert.pem, key: key.pem, hostname: peer.internal}}'
  const { ask } = await serve(t, route(policies, port), { read })
  assert.equal((await ask({ headers: { host: 'app.example' } })).text, 'peer.internal app.example peer')
})

test('files that cannot be read or used do not start, and keys are never shown', async (t) => {
  const start = (policies: string) => serve(t, route(policies, 1), { read: (name) => files[name] })
  const files: Record<string, Buffer> = {
    'cert.pem': read('cert.pem'),
    'key.pem': read('key.pem'),
    'junk.pem': Buffer.from('secret'),
  }
  await assert.rejects(start('{backendTLS: {root: none.pem}}'), { message: /cannot read the file none\.pem/ })
  await assert.rejects(start('{backendTLS: {cert: cert.pem}}'), { message: /`cert` and `key` come together/ })
  await assert.rejects(start('{backendTLS: {cert: cert.pem, key: junk.pem}}'), {
    message: /^certificates cannot be used: (?!.*secret)/,
  })
})

test('what belongs to a mesh or is not built is said', () => {
  assert.match(wrongWith('{backendTLS: {spiffe: {}}}')[0] ?? '', /mesh/)
  assert.match(wrongWith('{backendTLS: {keyExchangeGroups: [x25519]}}')[0] ?? '', /not built/)
  assert.equal(wrongWith('{backendTLS: {alpn: [h3]}}').length, 1)
})
