// The table of attacks in SECURITY.md: every test that it names is there, and no row of the list is left out.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'

const read = (file: string): string => readFileSync(path.join(import.meta.dirname, file), 'utf8')
const [, table = ''] = read('../SECURITY.md').split('## Attacks, and the tests that show them')

/** Names of the tests in a file; those of `wide` have another ending. */
const titles = (file: string): readonly string[] =>
  Array.from(
    read(`${file}${file.startsWith('wide/') ? '.wide' : '.test'}.ts`).matchAll(
      /\btest\(\s*(?:'((?:[^'\\]|\\.)*)'|"([^"]*)"|`((?:[^`\\]|\\.)*)`)/g,
    ),
    ([, single, double, back]) => single ?? double ?? back ?? '',
  )

test('every test that the table of attacks names is there', () => {
  const rows = table.split('\n').filter((line) => /^\| [\dACDFGI–]/.test(line))
  assert.ok(rows.length > 40)
  for (const row of rows) {
    const [, , , tests = ''] = row.split(' | ').length < 3 ? [] : ['', ...row.replace(/ \|$/, '').split(' | ')]
    for (const group of tests.split('; `')) {
      const [, file = '', words = ''] = /^`?([\w/-]+)` (.+)$/.exec(group) ?? []
      assert.notEqual(file, '', row)
      const names = titles(file)
      for (const part of words.split(' · '))
        assert.ok(
          names.some((name) => name.includes(part)),
          `${file}: ${part}`,
        )
    }
  }
})

test('every row of the list has a test, or is said to be not built', () => {
  const said = new Set(
    Array.from(table.matchAll(/(?:^\| |, )(\d+)(?=[ ,]).*$|\b(\d+) \(/gm), ([, row, other]) => Number(row ?? other)),
  )
  const range = (from: number, to: number): readonly number[] =>
    Array.from({ length: to - from + 1 }, (_, i) => from + i)
  const missing = [...range(1, 12), ...range(20, 37), ...range(50, 60), ...range(70, 75)].filter(
    (row) => !said.has(row),
  )
  assert.deepEqual(missing, [])
})
