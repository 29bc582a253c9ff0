// JSON with comments: read as editors read it, and changed in one place only.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { JsonProblem, readJsonc, setMember, valueOf } from '../../src/cli/jsonc.ts'

const read = (text: string): unknown => JSON.parse(JSON.stringify(valueOf(readJsonc(text))))

test('comments, trailing commas and a byte order mark are read over', () => {
  const text = '\ufeff// first\n{ /* a */ "a": [1, 2,], // b\n "b": {"c": "// not a comment", }, }\n'
  assert.deepEqual(read(text), { a: [1, 2], b: { c: '// not a comment' } })
})

test('what is no JSON is said with its place', () => {
  for (const [text, line, column] of [
    ['{"a": }', 1, 7],
    ['{\n  "a": 1\n  "b": 2\n}', 3, 3],
    ['{a: 1}', 1, 2],
    ['{} {}', 1, 4],
    ['[', 1, 2],
    ['', 1, 1],
    ['{"a": 01}', 1, 7],
    ['"\\x"', 1, 1],
  ] as const)
    assert.throws(
      () => readJsonc(text),
      (error) => error instanceof JsonProblem && error.line === line && error.column === column,
      text,
    )
})

test('nesting without end is refused instead of ending the process', () => {
  assert.throws(() => readJsonc('['.repeat(100_000)), JsonProblem)
})

test('a member named __proto__ is a member', () => {
  const value = valueOf(readJsonc('{"__proto__": {"polluted": true}}'))
  assert.deepEqual(Object.keys(value ?? {}), ['__proto__'])
  assert.equal(Object.getPrototypeOf(value), null)
})

test('a new member goes behind the last one; comments, commas and indentation stay', () => {
  const before = '{\n\t// mine\n\t"servers": {\n\t\t"a": {"x": 1} // one\n\t},\n\t"inputs": []\n}\n'
  const after =
    '{\n\t// mine\n\t"servers": {\n\t\t"a": {"x": 1}, // one\n\t\t"b": {\n\t\t\t"y": 2\n\t\t}\n\t},\n\t"inputs": []\n}\n'
  assert.equal(setMember(before, ['servers', 'b'], { y: 2 }), after)
  assert.equal(setMember('{\n  "a": 1, // x\n}\n', ['b'], 2), '{\n  "a": 1, // x\n  "b": 2,\n}\n')
  assert.equal(setMember('{"a":1}', ['b'], 2), '{"a":1,\n  "b": 2\n}')
  assert.equal(
    setMember('{\r\n    "a": 1\r\n}', ['b', 'c'], 2),
    '{\r\n    "a": 1,\r\n    "b": {\r\n        "c": 2\r\n    }\r\n}',
  )
  assert.equal(setMember('{}', ['a'], 1), '{\n  "a": 1\n}')
  assert.equal(setMember('{\n  // nothing yet\n}', ['a'], 1), '{\n  // nothing yet\n  "a": 1\n}')
  assert.equal(setMember('', ['a', 'b'], 1), '{\n  "a": {\n    "b": 1\n  }\n}\n')
})

test('a member that is there gets its new value and keeps its place', () => {
  assert.equal(setMember('{"a": {"b": 1}, "c": 2} // end', ['a', 'b'], true), '{"a": {"b": true}, "c": 2} // end')
  assert.throws(() => setMember('{"a": 1}', ['a', 'b'], 2), JsonProblem)
  assert.throws(() => setMember('[]', ['a'], 2), JsonProblem)
})

test('whatever the settings hold, setting a member changes nothing else', () => {
  const names = fc.string({ unit: 'grapheme', maxLength: 5 })
  const settings = fc.dictionary(names, fc.oneof(fc.jsonValue(), fc.dictionary(names, fc.jsonValue())))
  fc.assert(
    fc.property(settings, names, fc.constantFrom('', '  ', '\t'), (given, name, indent) => {
      const text = JSON.stringify(given, null, indent)
      const { servers } = given
      fc.pre(servers === undefined || (typeof servers === 'object' && servers !== null && !Array.isArray(servers)))
      const expected = JSON.parse(text)
      expected.servers = { ...expected.servers, ...JSON.parse(`{${JSON.stringify(name)}: {"url": "u"}}`) }
      assert.deepEqual(JSON.parse(setMember(text, ['servers', name], { url: 'u' })), expected)
    }),
  )
})
