// `tasks/list` over several targets: everybody's tasks as one list, within a budget, and none that may not be asked for.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rawJson, targetName } from '../../src/core/brand.ts'
import { compileProgram, type Policy } from '../../src/policy/policy.ts'
import {
  error,
  errorOf,
  exchange,
  FakeClient,
  federate,
  limits,
  names,
  raw,
  result,
  Server,
  taskBehind,
  taskId,
  taskNames,
  unreachable,
  valueOf,
} from './upstreams.ts'

const able = (name: string): Server => {
  const server = new Server(name).tools(['x'])
  server.capabilities = { tools: {}, tasks: { list: {}, cancel: {} } }
  return server
}
const ids = (answer: Parameters<typeof names>[0]) => names(answer, 'tasks', 'taskId').map((id) => taskBehind(id))

/** Tasks that the client has begun. */
function begun(...all: readonly string[]) {
  const tasks = taskNames()
  for (const each of all) {
    const [target = '', id = ''] = each.split('+')
    tasks.began(new FakeClient(), targetName(target), id)
  }
  return { tasks }
}

test('all pages of all targets are one page, with ids that lead back to their target', async (t) => {
  const [a, b, c] = [able('a'), new Server('b').tools(['x']), able('c')]
  const pages = [
    '{"tasks":[{"taskId":"1","status":"working","n":1e400}],"nextCursor":"next \\"page\\""}',
    '{"tasks":[{"taskId":"2","status":"failed"},{"status":"no id"}],"nextCursor":""}',
    '{"tasks":[]}',
  ]
  a.on.set('tasks/list', ({ params }) => {
    const { cursor } = JSON.parse(params ?? '{}')
    return raw(pages[cursor === undefined ? 0 : cursor === '' ? 2 : 1] ?? '')
  })
  c.on.set('tasks/list', () => result({ tasks: [{ taskId: '1', status: 'completed' }] }))
  const { federation, request, end } = federate([a, b, c], begun('a+1', 'a+2', 'c+1'))
  t.after(end)
  const client = new FakeClient()
  const hello = valueOf(await federation.initialize(client, exchange()))
  assert.deepEqual(Object(hello['capabilities'])['tasks'], { list: {}, cancel: {}, requests: { tools: { call: {} } } })
  const answer = await request(client, 'tasks/list')
  const [one, two, three] = [taskId('a', '1'), taskId('a', '2'), taskId('c', '1')]
  assert.equal(
    answer.raw,
    `{"tasks":[{"taskId":"${one}","status":"working","n":1e400},{"taskId":"${two}","status":"failed"},{"taskId":"${three}","status":"completed"}]}`,
  )
  assert.equal(b.asked('tasks/list').length, 0)
  assert.equal(a.asked('tasks/list')[0]?.peer.principal, 'alice', "asked in the client's own conversation")
  assert.equal(errorOf(await request(client, 'tasks/list', { cursor: 'x' })).code, -32602)
})

test('pages that go in circles and pages without end come to an end', async (t) => {
  const [a, b] = [able('a'), able('b')]
  a.on.set('tasks/list', () => result({ tasks: [{ taskId: '1' }], nextCursor: 'again' }))
  let page = 0
  b.on.set('tasks/list', () => result({ tasks: [{ taskId: String(page) }], nextCursor: String(page++) }))
  const own = begun('a+1', ...Array.from({ length: 5 }, (_, n) => `b+${n}`))
  const { request, end } = federate([a, b], { ...own, limits: { ...limits, listPages: 5 } })
  t.after(end)
  const all = ids(await request(new FakeClient(), 'tasks/list'))
  assert.deepEqual(all, ['a+1', 'a+1', 'b+0', 'b+1', 'b+2', 'b+3', 'b+4'])
})

test('a target that does not answer in time fails the list or is left out of it, as configured', async (t) => {
  for (const failOpen of [false, true]) {
    const [a, b] = [able('a'), able('b')]
    a.on.set('tasks/list', () => result({ tasks: [{ taskId: '1' }] }))
    b.on.set(
      'tasks/list',
      ({ caller }) =>
        new Promise((_, reject) => caller.signal?.addEventListener('abort', () => reject(caller.signal?.reason))),
    )
    const bounded = { ...limits, listBudgetMs: 30 }
    const { request, end } = federate([a, b], { ...begun('a+1'), failOpen, limits: bounded })
    t.after(end)
    const answer = await request(new FakeClient(), 'tasks/list')
    if (failOpen) assert.deepEqual(ids(answer), ['a+1'])
    else assert.match(errorOf(answer).message, /target b: tasks\/list: no answer within 30 ms/)
  }
})

test('a target that refuses or is gone fails the list or is left out of it, as configured', async (t) => {
  for (const failOpen of [false, true]) {
    const [a, b, c] = [able('a'), able('b'), able('c')]
    a.on.set('tasks/list', () => result({ tasks: [{ taskId: '1' }] }))
    b.on.set('tasks/list', () => error(-32000, 'not today'))
    c.on.set('tasks/list', () => result({ nothing: true }))
    const { request, end } = federate([a, b, c], { ...begun('a+1'), failOpen })
    t.after(end)
    const client = new FakeClient()
    await request(client, 'tools/list')
    b.door = unreachable('b')
    const answer = await request(client, 'tasks/list')
    if (failOpen) assert.deepEqual(ids(answer), ['a+1'])
    else assert.match(errorOf(answer).message, /target [bc]: /)
  }
})

test('a task that the caller may not ask for is not listed', async (t) => {
  const [a, b] = [able('a'), able('b')]
  for (const server of [a, b])
    server.on.set('tasks/list', () => result({ tasks: [{ taskId: 'open' }, { taskId: 'shut' }] }))
  const policy: Policy = {
    permits: (item) => (item.kind !== 'task' || (item.name === 'open' && item.target === 'a') ? 'yes' : 'no'),
  }
  const own = begun('a+open', 'a+shut', 'b+open', 'b+shut')
  const { request, end } = federate([a, b], { ...own, program: compileProgram([policy]) })
  t.after(end)
  assert.deepEqual(ids(await request(new FakeClient(), 'tasks/list')), ['a+open'])
})

test('where no target lists tasks there is no such method', async (t) => {
  const { request, end } = federate([new Server('a').tools(['x']), new Server('b').tools(['x'])])
  t.after(end)
  assert.equal(errorOf(await request(new FakeClient(), 'tasks/list')).code, -32601)
})

test('errors about a resource name it as the client does', async (t) => {
  const [a, b] = [new Server('a').resources('file:///gone'), new Server('b').tools(['x'])]
  a.on.set('resources/read', () => ({
    kind: 'error',
    raw: rawJson(
      '{"code":-32002,"message":"Resource not found: file:///gone","data":{"uri":"file:///gone","n":1e400}}',
    ),
  }))
  const { request, end } = federate([a, b])
  t.after(end)
  const answer = await request(new FakeClient(), 'resources/read', { uri: 'a+file:///gone' })
  assert.equal(
    answer.raw,
    '{"code":-32002,"message":"Resource not found: a+file:///gone","data":{"uri":"a+file:///gone","n":1e400}}',
  )
})

test('what servers say of their tasks passes the doors for answers, and so does what a lone one alone understands', async (t) => {
  const attack = 'words for a model'
  const door: Policy = { onResult: (answer) => (answer.raw.includes(attack) ? error(-32001, 'withheld') : answer) }
  const guarded = compileProgram([door])
  for (const [count, program, passes] of [
    [1, compileProgram([]), true],
    [2, compileProgram([]), true],
    [1, guarded, false],
    [2, guarded, false],
  ] as const) {
    const servers = ['a', 'b'].slice(0, count).map(able)
    for (const server of servers) {
      server.on.set('tasks/list', () => result({ tasks: [{ taskId: '1', statusMessage: attack }] }))
      server.on.set('own/method', () => result({ said: attack }))
    }
    const { request, end } = federate(servers, { ...begun('a+1', 'b+1'), program })
    t.after(end)
    for (const method of count === 1 ? ['tasks/list', 'own/method'] : ['tasks/list'])
      assert.equal((await request(new FakeClient(), method)).raw.includes(attack), passes, `${method} of ${count}`)
  }
})
