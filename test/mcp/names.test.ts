// Exposed names: one for each thing, the same whatever else is there, never too long.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { targetName } from '../../src/core/brand.ts'
import { exposeNames, type Named, nameLimit } from '../../src/mcp/names.ts'

const named = (target: string, ...names: string[]): Named => ({ target: targetName(target), names })
const exposed = (targets: readonly Named[], mode: 'conditional' | 'always' | 'never' = 'conditional') =>
  exposeNames(targets, mode).exposed.map((each) => each.exposed)

test('a lone target keeps its names, whatever they look like', () => {
  const odd = ['ok', 'with.dot', 'ünïcode', 'x'.repeat(200)]
  assert.deepEqual(exposed([named('a', ...odd)]), odd)
})

test('several targets carry their name, and a lone one does when told to', () => {
  assert.deepEqual(exposed([named('a', 'x', 'y'), named('b', 'x')]), ['a_x', 'a_y', 'b_x'])
  assert.deepEqual(exposed([named('a', 'x')], 'always'), ['a_x'])
})

test('without prefixes the first target in order keeps a name and the later one is reported', () => {
  const map = exposeNames([named('a', 'x', 'y'), named('b', 'y', 'z')], 'never')
  assert.deepEqual(
    map.exposed.map((each) => [each.target, each.exposed]),
    [
      ['a', 'x'],
      ['a', 'y'],
      ['b', 'z'],
    ],
  )
  assert.deepEqual(map.dropped, [{ target: 'b', name: 'y', owner: 'a' }])
})

test('long names and names that providers refuse get a short form that cannot be mistaken', () => {
  const [dotted = '', long = ''] = exposed([named('a', 'do.it', 'n'.repeat(80)), named('b', 'x')])
  assert.match(dotted, /^a_do_it_[0-9a-f]{6}$/)
  assert.match(long, /^a_n{55}_[0-9a-f]{6}$/)
  assert.equal(long.length, nameLimit)
})

test('a target cannot take the short form of another target by naming a tool so', () => {
  const victim = named('b.c', 'pay')
  const [wanted = ''] = exposed([victim, named('z', 'x')])
  assert.ok(wanted.startsWith('b_'))
  const squatter = named('b', wanted.slice(2))
  const map = exposeNames([squatter, victim], 'conditional')
  const owner = map.exposed.find((each) => each.exposed === wanted)
  assert.equal(owner?.target, 'b.c')
  assert.equal(map.exposed.length, 2, 'the other one is still there under another name')
})

const targetNames = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,10}[a-z0-9])?(\.[a-z0-9]{1,4})?$/)
const toolNames = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9_-]{1,20}$/),
  fc.stringMatching(/^[A-Za-z0-9_.-]{1,90}$/),
  fc.string({ minLength: 1, maxLength: 90 }),
)
const federations = fc.uniqueArray(
  fc.record({ target: targetNames.map(targetName), names: fc.uniqueArray(toolNames, { maxLength: 6 }) }),
  { selector: (each) => each.target, minLength: 2, maxLength: 5 },
)

test('every name has one exposed form and every exposed form one owner', () => {
  fc.assert(
    fc.property(federations, fc.constantFrom('always', 'conditional'), (targets, mode) => {
      const map = exposeNames(targets, mode)
      assert.equal(new Set(map.exposed.map((each) => each.exposed)).size, map.exposed.length)
      assert.deepEqual(map.dropped, [])
      assert.deepEqual(
        map.exposed.map((each) => [each.target, each.name]),
        targets.flatMap(({ target, names }) => names.map((name) => [target, name])),
      )
    }),
  )
})

test('every exposed name is short and holds only what all providers take', () => {
  fc.assert(
    fc.property(federations, fc.constantFrom('always', 'conditional', 'never'), (targets, mode) => {
      for (const each of exposeNames(targets, mode).exposed) assert.match(each.exposed, /^[A-Za-z0-9_-]{1,64}$/)
    }),
  )
})

test('names stay what they are when targets and tools come or go', () => {
  fc.assert(
    fc.property(federations, federations, (first, others) => {
      const known = new Set(first.map(({ target }) => target))
      const more = [...others.filter(({ target }) => !known.has(target)), ...first].map((each) => ({
        ...each,
        names: [...new Set(['added', ...each.names])],
      }))
      const before = new Map(
        exposeNames(first, 'conditional').exposed.map((e) => [`${e.target}\0${e.name}`, e.exposed]),
      )
      for (const each of exposeNames(more, 'conditional').exposed) {
        const was = before.get(`${each.target}\0${each.name}`)
        if (was !== undefined) assert.equal(each.exposed, was)
      }
    }),
  )
})
