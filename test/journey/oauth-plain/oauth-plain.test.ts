// Clients with the OAuth code of both generations of the library go to an authorization server that nobody here wrote, by themselves.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type TestContext, test } from 'node:test'
import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client'
import { OAuthClientInformationSchema } from '@modelcontextprotocol/sdk/shared/auth.js'
import { Provider } from 'oidc-provider'
import { freePorts, startGateway } from '../../support/gateway.ts'
import { Person } from '../../support/identity/person.ts'
import { Browser } from '../oauth-facade/browser.ts'
import { connect, Memory } from '../oauth-facade/world.ts'

/** Registration for everybody; tokens are for the resource that was asked for, and for no other. */
async function identityProvider(t: TestContext): Promise<{ readonly issuer: string; readonly asked: string[] }> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  const issuer = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
  const provider = new Provider(issuer, {
    cookies: { keys: ['of the test'] },
    scopes: ['openid', 'offline_access', 'notes.read', 'notes.write'],
    features: {
      devInteractions: { enabled: true },
      registration: { enabled: true },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: (_: unknown, resource: string) => ({
          scope: 'notes.read notes.write',
          audience: resource,
          accessTokenTTL: 600,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
    issueRefreshToken: async () => true,
    findAccount: (_: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id }) }),
  })
  const asked: string[] = []
  const answer = provider.callback()
  server.on('request', (request, response) => {
    asked.push(`${request.method} ${request.url}`)
    answer(request, response)
  })
  return { issuer, asked }
}

async function world(t: TestContext) {
  const { issuer, asked } = await identityProvider(t)
  const [port = 0] = await freePorts(1)
  const gateway = await startGateway(t, 'test/journey/oauth-plain/config.yaml', { PORT: String(port), IDP: issuer })
  return { gateway, asked, issuer, url: new URL(`http://localhost:${port}/mcp`) }
}

const claimsOf = (token = ''): { readonly [claim: string]: unknown } => ({
  ...JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()),
})

test('a client finds the authorization server, registers there, and gets a token for this resource', async (t) => {
  const { url, asked } = await world(t)
  for (const way of ['connect', 'connectStrictly'] as const) {
    const person = new Person('alice')
    const client = await person[way](t, url.href)
    const { tools } = await client.listTools()
    assert.deepEqual(
      tools.map(({ name }) => name),
      ['remove', 'search'],
    )
    const { aud, scope, sub } = claimsOf(person.tokens()?.access_token)
    assert.deepEqual({ aud, scope, sub }, { aud: url.href, scope: 'notes.read', sub: 'alice' })
    const logins = (): number => asked.filter((line) => line.startsWith('POST /interaction')).length
    const before = logins()
    person.expire()
    await (await person[way](t, url.href)).listTools()
    assert.equal(logins(), before, 'renewed without a person')
  }
  assert.equal(asked.filter((line) => line === 'POST /reg').length, 2)
})

test('for a call that needs one more scope the person is asked once more, and the session goes on', async (t) => {
  const { url, issuer } = await world(t)
  const memory = new Memory()
  const browser = new Browser()
  // Registered by hand: the library names the scopes that it knows of by then, and this server would hold it to them.
  const registered = await fetch(`${issuer}/reg`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(memory.clientMetadata),
  })
  memory.saveClientInformation(OAuthClientInformationSchema.parse(await registered.json()))
  const login = async (transport: StreamableHTTPClientTransport): Promise<void> => {
    const back = await browser.through(memory.link?.href ?? '', 'alice', memory.redirectUrl)
    await transport.finishAuth(back.searchParams)
  }
  const client = new Client({ name: 'journey', version: '2' })
  const first = new StreamableHTTPClientTransport(url, { authProvider: memory })
  await assert.rejects(client.connect(first), UnauthorizedError)
  await login(first)
  const transport = new StreamableHTTPClientTransport(url, { authProvider: memory })
  await client.connect(transport)
  t.after(() => client.close())
  assert.equal(claimsOf(memory.tokens()?.access_token)['scope'], 'notes.read')

  const remove = { name: 'remove', arguments: { id: '1' } }
  const session = transport.sessionId
  await assert.rejects(client.callTool(remove), UnauthorizedError)
  assert.match(memory.link?.searchParams.get('scope') ?? '', /^notes\.read notes\.write\b/)
  await login(transport)
  assert.equal(claimsOf(memory.tokens()?.access_token)['scope'], 'notes.read notes.write')
  assert.match(JSON.stringify((await client.callTool(remove)).content), /removed/i)
  assert.equal(transport.sessionId, session)
})

test('a token for another resource of the same server is refused', async (t) => {
  const { url } = await world(t)
  const memory = new Memory()
  await connect(t, url, memory, { browser: new Browser(), user: 'alice' })
  const good = memory.tokens()?.access_token ?? ''
  const { url: other } = await world(t)
  const answer = await fetch(other, { method: 'POST', headers: { authorization: `Bearer ${good}` } })
  assert.equal(answer.status, 401)
  assert.match(answer.headers.get('www-authenticate') ?? '', /error="invalid_token"/)
})
