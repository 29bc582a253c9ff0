// The resources, prompts and completions of the conformance fixture, whatever library serves them.
import type { GetPromptResult, Prompt, ReadResourceResult, Resource } from '@modelcontextprotocol/sdk/types.js'
import { promptQuestion } from './everything-questions.ts'
import type { Talk, World } from './everything-talk.ts'
import { redPixel } from './everything-tools.ts'

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

export const listedResources: readonly Resource[] = resources.map(({ definition }) => definition)

export const templates = [
  {
    uriTemplate: 'test://template/{id}/data',
    name: 'template-data',
    title: 'Data by id',
    description: 'Some data for every id',
    mimeType: 'application/json',
  },
] as const

/** `undefined`: there is no such resource. */
export function read(uri: string): ReadResourceResult | undefined {
  const found = resources.find((each) => each.definition.uri === uri)
  if (found !== undefined) return { contents: [{ uri, mimeType: found.definition.mimeType, ...found.holds }] }
  const id = /^test:\/\/template\/([^/]+)\/data$/.exec(uri)?.[1]
  if (id === undefined) return undefined
  const text = JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` })
  return { contents: [{ uri, mimeType: 'application/json', text }] }
}

const userText = (text: string): Messages[number] => ({
  role: 'user',
  content: { type: 'text', text },
})

interface TestPrompt {
  readonly definition: Prompt
  readonly messages: (given: Texts, talk: Talk) => Messages | Promise<Messages>
}

const prompts: readonly TestPrompt[] = [
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
  {
    definition: {
      name: 'test_input_required_result_prompt',
      title: 'Prompt that asks',
      description: 'A prompt that first asks what it is about',
    },
    messages: async (_, talk) => {
      const answers = await talk.ask({ user_context: promptQuestion })
      return [userText(`In this context: ${JSON.stringify(answers['user_context']?.['content'] ?? {})}`)]
    },
  },
]

const fleeting: TestPrompt = {
  definition: { name: 'test_fleeting_prompt', description: 'Comes and goes with test_trigger_prompt_change' },
  messages: () => [userText('Here for the moment.')],
}

const promptsOf = (world: World): readonly TestPrompt[] =>
  world.isLonger('prompts') ? [...prompts, fleeting] : prompts

export const listedPrompts = (world: World): Prompt[] => promptsOf(world).map(({ definition }) => definition)

/** A sentence instead: what is wrong with the request. */
export async function getPrompt(name: string, given: Texts, talk: Talk): Promise<GetPromptResult | string> {
  const prompt = promptsOf(talk.world).find((each) => each.definition.name === name)
  if (prompt === undefined) return `Unknown prompt: ${name}`
  const missing = (prompt.definition.arguments ?? []).find(
    (each) => each.required === true && given[each.name] === undefined,
  )
  if (missing !== undefined) return `Argument ${missing.name} is missing`
  return { description: prompt.definition.description, messages: await prompt.messages(given, talk) }
}

const words: readonly string[] = ['paris', 'park', 'party', 'test', 'testing', 'value1', 'value2']

export const completed = (start: string): { values: string[]; total: number; hasMore: boolean } => {
  const values = words.filter((word) => word.startsWith(start))
  return { values, total: values.length, hasMore: false }
}

/** What the fixture says of itself. */
export const itself = { name: 'everything', title: 'Everything', version: '1.0.0' } as const

export const instructions = 'A fixture for tests: one tool, resource or prompt for each thing that a server can do.'
