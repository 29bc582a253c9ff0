// Lists of single principals: read in their own conversation, with what has been read for all until then.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { Exchange } from '../../src/core/exchange.ts'
import type { Peer } from '../../src/mcp/conversation.ts'
import type { FederationOptions } from '../../src/mcp/federation.ts'
import { Front } from '../../src/mcp/front.ts'
import { PersonalServers } from '../../src/mcp/personal.ts'
import { isGateway, ownerOf } from '../../src/mcp/principals.ts'
import { Shelf } from '../../src/mcp/shelf.ts'
import { compileProgram, emptyProgram } from '../../src/policy/policy.ts'
import { silent } from '../../src/telemetry/log.ts'
import { exchange, FakeClient, incoming, limits, names, quiet, result, Server, taskNames } from './upstreams.ts'

const tool = (name: string) => ({ name, inputSchema: { type: 'object' } })

/** A server that lists what belongs to whoever it is read for. */
function mirror(name = 'a'): Server {
  const server = new Server(name)
  server.on.set('tools/list', ({ peer }) => result({ tools: [tool('common'), tool(`of-${ownerOf(peer.principal)}`)] }))
  server.on.set('tools/call', ({ params }) => result({ content: [], params: params ?? '' }))
  return server
}

function stage(t: TestContext, servers: readonly Server[], personal = true, more: Partial<FederationOptions> = {}) {
  const shared = { limits, log: silent, metrics: quiet, version: '1' }
  const shelves = servers.map((upstream) => new Shelf({ ...shared, upstream, personal }))
  const options = {
    ...shared,
    prefixMode: 'conditional',
    failOpen: false,
    stateful: true,
    program: emptyProgram,
    tasks: taskNames(),
    ...more,
  } as const
  const federation = new PersonalServers({ ...options, shelves })
  t.after(async () => {
    await federation[Symbol.asyncDispose]()
    await Promise.all(shelves.map((shelf) => shelf[Symbol.asyncDispose]()))
  })
  return { federation, shelves }
}

const as = (principal: string): FakeClient => Object.assign(new FakeClient(), { principal })
const list = (federation: PersonalServers, client: FakeClient, x: Exchange = exchange()) =>
  federation.request(client, incoming('tools/list'), client, x)

test('identified callers see their own lists, those whom nobody has identified the common one', async (t) => {
  const server = mirror()
  const { federation } = stage(t, [server])
  const [alice, bob, anyone] = [as('jwt alice'), as('jwt bob'), as('anonymous')]
  assert.deepEqual(names(await list(federation, alice)), ['common', 'of-jwt alice'])
  assert.deepEqual(names(await list(federation, bob)), ['common', 'of-jwt bob'])
  assert.deepEqual(names(await list(federation, anyone)), ['common', 'of-anonymous'])
  const use = (name: string) => federation.request(alice, incoming('tools/call', { name }), alice, exchange())
  assert.match((await use('of-jwt alice')).raw, /"content"/)
  assert.match((await use('of-jwt bob')).raw, /Unknown tool: of-jwt bob/)
})

test('while the own list is read, the common one stands in, and a change is told', async (t) => {
  const server = mirror()
  const { federation } = stage(t, [server])
  await list(federation, as('anonymous'))
  let open = (): void => {}
  server.door = () => new Promise((resolve) => (open = resolve))
  const alice = as('jwt alice')
  t.after(federation.attach(alice))
  assert.deepEqual(
    names(await list(federation, alice)),
    ['common', 'of-anonymous'],
    'nobody waits for a process to start',
  )
  server.door = async () => {}
  open()
  await delay(400)
  assert.deepEqual(
    alice.heard.map(({ method }) => method),
    ['notifications/tools/list_changed'],
  )
  assert.deepEqual(names(await list(federation, alice)), ['common', 'of-jwt alice'])
})

test('shared targets are read once, whoever asks', async (t) => {
  const server = new Server('a').tools(['x'])
  const { federation } = stage(t, [server], false)
  for (const principal of ['jwt alice', 'jwt bob', 'anonymous']) await list(federation, as(principal))
  assert.equal(server.asked('tools/list').length, 1)
})

test('a list is read with what was verified of the caller last, and with nobody to be asked', async (t) => {
  const server = mirror()
  const peers: Peer[] = []
  server.on.set('tools/list', ({ peer }) => {
    peers.push(peer)
    return result({ tools: [] })
  })
  const { federation } = stage(t, [server])
  const x = exchange()
  x.jwt = { claims: { sub: 'alice' }, raw: 'token' }
  await list(federation, as('jwt alice'), x)
  const [peer] = peers
  assert.equal(peer?.who?.jwt, x.jwt)
  assert.ok(isGateway(peer?.principal ?? 'nobody'))
  assert.deepEqual(await peer?.ask('elicitation/create', undefined), {
    kind: 'error',
    raw: '{"code":-32601,"message":"nobody is here to answer elicitation/create"}',
  })
})

test('rules apply to own lists as to common ones', async (t) => {
  const program = compileProgram([
    { permits: (item) => (item.kind !== 'model' && item.name === 'common' ? 'no' : 'yes'), audience: () => '' },
  ])
  const { federation } = stage(t, [mirror()], true, { program })
  assert.deepEqual(names(await list(federation, as('jwt alice'))), ['of-jwt alice'])
})

test('a reload moves everybody’s lists to the next configuration, and tells of what is new to them', async (t) => {
  const before = stage(t, [mirror()])
  const front = new Front(before.federation)
  const alice = as('jwt alice')
  t.after(front.attach(alice))
  await front.request(alice, incoming('tools/list'), alice, exchange())
  const after = stage(t, [mirror('a'), new Server('b').tools(['more'])])
  await list(after.federation, as('anonymous'))
  front.use(after.federation)
  await delay(400)
  assert.ok(alice.heard.some(({ method }) => method === 'notifications/tools/list_changed'))
  const listed = names(await front.request(alice, incoming('tools/list'), alice, exchange()))
  assert.deepEqual([listed.length, listed[0], listed.at(-1)], [3, 'a_common', 'b_more'])
  assert.match(listed[1] ?? '', /^a_of-jwt_alice/)
})

test('principals without a session make room for others, and end what was theirs alone', async (t) => {
  const server = mirror()
  const { federation } = stage(t, [server])
  for (let n = 0; n < 300; n++) await list(federation, as(`jwt ${n}`))
  await delay(50)
  assert.ok(server.open.size <= 257, `${server.open.size} conversations are open`)
  assert.equal(server.disposed, false, 'the upstream is everybody’s')
})
