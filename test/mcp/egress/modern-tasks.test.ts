// Tasks of servers of 2026-07-28 (extension `io.modelcontextprotocol/tasks`): followed for clients that wait, passed on to those that know them.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { rawJson } from '../../../src/core/brand.ts'
import { agrees, elicit, facing, type Met } from './modern-stage.ts'
import { caller, callTool, failure, type Said, until } from './stage.ts'

const KEY = 'io.modelcontextprotocol/tasks'
const task = (status: string, more: object = {}): object => ({
  resultType: 'complete',
  taskId: 'task 1',
  status,
  createdAt: '2026-07-28T00:00:00Z',
  lastUpdatedAt: '2026-07-28T00:00:00Z',
  ttlMs: null,
  pollIntervalMs: 1,
  ...more,
})

/** A server that makes a task of each call, and tells these states of it, the last one again and again. */
async function working(t: TestContext, states: readonly object[], more: Met = {}) {
  const seen: Said[] = []
  const names: unknown[] = []
  const left = [...states]
  const met = await facing(
    t,
    ({ said, request, result }) => {
      seen.push(said)
      names.push(request.headers['mcp-name'])
      if (said.method === 'tools/call') return result(task('working', { resultType: 'task' }))
      if (said.method !== 'tasks/get') return result({ resultType: 'complete' })
      result(left.length > 1 ? left.shift() : left[0])
    },
    { ...more, discovered: { capabilities: { tools: {}, extensions: { [KEY]: {} } } } },
  )
  return { ...met, seen, names, methods: () => seen.map(({ method }) => method) }
}

const done = task('completed', { result: { resultType: 'complete', content: [{ type: 'text', text: 'done' }] } })

test('a call that became a task is answered when the task has ended, with progress on the way', async (t) => {
  const { connection, seen, names, methods } = await working(t, [
    task('working', { statusMessage: 'half' }),
    task('working', { statusMessage: 'half' }),
    task('working', { statusMessage: 'nearly' }),
    done,
  ])
  const by = caller()
  const params = rawJson('{"name":"x","arguments":{},"_meta":{"progressToken":"mine"}}')
  const answer = await connection.request({ method: 'tools/call', params }, by)
  assert.deepEqual(answer, { kind: 'result', raw: '{"content":[{"type":"text","text":"done"}]}' })
  assert.deepEqual(
    by.heard.map(({ params: said }) => said),
    [
      '{"progressToken":"mine","progress":1,"message":"half"}',
      '{"progressToken":"mine","progress":2,"message":"nearly"}',
    ],
  )
  assert.deepEqual(methods(), ['tools/call', ...Array.from({ length: 4 }, () => 'tasks/get')])
  assert.deepEqual(names, ['x', 'task 1', 'task 1', 'task 1', 'task 1'])
  const declared = JSON.stringify(seen[0]?.params?.['_meta'])
  assert.match(declared, /"extensions":\{"io\.modelcontextprotocol\/tasks":\{\}\}/)
})

test('what a task asks is asked of the user once, and brought to it', async (t) => {
  const asks = task('input_required', { inputRequests: { a: elicit('who?') } })
  const { connection, seen, methods } = await working(t, [asks, asks, done])
  const by = caller(agrees)
  assert.match(JSON.stringify(await callTool(connection, 'x', {}, by)), /done/)
  assert.equal(by.asked.length, 1)
  assert.deepEqual(methods(), ['tools/call', 'tasks/get', 'tasks/update', 'tasks/get', 'tasks/get'])
  assert.match(JSON.stringify(seen[2]?.params?.['inputResponses']), /^\{"a":\{"action":"accept"/)
})

test('a task that fails, is cancelled or asks what nobody answers ends the call', async (t) => {
  const failed = await working(t, [task('failed', { error: { code: -32603, message: 'it broke' } })])
  await assert.rejects(callTool(failed.connection, 'x'), /-32603.*it broke/)
  const cancelled = await working(t, [task('cancelled')])
  await assert.rejects(callTool(cancelled.connection, 'x'), /the server has cancelled the task/)
  const odd = await working(t, [task('input_required', { inputRequests: { a: { method: 'rm' } } })])
  await assert.rejects(callTool(odd.connection, 'x'), failure('upstream.protocol', /it asks by rm/))
  const unable = await working(t, [task('input_required', { inputRequests: { a: elicit('?') } })], {
    speaker: { capabilities: rawJson('{}') },
  })
  assert.match(JSON.stringify(await callTool(unable.connection, 'x')), /support elicitation/)
  assert.equal(unable.methods().at(-1), 'tasks/cancel')
})

test('states that are none, and tasks of somebody else, are refused', async (t) => {
  const states = [task('dancing'), task('working', { taskId: 'another' }), task('completed'), task('failed')]
  const words = [/a state that nobody knows/, /another task/, /ended without a result/, /failed without an error/]
  for (const [index, state] of states.entries()) {
    const { connection } = await working(t, [state])
    await assert.rejects(callTool(connection, 'x'), failure('upstream.protocol', words[index] ?? /./))
  }
})

test('a call that is called off cancels its task', async (t) => {
  const { connection, methods } = await working(t, [task('working', { pollIntervalMs: 60_000 })])
  const gone = new AbortController()
  const waiting = callTool(connection, 'x', {}, caller(agrees, gone.signal))
  await until(() => methods().includes('tasks/get'))
  gone.abort(new Error('changed my mind'))
  await assert.rejects(waiting, /changed my mind/)
  await until(() => methods().includes('tasks/cancel'))
})

test('a task that never ends is left when its time is up', async (t) => {
  const { connection, methods } = await working(t, [task('working')], { limits: { upstreamTotalMs: 250 } })
  await assert.rejects(callTool(connection, 'x'), failure('upstream.timeout', /has not ended within 250 ms/))
  await until(() => methods().includes('tasks/cancel'))
})

test('a client that knows tasks is given the task, and asks about it itself', async (t) => {
  const capabilities = rawJson(JSON.stringify({ extensions: { [KEY]: {} } }))
  const { connection, methods } = await working(t, [done], { speaker: { revision: '2026-07-28', capabilities } })
  const given = await callTool(connection, 'x')
  assert.deepEqual(given, task('working', { resultType: 'task' }))
  assert.deepEqual(methods(), ['tools/call'])
  const { raw } = await connection.request({ method: 'tasks/get', params: rawJson('{"taskId":"task 1"}') }, caller())
  assert.deepEqual(JSON.parse(raw), done)
})
