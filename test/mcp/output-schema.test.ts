// Schemas of results, for clients whose libraries know objects only.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { legacyOutput } from '../../src/mcp/output-schema.ts'

const legacy = (schema: unknown): unknown => {
  const made = legacyOutput(JSON.stringify(schema))
  return made.kind === 'text' ? JSON.parse(made.text) : made.kind
}
const wrapped = (schema: unknown) => ({ type: 'object', properties: { result: schema }, required: ['result'] })

test('an object stays as it is', () => {
  assert.equal(legacy({ type: 'object', properties: { a: { type: 'array' } } }), 'same')
})

test('what is no object is wrapped as its results are', () => {
  for (const schema of [{ type: 'array', items: {} }, { type: 'string' }, { type: ['string', 'null'] }])
    assert.deepEqual(legacy(schema), wrapped(schema))
})

test('what may be an object or something else is left out', () => {
  for (const schema of [{}, { type: ['object', 'null'] }, { type: [] }, { type: 7 }, { anyOf: [{ type: 'object' }] }])
    assert.equal(legacy(schema), 'none')
})

test('references go on leading where they led', () => {
  const schema = {
    type: 'array',
    items: { $ref: '#/$defs/x', enum: ['#', { $ref: '#/data' }] },
    $defs: {
      x: { properties: { $ref: { $ref: '#' } }, default: { $ref: '#/d' } },
      far: { $ref: 'https://x.example/#/a' },
    },
  }
  assert.deepEqual(
    legacy(schema),
    wrapped({
      type: 'array',
      items: { $ref: '#/properties/result/$defs/x', enum: ['#', { $ref: '#/data' }] },
      $defs: {
        x: { properties: { $ref: { $ref: '#/properties/result' } }, default: { $ref: '#/d' } },
        far: { $ref: 'https://x.example/#/a' },
      },
    }),
  )
})

test('a schema with an address of its own keeps its references, and a dialect stays at the root', () => {
  const named = { $id: 'https://x.example/s', type: 'array', items: { $ref: '#/$defs/x' } }
  assert.deepEqual(legacy(named), wrapped(named))
  const inner = { type: 'array', items: { $id: 'i', $ref: '#/a' } }
  assert.deepEqual(legacy(inner), wrapped(inner))
  const $schema = 'http://json-schema.org/draft-07/schema#'
  assert.deepEqual(legacy({ $schema, type: 'array' }), { $schema, ...wrapped({ $schema, type: 'array' }) })
})
