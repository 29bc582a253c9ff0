// `toolgate tools`: a client of any MCP server. Lists what it offers and calls it; the answer is printed so that it can do no harm.
import { nearestWord } from '../config/suggest.ts'
import { usageError } from './arguments.ts'
import { type Arguments, CommandError, exit, type Io } from './command.ts'
import { type Era, openTalk, type Talk } from './talk.ts'
import { jsonDocument, marks, oneLine, Progress, painter, printable, table } from './terminal.ts'
import { isRecord, textOf } from './values.ts'

/** How to reach a server. */
interface Asked {
  readonly url: URL
  readonly headers: Headers
  readonly timeoutMs: number
  readonly quiet: boolean
  readonly era: Era
}

const command = { name: 'tools' }
const eras = ['legacy', 'modern', 'auto'] as const

type Part = (args: Arguments, words: readonly string[], io: Io) => Promise<number>

/** `toolgate tools list|call|lock|diff|approve` */
const parts: { readonly [word: string]: Part } = {
  list: (args, words, io) => list(args, words, io),
  call: (args, words, io) => call(args, words, io),
  lock: async (args, words, io) => (await import('./tools-lock.ts')).lock(alone(args, words), io),
  diff: async (args, words, io) => (await import('./tools-diff.ts')).diff(alone(args, words), io),
  approve: async (args, words, io) => (await import('./tools-approve.ts')).approve(args, words, io),
}

export async function tools(args: Arguments, io: Io): Promise<number> {
  const [what, ...words] = args.words
  if (what === undefined) throw usageError(command, `${Object.keys(parts).join(', ')}?`)
  const part = Object.hasOwn(parts, what) ? parts[what] : undefined
  if (part !== undefined) return await part(args, words, io)
  const near = nearestWord(what, Object.keys(parts))
  const meant = near === undefined ? '' : `: did you mean \`${near}\`?`
  throw new CommandError(exit.usage, `tools cannot \`${what}\`${meant}`, { hint: `toolgate tools ${near ?? '--help'}` })
}

/** Whole configurations are locked and compared. */
function alone(args: Arguments, [word]: readonly string[]): Arguments {
  if (word === undefined) return args
  throw usageError(command, `nothing is expected here: \`${oneLine(word)}\``)
}

async function list(args: Arguments, words: readonly string[], io: Io): Promise<number> {
  const part = args.value('name') ?? words[0] ?? ''
  return await converse(args, io, async (conversation) => {
    const all = await conversation.tools()
    const found = all.filter((tool) => textOf(tool['name']).includes(part))
    if (args.value('format') === 'json') {
      io.stdout.write(
        jsonDocument({
          version: 1,
          server: conversation.server,
          revision: conversation.revision ?? null,
          tools: found,
        }),
      )
    } else if (found.length > 0) {
      io.stdout.write(table(found.map(row), io.stdout))
      io.stderr.write(painter(io.stderr, io.env)('dim', `${found.length} ${found.length === 1 ? 'tool' : 'tools'}\n`))
    }
    if (found.length > 0 || part === '') return exit.fine
    throw new CommandError(exit.no, `none of ${all.length} tools has \`${part}\` in its name`, {
      hint: 'toolgate tools list',
    })
  })
}

function row(tool: Record<string, unknown>): string[] {
  const description = textOf(tool['description']) || textOf(tool['title'])
  return [textOf(tool['name']), description]
}

async function call(args: Arguments, words: readonly string[], io: Io): Promise<number> {
  const name = args.value('name') ?? words[0]
  if (name === undefined) throw usageError(command, 'call which tool?')
  const input = await toolInput(args.value('args'), io)
  return await converse(args, io, async (conversation, progress) => {
    progress.update(`calling ${name}`)
    const result = await conversation.call(name, input, (done) => progress.update(`${name}: ${done}`))
    const failed = result['isError'] === true
    progress.end()
    if (args.value('format') === 'json') io.stdout.write(jsonDocument({ version: 1, name, isError: failed, result }))
    else io.stdout.write(contentText(result))
    if (failed) io.stderr.write(`${painter(io.stderr, io.env)('red', marks(io).no)} the tool says that it failed\n`)
    return failed ? exit.no : exit.fine
  })
}

async function toolInput(given: string | undefined, io: Io): Promise<Record<string, unknown>> {
  if (given === undefined) return {}
  let text = given
  if (given === '-') {
    text = ''
    for await (const chunk of io.stdin) text += String(chunk)
  }
  const hint = `--args '{"key":"value"}'`
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new CommandError(exit.usage, `--args is not JSON: ${cause instanceof Error ? cause.message : ''}`, {
      hint,
      cause,
    })
  }
  if (!isRecord(value)) throw new CommandError(exit.usage, '--args is not a JSON object', { hint })
  return value
}

/** The content of a result for reading; what is no text is named with its kind and size. */
function contentText(result: Record<string, unknown>): string {
  const content = Array.isArray(result['content']) ? result['content'] : []
  const blocks = content.filter(isRecord).map(blockText)
  if (blocks.length === 0 && result['structuredContent'] !== undefined) return jsonDocument(result['structuredContent'])
  return blocks.map((block) => `${block}\n`).join('')
}

function blockText(block: Record<string, unknown>): string {
  const kind = textOf(block['type'])
  if (kind === 'text') return printable(textOf(block['text']))
  if (kind === 'resource' && isRecord(block['resource'])) {
    const { uri, text } = block['resource']
    return `[resource ${oneLine(textOf(uri))}]${typeof text === 'string' ? `\n${printable(text)}` : ''}`
  }
  if (kind === 'resource_link') return `[link ${oneLine(textOf(block['uri']))}] ${oneLine(textOf(block['name']))}`
  const bytes = Math.floor((textOf(block['data']).length * 3) / 4)
  return `[${oneLine(kind)} ${oneLine(textOf(block['mimeType']))}, about ${bytes} bytes; --format json prints it]`
}

async function converse(
  args: Arguments,
  io: Io,
  body: (talk: Talk, progress: Progress) => Promise<number>,
): Promise<number> {
  const asked = readAsked(args, io)
  const progress = new Progress(io.stderr, `connecting to ${asked.url.href}`, asked.quiet)
  try {
    await using talk = await openTalk({ ...asked, signal: io.signal })
    return await body(talk, progress)
  } finally {
    progress.end()
  }
}

function readAsked(args: Arguments, io: Io): Asked {
  const given = args.value('url') ?? 'http://localhost:3000/mcp'
  const url = URL.parse(given.includes('://') ? given : `http://${given}`)
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new CommandError(exit.usage, `--url ${given} is no address`, { hint: '--url http://localhost:3000/mcp' })
  const seconds = Number(args.value('timeout') ?? '60')
  if (!(seconds > 0 && seconds <= 86_400))
    throw new CommandError(exit.usage, '--timeout is a number of seconds', { hint: '--timeout 60' })
  const headers = new Headers()
  for (const header of args.values('header')) addHeader(headers, header)
  const token = args.value('token') ?? io.env['TOOLGATE_TOKEN'] ?? ''
  if (token !== '') headers.set('authorization', `Bearer ${token}`)
  const era = eras.find((known) => known === args.value('era')) ?? 'auto'
  return { url, headers, timeoutMs: seconds * 1000, quiet: args.has('quiet'), era }
}

function addHeader(headers: Headers, header: string): void {
  const colon = header.indexOf(':')
  try {
    headers.append(header.slice(0, Math.max(colon, 0)), header.slice(colon + 1).trim())
  } catch (cause) {
    // The value may be a secret: only the name is repeated.
    throw new CommandError(exit.usage, `--header ${oneLine(header.slice(0, Math.max(colon, 0)))} is no header`, {
      hint: "--header 'X-Api-Key: VALUE'",
      cause,
    })
  }
}
