// Conversations of clients without sessions: who goes on with whose, how many there are, and when they end.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { targetName } from '../../../src/core/brand.ts'
import type { Client } from '../../../src/mcp/conversation.ts'
import { result } from '../upstreams.ts'
import { type Said, send } from './modern-client.ts'
import { conversation, later, serve, Table, until } from './serve.ts'

/** A server whose conversations are counted, and whose calls wait until the test lets them go. */
function counted(): { readonly table: Table; readonly clients: Client[]; ended: number; hold: Promise<void> } {
  const table = new Table()
  const self = { table, clients: [] as Client[], ended: 0, hold: Promise.resolve() } // filled below
  table.methods.set('tools/call', async ({ client }) => {
    self.clients.push(client)
    const opened = (): void => void self.ended++
    if (!client.connections.has(targetName('one')))
      client.connections.set(targetName('one'), Promise.resolve(conversation(opened)))
    await self.hold
    return result({ content: [] })
  })
  return self
}

const call = (url: string, said: Said = {}) => send(url, 'tools/call', { name: 'say' }, said)
const elicits: Said = { capabilities: { elicitation: {} } }
const as = (caller: string, said: Said = {}): Said => ({ ...said, headers: { 'x-caller': caller } })

test('who says the same goes on with the same conversations; who says something else, or is somebody else, does not', async (t) => {
  const { table, clients } = counted()
  const { url } = await serve(t, { table })
  const sayings: readonly Said[] = [
    {},
    { level: 'info' },
    { info: { name: 'other', version: '1' } },
    elicits,
    as('alice'),
    as('bob'),
  ]
  for (const said of sayings) await call(url, said)
  for (const said of sayings) await call(url, said)
  assert.equal(new Set(clients).size, sayings.length)
  assert.deepEqual(clients.slice(0, sayings.length), clients.slice(sayings.length))
})

test('requests that may be asked something have a client each, the others share one', async (t) => {
  const self = counted()
  const { url } = await serve(t, { table: self.table })
  const gate = later()
  self.hold = gate.promise
  const running = [call(url), call(url), call(url, elicits), call(url, elicits)]
  await until(() => self.clients.length === 4)
  gate.settle()
  await Promise.all(running)
  assert.equal(new Set(self.clients).size, 3)
  await call(url, elicits)
  assert.equal(new Set(self.clients).size, 3, 'free ones are used again')
})

test('after a rush no more conversations are kept than the next requests may need', async (t) => {
  const self = counted()
  const { url } = await serve(t, { table: self.table })
  const gate = later()
  self.hold = gate.promise
  const running = Array.from({ length: 20 }, () => call(url, elicits))
  await until(() => self.clients.length === 20)
  gate.settle()
  await Promise.all(running)
  await until(() => self.ended === 12)
})

test('calls of one caller at a time are bounded, and others notice nothing', async (t) => {
  const self = counted()
  const { url, hits } = await serve(t, { table: self.table, limits: { callsPerSession: 2 } })
  const gate = later()
  self.hold = gate.promise
  const running = [call(url, as('alice')), call(url, as('alice'))]
  await until(() => self.clients.length === 2)
  const third = await call(url, as('alice'))
  assert.deepEqual([third.status, third.json.error?.code, hits], [429, -32603, ['callsPerSession']])
  const bob = call(url, as('bob'))
  await until(() => self.clients.length === 3)
  gate.settle()
  for (const each of await Promise.all([...running, bob])) assert.equal(each.status, 200)
  assert.equal((await call(url, as('alice'))).status, 200)
})

test('one caller’s clients are bounded: the one used longest ago ends, running ones do not', async (t) => {
  const self = counted()
  const { url, hits } = await serve(t, { table: self.table, limits: { sessionsPerSubject: 2 } })
  const named = (name: string): Said => as('alice', { info: { name, version: '1' } })
  for (const name of ['a', 'b', 'c']) await call(url, named(name))
  await until(() => self.ended === 1)
  assert.deepEqual(hits, ['sessionsPerSubject'])
  await call(url, named('b'))
  assert.equal(self.clients[3], self.clients[1])
  const gate = later()
  self.hold = gate.promise
  const running = [call(url, named('b')), call(url, named('c'))]
  await until(() => self.clients.length === 6)
  const { status, json } = await call(url, named('d'))
  assert.deepEqual([status, json.error?.code], [503, -32603])
  gate.settle()
  await Promise.all(running)
})

test('in all there are as many as sessions: the nameless make room for the named, not the other way round', async (t) => {
  const self = counted()
  const { url, hits } = await serve(t, { table: self.table, limits: { sessions: 2 } })
  await call(url, { info: { name: 'nameless', version: '1' } })
  await call(url, as('alice'))
  await call(url, as('bob'))
  await until(() => self.ended === 1)
  assert.equal((await call(url)).status, 503)
  assert.deepEqual(hits, ['sessions', 'sessions'])
  await call(url, as('alice'))
  assert.equal(self.clients.at(-1), self.clients[1])
})

test('an idle client ends with its conversations, and the gateway ends all of them', async (t) => {
  const self = counted()
  const served = await serve(t, { table: self.table, limits: { sessionIdleMs: 50 } })
  await call(served.url)
  await until(() => self.ended === 1)
  await call(served.url)
  await served.dispose()
  await until(() => self.ended === 2)
})

test('what a client says of itself is cut, however long it is', async (t) => {
  const { table, clients } = counted()
  const { url } = await serve(t, { table })
  const long = 'x'.repeat(50_000)
  await call(url, {
    info: { name: long, version: '1', icons: [long] },
    capabilities: { sampling: {}, experimental: { long } },
  })
  const [client] = clients
  assert.ok(client !== undefined && client.clientInfo.length < 1_100)
  assert.deepEqual(client.capabilities, { sampling: {} })
})
