// Evaluation while something is not known yet: what is decided without it is decided, everything else waits.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parse } from '../../src/cel/parser.ts'
import { Fault, HostObject, Unknown, type Value } from '../../src/cel/value.ts'
import { type Context, evaluate, kind } from './evaluate.ts'

const unknown = new Unknown('mcp.tool.arguments')
/** `u` is not known, `t` and `f` are, `e.x` fails. */
const context: Context = { u: unknown, t: true, f: false, e: {}, list: [1, 2], m: { a: unknown } }
const outcome = (source: string): unknown => {
  const value = evaluate(source, context)
  return value instanceof Fault || value instanceof Unknown ? kind(value) : value
}

test('&& and || are decided by one side, whatever the other is', () => {
  const cases: Readonly<Record<string, unknown>> = {
    'f && u': false,
    'u && f': false,
    't || u': true,
    'u || t': true,
    't && u': 'unknown',
    'u && t': 'unknown',
    'f || u': 'unknown',
    'u || f': 'unknown',
    'u && u': 'unknown',
    'e.x && u': 'unknown',
    'u && e.x': 'unknown',
    'e.x || u': 'unknown',
    'u || e.x': 'unknown',
    'e.x && f': false,
    'e.x || t': true,
    'e.x && t': 'no-such-key',
    't && e.x': 'no-such-key',
    '1 && u': 'unknown',
    'u && 1': 'unknown',
    '1 && f': false,
    '"a" || t': true,
    '1 || f': 'no-such-overload',
    'u && t && f': false,
    'u && e.x && t': 'unknown',
    'e.x && t && u': 'unknown',
    't && t && u': 'unknown',
    'f || u || t': true,
    'f || e.x || 1 || f': 'no-such-key',
  }
  for (const [source, expected] of Object.entries(cases)) assert.equal(outcome(source), expected, source)
})

test('everything else waits for what it is given', () => {
  for (const source of [
    '!u',
    'u ? 1 : 2',
    'u == 1',
    '1 != u',
    'u + 1',
    '-u',
    'u < 1',
    '1 in u',
    'u in list',
    'u.a.b',
    'u["a"]',
    'list[u]',
    'has(u.a)',
    'has(m.a)',
    'has(m.a.b)',
    'm.a',
    'm["a"].b',
    '[1, u]',
    '{"a": u}',
    '{u: 1}',
    'size(u)',
    'u.size()',
    '"a".startsWith(u)',
    'default(u, 1)',
    'default(u.a, 1)',
    'coalesce(e.x, u, 1)',
    'u.map(x, x)',
    'u.filter(x, true)',
    'u.all(x, true)',
    'u.exists(x, true)',
    'u.exists_one(x, true)',
    'u.mapValues(v, v)',
    'u.filterKeys(k, true)',
    'u.with(x, x.a)',
    'list.map(x, u)',
    'list.filter(x, u)',
    'list.exists_one(x, u)',
    'list.transformList(i, v, u)',
    'u.optMap(x, x)',
    'variables()',
  ])
    assert.equal(outcome(source), 'unknown', source)
})

test('what does not need it goes on', () => {
  const cases: Readonly<Record<string, unknown>> = {
    't ? 1 : u': 1,
    'list.exists(x, u || x == 2)': true,
    'list.all(x, u && x == 1)': false,
    'list.exists(x, u && x == 3)': false,
    'list.exists(x, x == 3 || u)': 'unknown',
    'list.all(x, x > 0 || u)': true,
    '[].all(x, u)': true,
    'coalesce(1, u)': 1,
    'default(1, u)': 1,
    'default(e.x, u)': 'unknown',
    'u.with(x, x || true)': true,
    'cel.bind(x, u, false && x)': false,
  }
  for (const [source, expected] of Object.entries(cases)) assert.equal(outcome(source), expected, source)
})

test('a function of the configuration is asked with what is not known yet', () => {
  const body = parse('name == "echo" || args.level == 1')
  assert.ok('ast' in body)
  const custom = new Map([['allowed', { name: 'allowed', parameters: ['name', 'args'], rest: false, body: body.ast }]])
  assert.equal(evaluate('allowed("echo", u)', context, { custom }), true)
  assert.equal(kind(evaluate('allowed("other", u)', context, { custom })), 'unknown')
})

test('a field of an object of the gateway may be the only thing that is not known', () => {
  class Tool extends HostObject {
    get(field: string): Value | undefined {
      return field === 'name' ? 'echo' : field === 'arguments' ? unknown : undefined
    }
    plain(): Value {
      return { name: 'echo', arguments: unknown }
    }
  }
  const tool = new Tool()
  assert.equal(evaluate('tool.name == "echo" || tool.arguments.x == 1', { tool }), true)
  assert.equal(evaluate('tool.name == "other" && tool.arguments.x == 1', { tool }), false)
  assert.equal(kind(evaluate('tool.name == "echo" && tool.arguments.x == 1', { tool })), 'unknown')
  assert.equal(kind(evaluate('has(tool.arguments)', { tool })), 'unknown')
  assert.equal(evaluate('has(tool.other)', { tool }), false)
  assert.equal(kind(evaluate('"arguments" in tool', { tool })), 'unknown')
})

const leaf = fc.constantFrom('true', 'false', 'e.x', 'a', 'b', 'a == b', '!a')
const rule = fc.letrec<{ rule: string }>((tie) => ({
  rule: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.tuple(tie('rule'), fc.constantFrom('&&', '||'), tie('rule')).map(([l, o, r]) => `(${l} ${o} ${r})`),
    fc.tuple(tie('rule'), tie('rule'), tie('rule')).map(([c, l, r]) => `(${c} ? ${l} : ${r})`),
    tie('rule').map((of) => `[true, false].exists(x, x && ${of})`),
    tie('rule').map((of) => `[a, true].all(x, x || ${of})`),
    tie('rule').map((of) => `!(${of})`),
  ),
})).rule

test('whatever is decided while a is unknown holds for every a', () => {
  fc.assert(
    fc.property(rule, fc.boolean(), (source, b) => {
      const early = evaluate(source, { a: unknown, b, e: {} })
      if (typeof early !== 'boolean') return
      for (const a of [true, false]) assert.equal(evaluate(source, { a, b, e: {} }), early, source)
    }),
    { numRuns: 500 },
  )
})
