import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { cut, deeperThan, edited, elements, find, members, repeats, setMember } from '../../src/mcp/json.ts'

const spaced = (value: unknown, gap: string): string => JSON.stringify(value, null, gap)

test('every member of an object is found where it stands, whatever the spacing', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom('', ' ', '\t', '\n  '), (object, gap) => {
      const text = spaced(object, gap)
      const found = members(text)
      assert.deepEqual([...found.keys()].toSorted(), Object.keys(JSON.parse(text)).toSorted())
      for (const [name, span] of found)
        assert.deepEqual(JSON.parse(cut(text, span)), JSON.parse(JSON.stringify(object[name])))
    }),
  )
})

test('every element of an array is found where it stands', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), fc.constantFrom('', ' ', '\n'), (array, gap) => {
      const text = spaced(array, gap)
      assert.deepEqual(
        elements(text).map((span) => JSON.parse(cut(text, span))),
        JSON.parse(text),
      )
    }),
  )
})

test('of equal names the last one counts, as in JSON.parse', () => {
  const text = '{"a":1,"a":2}'
  const span = members(text).get('a')
  assert.ok(span)
  assert.equal(cut(text, span), '2')
})

test('an edit exchanges one value and leaves every other byte', () => {
  const text = '{ "n": 1e400, "name" : "x\\u0041", "m":[-0, 9007199254740993] }'
  const span = find(text, ['name'])
  assert.ok(span)
  assert.equal(edited(text, [{ ...span, with: '"y"' }]), '{ "n": 1e400, "name" : "y", "m":[-0, 9007199254740993] }')
})

test('edits may come in any order', () => {
  const text = '{"a":1,"b":2}'
  const at = members(text)
  const [a, b] = [at.get('a'), at.get('b')]
  assert.ok(a && b)
  assert.equal(
    edited(text, [
      { ...b, with: '"B"' },
      { ...a, with: '"A"' },
    ]),
    '{"a":"A","b":"B"}',
  )
})

test('a member is set in place, or added to an empty or a filled object', () => {
  const set = (text: string) => edited(text, [setMember(text, 0, 'k', '1')])
  assert.equal(set('{}'), '{"k":1}')
  assert.equal(set('{ "a":0}'), '{"k":1, "a":0}')
  assert.equal(set('{"a":0,"k":"old"}'), '{"a":0,"k":1}')
})

test('setting a member gives what assignment gives', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.string(), fc.jsonValue(), (object, name, value) => {
      fc.pre(name !== '__proto__')
      const text = JSON.stringify(object)
      const after = edited(text, [setMember(text, 0, name, JSON.stringify(value))])
      assert.deepEqual(JSON.parse(after), JSON.parse(JSON.stringify({ ...object, [name]: value })))
    }),
  )
})

test('depth counts brackets outside of strings only', () => {
  assert.equal(deeperThan('[[["[[[[[["]]]', 3), false)
  assert.equal(deeperThan('[[[[1]]]]', 3), true)
  assert.equal(deeperThan('{"a\\"[[[[":[1]}', 2), false)
})

test('text that is cut short ends every search', () => {
  for (const text of ['{', '{"a', '{"a":', '{"a":[1,', '{"a":"b\\"']) {
    assert.ok(members(text) instanceof Map)
    assert.equal(typeof deeperThan(text, 3), 'boolean')
  }
})

test('two members of one name are found wherever they are, however they are spelled', () => {
  for (const text of [
    '{"a":1,"a":2}',
    ' { "a" : {} , "b" : [ 1 , { "c" : "}" , "c" : null } ] } ',
    '[[[{"x":1},{"x":1,"y":[],"x":1}]]]',
    String.raw`{"path":1,"p\u0061th":2}`,
    String.raw`{"\"":1,"\u0022":2}`,
    '{"__proto__":1,"__proto__":2}',
    '{"a":{"a":{"b":1,"a":[{"b":1}]}},"a":0}',
  ])
    assert.equal(repeats(text), true, text)
  for (const text of [
    '1',
    '"{\\"a\\":1,\\"a\\":2}"',
    '{}',
    '[]',
    '{"a":"a","b":"a"}',
    '{"a":["a","a",{"a":"a"}],"b":{"a":1}}',
    '[{"a":1},{"a":1}]',
    String.raw`{"a\\":"\"a","a":"{\"a\":1}"}`,
  ])
    assert.equal(repeats(text), false, text)
  assert.equal(repeats('{"a":{"b":1},"c":{"b":1,"b":2}}', 5), false, 'of the value at the index alone')
  fc.assert(fc.property(fc.jsonValue(), fc.constantFrom('', ' '), (value, gap) => !repeats(spaced(value, gap))))
})

test('a text that nests without end is read once, not once for each level', () => {
  const deep = 100_000 // a walk from level to level would go through ten thousand million characters, or end the stack
  const nested = (inside: string): string => `${'[{"a":'.repeat(deep)}${inside}${'}]'.repeat(deep)}`
  assert.equal(repeats(nested('0')), false)
  assert.equal(repeats(nested('{"b":1,"b":1}')), true)
})
