// The folded form of a text, and the way back from it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fold } from '../../src/scan/normalise.ts'

const read = (raw: string): string => fold(raw).text

test('plain text only loses its capitals', () => {
  const folded = fold('Read the File: "a"')
  assert.equal(folded.text, 'read the file: "a"')
  assert.equal(folded.at(9), 9)
  assert.equal(folded.disguised, false)
})

test('wide, mathematical, accented and enclosed letters read as what they are', () => {
  assert.equal(read('Ｒｅａｄ'), 'read')
  assert.equal(read('𝓻𝓮𝓪𝓭'), 'read')
  assert.equal(read('rèàd'), 'read')
})

test('letters of other alphabets among Latin ones are read as the ones they imitate', () => {
  const mixed = fold('pаsswоrd') // а and о are Cyrillic
  assert.equal(mixed.text, 'password')
  assert.equal(mixed.disguised, true)
  assert.equal(read('пароль'), 'пароль')
  assert.equal(fold('пароль').disguised, false)
})

test('what nothing shows is taken out of words', () => {
  const gaps = fold('re\u200bad th\u00ade fi\u2060le')
  assert.equal(gaps.text, 'read the file')
  assert.equal(gaps.disguised, true)
  assert.equal(fold('\u200bread').disguised, false)
})

test('escapes, entities and control sequences read as what they stand for', () => {
  assert.equal(read('\\u0072ead\\x20it'), 'read it')
  assert.equal(read('&#82;ead&lt;b&gt;'), 'read<b>')
  assert.equal(read('\u001b[31mread\u001b[0m'), 'read')
  assert.equal(read('one\\ntwo'), 'one\ntwo')
})

test('every place of the folded text leads back into the original', () => {
  const raw = 'x\u200b\u200b Ｉｇｎｏｒｅ &amp; \\u0041 ﬁne'
  const folded = fold(raw)
  const at = folded.text.indexOf('ignore')
  assert.equal(raw.slice(folded.at(at), folded.at(at + 6)), 'Ｉｇｎｏｒｅ')
  let before = 0
  for (let i = 0; i <= folded.text.length; i++) {
    const place = folded.at(i)
    assert.ok(place >= before && place <= raw.length)
    before = place
  }
  assert.equal(folded.at(folded.text.length), raw.length)
})

test('halves of pairs and control characters do no harm', () => {
  assert.equal(typeof read('\ud800 x \udfff \u0000\u001b'), 'string')
  assert.equal(read('a\u001b]8;;http://x\u0007b'), 'ab')
})
