import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { jsonSchema } from '../../src/config/json-schema.ts'
import { notBuilt } from '../../src/config/not-built.ts'
import { parts } from './parts.ts'

const node = z.looseObject({
  properties: z.record(z.string(), z.unknown()).optional(),
  description: z.string().optional(),
  additionalProperties: z.unknown().optional(),
})

/** The schema of a key path; steps through lists and alternatives. */
function at(schema: unknown, ...path: string[]): z.infer<typeof node> {
  let found: unknown = schema
  for (const key of path) {
    found = [...inside(found)].find((one) => one.properties?.[key] !== undefined)?.properties?.[key]
    assert.notEqual(found, undefined, path.join('.'))
  }
  return node.parse(found)
}

function* inside(schema: unknown): Generator<z.infer<typeof node>> {
  const parsed = z
    .looseObject({ items: z.unknown().optional(), anyOf: z.array(z.unknown()).optional() })
    .safeParse(schema)
  if (!parsed.success) return
  yield node.parse(schema)
  if (parsed.data.items !== undefined) yield* inside(parsed.data.items)
  for (const option of parsed.data.anyOf ?? []) yield* inside(option)
}

test('the schema for editors knows every key that is checked', () => {
  const schema = jsonSchema(parts)
  const route = ['binds', 'listeners', 'routes']
  for (const path of [
    ['config', 'limits', 'mcpBody'],
    [...route, 'matches', 'path', 'pathPrefix'],
    [...route, 'policies', 'cors', 'allowOrigins'],
    [...route, 'backends', 'mcp', 'targets', 'name'],
    ['mcp', 'targets'],
    ['mcp', 'port'],
    ['gateways'],
  ])
    at(schema, ...path)
  assert.equal(at(schema, 'binds').properties, undefined)
})

test('the schema for editors refuses what is no key, and says what is not built', () => {
  const schema = jsonSchema(parts)
  assert.equal(node.parse(schema).additionalProperties, false)
  assert.deepEqual(
    [...inside(at(schema, 'mcp'))].map((one) => one.additionalProperties),
    [undefined, false, undefined],
  )
  for (const key of notBuilt.root) assert.match(at(schema, key).description ?? '', /not built/)
  assert.match(JSON.stringify(at(schema, 'config', 'adminAddr')), /"string"/)
})
