// Expressions of the original: its own tests, documents and examples, each with what it says they come to.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { analyze } from '../../src/cel/analyze.ts'
import { parse } from '../../src/cel/parser.ts'
import { casesOf, holds, read } from './cases.ts'

const shared = path.join(import.meta.dirname, '../../../shared/fixtures/cel-expressions.json')
const own = path.join(import.meta.dirname, '../golden/cel/expressions.json')

/** Texts of those that do not come to what they say, and why. */
function failures(file: string): readonly string[] {
  const { cases, contexts } = casesOf(read(readFileSync(file, 'utf8')))
  assert.ok(cases.length > 200)
  return cases
    .filter(({ outcome }) => outcome !== 'attributes')
    .flatMap((each) => {
      try {
        holds(each, contexts)
        return []
      } catch (error) {
        return [`${each.id}: ${each.expr}: ${error instanceof Error ? error.message : String(error)}`]
      }
    })
}

const skip = existsSync(shared) ? false : '../shared is missing: the corpus of the original is not there'

test('the expressions of our own corpus come to what they say', () => {
  assert.deepEqual(failures(own), [])
})

test('the expressions of the original come to what they say', { skip }, () => {
  assert.deepEqual(failures(shared), [])
})

test('what the original finds that an expression reads, we find as well, or more exactly', { skip }, () => {
  const { cases } = casesOf(read(readFileSync(shared, 'utf8')))
  const attributes = cases.filter(({ outcome }) => outcome === 'attributes')
  assert.equal(attributes.length, 21)
  const roots = ['foo', 'bar', 'a', 'b', 'c', 'val', 'extauthz']
  for (const { expr, expect } of attributes) {
    assert.ok(Array.isArray(expect))
    const parsed = parse(expr)
    if (!('ast' in parsed)) return assert.fail(expr)
    const reads = [...analyze(parsed.ast, { roots, shapes: {} }).reads]
    // The original also names variables of macros; here they stand for what they are bound to.
    const theirs = expect.map(String).filter((path) => roots.includes(path.split('.')[0] ?? ''))
    const within = (path: string, outer: string): boolean => path === outer || /^[.[]/.test(path.slice(outer.length))
    for (const path of theirs)
      assert.ok(
        reads.some((read) => read.startsWith(path) && within(read, path)),
        `${expr}: ${path} is missing`,
      )
    for (const read of reads)
      assert.ok(
        theirs.some((path) => read.startsWith(path) && within(read, path)),
        `${expr}: ${read} is too much`,
      )
  }
})
