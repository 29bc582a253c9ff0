// Attacks on the evaluator, each beside what it does to one without the rule. Limits of size and depth are in limits.test.ts.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runInNewContext } from 'node:vm'
import { HostObject, type Value } from '../../src/cel/value.ts'
import { diagnostics, evaluate, kind } from './evaluate.ts'

const evil = '^(a+)+$'
const bait = `${'a'.repeat(40)}!`

test('a pattern that keeps a backtracking engine busy for hours is answered at once', () => {
  // The attack, on the engine of the language: it only ends because somebody ends it.
  assert.throws(() => runInNewContext(`/${evil}/.test(${JSON.stringify(bait)})`, {}, { timeout: 50 }), {
    code: 'ERR_SCRIPT_EXECUTION_TIMEOUT',
  })
  assert.equal(evaluate(`s.matches("${evil}")`, { s: bait }), false)
  // A pattern from outside, which nobody could look at before.
  assert.equal(evaluate('s.matches(p)', { s: 'a'.repeat(50_000), p: evil }), true)
  assert.equal(evaluate('s.regexReplace(p, "") == s', { s: bait, p: '(a|aa)+$' }), true)
})

test('patterns that unfold without end, or are none, are refused', () => {
  const unfolds = '((((a{30}){30}){30}){30}){30}'
  assert.equal(diagnostics(`"a".matches("${unfolds}")`)[0]?.code, 'cel.bad-literal')
  assert.equal(diagnostics('"a".matches("(")')[0]?.code, 'cel.bad-literal')
  for (const p of [unfolds, '(', 'a'.repeat(2_000), '(?=a)', '(a)\\1'])
    assert.notEqual(kind(evaluate('s.matches(p)', { s: 'a', p })), 'value', p.slice(0, 40))
})

test('text from outside costs what it is long, each time it is looked through', () => {
  const s = 'a'.repeat(1 << 20)
  const again = (count: number): string => Array.from({ length: count }, () => 's.matches("b$|c$|d$")').join(' || ')
  assert.equal(kind(evaluate('[0, 1, 2, 3, 4, 5, 6, 7, 8].map(a, s + s).size()', { s })), 'cost-limit')
  assert.equal(kind(evaluate(`l.exists(x, ${again(3)})`, { s, l: Array<Value>(200).fill(1) })), 'cost-limit')
})

test('every way to make text is counted', () => {
  const s = 'ab'.repeat(1 << 19)
  for (const source of [
    's.replace("a", s)',
    's.split("").map(x, s).join("")',
    '[s, s, s, s].join(s).replace("b", "bbbbbbbb")',
    '"%s%s%s%s%s%s%s%s%s%s%s%s%s%s%s%s%s".format([s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s])',
    'l.map(x, toJson(s)).size()',
    'l.map(x, base64.encode(s)).size()',
    'l.map(x, url.encode(s)).size()',
    'l.map(x, s.upperAscii()).size()',
    'l.map(x, bytes(s)).size()',
    'l.map(x, s.regexReplace("a", s)).size()',
  ])
    assert.equal(kind(evaluate(source, { s, l: Array<Value>(40).fill(1) })), 'cost-limit', source)
})

test('what is handed in cannot be more than data', () => {
  const polluted: Value = JSON.parse('{"__proto__": {"admin": true}, "constructor": {"prototype": {"admin": true}}}')
  assert.equal(kind(evaluate('jwt.admin', { jwt: polluted })), 'no-such-key')
  assert.equal(evaluate('has(jwt.admin)', { jwt: polluted }), false)
  assert.equal(evaluate('jwt.merge({"a": 1}).admin == true || true', { jwt: polluted }), true)
  assert.equal(Object.hasOwn(Object.prototype, 'admin'), false)
  assert.equal(kind(evaluate('{}.merge(jwt).filterKeys(k, true).admin', { jwt: polluted })), 'no-such-key')
})

test('an object of the gateway shows what it answers, and nothing of itself', () => {
  class Account extends HostObject {
    readonly secret = 's3cret'
    get(field: string): Value | undefined {
      return field === 'name' ? 'alice' : undefined
    }
    plain(): Value {
      return { name: 'alice' }
    }
  }
  const context = { account: new Account() }
  for (const source of ['account.secret', 'account["secret"]', 'account.plain', 'account.constructor', 'account.get'])
    assert.equal(kind(evaluate(source, context)), 'no-such-key', source)
  assert.equal(evaluate('toJson(account) + string(account.size())', context), '{"name":"alice"}1')
})

test('a fault never repeats a value', () => {
  const context = { jwt: { token: 's3cret-value', list: ['s3cret-value'] }, s: 's3cret-value' }
  for (const source of [
    's + 1',
    'int(s)',
    'timestamp(s)',
    'duration(s)',
    'jwt[s]',
    'jwt.list[s]',
    '{}[s]',
    'json(s)',
    's.matches("(" + s)',
    'ip(s)',
    'cidr(s)',
    'base64.decode(s)',
    's ? 1 : 2',
    'bool(s)',
    'jwt.token.none',
    'math.abs(s)',
    '-jwt.list',
  ]) {
    const value = evaluate(source, context)
    assert.notEqual(kind(value), 'value', source)
    assert.doesNotMatch(JSON.stringify(value), /s3cret/, source)
  }
})
