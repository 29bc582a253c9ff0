// A processor outside decides about calls, results and lists, and is heard; without it nothing passes, unless that was asked for.
import assert from 'node:assert/strict'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { eventually, freePorts, type Owner, startGateway, startProcess } from '../../support/gateway.ts'
import { type Shown, startProcessor } from './processor.ts'

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))

/** A server over HTTP whose requests are remembered on the way. */
async function listenedTo(t: Owner) {
  const [behind = 0] = await freePorts(1)
  const server = startProcess(t, ['servers/echo.ts', '--transport', 'http', '--port', String(behind), '--path', '/mcp'])
  await eventually(() => server.said().includes('listening on'), server.said)
  const seen: { readonly headers: IncomingHttpHeaders; readonly body: string }[] = []
  const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(request)
    seen.push({ headers: request.headers, body: body.toString() })
    const headers = Object.entries(request.headers).flatMap(([name, value]): [string, string][] =>
      typeof value === 'string' && !/^(host|connection|content-length|transfer-encoding)$/.test(name)
        ? [[name, value]]
        : [],
    )
    const has = request.method === 'POST' && { body }
    const answer = await fetch(`http://127.0.0.1:${behind}/mcp`, {
      method: request.method ?? 'GET',
      headers,
      ...has,
    }).catch(() => undefined)
    const kept = [...(answer?.headers ?? [])].filter(([name]) => /^(content-type|mcp-)/.test(name))
    response.writeHead(answer?.status ?? 502, Object.fromEntries(kept))
    for await (const chunk of answer?.body ?? []) response.write(chunk)
    response.end()
  }
  const proxy = createServer((request, response) => void pass(request, response))
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    proxy.closeAllConnections()
    proxy.close()
  })
  const address = proxy.address()
  return { seen, port: typeof address === 'object' && address !== null ? address.port : 0 }
}

test('a processor outside guards what passes', async (t) => {
  const [processor, echo, [gone = 0]] = await Promise.all([startProcessor(t), listenedTo(t), freePorts(1)])
  const gateway = await startGateway(t, 'test/journey/guardrails/config.yaml', {
    PROCESSOR_PORT: String(processor.port),
    ECHO_PORT: String(echo.port),
    GONE_PORT: String(gone),
  })
  const client = await gateway.client({ headers: { 'x-private': 'mine', 'x-team': 'blue' } })
  const say = (message: string) => client.callTool({ name: 'echo_echo', arguments: { message } })
  const about = (method: string): Shown[] => processor.shown.filter((each) => each.method === method)

  await t.test('a call is shown in the names of its target, with what the configuration says of it', async () => {
    assert.match(JSON.stringify(await say('hello')), /hello/)
    const [request, response] = about('tools/call')
    assert.equal(request?.rpc, 'CheckRequest')
    assert.deepEqual(request?.service_names, ['echo'])
    assert.deepEqual(request?.body, { name: 'echo', arguments: { message: 'hello' } })
    assert.deepEqual(request?.metadata, { fields: { route: { stringValue: 'guarded by /mcp' } } })
    assert.equal(request?.headers.get('x-team'), 'blue')
    assert.equal(request?.headers.get(':path'), '/mcp')
    assert.equal(request?.headers.has('x-private'), false)
    assert.equal(response?.rpc, 'CheckResponse')
    assert.deepEqual(response?.body, { content: [{ type: 'text', text: 'hello' }] })
  })

  await t.test('a list is shown once, as clients see it, and has no params', async () => {
    const { tools } = await client.listTools()
    assert.ok(tools.some(({ name }) => name === 'echo_echo') && tools.some(({ name }) => name === 'notes_search'))
    const [request, response, more] = about('tools/list')
    assert.deepEqual([request?.rpc, response?.rpc, more], ['CheckRequest', 'CheckResponse', undefined])
    assert.deepEqual(request?.service_names, ['echo', 'notes'])
    assert.equal(request?.body, undefined)
    assert.deepEqual(response?.body, { tools })
  })

  await t.test(
    'what it refuses is a JSON-RPC error with its words, on HTTP 200, and no upstream hears of it',
    async () => {
      processor.judge = ({ rpc }) =>
        rpc === 'CheckRequest'
          ? { error: { code: 'PERMISSION_DENIED', reason: 'not on Fridays', mcp_error: json({ day: 5 }) } }
          : undefined
      const before = echo.seen.length
      await assert.rejects(say('hello'), { code: -32001, message: /not on Fridays/, data: { day: 5 } })
      assert.equal(echo.seen.length, before)
      for (const [code, number] of [
        ['RESOURCE_EXHAUSTED', -32003],
        ['INVALID', -32600],
        ['UNKNOWN', -32603],
      ] as const) {
        processor.judge = () => ({ error: { code, reason: 'no' } })
        await assert.rejects(say('hello'), { code: number })
      }
    },
  )

  await t.test('it may change arguments, never what the call is for', async () => {
    processor.judge = ({ rpc }) =>
      rpc === 'CheckRequest'
        ? { mutated: json({ name: 'another', arguments: { message: 'in its words' } }) }
        : undefined
    assert.match(JSON.stringify(await say('in mine')), /in its words/)
    assert.match(echo.seen.at(-1)?.body ?? '', /"name":"echo"/)
  })

  await t.test('it may change results and lists', async () => {
    processor.judge = ({ rpc, method }) =>
      rpc === 'CheckResponse' && method === 'tools/call'
        ? { mutated: json({ content: [{ type: 'text', text: 'redacted' }] }) }
        : rpc === 'CheckResponse'
          ? { mutated: json({ tools: [] }) }
          : undefined
    assert.deepEqual((await say('secret')).content, [{ type: 'text', text: 'redacted' }])
    assert.deepEqual((await client.listTools()).tools, [])
  })

  await t.test('it may set and remove headers of the request to the upstream', async () => {
    const set = [
      { key: 'x-checked', value: Buffer.from('one') },
      { key: 'x-checked', value: Buffer.from('two') },
      { key: 'bad name', value: Buffer.from('x') },
      { key: 'x-bad', value: Buffer.from('a\r\nb: c') },
    ]
    processor.judge = ({ rpc }) =>
      rpc === 'CheckRequest' ? { pass: {}, header_mutation: { set, remove: ['X-Team'] } } : undefined
    await say('with headers')
    const headers: IncomingHttpHeaders = echo.seen.at(-1)?.headers ?? {}
    assert.equal(headers['x-checked'], 'one, two')
    assert.deepEqual([headers['x-team'], headers['x-bad'], headers['b']], [undefined, undefined, undefined])
  })

  await t.test('rules read what it says', async () => {
    const trust = (word: string) => ({ pass: {}, metadata: { fields: { trust: { stringValue: word } } } })
    const search = () => client.callTool({ name: 'notes_search', arguments: { query: 'bread' } })
    processor.judge = ({ rpc }) => (rpc === 'CheckRequest' ? trust('some') : undefined)
    assert.match(JSON.stringify(await search()), /Groceries/)
    processor.judge = ({ rpc }) => (rpc === 'CheckRequest' ? trust('none') : undefined)
    await assert.rejects(search(), /Unknown tool: notes_search/)
  })

  await t.test('an answer that breaks the protocol refuses', async () => {
    processor.judge = ({ rpc }) => (rpc === 'CheckRequest' ? { mutated: json(['no', 'object']) } : undefined)
    await assert.rejects(say('hello'), { code: -32603, message: /protocol violation/ })
    processor.judge = ({ rpc }) => (rpc === 'CheckRequest' ? { metadata: {} } : undefined)
    await assert.rejects(say('hello'), { code: -32603, message: /protocol violation/ })
    processor.judge = () => undefined
    assert.match(JSON.stringify(await say('again')), /again/)
  })

  await t.test(
    'without a processor nothing passes, and its address is not told; with failOpen everything does',
    async () => {
      const closed = await gateway.client({ path: '/closed' })
      await assert.rejects(closed.callTool({ name: 'echo_echo', arguments: { message: 'x' } }), (error: Error) => {
        assert.match(error.message, /mcpGuardrails checkRequest failed: UNAVAILABLE/)
        assert.ok(!error.message.includes(String(gone)))
        return true
      })
      const open = await gateway.client({ path: '/open' })
      assert.match(JSON.stringify(await open.callTool({ name: 'echo_echo', arguments: { message: 'still' } })), /still/)
      assert.match(gateway.said(), /a processor of mcpGuardrails could not judge/)
    },
  )
})
