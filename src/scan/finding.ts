// What a scan says: one finding, how serious it is, and the verdict over many.

/** From least to most serious: `high` and `critical` block, `medium` warns, the rest is for information. */
export const severities = ['info', 'low', 'medium', 'high', 'critical'] as const
export type Severity = (typeof severities)[number]

/** What kind of attack a rule is about. */
export type AttackClass =
  | 'override'
  | 'concealment'
  | 'exfiltration'
  | 'context-harvest'
  | 'cross-tool'
  | 'consent'
  | 'persistence'
  | 'command'
  | 'fake-role'
  | 'preference'
  | 'tampering'
  | 'malware'
  | 'loop'
  | 'hidden-text'
  | 'schema'
  | 'annotation'
  | 'look-alike'
  | 'toxic-flow'
  | 'beacon'
  | 'phishing'
  | 'secret'
  | 'personal-data'
  | 'scanner'

/** One thing found in one string (reference/security.md §2.4). Ids of rules are permanent. */
export interface Finding {
  readonly rule: string
  readonly class: AttackClass
  readonly severity: Severity
  /** JSON Pointer (RFC 6901) of the string; of the member when the finding is in its name. */
  readonly path: string
  /** Offsets in UTF-16 units of the string as it came; `end` is exclusive. */
  readonly start: number
  readonly end: number
  /** The found text, shortened, with everything invisible made visible. */
  readonly evidence: string
  /** What is wrong, for whoever has to decide. */
  readonly message: string
  readonly advice: string
  /** How the text had to be unwrapped before it could be read: `['base64', 'percent']`; absent: it lay open. */
  readonly decoded?: readonly string[]
}

export type Verdict = 'pass' | 'warn' | 'block'

/** What one scan found, most serious first; equal ones in the order of the document. */
export interface Findings {
  readonly verdict: Verdict
  /** 0…100: the severest finding counts, others hardly. For sorting, never for deciding. */
  readonly score: number
  readonly findings: readonly Finding[]
}

const scores: { readonly [severity in Severity]: number } = { info: 5, low: 20, medium: 50, high: 80, critical: 95 }

/** Position of a severity: higher is more serious. */
export const rank = (severity: Severity): number => severities.indexOf(severity)

/** The next severity up. */
export const raised = (severity: Severity): Severity => severities[rank(severity) + 1] ?? 'critical'

/** Verdict and score of what was found. Evidence does not add up: ten doubtful words are not an attack (reference §0, 2). */
export function judged(found: readonly Finding[]): Findings {
  const findings = found.toSorted((a, b) => rank(b.severity) - rank(a.severity))
  const [worst] = findings
  if (worst === undefined) return { verdict: 'pass', score: 0, findings }
  const level = rank(worst.severity)
  const verdict = level >= rank('high') ? 'block' : level >= rank('medium') ? 'warn' : 'pass'
  return { verdict, score: Math.min(100, scores[worst.severity] + Math.min(5, findings.length - 1)), findings }
}
