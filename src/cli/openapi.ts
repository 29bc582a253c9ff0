// `toolgate openapi report`: the tools that a document becomes, what was lost and why, how faithful it is, and who will stumble.
import { type Fidelity, factsOf } from '../openapi/facts.ts'
import type { Loss } from '../openapi/loss.ts'
import type { Conversion } from '../openapi/tool.ts'
import { validate } from '../openapi/validate.ts'
import { connectTo, usageError } from './arguments.ts'
import { type Arguments, CommandError, exit, type Io } from './command.ts'
import { type Hint, hintsFor } from './openapi-hints.ts'
import { readDocument } from './openapi-read.ts'
import { lossesText, scoreText, sectionText } from './openapi-text.ts'
import { jsonDocument, marks, oneLine, Progress, painter, table } from './terminal.ts'
import { textOf } from './values.ts'

const command = { name: 'openapi' }
/** Names of tools that one line of a hint can hold. */
const NAMED = 5

interface Report {
  readonly from: string
  readonly conversion: Conversion
  readonly score: Fidelity
  readonly losses: readonly Loss[]
  readonly hints: readonly Hint[]
}

/** `toolgate openapi report FILE|URL|-`: 0 it can be used, 1 it cannot, 3 it cannot be read. */
export async function openapi(args: Arguments, io: Io): Promise<number> {
  const [what, from, ...more] = args.words
  if (what !== 'report')
    throw usageError(command, what === undefined ? 'report?' : `openapi cannot \`${oneLine(what)}\``)
  if (from === undefined || more.length > 0)
    throw usageError(command, 'report on one document: a file, an address or -')
  const progress = new Progress(io.stderr, `reading ${from}`, args.has('quiet'))
  try {
    const layout = args.value('arguments') === 'flat' ? 'flat' : 'grouped'
    const { library, conversion } = await readDocument(
      {
        from,
        refs: args.values('refs').map(originOf),
        connectTo: connectTo(args.values('connect-to')),
        options: { arguments: layout },
      },
      io,
    )
    progress.update(`judging ${from}`)
    const { score, losses } = factsOf(conversion)
    const all = [...losses, ...(await validate(library))]
    const report = { from, conversion, score, losses: all, hints: hintsFor(conversion.tools) }
    io.stdout.write(args.value('format') === 'json' ? asJson(report) : asText(report, io))
    return exit.fine
  } finally {
    progress.end()
  }
}

function originOf(text: string): string {
  const url = URL.parse(text)
  if (url !== null && /^https?:$/.test(url.protocol)) return url.origin
  throw new CommandError(exit.usage, `--refs ${oneLine(text)} is no origin`, { hint: '--refs https://schemas.example' })
}

function asText(report: Report, io: Io): string {
  const { from, conversion, score, losses, hints } = report
  const paint = painter(io.stdout, io.env)
  const { title, version, tools } = conversion
  return [
    `${paint('bold', oneLine(`${title} ${version}`.trim() || 'a document without a title'))}  ${oneLine(from)}\n`,
    `tools     ${tools.length} of ${score.counted.operations.of} operations\n`,
    `score     ${scoreText(score)}\n`,
    tools.length === 0 ? '' : `\n${table(tools.map(row), io.stdout)}`,
    lossesText(losses, io),
    sectionText(
      'for clients',
      hints.map((hint) => hinted(hint, marks(io).note)),
    ),
  ].join('')
}

function row({ name, operation, definition, security }: Conversion['tools'][number]): string[] {
  const about = [
    ...(operation.deprecated ? ['deprecated'] : []),
    ...(security === undefined ? ['wants credentials'] : []),
  ].join(', ')
  const says = textOf(definition['title']) || textOf(definition['description'])
  return [name, `${operation.method} ${operation.path}`, about === '' ? says : `(${about}) ${says}`]
}

function hinted({ problem, tools, fix }: Hint, mark: string): string {
  const more = tools.length > NAMED ? ` and ${tools.length - NAMED} more` : ''
  return `${mark} ${problem}\n    ${tools.slice(0, NAMED).join(', ')}${more}\n    try: ${fix}\n`
}

function asJson({ from, conversion, score, losses, hints }: Report): string {
  const { title, version, tools, schemes } = conversion
  return jsonDocument({
    version: 1,
    document: { from, title, version },
    score,
    tools: tools.map(({ name, operation, security, alternatives, server, definition }) => ({
      name,
      operation,
      server,
      security: security ?? null,
      alternatives,
      bytes: Buffer.byteLength(JSON.stringify(definition)),
    })),
    schemes: Object.fromEntries(schemes),
    losses,
    hints,
  })
}
