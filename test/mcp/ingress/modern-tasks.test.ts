// The tasks extension of 2026-07-28 in front of servers whose tasks are of 2025-11-25, and of those that have the extension.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rawJson, targetName } from '../../../src/core/brand.ts'
import { error, raw, result } from '../upstreams.ts'
import { envelope, headersOf, type Said, send } from './modern-client.ts'
import { type Answered, later, serve, Table, until } from './serve.ts'

const TASKS = 'io.modelcontextprotocol/tasks'
const follows = (more: object = {}): Said => ({ capabilities: { extensions: { [TASKS]: {} }, ...more } })
const call = (url: string, said: Said): Promise<Answered> =>
  send(url, 'tools/call', { name: 'slow', arguments: {} }, said)

interface Job {
  status: string
  result: (() => ReturnType<typeof result>) | undefined
}

/** A server with tasks of 2025-11-25, all of one tool. */
function tasked(support: 'optional' | 'required'): { readonly table: Table; readonly jobs: Map<string, Job> } {
  const table = new Table()
  const jobs = new Map<string, Job>()
  table.subject = async () => ({ target: targetName('one'), tasks: support })
  table.mayNeedTask = () => support === 'required'
  const shown = (taskId: string, { status }: Job): object => ({
    taskId,
    status,
    createdAt: '2026-01-01T00:00:00Z',
    lastUpdatedAt: '2026-01-01T00:00:01Z',
    ttl: 60_000.5,
    pollInterval: 20,
  })
  table.methods.set('tools/call', ({ incoming }) => {
    if (incoming.at('task') === undefined)
      return support === 'required' ? error(-32601, 'needs a task') : result({ content: [], at: 'once' })
    const id = `job-${jobs.size + 1}`
    const job: Job = { status: 'working', result: undefined }
    jobs.set(id, job)
    return result({ task: shown(id, job) })
  })
  const found = (incoming: { string(name: string): string | undefined }): [string, Job] | undefined => {
    const id = incoming.string('taskId') ?? ''
    const job = jobs.get(id)
    return job && [id, job]
  }
  table.methods.set('tasks/get', ({ incoming }) => {
    const there = found(incoming)
    return there === undefined ? error(-32602, 'Unknown task') : result(shown(...there))
  })
  table.methods.set('tasks/cancel', ({ incoming }) => {
    const there = found(incoming)
    if (there === undefined) return error(-32602, 'Unknown task')
    if (there[1].status !== 'working') return error(-32602, 'it is over')
    there[1].status = 'cancelled'
    return result(shown(...there))
  })
  table.methods.set('tasks/result', async ({ incoming }) => {
    const there = found(incoming)
    if (there === undefined) return error(-32602, 'Unknown task')
    for (;;) {
      const ready = jobs.get(there[0])?.result
      if (ready !== undefined) return ready()
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  })
  return { table, jobs }
}

const finished = (): ReturnType<typeof result> =>
  raw(
    '{"content":[{"type":"text","text":"1e400"}],"_meta":{"io.modelcontextprotocol/related-task":{"taskId":"job-1"},"x":1}}',
  )

const get = async (url: string, taskId: unknown, said: Said = follows()) =>
  (await send(url, 'tasks/get', { taskId }, said)).json

test('a call of a tool with tasks becomes one, is asked for, and brings its result', async (t) => {
  const { table, jobs } = tasked('optional')
  const { url } = await serve(t, { table })
  const { json } = await call(url, follows())
  const { taskId, _meta, ...task } = json.result ?? {}
  assert.ok(_meta !== undefined)
  assert.deepEqual(task, {
    resultType: 'task',
    status: 'working',
    createdAt: '2026-01-01T00:00:00Z',
    lastUpdatedAt: '2026-01-01T00:00:01Z',
    ttlMs: 60_001,
    pollIntervalMs: 20,
  })
  assert.equal(String(taskId).includes('job'), false)
  const working = await get(url, taskId)
  assert.deepEqual(
    [working.result?.['status'], working.result?.['taskId'], working.result?.['resultType']],
    ['working', taskId, 'complete'],
  )
  for (const status of ['completed', 'failed']) {
    jobs.set('job-1', { status, result: finished })
    const done = await get(url, taskId)
    assert.equal(done.result?.['status'], 'completed')
    assert.deepEqual(done.result?.['result'], { content: [{ type: 'text', text: '1e400' }], _meta: { x: 1 } })
  }
  jobs.set('job-1', { status: 'failed', result: () => error(-32603, 'broken') })
  const failed = await get(url, taskId)
  assert.deepEqual(
    [failed.result?.['status'], failed.result?.['error']],
    ['failed', { code: -32603, message: 'broken' }],
  )
  assert.equal(new Set(table.asked.map(({ client }) => client)).size, 1, 'always in the conversation that made it')
})

test('who does not follow tasks gets the result, at once or when it is there', async (t) => {
  const optional = tasked('optional')
  const one = await serve(t, { table: optional.table })
  assert.equal((await call(one.url, {})).json.result?.['at'], 'once')
  const { table, jobs } = tasked('required')
  const two = await serve(t, { table })
  const called = call(two.url, {})
  await until(() => jobs.size === 1)
  jobs.set('job-1', { status: 'completed', result: finished })
  const { json } = await called
  assert.deepEqual(
    [json.result?.['resultType'], Object.keys(json.result?.['_meta'] ?? {})],
    ['complete', ['io.modelcontextprotocol/serverInfo', 'x']],
  )
})

test('the word by which clients of before asked for tasks makes none', async (t) => {
  const { table, jobs } = tasked('optional')
  const { url } = await serve(t, { table })
  for (const said of [{}, { capabilities: { elicitation: {} } }]) {
    const { json } = await send(url, 'tools/call', { name: 'slow', task: { ttl: 1 }, arguments: {} }, said)
    assert.equal(json.result?.['at'], 'once')
  }
  assert.equal(jobs.size, 0)
  assert.equal(table.asked[0]?.incoming.rawParams, '{"name":"slow","arguments":{},"_meta":{}}')
})

test('whoever gives up waiting for a result gives up the task', async (t) => {
  const { table, jobs } = tasked('required')
  const { url } = await serve(t, { table })
  const stop = new AbortController()
  const params = { name: 'slow', _meta: envelope({}) }
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })
  const called = fetch(url, { method: 'POST', headers: headersOf('tools/call', params), body, signal: stop.signal })
  await until(() => table.asked.some(({ incoming }) => incoming.method === 'tasks/result'))
  stop.abort()
  await assert.rejects(called)
  await until(() => jobs.get('job-1')?.status === 'cancelled')
  jobs.set('job-1', { status: 'cancelled', result: finished })
})

test('who has not declared the extension is told so', async (t) => {
  const { url, table } = await serve(t)
  for (const method of ['tasks/get', 'tasks/update', 'tasks/cancel']) {
    const { status, json } = await send(url, method, { taskId: 'x', inputResponses: {} })
    assert.deepEqual(
      [status, json.error?.code, json.error?.data],
      [400, -32021, { requiredCapabilities: { extensions: { [TASKS]: {} } } }],
    )
  }
  assert.equal(table.asked.length, 0)
})

test('ids of others, of another backend, invented, altered and expired ones are unknown', async (t) => {
  const { table } = tasked('optional')
  const { url } = await serve(t, { table })
  const other = await serve(t, { table: tasked('optional').table, name: 'another' })
  const alice = { ...follows(), headers: { 'x-caller': 'alice' } }
  const id = String((await call(url, alice)).json.result?.['taskId'])
  const unknown = { code: -32602, message: 'Unknown task' }
  for (const method of ['tasks/get', 'tasks/update', 'tasks/cancel'])
    for (const [taskId, said] of [
      [id, follows()],
      [id, { ...follows(), headers: { 'x-caller': 'mallory' } }],
      ['job-1', alice],
      [`${id}A`, alice],
      [id.slice(0, -1), alice],
      ['', alice],
    ] as const) {
      const { status, json } = await send(url, method, { taskId, inputResponses: {} }, said)
      assert.deepEqual([status, json.error], [200, unknown], method)
    }
  assert.deepEqual((await get(other.url, id, alice)).error, unknown)
  assert.equal((await get(url, id, alice)).result?.['status'], 'working')
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 2 * 60 * 60 * 1_000 })
  assert.deepEqual((await get(url, id, alice)).error, unknown)
})

test('cancelling is an acknowledgement, the second time as well', async (t) => {
  const { table, jobs } = tasked('optional')
  const { url } = await serve(t, { table })
  const taskId = (await call(url, follows())).json.result?.['taskId']
  for (let i = 0; i < 2; i++) {
    const { json } = await send(url, 'tasks/cancel', { taskId }, follows())
    const { _meta, ...ack } = json.result ?? {}
    assert.ok(_meta !== undefined)
    assert.deepEqual(ack, { resultType: 'complete' })
  }
  assert.equal(jobs.get('job-1')?.status, 'cancelled')
})

test('what a task wants to know stands in it, and is answered by tasks/update', async (t) => {
  const { table, jobs } = tasked('optional')
  const waiting = later()
  table.methods.set('tasks/result', async ({ caller }) => {
    const { raw: said } = await caller.ask('elicitation/create', rawJson('{"message":"Who?"}'))
    jobs.set('job-1', { status: 'completed', result: finished })
    waiting.settle()
    return result({ said: JSON.parse(said) })
  })
  const { url } = await serve(t, { table })
  const said = follows({ elicitation: {} })
  const taskId = (await call(url, said)).json.result?.['taskId']
  jobs.set('job-1', { status: 'input_required', result: undefined })
  const asked = await get(url, taskId, said)
  assert.equal(asked.result?.['status'], 'input_required')
  const requests = Object.entries(asked.result?.['inputRequests'] ?? {})
  assert.deepEqual(
    requests.map(([, request]) => request),
    [{ method: 'elicitation/create', params: { message: 'Who?' } }],
  )
  assert.deepEqual((await get(url, taskId, said)).result?.['inputRequests'], asked.result?.['inputRequests'])
  const update = (inputResponses: unknown) => send(url, 'tasks/update', { taskId, inputResponses }, said)
  for (const none of [undefined, [], { x: 1 }]) assert.equal((await update(none)).json.error?.code, -32602)
  assert.equal((await update({ other: {} })).json.result?.['resultType'], 'complete')
  const [key = ''] = requests.map(([name]) => name)
  assert.equal(
    (await update({ [key]: { action: 'accept', content: { name: 'Ada' } } })).json.result?.['resultType'],
    'complete',
  )
  await waiting.promise
  table.methods.set('tasks/result', finished)
  assert.equal((await get(url, taskId, said)).result?.['status'], 'completed')
  assert.equal((await update({ [key]: { action: 'accept' } })).json.result?.['resultType'], 'complete')
})

test('tasks of a server that has the extension pass, under ids of their holder', async (t) => {
  const table = new Table()
  const task = { status: 'working', createdAt: 'x', lastUpdatedAt: 'x', ttlMs: null }
  table.methods.set('tools/call', () => result({ resultType: 'task', taskId: 'theirs', ...task }))
  table.methods.set('tasks/get', ({ incoming }) =>
    result({ resultType: 'complete', taskId: incoming.string('taskId'), ...task }),
  )
  table.methods.set('tasks/update', ({ incoming }) =>
    result({ resultType: 'complete', said: incoming.params['inputResponses'] }),
  )
  const { url } = await serve(t, { table })
  const { json } = await call(url, follows())
  const taskId = String(json.result?.['taskId'])
  assert.deepEqual([json.result?.['resultType'], taskId.includes('theirs')], ['task', false])
  assert.equal((await get(url, taskId)).result?.['taskId'], taskId)
  assert.deepEqual(table.asked[1]?.incoming.params, { taskId: 'theirs' })
  await send(url, 'tasks/update', { taskId, inputResponses: { a: { n: 1 } } }, follows())
  assert.deepEqual(table.asked[2]?.incoming.params, { taskId: 'theirs', inputResponses: { a: { n: 1 } } })
  const undeclared = await call(url, {})
  assert.equal(undeclared.json.error?.code, -32603)
})
