import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { callTool, failure, mcpServer, peer, stage, upstream } from './stage.ts'

const certificates = path.join(import.meta.dirname, '../../servers/tls')
const cert = readFileSync(path.join(certificates, 'cert.pem'), 'utf8')

async function secure(t: TestContext): Promise<{ port: number; hosts: string[] }> {
  const hosts: string[] = []
  const answer = mcpServer((post) => post.result({}))
  const server = createServer({ cert, key: readFileSync(path.join(certificates, 'key.pem')) }, (request, response) => {
    hosts.push(String(request.headers.host))
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  // A TCP server has no other kind of address.
  return { port: (server.address() as AddressInfo).port, hosts }
}

test('an https address means TLS, with the name that was asked for, wherever the connection goes', async (t) => {
  const { port, hosts } = await secure(t)
  const connectTo = new Map([['mcp.exa.ai:443', `127.0.0.1:${port}`]])
  const up = await upstream('mcp', { host: 'https://mcp.exa.ai/mcp' }, stage(t, { connectTo, tls: { root: cert } }))
  assert.deepEqual(await callTool(await up.connect(peer()), 'x'), {})
  assert.ok(hosts.every((host) => host === 'mcp.exa.ai'))
})

test('a certificate that nobody vouches for, or of somebody else, is refused', async (t) => {
  const { port } = await secure(t)
  const connectTo = new Map([['other.example:443', `127.0.0.1:${port}`]])
  for (const tls of [undefined, { root: cert }]) {
    const site = stage(t, { connectTo, ...(tls && { tls }) })
    const up = await upstream('mcp', { host: 'https://other.example/mcp' }, site)
    await assert.rejects(
      up.connect(peer()),
      failure('upstream.unreachable', /^target shop: server\/discover: TLS failed/),
    )
  }
})

test('host and port with backendTLS mean TLS, without it they do not', async (t) => {
  const { port } = await secure(t)
  const config = { host: '127.0.0.1', port, path: '/mcp' }
  const up = await upstream('mcp', config, stage(t, { tls: { insecure: true } }))
  assert.deepEqual(await callTool(await up.connect(peer()), 'x'), {})
  const plain = await upstream('mcp', config, stage(t))
  await assert.rejects(plain.connect(peer()), failure('upstream.protocol', /^target shop: initialize: /))
})
