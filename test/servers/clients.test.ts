// Every MCP server of servers/ answers both generations of the official client on every transport.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  Client as Client2,
  StreamableHTTPClientTransport as Http2,
  SSEClientTransport as Sse2,
} from '@modelcontextprotocol/client'
import { StdioClientTransport as Stdio2 } from '@modelcontextprotocol/client/stdio'
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js'
import { SSEClientTransport as Sse1 } from '@modelcontextprotocol/sdk/client/sse.js'
import { StdioClientTransport as Stdio1 } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport as Http1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { clock } from '../../servers/clock.ts'
import { converter } from '../../servers/convert.ts'
import { deepwiki } from '../../servers/deepwiki.ts'
import { echo } from '../../servers/echo.ts'
import { everything } from '../../servers/everything.ts'
import { tools } from '../../servers/everything-tools.ts'
import { exa } from '../../servers/exa.ts'
import { microsoftDocs } from '../../servers/microsoft-docs.ts'
import { notes } from '../../servers/notes.ts'
import { type MakeServer, serve } from '../../servers/serve.ts'
import { serverFile } from './start.ts'

interface Row {
  readonly make: MakeServer
  readonly tools: readonly string[]
  readonly call: { readonly name: string; readonly arguments: Record<string, unknown> }
  readonly says: RegExp
}

const servers: Readonly<Record<string, Row>> = {
  echo: { make: echo, tools: ['echo'], call: { name: 'echo', arguments: { message: 'hello' } }, says: /^hello$/ },
  clock: {
    make: clock,
    tools: ['now', 'convert_time', 'time_until'],
    call: { name: 'convert_time', arguments: { moment: '2026-03-01T09:00:00+01:00', timeZones: ['Asia/Tokyo'] } },
    says: /Asia\/Tokyo: Sunday,? 1 March 2026 at 17:00/,
  },
  notes: {
    make: notes(),
    tools: ['add', 'edit', 'remove', 'search'],
    call: { name: 'search', arguments: { query: 'coffee' } },
    says: /Groceries/,
  },
  convert: {
    make: converter,
    tools: ['convert', 'table'],
    call: { name: 'convert', arguments: { value: 100, from: 'C', to: 'F' } },
    says: /^100 C = 212 F$/,
  },
  deepwiki: {
    make: deepwiki,
    tools: ['read_wiki_structure', 'read_wiki_contents', 'ask_question'],
    call: { name: 'ask_question', arguments: { repoName: ['a/b', 'c/d'], question: 'why?' } },
    says: /stand-in for DeepWiki.*Asked about a\/b, c\/d: why\?/s,
  },
  'microsoft-docs': {
    make: microsoftDocs,
    tools: ['microsoft_docs_search', 'microsoft_docs_fetch', 'microsoft_code_sample_search'],
    call: { name: 'microsoft_docs_search', arguments: { query: 'functions' } },
    says: /stand-in for Microsoft Learn/,
  },
  exa: {
    make: exa,
    tools: ['web_search_exa', 'web_fetch_exa'],
    call: { name: 'web_search_exa', arguments: { query: 'cats' } },
    says: /stand-in for Exa/,
  },
  everything: {
    make: everything,
    tools: tools.map(({ definition }) => definition.name),
    call: { name: 'test_simple_text', arguments: {} },
    says: /simple text response/,
  },
}

interface Answers {
  listTools(): Promise<{ tools: readonly { name: string }[] }>
  callTool(call: Row['call']): Promise<object>
  close(): Promise<void>
}

async function check(client: Answers, row: Row): Promise<void> {
  try {
    const listed = await client.listTools()
    assert.deepEqual(
      listed.tools.map((tool) => tool.name),
      row.tools,
    )
    const result: { content?: unknown } = await client.callTool(row.call)
    assert.ok(Array.isArray(result.content))
    assert.match(String(result.content[0]?.text), row.says)
  } finally {
    await client.close()
  }
}

const me = { name: 'test', version: '1.0.0' }

for (const [name, row] of Object.entries(servers)) {
  for (const transport of ['http', 'sse'] as const) {
    test(`${name} over ${transport} answers both client libraries`, async (t) => {
      const serving = await serve(row.make, { transport })
      t.after(() => serving.close())
      const url = new URL(serving.url)
      const first = new Client1(me)
      // The SDK's transports miss its own interface under `exactOptionalPropertyTypes`: their callbacks are accessors.
      await first.connect((transport === 'http' ? new Http1(url) : new Sse1(url)) as Transport)
      await check(first, row)
      const second = new Client2(me)
      await second.connect(transport === 'http' ? new Http2(url) : new Sse2(url))
      await check(second, row)
    })
  }
}

test('the clock over stdio answers both client libraries', async () => {
  const command = { command: process.execPath, args: [serverFile('clock')] }
  const first = new Client1(me)
  await first.connect(new Stdio1(command))
  await check(first, servers['clock'] ?? assert.fail())
  const second = new Client2(me)
  await second.connect(new Stdio2(command))
  await check(second, servers['clock'] ?? assert.fail())
})

test('a server without sessions answers call by call, as JSON when asked', async (t) => {
  const serving = await serve(echo, { transport: 'http', stateless: true, json: true })
  t.after(() => serving.close())
  const post = async (method: string, params: unknown): Promise<Response> =>
    fetch(serving.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    })
  const response = await post('tools/call', { name: 'echo', arguments: { message: 'alone' } })
  assert.equal(response.headers.get('content-type'), 'application/json')
  assert.equal(response.headers.get('mcp-session-id'), null)
  assert.match(await response.text(), /"content":\[\{"type":"text","text":"alone"\}\]/)
})
