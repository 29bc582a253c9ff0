// What is said unasked reaches exactly those who may hear it: several people, several sessions of each, rules that tell them apart.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { count, heardBy, type Listener, listener, teams } from './people.ts'

const TOOLS = 'notifications/tools/list_changed'
const PROMPTS = 'notifications/prompts/list_changed'
const UPDATED = 'notifications/resources/updated'
const MESSAGE = 'notifications/message'
const PROGRESS = 'notifications/progress'
const WATCHED = 'shared+test://watched-resource'

/** Everybody has read the lists: of what nobody has read there is no news. */
const haveRead = (all: readonly Listener[]) =>
  Promise.all(all.map(({ client }) => Promise.all([client.listTools(), client.listPrompts()])))

const counts = (all: readonly { readonly heard: Listener['heard'] }[], method: string): number[] =>
  all.map((one) => count(one, method))

test('notifications reach those who may hear them', async (t) => {
  const { gateway, world, reload } = await teams(t)
  const [alice, again, carol, bob] = [
    await listener(t, gateway, 'alice'),
    await listener(t, gateway, 'alice'),
    await listener(t, gateway, 'carol'),
    await listener(t, gateway, 'bob'),
  ]
  const all = [alice, again, carol, bob]
  const forget = (): void => all.forEach(({ heard }) => heard.splice(0))
  const call = ({ client }: Listener, name: string) => client.callTool({ name, arguments: {} })
  await haveRead(all)
  // Own processes take their time; until they have listed, the common list stands in, and then the own one is news.
  for (const each of all) await call(each, 'own_test_simple_text')
  await delay(1_500)
  await haveRead(all)
  forget()

  await t.test('a list that changes for one team is news to that team only, in each of its sessions', async () => {
    world.change('tools')
    await heardBy([alice, again, carol], TOOLS)
    assert.deepEqual(counts(all, TOOLS), [1, 1, 1, 0])
    assert.deepEqual(counts(all, PROMPTS), [0, 0, 0, 0])
    world.change('prompts')
    await heardBy([bob], PROMPTS)
    assert.deepEqual(counts(all, PROMPTS), [0, 0, 0, 1])
    const names = async ({ client }: Listener) => (await client.listTools()).tools.map(({ name }) => name)
    assert.ok((await names(alice)).includes('shared_test_fleeting'))
    assert.ok(!(await names(bob)).includes('shared_test_fleeting'))
    forget()
  })

  await t.test('what changes for one caller is news to that caller’s sessions only', async () => {
    await call(alice, 'own_test_trigger_tool_change')
    await heardBy([alice, again], TOOLS)
    assert.deepEqual(counts(all, TOOLS), [1, 1, 0, 0])
    await call(bob, 'own_test_trigger_tool_change')
    await heardBy([bob], TOOLS)
    assert.deepEqual(counts(all, TOOLS), [1, 1, 0, 1])
    forget()
  })

  await t.test('progress reaches the call that asked for it, though all of them chose the same token', async () => {
    const asking = (each: Listener) =>
      each.client.callTool({ name: 'shared_test_tool_with_progress', arguments: {}, _meta: { progressToken: 7 } })
    await Promise.all([asking(alice), asking(bob)])
    assert.deepEqual(counts(all, PROGRESS), [3, 0, 0, 3])
    for (const { heard } of [alice, bob])
      assert.deepEqual(
        heard.map(({ params }) => [params['progressToken'], params['progress']]),
        [
          [7, 0],
          [7, 50],
          [7, 100],
        ],
      )
    await call(carol, 'shared_test_tool_with_progress')
    assert.deepEqual(counts(all, PROGRESS), [3, 0, 0, 3], 'who does not ask hears nothing')
    forget()
  })

  await t.test(
    'an update of a resource reaches the sessions that have subscribed, until they take it back',
    async () => {
      await alice.client.subscribeResource({ uri: WATCHED })
      await bob.client.subscribeResource({ uri: WATCHED })
      world.touch('test://watched-resource')
      await heardBy([alice, bob], UPDATED)
      assert.deepEqual(counts(all, UPDATED), [1, 0, 0, 1])
      assert.deepEqual(alice.heard[0]?.params['uri'], WATCHED)
      await alice.client.unsubscribeResource({ uri: WATCHED })
      world.touch('test://watched-resource')
      await heardBy([bob], UPDATED, 2)
      assert.deepEqual(counts(all, UPDATED), [1, 0, 0, 2])
      forget()
    },
  )

  await t.test('log messages come at the level that the session has set, and to nobody else', async () => {
    await alice.client.setLoggingLevel('debug')
    await again.client.setLoggingLevel('error')
    for (const each of [alice, again, carol]) await call(each, 'shared_test_logging_tool')
    await heardBy([alice], MESSAGE)
    assert.deepEqual(counts([alice, again, bob], MESSAGE), [1, 0, 0])
    assert.equal(alice.heard[0]?.params['logger']?.toString().split('/')[0], 'shared')
    forget()
  })

  await t.test(
    'after a reload lists are news to those to whom they read differently, and what was wished for holds',
    async () => {
      await haveRead(all)
      await reload((yaml) => yaml.replace('apiKey.team == "red"', 'apiKey.user == "bob"'))
      await heardBy(all, TOOLS)
      assert.deepEqual(counts(all, TOOLS), [1, 1, 1, 1], 'alice and carol lose the tool, bob gains it')
      await haveRead(all)
      forget()
      await reload((yaml) => yaml.replace('apiKey.team == "blue"', 'apiKey.user == "carol"'))
      await heardBy([carol, bob], PROMPTS)
      assert.deepEqual(
        [counts(all, TOOLS), counts(all, PROMPTS)],
        [
          [0, 0, 0, 0],
          [0, 0, 1, 1],
        ],
      )
      forget()
      world.touch('test://watched-resource')
      await heardBy([bob], UPDATED)
      await call(alice, 'shared_test_logging_tool')
      await call(again, 'shared_test_logging_tool')
      await heardBy([alice], MESSAGE)
      assert.deepEqual(
        [counts(all, UPDATED), counts([alice, again], MESSAGE)],
        [
          [0, 0, 0, 1],
          [1, 0],
        ],
      )
      forget()
    },
  )
})
