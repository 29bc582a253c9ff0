// Labels of tools, guessed from what servers say about them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../src/core/item.ts'
import { labelsOf } from '../../src/scan/labels.ts'
import { scanServers } from '../../src/scan/scan.ts'

const tool = (name: string, description: string, more: JsonObject = {}): JsonObject => ({ name, description, ...more })
const labels = (name: string, description: string, more: JsonObject = {}): readonly string[] => [
  ...labelsOf(tool(name, description, more)),
]

test('tools that read what strangers wrote, what is private, and what both is', () => {
  assert.deepEqual(labels('open_page', 'Opens a web page and returns its text.'), ['untrusted-input'])
  assert.deepEqual(labels('find_customer', 'Finds a customer by name.'), ['private-data'])
  assert.deepEqual(labels('list_inbox', 'Lists the newest mails.'), ['untrusted-input', 'private-data'])
  assert.deepEqual(labels('lookup', 'Looks a word up.', { annotations: { openWorldHint: true } }), ['untrusted-input'])
})

test('tools that send, by their verb or by their form', () => {
  assert.deepEqual(labels('publish_post', 'Publishes a post on the public blog.'), ['external-send'])
  const form = { inputSchema: { type: 'object', properties: { to: {}, subject: {}, body: {} } } }
  assert.deepEqual(labels('telegraph', 'Carries words over a wire.', form), ['external-send'])
  assert.deepEqual(labels('reply', 'Replies to a customer.', { annotations: { readOnlyHint: true } }), [])
})

test('whoever runs commands can do everything', () => {
  assert.deepEqual(labels('run_command', 'Runs a command.'), ['code-exec', 'private-data', 'external-send'])
  assert.deepEqual(labels('remove_branch', 'Removes a branch.'), ['destructive'])
})

test('tools that compute get none', () => {
  assert.deepEqual(labels('add', 'Adds two numbers.'), [])
  assert.deepEqual(labels('convert_unit', 'Converts metres to feet.'), [])
  assert.deepEqual(labels('sendgrid_status', 'Says whether the service is up.'), [])
  assert.deepEqual(labelsOf({ name: 7, description: [], inputSchema: 'x', annotations: 1 }), new Set())
})

test('TF-801: three legs over three servers are reported at the way out, as a note', () => {
  const web = { name: 'web', tools: [tool('open_page', 'Opens a web page and returns its text.')] }
  const crm = { name: 'crm', tools: [tool('find_customer', 'Finds a customer by name.')] }
  const chat = {
    name: 'chat',
    tools: [tool('clock', 'Tells the time.'), tool('send_sms', 'Sends an SMS to any number.')],
  }
  const { verdict, findings } = scanServers([web, crm, chat])
  assert.equal(verdict, 'pass')
  const [flow] = findings.filter(({ rule }) => rule === 'TF-801')
  assert.equal(flow?.path, '/servers/2/tools/1')
  assert.equal(flow?.evidence, 'web.open_page + crm.find_customer -> chat.send_sms')
  for (const two of [
    [web, crm],
    [web, chat],
    [crm, chat],
  ])
    assert.equal(
      scanServers(two).findings.some(({ rule }) => rule === 'TF-801'),
      false,
    )
})
