import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { type TestContext, test } from 'node:test'
import { z } from 'zod'
import { CommandError, type Io, type ValidateOptions } from '../../src/cli/command.ts'
import { type ValidateSite, validate } from '../../src/cli/validate.ts'
import type { Problem } from '../../src/core/module.ts'
import { dryCompile } from '../../src/gateway/compile.ts'
import { parts } from '../../src/gateway/parts.ts'

const site: ValidateSite = { parts: { policies: { cors: z.unknown() }, backends: { host: z.string() } } }
const good =
  'binds: [{ port: 3000, listeners: [{ routes: [{ policies: { cors: {} }, backends: [{ host: localhost:1 }] }] }] }]\n'
const bad = 'binds:\n- port: 3000\n  listenrs: []\n  listeners: []\n'

interface Run {
  readonly code: number
  readonly out: string
}

async function run(options: Partial<ValidateOptions>, io: Partial<Io> = {}, more: ValidateSite = site): Promise<Run> {
  const out: string[] = []
  const code = await validate(
    { file: undefined, text: undefined, format: 'text', ledger: false, ...options },
    {
      stdin: Readable.from([]),
      stdout: { write: (text) => out.push(text) },
      stderr: { write: () => assert.fail('nothing belongs on stderr') },
      env: {},
      cwd: tmpdir(),
      platform: 'linux',
      signal: new AbortController().signal,
      ...io,
    },
    more,
  )
  return { code, out: out.join('') }
}

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'validate-'))
  t.after(() => rm(path, { recursive: true, force: true }))
  return path
}

test('a configuration without mistakes is valid, and the sum of its keys is told', async () => {
  assert.deepEqual(await run({ text: good }), {
    code: 0,
    out: 'Configuration is valid!\nno problems. Ledger: 8 keys accepted, 0 translated, 0 ignored, 0 not built, 0 refused  → --ledger\n',
  })
})

test('mistakes are shown in their place, and the answer is no', async () => {
  const { code, out } = await run({ text: bad })
  assert.equal(code, 1)
  assert.equal(
    out,
    `error[config.unknown-key]: \`listenrs\` is not a key of a bind
  --> --config:3:3   binds[0].listenrs
3 |   listenrs: []
  |   ^^^^^^^^ did you mean \`listeners\`?
1 error. Ledger: 3 keys accepted, 0 translated, 0 ignored, 0 not built, 1 refused (line 3)  → --ledger
`,
  )
})

test('what modules complain of is told together with what the configuration complains of', async () => {
  const late = { code: 'config.module', severity: 'error', message: 'no such thing' } as const
  const echo = { ...late, path: ['binds', 0, 'listeners', 0, 'routes', 1, 'backends', 0, 'backend'], message: 'again' }
  const compile = async (): Promise<Problem[]> => [{ ...late, path: ['binds', 0, 'port'] }, echo]
  const text = 'binds: [{ port: 1, listeners: [{ routes: [{}, { backends: [{ backend: nope }] }] }] }]\n'
  const { code, out } = await run({ text }, {}, { ...site, compile })
  assert.equal(code, 1)
  assert.match(out, /config\.module\]: no such thing\n/)
  assert.match(out, /there is no backend `nope`/)
  assert.doesNotMatch(out, /again/)
})

test('--ledger tells what became of each key', async () => {
  const { out } = await run({ text: 'config:\n  mcp: { sessionTtl: 5m }\n  workerThreads: 2\nllm: {}\n', ledger: true })
  assert.deepEqual(
    out
      .split('\n')
      .filter((line) => /^ +\d+ /.test(line) && !line.includes('|'))
      .map((line) => line.trim()),
    [
      '1  accepted   config',
      '2  accepted   config.mcp',
      '2  translated config.mcp.sessionTtl  (means `config.limits.sessionIdleMs`)',
      '3  ignored    config.workerThreads  (sets threads of another runtime; it is ignored)',
      '4  not built  llm',
    ],
  )
})

test('--format json is one document', async () => {
  const { code, out } = await run({ text: bad, format: 'json', ledger: true })
  assert.equal(code, 1)
  assert.deepEqual(JSON.parse(out), {
    version: 1,
    file: '--config',
    valid: false,
    problems: [
      {
        code: 'config.unknown-key',
        severity: 'error',
        file: '--config',
        line: 3,
        column: 3,
        path: 'binds[0].listenrs',
        message: '`listenrs` is not a key of a bind',
        hint: 'did you mean `listeners`?',
      },
    ],
    counts: { accepted: 3, refused: 1 },
    ledger: [
      { line: 1, path: 'binds', standing: 'accepted' },
      { line: 2, path: 'binds[0].port', standing: 'accepted' },
      { line: 3, path: 'binds[0].listenrs', standing: 'refused' },
      { line: 4, path: 'binds[0].listeners', standing: 'accepted' },
    ],
  })
})

test('a file, standard input and toolgate.yaml of the working directory are read', async (t) => {
  const cwd = await folder(t)
  await writeFile(join(cwd, 'mine.yaml'), bad)
  await writeFile(join(cwd, 'toolgate.yaml'), good)
  assert.match((await run({ file: 'mine.yaml' }, { cwd })).out, /--> mine\.yaml:3:3/)
  assert.equal((await run({}, { cwd })).code, 0)
  assert.match((await run({ file: '-' }, { stdin: Readable.from([bad.slice(0, 5), bad.slice(5)]) })).out, /--> -:3:3/)
})

test('a file that cannot be read is no answer at all', async (t) => {
  const cwd = await folder(t)
  await assert.rejects(run({ file: 'none.yaml' }, { cwd }), (thrown) => {
    assert.ok(thrown instanceof CommandError)
    assert.deepEqual([thrown.exitCode, thrown.message], [3, 'cannot read none.yaml: there is no such file'])
    return true
  })
  await assert.rejects(run({}, { cwd }), { hint: 'name a configuration with --file' })
})

test('problems that only compiling finds have their place too', async () => {
  const { code, out } = await run(
    { text: good },
    {},
    {
      ...site,
      compile: async (shape) => [
        { code: 'config.module', severity: 'error', path: shape.binds[0]?.listeners[0]?.path ?? [], message: 'late' },
      ],
    },
  )
  assert.equal(code, 1)
  assert.match(out, /^error\[config\.module\]: late\n {2}--> --config:1:35 {3}binds\[0\]\.listeners\[0\]\n/)
})

test('colour is for terminals, and NO_COLOR is obeyed', async () => {
  const out: string[] = []
  const stdout = { write: (text: string) => out.push(text), isTTY: true }
  await run({ text: bad }, { stdout })
  await run({ text: bad }, { stdout, env: { NO_COLOR: '1' } })
  assert.deepEqual(
    out.map((text) => text.includes('\u001b[')),
    [true, false],
  )
})

test('what rules do wrong is told by weight, with the part that is meant, and refuses nothing', async () => {
  const rules = [
    'mcp.tool.name == "a" && mcp.tool.name == "b"',
    'jwt.sub == "x" || jwt.sub != "x"',
    'request.heders["x"] == "1"',
    'jwt.roles.contains("admin")',
  ]
  const backend = 'backends: [{ mcp: { targets: [{ name: one, mcp: { host: http://localhost:1 } }] } }]'
  const text = `binds:
- port: 1
  listeners:
  - routes:
    - policies:
        mcpAuthorization:
          rules:
${rules.map((rule) => `          - '${rule}'`).join('\n')}
      ${backend}
    - name: open
      ${backend}
    - policies: { mcpAuthorization: { rules: ['mcp.tool.name == "a"'] } }
      name: plain
      backends: [{ host: localhost:1 }]
`
  const real = { parts, compile: (shape: Parameters<typeof dryCompile>[0]) => dryCompile(shape, () => undefined) }
  const { code, out } = await run({ text }, {}, real)
  assert.equal(code, 0, out)
  assert.match(out, /^warning\[cel\.never\]: these .*\n {2}--> --config:8:14 .*\n8 \|.*\n {2}\| {14}\^{44}\n/m)
  assert.match(out, /^warning\[cel\.always\]: these comparisons always hold\n {2}--> --config:9:14 /m)
  assert.match(
    out,
    /^warning\[cel\.unknown-field\]: .*\n {2}--> --config:10:22 .*\n.*\n.*\^{6} did you mean 'headers'\?\n/m,
  )
  assert.match(out, /^note\[cel\.substring\]: if `jwt\.roles` is a text and no list.*\n {2}--> --config:11:14 /m)
  assert.match(out, /^warning\[policy\.open\]: route `open` has no `mcpAuthorization`.*\n {2}--> --config:14:/m)
  assert.match(
    out,
    /^warning\[policy\.idle\]: `mcpAuthorization` decides nothing on route `plain`.*\n {2}--> --config:15:/m,
  )
  assert.match(out, /Configuration is valid!\n5 warnings, 1 note\. Ledger/)
})
