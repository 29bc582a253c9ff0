// The line of the table of commands for `toolgate scan`.
import type { Command } from './command.ts'

export const scan: Command = {
  name: 'scan',
  summary: 'find poisoned tools, prompts and instructions before a model reads them',
  usage: '[FILE|URL|-] [flags]',
  flags: [
    {
      name: 'file',
      short: 'f',
      value: 'FILE',
      summary: 'configuration (default: toolgate.yaml): every server is asked',
    },
    { name: 'strict', summary: 'exit code 1 for what is approved in tools.lock as well' },
    { name: 'all', summary: 'print findings that warn of nothing as well' },
    { name: 'token', value: 'TOKEN', summary: 'bearer token for a URL (default: TOOLGATE_TOKEN)' },
    { name: 'connect-to', value: 'HOST:PORT=HOST:PORT', repeatable: true, summary: 'connect to another address' },
    { name: 'timeout', value: 'SECONDS', summary: 'how long servers may take (default: 30)' },
    { name: 'quiet', short: 'q', summary: 'no progress' },
    { name: 'format', value: 'FORMAT', choices: ['text', 'json', 'sarif'], summary: 'sarif: for code hosts' },
  ],
  examples: [
    { line: 'toolgate scan', does: 'every server of toolgate.yaml; exit code 1: something is poisoned' },
    { line: 'toolgate scan https://mcp.example.com/mcp', does: 'one server' },
    { line: 'toolgate scan tools.json', does: 'definitions in a file, such as `tools list --format json`, or lines' },
    { line: 'toolgate scan --format sarif > scan.sarif', does: 'for the code host' },
    { line: 'toolgate scan - < entries.jsonl', does: 'lines of {"id", "kind", "definition"}' },
  ],
  load: async () => (await import('./scan.ts')).scan,
}
