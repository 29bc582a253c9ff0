// The conformance suite as a client of our authorization server: metadata, and a login with its own PKCE, state and token request.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { z } from 'zod'
import { Browser } from '../journey/oauth-facade/browser.ts'
import { world } from '../journey/oauth-facade/world.ts'
import { eventually, freePorts } from '../support/gateway.ts'
import { program, recorded } from './suite.ts'

/** Registers at the authorization server that the metadata of `url` leads to (RFC 7591); its id. */
async function register(url: URL, callback: string): Promise<string> {
  const document = await (await fetch(new URL(`/.well-known/oauth-authorization-server${url.pathname}`, url))).json()
  const { registration_endpoint: endpoint } = z.object({ registration_endpoint: z.url() }).parse(document)
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: 'Conformance',
      redirect_uris: [callback],
      token_endpoint_auth_method: 'none',
    }),
  })
  assert.equal(answer.status, 201)
  return z.object({ client_id: z.string() }).parse(await answer.json()).client_id
}

/** The running suite: what it prints, and the checks that it has recorded once it is over. */
function suite(t: TestContext, args: readonly string[]) {
  const folder = mkdtempSync(path.join(tmpdir(), 'toolgate-conformance-'))
  const child: ChildProcess = spawn(process.execPath, [program, 'authorization', '-o', folder, ...args])
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (printed += chunk))
  const closed = once(child, 'close')
  t.after(async () => {
    child.kill('SIGKILL')
    await closed
    rmSync(folder, { recursive: true, force: true })
  })
  return {
    printed: () => printed,
    running: () => child.exitCode === null,
    ended: async () => {
      await closed
      const checks = readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => path.basename(name) === 'checks.json')
        .flatMap((name) => recorded.parse(JSON.parse(readFileSync(path.join(folder, name), 'utf8'))))
      return { exit: child.exitCode, checks }
    },
  }
}

// A public client: the suite sends no secret to servers that take clients without one.
test('our authorization server passes every check', async (t) => {
  const { url, start } = await world(t)
  await start()
  const [port = 0] = await freePorts(1)
  const callback = `http://127.0.0.1:${port}/callback`
  const client = await register(url, callback)
  const { href } = url
  const conformance = suite(t, ['--url', href, '--resource', href, '--client-id', client, '--port', String(port)])
  const link = await eventually(() => {
    if (!conformance.running()) throw new Error(conformance.printed())
    return /^http:\/\/localhost:\S+[?&]code_challenge=\S+$/m.exec(conformance.printed())?.[0]
  }, conformance.printed)
  const back = await new Browser().through(link, 'alice', callback)
  assert.equal((await fetch(back)).status, 200)
  const { exit, checks } = await conformance.ended()
  const found = checks.map(({ id, status }) => `${id}: ${status}`)
  assert.deepEqual(
    found.toSorted(),
    [
      'authorization-code-grant: SUCCESS',
      'authorization-server-metadata-cimd: SUCCESS',
      'authorization-server-metadata: SUCCESS',
    ].toSorted(),
    conformance.printed(),
  )
  assert.equal(exit, 0, conformance.printed())
})
