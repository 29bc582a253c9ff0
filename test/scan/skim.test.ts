// What a skim passes over: never a finding. Every text that we have is scanned with it and without, and the two must agree.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import type { JsonObject } from '../../src/core/item.ts'
import { needs } from '../../src/scan/needs.ts'
import { rules } from '../../src/scan/rules/index.ts'
import { scanDefinition } from '../../src/scan/scan.ts'
import type { Kind } from '../../src/scan/surface.ts'
import { corpusIsThere, entries, isChange } from './corpus.ts'
import { disguises } from './disguises.ts'
import { kinds, definition as noise, text as noisyText, numbers } from './noise.ts'

interface Definition {
  readonly kind: Kind
  readonly definition: JsonObject
}

const golden = (name: string): readonly Definition[] =>
  JSON.parse(readFileSync(path.join(import.meta.dirname, `../golden/scan/${name}.json`), 'utf8'))

/** Everything that is labelled, where it lies beside the repository, and everything of our own. */
const all = (): readonly Definition[] => [
  ...golden('poisoned'),
  ...golden('benign'),
  ...(corpusIsThere ? entries().filter((entry) => !isChange(entry)) : []),
]

const answer = (...texts: readonly string[]): Definition => ({
  kind: 'result',
  definition: { content: texts.map((text) => ({ type: 'text', text })) },
})

/** Where they do not agree, some line of src/scan/needs.ts promises too much for a rule. */
function agree({ kind, definition }: Definition): void {
  const quick = JSON.stringify(scanDefinition(definition, kind).findings)
  const slow = JSON.stringify(scanDefinition(definition, kind, { thorough: true }).findings)
  if (quick === slow) return
  const other = scanDefinition(definition, kind, { thorough: true }).findings.filter(
    (finding) => !quick.includes(JSON.stringify(finding)),
  )
  const who = other.map(({ rule, evidence }) => `${rule} at “${evidence}”`).join(', ')
  assert.fail(`needs.ts promises too much for ${who} in a ${kind}: ${JSON.stringify(definition).slice(0, 400)}`)
}

/** Strings of definitions, as what an answer may say. */
function textsOf(value: unknown, found: Set<string>): Set<string> {
  if (typeof value === 'string' && value.length > 12) found.add(value)
  else if (typeof value === 'object' && value !== null) for (const each of Object.values(value)) textsOf(each, found)
  return found
}

const texts = (): readonly string[] => [
  ...textsOf(
    all().map(({ definition }) => definition),
    new Set(),
  ),
]

test('definitions, attacks and honest ones, have the same findings', () => {
  for (const each of all()) agree(each)
})

test('so have their texts, said in an answer, alone, several in a row, and as data of an error', () => {
  const said = texts()
  assert.ok(said.length > 1_000)
  for (const text of said) agree(answer(text))
  for (let i = 0; i + 4 < said.length; i += 4) {
    const { definition } = answer(...said.slice(i, i + 4))
    const structuredContent = { readSshKey: said[i], rows: [{ note: said[i + 1] }] }
    agree({ kind: 'result', definition: { ...definition, structuredContent, isError: i % 3 === 0 } })
  }
})

test('so have they in every disguise, in capitals, in lines, behind gaps and in comments', () => {
  const shapes: readonly ((text: string) => string)[] = [
    ...Object.values(disguises),
    (text) => text.toUpperCase(),
    (text) => text.replaceAll(' ', '  '),
    (text) => text.replaceAll(' ', '\n'),
    (text) => `${text.slice(0, 20)}${'\n'.repeat(25)}${text}`,
    (text) => `Nothing new.${' '.repeat(130)}${text}`,
    (text) => `<!-- ${text} -->`,
    (text) => text.replaceAll(' ', "' "),
    (text) => JSON.stringify(text),
    (text) => JSON.stringify(text.replaceAll('. ', '.\n').replaceAll(', ', '\t"')),
    (text) => JSON.stringify(JSON.stringify(text.replaceAll(' ', '\n'))),
    (text) => text.replaceAll('. ', '! @ '),
  ]
  const said = texts()
  for (const [index, shape] of shapes.entries())
    for (let i = index % 7; i < said.length; i += 7) agree(answer(shape(said[i] ?? '').slice(0, 4_000)))
})

test('so has noise', () => {
  const next = numbers(41)
  for (let run = 0; run < 4_000; run++)
    agree(
      run % 4 === 0
        ? { kind: kinds[run % kinds.length] ?? 'tool', definition: noise(next) }
        : answer(noisyText(next), noisyText(next)),
    )
})

test('rules that read every text of an answer, because they promise nothing, are few', () => {
  const unbound = rules.filter(
    ({ id, looksAt, kinds, surfaces }) =>
      looksAt === 'text' &&
      kinds?.includes('result') !== false &&
      surfaces?.includes('content') !== false &&
      needs[id] === undefined,
  )
  assert.deepEqual(
    unbound.map(({ id }) => id),
    [],
  )
})

test('promises are made for rules that there are', () => {
  const known = new Set(rules.map(({ id }) => id))
  assert.deepEqual(
    Object.keys(needs).filter((id) => !known.has(id)),
    [],
  )
})
