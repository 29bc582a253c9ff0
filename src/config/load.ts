// The one entrance of this room: text in; the normal form, every problem with its place, and the ledger out. Pure.
import type { Path, Problem } from '../core/module.ts'
import { complaints } from './check.ts'
import type { Env } from './expand.ts'
import { holes, type LedgerRow, ledger, ledgerProblems, withRefusals } from './ledger.ts'
import { normalise } from './normalise.ts'
import { inOrder, type Located, pathText } from './problems.ts'
import { type Duplicate, type Reading, read } from './read.ts'
import { salvage } from './salvage.ts'
import type { Parts } from './schema/keys.ts'
import { isStruct, schemaAt } from './schema/note.ts'
import { JITLESS, rootSchema } from './schema.ts'
import type { Shape } from './shape.ts'
import { nearestWord } from './suggest.ts'

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
  /** With errors: what is left without the faulty parts. Never to be started, good for finding what else is wrong. */
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
  const done = (problems: readonly Located[], rows: readonly LedgerRow[], rest?: Rest): Loaded => {
    const standings = withRefusals(rows, problems)
    const wrong = problems.some(isError)
    const draft = wrong ? rest?.draft : rest?.shape
    const news = (late: readonly Problem[]): readonly Problem[] =>
      withoutEchoes(rest?.judged(late) ?? late, problems, standings)
    return {
      shape: wrong ? undefined : rest?.shape,
      draft,
      problems: inOrder(problems),
      ledger: standings,
      files: draft === undefined ? [] : filesOf(draft),
      lineOf,
      place,
      withLate: (late) => inOrder([...problems, ...place(news(late))]),
    }
  }
  if (reading.value === undefined) return done(reading.problems, [])
  const value = reading.value ?? {} // an empty file is an empty configuration
  const root = rootSchema(parts)
  const rows = ledger(root, value)
  const checked = root.safeParse(value, JITLESS)
  const found = [...complaints(root, checked.error, value, holes(rows)), ...ledgerProblems(rows, lineOf)]
  const problems = [
    ...reading.problems,
    ...twice(reading.duplicates, root, file),
    ...place(found.filter(({ code, path }) => !code.startsWith('config.wrong') || !reading.incomplete(path))),
  ]
  const whole = { config: checked.data, cuts: [], written: (path: Path) => path }
  const { config, cuts, written } = (checked.success ? whole : salvage(parts, value)) ?? { config: undefined }
  if (config === undefined) return done(problems, rows)
  const { shape, draft, problems: late } = normalise(config, env, !checked.success)
  const judged = (some: readonly Problem[]): readonly Problem[] =>
    some.map((one) => ({ ...one, path: written(one.path) })).filter((one) => !isEcho(one, cuts, reading))
  return done([...problems, ...place(judged(late))], rows, { shape, draft, judged })
}

/** What goes on to be checked. */
interface Rest {
  readonly shape: Shape
  readonly draft: Shape
  /** Of what is found later, what is not only there because of faults that are told already; with paths of the file. */
  readonly judged: (late: readonly Problem[]) => readonly Problem[]
}

/** Whether a problem says no more than that something was taken out, or that a variable is missing. */
function isEcho({ code, path }: Problem, cuts: readonly Path[], reading: Reading): boolean {
  const around = pathText(path)
  if (code === 'config.missing-key' || code === 'config.port-conflict')
    return cuts.some((cut) => pathText(cut.slice(0, -1)) === around)
  const list = path.at(-1) === 'backend' ? 'backends' : path.at(-1) === 'gateways' ? 'gateways' : undefined
  if (list !== undefined && (code === 'config.unknown-reference' || code === 'config.module')) {
    if (cuts.some(([key, ...rest]) => rest.length === 0 && nearestWord(String(key), [list]) !== undefined)) return true
  }
  return code !== 'config.duplicate-name' && reading.incomplete(path)
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
  const told = new Set<string>()
  return late.filter(({ path, message }) => {
    // One route of two gateways is compiled twice.
    const where = pathText(path)
    const again = told.has(`${where} ${message}`)
    told.add(`${where} ${message}`)
    return !again && !places.has(where)
  })
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
