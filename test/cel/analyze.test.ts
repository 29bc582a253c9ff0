import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Analysis, analyze } from '../../src/cel/analyze.ts'
import type { Ast } from '../../src/cel/ast.ts'
import { dialect } from '../../src/cel/dialect.ts'
import type { CustomFunction } from '../../src/cel/options.ts'
import { parse } from '../../src/cel/parser.ts'

function tree(source: string): Ast {
  const parsed = parse(source, { optionalSyntax: true })
  if (!('ast' in parsed)) return assert.fail(`${source}: ${parsed.diagnostics[0]?.message}`)
  return parsed.ast
}

const of = (source: string): Analysis => analyze(tree(source), dialect)
const reads = (source: string): string[] => [...of(source).reads].toSorted()
const attributes = (source: string): string[] => [...of(source).attributes].toSorted()

test('fields are read as paths, and a literal index is a field', () => {
  assert.deepEqual(reads('jwt.sub == "a" && jwt["realm"].roles[0] == "b"'), ['jwt.realm.roles[]', 'jwt.sub'])
  assert.deepEqual(attributes('request.method == "GET" && jwt.body == "x"'), [])
  assert.deepEqual(attributes('request["body"] == b""'), ['request.body'])
  assert.deepEqual(attributes('request.?body.orValue(b"")'), ['request.body'])
})

test('an index that is not known counts as every field', () => {
  assert.deepEqual(attributes('request[request.headers.x] == 1'), ['request.body', 'request.bodyPrefix'])
  assert.deepEqual(attributes('mcp.tool[jwt.f]'), ['mcp.tool.arguments', 'mcp.tool.error', 'mcp.tool.result'])
  assert.deepEqual(attributes('jwt[request.method]'), [])
})

test('a variable of a macro stands for what it is bound to', () => {
  assert.deepEqual(reads('request.with(r, r.body)'), ['request.body'])
  assert.deepEqual(reads('cel.bind(r, request, r.body == b"")'), ['request.body'])
  assert.deepEqual(reads('llm.prompt.map(m, m.role)'), ['llm.prompt[].role'])
  assert.deepEqual(reads('llm.prompt.exists(i, m, i > 0 && m.content == "")'), ['llm.prompt[].content'])
  assert.deepEqual(reads('llm.prompt.filter(m, m.role == "user")[0].content'), [
    'llm.prompt[].content',
    'llm.prompt[].role',
  ])
  assert.deepEqual(attributes('request.mapValues(v, v)'), ['request.body', 'request.bodyPrefix'])
})

test('a variable hides the root of its name, and only inside its macro', () => {
  assert.deepEqual(attributes('[jwt].exists(request, request.body == 1)'), [])
  assert.deepEqual(attributes('[jwt].exists(request, .request.body == b"")'), ['request.body'])
  assert.deepEqual(attributes('[jwt].exists(request, request.x == 1) && request.body == b""'), ['request.body'])
})

test('whoever looks at the whole looks at every field', () => {
  for (const source of ['toJson(request)', '[request]', '{"r": request}', 'request == jwt', 'request.merge({})'])
    assert.deepEqual(attributes(source), ['request.body', 'request.bodyPrefix'], source)
  assert.deepEqual(attributes('toJson(request.headers)'), [])
  assert.equal(attributes('variables()').length, 10)
})

test('asking whether something is there needs nothing that is in it', () => {
  assert.deepEqual(attributes('request != null && null == response'), [])
  assert.deepEqual(attributes('request.body != null'), ['request.body'])
})

test('a value is followed through conditions and defaults', () => {
  assert.deepEqual(attributes('(jwt.x ? request : response).body'), ['request.body', 'response.body'])
  assert.deepEqual(attributes('default(request, response).body'), ['request.body', 'response.body'])
  assert.deepEqual(attributes('request.?body.value() == b""'), ['request.body'])
})

test('what is bound and never used is evaluated all the same', () => {
  assert.deepEqual(attributes('request.body.with(b, 1)'), ['request.body'])
  assert.deepEqual(attributes('cel.bind(b, request.body, 1)'), ['request.body'])
})

test('a field whose name looks like a path does not hide one', () => {
  assert.deepEqual(attributes('mcp.tool.arguments == 1 && mcp["tool.arguments"] == 2'), ['mcp.tool.arguments'])
})

const custom = (name: string, parameters: string[], source: string, rest = false): [string, CustomFunction] => [
  name,
  { name, parameters, rest, body: tree(source) },
]
const functions = new Map([
  custom('bodyOf', ['message'], 'message.body'),
  custom('inner', ['this'], 'this.with(t, t.body)'),
  custom('outer', ['a'], 'a.inner() == b"" && jwt.sub == "x"'),
  custom('all', ['first', 'rest'], 'first.method == rest[0]', true),
])

test('functions of the configuration read what they are given', () => {
  const found = (source: string): string[] => [...analyze(tree(source), dialect, functions).attributes].toSorted()
  assert.deepEqual(found('bodyOf(request)'), ['request.body'])
  assert.deepEqual(found('response.inner()'), ['response.body'])
  assert.deepEqual(found('outer(request) && outer(response)'), ['request.body', 'response.body'])
  assert.deepEqual(found('all(request)'), [])
  assert.deepEqual(found('all(jwt, request)'), ['request.body', 'request.bodyPrefix'])
  assert.ok(analyze(tree('outer(request)'), dialect, functions).reads.has('jwt.sub'))
})

test('bindings that double at each step end in reading everything, soon', () => {
  const step = (rest: string, i: number): string => `(jwt.c ? x${i}.p : x${i}.q).with(x${i + 1}, ${rest})`
  let source = 'x15.body'
  for (let i = 14; i >= 0; i--) source = step(source, i)
  assert.deepEqual(attributes(`request.with(x0, ${source})`), [])
  assert.deepEqual(attributes(`(jwt.a ? request : request).with(x0, ${source}) == request.body`), ['request.body'])
})

test('thousands of terms are no depth', () => {
  const terms = Array.from({ length: 3_000 }, () => 'jwt.n').join(' + ')
  assert.deepEqual(reads(`${terms} == request.body.size()`), ['jwt.n', 'request.body'])
})
