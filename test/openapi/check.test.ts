// What fits a schema, what is repaired, and how a refusal names its place.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { regex } from '../../src/cel/regex.ts'
import { Checks } from '../../src/openapi/check.ts'
import { checking, Digits, WRONG } from '../../src/openapi/checking.ts'
import { fields } from '../../src/openapi/value.ts'

const pattern = (source: string): { test(text: string): boolean } | undefined => {
  const compiled = regex(source)
  return 'message' in compiled ? undefined : compiled
}

function look(
  schema: object | boolean,
  value: unknown,
): { readonly found: unknown; readonly at: string; readonly problem: string } {
  const c = checking()
  const found = new Checks(fields(fields(schema)['$defs']), pattern).compile(schema)(value, c)
  return { found, at: c.at, problem: c.problem }
}

const fits = (schema: object | boolean, value: unknown): unknown => {
  const { found, at, problem } = look(schema, value)
  assert.notEqual(found, WRONG, `${at} ${problem}`)
  return found
}

const refuses = (schema: object | boolean, value: unknown, at: string, problem: RegExp): void => {
  const looked = look(schema, value)
  assert.equal(looked.found, WRONG, JSON.stringify(value))
  assert.equal(looked.at, at)
  assert.match(looked.problem, problem)
}

test('digits are numbers where a number is wanted, and keep every digit', () => {
  assert.equal(fits({ type: 'integer' }, '10'), 10)
  assert.equal(fits({ type: 'number' }, '-1.5'), -1.5)
  const long = fits({ type: 'integer' }, '9007199254740993')
  assert.ok(long instanceof Digits)
  assert.equal(JSON.stringify({ id: long }), '{"id":9007199254740993}')
  assert.equal(String(fits({ type: 'number' }, '0.1000000000000000000001')), '0.1000000000000000000001')
  refuses({ type: 'integer' }, '1.0', '', /integer expected, string given/)
  refuses({ type: 'integer' }, '0x10', '', /integer expected/)
  refuses({ type: 'integer' }, ' 1', '', /integer expected/)
  refuses({ type: 'integer' }, 2 ** 53, '', /beyond 2\^53/)
  refuses({ type: 'integer', maximum: 5 }, '9007199254740993', '', /above 5/)
  assert.equal(fits({ type: 'integer' }, 1e3), 1000)
})

test('only true and false are booleans, and one value is a list of one', () => {
  assert.equal(fits({ type: 'boolean' }, 'true'), true)
  refuses({ type: 'boolean' }, 'yes', '', /boolean expected/)
  refuses({ type: 'boolean' }, 1, '', /boolean expected, number given/)
  assert.deepEqual(fits({ type: 'array', items: { type: 'integer' } }, '3'), [3])
  refuses({ type: 'array' }, { a: 1 }, '', /array expected, object given/)
})

test('a string is never unpacked, and a number is no string', () => {
  refuses({ type: 'object' }, '{"a":1}', '', /object expected, string given/)
  assert.deepEqual(fits({ type: 'array', items: { type: 'string' } }, '["a"]'), ['["a"]'])
  refuses({ type: 'string' }, 12, '', /string expected, number given/)
})

test('what fits as it is is not repaired for another branch', () => {
  assert.equal(fits({ oneOf: [{ type: 'integer' }, { type: 'string' }] }, '10'), '10')
  assert.equal(fits({ anyOf: [{ type: 'integer' }, { type: 'boolean' }] }, '10'), 10)
  assert.equal(fits({ type: ['integer', 'string'] }, '10'), '10')
  assert.equal(fits({ type: ['integer', 'null'] }, '10'), 10)
})

test('nothing that is looked at is changed', () => {
  const value = Object.freeze({ a: '1', b: Object.freeze(['2']) })
  const found = fits(
    { type: 'object', properties: { a: { type: 'integer' }, b: { type: 'array', items: { type: 'integer' } } } },
    value,
  )
  assert.deepEqual(found, { a: 1, b: [2] })
  assert.deepEqual(value, { a: '1', b: ['2'] })
  const same = { a: 1 }
  assert.equal(fits({ type: 'object', properties: { a: { type: 'integer' } } }, same), same)
})

test('null is left out where it is neither needed nor allowed', () => {
  const schema = {
    type: 'object',
    required: ['b'],
    properties: { a: { type: 'string' }, b: { type: 'string' }, c: { type: ['string', 'null'] } },
  }
  assert.deepEqual(fits(schema, { a: null, b: 'x', c: null }), { b: 'x', c: null })
  refuses(schema, { b: null }, '/b', /string expected, null given/)
})

test('bounds, lengths, patterns and multiples', () => {
  refuses({ type: 'integer', minimum: 1 }, 0, '', /below 1/)
  refuses({ type: 'number', exclusiveMaximum: 1 }, 1, '', /not below 1/)
  refuses({ type: 'number', multipleOf: 0.1 }, 0.35, '', /no multiple/)
  assert.equal(fits({ type: 'number', multipleOf: 0.1 }, 0.3), 0.3)
  assert.equal(fits({ type: 'string', maxLength: 2 }, '👍👍'), '👍👍')
  refuses({ type: 'string', maxLength: 1 }, '👍👍', '', /longer than 1/)
  refuses({ type: 'string', minLength: 3 }, '👍👍', '', /shorter than 3/)
  refuses({ type: 'string', pattern: '^[0-9]+$' }, '12a', '', /pattern/)
  refuses({ type: 'array', maxItems: 1 }, [1, 2], '', /more than 1/)
  refuses({ type: 'array', uniqueItems: true }, [{ a: 1 }, { a: 1 }], '', /equal items/)
  refuses({ type: 'array', contains: { const: 3 } }, [1, 2], '', /0 items/)
  refuses({ type: 'object', minProperties: 1 }, {}, '', /fewer than 1/)
  refuses({ type: 'string', contentEncoding: 'base64' }, 'a*b', '', /base64/)
  assert.equal(fits({ type: 'string', contentEncoding: 'base64' }, 'a-_b'), 'a-_b')
})

test('a pattern that no linear engine can look for is not looked for', () => {
  assert.equal(fits({ type: 'string', pattern: '^(?=x)y' }, 'anything'), 'anything')
})

test('a pattern that makes other engines slow is answered at once', () => {
  refuses({ type: 'string', pattern: '^(a+)+$' }, `${'a'.repeat(50_000)}!`, '', /pattern/)
})

test('a refusal names the place, however deep, and the nearest name', () => {
  const schema = {
    type: 'object',
    properties: {
      list: {
        type: 'array',
        items: { type: 'object', properties: { 'a/b': { type: 'integer' } }, additionalProperties: false },
      },
    },
  }
  refuses(schema, { list: [{}, { 'a/b': 'x' }] }, '/list/1/a~1b', /integer expected/)
  refuses(schema, { list: [{ 'a/c': 1 }] }, '/list/0/a~1c', /not known here; nearest: a\/b/)
  refuses(
    { anyOf: [{ type: 'string' }, { type: 'object', required: ['id'], properties: { id: { type: 'integer' } } }] },
    { id: 'x' },
    '/id',
    /integer expected/,
  )
  refuses({ enum: ['a', 'b'] }, 'c', '', /not one of \["a","b"\]/)
})

test('inherited names are names like any other', () => {
  refuses(
    { type: 'object', properties: {}, additionalProperties: false },
    JSON.parse('{"__proto__":1}'),
    '/__proto__',
    /not known/,
  )
  refuses({ type: 'object', required: ['constructor'] }, {}, '/constructor', /missing/)
  const found = fits(
    { type: 'object', properties: { a: { type: 'integer' } } },
    JSON.parse('{"__proto__":{"x":1},"a":"1"}'),
  )
  assert.equal(JSON.stringify(found), '{"__proto__":{"x":1},"a":1}')
})

test('not, if, dependent and unevaluated', () => {
  refuses({ not: { type: 'string' } }, 'x', '', /rules out/)
  const conditional = {
    if: { properties: { kind: { const: 'a' } }, required: ['kind'] },
    // oxlint-disable-next-line unicorn/no-thenable -- the keyword of JSON Schema
    then: { required: ['a'] },
    else: { required: ['b'] },
  }
  refuses(conditional, { kind: 'a' }, '/a', /missing/)
  refuses(conditional, {}, '/b', /missing/)
  refuses({ dependentRequired: { a: ['b'] } }, { a: 1 }, '/b', /missing, and a is there/)
  const closed = {
    allOf: [{ properties: { a: {} } }, { $ref: '#/$defs/B' }],
    unevaluatedProperties: false,
    $defs: { B: { properties: { b: {} } } },
  }
  assert.deepEqual(fits(closed, { a: 1, b: 2 }), { a: 1, b: 2 })
  refuses(closed, { c: 1 }, '/c', /not known/)
  const patterned = { ...closed, patternProperties: { '^x-': { type: 'integer' } } }
  assert.deepEqual(fits(patterned, { a: 1, 'x-c': 2 }), { a: 1, 'x-c': 2 })
  refuses(patterned, { a: 1, 'x-c': 'two' }, '/x-c', /integer expected/)
  refuses(patterned, { y: 1 }, '/y', /not known/)
  // A pattern that cannot be looked for may be what a member was meant by.
  assert.deepEqual(fits({ ...closed, patternProperties: { '(?<=a)b': {} } }, { y: 1 }), { y: 1 })
  refuses({ propertyNames: { maxLength: 1 } }, { ab: 1 }, '/ab', /no name/)
})

test('a schema that is part of itself comes to an end', () => {
  const schema = {
    $ref: '#/$defs/A',
    $defs: {
      A: { allOf: [{ $ref: '#/$defs/B' }], type: 'object' },
      B: { allOf: [{ $ref: '#/$defs/A' }], required: ['x'] },
    },
  }
  assert.deepEqual(fits(schema, { x: 1 }), { x: 1 })
  refuses(schema, {}, '/x', /missing/)
})

test('schemas that meet again and again are looked at once', () => {
  const $defs = Object.fromEntries(
    Array.from({ length: 60 }, (_, index) => [
      `L${index}`,
      { allOf: [{ $ref: `#/$defs/L${index + 1}` }, { $ref: `#/$defs/L${index + 1}` }] },
    ]),
  )
  const schema = { $ref: '#/$defs/L0', $defs: { ...$defs, L60: { type: 'object', required: ['x'] } } }
  assert.deepEqual(fits(schema, { x: 1 }), { x: 1 })
  refuses(schema, {}, '/x', /missing/)
})
