// Complaints of schemas → problems that a person can act on: one for each thing that is wrong, with what was probably meant.
import type { z } from 'zod'
import type { Path, Problem } from '../core/module.ts'
import { pathText } from './problems.ts'
import { bare, keysOf, member, noteOf, schemaAt } from './schema/note.ts'
import { nearestWord } from './suggest.ts'

type Issue = z.core.$ZodIssue

/** Keys that newer versions of the original have and this one has not (reference: agentgateway §10.3). */
const newer = new Map([
  ['budgets', 'newer versions of agentgateway know this key; this one does not'],
  ['sseKeepAlive', 'newer versions of agentgateway know this key; here it is `config.limits.sseKeepAliveMs`'],
  ['sessionIdleTtl', 'newer versions of agentgateway know this key; here it is `config.mcp.sessionTtl`'],
])

/**
 * What a failed check has to say. `holes` are keys inside module bodies that the tables list as not built.
 */
export function complaints(
  root: z.ZodType,
  error: z.ZodError | undefined,
  value: unknown,
  holes: readonly Path[],
): readonly Problem[] {
  const problems = (error?.issues ?? [])
    .flatMap((issue) => flatten(issue, []))
    .flatMap((issue) => withoutHoles(issue, value, holes))
    .flatMap((issue) => asProblems(issue, root, value))
  return withoutEchoes(problems)
}

/** A key that is missing only because it is misspelt is one mistake. */
function withoutEchoes(problems: readonly Problem[]): readonly Problem[] {
  const meant = new Map<string, string[]>()
  for (const { code, path, hint } of problems) {
    if (code !== 'config.unknown-key') continue
    // One that resembles nothing may be anything that is missing, and what it stands for is asked for where it stands.
    const word = hint?.match(/^did you mean (`.+`)\?$/)?.[1] ?? ' '
    const around = JSON.stringify(path.slice(0, -1))
    meant.set(around, [...(meant.get(around) ?? []), word])
  }
  return problems.filter(({ code, path, message }) => {
    const words = meant.get(JSON.stringify(path)) ?? []
    if (code === 'config.missing-key') return !words.some((word) => message.startsWith(word))
    return !(/ needs (one of )?`/.test(message) && words.some((word) => message.includes(word)))
  })
}

/** A union complains once for each branch: the branch that came furthest is the one that was meant. */
function flatten(issue: Issue, above: Path): readonly Issue[] {
  const path = [...above, ...keys(issue.path)]
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [{ ...issue, path }]
  const branches = issue.errors.map((branch) => branch.flatMap((inner) => flatten(inner, path)))
  const depth = (branch: readonly Issue[]): number => Math.max(...branch.map((one) => one.path.length), 0)
  const best = branches.toSorted((a, b) => depth(b) - depth(a) || a.length - b.length)[0]
  return best === undefined || depth(best) === path.length ? [{ ...issue, path }] : best
}

const keys = (path: readonly PropertyKey[]): Path =>
  path.map((key) => (typeof key === 'symbol' ? String(key.description) : key))

/**
 * A body with a key that is not built cannot satisfy its schema: nothing is said of that key, of the object it stands in, or of
 * members that this object lacks. Its other members are checked as ever.
 */
function withoutHoles(issue: Issue, value: unknown, holes: readonly Path[]): readonly Issue[] {
  const path = keys(issue.path)
  let left = issue
  for (const hole of holes) {
    const around = hole.slice(0, -1)
    if (startsWith(path, hole)) return []
    if (left.code === 'unrecognized_keys' && equal(path, around)) {
      const others = left.keys.filter((key) => key !== hole.at(-1))
      if (others.length === 0) return []
      left = { ...left, keys: others }
    } else if (equal(path, around)) return []
    else if (equal(path.slice(0, -1), around) && valueAt(value, path) === undefined) return []
  }
  return [left]
}

const startsWith = (path: Path, start: Path): boolean => start.every((key, index) => path[index] === key)
const equal = (a: Path, b: Path): boolean => a.length === b.length && startsWith(a, b)

/** The value at a path, or `undefined`. */
function valueAt(value: unknown, path: Path): unknown {
  let found: unknown = value
  for (const key of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined
    found = Object.getOwnPropertyDescriptor(found, key)?.value
  }
  return found
}

function asProblems(issue: Issue, root: z.ZodType, value: unknown): readonly Problem[] {
  const path = keys(issue.path)
  const subject = path.length === 0 ? 'the configuration' : `\`${pathText(path.slice(subjectStart(path)))}\``
  const problem = (code: string, message: string, hint?: string): Problem[] => [
    { code, severity: 'error', path, message, ...(hint !== undefined && { hint }) },
  ]
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(key, path, root))
  const given = valueAt(value, path)
  if (given === undefined && path.length > 0 && issue.code !== 'custom') return [missing(path, root)]
  // A schema that has words of its own knows better what is wrong.
  if (issue.code !== 'custom' && !USUAL.test(issue.message))
    return problem('config.wrong-value', `${subject} ${issue.message}`)
  switch (issue.code) {
    case 'invalid_type':
      return problem('config.wrong-type', `${subject} must be ${typeWord(issue.expected)}, not ${valueWord(given)}`)
    case 'invalid_value': {
      const allowed = issue.values.map(String)
      const meant = typeof given === 'string' ? nearestWord(given, allowed) : undefined
      const listed = allowed.map((one) => `\`${one}\``).join(', ')
      const hint = meant === undefined ? undefined : `did you mean \`${meant}\`?`
      return problem('config.wrong-value', `${subject} must be ${allowed.length === 1 ? '' : 'one of '}${listed}`, hint)
    }
    case 'too_small':
      return problem(
        'config.wrong-value',
        `${subject} must be ${issue.inclusive === false ? 'more than' : 'at least'} ${bound(issue.minimum, issue.origin)}`,
      )
    case 'too_big':
      return problem(
        'config.wrong-value',
        `${subject} must be ${issue.inclusive === false ? 'less than' : 'at most'} ${bound(issue.maximum, issue.origin)}`,
      )
    case 'invalid_format': {
      // A pattern means nothing to a person, and is kept quiet.
      const kind = issue.format === 'regex' ? 'text for this key' : issue.format
      return problem('config.wrong-value', `${subject} is not a valid ${kind}`)
    }
    case 'invalid_union':
      return problem('config.wrong-type', `${subject} cannot be ${valueWord(given)}`)
    case 'custom':
      return problem('config.wrong-value', `${subject} ${issue.message}`)
    case 'invalid_key':
    case 'invalid_element':
    case 'not_multiple_of':
      return problem('config.wrong-value', `${subject} is not valid: ${issue.message.toLowerCase()}`)
  }
}

/** How the library's own words begin. */
const USUAL = /^(?:Invalid|Too (?:small|big)|Unrecognized)\b/

/** An index alone says nothing: `matches[0]` does. */
function subjectStart(path: Path): number {
  let start = path.length - 1
  while (start > 0 && typeof path[start] === 'number') start--
  return start
}

function missing(path: Path, root: z.ZodType): Problem {
  const around = path.slice(0, -1)
  const noun = nounAt(root, around)
  return {
    code: 'config.missing-key',
    severity: 'error',
    path: around,
    message: `\`${String(path.at(-1))}\` is missing from ${noun}`,
  }
}

function unknownKey(key: string, around: Path, root: z.ZodType): Problem {
  const hint = hintFor(key, around, root)
  return {
    code: 'config.unknown-key',
    severity: 'error',
    path: [...around, key],
    message: `\`${key}\` is not a key of ${nounAt(root, around)}`,
    ...(hint !== undefined && { hint }),
  }
}

function nounAt(root: z.ZodType, path: Path): string {
  const schema = schemaAt(root, path)
  const noun = schema === undefined ? undefined : noteOf(schema).noun
  return noun ?? (path.length === 0 ? 'a configuration' : `\`${pathText(path.slice(subjectStart(path)))}\``)
}

/** Nearest known key here; else the same key where it does belong: in what is around this, or in what can stand in it. */
function hintFor(key: string, around: Path, root: z.ZodType): string | undefined {
  if (key === '<<') return 'YAML merge keys are not supported: write the keys out, or use a whole anchor'
  const here = schemaAt(root, around)
  if (here === undefined || newer.has(key)) return newer.get(key)
  const known = keysOf(here)
  const meant = nearestWord(key, known)
  if (meant !== undefined) return `did you mean \`${meant}\`?`
  for (let up = around.length - 1; up >= 0; up--) {
    const above = schemaAt(root, around.slice(0, up))
    if (above !== undefined && keysOf(above).includes(key))
      return `\`${key}\` belongs to ${nounAt(root, around.slice(0, up))}, further up`
  }
  for (const child of known) {
    const below = member(here, child)
    if (below !== undefined && keysOf(bare(below)).includes(key)) return `\`${key}\` belongs under \`${child}\``
  }
  return known.length === 0 || known.length > 12
    ? undefined
    : `known keys: ${known.map((one) => `\`${one}\``).join(', ')}`
}

function typeWord(expected: string): string {
  switch (expected) {
    case 'string':
      return 'text'
    case 'int':
      return 'a whole number'
    case 'number':
      return 'a number'
    case 'boolean':
      return '`true` or `false`'
    case 'array':
      return 'a list'
    case 'object':
    case 'record':
    case 'map':
      return 'a map of keys'
    default:
      return expected
  }
}

/** What kind of thing a value is. Never the value: it may have come from a variable that holds a secret. */
function valueWord(value: unknown): string {
  if (value === null || value === undefined) return 'empty'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'string') return 'text'
  if (typeof value === 'boolean') return '`true` or `false`'
  if (typeof value === 'object') return 'a map of keys'
  return Number.isInteger(value) ? 'a whole number' : 'a number'
}

const bound = (limit: number | bigint, origin: string): string => {
  if (origin === 'string') return `${limit} characters long`
  return origin === 'array' || origin === 'set' ? `${limit} entries long` : String(limit)
}
