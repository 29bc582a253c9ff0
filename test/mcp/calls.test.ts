// Uses of what upstreams offer: to the right one, as the text that came, and only if permitted.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rawJson } from '../../src/core/brand.ts'
import type { Answer } from '../../src/mcp/conversation.ts'
import { compileProgram, type Policy } from '../../src/policy/policy.ts'
import { errorOf, FakeClient, federate, names, raw, result, Server, taskBehind, taskId, valueOf } from './upstreams.ts'

const pair = (): [Server, Server] => [new Server('a').tools(['x', 'do.it']), new Server('b').tools(['x'])]

test('a call goes to its owner with nothing but the name exchanged, and the result comes back as it was', async (t) => {
  const [a, b] = pair()
  const answer = '{ "content":[{"type":"text","text":"1"}], "n":[1e400,-0,9007199254740993], "é":"\\u00e9" }'
  a.on.set('tools/call', () => raw(answer))
  const { request, end } = federate([a, b])
  t.after(end)
  const client = new FakeClient()
  const params =
    '{"_meta":{"progressToken":7},"arguments":{"name":"a_x","n":[1e400,-0,9007199254740993]}, "name" : "a_x" ,"x":{}}'
  assert.equal((await request(client, 'tools/call', params)).raw, answer)
  assert.equal(a.asked('tools/call')[0]?.params, params.replace('"name" : "a_x"', '"name" : "x"'))
  assert.equal(b.asked('tools/call').length, 0)
})

test('a short form is called by its map, not by taking it apart', async (t) => {
  const [a, b] = pair()
  a.on.set('tools/call', () => result({ content: [] }))
  const { request, end } = federate([a, b])
  t.after(end)
  const client = new FakeClient()
  const { tools } = valueOf(await request(client, 'tools/list'))
  assert.ok(Array.isArray(tools))
  valueOf(await request(client, 'tools/call', { name: tools[1].name }))
  assert.deepEqual(JSON.parse(a.asked('tools/call')[0]?.params ?? ''), { name: 'do.it' })
})

test('a lone upstream gets the params as the bytes that came', async (t) => {
  const server = new Server('a').tools(['x'])
  server.on.set('tools/call', () => result({ content: [{ type: 'resource_link', uri: 'file:///x', name: 'n' }] }))
  const { request, end } = federate([server])
  t.after(end)
  const params = '{"name":"x" , "arguments" : { } }'
  const answer = await request(new FakeClient(), 'tools/call', params)
  assert.equal(server.asked('tools/call')[0]?.params, params)
  assert.deepEqual(valueOf(answer), { content: [{ type: 'resource_link', uri: 'file:///x', name: 'n' }] })
})

test('URIs in results, prompts and resources lead back to their target', async (t) => {
  const [a, b] = pair()
  a.prompts('p').resources('file:///r')
  a.on.set('tools/call', () => raw('{"content":[{"type":"resource_link","uri":"file:///r","n":1e400}]}'))
  a.on.set('prompts/get', () =>
    raw('{"messages":[{"role":"user","content":{"type":"resource","resource":{"uri":"file:///r"}}}]}'),
  )
  a.on.set('resources/read', () => raw('{"contents":[{"uri":"file:///r","text":"t"}]}'))
  const { request, end } = federate([a, b])
  t.after(end)
  const client = new FakeClient()
  assert.equal(
    (await request(client, 'tools/call', { name: 'a_x' })).raw,
    '{"content":[{"type":"resource_link","uri":"a+file:///r","n":1e400}]}',
  )
  assert.match((await request(client, 'prompts/get', { name: 'a_p' })).raw, /"a\+file:\/\/\/r"/)
  assert.match((await request(client, 'resources/read', { uri: 'a+file:///r' })).raw, /"a\+file:\/\/\/r"/)
  assert.deepEqual(JSON.parse(a.asked('resources/read')[0]?.params ?? ''), { uri: 'file:///r' })
  assert.deepEqual(JSON.parse(a.asked('prompts/get')[0]?.params ?? ''), { name: 'p' })
})

test('a web address is read from whoever lists it, or lists a template for it', async (t) => {
  const [a, b] = pair()
  b.resources('https://h/one').templates('https://h/all/{id}')
  a.templates('https://h/{id}')
  for (const server of [a, b]) server.on.set('resources/read', () => result({ contents: [] }))
  const { request, end } = federate([a, b])
  t.after(end)
  const client = new FakeClient()
  for (const uri of ['https://h/one', 'https://h/all/2', 'https://h/3'])
    valueOf(await request(client, 'resources/read', { uri }))
  assert.deepEqual(
    b.asked('resources/read').map(({ params }) => JSON.parse(params ?? '').uri),
    ['https://h/one', 'https://h/all/2'],
  )
  assert.equal(a.asked('resources/read').length, 1)
  const { code, message } = errorOf(await request(client, 'resources/read', { uri: 'https://other/' }))
  assert.deepEqual([code, message], [-32602, 'Unknown resource: https://other/'])
})

test('what is not there is unknown', async (t) => {
  const { request, end } = federate(pair())
  t.after(end)
  const client = new FakeClient()
  const cases: [string, object, string][] = [
    ['tools/call', { name: 'x' }, 'Unknown tool: x'],
    ['tools/call', { name: 'a_nope' }, 'Unknown tool: a_nope'],
    ['tools/call', { name: '__proto__' }, 'Unknown tool: __proto__'],
    ['prompts/get', { name: 'a_x' }, 'Unknown prompt: a_x'],
    ['resources/read', { uri: 'file:///x' }, 'Unknown resource: file:///x'],
    ['resources/read', { uri: 'c+file:///x' }, 'Unknown resource: c+file:///x'],
    ['resources/subscribe', { uri: 'c+file:///x' }, 'Unknown resource: c+file:///x'],
    ['completion/complete', { ref: { type: 'ref/prompt', name: 'n' } }, 'Unknown prompt: n'],
    ['tasks/get', { taskId: 'c+1' }, 'Unknown task: c+1'],
  ]
  for (const [method, params, expected] of cases) {
    const { code, message } = errorOf(await request(client, method, { ...params }))
    assert.deepEqual([code, message], [-32602, expected])
  }
})

test('params without what they must name are invalid', async (t) => {
  const { request, end } = federate(pair())
  t.after(end)
  const client = new FakeClient()
  const cases: [string, object][] = [
    ['tools/call', {}],
    ['tools/call', { name: 5 }],
    ['resources/read', { uri: null }],
    ['resources/subscribe', {}],
    ['completion/complete', { ref: 'x' }],
    ['completion/complete', { ref: { type: 'ref/novel', name: 'x' } }],
    ['logging/setLevel', { level: 'loud' }],
    ['tasks/get', {}],
  ]
  for (const [method, params] of cases)
    assert.equal(errorOf(await request(client, method, { ...params })).code, -32602, method)
})

test('what a policy denies looks like what is not there, and the arguments decide', async (t) => {
  const seen: unknown[] = []
  const policy: Policy = {
    permits: (item, _x, input) => {
      if (item.kind === 'model') return 'no'
      if (input === undefined) return 'maybe'
      seen.push([item.kind, item.target, item.name, input])
      return JSON.stringify(input).includes('evil') ? 'no' : 'yes'
    },
  }
  const [a, b] = pair()
  a.on.set('tools/call', () => result({ content: [] }))
  const { request, end } = federate([a, b], { program: compileProgram([policy]) })
  t.after(end)
  const client = new FakeClient()
  const denied = await request(client, 'tools/call', { name: 'a_x', arguments: { q: 'evil' } })
  const absent = await request(client, 'tools/call', { name: 'a_y' })
  assert.equal(denied.raw, absent.raw.replace('a_y', 'a_x'))
  assert.equal(a.asked('tools/call').length, 0)
  valueOf(await request(client, 'tools/call', { name: 'a_x', arguments: { q: 'good' } }))
  valueOf(await request(client, 'tools/call', { name: 'a_x' }))
  assert.deepEqual(seen, [
    ['tool', 'a', 'x', { q: 'evil' }],
    ['tool', 'a', 'x', { q: 'good' }],
    ['tool', 'a', 'x', {}],
  ])
})

test('a policy that cannot decide at the call, or wants a human, denies', async (t) => {
  for (const verdict of ['maybe', 'ask'] as const) {
    const server = new Server('a').tools(['x'])
    const { request, end } = federate([server], { program: compileProgram([{ permits: () => verdict }]) })
    t.after(end)
    assert.equal(errorOf(await request(new FakeClient(), 'tools/call', { name: 'x' })).message, 'Unknown tool: x')
    assert.equal(server.asked('tools/call').length, 0)
  }
})

test('params that two parsers read differently are refused where a policy judges them, and pass where none does', async (t) => {
  const smuggled = [
    '{"name":"bad","name":"x"}',
    '{"name":"x","Name":"bad"}',
    '{"name":"x","arguments":{"q":"evil","q":"good"}}',
    '{"name":"x","arguments":{"list":[{"q":1,"q":2}]}}',
    '{"name":"x","ARGUMENTS":{"q":"evil"}}',
  ]
  const server = new Server('a').tools(['x', 'bad'])
  server.on.set('tools/call', () => result({ content: [] }))
  const judged = federate([server], {
    program: compileProgram([{ permits: (item) => (item.kind !== 'model' && item.name === 'bad' ? 'no' : 'yes') }]),
  })
  t.after(judged.end)
  for (const params of smuggled)
    assert.equal(errorOf(await judged.request(new FakeClient(), 'tools/call', params)).code, -32602, params)
  assert.equal(server.asked('tools/call').length, 0)
  const open = federate([server])
  t.after(open.end)
  for (const params of smuggled) valueOf(await open.request(new FakeClient(), 'tools/call', params))
  assert.equal(server.asked('tools/call').length, smuggled.length, 'this is the attack that the rule above stops')
})

test('doors may change the input before, and the result after a call', async (t) => {
  const policy: Policy = {
    onCall: async (call) => ({ ...call, input: { masked: true } }),
    onResult: (answer, call) => {
      assert.deepEqual(call.input, { masked: true })
      return { kind: answer.kind, raw: raw(answer.raw.replace('secret', '***')).raw }
    },
  }
  const [a, b] = pair()
  a.on.set('tools/call', () => result({ content: [{ type: 'text', text: 'secret' }] }))
  const { request, end } = federate([a, b], { program: compileProgram([policy]) })
  t.after(end)
  const answer = await request(new FakeClient(), 'tools/call', '{"arguments":{"card":1},"k":1e400,"name":"a_x"}')
  assert.equal(a.asked('tools/call')[0]?.params, '{"arguments":{"masked":true},"k":1e400,"name":"x"}')
  assert.match(answer.raw, /\*\*\*/)
})

test('completion goes to the owner of what is completed', async (t) => {
  const [a, b] = pair()
  b.prompts('p').templates('db://{id}')
  b.on.set('completion/complete', () => result({ completion: { values: ['v'] } }))
  const { request, end } = federate([a, b])
  t.after(end)
  const client = new FakeClient()
  const complete = (ref: object): Promise<Answer> =>
    request(client, 'completion/complete', { ref, argument: { name: 'id', value: '' }, context: { arguments: {} } })
  valueOf(await complete({ type: 'ref/prompt', name: 'b_p' }))
  valueOf(await complete({ type: 'ref/resource', uri: 'b+db://{id}' }))
  assert.deepEqual(
    b.asked('completion/complete').map(({ params }) => JSON.parse(params ?? '').ref),
    [
      { type: 'ref/prompt', name: 'p' },
      { type: 'ref/resource', uri: 'db://{id}' },
    ],
  )
})

test('a task has an id that is good for one caller only, and the same wherever it is spoken of', async (t) => {
  const [a, b] = pair()
  a.on.set('tools/call', () => result({ task: { taskId: '7', status: 'working' } }))
  a.on.set('tasks/get', () => result({ taskId: '7', status: 'completed' }))
  a.on.set('tasks/result', () =>
    result({ content: [], _meta: { 'io.modelcontextprotocol/related-task': { taskId: '7' } } }),
  )
  const { request, end } = federate([a, b])
  t.after(end)
  const client = new FakeClient()
  const created = valueOf(await request(client, 'tools/call', { name: 'a_x', task: { ttl: 1 } }))
  const ours = taskId('a', '7')
  assert.deepEqual(created['task'], { taskId: ours, status: 'working' })
  assert.equal(valueOf(await request(client, 'tasks/get', { taskId: ours }))['taskId'], ours)
  assert.deepEqual(JSON.parse(a.asked('tasks/get')[0]?.params ?? ''), { taskId: '7' })
  assert.ok((await request(client, 'tasks/result', { taskId: ours })).raw.includes(`"taskId":"${ours}"`))
  const mallory = Object.assign(new FakeClient(), { principal: 'mallory' })
  const seen = a.seen.length
  for (const method of ['tasks/get', 'tasks/result', 'tasks/cancel'])
    for (const taskId of [ours, '7', 'a+7']) {
      const { code } = errorOf(await request(mallory, method, { taskId }))
      assert.equal(code, -32602, `${method} ${taskId}`)
    }
  assert.equal(a.seen.length, seen, 'the server, to which both callers are one, has not been asked')
  assert.equal(errorOf(await request(client, 'tasks/list')).code, -32601)
  for (const peer of a.open)
    peer.notification('notifications/tasks/status', raw('{"taskId":"7","status":"working"}').raw)
  assert.deepEqual(client.heard.at(-1)?.params, { taskId: ours, status: 'working' })
})

test('a lone target’s tasks have such ids as well, and nobody hears of those of others', async (t) => {
  const a = new Server('a').tools(['x'])
  let count = 0
  a.capabilities = { tools: {}, tasks: { list: {} } }
  a.on.set('tools/call', () => result({ task: { taskId: String(++count), status: 'working' } }))
  a.on.set('tasks/list', () => result({ tasks: [{ taskId: '1' }, { taskId: '2' }, { taskId: '3' }] }))
  const { request, end } = federate([a])
  t.after(end)
  const alice = new FakeClient()
  const mallory = Object.assign(new FakeClient(), { principal: 'mallory' })
  const nameless = [new FakeClient(), new FakeClient()].map((each) => Object.assign(each, { principal: 'anonymous' }))
  const everybody = [alice, mallory, ...nameless]
  const listed = async (client: FakeClient): Promise<string[]> =>
    names(await request(client, 'tasks/list'), 'tasks', 'taskId').map((id) => taskBehind(id, client))
  for (const client of everybody.slice(0, 3)) await request(client, 'tools/call', { name: 'x', task: {} })
  assert.deepEqual(await Promise.all(everybody.map(listed)), [['a+1'], ['a+2'], ['a+3'], []])
  for (const peer of a.open)
    peer.notification('notifications/tasks/status', raw('{"taskId":"2","status":"working"}').raw)
  assert.deepEqual(
    everybody.map(({ heard }) => heard.length),
    [0, 1, 0, 0],
  )
})

test('a question of a task names the task as its client does, and so may the answer', async (t) => {
  const [a, b] = pair()
  const about = (taskId: string): object => ({ _meta: { 'io.modelcontextprotocol/related-task': { taskId } } })
  const heard: unknown[] = []
  a.on.set('tasks/result', async ({ caller }) => {
    const answer = await caller.ask('elicitation/create', rawJson(JSON.stringify({ message: 'who?', ...about('7') })))
    heard.push(JSON.parse(answer.raw))
    return result({})
  })
  const { request, end } = federate([a, b])
  t.after(end)
  const client = new FakeClient({ elicitation: {} })
  const ours = taskId('a', '7')
  client.answer = async () => result({ action: 'decline', ...about(ours) })
  await request(client, 'tasks/result', { taskId: ours })
  assert.deepEqual(JSON.parse(client.questions[0]?.params ?? ''), { message: 'who?', ...about(ours) })
  assert.deepEqual(heard, [{ action: 'decline', ...about('7') }])
})

test('what no client could read as an answer becomes one that says so', async (t) => {
  const [a, b] = pair()
  const { request, end } = federate([a, b])
  t.after(end)
  const client = new FakeClient()
  const answered = async (answer: Answer) => {
    a.on.set('tools/call', () => answer)
    return await request(client, 'tools/call', { name: 'a_x' })
  }
  for (const text of ['null', '[1]', '"done"', '7'])
    assert.deepEqual(errorOf(await answered(raw(text))), {
      code: -32603,
      message: 'the server answered with a result that is no object',
    })
  const error = async (text: string): Promise<unknown> => errorOf(await answered({ kind: 'error', raw: rawJson(text) }))
  const sound = '{"code":-5,"message":"as it came","data":{"n":1e400}}'
  assert.equal((await answered({ kind: 'error', raw: rawJson(sound) })).raw, sound)
  assert.deepEqual(await error('{"message":"bad"}'), { code: -32603, message: 'bad' })
  assert.deepEqual(await error('{"code":1.5,"message":"bad","data":[1]}'), { code: -32603, message: 'bad', data: [1] })
  assert.deepEqual(await error('{"code":7}'), { code: 7, message: 'the server reported an error' })
  assert.deepEqual(await error('{}'), { code: -32603, message: 'the server reported an error' })
})
