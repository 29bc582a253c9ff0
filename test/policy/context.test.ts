// What expressions see of an exchange: fields, forms of headers, queries, secrets, bodies, and what is not there.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { plain } from '../../src/cel/operators.ts'
import { Fault, type Value } from '../../src/cel/value.ts'
import { rawJson } from '../../src/core/brand.ts'
import type { Exchange } from '../../src/core/exchange.ts'
import { Expressions } from '../../src/gateway/expressions.ts'
import { contextOf } from '../../src/policy/context.ts'
import type { Use } from '../../src/policy/policy.ts'
import { route, serve, upstream } from '../support/serve.ts'
import { type Asking, exchange } from './stage.ts'

const expressions = new Expressions('')

/** The value of an expression; of a fault its kind. */
function value(source: string, x: Exchange | Asking = {}, phase: Use['phase'] = 'log'): Value {
  const { expression } = expressions.compile(source, { phase })
  if (expression === undefined) throw new Error(`${source} does not compile`)
  const found = expression.evaluate(contextOf('request' in x ? x : exchange(x)))
  return found instanceof Fault ? found.kind : plain(found)
}

test('a request has its parts, as policies have left them', () => {
  const x = exchange({ url: '/a/b?k=v', method: 'PUT' })
  const seen = (source: string): Value => value(source, x)
  assert.deepEqual(
    ['method', 'path', 'pathAndQuery', 'uri', 'host', 'scheme', 'version'].map((field) => seen(`request.${field}`)),
    ['PUT', '/a/b', '/a/b?k=v', 'http://gw.example:8080/a/b?k=v', 'gw.example', 'http', 'HTTP/1.1'],
  )
  x.path = '/c'
  x.headers['x-new'] = 'n'
  assert.deepEqual([seen('request.path'), seen('request.headers["x-new"]')], ['/c', 'n'])
  assert.equal(seen('request.startTime > timestamp("2020-01-01T00:00:00Z")'), true)
  assert.deepEqual([seen('has(request.endTime)'), seen('request.nothing')], [false, 'no-such-key'])
})

test('a host is the same in any case, and with a dot at its end', () => {
  for (const host of ['GW.Example:8080', 'gw.example.', 'gw.example'])
    assert.equal(value('request.host', exchange({ headers: { host } })), 'gw.example')
})

test('a header is a text when it came once, and a list when it came more than once', () => {
  const asking = {
    headers: {
      'x-one': 'a, b',
      'x-many': 'a,b, c',
      authorization: 'Bearer t',
      cookie: 'session=abc; theme=light; session=def',
    },
    rawHeaders: [
      'X-One',
      'a, b',
      'X-Many',
      'a,b',
      'x-many',
      'c',
      'Authorization',
      'Bearer t',
      'Cookie',
      'session=abc; theme=light',
      'cookie',
      'session=def',
    ],
  }
  const cases: readonly (readonly [string, Value])[] = [
    ['request.headers["X-ONE"]', 'a, b'],
    ['request.headers["x-many"]', ['a,b', 'c']],
    ['request.headers.join()["x-many"]', 'a,b,c'],
    ['request.headers.raw()["x-one"]', ['a, b']],
    ['request.headers.split()["x-many"]', ['a', 'b', 'c']],
    ['request.headers.split().raw()["x-many"]', ['a,b', 'c']],
    ['request.headers.redacted().authorization', '<redacted>'],
    ['request.headers.redacted().raw().authorization', ['<redacted>']],
    ['request.headers.redacted()["x-one"]', 'a, b'],
    ['request.headers.cookie("session")', 'abc'],
    ['request.headers.cookie("theme")', 'light'],
    ['request.headers.cookie("none")', 'no-such-key'],
    ['request.headers["x-none"]', 'no-such-key'],
    ['"x-none" in request.headers', false],
    ['request.headers.constructor', 'no-such-key'],
  ]
  for (const [source, expected] of cases) assert.deepEqual(value(source, asking), expected, source)
})

test('headers that the configuration calls sensitive are redacted as well', () => {
  const x = exchange({ headers: { 'x-session': 's', 'x-other': 'o', authorization: 'Bearer t' } })
  const redacted = (): Value[] =>
    ['X-Session', 'x-other', 'authorization'].map((name) => value(`request.headers.redacted()["${name}"]`, x))
  assert.deepEqual(redacted(), ['s', 'o', '<redacted>'])
  Object.assign(x, { entrance: { ...x.entrance, sensitiveHeaders: new Set(['x-session']) } })
  assert.deepEqual(redacted(), ['<redacted>', 'o', '<redacted>'])
  // Rules see what came: only what is written down is spared.
  assert.equal(value('request.headers["x-session"]', x), 's')
})

test('a changed header is what it was changed to, whatever came', () => {
  const x = exchange({ headers: { 'x-a': '1, 2' }, rawHeaders: ['x-a', '1', 'x-a', '2'] })
  assert.deepEqual(value('request.headers["x-a"]', x), ['1', '2'])
  x.headers['x-a'] = 'new'
  assert.equal(value('request.headers["x-a"]', x), 'new')
})

test('URIs know their query', () => {
  const asking = { url: '/api/test?foo=bar&foo=b%20z&zap=zip' }
  const cases: readonly (readonly [string, Value])[] = [
    ['request.pathAndQuery.query("foo")', ['bar', 'b z']],
    ['request.uri.query("zap")', ['zip']],
    ['request.uri.query("none")', 'no-such-key'],
    ['request.pathAndQuery.addQuery("foo", "q x")', '/api/test?foo=bar&foo=b%20z&zap=zip&foo=q+x'],
    ['request.pathAndQuery.setQuery("foo", "qux")', '/api/test?zap=zip&foo=qux'],
    ['request.uri.setQuery("a", "b").query("a")', ['b']],
    ['request.pathAndQuery.startsWith("/api")', true],
    ['request.pathAndQuery + "&x"', '/api/test?foo=bar&foo=b%20z&zap=zip&x'],
  ]
  for (const [source, expected] of cases) assert.deepEqual(value(source, asking), expected, source)
})

test('identities are null until they are known, and there from then on', () => {
  const x = exchange()
  assert.deepEqual(
    [value('jwt == null', x), value('jwt.sub', x), value('apiKey == null', x)],
    [true, 'no-such-key', true],
  )
  x.jwt = { claims: { sub: 'a', roles: ['r'], rawToken: 'claimed' }, raw: 'the.real.token' }
  x.apiKey = { key: 'sk-1', metadata: { team: 't' } }
  x.basicAuth = { username: 'u' }
  x.found = { metadata: { tier: 'free' }, extauthz: { ok: true } }
  assert.deepEqual(
    [
      'jwt.sub',
      '"r" in jwt.roles',
      'apiKey.team',
      'basicAuth.username',
      'metadata.tier',
      'extauthz.ok',
      'extproc == null',
    ].map((source) => value(source, x)),
    ['a', true, 't', 'u', 'free', true, true],
  )
  assert.equal(value('jwt.__proto__', x), 'no-such-key')
})

test('secrets are shown to who asks for them in so many words', () => {
  const x = exchange({ claims: { sub: 'a', rawToken: 'claimed' } })
  x.apiKey = { key: 'sk-1', metadata: {} }
  assert.deepEqual(
    [
      'jwt.rawToken',
      'jwt.rawToken.unredacted()',
      'apiKey.key',
      'apiKey.key.unredacted()',
      'toJson(jwt)',
      '"x" + string(jwt.rawToken)',
    ].map((source) => value(source, x)),
    ['<redacted>', 'raw.token.text', '<redacted>', 'sk-1', '{"sub":"a","rawToken":"<redacted>"}', 'x<redacted>'],
  )
})

test('a body is there for the policy that reads it, up to a bound, and still reaches the backend', async (t) => {
  const backend = await upstream(t)
  const rules = `{authorization: {rules: ['json(request.body).model == "fast"']}}`
  const { ask } = await serve(t, `config: {limits: {bufferSize: 64}}\n${route(rules, backend)}`)
  const body = '{"model":"fast"}'
  const passed = await ask({ method: 'POST', body })
  assert.deepEqual([passed.status, JSON.parse(passed.text).body], [200, body])
  assert.equal((await ask({ method: 'POST', body: '{"model":"slow"}' })).status, 403)
  assert.equal(
    (await ask({ method: 'POST', body: JSON.stringify({ model: 'fast', pad: 'x'.repeat(64) }) })).status,
    403,
  )
  assert.equal((await ask()).status, 403)
})

test('of a larger body there are the first bytes, and all of it flows on', async (t) => {
  const backend = await upstream(t)
  const rules = `{authorization: {rules: ['string(request.bodyPrefix).startsWith("{") && size(request.bodyPrefix) == 64']}}`
  const text = `frontendPolicies: {http: {maxBufferSize: 64}}\n${route(rules, backend)}`
  const { ask } = await serve(t, text)
  const body = JSON.stringify({ model: 'fast', pad: 'x'.repeat(500) })
  for (const headers of [{}, { 'transfer-encoding': 'chunked' }]) {
    const { status, text: said } = await ask({ method: 'POST', body, headers })
    assert.deepEqual([status, JSON.parse(said).body], [200, body])
  }
})

test('a log looks into what a tool was called with, and what came of it; rules come before that', () => {
  const x = exchange({})
  Object.assign(x, { protocol: 'mcp', mcpKind: 'tool', mcpTarget: 'notes', mcpName: 'remove' })
  const seen = (): Value[] =>
    ['mcp.tool.arguments.id', 'mcp.tool.result.content[0].text', 'mcp.tool.error.code', 'has(mcp.tool.result)'].map(
      (source) => value(source, x),
    )
  assert.deepEqual(seen(), ['no-such-key', 'no-such-key', 'no-such-key', false])
  x.mcpAsked = { params: { name: 'remove', arguments: { id: 7 } } }
  x.mcpAnswer = { kind: 'result', raw: rawJson('{"content":[{"type":"text","text":"gone"}]}') }
  assert.deepEqual(seen(), [7, 'gone', 'no-such-key', true])
  x.mcpAnswer = { kind: 'error', raw: rawJson('{"code":-32602,"message":"no"}') }
  assert.deepEqual(seen(), [7, 'no-such-key', -32602, false])
  x.mcpAsked = { params: { name: 'remove' } }
  assert.equal(value('size(mcp.tool.arguments)', x), 0)
  Object.assign(x, { mcpKind: 'prompt' })
  assert.equal(value('mcp.tool.arguments', x), 'no-such-key')
})
