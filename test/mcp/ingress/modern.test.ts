// Revision 2026-07-28: what a request must say before anybody is asked, and how answers look.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rawJson } from '../../../src/core/brand.ts'
import { error, raw, result } from '../upstreams.ts'
import { envelope, headersOf, send, stream } from './modern-client.ts'
import { ask, both, hello, rpc, serve, Table, until } from './serve.ts'

test('a call is answered whole, in the words of the revision, without a session', async (t) => {
  const { url, table } = await serve(t)
  const { status, headers, json } = await send(url, 'tools/call', { name: 'say', arguments: { a: 1 } })
  assert.equal(status, 200)
  assert.equal(headers['content-type'], 'application/json')
  assert.equal(headers['mcp-session-id'], undefined)
  assert.equal(json.result?.['resultType'], 'complete')
  assert.deepEqual(json.result?.['content'], [{ type: 'text', text: 'said' }])
  assert.deepEqual(Object.keys(json.result?.['_meta'] ?? {}), ['io.modelcontextprotocol/serverInfo'])
  const [asked] = table.asked
  assert.equal(asked?.client.revision, '2026-07-28')
  assert.equal(asked?.client.clientInfo, '{"name":"raw","version":"1"}')
  assert.equal(asked?.incoming.rawParams, '{"name":"say","arguments":{"a":1},"_meta":{}}')
})

test('what belongs to one hop stays there, the rest of _meta goes on', async (t) => {
  const { url, table } = await serve(t)
  const meta = {
    progressToken: 7,
    'io.modelcontextprotocol/anything': 1,
    'example.com/x': { y: '}"' },
    traceparent: 'ü',
  }
  const params = `{"_meta":${JSON.stringify({ ...envelope({}), ...meta })},"name":"say","arguments":{"n":1e400}}`
  const { status } = await ask(url, {
    headers: headersOf('tools/call', { name: 'say' }),
    body: `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":${params}}`,
  })
  assert.equal(status, 200)
  const incoming = table.asked[0]?.incoming
  assert.equal(
    incoming?.rawParams,
    '{"_meta":{"progressToken":7,"example.com/x":{"y":"}\\""},"traceparent":"ü"},"name":"say","arguments":{"n":1e400}}',
  )
  assert.equal(incoming?.string('name'), 'say')
  const at = incoming?.at('arguments')
  assert.equal(incoming?.rawParams?.slice(at?.start, at?.end), '{"n":1e400}')
})

test('lists and reads carry hints for caches, and other stamps only once', async (t) => {
  const table = new Table()
  table.methods.set('tools/list', () =>
    raw(
      '{"tools":[{"name":"a","inputSchema":{},"execution":{"taskSupport":"optional"},"_meta":{"x":1e0}}],"_meta":{"y":2}}',
    ),
  )
  table.methods.set('resources/read', () =>
    raw('{"contents":[],"resultType":"complete","ttlMs":9,"cacheScope":"public","_meta":{}}'),
  )
  const { url } = await serve(t, { table })
  const list = await send(url, 'tools/list')
  assert.match(list.text, /"tools":\[\{"name":"a","inputSchema":\{\},"_meta":\{"x":1e0\}\}\]/)
  assert.deepEqual([list.json.result?.['cacheScope'], list.json.result?.['ttlMs']], ['private', 5000])
  assert.deepEqual(Object.keys(list.json.result?.['_meta'] ?? {}), ['io.modelcontextprotocol/serverInfo', 'y'])
  const read = await send(url, 'resources/read', { uri: 'a:b' })
  assert.equal(read.text.match(/resultType/g)?.length, 1)
  assert.deepEqual([read.json.result?.['cacheScope'], read.json.result?.['ttlMs']], ['private', 9])
})

test('server/discover says what is here and opens nothing', async (t) => {
  const { url, table } = await serve(t)
  const { status, json } = await send(url, 'server/discover')
  assert.equal(status, 200)
  assert.deepEqual(json.result?.['supportedVersions'], ['2026-07-28'])
  assert.deepEqual(json.result?.['capabilities'], { tools: { listChanged: true }, logging: {} })
  assert.equal(json.result?.['resultType'], 'complete')
  assert.equal(json.result?.['cacheScope'], 'private')
  assert.equal('protocolVersion' in (json.result ?? {}), false)
  assert.equal(table.asked.length, 0)
})

test('methods of before, and unknown ones, are not found: 404, whatever else is wrong', async (t) => {
  const { url } = await serve(t)
  for (const method of [
    'initialize',
    'ping',
    'logging/setLevel',
    'resources/subscribe',
    'resources/unsubscribe',
    'tasks/list',
    'tasks/result',
    'no/such',
  ]) {
    const { status, json } = await send(url, method)
    assert.deepEqual([status, json.error?.code, json.id], [404, -32601, 1], method)
    if (method === 'initialize') continue
    const bare = await ask(url, { headers: headersOf(method, {}), body: rpc({ id: 2, method, params: {} }) })
    assert.deepEqual([bare.status, bare.json.error?.code, bare.json.id], [404, -32601, 2], method)
  }
})

test('an envelope that is not whole is refused, and says what is wrong', async (t) => {
  const { url, table } = await serve(t)
  const whole = Object.entries(envelope({}))
  const without = (key: string): object => Object.fromEntries(whole.filter(([name]) => !name.endsWith(key)))
  const rows: readonly [unknown, string][] = [
    [undefined, '_meta'],
    [1, '_meta'],
    [{}, 'protocolVersion'],
    [without('protocolVersion'), 'protocolVersion'],
    [without('clientCapabilities'), 'clientCapabilities'],
    [{ ...envelope({}), 'io.modelcontextprotocol/clientCapabilities': [] }, 'clientCapabilities'],
    [{ ...envelope({}), 'io.modelcontextprotocol/clientInfo': 'me' }, 'clientInfo'],
    [{ ...envelope({}), 'io.modelcontextprotocol/protocolVersion': 5 }, 'protocolVersion'],
    [envelope({ level: 'loud' }), 'logLevel'],
  ]
  for (const [_meta, key] of rows) {
    const { status, json } = await ask(url, {
      headers: headersOf('tools/call', { name: 'say' }),
      body: rpc({ id: 'e', method: 'tools/call', params: { name: 'say', ...(_meta !== undefined && { _meta }) } }),
    })
    assert.deepEqual([status, json.error?.code, json.id], [400, -32602, 'e'], JSON.stringify(_meta))
    assert.match(json.error?.message ?? '', new RegExp(key))
  }
  const info = await ask(url, {
    headers: headersOf('tools/list', {}),
    body: rpc({ id: 1, method: 'tools/list', params: { _meta: without('clientInfo') } }),
  })
  assert.equal(info.status, 200)
  assert.equal(table.asked.length, 1)
})

test('a revision that is not spoken is refused with the one that is', async (t) => {
  const { url } = await serve(t)
  for (const version of ['2027-01-01', '2025-11-25', 'x', '']) {
    const { status, json } = await send(
      url,
      'tools/list',
      {},
      { version, headers: { 'mcp-protocol-version': version } },
    )
    assert.equal(status, 400, version)
    assert.deepEqual(json.error, {
      code: -32022,
      message: `unsupported MCP protocol version: ${version}`,
      data: { supported: ['2026-07-28'], requested: version },
    })
  }
  const two = await send(url, 'tools/list', {}, { version: '2027-01-01' })
  assert.deepEqual([two.status, two.json.error?.code], [400, -32020])
})

test('headers must be there, and say what the body says', async (t) => {
  const { url, table } = await serve(t)
  const encoded = (text: string): string => `=?base64?${Buffer.from(text).toString('base64')}?=`
  const rows: readonly Record<string, string | undefined>[] = [
    { 'mcp-protocol-version': undefined },
    { 'mcp-protocol-version': '2025-11-25' },
    { 'mcp-protocol-version': '2026-07-28, 2026-07-28' },
    { 'mcp-method': undefined },
    { 'mcp-method': 'tools/list' },
    { 'mcp-method': 'Tools/Call' },
    { 'mcp-name': undefined },
    { 'mcp-name': 'say' },
    { 'mcp-name': encoded('say') },
    { 'mcp-name': '=?base64?c8OkeQ=?=' },
  ]
  for (const headers of rows) {
    const { status, json } = await send(
      url,
      'tools/call',
      { name: 'säy' },
      { headers: { 'mcp-name': encoded('säy'), ...headers } },
    )
    assert.deepEqual([status, json.error?.code, json.id], [400, -32020, 1], JSON.stringify(headers))
  }
  assert.equal(table.asked.length, 0)
  const { status } = await send(url, 'tools/call', { name: 'säy' }, { headers: { 'mcp-name': encoded('säy') } })
  assert.equal(status, 200)
})

test('arguments that headers repeat must be the same in both', async (t) => {
  const table = new Table()
  table.paramHeaders = () => [
    { name: 'Region', path: ['region'], type: 'string' },
    { name: 'Count', path: ['deep', 'count'], type: 'integer' },
    { name: 'Dry', path: ['dry'], type: 'boolean' },
  ]
  const { url } = await serve(t, { table })
  const given = { region: 'eu', deep: { count: 42 }, dry: true }
  const fit = { 'mcp-param-region': 'eu', 'mcp-param-count': '42.0', 'mcp-param-dry': 'true' }
  const call = (args: object, headers: Record<string, string | undefined>) =>
    send(url, 'tools/call', { name: 'say', arguments: args }, { headers })
  assert.equal((await call(given, fit)).status, 200)
  assert.equal((await call(given, { ...fit, 'mcp-param-region': '=?base64?ZXU=?=' })).status, 200)
  assert.equal((await call({ region: null }, {})).status, 200)
  for (const [args, headers] of [
    [given, { ...fit, 'mcp-param-region': undefined }],
    [given, { ...fit, 'mcp-param-region': 'EU' }],
    [given, { ...fit, 'mcp-param-region': '=?base64?ZXU?=' }],
    [given, { ...fit, 'mcp-param-count': '43' }],
    [given, { ...fit, 'mcp-param-count': '0x2a' }],
    [given, { ...fit, 'mcp-param-dry': 'True' }],
    [{ ...given, region: null }, fit],
  ] as const) {
    const { status, json } = await call(args, headers)
    assert.deepEqual([status, json.error?.code], [400, -32020], JSON.stringify(headers))
  }
})

test('batches, posted answers, GET and DELETE are not of this revision', async (t) => {
  const { url } = await serve(t)
  const request = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: { _meta: envelope({}) } }
  const bare = { ...request, params: {} }
  for (const [batch, headers] of [
    [[request], {}],
    [[bare, request], {}],
    [[bare], { 'mcp-protocol-version': '2026-07-28' }],
  ] as const) {
    const { status, json } = await ask(url, { headers: { ...both, ...headers }, body: JSON.stringify(batch) })
    assert.deepEqual([status, json.error?.code, json.id], [400, -32600, null])
  }
  const posted = await ask(url, { headers: headersOf('x', {}), body: rpc({ id: 1, result: {} }) })
  assert.equal(posted.status, 400)
  for (const method of ['GET', 'DELETE']) {
    const { status, headers } = await ask(url, { method, headers: { ...both, 'mcp-protocol-version': '2026-07-28' } })
    assert.deepEqual([status, headers.allow], [405, 'POST'], method)
  }
})

test('a body that is no message is answered with an error of no request in particular', async (t) => {
  const { url } = await serve(t)
  for (const [body, code] of [
    ['{', -32700],
    ['', -32700],
    ['null', -32600],
    ['[]', -32600],
    ['{"jsonrpc":"1.0","id":1,"method":"tools/list"}', -32600],
  ] as const) {
    const { status, json } = await ask(url, { headers: headersOf('tools/list', {}), body })
    assert.deepEqual([status, json.error?.code, json.id], [400, code, null], body)
  }
})

test('a notification is taken note of, even without the headers', async (t) => {
  const { url, table } = await serve(t)
  const message = { method: 'notifications/progress', params: { _meta: envelope({}), progressToken: 1, progress: 1 } }
  const { status, text } = await ask(url, { headers: both, body: rpc(message) })
  assert.deepEqual([status, text], [202, ''])
  assert.equal(table.heard.length, 0)
})

test('a client that opens as before is one of before, whatever else its headers say', async (t) => {
  const { url } = await serve(t)
  const opened = await ask(url, { headers: { ...both, 'mcp-protocol-version': '2026-07-28' }, body: hello() })
  assert.equal(opened.status, 200)
  assert.equal(opened.json.result?.['protocolVersion'], '2025-11-25')
  const bare = await ask(url, { headers: both, body: rpc({ id: 1, method: 'server/discover', params: {} }) })
  assert.deepEqual([bare.status, bare.json.error?.code], [400, -32601])
})

test('errors of the table have the codes and statuses of the revision', async (t) => {
  const table = new Table()
  const rows: readonly [number, number, number][] = [
    [-32602, 200, -32602],
    [-32002, 200, -32602],
    [-32000, 200, -32603],
    [-32020, 200, -32603],
    [-32022, 200, -32603],
    [-32601, 404, -32601],
    [-32021, 400, -32021],
    [-32500, 200, -32500],
  ]
  const { url } = await serve(t, { table })
  for (const [said, status, code] of rows) {
    table.methods.set('tools/call', () => error(said, 'told'))
    const answered = await send(url, 'tools/call', { name: 'say' })
    assert.deepEqual([answered.status, answered.json.error?.code, answered.json.error?.message], [status, code, 'told'])
  }
})

test('progress comes on the stream of its call, logs only at the level that was asked for', async (t) => {
  const table = new Table()
  table.methods.set('tools/call', ({ caller }) => {
    caller.notification('notifications/progress', rawJson('{"progressToken":1,"progress":1}'))
    caller.notification('notifications/message', rawJson('{"level":"info","data":"x"}'))
    caller.notification('notifications/tools/list_changed', undefined)
    return result({ content: [] })
  })
  const { url } = await serve(t, { table })
  const heard = async (level?: string): Promise<unknown[]> => {
    const { status, events } = await send(url, 'tools/call', { name: 'say' }, level === undefined ? {} : { level })
    assert.equal(status, 200)
    return events.map(({ data }) => JSON.parse(data)).map((message) => message.method ?? message.result.resultType)
  }
  assert.deepEqual(await heard(), ['notifications/progress', 'complete'])
  assert.deepEqual(await heard('info'), ['notifications/progress', 'notifications/message', 'complete'])
})

test('whoever closes the response cancels the call, at once', async (t) => {
  const table = new Table()
  const reasons: string[] = []
  table.methods.set('tools/call', ({ caller, incoming }) => {
    caller.signal?.addEventListener('abort', () => reasons.push(String(caller.signal?.reason)))
    if (incoming.string('name') === 'loud') caller.notification('notifications/progress', rawJson('{"progress":1}'))
    return new Promise(() => {})
  })
  const { url } = await serve(t, { table })
  const loud = await stream(url, 'tools/call', { name: 'loud' })
  await loud.message()
  loud.cut()
  await until(() => reasons.length === 1)
  const stop = new AbortController()
  const quiet = fetch(url, {
    method: 'POST',
    headers: headersOf('tools/call', { name: 'say' }),
    body: rpc({ id: 1, method: 'tools/call', params: { name: 'say', _meta: envelope({}) } }),
    signal: stop.signal,
  })
  await until(() => table.asked.length === 2)
  stop.abort()
  await assert.rejects(quiet)
  await until(() => reasons.length === 2)
  assert.match(reasons[1] ?? '', /client/)
})

test('equal ids at the same time are two requests', async (t) => {
  const table = new Table()
  table.methods.set('tools/call', ({ incoming }) => result({ content: [], said: incoming.string('name') }))
  const { url } = await serve(t, { table })
  const both = await Promise.all(['a', 'b'].map((name) => send(url, 'tools/call', { name }, { id: 5 })))
  assert.deepEqual(
    both.map(({ json }) => [json.id, json.result?.['said']]),
    [
      [5, 'a'],
      [5, 'b'],
    ],
  )
})
