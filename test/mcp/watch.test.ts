// Subscriptions to resources.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileProgram, type Policy } from '../../src/policy/policy.ts'
import { errorOf, FakeClient, federate, raw, result, Server, valueOf } from './upstreams.ts'

const pair = (): [Server, Server] => [new Server('a').tools(['x', 'do.it']), new Server('b').tools(['x'])]

test('a subscription is made once, updates come under the client’s address, and the last one ends it', async (t) => {
  const [a, b] = pair()
  a.resources('file:///r', 'https://h/r')
  for (const method of ['resources/subscribe', 'resources/unsubscribe']) a.on.set(method, () => result({}))
  const { request, end } = federate([a, b])
  t.after(end)
  const client = new FakeClient()
  const uri = 'a+file:///r'
  a.say('notifications/resources/updated', { uri: 'file:///r' })
  valueOf(await request(client, 'resources/subscribe', { uri }))
  valueOf(await request(client, 'resources/subscribe', { uri }))
  assert.deepEqual(
    a.asked('resources/subscribe').map(({ params }) => params),
    ['{"uri":"file:///r"}'],
  )
  for (const peer of a.open)
    peer.notification('notifications/resources/updated', raw('{"uri":"file:///r","n":1e400}').raw)
  assert.deepEqual(
    client.heard.map(({ text }) => text),
    ['{"uri":"a+file:///r","n":1e400}'],
  )
  await request(client, 'resources/subscribe', { uri: 'https://h/r' })
  await request(client, 'resources/subscribe', { uri: 'a+https://h/r' })
  await request(client, 'resources/unsubscribe', { uri: 'https://h/r' })
  assert.equal(a.asked('resources/unsubscribe').length, 0, 'the other spelling still listens')
  await request(client, 'resources/unsubscribe', { uri: 'a+https://h/r' })
  await request(client, 'resources/unsubscribe', { uri })
  assert.deepEqual(
    a.asked('resources/unsubscribe').map(({ params }) => params),
    ['{"uri":"https://h/r"}', '{"uri":"file:///r"}'],
  )
  assert.equal(client.subscriptions.size, 0)
})

test('a client has so many subscriptions and no more', async (t) => {
  const server = new Server('a')
  server.on.set('resources/subscribe', () => result({}))
  const { request, end } = federate([server])
  t.after(end)
  const client = new FakeClient()
  for (let n = 0; n < 1_000; n++) valueOf(await request(client, 'resources/subscribe', { uri: `x:${n}` }))
  assert.equal(errorOf(await request(client, 'resources/subscribe', { uri: 'x:more' })).code, -32602)
})

test('what a policy denies can be neither subscribed to nor heard of', async (t) => {
  const policy: Policy = { permits: (item) => (item.kind !== 'model' && item.name.endsWith('secret') ? 'no' : 'yes') }
  const server = new Server('a')
  server.on.set('resources/subscribe', () => result({}))
  const { request, end } = federate([server], { program: compileProgram([policy]) })
  t.after(end)
  const client = new FakeClient()
  const { message } = errorOf(await request(client, 'resources/subscribe', { uri: 'x:secret' }))
  assert.equal(message, 'Unknown resource: x:secret')
  valueOf(await request(client, 'resources/subscribe', { uri: 'x:open' }))
  server.say('notifications/resources/updated', { uri: 'x:secret' })
  server.say('notifications/resources/updated', { uri: 'x:open' })
  assert.deepEqual(
    client.heard.map(({ params }) => params),
    [{ uri: 'x:open' }],
  )
})

test('a part of what a client subscribed to is spoken of as well', async (t) => {
  const server = new Server('a')
  server.on.set('resources/subscribe', () => result({}))
  const { request, end } = federate([server, new Server('b')])
  t.after(end)
  const client = new FakeClient()
  valueOf(await request(client, 'resources/subscribe', { uri: 'a+dir:1' }))
  server.say('notifications/resources/updated', { uri: 'dir:1/part' })
  assert.deepEqual(
    client.heard.map(({ params }) => params),
    [{ uri: 'a+dir:1/part' }],
  )
})
