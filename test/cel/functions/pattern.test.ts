import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dialectFunctions } from '../../../src/cel/functions/index.ts'
import { answers, Counter, call, callWith, failed, fails, Stand } from './call.ts'

test('matches looks anywhere, in the syntax of RE2', () => {
  answers(
    'matches',
    ['hubba', 'ubb', true],
    ['', 'foo|bar', false],
    ['cows', '', true],
    ['mañana', 'a+ñ+a+', true],
    ['🐱😀😀', '(a|😀){2}', true],
    [new Stand('/user/7/view'), '^/user/([^/]+)/view$', true],
    ['x'.repeat(100), '^x+$', true],
  )
  fails('no-such-overload', 'matches', [1, 'a'], ['a', 1])
})

test('a literal that is no pattern is an error of the configuration, one of the data a fault that does not repeat it', () => {
  assert.deepEqual(dialectFunctions.get('matches')?.prepare?.([undefined, '(foo']), {
    argument: 1,
    message: 'this is not a regular expression: missing closing )',
  })
  assert.equal(dialectFunctions.get('matches')?.prepare?.(['(foo', undefined]), undefined)
  const answer = call('matches', 'x', '(?=secret)')
  failed('function-error', answer)
  assert.doesNotMatch(answer.detail, /secret/)
})

test('regexReplace replaces the first match only', () => {
  answers(
    'regexReplace',
    ['/id/1234/data', '/id/[0-9]*/', '/id/{id}/', '/id/{id}/data'],
    ['blah id=1234 bar', 'id=(.+?) ', '[$1] ', 'blah [1234] bar'],
    ['aa', 'a', 'b', 'ba'],
    ['aa', 'x', 'b', 'aa'],
  )
  fails('no-such-overload', 'regexReplace', ['a', 'a', 1], [1, 'a', 'a'])
})

test('a search is paid for by the text, and by the pattern that came with the data', () => {
  const cost = (pattern: string): number => {
    const counter = new Counter()
    callWith(dialectFunctions, counter, 'matches', ['x'.repeat(10_000), pattern])
    return counter.steps
  }
  assert.ok(cost('x$') >= 1000)
  assert.ok(cost('(?:xy?){900}') > 5 * cost('x$'))
  failed('cost-limit', callWith(dialectFunctions, new Counter(1000), 'matches', ['x'.repeat(100_000), 'y']))
  const grow = ['a'.repeat(1000), '(a+)', '$1'.repeat(10_000)]
  failed('cost-limit', callWith(dialectFunctions, new Counter(1_000_000), 'regexReplace', grow))
})
