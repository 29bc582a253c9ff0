// Responses as results: what a model reads, what programs find, and what is an error.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PlannedTool } from '../../src/openapi/plan.ts'
import { redirected } from '../../src/openapi/redirect.ts'
import { type Asked, result, unanswered } from '../../src/openapi/result.ts'
import type { HttpResponse, Options } from '../../src/openapi/tool.ts'
import { answering, converted, tool } from './documents.ts'

const anything = (options?: Options): PlannedTool =>
  tool(converted(answering({}, {}, '3.1.0'), { outputSchema: 'off', ...options }), 'get')

const response = (
  status: number,
  type: string | undefined,
  body: string | Buffer,
  headers: HttpResponse['headers'] = {},
): HttpResponse => ({
  status,
  headers: { ...headers, ...(type !== undefined && { 'content-type': type }) },
  body: Buffer.from(body),
})

/** The result, parsed: what it is as text is looked at where that matters. */
function told(one: PlannedTool, answer: HttpResponse, asked?: Asked): ReturnType<typeof Object> {
  const { kind, raw } = result(one, answer, asked)
  assert.equal(kind, 'result', raw)
  return JSON.parse(raw)
}

const json = 'application/json'
const text = (content: string): object => ({ type: 'text', text: content })

test('an object is structured content, and its text; numbers keep their spelling', () => {
  assert.deepEqual(told(anything(), response(200, json, '{"a":1}')), {
    content: [text('{"a":1}')],
    structuredContent: { a: 1 },
  })
  const { raw } = result(
    anything(),
    response(200, `${json}; charset=utf-8`, '{\n  "id": 12345678901234567890, "x": 1.0\n}'),
  )
  assert.match(raw, /"structuredContent":\{"id":12345678901234567890,"x":1\.0\}/)
})

test('what is no object stands under data', () => {
  assert.deepEqual(told(anything(), response(200, json, '[1,2]')), {
    content: [text('[1,2]')],
    structuredContent: { data: [1, 2] },
  })
  assert.deepEqual(told(anything(), response(200, 'application/hal+json', '"x"')), {
    content: [text('"x"')],
    structuredContent: { data: 'x' },
  })
})

test('null and nothing are a status, and an empty promise where a schema was announced', () => {
  const nothing = { content: [text('{"code":204,"message":""}')] }
  assert.deepEqual(told(anything(), response(204, undefined, '')), nothing)
  assert.deepEqual(told(anything(), response(200, json, 'null')), { content: [text('{"code":200,"message":""}')] })
  assert.deepEqual(told(tool(converted(answering({ type: 'object' })), 'get'), response(204, undefined, '')), {
    ...nothing,
    structuredContent: {},
  })
  assert.deepEqual(told(tool(converted(answering({ type: 'array' })), 'get'), response(204, undefined, '')), {
    ...nothing,
    structuredContent: { data: null },
  })
})

test('text is text in its charset, with the original shape beside it unless plain results are asked for', () => {
  const latin = response(200, 'text/plain; charset=iso-8859-1', Buffer.from([0x67, 0xfc, 0x6e]))
  assert.deepEqual(told(anything(), latin), {
    content: [text('gün')],
    structuredContent: { code: 200, message: 'gün' },
  })
  assert.deepEqual(told(anything({ results: 'plain' }), latin), { content: [text('gün')] })
  assert.deepEqual(told(anything({ results: 'plain' }), response(200, 'text/plain; charset=nonsense', 'x')), {
    content: [text('x')],
  })
  assert.deepEqual(told(anything({ results: 'plain' }), response(200, 'application/xml', '<a/>')), {
    content: [text('<a/>')],
  })
})

test('JSON is recognised where its type is missing or wrong, and only JSON', () => {
  assert.deepEqual(told(anything(), response(200, undefined, ' {"a":1}')).structuredContent, { a: 1 })
  assert.deepEqual(told(anything(), response(200, 'text/plain', '[1]')).structuredContent, { data: [1] })
  assert.deepEqual(told(anything({ results: 'plain' }), response(200, 'text/plain', '{not json')), {
    content: [text('{not json')],
  })
  assert.deepEqual(told(anything({ results: 'plain' }), response(200, json, '{broken')), { content: [text('{broken')] })
})

test('images and sounds are shown, other bytes are a resource, and what is too large is told of', () => {
  const one = anything({ target: 'pets' })
  assert.deepEqual(told(one, response(200, 'image/png', Buffer.from([1, 2]))), {
    content: [{ type: 'image', data: 'AQI=', mimeType: 'image/png' }],
  })
  assert.deepEqual(told(one, response(200, 'audio/mpeg', Buffer.from([1]))), {
    content: [{ type: 'audio', data: 'AQ==', mimeType: 'audio/mpeg' }],
  })
  const zip = response(200, 'application/zip', Buffer.from([1]), {
    'content-disposition': 'attachment; filename="../../a b.zip"',
  })
  assert.deepEqual(told(one, zip), {
    content: [
      {
        type: 'resource',
        resource: { uri: 'openapi://pets/get/a%20b.zip', mimeType: 'application/zip', blob: 'AQ==' },
      },
    ],
  })
  const large = told(one, response(200, 'image/png', Buffer.alloc(1024 * 1024 + 1)))
  assert.deepEqual(JSON.parse(large.content[0].text), {
    code: 200,
    message: 'too large to be shown',
    contentType: 'image/png',
    bytes: 1024 * 1024 + 1,
  })
})

test('events, lines and records are one text each, up to a bound that is told of', () => {
  const events = response(
    200,
    'text/event-stream',
    ': hi\n\nevent: x\ndata: {"a":1}\ndata: b\n\ndata:c\r\n\r\nid: 3\n\ndata: last',
  )
  assert.deepEqual(told(anything(), events).content, [text('{"a":1}\nb'), text('c'), text('last')])
  const lines = response(200, 'application/x-ndjson', '{"a":1}\n\n{"a":2}\n{"a":3}')
  assert.deepEqual(told(anything({ maxEvents: 2 }), lines), {
    content: [text('{"a":1}'), text('{"a":2}')],
    _meta: { truncated: { maxEvents: 2 } },
  })
  assert.deepEqual(told(anything(), response(200, 'application/json-seq', '\u001e1\n\u001e2\n')).content, [
    text('1'),
    text('2'),
  ])
})

test('4xx is an error that says what the server says', () => {
  const found = told(
    anything(),
    response(429, 'application/problem+json', '{"title":"slow down"}', { 'retry-after': '120' }),
  )
  assert.deepEqual(found, {
    content: [text('{"title":"slow down"}')],
    isError: true,
    _meta: { status: 429, retryAfter: '120' },
  })
  assert.deepEqual(told(anything(), response(404, undefined, '')).content, [text('404 Not Found')])
  const long = told(anything(), response(400, 'text/plain', 'x'.repeat(100_000)))
  assert.ok(Buffer.byteLength(long.content[0].text) <= 64 * 1024)
})

test('5xx is an error with little of what the server says', () => {
  const one = anything()
  const found = told(one, response(502, 'text/html', '<h1>bad</h1>'))
  assert.deepEqual(found, {
    content: [text("Upstream API call for tool 'get' failed with status 502 Bad Gateway: <h1>bad</h1>")],
    isError: true,
    _meta: { status: 502 },
  })
  assert.ok(told(one, response(500, 'text/plain', 'y'.repeat(9000))).content[0].text.length < 2200)
  assert.deepEqual(told(anything({ results: 'plain' }), response(503, undefined, '')).content, [
    text('503 Service Unavailable'),
  ])
  assert.deepEqual(JSON.parse(unanswered(one, 'connection refused').raw), {
    content: [text("Upstream API call for tool 'get' failed: connection refused")],
    isError: true,
  })
})

test('a redirect that is not followed says where it points, as far as that is an address', () => {
  const there = told(anything(), response(302, undefined, '', { location: 'https://other.example/x' }))
  assert.deepEqual(there, {
    content: [text('the server redirects (302 Found) to https://other.example/x')],
    _meta: { status: 302, location: 'https://other.example/x' },
  })
  assert.equal(
    told(anything(), response(302, undefined, '', { location: 'a b\nIgnore all' })).content[0].text,
    'the server redirects (302 Found) and does not say where to',
  )
})

test('redirects are followed on the same origin, for GET and HEAD, three times', () => {
  const sent = {
    method: 'GET',
    origin: undefined,
    path: '/v1/a',
    query: '?x=1',
    headers: { Authorization: 'Bearer t' },
    body: undefined,
  }
  const origin = 'https://api.example.test'
  const to = (location: string, status = 302, hops = 0, method = 'GET') =>
    redirected({ ...sent, method }, response(status, undefined, '', { location }), origin, hops)
  assert.deepEqual(to('/v2/b?y=2#z'), { ...sent, path: '/v2/b', query: '?y=2' })
  assert.deepEqual(to('b')?.path, '/v1/b')
  assert.deepEqual(to(`${origin}/c`)?.path, '/c')
  for (const location of [
    'https://evil.example/',
    '//evil.example/',
    'http://api.example.test/',
    'https://api.example.test:8443/',
    'https://u@api.example.test/',
    '/\\evil.example',
    'javascript:1',
  ])
    assert.equal(to(location), undefined, location)
  assert.equal(to('/b', 302, 3), undefined)
  assert.equal(to('/b', 307, 0, 'POST'), undefined)
  assert.equal(to('/b', 303, 0, 'POST'), undefined)
  assert.equal(to('/b', 304), undefined)
})

test('compatibility with the original: no isError, wrapped texts, errors of the protocol', () => {
  const one = anything({ compatibility: 'agentgateway' })
  assert.deepEqual(told(one, response(404, json, '{"e":1}')), {
    content: [text('{"e":1}')],
    structuredContent: { e: 1 },
  })
  assert.deepEqual(told(one, response(200, json, '[1]')), {
    content: [text('{"data":[1]}')],
    structuredContent: { data: [1] },
  })
  assert.deepEqual(told(one, response(200, 'text/plain', 'hi')).structuredContent, { code: 200, message: 'hi' })
  const broken = result(one, response(500, undefined, ''))
  assert.deepEqual(
    [broken.kind, JSON.parse(broken.raw)],
    [
      'error',
      { code: -32603, message: "Upstream API call for tool 'get' failed with status 500 Internal Server Error" },
    ],
  )
})

test('an answer that is not as documented is told of where outputs are strict, and shown all the same', () => {
  const one = tool(
    converted(answering({ type: 'object', required: ['id'], properties: { id: { type: 'integer' } } }), {
      outputSchema: 'strict',
    }),
    'get',
  )
  const heard: string[] = []
  const mismatch = (problem: string): void => void heard.push(problem)
  assert.deepEqual(told(one, response(200, json, '{"id":"7"}'), { mismatch }).structuredContent, { id: '7' })
  told(one, response(200, json, '{"id":7}'), { mismatch })
  assert.deepEqual(heard, ['/id integer expected, string given'])
})

test('whatever a server sends, the result is one JSON value', () => {
  for (const body of [
    '\u0000\u0001',
    '"\ud800"',
    '{"a":"\u2028"}',
    '[',
    Buffer.from([0xff, 0xfe, 0x00]),
    '{"__proto__":{"x":1}}',
  ])
    for (const type of [
      json,
      'text/plain',
      'text/plain; charset=utf-16',
      'application/zip',
      'text/event-stream',
      'image/png"\r\nx: y',
      '',
    ])
      for (const status of [200, 302, 404, 500]) JSON.parse(result(anything(), response(status, type, body)).raw)
})
