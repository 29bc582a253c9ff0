// Clients of 2026-07-28 before a whole gateway: several servers of both eras behind one address, tasks of a server that nobody here wrote, logins.
import assert from 'node:assert/strict'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { fixtures, type Placed } from '../../support/fixture.ts'
import { root } from '../../support/gateway.ts'
import { type Driver, drivers } from '../../support/mcp-clients.ts'
import { type Serving, serve } from '../../support/serve.ts'
import { AUDIENCE, ISSUER, keySet, signer } from '../../support/tokens.ts'
import { type Said, send, stream } from './modern-client.ts'
import { ask, both, hello, type Message } from './serve.ts'

type Targets = Readonly<Record<string, Placed>>

const yaml = (targets: Targets, { policies = {}, mcp = {} }: { policies?: object; mcp?: object } = {}): string =>
  JSON.stringify({
    // Processes may start slowly where many tests run at the same time.
    config: { limits: { listBudgetMs: '30s' } },
    binds: [
      {
        port: 1,
        listeners: [
          {
            routes: [
              {
                policies,
                backends: [
                  {
                    mcp: {
                      targets: Object.entries(targets).map(([name, { target }]) => ({ name, ...target })),
                      ...mcp,
                    },
                  },
                ],
              },
            ],
          },
        ],
      },
    ],
  })

const addressOf = ({ port }: Serving): string => `http://127.0.0.1:${port}/mcp`
const modern = drivers['SDK 2.x modern']

/** Servers of every kind behind one gateway. */
async function mixed(t: TestContext): Promise<Serving> {
  const all = {
    old: await fixtures['legacy sessionful'](t),
    pipe: await fixtures.stdio(),
    sse: await fixtures['HTTP+SSE'](t),
    fresh: await fixtures.modern(t),
  }
  return await serve(t, yaml(all))
}

const said = ({ content }: Awaited<ReturnType<Driver['call']>>): string => content[0]?.text ?? ''

test('servers of all kinds are one server, and each can ask', async (t) => {
  const client = await modern(addressOf(await mixed(t)))
  t.after(() => client.close())
  const tools = await client.tools()
  for (const target of ['old', 'pipe', 'sse', 'fresh']) {
    assert.ok(tools.includes(`${target}_test_simple_text`), target)
    const asked = await client.call(`${target}_test_elicitation`, { message: 'Who?' })
    assert.match(said(asked), /action=accept, content=.*ada@example\.com/, target)
    const sampled = await client.call(`${target}_test_sampling`, { prompt: 'Hi' })
    assert.match(said(sampled), /Sampled\./, target)
  }
  assert.equal(client.asked.length, 8)
})

test('many ask many at the same time, and nobody is asked what is for somebody else', async (t) => {
  const url = addressOf(await mixed(t))
  const answered = async (name: string, target: string): Promise<string> => {
    const caller: Said = { capabilities: { elicitation: {} }, info: { name, version: '1' } }
    const params = { name: `${target}_test_input_required_result_elicitation`, arguments: {} }
    const { json } = await send(url, 'tools/call', params, caller)
    if (json.result?.['resultType'] !== 'input_required') return JSON.stringify(json.result?.['content'])
    const keys = Object.keys(json.result['inputRequests'] ?? {})
    assert.equal(keys.length, 1, `${name} at ${target}`)
    const inputResponses = { [keys[0] ?? '']: { action: 'accept', content: { name } } }
    const again = { ...params, requestState: json.result['requestState'], inputResponses }
    const { json: done } = await send(url, 'tools/call', again, caller)
    return JSON.stringify(done.result?.['content'])
  }
  const names = ['Ada', 'Bob', 'Cyd', 'Dan']
  const all = names.flatMap((name) => ['old', 'sse', 'fresh'].map((target) => ({ name, target })))
  for (const [n, content] of (await Promise.all(all.map(({ name, target }) => answered(name, target)))).entries())
    assert.equal(content, `[{"type":"text","text":"Hello, ${all[n]?.name}!"}]`, JSON.stringify(all[n]))
  // A process that nameless callers share does not say during whose call it asks: it is answered only when there is no doubt.
  for (const [n, content] of (await Promise.all(names.map((name) => answered(name, 'pipe')))).entries())
    assert.match(content, new RegExp(`Hello, ${names[n]}!|nobody here answers elicitation`))
  assert.match(await answered('Eve', 'pipe'), /Hello, Eve!/)
})

test('one stream tells of the resources and lists of all servers', async (t) => {
  const url = addressOf(await mixed(t))
  const uris = ['old', 'pipe', 'sse', 'fresh'].map((target) => `${target}+test://watched-resource`)
  const notifications = {
    toolsListChanged: true,
    resourceSubscriptions: [...uris, 'old+test://nobody', 'nowhere+test://x'],
  }
  const opened = await stream(url, 'subscriptions/listen', { notifications }, { id: 1 })
  const promise = await opened.message()
  const promised = promise.params?.['notifications']
  assert.ok(typeof promised === 'object' && promised !== null && 'resourceSubscriptions' in promised)
  for (const uri of uris) assert.ok(JSON.stringify(promised.resourceSubscriptions).includes(JSON.stringify(uri)), uri)
  assert.ok(!JSON.stringify(promised).includes('nowhere'))
  for (const target of ['old', 'pipe', 'sse', 'fresh'])
    await send(url, 'tools/call', { name: `${target}_test_touch_watched_resource`, arguments: {} })
  const heard = new Set<unknown>()
  for (let n = 1; heard.size < uris.length; n++) {
    const news = await opened.message(n)
    if (news.method === 'notifications/resources/updated') heard.add(news.params?.['uri'])
  }
  assert.deepEqual(new Set(heard), new Set(uris))
  opened.cut()
})

/** A server of before with tasks that ask, by the authors of the protocol. */
const research: Placed = {
  target: {
    stdio: {
      cmd: process.execPath,
      args: [path.join(root, 'node_modules/@modelcontextprotocol/server-everything/dist/index.js'), 'stdio'],
    },
  },
}

test('a task of a server of before is followed, asks, is answered and ends', async (t) => {
  const url = addressOf(await serve(t, yaml({ research, old: await fixtures['legacy sessionful'](t) })))
  const caller: Said = { capabilities: { elicitation: {}, extensions: { 'io.modelcontextprotocol/tasks': {} } } }
  const discovered = await send(url, 'server/discover', {}, caller)
  assert.match(discovered.text, /"extensions":\{[^}]*"io\.modelcontextprotocol\/tasks":\{\}/)
  const call = { name: 'research_simulate-research-query', arguments: { topic: 'python', ambiguous: true } }
  const { json: begun } = await send(url, 'tools/call', call, caller)
  assert.equal(begun.result?.['resultType'], 'task', JSON.stringify(begun))
  const taskId = begun.result?.['taskId']
  const settled = async (status: string): Promise<Message> => {
    for (;;) {
      const { json } = await send(url, 'tasks/get', { taskId }, caller)
      if (json.result?.['status'] === status) return json
      assert.match(JSON.stringify(json), /"working"|"input_required"/)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
  const asked = await settled('input_required')
  const [key, request] = Object.entries(asked.result?.['inputRequests'] ?? {})[0] ?? ['', undefined]
  assert.match(JSON.stringify(request), /Which interpretation/)
  const inputResponses = { [key]: { action: 'accept', content: { interpretation: 'snake' } } }
  assert.equal(
    (await send(url, 'tasks/update', { taskId, inputResponses }, caller)).json.result?.['resultType'],
    'complete',
  )
  const done = await settled('completed')
  assert.match(JSON.stringify(done.result?.['result']), /Research Report: python \(snake\)/)
})

test('who does not follow tasks gets the report when it is there', async (t) => {
  const url = addressOf(await serve(t, yaml({ research })))
  const call = { name: 'simulate-research-query', arguments: { topic: 'go', ambiguous: false } }
  const { text } = await send(url, 'tools/call', call)
  assert.match(text, /Research Report: go/)
})

test('without a token both eras read the same challenge, and with one only what its rules let them', async (t) => {
  const key = await signer()
  const jwtAuth = { issuer: ISSUER, jwks: keySet(key), audiences: [AUDIENCE], mode: 'strict' }
  const mcpAuthorization = { rules: ['jwt.sub == "ada" && mcp.tool.name == "test_simple_text"'] }
  const served = await serve(
    t,
    yaml({ old: await fixtures['legacy sessionful'](t) }, { policies: { jwtAuth, mcpAuthorization } }),
  )
  const url = addressOf(served)
  const fresh = await send(url, 'tools/list')
  const before = await ask(url, { headers: both, body: hello() })
  assert.equal(before.status, 401)
  assert.deepEqual(
    [fresh.status, fresh.text, fresh.headers['www-authenticate']],
    [before.status, before.text, before.headers['www-authenticate']],
  )
  const token = async (sub: string): Promise<Said> => ({
    headers: { authorization: `Bearer ${await key.sign({ sub })}` },
  })
  const names = async (sub: string): Promise<unknown> => {
    const { json } = await send(url, 'tools/list', {}, await token(sub))
    const tools = json.result?.['tools']
    return Array.isArray(tools) ? tools.map(({ name }: { name: string }) => name) : json
  }
  assert.deepEqual(await names('ada'), ['test_simple_text'])
  assert.deepEqual(await names('bob'), [])
  const call = async (sub: string) =>
    send(url, 'tools/call', { name: 'test_simple_text', arguments: {} }, await token(sub))
  assert.equal((await call('ada')).json.result?.['resultType'], 'complete')
  const denied = await call('bob')
  assert.deepEqual(
    [denied.status, denied.json.error?.code, denied.json.error?.message],
    [200, -32602, 'Unknown tool: test_simple_text'],
  )
})

test('a backend without sessions serves this revision like any other', async (t) => {
  const served = await serve(
    t,
    yaml({ old: await fixtures['legacy sessionful'](t) }, { mcp: { statefulMode: 'stateless' } }),
  )
  const client = await modern(addressOf(served))
  t.after(() => client.close())
  assert.match(said(await client.call('test_elicitation', { message: 'Who?' })), /action=accept/)
})
