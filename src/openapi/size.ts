// Schemas within their bound: texts go first, then examples, constraints never (reference: openapi §4).
import { type Fields, isFields, type Mutable, put } from './value.ts'

/** Keywords whose members have names that somebody chose: a member called `description` is none. */
const maps: ReadonlySet<string> = new Set(['properties', 'patternProperties', '$defs', 'dependentSchemas'])
/** Keywords that hold data. */
const data: ReadonlySet<string> = new Set(['default', 'enum', 'const', 'examples'])

export interface Fitted {
  readonly schema: Fields
  /** What had to go, and whether that was enough. */
  readonly lost: readonly string[]
  readonly fits: boolean
}

export function fitted(schema: Fields, bytes: number): Fitted {
  if (size(schema) <= bytes) return { schema, lost: [], fits: true }
  const untold = without(schema, new Set(['description', 'title']), 3)
  if (size(untold) <= bytes) return { schema: untold, lost: ['descriptions of nested members'], fits: true }
  const bare = without(untold, new Set(['examples']), 0)
  return { schema: bare, lost: ['descriptions of nested members', 'examples'], fits: size(bare) <= bytes }
}

const size = (schema: Fields): number => Buffer.byteLength(JSON.stringify(schema))

/** `spared`: how many levels of members keep theirs. */
function without(schema: Fields, keywords: ReadonlySet<string>, spared: number): Fields {
  const made: Mutable = {}
  for (const [name, one] of Object.entries(schema)) {
    if (spared <= 0 && keywords.has(name)) continue
    if (data.has(name)) made[name] = one
    else if (maps.has(name) && isFields(one)) {
      const members: Mutable = {}
      for (const [key, inside] of Object.entries(one))
        put(members, key, isFields(inside) ? without(inside, keywords, name === '$defs' ? 0 : spared - 1) : inside)
      made[name] = members
    } else if (Array.isArray(one))
      made[name] = one.map((each: unknown) => (isFields(each) ? without(each, keywords, spared - 1) : each))
    else put(made, name, isFields(one) ? without(one, keywords, spared - 1) : one)
  }
  return made
}
