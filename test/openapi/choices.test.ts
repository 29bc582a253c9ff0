// What the configuration makes of a document: which operations, under which words, with which parameters.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Choice, Options } from '../../src/openapi/tool.ts'
import { fields } from '../../src/openapi/value.ts'
import { converted, losses, refused, sent, tool } from './documents.ts'

const document = {
  openapi: '3.1.0',
  info: { title: 't', version: '1' },
  servers: [{ url: 'https://api.example.test' }],
  paths: {
    '/things': {
      get: {
        operationId: 'list',
        tags: ['things'],
        parameters: [
          { name: 'limit', in: 'query', required: true, schema: { type: 'integer', maximum: 100 } },
          { name: 'q', in: 'query', schema: { type: 'string' } },
        ],
        responses: {},
      },
      post: {
        operationId: 'create',
        tags: ['things', 'write'],
        parameters: [
          { name: 'limit', in: 'header', schema: { type: 'integer' } },
          { name: 'limit', in: 'query', schema: { type: 'integer' } },
        ],
        requestBody: {
          required: true,
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } },
        },
        responses: {},
      },
    },
    '/old/{id}': {
      delete: {
        operationId: 'remove',
        deprecated: true,
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
        responses: {},
      },
    },
    '/hidden': {
      get: { operationId: 'hidden', 'x-mcp': false, responses: {} },
      put: {
        operationId: 'renamed',
        'x-mcp': { name: 'better', description: 'Better.', annotations: { destructiveHint: false } },
        responses: {},
      },
    },
  },
  components: {
    schemas: {
      Thing: {
        allOf: [
          {
            type: 'object',
            required: ['name', 'owner'],
            properties: { name: { type: 'string' }, owner: { type: 'string' }, size: { type: 'integer' } },
          },
        ],
      },
    },
  },
}

const names = (options: Options): readonly string[] => converted(document, options).tools.map(({ name }) => name)
const choose = (...tools: readonly Choice[]): Options => ({ tools })

test('everything is offered, what the document hides aside', () => {
  assert.deepEqual(names({}), ['list', 'create', 'remove', 'better'])
  assert.deepEqual(names({ deprecated: 'hide' }), ['list', 'create', 'better'])
  const better = tool(converted(document), 'better')
  assert.equal(better.definition['description'], 'Better.')
  assert.equal(fields(better.definition['annotations'])['destructiveHint'], false)
})

test('the first row that fits decides: by tag, path, method, operationId, deprecation', () => {
  const rest: Choice = { match: {}, use: 'exclude' }
  assert.deepEqual(names(choose({ match: { tag: 'write' }, use: 'include' }, rest)), ['create'])
  assert.deepEqual(names(choose({ match: { path: '/old/*' }, use: 'include' }, rest)), ['remove'])
  assert.deepEqual(names(choose({ match: { method: 'get', path: '/things' }, use: 'include' }, rest)), ['list'])
  assert.deepEqual(names(choose({ match: { operationId: 'create' }, use: 'exclude' })), ['list', 'remove', 'better'])
  assert.deepEqual(names(choose({ match: { deprecated: true }, use: 'exclude' })), ['list', 'create', 'better'])
  assert.deepEqual(names(choose({ match: { operationId: 'hidden' }, use: 'include' }, rest)), ['hidden'])
})

test('a row renames, describes and asks for confirmation', () => {
  const found = tool(
    converted(
      document,
      choose({
        match: { operationId: 'remove' },
        use: 'include',
        name: 'forget',
        description: 'Forgets a thing.',
        confirm: true,
      }),
    ),
    'forget',
  )
  assert.equal(found.definition['description'], 'Forgets a thing.')
  assert.equal(found.confirm, true)
})

test('two tools of one name, and names that are none, are refused with the place', () => {
  const twice = converted(document, choose({ match: { operationId: 'remove' }, use: 'include', name: 'list' }))
  assert.match(
    losses(twice).join('\n'),
    /#\/paths\/~1old~1\{id\}\/delete: the name "list" is that of GET \/things already/,
  )
  const long = converted(document, choose({ match: { operationId: 'remove' }, use: 'include', name: 'x'.repeat(70) }))
  assert.match(losses(long).join('\n'), /is no name of a tool: up to 64/)
})

test('a row that fits nothing says what was probably meant', () => {
  const found = losses(converted(document, choose({ match: { operationId: 'creat' }, use: 'exclude' }))).join('\n')
  assert.match(found, /tools\[0\]\.match fits no operation; nearest: create/)
})

test('a fixed parameter is always sent and never offered; a default is sent when nothing is said', () => {
  const parameters = { limit: { fixed: 10 }, q: { default: 'all', description: 'What to look for.' } }
  const found = tool(
    converted(document, choose({ match: { operationId: 'list' }, use: 'include', parameters })),
    'list',
  )
  assert.deepEqual(fields(found.definition['inputSchema'])['properties'], {
    query: {
      type: 'object',
      properties: { q: { type: 'string', description: 'What to look for.', default: 'all' } },
      additionalProperties: false,
    },
  })
  assert.equal(sent(found, {}).query, '?limit=10&q=all')
  assert.equal(sent(found, { query: { q: 'x' } }).query, '?limit=10&q=x')
  assert.equal(refused(found, { query: { limit: 99 } }).at, '/query/limit')
})

test('members of the body are fixed, hidden and defaulted through what composes it', () => {
  const parameters = {
    'body.owner': { fixed: 'me' },
    size: { hidden: true },
    'query.limit': { hidden: true },
    'header.limit': { default: 3 },
  }
  for (const layout of ['grouped', 'flat'] as const) {
    const found = tool(
      converted(document, {
        ...choose({ match: { operationId: 'create' }, use: 'include', parameters }),
        arguments: layout,
      }),
      'create',
    )
    const text = JSON.stringify(found.definition['inputSchema'])
    assert.ok(!text.includes('owner') && !text.includes('size'), text)
    const made = sent(found, layout === 'flat' ? { name: 'x' } : { body: { name: 'x' } })
    assert.deepEqual(
      [JSON.parse(String(made.body)), made.headers['limit'], made.query],
      [{ name: 'x', owner: 'me' }, '3', ''],
    )
  }
})

test('what the caller says never replaces what is fixed', () => {
  const found = tool(
    converted(
      document,
      choose({ match: { operationId: 'create' }, use: 'include', parameters: { 'body.owner': { fixed: 'me' } } }),
    ),
    'create',
  )
  assert.deepEqual(JSON.parse(String(sent(found, { body: { name: 'x', owner: 'you' } }).body)), {
    name: 'x',
    owner: 'me',
  })
})

test('choices that the document does not allow are told of, and the operation is not offered', () => {
  const problem = (parameters: NonNullable<Choice['parameters']>, operationId = 'list'): string => {
    const conversion = converted(document, choose({ match: { operationId }, use: 'include', parameters }))
    assert.equal(conversion.tools.length, 3)
    return losses(conversion).join('\n')
  }
  assert.match(
    problem({ limti: { fixed: 1 } }),
    /api\.yaml:1 #\/paths\/~1things\/get: tools\[0\]\.parameters: the operation has no parameter "limti"; nearest: limit/,
  )
  assert.match(problem({ limit: { fixed: 1000 } }), /the value that is chosen for "limit" is above 100/)
  assert.match(problem({ limit: { hidden: true } }), /"limit" is hidden, and the operation needs it/)
  assert.match(
    problem({ limit: { fixed: 1 } }, 'create'),
    /several parameters are called "limit"; write header\.limit or query\.limit/,
  )
  assert.match(problem({ 'body.nmae': { fixed: 'x' } }, 'create'), /the body has no member "nmae"; nearest: name/)
  assert.match(problem({ 'body.name': { hidden: true } }, 'create'), /"name" is hidden, and the operation needs it/)
  assert.match(
    problem({ 'body.size': { fixed: 'x' } }, 'create'),
    /the value that is chosen for "size" integer expected/,
  )
})

test('more tools than a model chooses among well are told of, with the tags to choose by', () => {
  const document = (count: number): object => ({
    openapi: '3.1.0',
    info: { title: 't', version: '1' },
    servers: [{ url: 'https://api.example.test' }],
    paths: Object.fromEntries(
      Array.from({ length: count }, (_, index) => [
        `/p${index}`,
        { get: { operationId: `p${index}`, responses: {}, tags: index < 60 ? ['much'] : index < 90 ? ['some'] : [] } },
      ]),
    ),
  })
  assert.deepEqual(losses(converted(document(100))), [])
  assert.match(
    losses(converted(document(101))).join('\n'),
    /#\/paths: the document becomes 101 tools, .*; choose with tools: by tag \(much 60, some 30, no tag 11\)$/,
  )
  assert.deepEqual(losses(converted(document(101), { tools: [{ match: { tag: 'some' }, use: 'exclude' }] })), [])
})
