// Keys that no module reads, from the two tables: accepted as they are, and noted as what they are.
import { z } from 'zod'
import { meshAt } from '../mesh.ts'
import { notBuiltAt } from '../not-built.ts'
import { note } from './note.ts'

/** Schemas by key. */
export type Schemas = { readonly [key: string]: z.ZodType }

/** Schemas of the modules that are built, by key. */
export interface Parts {
  readonly policies: Schemas
  readonly backends: Schemas
  /** What holds a configuration together may be missing: for what is left of a faulty one. */
  readonly draft?: boolean
}

/** A member that must be there, but in a draft. */
export const needed = <S extends z.ZodType>(schema: S, { draft }: Parts): S | z.ZodOptional<z.ZodNullable<S>> =>
  draft === true ? schema.nullish() : schema

/** Members for every key of the tables that stands at this place and is not among `built`. */
export function unread(place: string, built: Schemas = {}): { [key: string]: z.ZodType } {
  const shape: { [key: string]: z.ZodType } = {}
  for (const row of notBuiltAt(place)) {
    if (typeof row === 'string' && !Object.hasOwn(built, row))
      shape[row] = note(z.unknown().optional(), { standing: 'not built' })
  }
  for (const { key, when, severity, say } of meshAt(place)) {
    if (when === undefined)
      shape[key] = note(z.unknown().optional(), { standing: severity === 'error' ? 'refused' : 'ignored', say })
  }
  return shape
}

/** What is made of the same parts is made once: a schema takes longer to make than to use, and is the same in every place. */
export function once<T>(make: (parts: Parts) => T): (parts: Parts) => T {
  const made = new WeakMap<Parts, { readonly it: T }>()
  return (parts) => {
    const known = made.get(parts) ?? { it: make(parts) }
    made.set(parts, known)
    return known.it
  }
}

/** The bodies of modules as members: absent and `null` mean the same. */
export function modules(kind: 'policies' | 'backends', schemas: Schemas): { [key: string]: z.ZodType } {
  return Object.fromEntries(
    Object.entries(schemas).map(([key, schema]) => [
      key,
      note(schema.nullish(), { place: `${kind}.${key}`, noun: `\`${key}\`` }),
    ]),
  )
}

/** Those of the schemas that have one of the names. */
export function pick(schemas: Schemas, names: readonly string[]): Schemas {
  return Object.fromEntries(Object.entries(schemas).filter(([key]) => names.includes(key)))
}
