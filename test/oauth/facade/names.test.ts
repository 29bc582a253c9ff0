import assert from 'node:assert/strict'
import { test } from 'node:test'
import { plain, shown } from '../../../src/oauth/facade/names.ts'

test('usual names are shown as they are, whatever their language', () => {
  for (const name of [
    'Claude',
    'Visual Studio Code',
    'Crème brûlée 2.0 (beta)',
    '東京ツール',
    'Москва',
    'أداة',
    'Ελλάδα ☀',
  ])
    assert.deepEqual(shown(name), [{ text: name, odd: false }], name)
})

test('a name that looks like another one is told apart from it (row 21)', () => {
  const real = 'Claude'
  const attacks = [
    'Сlaude',
    'Claudе',
    'Cl\u0430ude',
    '\uff23laude',
    '\ud835\udc02laude',
    'Clau\u200bde',
    'Claude\u202e',
    'Claude\u00ad',
    'Claude\u3164',
  ]
  for (const attack of attacks) {
    // Without the rule: nothing a person could see, or nothing they would.
    assert.notEqual(attack, real)
    assert.ok(
      shown(attack).some((piece) => piece.odd && /U\+[0-9A-F]{4}/.test(piece.text)),
      JSON.stringify(attack),
    )
  }
  assert.equal(plain(shown('Сlaude')), '<С U+0421>laude')
  assert.equal(plain(shown('a\u202eb')), 'a<U+202E>b')
})

test('a name all of letters that imitate Latin ones is marked', () => {
  assert.ok(shown('СОРЕ').every((piece) => piece.odd))
  assert.ok(
    shown('Сбер').every((piece) => !piece.odd),
    'б is nobody else’s',
  )
})

test('controls, line ends, odd spaces and towers of marks are no characters of a name', () => {
  for (const hidden of ['\u0000', '\n', '\u0085', '\u2028', '\u00a0', '\u2003', '\ufeff', '\u{e0041}', '\u2800'])
    assert.equal(plain(shown(hidden)), `<U+${hidden.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}>`)
  assert.ok(shown(`e${'\u0301'.repeat(30)}`).filter((piece) => piece.odd).length >= 27)
})

test('at most a hundred characters are shown', () => {
  const pieces = shown('x'.repeat(10_000))
  assert.deepEqual(pieces, [
    { text: 'x'.repeat(100), odd: false },
    { text: '…', odd: true },
  ])
})
