// How arguments are arranged: in groups as the original has them, or flat (reference: openapi §4).
import type { Definitions } from './definitions.ts'
import { announcedBody, flatMembers, groupOf, memberSchema, requiredMembers } from './input.ts'
import type { Parameter } from './parameters.ts'
import type { BodyPlan, Destination, Field } from './plan.ts'
import type { Translator } from './schema.ts'
import { type Fields, type Mutable, put } from './value.ts'

/** Fields and bodies with their schemas written out: what calls are checked against. */
interface Checked {
  readonly fields: readonly Field[]
  readonly body: BodyPlan | undefined
  readonly definitions: Fields
}

export interface Arguments extends Checked {
  readonly schema: Fields
  readonly groups: ReadonlyMap<string, ReadonlyMap<string, number>>
  readonly neededGroups: ReadonlySet<string>
  readonly destinations: ReadonlyMap<string, Destination>
}

interface Parts {
  readonly fields: readonly Field[]
  readonly body: BodyPlan | undefined
  readonly translator: Translator
  readonly definitions: Definitions
}

const order = ['path', 'query', 'header', 'cookie'] as const

/** The names of media types, offered where there is more than one. */
const contentTypes = ({ types }: BodyPlan): Fields | undefined =>
  types.length < 2 ? undefined : { type: 'string', enum: types.map(({ type }) => type) }

export function grouped(parts: Parts): Arguments {
  const { fields, body, translator, definitions } = parts
  const properties: Mutable = {}
  const required: string[] = []
  const groups = new Map<string, ReadonlyMap<string, number>>()
  const announced = body === undefined ? undefined : announcedBody(body, translator)
  for (const { schema } of fields.filter(({ offered }) => offered)) definitions.count(schema)
  if (announced !== undefined) definitions.count(announced)
  for (const group of order) {
    const own = [...fields.entries()].filter(([, { in: where, offered }]) => offered && groupOf(where) === group)
    if (own.length === 0) continue
    const inside: Mutable = {}
    for (const [, { name, schema }] of own) put(inside, name, definitions.write(schema))
    const needed = own.filter(([, { required: one }]) => one).map(([, { name }]) => name)
    if (needed.length > 0) required.push(group)
    properties[group] = {
      type: 'object',
      properties: inside,
      ...(needed.length > 0 && { required: needed }),
      additionalProperties: false,
    }
    groups.set(group, new Map(own.map(([index, { name }]) => [name, index])))
  }
  if (body !== undefined) {
    properties['body'] = definitions.write(announced)
    if (body.required) required.push('body')
    const types = contentTypes(body)
    if (types !== undefined) properties['contentType'] = types
  }
  const checked = definitions.inline ? writtenApart(parts) : written(parts, definitions)
  return {
    ...checked,
    schema: root(properties, required, definitions),
    groups,
    neededGroups: new Set(required),
    destinations: new Map(),
  }
}

/** Fields and bodies with their schemas written out, in the definitions that announced them or in some of their own. */
function written({ fields, body }: Parts, definitions: Definitions): Checked {
  const done = {
    fields: fields.map((field) => ({ ...field, schema: field.offered ? definitions.write(field.schema) : true })),
    body:
      body === undefined
        ? undefined
        : { ...body, types: body.types.map((type) => ({ ...type, schema: definitions.write(type.schema) })) },
  }
  return { ...done, definitions: definitions.definitions ?? {} }
}

/** What callers see may be abridged, and arranged differently: calls are checked against the whole. */
function writtenApart(parts: Parts): Checked {
  const definitions = parts.definitions.whole()
  for (const { schema, offered } of parts.fields) if (offered) definitions.count(schema)
  for (const { schema } of parts.body?.types ?? []) definitions.count(schema)
  return written(parts, definitions)
}

function root(properties: Fields, required: readonly string[], definitions: Definitions): Fields {
  const { definitions: $defs } = definitions
  return {
    type: 'object',
    properties,
    ...(required.length > 0 && { required }),
    additionalProperties: false,
    ...($defs !== undefined && { $defs }),
  }
}

/** Names of a flat layout: a name that occurs twice is written with its place for all who have it. */
export function flatNames(
  parameters: readonly Parameter[],
  members: readonly string[],
): (where: string, name: string) => string {
  const count = new Map<string, number>()
  for (const name of [...parameters.map((one) => one.name), ...members]) count.set(name, (count.get(name) ?? 0) + 1)
  return (where, name) => ((count.get(name) ?? 0) > 1 ? `${name}_${where}` : name)
}

interface FlatParts extends Parts {
  readonly nameOf: (where: string, name: string) => string
}

export function flat(parts: FlatParts): Arguments {
  const { fields, body, translator, definitions, nameOf } = parts
  const properties: Mutable = {}
  const required: string[] = []
  const destinations = new Map<string, Destination>()
  const members = body === undefined ? undefined : flatMembers(body)
  const bodySchema = body === undefined ? undefined : announcedBody(body, translator)
  const shown = new Map<string, unknown>()
  for (const [index, { argument, schema, offered, required: needed }] of fields.entries()) {
    if (!offered) continue
    shown.set(argument, schema)
    destinations.set(argument, { kind: 'field', index })
    if (needed) required.push(argument)
  }
  if (body !== undefined && members !== undefined) {
    const needed = new Set(body.required ? requiredMembers(bodySchema) : [])
    for (const name of members) {
      const argument = nameOf('body', name)
      shown.set(argument, memberSchema(bodySchema, name))
      destinations.set(argument, { kind: 'member', name })
      if (needed.has(name)) required.push(argument)
    }
  } else if (body !== undefined) {
    const argument = nameOf('body', 'body')
    shown.set(argument, bodySchema)
    destinations.set(argument, { kind: 'body' })
    if (body.required) required.push(argument)
    const types = contentTypes(body)
    if (types !== undefined) {
      shown.set('contentType', types)
      destinations.set('contentType', { kind: 'contentType' })
    }
  }
  for (const schema of shown.values()) definitions.count(schema)
  for (const [name, schema] of shown) put(properties, name, definitions.write(schema))
  const checked = writtenApart(parts)
  return {
    ...checked,
    schema: root(properties, required, definitions),
    groups: new Map(),
    neededGroups: new Set(),
    destinations,
  }
}
