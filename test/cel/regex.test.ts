import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cachedRegex, Pattern, regex } from '../../src/cel/regex.ts'

const pattern = (source: string): Pattern => {
  const made = regex(source)
  assert.ok(made instanceof Pattern, source)
  return made
}
const message = (source: string): string => {
  const made = regex(source)
  assert.ok(!(made instanceof Pattern), source)
  return made.message
}
const always = (): boolean => true

test('a pattern is looked for anywhere, or must cover the whole text', () => {
  const user = pattern('/user/([^/]+)')
  assert.deepEqual([user.test('/api/user/7/view'), user.full('/api/user/7/view')], [true, false])
  assert.deepEqual([user.test('/user/7'), user.full('/user/7')], [true, true])
  assert.deepEqual([pattern('a|ab').full('ab'), pattern('').test('x'), pattern('').full('x')], [true, true, false])
  assert.deepEqual(user.find('x/user/1 /user/2', 3), { start: 9, end: 16 })
  assert.equal(user.find('nothing'), undefined)
})

test('the syntax is that of RE2, and what is wrong is said without the pattern', () => {
  for (const source of ['(?i)bearer', '(?P<name>x)', '(?<name>x)', '\\pL+', '[[:alpha:]]', '\\Aa\\z'])
    assert.ok(regex(source) instanceof Pattern, source)
  assert.equal(message('(secret'), 'missing closing )')
  assert.match(message('a(?=secret)'), /^invalid or unsupported Perl syntax$/)
  assert.doesNotMatch(message('(secret)\\1'), /secret/)
  assert.match(message('x'.repeat(1025)), /at most 1024/)
  assert.match(message('(a{1000}){1000}'), /repeat/)
  assert.match(message('\\pL{1000}'.repeat(11)), /too much/)
})

test('a text that hangs JavaScript is answered at once', () => {
  const text = `${'a'.repeat(100_000)}!`
  for (const source of ['^(a+)+$', '^(a|a)*$', '(x+x+)+y', '(.*)*b$'])
    assert.equal(pattern(source).test(text), false, source)
})

test('the first match is replaced, and the replacement refers to groups as in Rust', () => {
  const cases: readonly (readonly [string, string, string, string])[] = [
    ['/a/1/b/2', '[0-9]', 'N', '/a/N/b/2'],
    ['blah id=1234 bar', 'id=(.+?) ', '[$1] ', 'blah [1234] bar'],
    ['john doe', '(\\w+) (?P<last>\\w+)', '${last}, $1', 'doe, john'],
    ['ab', '(a)', '$1x$0', 'ab'],
    ['ab', '(a)', '${1}x$0', 'axab'],
    ['ab', '(a)|(z)', '<$2$9>', '<>b'],
    ['ab', 'a', '$$1 $ $', '$1 $ $b'],
    ['ab', 'a', '{n}', '{n}b'],
    ['ab', 'x', '$0$0', 'ab'],
    ['ab', '', '-', '-ab'],
  ]
  for (const [text, source, replacement, expected] of cases)
    assert.equal(pattern(source).replaceFirst(text, replacement, always), expected, `${source} ${replacement}`)
})

test('a replacement that would grow too long is refused before it is made', () => {
  const asked: number[] = []
  const answer = pattern('a+').replaceFirst('a'.repeat(1000), '$0'.repeat(1000), (length) => {
    asked.push(length)
    return false
  })
  assert.deepEqual([answer, asked], [undefined, [1_000_000]])
})

test('patterns out of data are kept, good and bad ones, the least used go first', () => {
  const first = cachedRegex('kept(0)')
  const bad = cachedRegex('kept(')
  assert.equal(cachedRegex('kept(0)'), first)
  for (let at = 0; at < 300; at++) {
    cachedRegex(`other${at}`)
    assert.equal(cachedRegex('kept(0)'), first)
  }
  assert.notEqual(cachedRegex('kept('), bad)
})
