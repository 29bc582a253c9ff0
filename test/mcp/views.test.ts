// What callers may see of lists: chosen by policies, kept for those who are permitted the same, told of when it changes.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { Exchange, Who } from '../../src/core/exchange.ts'
import type { Item } from '../../src/core/item.ts'
import { contextOf } from '../../src/policy/context.ts'
import { compileProgram, type Policy } from '../../src/policy/policy.ts'
import { rulesOf, type Written } from '../policy/stage.ts'
import { exchange, FakeClient, federate, incoming, names, raw, Server, valueOf } from './upstreams.ts'

const nobody: Exchange = exchange()

/** An exchange of somebody in a group. */
function from(group: string): Exchange {
  const x = exchange()
  x.jwt = { claims: { group }, raw: `token of ${group}` }
  return x
}

const groupOf = (x: Pick<Who, 'jwt'>): string =>
  typeof x.jwt?.claims['group'] === 'string' ? x.jwt.claims['group'] : ''

/** Things whose names begin with the caller's group. */
function byGroup(asked: { count: number }): Policy {
  return {
    permits: (item: Item, x: Exchange) => {
      asked.count++
      return item.kind !== 'model' && item.name.startsWith(groupOf(x)) ? 'yes' : 'no'
    },
    audience: (x) => groupOf(x),
  }
}

test('a list is chosen once for all callers who are permitted the same, and anew when it changes', async (t) => {
  const asked = { count: 0 }
  const server = new Server('a').tools(['red-1', 'red-2', 'blue-1'])
  const { federation, end } = federate([server], { program: compileProgram([byGroup(asked)]) })
  t.after(end)
  const client = new FakeClient()
  const list = (x: Exchange) => federation.request(client, incoming('tools/list'), client, x)
  assert.deepEqual(names(await list(from('red'))), ['red-1', 'red-2'])
  assert.equal(asked.count, 3)
  const first = await list(from('red'))
  assert.equal(asked.count, 3, 'another token of the same group reads the list that was made')
  assert.equal(first, await list(from('red')), 'as the same ready answer')
  assert.deepEqual(names(await list(from('blue'))), ['blue-1'])
  assert.deepEqual(names(await list(nobody)), ['red-1', 'red-2', 'blue-1'])
  server.tools(['red-3', 'blue-1'])
  server.say('notifications/tools/list_changed')
  await delay(800)
  assert.deepEqual(names(await list(from('red'))), ['red-3'])
})

test('a policy that cannot tell callers apart is asked for every list', async (t) => {
  const asked = { count: 0 }
  const rules = byGroup(asked)
  const server = new Server('a').tools(['red-1'])
  const { federation, end } = federate([server], {
    program: compileProgram([byGroup({ count: 0 }), { permits: (item, x) => rules.permits?.(item, x) ?? 'no' }]),
  })
  t.after(end)
  const client = new FakeClient()
  for (let n = 1; n <= 3; n++) {
    await federation.request(client, incoming('tools/list'), client, from('red'))
    assert.equal(asked.count, n)
  }
})

test('clients hear of a change when it is one to them', async (t) => {
  const server = new Server('a').tools(['red-1', 'blue-1'])
  const { federation, end } = federate([server], { program: compileProgram([byGroup({ count: 0 })]) })
  t.after(end)
  const clients = ['red', 'blue'].map((group) => {
    const client = Object.assign(new FakeClient(), { who: { ...nobodyElse, jwt: from(group).jwt } })
    federation.attach(client)
    return { group, client }
  })
  for (const { group, client } of clients) await federation.request(client, incoming('tools/list'), client, from(group))
  server.tools(['red-1', 'blue-2'])
  server.say('notifications/tools/list_changed')
  await delay(800)
  assert.deepEqual(
    clients.map(({ client }) => client.heard.map(({ method }) => method)),
    [[], ['notifications/tools/list_changed']],
  )
})

const nobodyElse: Who = { identity: undefined, jwt: undefined, apiKey: undefined, basicAuth: undefined }

test('the address of an app is told to those who may read it', async (t) => {
  const app = { name: 'red-app', inputSchema: { type: 'object' }, _meta: { ui: { resourceUri: 'ui://panel' } } }
  const policy: Policy = {
    permits: (item, x) => (item.kind === 'resource' && groupOf(x) !== 'red' ? 'no' : 'yes'),
    audience: groupOf,
  }
  for (const servers of [[new Server('a').tools([app])], [new Server('a').tools([app]), new Server('b')]]) {
    const { federation, end } = federate(servers, { program: compileProgram([policy]) })
    t.after(end)
    const client = new FakeClient()
    const meta = async (group: string): Promise<unknown> => {
      const { tools } = valueOf(await federation.request(client, incoming('tools/list'), client, from(group)))
      return Array.isArray(tools) ? tools[0]?._meta : undefined
    }
    assert.deepEqual(await meta('red'), { ui: { resourceUri: servers.length === 1 ? 'ui://panel' : 'ui://a+panel' } })
    assert.deepEqual(await meta('blue'), { ui: {} })
  }
})

/** Rules as `mcpAuthorization` compiles them; `audience` takes the place of theirs. */
function ruled(written: readonly Written[], audience?: Policy['audience']): Policy {
  const { rules } = rulesOf(written)
  const own = audience ?? rules.audience
  return {
    permits: (item, x, input) => rules.verdict(contextOf(x), item, input),
    ...(own !== undefined && { audience: own }),
  }
}

/** How often one of many callers who take turns sees or can use what is another one's. */
async function bleeds(policy: Policy, turns: number): Promise<number> {
  const people = Array.from({ length: 25 }, (_, n) => `t${n}`)
  const server = new Server('a').tools(people)
  server.on.set('tools/call', () => valueless)
  const { federation, end } = federate([server], { program: compileProgram([policy]) })
  const [client, other] = [new FakeClient(), new FakeClient()]
  let wrong = 0
  for (let turn = 0; turn < turns; turn++) {
    const own = people[turn % people.length] ?? ''
    const x = exchange()
    // A token of the same person is another object now and then, as after a refresh.
    x.jwt = { claims: { sub: own, tools: [own], turn: turn % 7 }, raw: `${turn}` }
    const ask = turn % 2 === 0 ? client : other
    const listed = names(await federation.request(ask, incoming('tools/list'), ask, x))
    if (listed.join() !== own) wrong++
    const next = people[(turn + 1) % people.length] ?? ''
    const call = await federation.request(ask, incoming('tools/call', { name: next }), ask, x)
    if (call.kind !== 'error') wrong++
  }
  await end()
  return wrong
}

const valueless = { kind: 'result', raw: raw('{"content":[]}').raw } as const

test('callers take turns ten thousand times, and nobody sees what is another one’s (row 75)', async () => {
  assert.equal(await bleeds(ruled(['mcp.tool.name in jwt.tools']), 10_000), 0)
  // A rule that reads what no audience holds: nothing is kept for others.
  assert.equal(await bleeds(ruled(['mcp.tool.name == jwt["sub"]']), 1_000), 0)
  // Without telling callers apart the list of the first is everybody's.
  assert.ok(
    (await bleeds(
      ruled(['mcp.tool.name in jwt.tools'], () => 'everybody'),
      100,
    )) > 90,
  )
})
