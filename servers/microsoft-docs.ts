// A stand-in for Microsoft Learn's public server: its tools by name and schema, with answers that say what they are.
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { z } from 'zod'
import { program } from './program.ts'
import { standIn } from './stand-in.ts'

const annotations = { readOnlyHint: true, destructiveHint: false, idempotentHint: true }

/** A server that looks like Microsoft Learn's and knows nothing. */
export function microsoftDocs(): McpServer {
  const server = new McpServer({ name: 'microsoft-docs', title: 'Microsoft Learn (stand-in)', version: '1.0.0' })
  server.registerTool(
    'microsoft_docs_search',
    {
      title: 'Microsoft Docs Search',
      description: 'Searches the official documentation of Microsoft and Azure.',
      inputSchema: { query: z.string().describe('Query or topic about a Microsoft product, service or API') },
      annotations,
    },
    ({ query }) => standIn('Microsoft Learn', `Results for "${query}":\n- https://learn.microsoft.com/azure/`),
  )
  server.registerTool(
    'microsoft_docs_fetch',
    {
      title: 'Microsoft Docs Fetch',
      description: 'Reads a page of the official documentation as Markdown.',
      inputSchema: { url: z.string().describe('Address of a page on learn.microsoft.com') },
      annotations,
    },
    ({ url }) => standIn('Microsoft Learn', `# ${url}\n\nThe page would stand here.`),
  )
  server.registerTool(
    'microsoft_code_sample_search',
    {
      title: 'Microsoft Code Sample Search',
      description: 'Searches code samples in the official documentation.',
      inputSchema: {
        query: z.string().describe('What the code should do, or the name of an SDK, class or method'),
        language: z.string().optional().describe('Programming language, like csharp, python or typescript'),
      },
      annotations,
    },
    ({ query, language = 'any language' }) =>
      standIn('Microsoft Learn', `Samples for "${query}" in ${language}: none.`),
  )
  return server
}

await program(import.meta, microsoftDocs, { transport: 'http', path: '/api/mcp', hosts: ['learn.microsoft.com'] })
