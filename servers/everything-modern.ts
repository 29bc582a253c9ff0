// The fixture of the MCP conformance suite as a server of revision 2026-07-28: the same tools, resources and prompts, where questions are answers.
import { randomBytes } from 'node:crypto'
import {
  type CallToolResult,
  CLIENT_CAPABILITIES_META_KEY,
  createRequestStateCodec,
  fromJsonSchema,
  InMemoryServerEventBus,
  type InputRequest,
  type InputRequiredResult,
  inputRequired,
  type JsonSchemaType,
  McpServer,
  type McpServerFactory,
  ProtocolError,
  ProtocolErrorCode,
  type RequestStateCodec,
  ResourceNotFoundError,
  type ServerContext,
  type ServerEventBus,
  type Tool,
} from '@modelcontextprotocol/server'
import {
  type Change,
  failed,
  type Given,
  type Part,
  type Question,
  type Talk,
  type TestTool,
  World,
} from './everything-talk.ts'
import {
  completed,
  getPrompt,
  instructions,
  itself,
  listedPrompts,
  listedResources,
  read,
  templates,
} from './everything-things.ts'
import { toolsOf } from './everything-tools.ts'
import { type ModernServer, modernProgram } from './modern.ts'

type Questions = Readonly<Record<string, Question>>
type Answers = Record<string, Given>

/** Answers of earlier rounds. */
interface State {
  readonly answers: Answers
}

/** A tool cannot go on before the client has answered these. */
class Wanted extends Error {
  readonly questions: Questions
  constructor(questions: Questions) {
    super('an answer of the client is wanted')
    this.questions = questions
  }
}

const isObject = (value: unknown): value is Given => typeof value === 'object' && value !== null

/** Whether a client's answer can be worked with; if not, it is asked again. */
function isAnswer({ method }: Question, answer: unknown): answer is Given {
  if (!isObject(answer)) return false
  if (method === 'roots/list') return Array.isArray(answer['roots'])
  if (method === 'sampling/createMessage') return isObject(answer['content'])
  return answer['action'] === 'accept' ? isObject(answer['content']) : typeof answer['action'] === 'string'
}

/** One request of a client, with what has been answered so far. */
class Round implements Talk {
  readonly world: World
  readonly declared: Talk['declared']
  readonly signal: AbortSignal
  readonly #context: ServerContext
  readonly #given: Readonly<Record<string, unknown>>
  readonly answers: Answers = {}

  constructor(context: ServerContext, world: World, capabilities: object) {
    const { inputResponses, requestState, signal } = context.mcpReq
    const envelope: Given = context.mcpReq.envelope ?? {}
    const own = envelope[CLIENT_CAPABILITIES_META_KEY]
    const declared = isObject(own) ? own : capabilities
    this.world = world
    this.declared = {
      elicitation: 'elicitation' in declared,
      sampling: 'sampling' in declared,
      roots: 'roots' in declared,
    }
    this.signal = signal
    this.#context = context
    this.#given = { ...inputResponses, ...requestState<State>()?.answers }
  }

  async ask(questions: Questions): Promise<Answers> {
    const missing: Record<string, Question> = {}
    const answers: Answers = {}
    for (const [key, question] of Object.entries(questions)) {
      const answer = this.#given[key]
      if (isAnswer(question, answer)) answers[key] = this.answers[key] = answer
      else missing[key] = question
    }
    if (Object.keys(missing).length > 0) throw new Wanted(missing)
    return answers
  }

  async log(data: string): Promise<void> {
    await this.#context.mcpReq.log('info', data, 'everything')
  }

  async progress(done: number): Promise<void> {
    const progressToken = this.#context.mcpReq._meta?.progressToken
    if (progressToken === undefined) return
    const params = { progressToken, progress: done, total: 100, message: `Completed step ${done} of 100` }
    await this.#context.mcpReq.notify({ method: 'notifications/progress', params })
  }

  hangUp(): void {} // this revision takes a closed stream for a cancelled call
}

/** Only this revision knows structured content that is no object. */
const list: Tool = {
  name: 'test_structured_list',
  description: 'Answers with a list that its schema describes',
  inputSchema: { type: 'object' },
  outputSchema: { type: 'array', items: { type: 'integer' } },
}
const listed: CallToolResult = { content: [{ type: 'text', text: '[1,2,3]' }], structuredContent: [1, 2, 3] }

/** The libraries describe the same text on the wire with types of their own. */
const definitionOf = ({ definition }: TestTool): Tool => definition as Tool

/** The same schema: the libraries disagree on whether a member may be there and undefined. */
const schemaOf = ({ inputSchema }: TestTool['definition']): JsonSchemaType => inputSchema as JsonSchemaType

/** A question in the words of the library, which types each kind of its own. */
function worded(questions: Questions): Record<string, InputRequest> {
  // The questions are as they go over the wire; the fixture's own table vouches for their params.
  return questions as unknown as Record<string, InputRequest>
}

class Fixture {
  readonly #world: World
  readonly #part: Part
  readonly #codec: RequestStateCodec<State> = createRequestStateCodec<State>({ key: randomBytes(32) })

  constructor(world: World, part: Part) {
    this.#world = world
    this.#part = part
  }

  readonly make: McpServerFactory = ({ era }) => {
    const server = new McpServer(itself, {
      capabilities: {
        tools: { listChanged: true },
        ...(this.#part.resources !== false && { resources: { subscribe: true, listChanged: true } }),
        ...(this.#part.prompts !== false && { prompts: { listChanged: true }, completions: {} }),
        logging: {},
      },
      instructions,
      requestState: { verify: (state, context) => this.#codec.verify(state, context) },
    })
    this.#offerTools(server, era === 'modern')
    if (this.#part.resources !== false) this.#offerResources(server)
    if (this.#part.prompts !== false) this.#offerPrompts(server)
    return server
  }

  #round({ server }: McpServer, context: ServerContext): Round {
    return new Round(context, this.#world, server.getClientCapabilities() ?? {})
  }

  /** What the client has to answer before the request can be. */
  async #wanted(thrown: unknown, round: Round, stateful: boolean): Promise<InputRequiredResult | undefined> {
    if (!(thrown instanceof Wanted)) return undefined
    const { answers } = round
    const keep = stateful || Object.keys(answers).length > 0
    return inputRequired({
      inputRequests: worded(thrown.questions),
      ...(keep && { requestState: await this.#codec.mint({ answers }) }),
    })
  }

  #offerTools(mcp: McpServer, modern: boolean): void {
    const offered = (): readonly TestTool[] => toolsOf(this.#world, this.#part)
    // The library looks for arguments that headers repeat among the tools that are registered with it.
    for (const { definition } of offered())
      if (JSON.stringify(definition).includes('x-mcp-header'))
        mcp.registerTool(definition.name, { inputSchema: fromJsonSchema(schemaOf(definition)) }, () => ({
          content: [],
        }))
    const withList = modern && this.#part.tools?.(list.name) !== false
    const { server } = mcp
    server.setRequestHandler('tools/list', () => ({
      tools: [...offered().map(definitionOf), ...(withList ? [list] : [])],
    }))
    server.setRequestHandler('tools/call', async ({ params }, context) => {
      if (withList && params.name === list.name) return listed
      const tool = offered().find((each) => each.definition.name === params.name)
      if (tool === undefined) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool: ${params.name}`)
      const round = this.#round(mcp, context)
      try {
        return await tool.call(params.arguments ?? {}, round)
      } catch (error) {
        return (await this.#wanted(error, round, tool.stateful === true)) ?? failed(error)
      }
    })
  }

  #offerResources({ server }: McpServer): void {
    server.setRequestHandler('resources/list', () => ({ resources: [...listedResources] }))
    server.setRequestHandler('resources/templates/list', () => ({ resourceTemplates: [...templates] }))
    server.setRequestHandler('resources/read', ({ params: { uri } }) => {
      const found = read(uri)
      if (found === undefined) throw new ResourceNotFoundError(uri)
      return found
    })
    server.setRequestHandler('resources/subscribe', () => ({}))
    server.setRequestHandler('resources/unsubscribe', () => ({}))
  }

  #offerPrompts(mcp: McpServer): void {
    const { server } = mcp
    server.setRequestHandler('prompts/list', () => ({ prompts: listedPrompts(this.#world) }))
    server.setRequestHandler('prompts/get', async ({ params }, context) => {
      const round = this.#round(mcp, context)
      try {
        const found = await getPrompt(params.name, params.arguments ?? {}, round)
        if (typeof found === 'string') throw new ProtocolError(ProtocolErrorCode.InvalidParams, found)
        return found
      } catch (error) {
        const wanted = await this.#wanted(error, round, false)
        if (wanted === undefined) throw error
        return wanted
      }
    })
    server.setRequestHandler('completion/complete', ({ params }) => ({ completion: completed(params.argument.value) }))
  }
}

/** Tells a bus what changes in a world. */
function publish(world: World, bus: ServerEventBus): void {
  world.listeners.add((change: Change) =>
    bus.publish(
      'uri' in change ? { kind: 'resource_updated', uri: change.uri } : { kind: `${change.list}_list_changed` },
    ),
  )
}

/** What `serveModern` needs for a server with everything that the conformance suite asks for. */
export function everythingModern(world = new World(), part: Part = {}): ModernServer {
  const bus = new InMemoryServerEventBus()
  publish(world, bus)
  return { make: new Fixture(world, part).make, bus }
}

await modernProgram(import.meta, () => everythingModern())
