// Text of strangers cannot do anything to a terminal, and tables fit where they are read.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jsonDocument, marks, oneLine, Progress, printable, table } from '../../src/cli/terminal.ts'

/** Whether a terminal would do something else than print. */
const acts = (text: string): boolean =>
  Array.from(text).some((character) => {
    const code = character.codePointAt(0) ?? 0
    return (
      (code < 32 && code !== 10) || (code >= 127 && code < 160) || code === 0x202e || code === 0x200b || code > 0xe0000
    )
  })

test('without escaping, text can move the cursor, set a title and reorder a line; escaped, it shows itself', () => {
  const attack = '\u001b]0;owned\u0007\u001b[2K\rall good \u202etxt.exe\u200b\u009b31m'
  assert.equal(acts(attack), true)
  const shown = printable(attack)
  assert.equal(acts(shown), false)
  assert.equal(shown, '⟨U+001B⟩]0;owned⟨U+0007⟩⟨U+001B⟩[2K⟨U+000D⟩all good ⟨U+202E⟩txt.exe⟨U+200B⟩⟨U+009B⟩31m')
})

test('lines, tabs, emoji with joiners and every script stay as they are', () => {
  const text = 'a\tb\nnaïve 日本語 👩‍💻 نمی‌خواهم'
  assert.equal(printable(text), text)
  assert.equal(printable('a\r\nb'), 'a\nb')
  assert.equal(printable('\u{e0041}\ud800'), '⟨U+E0041⟩\ufffd')
  assert.equal(oneLine(' a\n  b '), 'a b')
})

test('a JSON document has the same value and none of the characters', () => {
  const value = { text: '\u202e\u009b\u{e0041}\u001b\n' }
  const text = jsonDocument(value)
  assert.deepEqual(JSON.parse(text), value)
  assert.equal(acts(text), false)
})

test('a table is separated by tabs in a pipe, aligned and cut on a terminal', () => {
  const rows = [
    ['a', 'first'],
    ['longer', `second ${'x'.repeat(50)}\nline`],
  ]
  const write = (): void => undefined
  assert.equal(table(rows, { write }), `a\tfirst\nlonger\tsecond ${'x'.repeat(50)} line\n`)
  assert.equal(table(rows, { write, isTTY: true, columns: 20 }), 'a       first\nlonger  second xxxx…\n')
})

test('marks are plain where Unicode is not to be expected', () => {
  assert.equal(marks({ env: { LANG: 'C' }, platform: 'linux' }).yes, 'ok')
  assert.equal(marks({ env: { LC_ALL: 'de_DE.utf8' }, platform: 'linux' }).yes, '✓')
  assert.equal(marks({ env: { TERM: 'dumb', LANG: 'en.UTF-8' }, platform: 'linux' }).no, 'x')
  assert.equal(marks({ env: { WT_SESSION: '1' }, platform: 'win32' }).no, '✗')
})

test('progress appears after 300 ms on a terminal, every ten seconds elsewhere, and never when quiet', (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const said = (isTTY: boolean, quiet: boolean, after: number): string => {
    const lines: string[] = []
    const progress = new Progress({ write: (text) => lines.push(text), isTTY, columns: 80 }, 'waiting', quiet)
    t.mock.timers.tick(after)
    progress.end()
    return lines.join('')
  }
  assert.equal(said(true, false, 299), '')
  assert.equal(said(true, false, 300).replace(/\d\.\d s/, 'N s'), '\r\u001b[Kwaiting · N s\r\u001b[K')
  assert.equal(said(false, false, 9_999), '')
  assert.match(said(false, false, 10_000), /^waiting · \d\.\d s\n$/)
  assert.equal(said(true, true, 60_000), '')
})
