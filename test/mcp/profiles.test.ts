// Kinds of clients: by which names they are known, and what lists and results look like to them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rawJson } from '../../src/core/brand.ts'
import type { JsonObject } from '../../src/core/item.ts'
import { type Profile, profileOf, profiles, smallestResult } from '../../src/mcp/profiles.ts'
import { compileProgram, type Policy } from '../../src/policy/policy.ts'
import {
  errorOf,
  exchange,
  FakeClient,
  federate,
  names,
  raw,
  remembering,
  result,
  Server,
  valueOf,
} from './upstreams.ts'

const called = (name: unknown): string => profileOf(rawJson(JSON.stringify({ name, version: '1' }))).title

/** A client that calls itself so. */
function client(name: string, revision = '2025-11-25'): FakeClient {
  return Object.assign(new FakeClient(), { clientInfo: rawJson(JSON.stringify({ name, version: '1' })), revision })
}

const tool = (name: string, more: JsonObject = {}): JsonObject => ({ name, inputSchema: { type: 'object' }, ...more })
const numbered = (count: number): string[] => Array.from({ length: count }, (_, n) => `t${String(n).padStart(3, '0')}`)

test('clients are known by the beginning of their name, and nothing else that they say', () => {
  const told = [
    ['Visual Studio Code', 'VS Code'],
    ['Visual Studio Code - Insiders', 'VS Code'],
    ['claude-code', 'Claude Code'],
    ['claude-ai', 'Claude'],
    ['Claude Desktop', 'Claude'],
    ['Anthropic/ClaudeAI', 'Claude'],
    ['cursor-vscode', 'Cursor'],
    ['codex-mcp-client', 'Codex'],
    ['mcp-inspector', 'MCP Inspector'],
    ['openai-mcp', 'OpenAI'],
    ['claudette', 'other clients'],
    ['my-claude', 'other clients'],
    ['', 'other clients'],
    [7, 'other clients'],
    ['claude-'.padEnd(200, 'x'), 'other clients'],
  ] as const
  assert.deepEqual(
    told.map(([name]) => called(name)),
    told.map(([, title]) => title),
  )
  for (const odd of ['{}', 'null', '[]', '"claude"']) assert.equal(profileOf(rawJson(odd)), profiles.unknown)
})

test('above what a client takes a list is cut, the same way in whatever order a server lists its tools', async (t) => {
  const log = remembering()
  const many = numbered(100)
  const a = new Server('a').tools(many)
  const { request, end } = federate([a, new Server('b').tools(many)], { log })
  t.after(end)
  const whole = await request(client('somebody'), 'tools/list')
  assert.equal(names(whole).length, 200)
  const cut = await request(client('Visual Studio Code'), 'tools/list')
  assert.deepEqual(names(cut), [...many.map((name) => `a_${name}`), ...many.slice(0, 28).map((name) => `b_${name}`)])
  assert.deepEqual(valueOf(cut)['_meta'], { 'toolgate/cut': { listed: 128, of: 200 } })
  assert.equal(await request(client('Code - OSS'), 'tools/list'), cut, 'one answer for all of that kind')
  assert.equal(names(await request(client('cursor-vscode'), 'tools/list')).length, 80)
  const other = federate([new Server('a').tools(many), new Server('b').tools(many.toReversed())])
  t.after(other.end)
  const reversed = names(await other.request(client('Visual Studio Code'), 'tools/list'))
  assert.deepEqual(reversed.toSorted(), names(cut).toSorted(), 'the same ones')
  assert.deepEqual(reversed.slice(100, 102), ['b_t027', 'b_t026'], 'in the order of the server')
  const warnings = log.lines.filter(({ level, message }) => level === 'warn' && message.includes('fewer tools'))
  assert.deepEqual(
    warnings.map(({ fields }) => fields),
    [
      { client: 'VS Code', tools: 200, listed: 128, first: 'b_t028' },
      { client: 'Cursor', tools: 200, listed: 80, first: 'a_t080' },
    ],
  )
})

test('a tool that was cut can be called by whoever knows it', async (t) => {
  const server = new Server('a').tools(numbered(200))
  server.on.set('tools/call', () => result({ content: [] }))
  const { request, end } = federate([server])
  t.after(end)
  assert.equal((await request(client('Visual Studio Code'), 'tools/call', { name: 't199' })).kind, 'result')
})

test('further members of a list stay when it is cut', async (t) => {
  const server = new Server('a')
  const tools = numbered(129).map((name) => tool(name))
  server.on.set('tools/list', () => result({ tools, _meta: { own: 1 }, 'x-more': [2] }))
  const { request, end } = federate([server])
  t.after(end)
  const { tools: listed, ...rest } = valueOf(await request(client('Visual Studio Code'), 'tools/list'))
  assert.ok(Array.isArray(listed) && listed.length === 128)
  assert.deepEqual(rest, { _meta: { own: 1, 'toolgate/cut': { listed: 128, of: 129 } }, 'x-more': [2] })
})

test('what callers may see is counted, not what there is', async (t) => {
  const log = remembering()
  const even: Policy = { permits: (item) => (item.kind !== 'model' && /[02468]$/.test(item.name) ? 'yes' : 'no') }
  const server = new Server('a').tools(numbered(200))
  const { request, end } = federate([server], { program: compileProgram([even]), log })
  t.after(end)
  assert.equal(names(await request(client('Visual Studio Code'), 'tools/list')).length, 100)
  assert.deepEqual(log.lines, [])
  const cursor = client('cursor')
  for (let n = 0; n < 3; n++) assert.equal(names(await request(cursor, 'tools/list')).length, 80)
  assert.equal(log.lines.length, 1, 'said once, though nothing of it can be kept')
})

test('callers who are permitted the same and have the same kind of client read the same answer', async (t) => {
  const policy: Policy = { permits: () => 'yes', audience: () => 'everybody' }
  const { request, end } = federate([new Server('a').tools(numbered(200))], { program: compileProgram([policy]) })
  t.after(end)
  const first = await request(client('claude-code'), 'tools/list', undefined, exchange())
  assert.equal(await request(client('claude-code'), 'tools/list', undefined, exchange()), first)
  const cut = await request(client('cursor'), 'tools/list', undefined, exchange())
  assert.equal(await request(client('cursor'), 'tools/list', undefined, exchange()), cut)
  assert.notEqual(cut, first)
})

test('a choice at the root of a schema is taken apart for who refuses it, and for nobody else', async (t) => {
  const inputSchema = {
    type: 'object',
    oneOf: [
      { properties: { a: { type: 'string' } }, required: ['a'] },
      { properties: { b: { type: 'string' } }, required: ['b'] },
    ],
  }
  const { request, end } = federate([new Server('a').tools([tool('x', { inputSchema }), tool('y')])])
  t.after(end)
  const whole = await request(client('codex-mcp-client'), 'tools/list')
  const { tools } = valueOf(await request(client('claude-code'), 'tools/list'))
  assert.deepEqual(tools, [
    {
      name: 'x',
      inputSchema: { type: 'object', properties: { a: { type: 'string' }, b: { type: 'string' } } },
    },
    tool('y'),
  ])
  assert.equal(JSON.stringify(valueOf(whole)['tools']), JSON.stringify([tool('x', { inputSchema }), tool('y')]))
})

test('each era reads definitions in its own form', async (t) => {
  const definition = tool('x', { execution: { taskSupport: 'optional' }, outputSchema: { type: 'array', items: {} } })
  const { request, end } = federate([new Server('a').tools([definition])])
  t.after(end)
  const { execution: _, ...modern } = definition
  assert.deepEqual(valueOf(await request(client('x', '2026-07-28'), 'tools/list'))['tools'], [modern])
  const wrapped = { type: 'object', properties: { result: { type: 'array', items: {} } }, required: ['result'] }
  assert.deepEqual(valueOf(await request(client('x'), 'tools/list'))['tools'], [
    { ...definition, outputSchema: wrapped },
  ])
})

test('a name that is too long with a client’s prefix has a short form, which can be called', async (t) => {
  const log = remembering()
  const long = 'get_all_the_things_'.repeat(3).slice(0, 55)
  const server = new Server('a').tools([long, 'x'])
  server.on.set('tools/call', ({ params }) => result({ content: [], asked: JSON.parse(params ?? '').name }))
  const { request, end } = federate([server], { log })
  t.after(end)
  // Before anybody has listed: a client may know the name from yesterday.
  const known = 'get_all_the_things_get_all_the_things_get__fe4d46'
  const called = (name: string) => request(client('claude-code'), 'tools/call', { name })
  assert.equal(valueOf(await called(known))['asked'], long)
  const { tools } = valueOf(await request(client('claude-code'), 'tools/list'))
  assert.deepEqual(tools, [tool(known, { _meta: { 'toolgate/origin': { target: 'a', name: long } } }), tool('x')])
  assert.ok(known.length <= 49)
  const [vscode, whole] = [client('Visual Studio Code'), client('somebody')]
  assert.equal(names(await request(vscode, 'tools/list'))[0]?.length, 46)
  assert.deepEqual(names(await request(whole, 'tools/list')), [long, 'x'])
  assert.equal(valueOf(await called(long))['asked'], long, 'the name itself stays')
  assert.deepEqual(log.lines, [])
})

test('of 400 tools every kind of client reads as many as it takes, under names that it takes, in any order', async (t) => {
  const long = (n: number): string => `tool_${n}_${'with_a_long_name_'.repeat(2 + (n % 3))}`.slice(0, 40 + (n % 25))
  const all = Array.from({ length: 400 }, (_, n) => long(n))
  const lists = [all, all.toReversed(), all.toSorted()].map((order) => federate([new Server('a').tools(order)]))
  for (const { end } of lists) t.after(end)
  for (const { title, called, ...takes } of Object.values<Profile>(profiles)) {
    const { tools = 400, name = Infinity } = takes
    const seen = await Promise.all(
      lists.map(async ({ request }) => names(await request(client(called[0] ?? 'somebody'), 'tools/list')).toSorted()),
    )
    assert.equal(seen[0]?.length, tools, title)
    assert.equal(new Set(seen[0]).size, tools)
    assert.deepEqual(seen[1], seen[0])
    assert.deepEqual(seen[2], seen[0])
    for (const one of seen[0] ?? []) assert.ok(one.length <= name, `${title}: ${one}`)
  }
})

test('a short form that is the name of another tool is not given', async (t) => {
  const log = remembering()
  const long = 'n'.repeat(60)
  const first = federate([new Server('a').tools([long])])
  t.after(first.end)
  const [short = ''] = names(await first.request(client('claude-code'), 'tools/list'))
  const servers = [new Server('a').tools([long]), new Server('b').tools([short])]
  for (const server of servers) server.on.set('tools/call', () => result({ content: [], by: server.target }))
  const { request, end } = federate(servers, { log, prefixMode: 'never' })
  t.after(end)
  for (let n = 0; n < 2; n++) assert.deepEqual(names(await request(client('claude-code'), 'tools/list')), [long, short])
  assert.equal(valueOf(await request(client('claude-code'), 'tools/call', { name: short }))['by'], 'b')
  assert.deepEqual(
    log.lines.map(({ fields }) => fields),
    [{ client: 'Claude Code', most: 49, count: 1, first: long }],
  )
})

test('a short form is permitted as what it stands for', async (t) => {
  const long = 's'.repeat(60)
  const first = federate([new Server('a').tools([long])])
  t.after(first.end)
  const [short = ''] = names(await first.request(client('claude-code'), 'tools/list'))
  const policy: Policy = { permits: (item) => (item.kind !== 'model' && item.name === long ? 'no' : 'yes') }
  const { request, end } = federate([new Server('a').tools([long])], { program: compileProgram([policy]) })
  t.after(end)
  const { code } = errorOf(await request(client('claude-code'), 'tools/call', { name: short }))
  assert.equal(code, -32602)
})

test('who is connected hears of a change that is one to that kind of client', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const server = new Server('a').tools(numbered(200))
  const { federation, request, end } = federate([server])
  t.after(end)
  const clients = [client('somebody'), client('Visual Studio Code')]
  for (const each of clients) {
    federation.attach(each)
    await request(each, 'tools/list')
  }
  server.tools(numbered(300))
  server.say('notifications/tools/list_changed')
  for (let n = 0; n < 20; n++) {
    t.mock.timers.tick(200)
    await new Promise<void>((resolve) => setImmediate(resolve))
  }
  assert.equal(clients[0]?.heard.length, 1)
  assert.equal(clients[1]?.heard.length, 1, 'of how many there are it was told as well')
})

const long = (length: number): string => 'x'.repeat(length)

test('a result of more than a client takes is cut, and says so', async (t) => {
  const server = new Server('a').tools([
    'say',
    tool('wishes', { _meta: { 'anthropic/maxResultSizeChars': 300_000 } }),
    tool('greedy', { _meta: { 'anthropic/maxResultSizeChars': 9_000_000 } }),
  ])
  const said = { content: [{ type: 'text', text: long(400_000) }], structuredContent: { n: 1 } }
  server.on.set('tools/call', () => result(said))
  const { request, end } = federate([server, new Server('b')])
  t.after(end)
  const call = async (who: string, name: string) => valueOf(await request(client(who), 'tools/call', { name }))
  const note = (most: number) =>
    `[${400_000 - most} of 400000 characters are cut here: Claude Code takes ${most} of a result. Ask for less at a time.]`
  const cut = (most: number) => ({
    ...said,
    content: [
      { type: 'text', text: long(most) },
      { type: 'text', text: note(most) },
    ],
  })
  assert.deepEqual(await call('claude-code', 'a_say'), cut(100_000))
  assert.deepEqual(await call('claude-code', 'a_wishes'), cut(300_000))
  assert.deepEqual(await call('claude-code', 'a_greedy'), said, 'four hundred thousand is below the most that it gets')
  assert.deepEqual(await call('Visual Studio Code', 'a_say'), said)
  assert.ok(smallestResult < 400_000)
})

test('a result that is no longer than a client takes passes letter by letter', async (t) => {
  const server = new Server('a').tools(['say'])
  const text = `{ "content":[{"type":"image","data":"${long(2_000_000)}"} , {"text":"\\u0078", "type":"text"}],"n":1e400}`
  server.on.set('tools/call', () => raw(text))
  const { request, end } = federate([server])
  t.after(end)
  assert.equal((await request(client('claude-code'), 'tools/call', { name: 'say' })).raw, text)
})
