// People connect their accounts at servers that want a login of their own, and each works in their own name from then on.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { ElicitationCompleteNotificationSchema, UrlElicitationRequiredError } from '@modelcontextprotocol/sdk/types.js'
import { eventually } from '../../support/gateway.ts'
import { Browser } from '../oauth-facade/browser.ts'
import { connect, Memory, world } from '../oauth-facade/world.ts'
import { protectedServer } from './protected.ts'

async function stage(t: TestContext) {
  const [notes, tasks] = [await protectedServer(t), await protectedServer(t)]
  const made = await world(t, import.meta.dirname)
  const start = () => made.start([], { NOTES: notes.url, TASKS: tasks.url })
  return { ...made, notes, tasks, start }
}

const names = async (client: Client): Promise<string[]> => (await client.listTools()).tools.map(({ name }) => name)

async function said(client: Client, name: string): Promise<{ text: string; isError: boolean }> {
  const { content, isError } = await client.callTool({ name, arguments: {} })
  const [first] = Array.isArray(content) ? content : []
  return { text: String(first?.text), isError: isError === true }
}

const linkIn = (text: string): string => /https?:\/\/\S+/.exec(text)?.[0] ?? assert.fail(text)

test('a person connects accounts once, and a restart changes nothing', async (t) => {
  const { url, notes, start } = await stage(t)
  const first = await start()
  const [alice, browser] = [new Memory(), new Browser()]
  const client = await connect(t, url, alice, { browser, user: 'alice' })
  assert.deepEqual(await names(client), ['notes_connect', 'tasks_connect'])
  const refused = await said(client, 'notes_connect')
  assert.equal(refused.isError, true)
  assert.match(refused.text, /Connect your account at notes and tasks/)
  await browser.connected(linkIn(refused.text), 'alice')
  const listed = await eventually(async () => {
    const now = await names(client)
    return now.includes('notes_whoami') && now.includes('tasks_whoami') && now
  }, first.said)
  assert.deepEqual(listed, ['notes_whoami', 'notes_only_alice', 'tasks_whoami', 'tasks_only_alice'])
  assert.deepEqual(await said(client, 'notes_whoami'), { text: 'whoami of alice', isError: false })
  await client.close()
  assert.equal(await first.stop(), 0)
  await start()
  const logins = notes.asked.filter((line) => line === 'GET /auth').length
  const again = await connect(t, url, alice)
  assert.deepEqual(await said(again, 'notes_whoami'), { text: 'whoami of alice', isError: false })
  assert.equal(notes.asked.filter((line) => line === 'GET /auth').length, logins, 'nobody had to log in again')
})

test('somebody else’s link opens nothing, whoever sends it (row 59)', async (t) => {
  const { url, notes, start } = await stage(t)
  await start()
  const [mallory, alice] = [new Browser(), new Browser()]
  const client = await connect(t, url, new Memory(), { browser: mallory, user: 'mallory' })
  const link = linkIn((await said(client, 'notes_connect')).text)
  // Without the rule: Alice follows the link, logs in at the server as herself, and Mallory's calls act in her name from then on.
  const page = await alice.connected(link, 'alice')
  assert.equal(page.status, 403)
  assert.match(page.text, /not for you/)
  assert.ok(!notes.asked.some((line) => line.includes('/auth')), 'the server has heard of nobody')
  assert.equal((await said(client, 'notes_connect')).isError, true)
  // It was not used up by that, and it opens once.
  assert.match((await mallory.connected(link, 'mallory')).text, /You are connected/)
  assert.equal((await mallory.connected(link, 'mallory')).status, 403)
})

test('a client that opens links is told of them, and of their end', async (t) => {
  const { url, start } = await stage(t)
  await start()
  const browser = new Browser()
  const capabilities = { elicitation: { url: {} } }
  const client = await connect(t, url, new Memory(), { browser, user: 'alice', capabilities })
  const completed: unknown[] = []
  client.setNotificationHandler(ElicitationCompleteNotificationSchema, ({ params }) => {
    completed.push(params.elicitationId)
  })
  const thrown = await client.callTool({ name: 'tasks_connect', arguments: {} }).catch((error: unknown) => error)
  assert.ok(thrown instanceof UrlElicitationRequiredError)
  const [asked, more] = thrown.elicitations
  assert.equal(more, undefined, 'one ask for all')
  assert.match(asked?.message ?? '', /tasks and notes/)
  await browser.connected(asked?.url ?? '', 'alice')
  await eventually(
    () => completed.includes(asked?.elicitationId),
    () => `heard of ${completed.join()}`,
  )
  assert.deepEqual(await said(client, 'tasks_whoami'), { text: 'whoami of alice', isError: false })
})

test('what one person is shown is not shown to others; what two are shown alike is', async (t) => {
  const { url, start } = await stage(t)
  const gateway = await start()
  const people = await Promise.all(
    ['alice', 'bob', 'carol'].map(async (user) => {
      const browser = new Browser()
      return { user, browser, client: await connect(t, url, new Memory(), { browser, user }) }
    }),
  )
  const [alice, bob, carol] = people
  assert.ok(alice && bob && carol)
  const connects = async ({ user, browser, client }: typeof alice): Promise<void> => {
    await browser.connected(linkIn((await said(client, 'notes_whoami')).text), user)
    await eventually(async () => (await names(client)).includes(`notes_only_${user}`), gateway.said)
  }
  await connects(alice)
  assert.deepEqual(await names(bob.client), ['notes_connect', 'tasks_connect'])
  await connects(bob)
  assert.ok(!(await names(bob.client)).includes('notes_only_alice'))
  assert.deepEqual(await said(bob.client, 'notes_whoami'), { text: 'whoami of bob', isError: false })
  // Two have been shown it: it is nobody's own.
  const listed = await eventually(async () => {
    const now = await names(carol.client)
    return now.includes('notes_whoami') && now.includes('tasks_whoami') && now
  }, gateway.said)
  assert.deepEqual(listed, ['notes_whoami', 'tasks_whoami'])
  assert.match((await said(carol.client, 'notes_whoami')).text, /Connect your account at notes and tasks to go on/)
  assert.equal((await said(alice.client, 'notes_only_alice')).text, 'only_alice of alice')
})
