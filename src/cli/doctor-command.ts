// The line of the table of commands for `toolgate doctor`.
import type { Command } from './command.ts'

export const doctor: Command = {
  name: 'doctor',
  summary: 'do what a client would do, and name the step where it stops',
  usage: '[URL|oauth] [--as CLIENT,…] [flags]',
  words: ['oauth'],
  flags: [
    { name: 'url', short: 'u', value: 'URL', summary: 'MCP server (default: http://localhost:3000/mcp)' },
    {
      name: 'as',
      value: 'CLIENT,…',
      summary: 'vscode, claude, cursor, codex, inspector, openai, modern (default: all)',
    },
    { name: 'call', value: 'NAME', summary: 'call this tool as well, if it only reads' },
    { name: 'args', value: 'JSON', summary: 'arguments of the call' },
    { name: 'client-id', value: 'ID', summary: 'oauth: a client that is known already' },
    { name: 'token', value: 'TOKEN', summary: 'bearer token (default: TOOLGATE_TOKEN)' },
    { name: 'provider', value: 'NAME', summary: 'oauth: auth0, keycloak, …: whose console is meant' },
    { name: 'connect-to', value: 'HOST:PORT=HOST:PORT', repeatable: true, summary: 'connect to another address' },
    { name: 'timeout', value: 'SECONDS', summary: 'for each request (default: 10)' },
    { name: 'quiet', short: 'q', summary: 'no progress' },
    { name: 'format', value: 'FORMAT', choices: ['text', 'json'], summary: 'json: one document on stdout' },
    { name: 'json', summary: 'the same as --format json', hidden: true },
  ],
  examples: [
    { line: 'toolgate doctor https://gw.example/mcp', does: 'every step of every kind of client' },
    { line: 'toolgate doctor --as vscode,claude --call clock_now', does: 'for two of them, with a call' },
    { line: 'toolgate doctor oauth --url https://gw.example/mcp --as claude', does: 'where a login would stop' },
    { line: 'toolgate doctor oauth --token "$TOKEN" --format json', does: 'and whether a token is good' },
  ],
  load: async () => (await import('./doctor.ts')).doctor,
}
