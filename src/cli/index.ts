// The table of commands, and the one function that finds the right line and does it.
import { nearestWord } from '../config/suggest.ts'
import { version as packageVersion } from '../core/version.ts'
import { connectTo, readArguments, usageError } from './arguments.ts'
import { type Arguments, type Command, CommandError, exit, type Flag, type Io } from './command.ts'
import { ConfigFiles } from './config-files.ts'
import { doctor } from './doctor-command.ts'
import { withEnvironmentFile } from './environment.ts'
import { commandHelp, generalHelp } from './help.ts'
import { openapi } from './openapi-command.ts'
import { policy } from './policy-command.ts'
import { scan } from './scan-command.ts'
import { selftest } from './selftest-command.ts'
import { errorText, jsonDocument, painter } from './terminal.ts'
import { tools } from './tools-command.ts'

const file: Flag = { name: 'file', short: 'f', value: 'FILE', summary: 'configuration; - reads standard input' }
const text: Flag = { name: 'config', short: 'c', value: 'TEXT', summary: 'configuration as text' }
const url: Flag = { name: 'url', short: 'u', value: 'URL', summary: 'gateway (default: http://localhost:3000/mcp)' }
const format: Flag = {
  name: 'format',
  value: 'FORMAT',
  choices: ['text', 'json'],
  summary: 'json: one document on stdout',
}
const yes: Flag = { name: 'yes', short: 'y', summary: 'do not ask' }
const dryRun: Flag = { name: 'dry-run', summary: 'show what would be written, write nothing' }
const redirect: Flag = {
  name: 'connect-to',
  value: 'HOST:PORT=HOST:PORT',
  repeatable: true,
  summary: 'send connections for one address to another',
}
const version: Flag = { name: 'version', short: 'V', summary: 'print the version' }

const run: Command = {
  name: 'run',
  summary: 'start the gateway',
  usage: '[-f FILE] [flags]',
  flags: [
    file,
    text,
    { name: 'validate-only', summary: 'check everything, start nothing' },
    redirect,
    version,
    { ...format, hidden: true },
  ],
  examples: [
    { line: 'toolgate', does: './toolgate.yaml, or the built-in quick start' },
    { line: 'toolgate -f config.yaml', does: 'that configuration; changes are picked up while it runs' },
    { line: 'toolgate -f config.yaml --validate-only', does: 'only say whether it would start' },
    {
      line: 'toolgate --connect-to mcp.example.com:443=127.0.0.1:8443',
      does: 'try a stand-in, configuration unchanged',
    },
  ],
  load: async () => async (args, io) => {
    if (args.words.length > 0) throw usageError(run, `toolgate does not know what to do with \`${args.words[0]}\``)
    const more = { validateOnly: args.has('validate-only'), connectTo: connectTo(args.values('connect-to')) }
    const options = { ...source(args), ...more }
    const { findOrigin } = await import('./origin.ts')
    // First: the upstreams of the quick start come up while the gateway is loaded, which lets nothing else have its turn.
    const origin = await findOrigin(options, io)
    const body = await import('./run.ts')
    return await body.run(origin, options, io)
  },
}

const validate: Command = {
  name: 'validate',
  summary: 'name every problem of a configuration, and what became of each key',
  usage: '[-f FILE] [flags]',
  flags: [
    file,
    text,
    { name: 'ledger', summary: 'print what became of every key' },
    { name: 'openapi', summary: 'read the OpenAPI documents too, and print scores and what is lost' },
    redirect,
    format,
  ],
  examples: [
    { line: 'toolgate validate -f config.yaml', does: 'problems with line, column and what was probably meant' },
    { line: 'toolgate validate -f config.yaml --ledger', does: 'and each key: accepted, translated, ignored, refused' },
    { line: 'toolgate validate -f config.yaml --openapi', does: 'and how faithfully documents become tools' },
    { line: 'toolgate validate -f - --format json < config.yaml', does: 'for a script; exit code 1: not valid' },
  ],
  load: async () => async (args, io) => {
    const words = [...args.words]
    const named = args.value('file') ?? words.shift()
    if (words.length > 0) throw usageError(validate, 'one configuration at a time')
    const format = args.value('format') === 'json' ? 'json' : 'text'
    const [ledger, openapi] = [args.has('ledger'), args.has('openapi')]
    const options = { ...source(args), file: named, format, ledger, openapi } as const
    const [body, { parts }, { dryCompile }, { documentsOf }] = await Promise.all([
      import('./validate.ts'),
      import('../gateway/parts.ts'),
      import('../gateway/compile.ts'),
      import('../gateway/documents.ts'),
    ])
    const { read } = new ConfigFiles(io.cwd)
    const reading = { read, connectTo: connectTo(args.values('connect-to')) }
    return await body.validate(options, io, {
      parts,
      compile: (shape, draft) => dryCompile(shape, read, draft),
      documents: (shape) => documentsOf(shape, reading),
    })
  },
}

const cel: Command = {
  name: 'cel',
  summary: 'try an expression of a rule, or check it',
  usage: 'eval|check EXPRESSION|- [flags]',
  words: ['eval', 'check'],
  flags: [
    { name: 'context', value: 'FILE', summary: 'what the expression sees, as JSON; - reads standard input' },
    { name: 'role', value: 'ROLE', choices: ['allow', 'deny', 'require'], summary: 'check it as such a rule' },
    {
      name: 'phase',
      value: 'PHASE',
      choices: ['request', 'authorization', 'response', 'log'],
      summary: 'when it is asked',
    },
    { name: 'functions', value: 'FILE', summary: 'definitions, as in config.customFunctions' },
    { name: 'optional-syntax', summary: 'allow a.?b, which agentgateway refuses' },
    format,
  ],
  examples: [
    { line: `toolgate cel eval '"x".size() + 1'`, does: 'the value as JSON' },
    { line: `toolgate cel eval 'jwt.sub == "alice"' --context alice.json`, does: 'with {"jwt": {"sub": "alice"}}' },
    { line: `toolgate cel check 'request.heders["x"] == "1"' --role allow`, does: 'what is wrong with a rule' },
    { line: 'toolgate cel eval - < cases.jsonl', does: 'lines of {"id", "expression", "context"}' },
  ],
  load: async () => (await import('./cel.ts')).cel,
}

const connect: Command = {
  name: 'connect',
  summary: 'point a client at the gateway',
  usage: 'vscode|claude|cursor|inspector|openwebui [flags]',
  words: ['vscode', 'claude', 'cursor', 'inspector', 'openwebui'],
  flags: [
    { ...url, summary: 'address of the gateway (default: http://localhost:3000/mcp)' },
    { name: 'name', value: 'NAME', summary: 'what the client calls it (default: toolgate)' },
    { name: 'write', summary: "change the client's settings; keeps a backup" },
    { name: 'undo', summary: 'take the last change back, byte for byte' },
    { name: 'user', summary: 'settings of the user, not of this folder' },
    dryRun,
    yes,
    format,
  ],
  examples: [
    { line: 'toolgate connect vscode', does: 'print what belongs into which file' },
    { line: 'toolgate connect vscode --write', does: 'write it' },
    { line: 'toolgate connect vscode --undo', does: 'as it was before' },
    { line: 'toolgate connect claude --user --dry-run', does: 'show the change to the settings of the user' },
  ],
  load: async () => (await import('./connect.ts')).connect,
}

const importing: Command = {
  name: 'import',
  summary: 'make a configuration from MCP settings of clients or an OpenAPI document',
  usage: '[--from vscode|claude|cursor|litellm|openapi] [FILE] [flags]',
  flags: [
    {
      name: 'from',
      value: 'KIND',
      choices: ['vscode', 'claude', 'cursor', 'litellm', 'openapi'],
      summary: 'whose settings',
    },
    { name: 'openapi', value: 'FILE|URL', summary: 'an OpenAPI document: its operations become tools' },
    { name: 'host', value: 'HOST', summary: 'with --openapi: where the API is, if the document does not say' },
    { name: 'output', short: 'o', value: 'FILE', summary: 'where to write (default: toolgate.yaml); - prints' },
    { name: 'force', summary: 'overwrite what is there' },
    dryRun,
    format,
  ],
  examples: [
    { line: 'toolgate import', does: 'everything found on this machine, into toolgate.yaml' },
    { line: 'toolgate import --from vscode', does: 'only what VS Code knows' },
    { line: 'toolgate import --from litellm config.yaml -o -', does: "LiteLLM's MCP servers, printed" },
    { line: 'toolgate import --openapi https://api.example/openapi.yaml', does: 'a REST API as tools' },
  ],
  load: async () => (await import('./import.ts')).importing,
}

const completion: Command = {
  name: 'completion',
  summary: 'print a completion script for your shell',
  usage: 'bash|zsh|fish|powershell',
  words: ['bash', 'zsh', 'fish', 'powershell'],
  flags: [],
  examples: [
    { line: 'source <(toolgate completion bash)', does: 'for this shell; put it into ~/.bashrc for every one' },
    { line: 'toolgate completion zsh > ~/.zfunc/_toolgate', does: 'with ~/.zfunc in fpath' },
    { line: 'toolgate completion fish > ~/.config/fish/completions/toolgate.fish', does: '' },
    { line: 'toolgate completion powershell | Out-String | Invoke-Expression', does: '' },
  ],
  load: async () => {
    const body = await import('./completion.ts')
    return (args, io) => body.completion(args, io, commands)
  },
}

/** Every command. Help, completion and suggestions are made from it. */
export const commands: readonly Command[] = [
  run,
  validate,
  tools,
  scan,
  selftest,
  cel,
  policy,
  openapi,
  doctor,
  connect,
  importing,
  completion,
]

function source(args: Arguments): { file: string | undefined; text: string | undefined } {
  const given = { file: args.value('file'), text: args.value('config') }
  if (given.file !== undefined && given.text !== undefined)
    throw new CommandError(exit.usage, '--file and --config are two configurations', { hint: 'give one of them' })
  return given
}

/**
 * Does what a command line asks for.
 * @param argv without the names of node and of the program
 * @returns the exit code; what is wrong with the line was already said
 */
export async function runCommand(argv: readonly string[], given: Io): Promise<number> {
  // Set before anything is read, so that an error of the command line is plain as well.
  const io = argv.includes('--no-color') ? { ...given, env: { ...given.env, NO_COLOR: '1' } } : given
  try {
    return await dispatch(argv, io)
  } catch (error) {
    if (io.signal.aborted) return exit.interrupted
    if (!(error instanceof CommandError)) throw error
    io.stderr.write(errorText(error, io))
    return error.exitCode
  }
}

async function dispatch(argv: readonly string[], io: Io): Promise<number> {
  const [first = '', ...rest] = argv
  const paint = painter(io.stdout, io.env)
  if (['help', '--help', '-h'].includes(first)) {
    const about = commands.find(({ name }) => name === rest[0])
    io.stdout.write(about === undefined ? generalHelp(commands, paint) : commandHelp(about, paint))
    return exit.fine
  }
  const named = commands.find(({ name }) => name === first)
  if (named === undefined && first !== '' && !first.startsWith('-')) throw unknownCommand(first)
  const command = named ?? run
  const args = readArguments(command, named === undefined ? argv : rest)
  if (args.has('help')) {
    io.stdout.write(commandHelp(command, paint))
    return exit.fine
  }
  if (args.has('version')) {
    const about = { version: packageVersion, node: process.version, platform: process.platform, arch: process.arch }
    io.stdout.write(args.value('format') === 'json' ? jsonDocument(about) : `toolgate ${about.version}\n`)
    return exit.fine
  }
  const body = await command.load()
  return await body(args, command === run || command === validate ? withEnvironmentFile(args, io) : io)
}

function unknownCommand(word: string): CommandError {
  const near = nearestWord(
    word,
    commands.map(({ name }) => name),
  )
  const meant = near === undefined ? '' : `: did you mean \`${near}\`?`
  const hint = /\.(?:ya?ml|json)$/.test(word) ? `toolgate -f ${word}` : `toolgate ${near ?? '--help'}`
  return new CommandError(exit.usage, `there is no command \`${word}\`${meant}`, { hint })
}
