// Channels to servers of policies: certificates are checked as anywhere else, and nobody waits without end.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { Server, ServerCredentials } from '@grpc/grpc-js'
import type { TlsOptions } from '../../../src/http/pools.ts'
import { Channel } from '../../../src/policy/grpc/channel.ts'
import { extMcp } from '../../../src/policy/grpc/ext-mcp.ts'

const pem = (name: string): Buffer => readFileSync(path.join(import.meta.dirname, '../../http/tls', name))
// Names: peer.internal and the URI spiffe://example.org/ns/default/sa/upstream.
const [cert, key] = [pem('cert.pem'), pem('key.pem')]

async function server(t: TestContext): Promise<number> {
  const made = new Server()
  made.addService(
    { CheckRequest: extMcp().CheckRequest },
    { CheckRequest: (_: unknown, answer: (error: null, value: object) => void) => answer(null, { pass: {} }) },
  )
  t.after(() => made.forceShutdown())
  const credentials = ServerCredentials.createSsl(null, [{ cert_chain: cert, private_key: key }])
  return new Promise((resolve, reject) =>
    made.bindAsync('127.0.0.1:0', credentials, (error, port) => (error === null ? resolve(port) : reject(error))),
  )
}

async function ask(port: number, tls: TlsOptions | undefined) {
  await using channel = new Channel({ origin: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`, tls })
  return await channel.ask(extMcp().CheckRequest, { serviceNames: ['one'], method: 'tools/call', headers: [] })
}

test('the certificate must be vouched for, and be for the name that is expected', async (t) => {
  const port = await server(t)
  const root = cert.toString()
  assert.ok((await ask(port, { root, hostname: 'peer.internal' })).pass)
  assert.ok((await ask(port, { root, subjectAltNames: ['spiffe://example.org/ns/default/sa/upstream'] })).pass)
  assert.ok((await ask(port, { root, insecureHost: true })).pass)
  assert.ok((await ask(port, { insecure: true })).pass)
  const refused = { code: 'upstream.unreachable', message: /UNAVAILABLE/ }
  await assert.rejects(ask(port, { hostname: 'peer.internal' }), refused)
  await assert.rejects(ask(port, { root }), refused)
  await assert.rejects(ask(port, { root, hostname: 'other.internal' }), refused)
  await assert.rejects(ask(port, undefined), refused)
})
