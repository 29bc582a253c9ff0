import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { startGateway } from '../../support/gateway.ts'
import { emulate } from '../../support/identity/emulator.ts'
import { admit, entra } from '../../support/identity/entra.ts'
import { Person } from '../../support/identity/person.ts'

const application = {
  id: '11112222-aaaa-bbbb-cccc-333344445555',
  secret: 'of the application',
  scopes: ['mcp_access'],
  redirects: ['http://127.0.0.1/oauth/callback'],
}

async function world(t: TestContext) {
  const tenant = await emulate(t, entra(application))
  admit(tenant, application)
  const gateway = await startGateway(t, 'test/journey/oauth-entra/config.yaml', {
    ENTRA: tenant.issuer,
    ENTRA_KEYS: `${tenant.origin}/tenant/discovery/v2.0/keys`,
    APPLICATION: application.id,
    SECRET: application.secret,
  })
  return { tenant, at: (path: string) => new URL(path, gateway.url).href }
}

test('a client that knows nothing of Entra logs in, and never sees the secret', async (t) => {
  const { tenant, at } = await world(t)
  const person = new Person('alice')
  const client = await person.connect(t, at('/entra/mcp'))
  assert.ok((await client.listTools()).tools.length > 0)
  const [authorize] = tenant.asked.filter(({ line }) => line.startsWith('GET /tenant/oauth2/v2.0/authorize'))
  assert.doesNotMatch(authorize?.line ?? '', /resource=/)
  const redeemed = tenant.asked.find(({ form }) => form.get('grant_type') === 'authorization_code')
  assert.equal(redeemed?.form.get('client_secret'), application.secret)
  person.expire()
  assert.ok((await (await person.connect(t, at('/entra/mcp'))).listTools()).tools.length > 0)
  assert.ok(tenant.asked.some(({ form }) => form.get('grant_type') === 'refresh_token' && form.has('client_secret')))
})

test('without the gateway in between Entra refuses what clients send', async (t) => {
  const { at } = await world(t)
  // No registration, and no word about PKCE: clients stop before they get to the numbered errors.
  await assert.rejects(new Person('alice').connect(t, at('/plain/mcp')), /registration|S256|code challenge/i)
})

test('the numbered errors are Entra’s: a resource beside the scope, no scope, a scope of nobody', async (t) => {
  const { tenant } = await world(t)
  const page = async (fields: Record<string, string>): Promise<string> => {
    const query = new URLSearchParams({
      client_id: application.id,
      redirect_uri: 'http://127.0.0.1:9/oauth/callback',
      ...fields,
    })
    return (await fetch(`${tenant.origin}/tenant/oauth2/v2.0/authorize?${query.toString()}`)).text()
  }
  const scope = `api://${application.id}/mcp_access`
  assert.match(await page({ scope, resource: 'https://gw.example/mcp' }), /AADSTS9010010/)
  assert.match(await page({}), /AADSTS900144/)
  assert.match(await page({ scope: 'mcp_access' }), /AADSTS650053/)
  assert.match(await page({ scope }), /<form/)
})

test('a client that compares issuers is content as well', async (t) => {
  const { at } = await world(t)
  const client = await new Person('alice').connectStrictly(t, at('/entra/mcp'))
  assert.ok((await client.listTools()).tools.length > 0)
})
