// Tokens of a company in front of an MCP server: key files as `step` writes them, a real gateway, MCP Inspector as the client.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose'
import { echo } from '../../../servers/echo.ts'
import { serve } from '../../../servers/serve.ts'
import { eventually, freePorts, root, startGateway } from '../../support/gateway.ts'

/** `step crypto jwk create`, `step crypto jwk keyset add`, and what `step crypto jwt sign` does with them. */
async function company() {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
  const { kty, crv, x, y } = await exportJWK(publicKey)
  const kid = await calculateJwkThumbprint({ kty: kty ?? '', crv: crv ?? '', x: x ?? '', y: y ?? '' })
  const jwk = { use: 'sig', kty, kid, crv, alg: 'ES256', x, y }
  const sign = (subject: string, claims: Record<string, unknown> = {}) =>
    new SignJWT({ aud: 'mcp.example.com', ...claims })
      .setProtectedHeader({ alg: 'ES256', kid, typ: 'JWT' })
      .setIssuer('acme@example.com')
      .setSubject(subject)
      .setIssuedAt()
      .setNotBefore('0s')
      .setExpirationTime('10 years')
      .setJti(crypto.randomUUID())
      .sign(privateKey)
  return { keyset: JSON.stringify({ keys: [jwk] }, undefined, '  '), sign }
}

async function world(t: TestContext, file: string) {
  const folder = mkdtempSync(path.join(tmpdir(), 'toolgate-sso-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const acme = await company()
  const [port = 0] = await freePorts(1)
  const keys = path.join(folder, 'jwks-keyset')
  writeFileSync(keys, acme.keyset)
  const text = readFileSync(path.join(import.meta.dirname, file), 'utf8')
  const config = path.join(folder, file)
  // A port that is free, and a folder that is the test's own; all else is the file.
  writeFileSync(config, text.replace('port: 9000', `port: ${port}`).replace('./jwks-keyset', keys))
  const upstream = await serve(echo, { transport: 'http', path: '/mcp' })
  t.after(() => upstream.close())
  const elsewhere = ['--connect-to', `localhost:8000=127.0.0.1:${new URL(upstream.url).port}`]
  const gateway = await startGateway(t, config, {}, elsewhere)
  return { url: `http://localhost:${port}/mcp`, keys, gateway, acme }
}

function inspect(url: string, token?: string): Promise<{ readonly code: number; readonly out: string }> {
  const line = ['node_modules/.bin/mcp-inspector', '--cli', url, '--transport', 'http', '--method', 'tools/list']
  if (token !== undefined) line.push('--header', `Authorization: Bearer ${token}`)
  return new Promise((resolve) => {
    execFile(process.execPath, line, { cwd: root }, (error, out) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out })
    })
  })
}

test('with a token of the company the tools are there, without one the log says what is missing', async (t) => {
  const { url, gateway, acme } = await world(t, 'jwt-auth.yaml')
  assert.notEqual((await inspect(url)).code, 0)
  await eventually(() => gateway.said().includes('http.path=/mcp'), gateway.said)
  assert.match(
    gateway.said(),
    /http\.method=POST .*http\.path=\/mcp .*http\.status=401 .*error="authentication failure: no bearer token found"/,
  )
  const allowed = await inspect(url, await acme.sign('jsmith'))
  assert.equal(allowed.code, 0)
  assert.match(allowed.out, /"name": "echo"/)
  assert.match(gateway.said(), /jwt\.sub=jsmith/)
  assert.notEqual((await inspect(url, await (await company()).sign('jsmith'))).code, 0)
})

test('a new key file takes effect while the gateway runs', async (t) => {
  const { url, keys, acme } = await world(t, 'jwt-auth.yaml')
  const next = await company()
  const asked = async (token: string): Promise<number> =>
    (await fetch(url, { method: 'POST', headers: { authorization: `Bearer ${token}` } })).status
  const [old, young] = [await acme.sign('jsmith'), await next.sign('jsmith')]
  assert.deepEqual([(await asked(old)) === 401, await asked(young)], [false, 401])
  writeFileSync(keys, next.keyset)
  await eventually(
    async () => (await asked(old)) === 401,
    () => 'the old key is still good',
  )
  assert.notEqual(await asked(young), 401)
})

test('with rules on tools everybody gets in, and sees what their roles allow', async (t) => {
  const { url, gateway, acme } = await world(t, 'mcp-authorization.yaml')
  const employee = await inspect(url, await acme.sign('jsmith'))
  assert.deepEqual([employee.code, JSON.parse(employee.out)], [0, { tools: [] }])
  const boss = await inspect(url, await acme.sign('pointy-haired-boss', { roles: ['admin'] }))
  assert.equal(boss.code, 0)
  const { tools } = JSON.parse(boss.out)
  assert.deepEqual(
    tools.map(({ name }: { name: string }) => name),
    ['echo'],
  )
  assert.notEqual((await inspect(url)).code, 0)
  assert.match(gateway.said(), /jwt\.sub=pointy-haired-boss/)
})
