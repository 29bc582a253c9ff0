// Questions of servers to the user, and calls that the client takes back.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rawJson } from '../../../src/core/brand.ts'
import { result } from '../upstreams.ts'
import { type Message, Raw, serve, Table, until } from './serve.ts'

const call = { id: 'call', method: 'tools/call' }

/** A table whose call asks the user, and answers with what the user said. */
function asking(): Table {
  const table = new Table()
  table.methods.set('tools/call', async ({ caller }) => {
    const said = await caller.ask('elicitation/create', rawJson('{"message" : "sure?"}'))
    return result({ kind: said.kind, said: JSON.parse(said.raw) })
  })
  return table
}

test('a question travels on the stream of its call, the answer comes in a POST', async (t) => {
  const { url } = await serve(t, { table: asking() })
  const client = await Raw.open(url)
  const stream = await client.stream(call)
  const question = await stream.message(0)
  assert.equal(question.method, 'elicitation/create')
  assert.deepEqual(question.params, { message: 'sure?' })
  assert.equal((await client.post({ id: question.id, result: { action: 'accept', content: {} } })).status, 202)
  assert.deepEqual(await stream.message(1), {
    jsonrpc: '2.0',
    id: 'call',
    result: { kind: 'result', said: { action: 'accept', content: {} } },
  })
  await stream.ended
})

test('a client may answer with an error', async (t) => {
  const { url } = await serve(t, { table: asking() })
  const client = await Raw.open(url)
  const stream = await client.stream(call)
  const { id } = await stream.message(0)
  await client.post({ id, error: { code: -1, message: 'no' } })
  assert.deepEqual((await stream.message(1)).result, { kind: 'error', said: { code: -1, message: 'no' } })
})

test('only the first answer counts, with exactly the id of the question, in the same session', async (t) => {
  const { url } = await serve(t, { table: asking() })
  const [client, other] = [await Raw.open(url), await Raw.open(url)]
  const stream = await client.stream(call)
  const { id } = await stream.message(0)
  for (const wrong of [String(id), Number(id) + 1, 0]) await client.post({ id: wrong, result: { action: 'forged' } })
  await other.post({ id, result: { action: 'forged' } })
  await client.post({ id, result: { action: 'decline' } })
  assert.equal((await client.post({ id, result: { action: 'accept' } })).status, 202)
  assert.deepEqual((await stream.message(1)).result, { kind: 'result', said: { action: 'decline' } })
})

test('where nobody says who they are, the session’s id alone answers in somebody’s place (row 74)', async (t) => {
  const { url } = await serve(t, { table: asking() })
  const client = await Raw.open(url)
  const stream = await client.stream(call)
  const { id } = await stream.message(0)
  await new Raw(url, client.id).post({ id, result: { action: 'forged' } })
  assert.deepEqual((await stream.message(1)).result, { kind: 'result', said: { action: 'forged' } })
  const alice = await Raw.open(url, { headers: { 'x-caller': 'alice' } })
  const asked = await alice.stream(call)
  const question = await asked.message(0)
  const forged = { id: question.id, result: { action: 'forged' } }
  assert.equal((await new Raw(url, alice.id, { 'x-caller': 'bob' }).post(forged)).status, 404)
  await alice.post({ id: question.id, result: { action: 'decline' } })
  assert.deepEqual((await asked.message(1)).result, { kind: 'result', said: { action: 'decline' } })
})

test('a question of no call uses the stream of the session', async (t) => {
  const { url, table } = await serve(t)
  const client = await Raw.open(url, { revision: '2025-06-18' })
  const stream = await client.listen()
  const [known] = table.attached
  const answer = known?.ask('roots/list', undefined)
  const { id, method } = await stream.message(0)
  assert.equal(method, 'roots/list')
  await client.post({ id, result: { roots: [] } })
  assert.deepEqual(await answer, { kind: 'result', raw: '{"roots":[]}' })
  stream.cut()
})

test('a client that does not listen is asked on the stream of the only call that runs', async (t) => {
  const table = new Table()
  table.methods.set('tools/call', async ({ client }) => {
    const answer = await client.ask('roots/list', rawJson('{}'))
    return result({ raw: answer.raw })
  })
  const { url } = await serve(t, { table })
  const client = await Raw.open(url)
  const stream = await client.stream(call)
  const { id, method } = await stream.message(0)
  assert.equal(method, 'roots/list')
  await client.post({ id, result: { roots: [] } })
  assert.deepEqual((await stream.message(1)).result, { raw: '{"roots":[]}' })
})

test('a question waits for a client that listens later', async (t) => {
  const { url, table } = await serve(t)
  const client = await Raw.open(url, { revision: '2025-06-18' })
  await client.post({ id: 1, method: 'ping' })
  const [known] = table.attached
  const answer = known?.ask('roots/list', undefined)
  const stream = await client.listen()
  const { id } = await stream.message(0)
  await client.post({ id, result: {} })
  assert.deepEqual(await answer, { kind: 'result', raw: '{}' })
  stream.cut()
})

test('a cancelled call stops, takes its questions back, and is not answered', async (t) => {
  const table = asking()
  const { url } = await serve(t, { table })
  const client = await Raw.open(url)
  const stream = await client.stream(call)
  const { id } = await stream.message(0)
  const signal = table.asked[0]?.caller.signal
  await client.post({ method: 'notifications/cancelled', params: { requestId: 'call', reason: 'enough' } })
  await stream.ended
  assert.equal(signal?.aborted, true)
  assert.match(String(signal?.reason), /enough/)
  assert.deepEqual(
    stream.messages().map((each): unknown => each.method),
    ['elicitation/create', 'notifications/cancelled'],
  )
  assert.deepEqual(stream.messages()[1]?.params, { requestId: id })
  assert.equal(table.heard.length, 0)
})

test('only exactly the id that was asked with cancels', async (t) => {
  const table = new Table()
  table.methods.set('tools/call', () => new Promise(() => {}))
  const { url } = await serve(t, { table })
  const [client, other] = [await Raw.open(url), await Raw.open(url)]
  const answer = client.post({ id: 1, method: 'tools/call' })
  await until(() => table.asked.length === 1)
  const signal = table.asked[0]?.caller.signal
  const cancel = (from: Raw, requestId: unknown): Promise<unknown> =>
    from.post({ method: 'notifications/cancelled', params: { requestId } })
  for (const wrong of ['1', 2, null, [1], 1.5]) await cancel(client, wrong)
  await cancel(other, 1)
  assert.equal(signal?.aborted, false)
  await cancel(client, 1)
  const { status, text } = await answer
  assert.equal(status, 202)
  assert.equal(text, '')
  assert.equal(signal?.aborted, true)
})

test('a question that the server takes back is taken back at the client', async (t) => {
  const table = new Table()
  const stop = new AbortController()
  table.methods.set('tools/call', async ({ caller }) => {
    const said = await caller.ask('elicitation/create', undefined, stop.signal)
    return result({ kind: said.kind })
  })
  const { url } = await serve(t, { table })
  const client = await Raw.open(url)
  const stream = await client.stream(call)
  const { id } = await stream.message(0)
  stop.abort()
  const cancelled = await stream.message(1)
  assert.equal(cancelled.method, 'notifications/cancelled')
  assert.deepEqual(cancelled.params, { requestId: id })
  assert.deepEqual((await stream.message(2)).result, { kind: 'error' })
})

test('a question is not waited for beyond its time', async (t) => {
  const { url } = await serve(t, { table: asking(), limits: { upstreamTotalMs: 20 } })
  const client = await Raw.open(url)
  const stream = await client.stream(call)
  await stream.ended
  const [question, cancelled, answer]: readonly Message[] = stream.messages()
  assert.equal(question?.method, 'elicitation/create')
  assert.deepEqual(cancelled?.params, { requestId: question?.id })
  assert.deepEqual(answer?.result, {
    kind: 'error',
    said: { code: -32603, message: 'the client did not answer in time' },
  })
})

test('questions end with the session', async (t) => {
  const { url, table } = await serve(t)
  const client = await Raw.open(url)
  await client.post({ id: 1, method: 'ping' })
  const [known] = table.attached
  const answer = known?.ask('roots/list', undefined)
  await client.end()
  assert.equal((await answer)?.kind, 'error')
})

test('without sessions nobody can be asked for long: the call ends with its POST', async (t) => {
  const table = asking()
  table.stateful = false
  const { url } = await serve(t, { table, limits: { upstreamTotalMs: 20 } })
  const { ask, rpc } = await import('./serve.ts')
  const { events } = await ask(url, { body: rpc(call) })
  assert.match(events.at(-1)?.data ?? '', /did not answer in time/)
})
