import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import { expand } from '../../src/config/expand.ts'
import { loadConfig } from '../../src/config/load.ts'
import { pathText } from '../../src/config/problems.ts'
import { parts as built } from '../../src/gateway/parts.ts'
import { parts } from './parts.ts'

const root = join(import.meta.dirname, '../..')
const load = (text: string, env: Record<string, string> = {}) => loadConfig({ text, file: 'config.yaml', env, parts })
/** With the modules that the gateway has. */
const loadBuilt = (text: string, env: Record<string, string>) =>
  loadConfig({ text, file: 'config.yaml', env, parts: built })

/** Codes that answer a key we know and do not run; everything else says that the configuration is wrong. */
const known = new Set(['config.not-built', 'config.refused', 'config.ignored'])
const wrong = (text: string, env: Record<string, string>) =>
  loadBuilt(text, env).problems.filter(({ code }) => !known.has(code))

const configs = z
  .array(z.object({ id: z.string(), source: z.string(), valid: z.boolean(), text: z.string() }))
  .parse(JSON.parse(readFileSync(join(root, 'test/golden/config/agentgateway/configs.json'), 'utf8')))

/** Values for every variable that a text names in capitals, as a user would export them. */
const exported = (text: string): Record<string, string> =>
  Object.fromEntries(
    expand(text, {})
      .missing.filter(({ name }) => /^[A-Z0-9_]+$/.test(name))
      .map(({ name }) => [name, 'x']),
  )

for (const { id, source, valid, text } of configs) {
  test(`${valid ? 'accepts' : 'refuses'} configuration ${id} of ${source}`, () => {
    const problems = wrong(text, exported(text))
    if (valid) assert.deepEqual(problems, [])
    else assert.notEqual(problems.length, 0)
  })
}

test('every key of an accepted configuration is in the ledger, and none of them refused but those of a mesh', () => {
  const refused = configs
    .filter(({ valid }) => valid)
    .flatMap(({ text }) => loadBuilt(text, exported(text)).ledger)
    .filter(({ standing }) => standing === 'refused')
    .map(({ path }) => path.at(-1))
  assert.deepEqual(
    [...new Set(refused.map(String))].toSorted((a, b) => a.localeCompare(b)),
    ['inferenceRouting', 'service', 'spiffe'],
  )
})

const demo = join(root, '../shared/fixtures/demo/config')
const demoThere = existsSync(demo) ? false : `${demo} is missing: it is not part of this repository`

test('the demo configuration is read whole, and the ledger is right about every key of it', { skip: demoThere }, () => {
  const text = readFileSync(join(demo, 'agentgateway_config.yaml'), 'utf8')
  const { problems, ledger } = loadBuilt(text, exported(text))
  assert.deepEqual([...new Set(problems.map(({ code }) => code))], ['config.not-built'])
  const by = Object.groupBy(ledger, ({ standing }) => standing)
  assert.deepEqual(Object.keys(by).toSorted(), ['accepted', 'not built'])
  const last = (rows: typeof ledger = []) =>
    [...new Set(rows.map(({ path }) => String(path.at(-1))))].toSorted((a, b) => a.localeCompare(b))
  assert.deepEqual(last(by['not built']), ['ai', 'extAuthz', 'remoteRateLimit', 'tracing', 'transformations'])
  for (const key of ['backendTLS', 'cors', 'requestHeaderModifier', 'urlRewrite', 'retry', 'targets', 'port', 'exact'])
    assert.ok(last(by.accepted).includes(key), key)
})

test('an error anywhere leaves no shape to start half of it', () => {
  assert.equal(
    load('binds: [{ port: 3000, listeners: [{ routes: [{ policies: { extProc: {} } }] }] }]').shape,
    undefined,
  )
  assert.notEqual(load('binds: [{ port: 3000, listeners: [{ routes: [] }] }]').shape, undefined)
})

test('an empty file is an empty configuration', () => {
  for (const text of ['', '# nothing\n', '{}', 'binds:\n']) {
    const { shape, problems } = load(text)
    assert.deepEqual(problems, [])
    assert.deepEqual(shape?.binds, [])
  }
})

test('JSON is read as well as YAML', () => {
  const { shape } = load(JSON.stringify({ binds: [{ port: 8080, listeners: [] }] }, null, '\t'))
  assert.equal(shape?.binds[0]?.port, 8080)
})

test('a member of a module body is still checked beside one that is not built', () => {
  const text = `
binds:
- port: 3000
  listeners:
  - routes:
    - policies:
        retry: { attempts: many, codes: [] }
      backends:
      - mcp:
          targets:
          - { name: a, mcp: { host: h }, policies: { http: {} } }
          - { name: b, mcp: { hots: x } }
`
  assert.deepEqual(
    load(text).problems.map(({ code, path }) => `${code} ${pathText(path.slice(4))}`),
    [
      'config.wrong-type [0].policies.retry.attempts',
      'config.not-built [0].backends[0].mcp.targets[0].policies.http',
      'config.unknown-key [0].backends[0].mcp.targets[1].mcp.hots',
    ].map((line) => line.replace(' [0]', ' routes[0]')),
  )
})

test('a key that stands twice is an error in a struct; in a map the last one counts', () => {
  const twice = load('binds: []\nconfig:\n  adminAddr: off\n  adminAddr: localhost:1\n')
  assert.deepEqual(
    twice.problems.map(({ code, line, hint }) => ({ code, line, hint })),
    [{ code: 'config.duplicate-key', line: 4, hint: 'the first is on line 3' }],
  )
  const map = load(`
routes:
- policies:
    requestHeaderModifier:
      set: { x-a: '1', x-a: '2' }
gateways: { default: { port: 1 } }
`)
  assert.deepEqual(map.problems, [])
  assert.deepEqual(map.shape?.binds[0]?.listeners[0]?.routes[0]?.policies[0]?.body, { set: { 'x-a': '2' } })
})

test('a key called __proto__ is a key like any other and changes nothing else', () => {
  const { problems } = load('__proto__: { binds: [] }\n')
  assert.deepEqual(
    problems.map(({ code, message }) => `${code} ${message}`),
    ['config.unknown-key `__proto__` is not a key of a configuration'],
  )
})

test('aliases that multiply beyond all bounds are refused, not expanded', () => {
  const lines = ['a: &a [1,1,1,1,1,1,1,1,1,1]']
  for (let i = 0; i < 9; i++) {
    const [from, to] = [String.fromCharCode(97 + i), String.fromCharCode(98 + i)]
    lines.push(`${to}: &${to} [${Array.from({ length: 10 }, () => `*${from}`).join(',')}]`)
  }
  assert.deepEqual(
    load(lines.join('\n')).problems.map(({ code }) => code),
    ['config.too-large'],
  )
})

test('text that is too large, nested too deeply or contains itself is refused in one sentence', () => {
  const messages = [
    `# ${'x'.repeat(5 * 1024 * 1024)}`,
    '['.repeat(100_000),
    `${'['.repeat(80)}${']'.repeat(80)}`,
    '&a [*a]',
  ].map((text) => load(text).problems.map(({ code }) => code))
  assert.deepEqual(messages.slice(0, 1), [['config.too-large']])
  for (const codes of messages) assert.ok(codes.length >= 1 && codes.every((code) => /too-large|syntax/.test(code)))
})

test('a variable cannot blow the text up beyond the bound', () => {
  const { problems } = load(Array.from({ length: 500 }, () => '# $BIG').join('\n'), { BIG: 'x'.repeat(10_000) })
  assert.deepEqual(
    problems.map(({ code }) => code),
    ['config.too-large'],
  )
})

test('what came from a variable never appears in a message', () => {
  const secret = 'sk-live-0123456789'
  const text = 'config:\n  session: { key: "$SECRET" }\n  adminAddr: $SECRET\n  enableIpv6: $SECRET\nbinds: $SECRET\n'
  const { problems } = load(text, { SECRET: secret })
  assert.equal(problems.length, 4)
  assert.ok(!JSON.stringify(problems).includes(secret))
})

test('a key that only newer versions of the original have is answered with what stands for it here', () => {
  const { problems } = load('mcp: { targets: [], sseKeepAlive: 5s }')
  assert.deepEqual(
    problems.map(({ code, hint }) => [code, hint]),
    [['config.unknown-key', 'newer versions of agentgateway know this key; here it is `config.limits.sseKeepAliveMs`']],
  )
})
