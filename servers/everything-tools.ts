// The tools of the conformance fixture that answer by themselves: each row a definition as it goes over the wire and what calling it does.
import { setTimeout as wait } from 'node:timers/promises'
import type { ContentBlock } from '@modelcontextprotocol/sdk/types.js'
import { questions } from './everything-questions.ts'
import { nothing, type Part, said, type TestTool, text, type World } from './everything-talk.ts'

/** A PNG of one red pixel. */
export const redPixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg=='
/** A WAV without a single sample. */
const silence = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA='
/** A second, and a minute at most: nobody waits for a tool that nobody waits for. */
const LONGEST_MS = 60_000

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
  {
    definition: {
      name: 'test_structured_content',
      description: 'Answers with an object that its schema describes',
      inputSchema: nothing,
      outputSchema: {
        type: 'object',
        properties: { city: { type: 'string' }, degrees: { type: 'number' } },
        required: ['city', 'degrees'],
      },
    },
    call: () => {
      const structuredContent = { city: 'Turin', degrees: 21.5 }
      return { ...said(text(JSON.stringify(structuredContent))), structuredContent }
    },
  },
  {
    definition: {
      name: 'test_large_result',
      description: 'Answers with a text of a length',
      inputSchema: { type: 'object', properties: { bytes: { type: 'integer', minimum: 0, maximum: 8_000_000 } } },
    },
    call: ({ bytes = 2_000_000 }) => said(text('0123456789abcdef'.repeat(Math.ceil(Number(bytes) / 16)))),
  },
]

const streams: readonly TestTool[] = [
  {
    definition: {
      name: 'test_tool_with_logging',
      description: 'Sends three log messages while it works',
      inputSchema: nothing,
    },
    call: async (_, talk) => {
      await talk.log('Tool execution started')
      await wait(50)
      await talk.log('Tool processing data')
      await wait(50)
      await talk.log('Tool execution completed')
      return said(text('Sent three log messages.'))
    },
  },
  {
    definition: { name: 'test_logging_tool', description: 'Sends one log message', inputSchema: nothing },
    call: async (_, talk) => {
      await talk.log('One message for whoever wants it')
      return said(text('Sent one log message.'))
    },
  },
  {
    definition: {
      name: 'test_tool_with_progress',
      description: 'Reports progress while it works',
      inputSchema: nothing,
    },
    call: async (_, talk) => {
      await talk.progress(0)
      await wait(50)
      await talk.progress(50)
      await wait(50)
      await talk.progress(100)
      return said(text('Reported progress three times.'))
    },
  },
  {
    definition: {
      name: 'test_reconnection',
      description: 'Closes the stream of its own call and answers on the next one',
      inputSchema: nothing,
    },
    call: async (_, talk) => {
      talk.hangUp()
      await wait(100)
      return said(text('The answer waited until you came back.'))
    },
  },
  {
    definition: {
      name: 'test_wait',
      description: 'Answers after a while, unless somebody gives up first',
      inputSchema: {
        type: 'object',
        properties: { name: { type: 'string' }, ms: { type: 'integer', minimum: 0, maximum: LONGEST_MS } },
        required: ['name'],
      },
    },
    call: async ({ name, ms = LONGEST_MS }, { signal, world }) => {
      const given = (): void => void world.abandoned.add(String(name))
      signal.addEventListener('abort', given, { once: true })
      await wait(Number(ms), undefined, { signal })
      return said(text('Nobody gave up.'))
    },
  },
  {
    definition: {
      name: 'test_was_abandoned',
      description: 'Whether somebody gave up waiting for a call of test_wait',
      inputSchema: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
    },
    call: ({ name }, { world }) => said(text(String(world.abandoned.has(String(name))))),
  },
]

const changing = (name: string, description: string, change: (world: World) => void): TestTool => ({
  definition: { name, description, inputSchema: nothing },
  call: (_, { world }) => {
    change(world)
    return said(text('Changed.'))
  },
})

const changes: readonly TestTool[] = [
  changing('test_trigger_tool_change', 'Makes the list of tools longer, or shorter again', (world) =>
    world.change('tools'),
  ),
  changing('test_trigger_prompt_change', 'Makes the list of prompts longer, or shorter again', (world) =>
    world.change('prompts'),
  ),
  changing('test_touch_watched_resource', 'Says that the watched resource has changed', (world) =>
    world.touch('test://watched-resource'),
  ),
]

const schemas: readonly TestTool[] = [
  {
    definition: {
      name: 'test_header_params',
      description: 'Takes arguments that headers repeat',
      inputSchema: {
        type: 'object',
        properties: {
          region: { type: 'string', 'x-mcp-header': 'Region' },
          priority: { type: 'integer', 'x-mcp-header': 'Priority' },
          urgent: { type: 'boolean', 'x-mcp-header': 'Urgent' },
        },
      },
    },
    call: (given) => said(text(`Called with: ${JSON.stringify(given)}`)),
  },
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

const fleeting = fixed('test_fleeting', 'Comes and goes with test_trigger_tool_change', text('Here for the moment.'))

/** Every tool of the fixture that is always there. */
export const tools: readonly TestTool[] = [...contents, ...streams, ...changes, ...questions, ...schemas]

/** Every tool that a part of the fixture has at the moment. */
export function toolsOf(world: World, { tools: isOffered = () => true }: Part): readonly TestTool[] {
  const all = world.isLonger('tools') ? [...tools, fleeting] : tools
  return all.filter(({ definition }) => isOffered(definition.name))
}
