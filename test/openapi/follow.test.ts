// Pages that become one answer: lists put together, everything else as the last page says it, and when no further one is asked for.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Pages } from '../../src/openapi/follow.ts'
import { result } from '../../src/openapi/result.ts'
import type { HttpResponse, Options } from '../../src/openapi/tool.ts'
import { converted, sent, tool } from './documents.ts'

const document = (method: string, links: object = {}): object => ({
  openapi: '3.1.0',
  info: { title: 't', version: '1' },
  servers: [{ url: 'https://api.example.test' }],
  paths: {
    '/things': {
      [method]: {
        operationId: 'list',
        parameters: ['cursor', 'page', 'owner', 'from'].map((name) => ({
          name,
          in: 'query',
          schema: { type: 'string' },
        })),
        responses: { 200: { description: 'ok', content: { 'application/json': {} }, links } },
      },
    },
  },
})

const answer = (body: string | object, headers: HttpResponse['headers'] = {}): HttpResponse => ({
  status: 200,
  headers: { 'content-type': 'application/json', ...headers },
  body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
})

const isResponse = (body: string | object): body is HttpResponse =>
  typeof body === 'object' && 'body' in body && Buffer.isBuffer(body.body)

interface Asking {
  readonly args?: unknown
  readonly options?: Options
  readonly links?: object
}

/** Serves bodies one after the other, as long as they are asked for. */
function followed(
  bodies: readonly (string | object | HttpResponse)[],
  { args = {}, options = {}, links }: Asking = {},
) {
  const one = tool(converted(document('get', links), { pages: 10, ...options }), 'list')
  const pages = new Pages(one, args)
  const asked: unknown[] = []
  let next: unknown = args
  for (const body of bodies) {
    if (next === undefined) break
    const { path, query } = sent(one, next)
    asked.push(path + query)
    next = pages.take(isResponse(body) ? body : answer(body), next)
  }
  const whole = pages.joined()
  assert.ok(whole)
  const { raw } = result(one, whole.response, { args: whole.args, pages: pages.about() })
  return { asked, text: raw, ...JSON.parse(raw) }
}

test('lists are put together, and what stands beside them is what the last page says', () => {
  const { asked, structuredContent, _meta } = followed(
    [
      { items: [1, 2], next_cursor: 'b', total: 5 },
      { items: [3], next_cursor: 'c', total: 5 },
      { items: [4, 5], total: 5 },
    ],
    { args: { query: { owner: 'alice' } } },
  )
  assert.deepEqual(asked, ['/things?owner=alice', '/things?cursor=b&owner=alice', '/things?cursor=c&owner=alice'])
  assert.deepEqual(structuredContent, { items: [1, 2, 3, 4, 5], total: 5 })
  assert.deepEqual(_meta, { pages: { read: 3 } })
})

test('a list at the root, one further down, and several beside each other', () => {
  const link = { link: '<https://api.example.test/things?page=2>; rel="next"' }
  assert.deepEqual(followed([answer('[1]', link), answer('[2]')]).structuredContent, { data: [1, 2] })
  const nodes = (list: unknown, cursor?: string): object => ({
    data: { things: { nodes: list } },
    ...(cursor !== undefined && { meta: { next_cursor: cursor } }),
  })
  assert.deepEqual(followed([nodes(['a'], 'x'), nodes(['b'])]).structuredContent, nodes(['a', 'b']))
  assert.deepEqual(
    followed([
      { data: [1], included: ['i'], sort: ['name'], next_cursor: 'b' },
      { data: [2], included: ['k'], sort: ['name'] },
    ]).structuredContent,
    { data: [1, 2], included: ['i', 'k'], sort: ['name'] },
    'what every page says alike is said once',
  )
  assert.deepEqual(followed([{ items: [0], next_cursor: 'b' }, { items: [0] }]).structuredContent, { items: [0, 0] })
  assert.deepEqual(
    followed([{ _embedded: { x: [1] }, _links: { next: { href: '/things?page=2' } } }, { _links: {} }])
      .structuredContent,
    { _links: {}, _embedded: { x: [1] } },
    'an empty last page takes nothing away',
  )
})

test('numbers keep their digits, in lists and in cursors', () => {
  const { asked, text } = followed([
    '{"items":[12345678901234567890, 1.50],"next_cursor":98765432109876543210}',
    '{"items":[0.10000000000000000001]}',
  ])
  assert.equal(asked[1], '/things?cursor=98765432109876543210')
  assert.ok(text.includes('[12345678901234567890,1.50,0.10000000000000000001]'), text)
  const one = tool(converted(document('get')), 'list')
  const { raw } = result(one, answer('{"next_cursor":98765432109876543210}'), { args: {} })
  assert.deepEqual(JSON.parse(raw)._meta.next, { query: { cursor: '98765432109876543210' } })
})

test('as many pages as are wanted, and the arguments of the one after them', () => {
  const { asked, structuredContent, _meta } = followed(
    [
      { items: [1], next_cursor: 'b' },
      { items: [2], next_cursor: 'c' },
    ],
    { options: { pages: 2 } },
  )
  assert.equal(asked.length, 2)
  assert.deepEqual(structuredContent.items, [1, 2])
  assert.deepEqual(_meta, { next: { query: { cursor: 'c' } }, pages: { read: 2 } })
  const flat = followed([{ items: [1], next_cursor: 'b' }, { items: [2] }], { options: { arguments: 'flat' } })
  assert.deepEqual(flat.asked, ['/things', '/things?cursor=b'])
})

test('a page that was sent already, no list, and other arguments than the caller’s end it', () => {
  const again = followed([
    { items: [1], next_cursor: 'b' },
    { items: [2], next_cursor: 'b' },
  ])
  assert.deepEqual(again._meta.pages, { read: 2, stopped: 'the server names a page that it has sent already' })
  assert.equal(followed([{ name: 'x', next_cursor: 'b' }, { name: 'y' }]).asked.length, 1)
  const broken = followed([{ items: [1], next_cursor: 'b' }, '<html>'])
  assert.deepEqual(broken.structuredContent, { items: [1], next_cursor: 'b' })
  assert.deepEqual(broken._meta, {
    next: { query: { cursor: 'b' } },
    pages: { read: 1, stopped: 'the next page is no JSON' },
  })
  // The document's own link would answer for somebody else: without the rule it is what the next page is asked with.
  const links = { more: { operationId: 'list', parameters: { owner: '$response.body#/them' } } }
  const body = { items: [1], them: 'bob' }
  const other = followed([body, { items: [2] }], { args: { query: { owner: 'alice' } }, links })
  assert.equal(other.asked.length, 1)
  assert.match(other._meta.pages.stopped, /other arguments/)
  assert.deepEqual(followed([body, { items: [2] }], { links }).asked, ['/things', '/things?owner=bob'])
})

test('addresses of the next page in the answer itself', () => {
  for (const body of [
    { results: [], next: 'https://api.example.test/things?limit=5&page=2' },
    { links: { next: '/things?page=2' } },
    { _links: { next: { href: 'things?page=2&owner=bob' } } },
    { value: [], '@odata.nextLink': 'https://api.example.test/things?page=2' },
  ]) {
    const one = tool(converted(document('get')), 'list')
    const { raw } = result(one, answer(body), { args: { query: { owner: 'alice' } } })
    assert.deepEqual(JSON.parse(raw)._meta?.next, { query: { owner: 'alice', page: '2' } }, JSON.stringify(body))
  }
})

test('only what is read with GET is followed, and a row of the configuration may say otherwise', () => {
  assert.equal(tool(converted(document('post'), { pages: 5 }), 'list').plan.pages, 1)
  assert.equal(tool(converted(document('get'), { pages: 5 }), 'list').plan.pages, 5)
  assert.equal(tool(converted(document('get')), 'list').plan.pages, 1)
  const row = { match: { operationId: 'list' }, use: 'include', pages: 3 } as const
  assert.equal(tool(converted(document('get'), { pages: 5, tools: [row] }), 'list').plan.pages, 3)
})
