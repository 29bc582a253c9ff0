// `toolgate connect`: what a client needs to know to use the gateway; printed, or written into its settings and taken back.
import path from 'node:path'
import { createInterface } from 'node:readline/promises'
import { PassThrough } from 'node:stream'
import { nearestWord } from '../config/suggest.ts'
import { usageError } from './arguments.ts'
import { type ClientName, type ClientSettings, clients, isClientName, stateFolder } from './clients.ts'
import { type Arguments, CommandError, exit, type Io } from './command.ts'
import { JsonProblem, readJsonc, recordAt, setMember, valueOf } from './jsonc.ts'
import { bytesOf, changeFile, difference, undoChange } from './settings.ts'
import { jsonDocument, marks, painter, printable } from './terminal.ts'

const command = { name: 'connect' }

interface Wanted {
  readonly url: string
  readonly name: string
}

/** What clients without a settings file of their own are told. */
const instructions: Readonly<Record<string, (wanted: Wanted) => string>> = {
  inspector: ({ url }) => `In a browser:
  npx @modelcontextprotocol/inspector
  Transport Type: Streamable HTTP    URL: ${url}
On the command line:
  npx @modelcontextprotocol/inspector --cli ${url} --transport http --method tools/list
`,
  openwebui: ({ url, name }) => `Admin Panel → Settings → External Tools → +
  Type:  MCP (Streamable HTTP)     (not OpenAPI)
  URL:   ${url}
  ID:    ${name}
  Auth:  None, or Bearer with a token that the gateway accepts
From a container the gateway is ${url.replace('localhost', 'host.docker.internal')}.
Set WEBUI_SECRET_KEY, or saved credentials are unreadable after a restart.
`,
}

/** `toolgate connect CLIENT` */
export async function connect(args: Arguments, io: Io): Promise<number> {
  const [name, ...more] = args.words
  if (name === undefined || more.length > 0)
    throw usageError(command, 'which client? one of vscode, claude, cursor, inspector, openwebui')
  const wanted = readWanted(args)
  if (isClientName(name)) return await connectSettings(name, wanted, args, io)
  const text = Object.hasOwn(instructions, name) ? instructions[name]?.(wanted) : undefined
  if (text === undefined) throw unknownClient(name)
  if (args.has('write') || args.has('undo'))
    throw new CommandError(exit.usage, `${name} has no settings file to write`, { hint: `toolgate connect ${name}` })
  io.stdout.write(
    args.value('format') === 'json' ? jsonDocument({ version: 1, client: name, ...wanted, instructions: text }) : text,
  )
  return exit.fine
}

function readWanted(args: Arguments): Wanted {
  const url = args.value('url') ?? 'http://localhost:3000/mcp'
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
    throw new CommandError(exit.usage, `--url ${url} is no address`, { hint: '--url http://localhost:3000/mcp' })
  const name = args.value('name') ?? 'toolgate'
  if (!/^[\w.-]{1,64}$/.test(name))
    throw new CommandError(exit.usage, '--name is one word', { hint: '--name toolgate' })
  return { url, name }
}

function unknownClient(name: string): CommandError {
  const known = [...Object.keys(clients), ...Object.keys(instructions)]
  const near = nearestWord(name, known)
  return new CommandError(exit.usage, `there is no client \`${name}\`: one of ${known.join(', ')}`, {
    hint: near === undefined ? 'toolgate connect --help' : `toolgate connect ${near}`,
  })
}

async function connectSettings(name: ClientName, wanted: Wanted, args: Arguments, io: Io): Promise<number> {
  const client = clients[name]
  const file = path.resolve(io.cwd, (args.has('user') ? client.user(io)[0] : client.here[0]) ?? '')
  const shown = path.relative(io.cwd, file).startsWith('..') ? file : path.relative(io.cwd, file)
  if (args.has('undo')) {
    if (args.has('write')) throw usageError(command, '--write and --undo are opposites')
    return await undo(file, shown, args, io)
  }
  const before = (await bytesOf(file))?.toString()
  const after = changed(before ?? '', shown, client, wanted)
  const same = after === before
  const write = args.has('write') && !args.has('dry-run') && !same
  if (args.value('format') === 'json') {
    const entry = { [client.root]: { [wanted.name]: client.entry(wanted.url) } }
    const backup = write ? await changeFile(file, after, stateFolder(io)) : undefined
    io.stdout.write(jsonDocument({ version: 1, client: name, file, entry, written: write, backup: backup ?? null }))
    return exit.fine
  }
  if (same) {
    io.stderr.write(`${marks(io).yes} ${shown} already connects ${client.title} to ${wanted.url}\n`)
    return exit.fine
  }
  if (!args.has('write') && !args.has('dry-run')) {
    explain(client, shown, wanted, io)
    return exit.fine
  }
  io.stdout.write(printable(difference(shown, before ?? '', after)))
  if (!write) return exit.fine
  if (!(await agreed('Write?', args, io))) return exit.no
  const backup = await changeFile(file, after, stateFolder(io))
  const kept = backup === undefined ? `wrote ${shown}` : `backup: ${path.basename(backup)}`
  const undoing = `toolgate connect ${name}${args.has('user') ? ' --user' : ''} --undo`
  io.stderr.write(`${marks(io).yes} ${kept} · undo: ${undoing}\n  ${client.title}: ${client.next}\n`)
  return exit.fine
}

function explain(client: ClientSettings, shown: string, { url, name }: Wanted, io: Io): void {
  io.stdout.write(jsonDocument({ [client.root]: { [name]: client.entry(url) } }))
  const paint = painter(io.stderr, io.env)
  io.stderr.write(`${paint('dim', `belongs into ${shown}; --write puts it there, --undo takes it back`)}\n`)
}

function changed(before: string, shown: string, client: ClientSettings, { url, name }: Wanted): string {
  try {
    const entry = client.entry(url)
    if (before.trim() !== '') {
      const there = recordAt(recordAt(valueOf(readJsonc(before)), client.root), name)
      if (Object.entries(entry).every(([key, value]) => there[key] === value)) return before
    }
    return setMember(before, [client.root, name], entry)
  } catch (error) {
    if (!(error instanceof JsonProblem)) throw error
    throw new CommandError(exit.no, `the settings are not JSON: ${error.message}`, {
      where: `${shown}:${error.line}:${error.column}`,
      hint: 'correct the file first; nothing was changed',
    })
  }
}

async function undo(file: string, shown: string, args: Arguments, io: Io): Promise<number> {
  if (args.has('dry-run')) throw usageError(command, '--undo has no --dry-run: it only ever restores a backup')
  const how = await undoChange(file, stateFolder(io))
  if (args.value('format') === 'json') io.stdout.write(jsonDocument({ version: 1, file, undone: how }))
  else
    io.stderr.write(
      `${marks(io).yes} ${shown} ${how === 'restored' ? 'is as it was before' : 'is removed: it was not there before'}\n`,
    )
  return exit.fine
}

/** Asks, but only somebody who is there to answer. */
async function agreed(question: string, args: Arguments, io: Io): Promise<boolean> {
  if (args.has('yes') || io.stdin.isTTY !== true || io.stderr.isTTY !== true) return true
  io.stderr.write(`${question} [y/N] `)
  const lines = createInterface({ input: io.stdin, output: new PassThrough() })
  try {
    const answer = await lines.question('', { signal: io.signal })
    return /^y(es)?$/i.test(answer.trim())
  } finally {
    lines.close()
  }
}
