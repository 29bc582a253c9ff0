// `toolgate scan`: reads what servers say to models before a model does. 0 nothing found, 1 poisoned, 3 something could not be asked.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { usageError } from './arguments.ts'
import { type Arguments, CommandError, exit, type Io } from './command.ts'
import { openRulebook, reasonOf } from './policy-config.ts'
import { approvalsIn } from './scan-approved.ts'
import { type Scanned, type ScanReport, scanEntries, scanOfferings } from './scan-items.ts'
import { isLines, scanLines } from './scan-lines.ts'
import { sarif } from './scan-sarif.ts'
import { shieldsIn } from './scan-shields.ts'
import { scanText } from './scan-text.ts'
import { jsonDocument } from './terminal.ts'
import { askUpstreams, shapeFor } from './upstreams.ts'
import { isRecord } from './values.ts'

const command = { name: 'scan' }

/** `toolgate scan [FILE|URL|-]` */
export async function scan(args: Arguments, io: Io): Promise<number> {
  const [word, ...more] = args.words
  const named = args.value('file')
  if (more.length > 0 || (word !== undefined && named !== undefined))
    throw usageError(command, 'scan one thing at a time')
  const from = word ?? named ?? 'toolgate.yaml'
  const text = from === '-' || isAddress(from) ? '' : await textOf(from, io)
  if (from === '-' || isLines(text)) {
    if (args.value('format') === 'sarif')
      throw usageError(
        command,
        'lines are answered line by line: SARIF is for configurations, addresses and definitions',
      )
    return await (from === '-' ? scanLines(io) : scanLines(io, Readable.from([text])))
  }
  const report = await reportOn(from, text, args, io)
  io.stdout.write(printed(report, args, io))
  const isNo = ({ verdict, approved }: Scanned): boolean => verdict === 'block' && (!approved || args.has('strict'))
  if (report.items.some(isNo)) return exit.no
  return report.failures.length > 0 ? exit.unasked : exit.fine
}

const isAddress = (from: string): boolean => /^https?:\/\//i.test(from)

async function reportOn(from: string, text: string, args: Arguments, io: Io): Promise<ScanReport> {
  if (isAddress(from)) {
    const shape = shapeFor(from, args.value('token') ?? io.env['TOOLGATE_TOKEN'])
    return scanOfferings(await askUpstreams(shape, args, io), { from, shields: [], alone: true })
  }
  const entries = entriesIn(text)
  if (entries !== undefined) return scanEntries(entries, from)
  const book = await openRulebook(from, io)
  const approvals = await approvalsIn(book.shape, io)
  const known = { from, lineOf: book.lineOf.bind(book), shields: shieldsIn(book.shape), approvals }
  return scanOfferings(await askUpstreams(book.shape, args, io), known)
}

async function textOf(file: string, io: Io): Promise<string> {
  try {
    return await readFile(path.resolve(io.cwd, file), 'utf8')
  } catch (cause) {
    throw new CommandError(exit.unasked, `cannot read ${file}: ${reasonOf(cause)}`, {
      cause,
      hint: 'name a configuration, a JSON file or an address',
    })
  }
}

/** Definitions of a JSON file; `undefined`: it is a configuration. */
function entriesIn(text: string): readonly Record<string, unknown>[] | undefined {
  const written = jsonIn(text)
  if (Array.isArray(written)) return written.filter(isRecord)
  return isRecord(written) && !configuring.some((key) => key in written) ? [written] : undefined
}

/** Members that only configurations have. */
const configuring = ['binds', 'gateways', 'mcp', 'llm', 'config', 'routes', 'backends'] as const

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function printed(report: ScanReport, args: Arguments, io: Io): string {
  const format = args.value('format')
  if (format === 'sarif') return jsonDocument(sarif(report, io.cwd))
  if (format !== 'json') return scanText(report, args.has('all'), io)
  const items = report.items.map(({ kind, name, server, verdict, approved, findings, line }) => ({
    kind,
    name,
    server,
    verdict,
    ...(approved && { approved }),
    findings,
    line,
  }))
  return jsonDocument({ version: 1, from: report.from, items, failures: report.failures })
}
