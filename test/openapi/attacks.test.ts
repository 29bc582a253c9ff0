// Whatever arguments a caller sends, a request stays on its host, its path and its headers; and nothing throws.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { convert } from '../../src/openapi/convert.ts'
import { load } from '../../src/openapi/load.ts'
import type { PlannedTool } from '../../src/openapi/plan.ts'
import { beside } from './beside.ts'
import { converted, refused, sent, tool } from './documents.ts'
import { held, shaped } from './hostile.ts'

const corpus = path.join(import.meta.dirname, '../../../shared/fixtures/openapi')
const own = path.join(import.meta.dirname, '../golden/openapi')
const ours = ['styles.yaml', 'swagger.yaml', 'harbour.yaml', 'orchard.yaml'].map((name) => path.join(own, name))
const theirs: { documents: { file: string; load: string }[] } = existsSync(corpus)
  ? JSON.parse(readFileSync(path.join(corpus, 'index.json'), 'utf8'))
  : { documents: [] }
const documents = theirs.documents.flatMap((one) => (one.load === 'refused' ? [] : [path.join(corpus, one.file)]))

/** So many of a list, evenly spread. */
const some = <T>(all: readonly T[], most: number): readonly T[] =>
  all.filter((_, index) => Math.floor((index * most) / all.length) !== Math.floor(((index - 1) * most) / all.length))

for (const [file, tools, numRuns] of [
  ...ours.map((one) => [one, 60, 60] as const),
  ...documents.map((one) => [one, 12, 20] as const),
])
  test(`${path.basename(file)}: no arguments lead a request astray`, async () => {
    const loading = await load({ kind: 'file', path: file, name: path.basename(file) }, { file: beside(file) })
    assert.ok(loading.kind === 'loaded')
    for (const one of some(convert(loading.library, { otherHosts: 'all' }).tools, tools)) {
      const { inputSchema } = one.definition
      fc.assert(
        fc.property(shaped(inputSchema, inputSchema), (args) => held(one, args)),
        { numRuns },
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
    const loading = await load({ kind: 'file', path: full, name: file }, { file: beside(full) })
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

test('a value cannot bring another cookie along, reserved characters or not', () => {
  const cookie = (parameter: object) =>
    sent(get([{ name: 'x', in: 'cookie', schema: { type: 'string' }, ...parameter }], '/a'), {
      cookie: { x: 'one;admin=1, b' },
    }).headers['Cookie']
  assert.equal(cookie({ style: 'form', allowReserved: true }), 'x=one%3Badmin=1%2C%20b')
  assert.equal(cookie({ style: 'form' }), 'x=one%3Badmin%3D1%2C%20b')
  assert.equal('x=one;admin=1'.split(';')[1], 'admin=1') // what a server reads without the rule
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
