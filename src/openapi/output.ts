// What an operation answers with, as a schema: only where every good answer is JSON that has one (reference: openapi §6).
import type { Answer } from './bodies.ts'
import { type Budget, Definitions } from './definitions.ts'
import { isJson } from './media.ts'
import type { Translator } from './schema.ts'
import { Use } from './use.ts'
import { type Fields, fields, isFields, list } from './value.ts'

export interface Output {
  readonly schema: Fields
  /** `data`: everything stands in a member of that name, as the original has it for what is no object. */
  readonly root: 'object' | 'data' | 'either'
}

/** `undefined`: nothing can be promised. */
export function outputOf(
  answers: readonly Answer[],
  method: string,
  translator: Translator,
  budget: Budget,
): Output | undefined {
  if (method === 'HEAD') return undefined
  const good = answers.filter(({ status }) => /^2(?:\d\d|XX)$/i.test(status))
  const counting = good.length > 0 ? good : answers.filter(({ status }) => status === 'default')
  if (counting.length === 0) return undefined
  const schemas: unknown[] = []
  for (const { media } of counting) {
    if (media.length === 0) return undefined
    for (const { type, schema, sequence } of media) {
      if (!isJson(type) || sequence || schema === undefined) return undefined
      schemas.push(translator.schema(schema))
    }
  }
  const distinct = schemas.filter((one, index) => schemas.findIndex((other) => alike(one, other)) === index)
  return announced(distinct, new Definitions(translator, false, budget))
}

const alike = (a: unknown, b: unknown): boolean =>
  a === b || (a instanceof Use && b instanceof Use && a.component === b.component)

function announced(schemas: readonly unknown[], definitions: Definitions): Output {
  for (const schema of schemas) definitions.count(schema)
  const kinds = schemas.map((schema) => kindOf(schema, new Set()))
  const written = schemas.flatMap((schema, index): readonly unknown[] => {
    const one = definitions.write(schema)
    if (kinds[index] === 'object') return [one]
    if (kinds[index] === 'other') return [wrapped(one)]
    return isFields(one) && Object.keys(one).length > 0 ? [one, wrapped(one)] : [{}]
  })
  const [first] = written
  const body = written.length === 1 ? single(fields(first)) : { type: 'object', anyOf: written }
  const { definitions: $defs } = definitions
  const root = kinds.every((kind) => kind === 'object')
    ? 'object'
    : kinds.every((kind) => kind === 'other')
      ? 'data'
      : 'either'
  return { schema: $defs === undefined ? body : { ...body, $defs }, root }
}

/** The root says `object` itself: clients look there, and some do not follow references. */
function single(schema: Fields): Fields {
  return typeof schema['$ref'] === 'string' ? { type: 'object', allOf: [schema] } : { ...schema, type: 'object' }
}

const wrapped = (schema: unknown): Fields => ({ type: 'object', properties: { data: schema }, required: ['data'] })

/** What values are: objects stand as they are, others under `data`; where both may be, both are said. */
function kindOf(schema: unknown, seen: Set<unknown>): 'object' | 'other' | 'either' {
  if (schema instanceof Use) {
    if (seen.has(schema.component)) return 'either'
    seen.add(schema.component)
    return kindOf(schema.component.schema, seen)
  }
  if (!isFields(schema) || seen.has(schema) || seen.size > 200) return 'either'
  seen.add(schema)
  const { type } = schema
  const known = (typeof type === 'string' ? [type] : list(type)).filter((one) => one !== 'null')
  if (known.length > 0) return !known.includes('object') ? 'other' : known.length === 1 ? 'object' : 'either'
  const all = list(schema['allOf']).map((one) => kindOf(one, seen))
  if (all.includes('object')) return 'object'
  if (all.includes('other')) return 'other'
  const kinds = new Set(
    [...list(schema['oneOf']), ...list(schema['anyOf'])].filter((one) => !isNull(one)).map((one) => kindOf(one, seen)),
  )
  if (kinds.size === 1) return kinds.values().next().value ?? 'either'
  return kinds.size === 0 && isFields(schema['properties']) ? 'object' : 'either'
}

const isNull = (schema: unknown): boolean => isFields(schema) && schema['type'] === 'null'
