import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { durationMs } from '../../src/config/duration.ts'
import { type Located, pathText, problemText } from '../../src/config/problems.ts'
import { sizeBytes } from '../../src/config/size.ts'
import { distance, nearestWord } from '../../src/config/suggest.ts'
import { fileInlineOrRemote, fileOrInline } from '../../src/config/value.ts'

test('durations are read as people write them', () => {
  const read = ['10s', '1m30s', '3m0s', '500ms', '1h', '1.5s', '1m 30s', '2d', '0s', '250us'].map(durationMs)
  assert.deepEqual(read, [10_000, 90_000, 180_000, 500, 3_600_000, 1_500, 90_000, 172_800_000, 0, 0.25])
  for (const text of ['', 's', '10', '-1s', '10 parsecs', '1s2', 's1', '1e3s', '10000000h', ' '])
    assert.equal(durationMs(text), undefined, text)
})

test('a duration is the sum of its parts', () => {
  fc.assert(
    fc.property(fc.nat(500), fc.nat(59), fc.nat(999), (h, m, ms) => {
      assert.equal(durationMs(`${h}h${m}m${ms}ms`), h * 3_600_000 + m * 60_000 + ms)
    }),
  )
})

test('sizes are read with binary and decimal units', () => {
  assert.deepEqual(
    ['1000', '4KiB', '1.5 MiB', '2MB', '7B', '0'].map(sizeBytes),
    [1000, 4096, 1_572_864, 2_000_000, 7, 0],
  )
  for (const text of ['', 'KiB', '-1', '1 kib', '1e3', '99999999GiB', '1 constructor'])
    assert.equal(sizeBytes(text), undefined, text)
})

test('text may stand in a file, and where it may be remote, at an address', () => {
  assert.deepEqual(fileOrInline().parse('x'), { inline: 'x' })
  assert.deepEqual(fileOrInline().parse({ file: 'a.pem' }), { file: 'a.pem' })
  assert.deepEqual(fileInlineOrRemote().parse({ url: 'https://a/b' }), { url: 'https://a/b' })
  for (const wrong of [7, null, {}, { file: '' }, { file: 1 }, { file: 'a', url: 'https://b' }, { url: 'https://a' }])
    assert.equal(fileOrInline().safeParse(wrong).success, false)
  for (const wrong of [{ url: 'nowhere' }, { url: 'https://a', x: 1 }])
    assert.equal(fileInlineOrRemote().safeParse(wrong).success, false)
})

test('the distance of two words is how many typing mistakes lie between them', () => {
  const pairs = [
    ['listenrs', 'listeners', 1],
    ['hsot', 'host', 1],
    ['Host', 'host', 0],
    ['', 'abc', 3],
    ['kitten', 'sitting', 3],
  ] as const
  for (const [a, b, expected] of pairs) assert.equal(distance(a, b), expected, `${a} ${b}`)
  fc.assert(
    fc.property(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), (a, b) => {
      assert.equal(distance(a, b), distance(b, a))
      assert.equal(distance(a, a), 0)
    }),
  )
})

test('only a word that is near enough is suggested', () => {
  assert.equal(nearestWord('rotues', ['routes', 'policies']), 'routes')
  assert.equal(nearestWord('something', ['routes', 'policies']), undefined)
  assert.equal(nearestWord('x'.repeat(1_000_000), ['routes']), undefined)
})

const problem: Located = {
  code: 'config.unknown-key',
  severity: 'error',
  path: ['binds', 0, 'a b'],
  message: 'm',
  file: 'c.yaml',
  line: 10,
  column: 1,
  width: 3,
  source: 'abc: 1',
}

test('paths are written as in the file', () => {
  assert.equal(pathText(['binds', 0, 'listeners', 1, 'x-y']), 'binds[0].listeners[1].x-y')
  assert.equal(pathText(['a', 'b.c', '<<']), 'a["b.c"]["<<"]')
})

test('a problem is shown with its line and a caret', () => {
  assert.equal(
    problemText({ ...problem, hint: 'h' }),
    'error[config.unknown-key]: m\n  --> c.yaml:10:1   binds[0]["a b"]\n10 | abc: 1\n   | ^^^ h\n',
  )
})

test('what stands in a file cannot move the cursor of a terminal or turn its text around', () => {
  const told = problemText({ ...problem, source: 'a: \u001b]0;x\u0007 \u202e', message: 'b\u001b[2J' })
  for (const unsafe of ['\u001b', '\u0007', '\u202e']) assert.ok(!told.includes(unsafe))
  assert.ok(told.includes('\\u{1b}'))
})

test('a very long line is cut around the column', () => {
  const told = problemText({
    ...problem,
    source: `${'x'.repeat(5_000)}HERE${'y'.repeat(5_000)}`,
    column: 5_001,
    width: 4,
  })
  const [, , source = '', caret = ''] = told.split('\n')
  assert.ok(source.length < 120)
  assert.equal(source.slice(caret.indexOf('^'), caret.lastIndexOf('^') + 1), 'HERE')
})
