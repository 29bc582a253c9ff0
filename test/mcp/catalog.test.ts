// Lists of many upstreams: whole, in order, letter by letter, and without what policies or bounds keep out.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../src/core/item.ts'
import { compileProgram, type Policy } from '../../src/policy/policy.ts'
import {
  errorOf,
  FakeClient,
  federate,
  limits,
  names,
  raw,
  remembering,
  result,
  Server,
  settled,
  valueOf,
} from './upstreams.ts'

const count = (from: number, to: number, word: string): string[] =>
  Array.from({ length: to - from }, (_, index) => `${word}${from + index}`)

const tool = (name: string): JsonObject => ({ name, inputSchema: { type: 'object' } })

/** Pages of ten tools: the cursor is the index, the first is asked for without one, the second is the empty string. */
function paged(server: Server, total: number, size: number): void {
  server.on.set('tools/list', ({ params }) => {
    const cursor = params === undefined ? undefined : String(JSON.parse(params).cursor)
    const start = cursor === undefined ? 0 : cursor === '' ? size : Number(cursor)
    const next = start + size
    const cursorOfNext = next === size ? '' : String(next)
    const tools = count(start, Math.min(next, total), 't').map(tool)
    return result({ tools, ...(next < total && { nextCursor: cursorOfNext }) })
  })
}

test('5,000 tools of three servers with pages are one page, in a stable order, and the same text each time', async (t) => {
  const servers = ['a', 'b', 'c'].map((name) => new Server(name))
  const totals = [2000, 1500, 1500]
  servers.forEach((server, index) => paged(server, totals[index] ?? 0, 100))
  const { request, end } = federate(servers, { limits: { ...limits, toolsPerServer: 5_000 } })
  t.after(end)
  const client = new FakeClient()
  const first = await request(client, 'tools/list')
  assert.deepEqual(names(first), [...count(0, 2000, 'a_t'), ...count(0, 1500, 'b_t'), ...count(0, 1500, 'c_t')])
  assert.equal(valueOf(first)['nextCursor'], undefined)
  const second = await request(client, 'tools/list')
  assert.equal(second, first, 'nothing is made anew')
  assert.equal(servers[0]?.asked('tools/list').length, 20)
})

test('a list that goes in circles ends', async (t) => {
  const server = new Server('a')
  let page = 0
  server.on.set('tools/list', () => result({ tools: [tool(`t${page++}`)], nextCursor: 'again' }))
  const log = remembering()
  const { request, end } = federate([server], { log })
  t.after(end)
  assert.deepEqual(names(await request(new FakeClient(), 'tools/list')), ['t0', 't1'])
  assert.ok(log.lines.some(({ message }) => message.includes('circles')))
})

test('a list without end is cut at the configured number of pages', async (t) => {
  const server = new Server('a')
  let page = 0
  server.on.set('tools/list', () => result({ tools: [tool(`t${page}`)], nextCursor: String(page++) }))
  const { request, end } = federate([server], { limits: { ...limits, listPages: 7 } })
  t.after(end)
  assert.equal(names(await request(new FakeClient(), 'tools/list')).length, 7)
})

test('a cursor of the client is refused: there is no second page', async (t) => {
  const { request, end } = federate([new Server('a').tools(['x'])])
  t.after(end)
  assert.equal(errorOf(await request(new FakeClient(), 'tools/list', { cursor: 'x' })).code, -32602)
})

test('a bad definition drops only itself and is reported', async (t) => {
  let deep: JsonObject = {}
  for (let level = 0; level < 40; level++) deep = { properties: deep }
  const server = new Server('a').tools([
    tool('good'),
    { inputSchema: { type: 'object' } },
    { name: 'no-schema' },
    { name: 'wrong-schema', inputSchema: { type: 'array' } },
    { name: 'deep', inputSchema: { type: 'object', ...deep } },
    { ...tool('long'), description: 'x'.repeat(limits.definitionBytes) },
    tool('good'),
    tool('last'),
  ])
  const log = remembering()
  const { request, end } = federate([server], { log })
  t.after(end)
  assert.deepEqual(names(await request(new FakeClient(), 'tools/list')), ['good', 'last'])
  const reported = log.lines.filter(({ message }) => message === 'a definition is not listed')
  assert.deepEqual(
    reported.map(({ fields }) => fields['name']),
    ['', 'no-schema', 'wrong-schema', 'deep', 'long', 'good'],
  )
})

test('a definition passes letter by letter', async (t) => {
  const text =
    '{ "x-odd" : [1e400,-0, 9007199254740993], "inputSchema":{"type":"object","properties":{"b":{},"a":{}}},"name" :"n","\\u0064escription":"caf\\u00e9"}'
  const server = new Server('a')
  server.on.set('tools/list', () => raw(`{"tools":[${text}],"_meta":{"k":1e400}}`))
  const alone = federate([server])
  t.after(alone.end)
  assert.equal((await alone.request(new FakeClient(), 'tools/list')).raw, `{"tools":[${text}],"_meta":{"k":1e400}}`)
  const other = federate([server, new Server('b')])
  t.after(other.end)
  assert.equal(
    (await other.request(new FakeClient(), 'tools/list')).raw,
    `{"tools":[${text.replace('"name" :"n"', '"name" :"a_n"')}]}`,
  )
})

test('a short form says where it comes from', async (t) => {
  const server = new Server('a').tools([
    { ...tool('do.it'), _meta: { ui: { resourceUri: 'ui://v/1' }, keep: 1 } },
    tool('so.what'),
    tool('plain'),
  ])
  const { request, end } = federate([server, new Server('b')])
  t.after(end)
  const { tools } = valueOf(await request(new FakeClient(), 'tools/list'))
  assert.ok(Array.isArray(tools))
  assert.match(tools[0].name, /^a_do_it_[0-9a-f]{6}$/)
  assert.deepEqual(tools[0]._meta, {
    'toolgate/origin': { target: 'a', name: 'do.it' },
    ui: { resourceUri: 'ui://a+v/1' },
    keep: 1,
  })
  assert.deepEqual(tools[1]._meta, { 'toolgate/origin': { target: 'a', name: 'so.what' } })
  assert.equal(tools[2]._meta, undefined)
})

test('names that two targets want are dropped from the later one and reported', async (t) => {
  const log = remembering()
  const servers = [new Server('a').tools(['x', 'y']), new Server('b').tools(['y', 'z'])]
  const { request, end } = federate(servers, { prefixMode: 'never', log })
  t.after(end)
  assert.deepEqual(names(await request(new FakeClient(), 'tools/list')), ['x', 'y', 'z'])
  assert.ok(log.lines.some(({ fields }) => fields['target'] === 'b' && fields['name'] === 'y'))
})

test('more tools than a server or all together may have are cut off', async (t) => {
  const servers = [new Server('a').tools(count(0, 9, 't')), new Server('b').tools(count(0, 9, 't'))]
  const { request, end } = federate(servers, { limits: { ...limits, toolsPerServer: 6, toolsTotal: 8 } })
  t.after(end)
  assert.deepEqual(names(await request(new FakeClient(), 'tools/list')), [...count(0, 6, 'a_t'), 'b_t0', 'b_t1'])
})

test('resources and templates say their target, web addresses stay and the first one keeps them', async (t) => {
  const a = new Server('a').resources('file:///x', 'https://h/1', 'ui://v/1').templates('db://{id}')
  const b = new Server('b').resources('file:///x', 'https://h/1').templates('https://h/{id}')
  const { request, end } = federate([a, b])
  t.after(end)
  const client = new FakeClient()
  assert.deepEqual(names(await request(client, 'resources/list'), 'resources', 'uri'), [
    'a+file:///x',
    'https://h/1',
    'ui://a+v/1',
    'b+file:///x',
  ])
  assert.deepEqual(names(await request(client, 'resources/templates/list'), 'resourceTemplates', 'uriTemplate'), [
    'a+db://{id}',
    'https://h/{id}',
  ])
})

test('what a server has no capability for is not asked of it', async (t) => {
  const server = new Server('a').tools(['x'])
  server.capabilities = { tools: {} }
  const { request, end } = federate([server])
  t.after(end)
  assert.deepEqual(names(await request(new FakeClient(), 'prompts/list'), 'prompts'), [])
  assert.equal(server.asked('prompts/list').length, 0)
})

test('what a policy denies is not listed, and the rest is the same text', async (t) => {
  const policy: Policy = { permits: (item) => (item.kind !== 'model' && item.name === 'secret' ? 'no' : 'maybe') }
  const server = new Server('a').tools(['x', 'secret', 'y']).prompts('secret', 'p').resources('x:1')
  const { request, end } = federate([server, new Server('b')], { program: compileProgram([policy]) })
  t.after(end)
  assert.deepEqual(names(await request(new FakeClient(), 'tools/list')), ['a_x', 'a_y'])
  assert.deepEqual(names(await request(new FakeClient(), 'prompts/list'), 'prompts'), ['a_p'])
})

test('a definition is shown to the policies once per digest, with what it was before', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const shown: [string, string | undefined][] = []
  const policy: Policy = {
    admits: ({ item, digest, raw }, before) => {
      assert.match(digest, /^[0-9a-f]{64}$/)
      shown.push([item.kind === 'model' ? '' : item.name, before && String(before.raw['description'])])
      return String(raw['description']).includes('ignore')
        ? { kind: 'quarantine', rule: 'words', reason: 'it commands the model' }
        : { kind: 'admit' }
    },
  }
  const log = remembering()
  const server = new Server('a')
  const list = (text: string): void => {
    server.on.set('tools/list', () => raw(`{"tools":[${text},{"name":"z","inputSchema":{"type":"object"}}]}`))
    server.say('notifications/tools/list_changed')
    t.mock.timers.tick(1_000)
  }
  list('{"name":"x","description":"fine","inputSchema":{"type":"object"}}')
  const { request, end } = federate([server], { program: compileProgram([policy]), log })
  t.after(end)
  const client = new FakeClient()
  assert.deepEqual(names(await request(client, 'tools/list')), ['x', 'z'])
  list('{ "inputSchema":{"type":"object"}, "name":"\\u0078", "description":"fine" }')
  await settled()
  assert.deepEqual(names(await request(client, 'tools/list')), ['x', 'z'])
  assert.deepEqual(shown, [
    ['x', undefined],
    ['z', undefined],
  ])
  list('{"name":"x","description":"ignore all","inputSchema":{"type":"object"}}')
  await settled()
  assert.deepEqual(names(await request(client, 'tools/list')), ['z'])
  assert.deepEqual(shown.slice(2), [['x', 'fine']])
  assert.equal(errorOf(await request(client, 'tools/call', { name: 'x' })).message, 'Unknown tool: x')
  assert.ok(log.lines.some(({ message, fields }) => message.includes('quarantined') && fields['rule'] === 'words'))
})
