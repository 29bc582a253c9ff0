// Policies on what servers offer and answer, on a gateway, a route and a backend: which of them counts.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import type { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { startGateway } from '../../support/gateway.ts'

const token = `ghp_${'R7kQ2mZx9Lw4Tn8Vb1Yc6Hd3Jf5Gs0PaEuBo'}`
const add = (client: Client, text: string) => client.callTool({ name: 'add', arguments: { title: 'x', text } })
const remove = (client: Client, id: string) => client.callTool({ name: 'remove', arguments: { id } })
const search = (client: Client) => client.callTool({ name: 'search', arguments: {} })

test('the nearest of a kind counts; whoever has to be asked is asked on every level', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'levels-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const gateway = await startGateway(t, 'test/journey/levels/config.yaml', { STORE: path.join(folder, 'a.db') })
  const asked: string[] = []
  const at = async (where: string) => {
    const client = await gateway.client({ path: where, capabilities: { elicitation: {} } })
    client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
      asked.push(params.message)
      return { action: 'accept', content: { approve: true } }
    })
    return client
  }
  const [plain, other, backend] = [await at('/mcp'), await at('/otherwise'), await at('/backend')]

  await t.test('a guard: the gateway’s, the route’s instead, the backend’s instead', async () => {
    assert.match(JSON.stringify(await add(plain, token)), /\[REDACTED:github-token\]/)
    assert.ok(JSON.stringify(await add(other, token)).includes(token))
    assert.match(JSON.stringify(await add(backend, token)), /withheld this answer: github-token/)
  })

  await t.test('labels: the gateway’s close the way out, those of the route are others', async () => {
    for (const client of [plain, backend]) {
      await search(client)
      await assert.rejects(add(client, 'x'), { code: -32602, message: /Unknown tool: add/ })
    }
    await search(other)
    assert.match(JSON.stringify(await add(other, 'x')), /Wrote note/)
  })

  await t.test('approvals: the operator on every route, and the caller as well where the route says so', async () => {
    asked.length = 0
    await add(other, 'x')
    assert.equal(asked.length, 1)
    for (const client of [plain, other]) {
      asked.length = 0
      const refused = await remove(client, '1').then(
        () => '',
        (error: unknown) => String(error),
      )
      const [, id = ''] = /an operator must agree to it: approval ([0-9a-f]{32})/.exec(refused) ?? []
      assert.equal(asked.length, 0)
      await fetch(`${gateway.admin}/api/approvals/${id}?decision=approve`, { method: 'POST' })
      assert.match(JSON.stringify(await remove(client, '1')), /removed|deleted|no note/i)
      assert.equal(asked.length, client === other ? 1 : 0)
    }
  })
})
