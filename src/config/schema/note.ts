// What we know of a schema beyond its shape: how it is called, whose body it is, what becomes of the key.
import { z } from 'zod'

/** What becomes of a key: the words of the ledger. */
export type Standing = 'accepted' | 'translated' | 'ignored' | 'not built' | 'refused'

export interface Note {
  /** How a sentence calls a thing of this shape: `a listener`. */
  readonly noun?: string
  /** Name of the place in the tables of keys that are not built or belong to a mesh. */
  readonly place?: string
  readonly standing?: Standing
  /** Why, as a sentence for the reader. */
  readonly say?: string
  /** For editors, where the schema itself cannot tell. */
  readonly json?: object
  /** Shapes that lie on top of each other here: a section is its own keys and a module's. */
  readonly layers?: readonly z.core.$ZodType[]
}

// By identity of the schema object; zod's own registry would put the notes into generated JSON Schemas.
const notes = new WeakMap<z.core.$ZodType, Note>()

/** Attaches a note to this very schema object. */
export function note<S extends z.core.$ZodType>(schema: S, about: Note): S {
  notes.set(schema, { ...notes.get(schema), ...about })
  return schema
}

/** The note on this very schema object. */
export const ownNote = (schema: z.core.$ZodType): Note => notes.get(schema) ?? {}

/** The note on a schema, those of what it wraps included; the outermost word counts. */
export function noteOf(schema: z.core.$ZodType): Note {
  let found: Note = {}
  let next: z.core.$ZodType | undefined = schema
  while (next !== undefined) {
    found = { ...ownNote(next), ...found }
    next = inside(next)
  }
  return found
}

/** What a schema wraps (optional, default, transform, …), or `undefined` when it stands for itself. */
function inside(schema: z.core.$ZodType): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodLazy)
    return schema.unwrap()
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodCatch)
    return schema.unwrap()
  if (schema instanceof z.ZodReadonly || schema instanceof z.ZodNonOptional) return schema.unwrap()
  if (schema instanceof z.ZodPipe) return schema.in instanceof z.ZodTransform ? schema.out : schema.in
  return undefined
}

/** The schema without its wrappers. */
export function bare(schema: z.core.$ZodType): z.core.$ZodType {
  let found = schema
  for (let next = inside(found); next !== undefined; next = inside(found)) found = next
  return found
}

/** The member `key` of an object, record, list or union schema; `undefined` when it has none or says nothing about it. */
export function member(schema: z.core.$ZodType, key: string | number, value?: unknown): z.core.$ZodType | undefined {
  for (const layer of noteOf(schema).layers ?? []) {
    const found = member(layer, key, value)
    if (found !== undefined) return found
  }
  const shape = bare(schema)
  if (shape instanceof z.ZodObject)
    return typeof key === 'string' && Object.hasOwn(shape.shape, key) ? shape.shape[key] : undefined
  if (shape instanceof z.ZodRecord) return shape.valueType
  if (shape instanceof z.ZodArray) return shape.element
  if (shape instanceof z.ZodTuple) return typeof key === 'number' ? shape.def.items[key] : undefined
  if (shape instanceof z.ZodIntersection)
    return member(shape.def.left, key, value) ?? member(shape.def.right, key, value)
  if (shape instanceof z.ZodUnion) {
    for (const option of fitting(shape, value)) {
      const found = member(option, key, value)
      if (found !== undefined) return found
    }
  }
  return undefined
}

/** Options of a union, those that accept the value first. */
function fitting(union: z.ZodUnion, value: unknown): readonly z.core.$ZodType[] {
  const accepts = (option: z.core.$ZodType): boolean => z.safeParse(option, value).success
  return union.options.toSorted((a, b) => Number(accepts(b)) - Number(accepts(a)))
}

/** The schema at a path, as far as the schemas tell. */
export function schemaAt(root: z.core.$ZodType, path: readonly (string | number)[]): z.core.$ZodType | undefined {
  let found: z.core.$ZodType | undefined = root
  for (const key of path) {
    if (found === undefined) return undefined
    found = member(found, key)
  }
  return found
}

/** Names of the keys that a schema's objects may have. */
export function keysOf(schema: z.core.$ZodType): readonly string[] {
  const layers = (noteOf(schema).layers ?? []).flatMap(keysOf)
  const shape = bare(schema)
  if (shape instanceof z.ZodObject) return [...layers, ...Object.keys(shape.shape)]
  if (shape instanceof z.ZodArray) return keysOf(shape.element)
  if (shape instanceof z.ZodUnion) return [...new Set(shape.options.flatMap(keysOf))]
  return layers
}

/** A check of an object that runs whatever is wrong with its members: what it finds need not wait until they are mended. */
export function always(check: z.core.CheckFn<object>): z.core.$ZodCheck<object> {
  const isMap = ({ value }: z.core.ParsePayload): boolean =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
  return z.core._check(check, { when: isMap })
}

/** Whether the schema lists its keys (a struct): a key that comes twice is then a mistake, in a map the last one counts. */
export function isStruct(schema: z.core.$ZodType): boolean {
  const shape = bare(schema)
  if (shape instanceof z.ZodUnion) return shape.options.some(isStruct)
  return shape instanceof z.ZodObject || noteOf(schema).layers !== undefined
}
