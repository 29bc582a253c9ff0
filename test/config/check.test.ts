import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { complaints } from '../../src/config/check.ts'

const told = (schema: z.ZodType, value: unknown): readonly string[] =>
  complaints(schema, schema.safeParse(value).error, value, []).map(({ message }) => message)

test('a schema that has words for its pattern is quoted, a bare pattern is not shown', () => {
  const schema = z.strictObject({
    worded: z.string().regex(/^[a-z]+$/, 'must have letters only'),
    bare: z.string().regex(/^[a-z]+$/),
    address: z.url(),
  })
  assert.deepEqual(told(schema, { worded: '1', bare: '1', address: '1' }), [
    '`worded` must have letters only',
    '`bare` is not a valid text for this key',
    '`address` is not a valid url',
  ])
})
