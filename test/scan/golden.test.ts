// Attacks and honest definitions in words of our own: every class, many languages, and what trips naive rules.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import type { JsonObject } from '../../src/core/item.ts'
import { rank, type Severity } from '../../src/scan/finding.ts'
import { scanDefinition } from '../../src/scan/scan.ts'
import type { Kind } from '../../src/scan/surface.ts'
import { disguises } from './disguises.ts'

interface Golden {
  readonly class?: string
  readonly kind: Kind
  readonly definition: JsonObject
  /** How serious it must be taken; absent: at least a warning. */
  readonly atLeast?: Severity
}

const golden = (name: string): readonly Golden[] =>
  JSON.parse(readFileSync(path.join(import.meta.dirname, `../golden/scan/${name}.json`), 'utf8'))

const levelOf = ({ definition, kind }: Golden): number =>
  Math.max(-1, ...scanDefinition(definition, kind).findings.map(({ severity }) => rank(severity)))

test('every attack is found, two of three are blocked', () => {
  const attacks = golden('poisoned')
  assert.ok(attacks.length >= 240)
  const missed = attacks.filter((each) => levelOf(each) < rank(each.atLeast ?? 'medium'))
  assert.deepEqual(missed, [])
  const blocked = attacks.filter((each) => levelOf(each) >= rank('high'))
  assert.ok(blocked.length >= (attacks.length * 2) / 3, `${blocked.length} of ${attacks.length}`)
})

test('no honest definition is even warned of', () => {
  const honest = golden('benign')
  assert.ok(honest.length >= 300)
  assert.deepEqual(
    honest.filter((each) => levelOf(each) >= rank('medium')),
    [],
  )
})

/** Changes that leave the meaning: an attack must survive them (reference/security.md §2.7, metamorphic tests). */
const changes: { readonly [what: string]: (text: string) => string } = {
  'an honest sentence in front': (text) => `Works offline. ${text}`,
  'an honest sentence behind': (text) => `${text} See the manual for details.`,
  'doubled spaces': (text) => text.replaceAll(' ', '  '),
  'capital letters': (text) => text.toUpperCase(),
  'lines instead of spaces': (text) => text.replaceAll('. ', '.\n'),
}

const changed = (change: (text: string) => string): { lost: readonly Golden[]; all: number } => {
  const other = new Set(['encoded', 'hidden-text', 'language', 'malware'])
  const plain = golden('poisoned').filter(
    ({ kind, class: of = '', definition }) =>
      kind === 'tool' && !other.has(of) && definition['description'] !== 'Does what its name says.',
  )
  const lost = plain.filter(({ definition, kind }) => {
    const description = change(String(definition['description']))
    return levelOf({ kind, definition: { ...definition, description } }) < rank('medium')
  })
  return { lost, all: plain.length }
}

for (const [what, change] of Object.entries({ ...changes, ...disguises }))
  test(`nine of ten attacks in plain English survive: ${what}`, () => {
    const { lost, all } = changed(change)
    assert.ok(all > 50)
    assert.ok(lost.length <= all * 0.1, `${lost.length} of ${all}: ${JSON.stringify(lost)}`)
  })
