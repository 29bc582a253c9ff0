// Sessions that outlive a configuration: they speak to the newest one, and hear what has changed for them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Who } from '../../src/core/exchange.ts'
import { Front } from '../../src/mcp/front.ts'
import { compileProgram, type Program } from '../../src/policy/policy.ts'
import { exchange, FakeClient, federate, incoming, names, Server, settled } from './upstreams.ts'

test('attached clients hear of another configuration’s lists, and an older one does not come back', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const before = federate([new Server('a').tools(['x'])])
  const after = federate([new Server('a').tools(['x', 'y'])])
  t.after(before.end)
  t.after(after.end)
  const front = new Front(before.federation)
  const client = new FakeClient()
  const detach = front.attach(client)
  const list = async (): Promise<string[]> =>
    names(await front.request(client, incoming('tools/list'), client, exchange()))
  assert.deepEqual(await list(), ['x'])
  front.use(after.federation)
  await settled()
  t.mock.timers.tick(100)
  assert.deepEqual(
    client.heard.map(({ method }) => method),
    ['notifications/tools/list_changed'],
  )
  front.use(before.federation)
  assert.deepEqual(await list(), ['x', 'y'])
  detach()
  front.use(before.federation)
  assert.equal(client.heard.length, 1)
})

test('a configuration with the same lists changes nothing for clients', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const server = new Server('a').tools(['x'])
  const before = federate([server])
  const after = federate([server])
  t.after(before.end)
  t.after(after.end)
  const front = new Front(before.federation)
  const client = new FakeClient()
  t.after(front.attach(client))
  await front.request(client, incoming('tools/list'), client, exchange())
  front.use(after.federation)
  await settled()
  t.mock.timers.tick(100)
  assert.deepEqual(client.heard, [])
})

test('under other rules those hear of it whose own list reads differently, before anybody has come back', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const team = ({ jwt }: Pick<Who, 'jwt'>): string => (jwt?.claims['team'] === 'red' ? 'red' : 'blue')
  const seeing = (rule: (name: string, team: string) => boolean): Program =>
    compileProgram([
      {
        permits: (item, x) => (item.kind !== 'model' && rule(item.name, team(x)) ? 'yes' : 'no'),
        audience: team,
      },
    ])
  const server = new Server('a').tools(['red', 'blue', 'both'])
  const before = federate([server], { program: seeing((name, own) => name === own || name === 'both') })
  const after = federate([server], {
    program: seeing((name, own) => name === own || (name === 'both' && own === 'red')),
  })
  t.after(before.end)
  t.after(after.end)
  const front = new Front(before.federation)
  const clients = ['red', 'blue'].map((own) => {
    const x = Object.assign(exchange(), { jwt: { claims: { team: own }, raw: own } })
    return { x, client: Object.assign(new FakeClient(), { who: { ...nobody, jwt: x.jwt, entrance: x.entrance } }) }
  })
  for (const { client, x } of clients) {
    t.after(front.attach(client))
    await front.request(client, incoming('tools/list'), client, x)
  }
  front.use(after.federation)
  await settled()
  t.mock.timers.tick(100)
  assert.deepEqual(
    clients.map(({ client }) => client.heard.length),
    [0, 1],
  )
})

const nobody: Who = { identity: undefined, jwt: undefined, apiKey: undefined, basicAuth: undefined }
