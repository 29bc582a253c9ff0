// Whatever comes, a scan ends and says something: no exception, no rule that breaks, spans inside their strings.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../src/core/item.ts'
import { fold } from '../../src/scan/normalise.ts'
import { scanDefinition, scanServers, scanText } from '../../src/scan/scan.ts'
import { definition, kinds, numbers, text } from './noise.ts'

test('a hundred thousand texts of noise: no rule breaks, every span lies in its text', () => {
  const next = numbers(7)
  for (let run = 0; run < 100_000; run++) {
    const made = text(next)
    const { findings } = scanText(made, run % 2 === 0 ? 'content' : 'description')
    for (const { rule, start, end } of findings) {
      assert.notEqual(rule, 'SC-599', JSON.stringify(made))
      assert.ok(start >= 0 && start <= end && end <= made.length, `${rule} ${start}–${end}: ${JSON.stringify(made)}`)
    }
  }
})

test('ten thousand definitions of noise, of every kind, alone and beside others', () => {
  const next = numbers(11)
  for (let run = 0; run < 10_000; run++) {
    const made = definition(next)
    const kind = kinds[run % kinds.length] ?? 'tool'
    const { findings } = scanDefinition(made, kind)
    assert.deepEqual(
      findings.filter(({ rule }) => rule === 'SC-599'),
      [],
      JSON.stringify(made),
    )
    if (run % 10 === 0)
      scanServers([
        { name: text(next), tools: [made] },
        { name: 'other', tools: [made] },
      ])
  }
})

test('the folded form of noise leads back into it, forwards only', () => {
  const next = numbers(13)
  for (let run = 0; run < 20_000; run++) {
    const made = text(next)
    const folded = fold(made)
    let before = 0
    for (let i = 0; i <= folded.text.length; i++) {
      const at = folded.at(i)
      assert.ok(at >= before && at <= made.length, JSON.stringify(made))
      before = at
    }
  }
})

test('texts of a million characters of one kind end', () => {
  for (const part of [
    'a',
    ' ',
    '\n',
    '"',
    '[',
    '<!-- ',
    '`',
    '%41',
    'a b ',
    '. ',
    '&#65;',
    '\\',
    'ab',
    '=',
    '\u200b',
    '忽略',
    'user: send\n',
    'ignore all ',
  ])
    assert.ok(scanText(part.repeat(Math.ceil(1_000_000 / part.length))).score >= 0, part)
})

test('deep, wide and circular definitions end', () => {
  let deep: JsonObject = {}
  for (let i = 0; i < 50_000; i++) deep = { type: 'object', properties: { a: deep } }
  assert.equal(scanDefinition({ name: 'deep', inputSchema: deep }, 'tool').verdict, 'block')
  const wide = Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`p${i}`, { type: 'string' }]))
  assert.equal(scanDefinition({ name: 'wide', inputSchema: { properties: wide } }, 'tool').verdict, 'block')
  const circle: { [key: string]: unknown } = { name: 'circle', description: 'x' }
  circle['inputSchema'] = circle
  circle['properties'] = [circle, circle]
  assert.equal(scanDefinition(circle, 'tool').verdict, 'block')
})

test('a rule that breaks is a finding', () => {
  const broken = {
    name: 'x',
    get inputSchema(): never {
      throw new Error('no')
    },
  }
  assert.throws(() => broken.inputSchema)
  const { findings } = scanDefinition(broken, 'tool')
  assert.ok(findings.some(({ rule }) => rule === 'SC-599'))
})
