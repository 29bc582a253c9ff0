// Which patterns explode in a backtracking engine: read, never run.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canExplode } from '../../src/scan/backtracking.ts'

const dangerous = [
  '(a+)+$',
  '^(a|a)*$',
  '^(a|aa)+$',
  '([a-z]+.)+x',
  '(\\w*)*x',
  '(.*)*x',
  '^(\\s*[a-z]+\\s*)+$',
  '(x+x+)+y',
  '((ab)*)*c',
  '^(?:a{1,30})+$',
  '(\\d+|[0-9a-f]+)*z',
  '(?:(?:a+)b?)*c',
  '(?<word>\\p{L}+\\s?)*!',
]
const harmless = [
  '^[a-z0-9]+(-[a-z0-9]+)*$',
  '^(\\w+\\.)+\\w+$',
  '^\\d{4}-\\d{2}-\\d{2}$',
  '^(.|\\n)*$',
  '^(?!.*--)[a-z-]{3,63}$',
  '^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$',
  '^((25[0-5]|2[0-4]\\d|1?\\d?\\d)(\\.|$)){4}$',
  '^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==)?$',
  '^([^"\\\\]|\\\\.)*$',
  '^\\/([^/]+\\/)*[^/]+$',
  '^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,}$',
  '^([a-f0-9]{32},?)+$',
  '^(\\d{12}:)*$',
]

test('a loop within a loop that fits one text twice explodes', () => {
  for (const pattern of dangerous) assert.equal(canExplode(pattern), true, pattern)
})

test('loops kept apart by what they cannot read do not', () => {
  for (const pattern of harmless) assert.equal(canExplode(pattern), false, pattern)
})

test('what is no pattern takes no time, and what nobody can read counts as dangerous', () => {
  for (const pattern of ['(', '[', 'a{', '((((', '\\', '(?<', '[^', ')', ''])
    assert.equal(canExplode(pattern), false, pattern)
  assert.equal(canExplode('a'.repeat(5000)), true)
})

test('every pattern is read to its end, however it is nested', () => {
  for (const part of ['(', '(a', '[a-', '(a|b)', '(a?b?c?d?)', '(a+)+', '((a|b)+c)*', '\\'])
    assert.equal(typeof canExplode(part.repeat(Math.floor(4000 / part.length))), 'boolean')
})
