import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { test } from 'node:test'
import type { MatchShape } from '../../src/config/shape.ts'
import { Exchange } from '../../src/core/exchange.ts'
import { hostOf } from '../../src/gateway/host.ts'
import { patternProblems, Router, unclear } from '../../src/gateway/match.ts'

const match = (path: MatchShape['path'], rest: Partial<MatchShape> = {}): MatchShape => ({
  path,
  method: undefined,
  headers: [],
  query: [],
  at: [],
  ...rest,
})
const prefix = (value: string, rest?: Partial<MatchShape>) => match({ kind: 'prefix', value }, rest)
const exact = (value: string, rest?: Partial<MatchShape>) => match({ kind: 'exact', value }, rest)
const regex = (value: string, rest?: Partial<MatchShape>) => match({ kind: 'regex', value }, rest)
const route = (name: string, matches: MatchShape[], hostnames: string[] = []) => ({ name, matches, hostnames })

/** Only what matching reads of a request. */
const request = (url: string, { method = 'GET', ...headers }: Record<string, string> = {}): Exchange =>
  new Exchange({ url, method, headers: { host: 'a.example', ...headers } } as unknown as IncomingMessage, {
    port: 1,
    scheme: 'http',
    bind: '',
    gateway: '',
    listener: '',
  })

const chosen = (router: Router<ReturnType<typeof route>>, ...[url, headers]: Parameters<typeof request>) => {
  const found = router.match(request(url, headers))
  return found === unclear ? 'unclear' : found?.name
}

test('a prefix covers whole segments', () => {
  const router = new Router([route('mcp', [prefix('/mcp')])])
  assert.deepEqual(
    ['/mcp', '/mcp/', '/mcp/x', '/mcp?a=1', '/mcpx', '/'].map((url) => chosen(router, url)),
    ['mcp', 'mcp', 'mcp', 'mcp', undefined, undefined],
  )
})

test('exact wins over the longest prefix, and that over a regex', () => {
  const router = new Router([
    route('regex', [regex('/a/.*')]),
    route('short', [prefix('/')]),
    route('long', [prefix('/a')]),
    route('exact', [exact('/a/b')]),
  ])
  assert.deepEqual(
    ['/a/b', '/a/c', '/z'].map((url) => chosen(router, url)),
    ['exact', 'long', 'short'],
  )
})

test('among equals a method, then more headers, then more query parameters, then the order of definition decide', () => {
  const header = { name: 'X-Team', value: { kind: 'exact', value: 'red' } } as const
  const query = { name: 'v', value: { kind: 'regex', value: '[0-9]+' } } as const
  const router = new Router([
    route('first', [prefix('/')]),
    route('second', [prefix('/')]),
    route('query', [prefix('/', { query: [query] })]),
    route('header', [prefix('/', { headers: [header] })]),
    route('method', [prefix('/', { method: 'PUT' })]),
  ])
  assert.equal(chosen(router, '/?v=12', { 'x-team': 'red', method: 'PUT' }), 'method')
  assert.equal(chosen(router, '/?v=12', { 'x-team': 'red' }), 'header')
  assert.equal(chosen(router, '/?v=12'), 'query')
  assert.equal(chosen(router, '/?v=1x'), 'first')
})

test('a host name wins over a wildcard, the longer wildcard over the shorter, any name over none', () => {
  const router = new Router([
    route('none', [prefix('/')]),
    route('wild', [prefix('/')], ['*.example']),
    route('wilder', [prefix('/')], ['*.a.example']),
    route('exact', [prefix('/')], ['a.example']),
  ])
  assert.deepEqual(
    ['a.example', 'A.Example:80', 'b.example', 'x.a.example', 'example', 'other'].map((host) =>
      chosen(router, '/', { host }),
    ),
    ['exact', 'exact', 'wild', 'wilder', 'none', 'none'],
  )
})

test('when the better host has no matching path the next one is asked', () => {
  const router = new Router([route('any', [prefix('/')]), route('named', [prefix('/only')], ['a.example'])])
  assert.equal(chosen(router, '/else'), 'any')
})

test('a regex must cover the whole path', () => {
  const router = new Router([route('r', [regex('/v[0-9]')])])
  assert.deepEqual(
    ['/v1', '/v12', '/x/v1'].map((url) => chosen(router, url)),
    ['r', undefined, undefined],
  )
})

test('a regex is one of RE2, and covers the whole text whatever its alternatives', () => {
  const value = { kind: 'regex', value: '(?i)red|blue' } as const
  const router = new Router([
    route('header', [regex('/a|/b', { headers: [{ name: 'x-team', value }] })]),
    route('query', [regex('/q', { query: [{ name: 'v', value }] })]),
  ])
  assert.deepEqual(
    [
      chosen(router, '/b', { 'x-team': 'RED' }),
      chosen(router, '/bb', { 'x-team': 'red' }),
      chosen(router, '/a', { 'x-team': 'reddish' }),
      chosen(router, '/q?v=no&v=Blue'),
    ],
    ['header', undefined, undefined, 'query'],
  )
})

test('a path made for it does not keep the gateway busy', () => {
  const router = new Router([route('r', [regex('/(a+)+')])])
  // Backtracking takes 2^4000 steps for this one.
  assert.equal(chosen(router, `/${'a'.repeat(4000)}!`), undefined)
  assert.equal(chosen(router, `/${'a'.repeat(4000)}`), 'r')
})

test('what is no regular expression is told with its place, and matches nothing', () => {
  const bad = { kind: 'regex', value: '(?=x)' } as const
  const wrong = match(bad, {
    at: ['matches', 0],
    headers: [
      { name: 'a', value: { kind: 'exact', value: '(' } },
      { name: 'b', value: bad },
    ],
    query: [{ name: 'c', value: bad }],
  })
  assert.deepEqual(
    patternProblems(wrong).map(({ path, message }) => `${path.join('.')}: ${message}`),
    ['path', 'headers.1.value', 'query.0.value'].map(
      (place) => `matches.0.${place}.regex: \`regex\` is not a regular expression: invalid or unsupported Perl syntax`,
    ),
  )
  assert.deepEqual(patternProblems(regex('/v\\d+')), [])
  assert.equal(chosen(new Router([route('r', [match(bad)])]), '/x'), undefined)
})

test('a path that other servers would read as that of a more specific route is nobody’s', () => {
  const open = route('open', [prefix('/')])
  const router = new Router([open, route('admin', [prefix('/admin')]), route('mcp', [exact('/mcp')])])
  const attacks = [
    '//admin',
    '/admin%2f',
    '/%2Fadmin/x',
    '/admin;x=1',
    '/admin%00',
    '/\\admin',
    '/admin%5Cx',
    '//mcp',
    '/mcp;',
    '/;/admin',
    '/;x=1/admin',
    '/;x=1\\admin',
  ]
  for (const path of attacks) assert.equal(chosen(router, path), 'unclear', path)
  // Without the rule they are answered by the route for everything else, and the servers behind it may read them in their own way.
  for (const path of attacks) assert.equal(chosen(new Router([open]), path), 'open', path)
  for (const path of ['/x//y', '/proxy/https://admin/x', '/files/a%2Fb;v=1', '/administer%2f', '/x%20y', '/a%40b'])
    assert.equal(chosen(router, path), 'open', path)
  assert.deepEqual(
    ['/admin/a//b', '/admin/%2f', '/admin?x=//mcp'].map((path) => chosen(router, path)),
    Array(3).fill('admin'),
  )
})

test('a route whose path is written with escapes is found by them', () => {
  const router = new Router([
    route('open', [prefix('/')]),
    route('spaced', [exact('/a%20b')]),
    route('plain', [exact('/a')]),
  ])
  assert.deepEqual(
    ['/a%20b', '/a%2fb', '/a'].map((path) => chosen(router, path)),
    ['spaced', 'open', 'plain'],
  )
})

test('neither can a more specific host be slipped past', () => {
  const router = new Router([route('any', [prefix('/')]), route('admin', [prefix('/admin')], ['a.example'])])
  assert.deepEqual(
    ['a.example', 'A.Example.', 'a.example.:80', 'b.example'].map((host) => chosen(router, '/admin', { host })),
    ['admin', 'admin', 'admin', 'any'],
  )
  assert.equal(chosen(router, '//admin'), 'unclear')
  assert.equal(chosen(router, '//admin', { host: 'b.example' }), 'any')
})

test('the matched prefix is noted for rewrites', () => {
  const x = request('/api/x')
  new Router([route('api', [prefix('/api')])]).match(x)
  assert.equal(x.matchedPrefix, '/api')
})

test('ports and brackets do not belong to a host', () => {
  assert.deepEqual(['Host', 'host:8080', '[::1]', '[::1]:80', ''].map(hostOf), ['host', 'host', '[::1]', '[::1]', ''])
})
