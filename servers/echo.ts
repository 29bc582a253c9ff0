// The smallest useful server: it says back what it is told. The first thing to put behind a gateway.
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { z } from 'zod'
import { program } from './program.ts'

/** A server with one tool, `echo`. */
export function echo(): McpServer {
  const server = new McpServer({ name: 'echo', title: 'Echo', version: '1.0.0' })
  server.registerTool(
    'echo',
    {
      title: 'Echo',
      description: 'Says back the message it is given.',
      inputSchema: { message: z.string().describe('What to say back') },
      annotations: { readOnlyHint: true, idempotentHint: true, openWorldHint: false },
    },
    ({ message }) => ({ content: [{ type: 'text', text: message }] }),
  )
  return server
}

await program(import.meta, echo)
