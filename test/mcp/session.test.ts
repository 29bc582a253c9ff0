// One session by itself: what it makes only when needed, and what is left of it at its end.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { rawJson, targetName } from '../../src/core/brand.ts'
import type { Client, Connection } from '../../src/mcp/conversation.ts'
import { Rounds } from '../../src/mcp/ingress/rounds.ts'
import { Channel, type EventStream } from '../../src/mcp/ingress/stream.ts'
import { type Running, Session } from '../../src/mcp/session.ts'
import { silent } from '../../src/telemetry/log.ts'
import { Table } from './ingress/serve.ts'

const facts = {
  id: 'id',
  principal: 'anonymous',
  revision: '2025-06-18',
  until: 0,
  clientInfo: rawJson('{}'),
  capabilities: {},
}

function parts(t: TestContext) {
  const rounds = new Rounds<EventStream>(60_000, () => {})
  t.after(() => rounds[Symbol.dispose]())
  const room = { bytes: 10_000 }
  return { streams: { rounds, room }, askTimeoutMs: 1_000, log: silent, resumable: true, room }
}

function running(id: string): Running & { readonly ends: string[] } {
  const ends: string[] = []
  return {
    id: rawJson(id),
    seat: -1,
    ends,
    say: () => {},
    cancel: (why) => void ends.push(why),
    sessionOver: () => void ends.push('over'),
  }
}

test('it hears of one federation at a time, and of none when it is over', (t) => {
  const [one, two] = [new Table(), new Table()]
  const session = new Session(facts, parts(t))
  session.use(one)
  session.use(one)
  session.use(two)
  assert.equal(one.attached.size, 0)
  assert.deepEqual([...two.attached], [session satisfies Client])
  session.end()
  assert.equal(two.attached.size, 0)
})

test('ids that look alike are two', (t) => {
  const session = new Session(facts, parts(t))
  const [number, text] = [running('1'), running('"1"')]
  session.begin(number)
  session.begin(text)
  assert.equal(session.running(rawJson('1')), number)
  assert.equal(session.running(rawJson('"1"')), text)
  assert.equal(session.running(rawJson('1.0')), undefined)
  assert.equal(session.calls, 2)
  session.done(number)
  assert.equal(session.calls, 1)
  assert.equal(session.idle, false)
  session.end()
  assert.deepEqual([number.ends, text.ends], [[], ['over']])
})

test('what is kept for readers is given back, by age and at the end', (t) => {
  const shared = parts(t)
  const session = new Session(facts, shared)
  const text = rawJson(JSON.stringify('x'.repeat(998)))
  session.notification('a', text)
  assert.ok(shared.room.bytes < 9_000)
  const channel = session.channel()
  channel.send(text)
  channel.end()
  const before = shared.room.bytes
  session.prune(Date.now() + 120_000)
  assert.equal(shared.room.bytes, before + 1_000) // the call's; what nobody has heard yet waits on
  session.end()
  assert.equal(shared.room.bytes, 10_000)
})

test('of many calls only the newest can be resumed, but every one that still runs', (t) => {
  const session = new Session(facts, parts(t))
  session.channel() // runs on
  for (let n = 0; n < 300; n++) {
    const channel = session.channel()
    channel.send(rawJson('{}'))
    channel.end()
  }
  assert.equal(session.listen('2-0'), 'unknown event')
  for (const number of [1, 301]) {
    const stream = session.listen(`${number}-0`)
    assert.ok(typeof stream !== 'string')
    stream.destroy()
  }
  session.end()
})

test('nothing is kept beyond the room there is for all', (t) => {
  const shared = parts(t)
  const session = new Session(facts, shared)
  for (let n = 0; n < 50; n++) session.notification('a', rawJson(JSON.stringify('x'.repeat(1_000))))
  assert.ok(shared.room.bytes >= 0)
  session.end()
  assert.equal(shared.room.bytes, 10_000)
})

test('a conversation that does not end cleanly keeps no session alive', async (t) => {
  const lines: string[] = []
  const session = new Session(facts, { ...parts(t), log: { ...silent, debug: (line) => void lines.push(line) } })
  const opening: Promise<Connection> = Promise.reject(new Error('refused'))
  opening.catch(() => {})
  session.connections.set(targetName('one'), opening)
  session.end()
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(session.connections.size, 0)
  assert.deepEqual(lines, ['a conversation did not end cleanly'])
  assert.deepEqual(await session.ask('ping', undefined), {
    kind: 'error',
    raw: (await session.ask('ping', undefined)).raw,
  })
})

test('a channel hands each reader what it has not heard', (t) => {
  const { streams } = parts(t)
  const channel = new Channel({ streams, number: 3, resumption: 'ids' })
  const read = (stream: EventStream): string => {
    let text = ''
    for (let chunk: Buffer | null = stream.read(); chunk !== null; chunk = stream.read()) text += chunk.toString()
    return text
  }
  const send = (n: number): void => channel.send(rawJson(String(n)))
  send(1)
  const first = channel.open()
  send(2)
  assert.equal(read(first), 'id: 3-1\nevent: message\ndata: 1\n\nid: 3-2\nevent: message\ndata: 2\n\n')
  first.destroy()
  send(3)
  const second = channel.open()
  assert.equal(read(second), 'id: 3-3\nevent: message\ndata: 3\n\n')
  const third = channel.open(1)
  assert.equal(read(second), '')
  assert.equal(read(third), 'id: 3-2\nevent: message\ndata: 2\n\nid: 3-3\nevent: message\ndata: 3\n\n')
  channel.end()
  send(4)
  assert.equal(read(third), '')
})

test('a question of no call in particular is heard on a running call’s stream where there is no other, and outlasts that call', async (t) => {
  const session = new Session(facts, parts(t))
  const heard: string[] = []
  const calls = ['1', '2'].map((id) => Object.assign(running(id), { say: (text: string) => void heard.push(text) }))
  for (const call of calls) session.begin(call)
  const answer = session.ask('roots/list', rawJson('{}'))
  assert.deepEqual(heard, ['{"jsonrpc":"2.0","id":1,"method":"roots/list","params":{}}'])
  for (const call of calls) session.done(call)
  session.answered(rawJson('1'), { kind: 'result', raw: rawJson('{"roots":[]}') })
  assert.deepEqual(await answer, { kind: 'result', raw: '{"roots":[]}' })
  session.end()
})
