// `toolgate validate`: every problem of a configuration at once, then what became of each key.
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type LedgerRow, ledgerSummary } from '../config/ledger.ts'
import { type Loaded, loadConfig } from '../config/load.ts'
import { countText, type Located, pathText, problemJson, problemText } from '../config/problems.ts'
import type { Parts } from '../config/schema/keys.ts'
import type { Shape } from '../config/shape.ts'
import type { Problem } from '../core/module.ts'
import type { TargetDocument } from '../gateway/documents.ts'
import { CommandError, exit, type Io, type ValidateOptions } from './command.ts'
import { lossesText, scoreText } from './openapi-text.ts'
import { jsonDocument, marks, oneLine, painter } from './terminal.ts'

/** What validating needs of the floor above. */
export interface ValidateSite {
  readonly parts: Parts
  /** Compiles every module and throws the result away: finds unreadable files, certificates that do not fit, and the like. */
  compile?(shape: Shape, draft: boolean): Promise<readonly Problem[]>
  /** Reads the OpenAPI documents of its targets. */
  documents?(shape: Shape): Promise<readonly TargetDocument[]>
}

/** Says what is wrong with a configuration. 0: nothing, 1: something, 3: it could not be read. */
export async function validate(options: ValidateOptions, io: Io, site: ValidateSite): Promise<number> {
  const { text, file } = await source(options, io)
  const loaded = loadConfig({ text, file, env: io.env, parts: site.parts })
  const late =
    loaded.draft === undefined ? [] : ((await site.compile?.(loaded.draft, loaded.shape === undefined)) ?? [])
  const problems = loaded.withLate(late)
  const { draft } = loaded
  const documents = options.openapi && draft !== undefined ? await site.documents?.(draft) : undefined
  const failed = documents?.filter(({ kind }) => kind === 'failed') ?? []
  const valid = !problems.some(({ severity }) => severity === 'error')
  const verdict = { file, valid, problems, documents }
  io.stdout.write(
    options.format === 'json' ? asJson(verdict, loaded, options.ledger) : asText(verdict, loaded, options.ledger, io),
  )
  if (valid && failed.length === 0) return exit.fine
  return valid && failed.every((one) => one.kind === 'failed' && one.unreachable) ? exit.unasked : exit.no
}

const colours = { error: 'red', warning: 'yellow', note: 'dim' } as const

interface Verdict {
  readonly file: string
  readonly valid: boolean
  readonly problems: readonly Located[]
  /** `undefined`: nobody asked for them. */
  readonly documents: readonly TargetDocument[] | undefined
}

async function source(options: ValidateOptions, io: Io): Promise<{ text: string; file: string }> {
  if (options.text !== undefined) return { text: options.text, file: '--config' }
  const file = options.file ?? 'toolgate.yaml'
  if (file === '-') {
    const chunks: Buffer[] = []
    for await (const chunk of io.stdin) chunks.push(Buffer.from(chunk))
    return { text: Buffer.concat(chunks).toString('utf8'), file: '-' }
  }
  try {
    return { text: await readFile(resolve(io.cwd, file), 'utf8'), file }
  } catch (cause) {
    const hint = options.file === undefined ? 'name a configuration with --file' : undefined
    throw new CommandError(exit.unasked, `cannot read ${file}: ${reason(cause)}`, { cause, ...(hint && { hint }) })
  }
}

function reason(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (code === 'ENOENT') return 'there is no such file'
  if (code === 'EACCES') return 'permission denied'
  if (code === 'EISDIR') return 'it is a directory'
  return typeof code === 'string' ? code : 'unknown reason'
}

function asText(verdict: Verdict, loaded: Loaded, whole: boolean, io: Io): string {
  const style = painter(io.stdout, io.env)
  const paint = (head: string, { severity }: Located): string => style('bold', style(colours[severity], head))
  const parts = verdict.problems.map((problem) => problemText(problem, paint))
  if (whole) parts.push(ledgerText(loaded))
  for (const document of verdict.documents ?? []) parts.push(documentText(document, loaded, io))
  if (verdict.valid) parts.push(`${style('green', 'Configuration is valid!')}\n`)
  const summary =
    loaded.ledger.length === 0
      ? ''
      : ` Ledger: ${ledgerSummary(loaded.ledger, loaded.lineOf)}${whole ? '' : '  → --ledger'}`
  parts.push(`${countText(verdict.problems)}.${summary}\n`)
  return parts.join('')
}

function documentText(document: TargetDocument, { lineOf }: Loaded, io: Io): string {
  const where = `${oneLine(document.target)}, line ${lineOf(document.path)}`
  if (document.kind === 'failed') return `${marks(io).no} ${where}: ${oneLine(document.problem)}\n\n`
  const { title, version, tools, score, losses } = document.facts
  return [
    `${painter(io.stdout, io.env)('bold', oneLine(`${title} ${version}`))}  ${where}\n`,
    `tools     ${tools} of ${score.counted.operations.of} operations\n`,
    `score     ${scoreText(score)}\n`,
    `${lossesText(losses, io)}\n`,
  ].join('')
}

function ledgerText({ ledger, lineOf }: Loaded): string {
  const lines = ledger.map(({ path, standing, say }) => {
    const why = say === undefined ? '' : `  (${say})`
    return `${String(lineOf(path)).padStart(5)}  ${standing.padEnd(10)} ${pathText(path)}${why}\n`
  })
  return lines.join('')
}

function documentJson(document: TargetDocument, { lineOf }: Loaded): object {
  const place = { target: document.target, line: lineOf(document.path), path: pathText(document.path) }
  return document.kind === 'read' ? { ...place, ...document.facts } : { ...place, problem: document.problem }
}

function asJson({ file, valid, problems, documents }: Verdict, loaded: Loaded, whole: boolean): string {
  const counts: { [standing: string]: number } = {}
  for (const { standing } of loaded.ledger) counts[standing] = (counts[standing] ?? 0) + 1
  const row = ({ path, standing, say }: LedgerRow): object => ({
    line: loaded.lineOf(path),
    path: pathText(path),
    standing,
    ...(say !== undefined && { reason: say }),
  })
  const document = {
    version: 1,
    file,
    valid,
    problems: problems.map(problemJson),
    counts,
    ...(documents && { documents: documents.map((one) => documentJson(one, loaded)) }),
    ...(whole && { ledger: loaded.ledger.map(row) }),
  }
  return jsonDocument(document)
}
