// The demo of a poisoned tool: what its server says to the model arrives without the shield, and does not with it.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { poisonedEcho } from '../../../servers/poisoned-echo.ts'
import { serve } from '../../../servers/serve.ts'
import { eventually, startGateway } from '../../support/gateway.ts'

async function world(t: TestContext, config = 'config') {
  const echo = await serve(poisonedEcho, { transport: 'http' })
  t.after(() => echo.close())
  return startGateway(t, `test/journey/tool-poison/${config}.yaml`, { ECHO_PORT: new URL(echo.url).port })
}

test('without the shield the attack reaches the model; with it the tool does not exist, and the log names the rule', async (t) => {
  const gateway = await world(t)

  const open = await gateway.client({ path: '/unshielded/echo' })
  const { tools } = await open.listTools()
  assert.match(JSON.stringify(tools), /id_rsa/)
  assert.match(JSON.stringify(await open.callTool({ name: 'echo', arguments: { message: 'hi' } })), /hi/)

  const client = await gateway.client({ path: '/mcp/echo' })
  const seen = await client.listTools()
  assert.deepEqual(
    seen.tools.map(({ name }) => name),
    ['reverse'],
  )
  assert.doesNotMatch(JSON.stringify(seen), /id_rsa/)
  const { content } = await client.callTool({ name: 'reverse', arguments: { message: 'abc' } })
  assert.deepEqual(content, [{ type: 'text', text: 'cba' }])
  await assert.rejects(client.callTool({ name: 'echo', arguments: { message: 'hi' } }), { code: -32602 })
  const line = await eventually(
    () =>
      gateway
        .said()
        .split('\n')
        .find((one) => one.includes('a definition is quarantined')),
    gateway.said,
  )
  assert.match(line, /target=echo kind=tool name=echo rule=TP-\d{3} /)

  const { definitions }: { definitions: Record<string, string>[] } = JSON.parse(
    await (await fetch(`${gateway.admin}/api/shield`)).text(),
  )
  const [first] = definitions
  assert.deepEqual([first?.['target'], first?.['name'], first?.['outcome']], ['echo', 'echo', 'quarantine'])
  assert.match(first?.['rule'] ?? '', /^TP-\d{3}$/)

  const metrics = await (await fetch(`${gateway.stats}/metrics`)).text()
  assert.match(metrics, /mcp_definitions_judged_total\{server="echo",outcome="quarantine",rule="TP-\d{3}"\} \d/)
})

test('where nobody has asked for a shield, everything is there and the log says what should not be', async (t) => {
  const gateway = await world(t)
  assert.deepEqual(await gateway.tools('/unasked/echo'), ['echo', 'reverse'])
  await eventually(
    () => /would be quarantined by mcpShield target=echo kind=tool name=echo rule=TP-\d{3}/.test(gateway.said()),
    gateway.said,
  )
})

test('a shield on a port is in front of all its routes, but for those with one of their own', async (t) => {
  const gateway = await world(t, 'listener')
  assert.deepEqual(await gateway.tools('/unshielded'), ['echo', 'reverse'])
  assert.deepEqual(await gateway.tools('/mcp'), ['reverse'])
})
