// Text of strangers, private data and a way out: two of them in one session, and the third is closed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { send as post } from '../../mcp/ingress/modern-client.ts'
import { eventually, startGateway } from '../../support/gateway.ts'
import { drivers } from '../../support/mcp-clients.ts'

const fetchPage = (client: Client) => client.callTool({ name: 'web_search', arguments: {} })
const readDiary = (client: Client) => client.callTool({ name: 'diary_search', arguments: {} })
const send = (client: Client) => client.callTool({ name: 'diary_add', arguments: { title: 'x', text: 'x' } })
const denied = { code: -32602, message: /Unknown tool: diary_add/ }

test('the third leg', async (t) => {
  const gateway = await startGateway(t, 'test/journey/toxic-flow/config.yaml')

  await t.test('without rules the three legs come together', async () => {
    const client = await gateway.client({ path: '/open' })
    await fetchPage(client)
    await readDiary(client)
    assert.match(JSON.stringify(await send(client)), /Wrote note/)
  })

  await t.test('with one leg, or another, the way out is open', async () => {
    const one = await gateway.client()
    await fetchPage(one)
    assert.match(JSON.stringify(await send(one)), /Wrote note/)
    const other = await gateway.client()
    await readDiary(other)
    assert.match(JSON.stringify(await send(other)), /Wrote note/)
  })

  await t.test('with both it is closed, in whatever order they came, and stays listed', async () => {
    for (const legs of [
      [fetchPage, readDiary],
      [readDiary, fetchPage],
    ]) {
      const client = await gateway.client()
      for (const leg of legs) await leg(client)
      await assert.rejects(send(client), denied)
      await readDiary(client)
      await assert.rejects(send(client), denied)
      assert.ok((await client.listTools()).tools.some(({ name }) => name === 'diary_add'))
    }
    assert.match(gateway.said(), /a session is tainted/)
  })

  await t.test(
    'its caller reads no more than that it is not there; the log has the rule and what the session had met',
    async () => {
      const client = await gateway.client()
      await readDiary(client)
      await fetchPage(client)
      const said = await send(client).catch((error: unknown) => String(error))
      assert.doesNotMatch(JSON.stringify(said), /taint|rules|private-data/)
      const line =
        /gen_ai.tool.name=diary_add .*error="denied by binds\[0\]\.\S*mcpAuthorization\.rules\[0\]\.deny; session\.taint: private-data untrusted-input" reason=Authorization/
      await eventually(() => line.test(gateway.said()), gateway.said)
    },
  )

  await t.test('another session begins anew', async () => {
    assert.match(JSON.stringify(await send(await gateway.client())), /Wrote note/)
  })

  await t.test(
    'a call that somebody is asked about is closed as well when the session is tainted meanwhile',
    async () => {
      for (const meanwhile of [undefined, fetchPage]) {
        const client = await gateway.client({ path: '/asked', capabilities: { elicitation: {} } })
        client.setRequestHandler(ElicitRequestSchema, async () => {
          await meanwhile?.(client)
          return { action: 'accept', content: { approve: true } }
        })
        if (meanwhile === undefined) assert.match(JSON.stringify(await send(client)), /Wrote note/)
        else await assert.rejects(send(client), denied)
      }
    },
  )

  await t.test('likewise for a client of 2026-07-28 that comes back with the answer', async () => {
    const url = new URL('/asked', gateway.url).href
    const said = { capabilities: { elicitation: {} }, headers: { authorization: 'Bearer carol-key' } }
    const params = { name: 'diary_add', arguments: { title: 'x', text: 'x' } }
    const answered = async (meanwhile?: () => Promise<unknown>) => {
      const { json: asked } = await post(url, 'tools/call', params, said)
      const [key = ''] = Object.keys(asked.result?.['inputRequests'] ?? {})
      await meanwhile?.()
      const response = { [key]: { action: 'accept', content: { approve: true } } }
      const again = { ...params, requestState: asked.result?.['requestState'], inputResponses: response }
      return (await post(url, 'tools/call', again, said)).json
    }
    assert.match(JSON.stringify((await answered()).result), /Wrote note/)
    const page = () => post(url, 'tools/call', { name: 'web_search', arguments: {} }, said)
    const { error } = await answered(page)
    assert.deepEqual([error?.code, error?.message], [-32602, 'Unknown tool: diary_add'])
    const line = /gen_ai.tool.name=diary_add .*session\.taint: untrusted-input[^"]*" reason=Authorization/
    await eventually(() => line.test(gateway.said()), gateway.said)
  })

  await t.test('who opens no session is known by who is calling', async (t) => {
    const modern = async (key: string) => {
      const driver = await drivers['SDK 2.x modern'](gateway.url, {
        fetch: (input, init) => {
          const headers = new Headers(init?.headers)
          headers.set('authorization', `Bearer ${key}`)
          return fetch(input, { ...init, headers })
        },
      })
      t.after(() => driver.close())
      return driver
    }
    const [alice, again, bob] = [await modern('alice-key'), await modern('alice-key'), await modern('bob-key')]
    const arguments_ = { title: 'x', text: 'x' }
    await alice.call('web_search')
    await alice.call('diary_search')
    await assert.rejects(alice.call('diary_add', arguments_), /Unknown tool: diary_add/)
    await assert.rejects(again.call('diary_add', arguments_), /Unknown tool: diary_add/)
    assert.match(JSON.stringify(await bob.call('diary_add', arguments_)), /Wrote note/)
  })
})
