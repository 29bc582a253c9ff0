// What metrics call a backend that speaks MCP.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadConfig } from '../../src/config/load.ts'
import { Gateway } from '../../src/gateway/gateway.ts'
import { parts } from '../../src/gateway/parts.ts'
import { silent } from '../../src/telemetry/log.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'

test('requests of MCP are counted under the name of their backend', async (t) => {
  const text = `
gateways: { default: { port: 1 } }
backends: [{ name: tools, mcp: { targets: [{ name: a, mcp: { host: 'http://127.0.0.1:1/mcp' } }] } }]
routes:
- matches: [{ path: { exact: /named } }]
  backends: [{ backend: tools }]
- backends: [{ mcp: { targets: [] } }]
`
  const { shape } = loadConfig({ text, file: 'test.yaml', env: {}, parts })
  assert.ok(shape)
  const metrics = createMetrics({ version: 'test', process: false })
  const gateway = await Gateway.start(
    { ...shape, binds: shape.binds.map((bind) => ({ ...bind, port: 0 })) },
    { log: silent, metrics, accessLog: () => undefined, host: '127.0.0.1', read: () => undefined },
  )
  t.after(() => gateway[Symbol.asyncDispose]())
  for (const path of ['/named', '/inline'])
    await (await fetch(`http://127.0.0.1:${gateway.ports.get(0)}${path}`, { method: 'POST' })).text()
  const counted = (await metrics.render())
    .split('\n')
    .filter((line) => /^agentgateway_requests_total\{.*"mcp"/.test(line))
  assert.deepEqual(
    counted.map((line) => /backend="([^"]*)"/.exec(line)?.[1]),
    ['tools', 'route1/backend0'],
  )
})
