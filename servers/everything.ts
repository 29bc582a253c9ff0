// The fixture of the MCP conformance suite for revision 2025-11-25: every tool, resource and prompt that its server scenarios ask for.
import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import {
  CallToolRequestSchema,
  CompleteRequestSchema,
  ErrorCode,
  GetPromptRequestSchema,
  type GetPromptResult,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  McpError,
  type Prompt,
  ReadResourceRequestSchema,
  type ReadResourceResult,
  type Resource,
  SetLevelRequestSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { redPixel, tools } from './everything-tools.ts'
import { program } from './serve.ts'

type Texts = Readonly<Record<string, string>>
type Messages = GetPromptResult['messages']

const resources: readonly { readonly definition: Resource; readonly holds: { text: string } | { blob: string } }[] = [
  {
    definition: {
      uri: 'test://static-text',
      name: 'static-text',
      title: 'Static text',
      description: 'A text that never changes',
      mimeType: 'text/plain',
    },
    holds: { text: 'This is the content of the static text resource.' },
  },
  {
    definition: {
      uri: 'test://static-binary',
      name: 'static-binary',
      title: 'Static binary',
      description: 'An image that never changes',
      mimeType: 'image/png',
    },
    holds: { blob: redPixel },
  },
  {
    definition: {
      uri: 'test://watched-resource',
      name: 'watched-resource',
      title: 'Watched resource',
      description: 'A resource to subscribe to',
      mimeType: 'text/plain',
    },
    holds: { text: 'Watch me.' },
  },
]

function read(uri: string): ReadResourceResult {
  const found = resources.find((each) => each.definition.uri === uri)
  if (found !== undefined) return { contents: [{ uri, mimeType: found.definition.mimeType, ...found.holds }] }
  const id = /^test:\/\/template\/([^/]+)\/data$/.exec(uri)?.[1]
  if (id === undefined) throw new McpError(ErrorCode.InvalidParams, `Resource ${uri} not found`, { uri })
  const text = JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` })
  return { contents: [{ uri, mimeType: 'application/json', text }] }
}

const userText = (text: string): Messages[number] => ({
  role: 'user',
  content: { type: 'text', text },
})

const prompts: readonly { readonly definition: Prompt; readonly messages: (given: Texts) => Messages }[] = [
  {
    definition: {
      name: 'test_simple_prompt',
      title: 'Simple prompt',
      description: 'A prompt without arguments',
    },
    messages: () => [userText('This is a simple prompt for testing.')],
  },
  {
    definition: {
      name: 'test_prompt_with_arguments',
      title: 'Prompt with arguments',
      description: 'A prompt that repeats its two arguments',
      arguments: [
        { name: 'arg1', description: 'First argument', required: true },
        { name: 'arg2', description: 'Second argument', required: true },
      ],
    },
    messages: ({ arg1, arg2 }) => [userText(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)],
  },
  {
    definition: {
      name: 'test_prompt_with_embedded_resource',
      title: 'Prompt with a resource',
      description: 'A prompt that carries a resource',
      arguments: [{ name: 'resourceUri', description: 'URI of the resource to embed', required: true }],
    },
    messages: ({ resourceUri = '' }) => [
      {
        role: 'user',
        content: {
          type: 'resource',
          resource: { uri: resourceUri, mimeType: 'text/plain', text: 'Embedded resource content for testing.' },
        },
      },
      userText('Please process the embedded resource above.'),
    ],
  },
  {
    definition: {
      name: 'test_prompt_with_image',
      title: 'Prompt with an image',
      description: 'A prompt that carries an image',
    },
    messages: () => [
      { role: 'user', content: { type: 'image', data: redPixel, mimeType: 'image/png' } },
      userText('Please analyze the image above.'),
    ],
  },
]

const words: readonly string[] = ['paris', 'park', 'party', 'test', 'testing', 'value1', 'value2']

function getPrompt(name: string, given: Texts): GetPromptResult {
  const prompt = prompts.find((each) => each.definition.name === name)
  if (prompt === undefined) throw new McpError(ErrorCode.InvalidParams, `Unknown prompt: ${name}`)
  const missing = (prompt.definition.arguments ?? []).find(
    (each) => each.required === true && given[each.name] === undefined,
  )
  if (missing !== undefined) throw new McpError(ErrorCode.InvalidParams, `Argument ${missing.name} is missing`)
  return { description: prompt.definition.description, messages: prompt.messages(given) }
}

function offerTools(server: Server): void {
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: tools.map((each) => each.definition) }))
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
    const tool = tools.find((each) => each.definition.name === params.name)
    if (tool === undefined) throw new McpError(ErrorCode.InvalidParams, `Unknown tool: ${params.name}`)
    try {
      return await tool.call(params.arguments ?? {}, { server, extra })
    } catch (error) {
      return {
        isError: true,
        content: [{ type: 'text', text: error instanceof Error ? error.message : String(error) }],
      }
    }
  })
}

function offerResources(server: Server): void {
  const subscribed = new Set<string>()
  server.setRequestHandler(ListResourcesRequestSchema, () => ({
    resources: resources.map((each) => each.definition),
  }))
  server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({
    resourceTemplates: [
      {
        uriTemplate: 'test://template/{id}/data',
        name: 'template-data',
        title: 'Data by id',
        description: 'Some data for every id',
        mimeType: 'application/json',
      },
    ],
  }))
  server.setRequestHandler(ReadResourceRequestSchema, ({ params }) => read(params.uri))
  server.setRequestHandler(SubscribeRequestSchema, async ({ params }) => {
    subscribed.add(params.uri)
    return {}
  })
  server.setRequestHandler(UnsubscribeRequestSchema, ({ params }) => {
    subscribed.delete(params.uri)
    return {}
  })
}

function offerPrompts(server: Server): void {
  server.setRequestHandler(ListPromptsRequestSchema, () => ({
    prompts: prompts.map((each) => each.definition),
  }))
  server.setRequestHandler(GetPromptRequestSchema, ({ params }) => getPrompt(params.name, params.arguments ?? {}))
  server.setRequestHandler(CompleteRequestSchema, ({ params }) => {
    const values = words.filter((word) => word.startsWith(params.argument.value))
    return { completion: { values, total: values.length, hasMore: false } }
  })
}

/** A server with everything that the conformance suite asks for. */
export function everything(): Server {
  const server = new Server(
    { name: 'everything', title: 'Everything', version: '1.0.0' },
    {
      capabilities: {
        tools: { listChanged: true },
        resources: { subscribe: true, listChanged: true },
        prompts: { listChanged: true },
        completions: {},
        logging: {},
      },
      instructions: 'A fixture for tests: one tool, resource or prompt for each thing that a server can do.',
    },
  )
  offerTools(server)
  offerResources(server)
  offerPrompts(server)
  server.setRequestHandler(SetLevelRequestSchema, () => ({}))
  return server
}

await program(import.meta, everything)
