// What upstreams say to clients unasked, and what they ask them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rawJson } from '../../src/core/brand.ts'
import type { JsonObject } from '../../src/core/item.ts'
import type { Answer } from '../../src/mcp/conversation.ts'
import { compileProgram, type Policy } from '../../src/policy/policy.ts'
import {
  errorOf,
  FakeClient,
  federate,
  incoming,
  raw,
  result,
  Server,
  settled,
  taskNames,
  valueOf,
} from './upstreams.ts'

const pair = (): [Server, Server] => [new Server('a').tools(['x', 'do.it']), new Server('b').tools(['x'])]

test('questions reach clients that can answer them, and are refused at once for others', async (t) => {
  const [a, b] = pair()
  const questions = ['elicitation/create', 'sampling/createMessage', 'roots/list', 'ping']
  a.on.set('tools/call', async ({ caller, peer }) => {
    const answers: Answer[] = []
    for (const method of questions) {
      answers.push(await caller.ask(method, undefined))
      answers.push(await peer.ask(method, undefined))
    }
    return result({ answers: answers.map((answer) => answer.raw) })
  })
  const { request, end } = federate([a, b])
  t.after(end)
  const mute = new FakeClient()
  const refused = valueOf(await request(mute, 'tools/call', { name: 'a_x' }))['answers']
  assert.deepEqual(mute.questions, [])
  assert.ok(Array.isArray(refused))
  assert.deepEqual(JSON.parse(refused[0]), { code: -32601, message: 'the client does not support elicitation' })
  assert.deepEqual(refused.slice(6), ['{}', '{}'])
  const able = new FakeClient({ elicitation: {}, sampling: {}, roots: {} })
  able.answer = async (method) => raw(`{"to":"${method}","n":1e400}`)
  const answered = valueOf(await request(able, 'tools/call', { name: 'a_x' }))['answers']
  assert.ok(Array.isArray(answered))
  assert.equal(able.questions.length, 6)
  assert.equal(answered[0], '{"to":"elicitation/create","n":1e400}')
})

test('progress on a question finds the server that asked, with its own token', async (t) => {
  const [a, b] = pair()
  const tokens: unknown[] = []
  for (const server of [a, b])
    server.on.set('tools/call', ({ caller }) =>
      caller.ask('sampling/createMessage', raw('{"messages":[],"_meta":{"progressToken":1}}').raw),
    )
  const { federation, request, end } = federate([a, b])
  t.after(end)
  const client = new FakeClient({ sampling: {} })
  client.answer = async (_, params) => {
    const { progressToken } = JSON.parse(params ?? '')['_meta']
    tokens.push(progressToken)
    federation.notified(client, incoming('notifications/progress', { progressToken, progress: 1 }))
    await settled()
    return result({})
  }
  await Promise.all([request(client, 'tools/call', { name: 'a_x' }), request(client, 'tools/call', { name: 'b_x' })])
  assert.equal(new Set(tokens).size, 2)
  for (const server of [a, b])
    assert.deepEqual(
      server.notified.map(({ params }) => JSON.parse(params ?? '')),
      [{ progressToken: 1, progress: 1 }],
    )
  federation.notified(client, incoming('notifications/progress', { progressToken: tokens[0], progress: 2 }))
  await settled()
  assert.equal(a.notified.length + b.notified.length, 2, 'an old token leads nowhere')
})

test('roots/list_changed goes to open conversations only, and initialized to none', async (t) => {
  const [a, b] = pair()
  a.on.set('tools/call', () => result({ content: [] }))
  const { federation, request, end } = federate([a, b])
  t.after(end)
  const client = new FakeClient({ roots: { listChanged: true } })
  await request(client, 'tools/call', { name: 'a_x' })
  federation.notified(client, incoming('notifications/initialized'))
  federation.notified(client, incoming('notifications/roots/list_changed'))
  await settled()
  assert.deepEqual(
    a.notified.map(({ method }) => method),
    ['notifications/roots/list_changed'],
  )
  assert.deepEqual(b.notified, [])
})

test('log messages say their target and are filtered by the level that the client has set', async (t) => {
  const [a, b] = pair()
  a.on.set('logging/setLevel', () => result({}))
  a.on.set('tools/call', ({ caller }) => {
    for (const params of ['{"level":"info","data":1e400}', '{"level":"error","logger":"l","data":-0}'])
      caller.notification('notifications/message', raw(params).raw)
    return result({ content: [] })
  })
  const { request, end } = federate([a, b])
  t.after(end)
  const client = new FakeClient()
  await request(client, 'tools/call', { name: 'a_x' })
  assert.deepEqual(
    client.heard.map(({ text }) => text),
    ['{"logger":"a","level":"info","data":1e400}', '{"level":"error","logger":"a/l","data":-0}'],
  )
  client.heard.length = 0
  valueOf(await request(client, 'logging/setLevel', { level: 'warning' }))
  assert.deepEqual(JSON.parse(a.asked('logging/setLevel')[0]?.params ?? ''), { level: 'warning' })
  assert.equal(b.asked('logging/setLevel').length, 0, 'no conversation, no dialling')
  await request(client, 'tools/call', { name: 'a_x' })
  assert.equal(client.heard.length, 1)
})

test('a new conversation is told the level and the subscriptions of the one before', async (t) => {
  const server = new Server('a').tools(['x']).resources('file:///r')
  for (const method of ['logging/setLevel', 'resources/subscribe', 'tools/call'])
    server.on.set(method, () => result({}))
  const { request, end } = federate([server, new Server('b')])
  t.after(end)
  const client = new FakeClient()
  await request(client, 'resources/subscribe', { uri: 'a+file:///r' })
  await request(client, 'logging/setLevel', { level: 'debug' })
  for (const peer of server.open) if (peer.principal === 'alice') peer.lost(new Error('gone'))
  server.seen.length = 0
  await request(client, 'tools/call', { name: 'a_x' })
  assert.deepEqual(
    server.seen.map(({ method, params }) => [method, params]),
    [
      ['logging/setLevel', '{"level":"debug"}'],
      ['resources/subscribe', '{"uri":"file:///r"}'],
      ['tools/call', '{"name":"x"}'],
    ],
  )
})

test('what a policy keeps from being asked is not told in a notification either', async (t) => {
  const door: Policy = { onQuestion: ({ params }) => (params.includes('attack') ? 'withheld' : undefined) }
  for (const [program, heard] of [
    [compileProgram([]), 4],
    [compileProgram([door]), 1],
  ] as const) {
    const [a, b] = pair()
    a.on.set('tools/call', ({ caller }) => {
      caller.notification('notifications/message', raw('{"level":"error","data":"attack"}').raw)
      caller.notification('notifications/message', raw('{"level":"error","data":"rain"}').raw)
      caller.notification('notifications/progress', raw('{"progressToken":1,"progress":1,"message":"attack"}').raw)
      caller.notification('notifications/tasks/status', raw('{"taskId":"1","statusMessage":"attack"}').raw)
      return result({})
    })
    const tasks = taskNames()
    const { request, end } = federate([a, b], { program, tasks })
    t.after(end)
    const client = new FakeClient()
    tasks.began(client, a.target, '1')
    valueOf(await request(client, 'tools/call', { name: 'a_x' }))
    assert.equal(client.heard.length, heard)
  }
})

test('what policies put in place of a question or notification is what the client reads', async (t) => {
  const without = (word: string): Policy => ({
    onQuestion: (question) =>
      question.params.includes(word)
        ? { ...question, params: rawJson(question.params.replaceAll(word, `[${word.length}]`)) }
        : undefined,
  })
  for (const [policies, read] of [
    [[], 'one secret three'],
    [[without('secret'), without('three')], 'one [6] [5]'],
  ] as const) {
    const [a, b] = pair()
    a.on.set('tools/call', async ({ caller }) => {
      caller.notification('notifications/message', rawJson('{"level":"error","data":"one secret three"}'))
      return await caller.ask('elicitation/create', rawJson('{"message":"one secret three"}'))
    })
    const { request, end } = federate([a, b], { program: compileProgram(policies) })
    t.after(end)
    const client = new FakeClient({ elicitation: {} })
    valueOf(await request(client, 'tools/call', { name: 'a_x' }))
    assert.ok(client.heard[0]?.text?.includes(`"data":"${read}"`))
    assert.equal(client.questions[0]?.params, JSON.stringify({ message: read }))
  }
})

test('a form of a question that a client has not declared is not asked, whatever its server was told', async (t) => {
  const a = new Server('a').tools(['x'])
  const questions = [
    ['elicitation/create', { message: 'open', mode: 'url', url: 'https://example.com', elicitationId: '1' }],
    ['elicitation/create', { message: 'fill', mode: 'form', requestedSchema: {} }],
    ['sampling/createMessage', { messages: [], maxTokens: 1, tools: [{ name: 't' }] }],
    ['sampling/createMessage', { messages: [], maxTokens: 1 }],
  ] as const
  a.on.set('tools/call', async ({ caller }) => {
    const all: string[] = []
    for (const [method, params] of questions) all.push((await caller.ask(method, rawJson(JSON.stringify(params)))).raw)
    return result({ all })
  })
  const { request, end } = federate([a])
  t.after(end)
  const asked = async (capabilities: JsonObject) => {
    const client = new FakeClient(capabilities)
    const { all } = valueOf(await request(client, 'tools/call', { name: 'x' }))
    assert.ok(Array.isArray(all))
    return all.map((text: string) => /support ([a-z.]+)/.exec(text)?.[1] ?? 'asked')
  }
  assert.deepEqual(await asked({ elicitation: {}, sampling: {} }), [
    'elicitation.url',
    'asked',
    'sampling.tools',
    'asked',
  ])
  const able = { elicitation: { url: {} }, sampling: { tools: {} } }
  assert.deepEqual(await asked(able), ['asked', 'elicitation.form', 'asked', 'asked'])
  assert.deepEqual(await asked({}), ['elicitation.url', 'elicitation', 'sampling.tools', 'sampling'])
})

test('a person is sent to web pages only, whatever a server would have opened', async (t) => {
  const a = new Server('a').tools(['x'])
  const { request, end } = federate([a])
  t.after(end)
  const client = new FakeClient({ elicitation: { url: {} } })
  const addresses = [
    'javascript:alert(1)',
    ' https://a.test/',
    'file:///etc/passwd',
    'ms-word:x',
    'https:',
    'data:text/html,x',
  ]
  for (const url of [...addresses, 'https://a.test/', 'HTTP://a.test']) {
    a.on.set('tools/call', async ({ caller }) => {
      const params = { mode: 'url', message: 'open', elicitationId: '1', url }
      return result({ said: JSON.parse((await caller.ask('elicitation/create', rawJson(JSON.stringify(params)))).raw) })
    })
    const { said } = valueOf(await request(client, 'tools/call', { name: 'x' }))
    assert.equal(JSON.stringify(said).includes('web pages only'), addresses.includes(url), url)
    const details = { elicitations: [{ mode: 'url', message: 'open', url }] }
    a.on.set('tools/call', () => ({
      kind: 'error',
      raw: rawJson(JSON.stringify({ code: -32042, message: 'open it', data: details })),
    }))
    const { code } = errorOf(await request(client, 'tools/call', { name: 'x' }))
    assert.equal(code, addresses.includes(url) ? -32603 : -32042, url)
  }
  assert.equal(client.questions.length, 2)
})
