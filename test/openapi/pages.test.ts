// The next page: named as arguments of the same tool, from whatever an answer and its document say.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { result } from '../../src/openapi/result.ts'
import type { HttpResponse, Options } from '../../src/openapi/tool.ts'
import { converted, sent, tool } from './documents.ts'

const document = (parameters: readonly string[], links: object = {}): object => ({
  openapi: '3.1.0',
  info: { title: 't', version: '1' },
  servers: [{ url: 'https://api.example.test' }],
  paths: {
    '/things': {
      get: {
        operationId: 'list',
        parameters: parameters.map((name) => ({ name, in: 'query', schema: { type: 'string' } })),
        responses: { 200: { description: 'ok', content: { 'application/json': {} }, links } },
      },
    },
  },
})

function next(
  parameters: readonly string[],
  body: unknown,
  {
    headers = {},
    args = {},
    links = {},
    options = {},
  }: { headers?: HttpResponse['headers']; args?: unknown; links?: object; options?: Options } = {},
): unknown {
  const one = tool(converted(document(parameters, links), options), 'list')
  const response = {
    status: 200,
    headers: { 'content-type': 'application/json', ...headers },
    body: Buffer.from(JSON.stringify(body)),
  }
  const found = JSON.parse(result(one, response, { args }).raw)._meta?.next
  // What is named can be sent.
  if (found !== undefined) sent(one, found)
  return found
}

test('members called like the next value of a parameter', () => {
  assert.deepEqual(next(['cursor', 'q'], { next_cursor: 'abc' }, { args: { query: { q: 'x', cursor: 'old' } } }), {
    query: { q: 'x', cursor: 'abc' },
  })
  assert.deepEqual(next(['cursor'], { response_metadata: { next_cursor: 'abc' } }), { query: { cursor: 'abc' } })
  assert.deepEqual(next(['pageToken'], { nextPageToken: 't' }), { query: { pageToken: 't' } })
  assert.deepEqual(next(['continuation_token'], { continuation_token: 'c' }), { query: { continuation_token: 'c' } })
  assert.deepEqual(next(['cursor'], { next_cursor: '' }), undefined)
  assert.deepEqual(next(['q'], { next_q: 'x', next_cursor: 'y' }), undefined)
  assert.deepEqual(
    next(['cursor'], { next_cursor: 'abc' }, { options: { arguments: 'flat' }, args: { cursor: 'old' } }),
    { cursor: 'abc' },
  )
})

test('a Link header, as far as it speaks of declared parameters', () => {
  const headers = {
    link: '<https://api.example.test/things?page=1>; rel="prev", <https://evil.example/x?page=3&admin=1&per_page=5>; rel="next"',
  }
  assert.deepEqual(next(['page', 'per_page'], {}, { headers, args: { query: { per_page: '50' } } }), {
    query: { per_page: '50', page: '3' },
  })
  assert.deepEqual(next(['page'], {}, { headers: { 'x-next': '/things?page=4' } }), { query: { page: '4' } })
  assert.deepEqual(next(['cursor'], {}, { headers: { 'x-next': 'opaque' } }), { query: { cursor: 'opaque' } })
  assert.deepEqual(next(['q'], {}, { headers }), undefined)
})

test('links of the document that lead to the operation itself', () => {
  const links = {
    more: { operationId: 'list', parameters: { 'query.from': '$response.body#/paging/last~1id' } },
    other: { operationId: 'else', parameters: { from: '$response.body#/x' } },
  }
  assert.deepEqual(next(['from'], { paging: { 'last/id': 17 } }, { links, args: { query: {} } }), {
    query: { from: '17' },
  })
  assert.deepEqual(next(['from'], { paging: { 'last/id': '17' } }, { links }), { query: { from: '17' } })
  const header = { more: { operationId: 'list', parameters: { from: '$response.header.X-Last' } } }
  assert.deepEqual(next(['from'], {}, { links: header, headers: { 'x-last': 'z' } }), { query: { from: 'z' } })
})
