// A real Keycloak: clients register, people log in with its own forms, and their roles decide on tools.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { suite, type TestContext, test } from 'node:test'
import { decodeJwt } from 'jose'
import { z } from 'zod'
import { toolgate } from '../cli/io.ts'
import { issuer, keycloak } from '../parts/keycloak.ts'
import { started } from '../parts/part.ts'
import { startGateway } from '../support/gateway.ts'
import { Person } from '../support/identity/person.ts'
import { athOf, holder } from '../support/proofs.ts'
import { realm } from './realm.ts'

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

  test('a token that Keycloak has bound to a key is its owner’s (DPoP, row 9)', async (t) => {
    const { at } = await world(t)
    const kc = await realm(t)
    const { name } = await kc.person(['supply-chain'])
    const owner = await holder()
    const token = await kc.token(name, {
      dpop: await owner.proof({ htu: `${kc.origin}/realms/mcp-realm/protocol/openid-connect/token` }),
    })
    assert.equal(z.looseObject({ jkt: z.string() }).parse(decodeJwt(token)['cnf']).jkt, owner.jkt)
    const shown = async (authorization: string, dpop?: string): Promise<number> => {
      const headers = {
        authorization,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...(dpop !== undefined && { dpop }),
      }
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' })
      const answer = await fetch(at('/mcp'), { method: 'POST', headers, body })
      await answer.body?.cancel()
      return answer.status
    }
    assert.equal(await shown(`Bearer ${token}`), 401)
    const proof = await owner.proof({ htu: at('/mcp'), ath: athOf(token) })
    assert.notEqual(await shown(`DPoP ${token}`, proof), 401)
    assert.equal(await shown(`DPoP ${token}`, proof), 401)
  })

  test('a token that Keycloak has taken back opens nothing, where Keycloak is asked (row 6)', async (t) => {
    const { at } = await world(t)
    const kc = await realm(t)
    const { name, id } = await kc.person(['supply-chain'])
    // Keycloak tells of a token only those that it is for.
    const found = await (await kc.admin('GET', 'clients?clientId=openweb-ui')).json()
    const [{ id: client } = assert.fail('no such client')] = z.array(z.looseObject({ id: z.string() })).parse(found)
    const mapper = {
      name: `audience-${id}`,
      protocol: 'openid-connect',
      protocolMapper: 'oidc-audience-mapper',
      config: {
        'included.client.audience': 'openweb-ui',
        'access.token.claim': 'true',
        'introspection.token.claim': 'true',
      },
    }
    const made = await kc.admin('POST', `clients/${client}/protocol-mappers/models`, mapper)
    const place = made.headers.get('location')?.split('/').at(-1) ?? ''
    t.after(() => kc.admin('DELETE', `clients/${client}/protocol-mappers/models/${place}`))
    const token = await kc.token(name)
    const shown = async (path: string): Promise<number> => {
      const headers = {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      }
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' })
      const answer = await fetch(at(path), { method: 'POST', headers, body })
      await answer.body?.cancel()
      return answer.status
    }
    const before = await shown('/asked/mcp')
    assert.notEqual(before, 401)
    await kc.admin('POST', `users/${id}/logout`)
    assert.equal(await shown('/asked/mcp'), 401)
    assert.notEqual(await shown('/mcp'), 401, 'without asking it is good until it expires')
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
