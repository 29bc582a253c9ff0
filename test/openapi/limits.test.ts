// Each bound of documents and calls by its name: at the bound all is well, one above it is refused with name and number.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Limits, limits } from '../../src/openapi/limits.ts'
import { type Door, load } from '../../src/openapi/load.ts'
import { sentence } from '../../src/openapi/loss.ts'
import { request } from '../../src/openapi/request.ts'
import { readSource } from '../../src/openapi/source.ts'
import { converted, losses, tool } from './documents.ts'

type Changes = Partial<Limits>
/** What is complained of under such bounds; empty: nothing. */
type Complaints = (changes: Changes) => string | Promise<string>

const file =
  (source: string): Complaints =>
  (changes) => {
    const read = readSource({ name: 'a', base: 'a', source }, { ...limits, ...changes })
    return 'code' in read ? `${read.code} ${read.problem}` : ''
  }

const text = { type: 'string' }
const api = (operation: object, more: object = {}, key = '/a'): object => ({
  openapi: '3.1.0',
  info: { title: 't', version: '1' },
  servers: [{ url: 'https://api.example.test' }],
  paths: { [key]: { post: { operationId: 'post', responses: {}, ...operation } } },
  ...more,
})

/** What becomes of a document. */
const document =
  (source: object): Complaints =>
  (changes) =>
    losses(converted(source, { limits: changes })).join('\n')

const call =
  (operation: object, args: object, key?: string): Complaints =>
  (changes) => {
    const made = request(tool(converted(api(operation, {}, key), { limits: changes }), 'post'), args)
    return 'problem' in made ? `${made.at} ${made.problem}` : ''
  }

/** A document and two files beside it, at one origin; `seen` is told how long each may take. */
const loaded =
  (seen?: (timeoutMs: number) => void): Complaints =>
  async (changes) => {
    const parts: Readonly<Record<string, string>> = { '/b': '{"type":"string"}', '/c': '{"type":"string"}' }
    const parameters = ['b', 'c'].map((name) => ({ name, in: 'query', schema: { $ref: `./${name}` } }))
    const fetch: Door['fetch'] = async (url, { timeoutMs }) => {
      seen?.(timeoutMs)
      const body = parts[new URL(url).pathname] ?? JSON.stringify(api({ parameters }))
      return { status: 200, headers: {}, body: Buffer.from(body) }
    }
    const loading = await load({ kind: 'url', url: 'https://api.example.test/a' }, { fetch }, { limits: changes })
    if (loading.kind !== 'loaded') return loading.kind === 'refused' ? sentence(loading.loss) : 'unchanged'
    return [...loading.library.files.values()].flatMap((one) => ('code' in one ? [one.problem] : [])).join('\n')
  }

const chain = (length: number): object => ({
  components: {
    parameters: Object.fromEntries(
      Array.from({ length }, (_, index) => [
        `p${index}`,
        index + 1 < length
          ? { $ref: `#/components/parameters/p${index + 1}` }
          : { name: 'q', in: 'query', schema: text },
      ]),
    ),
  },
})

const parameters = Array.from({ length: 3 }, (_, index) => ({ name: `p${index}`, in: 'query', schema: text }))
const query = { parameters: [{ name: 'q', in: 'query', schema: text }] }
const header = { parameters: [{ name: 'x', in: 'header', schema: text }] }
const json = { requestBody: { content: { 'application/json': { schema: {} } } } }
const members = (count: number): object =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`m${index}`, { $ref: '#/components/schemas/S' }]))
const shared = api(
  { requestBody: { content: { 'application/json': { schema: { type: 'object', properties: members(20) } } } } },
  {
    components: { schemas: { S: { type: 'object', properties: { a: { $ref: '#/components/schemas/T' } } }, T: text } },
  },
)
const described = api({ description: `${'A sentence of text. '.repeat(20)}` })

/** For each bound what is tried, and how much of it is just enough; 0: that is found out. */
const cases: { readonly [name in Exclude<keyof Limits, 'redirects' | 'fetchMs'>]: readonly [number, Complaints] } = {
  documentBytes: [6, file('a: 123')],
  totalBytes: [0, loaded()],
  files: [3, loaded()],
  operations: [2, document({ ...api({}), paths: { '/a': { get: { responses: {} }, put: { responses: {} } } } })],
  aliases: [2, file('a: &x 1\nb: *x\n')],
  nodes: [5, file('{"a":[1,2,3]}')],
  references: [3, document({ ...api({ parameters: [{ $ref: '#/components/parameters/p0' }] }), ...chain(3) })],
  nesting: [3, file('{"a":{"b":[]}}')],
  parameters: [3, document(api({ parameters }))],
  templateBytes: [6, document(api({}, {}, '/a/b/c'))],
  urlBytes: [9, call(query, { query: { q: 'abcd' } })],
  headerBytes: [4, call(header, { header: { x: 'abcd' } })],
  bodyBytes: [6, call(json, { body: 'ÄÖ' })],
  schemaSteps: [0, document(shared)],
  totalSchemaSteps: [0, document(shared)],
  definitionBytes: [0, document(shared)],
  descriptionBytes: [400, document(described)],
}

for (const [name, [enough, complaints]] of Object.entries(cases))
  test(`${name}: so much and no more`, async () => {
    const most = enough > 0 ? enough : await least(name, complaints)
    assert.equal(await complaints({ [name]: most }), '', `${most} is enough`)
    const said = new RegExp(`(?:more|longer|deeper) than ${name}: ${most - 1}\\b`)
    assert.match(await complaints({ [name]: most - 1 }), said)
  })

async function least(name: string, complaints: Complaints): Promise<number> {
  let [low, high] = [0, 100_000]
  while (low + 1 < high) {
    const middle = (low + high) >> 1
    if ((await complaints({ [name]: middle })) === '') high = middle
    else low = middle
  }
  return high
}

test('fetchMs: so long is every address asked', async () => {
  const times: number[] = []
  await loaded((timeoutMs) => times.push(timeoutMs))({ fetchMs: 1234 })
  assert.deepEqual(times, [1234, 1234, 1234])
})

test('the bounds are those of the reference, unless the configuration says otherwise', () => {
  const mebibyte = 1 << 20
  assert.deepEqual(
    { ...limits },
    {
      documentBytes: 10 * mebibyte,
      totalBytes: 20 * mebibyte,
      files: 50,
      operations: 2000,
      aliases: 100,
      nodes: 1_000_000,
      references: 50,
      nesting: 64,
      parameters: 500,
      templateBytes: 2048,
      urlBytes: 8192,
      headerBytes: 8192,
      bodyBytes: 10 * mebibyte,
      schemaSteps: 20_000,
      totalSchemaSteps: 2_000_000,
      definitionBytes: 256 * 1024,
      descriptionBytes: 4096,
      fetchMs: 10_000,
      redirects: 3,
    },
  )
})
