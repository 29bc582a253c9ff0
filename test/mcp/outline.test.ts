// The outline of a text: it takes exactly what JSON.parse takes, and says where members stand.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { outline, stringAt } from '../../src/mcp/outline.ts'

const DEEP = 1_000

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

for (const text of [
  '',
  ' ',
  '{',
  '}',
  '[',
  '[1,]',
  '{"a":1,}',
  '{"a" 1}',
  '{a:1}',
  '[1 2]',
  '{} {}',
  'nul',
  'nulll',
  'truefalse',
  '01',
  '-',
  '-01',
  '1.',
  '.5',
  '1e',
  '1e+',
  '+1',
  '--1',
  '0x1',
  'NaN',
  'Infinity',
  '-0',
  '1E5',
  '1.5e-3',
  '[-0.0e+0]',
  '"',
  '"\\',
  '"\\x"',
  '"\\u12"',
  '"\\u12g4"',
  '"\\u00E9"',
  '"\\"',
  '"\u0001"',
  '"\u007f"',
  '"\ud800"',
  "'a'",
  '\u00a0{}',
  ' {"a":[{},[],"",null,true,false,{"b":{"c":-1.5E+7}}]} ',
  '\t\r\n1\n',
  '{"":{}}',
  '"a"b',
  '\ufeff{}',
  '{"a":1 "b":2}',
])
  test(`${JSON.stringify(text)}: as JSON.parse sees it`, () => {
    assert.equal(outline(text, DEEP) !== undefined, isJson(text))
  })

test('what JSON.stringify writes is always taken', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1, '\t'), (value, space) => {
      assert.ok(outline(JSON.stringify(value, null, space), DEEP))
    }),
  )
})

test('a text with one character changed is taken if and only if JSON.parse takes it', () => {
  const pieces = fc.constantFrom('"', '\\', '{', '}', '[', ']', ',', ':', '0', '-', '.', 'e', 'u', ' ', '\n', 'é', '')
  fc.assert(
    fc.property(fc.json(), fc.nat(), pieces, fc.boolean(), (text, where, piece, instead) => {
      const at = where % (text.length + 1)
      const changed = text.slice(0, at) + piece + text.slice(instead ? at + 1 : at)
      assert.equal(outline(changed, DEEP) !== undefined, isJson(changed), changed)
    }),
    { numRuns: 2_000 },
  )
})

test('members are where JSON.parse finds them', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.jsonValue()),
      fc.dictionary(fc.string(), fc.jsonValue()),
      (top, params) => {
        const text = JSON.stringify({ ...top, params }, null, 1)
        const found = outline(text, DEEP)
        assert.ok(found)
        for (const [name, value] of Object.entries({ ...top, params })) {
          const span = found.members.at(name)
          assert.ok(span)
          assert.deepEqual(JSON.parse(text.slice(span.start, span.end)), JSON.parse(JSON.stringify(value)))
          if (typeof value === 'string') assert.equal(stringAt(text, span), value)
        }
        const own = found.members.at('params')
        assert.ok(own)
        for (const [name, value] of Object.entries(params)) {
          const span = found.params.at(name)
          assert.ok(span)
          const cut = text.slice(own.start, own.end).slice(span.start, span.end)
          assert.deepEqual(JSON.parse(cut), JSON.parse(JSON.stringify(value)))
        }
      },
    ),
  )
})

test('depth is bounded on the way', () => {
  assert.ok(outline('[[[]]]', 3))
  assert.equal(outline('[[[[]]]]', 3), undefined)
  assert.equal(outline('{"params":{"a":{"b":{}}}}', 3), undefined)
  assert.equal(outline('['.repeat(1_000_000), 64), undefined)
})
