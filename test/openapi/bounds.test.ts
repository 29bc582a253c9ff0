// Small documents that would become large, or never end: each comes to an end, and says what it did without.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { request } from '../../src/openapi/request.ts'
import { converted, losses, refused, sent, tool } from './documents.ts'

const to = (name: string): object => ({ $ref: `#/components/schemas/${name}` })

const document = (schemas: object, type = 'application/json', operations = 1): object => ({
  openapi: '3.0.3',
  info: { title: 't', version: '1' },
  servers: [{ url: 'https://api.example.test' }],
  paths: Object.fromEntries(
    Array.from({ length: operations }, (_, index) => [
      `/p${index}`,
      {
        post: {
          operationId: `p${index}`,
          requestBody: { content: { [type]: { schema: to('S0') } } },
          responses: { 200: { description: 'ok', content: { 'application/json': { schema: to('S0') } } } },
        },
      },
    ]),
  ),
  components: { schemas },
})

/** `levels` schemas, each made of the next one twice: 2^levels paths to the last. */
const doubled = (levels: number, last: object): object =>
  Object.fromEntries(
    Array.from({ length: levels + 1 }, (_, index) => [
      `S${index}`,
      index === levels ? last : { allOf: [to(`S${index + 1}`), to(`S${index + 1}`)] },
    ]),
  )

test('schemas that are made of the same schemas again and again are translated, checked and sent', () => {
  const last = {
    type: 'object',
    required: ['a'],
    properties: { a: { type: 'string', format: 'binary' }, id: { type: 'integer', readOnly: true } },
  }
  for (const type of ['application/json', 'multipart/form-data', 'application/x-www-form-urlencoded'])
    for (const layout of ['grouped', 'flat'] as const) {
      const one = tool(converted(document(doubled(80, last), type), { arguments: layout }), 'p0')
      const wrap = (body: object): object => (layout === 'flat' ? body : { body })
      assert.ok(sent(one, wrap({ a: 'AAAA' })).body !== undefined, type)
      assert.match(refused(one, wrap({ a: 'not base64!' })).problem, /base64/, type)
    }
})

test('a chain of thousands of schemas is no deeper than the document', () => {
  const chain = (length: number): object =>
    Object.fromEntries(
      Array.from({ length }, (_, index) => [
        `S${index}`,
        index === length - 1 ? { type: 'string' } : { type: 'object', properties: { n: to(`S${index + 1}`) } },
      ]),
    )
  const conversion = converted(document(chain(2500)))
  const one = tool(conversion, 'p0')
  const defs = Object(one.definition['inputSchema']).$defs
  assert.ok(Object.keys(defs).length > 100)
  assert.equal(refused(one, { body: { n: { n: { n: 1 } } } }).at, '/body/n/n/n')
  const { constraints } = conversion.score()
  assert.deepEqual([constraints.kept, constraints.of > 0], [constraints.of, true])
  const longer = converted(document(chain(30_000)), { limits: { documentBytes: 1 << 24 } })
  assert.equal(longer.tools.length, 0)
  assert.match(losses(longer).join('\n'), /more than schemaSteps: 20000/)
})

test('many operations of many schemas have one budget, and what is over it is named', () => {
  const wide = Object.fromEntries(
    Array.from({ length: 60 }, (_, index) => [
      `S${index}`,
      {
        type: 'object',
        properties: Object.fromEntries(
          Array.from({ length: 20 }, (__, other) => [`p${other}`, to(`S${(index * 7 + other * 13) % 60}`)]),
        ),
      },
    ]),
  )
  const conversion = converted(document(wide, 'application/json', 40), { limits: { totalSchemaSteps: 50_000 } })
  assert.ok(conversion.tools.length > 0 && conversion.tools.length < 40)
  assert.equal(conversion.losses.filter(({ severity }) => severity === 'error').length, 40 - conversion.tools.length)
  assert.match(losses(conversion).join('\n'), /totalSchemaSteps: 50000/)
})

test('a thousand warnings are listed, and the rest is counted', () => {
  const properties = Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`a${index}`, { type: 'array' }]))
  const conversion = converted(document({ S0: { type: 'object', properties } }))
  assert.ok(conversion.losses.length <= 1002)
  assert.match(losses(conversion).join('\n'), /further warnings are not listed/)
})

test('branches by the thousand are told apart by name', () => {
  const names = Array.from({ length: 3000 }, (_, index) => `B${index}`)
  const schemas = {
    S0: {
      oneOf: names.map(to),
      discriminator: {
        propertyName: 'kind',
        mapping: Object.fromEntries(names.map((name) => [`k${name}`, `#/components/schemas/${name}`])),
      },
    },
    ...Object.fromEntries(
      names.map((name) => [name, { type: 'object', required: ['kind'], properties: { kind: { type: 'string' } } }]),
    ),
  }
  const one = tool(converted(document(schemas)), 'p0')
  assert.ok('body' in request(one, { body: { kind: 'kB2999' } }))
  assert.ok('problem' in request(one, { body: { kind: 'B2999' } }))
})

test('answers of more media types than anybody chooses among have no schema; such bodies are refused', () => {
  const content = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`application/x${index}`, {}]))
  const paths = {
    '/a': { get: { operationId: 'a', responses: { 200: { description: 'ok', content } } } },
    '/b': { post: { operationId: 'b', requestBody: { content }, responses: {} } },
  }
  const conversion = converted({ openapi: '3.1.0', info: { title: 't', version: '1' }, paths })
  assert.deepEqual(
    conversion.tools.map(({ name }) => name),
    ['a'],
  )
  assert.match(losses(conversion).join('\n'), /101 media types, more than 100/)
})
