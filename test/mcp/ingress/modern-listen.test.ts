// `subscriptions/listen` of 2026-07-28: what a client is promised, what it hears of that, and how the stream ends.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rawJson, targetName } from '../../../src/core/brand.ts'
import { error, raw } from '../upstreams.ts'
import { envelope, headersOf, type Said, send, stream } from './modern-client.ts'
import { ask, conversation, type Message, type Opened, rpc, serve, Table, until } from './serve.ts'

const all = { toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true }
const listen = (url: string, notifications: object, said: Said = { id: 'sub' }): Promise<Opened> =>
  stream(url, 'subscriptions/listen', { notifications }, said)

const subscription = ({ params, result }: Message): unknown => {
  const meta = (params ?? result)?.['_meta']
  return typeof meta === 'object' && meta !== null && Object.entries(meta)[0]
}
const stamp = ['io.modelcontextprotocol/subscriptionId', 'sub']

/** A server of whose resources some can be watched. */
function watched(): Table {
  const table = new Table()
  table.methods.set('resources/subscribe', ({ client, incoming }) => {
    const uri = incoming.string('uri') ?? ''
    if (uri.startsWith('no:')) return error(-32602, 'Unknown resource')
    if (uri.startsWith('slow:')) return new Promise(() => {})
    client.subscriptions.add(uri)
    return raw('{}')
  })
  return table
}

test('the first message says what is promised, the following ones are of those kinds, all bear the id', async (t) => {
  const { url, table } = await serve(t)
  const opened = await listen(url, { toolsListChanged: true, promptsListChanged: false })
  assert.deepEqual([opened.status, opened.headers['content-type']], [200, 'text/event-stream'])
  const promise = await opened.message()
  assert.equal(promise.method, 'notifications/subscriptions/acknowledged')
  assert.deepEqual(promise.params?.['notifications'], { toolsListChanged: true })
  assert.deepEqual(subscription(promise), stamp)
  const [client] = table.attached
  assert.equal(client?.revision, '2026-07-28')
  for (const kind of ['prompts', 'resources', 'tools'])
    client?.notification(`notifications/${kind}/list_changed`, undefined)
  client?.notification('notifications/resources/updated', rawJson('{"uri":"a:b"}'))
  client?.notification('notifications/message', rawJson('{"level":"info"}'))
  client?.notification('notifications/tools/list_changed', rawJson('{"_meta":{"x":1},"y":2}'))
  await opened.message(2)
  const [, first, second, ...others] = opened.messages()
  assert.deepEqual(others, [])
  assert.equal(first?.method, 'notifications/tools/list_changed')
  assert.deepEqual(first && subscription(first), stamp)
  assert.deepEqual(second?.params, { _meta: { [stamp[0] ?? '']: 'sub', x: 1 }, y: 2 })
  opened.cut()
})

test('resources are promised that upstreams agree to tell of, within the time of lists', async (t) => {
  const table = watched()
  const { url } = await serve(t, { table, limits: { listBudgetMs: 40 } })
  const resourceSubscriptions = ['a:1', 'no:2', 'slow:3', 'a:1']
  const opened = await listen(url, { resourceSubscriptions })
  const promise = await opened.message()
  assert.deepEqual(promise.params?.['notifications'], { resourceSubscriptions: ['a:1'] })
  const client = table.asked[0]?.client
  client?.notification('notifications/tools/list_changed', undefined)
  client?.notification('notifications/resources/updated', rawJson('{"uri":"a:1"}'))
  const news = await opened.message(1)
  assert.deepEqual(
    [news.method, news.params?.['uri'], subscription(news)],
    ['notifications/resources/updated', 'a:1', stamp],
  )
  assert.equal(table.attached.size, 0)
  opened.cut()
})

test('nothing to promise ends the stream at once, with an answer', async (t) => {
  const { url } = await serve(t, { table: watched() })
  for (const notifications of [{}, { toolsListChanged: false }, { resourceSubscriptions: ['no:1'] }]) {
    const opened = await listen(url, notifications)
    await opened.ended
    const [promise, end] = opened.messages()
    assert.deepEqual(promise?.params?.['notifications'], {})
    assert.deepEqual([end?.result?.['resultType'], end && subscription(end)], ['complete', stamp])
  }
})

test('a filter that is none is refused', async (t) => {
  const { url, table } = await serve(t)
  const uris = Array.from({ length: 1_001 }, (_, n) => `a:${n}`)
  for (const notifications of [
    undefined,
    [],
    { toolsListChanged: 1 },
    { resourceSubscriptions: 'a:1' },
    { resourceSubscriptions: [1] },
    { resourceSubscriptions: uris },
    { taskIds: 'a' },
    { taskIds: [1] },
    { taskIds: uris.slice(0, 101) },
  ]) {
    const { status, json } = await send(url, 'subscriptions/listen', { notifications })
    assert.deepEqual([status, json.error?.code], [200, -32602], JSON.stringify(notifications)?.slice(0, 60))
  }
  assert.equal(table.attached.size, 0)
})

test('who has not declared tasks is told so, and tasks of nobody are not promised', async (t) => {
  const { url } = await serve(t)
  const notifications = { toolsListChanged: true, taskIds: ['x'] }
  const { status, json } = await send(url, 'subscriptions/listen', { notifications })
  const requiredCapabilities = { extensions: { 'io.modelcontextprotocol/tasks': {} } }
  assert.deepEqual([status, json.error?.code, json.error?.data], [400, -32021, { requiredCapabilities }])
  const opened = await listen(url, notifications, { capabilities: requiredCapabilities })
  assert.deepEqual((await opened.message()).params?.['notifications'], { toolsListChanged: true })
  opened.cut()
})

test('whoever closes the stream is told nothing more, and its conversations end', async (t) => {
  const table = watched()
  const { url } = await serve(t, { table })
  let ended = 0
  const opened = await listen(url, { ...all, resourceSubscriptions: ['a:1'] })
  await opened.message()
  const [client] = table.attached
  client?.connections.set(targetName('one'), Promise.resolve(conversation(() => void ended++)))
  opened.cut()
  await until(() => table.attached.size === 0 && ended === 1)
  client?.notification('notifications/tools/list_changed', undefined)
})

test('a posted cancellation ends the stream that it names, of its own caller only', async (t) => {
  const { url, table } = await serve(t)
  const as = (caller: string): Record<string, string> => ({ 'x-caller': caller })
  const cancel = (requestId: unknown, headers: Record<string, string>) =>
    ask(url, {
      headers: { ...headersOf('notifications/cancelled', {}), ...headers },
      body: rpc({ method: 'notifications/cancelled', params: { requestId, _meta: envelope({}) } }),
    })
  const alice = await listen(url, all, { id: 'sub', headers: as('alice') })
  await alice.message()
  for (const [id, caller] of [
    ['sub', 'mallory'],
    ['other', 'alice'],
  ] as const)
    assert.equal((await cancel(id, as(caller))).status, 202)
  assert.equal(table.attached.size, 1)
  assert.equal((await cancel('sub', as('alice'))).status, 202)
  await alice.ended
  assert.equal(alice.messages()[1]?.result?.['resultType'], 'complete')
  assert.equal(table.attached.size, 0)
  const twins = await Promise.all([listen(url, all), listen(url, all)])
  await Promise.all(twins.map((each) => each.message()))
  await cancel('sub', {})
  assert.equal(table.attached.size, 2, 'nothing says which of two nameless ones is meant')
  for (const each of twins) each.cut()
})

test('when the gateway ends, streams end with an answer', async (t) => {
  const served = await serve(t)
  const opened = await listen(served.url, all, { id: 7 })
  await opened.message()
  await served.dispose()
  await opened.ended
  const end = opened.messages()[1]
  assert.deepEqual([end?.id, end?.result?.['resultType']], [7, 'complete'])
})

test('one caller’s streams are bounded, others notice nothing', async (t) => {
  const { url, hits } = await serve(t, { limits: { sessionsPerSubject: 2 } })
  const as = (caller: string): Said => ({ headers: { 'x-caller': caller } })
  const open = [await listen(url, all, as('alice')), await listen(url, all, as('alice'))]
  const { status, json } = await send(url, 'subscriptions/listen', { notifications: all }, as('alice'))
  assert.deepEqual([status, json.error?.code], [503, -32603])
  assert.deepEqual(hits, ['sessionsPerSubject'])
  open.push(await listen(url, all, as('bob')))
  await open[2]?.message()
  for (const each of open) each.cut()
})

test('a conversation that was lost is made again, and what may have changed is said', async (t) => {
  const table = watched()
  const { url } = await serve(t, { table })
  table.methods.set('resources/subscribe', ({ client, incoming }) => {
    client.connections.set(targetName('one'), Promise.resolve(conversation(() => {})))
    client.subscriptions.add(incoming.string('uri') ?? '')
    return raw('{}')
  })
  const opened = await listen(url, { resourceSubscriptions: ['a:1'] })
  await opened.message()
  table.asked[0]?.client.connections.clear()
  const news = await opened.message(1)
  assert.deepEqual([news.method, news.params?.['uri']], ['notifications/resources/updated', 'a:1'])
  assert.equal(table.asked.length, 2)
  opened.cut()
})
