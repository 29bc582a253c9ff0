import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rawJson, targetName } from '../../src/core/brand.ts'
import type { ServerItem } from '../../src/mcp/admissions.ts'
import { ambiguity } from '../../src/mcp/ambiguity.ts'
import { contextOf } from '../../src/policy/context.ts'
import { compileProgram } from '../../src/policy/policy.ts'
import { rulesOf } from '../policy/stage.ts'
import { errorOf, exchange, FakeClient, federate, result, Server, valueOf } from './upstreams.ts'

const item = (kind: ServerItem['kind'], name: string): ServerItem => ({ kind, target: targetName('a'), name })

test('members named twice are unclear, wherever they are', () => {
  const tool = item('tool', 'x')
  for (const text of [
    '{"name":"x","name":"y"}',
    '{"name":"x","NAME":"y"}',
    '{"name":"x","arguments":{"a":[{"b":1,"b":2}]}}',
  ])
    assert.equal(ambiguity(tool, rawJson(text)), 'a member is named twice', text)
  assert.equal(ambiguity(tool, rawJson('{"name":"x","arguments":{"name":"x","Name":"y"}}')), undefined)
})

test('an address that leads elsewhere than it begins is unclear; the names of other things are only names', () => {
  const empty = rawJson('{}')
  for (const uri of ['file:///open/../secret', 'file:///open/%2e%2e/secret', 'x:../secret', 'file:///open\\..\\secret'])
    for (const kind of ['resource', 'template'] as const)
      assert.equal(ambiguity(item(kind, uri), empty), 'the URI has dot segments', uri)
  for (const uri of ['file:///open/a..b', 'git://x/.github/y', 'note://1', 'https://x.example/a?next=/../b'])
    assert.equal(ambiguity(item('resource', uri), empty), undefined, uri)
  assert.equal(ambiguity(item('tool', 'a/../b'), empty), undefined)
})

/** What a rule on the beginning of addresses lets through, by method. */
function stage(guarded: boolean) {
  const { rules } = rulesOf(['mcp.resource.name.startsWith("file:///open/")'])
  const server = new Server('a')
  for (const method of ['resources/read', 'resources/subscribe', 'completion/complete'])
    server.on.set(method, () => result({ reached: true }))
  const program = guarded
    ? compileProgram([{ permits: (thing, x, input) => rules.verdict(contextOf(x), thing, input) }])
    : compileProgram([])
  return { server, ...federate([server], { program }) }
}

const secret = 'file:///open/../secret'
const requests = [
  ['resources/read', { uri: secret }],
  ['resources/subscribe', { uri: secret }],
  ['completion/complete', { ref: { type: 'ref/resource', uri: secret }, argument: { name: 'x', value: '' } }],
] as const

test('a rule on the beginning of addresses cannot be walked around', async (t) => {
  const { server, request, end } = stage(true)
  t.after(end)
  for (const [method, params] of requests) {
    const { message } = errorOf(await request(new FakeClient(), method, params))
    assert.match(message, /the URI has dot segments/)
    assert.equal(server.asked(method).length, 0, method)
  }
  valueOf(await request(new FakeClient(), 'resources/read', { uri: 'file:///open/x' }))
})

test('without rules addresses are none of our business', async (t) => {
  const { server, request, end } = stage(false)
  t.after(end)
  for (const [method, params] of requests) {
    await request(new FakeClient(), method, params)
    assert.equal(server.asked(method).length, 1, method)
  }
})

test('a subscription that two parsers read differently is refused before it is judged', async (t) => {
  const { server, request, end } = stage(true)
  t.after(end)
  const attack = '{"uri":"file:///secret","uri":"file:///open/x"}'
  assert.match(errorOf(await request(new FakeClient(), 'resources/subscribe', attack)).message, /named twice/)
  assert.equal(server.asked('resources/subscribe').length, 0)
  const open = stage(false)
  t.after(open.end)
  await open.request(new FakeClient(), 'resources/subscribe', attack)
  assert.equal(open.server.asked('resources/subscribe')[0]?.params, attack, 'the first of the two may be what is read')
})

test('rules on methods hold for subscriptions in a batch, whose requests share an exchange', async (t) => {
  const { rules } = rulesOf([{ deny: 'mcp.methodName == "resources/subscribe"' }])
  const server = new Server('a')
  server.on.set('resources/subscribe', () => result({}))
  const program = compileProgram([{ permits: (thing, x, input) => rules.verdict(contextOf(x), thing, input) }])
  const { request, end } = federate([server], { program })
  t.after(end)
  const x = exchange()
  x.protocol = 'mcp'
  const client = new FakeClient()
  const [denied] = await Promise.all([
    request(client, 'resources/subscribe', { uri: 'x:1' }, x),
    request(client, 'ping', undefined, x), // says last what the exchange is about
  ])
  assert.match(errorOf(denied).message, /Unknown resource/)
  assert.equal(server.asked('resources/subscribe').length, 0)
})

test('a method that we do not know must not name two things where rules judge one of them', async (t) => {
  const { server, request, end } = stage(true)
  t.after(end)
  server.on.set('vendor/peek', () => result({ reached: true }))
  const attack = { uri: 'file:///open/x', taskId: 'somebody else’s' }
  assert.match(errorOf(await request(new FakeClient(), 'vendor/peek', attack)).message, /more than one thing is named/)
  assert.equal(server.asked('vendor/peek').length, 0)
  valueOf(await request(new FakeClient(), 'vendor/peek', { uri: 'file:///open/x' }))
  const open = stage(false)
  t.after(open.end)
  open.server.on.set('vendor/peek', () => result({ reached: true }))
  valueOf(await open.request(new FakeClient(), 'vendor/peek', attack))
})
