// Sessions: what an id opens, for whom, for how long, and how many there may be.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { targetName } from '../../../src/core/brand.ts'
import { raw } from '../upstreams.ts'
import { conversation, later, Raw, serve, Table, until } from './serve.ts'

const ping = { id: 1, method: 'ping' }
const alice = { 'x-caller': 'alice' }
const bob = { 'x-caller': 'bob' }

/** An id in which one character is another one. */
const altered = (id: string, at: number): string => id.slice(0, at) + (id[at] === 'A' ? 'B' : 'A') + id.slice(at + 1)

test('a session that only opened, and said that it is ready, is not kept', async (t) => {
  const { url, table } = await serve(t)
  const client = await Raw.open(url)
  assert.equal((await client.post({ method: 'notifications/initialized' })).status, 202)
  assert.equal(table.attached.size, 0)
  assert.equal((await client.post(ping)).status, 200)
  assert.equal(table.attached.size, 1)
  assert.equal((await client.post({ method: 'notifications/initialized' })).status, 202)
  assert.equal(table.heard.length, 1)
})

test('a session knows what the client said of itself', async (t) => {
  const { url, table } = await serve(t)
  const client = await Raw.open(url, { revision: '2025-06-18', capabilities: { roots: { listChanged: true } } })
  await client.post(ping)
  const { client: known } = table.asked[0] ?? assert.fail('nothing was asked')
  assert.equal(known.revision, '2025-06-18')
  assert.equal(known.clientInfo, '{"name":"raw","version":"1"}')
  assert.deepEqual(known.capabilities, { roots: { listChanged: true } })
  assert.equal(known.principal, 'anonymous')
})

test('an id stays short, whatever the client says of itself', async (t) => {
  const { url, table } = await serve(t)
  const client = await Raw.open(url, {
    capabilities: { roots: {}, elicitation: { form: {} }, experimental: { long: 'x'.repeat(5_000) } },
  })
  assert.ok(client.id.length < 500)
  await client.post(ping)
  assert.deepEqual(table.asked[0]?.client.capabilities, { roots: {}, elicitation: {} })
})

test('missing, malformed and unknown ids have their own answers', async (t) => {
  const { url } = await serve(t)
  const { id } = await Raw.open(url)
  const missing = await new Raw(url, '').send('{"jsonrpc":"2.0","id":1,"method":"ping"}', {})
  assert.equal(missing.status, 400)
  const rows: readonly [string, number, string][] = [
    ['abc', 400, 'mcp: invalid session ID header'],
    ['not an id at all', 400, 'mcp: invalid session ID header'],
    [`${id}=`, 400, 'mcp: invalid session ID header'],
    ['x'.repeat(5_000), 400, 'mcp: invalid session ID header'],
    ['5f0c1d9e-3f5c-4b6a-9d5e-2f1f4a3b2c1d', 404, 'mcp: session not found'],
    [altered(id, 0), 404, 'mcp: session not found'],
    [altered(id, 40), 404, 'mcp: session not found'],
    [altered(id, id.length - 1), 404, 'mcp: session not found'],
    [id.slice(0, -1), 404, 'mcp: session not found'],
  ]
  for (const [given, status, text] of rows) {
    const client = new Raw(url, given)
    const answer = await client.post(ping)
    assert.equal(answer.status, status, given.slice(0, 50))
    assert.equal(answer.text, text)
    assert.equal((await client.post({ method: 'notifications/initialized' })).status, status)
    const stream = await client.listen()
    assert.equal(stream.status, status)
    stream.cut()
  }
})

test('a request without a session is told so, quietly', async (t) => {
  const { url } = await serve(t)
  const { ask, both, rpc } = await import('./serve.ts')
  const posted = await ask(url, { body: rpc(ping) })
  assert.equal(posted.status, 400)
  assert.equal(posted.text, 'mcp: session header is required for non-initialize requests')
  const listened = await ask(url, { method: 'GET', headers: both })
  assert.equal(listened.status, 400)
  const html = await ask(url, { method: 'GET', headers: { accept: 'text/html' } })
  assert.equal(html.status, 406)
  assert.equal(html.text, 'mcp: client must accept text/event-stream')
  const removed = await ask(url, { method: 'DELETE', headers: {} })
  assert.equal(removed.status, 400)
  assert.equal(removed.text, 'mcp: session ID is required')
})

test("nobody can use another caller's session, nor tell it from one that never was", async (t) => {
  const { url, table } = await serve(t)
  const mine = await Raw.open(url, { headers: alice })
  for (const live of [false, true]) {
    if (live) assert.equal((await mine.post(ping)).status, 200)
    for (const headers of [bob, { 'x-caller': '' }]) {
      const stolen = new Raw(url, mine.id, headers)
      const answer = await stolen.post(ping)
      assert.equal(answer.status, 404)
      assert.equal(answer.text, 'mcp: session not found')
      assert.equal((await stolen.listen()).status, 404)
      assert.equal((await stolen.end()).status, 202)
    }
    assert.equal((await new Raw(url, mine.id).post(ping)).status, 404)
  }
  assert.equal((await mine.post(ping)).status, 200)
  assert.ok(table.asked.every(({ client }) => client.principal === 'jwt test alice'))
  // Where nobody says who they are the id alone opens a session: that is what it is bound for.
  const nameless = await Raw.open(url)
  assert.equal((await new Raw(url, nameless.id).post(ping)).status, 200)
  const overheard = await new Raw(url, nameless.id).listen()
  assert.equal(overheard.status, 200)
  overheard.cut()
})

test('equal names of two issuers are two callers', async (t) => {
  const { url } = await serve(t, {
    identify: (name) => ({ via: 'jwt', subject: 'alice', claims: { iss: name } }),
  })
  const one = await Raw.open(url, { headers: { 'x-caller': 'issuer one' } })
  assert.equal((await one.post(ping)).status, 200)
  assert.equal((await new Raw(url, one.id, { 'x-caller': 'issuer two' }).post(ping)).status, 404)
})

test('DELETE ends a session for good, used or not', async (t) => {
  const { url, table } = await serve(t)
  for (const used of [false, true]) {
    const client = await Raw.open(url)
    if (used) await client.post(ping)
    const ended = await client.end({ accept: '*/*' })
    assert.equal(ended.status, 202)
    assert.equal(ended.text, '')
    assert.equal((await client.post(ping)).status, 404)
    assert.equal((await client.post({ method: 'notifications/initialized' })).status, 404)
    assert.equal((await client.end()).status, 202)
  }
  assert.equal(table.attached.size, 0)
})

test('DELETE ends what runs in the session: calls, stream, conversations', async (t) => {
  const table = new Table()
  const disposed = later()
  table.methods.set('tools/call', ({ client }) => {
    client.connections.set(targetName('one'), Promise.resolve(conversation(() => disposed.settle())))
    return new Promise(() => {})
  })
  const { url } = await serve(t, { table })
  const client = await Raw.open(url)
  const stream = await client.listen()
  const call = client.post({ id: 1, method: 'tools/call' })
  await until(() => table.asked.length === 1)
  const signal = table.asked[0]?.caller.signal
  assert.equal((await client.end()).status, 202)
  assert.equal((await call).status, 404)
  assert.equal(signal?.aborted, true)
  await stream.ended
  await disposed.promise
})

test('a session that is never used is good for as long as it may be idle', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 1_000_000 })
  const { url } = await serve(t, { limits: { sessionIdleMs: 60_000 } })
  const [early, late] = [await Raw.open(url), await Raw.open(url)]
  t.mock.timers.tick(59_999)
  assert.equal((await early.post(ping)).status, 200)
  t.mock.timers.tick(1)
  assert.equal((await late.post(ping)).status, 404)
})

test('idle sessions end, busy ones do not', async (t) => {
  t.mock.timers.enable({ apis: ['Date', 'setInterval'], now: 1_000_000 })
  const table = new Table()
  const gate = later()
  table.methods.set('tools/call', async () => {
    await gate.promise
    return raw('{}')
  })
  const { url } = await serve(t, { table, limits: { sessionIdleMs: 60_000 } })
  const [idle, calling, listening] = [await Raw.open(url), await Raw.open(url), await Raw.open(url)]
  for (const client of [idle, calling, listening]) await client.post(ping)
  const stream = await listening.listen()
  const call = calling.post({ id: 1, method: 'tools/call' })
  await until(() => table.asked.length === 4)
  assert.equal(table.attached.size, 3)
  t.mock.timers.tick(90_000)
  assert.equal(table.attached.size, 2)
  assert.equal((await idle.post(ping)).status, 404)
  assert.equal((await calling.post(ping)).status, 200)
  assert.equal((await listening.post(ping)).status, 200)
  gate.settle()
  assert.equal((await call).status, 200)
  stream.cut()
})

test('another process with the same key goes on with a session, for a day', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 1_000_000 })
  const options = { limits: { sessionIdleMs: 60_000 } }
  const [one, other] = [await serve(t, options), await serve(t, options)]
  const [used, unused] = [await Raw.open(one.url, { capabilities: { roots: {} } }), await Raw.open(one.url)]
  await used.post(ping)
  t.mock.timers.tick(23 * 3_600_000)
  assert.equal((await used.post(ping)).status, 404) // where it was opened it has been idle for too long
  assert.equal((await new Raw(other.url, used.id).post(ping)).status, 200)
  assert.deepEqual(other.table.asked[0]?.client.capabilities, { roots: {} })
  t.mock.timers.tick(3_600_000)
  assert.equal((await new Raw(other.url, unused.id).post(ping)).status, 404)
})

test('neither another key nor another backend opens it', async (t) => {
  const one = await serve(t, { name: 'one' })
  const { id } = await Raw.open(one.url)
  for (const options of [{ name: 'two' }, { name: 'one', sealKey: Buffer.alloc(32, 8) }]) {
    const other = await serve(t, options)
    assert.equal((await new Raw(other.url, id).post(ping)).status, 404)
  }
})

test('there are no more sessions than allowed, and none that works makes room for another', async (t) => {
  const table = new Table()
  const gate = later()
  table.methods.set('tools/call', async () => {
    await gate.promise
    return raw('{}')
  })
  const { url, hits } = await serve(t, { table, limits: { sessions: 2 } })
  const clients = [await Raw.open(url), await Raw.open(url), await Raw.open(url)]
  const calls = clients.slice(0, 2).map((client) => client.post({ id: 1, method: 'tools/call' }))
  await until(() => table.asked.length === 2)
  assert.equal((await clients[2]?.post(ping))?.status, 503)
  assert.deepEqual(hits, ['sessions'])
  gate.settle()
  for (const call of calls) assert.equal((await call).status, 200)
  assert.equal((await clients[2]?.post(ping))?.status, 200)
})

test('sessions that nobody has named make room, the one used longest ago first', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 1_000_000 })
  const { url, hits, table } = await serve(t, { limits: { sessions: 3 } })
  const named = await Raw.open(url, { headers: alice })
  const [listening, old, fresh] = [await Raw.open(url), await Raw.open(url), await Raw.open(url)]
  const used = async (client: Raw): Promise<number> => {
    t.mock.timers.tick(10)
    return (await client.post(ping)).status
  }
  for (const client of [named, listening, old]) assert.equal(await used(client), 200)
  const stream = await listening.listen()
  assert.equal(await used(old), 200)
  assert.equal(await used(fresh), 200)
  assert.equal(await used(old), 404, 'although it was used later than the one that listens')
  assert.equal(await used(named), 200)
  const crowd = await Promise.all(Array.from({ length: 20 }, () => Raw.open(url)))
  for (const client of crowd) assert.equal(await used(client), 200)
  assert.equal(await used(named), 200, 'a crowd without names pushes no name out')
  assert.equal(await used(listening), 404)
  assert.equal(table.attached.size, 3)
  assert.ok(hits.every((name) => name === 'sessions'))
  stream.cut()
})

test('a named caller finds room where only named ones are that do nothing, a nameless one does not', async (t) => {
  const { url } = await serve(t, { limits: { sessions: 2 } })
  const clients = await Promise.all([1, 2].map((n) => Raw.open(url, { headers: { 'x-caller': `c${n}` } })))
  for (const client of clients) assert.equal((await client.post(ping)).status, 200)
  const nameless = await Raw.open(url)
  assert.equal((await nameless.post(ping)).status, 503)
  const bobs = await Raw.open(url, { headers: bob })
  assert.equal((await bobs.post(ping)).status, 200)
  const statuses = await Promise.all(clients.map(async (client) => (await client.post(ping)).status))
  assert.deepEqual(
    statuses.toSorted((a, b) => a - b),
    [200, 404],
  )
})

test('a caller with too many sessions loses the one used longest ago', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 1_000_000 })
  const { url, hits } = await serve(t, { limits: { sessionsPerSubject: 2 } })
  const [first, second, third] = [
    await Raw.open(url, { headers: alice }),
    await Raw.open(url, { headers: alice }),
    await Raw.open(url, { headers: alice }),
  ]
  const other = await Raw.open(url, { headers: bob })
  for (const client of [other, first, second, first, third]) {
    t.mock.timers.tick(10)
    assert.equal((await client.post(ping)).status, 200)
  }
  assert.deepEqual(hits, ['sessionsPerSubject'])
  assert.equal((await second.post(ping)).status, 404)
  for (const client of [other, first, third]) assert.equal((await client.post(ping)).status, 200)
})

test('callers without a name do not push each other out', async (t) => {
  const { url } = await serve(t, { limits: { sessionsPerSubject: 1 } })
  const clients = [await Raw.open(url), await Raw.open(url)]
  for (const client of [...clients, ...clients]) assert.equal((await client.post(ping)).status, 200)
})

test('the same id may run again once it is answered, and the newest one counts meanwhile', async (t) => {
  const table = new Table()
  const gates = [later(), later()]
  table.methods.set('tools/call', async ({ incoming }) => {
    await gates[Number(incoming.params['n'])]?.promise
    return raw('{}')
  })
  const { url } = await serve(t, { table })
  const client = await Raw.open(url)
  const calls = [0, 1].map((n) => client.post({ id: 1, method: 'tools/call', params: { n } }))
  await until(() => table.asked.length === 2)
  await client.post({ method: 'notifications/cancelled', params: { requestId: 1 } })
  await until(() => table.asked[1]?.caller.signal?.aborted === true)
  for (const gate of gates) gate.settle()
  const statuses = (await Promise.all(calls)).map(({ status }) => status)
  assert.deepEqual(statuses, [200, 202])
})
