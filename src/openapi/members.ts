// The members of a translated object, wherever composition has put them: looked through and replaced, without touching what others share.
import { joined } from './definitions.ts'
import type { Place } from './place.ts'
import { isBinary } from './schema.ts'
import { type Translation, Use } from './use.ts'
import { type Fields, fields, fromPairs, isFields, list, type Mutable, texts } from './value.ts'

const DEEPEST = 8
const compositions = ['allOf', 'anyOf', 'oneOf'] as const

/** Names of the members of a form that are files, alone or in a list. */
export function filesOf(place: Place | undefined, translation: Translation): ReadonlySet<string> {
  const found = new Set<string>()
  const walk = (at: Place, depth: number): void => {
    const { value } = translation.references.follow(at)
    if (depth > DEEPEST || !isFields(value)) return
    const target = translation.references.follow(at)
    for (const [name, member] of target.at('properties').members()) if (isFile(member, translation)) found.add(name)
    for (const keyword of compositions) for (const [, part] of target.at(keyword).members()) walk(part, depth + 1)
  }
  if (place !== undefined) walk(place, 0)
  return found
}

function isFile(member: Place, translation: Translation): boolean {
  const at = translation.references.follow(member)
  const value = fields(at.value)
  if (value['type'] === 'file' || isBinary(value)) return true
  return value['type'] === 'array' && isFields(value['items']) && isFile(at.at('items'), translation)
}

/** Names of all members of a translated schema. */
export function memberNames(schema: unknown, depth = 0): readonly string[] {
  if (schema instanceof Use)
    return [...memberNames(schema.component.schema, depth + 1), ...memberNames(schema.beside, depth + 1)]
  if (!isFields(schema) || depth > DEEPEST) return []
  const here = Object.keys(fields(schema['properties']))
  return [
    ...new Set([
      ...here,
      ...compositions.flatMap((keyword) => list(schema[keyword]).flatMap((one) => memberNames(one, depth + 1))),
    ]),
  ]
}

/** Whether it is an object with members that have names, and nothing else. */
export function hasNamedMembers(schema: unknown, depth = 0): boolean {
  if (schema instanceof Use) return hasNamedMembers(schema.component.schema, depth + 1)
  if (!isFields(schema) || depth > DEEPEST) return false
  if (schema['anyOf'] !== undefined || schema['oneOf'] !== undefined) return false
  if (schema['type'] !== undefined && schema['type'] !== 'object') return false
  if (Object.keys(fields(schema['properties'])).length > 0) return true
  return list(schema['allOf']).some((one) => hasNamedMembers(one, depth + 1))
}

/** A replacement for a member: another schema, `undefined` to take it away, or the same one to leave it. */
export type Replace = (name: string, schema: unknown) => unknown

/** The schema with other members. What is not changed is the same object as before. */
export function replaced(schema: unknown, replace: Replace, translation: Translation, depth = 0): unknown {
  if (depth > DEEPEST) return schema
  if (schema instanceof Use) {
    const inner = replaced(schema.component.schema, replace, translation, depth + 1)
    return inner === schema.component.schema ? schema : translation.opened(fields(joined(inner, schema.beside)))
  }
  if (!isFields(schema)) return schema
  const made: Mutable = { ...schema }
  const before = fields(schema['properties'])
  const members = Object.entries(before).map(([name, one]) => [name, replace(name, one)] as const)
  if (members.some(([name, one]) => one !== before[name])) {
    made['properties'] = translation.opened(fromPairs(members.filter(([, one]) => one !== undefined)))
    const gone = new Set(members.flatMap(([name, one]) => (one === undefined ? [name] : [])))
    const required = texts(schema['required']).filter((name) => !gone.has(name))
    if (required.length > 0) made['required'] = required
    else delete made['required']
  }
  for (const keyword of compositions) {
    const parts = schema[keyword]
    if (!Array.isArray(parts)) continue
    const next = parts.map((part: unknown) => replaced(part, replace, translation, depth + 1))
    if (next.some((part, index) => part !== parts[index])) made[keyword] = translation.opened(next)
  }
  return Object.keys(made).some((name) => made[name] !== schema[name]) ||
    Object.keys(made).length !== Object.keys(schema).length
    ? translation.opened(made)
    : schema
}

/** Without names that need to be there: those that the gateway brings along. */
export function notRequired(schema: unknown, names: ReadonlySet<string>, translation: Translation, depth = 0): unknown {
  if (depth > DEEPEST) return schema
  if (schema instanceof Use) {
    const inner = notRequired(schema.component.schema, names, translation, depth + 1)
    return inner === schema.component.schema ? schema : translation.opened(fields(joined(inner, schema.beside)))
  }
  if (!isFields(schema)) return schema
  const made: Mutable = { ...schema }
  let changed = false
  if (texts(schema['required']).some((name) => names.has(name))) {
    made['required'] = texts(schema['required']).filter((name) => !names.has(name))
    changed = true
  }
  for (const keyword of compositions) {
    const parts = schema[keyword]
    if (!Array.isArray(parts)) continue
    const next = parts.map((part: unknown) => notRequired(part, names, translation, depth + 1))
    if (next.every((part, index) => part === parts[index])) continue
    made[keyword] = translation.opened(next)
    changed = true
  }
  return changed ? translation.opened(made) : schema
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
  if (rest['type'] !== 'array' || depth > DEEPEST) return { ...said, anyOf: file }
  return { ...rest, ...said, items: fileSchema(rest['items'], depth + 1) }
}
