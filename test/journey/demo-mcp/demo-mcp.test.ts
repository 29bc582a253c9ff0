// Public servers behind three doors, as the tour of the demo goes through them: roles in a token, a login by Auth0, tokens of Entra.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import type { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { z } from 'zod'
import { root } from '../../support/gateway.ts'
import { Person } from '../../support/identity/person.ts'
import { API, AUTH0, CALLBACK, LOGIN, PUBLIC, world } from './world.ts'

const forEverybody = ['microsoft_microsoft_docs_fetch', 'exa-ai_web_search_exa']
const ofDeepwiki = ['deepwiki_read_wiki_structure', 'deepwiki_read_wiki_contents', 'deepwiki_ask_question']
const ofMicrosoft = [
  'microsoft_microsoft_docs_search',
  'microsoft_microsoft_docs_fetch',
  'microsoft_microsoft_code_sample_search',
]

const names = async (client: Client): Promise<string[]> => (await client.listTools()).tools.map(({ name }) => name)
const object = z.looseObject({})
const json = async (url: string) => object.parse(await (await fetch(url)).json())
const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` })

test('/mcp: a token is optional, and its roles decide', async (t) => {
  const { gateway, origin, token } = await world(t)

  await t.test('without a token there are the two tools for everybody', async () => {
    assert.deepEqual(await gateway.tools('/mcp'), forEverybody)
    const client = await gateway.client({ path: '/mcp' })
    const found = await client.callTool({ name: 'exa-ai_web_search_exa', arguments: { query: 'agent gateways' } })
    assert.match(JSON.stringify(found.content), /agent gateways/)
    const denied = client.callTool({ name: 'deepwiki_ask_question', arguments: { repoName: 'a/b', question: '?' } })
    await assert.rejects(denied, { code: -32602, message: /Unknown tool: deepwiki_ask_question/ })
    await assert.rejects(client.callTool({ name: 'deepwiki_no_such', arguments: {} }), {
      code: -32602,
      message: /Unknown tool: deepwiki_no_such/,
    })
  })

  await t.test('MCP Inspector sees the same', async () => {
    const line = ['node_modules/.bin/mcp-inspector', '--cli', gateway.url, '--transport', 'http']
    const out = await new Promise<string>((resolve, reject) => {
      execFile(process.execPath, [...line, '--method', 'tools/list'], { cwd: root }, (error, printed) =>
        error === null ? resolve(printed) : reject(error),
      )
    })
    const { tools } = z.object({ tools: z.array(z.object({ name: z.string() })) }).parse(JSON.parse(out))
    assert.deepEqual(
      tools.map(({ name }) => name),
      forEverybody,
    )
  })

  await t.test('other-user has the role ai-agents: those, and all of deepwiki', async () => {
    const headers = bearer(await token('other-user', ['ai-agents']))
    const client = await gateway.client({ path: '/mcp', headers })
    assert.deepEqual(await names(client), [...ofDeepwiki, ...forEverybody])
    const answer = await client.callTool({
      name: 'deepwiki_ask_question',
      arguments: { repoName: 'nodejs/undici', question: 'What is a pool?' },
    })
    assert.match(JSON.stringify(answer.content), /What is a pool\?/)
  })

  await t.test('mcp-user has the role supply-chain as well: all of microsoft and of the REST API too', async () => {
    const headers = bearer(await token('mcp-user', ['supply-chain', 'ai-agents']))
    const client = await gateway.client({ path: '/mcp', headers })
    const all = await names(client)
    const ofStore = all.filter((name) => name.startsWith('openapi_'))
    assert.equal(ofStore.length, 16)
    assert.deepEqual(all, [...ofStore, ...ofDeepwiki, ...ofMicrosoft, 'exa-ai_web_search_exa'])
    const pet = await client.callTool({ name: 'openapi_getPetById', arguments: { path: { petId: 1 } } })
    assert.match(JSON.stringify(pet.structuredContent), /"name":"Rex"/)
  })

  await t.test('the log says whose token it was, and not the token', async () => {
    assert.match(gateway.said(), /jwt\.sub=/)
    assert.doesNotMatch(gateway.said(), /eyJ/)
  })

  await t.test('a token that is not good is refused, not taken for none', async () => {
    const roles = ['supply-chain', 'ai-agents']
    for (const claims of [{ exp: 1 }, { aud: 'another' }, { iss: 'http://localhost:8080/realms/other' }]) {
      const headers = bearer(await token('mcp-user', roles, claims))
      const answer = await fetch(`${origin}/mcp`, { method: 'POST', headers })
      assert.equal(answer.status, 401)
      assert.match(await answer.text(), /^authentication failure: /)
    }
  })
})

test('/secure/mcp: clients find Auth0, register, log in, and see what is permitted', async (t) => {
  const { origin, auth0 } = await world(t)

  await t.test('the challenge', async () => {
    const answer = await fetch(`${origin}/secure/mcp`)
    assert.equal(answer.status, 401)
    assert.equal(answer.headers.get('content-type'), 'application/json')
    assert.equal(await answer.text(), '{"error":"unauthorized","error_description":"JWT token required"}')
    const challenge = answer.headers.get('www-authenticate') ?? ''
    const document = `Bearer resource_metadata="${PUBLIC}/.well-known/oauth-protected-resource/secure/mcp"`
    assert.ok(challenge.startsWith(document), challenge)
  })

  await t.test('the documents', async () => {
    const resource = await json(`${origin}/.well-known/oauth-protected-resource/secure/mcp`)
    assert.equal(resource['resource'], `${PUBLIC}/secure/mcp`)
    assert.deepEqual(resource['authorization_servers'], [`${PUBLIC}/secure/mcp`])
    assert.deepEqual(resource['scopes_supported'], ['profile', 'openid', 'offline_access'])
    assert.deepEqual(resource['bearer_methods_supported'], ['header', 'body', 'query'])
    assert.equal(resource['resource_documentation'], `${PUBLIC}/secure/mcp/docs`)
    assert.equal(resource['resource_policy_uri'], `${PUBLIC}/secure/mcp/policies`)
    const server = await json(`${origin}/.well-known/oauth-authorization-server/secure/mcp`)
    assert.equal(server['registration_endpoint'], `${AUTH0}/oidc/register`)
    const authorize = new URL(String(server['authorization_endpoint']))
    assert.deepEqual([authorize.origin, authorize.searchParams.get('audience')], [AUTH0, `${PUBLIC}/mcp`])
  })

  const seen: Readonly<Record<string, readonly string[]>> = {
    nobody: ['microsoft_microsoft_docs_fetch'],
    agent: [...ofDeepwiki, 'microsoft_microsoft_docs_fetch'],
    buyer: [...ofDeepwiki, ...ofMicrosoft],
  }
  for (const [name, tools] of Object.entries(seen))
    await t.test(`a login as ${name}, and their tools`, async () => {
      const before = auth0.clients.size
      const person = new Person(name, { [PUBLIC]: origin, [AUTH0]: auth0.plain })
      const client = await person.connect(t, `${PUBLIC}/secure/mcp`)
      assert.deepEqual(await names(client), tools)
      assert.equal(auth0.clients.size, before + 1, 'the client has registered')
      person.expire()
      assert.deepEqual(await names(await person.connect(t, `${PUBLIC}/secure/mcp`)), tools)
    })

  await t.test('a client of the second generation', async () => {
    const person = new Person('agent', { [PUBLIC]: origin, [AUTH0]: auth0.plain })
    const client = await person.connectStrictly(t, `${PUBLIC}/secure/mcp`)
    assert.deepEqual(
      (await client.listTools()).tools.map(({ name }) => name),
      seen['agent'],
    )
  })

  await t.test('a token of the tenant for something else is refused', async () => {
    const token = await auth0.signer.sign({ iss: `${AUTH0}/`, aud: `${AUTH0}/userinfo`, permissions: ['call:agent'] })
    const answer = await fetch(`${origin}/secure/mcp`, { method: 'POST', headers: bearer(token) })
    assert.equal(answer.status, 401)
    assert.match(answer.headers.get('www-authenticate') ?? '', /error="invalid_token"/)
  })
})

test('/entra/mcp: tokens of version 1, by the keys of version 2', async (t) => {
  const { gateway, origin, entra } = await world(t)
  const resource = await json(`${origin}/.well-known/oauth-protected-resource/entra/mcp`)

  await t.test('the documents lead to the tenant', async () => {
    const answer = await fetch(`${origin}/entra/mcp`)
    assert.equal(answer.status, 401)
    assert.ok(
      answer.headers
        .get('www-authenticate')
        ?.startsWith(`Bearer resource_metadata="${PUBLIC}/.well-known/oauth-protected-resource/entra/mcp"`),
    )
    assert.deepEqual(resource['authorization_servers'], [`${LOGIN}/tenant/v2.0`])
    assert.deepEqual(resource['scopes_supported'], [`${API}/.default`])
  })

  await t.test('a client that knows Entra logs in with the scope that the documents name', async () => {
    const token = await loginAt(entra.plain, String(resource['scopes_supported']))
    const client = await gateway.client({ path: '/entra/mcp', headers: bearer(token) })
    // A lone target needs no prefix.
    assert.deepEqual(
      await names(client),
      ofMicrosoft.map((name) => name.replace('microsoft_', '')),
    )
    assert.ok(entra.asked.some(({ line }) => line === 'GET /tenant/discovery/v2.0/keys'))
  })

  await t.test('tokens of another tenant, for another API, or of version 2 are refused', async () => {
    const good = { iss: 'https://sts.windows.net/tenant/', aud: API, ver: '1.0' }
    for (const [status, claims] of [
      [200, good],
      [401, { ...good, iss: 'https://sts.windows.net/other/' }],
      [401, { ...good, aud: '00000003-0000-0000-c000-000000000000' }],
      [401, { ...good, iss: `${LOGIN}/tenant/v2.0`, ver: '2.0' }],
    ] as const) {
      const token = await entra.signer.sign({ sub: 'bob', ...claims })
      assert.equal(await opened(`${origin}/entra/mcp`, token), status, JSON.stringify(claims))
    }
  })

  await t.test('a client that knows nothing of Entra stops there, as it does without a gateway', async () => {
    const person = new Person('alice', { [PUBLIC]: origin, [LOGIN]: entra.plain })
    await assert.rejects(person.connect(t, `${PUBLIC}/entra/mcp`), /registration/i)
  })
})

/** The status of an `initialize`. */
async function opened(url: string, token: string): Promise<number> {
  const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'a', version: '1' } }
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      ...bearer(token),
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params }),
  })
  await answer.body?.cancel()
  return answer.status
}

/** Code flow with PKCE as Entra wants it: a known application, and no `resource`. */
async function loginAt(origin: string, scope: string): Promise<string> {
  const verifier = crypto.randomUUID().repeat(2)
  const challenge = createHash('sha256').update(verifier).digest('base64url')
  const shared = { client_id: API.slice('api://'.length), redirect_uri: CALLBACK }
  const answer = await fetch(`${origin}/tenant/oauth2/v2.0/authorize`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({
      ...shared,
      scope,
      login: 'bob',
      response_type: 'code',
      code_challenge: challenge,
      code_challenge_method: 'S256',
    }),
  })
  const code = new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? ''
  const redeemed = await fetch(`${origin}/tenant/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({ ...shared, grant_type: 'authorization_code', code, code_verifier: verifier }),
  })
  return z.object({ access_token: z.string() }).parse(await redeemed.json()).access_token
}
