// One thing that is not what was pinned, for people: what has changed, from what to what, and what the scanner thinks of it.
import { rank } from '../scan/finding.ts'
import { labelOf } from '../scan/pin.ts'
import { type Change, changes } from '../scan/pin-change.ts'
import type { Drift } from '../scan/pin-server.ts'
import type { Io } from './command.ts'
import { marks, oneLine, painter } from './terminal.ts'
import type { Compared } from './tools-pins.ts'

type Paint = ReturnType<typeof painter>

export function driftText(drift: Drift, { scanned }: Pick<Compared, 'scanned'>, io: Io): string {
  const paint = painter(io.stdout, io.env)
  const mark = marks(io)
  const found = scanned(drift)?.findings ?? []
  const worst = found.reduce((most, each) => (rank(each.severity) > rank(most) ? each.severity : most), drift.severity)
  const serious = rank(worst) >= rank('high')
  const head = paint(serious ? 'red' : 'yellow', `${serious ? mark.no : mark.note} ${oneLine(labelOf(drift))}`)
  const lines = [`${head}  ${worst}`]
  if (drift.formerly !== undefined) lines.push(`  it was called ${oneLine(drift.formerly)}`)
  for (const change of drift.changes) lines.push(...changeLines(change, paint))
  for (const { rule, severity, path, message } of found)
    if (rank(severity) >= rank('medium'))
      lines.push(
        `  ${paint('red', `${rule} ${severity}`)}  the scanner says: ${message}${path === '' ? '' : ` (${oneLine(path)})`}`,
      )
  if (drift.digest !== undefined) lines.push(paint('dim', `  ${drift.digest}`))
  return `${lines.join('\n')}\n\n`
}

const LONGEST = 400

function changeLines({ kind, code, path, before, after }: Change, paint: Paint): readonly string[] {
  const lines = [`  ${code} ${changes[kind].says}${path === '' ? '' : `  ${oneLine(path)}`}`]
  if (before !== undefined) lines.push(paint('red', `    - ${shown(before)}`))
  if (after !== undefined) lines.push(paint('green', `    + ${shown(after)}`))
  return lines
}

/** In one line, with what people do not see made visible. */
function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  const line = oneLine(text.replaceAll('\n', '⏎ '))
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}… (${text.length} characters)` : line
}

export function failureText({ server, message }: Compared['failures'][number], io: Io): string {
  const mark = painter(io.stdout, io.env)('yellow', marks(io).note)
  return `${mark} ${oneLine(server)}  could not be asked: ${oneLine(message)}\n`
}
