// Both generations of the official library over both transports: whatever a server can do to a client arrives through the gateway.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  Client as Client2,
  StreamableHTTPClientTransport as Http2,
  SSEClientTransport as Sse2,
} from '@modelcontextprotocol/client'
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js'
import { SSEClientTransport as Sse1 } from '@modelcontextprotocol/sdk/client/sse.js'
import { StreamableHTTPClientTransport as Http1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport as Transport1 } from '@modelcontextprotocol/sdk/shared/transport.js'
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  LoggingMessageNotificationSchema,
  ResourceListChangedNotificationSchema,
  ResourceUpdatedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { eventually } from '../../support/gateway.ts'
import { unsuspicious, world } from './world.ts'

/** What the two libraries have in common, as far as this journey goes. */
interface Library {
  listTools(): Promise<{ tools: readonly { name: string }[] }>
  callTool(call: { name: string; arguments: Record<string, unknown> }): Promise<object>
  listResources(): Promise<{ resources: readonly { uri: string }[] }>
  readResource(which: { uri: string }): Promise<{ contents: readonly { uri: string }[] }>
  getPrompt(which: { name: string; arguments: Record<string, string> }): Promise<object>
  complete(of: {
    ref: { type: 'ref/prompt'; name: string }
    argument: { name: string; value: string }
  }): Promise<{ completion: { values: readonly string[] } }>
  subscribeResource(which: { uri: string }): Promise<object>
  close(): Promise<void>
}

interface Peer {
  readonly client: Library
  readonly heard: { readonly logs: unknown[]; readonly updated: string[]; lists: number }
  /** Calls a tool and gathers its progress. */
  readonly progress: (name: string) => Promise<number[]>
}

const me = { name: 'library', version: '1' }
const capabilities = { sampling: {}, elicitation: {} }
const sampled = {
  model: 'none',
  role: 'assistant' as const,
  content: { type: 'text' as const, text: 'sampled by the client' },
}
const elicited = { action: 'accept' as const, content: { username: 'ada', email: 'ada@example.com' } }
const nothing = (): Peer['heard'] => ({ logs: [], updated: [], lists: 0 })

async function first(transport: Transport1): Promise<Peer> {
  const client = new Client1(me, { capabilities })
  const heard = nothing()
  client.setRequestHandler(CreateMessageRequestSchema, () => sampled)
  client.setRequestHandler(ElicitRequestSchema, () => elicited)
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => void heard.logs.push(params.data))
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => void heard.updated.push(params.uri))
  client.setNotificationHandler(ResourceListChangedNotificationSchema, () => void heard.lists++)
  await client.connect(transport)
  const progress = async (name: string): Promise<number[]> => {
    const seen: number[] = []
    const onprogress = ({ progress: at }: { progress: number }): void => void seen.push(at)
    await client.callTool({ name, arguments: {} }, undefined, { onprogress })
    return seen
  }
  return { client, heard, progress }
}

async function second(transport: Parameters<Client2['connect']>[0]): Promise<Peer> {
  const client = new Client2(me, { capabilities })
  const heard = nothing()
  client.setRequestHandler('sampling/createMessage', async () => sampled)
  client.setRequestHandler('elicitation/create', async () => elicited)
  client.setNotificationHandler('notifications/message', ({ params }) => void heard.logs.push(params.data))
  client.setNotificationHandler('notifications/resources/updated', ({ params }) => void heard.updated.push(params.uri))
  client.setNotificationHandler('notifications/resources/list_changed', () => void heard.lists++)
  await client.connect(transport)
  const progress = async (name: string): Promise<number[]> => {
    const seen: number[] = []
    await client.callTool({ name, arguments: {} }, { onprogress: ({ progress: at }) => void seen.push(at) })
    return seen
  }
  return { client, heard, progress }
}

// The SDK's transports miss its own interface under `exactOptionalPropertyTypes`: their callbacks are accessors.
const peers: Readonly<Record<string, (url: string) => Promise<Peer>>> = {
  '1.x over Streamable HTTP': (url) => first(new Http1(new URL('/mcp', url)) as Transport1),
  '1.x over HTTP+SSE': (url) => first(new Sse1(new URL('/sse', url)) as Transport1),
  '2.x over Streamable HTTP': (url) => second(new Http2(new URL('/mcp', url))),
  '2.x over HTTP+SSE': (url) => second(new Sse2(new URL('/sse', url))),
}

test('the official libraries', async (t) => {
  const gateway = await world(t)
  for (const [name, connect] of Object.entries(peers))
    await t.test(name, async () => {
      const { client, heard, progress } = await connect(gateway.url)
      const said = async (tool: string, given: Record<string, unknown> = {}): Promise<string> =>
        JSON.stringify(await client.callTool({ name: tool, arguments: given }))
      try {
        const names = (await client.listTools()).tools.map((tool) => tool.name)
        for (const one of ['all_test_sampling', 'notes_add', 'clock_now']) assert.ok(names.includes(one), one)

        assert.match(await said('all_test_sampling', { prompt: 'p' }), /sampled by the client/)
        assert.match(await said('all_test_elicitation', { message: 'Who?' }), /action=accept/)
        assert.deepEqual(await progress('all_test_tool_with_progress'), [0, 50, 100])
        await said('all_test_tool_with_logging')
        await eventually(
          () => heard.logs.length >= 3,
          () => JSON.stringify(heard),
        )

        const { contents } = await client.readResource({ uri: 'all+test://template/7/data' })
        assert.equal(contents[0]?.uri, 'all+test://template/7/data')
        const prompt = { name: 'all_test_prompt_with_arguments', arguments: { arg1: 'a', arg2: 'b' } }
        assert.match(JSON.stringify(await client.getPrompt(prompt)), /arg1='a', arg2='b'/)
        const { completion } = await client.complete({
          ref: { type: 'ref/prompt', name: 'notes_summarize' },
          argument: { name: 'tag', value: 'err' },
        })
        assert.deepEqual(completion.values, ['errand'])

        // Who has read a list hears when it changes.
        assert.ok((await client.listResources()).resources.some(({ uri }) => uri === 'notes+note://1'))
        await client.subscribeResource({ uri: 'notes+note://1' })
        await said('notes_edit', { id: '1', text: `seen by ${name}` })
        await said('notes_add', { title: name, text: 'new' })
        await eventually(
          () => heard.updated.includes('notes+note://1') && heard.lists > 0,
          () => JSON.stringify(heard),
        )
      } finally {
        await client.close()
      }
    })
  unsuspicious(gateway)
})
