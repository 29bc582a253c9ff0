import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { expand, sourceOffset } from '../../src/config/expand.ts'

const text = (source: string, env: Record<string, string> = {}) => expand(source, env).text

test('variables are replaced wherever they stand, comments included', () => {
  const env = { A: 'one', B_2: 'two', E: '' }
  assert.equal(text('$A ${A} x$A-${B_2} # $A', env), 'one one xone-two # one')
  assert.equal(text('${A:-other} ${N:-other} ${N:-} ${N:-a:-b}', env), 'one other  a:-b')
  assert.equal(text('[$E] [${E}] [${E:-default}]', env), '[] [] []', 'set but empty is empty')
  assert.equal(text('$A$B_2', env), 'onetwo')
})

test('two dollar signs are one, and a dollar sign before nothing is itself', () => {
  assert.equal(text('$$A $$$$ 5$ ^x$ $-'), '$A $$ 5$ ^x$ $-')
  assert.equal(text('$$$A', { A: 'a' }), '$a')
  assert.equal(text('${A', { A: 'a' }), '${A')
})

test('a replaced value is not looked at again', () => {
  assert.equal(text('$A', { A: '$B ${B} $$', B: 'no' }), '$B ${B} $$')
})

test('a tilde is the home directory at the very start only', () => {
  assert.equal(text('~/x ~/y', { HOME: '/home/me' }), '/home/me/x ~/y')
  assert.equal(text('~user/x', { HOME: '/home/me' }), '~user/x')
})

test('the modeline of an editor is left alone', () => {
  const modeline = '# yaml-language-server: $schema=https://example.com/schema.json\n'
  const { missing, text: out } = expand(`${modeline}a: $A`, { A: '1' })
  assert.deepEqual(missing, [])
  assert.equal(out, `${modeline}a: 1`)
})

test('every variable that is not set is reported, with its place', () => {
  const { missing } = expand('a: $ONE\nb: ${TWO}\n# ${THREE} ${:-x} ${}\n', {})
  assert.deepEqual(
    missing.map(({ name, at }) => [name, at]),
    [
      ['ONE', 3],
      ['TWO', 11],
      ['THREE', 20],
      [':-x', 29],
      ['', 36],
    ],
  )
})

test('text without a dollar sign and a leading tilde comes out as it went in', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (source) => {
      fc.pre(!source.includes('$') && !source.startsWith('~'))
      assert.equal(text(source), source)
    }),
  )
})

test('doubling every dollar sign makes any text come out as it was', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (source) => {
      fc.pre(!source.startsWith('~') && !source.includes('yaml-language-server'))
      assert.equal(text(source.replaceAll('$', '$$$$')), source)
    }),
  )
})

test('offsets lead back to the source, before, between and behind what was replaced', () => {
  const name = fc.stringMatching(/^[A-Z][A-Z0-9_]{0,5}$/)
  const plain = fc.stringMatching(/^[a-z :\n-]{0,12}$/)
  fc.assert(
    fc.property(fc.array(fc.tuple(plain, name, fc.string()), { maxLength: 6 }), plain, (pieces, tail) => {
      const env = Object.fromEntries(pieces.map(([, variable, value]) => [variable, value]))
      const source = `.${pieces.map(([before, variable]) => `${before}\${${variable}}`).join('')}${tail}`
      const expanded = expand(source, env)
      let at = 1
      let from = 1
      for (const [before, variable] of pieces) {
        for (let i = 0; i < before.length; i++) assert.equal(sourceOffset(expanded, at + i), from + i)
        at += before.length + (env[variable] ?? '').length
        from += before.length + variable.length + 3
      }
      assert.equal(sourceOffset(expanded, at + tail.length), source.length)
    }),
  )
})

test('millions of open braces are passed over once', () => {
  const source = '${'.repeat(1_000_000)
  assert.equal(text(source), source)
})
