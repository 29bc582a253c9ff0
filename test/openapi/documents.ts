// Documents written in tests, and what becomes of them.
import assert from 'node:assert/strict'
import { convert } from '../../src/openapi/convert.ts'
import { type Library, readDocument } from '../../src/openapi/load.ts'
import { sentence } from '../../src/openapi/loss.ts'
import type { Plan, PlannedTool } from '../../src/openapi/plan.ts'
import { request } from '../../src/openapi/request.ts'
import type { Conversion, Credentials, HttpRequest, Options, Problem } from '../../src/openapi/tool.ts'
import { fields } from '../../src/openapi/value.ts'

export function library(source: string | object, limits?: Options['limits']): Library {
  const read = readDocument(typeof source === 'string' ? source : JSON.stringify(source), 'api.yaml', limits)
  assert.ok(!('code' in read), 'code' in read ? sentence(read) : '')
  return read
}

export const converted = (source: string | object, options?: Options): Conversion<Plan> =>
  convert(library(source, options?.limits), options)

/** The tool of that name; what was lost is in the message when there is none. */
export function tool(conversion: Conversion<Plan>, name: string): PlannedTool {
  const found = conversion.tools.find((one) => one.name === name)
  assert.ok(found, `no tool ${name}: ${conversion.losses.map(sentence).join('\n')}`)
  return found
}

export const losses = (conversion: Conversion<Plan>): readonly string[] => conversion.losses.map(sentence)

export function sent(one: PlannedTool, args: unknown, credentials?: Credentials): HttpRequest {
  const made = request(one, args, credentials)
  assert.ok(!('problem' in made), JSON.stringify(made))
  return made
}

export function refused(one: PlannedTool, args: unknown): Problem {
  const made = request(one, args)
  assert.ok('problem' in made, JSON.stringify(made))
  return made
}

/** A document of 3.1 with one operation that takes a body of that schema, and components beside it. */
export const withBody = (schema: object, components: object = {}, version = '3.1.0'): object => ({
  openapi: version,
  info: { title: 't', version: '1' },
  servers: [{ url: 'https://api.example.test' }],
  paths: {
    '/things': {
      post: {
        operationId: 'post',
        requestBody: { required: true, content: { 'application/json': { schema } } },
        responses: { 204: { description: 'ok' } },
      },
    },
  },
  components: { schemas: components },
})

/** The schema of the body of that operation, and `$defs`. */
export function bodySchema(source: object, options?: Options): { readonly body: unknown; readonly defs: unknown } {
  const input = fields(tool(converted(source, options), 'post').definition['inputSchema'])
  return { body: fields(input['properties'])['body'], defs: input['$defs'] }
}

/** A document with one GET that answers with that schema. */
export const answering = (schema: object, components: object = {}, version = '3.1.0'): object => ({
  openapi: version,
  info: { title: 't', version: '1' },
  servers: [{ url: 'https://api.example.test' }],
  paths: {
    '/thing': {
      get: {
        operationId: 'get',
        responses: { 200: { description: 'ok', content: { 'application/json': { schema } } } },
      },
    },
  },
  components: { schemas: components },
})
