// Requests that are not fit to be asked: each has its own answer, and none disturbs another one.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask, both, hello, Raw, rpc, serve } from './serve.ts'

const ping = rpc({ id: 1, method: 'ping' })

test('a POST must accept both forms of answer', async (t) => {
  const { url } = await serve(t)
  for (const accept of ['application/json', 'text/event-stream', '*/*', 'text/html']) {
    const { status, text } = await ask(url, { headers: { ...both, accept }, body: hello() })
    assert.equal(status, 406)
    assert.equal(text, 'mcp: client must accept both application/json and text/event-stream')
  }
  const { status } = await ask(url, { headers: { 'content-type': 'application/json' }, body: hello() })
  assert.equal(status, 406)
  for (const accept of ['text/event-stream;q=0.9, application/json', 'Application/JSON, TEXT/Event-Stream'])
    assert.equal((await ask(url, { headers: { ...both, accept }, body: hello() })).status, 200)
})

test('a POST must be JSON', async (t) => {
  const { url } = await serve(t)
  for (const type of ['text/plain', 'application/jsonp', 'application/x-www-form-urlencoded', '']) {
    const { status, text } = await ask(url, { headers: { ...both, 'content-type': type }, body: hello() })
    assert.equal(status, 415, type)
    assert.equal(text, 'mcp: client must send application/json')
  }
  const packed = await ask(url, { headers: { ...both, 'content-encoding': 'gzip' }, body: hello() })
  assert.equal(packed.status, 415)
  for (const type of ['application/json; charset=utf-8', 'Application/JSON'])
    assert.equal((await ask(url, { headers: { ...both, 'content-type': type }, body: hello() })).status, 200)
})

test('a body that is no message is refused in the words of the original', async (t) => {
  const { url } = await serve(t, { limits: { jsonDepth: 5 } })
  const client = await Raw.open(url)
  const bodies = [
    '',
    '{',
    'null',
    '"text"',
    '{}',
    '{"jsonrpc":"1.0","id":1,"method":"ping"}',
    '{"jsonrpc":"2.0","id":null,"method":"ping"}',
    '{"jsonrpc":"2.0","id":{},"method":"ping"}',
    '{"jsonrpc":"2.0","id":1}',
    '{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":[[[[1]]]]}}',
    `${'['.repeat(100_000)}`,
  ]
  for (const body of bodies) {
    const { status, text } = await client.send(body)
    assert.equal(status, 400, body.slice(0, 60))
    assert.match(text, /^mcp: fail to deserialize request body: ./)
  }
  const garbled = await client.send(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))
  assert.equal(garbled.status, 400)
  assert.equal(garbled.text, 'mcp: fail to deserialize request body: not UTF-8')
  assert.equal((await client.send(ping)).status, 200)
})

test('params that are no object are refused with the id they came with', async (t) => {
  const { url } = await serve(t)
  const client = await Raw.open(url)
  const { status, json } = await client.send('{"jsonrpc":"2.0","id":"q","method":"ping","params":[1]}')
  assert.equal(status, 400)
  assert.deepEqual(json, {
    jsonrpc: '2.0',
    id: 'q',
    error: { code: -32602, message: 'invalid request parameters: params must be an object' },
  })
})

test('a body above its bound is refused, and counted', async (t) => {
  const { url, hits } = await serve(t, { limits: { mcpBody: 1_000 } })
  const client = await Raw.open(url)
  assert.equal((await client.send(rpc({ id: 1, method: 'ping', params: { a: 'x'.repeat(2_000) } }))).status, 413)
  assert.deepEqual(hits, ['mcpBody'])
  assert.equal((await client.send(ping)).status, 200)
})

test('JSON that nests too deep or has an object of too many members is refused, and counted', async (t) => {
  const { url, hits } = await serve(t, { limits: { jsonDepth: 8, jsonKeys: 5 } })
  const client = await Raw.open(url)
  const params = (text: string): string => `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":${text}}}`
  const deep = await client.send(params(`${'['.repeat(9)}${']'.repeat(9)}`))
  assert.deepEqual([deep.status, /nested deeper than 8/.test(deep.text)], [400, true])
  const wide = await client.send(params('{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1}'))
  assert.deepEqual([wide.status, /an object of more than 5 members/.test(wide.text)], [400, true])
  assert.equal((await client.send(params('{"a":1,"b":1,"c":1,"d":1,"e":1}'))).status, 200)
  assert.deepEqual(hits, ['jsonDepth', 'jsonKeys'])
})

test('a revision that is not spoken here is refused with those that are', async (t) => {
  const { url } = await serve(t)
  const client = await Raw.open(url)
  const { status, headers, json } = await client.send(ping, { 'mcp-protocol-version': '1900-01-01' })
  assert.equal(status, 400)
  assert.equal(headers['content-type'], 'application/json')
  assert.deepEqual(json, {
    jsonrpc: '2.0',
    id: 1,
    error: {
      code: -32022,
      message: 'unsupported MCP protocol version: 1900-01-01',
      data: { supported: ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'], requested: '1900-01-01' },
    },
  })
  const told = await client.post({ method: 'notifications/x' }, { 'mcp-protocol-version': 'x' })
  assert.equal(told.status, 400)
  assert.equal(told.text, 'mcp: unsupported MCP protocol version: x')
  for (const known of ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'])
    assert.equal((await client.send(ping, { 'mcp-protocol-version': known })).status, 200)
  assert.equal((await client.end({ 'mcp-protocol-version': '1900-01-01' })).status, 400)
})

test('headers that say something else than the body are refused', async (t) => {
  const { url, table } = await serve(t)
  const client = await Raw.open(url)
  const call = { id: 1, method: 'tools/call', params: { name: 'säy' } }
  const encoded = `=?base64?${Buffer.from('säy').toString('base64')}?=`
  const rows: readonly [Record<string, string>, string][] = [
    [{ 'mcp-method': 'tools/list' }, 'Mcp-Method header/body mismatch'],
    [{ 'mcp-method': 'Tools/Call' }, 'Mcp-Method header/body mismatch'],
    [{ 'mcp-name': 'say' }, 'Mcp-Name header/body mismatch'],
    [{ 'mcp-name': '=?base64?c2F5?=' }, 'Mcp-Name header/body mismatch'],
    [{ 'mcp-name': '=?base64?c2F5==?=' }, 'Mcp-Name header/body mismatch'],
  ]
  for (const [headers, message] of rows) {
    const { status, json } = await client.post(call, headers)
    assert.equal(status, 400)
    assert.deepEqual(json.error, { code: -32020, message })
  }
  const uri = await client.post({ id: 1, method: 'resources/read', params: { uri: 'a:b' } }, { 'mcp-name': 'a:c' })
  assert.equal(uri.status, 400)
  assert.equal(table.asked.length, 0)
  assert.equal((await client.post(call, { 'mcp-method': 'tools/call', 'mcp-name': encoded })).status, 200)
})

test('other methods are named as not allowed', async (t) => {
  const { url } = await serve(t)
  for (const method of ['PUT', 'PATCH', 'OPTIONS']) {
    const { status, headers, text } = await ask(url, { method, headers: both })
    assert.equal(status, 405)
    assert.equal(headers.allow, 'GET, POST, DELETE')
    assert.equal(text, 'mcp: method not allowed; must be GET, POST, or DELETE')
  }
})

test('a page on another site cannot use a gateway on loopback', async (t) => {
  const { url, port, table } = await serve(t)
  const rows = [
    // What a rebound page sends: its own name, twice.
    { host: `evil.example:${port}`, origin: `http://evil.example:${port}` },
    { origin: 'http://evil.example' },
    { origin: 'https://localhost.evil.example' },
    { origin: 'null' },
    { origin: 'http://localhost, http://evil.example' },
    { origin: 'http://user@localhost' },
  ]
  for (const headers of rows)
    for (const method of ['POST', 'GET', 'DELETE']) {
      const body = method === 'POST' ? { body: hello() } : {}
      const { status, text } = await ask(url, { method, headers: { ...both, ...headers }, ...body })
      assert.equal(status, 403, JSON.stringify(headers))
      assert.equal(text, 'MCP DNS rebinding protection: Host/Origin must be localhost, 127.0.0.1, or [::1]')
    }
  assert.equal(table.asked.length, 0)
})

test('a program that reaches loopback under another name, as behind a proxy on this machine, can', async (t) => {
  const { url } = await serve(t)
  assert.equal((await ask(url, { headers: { ...both, host: 'mcp.example.com' }, body: hello() })).status, 200)
})

test('dnsRebindingProtection insists on a loopback Host as well', async (t) => {
  const { url, port } = await serve(t, { dnsRebindingProtection: true })
  for (const host of ['mcp.example.com', `localhost.evil.example:${port}`, `a@localhost:${port}`, '127.0.0.1.']) {
    const { status, text } = await ask(url, { headers: { ...both, host }, body: hello() })
    assert.equal(status, 403, host)
    assert.equal(text, 'MCP DNS rebinding protection: Host/Origin must be localhost, 127.0.0.1, or [::1]')
  }
  assert.equal((await ask(url, { headers: { ...both, host: `localhost:${port}` }, body: hello() })).status, 200)
})

test('pages and programs on this machine can', async (t) => {
  const { url, port } = await serve(t)
  for (const headers of [
    { host: `localhost:${port}` },
    { host: 'LOCALHOST' },
    { host: `[::1]:${port}` },
    { origin: 'http://localhost:6274' },
    { origin: 'http://127.0.0.1' },
    { origin: 'https://[::1]:8443' },
  ])
    assert.equal(
      (await ask(url, { headers: { ...both, ...headers }, body: hello() })).status,
      200,
      JSON.stringify(headers),
    )
})

test('a connection over IPv6 loopback is looked at just the same', async (t) => {
  const { url } = await serve(t, { host: '::1' })
  assert.equal((await ask(url, { body: hello() })).status, 200)
  assert.equal((await ask(url, { headers: { ...both, origin: 'http://evil.example' }, body: hello() })).status, 403)
})
