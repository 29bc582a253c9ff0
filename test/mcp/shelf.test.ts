// Slow, dead, returning and changing upstreams: lists never wait for them for long, and clients hear what is new.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../src/core/item.ts'
import {
  error,
  errorOf,
  FakeClient,
  federate,
  names,
  quiet,
  raw,
  remembering,
  result,
  Server,
  settled,
  unreachable,
  valueOf,
} from './upstreams.ts'

const tool = (name: string): JsonObject => ({ name, inputSchema: { type: 'object' } })

test('a slow target is waited for within the budget, then left out, and announced when it has answered', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const slow = new Server('slow').tools(['s'])
  const { promise, resolve } = Promise.withResolvers<void>()
  slow.door = () => promise
  const { federation, request, end } = federate([new Server('a').tools(['x']), slow], { failOpen: true })
  t.after(end)
  const client = new FakeClient()
  t.after(federation.attach(client))
  let answer: string[] | undefined
  const listing = request(client, 'tools/list').then((listed) => {
    answer = names(listed)
  })
  await settled()
  t.mock.timers.tick(1_999)
  await settled()
  assert.equal(answer, undefined, 'it still waits')
  t.mock.timers.tick(1)
  await listing
  assert.deepEqual(answer, ['a_x'])
  assert.deepEqual(names(await request(client, 'tools/list')), ['a_x'], 'nobody waits twice')
  resolve()
  await settled()
  t.mock.timers.tick(100)
  assert.deepEqual(
    client.heard.map(({ method }) => method),
    ['notifications/tools/list_changed'],
  )
  assert.deepEqual(names(await request(client, 'tools/list')), ['a_x', 'slow_s'])
})

test('a dead target fails lists with its name and step, or is left out when failures are open', async (t) => {
  const log = remembering()
  for (const failOpen of [false, true]) {
    const dead = new Server('dead')
    dead.door = unreachable('dead')
    const { request, end } = federate([new Server('a').tools(['x']), dead], { failOpen, log })
    t.after(end)
    const answer = await request(new FakeClient(), 'tools/list')
    if (failOpen) assert.deepEqual(names(answer), ['a_x'])
    else {
      const { code, message } = errorOf(answer)
      assert.equal(code, -32603)
      assert.match(message, /^failed to send message: target dead: initialize: /)
    }
  }
  assert.ok(log.lines.some(({ level, fields }) => level === 'warn' && fields['target'] === 'dead'))
})

test('when no target can be reached even open failures fail', async (t) => {
  const dead = new Server('dead')
  dead.door = unreachable('dead')
  const { request, end } = federate([dead], { failOpen: true })
  t.after(end)
  assert.match(errorOf(await request(new FakeClient(), 'tools/list')).message, /target dead/)
})

test('a list that one step refuses names that step', async (t) => {
  const server = new Server('a')
  server.on.set('tools/list', () => error(-32000, 'out of order'))
  const { request, end } = federate([server])
  t.after(end)
  const { message } = errorOf(await request(new FakeClient(), 'tools/list'))
  assert.match(message, /target a: tools\/list: .*-32000 out of order/)
  assert.deepEqual(names(await request(new FakeClient(), 'prompts/list'), 'prompts'), [], 'other lists are fine')
})

test('garbage instead of a list is a failure of that target, not of the gateway', async (t) => {
  const server = new Server('a')
  server.on.set('tools/list', () => raw('{"tools":"none"}'))
  const { request, end } = federate([server])
  t.after(end)
  assert.match(
    errorOf(await request(new FakeClient(), 'tools/list')).message,
    /target a: tools\/list: .*holds no tools/,
  )
})

test('a target that was dead at first is dialled again and announced when it comes back', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_000_000 })
  const late = new Server('late').tools(['l'])
  late.door = unreachable('late')
  const { federation, request, end } = federate([new Server('a').tools(['x']), late], { failOpen: true })
  t.after(end)
  const client = new FakeClient()
  t.after(federation.attach(client))
  assert.deepEqual(names(await request(client, 'tools/list')), ['a_x'])
  t.mock.timers.tick(499)
  await settled()
  assert.equal(late.connects, 1)
  t.mock.timers.tick(1)
  await settled()
  assert.equal(late.connects, 2)
  t.mock.timers.tick(500)
  await settled()
  assert.equal(late.connects, 2, 'the pause grows')
  late.door = async () => {}
  t.mock.timers.tick(500)
  await settled()
  t.mock.timers.tick(100)
  assert.equal(client.heard.at(-1)?.method, 'notifications/tools/list_changed')
  assert.deepEqual(names(await request(client, 'tools/list')), ['a_x', 'late_l'])
})

test('a client that comes after the failure hears of the recovery, though nobody asks again', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_000_000 })
  const late = new Server('late').tools(['l'])
  late.door = unreachable('late')
  const { federation, request, end } = federate([new Server('a').tools(['x']), late], { failOpen: true })
  t.after(end)
  const client = new FakeClient()
  assert.deepEqual(names(await request(client, 'tools/list')), ['a_x'])
  t.mock.timers.tick(200)
  t.after(federation.attach(client))
  late.door = async () => {}
  t.mock.timers.tick(300)
  await settled()
  t.mock.timers.tick(100)
  assert.equal(client.heard.at(-1)?.method, 'notifications/tools/list_changed')
})

test('without anybody listening a dead target is left in peace', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const dead = new Server('dead')
  dead.door = unreachable('dead')
  const { request, end } = federate([new Server('a').tools(['x']), dead], { failOpen: true })
  t.after(end)
  await request(new FakeClient(), 'tools/list')
  t.mock.timers.tick(3_600_000)
  await settled()
  assert.equal(dead.connects, 1)
})

test('a target that dies keeps its last good list', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const server = new Server('a').tools(['x'])
  const { request, end } = federate([server])
  t.after(end)
  const client = new FakeClient()
  await request(client, 'tools/list')
  server.door = unreachable('a')
  for (const peer of server.open) peer.lost(new Error('gone'))
  t.mock.timers.tick(61_000)
  assert.deepEqual(names(await request(client, 'tools/list')), ['x'])
  await settled()
  assert.equal(server.connects, 2, 'it was dialled again behind the answer')
  assert.deepEqual(names(await request(client, 'tools/list')), ['x'])
})

test('list_changed is passed on once, and only when the list is another one', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const server = new Server('a').tools(['x'])
  const { federation, request, end } = federate([server, new Server('b')])
  t.after(end)
  const client = new FakeClient()
  t.after(federation.attach(client))
  await request(client, 'tools/list')
  const changed = async (): Promise<void> => {
    server.say('notifications/tools/list_changed')
    server.say('notifications/tools/list_changed')
    t.mock.timers.tick(500)
    await settled()
    t.mock.timers.tick(100)
  }
  await changed()
  assert.deepEqual(client.heard, [], 'nothing changed')
  assert.equal(server.asked('tools/list').length, 2, 'one reading for all notifications')
  server.tools(['x', 'y'])
  await changed()
  assert.deepEqual(
    client.heard.map(({ method }) => method),
    ['notifications/tools/list_changed'],
  )
  assert.deepEqual(names(await request(client, 'tools/list')), ['a_x', 'a_y'])
})

test('a client hears of a change although another one has read the new list before', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const server = new Server('a').tools(['x'])
  const { federation, request, end } = federate([server])
  t.after(end)
  const client = new FakeClient()
  t.after(federation.attach(client))
  await request(client, 'tools/list')
  server.tools(['y'])
  server.say('notifications/tools/list_changed')
  t.mock.timers.tick(500)
  await settled()
  assert.deepEqual(names(await request(new FakeClient(), 'tools/list')), ['y'])
  t.mock.timers.tick(100)
  assert.equal(client.heard.length, 1)
})

test('a server that calls every reading a change does not keep the gateway busy', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const server = new Server('a')
  let reads = 0
  server.on.set('tools/list', ({ peer }) => {
    peer.notification('notifications/tools/list_changed', undefined)
    return result({ tools: [tool(`t${reads++}`)] })
  })
  const { request, end } = federate([server])
  t.after(end)
  await request(new FakeClient(), 'tools/list')
  for (let second = 0; second < 10; second++) {
    t.mock.timers.tick(100)
    await settled()
  }
  assert.ok(reads <= 3, `${reads} readings in a second`)
})

test('a list is read again when it has aged, behind the answer', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const server = new Server('a').tools(['x'])
  const { request, end } = federate([server])
  t.after(end)
  const client = new FakeClient()
  await request(client, 'tools/list')
  server.tools(['y'])
  t.mock.timers.tick(60_001)
  assert.deepEqual(names(await request(client, 'tools/list')), ['x'])
  await settled()
  assert.deepEqual(names(await request(client, 'tools/list')), ['y'])
})

test('a list that holds for less by its server’s word is read again sooner, and that word goes no further', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const server = new Server('a')
  const listing = (name: string) =>
    result({ tools: [{ name, inputSchema: { type: 'object' } }], ttlMs: 5_000, cacheScope: 'private', other: 1 })
  server.on.set('tools/list', () => listing('x'))
  const { request, end } = federate([server])
  t.after(end)
  const client = new FakeClient()
  assert.deepEqual(Object.keys(valueOf(await request(client, 'tools/list'))), ['tools', 'other'])
  server.on.set('tools/list', () => listing('y'))
  t.mock.timers.tick(4_000)
  await request(client, 'tools/list')
  await settled()
  assert.deepEqual(names(await request(client, 'tools/list')), ['x'])
  t.mock.timers.tick(2_000)
  await request(client, 'tools/list')
  await settled()
  assert.deepEqual(names(await request(client, 'tools/list')), ['y'])
})

test('a list of a silent upstream is given up at its deadline', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const server = new Server('a')
  server.on.set(
    'tools/list',
    ({ caller }) =>
      new Promise((_, reject) => caller.signal?.addEventListener('abort', () => reject(caller.signal?.reason))),
  )
  const { request, end } = federate([server])
  t.after(end)
  const first = request(new FakeClient(), 'tools/list')
  await settled()
  t.mock.timers.tick(2_000)
  assert.match(errorOf(await first).message, /target a: tools\/list has not been answered in time/)
  t.mock.timers.tick(60_000)
  await settled()
  const second = request(new FakeClient(), 'tools/list')
  await settled()
  assert.match(errorOf(await second).message, /target a: tools\/list: no answer within 60000 ms/)
})

test('a catalog conversation that nobody needs is ended, and opened again when somebody asks', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const server = new Server('a').tools(['x'])
  const { federation, request, end } = federate([server])
  t.after(end)
  const client = new FakeClient()
  const detach = federation.attach(client)
  await request(client, 'tools/list')
  t.mock.timers.tick(600_000)
  assert.equal(server.open.size, 1, 'somebody listens')
  detach()
  t.mock.timers.tick(120_000)
  await settled()
  assert.equal(server.open.size, 0)
  assert.deepEqual(names(await request(client, 'tools/list')), ['x'])
  await settled()
  assert.deepEqual([server.open.size, server.connects], [1, 2])
})

test('how many tools a target offers is a metric, as long as the target is there', async () => {
  const counts = new Map<string, () => number | undefined>()
  const metrics = {
    ...quiet,
    targetTools: (target: string, count: () => number | undefined) => {
      counts.set(target, count)
      return () => void counts.delete(target)
    },
  }
  const { request, end } = federate([new Server('a').tools(['x', 'y']), new Server('b').tools([])], { metrics })
  assert.equal(counts.get('a')?.(), undefined)
  await request(new FakeClient(), 'tools/list')
  assert.deepEqual([counts.get('a')?.(), counts.get('b')?.()], [2, 0])
  await end()
  assert.equal(counts.size, 0)
})
