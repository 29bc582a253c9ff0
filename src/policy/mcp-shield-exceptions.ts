// Findings that somebody has looked at and thinks less of: of one server, with a reason, until a day.
import { z } from 'zod'
import { type Finding, judged, type Severity, severities } from '../scan/finding.ts'
import type { Site } from './policy.ts'

/** YAML of one entry of `mcpShield.exceptions`. */
export const exceptionSchema = z.strictObject({
  target: z.string().min(1),
  /** Name of the tool or prompt, or URI; absent: all of the server, and the server itself. */
  item: z.string().min(1).optional(),
  rule: z.string().regex(/^[A-Z]{2}-\d{3}$/, { error: 'must be the id of a rule, as the log names it: `TP-120`' }),
  /** What a finding of the rule counts as instead. */
  severity: z.enum(severities).default('info'),
  reason: z.string().trim().min(8, { error: 'must say why, for whoever reads it next year' }),
  until: z.iso.date({ error: 'must be a date such as `2027-01-31`: nothing is excepted for ever' }),
})

type Exception = z.output<typeof exceptionSchema>

/** What findings are about. */
export interface About {
  readonly target: string
  readonly name: string
}

/** Findings of one definition, as exceptions let them count. */
export interface Weighed {
  /** The most serious one; `undefined`: there is none. */
  readonly worst: Finding | undefined
  readonly findings: readonly Finding[]
}

export class Exceptions {
  readonly #all: readonly (Exception & { readonly endsAt: number })[]

  constructor(all: readonly Exception[], site: Pick<Site, 'warning'>) {
    this.#all = all.map((one) => ({ ...one, endsAt: endOf(one.until) }))
    for (const [index, { until, endsAt }] of this.#all.entries())
      if (endsAt < Date.now())
        site.warning(
          ['exceptions', index, 'until'],
          `this exception ended on ${until} and counts no more`,
          'look at the finding again: take the exception out, or give it another day',
        )
  }

  /** Which exceptions are in force: another text as soon as one of them has ended. */
  get print(): string {
    const now = Date.now()
    return this.#all.map(({ endsAt }) => (endsAt < now ? '-' : '+')).join('')
  }

  weigh(findings: readonly Finding[], about: About): Weighed {
    if (findings.length === 0 || this.#all.length === 0) return { worst: findings[0], findings }
    const now = Date.now()
    const mine = this.#all.filter(
      ({ target, item, endsAt }) =>
        target === about.target && (item === undefined || item === about.name) && endsAt >= now,
    )
    if (mine.length === 0) return { worst: findings[0], findings }
    const weighed = judged(
      findings.map((finding): Finding => {
        const severity: Severity | undefined = mine.find(({ rule }) => rule === finding.rule)?.severity
        return severity === undefined ? finding : { ...finding, severity }
      }),
    ).findings
    return { worst: weighed[0], findings: weighed }
  }
}

/** Findings of the scanner that are no rule's: bounds, and a rule that broke. */
const beyondRules: readonly string[] = ['SC-501', 'SC-502', 'SC-503', 'SC-599']

/** Warns of exceptions for rules that find nothing: changes have a list of their own. The rules are read only when there are exceptions. */
export async function pointOut(all: readonly Pick<Exception, 'rule'>[], site: Pick<Site, 'warning'>): Promise<void> {
  if (all.length === 0) return
  const { rules } = await import('../scan/rules/index.ts')
  const known = new Set([...rules.map(({ id }) => id), ...beyondRules])
  for (const [index, { rule }] of all.entries()) {
    if (known.has(rule)) continue
    const hint = rule.startsWith('PN-')
      ? 'changes since a thing was approved are accepted by kind: `lock: { accept: [server-version] }`'
      : 'write the rule as the log, or `toolgate scan`, names it'
    site.warning(
      ['exceptions', index, 'rule'],
      `the scanner has no rule \`${rule}\`: this exception changes nothing`,
      hint,
    )
  }
}

/** The day itself counts, wherever on Earth it is still that day. */
const endOf = (day: string): number => Date.parse(`${day}T23:59:59-12:00`)
