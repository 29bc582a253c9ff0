// Choices at the root of a schema, for model providers that refuse them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RootKeyword } from '../../src/mcp/profiles.ts'
import { withoutAtRoot } from '../../src/mcp/root-schema.ts'

const all: readonly RootKeyword[] = ['oneOf', 'anyOf', 'allOf', 'enum', 'not']
const without = (schema: unknown, refused = all): unknown => {
  const text = withoutAtRoot(JSON.stringify(schema), refused)
  return text === undefined ? undefined : JSON.parse(text)
}
const of = (...names: string[]) => ({ properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])) })

test('a schema that has none of them is left alone', () => {
  assert.equal(without({ type: 'object', ...of('a') }), undefined)
  assert.equal(without({ type: 'object', not: {} }, ['oneOf']), undefined)
  assert.equal(without({ type: 'object', properties: { oneOf: { oneOf: [{}, {}] } } }), undefined, 'below the root')
})

test('properties of all branches come together; required is what no branch does without', () => {
  const oneOf = [
    { ...of('a', 'b'), required: ['a', 'b'] },
    { ...of('a', 'c'), required: ['a'] },
  ]
  assert.deepEqual(without({ type: 'object', ...of('z'), required: ['z'], oneOf }), {
    type: 'object',
    ...of('z', 'a', 'b', 'c'),
    required: ['z', 'a'],
  })
})

test('of parts that must all hold, everything that one requires is required', () => {
  const allOf = [
    { ...of('a'), required: ['a'] },
    { ...of('b'), required: ['b'] },
  ]
  assert.deepEqual(without({ allOf }), { ...of('a', 'b'), required: ['a', 'b'] })
})

test('what branches say differently of one property is a choice of its own', () => {
  const anyOf = [{ properties: { kind: { const: 'x' } } }, { properties: { kind: { const: 'y' } } }]
  assert.deepEqual(without({ anyOf }), { properties: { kind: { anyOf: [{ const: 'x' }, { const: 'y' }] } } })
  assert.deepEqual(without({ ...of('kind'), anyOf }), of('kind'), 'the root knows better')
})

test('references within the document are followed, and ends are found for those that go in circles', () => {
  const $defs = {
    A: { $ref: '#/$defs/a~1b' },
    'a/b': { ...of('a'), required: ['a'] },
    loop: { $ref: '#/$defs/loop' },
    deep: { anyOf: [{ $ref: '#/$defs/deep' }], ...of('d') },
  }
  const oneOf = [{ $ref: '#/$defs/A' }]
  assert.deepEqual(without({ oneOf, $defs }), { $defs, ...of('a'), required: ['a'] })
  for (const odd of ['#/$defs/loop', '#/nowhere', 'https://elsewhere.example/x', 7])
    assert.deepEqual(without({ oneOf: [{ $ref: odd }], $defs }), { $defs, properties: {} })
  assert.deepEqual(without({ oneOf: [{ $ref: '#/$defs/deep' }], $defs }), { $defs, ...of('d') })
})

test('what is no schema is no branch', () => {
  for (const odd of [7, 'x', {}, [7, true, null, []]])
    assert.deepEqual(without({ type: 'object', oneOf: odd }), { type: 'object', properties: {} })
  assert.deepEqual(without({ oneOf: [], properties: 7, required: 'x' }), { properties: {} })
})

test('numbers keep their digits', () => {
  const text = '{"oneOf":[{"properties":{"a":{"maximum":9007199254740993}}}]}'
  assert.equal(withoutAtRoot(text, all), '{"properties":{"a":{"maximum":9007199254740993}}}')
})
