// A real Keycloak: clients register, people log in with its own forms, and their roles decide on tools.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { suite, type TestContext, test } from 'node:test'
import { z } from 'zod'
import { toolgate } from '../cli/io.ts'
import { issuer, keycloak } from '../parts/keycloak.ts'
import { started } from '../parts/part.ts'
import { startGateway } from '../support/gateway.ts'
import { Person } from '../support/identity/person.ts'

const REALM = new URL(issuer).origin

/** Keycloak's administration, as its own console uses it. */
async function administration(origin: string) {
  const form = { grant_type: 'password', client_id: 'admin-cli', username: 'admin', password: 'admin' }
  const login = `${origin}/realms/master/protocol/openid-connect/token`
  const answer = await fetch(login, { method: 'POST', body: new URLSearchParams(form) })
  const { access_token: token } = z.object({ access_token: z.string() }).parse(await answer.json())
  return async (method: string, at: string, body?: object): Promise<string> => {
    const done = await fetch(at.startsWith('http') ? at : `${origin}/admin/realms/mcp-realm/${at}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    assert.ok(done.ok, `${method} ${at}: ${done.status} ${await done.text()}`)
    return done.headers.get('location')?.split('/').at(-1) ?? ''
  }
}

/** Two resources as Keycloak knows them: a client each with the address, and its audience in everybody's tokens. */
async function announce(t: TestContext, origin: string, resources: readonly string[]): Promise<void> {
  const admin = await administration(origin)
  for (const resource of resources) {
    const name = `resource-${randomUUID()}`
    const client = await admin('POST', 'clients', {
      clientId: name,
      publicClient: true,
      attributes: { resource_url: resource },
    })
    const scope = await admin('POST', 'client-scopes', {
      name,
      protocol: 'openid-connect',
      protocolMappers: [
        {
          name: 'audience',
          protocol: 'openid-connect',
          protocolMapper: 'oidc-audience-mapper',
          config: { 'included.client.audience': name, 'access.token.claim': 'true' },
        },
      ],
    })
    await admin('PUT', `default-default-client-scopes/${scope}`)
    t.after(async () => {
      await admin('DELETE', `default-default-client-scopes/${scope}`)
      await admin('DELETE', `client-scopes/${scope}`)
      await admin('DELETE', `clients/${client}`)
    })
  }
}

async function world(t: TestContext) {
  const running = started(keycloak)
  if (running === undefined) throw new Error('Keycloak is not running: npm run parts -- keycloak')
  const to = ['--connect-to', `localhost:8080=127.0.0.1:${running.port}`]
  const gateway = await startGateway(t, 'test/wide/keycloak-resource.yaml', {}, to)
  const resources = ['/mcp', '/plain/mcp'].map((path) => new URL(path, gateway.url).href)
  await announce(t, `http://127.0.0.1:${running.port}`, resources)
  const person = (name: string): Person => new Person(name, { [REALM]: `http://127.0.0.1:${running.port}` }, 'user123')
  return { person, to, at: (path: string) => new URL(path, gateway.url).href }
}

suite(`a protected resource in front of Keycloak ${keycloak.version}`, () => {
  test('registration goes through the gateway, and roles decide on tools', async (t) => {
    const { person, at } = await world(t)
    const names = async (name: string): Promise<string[]> => {
      const client = await person(name).connect(t, at('/mcp'))
      return (await client.listTools()).tools.map((tool) => tool.name)
    }
    assert.deepEqual(await names('mcp-user'), ['add', 'edit', 'remove', 'search'])
    assert.deepEqual(await names('other-user'), ['search'])
  })

  test('a token is renewed without a person', async (t) => {
    const { person, at } = await world(t)
    const one = person('mcp-user')
    await one.connect(t, at('/mcp'))
    one.expire()
    const client = await one.connect(t, at('/mcp'))
    assert.ok((await client.listTools()).tools.length > 0)
  })

  test('a client that compares issuers goes to Keycloak itself', async (t) => {
    const { person, at } = await world(t)
    const client = await person('mcp-user').connectStrictly(t, at('/plain/mcp'))
    assert.ok((await client.listTools()).tools.length > 0)
  })

  test('through the gateway such a client stops where Keycloak calls itself by its own name', async (t) => {
    const { person, at, to } = await world(t)
    await assert.rejects(person('mcp-user').connectStrictly(t, at('/mcp')), { kind: 'authorization_response' })
    const said = (path: string) => toolgate(['doctor', 'oauth', '--url', at(path), '--as', 'inspector', ...to])
    const { code, out } = await said('/mcp')
    assert.equal(code, 1)
    assert.match(out, /RFC 9207[^]*Exclude Issuer From Authentication Response[^]*stops at 6 authorize/)
    assert.equal((await said('/plain/mcp')).code, 0)
  })
})
