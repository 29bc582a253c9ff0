import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { OAuthError } from '@modelcontextprotocol/sdk/server/auth/errors.js'
import { freePorts, root, startGateway } from '../../support/gateway.ts'
import { auth0 } from '../../support/identity/auth0.ts'
import { emulate } from '../../support/identity/emulator.ts'
import { Person } from '../../support/identity/person.ts'

async function world(t: TestContext, more: { readonly registration?: boolean } = {}) {
  const [port = 0] = await freePorts(1)
  const api = `http://localhost:${port}/mcp`
  const tenant = await emulate(t, auth0({ apis: [api], ...more }))
  await startGateway(t, 'test/journey/oauth-auth0/config.yaml', { PORT: String(port), AUTH0: tenant.issuer })
  return { tenant, url: `http://localhost:${port}/secure/mcp` }
}

test('a client registers, its person logs in, and the tools are there; the token is renewed without a person', async (t) => {
  const { tenant, url } = await world(t)
  const person = new Person('alice')
  const client = await person.connect(t, url)
  assert.ok((await client.listTools()).tools.some(({ name }) => name === 'search'))
  const asked = tenant.asked.find(({ line }) => line.startsWith('GET /authorize'))?.line ?? ''
  const parameters = new URL(asked.split(' ')[1] ?? '', tenant.origin).searchParams
  assert.equal(parameters.get('audience'), url.replace('/secure', ''))
  assert.equal(parameters.get('resource'), url)
  person.expire()
  const logins = () => tenant.asked.filter(({ line }) => line.startsWith('POST /authorize')).length
  const before = logins()
  await (await person.connect(t, url)).listTools()
  assert.equal(logins(), before)
  assert.ok(tenant.asked.some(({ form }) => form.get('grant_type') === 'refresh_token'))
})

test('without the audience the token would be for nobody but Auth0, and is refused', async (t) => {
  const { tenant, url } = await world(t)
  const document = await (await fetch(`${tenant.origin}/.well-known/oauth-authorization-server`)).json()
  assert.doesNotMatch(JSON.stringify(document), /audience=/)
  const answer = await fetch(url, { method: 'POST', headers: { authorization: 'Bearer opaque-token-of-the-tenant' } })
  assert.equal(answer.status, 401)
  assert.match(answer.headers.get('www-authenticate') ?? '', /error="invalid_token"/)
})

test('a tenant that registers nobody says so to the client', async (t) => {
  const { tenant, url } = await world(t, { registration: false })
  await assert.rejects(new Person('alice').connect(t, url), (thrown) => thrown instanceof OAuthError)
  assert.equal(tenant.asked.at(-1)?.line, 'POST /oidc/register')
})

test('a client that compares issuers is content as well', async (t) => {
  const { url } = await world(t)
  const client = await new Person('alice').connectStrictly(t, url)
  assert.ok((await client.listTools()).tools.length > 0)
})

/** MCP Inspector's command line with what it would have stored after a login; nobody is asked anything. */
function inspect(
  t: TestContext,
  url: string,
  tokens: object | undefined,
): Promise<{ code: number; out: string; err: string }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'toolgate-inspector-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const file = path.join(folder, 'oauth.json')
  if (tokens !== undefined)
    writeFileSync(file, JSON.stringify({ state: { servers: { [url]: { tokens } }, idpSessions: {} }, version: 0 }))
  const line = ['node_modules/.bin/mcp-inspector', '--cli', url, '--transport', 'http', '--method', 'tools/list']
  const env = { ...process.env, MCP_INSPECTOR_OAUTH_STATE_PATH: file, MCP_STORAGE_DIR: folder, HOME: folder }
  return new Promise((resolve) => {
    execFile(process.execPath, [...line, '--stored-auth-only'], { cwd: root, env }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    )
  })
}

test('MCP Inspector uses the login it has stored, and without one says that it needs one', async (t) => {
  const { url } = await world(t)
  const person = new Person('alice')
  await person.connect(t, url)
  const fine = await inspect(t, url, person.tokens())
  assert.equal(fine.code, 0, fine.err)
  assert.match(fine.out, /"search"/)
  const without = await inspect(t, url, undefined)
  assert.equal(without.code, 3, without.err)
})
