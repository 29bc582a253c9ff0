// The line of the table of commands for `toolgate selftest`.
import type { Command } from './command.ts'

export const selftest: Command = {
  name: 'selftest',
  summary: 'send poisoned canaries through the guards: each must prove that it fires',
  usage: '[-f FILE] [flags]',
  flags: [
    {
      name: 'file',
      short: 'f',
      value: 'FILE',
      summary: 'configuration whose shields are tried (default: the shield as it comes)',
    },
    { name: 'quiet', short: 'q', summary: 'no progress' },
    { name: 'format', value: 'FORMAT', choices: ['text', 'json'], summary: 'json: one document on stdout' },
  ],
  examples: [
    { line: 'toolgate selftest', does: 'the guards as they come' },
    {
      line: 'toolgate selftest -f toolgate.yaml',
      does: 'as this configuration has them; exit code 1: one does not fire',
    },
  ],
  load: async () => (await import('./selftest.ts')).selftest,
}
