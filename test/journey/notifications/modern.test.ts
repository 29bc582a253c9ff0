// The same for clients of 2026-07-28, which hear what they have asked to hear of.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { count, heardBy, modern, teams } from './people.ts'

const TOOLS = 'notifications/tools/list_changed'
const UPDATED = 'notifications/resources/updated'
const MESSAGE = 'notifications/message'
const WATCHED = 'shared+test://watched-resource'

test('clients of 2026-07-28 hear what they have asked to hear of, by the same rules', async (t) => {
  const { gateway, world, reload } = await teams(t)
  const [alice, bob, idle] = [
    await modern(t, gateway, 'alice'),
    await modern(t, gateway, 'bob'),
    await modern(t, gateway, 'alice'),
  ]
  const all = [alice, bob, idle]
  const counts = (method: string): number[] => all.map((one) => count(one, method))
  for (const each of all) await each.tools()
  await alice.watchTools()
  await bob.watchTools()
  await bob.watch(WATCHED)
  world.change('tools')
  await heardBy([alice], TOOLS)
  assert.deepEqual(counts(TOOLS), [1, 0, 0])
  world.touch('test://watched-resource')
  await heardBy([bob], UPDATED)
  assert.deepEqual(counts(UPDATED), [0, 1, 0])
  await bob.log()
  for (const each of all) await each.call('shared_test_logging_tool')
  await heardBy([bob], MESSAGE)
  assert.deepEqual(counts(MESSAGE), [0, 1, 0])
  for (const each of all) await each.tools()
  await reload((yaml) => yaml.replace('apiKey.team == "red"', 'apiKey.user in ["alice", "bob"]'))
  await heardBy([bob], TOOLS)
  assert.deepEqual(counts(TOOLS), [1, 1, 0], 'bob gains a tool, alice keeps hers')
  world.touch('test://watched-resource')
  await heardBy([bob], UPDATED, 2)
  assert.deepEqual(counts(UPDATED), [0, 2, 0])
})
