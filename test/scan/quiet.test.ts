// Answers that are passed on unread: only those in which a scan that asks every rule finds nothing, and nothing leaks.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import type { JsonObject } from '../../src/core/item.ts'
import { personalIn } from '../../src/scan/personal.ts'
import { isQuiet, scanDefinition } from '../../src/scan/scan.ts'
import { secretsIn } from '../../src/scan/secrets.ts'
import { corpusIsThere, entries, isChange } from './corpus.ts'
import { disguises } from './disguises.ts'
import { text as noisyText, numbers } from './noise.ts'

const leaks = { secrets: true, personal: true }

const golden = (name: string): readonly { readonly definition: JsonObject }[] =>
  JSON.parse(readFileSync(path.join(import.meta.dirname, `../golden/scan/${name}.json`), 'utf8'))

function textsOf(value: unknown, found: Set<string>): Set<string> {
  if (typeof value === 'string') found.add(value)
  else if (typeof value === 'object' && value !== null) for (const each of Object.values(value)) textsOf(each, found)
  return found
}

const texts = (): readonly string[] => [
  ...textsOf(
    [
      ...golden('poisoned'),
      ...golden('benign'),
      ...(corpusIsThere ? entries().filter((entry) => !isChange(entry)) : []),
    ].map(({ definition }) => definition),
    new Set(),
  ),
]

const said = (...all: readonly string[]): JsonObject => ({ content: all.map((text) => ({ type: 'text', text })) })

/** Counts an answer that is quiet, and checks that it may be. */
function counted(answer: JsonObject): number {
  const raw = JSON.stringify(answer)
  if (!isQuiet(raw, leaks)) return 0
  assert.deepEqual(scanDefinition(answer, 'result', { thorough: true, leaks: false }).findings, [], raw.slice(0, 1_000))
  for (const text of textsOf(answer, new Set())) {
    assert.deepEqual(secretsIn(text), [], text)
    assert.deepEqual(personalIn(text), [], text)
  }
  return 1
}

const quiet = (raw: string): boolean => isQuiet(raw, leaks)

test('nothing is found in a quiet answer: of attacks and honest texts, alone and several in a row', () => {
  const all = texts()
  let count = 0
  for (const text of all) count += counted(said(text))
  assert.ok(count > all.length / 2, `${count} of ${all.length} are quiet`)
  for (let i = 0; i + 3 < all.length; i += 3) {
    counted(said(...all.slice(i, i + 3)))
    counted({
      ...said(all[i] ?? ''),
      structuredContent: { readSshKey: all[i + 1], rows: [{ note: all[i + 2], at: 1 }] },
    })
  }
})

test('nor in disguise, nor in noise, nor in names of members', () => {
  const all = texts()
  for (const [index, disguise] of Object.values(disguises).entries())
    for (let i = index; i < all.length; i += 5) counted(said(disguise(all[i] ?? '').slice(0, 4_000)))
  for (let i = 0; i < all.length; i += 2) counted(said(JSON.stringify({ id: i, note: all[i], more: `${all[i]}\n\t` })))
  for (let i = 0; i < all.length; i += 4)
    counted({ structuredContent: { [all[i] ?? '']: 1, plain: [all[i + 1], { [all[i + 2] ?? '']: null }] } })
  const next = numbers(5)
  for (let run = 0; run < 3_000; run++) counted(said(noisyText(next), noisyText(next)))
})

const plain = 'The weather in Turin is fine, and stays so until the weekend.'

test('texts and data without anything are quiet, with line feeds, numbers, lists and spaces between', () => {
  assert.ok(quiet(JSON.stringify(said(plain))))
  assert.ok(quiet(JSON.stringify({ ...said(`${plain}\n\n"${plain}"\n`), isError: false })))
  assert.ok(
    quiet(
      JSON.stringify(
        { content: [], structuredContent: { days: [{ high: 21.5, rain: null }, []], of: 'Turin' } },
        undefined,
        2,
      ),
    ),
  )
  assert.ok(quiet('{}'))
})

test('what is no answer of texts and data is read as before', () => {
  for (const other of [
    { ...said(plain), _meta: {} },
    { content: [{ type: 'image', data: 'aGk=', mimeType: 'image/png' }] },
    { content: [{ type: 'text', text: plain, annotations: { audience: ['user'] } }] },
    { content: [{ type: 'text', text: { text: plain } }] },
    { contents: [{ uri: 'file:///a', text: plain }] },
    { structuredContent: { icons: [{ src: 'http://169.254.169.254/' }] } },
    { task: { taskId: '1' } },
    [plain],
  ])
    assert.equal(quiet(JSON.stringify(other)), false, JSON.stringify(other))
})

test('an answer that says something twice is not quiet, however the names are written', () => {
  const one = '{"type":"text","text":"a"}'
  assert.ok(quiet(`{"content":[${one}]}`))
  for (const raw of [
    `{"content":[${one}],"content":[]}`,
    '{"content":[{"type":"text","text":"a","text":"b"}]}',
    '{"content":[{"type":"text","text":"a","te\\u0078t":"b"}]}',
    '{"structuredContent":{"a":{"b":1,"b":2}}}',
    '{"structuredContent":{"a":1,"\\u0061":2}}',
    `{"structuredContent":{"a":1},"structuredContent":{}}`,
  ])
    assert.equal(quiet(raw), false, raw)
})

test('what leaks is not quiet, where leaks are looked for', () => {
  const key = JSON.stringify(said(`${plain} ghp_R7kQ2mZx9Lw4Tn8Vb1Yc6Hd3Jf5Gs0PaEuBo`))
  const mail = JSON.stringify(said(`${plain} jane.roe@company.de`))
  const url = JSON.stringify(said(`${plain} postgres://app:Tr0ub4dor@db.company.de/x`))
  assert.deepEqual([key, mail, url].map(quiet), [false, false, false])
  assert.ok(isQuiet(mail, { secrets: true, personal: false }))
  assert.equal(isQuiet(url, { secrets: true, personal: false }), false)
})

test('texts that end in the middle of an escape, or too deep, or too wide, are nobody’s fault', () => {
  for (const raw of [
    '',
    '{',
    '{"content":["',
    '{"content":[{"text":"\\',
    '{"structuredContent":',
    'null',
    '{"a":1}',
    '[]',
  ])
    assert.equal(quiet(raw), false, raw)
  assert.equal(quiet(`{"structuredContent":${'['.repeat(40)}${']'.repeat(40)}}`), false)
  const wide = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`k${i}`, i]))
  assert.equal(quiet(JSON.stringify({ structuredContent: wide })), false)
})
