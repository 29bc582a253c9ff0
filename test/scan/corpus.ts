// The labelled definitions that lie beside the repository, read and counted: who is found, who is wrongly accused.
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { JsonObject } from '../../src/core/item.ts'
import { type Finding, rank } from '../../src/scan/finding.ts'
import type { ServerItems } from '../../src/scan/rule.ts'
import { scanDefinition, scanServers } from '../../src/scan/scan.ts'
import type { Kind } from '../../src/scan/surface.ts'

const file = path.join(import.meta.dirname, '../../../shared/fixtures/poison-dev.json')

export const corpusIsThere: boolean = existsSync(file)

/** One labelled definition (reference/security.md §2.7). */
export interface Entry {
  readonly id: string
  readonly kind: Kind
  readonly label: 'malicious' | 'benign'
  readonly category: string
  readonly source: string
  readonly tier?: 'core' | 'hard' | 'semantic'
  readonly expect?: string
  readonly hard?: boolean
  readonly strip?: string
  readonly server?: string
  readonly lang?: string
  readonly definition: JsonObject
}

export function entries(): readonly Entry[] {
  const read: readonly Entry[] = JSON.parse(readFileSync(file, 'utf8'))
  return read.map((entry) =>
    entry.strip === undefined
      ? entry
      : { ...entry, definition: JSON.parse(JSON.stringify(entry.definition).replaceAll(entry.strip, '')) },
  )
}

/** Whether an entry compares two states of a definition: that is the work of pins. */
export const isChange = ({ definition }: Entry): boolean => 'before' in definition

/** All findings in an entry; servers are scanned one by one and against each other. */
export function findingsOf({ kind, definition, server }: Entry): readonly Finding[] {
  const { servers } = definition
  if (kind === 'server' && isServers(servers))
    return [
      ...scanServers(servers).findings,
      ...servers.flatMap((each, index) => {
        const others = servers.filter((_, other) => other !== index)
        return scanDefinition({ ...each }, 'server', { server: each.name, others }).findings
      }),
    ]
  return scanDefinition(definition, kind, server === undefined ? {} : { server }).findings
}

const isServers = (value: unknown): value is readonly ServerItems[] => Array.isArray(value)

/** Rank of the severest of some findings; -1: none. */
export const worst = (findings: readonly Finding[]): number =>
  Math.max(-1, ...findings.map(({ severity }) => rank(severity)))

export const MEDIUM: number = rank('medium')
export const HIGH: number = rank('high')

/** Whether an entry counts as found, by what it expects. */
export function isFound(entry: Entry, findings: readonly Finding[]): boolean {
  if (entry.expect === 'redact') return findings.some(({ rule }) => /^(?:SE|PI)-/.test(rule))
  return worst(findings) >= (entry.expect === 'warn' ? 0 : MEDIUM)
}
