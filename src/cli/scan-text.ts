// Findings for people: each thing that was found wanting, what in it, and what to do.
import { type Finding, rank } from '../scan/finding.ts'
import type { Io } from './command.ts'
import type { Scanned, ScanReport } from './scan-items.ts'
import { marks, oneLine, painter } from './terminal.ts'

const words = { pass: 'passes', warn: 'doubtful', block: 'poisoned' } as const

/** The worst first; what passes is only counted. `all`: findings that warn of nothing as well. */
export function scanText({ items, failures }: ScanReport, all: boolean, io: Io): string {
  const paint = painter(io.stdout, io.env)
  const mark = marks(io)
  const order = { block: 0, warn: 1, pass: 2 } as const
  const shown = items
    .map((item) => ({
      item,
      findings: item.findings.filter(({ severity }) => all || rank(severity) >= rank('medium')),
    }))
    .filter(({ findings }) => findings.length > 0)
    .toSorted((a, b) => order[a.item.verdict] - order[b.item.verdict])
  const texts = shown.map(({ item, findings }) => {
    const isOpen = item.verdict === 'block' && !item.approved
    const word = item.approved ? `${words[item.verdict]}, and approved` : words[item.verdict]
    const head = `${paint(isOpen ? 'red' : 'yellow', isOpen ? mark.no : mark.note)} ${paint('bold', oneLine(item.label))}  ${word}`
    return `${head}\n${findings.map((finding) => findingText(finding, item, paint)).join('')}`
  })
  const lost = failures.map(
    ({ server, message }) =>
      `${paint('yellow', mark.note)} ${oneLine(server)}  could not be asked: ${oneLine(message)}\n`,
  )
  const count = (verdict: Scanned['verdict'], isApproved = false): number =>
    items.filter((item) => item.verdict === verdict && (verdict === 'pass' || item.approved === isApproved)).length
  const approved = count('block', true) + count('warn', true)
  const more = approved === 0 ? '' : `, ${approved} approved`
  const sum = `${items.length} scanned: ${count('block')} poisoned, ${count('warn')} doubtful${more}, ${count('pass')} pass\n`
  return [...texts, ...lost, sum].join(texts.length + lost.length > 0 ? '\n' : '')
}

function findingText(finding: Finding, { line }: Scanned, paint: ReturnType<typeof painter>): string {
  const { rule, severity, path, evidence, message, advice, decoded } = finding
  const at = [path === '' ? '' : oneLine(path), line === undefined ? '' : `line ${line} of the configuration`]
  const how = decoded === undefined ? '' : ` (${decoded.join(', ')})`
  return [
    `  ${rule} ${severity}  ${message}${how}`,
    `    ${at.filter((part) => part !== '').join(', ')}`,
    ...(evidence === '' ? [] : [`    ${oneLine(evidence)}`]),
    `    ${paint('dim', advice)}`,
    '',
  ].join('\n')
}
