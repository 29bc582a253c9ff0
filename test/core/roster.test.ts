import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Roster } from '../../src/core/roster.ts'

const member = (name: number) => ({ name, seat: -1 })

test('a roster holds what a set would, whatever comes and goes', () => {
  const members = Array.from({ length: 8 }, (_, name) => member(name))
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(7), fc.boolean())), (steps) => {
      const [roster, set] = [new Roster<ReturnType<typeof member>>(), new Set<ReturnType<typeof member>>()]
      for (const each of members) each.seat = -1
      for (const [index, comes] of steps) {
        const one = members[index] ?? member(-1)
        if (comes) {
          roster.add(one)
          set.add(one)
        } else {
          roster.delete(one)
          set.delete(one)
        }
        assert.equal(roster.size, set.size)
        assert.deepEqual(new Set(roster.all()), set)
      }
      for (const one of set) assert.equal(roster.all()[one.seat], one)
    }),
  )
})

test('members may leave while all are visited', () => {
  const roster = new Roster<ReturnType<typeof member>>()
  for (const one of [member(1), member(2), member(3)]) roster.add(one)
  const seen = roster.all().map((one) => {
    roster.delete(one)
    return one.name
  })
  assert.deepEqual(seen, [1, 2, 3])
  assert.equal(roster.size, 0)
})
