// A stand-in for Exa's public server: its tools by name and schema, with answers that say what they are.
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { z } from 'zod'
import { program } from './program.ts'
import { standIn } from './stand-in.ts'

const annotations = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true }

/** A server that looks like Exa's and searches nothing. */
export function exa(): McpServer {
  const server = new McpServer({ name: 'exa-search-server', title: 'Exa (stand-in)', version: '1.0.0' })
  server.registerTool(
    'web_search_exa',
    {
      description: 'Searches the web and returns the text of the best results.',
      inputSchema: {
        query: z.string().describe('What to search for'),
        numResults: z.coerce.number().optional().describe('Number of results, 8 unless said'),
        livecrawl: z.enum(['fallback', 'preferred']).optional().describe('When to read pages anew'),
        type: z.enum(['auto', 'fast']).optional().describe('How thoroughly to search'),
        category: z.enum(['company', 'research paper', 'people']).optional().describe('What kind of page to look for'),
        contextMaxCharacters: z.coerce.number().optional().describe('Length of the answer at most, 10000 unless said'),
      },
      annotations,
    },
    ({ query, numResults = 8 }) =>
      standIn('Exa', `Would have searched for "${query}" and returned ${numResults} results.`),
  )
  server.registerTool(
    'web_fetch_exa',
    {
      description: 'Reads web pages as Markdown.',
      inputSchema: {
        urls: z.array(z.string()).describe('Addresses to read'),
        maxCharacters: z.coerce.number().optional().describe('Characters of each page at most, 3000 unless said'),
      },
      annotations,
    },
    ({ urls }) => standIn('Exa', urls.map((url) => `# ${url}\n\nThe page would stand here.`).join('\n\n')),
  )
  return server
}

await program(import.meta, exa, { transport: 'http', hosts: ['mcp.exa.ai'] })
