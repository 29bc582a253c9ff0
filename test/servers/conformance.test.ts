// The fixture passes the conformance suite by itself: what fails through a gateway is then the gateway's.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { test } from 'node:test'
import { startServer } from './start.ts'

const suite = path.join(import.meta.dirname, '../../node_modules/@modelcontextprotocol/conformance/dist/index.js')

async function required(
  url: string,
  revision: string,
): Promise<{ readonly said: string; readonly exit: number | null }> {
  const child = spawn(process.execPath, [suite, 'server', '--url', url, '--requirements', revision], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const said = (await child.stdout.toArray()).join('')
  if (child.exitCode === null) await once(child, 'exit')
  return { said, exit: child.exitCode }
}

test('everything passes all that revision 2025-11-25 requires', async (t) => {
  const { url } = await startServer(t, 'everything', ['--transport', 'http'])
  const { said, exit } = await required(url, '2025-11-25')
  assert.match(said, /Total: (8[4-9]|9\d|\d{3,}) passed, 0 failed/)
  assert.equal(exit, 0)
})

// Tasks are an extension, which the suite tries and does not score.
test('everything-modern passes all that revision 2026-07-28 requires', async (t) => {
  const { url } = await startServer(t, 'everything-modern', ['--transport', 'http', '--era', 'modern'])
  const { said, exit } = await required(url, '2026-07-28')
  const failing = [...said.matchAll(/^✗ ([\w-]+): /gm)].map(([, scenario = '']) => scenario)
  assert.deepEqual(
    failing.filter((scenario) => !scenario.startsWith('tasks-')),
    [],
    said,
  )
  assert.match(said, /Total: (16[4-9]|1[7-9]\d|[2-9]\d\d) passed/)
  assert.equal(exit, 0)
})
