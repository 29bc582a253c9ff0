// Our requests beside those of `swagger-client`, for arguments made from the schemas of every document of the corpus.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { convert } from '../../src/openapi/convert.ts'
import { load } from '../../src/openapi/load.ts'
import type { PlannedTool } from '../../src/openapi/plan.ts'
import { request } from '../../src/openapi/request.ts'
import { type Fields, fields, list } from '../../src/openapi/value.ts'
import { beside } from '../openapi/beside.ts'
import { corpus } from '../openapi/golden.ts'
import { needed } from '../parts/part.ts'
import { swaggerClient } from '../parts/swagger-client.ts'

interface Built {
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
}

interface Theirs {
  resolveSubtree(spec: unknown, at: readonly string[], options: { baseDoc: string }): Promise<{ spec: unknown }>
  buildRequest(options: {
    spec: unknown
    operationId: string
    parameters: Record<string, unknown>
    requestBody?: unknown
    requestContentType?: string | undefined
  }): Built
}

/** What it does differently on purpose or cannot do, none of which says anything about our requests. */
type Reason = 'wants what it takes for required' | 'leaves a placeholder'

const base = 'https://documents.example/'
const ofEach = 25
const skip = existsSync(corpus) ? false : 'the corpus is not there'

test('paths, queries, headers and forms are what swagger-client builds', { skip }, async (t) => {
  const theirs: Theirs = createRequire(path.join(needed(swaggerClient), 'package.json'))('swagger-client')
  const { documents }: { documents: readonly { readonly file: string; readonly load: string }[] } = JSON.parse(
    readFileSync(path.join(corpus, 'index.json'), 'utf8'),
  )
  const skipped = new Map<Reason, number>()
  const different: string[] = []
  let same = 0
  for (const { file } of documents.filter((one) => one.load === 'ok')) {
    const place = path.join(corpus, file)
    const content = readFileSync(place, 'utf8')
    if (/\$ref["']?:\s*["']?[^#"'\s]/.test(content)) continue // it resolves subtrees within one file
    const loading = await load({ kind: 'file', path: place, name: file }, { file: beside(place) })
    assert.equal(loading.kind, 'loaded')
    if (loading.kind !== 'loaded') continue
    const source = fields(parse(content, { maxAliasCount: -1 }))
    for (const tool of convert(loading.library, { otherHosts: 'all' }).tools.slice(0, ofEach)) {
      const args = argumentsOf(tool)
      if (args === undefined) continue
      const ours = request(tool, args)
      assert.ok(!('problem' in ours), `${file} ${tool.name}: ${JSON.stringify(ours)}`)
      const built = await build(theirs, source, tool, args)
      if (typeof built === 'string') {
        skipped.set(built, (skipped.get(built) ?? 0) + 1)
        continue
      }
      const names = Object.keys(args['header'] ?? {})
      const body = ours.body === undefined ? undefined : Buffer.from(ours.body).toString()
      const left = wire({ ...ours, url: ours.path + ours.query, body }, names)
      const right = wire(built, names)
      if (left === right) same++
      else different.push(`${file} ${tool.operation.method} ${tool.operation.path}\n${left}\n${right}`)
    }
  }
  t.diagnostic(`${same} alike; not compared: ${JSON.stringify(Object.fromEntries(skipped))}`)
  assert.deepEqual(different, [])
  assert.ok(same > 250)
})

/** Groups of arguments that the operation takes; `undefined` when it requires what is not made here. */
function argumentsOf(tool: PlannedTool): Record<string, Fields> | undefined {
  const input = fields(tool.definition['inputSchema'])
  const args: Record<string, Fields> = {}
  for (const [group, schema] of Object.entries(fields(input['properties']))) {
    const left = group === 'cookie' || (group === 'body' && formOf(tool) === undefined)
    const made = left ? {} : members(fields(schema), group === 'header' ? 'a-b.c' : 'a b&c/d?é=1')
    if (made !== undefined && Object.keys(made).length > 0) args[group] = made
    else if (list(input['required']).includes(group)) return undefined
  }
  return args
}

const FORM = 'application/x-www-form-urlencoded'

function formOf({ plan: { body } }: PlannedTool): string | undefined {
  const type = body?.types[body.preferred]?.type
  return type === FORM ? type : undefined
}

function members(group: Fields, word: string): Record<string, unknown> | undefined {
  const values: Record<string, unknown> = {}
  for (const [name, schema] of Object.entries(fields(group['properties']))) {
    const value = valueOf(fields(schema), word)
    if (value !== undefined) values[name] = value
    else if (list(group['required']).includes(name)) return undefined
  }
  return values
}

/** Scalars and lists of one scalar; what the document gives as default wins, since it sends defaults by itself. */
function valueOf(schema: Fields, word: string): unknown {
  if (schema['default'] !== undefined) return schema['default']
  const choice = list(schema['enum'])[0]
  if (choice !== undefined) return choice
  if (schema['pattern'] !== undefined || schema['format'] !== undefined) return undefined
  switch (schema['type']) {
    case 'string':
      return word.padEnd(Number(schema['minLength'] ?? 0), 'x').slice(0, Number(schema['maxLength'] ?? 99))
    case 'integer':
    case 'number':
      return schema['minimum'] ?? 7
    case 'boolean':
      return true
    case 'array': {
      const item = valueOf(fields(schema['items']), word)
      return item === undefined || typeof item === 'object' ? undefined : [item]
    }
    default:
      return undefined
  }
}

async function build(theirs: Theirs, source: Fields, tool: PlannedTool, args: Record<string, Fields>) {
  const { path: template, method } = tool.operation
  const verb = method.toLowerCase()
  const { spec } = await theirs.resolveSubtree(source, ['paths', template], { baseDoc: base })
  const item = { ...fields(spec), [verb]: { ...fields(fields(spec)[verb]), operationId: 'it' } }
  const parameters: Record<string, unknown> = {}
  for (const [group, values] of Object.entries(args))
    for (const [name, value] of Object.entries(values))
      parameters[
        group === 'body' ? (source['swagger'] === undefined ? name : `formData.${name}`) : `${group}.${name}`
      ] = value
  let built: Built
  try {
    built = theirs.buildRequest({
      spec: { ...source, paths: { [template]: item } },
      operationId: 'it',
      parameters,
      requestBody: args['body'],
      requestContentType: formOf(tool),
    })
  } catch (thrown) {
    if (!/Required parameter/.test(String(thrown))) throw thrown
    return 'wants what it takes for required' satisfies Reason
  }
  if (/[{}]|%7B/.test(new URL(built.url, base).pathname)) return 'leaves a placeholder' satisfies Reason
  return built
}

/** What is compared: order of queries says nothing, and which harmless characters are escaped neither. */
function wire({ method, url, headers, body }: Built, names: readonly string[]): string {
  const { pathname, searchParams } = new URL(url, base)
  const pairs = (all: URLSearchParams): string =>
    [...all]
      .map((pair) => pair.join('='))
      .toSorted()
      .join(' ')
  const lower = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
  const shown = names.map((name) => `${name}: ${lower.get(name.toLowerCase())}`)
  return [method, decodeURIComponent(pathname), pairs(searchParams), ...shown, pairs(new URLSearchParams(body))].join(
    '\n',
  )
}
