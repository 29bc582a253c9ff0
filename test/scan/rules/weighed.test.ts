// The table of weights, and the signs that a sentence can give: neither speaks of what the other does not know.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import type { JsonObject } from '../../../src/core/item.ts'
import { concepts } from '../../../src/scan/concepts.ts'
import { languages } from '../../../src/scan/lexicon/index.ts'
import { Lexicon } from '../../../src/scan/lexicon.ts'
import { fold } from '../../../src/scan/normalise.ts'
import { Reading } from '../../../src/scan/reading.ts'
import { signsOf } from '../../../src/scan/rules/weighed.ts'
import { weights } from '../../../src/scan/rules/weights.ts'
import { type Kind, walk } from '../../../src/scan/surface.ts'

interface Definition {
  readonly kind: Kind
  readonly definition: JsonObject
}

const golden = (name: string): readonly Definition[] =>
  JSON.parse(readFileSync(path.join(import.meta.dirname, `../../golden/scan/${name}.json`), 'utf8'))

function signsIn(definitions: readonly Definition[], lexicon: Lexicon): ReadonlySet<string> {
  const signs = new Set<string>()
  for (const { kind, definition } of definitions)
    for (const piece of walk(definition, kind).pieces) {
      const folded = fold(piece.text)
      const source = { text: folded.text, at: (at: number) => at, steps: [], hidden: [], disguised: false }
      const reading = new Reading(source, lexicon)
      for (let index = 0; index < reading.sentences; index++) {
        const sentence = reading.sentence(index)
        if (sentence === undefined) continue
        for (const sign of signsOf(sentence, { kind, piece, definition, context: {} })) signs.add(sign)
      }
    }
  return signs
}

const pairs = Object.entries(weights).flatMap(([sign, list]) =>
  list.split(', ').map((entry) => [sign, ...entry.split(' ')] as const),
)

test('every weight is a number of a sign that some text gives', () => {
  const given = signsIn([...golden('poisoned'), ...golden('benign')], new Lexicon(languages))
  const known = new Set<string>([
    ...given,
    ...concepts,
    'always',
    'manual',
    'sample',
    'alone',
    'phone',
    'account',
    'ip',
    'not-shown',
    'asks-consent',
  ])
  for (const [sign, other = '', weight] of pairs) {
    assert.ok(known.has(sign) || known.has(sign.replace('!', '')), sign)
    assert.ok(known.has(other) || known.has(other.replace('!', '')), other)
    assert.ok(Number.isFinite(Number(weight)) && Math.abs(Number(weight)) < 5, `${sign} ${other} ${weight}`)
  }
})

test('no pair of signs can say by itself that a sentence is an attack', () => {
  const always = Number(pairs.find(([sign]) => sign === 'always')?.[2])
  assert.ok(always < -1)
  for (const [sign, other, weight] of pairs)
    if (sign !== 'always') assert.ok(Number(weight) < 1 - always, `${sign} ${other} ${weight}`)
})
