// `toolgate import`: the MCP servers that other programs on this machine know, as a configuration of ours. Reads them, changes none.
import path from 'node:path'
import { Document, parse, Scalar, visit } from 'yaml'
import { usageError } from './arguments.ts'
import { type ClientName, clients, isClientName } from './clients.ts'
import { type Arguments, CommandError, exit, type Io } from './command.ts'
import { JsonProblem, readJsonc, recordAt, valueOf } from './jsonc.ts'
import { bytesOf, replaceFile } from './settings.ts'
import { liteLlmEntries, type Reading, type Target, targetFrom } from './targets.ts'
import { jsonDocument, marks, oneLine, painter, printable } from './terminal.ts'
import { isRecord } from './values.ts'
import { Secrets } from './variables.ts'

interface Found {
  /** The file, as it is shown. */
  readonly file: string
  readonly targets: readonly Target[]
}

const command = { name: 'import' }
const largest = 5_000_000

/** `toolgate import` */
export async function importing(args: Arguments, io: Io): Promise<number> {
  const [file, ...more] = args.words
  if (more.length > 0) throw usageError(command, 'one file at a time')
  const reading: Reading = { secrets: new Secrets(), folders: folders(io), named: new Set(), notes: [] }
  const found = await findAll(file, args, reading, io)
  const targets = distinct(found.flatMap((each) => each.targets))
  if (targets.length === 0)
    throw new CommandError(exit.no, 'no MCP servers found', {
      where:
        found.length === 0
          ? 'in none of the places where clients keep them'
          : found.map((each) => each.file).join(', '),
      hint: 'toolgate import --from vscode FILE',
    })
  const yaml = configuration(targets, found)
  const wanted = args.value('output') ?? 'toolgate.yaml'
  const print = wanted === '-' || args.has('dry-run')
  const envFile = path.join(path.dirname(wanted), 'toolgate.env')
  if (!print) await writeAll(wanted, { yaml, envFile, secrets: reading.secrets, force: args.has('force') }, io)
  const report = { files: found.map((each) => each.file), targets: targets.map(({ name }) => name) }
  if (args.value('format') === 'json') {
    const written = print ? null : wanted
    const variables = { secrets: reading.secrets.places, named: [...reading.named] }
    io.stdout.write(jsonDocument({ version: 1, ...report, variables, notes: reading.notes, written, yaml }))
    return exit.fine
  }
  if (print) io.stdout.write(printable(yaml))
  tell(found, reading, print ? undefined : { wanted, envFile }, io)
  return exit.fine
}

function folders({ cwd, env, platform }: Io): Record<string, string> {
  const home = (platform === 'win32' ? env['USERPROFILE'] : env['HOME']) ?? '.'
  return { workspaceFolder: cwd, workspaceRoot: cwd, userHome: home, pathSeparator: path.sep, '/': path.sep }
}

async function findAll(file: string | undefined, args: Arguments, reading: Reading, io: Io): Promise<readonly Found[]> {
  const from = args.value('from')
  const document = args.value('openapi') ?? (from === 'openapi' ? file : undefined)
  if (document === undefined && from === 'openapi')
    throw usageError(command, 'which document? Name a file or an address')
  if (document === undefined)
    return file === undefined ? await search(from, reading, io) : [await readOne(file, from, reading, io)]
  if (args.value('openapi') !== undefined && (file !== undefined || from !== undefined))
    throw usageError(command, '--openapi names all that is imported')
  const { openapiTarget } = await import('./openapi-import.ts')
  return [{ file: document, targets: [await openapiTarget(document, args, reading, io)] }]
}

async function search(from: string | undefined, reading: Reading, io: Io): Promise<Found[]> {
  if (from === 'litellm')
    throw new CommandError(exit.usage, "LiteLLM's configuration is where you put it: name the file", {
      hint: 'toolgate import --from litellm config.yaml',
    })
  const names = Object.keys(clients).filter(isClientName)
  const found: Found[] = []
  for (const name of names.filter((each) => from === undefined || each === from)) {
    const { here, user } = clients[name]
    for (const file of [...here.map((each) => path.join(io.cwd, each)), ...user(io)]) {
      const read = await readSettings(file, name, reading, io)
      if (read !== undefined && read.targets.length > 0) found.push(read)
    }
  }
  return found
}

async function readOne(file: string, from: string | undefined, reading: Reading, io: Io): Promise<Found> {
  const full = path.resolve(io.cwd, file)
  if (from === 'litellm' || (from === undefined && /\.ya?ml$/.test(file))) {
    const text = await textOfFile(full)
    if (text === undefined) throw missing(file)
    const entries = liteLlmEntries(parsedYaml(text, file), reading)
    return { file, targets: entries.flatMap(([name, entry]) => targetFrom(name, entry, reading) ?? []) }
  }
  const name = from !== undefined && isClientName(from) ? from : undefined
  const read = await readSettings(full, name, reading, io)
  if (read === undefined) throw missing(file)
  return { ...read, file }
}

const missing = (file: string): CommandError => new CommandError(exit.unasked, 'there is no such file', { where: file })

async function textOfFile(file: string): Promise<string | undefined> {
  const bytes = await bytesOf(file)
  if (bytes !== undefined && bytes.length > largest)
    throw new CommandError(exit.unasked, `the file is larger than ${largest} bytes`, { where: file })
  return bytes?.toString()
}

function parsedYaml(text: string, file: string): unknown {
  try {
    return parse(text, { maxAliasCount: 100 })
  } catch (cause) {
    const message = cause instanceof Error ? (cause.message.split('\n', 1)[0] ?? '') : ''
    throw new CommandError(exit.unasked, `this is not YAML: ${oneLine(message)}`, { where: file, cause })
  }
}

async function readSettings(
  file: string,
  client: ClientName | undefined,
  reading: Reading,
  io: Io,
): Promise<Found | undefined> {
  const text = await textOfFile(file)
  if (text === undefined) return undefined
  const inside = path.relative(io.cwd, file)
  const shown = inside.startsWith('..') ? file : inside
  try {
    const settings = text.trim() === '' ? {} : valueOf(readJsonc(text))
    const roots = client === undefined ? (['servers', 'mcpServers'] as const) : [clients[client].root]
    // Claude Code also keeps servers by project.
    const project = recordAt(recordAt(settings, 'projects'), io.cwd)
    const entries = roots.flatMap((root) => [
      ...Object.entries(recordAt(settings, root)),
      ...Object.entries(recordAt(project, root)),
    ])
    const targets = entries.flatMap(([name, entry]) =>
      isRecord(entry) ? (targetFrom(name, entry, reading) ?? []) : [],
    )
    return { file: shown, targets }
  } catch (error) {
    if (!(error instanceof JsonProblem)) throw error
    throw new CommandError(exit.unasked, `the settings are not JSON: ${error.message}`, {
      where: `${shown}:${error.line}:${error.column}`,
      cause: error,
    })
  }
}

/** The same server found twice is one; two different ones of one name get two names. */
function distinct(targets: readonly Target[]): Target[] {
  const kept = new Map<string, Target>()
  for (const target of targets) {
    let { name } = target
    for (let number = 2; ; number++) {
      const there = kept.get(name)
      if (there === undefined) kept.set(name, { ...target, name })
      if (there === undefined || JSON.stringify(there.body) === JSON.stringify(target.body)) break
      name = `${target.name}-${number}`
    }
  }
  return [...kept.values()]
}

function configuration(targets: readonly Target[], found: readonly Found[]): string {
  // In the client, a server that does not start costs the others nothing: it must not here either.
  const route = {
    name: 'mcp',
    matches: [{ path: { pathPrefix: '/mcp' } }, { path: { exact: '/sse' } }],
    backends: [{ mcp: { failureMode: 'failOpen', targets: targets.map(({ name, body }) => ({ name, ...body })) } }],
  }
  const document = new Document({ binds: [{ port: 3000, listeners: [{ routes: [route] }] }] })
  // A dollar in a comment is a variable as well.
  const files = found.map((each) => oneLine(each.file).replaceAll('$', '$$$$')).join(', ')
  document.commentBefore = ` Made by \`toolgate import\` from ${files}.`
  visit(document, {
    Scalar: (_, node) => {
      // Variables are put in before YAML is read: quotes keep a value with a colon or a hash in one piece.
      if (typeof node.value === 'string' && node.value.includes('${')) node.type = Scalar.QUOTE_DOUBLE
    },
  })
  return document.toString({ lineWidth: 0 })
}

interface Writing {
  readonly yaml: string
  readonly envFile: string
  readonly secrets: Secrets
  readonly force: boolean
}

async function writeAll(wanted: string, { yaml, envFile, secrets, force }: Writing, io: Io): Promise<void> {
  const files = [
    { name: wanted, text: yaml, mode: 0o644 },
    ...(secrets.values.size === 0 ? [] : [{ name: envFile, text: environment(secrets), mode: 0o600 }]),
  ]
  for (const { name } of files)
    if (!force && (await bytesOf(path.resolve(io.cwd, name))) !== undefined)
      throw new CommandError(exit.no, `${name} is already there`, { hint: `-o OTHER.yaml, or --force to overwrite it` })
  // Replaced, not written into: a file that others may read, or a link to one, must not become the home of secrets.
  for (const { name, text, mode } of files) await replaceFile(path.resolve(io.cwd, name), text, mode)
}

/** `NAME='value'` lines, for a shell and for `util.parseEnv` alike. */
function environment(secrets: Secrets): string {
  return [...secrets.values]
    .map(([name, value]) => {
      const quote = ["'", '"', '`'].find((each) => !value.includes(each)) ?? "'"
      return `${name}=${quote}${value}${quote}\n`
    })
    .join('')
}

function tell(
  found: readonly Found[],
  reading: Reading,
  written: { wanted: string; envFile: string } | undefined,
  io: Io,
): void {
  const paint = painter(io.stderr, io.env)
  const say = (line: string): void => void io.stderr.write(`${printable(line)}\n`)
  for (const { file, targets } of found) {
    const names = targets.map(({ name }) => name).join(', ')
    say(`found ${targets.length} ${targets.length === 1 ? 'server' : 'servers'} in ${file} (${names})`)
  }
  for (const note of reading.notes) say(`${marks(io).note} ${note}`)
  const { values, places } = reading.secrets
  if (values.size > 0) {
    const names = [...values.keys()].map((name) => `\${${name}}`).join(', ')
    const where = written === undefined ? '' : ` in ${written.envFile} (0600)`
    say(`${values.size} literal ${values.size === 1 ? 'secret becomes' : 'secrets become'} ${names}${where}`)
    for (const { name, server, where: from } of places) io.stderr.write(paint('dim', `  ${name}  ${server}: ${from}\n`))
  }
  const missing = [...reading.named].filter((name) => io.env[name] === undefined)
  if (missing.length > 0) say(`${marks(io).note} set before you start: ${missing.join(', ')}`)
  if (written !== undefined) say(`${marks(io).yes} wrote ${written.wanted} · what was read is unchanged`)
}
