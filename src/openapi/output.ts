// What an operation answers with, as a schema: only where every good answer is JSON that has one (reference: openapi §6).
import type { Answer } from './bodies.ts'
import { Definitions } from './definitions.ts'
import { isJson } from './media.ts'
import type { Translator } from './schema.ts'
import { Use } from './use.ts'
import { type Fields, fields, isFields, list } from './value.ts'

export interface Output {
  readonly schema: Fields
  /** `data`: what is no object stands in a member of that name, as the original has it. */
  readonly root: 'object' | 'data'
}

/** `undefined`: nothing can be promised. */
export function outputOf(answers: readonly Answer[], method: string, translator: Translator): Output | undefined {
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
  return announced(distinct, translator)
}

const alike = (a: unknown, b: unknown): boolean =>
  a === b || (a instanceof Use && b instanceof Use && a.component === b.component)

function announced(schemas: readonly unknown[], translator: Translator): Output {
  const definitions = new Definitions(translator, false)
  for (const schema of schemas) definitions.count(schema)
  const written = schemas.map((schema) =>
    isObject(schema, 0) ? definitions.write(schema) : wrapped(definitions.write(schema)),
  )
  const root = schemas.every((schema) => isObject(schema, 0)) ? 'object' : 'data'
  const [first] = written
  const body = written.length === 1 ? single(fields(first)) : { type: 'object', anyOf: written }
  const { definitions: $defs } = definitions
  return { schema: $defs === undefined ? body : { ...body, $defs }, root }
}

/** The root says `object` itself: clients look there, and some do not follow references. */
function single(schema: Fields): Fields {
  return typeof schema['$ref'] === 'string' ? { type: 'object', allOf: [schema] } : { ...schema, type: 'object' }
}

const wrapped = (schema: unknown): Fields => ({ type: 'object', properties: { data: schema }, required: ['data'] })

function isObject(schema: unknown, depth: number): boolean {
  if (schema instanceof Use) return isObject(schema.component.schema, depth + 1)
  if (!isFields(schema) || depth > 8) return false
  const { type } = schema
  if (type !== undefined)
    return type === 'object' || (Array.isArray(type) && type.every((one) => one === 'object' || one === 'null'))
  if (isFields(schema['properties'])) return true
  if (list(schema['allOf']).some((one) => isObject(one, depth + 1))) return true
  const branches = [...list(schema['oneOf']), ...list(schema['anyOf'])].filter((one) => !isNull(one))
  return branches.length > 0 && branches.every((one) => isObject(one, depth + 1))
}

const isNull = (schema: unknown): boolean => isFields(schema) && schema['type'] === 'null'
