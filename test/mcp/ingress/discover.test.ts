// Clients of the official libraries find out which revision to speak, and speak it: with `initialize` or without.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  Client as Client2,
  StreamableHTTPClientTransport as Http2,
  SSEClientTransport as Sse2,
} from '@modelcontextprotocol/client'
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js'
import { SSEClientTransport as Sse1 } from '@modelcontextprotocol/sdk/client/sse.js'
import { StreamableHTTPClientTransport as Http1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { rawJson } from '../../../src/core/brand.ts'
import { result } from '../upstreams.ts'
import { serve, Table, until } from './serve.ts'

const me = { name: 'test', version: '1.0.0' }

/** Progress, a question on the stream of the call, and its answer. */
function talkative(): Table {
  const table = new Table()
  table.methods.set('tools/call', async ({ caller, incoming }) => {
    const meta = incoming.params['_meta']
    if (typeof meta === 'object' && meta !== null && 'progressToken' in meta)
      caller.notification(
        'notifications/progress',
        rawJson(`{"progressToken":${JSON.stringify(meta.progressToken)},"progress":1}`),
      )
    const answer = await caller.ask('roots/list', undefined)
    return result({ content: [{ type: 'text', text: `${answer.kind} ${answer.raw}` }] })
  })
  return table
}

const roots = [{ uri: 'file:///home', name: 'home' }]

const modes = [
  ['auto', 'auto', '2026-07-28'],
  ['2026-07-28', { pin: '2026-07-28' }, '2026-07-28'],
  ['legacy', 'legacy', '2025-11-25'],
] as const

for (const [name, mode, revision] of modes)
  test(`the 2.x client in mode ${name} opens, lists, calls, answers and leaves`, async (t) => {
    const table = talkative()
    const { url } = await serve(t, { table })
    const client = new Client2(me, { versionNegotiation: { mode }, capabilities: { roots: {} } })
    client.setRequestHandler('roots/list', async () => ({ roots }))
    const transport = new Http2(new URL(url))
    await client.connect(transport)
    assert.equal(client.getNegotiatedProtocolVersion(), revision)
    assert.deepEqual(
      (await client.listTools()).tools.map((tool) => tool.name),
      ['say'],
    )
    const progress: number[] = []
    const called = await client.callTool(
      { name: 'say', arguments: {} },
      // The library tells of its own rounds as well, with a message.
      { onprogress: (each) => void (each.message === undefined && progress.push(each.progress)) },
    )
    assert.deepEqual(called.content, [{ type: 'text', text: `result ${JSON.stringify({ roots })}` }])
    assert.deepEqual(progress, [1])
    if (revision === '2025-11-25') {
      assert.equal(table.attached.size, 1)
      await transport.terminateSession()
      await until(() => table.attached.size === 0)
    }
    await client.close()
  })

const ListRoots = (await import('@modelcontextprotocol/sdk/types.js')).ListRootsRequestSchema

for (const [name, make] of [
  ['Streamable HTTP', (url: string) => new Http1(new URL(url))],
  ['HTTP+SSE', (url: string) => new Sse1(new URL(url.replace('/mcp', '/sse')))],
] as const)
  test(`the 1.x client over ${name} opens, lists, calls and answers`, async (t) => {
    const table = talkative()
    const { url } = await serve(t, { table })
    const client = new Client1(me, { capabilities: { roots: {} } })
    client.setRequestHandler(ListRoots, async () => ({ roots }))
    const transport: Transport = make(url)
    await client.connect(transport)
    assert.equal((await client.listTools()).tools[0]?.name, 'say')
    const called = await client.callTool({ name: 'say', arguments: {} })
    assert.deepEqual(called.content, [{ type: 'text', text: `result ${JSON.stringify({ roots })}` }])
    await client.close()
    if (name === 'HTTP+SSE') await until(() => table.attached.size === 0)
  })

test('the 2.x client over HTTP+SSE opens, lists, calls and answers', async (t) => {
  const { url } = await serve(t, { table: talkative() })
  const client = new Client2(me, { capabilities: { roots: {} } })
  client.setRequestHandler('roots/list', async () => ({ roots }))
  await client.connect(new Sse2(new URL(url.replace('/mcp', '/sse'))))
  assert.equal((await client.listTools()).tools[0]?.name, 'say')
  const called = await client.callTool({ name: 'say', arguments: {} })
  assert.deepEqual(called.content, [{ type: 'text', text: `result ${JSON.stringify({ roots })}` }])
  await client.close()
})

test('a client that gives up a call cancels it', async (t) => {
  const table = new Table()
  let reason: unknown
  table.methods.set('tools/call', ({ caller }) => {
    const { promise, reject } = Promise.withResolvers<never>()
    caller.signal?.addEventListener('abort', () => reject((reason = caller.signal?.reason)))
    return promise
  })
  const { url } = await serve(t, { table })
  const client = new Client1(me)
  await client.connect(new Http1(new URL(url)) as Transport) // its optional fields are typed more loosely than its own interface
  const stop = new AbortController()
  const call = client.callTool({ name: 'say', arguments: {} }, undefined, { signal: stop.signal })
  await until(() => table.asked.length === 1)
  stop.abort('changed my mind')
  await assert.rejects(call)
  await until(() => reason !== undefined)
  assert.match(String(reason), /changed my mind/)
  await client.close()
})
