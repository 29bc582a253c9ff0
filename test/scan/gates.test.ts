// The gates of the scan on labelled definitions (reference/security.md §2.7): shares that must be found, false alarms that must not be.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scanDefinition } from '../../src/scan/scan.ts'
import { corpusIsThere, type Entry, entries, findingsOf, HIGH, isChange, isFound, MEDIUM, worst } from './corpus.ts'
import { disguises } from './disguises.ts'

const options = corpusIsThere ? {} : { skip: 'the labelled definitions do not lie beside this repository' }

interface Scanned {
  readonly entry: Entry
  readonly level: number
  readonly found: boolean
}

const made: { scanned: readonly Scanned[] | undefined } = { scanned: undefined }

const scanned = (): readonly Scanned[] =>
  (made.scanned ??= entries()
    .filter((entry) => !isChange(entry))
    .map((entry) => {
      const findings = findingsOf(entry)
      return { entry, level: worst(findings), found: isFound(entry, findings) }
    }))

/** Share in percent, and the ids that are missing from it. */
function share(of: readonly Scanned[], holds: (each: Scanned) => boolean): { percent: number; rest: string } {
  const rest = of.filter((each) => !holds(each))
  return { percent: (100 * (of.length - rest.length)) / of.length, rest: rest.map(({ entry }) => entry.id).join(' ') }
}

function atLeast(percent: number, of: readonly Scanned[], holds: (each: Scanned) => boolean): void {
  assert.ok(of.length > 0, 'nothing to look at')
  const is = share(of, holds)
  assert.ok(is.percent >= percent, `${is.percent.toFixed(1)} % of ${of.length}, not ${percent} %: ${is.rest}`)
}

const attacks = (kind: Entry['kind'], tier: Entry['tier']): readonly Scanned[] =>
  scanned().filter(({ entry }) => entry.label === 'malicious' && entry.kind === kind && entry.tier === tier)
const honest = (): readonly Scanned[] => scanned().filter(({ entry }) => entry.label === 'benign')
const found = ({ found: is }: Scanned): boolean => is
const blocks = ({ level }: Scanned): boolean => level >= HIGH

test('poisoned tools: 95 of 100 are found, 70 blocked, and 40 of those that avoid every plain word', options, () => {
  const core = attacks('tool', 'core')
  atLeast(95, core, found)
  atLeast(70, core, blocks)
  atLeast(40, attacks('tool', 'hard'), found)
})

test('poisoned answers, prompts and servers are found: 90, 85 and 95 of 100', options, () => {
  atLeast(90, attacks('result', 'core'), found)
  atLeast(85, attacks('prompt', 'core'), found)
  atLeast(95, attacks('server', 'core'), found)
})

test('of honest definitions at most 2 in 1,000 are blocked and 2 in 100 warned of', options, () => {
  atLeast(99.8, honest(), ({ level }) => level < HIGH)
  atLeast(98, honest(), ({ level }) => level < MEDIUM)
  atLeast(
    90,
    honest().filter(({ entry }) => entry.hard === true),
    ({ level }) => level < MEDIUM,
  )
})

test('no definition of a well-known server is blocked', options, () => {
  const known =
    /^(?:github\/|modelcontextprotocol\/servers|microsoft\/playwright|upstash\/context7|hashicorp\/|mongodb-js\/|cloudflare\/|sooperset\/|firecrawl\/|supabase|awslabs\/)/
  const theirs = honest().filter(({ entry }) => known.test(entry.server ?? entry.source))
  assert.ok(theirs.length > 100)
  atLeast(100, theirs, ({ level }) => level < HIGH)
})

test('what rules define is found without exception: schemas, characters, icons, headers, secrets', options, () => {
  const defined =
    /^(?:schema\/|obfuscation\/(?:unicode|tag-block|bidi|ansi|zero-width)|tool-poisoning\/icon|squatting\/(?:homoglyph|invisible)|secret-leak|pii-leak)/
  atLeast(
    100,
    scanned().filter(
      ({ entry }) =>
        entry.label === 'malicious' &&
        entry.tier === 'core' &&
        (defined.test(entry.category) || entry.expect === 'redact'),
    ),
    found,
  )
})

test('fourteen disguises cost at most 10 of 100 attacks in English', options, () => {
  const bare = ({ name }: Entry['definition'], description: string): number =>
    worst(scanDefinition({ name, description, inputSchema: { type: 'object' } }, 'tool').findings)
  const english = attacks('tool', 'core').filter(({ entry }) => {
    const { description } = entry.definition
    return (
      entry.lang === undefined &&
      !/^(?:obfuscation|schema)/.test(entry.category) &&
      typeof description === 'string' &&
      bare(entry.definition, description) >= MEDIUM
    )
  })
  for (const [name, change] of Object.entries(disguises)) {
    const lost = english.filter(
      ({ entry }) => bare(entry.definition, change(String(entry.definition['description']))) < MEDIUM,
    )
    assert.ok(lost.length <= english.length * 0.1, `${name}: ${lost.length} of ${english.length}`)
  }
})

test('every finding points into the string that it names', options, () => {
  for (const entry of entries().filter(
    ({ label, definition }) => label === 'malicious' && !('servers' in definition) && !('before' in definition),
  ))
    for (const { path, start, end } of findingsOf(entry)) {
      const named = path.split('/').at(-1)?.replaceAll('~1', '/').replaceAll('~0', '~') ?? ''
      const value = path === '' ? '' : valueAt(entry.definition, path)
      const length = typeof value === 'string' ? Math.max(value.length, named.length) : named.length
      assert.ok(start >= 0 && start <= end && end <= length, `${entry.id}: ${path} ${start}–${end} of ${length}`)
    }
})

function valueAt(definition: unknown, path: string): unknown {
  let value: unknown = definition
  for (const step of path.split('/').slice(1)) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~')
    value = typeof value === 'object' && value !== null ? Object.getOwnPropertyDescriptor(value, key)?.value : undefined
  }
  return value
}
