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

test('a schema that has words for a bound or a type is quoted, others are put into words', () => {
  const schema = z.strictObject({
    reason: z.string().min(8, { error: 'must say why' }),
    list: z.array(z.int()).max(1, { error: 'is for one of them' }),
    kind: z.enum(['a', 'b'], { error: 'must be a kind that there is' }),
    count: z.number({ error: 'must be how many' }),
    short: z.string().min(2),
    many: z.array(z.int()).max(1),
  })
  const value = { reason: 'x', list: [1, 2], kind: 'c', count: 'x', short: '', many: [1, 2] }
  assert.deepEqual(told(schema, value), [
    '`reason` must say why',
    '`list` is for one of them',
    '`kind` must be a kind that there is',
    '`count` must be how many',
    '`short` must be at least 2 characters long',
    '`many` must be at most 1 entries long',
  ])
})
