// What a request is about, before it is sent: which target, whether it is the caller's to use, and whether it becomes a task.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Caller } from '../../src/mcp/conversation.ts'
import { compileProgram } from '../../src/policy/policy.ts'
import { exchange, FakeClient, federate, incoming, result, Server, valueOf } from './upstreams.ts'

const tool = (name: string, execution?: object) => ({
  name,
  inputSchema: { type: 'object' },
  ...(execution !== undefined && { execution }),
})

function servers(): readonly Server[] {
  const a = new Server('a')
    .tools([
      tool('plain'),
      tool('must', { taskSupport: 'required' }),
      tool('may', { taskSupport: 'optional' }),
      tool('odd', { taskSupport: 5 }),
    ])
    .prompts('p')
    .resources('file:///a')
  return [a, new Server('b').tools(['plain'])]
}

test('a request is about what a target lists; what none lists it is not', async (t) => {
  const { federation, end } = federate(servers())
  t.after(end)
  const client = new FakeClient()
  const about = (method: string, params: Record<string, unknown>) =>
    federation.subject(client, incoming(method, params), exchange())
  assert.deepEqual(await about('tools/call', { name: 'a_plain' }), { target: 'a', tasks: undefined })
  assert.deepEqual(await about('tools/call', { name: 'b_plain' }), { target: 'b', tasks: undefined })
  assert.deepEqual(await about('tools/call', { name: 'a_must' }), { target: 'a', tasks: 'required' })
  assert.deepEqual(await about('tools/call', { name: 'a_may' }), { target: 'a', tasks: 'optional' })
  assert.deepEqual(await about('tools/call', { name: 'a_odd' }), { target: 'a', tasks: undefined })
  assert.deepEqual(await about('prompts/get', { name: 'a_p' }), { target: 'a', tasks: undefined })
  assert.deepEqual(await about('resources/read', { uri: 'a+file:///a' }), { target: 'a', tasks: undefined })
  for (const [method, params] of [
    ['tools/call', { name: 'c_plain' }],
    ['tools/call', {}],
    ['prompts/get', { name: 'a_plain' }],
    ['resources/read', { uri: 'c+file:///a' }],
  ] as const)
    assert.equal(await about(method, params), undefined)
})

test('what rules deny with these arguments is no subject', async (t) => {
  const program = compileProgram([
    { permits: (_, __, input) => (JSON.stringify(input) === '{"ok":true}' ? 'yes' : 'no') },
  ])
  const { federation, end } = federate(servers(), { program })
  t.after(end)
  const about = (given: object) =>
    federation.subject(new FakeClient(), incoming('tools/call', { name: 'a_plain', arguments: given }), exchange())
  assert.equal((await about({ ok: true }))?.target, 'a')
  assert.equal(await about({ ok: false }), undefined)
})

test('only tools that are known to work without are not called as tasks', async (t) => {
  const { federation, request, end } = federate(servers())
  t.after(end)
  const client = new FakeClient()
  assert.equal(federation.mayNeedTask(client, 'a_plain'), true, 'nothing is known yet')
  await request(client, 'tools/list')
  const may = (name: string): boolean => federation.mayNeedTask(client, name)
  assert.deepEqual([may('a_plain'), may('a_may'), may('a_must'), may('nowhere')], [false, false, true, true])
})

test('a task of 2026-07-28 bears its target for who takes such tasks, and for nobody else', async (t) => {
  const all = servers()
  const { federation, end } = federate(all)
  t.after(end)
  const task = { resultType: 'task', taskId: '7', status: 'working' }
  all[0]?.on.set('tools/call', () => result(task))
  all[0]?.on.set('tasks/get', ({ params }) => result({ ...task, asked: params }))
  const client = new FakeClient()
  const modern = Object.defineProperty(new FakeClient(), 'revision', { value: '2026-07-28' })
  const takes: Caller = { takesInput: true, notification: () => {}, ask: async () => result({}) }
  const call = (caller: Caller, method: string, params: Record<string, unknown>) =>
    federation.request(caller === takes ? modern : client, incoming(method, params), caller, exchange())
  assert.equal(valueOf(await call(takes, 'tools/call', { name: 'a_plain' }))['taskId'], 'a+7')
  assert.equal(valueOf(await call(client, 'tools/call', { name: 'a_plain' }))['taskId'], '7')
  const got = valueOf(await call(takes, 'tasks/get', { taskId: 'a+7' }))
  assert.deepEqual([got['taskId'], got['asked']], ['a+7', '{"taskId":"7"}'])
})
