// The members of a translated object, wherever composition has put them: looked through and replaced, without touching what others share.
import { joined } from './definitions.ts'
import { isBinary } from './dialect.ts'
import { parts, placeParts } from './parts.ts'
import type { Place } from './place.ts'
import type { References } from './references.ts'
import { type Translation, Use } from './use.ts'
import { type Fields, fields, fromPairs, isFields, type Mutable, texts } from './value.ts'

const compositions = ['allOf', 'anyOf', 'oneOf'] as const

/** Names of the members of a form that are files, alone or in a list. */
export function filesOf(place: Place | undefined, { references }: Translation): ReadonlySet<string> {
  const found = new Set<string>()
  if (place === undefined) return found
  for (const part of placeParts(place, references, compositions))
    for (const [name, member] of part.at('properties').members()) if (isFile(member, references, 0)) found.add(name)
  return found
}

function isFile(member: Place, references: References, depth: number): boolean {
  const at = references.follow(member)
  const value = fields(at.value)
  if (value['type'] === 'file' || isBinary(value)) return true
  return (
    value['type'] === 'array' && depth < 4 && isFields(value['items']) && isFile(at.at('items'), references, depth + 1)
  )
}

/** Names of all members of a translated schema. */
export function memberNames(schema: unknown): readonly string[] {
  const found = new Set<string>()
  for (const part of parts(schema, compositions))
    for (const name of Object.keys(fields(part['properties']))) found.add(name)
  return [...found]
}

/** Whether it is an object with members that have names, and nothing else. */
export function hasNamedMembers(schema: unknown): boolean {
  let named = false
  for (const part of parts(schema, ['allOf'])) {
    if (part['anyOf'] !== undefined || part['oneOf'] !== undefined) return false
    if (part['type'] !== undefined && part['type'] !== 'object') return false
    if (Object.keys(fields(part['properties'])).length > 0) named = true
  }
  return named
}

/** A replacement for a member: another schema, `undefined` to take it away, or the same one to leave it. */
export type Replace = (name: string, schema: unknown) => unknown

/** The schema with other members. What is not changed is the same object as before. */
export function replaced(schema: unknown, replace: Replace, translation: Translation): unknown {
  return rebuilt(schema, (part) => withMembers(part, replace, translation), translation, new Map())
}

function withMembers(part: Fields, replace: Replace, translation: Translation): Fields {
  const before = fields(part['properties'])
  const members = Object.entries(before).map(([name, one]) => [name, replace(name, one)] as const)
  if (members.every(([name, one]) => one === before[name])) return part
  const gone = new Set(members.flatMap(([name, one]) => (one === undefined ? [name] : [])))
  const made = withoutRequired(part, gone)
  return { ...made, properties: translation.opened(fromPairs(members.filter(([, one]) => one !== undefined))) }
}

/** Without names that need to be there: those that the gateway brings along. */
export function notRequired(schema: unknown, names: ReadonlySet<string>, translation: Translation): unknown {
  return rebuilt(schema, (part) => withoutRequired(part, names), translation, new Map())
}

function withoutRequired(part: Fields, names: ReadonlySet<string>): Fields {
  const before = texts(part['required'])
  if (!before.some((name) => names.has(name))) return part
  const left = before.filter((name) => !names.has(name))
  return fromPairs(
    Object.entries({ ...part, required: left }).filter(([name]) => name !== 'required' || left.length > 0),
  )
}

/** Parts of one schema that are looked through for changes. */
const MOST_PARTS = 500

/** Applies a change to a schema and to everything it is composed of; each part once, however often it is met. */
function rebuilt(
  schema: unknown,
  change: (part: Fields) => Fields,
  translation: Translation,
  known: Map<unknown, unknown>,
): unknown {
  // Deeper than any document's parts of parts: what is there stays as it is.
  if (known.size > MOST_PARTS) return schema
  if (schema instanceof Use) {
    const { component, beside } = schema
    const before = known.get(component)
    if (before instanceof Use) return new Use(before.component, beside)
    const inner = rebuilt(component.schema, change, translation, known)
    if (inner === component.schema) return schema
    // Another component of the same name: what was shared stays shared.
    const made = new Use({ place: component.place, schema: inner, broken: undefined }, beside)
    known.set(component, made)
    return made
  }
  if (!isFields(schema)) return schema
  if (known.has(schema)) return known.get(schema)
  // A schema that is part of itself stays as it is there.
  known.set(schema, schema)
  const made: Mutable = { ...change(schema) }
  let changed =
    Object.keys(made).length !== Object.keys(schema).length ||
    Object.keys(made).some((name) => made[name] !== schema[name])
  for (const keyword of compositions) {
    const before = schema[keyword]
    if (!Array.isArray(before)) continue
    const next = before.map((part: unknown) => rebuilt(part, change, translation, known))
    if (next.every((part, index) => part === before[index])) continue
    made[keyword] = translation.opened(next)
    changed = true
  }
  const result = changed ? translation.opened(made) : schema
  known.set(schema, result)
  return result
}

const base64: Fields = { type: 'string', contentEncoding: 'base64' }
const file: readonly Fields[] = [
  base64,
  {
    type: 'object',
    properties: { data: base64, filename: { type: 'string' }, contentType: { type: 'string' } },
    required: ['data'],
    additionalProperties: false,
  },
  {
    type: 'object',
    description: 'The contents of a resource.',
    properties: { uri: { type: 'string' }, mimeType: { type: 'string' }, blob: base64, text: { type: 'string' } },
    required: ['uri'],
  },
]

/** What stands for a file among arguments: its bytes, alone or with a name and a type, or a resource's contents. */
export function fileSchema(schema: unknown, depth = 0): unknown {
  if (schema instanceof Use) return fileSchema(joined(schema.component.schema, schema.beside), depth + 1)
  const { description, title, deprecated, ...rest } = fields(schema)
  const said = fromPairs(Object.entries({ title, description, deprecated }).filter(([, one]) => one !== undefined))
  if (rest['type'] !== 'array' || depth > 4) return { ...said, anyOf: file }
  return { ...rest, ...said, items: fileSchema(rest['items'], depth + 1) }
}
