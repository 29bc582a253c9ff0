// The fixture passes the conformance suite by itself: what fails through a gateway is then the gateway's.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { test } from 'node:test'
import { startServer } from './start.ts'

const suite = path.join(import.meta.dirname, '../../node_modules/@modelcontextprotocol/conformance/dist/index.js')

test('everything passes all that revision 2025-11-25 requires', async (t) => {
  const { url } = await startServer(t, 'everything', ['--transport', 'http'])
  const args = [suite, 'server', '--url', url, '--requirements', '2025-11-25']
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const said = (await child.stdout.toArray()).join('')
  if (child.exitCode === null) await once(child, 'exit')
  assert.match(said, /Total: (8[4-9]|9\d|\d{3,}) passed, 0 failed/)
  assert.equal(child.exitCode, 0)
})
