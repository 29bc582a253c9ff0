// Tasks of servers of 2026-07-28 for clients of 2025-11-25 who ask for one: given to them in their words, and asked about by their methods.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { rawJson } from '../../../src/core/brand.ts'
import type { Caller, Connection } from '../../../src/mcp/conversation.ts'
import { agrees, elicit, facing, type Met } from './modern-stage.ts'
import { caller, events, type Said, until } from './stage.ts'

const KEY = 'io.modelcontextprotocol/tasks'
const RELATED = 'io.modelcontextprotocol/related-task'
const task = (status: string, more: object = {}): object => ({
  resultType: 'complete',
  taskId: 'task 1',
  status,
  createdAt: '2026-07-28T00:00:00Z',
  lastUpdatedAt: '2026-07-28T00:00:01Z',
  ttlMs: 60_000,
  pollIntervalMs: 1,
  ...more,
})
const older = (status: string, more: object = {}): object => ({
  taskId: 'task 1',
  status,
  createdAt: '2026-07-28T00:00:00Z',
  lastUpdatedAt: '2026-07-28T00:00:01Z',
  ttl: 60_000,
  pollInterval: 1,
  ...more,
})

interface Working extends Met {
  /** What calls are answered with, if not with a task. */
  readonly called?: object
  /** Whether the server tells how tasks are. */
  readonly tells?: boolean
}

/** A server that makes a task of each call, whose state the test decides. */
async function working(t: TestContext, { called, tells = false, ...more }: Working = {}) {
  const seen: Said[] = []
  const streams: { say(message: object): void; readonly said: Said }[] = []
  const now = { state: task('working') }
  const met = await facing(
    t,
    ({ said, json, result, response }) => {
      seen.push(said)
      switch (said.method ?? '') {
        case 'tools/call':
          return result(called ?? { ...now.state, resultType: 'task' })
        case 'tasks/get':
          if (said.params?.['taskId'] === 'task 1') return result(now.state)
          return json({ jsonrpc: '2.0', id: said.id, error: { code: -32602, message: 'Unknown task' } })
        case 'subscriptions/listen': {
          if (!tells) return result({ resultType: 'complete' })
          const write = events(response)
          const meta = { 'io.modelcontextprotocol/subscriptionId': said.id }
          const say = (message: object): void => write({ jsonrpc: '2.0', ...message })
          streams.push({
            said,
            say: (params) => say({ method: 'notifications/tasks', params: { ...params, _meta: meta } }),
          })
          const { notifications } = said.params ?? {}
          return say({ method: 'notifications/subscriptions/acknowledged', params: { notifications, _meta: meta } })
        }
        default:
          return result({ resultType: 'complete' })
      }
    },
    { ...more, discovered: { capabilities: { tools: {}, extensions: { [KEY]: {} } } } },
  )
  return { ...met, seen, now, streams, methods: () => seen.map(({ method }) => method) }
}

async function ask(connection: Connection, method: string, params: object, by: Caller = caller()) {
  const { kind, raw } = await connection.request({ method, params: rawJson(JSON.stringify(params)) }, by)
  return { kind, value: JSON.parse(raw) }
}

const begin = (connection: Connection, by?: Caller) =>
  ask(connection, 'tools/call', { name: 'slow', task: { ttl: 5 }, arguments: { n: 1 } }, by)
const one = { taskId: 'task 1' }

test('a call that asks for a task is answered with it, and the server is not shown the word of before', async (t) => {
  const { connection, seen } = await working(t)
  assert.deepEqual((await begin(connection)).value, { task: older('working') })
  assert.equal(Object.hasOwn(seen[0]?.params ?? {}, 'task'), false)
  assert.deepEqual(seen[0]?.params?.['arguments'], { n: 1 })
  assert.deepEqual(connection.hello.capabilities['tasks'], {
    list: {},
    cancel: {},
    requests: { tools: { call: {} } },
  })
})

test('tasks/get, tasks/list and tasks/result tell of it as that revision does', async (t) => {
  const { connection, now } = await working(t)
  await begin(connection)
  now.state = task('input_required', { statusMessage: 'half', inputRequests: { a: elicit('who?') } })
  assert.deepEqual((await ask(connection, 'tasks/get', one)).value, older('input_required', { statusMessage: 'half' }))
  const failing = { content: [], isError: true }
  now.state = task('completed', { result: { resultType: 'complete', ...failing } })
  assert.deepEqual((await ask(connection, 'tasks/list', {})).value, { tasks: [older('failed')] })
  assert.deepEqual((await ask(connection, 'tasks/result', one)).value, { _meta: { [RELATED]: one }, ...failing })
  now.state = task('failed', { error: { code: -32000, message: 'it broke' } })
  assert.deepEqual(await ask(connection, 'tasks/result', one), {
    kind: 'error',
    value: { code: -32000, message: 'it broke' },
  })
  for (const method of ['tasks/get', 'tasks/result', 'tasks/cancel'])
    assert.equal((await ask(connection, method, { taskId: 'other' })).value.code, -32602)
  assert.equal((await ask(connection, 'tasks/get', {})).value.code, -32602)
  assert.equal((await ask(connection, 'tasks/list', { cursor: 'x' })).value.code, -32602)
})

test('who waits for the result is asked what the task wants to know; who goes away leaves it running', async (t) => {
  const { connection, now, methods, seen } = await working(t)
  await begin(connection)
  const gone = new AbortController()
  const waiting = ask(connection, 'tasks/result', one, caller(agrees, gone.signal))
  await until(() => methods().filter((method) => method === 'tasks/get').length > 2)
  gone.abort(new Error('another time'))
  await assert.rejects(waiting, /another time/)
  now.state = task('input_required', { inputRequests: { a: elicit('who?') } })
  const by = caller(agrees)
  const again = ask(connection, 'tasks/result', one, by)
  await until(() => methods().includes('tasks/update'))
  now.state = task('completed', { result: { content: [] } })
  assert.deepEqual((await again).value, { _meta: { [RELATED]: one }, content: [] })
  assert.deepEqual(JSON.parse(by.asked[0]?.params ?? '')._meta, { [RELATED]: one })
  const update = seen.find(({ method }) => method === 'tasks/update')
  assert.match(JSON.stringify(update?.params?.['inputResponses']), /^\{"a":\{"action":"accept"/)
  assert.equal(methods().includes('tasks/cancel'), false)
})

test('what its client has cancelled stays cancelled, and what is over cannot be', async (t) => {
  const { connection, methods } = await working(t)
  await begin(connection)
  const { value } = await ask(connection, 'tasks/cancel', one)
  assert.equal(value.status, 'cancelled')
  assert.equal(methods().at(-1), 'tasks/cancel')
  assert.equal((await ask(connection, 'tasks/get', one)).value.status, 'cancelled')
  assert.match((await ask(connection, 'tasks/result', one)).value.message, /cancelled/)
  const other = await working(t)
  await begin(other.connection)
  other.now.state = task('completed', { result: { content: [] } })
  assert.equal((await ask(other.connection, 'tasks/cancel', one)).value.code, -32602)
  assert.equal(other.methods().includes('tasks/cancel'), false)
})

test('a call that is answered at once is a task that is over', async (t) => {
  const called = { resultType: 'complete', content: [{ type: 'text', text: 'quick' }] }
  const { connection, methods } = await working(t, { called })
  const { task: given } = (await begin(connection)).value
  assert.equal(given.status, 'completed')
  assert.deepEqual((await ask(connection, 'tasks/get', given)).value, given)
  assert.deepEqual((await ask(connection, 'tasks/list', {})).value, { tasks: [given] })
  assert.deepEqual((await ask(connection, 'tasks/result', given)).value, {
    _meta: { [RELATED]: { taskId: given.taskId } },
    content: called.content,
  })
  assert.equal((await ask(connection, 'tasks/cancel', given)).value.code, -32602)
  assert.deepEqual(methods(), ['tools/call'])
  const refused = await working(t, { called: { resultType: 'task' } })
  await assert.rejects(begin(refused.connection), /its task has no id that could be used/)
})

test('who cannot come back for a result is given it at once', async (t) => {
  const called = { resultType: 'complete', content: [] }
  const passing = await working(t, { called, speaker: { passing: true } })
  assert.deepEqual((await begin(passing.connection)).value, { content: [] })
  const large = { resultType: 'complete', content: [{ type: 'text', text: 'x'.repeat(800) }] }
  const { connection } = await working(t, { called: large, limits: { resultBytes: 1_500 } })
  assert.ok('task' in (await begin(connection)).value)
  assert.deepEqual((await begin(connection)).value, { content: large.content }, 'nothing more is kept')
})

test('a server that tells how tasks are is listened to, for as long as they go on', async (t) => {
  const { connection, streams, who } = await working(t, { tells: true })
  await begin(connection)
  await until(() => streams.length === 1)
  assert.deepEqual(streams[0]?.said.params?.['notifications'], { taskIds: ['task 1'] })
  assert.match(JSON.stringify(streams[0]?.said.params?.['_meta']), /io\.modelcontextprotocol\/tasks/)
  streams[0]?.say({ ...task('working', { statusMessage: 'half' }), resultType: undefined })
  streams[0]?.say({ ...task('working'), taskId: 'somebody else’s' })
  streams[0]?.say(task('completed', { result: { content: [{ type: 'text', text: 'secret' }] } }))
  await until(() => who.heard.length === 2)
  assert.deepEqual(
    who.heard.map(({ method, params }) => [method, JSON.parse(params ?? '')]),
    [
      ['notifications/tasks/status', older('working', { statusMessage: 'half' })],
      ['notifications/tasks/status', older('completed')],
    ],
  )
})

test('whoever follows a task hears of it until it has had enough, or the task is over', async (t) => {
  const capabilities = rawJson(JSON.stringify({ extensions: { [KEY]: {} } }))
  const { connection, streams, who } = await working(t, {
    tells: true,
    speaker: { revision: '2026-07-28', capabilities },
  })
  const stop = connection.follow?.('task 1')
  connection.follow?.('task 2')
  await until(() => streams.length === 1)
  assert.deepEqual(streams[0]?.said.params?.['notifications'], { taskIds: ['task 1', 'task 2'] })
  streams[0]?.say(task('completed', { taskId: 'task 2' }))
  await until(() => who.heard.length === 3)
  await until(() => streams.length === 2)
  assert.deepEqual(streams[1]?.said.params?.['notifications'], { taskIds: ['task 1'] })
  stop?.()
  streams[1]?.say(task('completed'))
  await connection.request({ method: 'tasks/get', params: rawJson('{"taskId":"task 1"}') }, caller())
  assert.deepEqual(
    who.heard.map(({ method, params }) => [method, JSON.parse(params ?? '').taskId]),
    // What may have happened before the server began to tell is worth a look, too.
    ['task 1', 'task 2', 'task 2'].map((id) => ['notifications/tasks/status', id]),
  )
})
