// The parts of composed schemas, each once: graphs of `allOf` may meet again and again, and walks must not.
import type { Place } from './place.ts'
import { Use } from './use.ts'
import { type Fields, isFields, list } from './value.ts'

export type Composition = 'allOf' | 'anyOf' | 'oneOf'

/** A translated schema and everything it is composed of, through uses. */
export function* parts(schema: unknown, keywords: readonly Composition[]): Generator<Fields> {
  const seen = new Set<unknown>()
  const open = [schema]
  while (open.length > 0) {
    const at = open.pop()
    if (at instanceof Use) {
      open.push(at.component.schema, at.beside)
      continue
    }
    if (!isFields(at) || seen.has(at)) continue
    seen.add(at)
    yield at
    for (const keyword of keywords.toReversed()) open.push(...list(at[keyword]).toReversed())
  }
}

/** The same for schemas of a document. Throws `Broken` for a reference that leads nowhere. */
export function* placeParts(
  place: Place,
  references: { follow(place: Place): Place },
  keywords: readonly Composition[],
): Generator<Place> {
  const seen = new Set<unknown>()
  const open = [place]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const at = references.follow(next)
    if (!isFields(at.value) || seen.has(at.value)) continue
    seen.add(at.value)
    yield at
    for (const keyword of keywords.toReversed())
      open.push(...[...at.at(keyword).members()].map(([, one]) => one).toReversed())
  }
}
