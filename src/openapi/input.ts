// The arguments of one operation: parameters and body as fields, and the schema that a caller sees (reference: openapi §4).

import type { Body, Media } from './bodies.ts'
import { bodyWriter } from './body-writer.ts'
import { joined } from './definitions.ts'
import { childrenOf, literal } from './discriminator.ts'
import { bodyKind, preferred } from './media.ts'
import { fileSchema, filesOf, hasNamedMembers, memberNames, notRequired, replaced } from './members.ts'
import type { Parameter } from './parameters.ts'
import { parts } from './parts.ts'
import type { BodyPlan, BodyType, Field } from './plan.ts'
import type { Translator } from './schema.ts'
import { writerOf } from './style.ts'
import type { ParameterChoice } from './tool.ts'
import { Use } from './use.ts'
import { type Fields, fields, fromPairs, isFields, type Mutable, own, same, text, texts, token } from './value.ts'

/** A parameter's own schema with what the parameter says of itself. */
function parameterSchema(
  { place, schema }: Parameter,
  choice: ParameterChoice | undefined,
  translator: Translator,
): unknown {
  const translated = schema === undefined ? {} : translator.schema(schema)
  const written = fields(place.value)
  const said: Mutable = {}
  const description = choice?.description ?? text(own(written, 'description'))
  if (description !== undefined && description.trim() !== '') said['description'] = translator.text(description)
  if (written['deprecated'] === true) said['deprecated'] = true
  const examples = examplesOf(written)
  if (examples !== undefined) said['examples'] = examples
  if (choice?.default !== undefined) said['default'] = choice.default
  return beside(translated, said, translator)
}

/** Added to a schema, or to a use of one, without touching what others share. */
function beside(schema: unknown, said: Fields, translator: Translator): unknown {
  if (Object.keys(said).length === 0) return schema
  if (schema instanceof Use) return new Use(schema.component, { ...schema.beside, ...said })
  const made = joined(schema, said)
  return typeof schema === 'object' && schema !== null && translator.open.has(schema)
    ? translator.opened(fields(made))
    : made
}

function examplesOf(written: Fields): readonly unknown[] | undefined {
  if (written['example'] !== undefined) return [written['example']]
  const values = Object.values(fields(written['examples'])).flatMap((one) =>
    isFields(one) && one['value'] !== undefined ? [one['value']] : [],
  )
  return values.length === 0 ? undefined : values.slice(0, 5)
}

interface FieldSetting {
  readonly choice: ParameterChoice | undefined
  readonly declared: ReadonlySet<string>
  readonly headerBytes: number
  /** The name in a flat layout; `undefined`: grouped. */
  readonly flat: string | undefined
}

export function fieldOf(
  parameter: Parameter,
  translator: Translator,
  { choice, declared, headerBytes, flat }: FieldSetting,
): Field {
  const { name, in: where } = parameter
  const at = flat === undefined ? `/${groupOf(where)}/${token(name)}` : `/${token(flat)}`
  const fixed = choice?.fixed !== undefined
  const given = fixed
    ? { value: choice.fixed, always: true }
    : choice?.default === undefined
      ? undefined
      : { value: choice.default, always: false }
  return {
    in: where,
    name,
    argument: flat ?? name,
    at,
    required: parameter.required && given === undefined,
    offered: !fixed && choice?.hidden !== true,
    given,
    schema: parameterSchema(parameter, choice, translator),
    write: writerOf(parameter, { at, declared, headerBytes }),
  }
}

/** `querystring` is a query to who calls. */
export const groupOf = (where: Field['in']): string => (where === 'querystring' ? 'query' : where)

/** Choices of members of the body, by member. */
export type MemberChoices = ReadonlyMap<string, ParameterChoice>

/** `at`: the pointer of the argument. */
export function bodyPlan(body: Body, choices: MemberChoices, at: string, translator: Translator): BodyPlan {
  const index = preferred(body.media.map(({ type }) => type))
  const types = body.media.map((media, one): BodyType => {
    const made = bodyType(media, choices, at, translator)
    return one === index ? { ...made, schema: said(made.schema, body, media, translator) } : made
  })
  const given = [...choices].flatMap(([name, { fixed, default: standard }]) => {
    if (fixed !== undefined) return [{ name, value: fixed, always: true }]
    return standard === undefined ? [] : [{ name, value: standard, always: false }]
  })
  return { required: body.required, at, types, preferred: index, given }
}

/** What the document says around the schema, where the schema says nothing of the kind itself. */
function said(schema: unknown, { description }: Body, { examples }: Media, translator: Translator): unknown {
  const known = inner(schema)
  const more: Mutable = {}
  if (description !== undefined && description.trim() !== '' && known['description'] === undefined)
    more['description'] = translator.text(description)
  if (examples.length > 0 && known['examples'] === undefined) more['examples'] = examples
  return beside(schema, more, translator)
}

function bodyType(media: Media, choices: MemberChoices, at: string, translator: Translator): BodyType {
  const translated = media.schema === undefined ? {} : bodySchema(media, translator)
  const kind = bodyKind(media.type, !isText(translated) && media.schema !== undefined && hasShape(translated))
  const files = kind === 'multipart' || kind === 'parts' ? filesOf(media.schema, translator) : new Set<string>()
  const schema = schemaFor(kind, translated, files, translator)
  return {
    type: media.type,
    schema: choices.size === 0 ? schema : withChoices(schema, choices, translator),
    write: bodyWriter(media, kind, { files }, at),
  }
}

/** A parent with a mapping and no branches: its children, each under its name. */
function bodySchema(media: Media, translator: Translator): unknown {
  const { schema: place } = media
  if (place === undefined) return {}
  const children = childrenOf(translator, place)
  const property = text(
    own(fields(own(fields(translator.references.follow(place).value), 'discriminator')), 'propertyName'),
  )
  if (children.length === 0 || property === undefined) return translator.schema(place)
  const branches = children.map(({ names, place: child }) =>
    beside(translator.schema(child), { properties: { [property]: literal(names) } }, translator),
  )
  const { discriminator } = fields(translator.references.follow(place).value)
  return translator.opened({ oneOf: translator.opened(branches), 'x-discriminator': discriminator })
}

const inner = (schema: unknown): Fields =>
  fields(schema instanceof Use ? joined(schema.component.schema, schema.beside) : schema)

const isText = (schema: unknown): boolean => inner(schema)['type'] === 'string'

/** Whether it describes JSON at all: what has no type but members or branches does. */
const hasShape = (schema: unknown): boolean => {
  const { type, properties, allOf, oneOf, anyOf } = inner(schema)
  return (type !== undefined && type !== 'string') || [properties, allOf, oneOf, anyOf].some((one) => one !== undefined)
}

function schemaFor(
  kind: ReturnType<typeof bodyKind>,
  schema: unknown,
  files: ReadonlySet<string>,
  translator: Translator,
): unknown {
  switch (kind) {
    case 'bytes':
      return base64(schema)
    case 'text': {
      // XML is never generated: whatever shape the document gives it, the argument is its text.
      const known = inner(schema)
      if (typeof known['type'] === 'string' && scalars.has(known['type']))
        return translator.opened(withoutEncoding(known))
      return { type: 'string', ...(typeof known['description'] === 'string' && { description: known['description'] }) }
    }
    case 'multipart':
    case 'parts':
      return files.size === 0
        ? schema
        : replaced(schema, (name, one) => (files.has(name) ? fileSchema(one) : one), translator)
    case 'json':
    case 'lines':
    case 'form':
      return schema
  }
}

const scalars: ReadonlySet<string> = new Set(['string', 'number', 'integer', 'boolean'])

const withoutEncoding = (schema: Fields): Fields =>
  fromPairs(Object.entries(schema).filter(([name]) => name !== 'contentEncoding'))

function base64(schema: unknown): Fields {
  const { description, title, examples } = inner(schema)
  const said = Object.entries({ title, description, examples }).filter(([, one]) => one !== undefined)
  return { type: 'string', contentEncoding: 'base64', ...fromPairs(said) }
}

function withChoices(schema: unknown, choices: MemberChoices, translator: Translator): unknown {
  const gone = new Set<string>()
  const notNeeded = new Set<string>()
  for (const [name, { fixed, default: standard, hidden }] of choices) {
    if (fixed !== undefined || hidden === true) gone.add(name)
    if (fixed !== undefined || standard !== undefined) notNeeded.add(name)
  }
  const without = replaced(
    schema,
    (name, one) => {
      if (gone.has(name)) return undefined
      const choice = choices.get(name)
      if (choice === undefined) return one
      return beside(
        one,
        {
          ...(choice.description !== undefined && { description: choice.description }),
          ...(choice.default !== undefined && { default: choice.default }),
        },
        translator,
      )
    },
    translator,
  )
  return notRequired(without, notNeeded, translator)
}

/** The schema of `body`: the preferred type's, and others' where their shape differs and a model could use it. */
export function announcedBody({ types, preferred: index }: BodyPlan, translator: Translator): unknown {
  const first = types[index]
  if (first === undefined) return {}
  const others = types.filter((one) => one !== first && !alike(one.schema, first.schema) && !isPlainText(one.schema))
  const distinct = others.filter((one, at) => others.findIndex((other) => alike(other.schema, one.schema)) === at)
  if (distinct.length === 0) return first.schema
  return translator.opened({ anyOf: translator.opened([first.schema, ...distinct.map(({ schema }) => schema)]) })
}

const isPlainText = (schema: unknown): boolean => isText(schema) && inner(schema)['contentEncoding'] === undefined

const alike = (a: unknown, b: unknown): boolean =>
  a === b ||
  (a instanceof Use && b instanceof Use
    ? a.component === b.component
    : !(a instanceof Use) && !(b instanceof Use) && same(a, b))

/** Names of the members that stand beside the parameters in a flat layout; `undefined`: the body stays one argument. */
export function flatMembers(plan: BodyPlan): readonly string[] | undefined {
  const schema = plan.types[plan.preferred]?.schema
  return plan.types.length === 1 && hasNamedMembers(schema) ? [...new Set(memberNames(schema))] : undefined
}

/** The required members of an object, through what it is composed of. */
export const requiredMembers = (schema: unknown): readonly string[] => [
  ...new Set([...parts(schema, ['allOf'])].flatMap((part) => texts(part['required']))),
]

/** The schema of one member, wherever composition has put it. */
export function memberSchema(schema: unknown, name: string): unknown {
  for (const part of parts(schema, ['allOf'])) {
    const found = own(fields(part['properties']), name)
    if (found !== undefined) return found
  }
  return undefined
}
