// Whatever arguments a caller sends, a request stays on its host, its path and its headers; and nothing throws.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { convert } from '../../src/openapi/convert.ts'
import { filesBeside } from '../../src/openapi/files.ts'
import { load } from '../../src/openapi/load.ts'
import type { PlannedTool } from '../../src/openapi/plan.ts'
import { request } from '../../src/openapi/request.ts'
import { fields, isFields, list } from '../../src/openapi/value.ts'
import { converted, refused, sent, tool } from './documents.ts'

const hostile = fc.constantFrom<unknown>(
  '..',
  '.',
  '',
  '../../etc/passwd',
  '%2e%2e',
  '%2E%2E%2F',
  '..%2f',
  '/',
  '//evil.example/',
  '\\\\evil.example',
  '@evil.example',
  ':8080',
  '?a=b',
  '#x',
  'a\r\nX-Evil: 1',
  'a\nb',
  '\0',
  '\ud800',
  '\u2025',
  '．．／',
  ';a=b',
  'a;jsessionid=1',
  '{x}',
  'javascript:1',
  'http://evil.example',
  null,
  true,
  0,
  -1,
  1e21,
  1e-7,
  [],
  {},
  [[]],
  [null],
  { __proto__: 1 },
  { constructor: { prototype: 1 } },
  ['..'],
  { '..': '..' },
  'a'.repeat(10_000),
)
const anything: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: hostile },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
)

/** Arguments with the names of a schema, so that they come through the first checks. */
function shaped(schema: unknown, root: unknown, depth = 0): fc.Arbitrary<unknown> {
  const target =
    isFields(schema) && typeof schema['$ref'] === 'string'
      ? fields(fields(root)['$defs'])[schema['$ref'].slice('#/$defs/'.length)]
      : schema
  const known = fields(target)
  if (depth > 5) return anything
  const choices: fc.Arbitrary<unknown>[] = [anything]
  if (Array.isArray(known['enum'])) choices.push(fc.constantFrom(...list(known['enum'])))
  if (known['type'] === 'integer') choices.push(fc.integer())
  if (known['type'] === 'array') choices.push(fc.array(shaped(known['items'], root, depth + 1), { maxLength: 3 }))
  const members = Object.entries(fields(known['properties'])).slice(0, 12)
  if (members.length > 0)
    choices.push(
      fc.record(Object.fromEntries(members.map(([name, one]) => [name, shaped(one, root, depth + 1)])), {
        requiredKeys: list(known['required']).filter((name): name is string => members.some(([one]) => one === name)),
      }),
    )
  const [first = anything, ...rest] = choices.toReversed()
  return fc.oneof({ weight: 6, arbitrary: first }, ...rest.map((arbitrary) => ({ weight: 1, arbitrary })))
}

/** The path of the template as a regular expression: a placeholder is anything but a slash. */
function templatePattern({ operation, server }: PlannedTool): RegExp {
  const plain = operation.path.replace(/#.*$/, '').replace(/\?.*$/, '')
  const quoted = plain.split(/(\{[^{}]*\})/).map((part) =>
    part.startsWith('{')
      ? '[^/?#]+'
      : encodeURI(decodeURI(part))
          .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
          .replace(/['!]/g, '[$&]'),
  )
  return new RegExp(`^${server.path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}${quoted.join('')}$`)
}

function held(one: PlannedTool, args: unknown): void {
  const made = request(one, args, { secret: 'canary' })
  if ('problem' in made) {
    assert.ok(made.at === '' || made.at.startsWith('/'), made.at)
    return
  }
  const origin = made.origin ?? 'https://target.invalid'
  assert.equal(made.origin, one.server.origin)
  assert.equal(made.method, one.operation.method)
  const url = new URL(origin + made.path + made.query)
  assert.equal(url.origin, new URL(origin).origin)
  assert.equal(url.username + url.password + url.hash, '')
  assert.equal(url.pathname, made.path === '' ? '/' : made.path)
  assert.match(made.path, templatePattern(one))
  assert.ok(made.path.length + made.query.length <= 8192)
  assert.equal(
    new Set(Object.keys(made.headers).map((name) => name.toLowerCase())).size,
    Object.keys(made.headers).length,
  )
  for (const [name, value] of Object.entries(made.headers)) {
    assert.match(name, /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/)
    assert.match(value, /^[\t\x20-\x7e]*$/)
    assert.doesNotMatch(name, /^(?:host|content-length|transfer-encoding|connection|authorization)$/i)
  }
}

const corpus = path.join(import.meta.dirname, '../../../shared/fixtures/openapi')
const own = path.join(import.meta.dirname, '../golden/openapi')
const documents = [
  ...['styles.yaml', 'swagger.yaml', 'harbour.yaml', 'orchard.yaml'].map((name) => path.join(own, name)),
  ...(existsSync(corpus)
    ? [
        'parameters-style-3.0.json',
        'oapi-parameters.yaml',
        'ogen-parameters.json',
        'ogen-form.json',
        'petstore-demo.json',
        'hey-api-full-3.1.yaml',
        'slack-web.json',
        'box.json',
        'discord.json',
        'docker-engine.yaml',
      ].map((name) => path.join(corpus, name))
    : []),
]

for (const file of documents)
  test(`${path.basename(file)}: no arguments lead a request astray`, async () => {
    const loading = await load(
      { kind: 'file', path: file, name: path.basename(file) },
      { file: filesBeside(file, 1 << 24) },
    )
    assert.ok(loading.kind === 'loaded')
    const tools = convert(loading.library, { otherHosts: 'all' })
      .tools.filter((_, index) => index % Math.max(1, Math.floor(index / 25)) === 0)
      .slice(0, 60)
    for (const one of tools) {
      const { inputSchema } = one.definition
      fc.assert(
        fc.property(shaped(inputSchema, inputSchema), (args) => held(one, args)),
        { numRuns: 25 },
      )
    }
  })

test('every golden call of the corpus is held by the same rules', {
  skip: !existsSync(corpus) && 'the corpus is not there',
}, async () => {
  const { calls }: { calls: { file: string; method: string; path: string; arguments: unknown }[] } = JSON.parse(
    readFileSync(path.join(corpus, 'calls.json'), 'utf8'),
  )
  for (const file of new Set(calls.map((call) => call.file)).values()) {
    if (!/parameters|form|petstore/.test(file)) continue
    const full = path.join(corpus, file)
    const loading = await load({ kind: 'file', path: full, name: file }, { file: filesBeside(full, 1 << 24) })
    assert.ok(loading.kind === 'loaded')
    const { tools } = convert(loading.library, { otherHosts: 'all' })
    for (const call of calls.filter((one) => one.file === file)) {
      const one = tools.find(({ operation }) => operation.method === call.method && operation.path === call.path)
      assert.ok(one)
      held(one, call.arguments)
    }
  }
})

const get = (parameters: readonly object[], key = '/a/{x}/b'): PlannedTool =>
  tool(
    converted({
      openapi: '3.2.0',
      info: { title: 't', version: '1' },
      servers: [{ url: 'https://api.example.test/base' }],
      paths: { [key]: { get: { operationId: 'get', parameters, responses: {} } } },
    }),
    'get',
  )

test('a dot segment is one however it comes about, and without the rule a parser would follow it', () => {
  const text = { type: 'string' }
  const lists = { type: 'array', items: text }
  for (const [parameter, value] of [
    [{ schema: text }, '..'],
    [{ style: 'label', schema: text }, '.'],
    [{ style: 'label', explode: true, schema: lists }, ['', '']],
    [{ schema: lists }, ['..']],
    [{ schema: lists }, ['.']],
    [{ style: 'label', schema: text }, ''],
    [{ content: { 'text/plain': { schema: text } } }, '..'],
    [{ allowReserved: true, schema: text }, '..'],
  ] as const)
    assert.match(
      refused(get([{ name: 'x', in: 'path', required: true, ...parameter }]), { path: { x: value } }).problem,
      /segment|resource/,
      JSON.stringify(parameter),
    )
  assert.equal(new URL('https://api.example.test/base/a/%2E%2E/b').pathname, '/base/b')
  const two = get(
    [
      { name: 'x', in: 'path', required: true, schema: text },
      { name: 'y', in: 'path', required: true, schema: text },
    ],
    '/a/{x}{y}/b',
  )
  assert.match(refused(two, { path: { x: '.', y: '.' } }).problem, /dot segment/)
  assert.equal(
    sent(get([{ name: 'x', in: 'path', required: true, allowReserved: true, schema: text }]), {
      path: { x: 'a/../../?#b%2fc' },
    }).path,
    '/base/a/a%2F..%2F..%2F%3F%23b%2fc/b',
  )
})

test('a document whose own path leads elsewhere sends nothing', () => {
  for (const key of ['/a/../b', '/a/%2e%2e/b/{x}'])
    assert.match(
      refused(
        get([{ name: 'x', in: 'path', required: true, schema: { type: 'string' } }], key),
        key.includes('{x}') ? { path: { x: '1' } } : {},
      ).problem,
      /another place/,
      key,
    )
})

test('values of the wrong kind never reach a server', () => {
  const one = get([{ name: 'x', in: 'path', required: true, schema: { type: 'integer' } }])
  for (const value of ['1/../2', '1?x', 1.5, true, null, {}, [], 'NaN', '1e3', '0x1', '１', '-', '01'])
    assert.equal(refused(one, { path: { x: value } }).at.startsWith('/path/x'), true, JSON.stringify(value))
})

test('no argument makes a request longer than its bounds', () => {
  const text = { type: 'string' }
  assert.match(
    refused(get([{ name: 'x', in: 'path', required: true, schema: text }]), { path: { x: 'a'.repeat(9000) } }).problem,
    /urlBytes: 8192/,
  )
  assert.match(
    refused(get([{ name: 'h', in: 'header', schema: text }], '/a'), { header: { h: 'a'.repeat(9000) } }).problem,
    /headerBytes: 8192/,
  )
})

test('a refusal never repeats what the caller sent', () => {
  const one = get([
    { name: 'x', in: 'path', required: true, schema: { type: 'integer' } },
    { name: 'h', in: 'header', schema: { type: 'string', enum: ['a'] } },
  ])
  for (const args of [
    { path: { x: 'canary' } },
    { path: { x: 1 }, header: { h: 'canary' } },
    { path: { x: 1 }, header: { h: 'canary\r\n' } },
  ])
    assert.ok(!refused(one, args).problem.includes('canary'))
})
