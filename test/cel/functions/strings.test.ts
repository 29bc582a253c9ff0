import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dialectFunctions } from '../../../src/cel/functions/index.ts'
import type { Value } from '../../../src/cel/value.ts'
import { answers, Counter, call, callSpec, callWith, failed, fails, Stand } from './call.ts'

const limited = (limit: number, name: string, ...args: readonly Value[]): Value =>
  callWith(dialectFunctions, new Counter(limit), name, args)

test('positions are code points', () => {
  answers('charAt', ['tacocat', 3, 'o'], ['tacocat', 7, ''], ['©αT', 1, 'α'], ['😀b', 1, 'b'], ['😀b', 0, '😀'])
  fails('index-out-of-bounds', 'charAt', ['tacocat', 8], ['tacocat', -1])
  fails('no-such-overload', 'charAt', [42, 2], ['a', true], ['a', 1.5])
})

test('indexOf and lastIndexOf answer -1 outside in the dialect', () => {
  answers(
    'indexOf',
    ['hello mellow', '', 0],
    ['hello mellow', 'ello', 1],
    ['hello mellow', 'jello', -1],
    ['hello mellow', '', 2, 2],
    ['hello mellow', 'ello', 20, -1],
    ['tacocat', 'a', -1, -1],
    ['résumé', 'é', 2, 5],
    ['🎉hello🎉', '🎉', 1, 6],
    ['ta©o©αT', '©α', 5, -1],
    ['a', 'a', 2n ** 62n, -1],
  )
  answers(
    'lastIndexOf',
    ['', '@@', -1],
    ['hello mellow', '', 12],
    ['hello mellow', 'ello', 7],
    ['hello mellow', 'ello', 6, 1],
    ['hello mellow', 'ello', 20, -1],
    ['abcabc', 'bc', 5, 4],
    ['abcabc', 'abc', 0, 0],
    ['abcabc', 'abc', 4, 3],
    ['tacocat', '', 3, 3],
    ['bananananana', 'nana', 7, 6],
    ['hello🎉world🎉', '🎉', 11],
  )
  fails('no-such-overload', 'indexOf', [24, '2'], ['a', true], ['42', '4', '0'], ['42', '4', 0, 1])
})

test('the specification refuses positions outside', () => {
  for (const [name, ...args] of [
    ['indexOf', 'tacocat', 'a', 30],
    ['lastIndexOf', 'tacocat', 'a', -1],
    ['lastIndexOf', 'tacocat', 'a', 30],
    ['substring', 'tacocat', 40],
    ['substring', 'tacocat', -1],
    ['substring', 'tacocat', 1, 50],
    ['substring', 'tacocat', 4, 3],
  ] as const)
    failed('index-out-of-bounds', callSpec(name, ...args))
  assert.equal(callSpec('indexOf', 'tacocat', 'a', 3), 5)
  assert.equal(callSpec('substring', 'ta©o©αT', 2, 6), '©o©α')
  assert.equal(callSpec('substring', 'tacocat', 7), '')
})

test('substring cuts as well as it can in the dialect', () => {
  answers(
    'substring',
    ['tacocat', 4, 'cat'],
    ['tacocat', 0, 4, 'taco'],
    ['ta©o©αT', 2, 6, '©o©α'],
    ['a😀b', 1, 2, '😀'],
    ['tacocat', 40, ''],
    ['tacocat', -3, 'tacocat'],
    ['tacocat', 4, 50, 'cat'],
    ['tacocat', 4, 3, ''],
  )
  fails('no-such-overload', 'substring', ['a', true], [30, 1, 3], ['a', 0, false], ['a', 1, 2, 3])
})

test('only ASCII letters change their case', () => {
  answers('lowerAscii', ['TacoCÆt XiI', 'tacocÆt xii'], ['\u212a', '\u212a'], ['', ''])
  answers('upperAscii', ['tacoCαt ßi', 'TACOCαT ßI'])
})

test('trim takes what Unicode calls white space, and nothing else', () => {
  answers(
    'trim',
    [' \f\n\r\t\vtext  ', 'text'],
    ['\u0085\u00a0\u1680text', 'text'],
    ['text\u2000\u2007\u2009\u200a\u2028\u2029\u202f\u205f\u3000', 'text'],
    ['\u180etext\u200b\u2060\ufeff', '\u180etext\u200b\u2060\ufeff'],
    [' '.repeat(100_000), ''],
    [`${' '.repeat(100_000)}x${' '.repeat(100_000)}x`, `x${' '.repeat(100_000)}x`],
  )
})

test('prefixes and suffixes are taken off once', () => {
  answers('stripPrefix', ['hello', 'he', 'llo'], ['hello', 'hi', 'hello'], ['hehe', 'he', 'he'], ['hello', '', 'hello'])
  answers('stripSuffix', ['hello', 'lo', 'hel'], ['hello', 'hi', 'hello'], ['hello', '', 'hello'])
  answers('reverse', ['añ😀', '😀ña'], ['', ''])
})

test('replace takes all or so many, and an empty text stands before each character', () => {
  answers(
    'replace',
    ['hello hello', 'he', 'we', 'wello wello'],
    ['hello hello', 'he', 'we', -1, 'wello wello'],
    ['hello hello', 'he', 'we', 1, 'wello hello'],
    ['hello hello', 'he', 'we', 0, 'hello hello'],
    ['hello hello', '', '_', '_h_e_l_l_o_ _h_e_l_l_o_'],
    ['hello', '', '_', 2, '_h_ello'],
    ['a😀', '', '-', 3, '-a-😀-'],
    ['', '', '-', '-'],
    ['hello hello', 'h', '', 'ello ello'],
    ['{0} days', '{0}', '$&', '$& days'],
    ['aaaa', 'aa', 'a', 'aa'],
  )
  fails(
    'no-such-overload',
    'replace',
    [42, '2', '1'],
    ['42', '2', 1],
    ['42', '2', '1', '1'],
    ['42', '2', '1', 1, false],
  )
})

test('split takes all or so many pieces, the last one is the rest', () => {
  answers(
    'split',
    ['hello hello hello', ' ', ['hello', 'hello', 'hello']],
    ['hello hello hello', ' ', 0, []],
    ['hello hello hello', ' ', 1, ['hello hello hello']],
    ['hello hello hello', ' ', 2, ['hello', 'hello hello']],
    ['o©o©o©o', '©', -1, ['o', 'o', 'o', 'o']],
    ['a😀b', '', ['a', '😀', 'b']],
    ['abc', '', 2, ['a', 'bc']],
    ['', '', []],
    ['', ',', ['']],
    [',', ',', ['', '']],
  )
  fails('no-such-overload', 'split', [42, '2'], ['42', 2], ['42', '2', '1'], ['42', '2', 1, 1])
})

test('join takes strings only', () => {
  answers('join', [['hello', 'mellow'], 'hellomellow'], [[], ''], [['x', 'y'], '-', 'x-y'], [[], '-', ''])
  assert.equal(call('join', ['a', new Stand('<redacted>')], ' '), 'a <redacted>')
  fails('function-error', 'join', [['a', 1]], [['a', null], '-'])
  fails('no-such-overload', 'join', ['a'], [['a'], 1])
})

test('a quoted text reads as it was', () => {
  answers(
    'strings.quote',
    ['first\nsecond', '"first\\nsecond"'],
    ['\x07\b\f\r\t\v', '"\\a\\b\\f\\r\\t\\v"'],
    ['a\\b "c"', '"a\\\\b \\"c\\""'],
    ['printable unicode😀', '"printable unicode😀"'],
    ['', '""'],
    ['\ud800', '"\ufffd"'],
  )
  answers('quote', ['x', '"x"'])
})

test('what would grow too large is refused before it is made', () => {
  const long = 'a'.repeat(1000)
  // Thirty gigabytes, if it were made.
  for (const answer of [
    limited(100_000, 'replace', 'a'.repeat(10_000), 'a', 'b'.repeat(3_000_000)),
    limited(100_000, 'replace', 'a'.repeat(10_000), '', 'b'.repeat(3_000_000)),
    limited(
      100_000,
      'join',
      Array.from({ length: 10_000 }, () => ''),
      'b'.repeat(3_000_000),
    ),
    limited(500, 'split', long, ''),
    limited(500, 'split', long, 'a'),
    limited(500, 'reverse', long),
    limited(500, 'upperAscii', long),
    limited(500, 'strings.quote', long),
  ])
    failed('cost-limit', answer)
})
