// Whole documents: every operation becomes a tool or is named with its reason, and nothing a document says loses the others.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { convert } from '../../src/openapi/convert.ts'
import { load, readDocument } from '../../src/openapi/load.ts'
import { sentence } from '../../src/openapi/loss.ts'
import { validate } from '../../src/openapi/validate.ts'
import { fields, isFields } from '../../src/openapi/value.ts'
import { beside } from './beside.ts'
import { converted, library, losses, tool } from './documents.ts'

const own = path.join(import.meta.dirname, '../golden/openapi')
const corpus = path.join(import.meta.dirname, '../../../shared/fixtures/openapi')

interface Listed {
  readonly file: string
  readonly operations: number | null
  readonly load: 'ok' | 'ok with warnings' | 'refused'
}

test('our own documents become the tools that are kept beside them', async () => {
  const golden: unknown = JSON.parse(readFileSync(path.join(own, 'tools.json'), 'utf8'))
  const made = Object.fromEntries(
    ['styles.yaml', 'swagger.yaml'].map((name) => [
      name,
      converted(readFileSync(path.join(own, name), 'utf8')).tools.map(({ definition }) => definition),
    ]),
  )
  assert.deepEqual(JSON.parse(JSON.stringify(made)), golden)
})

test('the corpus: every operation of every document, warnings where they are due, refusals in one sentence', {
  skip: !existsSync(corpus) && 'the corpus is not there',
}, async (t) => {
  const { documents }: { documents: readonly Listed[] } = JSON.parse(
    readFileSync(path.join(corpus, 'index.json'), 'utf8'),
  )
  for (const listed of documents)
    await t.test(listed.file, async () => {
      const file = path.join(corpus, listed.file)
      const loading = await load({ kind: 'file', path: file, name: listed.file }, { file: beside(file) })
      if (listed.load === 'refused') {
        assert.ok(loading.kind === 'refused')
        return assert.match(sentence(loading.loss), /^invalid\//)
      }
      assert.ok(loading.kind === 'loaded', JSON.stringify(loading))
      const conversion = convert(loading.library, { otherHosts: 'all' })
      assert.equal(conversion.tools.length, listed.operations)
      assert.equal(conversion.operations, listed.operations)
      if (listed.load === 'ok with warnings') assert.ok(conversion.losses.length > 0)
      for (const { line, pointer } of conversion.losses) assert.ok(line !== undefined || pointer === '', pointer)
      const { operations, constraints } = conversion.score()
      assert.deepEqual([operations.made, constraints.kept], [operations.of, constraints.of])
      for (const { definition } of conversion.tools)
        for (const key of ['inputSchema', 'outputSchema']) {
          const schema = definition[key]
          if (schema === undefined) continue
          assert.ok(isFields(schema) && schema['type'] === 'object')
          const text = JSON.stringify(schema)
          for (const [, name = ''] of text.matchAll(/"\$ref":"#\/\$defs\/([^"]+)"/g))
            assert.ok(Object.hasOwn(fields(schema['$defs']), name), `${listed.file}: ${name}`)
        }
    })
})

test('what a document says twice, or wrongly, loses that and nothing else', () => {
  const conversion = converted({
    openapi: '3.1.0',
    info: { title: 't', version: 7 },
    servers: [{ url: 'https://api.example.test' }],
    paths: {
      '/good': { get: { responses: {} } },
      'no-slash': { get: { responses: {} } },
      '/bad': {
        get: { parameters: [{ $ref: '#/components/parameters/None' }], responses: {} },
        put: 7,
        post: {
          requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/None' } } } },
          responses: {},
        },
      },
      '/odd': {
        get: {
          parameters: [
            { name: 'a' },
            { name: 'b', in: 'body' },
            { name: 'c', in: 'query', style: 'matrix' },
            { name: 'a b', in: 'header' },
            7,
            { name: 'p', in: 'path' },
          ],
          responses: { 200: { $ref: '#/nowhere' } },
        },
      },
      '/item': { $ref: '#/nowhere' },
      '/text': 'text',
    },
  })
  assert.deepEqual(
    conversion.tools.map(({ name }) => name),
    ['get_good', 'get_odd'],
  )
  const told = losses(conversion).join('\n')
  for (const word of [
    'info.version is a number',
    'a path begins with a slash',
    'parameters/None',
    'schemas/None',
    'has no name, or does not say where it stands',
    '"in: body" is no place',
    'the style "matrix" does not exist for query',
    '"a b" is no name of a header',
    '"p" has no placeholder',
    '#/nowhere',
  ])
    assert.ok(told.includes(word), `${word}\n${told}`)
})

test('whatever is wrong with a document is named with file, line and pointer, and costs what it touches alone', () => {
  const told = ['wrong.yaml', 'wrong-2.0.yaml'].map((name) => {
    const read = readDocument(readFileSync(path.join(own, name), 'utf8'), name)
    assert.ok(!('code' in read))
    const { tools, losses: all } = convert(read)
    return [...all.map(sentence), `tools: ${tools.map(({ name: one }) => one).join(' ')}`].join('\n')
  })
  assert.equal(`${told.join('\n')}\n`, readFileSync(path.join(own, 'wrong.txt'), 'utf8'))
})

test('an answer whose reference leads nowhere costs the schema of answers, not the tool', () => {
  const conversion = converted({
    openapi: '3.1.0',
    info: { title: 't', version: '1' },
    servers: [{ url: 'https://api.example.test' }],
    paths: {
      '/a': {
        get: {
          operationId: 'get',
          responses: {
            200: {
              description: 'ok',
              content: { 'application/json': { schema: { $ref: '#/components/schemas/Gone' } } },
            },
          },
        },
      },
    },
  })
  assert.equal(tool(conversion, 'get').definition['outputSchema'], undefined)
  assert.match(losses(conversion).join('\n'), /Gone/)
})

test('other versions are refused, and what is read is said', () => {
  for (const [document, problem] of [
    [{ openapi: '4.0.0' }, /"openapi": "4\.0\.0"; 3\.0, 3\.1 and 3\.2 are read/],
    [{ swagger: '1.2' }, /"swagger": "1\.2", which is not "2\.0"/],
    [{ asyncapi: '3.0.0' }, /neither "openapi" nor "swagger"/],
    [[1], /neither/],
  ] as const) {
    const conversion = converted(document)
    assert.deepEqual([conversion.tools.length, conversion.losses[0]?.code], [0, 'openapi.version'])
    assert.match(losses(conversion).join('\n'), problem)
    assert.deepEqual(conversion.score(), { operations: { made: 0, of: 0 }, constraints: { kept: 0, of: 0 } })
  }
})

test('operations, parameters and paths are counted', () => {
  const operation = { responses: {} }
  const many = {
    openapi: '3.1.0',
    info: { title: 't', version: '1' },
    servers: [{ url: 'https://a.test' }],
    paths: Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`/p${index}`, { get: operation }])),
  }
  assert.match(
    losses(converted(many, { limits: { operations: 10 } })).join('\n'),
    /12 operations, more than operations: 10/,
  )
  const wide = {
    ...many,
    paths: {
      '/a': {
        get: {
          ...operation,
          parameters: Array.from({ length: 12 }, (_, index) => ({ name: `p${index}`, in: 'query', schema: {} })),
        },
      },
      [`/${'x'.repeat(60)}`]: { get: operation },
    },
  }
  const told = losses(converted(wide, { limits: { parameters: 10, templateBytes: 50 } })).join('\n')
  assert.match(told, /more than parameters: 10/)
  assert.match(told, /more than templateBytes: 50/)
})

test('webhooks and callbacks are no tools', () => {
  const conversion = converted({
    openapi: '3.1.0',
    info: { title: 't', version: '1' },
    webhooks: { w: { post: { responses: {} } } },
    paths: {
      '/a': {
        post: {
          operationId: 'a',
          responses: {},
          callbacks: { c: { '{$request.body#/url}': { post: { operationId: 'b', responses: {} } } } },
        },
      },
    },
  })
  assert.deepEqual(
    conversion.tools.map(({ name }) => name),
    ['a'],
  )
})

test('descriptions: what the document says, else the operation itself; more when it is asked for', () => {
  const document = (operation: object): object => ({
    openapi: '3.1.0',
    info: { title: 't', version: '1' },
    paths: {
      '/a': {
        get: {
          operationId: 'a',
          responses: { 200: { description: 'OK' }, 404: { description: 'No such\nthing.' } },
          ...operation,
        },
      },
    },
  })
  const description = (operation: object, full = false): unknown =>
    tool(converted(document(operation), { descriptions: full ? 'full' : 'compatible' }), 'a').definition['description']
  assert.equal(description({ description: 'Long.', summary: 'Short' }), 'Long.')
  assert.equal(description({ description: ' ', summary: 'Short' }), 'Short')
  assert.equal(description({}), 'GET /a')
  assert.equal(
    description({ deprecated: true, parameters: [{ name: 'cursor', in: 'query' }] }, true),
    'GET /a\n\nDeprecated.\n\nAnswers: 404: No such thing.\n\nAnswers come in pages; a result names the arguments of the next page in _meta.next where it knows them.',
  )
  const long = String(description({ description: 'A sentence. '.repeat(1000) }))
  assert.ok(Buffer.byteLength(long) <= 4096 && long.endsWith('sentence.'))
  assert.equal(
    tool(converted(document({ summary: `${'x'.repeat(63)}👍👍` })), 'a').definition['title'],
    `${'x'.repeat(63)}👍`,
  )
})

test('a body that can only be sent as text loses its facts, and the score says so', () => {
  const conversion = converted({
    openapi: '3.1.0',
    info: { title: 't', version: '1' },
    paths: {
      '/a': {
        post: {
          operationId: 'a',
          requestBody: {
            content: {
              'application/xml': {
                schema: { type: 'object', required: ['b'], properties: { b: { type: 'string', maxLength: 3 } } },
              },
            },
          },
          responses: {},
        },
      },
    },
  })
  assert.deepEqual(conversion.score(), { operations: { made: 1, of: 1 }, constraints: { kept: 0, of: 3 } })
})

test('a second opinion says where a document is not as its specification has it', async () => {
  const document = {
    openapi: '3.0.3',
    info: { title: 't' },
    paths: { '/a/{b}': { get: { responses: { 200: { description: 'ok' } } } } },
  }
  assert.match(
    (await validate(library(document))).map(sentence).join('\n'),
    /#\/info: not as the specification has it: must have required property 'version'/,
  )
  const swagger = {
    swagger: '2.0',
    info: { title: 't', version: '1' },
    paths: { '/a/{b}': { get: { responses: { 200: { description: 'ok' } } } } },
  }
  assert.match(
    (await validate(library(swagger))).map(sentence).join('\n'),
    /#\/paths\/~1a~1\{b\}\/get: .*missing path parameter/,
  )
  assert.deepEqual(await validate(library({ ...document, info: { title: 't', version: '1' }, paths: {} })), [])
})

test('a media type that no header can hold is left out, one that is none is told of, and a body without any is a reason to go', () => {
  const body = (required: boolean, ...types: readonly string[]): object => ({
    openapi: '3.1.0',
    info: { title: 't', version: '1' },
    servers: [{ url: 'https://api.example.test' }],
    paths: {
      '/a': {
        post: {
          operationId: 'post',
          requestBody: { required, content: Object.fromEntries(types.map((type) => [type, {}])) },
          responses: {},
        },
      },
    },
  })
  const some = converted(body(true, 'a/b\r\nX-Evil: 1', 'text/plain', 'json'))
  assert.deepEqual(
    tool(some, 'post').plan.body?.types.map(({ type }) => type),
    ['text/plain', 'json'],
  )
  assert.deepEqual(
    some.losses.map(({ code, problem }) => [code, problem]),
    [
      ['openapi.media', '"a/b\\r\\nX-Evil: 1" can stand in no header'],
      ['openapi.media', '"json" is no media type'],
    ],
  )
  assert.equal(tool(converted(body(false, 'a/b\n')), 'post').plan.body, undefined)
  const none = converted(body(true, '', 'ü/ü'))
  assert.equal(none.tools.length, 0)
  assert.match(losses(none).join('\n'), /none of the media types of its body can be sent/)
})
