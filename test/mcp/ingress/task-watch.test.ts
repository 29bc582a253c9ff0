// News of tasks on `subscriptions/listen` (2026-07-28, tasks extension): of the caller's own tasks, as `tasks/get` would tell them.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { rawJson } from '../../../src/core/brand.ts'
import { error, raw, result } from '../upstreams.ts'
import { type Said, send, stream } from './modern-client.ts'
import { type Message, type Opened, type Served, type ServeOptions, serve, Table, until } from './serve.ts'

const TASKS = 'io.modelcontextprotocol/tasks'
const STATUS = 'notifications/tasks/status'
const said: Said = { id: 'sub', capabilities: { extensions: { [TASKS]: {} } } }
const by = (caller: string): Said => ({ ...said, headers: { 'x-caller': caller } })
const times = { createdAt: '2026-01-01T00:00:00Z', lastUpdatedAt: '2026-01-01T00:00:00Z' }

/** A server with one task in a state that the test decides, in the words of either revision. */
async function tasked(t: TestContext, words: 'later' | 'before', options: ServeOptions = {}) {
  const table = new Table()
  const now = { task: { status: 'working' } as object, known: true }
  const shown = (): object =>
    words === 'later' ? { ...times, ttlMs: null, ...now.task } : { ...times, ttl: null, ...now.task }
  table.methods.set('tools/call', () => result({ resultType: 'task', taskId: 'job', ...shown() }))
  table.methods.set('tasks/get', () => {
    if (!now.known) return error(-32602, 'Unknown task')
    return result({ ...(words === 'later' && { resultType: 'complete' }), taskId: 'job', ...shown() })
  })
  table.methods.set('tasks/result', () => raw('{"content":[{"type":"text","text":"done"}]}'))
  const served = await serve(t, { table, ...options })
  const begin = async (who: Said = said): Promise<string> =>
    String((await send(served.url, 'tools/call', { name: 'slow' }, who)).json.result?.['taskId'])
  /** The server says that the task has changed. */
  const change = (task: object): void => {
    now.task = task
    for (const client of new Set(table.asked.map((each) => each.client)))
      client.notification(STATUS, rawJson('{"taskId":"job","status":"secret"}'))
  }
  return { ...served, now, begin, change }
}

const listen = ({ url }: Pick<Served, 'url'>, notifications: object, who: Said = said): Promise<Opened> =>
  stream(url, 'subscriptions/listen', { notifications }, who)

const told = ({ method, params: { _meta, ...params } = {} }: Message): unknown[] => {
  assert.deepEqual(_meta, { 'io.modelcontextprotocol/subscriptionId': 'sub' })
  return [method, params]
}

test('a task is told of as it is at once, and whenever its server says that it has changed', async (t) => {
  const server = await tasked(t, 'later')
  const taskId = await server.begin()
  const opened = await listen(server, { taskIds: [taskId] })
  assert.deepEqual(told(await opened.message(0)), [
    'notifications/subscriptions/acknowledged',
    { notifications: { taskIds: [taskId] } },
  ])
  const task = (more: object): object => ({ taskId, ...times, ttlMs: null, ...more })
  assert.deepEqual(told(await opened.message(1)), ['notifications/tasks', task({ status: 'working' })])
  assert.deepEqual([...server.table.followed], ['job'])
  server.change({ status: 'input_required', inputRequests: { a: { method: 'roots/list', params: {} } } })
  assert.deepEqual(told(await opened.message(2)), [
    'notifications/tasks',
    task({ status: 'input_required', inputRequests: { a: { method: 'roots/list', params: {} } } }),
  ])
  server.change({ status: 'completed', result: { content: [] } })
  assert.deepEqual(told(await opened.message(3)), [
    'notifications/tasks',
    task({ status: 'completed', result: { content: [] } }),
  ])
  await until(() => server.table.followed.size === 0)
  opened.cut()
})

test('what is told of a task of 2025-11-25 is in the words of the extension, result included', async (t) => {
  const server = await tasked(t, 'before')
  const taskId = await server.begin()
  const opened = await listen(server, { taskIds: [taskId] })
  await opened.message(1)
  server.change({ status: 'completed' })
  assert.deepEqual(told(await opened.message(2)), [
    'notifications/tasks',
    { taskId, ...times, ttlMs: null, status: 'completed', result: { content: [{ type: 'text', text: 'done' }] } },
  ])
  opened.cut()
})

test('tasks whose servers say nothing are asked about', async (t) => {
  const server = await tasked(t, 'later')
  const taskId = await server.begin()
  const opened = await listen(server, { taskIds: [taskId] })
  await opened.message(1)
  server.now.task = { status: 'completed', result: {} }
  assert.equal((await opened.message(2)).params?.['status'], 'completed')
  opened.cut()
})

test('tasks of others, unknown ones, and those that rules hide are not promised, and nobody hears of them', async (t) => {
  const server = await tasked(t, 'later')
  const hers = await server.begin(by('alice'))
  const gone = await server.begin(by('mallory'))
  server.now.known = false
  const none = await listen(server, { taskIds: [hers, gone, 'job', ''] }, by('mallory'))
  await none.ended
  const [first, last, ...more] = none.messages()
  assert.deepEqual(first && told(first), ['notifications/subscriptions/acknowledged', { notifications: {} }])
  assert.equal(last?.result?.['resultType'], 'complete')
  assert.deepEqual(more, [])
  server.now.known = true
  server.table.followTask = async () => undefined
  const hidden = await listen(server, { toolsListChanged: true, taskIds: [hers] }, by('alice'))
  assert.deepEqual((await hidden.message()).params?.['notifications'], { toolsListChanged: true })
  hidden.cut()
})

test('a server that does not say in time how a task is keeps nobody waiting', async (t) => {
  const server = await tasked(t, 'later', { limits: { listBudgetMs: 40 } })
  const taskId = await server.begin()
  server.table.methods.set('tasks/get', () => new Promise(() => {}))
  const opened = await listen(server, { toolsListChanged: true, taskIds: [taskId] })
  assert.deepEqual((await opened.message()).params?.['notifications'], { toolsListChanged: true })
  assert.equal(server.table.followed.size, 0)
  opened.cut()
})
