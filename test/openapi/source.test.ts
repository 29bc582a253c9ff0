// Reading documents: what is refused, with which number and line, and where everything stands.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compactJson } from '../../src/openapi/json-text.ts'
import { limitsWith } from '../../src/openapi/limits.ts'
import type { Loss } from '../../src/openapi/loss.ts'
import type { SourceFile } from '../../src/openapi/place.ts'
import { readSource } from '../../src/openapi/source.ts'

const read = (source: string, limits = {}): SourceFile | Loss =>
  readSource({ name: 'a.yaml', base: 'file:///a.yaml', source }, limitsWith(limits))

function value(source: string): unknown {
  const file = read(source)
  assert.ok(!('code' in file), JSON.stringify(file))
  return file.value
}

function loss(source: string, limits = {}): Loss {
  const file = read(source, limits)
  assert.ok('code' in file)
  return file
}

test('YAML is read with the core schema: dates are texts, tags are refused, merge keys merge maps', () => {
  assert.deepEqual(value('version: 2024-01-01\non: yes\nn: 0o17\nm: ~'), {
    version: '2024-01-01',
    on: 'yes',
    n: 15,
    m: null,
  })
  assert.deepEqual(value('a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}'), { a: { x: 1, y: 2 }, b: { x: 1, y: 3 } })
  assert.equal(loss('a: !!js/function x').code, 'openapi.syntax')
  assert.deepEqual(value('\ufeff{"a": 1}'), { a: 1 })
})

test('YAML that only patient parsers read is read', () => {
  assert.deepEqual(value('a:\n  b: {\n    "c": 1\n  }\n'), { a: { b: { c: 1 } } })
})

test('a name that stands twice refuses the document, with both lines', () => {
  assert.match(
    loss('{"a": 1,\n "b": [{"c": 1},\n {"d": 1,\n "d": 2}]}').problem,
    /"d" stands twice in one object, on lines 3 and 4/,
  )
  assert.match(loss('a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n').problem, /"c" stands twice in one map, on lines 3 and 5/)
  assert.match(loss('{"a":1,"\\u0061":2}').problem, /"a" stands twice/)
  assert.equal(loss('{"a":1,"a":2}').line, 1)
  assert.deepEqual(value('{"a":{"x":1},"b":{"x":1},"c":["x","x"],"x":"{\\"x\\":"}'), {
    a: { x: 1 },
    b: { x: 1 },
    c: ['x', 'x'],
    x: '{"x":',
  })
})

test('a syntax error names its line', () => {
  const found = loss('a: 1\nb: [1,\nc: 2\n')
  assert.equal(found.code, 'openapi.syntax')
  assert.ok((found.line ?? 0) >= 2)
  assert.equal(loss('').problem, 'the file is empty')
  assert.match(loss('a: 1\n---\nb: 2\n').problem, /several documents/)
})

test('bombs of aliases are refused by what they expand to, and by their number', () => {
  const levels = [
    'a: &a [x,x,x,x,x,x,x,x,x,x]',
    ...Array.from('bcdefgh').map(
      (name, index) => `${name}: &${name} [${Array.from({ length: 10 }, () => `*${'abcdefgh'[index]}`).join(',')}]`,
    ),
  ]
  assert.match(loss(levels.join('\n')).problem, /more than nodes: 1000000/)
  assert.match(
    loss(levels.slice(0, 4).join('\n'), { aliases: 20 }).problem,
    /anchors and aliases, more than aliases: 20/,
  )
  assert.match(loss('a: &a\n  b: *a').problem, /nodes: 1000000/)
})

test('sizes and depths are bounded, and said', () => {
  assert.match(loss(`a: ${'x'.repeat(100)}`, { documentBytes: 50 }).problem, /103 bytes, more than documentBytes: 50/)
  assert.match(loss(`${'{"a":'.repeat(70)}1${'}'.repeat(70)}`).problem, /deeper than nesting: 64/)
  assert.match(loss(`${'['.repeat(70)}1${']'.repeat(70)}`).problem, /deeper than nesting: 64/)
  assert.match(
    loss(`a:\n  b: {\n    "c": ${'['.repeat(70)}${']'.repeat(70)}\n  }\n`).problem,
    /deeper than nesting: 64/,
  )
  assert.match(loss(`${'['.repeat(200_000)}${']'.repeat(200_000)}`).problem, /deeper than nesting: 64/)
  assert.match(
    loss(`${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}`).problem,
    /deeper than nesting: 64|cannot be read/,
  )
})

test('every pointer has a line, in JSON and in YAML, and what is not there that of its parent', () => {
  const yaml = read(
    'openapi: 3.1.0\npaths:\n  /a~b:\n    get:\n      parameters:\n        - name: x\n        - name: y\n',
  )
  assert.ok(!('code' in yaml))
  const pointers = [
    '',
    '/openapi',
    '/paths/~1a~0b/get',
    '/paths/~1a~0b/get/parameters/1/name',
    '/paths/~1a~0b/get/parameters/9/name',
  ]
  assert.deepEqual(
    [...yaml.lines(pointers)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line),
    [1, 1, 4, 7, 5],
  )
  const json = read('{\n "a": {\n  "b": [1,\n   {"c": 2}]\n }\n}')
  assert.ok(!('code' in json))
  assert.deepEqual(Object.fromEntries(json.lines(['/a/b/1/c', '/a/b/0', '/a'])), {
    '/a': 2,
    '/a/b/0': 3,
    '/a/b/1/c': 4,
  })
  const odd = read('a:\n  b: {\n    "c": 1\n  }\nd:\n  - e: 1\n')
  assert.ok(!('code' in odd))
  assert.deepEqual(Object.fromEntries(odd.lines(['/a/b/c', '/d/0/e'])), { '/a/b/c': 3, '/d/0/e': 6 })
})

test('JSON loses its whitespace and nothing else', () => {
  assert.equal(compactJson('{ "a" : 1.0e5 ,\n "b": "x  \\"  y" }\n'), '{"a":1.0e5,"b":"x  \\"  y"}')
  fc.assert(
    fc.property(fc.jsonValue(), (json) =>
      assert.equal(compactJson(JSON.stringify(json, undefined, 3)), JSON.stringify(json)),
    ),
  )
})
