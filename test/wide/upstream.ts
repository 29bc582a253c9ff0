// An upstream for what no useful server offers: answers of any size, and calls that end only when they are cancelled.
import type { TestContext } from 'node:test'
import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { serve } from '../../servers/serve.ts'

export interface Upstream {
  readonly url: string
  /** Calls of `wait` that are running, and that were cancelled. */
  readonly waits: { running: number; cancelled: number }
}

const tools = [
  {
    name: 'large',
    description: 'Answers with that many bytes of text',
    inputSchema: { type: 'object' as const, properties: { bytes: { type: 'integer' } }, required: ['bytes'] },
  },
  { name: 'wait', description: 'Answers when it is cancelled', inputSchema: { type: 'object' as const } },
]

/** Serves it over Streamable HTTP until the test ends. */
export async function startUpstream(t: TestContext): Promise<Upstream> {
  const waits = { running: 0, cancelled: 0 }
  const make = (): Server => {
    const server = new Server({ name: 'wide', version: '1.0.0' }, { capabilities: { tools: {} } })
    server.setRequestHandler(ListToolsRequestSchema, () => ({ tools }))
    server.setRequestHandler(CallToolRequestSchema, async ({ params }, { signal }) => {
      if (params.name === 'large')
        return { content: [{ type: 'text', text: 'x'.repeat(Number(params.arguments?.['bytes'])) }] }
      waits.running++
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
      waits.running--
      waits.cancelled++
      return { content: [] }
    })
    return server
  }
  const serving = await serve(make, { transport: 'http' })
  t.after(() => serving.close())
  return { url: serving.url, waits }
}
