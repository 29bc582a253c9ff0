// Explanations: what they say is what the rules of a running gateway do, and every part of a rule is accounted for.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Fault, Unknown } from '../../src/cel/value.ts'
import { targetName } from '../../src/core/brand.ts'
import type { Item } from '../../src/core/item.ts'
import { Expressions } from '../../src/gateway/expressions.ts'
import { Pools } from '../../src/http/pools.ts'
import { contextOf } from '../../src/policy/context.ts'
import { Explainer, type Question, type Written } from '../../src/policy/explain.ts'
import { type Assumed, assumedExchange } from '../../src/policy/explain-context.ts'
import { factPaths, factText } from '../../src/policy/explain-facts.ts'
import { mcpAuthorization } from '../../src/policy/mcp-authorization.ts'
import { compileProgram, permitted, type Site } from '../../src/policy/policy.ts'
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

const assumed: Assumed = {
  entrance: { port: 1, scheme: 'http', bind: 'bind/1', gateway: 'bind/1', listener: 'one' },
  route: { route: 'route0', rule: 'route0/default' },
  method: 'POST',
  path: '/mcp?a=1',
  headers: { 'x-tenant': 'north' },
  caller: { claims: { sub: 'alice', roles: ['dev'], deep: { key: 1 } }, apiKey: { team: 'a' }, user: 'al' },
}
const tool = (name: string, target = 'one'): Item => ({ kind: 'tool', target: targetName(target), name })
const set = (key: string, rules: readonly unknown[], at = 'route', more: object = {}): Written => ({
  body: { key, body: { rules, ...more }, path: [at, key] },
})

const explain = (written: readonly Written[], question: Partial<Question> = {}) =>
  new Explainer(written, site()).explain({ assumed, item: tool('say'), ...question })

test('a path that others read otherwise is explained as the gateway decides it', () => {
  const door = set('authorization', [{ deny: 'request.path.startsWith("/admin")' }, 'true'])
  for (const [path, verdict] of [
    ['/open', 'yes'],
    ['/admin', 'no'],
    ['//admin?a=1', 'no'],
    ['/;x/admin', 'no'],
    ['/open//x', 'yes'],
  ] as const) {
    const found = new Explainer([door], site()).explain({ assumed: { ...assumed, path } })
    assert.equal(found.verdict, verdict, path)
    if (verdict === 'no') assert.equal(found.decidedBy?.rules[0]?.truth, true, path)
  }
})

test('the set and the rule that settle it are named, whichever level they are on', () => {
  const allow = set('mcpAuthorization', ['mcp.tool.name == "say"'])
  const deny = set('mcpAuthorization', [{ deny: '"dev" in jwt.roles' }], 'backend')
  const allowed = explain([allow])
  assert.deepEqual(
    [allowed.verdict, allowed.decidedBy?.decision.because, allowed.decidedBy?.decision.rule?.path],
    ['yes', 'allowed', ['route', 'mcpAuthorization', 'rules', 0]],
  )
  const denied = explain([allow, deny])
  assert.deepEqual(
    [denied.verdict, denied.decidedBy?.path, denied.decidedBy?.decision.rule?.path],
    ['no', ['backend', 'mcpAuthorization'], ['backend', 'mcpAuthorization', 'rules', 0, 'deny']],
  )
  assert.equal(denied.sets.length, 2)
})

test('rules on requests are asked before those on tools, and alone when no tool is meant', () => {
  const door = set('authorization', [{ deny: 'request.method == "POST" && request.path == "/mcp"' }], 'listener')
  const tools = set('mcpAuthorization', ['true'])
  const both = explain([tools, door])
  assert.deepEqual(
    both.sets.map(({ key, decision }) => [key, decision.verdict]),
    [
      ['authorization', 'no'],
      ['mcpAuthorization', 'yes'],
    ],
  )
  assert.equal(both.decidedBy?.key, 'authorization')
  const { sets } = new Explainer([tools, door], site()).explain({ assumed })
  assert.deepEqual(
    sets.map(({ key }) => key),
    ['authorization'],
  )
})

test('rules of a target speak of its own things only', () => {
  const own: Written = { ...set('mcpAuthorization', [{ deny: 'true' }], 'target'), target: 'two' }
  assert.equal(explain([own]).verdict, 'yes')
  assert.equal(explain([own], { item: tool('say', 'two') }).verdict, 'no')
})

test('without rules everything is allowed and the place is open, with `default: deny` nothing is', () => {
  const none = explain([])
  assert.deepEqual([none.verdict, none.decidedBy], ['yes', undefined])
  assert.equal(new Explainer([], site()).open, true)
  const closed = set('mcpAuthorization', [], 'route', { default: 'deny' })
  assert.equal(new Explainer([closed], site()).open, false)
  assert.equal(explain([closed]).decidedBy?.decision.because, 'not allowed')
})

test('each operand of a rule is told by itself, to any depth', () => {
  const [rule] =
    explain([set('mcpAuthorization', ['jwt.sub == "bob" && ("dev" in jwt.roles || jwt.no.such == 1) && true'])]).sets[0]
      ?.rules ?? []
  assert.equal(rule?.joined, '&&')
  assert.deepEqual(
    rule.parts.map(({ text, truth }) => [text, truth]),
    [
      ['jwt.sub == "bob"', false],
      ['"dev" in jwt.roles || jwt.no.such == 1', true],
      ['true', true],
    ],
  )
  const [first, second] = rule.parts[1]?.parts ?? []
  assert.equal(first?.truth, true)
  assert.ok(second?.truth instanceof Fault)
})

test('what nobody said is unknown: arguments, addresses, bodies; it decides nothing', () => {
  for (const [rule, what] of [
    ['mcp.tool.arguments.a == 1', 'mcp.tool.arguments'],
    ['source.address == "10.0.0.1"', 'source.address'],
    ['string(request.body) == "x"', 'request.body'],
    ['extauthz.user == "x"', 'extauthz.user'],
    ['metadata.a == "x"', 'metadata.a'],
  ] as const) {
    const { verdict, unknown, decidedBy } = explain([set('mcpAuthorization', [rule])])
    assert.equal(verdict, 'maybe', rule)
    assert.deepEqual(unknown, [what], rule)
    assert.ok(decidedBy?.rules[0]?.truth instanceof Unknown)
  }
  assert.equal(explain([set('mcpAuthorization', ['mcp.tool.arguments.a == 1'])], { input: { a: 1 } }).verdict, 'yes')
  const body = Buffer.from('{"params":{"arguments":{"a":1}}}')
  const known = { assumed: { ...assumed, body }, input: { a: 1 } }
  assert.equal(explain([set('mcpAuthorization', ['json(request.body).params.arguments.a == 1'])], known).verdict, 'yes')
})

test('facts that a rule reads are shown with their values; what is asked about is none of them', () => {
  const source =
    'jwt.deep["key"] == 1 && jwt.none == 2 && apiKey.team == "a" && basicAuth.username == "al" && ' +
    'request.headers["x-tenant"] == "north" && source.port == 1 && mcp.tool.name == "say" && ' +
    'jwt.roles.exists(jwt, jwt == "dev")'
  const facts = explain([set('mcpAuthorization', [source])]).sets[0]?.rules[0]?.facts ?? []
  assert.deepEqual(
    facts.map((fact) => [factText(fact.path), fact.kind, fact.kind === 'known' ? fact.value : undefined]),
    [
      ['apiKey.team', 'known', 'a'],
      ['basicAuth.username', 'known', 'al'],
      ['request.headers["x-tenant"]', 'known', 'north'],
      ['source.port', 'unknown', undefined],
      // Below a name that a macro takes for itself, what the whole rule reads.
      ['jwt.deep.key', 'known', 1],
      ['jwt.none', 'absent', undefined],
      ['jwt.roles', 'known', ['dev']],
    ],
  )
})

test('a secret is never a fact', () => {
  const [rule] = explain([set('mcpAuthorization', ['jwt.rawToken.unredacted() == "x"'])]).sets[0]?.rules ?? []
  assert.deepEqual(rule?.facts, [{ path: ['jwt', 'rawToken'], kind: 'known', value: '<redacted>' }])
})

test('paths are found wherever they stand in a rule', () => {
  const paths = factPaths('has(jwt.a.b) && [jwt["x-y"]].size() > 0 ? jwt.c == "" : jwt.d[0] == math.least(1, 2)')
  assert.deepEqual(paths.map(factText), ['jwt.a.b', 'jwt["x-y"]', 'jwt.c', 'jwt.d'])
  assert.deepEqual(factPaths('not ( an expression'), [])
})

const operands = [
  'mcp.tool.name == "say"',
  'mcp.tool.target == "one"',
  '"dev" in jwt.roles',
  'jwt.none == 1',
  'mcp.tool.arguments.a == 1',
  'mcp.prompt.name == "p"',
  'has(jwt.deep)',
  'request.headers["x-tenant"] == "north"',
]
const expression = fc
  .array(fc.constantFrom(...operands), { minLength: 1, maxLength: 3 })
  .chain((parts) => fc.constantFrom(' && ', ' || ').map((joint) => parts.join(joint)))
const rules = fc.array(
  fc.oneof(
    expression,
    fc.constantFrom('allow', 'deny', 'require').chain((kind) => expression.map((source) => ({ [kind]: source }))),
  ),
  { maxLength: 4 },
)
const items: readonly Item[] = [
  tool('say'),
  tool('drop', 'two'),
  { kind: 'prompt', target: targetName('one'), name: 'p' },
]

test('an explanation never disagrees with the policies that decide', () => {
  fc.assert(
    fc.property(
      fc.array(rules, { minLength: 1, maxLength: 2 }),
      fc.constantFrom(...items),
      fc.constantFrom(undefined, {}, { a: 1 }),
      (sets, item, input) => {
        const written = sets.map((one, index) => set('mcpAuthorization', one, `level${index}`))
        const compiled = written.map(({ body }) =>
          mcpAuthorization.compile(mcpAuthorization.schema.parse(body.body), site()),
        )
        const policies = compiled.flatMap((policy) => (policy instanceof Promise ? [] : [policy]))
        const x = assumedExchange(assumed)
        x.protocol = 'mcp'
        contextOf(x)
        const decided = permitted(compileProgram(policies), item, x, input)
        const explainer = new Explainer(written, site())
        const question = { assumed, item, input }
        assert.equal(explainer.explain(question).verdict, decided)
        assert.equal(explainer.verdict(question), decided)
      },
    ),
    { numRuns: 300 },
  )
})
