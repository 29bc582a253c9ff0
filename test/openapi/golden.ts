// Golden calls as files list them, the tools they name, and whether a request is the one that is expected.
import assert from 'node:assert/strict'
import path from 'node:path'
import { regex } from '../../src/cel/regex.ts'
import { convert } from '../../src/openapi/convert.ts'
import { load } from '../../src/openapi/load.ts'
import type { PlannedTool } from '../../src/openapi/plan.ts'
import type { request } from '../../src/openapi/request.ts'
import type { HttpRequest } from '../../src/openapi/tool.ts'
import { beside } from './beside.ts'
import { multipart } from './multipart-reader.ts'

export const own = path.join(import.meta.dirname, '../golden/openapi')
export const corpus = path.join(import.meta.dirname, '../../../shared/fixtures/openapi')

export interface Expected {
  readonly method: string
  readonly url: string
  readonly headers: Record<string, string>
  readonly contentType: string | null
  readonly body: null | {
    json?: unknown
    text?: string
    form?: [string, string][]
    base64?: string
    multipart?: Record<string, string>[]
  }
}

export interface GoldenCall {
  readonly id: string
  readonly file: string
  readonly method: string
  readonly path: string
  readonly arguments: unknown
  readonly server: string
  readonly expect: Expected
}

export interface NegativeCall extends Omit<GoldenCall, 'expect'> {
  readonly expect: { readonly outcome: 'refused' | 'neutralised'; readonly at: string; readonly request?: Expected }
}

export interface Golden {
  readonly calls: readonly GoldenCall[]
  readonly negative: readonly NegativeCall[]
}

/** The tools that calls name; converts each document once. */
export function finder(folder: string): (call: Pick<GoldenCall, 'file' | 'method' | 'path'>) => Promise<PlannedTool> {
  const known = new Map<string, Promise<readonly PlannedTool[]>>()
  const tools = async (name: string): Promise<readonly PlannedTool[]> => {
    const file = path.join(folder, name)
    const loading = await load({ kind: 'file', path: file, name }, { file: beside(file) })
    assert.equal(loading.kind, 'loaded')
    return loading.kind === 'loaded' ? convert(loading.library, { otherHosts: 'all', pattern }).tools : []
  }
  return async ({ file, method, path: key }) => {
    const all = known.get(file) ?? tools(file)
    known.set(file, all)
    const found = (await all).find(({ operation }) => operation.method === method && operation.path === key)
    assert.ok(found, `${file} has no tool for ${method} ${key}`)
    return found
  }
}

function pattern(source: string): { test(text: string): boolean } | undefined {
  const compiled = regex(source)
  return 'message' in compiled ? undefined : compiled
}

/** Whether a negative call came to what is listed; throws when not. */
export function turnedAway(made: ReturnType<typeof request>, { expect }: NegativeCall): void {
  if (expect.outcome === 'refused') {
    assert.ok('problem' in made, JSON.stringify(made))
    // At the place that is meant, or more exactly inside it.
    assert.ok(`${made.at}/`.startsWith(`${expect.at}/`), `${made.at}: ${made.problem}`)
    assert.match(made.problem, /^[^A-Z].*[^.]$/)
  } else {
    assert.ok(!('problem' in made), JSON.stringify(made))
    assert.ok(expect.request !== undefined)
    equals(made, expect.request)
  }
}

/** Throws at the first difference. */
export function equals(made: HttpRequest, expected: Expected): void {
  assert.equal(made.method, expected.method)
  assert.equal(made.path + made.query, expected.url)
  const headers = new Map(Object.entries(made.headers).map(([name, value]) => [name.toLowerCase(), value]))
  for (const [name, value] of Object.entries(expected.headers))
    assert.equal(headers.get(name.toLowerCase()), value, name)
  const type = headers.get('content-type')
  assert.equal(type?.split(';')[0] ?? null, expected.contentType)
  const { body } = expected
  if (body === null) return assert.equal(made.body, undefined)
  assert.ok(made.body !== undefined, 'a body is sent')
  const bytes = Buffer.from(made.body)
  if ('json' in body) assert.deepEqual(JSON.parse(bytes.toString()), body.json)
  if (body.text !== undefined) assert.equal(bytes.toString(), body.text)
  if (body.form !== undefined) assert.deepEqual([...new URLSearchParams(bytes.toString())], body.form)
  if (body.base64 !== undefined) assert.equal(bytes.toString('base64'), body.base64)
  if (body.multipart !== undefined) {
    const parts = multipart(bytes, type ?? '')
    assert.equal(parts.length, body.multipart.length)
    for (const [index, part] of body.multipart.entries())
      for (const [key, value] of Object.entries(part)) {
        const found = parts[index]
        assert.ok(found)
        if (key === 'text') assert.equal(found.content.toString(), value)
        else if (key === 'base64') assert.equal(found.content.toString('base64'), value)
        else if (key === 'json') assert.deepEqual(JSON.parse(found.content.toString()), value)
        else assert.equal(Reflect.get(found, key), value, `${key} of part ${index}`)
      }
  }
}
