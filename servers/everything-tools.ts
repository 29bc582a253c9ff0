// The tools of the conformance fixture: one table, each row a definition as it goes over the wire and what calling it does.
import { setTimeout as wait } from 'node:timers/promises'
import type { Server } from '@modelcontextprotocol/sdk/server/index.js'
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js'
import type {
  CallToolResult,
  ContentBlock,
  ElicitRequestFormParams,
  ServerNotification,
  ServerRequest,
  Tool,
} from '@modelcontextprotocol/sdk/types.js'

/** A PNG of one red pixel. */
export const redPixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg=='
/** A WAV without a single sample. */
const silence = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA='

interface Context {
  readonly server: Server
  readonly extra: RequestHandlerExtra<ServerRequest, ServerNotification>
}

interface TestTool {
  readonly definition: Tool
  readonly call: (given: Given, context: Context) => CallToolResult | Promise<CallToolResult>
}

type Given = Readonly<Record<string, unknown>>

const nothing: Tool['inputSchema'] = { type: 'object', properties: {}, additionalProperties: false }
const said = (...content: ContentBlock[]): CallToolResult => ({ content })
const text = (words: string): ContentBlock => ({ type: 'text', text: words })
const image: ContentBlock = { type: 'image', data: redPixel, mimeType: 'image/png' }

/** A tool that takes nothing and always answers the same. */
const fixed = (name: string, description: string, ...content: ContentBlock[]): TestTool => ({
  definition: { name, description, inputSchema: nothing, annotations: { readOnlyHint: true } },
  call: () => said(...content),
})

const contents: readonly TestTool[] = [
  fixed('test_simple_text', 'Answers with text', text('This is a simple text response for testing.')),
  fixed('test_image_content', 'Answers with an image', image),
  fixed('test_audio_content', 'Answers with audio', { type: 'audio', data: silence, mimeType: 'audio/wav' }),
  fixed('test_embedded_resource', 'Answers with a resource', {
    type: 'resource',
    resource: {
      uri: 'test://embedded-resource',
      mimeType: 'text/plain',
      text: 'This is an embedded resource content.',
    },
  }),
  fixed(
    'test_multiple_content_types',
    'Answers with text, an image and a resource',
    text('Multiple content types test:'),
    image,
    {
      type: 'resource',
      resource: {
        uri: 'test://mixed-content-resource',
        mimeType: 'application/json',
        text: JSON.stringify({ test: 'data', value: 123 }),
      },
    },
  ),
  {
    definition: {
      name: 'test_error_handling',
      description: 'Always fails',
      inputSchema: nothing,
    },
    call: () => {
      throw new Error('This tool intentionally returns an error for testing')
    },
  },
]

async function log({ extra }: Context, data: string): Promise<void> {
  await extra.sendNotification({
    method: 'notifications/message',
    params: { level: 'info', logger: 'everything', data },
  })
}

async function progress({ extra }: Context, done: number): Promise<void> {
  const progressToken = extra._meta?.progressToken
  if (progressToken === undefined) return
  const params = { progressToken, progress: done, total: 100, message: `Completed step ${done} of 100` }
  await extra.sendNotification({ method: 'notifications/progress', params })
}

const streams: readonly TestTool[] = [
  {
    definition: {
      name: 'test_tool_with_logging',
      description: 'Sends three log messages while it works',
      inputSchema: nothing,
    },
    call: async (_, context) => {
      await log(context, 'Tool execution started')
      await wait(50)
      await log(context, 'Tool processing data')
      await wait(50)
      await log(context, 'Tool execution completed')
      return said(text('Sent three log messages.'))
    },
  },
  {
    definition: {
      name: 'test_tool_with_progress',
      description: 'Reports progress while it works',
      inputSchema: nothing,
    },
    call: async (_, context) => {
      await progress(context, 0)
      await wait(50)
      await progress(context, 50)
      await wait(50)
      await progress(context, 100)
      return said(text('Reported progress three times.'))
    },
  },
  {
    definition: {
      name: 'test_reconnection',
      description: 'Closes the stream of its own call and answers on the next one',
      inputSchema: nothing,
    },
    call: async (_, { extra }) => {
      extra.closeSSEStream?.()
      await wait(100)
      return said(text('The answer waited until you came back.'))
    },
  },
]

async function elicit({ extra, server }: Context, message: string, properties: Properties): Promise<string> {
  if (server.getClientCapabilities()?.elicitation === undefined) throw new Error('Client does not support elicitation')
  const requestedSchema = {
    type: 'object' as const,
    properties,
    required: properties['username'] ? ['username', 'email'] : [],
  }
  const answer = await server.elicitInput(
    { mode: 'form', message, requestedSchema },
    { relatedRequestId: extra.requestId },
  )
  return `action=${answer.action}, content=${JSON.stringify(answer.content ?? {})}`
}

type Properties = ElicitRequestFormParams['requestedSchema']['properties']

const withDefaults: Properties = {
  name: { type: 'string', description: 'Name', default: 'John Doe' },
  age: { type: 'integer', description: 'Age', default: 30 },
  score: { type: 'number', description: 'Score', default: 95.5 },
  status: { type: 'string', description: 'Status', enum: ['active', 'inactive', 'pending'], default: 'active' },
  verified: { type: 'boolean', description: 'Verified', default: true },
}

const titled = (kind: string): { const: string; title: string }[] =>
  ['First', 'Second', 'Third'].map((nth, index) => ({ const: `value${index + 1}`, title: `${nth} ${kind}` }))

const everyEnum: Properties = {
  untitledSingle: { type: 'string', description: 'One of three', enum: ['option1', 'option2', 'option3'] },
  titledSingle: { type: 'string', description: 'One of three with titles', oneOf: titled('Option') },
  legacyEnum: {
    type: 'string',
    description: 'One of three, titles the old way',
    enum: ['opt1', 'opt2', 'opt3'],
    enumNames: ['Option One', 'Option Two', 'Option Three'],
  },
  untitledMulti: {
    type: 'array',
    description: 'Some of three',
    items: { type: 'string', enum: ['option1', 'option2', 'option3'] },
  },
  titledMulti: { type: 'array', description: 'Some of three with titles', items: { anyOf: titled('Choice') } },
}

const questions: readonly TestTool[] = [
  {
    definition: {
      name: 'test_sampling',
      description: 'Asks the model of the client',
      inputSchema: {
        type: 'object',
        properties: { prompt: { type: 'string', description: 'What to ask' } },
        required: ['prompt'],
      },
    },
    call: async ({ prompt }, { server, extra }) => {
      if (server.getClientCapabilities()?.sampling === undefined) throw new Error('Client does not support sampling')
      const { content } = await server.createMessage(
        { messages: [{ role: 'user', content: { type: 'text', text: String(prompt) } }], maxTokens: 100 },
        { relatedRequestId: extra.requestId },
      )
      return said(text(`LLM response: ${content.type === 'text' ? content.text : JSON.stringify(content)}`))
    },
  },
  {
    definition: {
      name: 'test_elicitation',
      description: 'Asks the user',
      inputSchema: {
        type: 'object',
        properties: { message: { type: 'string', description: 'What to ask' } },
        required: ['message'],
      },
    },
    call: async ({ message }, context) => {
      const properties: Properties = {
        username: { type: 'string', description: "User's response" },
        email: { type: 'string', description: "User's email address" },
      }
      return said(text(`User response: ${await elicit(context, String(message), properties)}`))
    },
  },
  {
    definition: {
      name: 'test_elicitation_sep1034_defaults',
      description: 'Asks the user with a default for every primitive type',
      inputSchema: nothing,
    },
    call: async (_, context) =>
      said(text(`Elicitation completed: ${await elicit(context, 'Please check these values', withDefaults)}`)),
  },
  {
    definition: {
      name: 'test_elicitation_sep1330_enums',
      description: 'Asks the user with every kind of enumeration',
      inputSchema: nothing,
    },
    call: async (_, context) =>
      said(text(`Elicitation completed: ${await elicit(context, 'Please choose', everyEnum)}`)),
  },
]

const schemas: readonly TestTool[] = [
  {
    definition: {
      name: 'json_schema_2020_12_tool',
      description: 'Takes what a schema of draft 2020-12 describes',
      inputSchema: {
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        type: 'object',
        $defs: {
          address: {
            $anchor: 'addressDef',
            type: 'object',
            properties: { street: { type: 'string' }, city: { type: 'string' } },
          },
        },
        properties: {
          name: { type: 'string' },
          address: { $ref: '#/$defs/address' },
          contactMethod: { type: 'string', enum: ['phone', 'email'] },
          phone: { type: 'string' },
          email: { type: 'string' },
        },
        allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
        if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
        // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
        then: { required: ['phone'] },
        else: { required: ['email'] },
        additionalProperties: false,
      },
    },
    call: (given) => said(text(`JSON Schema 2020-12 tool called with: ${JSON.stringify(given)}`)),
  },
]

/** Every tool of the fixture. */
export const tools: readonly TestTool[] = [...contents, ...streams, ...questions, ...schemas]
