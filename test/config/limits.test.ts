import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { defaultLimits } from '../../src/config/limits.ts'

const root = path.join(import.meta.dirname, '../..')

test('every limit stands in SECURITY.md, and none that is not one', () => {
  const text = readFileSync(path.join(root, 'SECURITY.md'), 'utf8')
  const rows = text.slice(text.indexOf('| limit |')).split('\n').slice(2)
  const named = rows.flatMap((row) =>
    [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map((found) => found[1] ?? ''),
  )
  assert.deepEqual(named.toSorted(), Object.keys(defaultLimits).toSorted())
})
