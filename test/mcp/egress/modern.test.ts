// Servers of 2026-07-28 over HTTP, as clients of earlier revisions and of this one meet them: the fixture, made with another library.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { everythingModern } from '../../../servers/everything-modern.ts'
import { World } from '../../../servers/everything-talk.ts'
import { type ModernOptions, serveModern } from '../../../servers/modern.ts'
import { rawJson } from '../../../src/core/brand.ts'
import type { Answer, Connection, Peer } from '../../../src/mcp/conversation.ts'
import { caller, callTool, peer, type StageOptions, stage, upstream } from './stage.ts'

interface Met {
  readonly speaker?: Partial<Peer>
  readonly options?: ModernOptions
  readonly stage?: StageOptions
}

/** A conversation with the fixture. */
async function meet(t: TestContext, { speaker = {}, options = {}, stage: more = {} }: Met = {}) {
  const world = new World()
  const { make, bus } = everythingModern(world)
  const served = await serveModern(make, { ...options, bus })
  t.after(() => served.close())
  const site = stage(t, more)
  const up = await upstream('mcp', { host: served.url }, site)
  const who = peer(speaker)
  return { world, bus, site, up, who, connection: await up.connect(who) }
}

const answers = async (method: string): Promise<Answer> => ({
  kind: 'result',
  raw: rawJson(
    JSON.stringify(
      method === 'roots/list'
        ? { roots: [{ uri: 'file:///home/project', name: 'project' }] }
        : method === 'sampling/createMessage'
          ? { role: 'assistant', model: 'm', content: { type: 'text', text: 'sampled words' } }
          : { action: 'accept', content: { username: 'ada', email: 'ada@example.com', name: 'Ada' } },
    ),
  ),
})

const listed = async (connection: Connection, method: string): Promise<Record<string, unknown>> => {
  const { kind, raw } = await connection.request({ method, params: undefined }, caller())
  assert.equal(kind, 'result', raw)
  return JSON.parse(raw)
}

test('a server of 2026-07-28 is recognised, and says of itself what one of before would have', async (t) => {
  const { connection } = await meet(t)
  const hello = JSON.parse(connection.hello.raw)
  assert.equal(connection.hello.revision, '2026-07-28')
  assert.equal(hello.protocolVersion, '2025-11-25')
  assert.ok(hello.serverInfo.name.length > 0)
  assert.equal(connection.session, undefined)
  const tools = await listed(connection, 'tools/list')
  assert.deepEqual(Object.keys(tools), ['tools'])
})

test('tools that ask are answered by the user of a client of before', async (t) => {
  const { connection } = await meet(t)
  const by = caller(answers)
  assert.match(JSON.stringify(await callTool(connection, 'test_elicitation', { message: 'who?' }, by)), /action=accept/)
  assert.match(JSON.stringify(await callTool(connection, 'test_sampling', { prompt: 'p' }, by)), /sampled words/)
  assert.deepEqual(
    by.asked.map(({ method }) => method),
    ['elicitation/create', 'sampling/createMessage'],
  )
})
