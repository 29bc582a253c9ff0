// `toolgate scan -`, or a file of such lines: JSON lines in, one verdict a line out, in the same order.
import { createInterface } from 'node:readline'
import { entryKinds, scanEntry } from '../scan/entry.ts'
import type { Finding, Verdict } from '../scan/finding.ts'
import { exit, type Io } from './command.ts'
import { jsonLine } from './terminal.ts'
import { isRecord } from './values.ts'

/** Text that is written at once: a line at a time would cost more than the scan. */
const BATCH = 64 * 1024

/** Whether a text is made of such lines. */
export function isLines(text: string): boolean {
  const [first = ''] = /\S.*/.exec(text) ?? []
  try {
    const line: unknown = JSON.parse(first)
    return isRecord(line) && 'kind' in line && 'definition' in line
  } catch {
    return false
  }
}

/** Each line is `{id, kind, definition}`; what it is not is said in its place, and the exit code tells of it. */
export async function scanLines(io: Io, input: NodeJS.ReadableStream = io.stdin): Promise<number> {
  let out = ''
  let blocked = false
  let unread = false
  const flush = (): void => {
    if (out !== '') io.stdout.write(out)
    out = ''
  }
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    if (io.signal.aborted) return exit.interrupted
    if (line.trim() === '') continue
    const answer = answerTo(line)
    if ('error' in answer) unread = true
    else if (answer.verdict === 'block') blocked = true
    out += jsonLine(answer)
    if (out.length > BATCH) flush()
  }
  flush()
  return blocked ? exit.no : unread ? exit.unasked : exit.fine
}

type Answer =
  | { readonly id: unknown; readonly verdict: Verdict; readonly findings: readonly Shown[] }
  | { readonly id: unknown; readonly error: string }

type Shown = Pick<Finding, 'rule' | 'severity' | 'path' | 'start' | 'end' | 'evidence'>

function answerTo(line: string): Answer {
  let asked: unknown
  try {
    asked = JSON.parse(line.replace(/^\ufeff/, ''))
  } catch {
    return { id: null, error: 'this line is no JSON' }
  }
  if (!isRecord(asked)) return { id: null, error: 'this line is no object' }
  const { id = null, definition } = asked
  const kind = entryKinds.find((known) => known === asked['kind'])
  if (kind === undefined) return { id, error: `kind is one of ${entryKinds.join(', ')}` }
  if (!isRecord(definition)) return { id, error: 'definition is no object' }
  const { verdict, findings } = scanEntry(kind, definition)
  return { id, verdict, findings: findings.map(shown) }
}

const shown = ({ rule, severity, path, start, end, evidence }: Finding): Shown => ({
  rule,
  severity,
  path,
  start,
  end,
  evidence,
})
