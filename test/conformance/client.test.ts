// The suite's client scenarios with the gateway as the client: how it speaks to servers, and how its users log in at them.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const program = path.join(import.meta.dirname, '../../node_modules/@modelcontextprotocol/conformance/dist/index.js')
const harness = fileURLToPath(import.meta.resolve('./harness.ts'))

/** What revision 2025-11-25 requires of a client. */
const required = [
  'initialize',
  'tools_call',
  'elicitation-sep1034-client-defaults',
  'sse-retry',
  'json-schema-2020-12-preservation',
  'auth/metadata-default',
  'auth/metadata-var1',
  'auth/metadata-var2',
  'auth/metadata-var3',
  'auth/basic-cimd',
  'auth/scope-from-www-authenticate',
  'auth/scope-from-scopes-supported',
  'auth/scope-omitted-when-undefined',
  'auth/scope-step-up',
  'auth/scope-retry-limit',
  'auth/token-endpoint-auth-basic',
  'auth/token-endpoint-auth-post',
  'auth/token-endpoint-auth-none',
  'auth/pre-registration',
]

/** Scenarios of 2026-07-28 about logins, with a server of 2025-11-25: nothing in them depends on the revision that is spoken. */
const later = [
  'auth/resource-mismatch',
  'auth/offline-access-scope',
  'auth/offline-access-not-supported',
  'auth/authorization-server-migration',
  'auth/iss-supported',
  'auth/iss-not-advertised',
  'auth/iss-supported-missing',
  'auth/iss-wrong-issuer',
  'auth/iss-unexpected',
  'auth/iss-normalized',
  'auth/metadata-issuer-mismatch',
]

/** Runs one scenario; what the suite has printed. */
async function scenario(
  name: string,
  revision: string,
): Promise<{ readonly exit: number | null; readonly printed: string }> {
  const command = `${process.execPath} ${harness}`
  const args = [program, 'client', '--command', command, '--scenario', name, '--spec-version', revision, '--force']
  const child = spawn(process.execPath, [...args, '--timeout', '60000'], { stdio: ['ignore', 'pipe', 'pipe'] })
  const closed = once(child, 'close')
  const [out, err] = await Promise.all([child.stdout.toArray(), child.stderr.toArray()])
  await closed
  return { exit: child.exitCode, printed: [...out, ...err].join('') }
}

for (const name of [...required, ...later])
  test(`${name} through the gateway`, async () => {
    const { exit, printed } = await scenario(name, '2025-11-25')
    assert.match(printed, /^Passed: (\d+)\/\1, 0 failed, 0 warnings$/m)
    assert.equal(exit, 0, printed)
  })

test('an authorization server of 2025-03-26 is found at the origin of its server', async () => {
  const { exit, printed } = await scenario('auth/2025-03-26-oauth-metadata-backcompat', '2025-03-26')
  assert.equal(exit, 0, printed)
})
