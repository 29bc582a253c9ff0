// What is left of a faulty configuration once its faulty parts are taken out: the rest is checked like a whole one, never started.
import type { z } from 'zod'
import type { Path } from '../core/module.ts'
import { isBody } from './ledger.ts'
import type { Parts } from './schema/keys.ts'
import { keysOf, member, noteOf } from './schema/note.ts'
import { type Config, rootSchema } from './schema.ts'

export interface Salvaged {
  readonly config: Config
  /** What was taken out, as paths of the file. */
  readonly cuts: readonly Path[]
  /** A path of the rest → where that stands in the file: lists may have become shorter. */
  readonly written: (path: Path) => Path
}

/** Each round takes out at least one thing, the one around it next time: no schema nests deeper. */
const ROUNDS = 24

/** The rest that satisfies the schemas; `undefined` when nothing does. */
export function salvage(parts: Parts, value: unknown): Salvaged | undefined {
  const root = rootSchema({ ...parts, draft: true })
  const rest = new Rest(value)
  for (let round = 0; round < ROUNDS; round++) {
    const { success, data, error } = root.safeParse(rest.value)
    if (success) return { config: data, cuts: rest.cuts, written: (path) => rest.written(path) }
    if (!rest.take(error.issues.flatMap((issue) => faulty(issue, root, rest)))) return undefined
  }
  return undefined
}

/** What to take out because of one complaint: the smallest part that can be missing. */
function faulty(issue: z.core.$ZodIssue, root: z.ZodType, rest: Rest): readonly Path[] {
  const path = issue.path.map((key) => (typeof key === 'symbol' ? String(key.description) : key))
  const body = bodyAt(root, path)
  if (body !== undefined)
    return [unitOf(path, body)].flatMap((unit) => (isSection(unit) ? rest.moduleKeys(unit) : [unit]))
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => [...path, key])
  return [rest.at(path) === undefined ? path.slice(0, -1) : path]
}

/** Where on a path the body of a module begins; a section's own keys are none of it. */
function bodyAt(root: z.ZodType, path: Path): number | undefined {
  let schema: z.core.$ZodType | undefined = root
  let start: number | undefined
  for (const [index, key] of path.entries()) {
    const own = schema === undefined ? undefined : noteOf(schema).layers?.[0]
    if (own !== undefined && keysOf(own).includes(String(key))) start = undefined
    schema = schema === undefined ? undefined : member(schema, key)
    if (schema !== undefined && isBody(noteOf(schema).place ?? '')) start = index
  }
  return start
}

/** The innermost entry of a list inside the body, else the body: the other entries mean the same without this one. */
function unitOf(path: Path, body: number): Path {
  const entry = path.findLastIndex((key) => typeof key === 'number')
  return path.slice(0, (entry > body ? entry : body) + 1)
}

/** The top-level `mcp:` is a module's body and its entrance at once. */
const isSection = (path: Path): boolean => path.length === 1

/** A gateway keeps its name: what refers to it is not wrong. */
const isGateway = (path: Path): boolean => path.length === 2 && path[0] === 'gateways'

type Container = unknown[] | { [key: string]: unknown }

/** A copy of the value that loses parts, and remembers where those that stay have come from. */
class Rest {
  readonly value: unknown
  readonly cuts: Path[] = []
  /** Indices that the entries of a list had in the file. */
  readonly #indices = new WeakMap<unknown[], number[]>()

  constructor(value: unknown) {
    this.value = this.#copy(value)
  }

  at(path: Path): unknown {
    let found: unknown = this.value
    for (const key of path)
      found = isContainer(found) && Object.hasOwn(found, key) ? Reflect.get(found, key) : undefined
    return found
  }

  /** Takes parts out. Whether there was anything to take. */
  take(paths: readonly Path[]): boolean {
    const before = this.cuts.length
    const shortened = new Map<unknown[], Set<number>>()
    for (const path of paths) {
      const key = path.at(-1)
      const around = this.at(path.slice(0, -1))
      if (key === undefined || !isContainer(around) || !Object.hasOwn(around, key)) continue
      this.cuts.push(this.written(path))
      if (isGateway(path)) Reflect.set(around, key, null)
      else if (!Array.isArray(around)) Reflect.deleteProperty(around, key)
      else if (typeof key === 'number') shortened.set(around, (shortened.get(around) ?? new Set()).add(key))
    }
    // All at once and at the end: an index means the same for every path until then.
    for (const [list, gone] of shortened) {
      const kept = (_: unknown, index: number): boolean => !gone.has(index)
      this.#indices.set(list, this.#indicesOf(list).filter(kept))
      list.splice(0, list.length, ...list.filter(kept))
    }
    return this.cuts.length > before
  }

  written(path: Path): Path {
    let around: unknown = this.value
    return path.map((key) => {
      const original = Array.isArray(around) && typeof key === 'number' ? (this.#indicesOf(around)[key] ?? key) : key
      around = isContainer(around) && Object.hasOwn(around, key) ? Reflect.get(around, key) : undefined
      return original
    })
  }

  /** The members of a section that belong to its module. */
  moduleKeys(section: Path): readonly Path[] {
    const value = this.at(section)
    if (!isContainer(value) || Array.isArray(value)) return [section]
    return Object.keys(value)
      .filter((key) => !sectionKeys.has(key))
      .map((key) => [...section, key])
  }

  #indicesOf(list: unknown[]): number[] {
    return this.#indices.get(list) ?? [...list.keys()]
  }

  /** An alias is the same object in several places: here each place has its own. */
  #copy(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item: unknown) => this.#copy(item))
    if (!isContainer(value)) return value
    const copy = {}
    for (const [key, inner] of Object.entries(value))
      Object.defineProperty(copy, key, {
        value: this.#copy(inner),
        enumerable: true,
        writable: true,
        configurable: true,
      })
    return copy
  }
}

const sectionKeys = new Set(['gateways', 'port', 'policies'])

const isContainer = (value: unknown): value is Container => typeof value === 'object' && value !== null
