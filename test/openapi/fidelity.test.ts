// The committed table of scores is what the conversion reaches now.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { sections, table } from './fidelity.ts'

test('openapi/SCORES.md is what `npm run fidelity` writes', async () => {
  const committed = readFileSync(table, 'utf8')
  for (const section of await sections())
    assert.ok(committed.includes(section), `run npm run fidelity; now it is\n${section}`)
})
