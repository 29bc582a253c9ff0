// Metrics as Prometheus reads them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMetrics } from '../../src/telemetry/metrics.ts'
import { entrance, exchange, route } from './exchange.ts'

const ROUTE = 'bind="bind/3000",gateway="bind/3000",listener="listener0",route="route0",route_rule="route0/default"'

test('a request is counted with the labels of its route', async (t) => {
  const metrics = createMetrics({ version: '1.2.3', process: false })
  const { x } = await exchange(t)
  Object.assign(x, { backend: 'mcp', protocol: 'mcp', reason: 'Upstream' })
  metrics.requestDone(x, 200, 300, 7)
  metrics.requestDone(x, 200, 300, 700)
  x.retries = 2
  metrics.requestDone(x, 503, 0, 1)
  const text = await metrics.render()
  const labels = `backend="mcp",protocol="mcp",method="POST",status="200",reason="Upstream",${ROUTE}`
  assert.ok(text.includes(`agentgateway_requests_total{${labels}} 2\n`), text)
  assert.ok(text.includes(`agentgateway_response_bytes_total{${labels}} 600\n`))
  assert.ok(text.includes(`agentgateway_request_duration_seconds_bucket{${labels},le="0.005"} 0\n`))
  assert.ok(text.includes(`agentgateway_request_duration_seconds_bucket{${labels},le="0.01"} 1\n`))
  assert.ok(text.includes(`agentgateway_request_duration_seconds_bucket{${labels},le="1.0"} 2\n`))
  assert.ok(text.includes(`agentgateway_request_duration_seconds_bucket{${labels},le="+Inf"} 2\n`))
  assert.ok(text.includes(`agentgateway_request_duration_seconds_count{${labels}} 2\n`))
  assert.ok(text.includes(`agentgateway_retries_total{${labels.replace('200', '503')}} 2\n`))
  assert.ok(text.includes('agentgateway_build_info{tag="1.2.3"} 1\n'))
  assert.ok(text.endsWith('# EOF\n'))
})

test('what is missing is called unknown', async (t) => {
  const metrics = createMetrics({ version: '1', process: false })
  const { x } = await exchange(t, { method: 'GET' })
  x.route = undefined
  metrics.requestDone(x, 404, 0, 1)
  assert.ok(
    (await metrics.render()).includes('backend="unknown",protocol="http",method="GET",status="404",reason="unknown"'),
  )
})

test('routes of a reloaded configuration go on counting in the same series', async (t) => {
  const metrics = createMetrics({ version: '1', process: false })
  const { x } = await exchange(t)
  metrics.requestDone(x, 200, 0, 1)
  x.route = { ...route }
  metrics.requestDone(x, 200, 0, 1)
  const counted = (await metrics.render()).split('\n').filter((line) => line.startsWith('agentgateway_requests_total'))
  assert.equal(counted.length, 1)
  assert.ok(counted[0]?.endsWith(' 2'))
})

test('an MCP request is counted with its target and tool', async (t) => {
  const metrics = createMetrics({ version: '1', process: false })
  const { x } = await exchange(t)
  Object.assign(x, { mcpMethod: 'tools/call', mcpKind: 'tool', mcpTarget: 'time', mcpName: 'now' })
  metrics.mcpRequest(x)
  metrics.mcpRequest(x)
  Object.assign(x, { mcpMethod: 'tools/list', mcpKind: '', mcpTarget: '', mcpName: '' })
  metrics.mcpRequest(x)
  const text = await metrics.render()
  assert.ok(
    text.includes(
      `agentgateway_mcp_requests_total{method="tools/call",resource_type="tool",server="time",resource="now",${ROUTE}} 2\n`,
    ),
    text,
  )
  assert.ok(text.includes('method="tools/list",resource_type="unknown",server="unknown",resource="unknown"'))
})

test('invented names end in one series', async (t) => {
  const metrics = createMetrics({ version: '1', process: false, labelValues: 10 })
  const { x } = await exchange(t)
  Object.assign(x, { mcpKind: 'resource', mcpTarget: 'files' })
  for (let i = 0; i < 1_000; i++) {
    x.mcpMethod = `resources/read${i % 500}`
    x.mcpName = `file:///${i}`
    metrics.mcpRequest(x)
  }
  Object.assign(x, { mcpMethod: 'tools/call', mcpKind: 'tool', mcpName: 'honest' })
  metrics.mcpRequest(x)
  const lines = (await metrics.render())
    .split('\n')
    .filter((line) => line.startsWith('agentgateway_mcp_requests_total'))
  assert.ok(lines.length <= 101, `${lines.length} series`)
  assert.equal(
    lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0),
    1_001,
  )
  assert.ok(
    lines.some((line) => line.includes('resource="honest"')),
    'tools have a bound of their own',
  )
})

test('a tool name that no target answered for is no label', async (t) => {
  const metrics = createMetrics({ version: '1', process: false })
  const { x } = await exchange(t)
  Object.assign(x, { mcpMethod: 'tools/call', mcpKind: 'tool', mcpName: 'guess-1' })
  metrics.mcpRequest(x)
  assert.ok(!(await metrics.render()).includes('guess-1'))
})

test('label values cannot break out of their quotes', async (t) => {
  const metrics = createMetrics({ version: '1', process: false })
  const { x } = await exchange(t)
  Object.assign(x, { mcpMethod: 'tools/call', mcpKind: 'tool', mcpTarget: 'a', mcpName: 'x"} 1\nevil_total{y="\\' })
  metrics.mcpRequest(x)
  assert.ok((await metrics.render()).includes('resource="x\\"} 1\\nevil_total{y=\\"\\\\"'))
})

test('connections, upstream calls, handshakes, limits and the state of the configuration have their families', async (t) => {
  const metrics = createMetrics({ version: '1', process: false })
  const { x } = await exchange(t)
  const wire = ['bind/3000', 'default', 'listener0', 'http'] as const
  metrics.connectionOpened(...wire)
  metrics.connectionClosed(...wire, { received: 10, sent: 20 })
  metrics.upstreamConnected('tls', 3)
  metrics.upstreamCall('Primary', 'Mcp', 3)
  metrics.tlsHandshake(entrance, 3)
  metrics.processed(x, 'request', 0.2)
  metrics.processed(x, 'response', 0.2)
  metrics.limitHit('mcpBody')
  metrics.configSynchronized(false)
  const text = await metrics.render()
  for (const expected of [
    'agentgateway_downstream_connections_total{bind="bind/3000",gateway="default",listener="listener0",protocol="http"} 1',
    'agentgateway_downstream_received_bytes_total{bind="bind/3000",gateway="default",listener="listener0",protocol="http"} 10',
    'agentgateway_downstream_sent_bytes_total{bind="bind/3000",gateway="default",listener="listener0",protocol="http"} 20',
    'agentgateway_upstream_connect_duration_seconds_bucket{transport="tls",le="0.0043"} 1',
    'agentgateway_upstream_call_duration_seconds_count{kind="Primary",subtype="Mcp"} 1',
    'agentgateway_tls_handshake_duration_seconds_count{bind="bind/3000",gateway="bind/3000",listener="listener0",protocol="https"} 1',
    `agentgateway_request_processing_seconds_bucket{backend="unknown",${ROUTE},le="0.00025"} 1`,
    `agentgateway_response_processing_seconds_count{backend="unknown",${ROUTE}} 1`,
    'agentgateway_limit_hits_total{limit="mcpBody"} 1',
    'agentgateway_config_synchronized 0',
    '# UNIT agentgateway_request_duration_seconds seconds',
    '# TYPE agentgateway_requests counter',
  ])
    assert.ok(text.includes(`${expected}\n`), expected)
})

test('removed families are not shown, however they were spelled', async (t) => {
  const removed = ['requests', 'agentgateway_response_bytes_total', 'config_synchronized']
  const metrics = createMetrics({ version: '1', process: false, removed })
  const { x } = await exchange(t)
  metrics.requestDone(x, 200, 0, 1)
  const text = await metrics.render()
  assert.doesNotMatch(text, /agentgateway_(requests|response_bytes|config_synchronized)/)
  assert.match(text, /agentgateway_request_duration_seconds_count/)
})

test('the process itself is described, once, before the end mark', async () => {
  const metrics = createMetrics({ version: '1' })
  const text = await metrics.render()
  assert.match(text, /^process_cpu_seconds_total /m)
  assert.equal(text.match(/# EOF/g)?.length, 1)
  assert.ok(text.endsWith('# EOF\n'))
})

test('how many tools a target offers is asked when somebody looks, of the newest that knows', async () => {
  const metrics = createMetrics({ version: '1', process: false })
  const line = async (): Promise<readonly string[]> =>
    (await metrics.render()).split('\n').filter((each) => each.startsWith('agentgateway_mcp_target_tools{'))
  let [old, renewed]: (number | undefined)[] = [3, undefined]
  const end = metrics.targetTools('petstore', () => old)
  metrics.targetTools('silent', () => undefined)
  assert.deepEqual(await line(), ['agentgateway_mcp_target_tools{server="petstore"} 3'])
  metrics.targetTools('petstore', () => renewed)
  assert.deepEqual(await line(), ['agentgateway_mcp_target_tools{server="petstore"} 3'])
  renewed = 19
  assert.deepEqual(await line(), ['agentgateway_mcp_target_tools{server="petstore"} 19'])
  old = 4
  assert.deepEqual(await line(), ['agentgateway_mcp_target_tools{server="petstore"} 19'])
  end()
  assert.deepEqual(await line(), ['agentgateway_mcp_target_tools{server="petstore"} 19'])
})
