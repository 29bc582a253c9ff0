// The configuration changes while clients are connected: atomically, and never for the worse.
import assert from 'node:assert/strict'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import { eventually, root, startGateway } from '../../support/gateway.ts'

const yaml = (targets: readonly string[], more = ''): string => `
binds:
- port: \${PORT}
  listeners:
  - routes:
    - name: mcp
      matches:
      - path:
          exact: /mcp
      backends:
      - mcp:
          prefixMode: always
          targets:
${targets.map((name) => `          - name: ${name}\n            stdio:\n              cmd: ${process.execPath}\n              args: [${root}/servers/echo.ts]\n`).join('')}${more}`

async function world(t: TestContext) {
  const folder = await mkdtemp(path.join(tmpdir(), 'toolgate-reload-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const file = path.join(folder, 'toolgate.yaml')
  await writeFile(file, yaml(['one']))
  const gateway = await startGateway(t, file)
  const synchronized = async () =>
    /^agentgateway_config_synchronized (\d)/m.exec(await (await fetch(`${gateway.stats}/metrics`)).text())?.[1]
  return { file, gateway, synchronized }
}

test('a new target appears for clients that are connected', async (t) => {
  const { file, gateway } = await world(t)
  const client = await gateway.client()
  const names = async () => (await client.listTools()).tools.map(({ name }) => name)
  assert.deepEqual(await names(), ['one_echo'])
  const heard = new Promise((resolve) =>
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => resolve(true)),
  )
  await writeFile(`${file}.next`, yaml(['one', 'two']))
  await rename(`${file}.next`, file)
  await eventually(async () => (await names()).length === 2, gateway.said)
  await heard
  assert.deepEqual(await names(), ['one_echo', 'two_echo'])
})

test('a broken file changes nothing, says why, and is seen in the metrics', async (t) => {
  const { file, gateway, synchronized } = await world(t)
  assert.equal(await synchronized(), '1')
  await writeFile(file, yaml(['one']).replace('listeners', 'listenrs'))
  await eventually(() => gateway.said().includes('listenrs'), gateway.said)
  assert.equal(await synchronized(), '0')
  assert.deepEqual(await gateway.tools(), ['one_echo'])
  await writeFile(file, yaml(['three']))
  await eventually(async () => (await synchronized()) === '1', gateway.said)
  assert.deepEqual(await gateway.tools(), ['three_echo'])
})

test('each mistake in a rule is named with its place and remedy, without what is only worth knowing', async (t) => {
  const { file, gateway } = await world(t)
  const rules = [`allow: mcp.tool.name.startWith("e")`, `deny: jwt.sub == "mallory"`, `require: jwt.sub != `]
  const list = rules.map((rule) => `{ ${rule.replace(': ', ": '")}' }`).join(', ')
  const policies = `    - policies: { mcpAuthorization: { rules: [${list}] } }\n      name: mcp\n`
  await writeFile(file, yaml(['one']).replace('    - name: mcp\n', policies))
  await eventually(() => gateway.said().includes('require'), gateway.said)
  const lines = gateway
    .said()
    .split('\n')
    .filter((line) => line.includes('Failed to reload config'))
  assert.equal(lines.length, 2, lines.join('\n'))
  assert.match(
    lines[0] ?? '',
    /toolgate\.yaml:\d+:\d+ .*rules\[0\]\.allow unknown function startWith\(\) \(did you mean/,
  )
  assert.match(lines[1] ?? '', /rules\[2\]\.require /)
})

test('SIGHUP reads the file again', async (t) => {
  const { file, gateway } = await world(t)
  const before = gateway.said().split('configuration reloaded').length
  gateway.process.kill('SIGHUP')
  await eventually(
    () => gateway.said().split('configuration reloaded').length > before,
    () => `${file}: ${gateway.said()}`,
  )
  assert.deepEqual(await gateway.tools(), ['one_echo'])
})

test('ports open and close with the configuration', async (t) => {
  const { file, gateway } = await world(t)
  const second = gateway.port + 1
  const port = (number: number) =>
    fetch(`http://localhost:${number}/hello`).then(
      (answer) => answer.text(),
      () => 'closed',
    )
  await writeFile(
    file,
    yaml(
      ['one'],
      `- port: ${second}\n  listeners:\n  - routes:\n    - policies:\n        directResponse:\n          status: 200\n          body: hello\n`,
    ),
  )
  await eventually(async () => (await port(second)) === 'hello', gateway.said)
  await writeFile(file, yaml(['one']))
  await eventually(async () => (await port(second)) === 'closed', gateway.said)
})

test('SIGTERM: readiness turns at once, a running call finishes, the process ends with 0', async (t) => {
  const { gateway } = await world(t)
  const client = await gateway.client()
  assert.equal((await fetch(`${gateway.readiness}/healthz/ready`)).status, 200)
  const calls = Promise.all(
    Array.from({ length: 20 }, () => client.callTool({ name: 'one_echo', arguments: { message: 'last' } })),
  )
  await calls
  assert.equal(await gateway.stop(), 0)
})
