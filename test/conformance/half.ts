// The conformance fixture in two halves: together they offer what it offers, and nothing is offered by both.
import type { Server } from '@modelcontextprotocol/sdk/server/index.js'
import {
  ErrorCode,
  GetPromptRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  McpError,
  ReadResourceRequestSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { everything, offerTools } from '../../servers/everything.ts'
import { World } from '../../servers/everything-talk.ts'
import { tools } from '../../servers/everything-tools.ts'
import type { MakeServer } from '../../servers/serve.ts'

export type Half = 'one' | 'two'

const isOf: Readonly<Record<Half, (_: unknown, index: number) => boolean>> = {
  one: (_, index) => index % 2 === 0,
  two: (_, index) => index % 2 === 1,
}

/** Names of the tools of one half. */
export const toolsOf = (half: Half): string[] => tools.filter(isOf[half]).map(({ definition }) => definition.name)

/** Every other tool; the first half has all prompts, the second all resources. */
export function halfOf(half: Half): MakeServer {
  const world = new World()
  const own = tools.filter(isOf[half])
  return () => {
    const server = everything(world)
    offerTools(server, world, () => own)
    if (half === 'one') withoutResources(server)
    else withoutPrompts(server)
    return server
  }
}

function withoutResources(server: Server): void {
  server.setRequestHandler(ListResourcesRequestSchema, () => ({ resources: [] }))
  server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({ resourceTemplates: [] }))
  server.setRequestHandler(ReadResourceRequestSchema, ({ params }) => {
    throw new McpError(ErrorCode.InvalidParams, `Resource ${params.uri} not found`, { uri: params.uri })
  })
}

function withoutPrompts(server: Server): void {
  server.setRequestHandler(ListPromptsRequestSchema, () => ({ prompts: [] }))
  server.setRequestHandler(GetPromptRequestSchema, ({ params }) => {
    throw new McpError(ErrorCode.InvalidParams, `Unknown prompt: ${params.name}`)
  })
}
