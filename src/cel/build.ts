// The state of one compilation: what is visible, which places variables have, what has been found wrong.
import type { Ast, Diagnostic } from './ast.ts'
import { Frame, nowhere, type Run } from './frame.ts'
import type { CompileOptions, CustomFunction } from './options.ts'
import { stops, type Value } from './value.ts'

/** A compiled node; `constant` is its value when that is known already. */
export interface Code {
  readonly run: Run
  readonly constant: Value | undefined
}

/** A variable of a macro or function, and the ones around it. */
interface Local {
  readonly name: string
  readonly place: number
  readonly outer: Local | undefined
}

/** A function of the configuration, compiled once per program that calls it. */
export interface Routine {
  readonly places: readonly number[]
  readonly run: Run
}

export interface Build {
  readonly source: string
  readonly options: CompileOptions
  /** The specification's own rules, where the dialect has others. */
  readonly spec: boolean
  readonly diagnostics: Diagnostic[]
  readonly routines: Map<CustomFunction, Routine>
  locals: Local | undefined
  places: number
  /** Compiles a node with what is visible now. Handed over, so that files of node kinds need not import each other. */
  readonly code: (ast: Ast) => Code
}

/** What a fold may cost: it happens while a configuration is loaded, and its value is kept. */
const foldSteps = 1_000
const foldBytes = 16_384

export function constant(value: Value): Code {
  return { run: () => value, constant: value }
}

export function dynamic(run: Run): Code {
  return { run, constant: undefined }
}

/** Evaluates now what depends on nothing. What fails is left to the evaluation, where it may be absorbed. */
export function fold(run: Run, parts: readonly Code[]): Code {
  if (parts.some((part) => part.constant === undefined)) return dynamic(run)
  const frame = new Frame(nowhere, 0)
  frame.steps = foldSteps
  frame.room = foldBytes
  const value = run(frame)
  return stops(value) ? dynamic(run) : constant(value)
}

/** Makes names visible, each with a place, while something is compiled. */
export function within<T>(build: Build, names: readonly string[], make: (places: readonly number[]) => T): T {
  const before = build.locals
  const places = names.map((name) => {
    const place = build.places++
    build.locals = { name, place, outer: build.locals }
    return place
  })
  const made = make(places)
  build.locals = before
  return made
}

/** The place of a variable; `undefined` when no variable has that name. */
export function placeOf(build: Build, name: string): number | undefined {
  for (let local = build.locals; local !== undefined; local = local.outer) if (local.name === name) return local.place
  return undefined
}

/** Notes an error; what it stands for is never evaluated. */
export function refuse(build: Build, at: Pick<Ast, 'start' | 'end'>, problem: Problem): Code {
  const { code, message, hint } = problem
  const { start, end } = at
  build.diagnostics.push({ severity: 'error', code, message, start, end, ...(hint === undefined ? {} : { hint }) })
  return constant(null)
}

interface Problem {
  readonly code: string
  readonly message: string
  readonly hint?: string
}
