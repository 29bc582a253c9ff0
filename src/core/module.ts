// A module: one YAML key, its schema, and the thing it compiles to.
import type { Maybe } from './exchange.ts'

/** What we need to know of a schema object here; rooms write theirs with zod. */
export interface Schema<T> {
  readonly _zod: { readonly output: T }
}

/** Place in the configuration: keys and indices from the root. */
export type Path = readonly (string | number)[]

/** Something wrong with the configuration, and where. */
export interface Problem {
  readonly code: string
  /** `note`: worth knowing, and quite possibly meant. */
  readonly severity: 'error' | 'warning' | 'note'
  readonly path: Path
  readonly message: string
  /** What was probably meant, or what to do. */
  readonly hint?: string
  /** The part of the text at `path` that is meant, when the text is a language of its own. */
  readonly part?: Part
}

/** Half-open range of offsets in a text. */
export interface Part {
  readonly text: string
  readonly start: number
  readonly end: number
}

/** One YAML key → one compiled thing. A file that adds one is listed in the table of its room. */
export interface Module<S extends Schema<unknown>, Out, Site> {
  readonly key: string
  readonly schema: S
  compile(config: S['_zod']['output'], site: Site): Maybe<Out>
}

/** Ties a module's schema and its `compile` together, so that the configuration type is inferred. */
export function define<S extends Schema<unknown>, Out, Site>(module: Module<S, Out, Site>): Module<S, Out, Site> {
  return module
}
