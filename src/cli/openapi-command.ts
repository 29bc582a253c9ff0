// The line of the table of commands for `toolgate openapi`.
import type { Command } from './command.ts'

export const openapi: Command = {
  name: 'openapi',
  summary: 'the tools that an OpenAPI document becomes, and what is lost',
  usage: 'report FILE|URL|- [flags]',
  words: ['report'],
  flags: [
    { name: 'arguments', value: 'LAYOUT', choices: ['grouped', 'flat'], summary: 'how arguments are laid out' },
    { name: 'refs', value: 'ORIGIN', repeatable: true, summary: 'references may lead there, too' },
    { name: 'connect-to', value: 'HOST:PORT=HOST:PORT', repeatable: true, summary: 'connect to another address' },
    { name: 'quiet', short: 'q', summary: 'no progress' },
    { name: 'format', value: 'FORMAT', choices: ['text', 'json'], summary: 'json: one document on stdout' },
  ],
  examples: [
    { line: 'toolgate openapi report openapi/petstore3.json', does: 'tools, losses with their lines, the score' },
    { line: 'toolgate openapi report https://api.example/openapi.yaml --format json', does: 'for a script' },
    { line: 'toolgate import --openapi https://api.example/openapi.yaml', does: 'a configuration with these tools' },
  ],
  load: async () => (await import('./openapi.ts')).openapi,
}
