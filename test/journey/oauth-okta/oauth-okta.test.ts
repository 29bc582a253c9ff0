import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { startGateway } from '../../support/gateway.ts'
import { type Emulator, emulate } from '../../support/identity/emulator.ts'
import { okta } from '../../support/identity/okta.ts'
import { Person } from '../../support/identity/person.ts'

async function world(t: TestContext, closed = false) {
  const organisation = await emulate(t, okta({ audience: 'api://default', scopes: ['notes'], closed }))
  const gateway = await startGateway(t, 'test/journey/oauth-okta/config.yaml', { OKTA: organisation.issuer })
  return { organisation, at: (path: string) => new URL(path, gateway.url).href }
}

const registrations = ({ asked }: Emulator) => asked.filter(({ line }) => line === 'POST /oauth2/v1/clients')

test('registration goes through the gateway, scopes are those of the resource', async (t) => {
  const { organisation, at } = await world(t)
  const client = await new Person('alice').connect(t, at('/okta/mcp'))
  assert.ok((await client.listTools()).tools.length > 0)
  assert.equal(registrations(organisation).length, 1)
  const asked = organisation.asked.find(({ line }) => line.startsWith('GET /oauth2/default/v1/authorize'))?.line ?? ''
  assert.match(asked, /scope=openid\+notes/)
})

test('an organisation that registers nobody still serves the client that is configured', async (t) => {
  const { organisation, at } = await world(t, true)
  await assert.rejects(new Person('alice').connect(t, at('/okta/mcp')), /401|Invalid token provided|registration/i)
  organisation.clients.set('known-client', { redirects: ['http://127.0.0.1:6276/oauth/callback'] })
  const client = await new Person('alice').connect(t, at('/known/mcp'))
  assert.ok((await client.listTools()).tools.length > 0)
  assert.equal(registrations(organisation).length, 1)
})

test('a client that compares issuers is content as well', async (t) => {
  const { at } = await world(t)
  const client = await new Person('alice').connectStrictly(t, at('/okta/mcp'))
  assert.ok((await client.listTools()).tools.length > 0)
})
