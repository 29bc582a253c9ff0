// Everything a server offers, pinned and now.
import assert from 'node:assert/strict'
import test from 'node:test'
import type { JsonObject } from '../../src/core/item.ts'
import { labelOf, type Pin, pinOf, serverDefinition } from '../../src/scan/pin.ts'
import { withPins } from '../../src/scan/pin-lock.ts'
import { drifts } from '../../src/scan/pin-server.ts'

function pin(name: string, definition: JsonObject): Pin {
  const made = pinOf({ target: 'notes', kind: 'tool', name }, { name, ...definition }, 'lock')
  assert(made !== undefined)
  return made
}

const find = pin('find', { description: 'Finds.' })
const add = pin('add', { description: 'Adds.' })
const described = (before: readonly Pin[], now: readonly Pin[]): readonly string[] =>
  drifts(before, now).map((drift) => `${labelOf(drift)}: ${drift.changes.map(({ kind }) => kind).join()}`)

test('the order in which a server lists its tools is no drift', () => {
  assert.deepEqual(drifts([find, add], [add, find]), [])
})

test('what is new, gone and changed is told, the most serious first', () => {
  const now = [pin('find', { description: 'Finds.', annotations: { readOnlyHint: true } }), pin('drop', {})]
  assert.deepEqual(described([find, add], now), ['notes find: hint-relaxed', 'notes drop: added', 'notes add: removed'])
  assert.equal(drifts([find], now)[0]?.digest, now[0]?.digest)
})

test('the same thing under another name is told as such', () => {
  const [only, more] = drifts([find], [pin('search', { description: 'Finds.' })])
  assert.equal(more, undefined)
  assert.deepEqual([only?.changes[0]?.kind, only?.formerly], ['renamed', 'find'])
})

test('approval puts one pin in the place of another', () => {
  const changed = pin('find', { description: 'Finds more.' })
  assert.deepEqual(drifts(withPins([find, add], [changed]), [changed, add]), [])
  assert.deepEqual(withPins([find, add], [], ['notes\0tool\0find']), [add])
})

test('of a server its name and its instructions are pinned', () => {
  const greeting = { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 'n' }, instructions: 'x' }
  assert.deepEqual(serverDefinition(greeting), { serverInfo: { name: 'n' }, instructions: 'x' })
})
