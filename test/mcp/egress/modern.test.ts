// Servers of 2026-07-28 over HTTP, as clients of earlier revisions and of this one meet them: the fixture, made with another library.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rawJson } from '../../../src/core/brand.ts'
import type { Connection } from '../../../src/mcp/conversation.ts'
import { agrees, meet } from './modern-stage.ts'
import { caller, callTool, failure, peer, until } from './stage.ts'

const asked = async (connection: Connection, method: string, params: object = {}, by = caller()) => {
  const { kind, raw } = await connection.request({ method, params: rawJson(JSON.stringify(params)) }, by)
  return { kind, ...JSON.parse(raw) }
}

test('a server of 2026-07-28 is recognised, and says of itself what one of before would have', async (t) => {
  const { connection } = await meet(t)
  const hello = JSON.parse(connection.hello.raw)
  assert.equal(connection.hello.revision, '2026-07-28')
  assert.equal(hello.protocolVersion, '2025-11-25')
  assert.ok(hello.serverInfo.name.length > 0)
  assert.equal(connection.session, undefined)
  const tools = await asked(connection, 'tools/list')
  assert.deepEqual(Object.keys(tools), ['kind', 'tools'])
})

test('tools, prompts, resources and completions are there for clients of before', async (t) => {
  const { connection } = await meet(t)
  const called = await callTool(connection, 'test_structured_content')
  assert.deepEqual(called, {
    content: [{ type: 'text', text: '{"city":"Turin","degrees":21.5}' }],
    structuredContent: { city: 'Turin', degrees: 21.5 },
  })
  const prompt = await asked(connection, 'prompts/get', { name: 'test_simple_prompt' })
  assert.ok(prompt.messages.length > 0)
  const read = await asked(connection, 'resources/read', { uri: 'test://static-text' })
  assert.deepEqual(Object.keys(read), ['kind', 'contents'])
  const completion = await asked(connection, 'completion/complete', {
    ref: { type: 'ref/prompt', name: 'test_prompt_with_arguments' },
    argument: { name: 'arg1', value: 'p' },
  })
  assert.ok(Array.isArray(completion.completion.values))
  assert.deepEqual(await asked(connection, 'ping'), { kind: 'result' })
  const large = await callTool(connection, 'test_large_result', { bytes: 2_000_000 })
  assert.ok(JSON.stringify(large).length > 2_000_000)
})

test('structured content that is no object reaches clients of before within one', async (t) => {
  const { connection, up } = await meet(t)
  assert.deepEqual(await callTool(connection, 'test_structured_list'), {
    content: [{ type: 'text', text: '[1,2,3]' }],
    structuredContent: { result: [1, 2, 3] },
  })
  const modern = await up.connect(peer({ revision: '2026-07-28' }))
  const as = await callTool(modern, 'test_structured_list')
  assert.match(JSON.stringify(as), /"structuredContent":\[1,2,3\]/)
  assert.match(JSON.stringify(as), /"resultType":"complete"/)
})

test('what servers ask within results is asked of the user, round after round', async (t) => {
  const { connection } = await meet(t)
  const by = caller(agrees)
  const says = async (tool: string, args: object, text: RegExp) =>
    assert.match(JSON.stringify(await callTool(connection, tool, args, by)), text)
  await says('test_elicitation', { message: 'who?' }, /action=accept, content=.*ada/)
  await says('test_sampling', { prompt: 'p' }, /sampled words/)
  await says('test_roots', {}, /file:\/\/\/home\/project/)
  await says('test_input_required_result_multi_round', {}, /Ada likes/)
  await says('test_input_required_result_request_state', {}, /state-ok: true/)
  await says('test_input_required_result_multiple_inputs', {}, /sampled words Ada/)
  assert.equal(by.asked.length, 3 + 2 + 1 + 3)
  const prompt = await asked(connection, 'prompts/get', { name: 'test_input_required_result_prompt' }, by)
  assert.ok(prompt.messages.length > 0)
})

test('a user who declines is heard', async (t) => {
  const { connection } = await meet(t)
  const by = caller(async () => ({ kind: 'result', raw: rawJson('{"action":"decline"}') }))
  assert.match(
    JSON.stringify(await callTool(connection, 'test_elicitation', { message: 'who?' }, by)),
    /action=decline/,
  )
})

test('a question that the client answers with an error ends the call, with its words', async (t) => {
  const { connection } = await meet(t)
  const by = caller(async () => ({ kind: 'error', raw: rawJson('{"code":-1,"message":"not now"}') }))
  const result = await callTool(connection, 'test_elicitation', { message: 'who?' }, by)
  assert.match(JSON.stringify(result), /not answered: not now.*"isError":true/)
})

test('who cannot be asked is told what is missing', async (t) => {
  const { connection, up } = await meet(t, { speaker: { capabilities: rawJson('{}') } })
  const result = await callTool(connection, 'test_missing_capability', {}, caller(agrees))
  assert.match(JSON.stringify(result), /support sampling.*"isError":true/)
  const modern = await up.connect(peer({ revision: '2026-07-28', capabilities: rawJson('{}') }))
  const error = await asked(modern, 'tools/call', { name: 'test_missing_capability', arguments: {} })
  assert.equal(error.code, -32021)
  assert.deepEqual(error.data.requiredCapabilities, { sampling: {} })
})

test('a client that asks the user itself gets the question as it is, and brings the answer', async (t) => {
  const { connection } = await meet(t, { speaker: { revision: '2026-07-28' } })
  const by = { ...caller(agrees), takesInput: true }
  const call = { name: 'test_input_required_result_request_state', arguments: {} }
  const wants = await asked(connection, 'tools/call', call, by)
  assert.equal(wants.resultType, 'input_required')
  assert.equal(typeof wants.requestState, 'string')
  const inputResponses = { confirm: { action: 'accept', content: { ok: true } } }
  const answer = await asked(
    connection,
    'tools/call',
    { ...call, inputResponses, requestState: wants.requestState },
    by,
  )
  assert.match(JSON.stringify(answer), /state-ok: true/)
  assert.equal(by.asked.length, 0)
})

test('a state that nobody gave them is not carried for clients of before', async (t) => {
  const { connection } = await meet(t)
  const call = { name: 'test_input_required_result_request_state', arguments: {}, requestState: 'forged' }
  assert.match(JSON.stringify(await asked(connection, 'tools/call', call, caller(agrees))), /state-ok: true/)
  const modern = { ...caller(agrees), takesInput: true }
  assert.match(JSON.stringify(await asked(connection, 'tools/call', call, modern)), /-32602|state/i)
})

test('a server that asks without end is left after ten rounds', async (t) => {
  const { connection } = await meet(t)
  const by = caller(agrees)
  await assert.rejects(
    callTool(connection, 'test_asks_forever', {}, by),
    failure('upstream.protocol', /tools\/call: it asks for input more than 10 times/),
  )
  assert.equal(by.asked.length, 10)
})

test('progress and log messages come on the call’s own stream, in the client’s words', async (t) => {
  const { connection } = await meet(t)
  const by = caller()
  const call = { name: 'test_tool_with_progress', arguments: {}, _meta: { progressToken: 'mine' } }
  await asked(connection, 'tools/call', call, by)
  assert.deepEqual(
    by.heard.map(({ method, params }) => [method, JSON.parse(params ?? '{}').progressToken]),
    Array.from({ length: 3 }, () => ['notifications/progress', 'mine']),
  )
  const silent = { ...caller(), logLevel: 'error' }
  await callTool(connection, 'test_tool_with_logging', {}, silent)
  assert.equal(silent.heard.length, 0)
  const usual = caller()
  await callTool(connection, 'test_tool_with_logging', {}, usual)
  assert.equal(usual.heard.length, 3)
  assert.deepEqual(await asked(connection, 'logging/setLevel', { level: 'debug' }), { kind: 'result' })
})

test('clients of this revision read log messages only when their requests ask for them', async (t) => {
  const { connection } = await meet(t, { speaker: { revision: '2026-07-28' } })
  const by = caller()
  await callTool(connection, 'test_tool_with_logging', {}, by)
  assert.equal(by.heard.length, 0)
  const asks = { ...caller(), logLevel: 'info' }
  await callTool(connection, 'test_tool_with_logging', {}, asks)
  assert.equal(asks.heard.length, 3)
})

test('a call that is called off ends its stream, and the tool its work', async (t) => {
  const { connection, world } = await meet(t)
  const gone = new AbortController()
  const waiting = callTool(connection, 'test_wait', { name: 'a' }, caller(agrees, gone.signal))
  setTimeout(() => gone.abort(new Error('changed my mind')), 50)
  await assert.rejects(waiting, /changed my mind/)
  await until(() => world.abandoned.has('a'))
})

test('a call that is called off while the user thinks comes to nothing', async (t) => {
  const { connection } = await meet(t)
  const gone = new AbortController()
  const by = caller(async () => {
    gone.abort(new Error('changed my mind'))
    return { kind: 'error', raw: rawJson('{"code":-1,"message":"over"}') }
  }, gone.signal)
  await assert.rejects(callTool(connection, 'test_elicitation', { message: 'who?' }, by), /changed my mind/)
})

test('the gateway hears of lists that change, clients of resources that they have subscribed to', async (t) => {
  const { connection, up, world, who } = await meet(t)
  const catalog = peer({ principal: '' })
  await up.connect(catalog)
  assert.deepEqual(await asked(connection, 'resources/subscribe', { uri: 'test://watched-resource' }), {
    kind: 'result',
  })
  world.touch('test://watched-resource')
  await until(() => who.heard.length === 1)
  assert.deepEqual(who.heard, [
    { method: 'notifications/resources/updated', params: '{"uri":"test://watched-resource"}' },
  ])
  await until(() => {
    world.change('tools')
    return catalog.heard.some(({ method }) => method === 'notifications/tools/list_changed')
  })
  await asked(connection, 'resources/unsubscribe', { uri: 'test://watched-resource' })
  const other = await up.connect(peer())
  await asked(other, 'resources/subscribe', { uri: 'test://static-text' })
  world.touch('test://watched-resource')
  world.touch('test://static-text')
  world.change('prompts')
  await until(() => catalog.heard.some(({ method }) => method === 'notifications/prompts/list_changed'))
  assert.equal(who.heard.length, 1)
})

test('arguments that headers repeat are repeated, and the server is content', async (t) => {
  const { connection } = await meet(t)
  await asked(connection, 'tools/list')
  const args = { region: 'Zürich', priority: 7, urgent: false }
  assert.match(JSON.stringify(await callTool(connection, 'test_header_params', args)), /Z.rich/)
})

test('headers that were not known are learnt from the list when the server wants them', async (t) => {
  const { connection, who } = await meet(t)
  assert.match(JSON.stringify(await callTool(connection, 'test_header_params', { region: 'eu' })), /eu/)
  assert.deepEqual(
    who.heard.map(({ method }) => method),
    ['notifications/tools/list_changed'],
  )
})

test('errors keep their codes, but for what earlier revisions call otherwise', async (t) => {
  const { connection, up } = await meet(t)
  assert.equal((await asked(connection, 'tools/call', { name: 'nobody' })).code, -32602)
  assert.equal((await asked(connection, 'no/such/method')).code, -32601)
  assert.equal((await asked(connection, 'subscriptions/listen', { notifications: {} })).code, -32601)
  assert.equal((await asked(connection, 'resources/read', { uri: 'test://nothing' })).code, -32002)
  const modern = await up.connect(peer({ revision: '2026-07-28' }))
  assert.equal((await asked(modern, 'resources/read', { uri: 'test://nothing' })).code, -32602)
})

test('a conversation that has ended asks nothing any more', async (t) => {
  const { connection } = await meet(t)
  await connection[Symbol.asyncDispose]()
  await assert.rejects(callTool(connection, 'test_roots'), failure('request.aborted', /has been ended/))
})
