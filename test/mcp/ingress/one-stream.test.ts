// HTTP+SSE, the transport of 2024-11-05: everything comes on one stream, whose end is the end of the session.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rawJson } from '../../../src/core/brand.ts'
import { raw, result } from '../upstreams.ts'
import { ask, both, hello, later, type Opened, open, rpc, type Served, serve, Table, until } from './serve.ts'

const sse = (served: Served): string => served.url.replace('/mcp', '/sse')
const json = { 'content-type': 'application/json' }

async function listen(served: Served, headers: Record<string, string> = {}): Promise<{ stream: Opened; post: string }> {
  const stream = await open(sse(served), { headers: { accept: 'text/event-stream', ...headers } })
  await until(() => stream.events.length > 0)
  return { stream, post: new URL(stream.events[0]?.data ?? '', served.url).href }
}

const send = (url: string, body: string, headers: Record<string, string> = {}) =>
  ask(url, { headers: { ...json, ...headers }, body })

test('the stream first names where to post', async (t) => {
  const served = await serve(t)
  const { stream } = await listen(served)
  assert.equal(stream.status, 200)
  assert.equal(stream.headers['content-type'], 'text/event-stream')
  assert.match(stream.text(), /^event: endpoint\ndata: \/sse\?sessionId=[\w-]{22}\n\n$/)
  stream.cut()
})

test('behind a prefix the address is the one that the client used', async (t) => {
  const served = await serve(t)
  const stream = await open(sse(served).replace('/sse', '/some/where/sse?x=1'), {
    headers: { accept: 'text/event-stream' },
  })
  await until(() => stream.events.length > 0)
  assert.match(stream.events[0]?.data ?? '', /^\/some\/where\/sse\?sessionId=[\w-]{22}$/)
  stream.cut()
})

test('messages are taken with 202, answers come on the stream', async (t) => {
  const served = await serve(t)
  const { stream, post } = await listen(served)
  const opened = await send(post, hello('2024-11-05'))
  assert.equal(opened.status, 202)
  assert.equal(opened.text, '')
  assert.equal((await stream.message(0)).result?.['protocolVersion'], '2024-11-05')
  await send(post, rpc({ method: 'notifications/initialized' }))
  await send(post, rpc({ id: 'x', method: 'tools/list' }))
  assert.equal((await stream.message(1)).id, 'x')
  assert.ok(stream.events.every(({ id }) => id === undefined))
  assert.equal(served.table.asked[0]?.client.revision, '2024-11-05')
  stream.cut()
})

test('progress, questions and list changes come on the same stream', async (t) => {
  const table = new Table()
  table.methods.set('tools/call', async ({ caller }) => {
    caller.notification('notifications/progress', rawJson('{"progress":1}'))
    const answer = await caller.ask('roots/list', undefined)
    return result({ raw: answer.raw })
  })
  const served = await serve(t, { table })
  const { stream, post } = await listen(served)
  await send(post, hello('2024-11-05', { roots: {} }))
  await stream.message(0)
  await send(post, rpc({ id: 1, method: 'tools/call' }))
  assert.equal((await stream.message(1)).method, 'notifications/progress')
  const { id, method } = await stream.message(2)
  assert.equal(method, 'roots/list')
  const [known] = table.attached
  known?.notification('notifications/tools/list_changed', undefined)
  assert.equal((await stream.message(3)).method, 'notifications/tools/list_changed')
  await send(post, rpc({ id, result: { roots: [] } }))
  assert.deepEqual((await stream.message(4)).result, { raw: '{"roots":[]}' })
  stream.cut()
})

test('calls can be cancelled one by one', async (t) => {
  const table = new Table()
  const gate = later()
  table.methods.set('tools/call', async () => {
    await gate.promise
    return raw('{}')
  })
  const served = await serve(t, { table })
  const { stream, post } = await listen(served)
  await send(post, hello('2024-11-05'))
  for (const id of [1, 2]) await send(post, rpc({ id, method: 'tools/call' }))
  await send(post, rpc({ method: 'notifications/cancelled', params: { requestId: 1 } }))
  assert.equal(table.asked[0]?.caller.signal?.aborted, true)
  gate.settle()
  assert.equal((await stream.message(1)).id, 2)
  stream.cut()
})

test('the end of the stream ends the session and what runs in it', async (t) => {
  const table = new Table()
  table.methods.set('tools/call', () => new Promise(() => {}))
  const served = await serve(t, { table })
  const { stream, post } = await listen(served)
  await send(post, hello('2024-11-05'))
  await send(post, rpc({ id: 1, method: 'tools/call' }))
  assert.equal(table.attached.size, 1)
  const signal = table.asked[0]?.caller.signal
  stream.cut()
  await until(() => signal?.aborted === true)
  assert.equal(table.attached.size, 0)
  assert.equal((await send(post, rpc({ id: 2, method: 'ping' }))).status, 404)
})

test('initialize comes first', async (t) => {
  const served = await serve(t)
  const { stream, post } = await listen(served)
  assert.equal((await send(post, rpc({ id: 1, method: 'tools/list' }))).status, 202)
  assert.deepEqual((await stream.message(0)).error, { code: -32600, message: 'initialize comes first' })
  assert.equal(served.table.asked.length, 0)
  stream.cut()
})

test('what breaks while opening is said on the stream', async (t) => {
  const table = new Table()
  table.initialize = () => Promise.reject(new Error('secret detail'))
  const served = await serve(t, { table })
  const { stream, post } = await listen(served)
  await send(post, hello('2024-11-05'))
  assert.deepEqual((await stream.message(0)).error, { code: -32603, message: 'internal error' })
  stream.cut()
})

test('an address is good for the caller who was given it', async (t) => {
  const served = await serve(t)
  const { stream, post } = await listen(served, { 'x-caller': 'alice' })
  for (const headers of [{ 'x-caller': 'bob' }, {}]) {
    const { status, text } = await send(post, hello('2024-11-05'), headers)
    assert.equal(status, 404)
    assert.equal(text, 'mcp: session not found')
  }
  assert.equal((await send(post, hello('2024-11-05'), { 'x-caller': 'alice' })).status, 202)
  assert.equal((await send(`${post}x`, hello('2024-11-05'), { 'x-caller': 'alice' })).status, 404)
  stream.cut()
})

test('bodies are looked at as elsewhere', async (t) => {
  const served = await serve(t, { limits: { mcpBody: 1_000, callsPerSession: 1 } })
  const { stream, post } = await listen(served)
  await send(post, hello('2024-11-05'))
  assert.equal((await send(post, '{')).status, 400)
  assert.equal((await send(post, '[]')).status, 400)
  assert.equal((await send(post, `[${rpc({ id: 1, method: 'ping' })}]`)).status, 400)
  assert.equal((await send(post, rpc({ id: 1, method: 'x'.repeat(2_000) }))).status, 413)
  assert.equal((await send(post, hello(), { 'content-type': 'text/plain' })).status, 415)
  assert.equal((await ask(sse(served), { method: 'GET', headers: { accept: 'text/html' } })).status, 406)
  served.table.methods.set('tools/call', () => new Promise(() => {}))
  assert.equal((await send(post, rpc({ id: 1, method: 'tools/call' }))).status, 202)
  assert.equal((await send(post, rpc({ id: 2, method: 'tools/call' }))).status, 429)
  stream.cut()
})

test('listeners count as sessions', async (t) => {
  const served = await serve(t, { limits: { sessions: 1 } })
  const { stream, post } = await listen(served)
  assert.equal((await ask(sse(served), { method: 'GET', headers: { accept: 'text/event-stream' } })).status, 503)
  assert.equal((await send(post, hello('2024-11-05'))).status, 202)
  await stream.message(0)
  stream.cut()
  await until(() => served.table.attached.size === 0)
  const next = await listen(served)
  next.stream.cut()
})

test('Streamable HTTP works at the same address', async (t) => {
  const served = await serve(t)
  const { status, headers } = await ask(sse(served), { headers: both, body: hello() })
  assert.equal(status, 200)
  const session = { 'mcp-session-id': String(headers['mcp-session-id']) }
  const listed = await ask(sse(served), {
    headers: { ...both, ...session },
    body: rpc({ id: 1, method: 'tools/list' }),
  })
  assert.equal(listed.status, 200)
  const stream = await open(sse(served), { headers: { accept: 'text/event-stream', ...session } })
  await until(() => stream.events.length > 0)
  assert.equal(stream.events[0]?.id, '0-0')
  stream.cut()
})
