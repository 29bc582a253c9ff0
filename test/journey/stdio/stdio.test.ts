// Programs as upstreams: what they get to see, how they end, and what happens when they die.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually, startGateway } from '../../support/gateway.ts'

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

const config = 'test/journey/stdio/config.yaml'

test('a program sees a minimal environment and what it was given; the rest only when asked for', async (t) => {
  const gateway = await startGateway(t, config, { SECRET_OF_THE_GATEWAY: 'x' })
  const names = async (path: string) => {
    const client = await gateway.client({ path })
    const { content } = await client.callTool({ name: 'environment', arguments: {} })
    return JSON.stringify(content)
  }
  const minimal = await names('/mcp')
  assert.match(minimal, /GIVEN/)
  assert.match(minimal, /PATH/)
  assert.doesNotMatch(minimal, /SECRET_OF_THE_GATEWAY/)
  assert.match(await names('/inherit'), /SECRET_OF_THE_GATEWAY/)
})

test('what it writes to stderr stands in the log, under its name', async (t) => {
  const gateway = await startGateway(t, config)
  await (await gateway.client()).callTool({ name: 'mutter', arguments: {} })
  const line = await eventually(
    () =>
      gateway
        .said()
        .split('\n')
        .find((each) => each.includes('muttered by the probe')),
    gateway.said,
  )
  assert.match(line, /probe/)
})

test('a program that dies fails its call, and is started again for the next', async (t) => {
  const gateway = await startGateway(t, config)
  const client = await gateway.client()
  await assert.rejects(client.callTool({ name: 'die', arguments: {} }), /target probe/)
  const { content } = await client.callTool({ name: 'pid', arguments: {} })
  assert.match(JSON.stringify(content), /\d+/)
})

for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
  test(`no program outlives the gateway: ${signal}`, async (t) => {
    const gateway = await startGateway(t, config)
    const client = await gateway.client()
    const { content } = await client.callTool({ name: 'pid', arguments: {} })
    const pid = Number(/\d+/.exec(JSON.stringify(content))?.[0])
    assert.ok(alive(pid))
    await gateway.stop(signal)
    await eventually(
      () => !alive(pid),
      () => `process ${pid} is still there`,
    )
  })
}
