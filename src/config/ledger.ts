// The ledger: what becomes of every key that is written. It walks the value and the schema side by side.
import type { z } from 'zod'
import type { Path, Problem } from '../core/module.ts'
import { meshAt } from './mesh.ts'
import { notBuiltAt, type Row } from './not-built.ts'
import { alsoOn } from './problems.ts'
import { member, noteOf, type Standing } from './schema/note.ts'

export interface LedgerRow {
  readonly path: Path
  readonly standing: Standing
  /** Why: continues the sentence that begins with the key. */
  readonly say: string | undefined
  /** Inside the body of a module: its schema may know nothing of the key. */
  readonly inside: boolean
}

/** One row for each key; below a key that nobody reads there are none. */
export function ledger(root: z.ZodType, value: unknown): LedgerRow[] {
  const rows: LedgerRow[] = []
  walk({ schema: root, value, path: [], tables: [] }, rows)
  return rows
}

interface Step {
  readonly schema: z.core.$ZodType | undefined
  readonly value: unknown
  readonly path: Path
  /** Tables of the places around, and how the way from there to here reads: `targets[].openapi`. */
  readonly tables: readonly { readonly place: string; readonly way: string }[]
}

function walk(step: Step, rows: LedgerRow[]): void {
  const { schema, value, path } = step
  if (typeof value !== 'object' || value === null) return
  const place = schema === undefined ? undefined : noteOf(schema).place
  const tables = place === undefined ? step.tables : [...step.tables, { place, way: '' }]
  if (Array.isArray(value)) {
    value.forEach((item: unknown, index) => {
      const ways = tables.map(({ place: of, way }) => ({ place: of, way: `${way}[]` }))
      walk({ schema: schema && member(schema, index), value: item, path: [...path, index], tables: ways }, rows)
    })
    return
  }
  for (const [key, inner] of Object.entries(value)) {
    const ways = tables.map(({ place: of, way }) => ({ place: of, way: way === '' ? key : `${way}.${key}` }))
    const below = schema && member(schema, key, value)
    const at = [...path, key]
    const row = standing(below, inner, ways)
    rows.push({ path: at, ...row })
    if (row.standing === 'accepted' || row.standing === 'translated')
      walk({ schema: below, value: inner, path: at, tables: ways }, rows)
  }
}

function standing(schema: z.core.$ZodType | undefined, value: unknown, ways: Step['tables']): Omit<LedgerRow, 'path'> {
  const about = schema === undefined ? {} : noteOf(schema)
  // A key without a value configures nothing, as in the original: often all that stood below it is commented out.
  if (value === null || value === undefined) return { standing: 'accepted', say: undefined, inside: false }
  for (const { place, way } of ways) {
    const inside = isBody(place)
    for (const { key, when, severity, say } of meshAt(place)) {
      const meant = key === way && (when === undefined || when.some((one) => one === value))
      if (meant) return { standing: severity === 'error' ? 'refused' : 'ignored', say, inside }
    }
    const row = notBuiltAt(place).find((one) => (inside || typeof one !== 'string') && matches(one, way, value))
    if (row !== undefined)
      return { standing: 'not built', say: typeof row === 'string' ? undefined : 'only some values', inside }
  }
  return { standing: about.standing ?? 'accepted', say: about.say, inside: false }
}

/** Inside a module's body the tables speak; elsewhere the schema knows which keys nobody reads. */
export const isBody = (place: string): boolean => place.startsWith('policies.') || place.startsWith('backends.')

function matches(row: Row, way: string, value: unknown): boolean {
  return typeof row === 'string' ? row === way : row.key === way && row.when(value)
}

/** Rows of keys that stand inside module bodies and are not built: their bodies cannot satisfy the schema. */
export function holes(rows: readonly LedgerRow[]): Path[] {
  return rows.filter(({ inside, standing: of }) => inside && of !== 'accepted').map(({ path }) => path)
}

/** What the ledger has to say as problems: one for each key that is not built, however often it stands there. */
export function ledgerProblems(rows: readonly LedgerRow[], lineOf: (path: Path) => number): Problem[] {
  const problems: Problem[] = []
  const unbuilt = Map.groupBy(
    rows.filter((row) => row.standing === 'not built'),
    ({ path }) => path.filter((key) => typeof key === 'string').join('.'),
  )
  for (const same of unbuilt.values()) {
    const [first, ...others] = same
    if (first === undefined) continue
    problems.push({
      code: 'config.not-built',
      severity: 'error',
      path: first.path,
      message: `${first.say === undefined ? '' : 'this value of '}\`${String(first.path.at(-1))}\` is understood, but not built in this version`,
      hint: `take it out to start${alsoOn(others.map(({ path }) => lineOf(path)))}`,
    })
  }
  for (const { path, standing: of, say } of rows) {
    if (of !== 'ignored' && of !== 'refused') continue
    problems.push({
      code: of === 'ignored' ? 'config.ignored' : 'config.refused',
      severity: of === 'ignored' ? 'warning' : 'error',
      path,
      message: `\`${String(path.at(-1))}\` ${say ?? 'is not possible here'}`,
    })
  }
  return problems
}

/** Marks as refused what a problem says is wrong. */
export function withRefusals(rows: readonly LedgerRow[], problems: readonly Problem[]): LedgerRow[] {
  const wrong = new Set(problems.filter(refuses).map(({ path }) => JSON.stringify(path)))
  return rows.map((row) =>
    row.standing === 'accepted' && wrong.has(JSON.stringify(row.path)) ? { ...row, standing: 'refused' } : row,
  )
}

const refuses = ({ severity, code }: Problem): boolean => severity === 'error' && code !== 'config.missing-key'

/** `212 keys accepted, 3 translated, 2 ignored (lines 12, 90), 0 refused`. */
export function ledgerSummary(rows: readonly LedgerRow[], lineOf: (path: Path) => number): string {
  const count = (of: Standing): string => {
    const found = rows.filter((row) => row.standing === of)
    const word = of === 'accepted' ? `key${found.length === 1 ? '' : 's'} accepted` : of
    if (of === 'accepted' || of === 'translated' || found.length === 0) return `${found.length} ${word}`
    const lines = [...new Set(found.map(({ path }) => lineOf(path)))].toSorted((a, b) => a - b)
    const listed = lines.length > 12 ? `${lines.slice(0, 12).join(', ')}, …` : lines.join(', ')
    return `${found.length} ${word} (line${lines.length === 1 ? '' : 's'} ${listed})`
  }
  return (['accepted', 'translated', 'ignored', 'not built', 'refused'] as const).map(count).join(', ')
}
