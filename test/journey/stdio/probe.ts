// An upstream that tells about its own process.
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'

const server = new McpServer({ name: 'probe', version: '1' })
const say = (value: unknown) => ({ content: [{ type: 'text' as const, text: JSON.stringify(value) }] })
server.registerTool('environment', { description: 'Names of its environment variables.' }, () =>
  say(Object.keys(process.env).toSorted()),
)
server.registerTool('pid', { description: 'Its process id.' }, () => say(process.pid))
server.registerTool('die', { description: 'Ends without an answer.' }, () => process.exit(7))
server.registerTool('mutter', { description: 'Writes to stderr.' }, () => {
  process.stderr.write('muttered by the probe\n')
  return say('ok')
})
await server.connect(new StdioServerTransport())
