// Streamable HTTP as clients of every revision with initialize use it: opening, asking, being answered.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rawJson, targetName } from '../../../src/core/brand.ts'
import { error, raw, result } from '../upstreams.ts'
import { ask, both, conversation, hello, later, Raw, rpc, serve, Table, until } from './serve.ts'

for (const revision of ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'])
  test(`a client that offers ${revision} gets it, as JSON and with a session`, async (t) => {
    const { url } = await serve(t)
    const { status, headers, json } = await ask(url, { body: hello(revision) })
    assert.equal(status, 200)
    assert.equal(headers['content-type'], 'application/json')
    assert.equal(json.result?.['protocolVersion'], revision)
    assert.match(String(headers['mcp-session-id']), /^[\x21-\x7e]+$/)
  })

test('a client that offers a revision nobody knows gets the newest we have', async (t) => {
  const { url } = await serve(t)
  for (const offered of ['2099-01-01', '2026-07-28', '1.0']) {
    const { json } = await ask(url, { body: hello(offered) })
    assert.equal(json.result?.['protocolVersion'], '2025-11-25')
  }
})

test('what stands in the version header does not count while opening', async (t) => {
  const { url } = await serve(t)
  for (const named of ['2025-11-25', '2026-07-28', 'x']) {
    const { status, json } = await ask(url, {
      headers: { ...both, 'mcp-protocol-version': named },
      body: hello('2025-06-18'),
    })
    assert.equal(status, 200)
    assert.equal(json.result?.['protocolVersion'], '2025-06-18')
  }
})

test('opening without a revision is refused by name', async (t) => {
  const { url } = await serve(t)
  const { status, json } = await ask(url, { body: rpc({ id: 'a', method: 'initialize', params: {} }) })
  assert.equal(status, 400)
  assert.equal(json.id, 'a')
  assert.equal(json.error?.code, -32602)
  assert.match(json.error?.message ?? '', /^invalid request parameters: protocolVersion/)
})

test('no session is opened when the servers cannot be asked', async (t) => {
  const table = new Table()
  table.initialize = async (_, x) => {
    x.reason = 'MCP'
    x.mcpErrorCode = -32603
    return error(-32603, 'failed to send message: target one: connect: refused')
  }
  const { url } = await serve(t, { table })
  const { status, headers, json } = await ask(url, { body: hello() })
  assert.equal(status, 200)
  assert.equal(headers['mcp-session-id'], undefined)
  assert.match(json.error?.message ?? '', /target one/)
})

test('an answer with nothing before it is JSON, however large', async (t) => {
  const table = new Table()
  const text = 'x'.repeat(3_000_000)
  table.methods.set('tools/call', () => result({ content: [{ type: 'text', text }] }))
  const { url } = await serve(t, { table })
  const client = await Raw.open(url)
  const { status, headers, text: body } = await client.post({ id: 1, method: 'tools/call', params: { name: 'say' } })
  assert.equal(status, 200)
  assert.equal(headers['content-type'], 'application/json')
  assert.ok(body.length > 3_000_000)
})

test('ids come back exactly as they were spelled', async (t) => {
  const { url } = await serve(t)
  const client = await Raw.open(url)
  for (const id of ['1', '"1"', '-0', '1e2', '1.50', '9007199254740993', '"\\u0061 \\"b"', '""']) {
    const { text } = await client.send(`{"jsonrpc":"2.0","id":${id},"method":"ping"}`)
    assert.equal(text, `{"jsonrpc":"2.0","id":${id},"result":{}}`)
  }
})

test('params reach the federation, and results the client, as the bytes they were', async (t) => {
  const table = new Table()
  const odd = '{"a":1e400,"b":9007199254740993,"c":-0,"d" : [1.0 ,2]}'
  table.methods.set('tools/call', () => raw(odd))
  const { url } = await serve(t, { table })
  const client = await Raw.open(url)
  const { text } = await client.send(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":${odd}}`)
  assert.equal(table.asked[0]?.incoming.rawParams, odd)
  assert.equal(text, `{"jsonrpc":"2.0","id":1,"result":${odd}}`)
})

test('the first message before the answer makes an event stream of it', async (t) => {
  const table = new Table()
  table.methods.set('tools/call', async ({ caller }) => {
    caller.notification('notifications/progress', rawJson('{"progressToken":1,"progress":0.5}'))
    await new Promise((resolve) => setImmediate(resolve))
    caller.notification('notifications/message', rawJson('{"level":"info","data":"x"}'))
    return raw('{"content":[]}')
  })
  const { url } = await serve(t, { table })
  const client = await Raw.open(url, { revision: '2025-06-18' })
  const { status, headers, events } = await client.post({ id: 1, method: 'tools/call' })
  assert.equal(status, 200)
  assert.equal(headers['content-type'], 'text/event-stream')
  assert.equal(headers['cache-control'], 'no-cache')
  assert.equal(headers['x-accel-buffering'], 'no')
  assert.ok(events.every(({ event }) => event === 'message'))
  assert.deepEqual(
    events.map(({ data }) => JSON.parse(data).method ?? JSON.parse(data).id),
    ['notifications/progress', 'notifications/message', 1],
  )
  assert.deepEqual(
    events.map(({ id }) => id),
    ['1-1', '1-2', '1-3'],
  )
})

test('an answer spread over lines stays one message of an event stream', async (t) => {
  const table = new Table()
  table.methods.set('tools/call', ({ caller }) => {
    caller.notification('notifications/message', undefined)
    return raw('{\n  "content": []\r\n}')
  })
  const { url } = await serve(t, { table })
  const client = await Raw.open(url)
  const { events } = await client.post({ id: 1, method: 'tools/call' })
  assert.deepEqual(JSON.parse(events.at(-1)?.data ?? ''), { jsonrpc: '2.0', id: 1, result: { content: [] } })
})

test('what comes after the answer is not said any more', async (t) => {
  const table = new Table()
  const late = later()
  table.methods.set('tools/call', ({ caller }) => {
    void late.promise.then(() => caller.notification('notifications/message', undefined))
    return raw('{}')
  })
  const { url } = await serve(t, { table })
  const client = await Raw.open(url)
  assert.equal((await client.post({ id: 1, method: 'tools/call' })).headers['content-type'], 'application/json')
  late.settle()
  assert.equal((await client.post({ id: 2, method: 'ping' })).status, 200)
  assert.equal(table.asked[0]?.caller.signal?.aborted, true)
})

test('notifications and answers are taken with 202 and no body', async (t) => {
  const { url, table } = await serve(t)
  const client = await Raw.open(url)
  for (const message of [
    { method: 'notifications/initialized' },
    { method: 'notifications/roots/list_changed' },
    { id: 77, result: {} },
    { id: 'nobody asked', error: { code: -1, message: 'no' } },
    { method: 'notifications/cancelled', params: { requestId: 5 } },
    { method: 'notifications/cancelled' },
  ]) {
    const { status, text } = await client.post(message)
    assert.equal(status, 202)
    assert.equal(text, '')
  }
  assert.deepEqual(
    table.heard.map(({ incoming }) => incoming.method),
    ['notifications/roots/list_changed'],
  )
})

test('an unknown method is an answer like others', async (t) => {
  const { url } = await serve(t)
  const client = await Raw.open(url)
  const { status, json } = await client.post({ id: 1, method: 'never/heard' })
  assert.equal(status, 200)
  assert.equal(json.error?.code, -32601)
})

test('an error is an answer: clients would take another status for a broken connection', async (t) => {
  const table = new Table()
  const { url } = await serve(t, { table })
  const client = await Raw.open(url)
  const rows = [
    { target: '', code: -32602, message: 'Unknown tool: echo', reason: '' },
    {
      target: 'one',
      code: -32602,
      message: 'invalid request parameters: a member is named twice',
      reason: '',
    },
    { target: 'one', code: -32602, message: 'Tool echo not found', reason: '' },
    {
      target: 'one',
      code: -32603,
      message: 'failed to send message: target one',
      reason: 'UpstreamFailure',
    },
    { target: 'one', code: -32603, message: 'boom', reason: '' },
  ]
  for (const row of rows) {
    table.methods.set('tools/call', ({ x }) => {
      x.mcpTarget = row.target
      x.reason = row.reason
      x.mcpErrorCode = row.code
      x.mcpErrorMessage = row.message
      return error(row.code, row.message)
    })
    const { status, headers, json } = await client.post({ id: 4, method: 'tools/call' })
    assert.equal(status, 200, row.message)
    assert.equal(headers['content-type'], 'application/json')
    assert.deepEqual(json, { jsonrpc: '2.0', id: 4, error: { code: row.code, message: row.message } })
  }
})

test('a federation that breaks answers its own request only', async (t) => {
  const table = new Table()
  table.methods.set('tools/call', () => {
    throw new Error('secret detail')
  })
  const { url } = await serve(t, { table })
  const client = await Raw.open(url)
  const broken = await client.post({ id: 1, method: 'tools/call' })
  assert.equal(broken.status, 200)
  assert.equal(broken.json.error?.code, -32603)
  assert.doesNotMatch(broken.text, /secret/)
  assert.equal((await client.post({ id: 2, method: 'ping' })).status, 200)
})

test('batches are for 2025-03-26: answered together, one for each request', async (t) => {
  const { url, hits } = await serve(t, { limits: { batch: 3 } })
  const client = await Raw.open(url, { revision: '2025-03-26' })
  const ping = (id: number): object => ({ jsonrpc: '2.0', id, method: 'ping' })
  const answer = await client.send(JSON.stringify([ping(1), { jsonrpc: '2.0', method: 'notifications/x' }, ping(2)]))
  assert.equal(answer.status, 200)
  assert.equal(answer.headers['content-type'], 'application/json')
  assert.deepEqual(
    JSON.parse(answer.text).map(({ id }: { id: number }) => id),
    [1, 2],
  )
  assert.equal((await client.send(JSON.stringify([{ jsonrpc: '2.0', method: 'notifications/x' }]))).status, 202)
  assert.equal((await client.send('[]')).status, 400)
  assert.equal((await client.send(JSON.stringify([1, 2, 3, 4].map(ping)))).status, 400)
  assert.deepEqual(hits, ['batch'])
  assert.equal((await client.send(`[${hello()}]`)).status, 400)
  for (const revision of ['2024-11-05', '2025-06-18', '2025-11-25']) {
    const other = await Raw.open(url, { revision })
    assert.equal((await other.send(JSON.stringify([ping(1)]))).status, 400, revision)
  }
})

test('a batch becomes an event stream when one of its requests has something to say first', async (t) => {
  const table = new Table()
  table.methods.set('tools/call', async ({ caller }) => {
    await new Promise((resolve) => setImmediate(resolve))
    caller.notification('notifications/message', undefined)
    return raw('{}')
  })
  const { url } = await serve(t, { table })
  const client = await Raw.open(url, { revision: '2025-03-26' })
  const body = [1, 2].map((id) => ({ jsonrpc: '2.0', id, method: id === 1 ? 'ping' : 'tools/call' }))
  const { events } = await client.send(JSON.stringify(body))
  assert.deepEqual(
    events.map(({ data }) => JSON.parse(data).id ?? 'told'),
    [1, 'told', 2],
  )
})

test('more calls at once than a session may have are refused', async (t) => {
  const table = new Table()
  const gate = later()
  table.methods.set('tools/call', async () => {
    await gate.promise
    return raw('{}')
  })
  const { url, hits } = await serve(t, { table, limits: { callsPerSession: 2 } })
  const client = await Raw.open(url)
  const running = [1, 2].map((id) => client.post({ id, method: 'tools/call' }))
  await until(() => table.asked.length === 2)
  const third = await client.post({ id: 3, method: 'tools/call' })
  assert.equal(third.status, 429)
  assert.deepEqual(hits, ['callsPerSession'])
  const other = await Raw.open(url)
  assert.equal((await other.post({ id: 1, method: 'ping' })).status, 200)
  gate.settle()
  for (const { status } of await Promise.all(running)) assert.equal(status, 200)
  assert.equal((await client.post({ id: 4, method: 'ping' })).status, 200)
})

test('without sessions every POST stands alone', async (t) => {
  const table = new Table()
  table.stateful = false
  const { url } = await serve(t, { table })
  const opened = await ask(url, { body: hello('2025-06-18') })
  assert.equal(opened.status, 200)
  assert.equal(opened.headers['mcp-session-id'], undefined)
  assert.equal((await ask(url, { body: rpc({ method: 'notifications/initialized' }) })).status, 202)
  const listed = await ask(url, {
    headers: { ...both, 'mcp-protocol-version': '2025-06-18' },
    body: rpc({ id: 1, method: 'tools/list' }),
  })
  assert.equal(listed.status, 200)
  const { client } = table.asked[0] ?? assert.fail('nothing was asked')
  assert.equal(client.revision, '2025-06-18')
  assert.deepEqual(client.capabilities, {})
  for (const method of ['GET', 'DELETE']) {
    const { status, headers } = await ask(url, { method, headers: { accept: 'text/event-stream' } })
    assert.equal(status, 405)
    assert.equal(headers.allow, 'POST')
  }
  assert.equal(table.attached.size, 0)
})

test('without sessions the conversations with servers end with the answer', async (t) => {
  const table = new Table()
  table.stateful = false
  const ended = later()
  table.methods.set('tools/call', ({ client }) => {
    client.connections.set(targetName('one'), Promise.resolve(conversation(() => ended.settle())))
    return raw('{}')
  })
  const { url } = await serve(t, { table })
  assert.equal((await ask(url, { body: rpc({ id: 1, method: 'tools/call' }) })).status, 200)
  await ended.promise
})

test('log and metrics read the session in a form that opens nothing', async (t) => {
  const { url, seen } = await serve(t)
  const client = await Raw.open(url)
  await client.post({ id: 1, method: 'tools/list' })
  const x = seen.at(-1)
  assert.equal(x?.protocol, 'mcp')
  assert.equal(x?.mcpMethod, 'tools/list')
  assert.equal(x?.mcpSession, client.id.slice(0, 16))
})

test('a large answer that is given again and again stays what it is, under each id', async (t) => {
  const table = new Table()
  const tools = Array.from({ length: 2_000 }, (_, n) => ({
    name: `tool_${n}`,
    description: `ä → ${n} ${'x'.repeat(40)}`,
  }))
  const answer = { kind: 'result', raw: rawJson(JSON.stringify({ tools })) } as const
  table.methods.set('tools/list', () => answer)
  const { url } = await serve(t, { table })
  const client = await Raw.open(url)
  for (const id of [1, 'two', 3]) {
    const { status, json } = await client.post({ id, method: 'tools/list' })
    assert.equal(status, 200)
    assert.deepEqual(json, { jsonrpc: '2.0', id, result: { tools } })
  }
  // It is compressed meanwhile, for whoever takes that.
  const accept = { 'accept-encoding': 'gzip', accept: 'application/json, text/event-stream' }
  const init = {
    method: 'POST',
    headers: { ...accept, 'content-type': 'application/json', 'mcp-session-id': client.id },
  }
  for (let encoding: string | null = null; encoding !== 'gzip'; ) {
    const response = await fetch(url, { ...init, body: '{"jsonrpc":"2.0","id":"four","method":"tools/list"}' })
    assert.deepEqual(await response.json(), { jsonrpc: '2.0', id: 'four', result: { tools } })
    encoding = response.headers.get('content-encoding')
  }
  const { headers, json } = await client.post({ id: 5, method: 'tools/list' }, { 'accept-encoding': 'gzip;q=0' })
  assert.equal(headers['content-encoding'], undefined)
  assert.deepEqual(json, { jsonrpc: '2.0', id: 5, result: { tools } })
})
