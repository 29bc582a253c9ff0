// Sessions: sealed ids, resumed by another process with the same key, ended by DELETE or by silence, useless to others.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { startGateway } from '../../support/gateway.ts'

const config = 'test/journey/sessions/config.yaml'
const accept = { accept: 'application/json, text/event-stream', 'content-type': 'application/json' }
const post = (url: string, body: object, headers: Record<string, string> = {}) =>
  fetch(url, { method: 'POST', headers: { ...accept, ...headers }, body: JSON.stringify({ jsonrpc: '2.0', ...body }) })
const initialize = {
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
}
const list = { id: 2, method: 'tools/list' }

async function open(url: string): Promise<string> {
  const answer = await post(url, initialize)
  assert.equal(answer.status, 200)
  await answer.text()
  const id = answer.headers.get('mcp-session-id')
  assert.ok(id)
  return id
}

test('a session goes on in another process that has the key, and in none that has not', async (t) => {
  const first = await startGateway(t, config)
  const id = await open(first.url)
  assert.equal((await post(first.url, list, { 'mcp-session-id': id })).status, 200)
  await first.stop('SIGKILL')
  const second = await startGateway(t, config)
  const resumed = await post(second.url, list, { 'mcp-session-id': id })
  assert.equal(resumed.status, 200)
  assert.match(await resumed.text(), /"echo"/)
  const stranger = await startGateway(t, config, { SESSION_HEX: 'ff'.repeat(32) })
  assert.ok([400, 404].includes((await post(stranger.url, list, { 'mcp-session-id': id })).status))
})

test('DELETE ends a session for good', async (t) => {
  const gateway = await startGateway(t, config)
  const id = await open(gateway.url)
  assert.equal((await post(gateway.url, list, { 'mcp-session-id': id })).status, 200)
  assert.equal((await fetch(gateway.url, { method: 'DELETE', headers: { 'mcp-session-id': id } })).status, 202)
  const after = await post(gateway.url, list, { 'mcp-session-id': id })
  assert.equal(after.status, 404)
  assert.equal(await after.text(), 'mcp: session not found')
})

test('silence ends a session', async (t) => {
  const gateway = await startGateway(t, config, { IDLE: '1s' })
  const id = await open(gateway.url)
  assert.equal((await post(gateway.url, list, { 'mcp-session-id': id })).status, 200)
  await delay(3_500)
  assert.equal((await post(gateway.url, list, { 'mcp-session-id': id })).status, 404)
})

test('an altered id and a missing one have their own answers', async (t) => {
  const gateway = await startGateway(t, config)
  const id = await open(gateway.url)
  const altered = (id.startsWith('A') ? 'B' : 'A') + id.slice(1)
  const answers = await Promise.all([post(gateway.url, list, { 'mcp-session-id': altered }), post(gateway.url, list)])
  assert.ok([400, 404].includes(answers[0]?.status ?? 0))
  assert.equal(answers[1]?.status, 400)
  assert.equal(await answers[1]?.text(), 'mcp: session header is required for non-initialize requests')
})
