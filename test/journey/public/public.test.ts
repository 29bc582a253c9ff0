// The public servers of the demo as one, over TLS, for real clients; stand-ins answer in their place.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { Client as Client2, StreamableHTTPClientTransport as Http2 } from '@modelcontextprotocol/client'
import { deepwiki } from '../../../servers/deepwiki.ts'
import { exa } from '../../../servers/exa.ts'
import { microsoftDocs } from '../../../servers/microsoft-docs.ts'
import { petstore } from '../../../servers/petstore.ts'
import { listen, type MakeServer, serve } from '../../../servers/serve.ts'
import { type RunningGateway, root, startGateway } from '../../support/gateway.ts'

const folder = path.join(root, 'test/servers/tls')
const certificate = path.join(folder, 'cert.pem')
const tls = { cert: readFileSync(certificate), key: readFileSync(path.join(folder, 'key.pem')) }

/** A stand-in under the name of the real one: what `--connect-to` needs to lead there. */
async function standIn(t: TestContext, make: MakeServer, host: string, at = '/mcp'): Promise<string[]> {
  const serving = await serve(make, { transport: 'http', path: at, hosts: [host], tls })
  t.after(() => serving.close())
  return ['--connect-to', `${host}:443=127.0.0.1:${new URL(serving.url).port}`]
}

async function store(t: TestContext): Promise<string[]> {
  const host = 'petstore.swagger.io'
  const serving = await listen(petstore(), { hosts: [host], tls })
  t.after(() => serving.close())
  return ['--connect-to', `${host}:443=127.0.0.1:${new URL(serving.url).port}`]
}

async function world(t: TestContext, env: Record<string, string>): Promise<RunningGateway> {
  const elsewhere = [
    await standIn(t, deepwiki, 'mcp.deepwiki.com'),
    await standIn(t, microsoftDocs, 'learn.microsoft.com', '/api/mcp'),
    await standIn(t, exa, 'mcp.exa.ai'),
    await store(t),
  ]
  return startGateway(t, 'test/journey/public/config.yaml', env, elsewhere.flat())
}

const tools = [
  'deepwiki_read_wiki_structure',
  'deepwiki_read_wiki_contents',
  'deepwiki_ask_question',
  'microsoft_microsoft_docs_search',
  'microsoft_microsoft_docs_fetch',
  'microsoft_microsoft_code_sample_search',
  'exa-ai_web_search_exa',
  'exa-ai_web_fetch_exa',
]

const calls = [
  ['openapi_getPetById', { path: { petId: 2 } }, /"name\\":\\"Tom/],
  ['deepwiki_ask_question', { repoName: 'nodejs/undici', question: 'What is a pool?' }, /DeepWiki.*What is a pool\?/s],
  ['microsoft_microsoft_docs_search', { query: 'durable functions' }, /Microsoft Learn.*durable functions/s],
  ['exa-ai_web_search_exa', { query: 'agent gateways', numResults: 3 }, /Exa.*agent gateways.*3 results/s],
] as const

test('the public servers are one', async (t) => {
  const gateway = await world(t, { NODE_EXTRA_CA_CERTS: certificate })

  await t.test('all their tools are listed, by target, in the order of the configuration', async () => {
    const all = await gateway.tools('/public/mcp')
    assert.deepEqual(
      all.filter((name) => !name.startsWith('openapi_')),
      tools,
    )
    assert.deepEqual(all.slice(0, 3), ['openapi_updatePet', 'openapi_addPet', 'openapi_findPetsByStatus'])
    assert.equal(all.length, tools.length + 16)
  })

  await t.test('a call of each reaches the server that it names', async () => {
    const first = await gateway.client({ path: '/public/mcp' })
    const second = new Client2({ name: 'second', version: '1' })
    await second.connect(new Http2(new URL('/public/mcp', gateway.url)))
    t.after(() => second.close())
    for (const [name, given, says] of calls)
      for (const client of [first, second]) {
        const result = await client.callTool({ name, arguments: given })
        assert.notEqual(result.isError, true)
        assert.match(JSON.stringify(result.content), says)
      }
  })

  await t.test('the path is the only one', async () => {
    await assert.rejects(gateway.tools('/mcp'), /route not found/)
  })

  await t.test('a page elsewhere may ask whether it may', async () => {
    const answer = await fetch(new URL('/public/mcp', gateway.url), {
      method: 'OPTIONS',
      headers: {
        origin: 'https://page.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type,mcp-session-id',
      },
    })
    assert.equal(answer.status, 200)
    assert.equal(answer.headers.get('access-control-allow-origin'), '*')
  })
})

test('servers whose certificate nobody vouches for are refused, and the answer says so', async (t) => {
  const gateway = await world(t, {})
  await assert.rejects(gateway.client({ path: '/public/mcp' }), /target deepwiki: server\/discover: TLS failed/)
})
