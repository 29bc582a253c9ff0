// References in schemas: to other places, which a gateway would have to fetch, and in circles, which a validator never leaves.
import type { JsonObject } from '../../core/item.ts'
import { evidenceOf } from '../evidence.ts'
import { type PlacedHit, rule } from '../rule.ts'
import { isObject, schemasOf } from '../schemas.ts'

const references = ['$ref', '$dynamicRef', '$recursiveRef'] as const

export const schemaReferences = rule({
  id: 'SC-513',
  class: 'schema',
  looksAt: 'definition',
  severity: 'high',
  message: 'a schema refers to another place: whoever controls it decides what the tool takes, and learns who asks',
  advice: 'references must begin with # and be resolved by the author: nothing is fetched',
  kinds: ['tool', 'server', 'request'],
  find(definition, kind) {
    const found: PlacedHit[] = []
    for (const { schema, path } of schemasOf(definition, kind))
      for (const key of references) {
        const reference: unknown = schema[key]
        if (typeof reference !== 'string' || reference.startsWith('#') || reference === '') continue
        const isElsewhere = /^(?:[a-z][a-z0-9+.-]{0,20}:|\/|\\|\.)/i.test(reference)
        found.push({
          path: `${path}/${key}`,
          start: 0,
          end: reference.length,
          evidence: evidenceOf(reference, 0, reference.length),
          // A bare name is a mistake of a generator; it resolves to nothing.
          severity: isElsewhere ? 'high' : 'low',
        })
      }
    return found
  },
})

/** Subschemas that one schema may ask of the same place of the input. */
const STEPS = 4096
/** Subschemas of a whole schema with every reference replaced by what it stands for. */
const UNFOLDED = 100_000

export const schemaCircles = rule({
  id: 'SC-514',
  class: 'schema',
  looksAt: 'definition',
  severity: 'high',
  message: 'a schema refers back to itself, or to itself so often, that checking against it does not end',
  advice: 'keep the tool out: no client can check its arguments',
  kinds: ['tool', 'server', 'request'],
  find(definition, kind) {
    const circle: Count = {
      next: beside,
      most: STEPS,
      again: Number.POSITIVE_INFINITY,
      open: new Set(),
      known: new Map(),
    }
    const bomb: Count = { next: below, most: UNFOLDED, again: 1, open: new Set(), known: new Map() }
    const schemas = schemasOf(definition, kind)
    // Without references a schema is what it is.
    if (!schemas.some(({ schema }) => typeof schema['$ref'] === 'string')) return []
    for (const { schema, path, root } of schemas) {
      const { $ref } = schema
      const isTooMuch =
        (typeof $ref === 'string' && count(schema, root, circle) > STEPS) ||
        (schema === root && count(schema, root, bomb) > UNFOLDED)
      // One is enough: every schema that leads into it is as bad.
      if (isTooMuch)
        return [{ path, start: 0, end: 0, evidence: evidenceOf(typeof $ref === 'string' ? $ref : '', 0, 160) }]
    }
    return []
  },
})

interface Count {
  /** Schemas that follow from one. */
  readonly next: (schema: JsonObject, root: JsonObject) => readonly JsonObject[]
  readonly most: number
  /** What a schema counts that is met again inside itself: a list of lists is none the worse for it, a circle is. */
  readonly again: number
  readonly open: Set<JsonObject>
  readonly known: Map<JsonObject, number>
}

/** Schemas that follow from one, counted as often as they are reached; no further than it takes to say too many. */
function count(schema: JsonObject, root: JsonObject, counted: Count): number {
  const { next, most, again, open, known } = counted
  const before = known.get(schema)
  if (before !== undefined) return before
  if (open.has(schema)) return again
  if (open.size > 200) return most + 1
  open.add(schema)
  let sum = 1
  for (const each of next(schema, root)) {
    sum += count(each, root, counted)
    if (sum > most) break
  }
  open.delete(schema)
  known.set(schema, sum)
  return sum
}

/** Schemas that apply to the same place of the input. */
function beside(schema: JsonObject, root: JsonObject): readonly JsonObject[] {
  const found: unknown[] = ['not', 'if', 'then', 'else'].map((key) => schema[key])
  for (const key of ['allOf', 'anyOf', 'oneOf'])
    if (Array.isArray(schema[key])) found.push(...schema[key].slice(0, STEPS))
  if (typeof schema['$ref'] === 'string') found.push(resolved(schema['$ref'], root))
  return found.filter(isObject)
}

/** Schemas of any place of the input: everything but what is only defined. */
function below(schema: JsonObject, root: JsonObject): readonly JsonObject[] {
  const found: unknown[] = [
    ...beside(schema, root),
    schema['items'],
    schema['additionalProperties'],
    schema['contains'],
  ]
  for (const key of ['properties', 'patternProperties', 'dependentSchemas'])
    if (isObject(schema[key])) found.push(...Object.values(schema[key]).slice(0, STEPS))
  if (Array.isArray(schema['prefixItems'])) found.push(...schema['prefixItems'].slice(0, STEPS))
  return found.filter(isObject)
}

/** What a local JSON Pointer leads to (RFC 6901). */
function resolved(reference: string, root: JsonObject): unknown {
  if (reference === '#') return root
  if (!reference.startsWith('#/')) return undefined
  let at: unknown = root
  for (const part of reference.slice(2).split('/', 64)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined
    at = Object.getOwnPropertyDescriptor(at, key)?.value
  }
  return at
}
