// The line of the table of commands for `toolgate tools`.
import type { Command } from './command.ts'

export const tools: Command = {
  name: 'tools',
  summary: 'list and call tools, as a client would',
  usage: 'list|call [NAME] [--url URL] [flags]',
  words: ['list', 'call'],
  flags: [
    { name: 'url', short: 'u', value: 'URL', summary: 'gateway (default: http://localhost:3000/mcp)' },
    { name: 'name', value: 'NAME', summary: 'tool to call; for list: part of a name' },
    { name: 'args', value: 'JSON', summary: 'arguments of the call; - reads standard input' },
    { name: 'token', value: 'TOKEN', summary: 'bearer token (default: TOOLGATE_TOKEN)' },
    { name: 'header', value: 'NAME:VALUE', repeatable: true, summary: 'further request header' },
    {
      name: 'era',
      value: 'ERA',
      choices: ['legacy', 'modern', 'auto'],
      summary: '2026-07-28, or before (default: auto)',
    },
    { name: 'timeout', value: 'SECONDS', summary: 'give up after (default: 60)' },
    { name: 'quiet', short: 'q', summary: 'no progress' },
    { name: 'format', value: 'FORMAT', choices: ['text', 'json'], summary: 'json: one document on stdout' },
  ],
  examples: [
    { line: 'toolgate tools list', does: 'what a client of the gateway sees' },
    { line: `toolgate tools call clock_now --args '{"timeZone":"Asia/Tokyo"}'`, does: 'call one' },
    { line: 'toolgate tools list --url https://mcp.example.com/mcp --format json', does: 'ask any server' },
  ],
  load: async () => (await import('./tools.ts')).tools,
}
