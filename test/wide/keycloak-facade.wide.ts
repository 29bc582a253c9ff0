// Our own authorization server in front of a real Keycloak: clients of both generations, people who log in, lose roles, and leave.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { InvalidGrantError } from '@modelcontextprotocol/sdk/server/auth/errors.js'
import { z } from 'zod'
import { keycloak } from '../parts/keycloak.ts'
import { type RunningGateway, root } from '../support/gateway.ts'
import { Person } from '../support/identity/person.ts'
import { listening } from '../support/serve.ts'
import { startFacade } from './facade-gateway.ts'
import { PASSWORD, type Realm, realm } from './realm.ts'

interface Stage {
  readonly gateway: RunningGateway
  readonly keycloak: Realm
  readonly client: (name: string, password?: string) => Person
}

async function stage(t: TestContext, more: Parameters<typeof startFacade>[2] = {}): Promise<Stage> {
  const provider = await realm(t)
  const gateway = await startFacade(t, provider, more)
  const client = (name: string, password = PASSWORD): Person => new Person(name, provider.places, password)
  return { gateway, keycloak: provider, client }
}

const all = ['add', 'edit', 'remove', 'search']

interface Lists {
  listTools(): Promise<{ readonly tools: readonly { readonly name: string }[] }>
}

const names = async (client: Lists): Promise<string[]> => (await client.listTools()).tools.map(({ name }) => name)

const claimsOf = (person: Person): { readonly [claim: string]: unknown } => {
  const [, payload = ''] = person.tokens()?.access_token.split('.') ?? []
  return { ...JSON.parse(Buffer.from(payload, 'base64url').toString()) }
}

suite(`our authorization server in front of Keycloak ${keycloak.version}`, () => {
  test('consent, a login on its page, a token of ours, and tools by its roles', async (t) => {
    const { gateway, client } = await stage(t)
    const [user, other] = [client('mcp-user'), client('other-user')]
    assert.deepEqual(await names(await user.connect(t, gateway.url)), all)
    assert.deepEqual(await names(await other.connect(t, gateway.url)), ['search'])
    const { iss, aud, scope, preferred_username: name, realm_access: access } = claimsOf(user)
    assert.deepEqual(
      { iss, aud, scope, name },
      { iss: gateway.url, aud: gateway.url, scope: 'tools', name: 'mcp-user' },
    )
    const roles: unknown = Object(access).roles
    assert.ok(Array.isArray(roles) && roles.includes('supply-chain') && roles.includes('ai-agents'))
  })

  test('a client of the second generation, which compares issuers, is content', async (t) => {
    const { gateway, client } = await stage(t)
    const person = client('other-user')
    assert.deepEqual(await names(await person.connectStrictly(t, gateway.url)), ['search'])
    person.expire()
    assert.deepEqual(await names(await person.connectStrictly(t, gateway.url)), ['search'])
  })

  test('a wrong password, or somebody whom Keycloak does not know, ends in no token', async (t) => {
    const { gateway, client } = await stage(t)
    for (const person of [client('mcp-user', 'wrong'), client('nobody')]) {
      await assert.rejects(person.connect(t, gateway.url), /login-actions\/authenticate.* does not take the password/)
      assert.equal(person.tokens(), undefined)
    }
  })

  test('a client is the document at its own address', async (t) => {
    const id = 'https://peer.internal/client.json'
    const redirects = ['http://127.0.0.1/oauth/callback']
    const document = JSON.stringify({ client_id: id, client_name: 'Documented', redirect_uris: redirects })
    const tls = (name: string): string => path.join(root, 'test/http/tls', name)
    const pair = { cert: readFileSync(tls('cert.pem')), key: readFileSync(tls('key.pem')) }
    const server = createServer(pair, (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(document)
    })
    const args = ['--connect-to', `peer.internal:443=127.0.0.1:${await listening(t, server)}`]
    const { gateway, client } = await stage(t, { args, env: { NODE_EXTRA_CA_CERTS: tls('cert.pem') } })
    const person = client('mcp-user')
    person.clientMetadataUrl = id
    assert.deepEqual(await names(await person.connect(t, gateway.url)), all)
    assert.equal(claimsOf(person)['client_id'], id)
  })

  test('a token is renewed without a person, and says what Keycloak says of them now', async (t) => {
    const { gateway, keycloak, client } = await stage(t)
    const { name, id } = await keycloak.person(['supply-chain', 'ai-agents'])
    const person = client(name)
    assert.deepEqual(await names(await person.connect(t, gateway.url)), all)
    const seen = async (): Promise<string[]> => {
      person.expire()
      return names(await person.connect(t, gateway.url))
    }
    assert.deepEqual(await seen(), all)
    await keycloak.strip(id, ['supply-chain'])
    assert.deepEqual(await seen(), ['search'])
    await keycloak.strip(id)
    assert.deepEqual(await seen(), [])
    assert.equal(claimsOf(person)['realm_access'], undefined)
  })

  test('whom Keycloak lets in no more gets no new token', async (t) => {
    const { gateway, keycloak, client } = await stage(t)
    const { name, id } = await keycloak.person(['ai-agents'])
    const person = client(name)
    await person.connect(t, gateway.url)
    await keycloak.admin('PUT', `users/${id}`, { enabled: false })
    person.expire()
    await assert.rejects(person.connect(t, gateway.url), InvalidGrantError)
  })

  test('a login ends with Keycloak’s session of the browser, unless offline access was asked for', async (t) => {
    const { gateway, keycloak, client } = await stage(t)
    const lasting = await stage(t, { env: { SCOPES: 'openid, profile, email, offline_access' } })
    const { name, id } = await keycloak.person(['ai-agents'])
    const [one, other] = [client(name), client(name)]
    await one.connect(t, gateway.url)
    await other.connect(t, lasting.gateway.url)
    const sessions = z.array(z.object({ id: z.string() }))
    for (const session of sessions.parse(await (await keycloak.admin('GET', `users/${id}/sessions`)).json()))
      await keycloak.admin('DELETE', `sessions/${session.id}`)
    for (const person of [one, other]) person.expire()
    await assert.rejects(one.connect(t, gateway.url), InvalidGrantError)
    assert.deepEqual(await names(await other.connect(t, lasting.gateway.url)), ['search'])
  })

  test('Keycloak’s own tokens open nothing here, and ours nothing there', async (t) => {
    const { gateway, keycloak, client } = await stage(t)
    const ask = async (url: string, token: string): Promise<number> =>
      (await fetch(url, { method: 'POST', headers: { authorization: `Bearer ${token}` } })).status
    assert.equal(await ask(gateway.url, await keycloak.token('mcp-user')), 401)
    const person = client('mcp-user')
    await person.connect(t, gateway.url)
    const ours = person.tokens()?.access_token ?? ''
    assert.notEqual(await ask(gateway.url, ours), 401)
    const userinfo = `${keycloak.origin}/realms/mcp-realm/protocol/openid-connect/userinfo`
    assert.equal(await ask(userinfo, ours), 401)
  })

  test('MCP Inspector uses the login it has stored, and says when it has none', async (t) => {
    const { gateway, client } = await stage(t)
    const person = client('other-user')
    await person.connect(t, gateway.url)
    const tokens = person.tokens()
    const listed = await inspect(t, gateway.url, { tokens })
    assert.equal(listed.code, 0, listed.errors)
    assert.match(listed.output, /"name": "search"/)
    assert.doesNotMatch(listed.output, /"name": "remove"/)
    const without = await inspect(t, gateway.url, {})
    assert.deepEqual([without.code, /auth_required/.test(without.errors)], [3, true], without.errors)
  })
})

/** MCP Inspector's command line with this as its store of logins. */
function inspect(
  t: TestContext,
  url: string,
  stored: object,
): Promise<{ readonly code: number; readonly output: string; readonly errors: string }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'toolgate-inspector-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const file = path.join(folder, 'oauth.json')
  writeFileSync(file, JSON.stringify({ state: { servers: { [url]: stored }, idpSessions: {} }, version: 0 }))
  const line = ['node_modules/.bin/mcp-inspector', '--cli', url, '--transport', 'http', '--method', 'tools/list']
  const env = { ...process.env, MCP_INSPECTOR_OAUTH_STATE_PATH: file, MCP_STORAGE_DIR: folder, HOME: folder }
  return new Promise((resolve) => {
    execFile(process.execPath, [...line, '--stored-auth-only'], { cwd: root, env }, (error, output, errors) =>
      resolve({ code: error === null ? 0 : Number(error.code), output, errors }),
    )
  })
}
