import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Diagnostic } from '../../src/cel/ast.ts'
import { dialect } from '../../src/cel/dialect.ts'
import type { CelFunction } from '../../src/cel/functions/function.ts'
import { type LintOptions, lint } from '../../src/cel/lint.ts'
import { parse } from '../../src/cel/parser.ts'
import { positionOf, render } from '../../src/cel/render.ts'

const functions: ReadonlyMap<string, CelFunction> = new Map(
  [
    { name: 'size', answers: 'int' } as const,
    { name: 'string', answers: 'string' } as const,
    { name: 'contains', answers: 'bool' } as const,
    { name: 'math.least' },
  ].map((each) => [each.name, each]),
)

type Use = Omit<LintOptions, 'scope' | 'functions'>

function found(source: string, use: Use = {}): readonly Diagnostic[] {
  const parsed = parse(source, { optionalSyntax: true })
  if (!('ast' in parsed)) return assert.fail(`${source}: ${parsed.diagnostics[0]?.message}`)
  return lint(parsed.ast, { scope: dialect, functions, ...use })
}

const said = (source: string, use: Use = {}): string[] =>
  found(source, use).map(({ severity, code, message, hint }) => {
    const meant = hint === undefined ? '' : ` (${hint})`
    return `${severity} ${code.replace('cel.', '')}: ${message}${meant}`
  })

const allow: Use = { phase: 'authorization', expects: 'bool', role: 'allow' }
const deny: Use = { ...allow, role: 'deny' }

test('a sound rule is nothing to speak of', () => {
  for (const source of [
    'mcp.tool.name == "echo" && jwt.sub == "alice"',
    'jwt.groups.exists(g, g == "admin")',
    'request.headers["x-tier"] == "gold" || source.port < 1024',
    'has(jwt.tier) && jwt.tier == "gold"',
    'jwt != null',
    'mcp.tool.arguments.path.startsWith("/srv/")',
    'math.least(1, 2) == 1',
    'type(jwt.sub) == string',
    'llm.prompt.all(m, m.role != "system")',
    'request.headers.exists(name, name == "x-a")',
    'mcp.tool.name in ["a", "b"]',
  ])
    assert.deepEqual(said(source, allow), [], source)
})

test('unknown names and fields are told, with what was probably meant', () => {
  assert.deepEqual(said('reqest.path == "/"'), [
    `warning unknown-root: unknown name 'reqest' (did you mean 'request'?)`,
  ])
  assert.deepEqual(said('has(request.heders)'), [
    `warning unknown-field: unknown field 'heders' on request (did you mean 'headers'?)`,
  ])
  assert.deepEqual(said('request["metod"] == "GET"'), [
    `warning unknown-field: unknown field 'metod' on request (did you mean 'method'?)`,
  ])
  assert.deepEqual(said('mcp.tool.nam == "a"'), [
    `warning unknown-field: unknown field 'nam' on mcp.tool (did you mean 'name'?)`,
  ])
  assert.deepEqual(said('request.method.verb == 1'), [
    `warning unknown-field: unknown field 'verb' on request.method, a string`,
  ])
  assert.deepEqual(said('jwtt.contains("a")'), [`warning unknown-root: unknown name 'jwtt' (did you mean 'jwt'?)`])
})

test('fields of what a macro goes through are known as well', () => {
  assert.deepEqual(said('llm.prompt.exists(m, m.rol == "user")'), [
    `warning unknown-field: unknown field 'rol' on m (did you mean 'role'?)`,
  ])
  assert.deepEqual(said('request.with(r, r.heders)'), [
    `warning unknown-field: unknown field 'heders' on r (did you mean 'headers'?)`,
  ])
})

test('inherited properties of objects are no fields', () => {
  for (const field of ['constructor', 'toString', '__proto__', 'hasOwnProperty'])
    assert.equal(found(`request.${field} == 1`)[0]?.code, 'cel.unknown-field', field)
  for (const root of ['constructor', 'toString', '__proto__'])
    assert.equal(found(`${root} == 1`)[0]?.code, 'cel.unknown-root', root)
})

test('what is not there in a phase is told once', () => {
  assert.deepEqual(said('response.code == 200', { phase: 'request' }), [
    'warning phase: `response` is not there when a request comes in (it is there when the response passes or when the request is logged)',
  ])
  assert.deepEqual(
    found('mcp.tool.result.isError', { phase: 'authorization' }).map(({ code }) => code),
    ['cel.phase'],
  )
  assert.deepEqual(said('response.code == 200', { phase: 'log' }), [])
  assert.deepEqual(said('mcp.tool.arguments.a == 1', { phase: 'authorization' }), [])
})

test('a rule that is no condition is refused', () => {
  assert.deepEqual(said('request.method', allow), [
    'error not-bool: a rule must come to true or false, and this is always a string',
  ])
  assert.equal(found('jwt.n.size()', allow)[0]?.code, 'cel.not-bool')
  assert.equal(found('["a"]', { expects: 'bool' })[0]?.code, 'cel.not-bool')
  assert.deepEqual(said('jwt.admin', allow), [])
  assert.deepEqual(said('request.method', { role: 'field' }), [])
})

test('comparisons of different kinds can never hold', () => {
  assert.deepEqual(said('source.port == "80"', allow), [
    'warning never: an int and a string are never equal: this can never hold (write 80 without quotes)',
  ])
  assert.deepEqual(said('request.body == "x"'), [
    'warning never: bytes and a string are never equal: this can never hold (write string(request.body))',
  ])
  assert.equal(found('source.port != "80"')[0]?.code, 'cel.always')
  assert.equal(found('source.port in ["80", "443"]')[0]?.code, 'cel.never')
  assert.equal(found('request.startTime > 5')[0]?.code, 'cel.never')
  assert.equal(found('request.path.size() == "5"')[0]?.code, 'cel.never')
  assert.deepEqual(said('response.code == 200.0 && jwt.exp > 1u && jwt.rawToken == "a"', { phase: 'log' }), [])
})

test('a value that is no condition always fails where one is needed', () => {
  assert.deepEqual(said('request.path ? 1 : 2'), [
    'warning no-condition: a string is neither true nor false: this always fails',
  ])
  assert.equal(found('!request.method')[0]?.code, 'cel.no-condition')
  assert.equal(found('jwt.a && source.port')[0]?.code, 'cel.no-condition')
})

test('contradictions can never hold, and tautologies always do', () => {
  for (const source of [
    'jwt.team == "a" && jwt.team == "b"',
    'jwt.team == "a" && mcp.tool.name == "x" && "b" == jwt["team"]',
    'jwt.team in ["a", "b"] && jwt.team == "c"',
    'jwt.team == "a" && jwt.team != "a"',
    'jwt.admin && !jwt.admin',
    'jwt.x == 1 && (jwt.team == "a" && jwt.team == "b" || jwt.y == 2)',
    'jwt.team in []',
    '"a" == "b" || false',
  ])
    assert.equal(found(source, allow)[0]?.code, 'cel.never', source)
  for (const source of [
    'mcp.tool.name != "a" || mcp.tool.name != "b"',
    '!(jwt.n == 1) || !(jwt.n == 2)',
    'true || jwt.x',
    '1 == 1.0',
  ])
    assert.equal(found(source, allow)[0]?.code, 'cel.always', source)
  for (const source of [
    'jwt.team == "a" || jwt.team == "b"',
    'jwt.team != "a" && jwt.team != "b"',
    'jwt.n == 1 && jwt.n == 1.0',
    'jwt.groups.exists(g, g == "a") && jwt.groups.exists(g, g == "b")',
    '[1].exists(g, g == 1) && [2].exists(g, g == 2)',
  ])
    assert.deepEqual(said(source, allow), [], source)
})

test('a rule that is just true is meant so', () => {
  assert.deepEqual(said('true', allow), ['note always: this expression always holds'])
  assert.deepEqual(said('false', allow), ['note never: this expression can never hold'])
})

test('a deny rule that reads a claim which may be absent is told what then happens', () => {
  assert.deepEqual(said('jwt.tier == "free"', deny), [
    'note absent-claim: without `jwt.tier` this rule cannot be decided and denies; agentgateway would let the request pass (has(jwt.tier) && … says what you mean)',
  ])
  assert.equal(found('request.headers["x-a"] == "b"', deny)[0]?.code, 'cel.absent-claim')
  for (const source of [
    'has(jwt.tier) && jwt.tier == "free"',
    'default(jwt.tier, "") == "free"',
    'coalesce(jwt.tier, jwt.plan, "") == "free"',
    '"tier" in jwt && jwt.tier == "free"',
    'mcp.tool.name == "echo"',
    '[jwt].exists(j, has(j.a))',
  ])
    assert.deepEqual(said(source, deny), [], source)
  assert.deepEqual(said('jwt.tier == "free"', allow), [])
})

test('looking for a word in a claim that may be a text finds parts of words', () => {
  assert.deepEqual(said('"admin" in jwt.roles', allow), [
    'note substring: if `jwt.roles` is a text and no list, this also finds "admin" within a longer word (jwt.roles.exists(each, each == "admin") takes a list only)',
  ])
  assert.equal(found('jwt.realm_access.roles.contains("a")', allow)[0]?.code, 'cel.substring')
  for (const source of [
    'type(jwt.roles) == list && "admin" in jwt.roles',
    'request.path.contains("/admin")',
    'mcp.tool.arguments.text.contains("secret")',
    '"sub" in jwt',
    '"san" in source.subjectAltNames',
  ])
    assert.deepEqual(said(source, allow), [], source)
})

test('optional syntax works, and is an extension', () => {
  assert.deepEqual(said('jwt.?tier.orValue("") == jwt[?"plan"].orValue("")'), [
    'note optional-syntax: optional syntax is an extension: agentgateway refuses it',
  ])
  assert.equal(found('[?jwt.?a] == []')[0]?.code, 'cel.optional-syntax')
})

test('errors come first, then warnings, then notes', () => {
  const codes = found('"a" in jwt.roles && request.x == jwt.y && source.port == "1"', deny).map((each) => each.severity)
  assert.deepEqual(codes, ['warning', 'warning', 'note', 'note'])
})

test('thousands of terms are checked without a deep stack', () => {
  const terms = Array.from({ length: 2_000 }, (_, i) => `jwt.team == "t${i}"`)
  assert.equal(found(terms.join(' && '), allow)[0]?.code, 'cel.never')
  assert.deepEqual(said(terms.join(' || '), allow), [])
})

test('a diagnostic is shown with its line and a caret below the place', () => {
  const source = 'jwt.sub == "a" &&\n  request.heders["x"] == "é𝒳"'
  const [first] = found(source)
  if (first === undefined) return assert.fail('nothing was found')
  assert.equal(
    render(source, first),
    `warning: unknown field 'heders' on request (did you mean 'headers'?)  line 2, column 11
    request.heders["x"] == "é𝒳"
            ^^^^^^
`,
  )
  assert.deepEqual(positionOf('"𝒳" + x', 6), { line: 1, column: 6 })
})

test('of a long line only the piece around the place is shown', () => {
  const source = `${'jwt.a == 1 || '.repeat(50)}reqest.path == "/"${' || jwt.b'.repeat(50)}`
  const [first] = found(source)
  if (first === undefined) return assert.fail('nothing was found')
  const [, line = '', caret = ''] = render(source, first).split('\n')
  assert.equal(line.length, 102)
  assert.equal(line.slice(caret.indexOf('^'), caret.lastIndexOf('^') + 1), 'reqest')
})
