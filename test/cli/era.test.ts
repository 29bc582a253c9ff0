// `toolgate tools --era`: the revision that is asked for, or the one that the server speaks.
import assert from 'node:assert/strict'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { everything } from '../../servers/everything.ts'
import { everythingModern } from '../../servers/everything-modern.ts'
import { serveModern } from '../../servers/modern.ts'
import { serve } from '../../servers/serve.ts'
import { serve as gateway } from '../support/serve.ts'
import { toolgate } from './io.ts'

async function legacy(t: TestContext): Promise<string> {
  const serving = await serve(everything, { transport: 'http' })
  t.after(() => serving.close())
  return serving.url
}

async function modern(t: TestContext): Promise<string> {
  const { make, bus } = everythingModern()
  const serving = await serveModern(make, { bus })
  t.after(() => serving.close())
  return serving.url
}

interface Heard {
  readonly method: string
  readonly params: Readonly<Record<string, unknown>>
  readonly headers: IncomingHttpHeaders
}

/** Answers each request with what the test says: a status and a message, or lines of an event stream. */
async function answering(
  t: TestContext,
  answer: (
    heard: Heard,
    id: number,
  ) =>
    | { readonly status?: number; readonly json?: object; readonly events?: object[]; readonly slowly?: object[] }
    | undefined,
): Promise<{ readonly url: string; readonly heard: Heard[] }> {
  const heard: Heard[] = []
  const server = createServer((request, response) => {
    void (async () => {
      let text = ''
      for await (const chunk of request) text += String(chunk)
      const { id, method, params } = JSON.parse(text || '{}')
      const one = { method, params, headers: request.headers }
      heard.push(one)
      const said = answer(one, id)
      if (said === undefined) return undefined
      const { status = 200, json, events, slowly = [] } = said
      if (slowly.length > 0) {
        response.writeHead(status, { 'content-type': 'text/event-stream' })
        for (const event of slowly) {
          await delay(600)
          response.write(`data: ${JSON.stringify({ jsonrpc: '2.0', ...event })}\n\n`)
        }
        return response.end()
      }
      if (events === undefined) {
        response.writeHead(status, { 'content-type': 'application/json' })
        return response.end(JSON.stringify({ jsonrpc: '2.0', id, ...json }))
      }
      response.writeHead(status, { 'content-type': 'text/event-stream' })
      return response.end(events.map((event) => `data: ${JSON.stringify({ jsonrpc: '2.0', ...event })}\n\n`).join(''))
    })()
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo // a TCP server that listens has no other kind of address
  return { url: `http://127.0.0.1:${port}/mcp`, heard }
}

const discovered = {
  json: {
    result: {
      resultType: 'complete',
      supportedVersions: ['2026-07-28'],
      capabilities: { tools: {} },
      _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'small', version: '7' } },
    },
  },
}

test('without a word a server of either era is listed and called', async (t) => {
  for (const url of [await legacy(t), await modern(t)]) {
    const listed = await toolgate(['tools', 'list', '--url', url, '--name', 'simple', '--format', 'json'])
    assert.equal(listed.code, 0, listed.err)
    const { tools, server } = JSON.parse(listed.out)
    assert.deepEqual([tools.length, tools[0].name, server.name], [1, 'test_simple_text', 'everything'])
    const called = await toolgate(['tools', 'call', 'test_simple_text', '--url', url])
    assert.deepEqual([called.code, called.out], [0, 'This is a simple text response for testing.\n'])
    const wrong = await toolgate(['tools', 'call', 'test_simple_txet', '--url', url])
    assert.equal(wrong.code, 1)
    assert.match(wrong.err, /did you mean `test_simple_text`\?/)
  }
})

test('the era that is asked for is the only one that is tried', async (t) => {
  const [old, young] = [await legacy(t), await modern(t)]
  for (const [url, era, code] of [
    [old, 'legacy', 0],
    [young, 'modern', 0],
    [old, 'modern', 1],
    [young, 'legacy', 1],
  ] as const) {
    const said = await toolgate(['tools', 'list', '--url', url, '--era', era])
    assert.equal(said.code, code, `${era}: ${said.err}`)
  }
  const { err } = await toolgate(['tools', 'list', '--url', old, '--era', 'modern'])
  assert.match(err, /does not speak revision 2026-07-28[^]*try: --era legacy/)
  const { err: only } = await toolgate(['tools', 'list', '--url', young, '--era', 'legacy'])
  assert.match(only, /speaks no revision before 2026-07-28[^]*try: --era modern/)
  const sse = await toolgate(['tools', 'list', '--url', old.replace('/mcp', '/sse'), '--era', 'modern'])
  assert.equal(sse.code, 1)
  assert.equal((await toolgate(['tools', 'list', '--era', 'old'])).code, 2)
})

test('through the gateway both eras list and call what servers of both eras have', async (t) => {
  const targets = [`{name: old, mcp: {host: "${await legacy(t)}"}}`, `{name: young, mcp: {host: "${await modern(t)}"}}`]
  const yaml = `binds: [{port: 1, listeners: [{routes: [{backends: [{mcp: {targets: [${targets.join(', ')}]}}]}]}]}]`
  const url = `http://127.0.0.1:${(await gateway(t, yaml)).port}/mcp`
  const seen = await Promise.all(
    ['legacy', 'modern', 'auto'].map(async (era) => {
      const { out } = await toolgate(['tools', 'list', '--url', url, '--era', era, '--format', 'json'])
      const { tools, revision } = JSON.parse(out)
      return { revision, names: tools.map(({ name }: { readonly name: string }) => name) }
    }),
  )
  assert.deepEqual(
    seen.map(({ revision }) => revision),
    ['2025-11-25', '2026-07-28', '2026-07-28'],
  )
  assert.deepEqual(seen[0]?.names, seen[1]?.names)
  for (const era of ['legacy', 'modern'])
    for (const target of ['old', 'young']) {
      const called = await toolgate(['tools', 'call', `${target}_test_simple_text`, '--url', url, '--era', era])
      assert.deepEqual([called.code, called.out], [0, 'This is a simple text response for testing.\n'], called.err)
    }
})

test('every request says who asks, in which revision, and repeats in headers what it is about', async (t) => {
  const { url, heard } = await answering(t, ({ method }) => {
    if (method === 'server/discover') return discovered
    return { json: { result: { resultType: 'complete', content: [{ type: 'text', text: 'hi' }] } } }
  })
  const { out } = await toolgate(['tools', 'call', 'grüße', '--url', url, '--args', '{"a":1}', '--token', 'secret'])
  assert.equal(out, 'hi\n')
  const [first, second] = heard
  assert.equal(first?.headers['mcp-name'], undefined)
  assert.deepEqual(second?.params['arguments'], { a: 1 })
  for (const { method, params, headers } of heard) {
    assert.equal(headers['mcp-protocol-version'], '2026-07-28')
    assert.equal(headers['mcp-method'], method)
    assert.equal(headers['authorization'], 'Bearer secret')
    const meta = Object(params['_meta'])
    assert.equal(meta['io.modelcontextprotocol/protocolVersion'], '2026-07-28')
    assert.equal(meta['io.modelcontextprotocol/clientInfo'].name, 'toolgate')
    assert.deepEqual(meta['io.modelcontextprotocol/clientCapabilities'], {})
  }
  assert.equal(second?.headers['mcp-name'], `=?base64?${Buffer.from('grüße').toString('base64')}?=`)
})

test('an argument that its tool wants in a header is repeated there once the server has asked for it', async (t) => {
  const inputSchema = { type: 'object', properties: { region: { type: 'string', 'x-mcp-header': 'Region' } } }
  const { url, heard } = await answering(t, ({ method, headers }) => {
    if (method === 'server/discover') return discovered
    if (method === 'tools/list') return { json: { result: { tools: [{ name: 'x', inputSchema }] } } }
    if (headers['mcp-param-region'] === undefined)
      return { status: 400, json: { error: { code: -32020, message: 'header mismatch' } } }
    return { json: { result: { content: [{ type: 'text', text: String(headers['mcp-param-region']) }] } } }
  })
  const { code, out } = await toolgate(['tools', 'call', 'x', '--url', url, '--args', '{"region":"eu"}'])
  assert.deepEqual([code, out], [0, 'eu\n'])
  assert.deepEqual(
    heard.map(({ method }) => method),
    ['server/discover', 'tools/call', 'tools/list', 'tools/call'],
  )
})

test('all pages are read, and the answer may come in a stream behind other messages', async (t) => {
  const { url } = await answering(t, ({ method, params }, id) => {
    if (method === 'server/discover') return discovered
    const more = params['cursor'] === undefined
    const tools = [{ name: more ? 'a' : 'b', inputSchema: { type: 'object' } }]
    return {
      events: [
        { method: 'notifications/message', params: { level: 'info', data: 'x' } },
        { id, result: { resultType: 'complete', tools, ...(more && { nextCursor: 'n' }) } },
      ],
    }
  })
  const { out } = await toolgate(['tools', 'list', '--url', url, '--format', 'json'])
  const { tools, revision, server } = JSON.parse(out)
  assert.deepEqual(
    tools.map(({ name }: { readonly name: string }) => name),
    ['a', 'b'],
  )
  assert.deepEqual([revision, server.name], ['2026-07-28', 'small'])
})

test('a server that knows server/discover and offers only earlier revisions is opened with initialize (mcp §12.2.1)', async (t) => {
  const { url, heard } = await answering(t, ({ method }) => {
    if (method === 'server/discover')
      return { json: { result: { supportedVersions: ['2025-11-25'], capabilities: {} } } }
    const hello = {
      protocolVersion: '2025-11-25',
      capabilities: { tools: {} },
      serverInfo: { name: 'o', version: '1' },
    }
    if (method === 'initialize') return { json: { result: hello } }
    return { json: { result: { tools: [] } } }
  })
  assert.equal((await toolgate(['tools', 'list', '--url', url])).code, 0)
  assert.equal(heard[1]?.method, 'initialize')
  const { err } = await toolgate(['tools', 'list', '--url', url, '--era', 'modern'])
  assert.match(err, /it offers 2025-11-25/)
})

test('a call takes as long as it reports progress, and no longer', async (t) => {
  const { url } = await answering(t, ({ method }, id) => {
    if (method === 'server/discover') return discovered
    const progress = (n: number) => ({ method: 'notifications/progress', params: { progressToken: 1, progress: n } })
    return {
      slowly: [progress(1), progress(2), progress(3), { id, result: { content: [{ type: 'text', text: 'done' }] } }],
    }
  })
  const call = (seconds: string) => toolgate(['tools', 'call', 'x', '--url', url, '--timeout', seconds])
  assert.equal((await call('1.5')).out, 'done\n')
  const late = await call('0.3')
  assert.equal(late.code, 3)
  assert.match(late.err, /no answer within 0\.3 s/)
})

test('a server that is silent to what it does not know is opened as before', async (t) => {
  const { url } = await answering(t, ({ method }) => {
    if (method === 'server/discover') return undefined
    const hello = {
      protocolVersion: '2025-11-25',
      capabilities: { tools: {} },
      serverInfo: { name: 'o', version: '1' },
    }
    if (method === 'initialize') return { json: { result: hello } }
    return { json: { result: { tools: [] } } }
  })
  assert.equal((await toolgate(['tools', 'list', '--url', url, '--timeout', '0.5'])).code, 0)
  const modern = await toolgate(['tools', 'list', '--url', url, '--timeout', '0.5', '--era', 'modern'])
  assert.equal(modern.code, 3)
  assert.match(modern.err, /no answer within 0\.5 s/)
})

test('what cannot be answered by a command is said, and so is who is not let in', async (t) => {
  const asks = await answering(t, ({ method }) =>
    method === 'server/discover'
      ? discovered
      : { json: { result: { resultType: 'input_required', inputRequests: {}, requestState: 's' } } },
  )
  const asked = await toolgate(['tools', 'call', 'x', '--url', asks.url])
  assert.equal(asked.code, 1)
  assert.match(asked.err, /wants more than a command can give: input_required/)
  const closed = await answering(t, () => ({ status: 401, json: { error: { code: 0, message: 'no' } } }))
  const out = await toolgate(['tools', 'list', '--url', closed.url])
  assert.equal(out.code, 1)
  assert.match(out.err, /who you are \(401\)/)
  assert.equal(closed.heard.length, 1, 'nobody asks twice')
  const empty = await answering(t, ({ method }) => (method === 'server/discover' ? discovered : { events: [] }))
  const nothing = await toolgate(['tools', 'list', '--url', empty.url])
  assert.equal(nothing.code, 3)
  assert.match(nothing.err, /closed its answer without one/)
})
