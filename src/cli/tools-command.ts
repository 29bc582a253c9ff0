// The line of the table of commands for `toolgate tools`.
import type { Command } from './command.ts'

export const tools: Command = {
  name: 'tools',
  summary: 'list and call tools as a client; pin what servers offer, and compare',
  usage: 'list|call [NAME] [--url URL]; lock [--prune]|diff|approve [TARGET/NAME…|--all] [-f FILE]',
  words: ['list', 'call', 'lock', 'diff', 'approve'],
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
    {
      name: 'file',
      short: 'f',
      value: 'FILE',
      summary: 'configuration whose servers are asked (default: toolgate.yaml)',
    },
    {
      name: 'digest',
      value: 'DIGEST',
      summary: 'approve exactly this, as tools diff prints it; --yes: whatever it is',
    },
    { name: 'note', value: 'TEXT', summary: 'why it is approved' },
    { name: 'all', summary: 'approve everything that waits', hidden: true },
    { name: 'yes', short: 'y', summary: 'do not ask', hidden: true },
    { name: 'prune', summary: 'take pins out of what is gone', hidden: true },
    { name: 'lock', value: 'FILE', summary: 'the lock (default: what mcpShield names)', hidden: true },
    { name: 'timeout', value: 'SECONDS', summary: 'give up after (default: 60)' },
    { name: 'quiet', short: 'q', summary: 'no progress' },
    { name: 'format', value: 'FORMAT', choices: ['text', 'json'], summary: 'json: one document on stdout' },
    { name: 'connect-to', value: 'HOST:PORT=HOST:PORT', repeatable: true, summary: 'connect elsewhere', hidden: true },
  ],
  examples: [
    { line: 'toolgate tools list', does: 'what a client of the gateway sees' },
    { line: `toolgate tools call clock_now --args '{"timeZone":"Asia/Tokyo"}'`, does: 'call one' },
    { line: 'toolgate tools list --url https://mcp.example.com/mcp --format json', does: 'ask any server' },
    { line: 'toolgate tools lock; toolgate tools diff', does: 'pin what all servers offer; later: what has changed' },
    { line: 'toolgate tools approve notes/search', does: 'what it is now is what it may be' },
  ],
  load: async () => (await import('./tools.ts')).tools,
}
