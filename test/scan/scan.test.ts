// The engine of the scan: what it gives back whatever the rules are.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../src/core/item.ts'
import { scanDefinition, scanServers, scanText } from '../../src/scan/scan.ts'

test('an ordinary tool passes', () => {
  const tool = { name: 'weather', description: 'Tells the weather of a place.', inputSchema: { type: 'object' } }
  assert.deepEqual(scanDefinition(tool, 'tool'), { verdict: 'pass', score: 0, findings: [] })
  assert.deepEqual(scanText('It rains.'), { verdict: 'pass', score: 0, findings: [] })
  assert.equal(scanServers([{ name: 'weather', tools: [tool] }]).verdict, 'pass')
})

test('a definition beyond every bound blocks, with the place where it went too far', () => {
  let deep: JsonObject = { type: 'object' }
  for (let i = 0; i < 100; i++) deep = { type: 'object', properties: { a: deep } }
  const { verdict, findings } = scanDefinition({ name: 'deep', inputSchema: deep }, 'tool')
  assert.equal(verdict, 'block')
  assert.equal(findings[0]?.rule, 'SC-501')
  assert.match(findings[0]?.path ?? '', /^\/inputSchema\/properties\/a\//)
})

test('the same input gives the same findings', () => {
  const tool = { name: 'x', description: 'y'.repeat(2_000_000) }
  assert.deepEqual(scanDefinition(tool, 'tool'), scanDefinition(tool, 'tool'))
})
