// Tokens: what is a number, a name, a text, and what each mistake is called.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Diagnostic } from '../../src/cel/ast.ts'
import { type Token, tokenize } from '../../src/cel/lexer.ts'

const tokens = (source: string): readonly Token[] => {
  const found = tokenize(source)
  assert.ok(!('severity' in found), `${source}: ${'message' in found ? found.message : ''}`)
  return found
}

const literals = (source: string): unknown[] =>
  tokens(source).flatMap((token) => (token.kind === 'literal' && 'value' in token.value ? [token.value.value] : []))

const problem = (source: string): Diagnostic => {
  const found = tokenize(source)
  assert.ok('severity' in found, `${source} was accepted`)
  return found
}

test('numbers keep their kind', () => {
  assert.deepEqual(literals('1 0x1F 2u 0xFFu 1.5 .5 1e3 2.5E-1'), [1n, 31n, 2n, 255n, 1.5, 0.5, 1000, 0.25])
  assert.deepEqual(
    tokens('1 1u 1.0').map((token) => (token.kind === 'literal' ? token.value.type : token.kind)),
    ['int', 'uint', 'double', 'end'],
  )
})

test('a number before a dot and a name is an int', () => {
  assert.deepEqual(
    tokens('10.string()').map((token) => ('text' in token ? token.text : token.kind)),
    ['literal', '.', 'string', '(', ')', 'end'],
  )
})

test('numbers out of range and numbers that run into names are refused', () => {
  assert.match(problem('18446744073709551616u').message, /range of uint/)
  assert.match(problem('9223372036854775809').message, /range of int/)
  assert.match(problem('1.99e90000009').message, /range of double/)
  assert.match(problem('12ab').message, /12ab is neither/)
})

test('texts: quotes, escapes, raw and triple forms', () => {
  assert.deepEqual(literals(String.raw`'a' "b" '''c"'d''' """e""" r"\n" R'\t'`), ['a', 'b', `c"'d`, 'e', '\\n', '\\t'])
  assert.deepEqual(literals(String.raw`"\a\b\f\n\r\t\v\"\'\\\?\x41\X42\u00e9\U0001F431\101"`), [
    '\x07\b\f\n\r\t\v"\'\\?ABé🐱A',
  ])
})

test('bytes: byte escapes, UTF-8 for everything else', () => {
  assert.deepEqual(
    literals(String.raw`b'\xff\000' b"é" br'\x'`).map((value) =>
      Buffer.from(String(value) && (value as Uint8Array)).toString('hex'),
    ),
    ['ff00', 'c3a9', '5c78'],
  )
})

test('escapes that mean nothing are refused where they stand', () => {
  const unknown = problem(String.raw`"ab\q"`)
  assert.deepEqual([unknown.start, unknown.end], [3, 5])
  assert.match(problem(String.raw`"\ud800"`).message, /no character of Unicode/)
  assert.match(problem(String.raw`"\U00110000"`).message, /no character of Unicode/)
  assert.match(problem(String.raw`b"\u00e9"`).message, /bytes take/)
})

test('a text that is not closed says which quote it wants', () => {
  assert.match(problem("'").message, /expected '/)
  assert.match(problem('"h').message, /expected "/)
  assert.match(problem('"a\nb"').message, /expected "/)
  assert.match(problem('"""a').message, /expected """/)
  assert.match(problem('"a\\').message, /expected "/)
})

test('comments and blanks separate, and nothing else', () => {
  assert.deepEqual(literals('1 // two\n2\t3\f4\r\n5'), [1n, 2n, 3n, 4n, 5n])
})

test('names in back-quotes may hold what paths and headers hold', () => {
  const [, , token] = tokens('a.`x-y/z.w v`')
  assert.ok(token?.kind === 'name' && token.quoted)
  assert.equal(token.text, 'x-y/z.w v')
  assert.match(problem('a.`$`').message, /back-quotes/)
})

test('characters of other languages come with a hint', () => {
  assert.equal(problem('a = b').hint, 'did you mean ==?')
  assert.equal(problem('a & b').hint, 'did you mean &&?')
  assert.equal(problem('“a”').hint, 'did you mean "?')
  assert.match(problem('a # b').message, /unexpected character "#"/)
})

test('64 KiB of blanks, quotes or digits are read in no time to speak of', () => {
  assert.equal(tokens(' '.repeat(65_536)).length, 1)
  assert.equal(tokens('//'.repeat(32_768)).length, 1)
  assert.ok('severity' in tokenize('9'.repeat(65_536)))
  assert.ok('severity' in tokenize(`"${'\\'.repeat(65_535)}`))
})
