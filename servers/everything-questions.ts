// The tools of the conformance fixture that ask the client, its user or its model something before they answer.
import { type Given, nothing, type Question, said, type Talk, type TestTool, text } from './everything-talk.ts'

type Properties = Readonly<Record<string, object>>

const elicitation = (message: string, properties: Properties, required: readonly string[] = []): Question => ({
  method: 'elicitation/create',
  params: { mode: 'form', message, requestedSchema: { type: 'object', properties, required } },
})

const sampling = (words: string, maxTokens = 100): Question => ({
  method: 'sampling/createMessage',
  params: { messages: [{ role: 'user', content: { type: 'text', text: words } }], maxTokens },
})

const roots: Question = { method: 'roots/list', params: {} }
const name: Properties = { name: { type: 'string', description: 'Your name' } }
const userName = elicitation('What is your name?', name, ['name'])

function need({ declared }: Talk, capability: keyof Talk['declared']): void {
  if (!declared[capability]) throw new Error(`Client does not support ${capability}`)
}

/** One question, whatever the client has declared. */
async function ask(talk: Talk, key: string, question: Question): Promise<Given> {
  return (await talk.ask({ [key]: question }))[key] ?? {}
}

async function elicited(talk: Talk, message: string, properties: Properties): Promise<string> {
  need(talk, 'elicitation')
  const required = properties['username'] === undefined ? [] : ['username', 'email']
  const { action, content } = await ask(talk, 'answer', elicitation(message, properties, required))
  return `action=${String(action)}, content=${JSON.stringify(content ?? {})}`
}

/** The text of a message that the client's model has written. */
function sampled({ content }: Given): string {
  const isText = typeof content === 'object' && content !== null && 'text' in content
  return isText ? String(content.text) : JSON.stringify(content)
}

const field = ({ content }: Given, member: string): string =>
  typeof content === 'object' && content !== null ? String(Reflect.get(content, member)) : 'nobody'

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

const asking = (toolName: string, description: string, call: TestTool['call'], stateful?: true): TestTool => ({
  definition: { name: toolName, description, inputSchema: nothing },
  call,
  ...(stateful && { stateful }),
})

/** What revision 2025-11-25 asks for. */
const earlier: readonly TestTool[] = [
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
    call: async ({ prompt }, talk) => {
      need(talk, 'sampling')
      return said(text(`LLM response: ${sampled(await ask(talk, 'answer', sampling(String(prompt))))}`))
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
    call: async ({ message }, talk) => {
      const properties: Properties = {
        username: { type: 'string', description: "User's response" },
        email: { type: 'string', description: "User's email address" },
      }
      return said(text(`User response: ${await elicited(talk, String(message), properties)}`))
    },
  },
  asking(
    'test_elicitation_sep1034_defaults',
    'Asks the user with a default for every primitive type',
    async (_, talk) =>
      said(text(`Elicitation completed: ${await elicited(talk, 'Please check these values', withDefaults)}`)),
  ),
  asking('test_elicitation_sep1330_enums', 'Asks the user with every kind of enumeration', async (_, talk) =>
    said(text(`Elicitation completed: ${await elicited(talk, 'Please choose', everyEnum)}`)),
  ),
]

const confirm = elicitation('Please confirm', { ok: { type: 'boolean' } }, ['ok'])

/** Every kind of question whose answer the client has declared to have. */
async function whatIsDeclared(_: Given, talk: Talk): Promise<ReturnType<typeof said>> {
  const all = { elicitation: { user_name: userName }, sampling: { greeting: sampling('Say hello') } }
  const questions = {
    ...(talk.declared.elicitation && all.elicitation),
    ...(talk.declared.sampling && all.sampling),
  }
  if (Object.keys(questions).length === 0) return said(text('There is nothing that you could be asked.'))
  const answers = await talk.ask(questions)
  return said(text(`Answered: ${Object.keys(answers).toSorted().join(', ')}`))
}

const MULTI_ROUND = ['step1', 'step2'] as const

async function steps(_: Given, talk: Talk): Promise<ReturnType<typeof said>> {
  const [one, two] = MULTI_ROUND
  const first = await ask(talk, one, elicitation('Step 1: What is your name?', name, ['name']))
  const colour: Properties = { color: { type: 'string' } }
  const second = await ask(talk, two, elicitation('Step 2: What is your favorite color?', colour, ['color']))
  return said(text(`${field(first, 'name')} likes ${field(second, 'color')}.`))
}

/** A server that never has enough: somebody else has to put an end to it. */
async function forever(_: Given, talk: Talk): Promise<ReturnType<typeof said>> {
  for (let round = 1; round <= 10_000; round++) {
    const { action } = await ask(
      talk,
      `again${round}`,
      elicitation(`Once more? (${round})`, { ok: { type: 'boolean' } }),
    )
    if (action !== 'accept') return said(text(`Stopped after ${round} questions.`))
  }
  return said(text('Nobody stopped it.'))
}

/** What revision 2026-07-28 asks for. */
const later: readonly TestTool[] = [
  asking('test_missing_capability', 'Asks the model of the client, whether it has one or not', async (_, talk) =>
    said(text(sampled(await ask(talk, 'answer', sampling('Are you there?'))))),
  ),
  asking('test_streaming_elicitation', 'Asks the user in the middle of its work', async (_, talk) => {
    need(talk, 'elicitation')
    await talk.progress(50)
    return said(text(`Hello, ${field(await ask(talk, 'user_name', userName), 'name')}!`))
  }),
  asking('test_roots', 'Asks for the folders that the client works in', async (_, talk) => {
    need(talk, 'roots')
    return said(text(JSON.stringify((await ask(talk, 'client_roots', roots))['roots'])))
  }),
  asking('test_input_required_result_elicitation', 'Asks for a name', async (_, talk) =>
    said(text(`Hello, ${field(await ask(talk, 'user_name', userName), 'name')}!`)),
  ),
  asking('test_input_required_result_sampling', 'Asks a model for a capital', async (_, talk) =>
    said(text(sampled(await ask(talk, 'capital_question', sampling('What is the capital of France?'))))),
  ),
  asking('test_input_required_result_list_roots', 'Asks for folders', async (_, talk) =>
    said(text(JSON.stringify((await ask(talk, 'client_roots', roots))['roots']))),
  ),
  asking(
    'test_input_required_result_request_state',
    'Asks, and wants its own state back',
    async (_, talk) => said(text(`state-ok: ${field(await ask(talk, 'confirm', confirm), 'ok')}`)),
    true,
  ),
  asking(
    'test_input_required_result_tampered_state',
    'Asks, and believes no state but its own',
    async (_, talk) => said(text(`Confirmed: ${field(await ask(talk, 'confirm', confirm), 'ok')}`)),
    true,
  ),
  asking(
    'test_input_required_result_multiple_inputs',
    'Asks three things at once',
    async (_, talk) => {
      const greeting = sampling('Generate a greeting', 50)
      const answers = await talk.ask({ user_name: userName, greeting, client_roots: roots })
      const greeted = sampled(answers['greeting'] ?? {})
      return said(
        text(`${greeted} ${field(answers['user_name'] ?? {}, 'name')}: ${JSON.stringify(answers['client_roots'])}`),
      )
    },
    true,
  ),
  asking('test_input_required_result_multi_round', 'Asks one thing after the other', steps, true),
  asking('test_input_required_result_capabilities', 'Asks only what can be answered', whatIsDeclared),
  asking('test_asks_forever', 'Asks again and again', forever, true),
]

/** Every tool that asks. */
export const questions: readonly TestTool[] = [...earlier, ...later]

/** What the prompt that asks wants to know. */
export const promptQuestion = elicitation('What context should the prompt use?', { context: { type: 'string' } }, [
  'context',
])
