// The line of the table of commands for `toolgate policy`.
import type { Command } from './command.ts'

export const policy: Command = {
  name: 'policy',
  summary: 'who may do what, and which rule says so',
  usage: 'explain|test|diff|replay [FILE…] [flags]',
  words: ['explain', 'test', 'diff', 'replay'],
  flags: [
    { name: 'file', short: 'f', value: 'FILE', summary: 'configuration (default: toolgate.yaml)' },
    { name: 'route', value: 'NAME|PATH', summary: 'the route that is meant, when there are several' },
    { name: 'claims', value: 'FILE', summary: "the caller's claims: JSON, {…} in place, a token, or -" },
    { name: 'api-key', value: 'FILE', summary: 'metadata of the API key of the caller' },
    { name: 'header', value: 'NAME:VALUE', repeatable: true, summary: 'header of the request' },
    { name: 'tool', value: 'NAME', summary: 'as clients see it, or TARGET/NAME; none: a table of all' },
    { name: 'prompt', value: 'NAME', summary: 'likewise; also --resource URI, --task ID' },
    { name: 'args', value: 'JSON', summary: 'what the tool is called with; none: not known, as in a list' },
    {
      name: 'taint',
      value: 'LABELS',
      summary: "what the session has met (mcpLabels); '': nothing; without: not known",
    },
    { name: 'path', value: 'PATH', summary: 'a plain request, with --method METHOD' },
    { name: 'catalog', value: 'FILE|live', summary: 'all that is offered: from a file, or by asking the upstreams' },
    { name: 'identities', value: 'FILE', summary: 'callers to compare: identities: {alice: {claims: {…}}}' },
    { name: 'format', value: 'FORMAT', choices: ['text', 'json'], summary: 'json: one document on stdout' },
    { name: 'resource', value: 'URI', summary: 'a resource', hidden: true },
    { name: 'task', value: 'ID', summary: 'a task', hidden: true },
    { name: 'method', value: 'METHOD', summary: 'method of a plain request', hidden: true },
    { name: 'user', value: 'NAME', summary: 'user name of basic authentication', hidden: true },
    { name: 'timeout', value: 'SECONDS', summary: 'how long upstreams may take', hidden: true },
    { name: 'quiet', short: 'q', summary: 'no progress', hidden: true },
  ],
  examples: [
    { line: 'toolgate policy explain --claims alice.json --tool echo_say', does: 'may she, and why' },
    { line: 'toolgate policy test', does: 'every *.policy-test.yaml here' },
    { line: 'toolgate policy diff old.yaml new.yaml --identities who.yaml', does: 'what changes for whom' },
    { line: 'toolgate policy replay decisions.jsonl -f new.yaml', does: 'what would have been decided' },
  ],
  load: async () => (await import('./policy.ts')).policy,
}
