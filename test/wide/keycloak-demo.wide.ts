// The demo's `/mcp` with tokens of a real Keycloak, got as its scripts get them.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { world } from '../journey/demo-mcp/world.ts'
import { keycloak } from '../parts/keycloak.ts'
import { realm } from './realm.ts'

const forEverybody = ['microsoft_microsoft_docs_fetch', 'exa-ai_web_search_exa']
const ofDeepwiki = ['deepwiki_read_wiki_structure', 'deepwiki_read_wiki_contents', 'deepwiki_ask_question']

suite(`the demo's MCP route with tokens of Keycloak ${keycloak.version}`, () => {
  test('everybody sees what the tour says they see', async (t) => {
    const provider = await realm(t)
    const { gateway } = await world(t, Number(new URL(provider.origin).port))
    const seen = async (headers: Record<string, string> = {}): Promise<string[]> => {
      const client = await gateway.client({ path: '/mcp', headers })
      return (await client.listTools()).tools.map(({ name }) => name)
    }
    const as = async (name: string): Promise<string[]> =>
      seen({ authorization: `Bearer ${await provider.token(name)}` })
    assert.deepEqual(await seen(), forEverybody)
    assert.deepEqual(await as('other-user'), [...ofDeepwiki, ...forEverybody])
    assert.deepEqual(await as('mcp-user'), [
      ...ofDeepwiki,
      'microsoft_microsoft_docs_search',
      'microsoft_microsoft_docs_fetch',
      'microsoft_microsoft_code_sample_search',
      'exa-ai_web_search_exa',
    ])
    const bad = `${(await provider.token('mcp-user')).slice(0, -8)}AAAAAAAA`
    const answer = await fetch(gateway.url, { method: 'POST', headers: { authorization: `Bearer ${bad}` } })
    assert.equal(answer.status, 401)
  })
})
