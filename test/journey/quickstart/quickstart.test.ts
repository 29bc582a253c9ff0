// What a newcomer sees: nothing configured, one command, five upstreams over four transports.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { eventually, root, startProcess } from '../../support/gateway.ts'

test('the quick start works with nothing configured', async (t) => {
  const busy = await fetch('http://localhost:3000/').then(
    () => true,
    () => false,
  )
  assert.equal(busy, false, 'port 3000 is taken: the quick start needs it')
  const folder = mkdtempSync(path.join(tmpdir(), 'toolgate-quickstart-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const own = { ADMIN_ADDR: 'localhost:0', STATS_ADDR: 'localhost:0', READINESS_ADDR: 'localhost:0' }
  const gateway = startProcess(t, [path.join(root, 'bin/toolgate.cjs')], own, folder)
  await eventually(() => gateway.said().includes('ready in'), gateway.said)
  const banner = gateway.said().split('ready in')[0] ?? ''
  assert.ok(banner.split('\n').length <= 12)
  assert.match(banner, /http:\/\/localhost:3000\/mcp/)

  const client = new Client({ name: 'newcomer', version: '1' })
  await client.connect(new StreamableHTTPClientTransport(new URL('http://localhost:3000/mcp')))
  t.after(() => client.close())
  const { tools } = await client.listTools()
  for (const target of ['clock', 'notes', 'convert', 'petstore', 'library'])
    assert.ok(
      tools.some(({ name }) => name.startsWith(`${target}_`)),
      target,
    )
  const now = await client.callTool({ name: 'clock_now', arguments: { timeZone: 'Asia/Tokyo' } })
  assert.match(JSON.stringify(now), /Asia\/Tokyo/)
  const pet = await client.callTool({ name: 'petstore_getPetById', arguments: { path: { petId: 1 } } })
  assert.match(JSON.stringify(pet.structuredContent), /"name":"Rex"/)
  const plain = await fetch('http://localhost:3000/api/v3/pet/1')
  assert.deepEqual(await plain.json(), pet.structuredContent)

  gateway.kill('SIGTERM')
  await eventually(() => gateway.exitCode !== null, gateway.said)
  assert.equal(gateway.exitCode, 0)
})
