// The one entrance of this room: text in; the normal form, every problem with its place, and the ledger out. Pure.
import type { Path, Problem } from '../core/module.ts'
import { complaints } from './check.ts'
import type { Env } from './expand.ts'
import { holes, type LedgerRow, ledger, ledgerProblems, withRefusals } from './ledger.ts'
import { normalise } from './normalise.ts'
import { inOrder, type Located, pathText } from './problems.ts'
import { type Duplicate, read } from './read.ts'
import type { Parts } from './schema/keys.ts'
import { isStruct, schemaAt } from './schema/note.ts'
import { rootSchema } from './schema.ts'
import type { Shape } from './shape.ts'

export interface Source {
  readonly text: string
  /** Name for messages: a file name, or `-`. */
  readonly file: string
  readonly env: Env
  readonly parts: Parts
}

export interface Loaded {
  /** `undefined` as soon as there is an error: nothing is started half. */
  readonly shape: Shape | undefined
  /** What there is in spite of errors: never to be started, good for finding what else is wrong. */
  readonly draft: Shape | undefined
  /** In the order of the file. */
  readonly problems: readonly Located[]
  readonly ledger: readonly LedgerRow[]
  /** Files that the configuration itself names (certificates); modules report theirs when they are compiled. */
  readonly files: readonly string[]
  readonly lineOf: (path: Path) => number
  /** Gives problems that were found later, when modules were compiled, their place in the file. */
  readonly place: (problems: readonly Problem[]) => readonly Located[]
  /** All that is wrong: the problems together with those found later, less what only repeats that a key was refused. */
  readonly withLate: (late: readonly Problem[]) => readonly Located[]
}

/** Reads, checks and normalises a configuration (reference: agentgateway §1). */
export function loadConfig({ text, file, env, parts }: Source): Loaded {
  const reading = read(text, file, env)
  const place = (problems: readonly Problem[]): Located[] =>
    problems.map((problem) => ({ ...problem, file, ...reading.locate(problem.path, problem.part) }))
  const lineOf = (path: Path): number => reading.locate(path).line
  const done = (problems: readonly Located[], rows: readonly LedgerRow[], shape?: Shape): Loaded => {
    const standings = withRefusals(rows, problems)
    return {
      shape: problems.some(isError) ? undefined : shape,
      draft: shape,
      problems: inOrder(problems),
      ledger: standings,
      files: shape === undefined ? [] : filesOf(shape),
      lineOf,
      place,
      withLate: (late) => inOrder([...problems, ...place(withoutEchoes(late, problems, standings))]),
    }
  }
  if (reading.value === undefined) return done(reading.problems, [])
  const value = reading.value ?? {} // an empty file is an empty configuration
  const root = rootSchema(parts)
  const rows = ledger(root, value)
  const checked = root.safeParse(value)
  const found = [...complaints(root, checked.error, value, holes(rows)), ...ledgerProblems(rows, lineOf)]
  const problems = [
    ...reading.problems,
    ...twice(reading.duplicates, root, file),
    ...place(found.filter(({ code, path }) => !code.startsWith('config.wrong') || !reading.incomplete(path))),
  ]
  if (!checked.success) return done(problems, rows)
  const { shape, problems: late } = normalise(checked.data, env)
  return done([...problems, ...place(late)], rows, shape)
}

const isError = ({ severity }: Problem): boolean => severity === 'error'

/** A module that is not there, or that was given a value refused already, has nothing new to say about it. */
function withoutEchoes(
  late: readonly Problem[],
  problems: readonly Problem[],
  rows: readonly LedgerRow[],
): readonly Problem[] {
  const settled = [...problems.filter(isError), ...rows.filter(({ standing }) => standing === 'not built')]
  const places = new Set(settled.map(({ path }) => pathText(path)))
  return late.filter(({ path }) => !places.has(pathText(path)))
}

/** A struct has each of its keys once; in a map the last one counts, as in the original. */
function twice(duplicates: readonly Duplicate[], root: ReturnType<typeof rootSchema>, file: string): Located[] {
  return duplicates.flatMap(({ path, location, firstLine }): Located[] => {
    const schema = schemaAt(root, path.slice(0, -1))
    if (schema === undefined || !isStruct(schema)) return []
    const message = `\`${String(path.at(-1))}\` stands here for the second time`
    const hint = `the first is on line ${firstLine}`
    return [{ code: 'config.duplicate-key', severity: 'error', path, message, hint, file, ...location }]
  })
}

function filesOf(shape: Shape): readonly string[] {
  const tls = shape.binds.flatMap(({ listeners }) => listeners.flatMap((listener) => listener.tls ?? []))
  return [...new Set(tls.flatMap(({ cert, key, root }) => (root === undefined ? [cert, key] : [cert, key, root])))]
}
