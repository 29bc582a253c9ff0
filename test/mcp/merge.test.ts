// Lists of several targets as one: the quick way, part by part, and the long way, name by name, make the same list.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { rawJson, targetName } from '../../src/core/brand.ts'
import { type Contribution, merge } from '../../src/mcp/merge.ts'

const listing = (names: readonly string[]): Contribution['listing'] => ({
  offers: names.map((name) => ({ name, raw: rawJson(JSON.stringify({ name, description: `does ${name}` })) })),
  pages: [],
  extra: '',
})

const name = fc.oneof(fc.constantFrom('a', 'b', 'b_c', 'c', 'x_a'), fc.string({ minLength: 1, maxLength: 80 }))

test('a list made of ready parts is the list that deciding each name makes', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uniqueArray(name, { maxLength: 6 }), { minLength: 1, maxLength: 4 }),
      fc.constantFrom('conditional', 'always', 'never'),
      fc.integer({ min: 1, max: 20 }),
      (targets, prefixMode, most) => {
        const contributions = targets.map((names, i) => ({
          target: targetName('ax'.slice(i % 2) + i),
          listing: listing(names),
        }))
        const reports = (admits?: () => boolean) => {
          const dropped: string[] = []
          const made = merge('tool', contributions, {
            prefixMode,
            most,
            admits,
            dropped: (item, reason) => dropped.push(`${item.target} ${item.name} ${reason}`),
          })
          return { ...made, byExposed: [...made.byExposed], dropped }
        }
        assert.deepEqual(
          reports(),
          reports(() => true),
        )
      },
    ),
  )
})

test('the parts of unchanged targets stay the same objects when another one changes', () => {
  const [a, b] = [targetName('a'), targetName('b')]
  const kept = listing(['one', 'two'])
  const options = { prefixMode: 'conditional', most: 100, dropped: () => assert.fail('nothing is left out') } as const
  const before = merge(
    'tool',
    [
      { target: a, listing: kept },
      { target: b, listing: listing(['x']) },
    ],
    options,
  )
  const after = merge(
    'tool',
    [
      { target: a, listing: kept },
      { target: b, listing: listing(['y']) },
    ],
    options,
  )
  assert.equal(after.byExposed.get('a_one'), before.byExposed.get('a_one'))
  assert.deepEqual(
    after.entries.map(({ exposed }) => exposed),
    ['a_one', 'a_two', 'b_y'],
  )
})
