// One target is out of reach: who insists on it is told which one and why, who does not is served, and its return is noticed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import { eventually, freePorts, startGateway, startProcess } from '../../support/gateway.ts'

test('a target that is out of reach', async (t) => {
  const [gone = 0] = await freePorts(1)
  const gateway = await startGateway(t, 'test/journey/failure/config.yaml', { GONE_PORT: String(gone) })
  const open = await gateway.client({ path: '/open' })

  await t.test('failOpen lists and calls what is there, without waiting for what is not', async () => {
    assert.deepEqual(
      (await open.listTools()).tools.map(({ name }) => name),
      ['here_echo'],
    )
    assert.match(JSON.stringify(await open.callTool({ name: 'here_echo', arguments: { message: 'still' } })), /still/)
  })

  await t.test('failClosed says which target failed and at which step', async () => {
    await assert.rejects(gateway.client({ path: '/mcp' }), /target gone.*(?:connect|refused)/i)
  })

  await t.test('when it comes back, clients hear that the list has changed, and it is whole', async () => {
    const heard = new Promise((resolve) =>
      open.setNotificationHandler(ToolListChangedNotificationSchema, () => resolve(true)),
    )
    const server = startProcess(t, ['servers/echo.ts', '--transport', 'http', '--port', String(gone), '--path', '/mcp'])
    await eventually(() => server.said().includes('listening on'), server.said)
    await heard
    assert.deepEqual(
      (await open.listTools()).tools.map(({ name }) => name),
      ['here_echo', 'gone_echo'],
    )
    assert.deepEqual(await gateway.tools('/mcp'), ['here_echo', 'gone_echo'])
  })
})

test('a server that is restarted behind the gateway costs its clients nothing', async (t) => {
  const [port = 0] = await freePorts(1)
  const start = async () => {
    const server = startProcess(t, ['servers/echo.ts', '--transport', 'http', '--port', String(port), '--path', '/mcp'])
    await eventually(() => server.said().includes('listening on'), server.said)
    return server
  }
  const first = await start()
  const gateway = await startGateway(t, 'test/journey/failure/config.yaml', { GONE_PORT: String(port) })
  const client = await gateway.client()
  const call = async (message: string) =>
    JSON.stringify(await client.callTool({ name: 'gone_echo', arguments: { message } }))
  assert.match(await call('before'), /before/)
  first.kill('SIGKILL')
  await eventually(() => first.exitCode !== null || first.signalCode !== null, first.said)
  await assert.rejects(call('down'), /target gone/)
  await start()
  assert.match(await call('after'), /after/) // the session that the client holds is the gateway's; the one behind it is new
})
