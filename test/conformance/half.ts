// The conformance fixture in two halves: together they offer what it offers, and nothing is offered by both.
import type { Server } from '@modelcontextprotocol/sdk/server/index.js'
import {
  CallToolRequestSchema,
  ErrorCode,
  GetPromptRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  McpError,
  ReadResourceRequestSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { everything } from '../../servers/everything.ts'
import { tools } from '../../servers/everything-tools.ts'

export type Half = 'one' | 'two'

const isOf: Readonly<Record<Half, (_: unknown, index: number) => boolean>> = {
  one: (_, index) => index % 2 === 0,
  two: (_, index) => index % 2 === 1,
}

/** Names of the tools of one half. */
export const toolsOf = (half: Half): string[] => tools.filter(isOf[half]).map(({ definition }) => definition.name)

/** Every other tool; the first half has all prompts, the second all resources. */
export const halfOf = (half: Half) => (): Server => {
  const server = everything()
  const own = tools.filter(isOf[half])
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: own.map(({ definition }) => definition) }))
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
    const tool = own.find(({ definition }) => definition.name === params.name)
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
  if (half === 'one') withoutResources(server)
  else withoutPrompts(server)
  return server
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
