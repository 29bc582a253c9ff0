// A stand-in for DeepWiki's public server: its tools by name and schema, with answers that say what they are.
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { z } from 'zod'
import { program } from './program.ts'
import { standIn } from './stand-in.ts'

const repoName = z.string().describe('GitHub repository as owner/repo, like "facebook/react"')
const pages = ['1 Overview', '1.1 Getting started', '2 Architecture', '2.1 Request flow', '3 Contributing']

/** A server that looks like DeepWiki and knows nothing. */
export function deepwiki(): McpServer {
  const server = new McpServer({ name: 'deepwiki', title: 'DeepWiki (stand-in)', version: '1.0.0' })
  server.registerTool(
    'read_wiki_structure',
    { description: 'Lists the documentation topics of a GitHub repository.', inputSchema: { repoName } },
    (given) => standIn('DeepWiki', `Topics of ${given.repoName}:\n${pages.map((page) => `- ${page}`).join('\n')}`),
  )
  server.registerTool(
    'read_wiki_contents',
    { description: 'Reads the documentation of a GitHub repository.', inputSchema: { repoName } },
    (given) => standIn('DeepWiki', pages.map((page) => `# ${page}\n\nA page about ${given.repoName}.`).join('\n\n')),
  )
  server.registerTool(
    'ask_question',
    {
      description: 'Answers a question about one or more GitHub repositories from their documentation.',
      inputSchema: {
        repoName: z.union([repoName, z.array(repoName).max(10)]).describe('One repository, or up to ten'),
        question: z.string().describe('What to ask about the repository'),
      },
    },
    (given) => standIn('DeepWiki', `Asked about ${[given.repoName].flat().join(', ')}: ${given.question}`),
  )
  return server
}

await program(import.meta, deepwiki, { transport: 'http', hosts: ['mcp.deepwiki.com'] })
