// What the scan says of one text in one place: for tests of single rules.
import type { Finding, Severity } from '../../../src/scan/finding.ts'
import { rank } from '../../../src/scan/finding.ts'
import { scanDefinition, scanText } from '../../../src/scan/scan.ts'

const tool = (description: string, name: string): object => ({
  name,
  description,
  inputSchema: { type: 'object', properties: { value: { type: 'string' } } },
})

/** Findings in the description of a tool. */
export const findings = (description: string, name = 'helper'): readonly Finding[] =>
  scanDefinition({ ...tool(description, name) }, 'tool').findings

/** How seriously a rule takes the description of a tool. */
export const described = (description: string, rule: string, name?: string): Severity | undefined =>
  findings(description, name).find((finding) => finding.rule === rule)?.severity

/** Rank of the worst that is found in the description of a tool: from 2 on it warns, from 3 on it blocks; -1: nothing. */
export const levelOf = (description: string, name?: string): number =>
  Math.max(-1, ...findings(description, name).map(({ severity }) => rank(severity)))

/** Verdict over what a tool answered. */
export const said = (answer: string): string => scanText(answer).verdict
