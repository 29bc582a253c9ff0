// `toolgate cel`: values, faults and diagnostics as a shell and a script see them.
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { folder, toolgate } from './io.ts'

const lines = (out: string): unknown[] =>
  out
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line))

test('an expression is evaluated, and its value is JSON', async () => {
  assert.deepEqual(await toolgate(['cel', 'eval', '"x".size() + 1']), { code: 0, out: '2\n', err: '' })
  const { out } = await toolgate(['cel', 'eval', '{"a": [1.5, null, b"x", duration("90s")]}'])
  assert.deepEqual(JSON.parse(out), { a: [1.5, null, { $bytes: 'x' }, { $duration: '90s' }] })
})

test('a context gives the roots their values', async (t) => {
  const cwd = await folder(t)
  const context = {
    jwt: { sub: 'alice', rawToken: { $secret: 's3cret' } },
    request: { headers: { 'X-A': ['1', '2'] }, uri: 'http://h/?q=v', body: { $bytes: '{"n":1}' } },
    own: { $uint: '7' },
  }
  await writeFile(path.join(cwd, 'c.json'), JSON.stringify(context))
  const value = async (expression: string): Promise<unknown> =>
    JSON.parse((await toolgate(['cel', 'eval', expression, '--context', 'c.json'], { cwd })).out)
  assert.equal(await value('jwt.sub == "alice" && own == 7u'), true)
  assert.deepEqual(await value('request.headers["x-a"]'), ['1', '2'])
  assert.deepEqual(await value('request.uri.query("q")'), ['v'])
  assert.equal(await value('json(request.body).n'), 1)
  assert.equal(await value('jwt.rawToken'), '<redacted>')
  const piped = await toolgate(['cel', 'eval', 'jwt.n', '--context', '-'], { stdin: '{"jwt":{"n":9007199254740993}}' })
  assert.deepEqual(JSON.parse(piped.out), { $int: '9007199254740993' })
})

test('a fault is the answer no, with its kind and without any value', async () => {
  const { code, out } = await toolgate(['cel', 'eval', 'jwt.tier == "x"'])
  assert.equal(code, 1)
  assert.deepEqual(JSON.parse(out), { error: { kind: 'no-such-key', message: 'no such key: tier' } })
  const wrong = await toolgate(['cel', 'eval', '"s3cret" + 1', '--format', 'json'])
  assert.equal(wrong.code, 1)
  assert.equal(JSON.parse(wrong.out).ok, false)
  assert.doesNotMatch(wrong.out + wrong.err, /s3cret/)
})

test('what does not compile is shown with a caret beside the JSON', async () => {
  const { code, out, err } = await toolgate(['cel', 'eval', 'jwt.roles.contians("a")'])
  assert.equal(code, 1)
  assert.equal(JSON.parse(out).error.kind, 'compile-error')
  assert.match(err, /^error: unknown function .*did you mean 'contains'\?.* line 1, column 11\n {2}jwt.*\n {12}\^+\n$/)
})

test('--format json is one document with a version', async () => {
  const { out } = await toolgate(['cel', 'eval', '[1]', '--format', 'json'])
  assert.deepEqual(JSON.parse(out), { version: 1, ok: true, value: [1] })
})

test('lines of expressions are answered in order, each with its id', async () => {
  const asked = [
    { id: 1, expression: 'a + 1', context: { a: 2 } },
    { id: 'two', expression: '1 / 0' },
    { id: 3, expression: '1 +' },
    {
      id: 4,
      expression: 'mcp.tool.arguments.x == 1',
      context: { mcp: { tool: { arguments: { $unknown: 'arguments' } } } },
    },
    { id: 5, expression: '1', context: { request: { body: { $bytes: 5 } } } },
  ]
  const stdin = `${asked.map((each) => JSON.stringify(each)).join('\n')}\n\nnot json\n{"id":6}\n`
  const { code, out } = await toolgate(['cel', 'eval', '-'], { stdin })
  assert.equal(code, 3)
  const answers = lines(out)
  assert.deepEqual(answers[0], { id: 1, ok: true, value: 3 })
  assert.deepEqual(
    answers.map((each) => {
      const { id, error }: { id: unknown; error?: { kind: string } } = Object(each)
      return [id, error?.kind]
    }),
    [
      [1, undefined],
      ['two', 'division-by-zero'],
      [3, 'compile-error'],
      [4, 'unknown'],
      [5, 'bad-context'],
      [null, 'bad-line'],
      [6, 'bad-line'],
    ],
  )
  assert.equal((await toolgate(['cel', 'eval', '-'], { stdin: '{"id":1,"expression":"1/0"}\n' })).code, 0)
})

test('checking names what is wrong, as which rule, and what is read', async () => {
  const { code, out } = await toolgate(['cel', 'check', 'request.heders["x"] == "1"', '--role', 'allow'])
  assert.equal(code, 0)
  assert.equal(
    out,
    `warning: unknown field 'heders' on request (did you mean 'headers'?)  line 1, column 9
  request.heders["x"] == "1"
          ^^^^^^
the expression can be used
reads request.heders.x
`,
  )
  const rule = await toolgate(['cel', 'check', 'request.method', '--role', 'deny'])
  assert.equal(rule.code, 1)
  assert.match(rule.out, /^error: a rule must come to true or false/)
  const phase = await toolgate(['cel', 'check', 'response.code == 200', '--phase', 'request', '--format', 'json'])
  const found = JSON.parse(phase.out)
  assert.equal(found.valid, true)
  assert.deepEqual(found.reads, ['response.code'])
  assert.deepEqual(
    [found.diagnostics[0].code, found.diagnostics[0].line, found.diagnostics[0].column],
    ['cel.phase', 1, 1],
  )
  assert.equal((await toolgate(['cel', 'check', '-'], { stdin: 'jwt.sub ==\n  "a"\n' })).code, 0)
})

test('functions of a file can be called', async (t) => {
  const cwd = await folder(t)
  await writeFile(path.join(cwd, 'f.txt'), 'this.joined(prefix, parts...) { prefix + this + parts.join("") }')
  await writeFile(path.join(cwd, 'bad.txt'), 'size(a) { a }')
  const { out } = await toolgate(['cel', 'eval', '"b".joined("a", "c", "d")', '--functions', 'f.txt'], { cwd })
  assert.equal(out, '"abcd"\n')
  const bad = await toolgate(['cel', 'eval', '1', '--functions', 'bad.txt'], { cwd })
  assert.equal(bad.code, 1)
  assert.match(bad.err, /size\(\) exists already/)
})

test('optional syntax is there for who asks for it', async () => {
  assert.equal((await toolgate(['cel', 'eval', '{"a": 1}.?b.orValue(2)'])).code, 1)
  assert.equal((await toolgate(['cel', 'eval', '{"a": 1}.?b.orValue(2)', '--optional-syntax'])).out, '2\n')
})

test('wrong usage and what cannot be read are told apart', async () => {
  for (const argv of [['cel'], ['cel', 'evla', '1'], ['cel', 'eval'], ['cel', 'eval', 'a', '==', '1']])
    assert.equal((await toolgate(argv)).code, 2, argv.join(' '))
  assert.match((await toolgate(['cel', 'evla', '1'])).err, /did you mean `eval`/)
  assert.match((await toolgate(['cel', 'eval', 'a', '==', '1'])).err, /try: toolgate cel eval 'a == 1'/)
  assert.equal((await toolgate(['cel', 'eval', '1', '--context', 'none.json'])).code, 3)
  assert.equal((await toolgate(['cel', 'eval', '1', '--context', '-'], { stdin: '{' })).code, 3)
})

test('text that would move the cursor is escaped', async () => {
  const { out } = await toolgate(['cel', 'eval', String.raw`"\u001b[2J"`])
  assert.equal(out, '"\\u001b[2J"\n')
  const { err } = await toolgate(['cel', 'eval', '"\u001b[2J" + ('])
  assert.ok(!err.includes('\u001b'))
})
