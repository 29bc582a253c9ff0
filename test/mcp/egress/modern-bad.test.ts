// Servers of 2026-07-28 that do not do as they should: each has its answer, and nothing of theirs is believed without a look.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rawJson } from '../../../src/core/brand.ts'
import type { Answer } from '../../../src/mcp/conversation.ts'
import { agrees, elicit, facing, input, modernServer } from './modern-stage.ts'
import { caller, callTool, events, failure, peer, serve, stage, until, upstream } from './stage.ts'

const wrong = (text: RegExp) => failure('upstream.protocol', text)

test('questions that no client answers are not asked, nor ones in a mode that nobody knows', async (t) => {
  const wants: object[] = [
    input({ a: { method: 'tools/call', params: { name: 'rm' } } }),
    input({ a: elicit('?', { mode: 'telepathy' }) }),
    input({ a: { params: {} } }),
    input({ a: { method: 'elicitation/create', params: [] } }),
    { resultType: 'input_required', inputRequests: [] },
    { resultType: 'input_required' },
    { resultType: 'input_required', requestState: { no: 'text' } },
  ]
  const { connection } = await facing(t, ({ result }) => result(wants.shift()))
  const by = caller(agrees)
  const call = () => callTool(connection, 'x', {}, by)
  await assert.rejects(call(), wrong(/it asks by tools\/call, which no client answers/))
  await assert.rejects(call(), wrong(/in a mode that nobody knows/))
  await assert.rejects(call(), wrong(/has no method/))
  await assert.rejects(call(), wrong(/odd params/))
  await assert.rejects(call(), wrong(/no object/))
  await assert.rejects(call(), wrong(/does not say which/))
  await assert.rejects(call(), wrong(/is no text/))
  assert.equal(by.asked.length, 0)
})

test('questions that the client has not declared to answer are not asked, whoever would ask them', async (t) => {
  const sampling = { method: 'sampling/createMessage', params: { messages: [], maxTokens: 1, tools: [] } }
  const link = elicit('?', { mode: 'url', url: 'https://example.com' })
  const wants = [input({ a: sampling }), input({ a: link }), input({ a: link })]
  const { connection, up } = await facing(t, ({ result }) => result(wants.shift()))
  const by = caller(agrees)
  assert.match(JSON.stringify(await callTool(connection, 'x', {}, by)), /support sampling\.tools.*"isError":true/)
  assert.match(JSON.stringify(await callTool(connection, 'x', {}, by)), /support elicitation\.url/)
  const modern = await up.connect(peer({ revision: '2026-07-28', capabilities: rawJson('{"elicitation":{}}') }))
  const takes = { ...caller(agrees), takesInput: true }
  await assert.rejects(callTool(modern, 'x', {}, takes), /-32021.*requiredCapabilities.*url/)
  assert.equal(by.asked.length + takes.asked.length, 0)
})

test('states and questions have their bounds', async (t) => {
  const many = Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`q${index}`, elicit('?')]))
  const wants = [input({ a: elicit('?') }, 's'.repeat(70_000)), input(many)]
  const { connection, site } = await facing(t, ({ result }) => result(wants.shift()))
  const by = caller(agrees)
  await assert.rejects(callTool(connection, 'x', {}, by), wrong(/requestState is above 65536 characters/))
  await assert.rejects(callTool(connection, 'x', {}, by), wrong(/more than 64 questions/))
  assert.equal(by.asked.length, 0)
  assert.deepEqual(site.hits, ['callsPerSession'])
})

test('lists do not ask, and results of unknown kinds reach nobody', async (t) => {
  const wants = [
    input({ a: elicit('?') }),
    { resultType: 'dance' },
    { resultType: 'task', taskId: 't', status: 'working' },
  ]
  const { connection } = await facing(t, ({ result }) => result(wants.shift()))
  const list = connection.request({ method: 'tools/list', params: undefined }, caller(agrees))
  await assert.rejects(list, wrong(/it wants input where it must not/))
  await assert.rejects(callTool(connection, 'x'), wrong(/of a kind that nobody asked for/))
  await assert.rejects(callTool(connection, 'x'), wrong(/of a kind that nobody asked for/))
})

test('a server that asks by a request of its own is not answered, and its call ends', async (t) => {
  const { connection } = await facing(t, ({ said, response }) => {
    const send = events(response)
    if (said.method === 'tools/call') send({ jsonrpc: '2.0', id: 1, method: 'sampling/createMessage', params: {} })
  })
  const by = caller(agrees)
  await assert.rejects(callTool(connection, 'x', {}, by), wrong(/asks by sampling\/createMessage of its own/))
  assert.equal(by.asked.length, 0)
})

test('one question that is not answered takes the others back', async (t) => {
  const { connection } = await facing(t, ({ result }) => result(input({ a: elicit('1'), b: elicit('2') })))
  let taken = false
  const by = caller((_method, params, signal): Promise<Answer> => {
    if (params?.includes('"1"') === true)
      return Promise.resolve({ kind: 'error', raw: rawJson('{"code":1,"message":"no"}') })
    return new Promise((resolve) =>
      signal?.addEventListener('abort', () => {
        taken = true
        resolve({ kind: 'error', raw: rawJson('{"code":1,"message":"taken back"}') })
      }),
    )
  })
  assert.match(JSON.stringify(await callTool(connection, 'x', {}, by)), /not answered: no/)
  assert.ok(taken)
})

test('links get an id, which only earlier revisions have; questions without params get some for later ones', async (t) => {
  const wants = [
    input({ a: elicit('?', { mode: 'url', url: 'https://example.com' }) }),
    { content: [] },
    input({ 'a "b"': { method: 'roots/list' } }),
  ]
  const bodies: string[] = []
  const { connection, up } = await facing(
    t,
    ({ result, text }) => {
      bodies.push(text)
      result(wants.shift())
    },
    { speaker: { capabilities: rawJson('{"elicitation":{"form":{},"url":{}}}') } },
  )
  const by = caller(agrees)
  await callTool(connection, 'x', {}, by)
  assert.match(String(by.asked[0]?.params), /"elicitationId":"[-0-9a-f]{36}"/)
  assert.doesNotMatch(String(bodies[1]), /requestState/)
  const modern = await up.connect(peer({ revision: '2026-07-28' }))
  const asked = await callTool(modern, 'x', {}, { ...caller(agrees), takesInput: true })
  assert.deepEqual(asked, input({ 'a "b"': { params: {}, method: 'roots/list' } }))
})

test('the server’s note comes back letter by letter, and ids never twice', async (t) => {
  const note = '"\\u0041\\/ b"'
  const seen: string[] = []
  const { connection } = await facing(t, ({ said, text, response }) => {
    seen.push(text)
    const again = seen.length === 1
    const more = again ? `"resultType":"input_required","requestState":${note}` : '"resultType":"complete","content":[]'
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(`{"jsonrpc":"2.0","id":${said.id},"result":{${more}}}`)
  })
  await callTool(connection, 'x', { n: 1 })
  const [first = '', second = ''] = seen
  assert.ok(second.includes(`"requestState":${note}`))
  assert.doesNotMatch(second, /inputResponses/)
  assert.notEqual(JSON.parse(first).id, JSON.parse(second).id)
  assert.deepEqual(JSON.parse(second).params.arguments, { n: 1 })
})

test('each request says who asks, and nothing of an earlier hop', async (t) => {
  const seen: [unknown, unknown][] = []
  const { connection } = await facing(t, ({ said, request, result }) => {
    seen.push([
      said.params?.['_meta'],
      [request.headers['mcp-method'], request.headers['mcp-name'], request.headers['mcp-protocol-version']],
    ])
    result({ content: [] })
  })
  const meta = {
    'io.modelcontextprotocol/protocolVersion': '1999-01-01',
    'io.modelcontextprotocol/clientCapabilities': { everything: {} },
    vendor: { x: 1 },
    progressToken: 'mine',
  }
  const params = rawJson(JSON.stringify({ name: 'ä tool', arguments: {}, _meta: meta }))
  await connection.request(
    { method: 'tools/call', params, headers: { traceparent: '00-a-b-01', 'mcp-name': 'other' } },
    caller(),
  )
  const capabilities = { roots: {}, sampling: {}, elicitation: {} }
  assert.deepEqual(seen, [
    [
      {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
        'io.modelcontextprotocol/clientCapabilities': capabilities,
        vendor: { x: 1 },
        progressToken: 2,
        traceparent: '00-a-b-01',
      },
      ['tools/call', '=?base64?w6QgdG9vbA==?=', '2026-07-28'],
    ],
  ])
})

test('tools whose headers are wrong are not listed, and the log says why', async (t) => {
  const schema = (header: string) => ({ type: 'object', properties: { a: { type: 'string', 'x-mcp-header': header } } })
  const tools = [
    { name: 'good', inputSchema: schema('Region') },
    { name: 'bad', inputSchema: schema('Not A Token') },
    { name: 'plain', inputSchema: { type: 'object' } },
  ]
  const heads: unknown[] = []
  const { connection, site } = await facing(t, ({ said, request, result }) => {
    heads.push(request.headers['mcp-param-region'])
    result(said.method === 'tools/list' ? { tools } : { content: [] })
  })
  const { raw } = await connection.request({ method: 'tools/list', params: undefined }, caller())
  assert.deepEqual(JSON.parse(raw), { tools: [tools[0], tools[2]] })
  assert.ok(site.lines.some((line) => line.startsWith('warn a tool is not listed') && line.includes('bad')))
  await callTool(connection, 'good', { a: ' x' })
  await callTool(connection, 'good', { a: null })
  await callTool(connection, 'plain', { a: 'x' })
  assert.deepEqual(heads, [undefined, '=?base64?IHg=?=', undefined, undefined])
})

test('a server that goes on finding headers wrong is not asked a third time', async (t) => {
  const methods: unknown[] = []
  const { connection } = await facing(t, ({ said, json, result }) => {
    methods.push(said.method)
    if (said.method === 'tools/list') result({ tools: [] })
    else json({ jsonrpc: '2.0', id: said.id, error: { code: -32020, message: 'no' } }, 400)
  })
  await assert.rejects(callTool(connection, 'x'), /-32603.*headers and body differ/)
  assert.deepEqual(methods, ['tools/call', 'tools/list', 'tools/call'])
})

test('credentials that are refused are no news of the protocol, and the challenge stays here', async (t) => {
  const url = await serve(t, (_request, response) => {
    response.writeHead(401, { 'www-authenticate': 'Bearer resource_metadata="https://evil.example"' }).end()
  })
  const up = await upstream('mcp', { host: `${url}/mcp` }, stage(t))
  await assert.rejects(
    up.connect(peer()),
    wrong(/server\/discover: it does not accept the gateway's credentials \(401\)/),
  )
})

test('a stream that breaks off fails its call, which is not sent again', async (t) => {
  let calls = 0
  const { connection } = await facing(t, ({ response }) => {
    calls++
    events(response)({ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: 1 } }, '7')
    response.end()
  })
  await assert.rejects(callTool(connection, 'x'), wrong(/the stream ended without the answer/))
  assert.equal(calls, 1)
})

test('a stream of notifications is opened again when it breaks off, and what may have been missed is said', async (t) => {
  const streams: ReturnType<typeof events>[] = []
  const ends: (() => void)[] = []
  const listen = modernServer(
    ({ said, response, json }) => {
      if (said.method !== 'subscriptions/listen') return json({}, 404)
      const send = events(response)
      const about = { 'io.modelcontextprotocol/subscriptionId': said.id }
      const params = { notifications: { toolsListChanged: true }, _meta: about }
      send({ jsonrpc: '2.0', method: 'notifications/subscriptions/acknowledged', params })
      streams.push(send)
      ends.push(() => void response.end())
    },
    { capabilities: { tools: { listChanged: true } } },
  )
  const up = await upstream('mcp', { host: `${await serve(t, listen)}/mcp` }, stage(t))
  const catalog = peer({ principal: '' })
  await up.connect(catalog)
  await until(() => streams.length === 1)
  streams[0]?.({ jsonrpc: '2.0', method: 'notifications/tools/list_changed', params: { _meta: {} } })
  streams[0]?.({ jsonrpc: '2.0', method: 'notifications/prompts/list_changed' })
  streams[0]?.({ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: 'unasked' } })
  await until(() => catalog.heard.length === 1)
  ends[0]?.()
  await until(() => streams.length === 2)
  await until(() => catalog.heard.length === 2)
  assert.deepEqual(
    catalog.heard.map(({ method }) => method),
    ['notifications/tools/list_changed', 'notifications/tools/list_changed'],
  )
})

test('one stream tells everybody with the same credentials, each of their own and of parts of it', async (t) => {
  const streams: { readonly send: ReturnType<typeof events>; readonly wants: unknown }[] = []
  const { up } = await facing(
    t,
    ({ said, response }) => {
      const send = events(response)
      const notifications = said.params?.['notifications']
      send({ jsonrpc: '2.0', method: 'notifications/subscriptions/acknowledged', params: { notifications } })
      streams.push({ send, wants: notifications })
    },
    { discovered: { capabilities: { resources: { subscribe: true } } } },
  )
  const [alice, bob] = [peer(), peer({ principal: 'bob' })] as const
  const [hers, his] = [await up.connect(alice), await up.connect(bob)]
  const request = (connection: typeof hers, method: string, uri: string) =>
    connection.request({ method, params: rawJson(JSON.stringify({ uri })) }, caller())
  await request(hers, 'resources/subscribe', 'a:b')
  await request(his, 'resources/subscribe', 'a:x')
  assert.deepEqual(streams.at(-1)?.wants, { resourceSubscriptions: ['a:b', 'a:x'] })
  const say = (uri: string): void =>
    streams.at(-1)?.send({ jsonrpc: '2.0', method: 'notifications/resources/updated', params: { uri } })
  for (const uri of ['a:b', 'a:x', 'a:b/part', 'c:d']) say(uri)
  await until(() => alice.heard.length === 2 && bob.heard.length === 1)
  assert.deepEqual(
    [...alice.heard, ...bob.heard].map(({ params }) => params),
    ['{"uri":"a:b"}', '{"uri":"a:b/part"}', '{"uri":"a:x"}'],
  )
  await request(his, 'resources/unsubscribe', 'a:x')
  await until(() => JSON.stringify(streams.at(-1)?.wants) === '{"resourceSubscriptions":["a:b"]}')
})

test('a resource of which the server will not tell is refused, as is all of them by a server that tells nothing', async (t) => {
  const { connection } = await facing(
    t,
    ({ said, response }) => {
      const params = { notifications: { resourceSubscriptions: ['a:b'] } }
      events(response)({ jsonrpc: '2.0', method: 'notifications/subscriptions/acknowledged', params })
      assert.equal(said.method, 'subscriptions/listen')
    },
    { discovered: { capabilities: { resources: { subscribe: true } } } },
  )
  const subscribe = (uri: string) =>
    connection.request({ method: 'resources/subscribe', params: rawJson(JSON.stringify({ uri })) }, caller())
  assert.equal((await subscribe('a:b')).kind, 'result')
  assert.match((await subscribe('a:c')).raw, /does not tell when this resource changes/)
  const { connection: mute } = await facing(t, () => assert.fail('nothing is asked'))
  const refused = await mute.request({ method: 'resources/subscribe', params: rawJson('{"uri":"a:b"}') }, caller())
  assert.match(refused.raw, /-32601/)
})
