// Whoever tells the gateway to stop: once, twice through a launcher, twice in earnest, or by dying.
import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { eventually, type RunningGateway, root, startGateway } from '../support/gateway.ts'
import { folder } from './io.ts'

/** A gateway whose answers take as long as told. */
async function slow(t: TestContext, duration: string): Promise<RunningGateway> {
  const file = path.join(await folder(t), 'slow.yaml')
  const policies = `{ delay: { duration: ${duration} }, directResponse: { status: 200, body: done } }`
  await writeFile(file, `binds: [{ port: $PORT, listeners: [{ routes: [{ policies: ${policies} }] }] }]\n`)
  return startGateway(t, file)
}

/** The answer to a request, or that there was none; once the gateway has the request. */
async function asking({ url, stats }: RunningGateway): Promise<{ readonly answer: Promise<string> }> {
  const answer = fetch(url, { method: 'POST' }).then(
    (response) => response.text(),
    () => 'cut off',
  )
  const accepted = /^agentgateway_downstream_connections_total.* 1$/m
  await eventually(
    async () => accepted.test(await (await fetch(`${stats}/metrics`)).text()),
    () => 'the request did not arrive',
  )
  return { answer }
}

test('a signal that a terminal sends and a launcher passes on is one wish to stop', async (t) => {
  const gateway = await slow(t, '1500ms')
  const { answer } = await asking(gateway)
  gateway.process.kill('SIGTERM')
  await eventually(() => gateway.said().includes('draining'), gateway.said)
  gateway.process.kill('SIGTERM')
  assert.equal(await answer, 'done')
  await eventually(() => gateway.process.exitCode !== null, gateway.said)
  assert.equal(gateway.process.exitCode, 0)
})

test('who asks a second time does not wait for what runs', async (t) => {
  const gateway = await slow(t, '20s')
  const { answer } = await asking(gateway)
  gateway.process.kill('SIGTERM')
  await delay(1_100)
  assert.equal(gateway.process.exitCode, null)
  gateway.process.kill('SIGTERM')
  assert.equal(await answer, 'cut off')
  await eventually(() => gateway.process.exitCode !== null, gateway.said)
  assert.equal(gateway.process.exitCode, 130)
})

test('a gateway ends when the launcher that started it is gone without a word', async (t) => {
  const own = { ADMIN_ADDR: 'off', STATS_ADDR: 'localhost:0', READINESS_ADDR: 'off' }
  const gateway = fork(path.join(root, 'bin/toolgate.cjs'), ['-c', 'binds: []'], {
    env: { ...process.env, ...own },
    execArgv: [],
    silent: true,
  })
  t.after(() => void gateway.kill('SIGKILL'))
  let said = ''
  gateway.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()))
  await eventually(
    () => said.includes('ready in'),
    () => said,
  )
  gateway.disconnect()
  const [code] = await once(gateway, 'exit')
  assert.equal(code, 0)
})
