// Arguments in groups, as the original has them, or flat; the same requests either way.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fields } from '../../src/openapi/value.ts'
import { converted, refused, sent, tool } from './documents.ts'

const document = {
  openapi: '3.1.0',
  info: { title: 't', version: '1' },
  servers: [{ url: 'https://api.example.test' }],
  paths: {
    '/users/{id}': {
      put: {
        operationId: 'update',
        summary: 'Update a user',
        parameters: [
          { name: 'id', in: 'path', required: true, description: 'Which.', schema: { type: 'integer' } },
          { name: 'id', in: 'query', schema: { type: 'string' } },
          { name: 'dry', in: 'query', deprecated: true, example: true, schema: { type: 'boolean' } },
          { name: 'X-Trace', in: 'header', schema: { type: 'string' } },
          { name: 'session', in: 'cookie', schema: { type: 'string' } },
        ],
        requestBody: {
          required: true,
          description: 'The user.',
          content: {
            'application/json': {
              schema: {
                type: 'object',
                required: ['id', 'name'],
                properties: { id: { type: 'integer' }, name: { type: 'string' } },
              },
            },
          },
        },
        responses: {},
      },
    },
    '/raw': {
      post: {
        operationId: 'raw',
        parameters: [{ name: 'body', in: 'query', schema: { type: 'string' } }],
        requestBody: { content: { 'text/plain': {}, 'application/octet-stream': {} } },
        responses: {},
      },
    },
  },
}

test('grouped: a group for each place, required where a member is, closed', () => {
  const { definition } = tool(converted(document), 'update')
  assert.deepEqual(definition, {
    name: 'update',
    title: 'Update a user',
    description: 'Update a user',
    inputSchema: {
      type: 'object',
      properties: {
        path: {
          type: 'object',
          properties: { id: { type: 'integer', description: 'Which.' } },
          required: ['id'],
          additionalProperties: false,
        },
        query: {
          type: 'object',
          properties: { id: { type: 'string' }, dry: { type: 'boolean', deprecated: true, examples: [true] } },
          additionalProperties: false,
        },
        header: { type: 'object', properties: { 'X-Trace': { type: 'string' } }, additionalProperties: false },
        cookie: { type: 'object', properties: { session: { type: 'string' } }, additionalProperties: false },
        body: {
          type: 'object',
          properties: { id: { type: 'integer' }, name: { type: 'string' } },
          required: ['id', 'name'],
          description: 'The user.',
        },
      },
      required: ['path', 'body'],
      additionalProperties: false,
    },
    annotations: { title: 'Update a user', destructiveHint: true, idempotentHint: true, openWorldHint: true },
  })
})

test('flat: names at the top, and a name that repeats with its place for all who have it', () => {
  const schema = fields(tool(converted(document, { arguments: 'flat' }), 'update').definition['inputSchema'])
  assert.deepEqual(Object.keys(fields(schema['properties'])), [
    'id_path',
    'id_query',
    'dry',
    'X-Trace',
    'session',
    'id_body',
    'name',
  ])
  assert.deepEqual(schema['required'], ['id_path', 'id_body', 'name'])
  assert.equal(schema['additionalProperties'], false)
})

test('both layouts make the same request', () => {
  const grouped = sent(tool(converted(document), 'update'), {
    path: { id: 1 },
    query: { id: 'q', dry: true },
    header: { 'X-Trace': 't' },
    cookie: { session: 's' },
    body: { id: 2, name: 'n' },
  })
  const flat = sent(tool(converted(document, { arguments: 'flat' }), 'update'), {
    id_path: 1,
    id_query: 'q',
    dry: true,
    'X-Trace': 't',
    session: 's',
    id_body: 2,
    name: 'n',
  })
  assert.deepEqual(flat, grouped)
  assert.equal(grouped.path + grouped.query, '/users/1?id=q&dry=true')
})

test('flat: refusals name the argument as it is called there', () => {
  const one = tool(converted(document, { arguments: 'flat' }), 'update')
  assert.equal(refused(one, { id_path: 'x', id_body: 1, name: 'n' }).at, '/id_path')
  assert.equal(refused(one, { id_path: 1, id_body: 1, name: 3 }).at, '/name')
  assert.match(refused(one, { id_path: 1, id_body: 1, nmae: 'x' }).problem, /nearest: name/)
  assert.equal(refused(one, { path: { id: 1 } }).at, '/path')
})

test('flat: a body that is no object stays one argument, with its media types', () => {
  const one = tool(converted(document, { arguments: 'flat' }), 'raw')
  const schema = fields(one.definition['inputSchema'])
  assert.deepEqual(Object.keys(fields(schema['properties'])), ['body_query', 'body_body', 'contentType'])
  assert.equal(sent(one, { body_body: 'hello' }).body, 'hello')
  assert.deepEqual(
    sent(one, { body_body: 'aGk=', contentType: 'application/octet-stream', body_query: 'q' }).body,
    Buffer.from('hi'),
  )
})

test('several media types: the preferred one, or the one that is asked for', () => {
  const one = tool(converted(document), 'raw')
  assert.deepEqual(fields(fields(one.definition['inputSchema'])['properties'])['contentType'], {
    type: 'string',
    enum: ['text/plain', 'application/octet-stream'],
  })
  assert.equal(sent(one, { body: 'x' }).headers['Content-Type'], 'text/plain')
  assert.equal(sent(one, {}).headers['Content-Type'], undefined)
  assert.equal(refused(one, { body: 'x', contentType: 'text/html' }).at, '/contentType')
})

test('an empty group says nothing; one with something in it is refused', () => {
  const one = tool(converted(document), 'raw')
  assert.equal(sent(one, { path: {}, cookie: null }).path, '/raw')
  assert.equal(refused(one, { path: { id: 1 } }).at, '/path')
  assert.equal(refused(one, { query: 'x' }).at, '/query')
  assert.equal(refused(one, []).at, '')
})

test('compatibility with the original passes undeclared query names on, and only those', () => {
  const one = tool(converted(document, { compatibility: 'agentgateway' }), 'raw')
  assert.equal(sent(one, { query: { body: 'b', 'x y': ['1', '&'] } }).query, '?body=b&x%20y=1&x%20y=%26')
  assert.equal(refused(one, { header: { a: 'b' } }).at, '/header')
})

test('annotations follow the method, and the name of a POST', () => {
  const hints = (method: string, operationId: string): unknown => {
    const { annotations } = tool(
      converted({ ...document, paths: { '/a': { [method]: { operationId, responses: {} } } } }),
      operationId,
    ).definition
    return annotations
  }
  assert.deepEqual(hints('get', 'a'), { readOnlyHint: true, openWorldHint: true })
  assert.deepEqual(hints('delete', 'a'), { destructiveHint: true, idempotentHint: true, openWorldHint: true })
  assert.deepEqual(hints('patch', 'a'), { destructiveHint: true, openWorldHint: true })
  assert.deepEqual(hints('post', 'createThing'), { destructiveHint: false, openWorldHint: true })
  assert.deepEqual(hints('post', 'cancelOrder'), { destructiveHint: true, openWorldHint: true })
  assert.deepEqual(hints('post', 'orderCancel'), { destructiveHint: true, openWorldHint: true })
})
