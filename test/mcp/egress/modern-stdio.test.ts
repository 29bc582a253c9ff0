// Processes that speak 2026-07-28: recognised by how they refuse to open, shared like others, each request with its own caller's words.
import assert from 'node:assert/strict'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { rawJson } from '../../../src/core/brand.ts'
import type { Peer } from '../../../src/mcp/conversation.ts'
import { agrees } from './modern-stage.ts'
import { caller, callTool, failure, peer, stage, until, upstream } from './stage.ts'

const file = path.join(import.meta.dirname, '../../../servers/everything-modern.ts')

async function start(t: TestContext, more: object = {}, args: readonly string[] = ['--era', 'modern']) {
  const site = stage(t)
  const body = { cmd: process.execPath, args: [file, ...args], ...more }
  const up = await upstream('stdio', body, site)
  return { site, up }
}

/** A server of a few lines, which is told what to say. */
const lines = (script: string): readonly string[] => [
  '-e',
  `require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
    const { id, method, params } = JSON.parse(line)
    const say = (message) => console.log(JSON.stringify({ jsonrpc: '2.0', ...message }))
    ${script}
  })`,
]

const ask = (uri: string) => ({ method: 'resources/subscribe', params: rawJson(JSON.stringify({ uri })) })

test('a process that speaks 2026-07-28 only does what clients of before expect of one', async (t) => {
  const { up } = await start(t)
  const connection = await up.connect(peer())
  assert.equal(connection.hello.revision, '2026-07-28')
  assert.equal(JSON.parse(connection.hello.raw).protocolVersion, '2025-11-25')
  const by = caller(agrees)
  assert.match(JSON.stringify(await callTool(connection, 'test_elicitation', { message: 'who?' }, by)), /action=accept/)
  assert.match(JSON.stringify(await callTool(connection, 'test_sampling', { prompt: 'p' }, by)), /sampled words/)
  assert.match(JSON.stringify(await callTool(connection, 'test_header_params', { region: 'eu' }, by)), /eu/)
  const params = rawJson('{"name":"test_tool_with_progress","arguments":{},"_meta":{"progressToken":"mine"}}')
  await connection.request({ method: 'tools/call', params }, by)
  assert.equal(by.heard.filter(({ params: said }) => said?.includes('"progressToken":"mine"')).length, 3)
  await callTool(connection, 'test_tool_with_logging', {}, by)
  assert.equal(by.heard.filter(({ method }) => method === 'notifications/message').length, 3)
  await connection.notify('notifications/roots/list_changed', undefined)
})

test('a process that speaks both is spoken to as before', async (t) => {
  const { up } = await start(t, {}, [])
  assert.equal((await up.connect(peer())).hello.revision, '2025-11-25')
})

test('a call that is called off is called off there', async (t) => {
  const { up } = await start(t)
  const connection = await up.connect(peer())
  const gone = new AbortController()
  const waiting = callTool(connection, 'test_wait', { name: 'a' }, caller(agrees, gone.signal))
  setTimeout(() => gone.abort(new Error('changed my mind')), 50)
  await assert.rejects(waiting, /changed my mind/)
  const abandoned = () => callTool(connection, 'test_was_abandoned', { name: 'a' })
  while (!JSON.stringify(await abandoned()).includes('true')) await new Promise((resolve) => setTimeout(resolve, 10))
})

/** Opens, agrees to every stream, and tells all of them of what a call names. */
const telling = `
  globalThis.streams ??= new Map()
  if (method === 'initialize') say({ id, error: { code: -32022, message: 'no', data: { supported: ['2026-07-28'] } } })
  if (method === 'server/discover') say({ id, result: { resultType: 'complete', supportedVersions: ['2026-07-28'],
    capabilities: { tools: { listChanged: true }, resources: { subscribe: true } } } })
  if (method === 'subscriptions/listen') {
    streams.set(id, params.notifications)
    say({ method: 'notifications/subscriptions/acknowledged',
      params: { notifications: params.notifications, _meta: { 'io.modelcontextprotocol/subscriptionId': id } } })
  }
  if (method === 'notifications/cancelled') streams.delete(params.requestId)
  if (method === 'tools/call') {
    for (const [stream, { toolsListChanged, resourceSubscriptions = [] }] of streams) {
      const _meta = { 'io.modelcontextprotocol/subscriptionId': stream }
      if (params.name === 'tools' && toolsListChanged) say({ method: 'notifications/tools/list_changed', params: { _meta } })
      if (resourceSubscriptions.includes(params.name)) say({ method: 'notifications/resources/updated', params: { uri: params.name, _meta } })
    }
    say({ id, result: { content: [], streams: streams.size } })
  }`

test('who shares a process hears of what they have subscribed to, and of lists when they read them', async (t) => {
  const body = { cmd: process.execPath, args: lines(telling), per: 'shared' }
  const up = await upstream('stdio', body, stage(t))
  const [alice, bob, catalog] = [peer(), peer({ principal: 'bob' }), peer({ principal: '' })] as const
  await up.connect(catalog)
  const hers = await up.connect(alice)
  const his = await up.connect(bob)
  assert.equal((await hers.request(ask('a:hers'), caller())).kind, 'result')
  assert.equal((await his.request(ask('a:his'), caller())).kind, 'result')
  assert.deepEqual(await callTool(his, 'a:hers'), { content: [], streams: 1 })
  assert.deepEqual(alice.heard, [{ method: 'notifications/resources/updated', params: '{"uri":"a:hers"}' }])
  await callTool(hers, 'tools')
  assert.deepEqual(
    [alice, bob, catalog].map(({ heard }) => heard.length),
    [1, 0, 1],
  )
  await hers.request({ ...ask('a:hers'), method: 'resources/unsubscribe' }, caller())
  await hers[Symbol.asyncDispose]()
  await callTool(his, 'a:hers')
  assert.equal(alice.heard.length, 1)
})

test('each request says what its own caller can be asked, whoever shares the process', async (t) => {
  const { up } = await start(t, { per: 'shared' })
  const mute: Partial<Peer> = { principal: 'bob', capabilities: rawJson('{}') }
  const [hers, his] = [await up.connect(peer()), await up.connect(peer(mute))]
  const call = (connection: typeof hers) => callTool(connection, 'test_missing_capability', {}, caller(agrees))
  assert.match(JSON.stringify(await call(hers)), /sampled words/)
  assert.match(JSON.stringify(await call(his)), /support sampling/)
})

test('a process that refuses to open and is nothing else either is reported by its first refusal', async (t) => {
  const script = `say({ id, error: { code: -32601, message: method === 'initialize' ? 'no such method' : 'nor that' } })`
  const up = await upstream('stdio', { cmd: process.execPath, args: lines(script) }, stage(t))
  await assert.rejects(
    up.connect(peer()),
    failure('upstream.protocol', /initialize: it answered with error -32601: no such method/),
  )
})

test('streams of a process that ends them are opened again, and its requests are not answered', async (t) => {
  const script = `
    if (method === 'initialize') say({ id, error: { code: -32022, message: 'no', data: { supported: ['2026-07-28'] } } })
    if (method === 'server/discover') say({ id, result: { resultType: 'complete', supportedVersions: ['2026-07-28'], capabilities: { tools: { listChanged: true } } } })
    if (method === 'subscriptions/listen') {
      const _meta = { 'io.modelcontextprotocol/subscriptionId': id }
      say({ method: 'notifications/subscriptions/acknowledged', params: { notifications: params.notifications, _meta } })
      say({ method: 'notifications/tools/list_changed', params: { _meta } })
      say({ id: 7, method: 'roots/list' })
      if (!globalThis.ended) say({ method: 'notifications/cancelled', params: { requestId: id } })
      globalThis.ended = true
    }
    if (method === 'tools/call') say({ id, result: { content: [{ type: 'text', text: 'listen-stream-1' }] } })
    if (method === undefined) process.exit(3)`
  const up = await upstream('stdio', { cmd: process.execPath, args: lines(script) }, stage(t))
  const catalog = peer({ principal: '', reply: agrees })
  const connection = await up.connect(catalog)
  await until(() => catalog.heard.length >= 2)
  assert.match(JSON.stringify(await callTool(connection, 'x')), /listen-stream-1/)
  assert.equal(catalog.asked.length, 0)
  assert.equal(catalog.losses.length, 0)
})
