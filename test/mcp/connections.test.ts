// Conversations of clients with upstreams: when they open, are shared, lost and ended.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Failure } from '../../src/core/failure.ts'
import type { Answer, Caller } from '../../src/mcp/conversation.ts'
import {
  errorOf,
  exchange,
  FakeClient,
  federate,
  incoming,
  limits,
  result,
  Server,
  settled,
  unreachable,
  valueOf,
} from './upstreams.ts'

test('calls that come together open one conversation, a failed one is tried again, a lost one opened anew', async (t) => {
  const server = new Server('a').tools(['x'])
  server.on.set('tools/call', () => result({ content: [] }))
  const { request, end } = federate([server])
  t.after(end)
  const client = new FakeClient()
  await request(client, 'tools/list')
  const call = (): Promise<Answer> => request(client, 'tools/call', { name: 'x' })
  server.door = unreachable('a')
  assert.match(errorOf(await call()).message, /^failed to send message: target a: initialize/)
  assert.equal(client.connections.size, 0)
  server.door = async () => {}
  server.connects = 0
  await Promise.all([call(), call(), call()])
  assert.equal(server.connects, 1)
  for (const peer of server.open) if (peer.principal === 'alice') peer.lost(new Error('gone'))
  assert.equal(client.connections.size, 0)
  valueOf(await call())
  assert.equal(server.connects, 2)
})

test('what the upstream is told of a client is what the client said', async (t) => {
  const server = new Server('a').tools(['x'])
  server.on.set('tools/call', ({ peer }) =>
    result({ peer: [peer.principal, peer.revision, peer.clientInfo, peer.capabilities] }),
  )
  const { request, end } = federate([server])
  t.after(end)
  const answer = await request(new FakeClient({ roots: { listChanged: true } }), 'tools/call', { name: 'x' })
  assert.deepEqual(valueOf(answer)['peer'], [
    'alice',
    '2025-11-25',
    '{"name":"test","version":"1"}',
    '{"roots":{"listChanged":true}}',
  ])
})

test('who gives up waiting for a conversation leaves it to the others', async (t) => {
  const server = new Server('a').tools(['x'])
  server.on.set('tools/call', () => result({ content: [] }))
  const { federation, request, end } = federate([server])
  t.after(end)
  const client = new FakeClient()
  await request(client, 'tools/list')
  const { promise, resolve } = Promise.withResolvers<void>()
  server.door = () => promise
  const impatient = new AbortController()
  const caller: Caller = { signal: impatient.signal, notification() {}, ask: async () => result({}) }
  const first = federation.request(client, incoming('tools/call', { name: 'x' }), caller, exchange())
  const second = request(client, 'tools/call', { name: 'x' })
  await settled()
  impatient.abort(new Failure('request.aborted', 'the client has cancelled'))
  assert.match(errorOf(await first).message, /cancelled/)
  resolve()
  valueOf(await second)
})

test('a conversation with an upstream that the configuration no longer has is ended', async (t) => {
  const before = new Server('a').tools(['x'])
  const after = new Server('a').tools(['x'])
  for (const server of [before, after]) server.on.set('tools/call', () => result({ content: [] }))
  const old = federate([before])
  const now = federate([after])
  t.after(old.end)
  t.after(now.end)
  const client = new FakeClient()
  valueOf(await old.request(client, 'tools/call', { name: 'x' }))
  valueOf(await now.request(client, 'tools/call', { name: 'x' }))
  assert.deepEqual([before.asked('tools/call').length, after.asked('tools/call').length], [1, 1])
  await settled()
  assert.equal([...before.open].filter(({ principal }) => principal === 'alice').length, 0)
})

test('what ends with the configuration lets go of its upstreams', async () => {
  const server = new Server('a').tools(['x'])
  const { request, end } = federate([server], { limits })
  await request(new FakeClient(), 'tools/list')
  await end()
  assert.equal(server.disposed, true)
  assert.equal(server.open.size, 0)
})
