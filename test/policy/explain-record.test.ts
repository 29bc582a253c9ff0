// Decisions as records: enough to decide again, nothing that is nobody's business.
import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { test } from 'node:test'
import { Unknown } from '../../src/cel/value.ts'
import { targetName } from '../../src/core/brand.ts'
import { Expressions } from '../../src/gateway/expressions.ts'
import { Pools } from '../../src/http/pools.ts'
import type { Written } from '../../src/policy/explain.ts'
import { type Assumed, assumedExchange } from '../../src/policy/explain-context.ts'
import { recordedFacts, recorder } from '../../src/policy/explain-record.ts'
import type { Policy, Site } from '../../src/policy/policy.ts'
import { silent } from '../../src/telemetry/log.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'

function site(): Site {
  const expressions = new Expressions('')
  return {
    path: [],
    pools: new Pools(),
    log: silent,
    metrics: createMetrics({ version: '', process: false }),
    problem: (_, message) => assert.fail(message),
    warning: () => undefined,
    cel: (_, source, use) => expressions.compile(source, use).expression,
    terms: (expression) => expressions.terms(expression),
    read: () => undefined,
    backend: () => undefined,
    keep: (_, make) => make(),
  }
}

const set = (key: string, rules: readonly unknown[], target?: string): Written => ({
  body: { key, body: { rules }, path: ['routes', 0, 'policies', key] },
  ...(target !== undefined && { target }),
})

function recording(
  written: readonly Written[],
  more: { arguments?: boolean; wants?: (denied: boolean) => boolean } = {},
) {
  const records: { readonly [field: string]: unknown }[] = []
  const log = { arguments: false, wants: () => true, ...more, write: (record: object) => records.push({ ...record }) }
  return { records, policy: recorder(written, site(), log) }
}

const assumed: Assumed = {
  entrance: { port: 3000, scheme: 'http', bind: 'bind/3000', gateway: 'bind/3000', listener: 'one' },
  route: { route: 'tools', rule: 'tools/default' },
  method: 'POST',
  path: '/mcp?token=hush&a=1',
  headers: { host: 'example.com', 'x-tenant': 'north', authorization: 'Bearer hush', cookie: 'sid=hush' },
  caller: { claims: { sub: 'alice', roles: ['dev'], email: 'hush@example.com' }, apiKey: { team: 'a' } },
}
const tool = { kind: 'tool', target: targetName('notes'), name: 'remove' } as const

function ask(policy: Policy, input: unknown, by: Assumed = assumed) {
  const x = assumedExchange(by)
  x.protocol = 'mcp'
  return policy.permits?.(tool, x, input)
}

test('a record says what was decided of a path that others read otherwise', () => {
  const { policy, records } = recording([set('authorization', [{ deny: 'request.path.startsWith("/admin")' }, 'true'])])
  for (const path of ['/open', '//admin', '/%5cadmin']) void policy.onRequest?.(assumedExchange({ ...assumed, path }))
  assert.deepEqual(
    records.map(({ path, verdict }) => [path, verdict]),
    [
      ['/open', 'allow'],
      ['//admin', 'deny'],
      ['/%5cadmin', 'deny'],
    ],
  )
})

test('a record says who, what, which rule, and the facts that rules read', () => {
  const { policy, records } = recording([set('mcpAuthorization', ['"dev" in jwt.roles', { deny: 'has(jwt.none)' }])])
  assert.equal(ask(policy, { force: true }), 'yes')
  const [{ time, id, ...rest } = {}] = records
  assert.match(String(time), /^\d{4}-\d\d-\d\dT/)
  assert.ok(id !== undefined)
  assert.deepEqual(rest, {
    v: 1,
    port: 3000,
    route: 'tools',
    method: 'POST',
    path: '/mcp?token=***&a=1',
    host: 'example.com',
    kind: 'tool',
    target: 'notes',
    name: 'remove',
    backend: '',
    digest: `sha256:${hash('sha256', '{"force":true}')}`,
    verdict: 'allow',
    because: 'allowed',
    by: 'routes[0].policies.mcpAuthorization.rules[0]',
    known: ['jwt', 'apiKey'],
    facts: { 'jwt.roles': ['dev'] },
    absent: ['jwt.none'],
  })
})

test('secrets, bodies, arguments and claims that no rule looks at are not in it', () => {
  const curious = [
    'request.headers["authorization"] != "" && request.headers.Cookie != "" && jwt.rawToken.unredacted() != ""',
    'apiKey.key.unredacted() != "" && string(request.body) != "" && mcp.tool.arguments.password != ""',
    'json(jwt) != "" && request.headers["X-Tenant"] == "north"',
  ]
  const { policy, records } = recording([set('mcpAuthorization', curious)])
  ask(policy, { password: 'hush' })
  assert.doesNotMatch(JSON.stringify(records), /hush|<redacted>/)
  assert.deepEqual(records[0]?.['facts'], { 'request.headers["x-tenant"]': 'north' })
})

test('headers that the configuration calls sensitive are not in it, however a rule spells them', () => {
  const rules = ['request.headers["X-Tenant"] == "north" && request.headers["x-other"] == ""']
  const { policy, records } = recording([set('mcpAuthorization', rules)])
  const entrance = { ...assumed.entrance, sensitiveHeaders: new Set(['x-tenant']) }
  ask(policy, {}, { ...assumed, entrance })
  assert.deepEqual([records[0]?.['facts'], records[0]?.['absent']], [{}, ['request.headers["x-other"]']])
  // Without it the value is written down.
  ask(policy, {})
  assert.deepEqual(records[1]?.['facts'], { 'request.headers["x-tenant"]': 'north' })
})

test('arguments are written where the configuration says so, up to a length', () => {
  const { policy, records } = recording([set('mcpAuthorization', ['true'])], { arguments: true })
  ask(policy, { a: 1 })
  ask(policy, { a: 'x'.repeat(20_000) })
  assert.deepEqual(
    records.map((record) => [record['arguments'], typeof record['digest']]),
    [
      [{ a: 1 }, 'string'],
      [undefined, 'string'],
    ],
  )
})

test('lists and things of other targets are not written, and nothing is decided', () => {
  const own = set('mcpAuthorization', [{ deny: 'true' }], 'other')
  const { policy, records } = recording([own])
  assert.equal(ask(policy, undefined), 'yes')
  assert.equal(ask(policy, {}), 'yes')
  assert.deepEqual(records, [])
  const { policy: denying, records: denied } = recording([set('mcpAuthorization', [{ deny: 'true' }])])
  assert.equal(ask(denying, {}), 'yes')
  assert.deepEqual([denied[0]?.['verdict'], denied[0]?.['because']], ['deny', 'denied'])
})

test('requests are written with the rules on requests', () => {
  const { policy, records } = recording([set('authorization', [{ deny: 'request.path == "/mcp"' }])])
  assert.equal('permits' in policy, false)
  assert.equal(policy.onRequest?.(assumedExchange(assumed)), undefined)
  assert.deepEqual(
    [records[0]?.['kind'], records[0]?.['verdict'], records[0]?.['by']],
    ['request', 'deny', 'routes[0].policies.authorization.rules[0].deny'],
  )
})

test('what is not wanted is not written', () => {
  const { policy, records } = recording([set('mcpAuthorization', ['true'])], { wants: (denied) => denied })
  ask(policy, {})
  assert.deepEqual(records, [])
})

test('facts of a record are known again; what it does not say is unknown, not absent', () => {
  const look = recordedFacts({
    facts: { 'jwt.realm.roles': ['dev'], 'request.headers["x-tenant"]': 'north', 'jwt["x-y"]': 1 },
    absent: ['jwt.none', 'jwt.gone.deep'],
  })
  assert.deepEqual(look(['jwt', 'realm', 'roles']), ['dev'])
  assert.equal(look(['jwt', 'x-y']), 1)
  assert.equal(look(['jwt', 'none']), undefined)
  assert.ok(look(['jwt', 'other']) instanceof Unknown)
  const realm = look(['jwt', 'realm'])
  assert.ok(realm !== undefined && !(realm instanceof Unknown))
  assert.ok(look(['jwt', 'gone']) instanceof Unknown, 'only that something below it is missing is known')
  const headers = look(['request', 'headers'])
  assert.ok(headers !== null && typeof headers === 'object' && 'get' in headers && typeof headers.get === 'function')
  assert.equal(headers.get('X-Tenant'), 'north')
})

test('what a tool touches and its session has met is in it where rules look at it', () => {
  const { policy, records } = recording([
    set('mcpAuthorization', [{ deny: '"send" in mcp.tool.labels && "private" in session.taint' }]),
  ])
  const x = assumedExchange(assumed)
  x.protocol = 'mcp'
  x.flow = { labels: (target, name) => [target, name, 'send'], taint: () => ['private'] }
  policy.permits?.(tool, x, {})
  const [{ verdict, facts } = {}] = records
  assert.equal(verdict, 'deny')
  assert.deepEqual(facts, { 'mcp.tool.labels': ['notes', 'remove', 'send'], 'session.taint': ['private'] })
})
