// Which form an answer takes when the client says which it would rather have, and servers that hang up in the middle of a call.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { raw } from '../upstreams.ts'
import { later, Raw, serve, Table } from './serve.ts'

const ping = { id: 1, method: 'ping' }
const call = { id: 7, method: 'tools/call' }

test('a client that names event streams first, or weighs them more, gets one', async (t) => {
  const { url } = await serve(t)
  const client = await Raw.open(url)
  const form = async (accept: string): Promise<string> => {
    const { headers, events, json } = await client.post(ping, { accept })
    const isStream = headers['content-type'] === 'text/event-stream'
    const message = isStream ? JSON.parse(events.at(-1)?.data ?? '') : json
    assert.deepEqual(message, { jsonrpc: '2.0', id: 1, result: {} })
    if (isStream) assert.deepEqual([events[0]?.data, events[0]?.retry], ['', 1_000], 'primed')
    return isStream ? 'stream' : 'json'
  }
  assert.deepEqual(
    await Promise.all(
      [
        'application/json, text/event-stream',
        'application/json,text/event-stream, */*',
        'text/event-stream;q=0.5, application/json',
        'text/event-stream, application/json',
        'Text/Event-Stream, Application/JSON',
        'application/json;q=0.1, text/event-stream;q=0.9',
      ].map(form),
    ),
    ['json', 'json', 'json', 'stream', 'stream', 'stream'],
  )
})

/** A table whose server hangs up once it is called, and answers when the test says so. */
function leaving() {
  const table = new Table()
  const gate = later()
  table.methods.set('tools/call', async ({ caller }) => {
    caller.hungUp?.(123)
    await gate.promise
    return raw('{"done":true}')
  })
  return { table, gate }
}

test('when the server hangs up its client is sent away as well, and finds the answer when it comes back', async (t) => {
  const { table, gate } = leaving()
  const { url } = await serve(t, { table })
  const client = await Raw.open(url)
  const first = await client.stream(call)
  await first.ended
  assert.equal(first.headers['content-type'], 'text/event-stream')
  assert.deepEqual(first.messages(), [])
  assert.equal(first.events.at(-1)?.retry, 123)
  const id = first.events.findLast((event) => event.id !== undefined)?.id ?? ''
  const again = await client.listen(id)
  gate.settle()
  assert.deepEqual((await again.message(0)).result, { done: true })
  await again.ended
  const late = await client.listen(id)
  assert.deepEqual((await late.message(0)).result, { done: true }, 'also for who comes when it is over')
})

test('clients of revisions that know nothing of it wait for the answer', async (t) => {
  for (const revision of ['2025-03-26', '2025-06-18']) {
    const { table, gate } = leaving()
    const { url } = await serve(t, { table })
    const client = await Raw.open(url, { revision })
    const answer = client.post(call)
    gate.settle()
    assert.deepEqual((await answer).json.result, { done: true })
  }
})
