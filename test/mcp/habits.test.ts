// What independent clients and servers do, through a whole gateway (reference: mcp §12.2; each test names the point that it holds;
// 3 is held by ingress/questions.test.ts, 4 by egress/modern-bad.test.ts).
import assert from 'node:assert/strict'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { text as textOf } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { type Answer, type Serving, serve, upstream } from '../support/serve.ts'

interface Said {
  readonly id?: unknown
  readonly method: string
  readonly params?: Readonly<Record<string, unknown>>
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

const HELLO = { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 's', version: '1' } }
const TOOL = { name: 'say', inputSchema: { type: 'object' } }
const DISCOVERED = {
  resultType: 'complete',
  supportedVersions: ['2026-07-28'],
  capabilities: { tools: {} },
  ttlMs: 0,
  cacheScope: 'private',
}

/** A server that does what `act` does, else what one of before 2026-07-28 does; and the methods that it was asked. */
async function server(t: TestContext, act: (said: Said) => object | string | undefined) {
  const asked: string[] = []
  const port = await upstream(t, (request, response) => {
    void (async () => {
      if (request.method !== 'POST') return response.writeHead(405).end()
      const { id, method, params } = JSON.parse(await textOf(request))
      asked.push(method)
      const own = act({ id, method, params, request, response })
      if (response.writableEnded || response.headersSent || own === SILENT) return undefined
      if (id === undefined) return response.writeHead(202).end()
      const usual: Readonly<Record<string, object>> = { initialize: HELLO, 'tools/list': { tools: [TOOL] }, ping: {} }
      const result = own ?? usual[method]
      const rest =
        result === undefined
          ? '"error":{"code":-32601,"message":"no such method"}'
          : `"result":${typeof result === 'string' ? result : JSON.stringify(result)}`
      response.writeHead(200, { 'content-type': 'application/json' })
      return response.end(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},${rest}}`)
    })()
  })
  return { asked, host: `http://127.0.0.1:${port}/mcp` }
}

const SILENT = Object.freeze({})

const gateway = (t: TestContext, ...hosts: readonly string[]): Promise<Serving> =>
  serve(
    t,
    JSON.stringify({
      config: { limits: { listBudgetMs: 300 } },
      binds: [
        {
          port: 1,
          listeners: [
            {
              routes: [
                { backends: [{ mcp: { targets: hosts.map((host, n) => ({ name: `t${n}`, mcp: { host } })) } }] },
              ],
            },
          ],
        },
      ],
    }),
  )

/** A request of one era, and what the answer says. */
async function asking({ ask }: Serving, method: string, params: object, headers: Record<string, string>) {
  const answer = await ask({
    method: 'POST',
    path: '/mcp',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
  return { answer, message: messageOf(answer) }
}

function messageOf({ text, headers }: Answer) {
  const body = String(headers['content-type']).startsWith('text/event-stream')
    ? (text.match(/^data: ?(\{.*)$/gm) ?? []).at(-1)?.replace(/^data: ?/, '')
    : text
  const { result, error } = JSON.parse(body || '{}')
  return { result, error }
}

const modern = (gate: Serving, method: string, params: Readonly<Record<string, unknown>> = {}) =>
  asking(
    gate,
    method,
    {
      ...params,
      _meta: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientInfo': { name: 'recorded', version: '1' },
        'io.modelcontextprotocol/clientCapabilities': {},
      },
    },
    {
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...(typeof params['name'] === 'string' && { 'mcp-name': params['name'] }),
    },
  )

/** A session of before 2026-07-28. */
async function session(gate: Serving) {
  const initialize = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'recorded', version: '1' } }
  const { answer } = await asking(gate, 'initialize', initialize, {})
  const headers = { 'mcp-session-id': String(answer.headers['mcp-session-id']) }
  return (method: string, params: object = {}) => asking(gate, method, params, headers)
}

test('1: whoever asks what is spoken here reads 2026-07-28, also from a refusal', async (t) => {
  const { host } = await server(t, () => undefined)
  const gate = await gateway(t, host)
  const { message } = await modern(gate, 'server/discover')
  assert.deepEqual(message.result.supportedVersions, ['2026-07-28'])
  const { ask } = gate
  const meta = {
    'io.modelcontextprotocol/protocolVersion': '2099-01-01',
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  const refused = await ask({
    method: 'POST',
    path: '/mcp',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2099-01-01',
      'mcp-method': 'tools/list',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: { _meta: meta } }),
  })
  assert.equal(refused.status, 400)
  const { error } = messageOf(refused)
  assert.equal(error.code, -32022)
  assert.ok(error.data.supported.includes('2026-07-28'))
})

test('1: a server that answers server/discover with earlier revisions only is opened with initialize', async (t) => {
  const { host, asked } = await server(t, ({ method }) => {
    if (method === 'server/discover') return { ...DISCOVERED, supportedVersions: ['2025-11-25', '2025-06-18'] }
    return method === 'tools/call' ? { content: [] } : undefined
  })
  const call = await session(await gateway(t, host))
  const { message } = await call('tools/call', { name: 'say', arguments: {} })
  assert.deepEqual(message.result, { content: [] })
  assert.ok(asked.includes('initialize'))
})

test('2: three megabytes are JSON in both eras: as one event they would end some clients’ calls', async (t) => {
  const text = 'x'.repeat(3 << 20)
  const { host } = await server(t, ({ method }) =>
    method === 'tools/call' ? { content: [{ type: 'text', text }] } : undefined,
  )
  const gate = await gateway(t, host)
  const legacy = await session(gate)
  for (const { answer, message } of [
    await legacy('tools/call', { name: 'say', arguments: {} }),
    await modern(gate, 'tools/call', { name: 'say', arguments: {} }),
  ]) {
    assert.match(String(answer.headers['content-type']), /^application\/json/)
    assert.equal(message.result.content[0].text.length, text.length)
  }
})

test('5: a server of 2026-07-28 reads names as they are wherever a header can hold them', async (t) => {
  const names: unknown[] = []
  const { host } = await server(t, ({ method, request }) => {
    if (method === 'server/discover') return DISCOVERED
    if (method === 'tools/list')
      return { ...DISCOVERED, tools: ['plain', 'do.it', 'with space', 'ä'].map((name) => ({ ...TOOL, name })) }
    if (method !== 'tools/call') return undefined
    names.push(request.headers['mcp-name'])
    return { resultType: 'complete', content: [] }
  })
  const call = await session(await gateway(t, host))
  for (const name of ['plain', 'do.it', 'with space', 'ä']) await call('tools/call', { name, arguments: {} })
  assert.deepEqual(names, ['plain', 'do.it', 'with space', `=?base64?${Buffer.from('ä').toString('base64')}?=`])
})

test('6: DELETE ends what still runs for a client that says nothing else', async (t) => {
  const { promise: gone, resolve } = Promise.withResolvers<void>()
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
  const { host, asked } = await server(t, ({ method, response }) => {
    if (method !== 'tools/call') return undefined
    response.once('close', resolve)
    begin()
    return SILENT
  })
  const gate = await gateway(t, host)
  const initialize = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'recorded', version: '1' } }
  const { answer } = await asking(gate, 'initialize', initialize, {})
  const headers = { 'mcp-session-id': String(answer.headers['mcp-session-id']) }
  const call = asking(gate, 'tools/call', { name: 'say', arguments: {} }, headers).catch(() => undefined)
  await begun
  const left = await gate.ask({ method: 'DELETE', path: '/mcp', headers })
  assert.equal(left.status, 202)
  await call
  if (!asked.includes('notifications/cancelled')) await gone
})

test('7: opening and leaving costs the servers nothing', async (t) => {
  const { host, asked } = await server(t, () => undefined)
  const gate = await gateway(t, host)
  const first = await session(gate)
  await first('tools/list')
  const before = asked.length
  for (let n = 0; n < 20; n++) {
    const again = await session(gate)
    await again('tools/list')
  }
  assert.deepEqual(asked.slice(before), [])
})

test('8: a revision in the header of initialize does not count, nor what DELETE accepts', async (t) => {
  const { host } = await server(t, () => undefined)
  const gate = await gateway(t, host)
  const initialize = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'recorded', version: '1' } }
  for (const accept of ['*/*', undefined]) {
    const { answer, message } = await asking(gate, 'initialize', initialize, { 'mcp-protocol-version': '2025-11-25' })
    assert.equal(message.result.protocolVersion, '2025-06-18')
    const headers = {
      'mcp-session-id': String(answer.headers['mcp-session-id']),
      ...(accept !== undefined && { accept }),
    }
    assert.equal((await gate.ask({ method: 'DELETE', path: '/mcp', headers })).status, 202)
  }
})

test('9: a server that says nothing holds up neither the opening nor the stream of whoever listens', async (t) => {
  const mute = await server(t, () => SILENT)
  const good = await server(t, () => undefined)
  const gate = await gateway(t, good.host, mute.host)
  const { port } = gate
  const meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  const stop = new AbortController()
  const answer = await fetch(`http://127.0.0.1:${port}/mcp`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'subscriptions/listen',
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 's',
      method: 'subscriptions/listen',
      params: { _meta: meta, notifications: { toolsListChanged: true } },
    }),
    signal: stop.signal,
  })
  let heard = ''
  for await (const chunk of answer.body ?? assert.fail('no body')) {
    heard += Buffer.from(chunk).toString()
    if (heard.includes('\n\n')) break
  }
  assert.match(heard, /notifications\/subscriptions\/acknowledged/)
  stop.abort()
})

test('10: lists are read again and again without asking the server, and sounds pass though some clients lose them', async (t) => {
  const audio = { type: 'audio', data: 'AAAA', mimeType: 'audio/wav' }
  const { host, asked } = await server(t, ({ method }) => (method === 'tools/call' ? { content: [audio] } : undefined))
  const gate = await gateway(t, host)
  const call = await session(gate)
  for (let n = 0; n < 5; n++) {
    await call('tools/list')
    const { message } = await call('tools/call', { name: 'say', arguments: {} })
    assert.deepEqual(message.result.content, [audio])
  }
  assert.equal(asked.filter((method) => method === 'tools/list').length, 1)
})

test('11: plain text with 400, and -32602 for a method that is not known, are no broken server', async (t) => {
  const texts = await server(t, ({ method, response }) => {
    if (method === 'server/discover') response.writeHead(400, { 'content-type': 'text/plain' }).end('no session\n')
    return method === 'tools/call' ? { content: [] } : undefined
  })
  const codes = await server(t, ({ id, method, response }) => {
    if (method === 'server/discover') {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(
        JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32602, message: 'Invalid request parameters' } }),
      )
    }
    return method === 'tools/call' ? { content: [] } : undefined
  })
  const call = await session(await gateway(t, texts.host, codes.host))
  for (const name of ['t0_say', 't1_say'])
    assert.deepEqual((await call('tools/call', { name, arguments: {} })).message.result, { content: [] }, name)
})

test('12: in front of an earlier server a client of 2026-07-28 sees what is there, and results letter by letter', async (t) => {
  const odd = '{ "content":[{"type":"novel","x":[1e400,-0,9007199254740993]}], "unknown":{"b":1,"a":2} }'
  const { host } = await server(t, ({ method }) => (method === 'tools/call' ? odd : undefined))
  const gate = await gateway(t, host)
  const { message } = await modern(gate, 'tools/list')
  assert.deepEqual(
    message.result.tools.map(({ name }: { readonly name: string }) => name),
    ['say'],
  )
  const { answer } = await modern(gate, 'tools/call', { name: 'say', arguments: {} })
  assert.ok(
    answer.text.includes('"content":[{"type":"novel","x":[1e400,-0,9007199254740993]}], "unknown":{"b":1,"a":2}'),
  )
  const call = await session(gate)
  assert.ok((await call('tools/call', { name: 'say', arguments: {} })).answer.text.includes(odd))
})

test('12: a list that cannot be read is an error, and never an empty list', async (t) => {
  const { host } = await server(t, ({ response }) => {
    response.writeHead(503).end()
    return undefined
  })
  const gate = await gateway(t, host)
  const { message } = await modern(gate, 'tools/list')
  assert.equal(message.result, undefined)
  assert.match(message.error.message, /t0/)
})
