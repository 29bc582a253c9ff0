// `toolgate openapi report`: the tools that a document becomes, what was lost and why, how faithful it is, and who will stumble.
import { type Loss, sentence } from '../openapi/loss.ts'
import type { Conversion, Score } from '../openapi/tool.ts'
import { validate } from '../openapi/validate.ts'
import { connectTo, usageError } from './arguments.ts'
import { type Arguments, CommandError, exit, type Io } from './command.ts'
import { type Hint, hintsFor } from './openapi-hints.ts'
import { readDocument } from './openapi-read.ts'
import { jsonDocument, marks, oneLine, Progress, painter, table } from './terminal.ts'
import { textOf } from './values.ts'

const command = { name: 'openapi' }
/** Names of tools that one line of a hint can hold. */
const NAMED = 5

interface Report {
  readonly from: string
  readonly conversion: Conversion
  readonly score: Score
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
    const losses = [...conversion.losses, ...(await validate(library))]
    const report = { from, conversion, score: conversion.score(), losses, hints: hintsFor(conversion.tools) }
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

const share = ({ kept, of }: { readonly kept: number; readonly of: number }): number =>
  of === 0 ? 100 : (kept / of) * 100

/** Two of the three parts of the score: whether calls are exact is measured with calls, not with documents (reference: openapi §14). */
const parts = ({ operations, constraints }: Score) => {
  const made = share({ kept: operations.made, of: operations.of })
  const facts = share(constraints)
  return { operations: made, constraints: facts, score: (made + facts) / 2 }
}

function asText(report: Report, io: Io): string {
  const { from, conversion, score, losses, hints } = report
  const paint = painter(io.stdout, io.env)
  const { title, version, tools } = conversion
  const { operations, constraints } = score
  const percent = parts(score)
  const shown = (value: number): string => `${value.toFixed(1)} %`
  const lost = losses.filter(({ severity }) => severity === 'error')
  const doubtful = losses.filter(({ severity }) => severity !== 'error')
  return [
    `${paint('bold', oneLine(`${title} ${version}`.trim() || 'a document without a title'))}  ${oneLine(from)}\n`,
    `tools     ${tools.length} of ${operations.of} operations\n`,
    `score     ${shown(percent.score)}: operations ${shown(percent.operations)}, constraints ${shown(percent.constraints)} (${constraints.kept} of ${constraints.of} facts)\n`,
    tools.length === 0 ? '' : `\n${table(tools.map(row), io.stdout)}`,
    section(
      `lost: ${lost.length}`,
      lost.map((loss) => located(loss, paint('red', marks(io).no))),
    ),
    section(
      `doubtful: ${doubtful.length}`,
      doubtful.map((loss) => located(loss, paint('yellow', marks(io).note))),
    ),
    section(
      `for clients: ${hints.length}`,
      hints.map((hint) => hinted(hint, marks(io).note)),
    ),
  ].join('')
}

const section = (title: string, lines: readonly string[]): string =>
  lines.length === 0 ? '' : `\n${title}\n${lines.join('')}`

function row({ name, operation, definition, security }: Conversion['tools'][number]): string[] {
  const about = [
    ...(operation.deprecated ? ['deprecated'] : []),
    ...(security === undefined ? ['wants credentials'] : []),
  ].join(', ')
  const says = textOf(definition['title']) || textOf(definition['description'])
  return [name, `${operation.method} ${operation.path}`, about === '' ? says : `(${about}) ${says}`]
}

function located(loss: Loss, mark: string): string {
  const operation = loss.operation === undefined ? '' : `    ${oneLine(loss.operation)}\n`
  const fix = loss.fix === undefined ? '' : `    try: ${oneLine(loss.fix)}\n`
  return `${mark} ${oneLine(sentence({ ...loss, fix: undefined }))}\n${operation}${fix}`
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
    score: { ...parts(score), counted: score },
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
