// Servers that never stop talking: everybody else is heard meanwhile, and in the end nobody listens to them any more.
import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { defaultLimits } from '../../../src/config/limits.ts'
import { targetName } from '../../../src/core/brand.ts'
import { SseDecoder } from '../../../src/http/sse.ts'
import { Feed, Pace } from '../../../src/mcp/egress/pace.ts'
import { createMetrics } from '../../../src/telemetry/metrics.ts'
import {
  caller,
  callTool,
  events,
  failure,
  mcpServer,
  type Post,
  peer,
  serve,
  stage,
  until,
  upstream,
} from './stage.ts'

const lineServer = fileURLToPath(import.meta.resolve('./line-server.ts'))
const said = 'data: {"jsonrpc":"2.0","method":"notifications/message"}\n\n'
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Feeds one mebibyte of tiny events, and tells how many of them were heard in the longest turn of the event loop. */
async function longestTurn(push: (take: (chunk: Buffer) => void, note: () => void) => (chunk: Buffer) => void) {
  let heard = 0
  let noted = (): void => {}
  const decoder = new SseDecoder(() => {
    heard++
    noted()
  })
  const feed = push(
    (chunk) => decoder.push(chunk),
    () => heard++,
  )
  noted = () => notes.forEach((note) => note())
  feed(Buffer.from(said.repeat(20_000)))
  let [longest, before] = [heard, heard]
  for (let still = 0; still < 3; await turn()) {
    longest = Math.max(longest, heard - before)
    still = heard === before ? still + 1 : 0
    before = heard
  }
  return { heard, longest }
}
const notes: (() => void)[] = []

test('of a flood no more is heard in one turn of the event loop than a few hundred messages', async (t) => {
  const limits = { ...defaultLimits, upstreamMessages: 1_000_000 }
  const pace = new Pace({ target: targetName('a'), limits, metrics: createMetrics({ version: '0', process: false }) })
  const waits: string[] = []
  const source = { pause: () => waits.push('pause'), resume: () => waits.push('resume'), abort: assert.fail }
  t.after(() => notes.splice(0))
  const unbounded = await longestTurn((take) => take)
  assert.deepEqual(unbounded, { heard: 20_000, longest: 20_000 }, 'the attack: all of it in one go')
  notes.push(() => pace.note())
  const bounded = await longestTurn((take) => {
    const feed = new Feed(pace, source, take)
    return (chunk) => feed.push(chunk)
  })
  assert.equal(bounded.heard, 20_000, 'nothing is lost')
  assert.ok(bounded.longest < 200, `${bounded.longest} in one turn`)
  assert.deepEqual([waits[0], waits.at(-1)], ['pause', 'resume'])
})

test('more messages a second than may be are read when the second is over, and a flood that lasts ends the source', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  let now = 10_000
  t.mock.method(performance, 'now', () => now)
  const hits: string[] = []
  const metrics = {
    ...createMetrics({ version: '0', process: false }),
    limitHit: (name: string) => void hits.push(name),
  }
  const limits = { ...defaultLimits, upstreamMessages: 10, upstreamFloodMs: 2_500 }
  const pace = new Pace({ target: targetName('a'), limits, metrics })
  let heard = 0
  const decoder = new SseDecoder(() => {
    heard++
    pace.note()
  })
  let aborted: unknown
  const source = { pause: () => {}, resume: () => {}, abort: (cause: unknown) => void (aborted = cause) }
  const feed = new Feed(pace, source, (chunk) => decoder.push(chunk))
  for (let i = 0; i < 10; i++) feed.push(Buffer.from(said)) // the clock has not been looked at yet
  const second = (): void => {
    now += 1_001
    t.mock.timers.tick(1_001)
  }
  second()
  feed.push(Buffer.from(said.repeat(1_000)))
  const first = heard
  second()
  assert.ok(heard > first && heard < first + 200, 'a portion at a time')
  second()
  second()
  second()
  assert.ok(
    failure('upstream.protocol', /^target a sends more than 10 messages a second that nobody asked for$/)(aborted),
  )
  assert.deepEqual([...new Set(hits)], ['upstreamMessages', 'upstreamFloodMs'])
  const then = heard
  second()
  feed.end()
  assert.equal(heard, then, 'nothing is read after the cut')
})

/** Writes as long as it is read, and until the connection ends. */
function flood(response: ServerResponse): void {
  const more = (): void => {
    while (!response.destroyed && response.write(said.repeat(100)));
    if (!response.destroyed) response.once('drain', () => setImmediate(more))
  }
  more()
}

test('while one server floods its own stream, calls to it and to others go on, and then its stream is cut', async (t) => {
  const site = stage(t, { limits: { upstreamMessages: 500, upstreamFloodMs: 1_500 } })
  const answer = ({ result }: Post): void => result({ content: [] })
  const get = (_: unknown, response: ServerResponse): void => {
    events(response)
    flood(response)
  }
  const url = await serve(t, mcpServer(answer, { get }))
  const calm = await serve(t, mcpServer(answer))
  const [loud, quiet] = [
    await upstream('mcp', { host: `${url}/mcp` }, site),
    await upstream('mcp', { host: `${calm}/mcp` }, site),
  ]
  const listener = peer()
  const [noisy, other] = [await loud.connect(listener), await quiet.connect(peer())]
  await until(() => listener.heard.length > 0)
  while (!site.hits.includes('upstreamFloodMs')) {
    await callTool(other, 'x')
    await callTool(noisy, 'x')
  }
  assert.ok(site.hits.includes('upstreamMessages'))
  await until(() => site.lines.some((line) => line.includes('the stream of a target is not read any further')))
  const { length } = listener.heard
  assert.ok(length < 20_000, `${length} of a flood without end`)
  await callTool(noisy, 'x')
  assert.equal(listener.heard.length, length, 'nothing of it is heard any more')
})

test('a call whose own stream floods fails, and says why', async (t) => {
  const site = stage(t, { limits: { upstreamMessages: 500, upstreamFloodMs: 1_000 } })
  const url = await serve(
    t,
    mcpServer(({ response }) => {
      events(response)
      flood(response)
    }),
  )
  const up = await upstream('mcp', { host: `${url}/mcp` }, site)
  await assert.rejects(
    callTool(await up.connect(peer()), 'x', {}, caller()),
    failure('upstream.protocol', /target shop sends more than 500 messages a second/),
  )
})

test('a process that floods is ended, and starts again for the next call', async (t) => {
  const site = stage(t, { limits: { upstreamMessages: 500, upstreamFloodMs: 1_000 } })
  const up = await upstream('stdio', { cmd: process.execPath, args: [lineServer] }, site)
  const flooding = await up.connect(peer())
  const call = callTool(flooding, 'flood')
  call.catch(() => {}) // looked at below
  const other = await up.connect(peer({ principal: 'bob' }))
  while (!site.hits.includes('upstreamMessages')) await callTool(other, 'echo')
  await assert.rejects(call, failure('upstream.protocol', /sends more than 500 messages a second/))
  assert.ok(site.hits.includes('upstreamFloodMs') && !site.hits.includes('stdioLine'))
  await callTool(await up.connect(peer()), 'echo')
})
