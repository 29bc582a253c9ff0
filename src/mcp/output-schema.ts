// Schemas of results for clients of revisions before 2026-07-28, whose libraries refuse a whole list for one that is no object's.
import { cut, type Edit, edited, elements, members } from './json.ts'

/** What becomes of an `outputSchema`: `undefined`, nothing; a text instead; or it is left out. */
export type Legacy =
  | { readonly kind: 'same' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'none' }

/**
 * The form that clients of earlier revisions take (reference: mcp §2.2, result shape). Results that are no objects reach them as
 * `{result: …}`, so a schema of such results is wrapped alike. One that may describe both is left out: whether a result comes
 * wrapped depends on what it is, and no schema says that.
 */
export function legacyOutput(schema: string): Legacy {
  const root = members(schema)
  const type = root.get('type')
  if (type === undefined) return { kind: 'none' }
  const types: unknown = JSON.parse(cut(schema, type))
  if (types === 'object') return { kind: 'same' }
  if (Array.isArray(types) ? types.length === 0 || types.includes('object') : typeof types !== 'string')
    return { kind: 'none' }
  const dialect = root.get('$schema')
  const natural = root.has('$id') ? schema : edited(schema, moved(schema, 0, false))
  const head = dialect === undefined ? '' : `"$schema":${cut(schema, dialect)},`
  return { kind: 'text', text: `{${head}"type":"object","properties":{"result":${natural}},"required":["result"]}` }
}

/** Where values stand that are no schemas, whatever is in them. */
const data: ReadonlySet<string> = new Set(['const', 'enum', 'default', 'examples'])
/** Where names stand that somebody chose: a property called `$ref` is none. */
const named: ReadonlySet<string> = new Set([
  'properties',
  'patternProperties',
  '$defs',
  'definitions',
  'dependentSchemas',
  'dependencies',
])
const DEEPEST = 64

/** References from the root of a document that now stands deeper in another one. */
function moved(text: string, at: number, names: boolean, depth = 0): readonly Edit[] {
  const edits: Edit[] = []
  if (depth > DEEPEST) return edits
  const first = text[at]
  if (first === '[') for (const { start } of elements(text, at)) edits.push(...moved(text, start, false, depth + 1))
  if (first !== '{') return edits
  const found = members(text, at)
  // A schema with an address of its own is where its references lead.
  if (!names && found.has('$id')) return edits
  for (const [name, span] of found) {
    if (!names && (name === '$ref' || name === '$dynamicRef')) {
      const target: unknown = JSON.parse(cut(text, span))
      if (typeof target === 'string' && (target === '#' || target.startsWith('#/')))
        edits.push({ ...span, with: JSON.stringify(`#/properties/result${target.slice(1)}`) })
    } else if (names || !data.has(name)) edits.push(...moved(text, span.start, !names && named.has(name), depth + 1))
  }
  return edits
}
