// Strings of a JSON text: each with its place, exchanged without touching anything else.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { withStrings } from '../../src/policy/json-strings.ts'

test('every string is visited with its place, names of members included', () => {
  const seen: string[] = []
  const json = ' {"a" : ["x", {"b\\u0022" : "\\\\"}, 1e400, [[]], "y"], "c":{}, "":"z"} '
  assert.equal(
    withStrings(
      json,
      ({ text, path, isKey }) => void seen.push(`${isKey ? 'key' : 'value'} ${path.join('/')} ${text}`),
    ),
    json,
  )
  assert.deepEqual(seen, [
    'key a a',
    'value a/0 x',
    'key a/1/b" b"',
    'value a/1/b" \\',
    'value a/4 y',
    'key c c',
    'key  ',
    'value  z',
  ])
})

test('what is exchanged is a string again; numbers keep their spelling', () => {
  const json = '{"n":1e400,"s":"say \\"no\\"","t":["say"]}'
  assert.equal(
    withStrings(json, ({ text }) => (text.startsWith('say') ? `${text}\n"` : undefined)),
    '{"n":1e400,"s":"say \\"no\\"\\n\\"","t":["say\\n\\""]}',
  )
})

test('any JSON value: the same strings as a parser sees, and the same value when they are exchanged for themselves', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), fc.boolean(), (value, indented) => {
      const json = JSON.stringify(value, undefined, indented ? 1 : 0)
      const seen: string[] = []
      const other = withStrings(json, ({ text, isKey }) => {
        if (!isKey) seen.push(text)
        return isKey ? undefined : `${text}!`
      })
      const expected: string[] = []
      const changed: unknown = JSON.parse(json, (_, each: unknown) => {
        if (typeof each === 'string') expected.push(each)
        return typeof each === 'string' ? `${each}!` : each
      })
      assert.deepEqual(seen.toSorted(), expected.toSorted())
      assert.deepEqual(JSON.parse(other), changed)
    }),
  )
})
