// Answers of upstreams that want the same request again: with answers, with their own state, or after a link was visited.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rawJson, targetName } from '../../../src/core/brand.ts'
import { error, raw, result } from '../upstreams.ts'
import { accept, answers, call, elicits, greets, refused, serving, stateOf } from './modern-asking.ts'
import { envelope, headersOf, send } from './modern-client.ts'
import { type Message, until } from './serve.ts'

test('what asks to be sent again is sent again, with the server’s own state, sealed on the way', async (t) => {
  const { url, table } = await serving(t, ({ incoming, x }) => {
    x.mcpTarget = 'one'
    const state = incoming.string('requestState')
    if (state !== undefined) return result({ said: [state, incoming.params['inputResponses']] })
    return raw(
      '{"resultType":"input_required","inputRequests":{"who":{"method":"elicitation/create","params":{"message":"Who?"}},"where":{"method":"roots/list"}},"requestState":"upst\\u0072eam"}',
    )
  })
  const said = { capabilities: { elicitation: {}, roots: {} } }
  const asked = await call(url, {}, said)
  assert.deepEqual(asked.result?.['inputRequests'], {
    who: { method: 'elicitation/create', params: { message: 'Who?' } },
    where: { method: 'roots/list', params: {} },
  })
  assert.equal(JSON.stringify(asked).includes('upstream'), false)
  const { result: done } = await call(url, answers(asked), said)
  assert.deepEqual(done?.['said'], ['upstream', { who: accept({ name: 'Ada' }), where: accept({ name: 'Ada' }) }])
  const foreign = await call(url, answers(asked), { ...said, headers: { 'x-caller': 'mallory' } })
  assert.deepEqual(refused(foreign), { requestState: 'unknown' })
  const undeclared = await call(url, {}, elicits)
  assert.deepEqual(
    [undeclared.status, undeclared.error?.code, refused(undeclared)],
    [400, -32021, { requiredCapabilities: { roots: {} } }],
  )
  assert.equal(table.asked.length, 3)
})

test('who may not use a thing any more is refused as ever, and nobody can take up its call later', async (t) => {
  const { url, table } = await serving(t, greets)
  const asked = await call(url)
  table.subject = async () => undefined
  table.methods.set('tools/call', () => error(-32602, 'Unknown tool: greet'))
  const denied = await call(url, answers(asked))
  assert.deepEqual(denied.error, (await call(url)).error)
  assert.equal(table.asked[0]?.caller.signal?.aborted, true, 'the server need not wait for an answer')
  table.subject = async () => ({ target: targetName('one'), tasks: undefined })
  assert.deepEqual(refused(await call(url, answers(asked))), { requestState: 'used' })
})

test('no target reads another one’s state', async (t) => {
  const { url, table } = await serving(t, greets)
  table.methods.set('prompts/get', ({ x }) => {
    x.mcpTarget = 'one'
    return raw('{"resultType":"input_required","requestState":"on"}')
  })
  const { json } = await send(url, 'prompts/get', { name: 'greet' })
  table.subject = async () => ({ target: targetName('two'), tasks: undefined })
  const moved = await send(url, 'prompts/get', { name: 'greet', requestState: stateOf(json) })
  assert.deepEqual(moved.json.error?.data, { requestState: 'unknown' })
})

test('a server that asks to be asked again without end is stopped', async (t) => {
  const { url } = await serving(t, () => raw('{"resultType":"input_required","requestState":"on"}'), {
    limits: { parkedRounds: 3 },
  })
  let asked: Message = await call(url)
  for (let round = 1; round < 3; round++) asked = await call(url, { requestState: stateOf(asked) })
  const { error: told } = await call(url, { requestState: stateOf(asked) })
  assert.deepEqual([told?.code, told?.message], [-32603, 'asked more than 3 times'])
})

test('a link that must be visited is asked for, then the request is sent again', async (t) => {
  let connected = false
  const needed = {
    code: -32042,
    message: 'connect first',
    data: { elicitations: [{ mode: 'url', elicitationId: 'e', url: 'https://x.test/', message: 'Connect' }] },
  }
  const { url, table } = await serving(t, ({ incoming }) => {
    assert.equal(incoming.at('requestState'), undefined)
    assert.equal(incoming.at('inputResponses'), undefined)
    return connected ? result({ content: [] }) : { kind: 'error', raw: rawJson(JSON.stringify(needed)) }
  })
  const said = { capabilities: { elicitation: { url: {} } } }
  const asked = await call(url, {}, said)
  assert.deepEqual(asked.result?.['inputRequests'], {
    'visit-1': { method: 'elicitation/create', params: { mode: 'url', message: 'Connect', url: 'https://x.test/' } },
  })
  const declined = await call(
    url,
    { requestState: stateOf(asked), inputResponses: { 'visit-1': { action: 'decline' } } },
    said,
  )
  assert.equal(declined.error?.code, -32603)
  assert.equal(table.asked.length, 1)
  connected = true
  assert.equal((await call(url, answers(asked, {}), said)).result?.['resultType'], 'complete')
  connected = false
  const forms = await call(url)
  assert.deepEqual([forms.status, refused(forms)], [400, { requiredCapabilities: { elicitation: { url: {} } } }])
})

test('kinds of results that nobody asked for do not reach the client', async (t) => {
  const { url } = await serving(t, () => raw('{"resultType":"surprise"}'))
  const { error: told } = await call(url)
  assert.equal(told?.code, -32603)
})

test('the state of a server that asks to be sent again is good for one answer, though the server would take it twice', async (t) => {
  const { url, table } = await serving(t, ({ incoming }) =>
    incoming.string('requestState') === undefined
      ? raw(
          '{"resultType":"input_required","inputRequests":{"who":{"method":"elicitation/create","params":{"message":"Who?"}}},"requestState":"mine"}',
        )
      : result({ content: [] }),
  )
  const asked = await call(url)
  const many = await Promise.all(Array.from({ length: 4 }, () => call(url, answers(asked))))
  assert.equal(many.filter((each) => each.result?.['resultType'] === 'complete').length, 1)
  for (const each of many.filter(({ error: told }) => told !== undefined))
    assert.deepEqual([each.status, each.error?.code, refused(each)], [400, -32602, { requestState: 'used' }])
  assert.equal(table.asked.length, 2)
  const again = await call(url)
  assert.equal((await call(url, answers(again))).result?.['resultType'], 'complete')
})

test('a state is not used up by an answer that found no room', async (t) => {
  const { url, table } = await serving(
    t,
    ({ incoming }) =>
      incoming.string('requestState') === undefined && incoming.params['arguments'] === undefined
        ? new Promise(() => {})
        : incoming.string('requestState') === undefined
          ? raw('{"resultType":"input_required","inputRequests":{},"requestState":"mine"}')
          : result({ content: [] }),
    { limits: { callsPerSession: 1 } },
  )
  const said = { ...elicits, headers: { 'x-caller': 'alice' } }
  const asked = await call(url, {}, said)
  const stop = new AbortController()
  const params = { name: 'greet', _meta: envelope(said) }
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })
  const headers = headersOf('tools/call', params, said.headers)
  const busy = fetch(url, { method: 'POST', headers, body, signal: stop.signal })
  await until(() => table.asked.length === 2)
  assert.equal((await call(url, answers(asked), said)).status, 429)
  stop.abort()
  await assert.rejects(busy)
  let last = await call(url, answers(asked), said)
  while (last.status === 429) last = await call(url, answers(asked), said)
  assert.equal(last.result?.['resultType'], 'complete')
})

test('a question that sends people to something else than a web page does not pass', async (t) => {
  const asks = (url: string) =>
    JSON.stringify({
      resultType: 'input_required',
      inputRequests: { a: { method: 'elicitation/create', params: { mode: 'url', message: 'Open', url } } },
    })
  let address = 'https://a.test/'
  const { url } = await serving(t, () => raw(asks(address)))
  const said = { capabilities: { elicitation: { url: {} } } }
  assert.equal((await call(url, {}, said)).result?.['resultType'], 'input_required')
  address = 'javascript:alert(1)'
  assert.match((await call(url, {}, said)).error?.message ?? '', /web pages only/)
})
