import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { dialect, rootIndex } from '../../src/cel/dialect.ts'
import type { Shape } from '../../src/cel/scope.ts'

const schema = path.join(import.meta.dirname, '../../../shared/reference/agentgateway-cel.json')

test('a root has the same place in every list of roots', () => {
  for (const [root, index] of Object.entries(rootIndex)) assert.equal(dialect.roots[index], root)
  assert.equal(dialect.roots.length, Object.keys(rootIndex).length)
  assert.deepEqual(Object.keys(dialect.shapes).toSorted(), dialect.roots.toSorted())
})

interface Described {
  readonly properties?: Readonly<Record<string, Described>>
  readonly items?: Described
}

/** Paths that are described and not known. */
function missing({ properties = {}, items }: Described, shape: Shape, at: string): readonly string[] {
  const below = Object.entries(properties).flatMap(([name, described]) => {
    const known = shape.fields?.[name]
    return known === undefined ? [`${at}.${name}`] : missing(described, known, `${at}.${name}`)
  })
  return items === undefined ? below : [...below, ...missing(items, shape.items ?? {}, `${at}[]`)]
}

test("every field of the original's own description is known", {
  skip: existsSync(schema) ? false : '../shared is missing: the description of the original is not there',
}, () => {
  const { properties = {} }: Described = JSON.parse(readFileSync(schema, 'utf8'))
  const ours = ['session']
  assert.deepEqual([...Object.keys(properties), ...ours].toSorted(), dialect.roots.toSorted())
  const fields = Object.fromEntries(Object.entries(dialect.shapes))
  assert.deepEqual(missing({ properties }, { fields }, ''), [])
})
