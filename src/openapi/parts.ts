// The parts of composed schemas, each once: graphs of `allOf` may meet again and again, and walks must not.
import type { Place } from './place.ts'
import { Use } from './use.ts'
import { type Fields, isFields, list } from './value.ts'

export type Composition = 'allOf' | 'anyOf' | 'oneOf'

/** A translated schema and everything it is composed of, through uses. */
export function* parts(
  schema: unknown,
  keywords: readonly Composition[],
  seen = new Set<unknown>(),
): Generator<Fields> {
  if (schema instanceof Use) {
    if (schema.beside !== undefined) yield* parts(schema.beside, keywords, seen)
    yield* parts(schema.component.schema, keywords, seen)
    return
  }
  if (!isFields(schema) || seen.has(schema)) return
  seen.add(schema)
  yield schema
  for (const keyword of keywords) for (const one of list(schema[keyword])) yield* parts(one, keywords, seen)
}

/** The same for schemas of a document. Throws `Broken` for a reference that leads nowhere. */
export function* placeParts(
  place: Place,
  references: { follow(place: Place): Place },
  keywords: readonly Composition[],
  seen = new Set<unknown>(),
): Generator<Place> {
  const at = references.follow(place)
  if (!isFields(at.value) || seen.has(at.value)) return
  seen.add(at.value)
  yield at
  for (const keyword of keywords)
    for (const [, one] of at.at(keyword).members()) yield* placeParts(one, references, keywords, seen)
}
