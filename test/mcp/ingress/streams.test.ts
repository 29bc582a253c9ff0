// Event streams: the one of a session, those of calls, and how a client whose connection broke hears the rest.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rawJson } from '../../../src/core/brand.ts'
import type { Caller } from '../../../src/mcp/conversation.ts'
import { raw } from '../upstreams.ts'
import { ask, later, Raw, serve, Table, until } from './serve.ts'

const ping = { id: 1, method: 'ping' }
const call = { id: 7, method: 'tools/call' }
const changed = 'notifications/tools/list_changed'

/** A table whose call says one thing, and ends when the test says so. */
function slow() {
  const table = new Table()
  const gate = later()
  const callers: Caller[] = []
  table.methods.set('tools/call', async ({ caller }) => {
    callers.push(caller)
    caller.notification('notifications/message', rawJson('{"n":1}'))
    await gate.promise
    return raw('{"done":true}')
  })
  return { table, gate, callers }
}

test('a session has one event stream, which may open before it is ready', async (t) => {
  const { url } = await serve(t)
  const client = await Raw.open(url, { revision: '2025-06-18' })
  const stream = await client.listen()
  assert.equal(stream.status, 200)
  assert.equal(stream.headers['content-type'], 'text/event-stream')
  assert.equal(stream.headers['cache-control'], 'no-cache')
  assert.equal(stream.headers['x-accel-buffering'], 'no')
  const second = await client.listen()
  assert.equal(second.status, 409)
  await second.ended
  assert.equal(second.text(), 'mcp: the session has an event stream already')
  assert.equal((await client.post({ method: 'notifications/initialized' })).status, 202)
  stream.cut()
  await stream.ended
  for (;;) {
    const again = await client.listen()
    if (again.status === 200) {
      again.cut()
      break
    }
  }
})

test('what belongs to no call is heard on the stream, and waits for one', async (t) => {
  const { url, table } = await serve(t)
  const client = await Raw.open(url, { revision: '2025-06-18' })
  await client.post(ping)
  const [known] = table.attached
  known?.notification(changed, undefined)
  const stream = await client.listen()
  assert.equal((await stream.message(0)).method, changed)
  known?.notification('notifications/message', rawJson('{"data":"x"}'))
  assert.deepEqual((await stream.message(1)).params, { data: 'x' })
  assert.deepEqual(
    stream.events.map(({ id }) => id),
    ['0-1', '0-2'],
  )
  stream.cut()
})

test('what waits is bounded: the newest stays', async (t) => {
  const { url, table } = await serve(t)
  const client = await Raw.open(url, { revision: '2025-06-18' })
  await client.post(ping)
  const [known] = table.attached
  for (let n = 0; n < 500; n++) known?.notification('notifications/message', rawJson(`{"n":${n}}`))
  known?.notification('notifications/message', rawJson(`{"big":"${'x'.repeat(2 << 20)}"}`))
  const stream = await client.listen()
  await stream.message(99)
  assert.equal(stream.messages().length, 100)
  assert.deepEqual(stream.messages().at(-1)?.params, { n: 499 })
  stream.cut()
})

test('from 2025-11-25 on, a stream begins with an id to come back with', async (t) => {
  const { table, gate } = slow()
  const { url } = await serve(t, { table })
  const client = await Raw.open(url)
  const listening = await client.listen()
  await until(() => listening.events.length === 1)
  assert.deepEqual(listening.events[0], { event: 'message', data: '', id: '0-0', retry: 1000 })
  listening.cut()
  const answered = await client.stream(call)
  await answered.message(0)
  assert.deepEqual(answered.events[0], { event: 'message', data: '', id: '1-0', retry: 1000 })
  assert.equal(answered.events[1]?.id, '1-1')
  gate.settle()
  await answered.ended
})

test('2024-11-05 knows no event ids', async (t) => {
  const { table, gate } = slow()
  gate.settle()
  const { url } = await serve(t, { table })
  const client = await Raw.open(url, { revision: '2024-11-05' })
  const { events } = await client.post(call)
  assert.deepEqual(
    events.map(({ id }) => id),
    [undefined, undefined],
  )
  assert.equal((await client.listen('1-1')).status, 400)
})

test('a broken connection is no cancellation: the rest is heard on another one', async (t) => {
  const { table, gate, callers } = slow()
  const { url } = await serve(t, { table })
  const client = await Raw.open(url)
  const first = await client.stream(call)
  await first.message(0)
  first.cut()
  await first.ended
  callers[0]?.notification('notifications/message', rawJson('{"n":2}'))
  const second = await client.listen('1-1')
  assert.equal(second.status, 200)
  assert.deepEqual((await second.message(0)).params, { n: 2 })
  callers[0]?.notification('notifications/message', rawJson('{"n":3}'))
  assert.deepEqual((await second.message(1)).params, { n: 3 })
  assert.equal(callers[0]?.signal?.aborted, false)
  gate.settle()
  assert.deepEqual((await second.message(2)).result, { done: true })
  await second.ended
})

test('an answer that nobody heard is there for whoever comes back, as often as they like', async (t) => {
  const { table, gate } = slow()
  const { url } = await serve(t, { table })
  const client = await Raw.open(url, { revision: '2025-03-26' })
  const first = await client.stream(call)
  await first.message(0)
  first.cut()
  gate.settle()
  await until(() => table.asked[0]?.caller.signal?.aborted === true)
  for (const [after, count] of [
    ['1-1', 1],
    ['1-0', 2],
    ['1-2', 0],
  ] as const) {
    const again = await client.listen(after)
    await again.ended
    assert.equal(again.messages().length, count, after)
  }
})

test('the stream of the session is taken up where it broke, whether we have noticed that or not', async (t) => {
  const { url, table } = await serve(t)
  const client = await Raw.open(url)
  const first = await client.listen()
  const [known] = table.attached
  for (const n of [1, 2]) known?.notification('notifications/message', rawJson(`{"n":${n}}`))
  await first.message(1)
  const second = await client.listen('0-1')
  assert.equal(second.status, 200)
  assert.deepEqual((await second.message(0)).params, { n: 2 })
  await first.ended
  known?.notification('notifications/message', rawJson('{"n":3}'))
  assert.deepEqual((await second.message(1)).params, { n: 3 })
  second.cut()
})

test('event ids that nobody was given lead nowhere', async (t) => {
  const { table, gate } = slow()
  const { url } = await serve(t, { table })
  const [client, other] = [await Raw.open(url), await Raw.open(url)]
  const stream = await client.stream(call)
  await stream.message(0)
  for (const id of ['2-0', '-1-0', 'x', '1', '1-', '99999999999999999999-1', `${'1'.repeat(500)}-1`, '1-1-1', '1-1 ']) {
    const answer = await client.listen(id)
    if (id.endsWith(' ')) continue // white space around a value is none of it
    await answer.ended
    assert.equal(answer.status, 400, id)
    assert.equal(answer.text(), 'mcp: unknown event in Last-Event-ID')
  }
  const foreign = await other.listen('1-1')
  assert.equal(foreign.status, 400)
  gate.settle()
})

test('who has heard an answer and is gone for a while cannot ask for it again', async (t) => {
  t.mock.timers.enable({ apis: ['Date', 'setInterval'], now: 1_000_000 })
  const { table, gate } = slow()
  gate.settle()
  const { url } = await serve(t, { table })
  const client = await Raw.open(url)
  await client.post(call)
  const soon = await client.listen('1-0')
  await soon.ended
  assert.equal(soon.messages().length, 2)
  t.mock.timers.tick(120_000)
  assert.equal((await client.listen('1-0')).status, 400)
})

test('a call goes on for a minute without its client, then it is ended', async (t) => {
  t.mock.timers.enable({ apis: ['Date', 'setInterval'], now: 1_000_000 })
  for (const says of [true, false]) {
    const table = new Table()
    table.methods.set('tools/call', ({ caller }) => {
      if (says) caller.notification('notifications/message', undefined)
      return new Promise(() => {})
    })
    const { url, seen } = await serve(t, { table })
    const client = await Raw.open(url)
    if (says) {
      const stream = await client.stream(call)
      await stream.message(0)
      stream.cut()
    } else {
      const { request } = await import('node:http')
      const sent = request(url, {
        method: 'POST',
        headers: {
          accept: 'application/json, text/event-stream',
          'content-type': 'application/json',
          'mcp-session-id': client.id,
        },
      })
      sent.on('error', () => {})
      sent.end(JSON.stringify({ jsonrpc: '2.0', ...call }))
      await until(() => table.asked.length === 1)
      sent.destroy()
    }
    const { caller, x } = table.asked[0] ?? assert.fail('nothing was asked')
    await until(() => x.signal.aborted)
    t.mock.timers.tick(1_000) // somebody notices
    t.mock.timers.tick(59_000)
    assert.equal(caller.signal?.aborted, false)
    t.mock.timers.tick(1_000)
    assert.equal(caller.signal?.aborted, true)
    assert.match(String(caller.signal?.reason), /the client is gone/)
    assert.ok(seen.length > 0)
  }
})

test('a deadline of the route ends a call at once', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const table = new Table()
  table.methods.set('tools/call', () => new Promise(() => {}))
  const { url } = await serve(t, { table })
  const client = await Raw.open(url)
  const { Failure } = await import('../../../src/core/failure.ts')
  const answer = client.post(call)
  await until(() => table.asked.length === 1)
  const { caller, x } = table.asked[0] ?? assert.fail('nothing was asked')
  x.abort(new Failure('request.timeout', 'no answer within 5 ms'))
  t.mock.timers.tick(2_000)
  assert.match(String(caller.signal?.reason), /no answer within 5 ms/)
  await answer
})

test('silent streams say something now and then, so that nobody takes them for dead', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const { url, table } = await serve(t, { limits: { sseKeepAliveMs: 15_000 } })
  const client = await Raw.open(url, { revision: '2025-06-18' })
  const stream = await client.listen()
  t.mock.timers.tick(15_000)
  assert.equal(stream.text(), '')
  t.mock.timers.tick(15_000)
  await until(() => stream.text() === ':\n\n')
  const [known] = table.attached
  known?.notification(changed, undefined)
  await stream.message(0)
  t.mock.timers.tick(15_000)
  known?.notification(changed, undefined)
  await stream.message(1)
  assert.equal(stream.text().match(/:\n\n/g)?.length, 1)
  stream.cut()
})

test('whoever waits long for an answer gets a stream that is kept alive and can be resumed', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval', 'Date'], now: 1_000_000 })
  const table = new Table()
  const gate = later()
  table.methods.set('tools/call', async () => {
    await gate.promise
    return raw('{"done":true}')
  })
  const { url } = await serve(t, { table, limits: { sseKeepAliveMs: 15_000 } })
  const client = await Raw.open(url)
  const opening = client.stream(call)
  await until(() => table.asked.length === 1)
  for (let second = 0; second < 16; second++) t.mock.timers.tick(1_000)
  const stream = await opening
  assert.equal(stream.headers['content-type'], 'text/event-stream')
  await until(() => stream.events.length === 1)
  const last = stream.events[0]?.id
  for (let second = 0; second < 30; second++) t.mock.timers.tick(1_000)
  await until(() => stream.text().endsWith(':\n\n'))
  stream.cut()
  await stream.ended
  gate.settle()
  const rest = await client.listen(last)
  assert.deepEqual((await rest.message(0)).result, { done: true })
})

test('an answer that comes in time is JSON, however often its call was looked at', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval', 'Date'], now: 1_000_000 })
  const table = new Table()
  const gate = later()
  table.methods.set('tools/call', async () => {
    await gate.promise
    return raw('{"done":true}')
  })
  const { url } = await serve(t, { table, limits: { sseKeepAliveMs: 15_000 } })
  const client = await Raw.open(url)
  const answering = client.post(call)
  await until(() => table.asked.length === 1)
  for (let second = 0; second < 15; second++) t.mock.timers.tick(1_000)
  gate.settle()
  const answer = await answering
  assert.equal(answer.headers['content-type'], 'application/json')
  assert.deepEqual(answer.json.result, { done: true })
})

test('a reader that does not read is let go, and hears the rest when it comes back', async (t) => {
  const table = new Table()
  const gate = later()
  table.methods.set('tools/call', async ({ caller }) => {
    const data = 'x'.repeat(100_000)
    for (let n = 0; n < 40; n++) caller.notification('notifications/message', rawJson(`{"n":${n},"data":"${data}"}`))
    await gate.promise
    return raw('{}')
  })
  const { url } = await serve(t, { table })
  const client = await Raw.open(url, { revision: '2025-06-18' })
  const stream = await client.stream(call)
  await stream.ended
  const heard = stream.messages().length
  assert.ok(heard >= 10 && heard < 20, `${heard} of 40 were written`)
  const last = stream.events.at(-1)?.id
  gate.settle()
  const rest = await client.listen(last)
  await rest.ended
  assert.ok(rest.messages().length > 0)
  assert.deepEqual(rest.messages().at(-1)?.result, {})
})

test('all streams end when the ingress does', async (t) => {
  const { table } = slow()
  const served = await serve(t, { table })
  const client = await Raw.open(served.url)
  const [listening, answered] = [await client.listen(), await client.stream(call)]
  await answered.message(0)
  await served.dispose()
  await Promise.all([listening.ended, answered.ended])
  assert.equal(table.attached.size, 0)
})

test('a stream ends with its exchange', async (t) => {
  const { url, seen } = await serve(t)
  const client = await Raw.open(url)
  const stream = await client.listen()
  seen.at(-1)?.abort(new Error('the gateway is stopping'))
  await stream.ended
  assert.equal(stream.status, 200)
  assert.equal((await ask(url, { method: 'GET', headers: {} })).status, 406)
})
