// Findings as SARIF 2.1.0 (OASIS): what code hosts show beside the lines of a change.
import { hash } from 'node:crypto'
import { pathToFileURL } from 'node:url'
import { version } from '../core/version.ts'
import { type Finding, rank } from '../scan/finding.ts'
import type { Scanned, ScanReport } from './scan-items.ts'

/** §3.27.10: how bad a result is. */
const levelOf = ({ severity }: Finding): 'error' | 'warning' | 'note' =>
  rank(severity) >= rank('high') ? 'error' : severity === 'medium' ? 'warning' : 'note'

/** Numbers by which code hosts sort (CVSS-like). */
const securitySeverity = { info: '1.0', low: '3.0', medium: '5.5', high: '8.0', critical: '9.5' } as const

interface SarifRule {
  readonly id: string
  readonly shortDescription: { readonly text: string }
  readonly help: { readonly text: string }
  readonly properties: { readonly tags: readonly string[]; readonly 'security-severity': string }
}

/** One run with all findings; a server that could not be asked is a notification of the run (§3.20.21). */
export function sarif({ from, items, failures }: ScanReport, cwd: string): object {
  const rules = new Map<string, SarifRule>()
  const results = items.flatMap((item) =>
    item.findings.map((finding) => {
      const known = rules.get(finding.rule)
      if (known === undefined || rank(finding.severity) > severityOf(known)) rules.set(finding.rule, ruleOf(finding))
      return { item, finding }
    }),
  )
  const ids = [...rules.keys()]
  const uri = uriOf(from, cwd)
  const driver = {
    name: 'toolgate',
    version,
    rules: [...rules.values()],
  }
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver },
        columnKind: 'utf16CodeUnits',
        invocations: [
          {
            executionSuccessful: failures.length === 0,
            toolExecutionNotifications: failures.map(({ server, message }) => ({
              level: 'error',
              message: { text: `${server}: ${message}` },
            })),
          },
        ],
        results: results.map(({ item, finding }) => resultOf(item, finding, { uri, index: ids.indexOf(finding.rule) })),
      },
    ],
  }
}

function ruleOf({ rule, message, advice, severity, class: attack }: Finding): SarifRule {
  return {
    id: rule,
    shortDescription: { text: message },
    help: { text: advice },
    properties: { tags: ['security', attack], 'security-severity': securitySeverity[severity] },
  }
}

const severityOf = ({ properties }: SarifRule): number =>
  Object.values(securitySeverity).findIndex((number) => number === properties['security-severity'])

function resultOf(item: Scanned, finding: Finding, { uri, index }: { uri: string; index: number }): object {
  const { rule, path, message, evidence, start, end } = finding
  const place = `${item.label}${path}`
  return {
    ruleId: rule,
    ruleIndex: index,
    level: levelOf(finding),
    message: { text: `${place}: ${message}${evidence === '' ? '' : ` (${evidence})`}` },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri }, region: { startLine: item.line ?? 1 } },
        logicalLocations: [{ name: item.name, fullyQualifiedName: place, kind: 'member' }],
      },
    ],
    // The same finding in the same thing is the same alert, wherever in the text it has moved.
    partialFingerprints: { 'toolgate/v1': hash('sha256', JSON.stringify([rule, item.label, path, evidence])) },
    // §3.35: somebody has looked at it, and where that is written down.
    ...(item.approved && {
      suppressions: [{ kind: 'external', status: 'accepted', justification: 'approved in tools.lock' }],
    }),
    properties: { start, end, severity: finding.severity },
  }
}

/** Relative where it can be: code hosts look below the root of the repository. */
function uriOf(from: string, cwd: string): string {
  if (/^https?:/.test(from)) return from
  return from.startsWith('/') && !from.startsWith(cwd)
    ? pathToFileURL(from).href
    : encodeURI(from.replace(`${cwd}/`, ''))
}
