// Calls that need a person's word: asked of the caller or of an operator, good for one call, and for nobody else's.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import type { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { ElicitRequestSchema, type ElicitResult } from '@modelcontextprotocol/sdk/types.js'
import { send } from '../../mcp/ingress/modern-client.ts'
import { type RunningGateway, startGateway } from '../../support/gateway.ts'

const remove = (client: Client, id: string) => client.callTool({ name: 'remove', arguments: { id } })
const add = (client: Client, title: string, ...tags: string[]) =>
  client.callTool({ name: 'add', arguments: { title, text: 'x', tags } })

/** A client whose user answers what the test says. */
async function person(gateway: RunningGateway, where: string, answer: () => ElicitResult) {
  const asked: string[] = []
  const client = await gateway.client({ path: where, capabilities: { elicitation: {} } })
  client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
    asked.push(params.message)
    return answer()
  })
  return { client, asked }
}

/** The id that a refused call names. */
async function refused(call: Promise<unknown>): Promise<string> {
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof Error && 'code' in error && 'data' in error)
  assert.equal(error.code, -32001)
  assert.match(error.message, /needs approval: an operator must agree to it: approval [0-9a-f]{32}/)
  const { data } = error
  assert.ok(typeof data === 'object' && data !== null && 'approval' in data)
  return String(data.approval)
}

test('some calls need a person', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'approvals-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const gateway = await startGateway(t, 'test/journey/approvals/config.yaml', { STORE: path.join(folder, 'a.db') })
  const desk = `${gateway.admin}/api/approvals`
  const waiting = async () => {
    const { approvals }: { approvals: { id: string; tool: string; arguments: string; state: string }[] } = JSON.parse(
      await (await fetch(desk)).text(),
    )
    return approvals
  }
  const decide = async (id: string, decision: string) =>
    (await fetch(`${desk}/${id}?decision=${decision}`, { method: 'POST' })).status

  await t.test('without the policy the call is simply made', async () => {
    const client = await gateway.client({ path: '/open' })
    assert.match(JSON.stringify(await remove(client, '99')), /no note 99/)
  })

  await t.test('whoever calls is asked, shown what with, and only a yes is a yes', async () => {
    const answers: ElicitResult[] = [
      { action: 'decline' },
      { action: 'cancel' },
      { action: 'accept', content: { approve: false } },
      { action: 'accept', content: {} },
    ]
    const said: { answer: ElicitResult } = { answer: { action: 'decline' } }
    const { client, asked } = await person(gateway, '/mcp', () => said.answer)
    for (const answer of answers) {
      said.answer = answer
      await assert.rejects(remove(client, '1'), { code: -32001, message: /did not agree|was not asked/ })
    }
    said.answer = { action: 'accept', content: { approve: true } }
    assert.match(JSON.stringify(await remove(client, '1')), /removed|deleted|gone/i)
    assert.equal(asked.length, 5)
    assert.match(asked[0] ?? '', /Call the tool remove with \{"id":"1"\}\?/)
  })

  await t.test('the arguments decide whether somebody is asked', async () => {
    const { client, asked } = await person(gateway, '/mcp', () => ({ action: 'decline' }))
    assert.match(JSON.stringify(await add(client, 'Private')), /Private/)
    assert.equal(asked.length, 0)
    await assert.rejects(add(client, 'For all', 'public'), { code: -32001 })
    assert.equal(asked.length, 1)
    assert.deepEqual((await client.listTools()).tools.map(({ name }) => name).includes('remove'), true)
  })

  await t.test('an operator is asked for whoever cannot be; the answer is for this call, and used once', async () => {
    const client = await gateway.client({})
    const id = await refused(remove(client, '2'))
    assert.equal(await refused(remove(client, '2')), id)
    assert.notEqual(await refused(remove(client, '3')), id)
    const [one] = (await waiting()).filter((each) => each.id === id)
    assert.deepEqual([one?.tool, one?.arguments, one?.state], ['remove', '{"id":"2"}', 'pending'])
    assert.equal(await decide(id, 'approve'), 200)
    assert.match(JSON.stringify(await remove(client, '2')), /removed|deleted|gone/i)
    assert.equal(await refused(remove(client, '2')), id) // once
  })

  await t.test('what one caller was allowed is nothing to another, whatever the arguments', async () => {
    const [alice, bob] = await Promise.all(
      ['alices-key', 'bobs-key'].map((key) => gateway.client({ headers: { authorization: `Bearer ${key}` } })),
    )
    assert.ok(alice && bob)
    const hers = await refused(remove(alice, '7'))
    assert.equal(await decide(hers, 'approve'), 200)
    assert.notEqual(await refused(remove(bob, '7')), hers)
    assert.match(JSON.stringify(await remove(alice, '7')), /no note 7/)
  })

  await t.test('a no is a no, once; what nobody asked cannot be decided', async () => {
    const client = await gateway.client({})
    const id = await refused(remove(client, '8'))
    assert.equal(await decide(id, 'deny'), 200)
    assert.equal(await decide(id, 'approve'), 404)
    await assert.rejects(remove(client, '8'), /an operator has refused it/)
    assert.equal(await decide('0'.repeat(32), 'approve'), 404)
    assert.equal(await decide(id, 'perhaps'), 400)
  })

  await t.test(
    'a client of 2026-07-28 is asked in the answer, and comes back with the yes, for this call only',
    async () => {
      const url = new URL('/callers', gateway.url).href
      const said = { capabilities: { elicitation: {} } }
      const params = (id: string) => ({ name: 'remove', arguments: { id } })
      const { json: asked } = await send(url, 'tools/call', params('97'), said)
      const [key = ''] = Object.keys(asked.result?.['inputRequests'] ?? {})
      assert.match(JSON.stringify(asked), /Call the tool remove with/)
      const answer = {
        requestState: asked.result?.['requestState'],
        inputResponses: { [key]: { action: 'accept', content: { approve: true } } },
      }
      const { json: other } = await send(url, 'tools/call', { ...params('98'), ...answer }, said)
      assert.equal(other.error?.code, -32602)
      const { json: made } = await send(url, 'tools/call', { ...params('97'), ...answer }, said)
      assert.match(JSON.stringify(made.result), /no note 97/)
      const { json: again } = await send(url, 'tools/call', { ...params('97'), ...answer }, said)
      assert.equal(again.error?.code, -32602)
    },
  )

  await t.test('where only the caller may agree, a client that cannot ask gets a clear no', async () => {
    const client = await gateway.client({ path: '/callers' })
    await assert.rejects(remove(client, '1'), { code: -32001, message: /this client cannot ask whoever uses it/ })
  })
})
