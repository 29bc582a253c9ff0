// The fixture of the MCP conformance suite as a server of revision 2025-11-25: every tool, resource and prompt that its scenarios ask for.
import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js'
import {
  CallToolRequestSchema,
  CompleteRequestSchema,
  ErrorCode,
  GetPromptRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  McpError,
  ReadResourceRequestSchema,
  ResultSchema,
  type ServerNotification,
  type ServerRequest,
  SetLevelRequestSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { type Change, failed, type Part, type Question, type Talk, type TestTool, World } from './everything-talk.ts'
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
import { program } from './program.ts'
import type { MakeServer } from './serve.ts'

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>

/** How long a person may think. */
const ANSWER_MS = 600_000

/** Notifications and questions on the stream of one request. */
function talkOf(server: Server, extra: Extra, world: World): Talk {
  const { elicitation, sampling, roots } = server.getClientCapabilities() ?? {}
  const ask = async ({ method, params }: Question): Promise<Record<string, unknown>> =>
    server.request({ method, params: { ...params } }, ResultSchema, {
      relatedRequestId: extra.requestId,
      signal: extra.signal,
      timeout: ANSWER_MS,
    })
  return {
    world,
    declared: { elicitation: elicitation !== undefined, sampling: sampling !== undefined, roots: roots !== undefined },
    signal: extra.signal,
    ask: async (questions) => {
      const answers = Object.entries(questions).map(async ([key, each]) => [key, await ask(each)] as const)
      return Object.fromEntries(await Promise.all(answers))
    },
    log: async (data) =>
      extra.sendNotification({
        method: 'notifications/message',
        params: { level: 'info', logger: 'everything', data },
      }),
    progress: async (done) => {
      const progressToken = extra._meta?.progressToken
      if (progressToken === undefined) return
      const params = { progressToken, progress: done, total: 100, message: `Completed step ${done} of 100` }
      await extra.sendNotification({ method: 'notifications/progress', params })
    },
    hangUp: () => extra.closeSSEStream?.(),
  }
}

function offerTools(server: Server, world: World, offered: () => readonly TestTool[]): void {
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: offered().map((each) => each.definition) }))
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
    const tool = offered().find((each) => each.definition.name === params.name)
    if (tool === undefined) throw new McpError(ErrorCode.InvalidParams, `Unknown tool: ${params.name}`)
    try {
      return await tool.call(params.arguments ?? {}, talkOf(server, extra, world))
    } catch (error) {
      return failed(error)
    }
  })
}

function offerResources(server: Server, subscribed: Set<string>): void {
  server.setRequestHandler(ListResourcesRequestSchema, () => ({ resources: [...listedResources] }))
  server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({ resourceTemplates: [...templates] }))
  server.setRequestHandler(ReadResourceRequestSchema, ({ params: { uri } }) => {
    const found = read(uri)
    if (found === undefined) throw new McpError(ErrorCode.InvalidParams, `Resource ${uri} not found`, { uri })
    return found
  })
  server.setRequestHandler(SubscribeRequestSchema, async ({ params }) => {
    subscribed.add(params.uri)
    return {}
  })
  server.setRequestHandler(UnsubscribeRequestSchema, ({ params }) => {
    subscribed.delete(params.uri)
    return {}
  })
}

/** Tells the client of changes for as long as it is there. */
function listenTo(server: Server, world: World, subscribed: ReadonlySet<string>, { prompts }: Part): void {
  const tell = async (change: Change): Promise<void> => {
    if ('uri' in change) return subscribed.has(change.uri) ? server.sendResourceUpdated(change) : undefined
    if (change.list === 'tools') return server.sendToolListChanged()
    return prompts === false ? undefined : server.sendPromptListChanged()
  }
  const listener = (change: Change): void => {
    // A client that has left meanwhile, or has no stream, does not hear of it.
    tell(change).catch(() => undefined)
  }
  world.listeners.add(listener)
  server.onclose = () => void world.listeners.delete(listener)
}

function offerPrompts(server: Server, world: World): void {
  server.setRequestHandler(ListPromptsRequestSchema, () => ({ prompts: listedPrompts(world) }))
  server.setRequestHandler(GetPromptRequestSchema, async ({ params }, extra) => {
    const found = await getPrompt(params.name, params.arguments ?? {}, talkOf(server, extra, world))
    if (typeof found === 'string') throw new McpError(ErrorCode.InvalidParams, found)
    return found
  })
  server.setRequestHandler(CompleteRequestSchema, ({ params }) => ({ completion: completed(params.argument.value) }))
}

/** A server with everything that the conformance suite asks for, or with a part of it. */
export function everything(world = new World(), part: Part = {}): Server {
  const server = new Server(itself, {
    capabilities: {
      tools: { listChanged: true },
      ...(part.resources !== false && { resources: { subscribe: true, listChanged: true } }),
      ...(part.prompts !== false && { prompts: { listChanged: true }, completions: {} }),
      logging: {},
    },
    instructions,
  })
  const subscribed = new Set<string>()
  offerTools(server, world, () => toolsOf(world, part))
  if (part.resources !== false) offerResources(server, subscribed)
  if (part.prompts !== false) offerPrompts(server, world)
  listenTo(server, world, subscribed, part)
  server.setRequestHandler(SetLevelRequestSchema, () => ({}))
  return server
}

/** Sessions that notice what the others do. */
export function everythingShared(world = new World(), part: Part = {}): MakeServer {
  return () => everything(world, part)
}

await program(import.meta, everythingShared())
