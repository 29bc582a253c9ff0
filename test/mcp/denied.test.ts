// What rules deny is not there: over all methods, what is denied and what never was are answered in the same bytes.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RawJson } from '../../src/core/brand.ts'
import type { Exchange } from '../../src/core/exchange.ts'
import type { Item, JsonObject } from '../../src/core/item.ts'
import { contextOf } from '../../src/policy/context.ts'
import { compileProgram, type Policy, type Program } from '../../src/policy/policy.ts'
import { rulesOf, type Written } from '../policy/stage.ts'
import { exchange, FakeClient, federate, names, result, Server, taskId, taskNames, valueOf } from './upstreams.ts'

/** The doors that `mcpAuthorization` has. */
function doors(written: readonly Written[]): Policy {
  const { rules } = rulesOf(written)
  const { audience } = rules
  return {
    permits: (item: Item, x: Exchange, input?: unknown) => rules.verdict(contextOf(x), item, input),
    ...(audience !== undefined && { audience }),
  }
}

const programOf = (...sets: readonly (readonly Written[])[]): Program => compileProgram(sets.map(doors))

function stage(program: Program, several = false) {
  const a = new Server('a')
    .tools(['open', 'shut'])
    .prompts('open', 'shut')
    .resources('file:///open', 'file:///shut')
    .templates('file:///open/{x}', 'file:///shut/{x}')
  for (const method of METHODS) a.on.set(method, ({ params }) => result({ upstream: 'answered', params: params ?? '' }))
  const servers = several ? [a, new Server('b').tools(['x'])] : [a]
  const own = taskNames()
  return { a, own, ...federate(servers, { program, tasks: own }) }
}

const METHODS = [
  'tools/call',
  'prompts/get',
  'resources/read',
  'resources/subscribe',
  'completion/complete',
  'tasks/get',
  'tasks/result',
  'tasks/cancel',
] as const

const rules: readonly Written[] = [
  'mcp.tool.name == "open"',
  'mcp.prompt.name == "open"',
  'mcp.resource.name.startsWith("file:///open")',
  'mcp.task.name == "open"',
]

/** Requests for a thing, by what stands for its name; the prefixes are those of several targets. */
const uses = (several: boolean): readonly (readonly [method: string, params: (name: string) => JsonObject])[] => {
  const name = (text: string): string => (several ? `a_${text}` : text)
  const uri = (text: string): string => (several ? `a+file:///${text}` : `file:///${text}`)
  const task = (text: string): string => taskId('a', text)
  return [
    ['tools/call', (it) => ({ name: name(it), arguments: {} })],
    ['prompts/get', (it) => ({ name: name(it) })],
    ['resources/read', (it) => ({ uri: uri(it) })],
    ['resources/subscribe', (it) => ({ uri: uri(it) })],
    [
      'completion/complete',
      (it) => ({ ref: { type: 'ref/prompt', name: name(it) }, argument: { name: 'x', value: '' } }),
    ],
    [
      'completion/complete',
      (it) => ({ ref: { type: 'ref/resource', uri: `${uri(it)}/{x}` }, argument: { name: 'x', value: '' } }),
    ],
    ['tasks/get', (it) => ({ taskId: task(it) })],
    ['tasks/result', (it) => ({ taskId: task(it) })],
    ['tasks/cancel', (it) => ({ taskId: task(it) })],
  ]
}

for (const several of [false, true])
  test(`denied looks like absent for every method, with ${several ? 'several targets' : 'a lone target'}`, async (t) => {
    const { a, request, end } = stage(programOf(rules), several)
    t.after(end)
    for (const [method, params] of uses(several)) {
      const ask = async (name: string): Promise<RawJson> => (await request(new FakeClient(), method, params(name))).raw
      const denied = await ask('shut')
      const absent = await ask('none')
      const said = denied.replaceAll('shut', 'none').replaceAll(taskId('a', 'shut'), taskId('a', 'none'))
      assert.equal(said, absent, method)
      assert.match(denied, /^\{"code":-32602,"message":"Unknown (?:tool|prompt|resource|task): /)
      assert.ok(
        a.seen.every((seen) => !(seen.params ?? '').includes('shut')),
        `${method} got through`,
      )
      assert.match(await ask('open'), /"upstream":"answered"|^\{\}$/, method)
    }
  })

test('the log tells what is denied from what is not there, and names no upstream that was not asked', async (t) => {
  const { request, end } = stage(programOf(rules), true)
  t.after(end)
  for (const [method, params] of uses(true)) {
    const told = async (name: string) => {
      const x = exchange()
      await request(new FakeClient(), method, params(name), x)
      return [x.reason, x.endpoint === '' ? 'nobody' : 'upstream']
    }
    assert.deepEqual(await told('shut'), ['Authorization', 'nobody'], method)
    assert.deepEqual(await told('open'), ['', 'upstream'], method)
  }
  const x = exchange()
  await request(new FakeClient(), 'tools/call', { name: 'a_none', arguments: {} }, x)
  assert.deepEqual([x.reason, x.endpoint], ['', ''])
})

test('without the rules the same requests get through', async (t) => {
  const { request, end } = stage(compileProgram([]))
  t.after(end)
  for (const [method, params] of uses(false))
    assert.match((await request(new FakeClient(), method, params('shut'))).raw, /"upstream":"answered"|^\{\}$/, method)
})

test('lists hold what is allowed, of every kind', async (t) => {
  const { request, end } = stage(programOf(rules))
  t.after(end)
  const listed = async (method: string, member: string, key = 'name') =>
    names(await request(new FakeClient(), method), member, key)
  assert.deepEqual(await listed('tools/list', 'tools'), ['open'])
  assert.deepEqual(await listed('prompts/list', 'prompts'), ['open'])
  assert.deepEqual(await listed('resources/list', 'resources', 'uri'), ['file:///open'])
  assert.deepEqual(await listed('resources/templates/list', 'resourceTemplates', 'uriTemplate'), ['file:///open/{x}'])
})

test('sets of rules come together: what one of them denies no other brings back', async (t) => {
  const { request, end } = stage(programOf(['true'], [{ deny: 'mcp.tool.name == "shut"' }], ['true']))
  t.after(end)
  assert.deepEqual(names(await request(new FakeClient(), 'tools/list')), ['open'])
})

test('a tool whose arguments decide is listed, and called with those that are allowed', async (t) => {
  const program = programOf(['mcp.tool.name == "open" && mcp.tool.arguments.path.startsWith("/tmp/")'])
  const { request, end } = stage(program)
  t.after(end)
  const client = new FakeClient()
  assert.deepEqual(names(await request(client, 'tools/list')), ['open'])
  const call = async (path: string): Promise<string> =>
    (await request(client, 'tools/call', { name: 'open', arguments: { path } })).raw
  assert.match(await call('/tmp/x'), /answered/)
  assert.equal(await call('/etc/passwd'), '{"code":-32602,"message":"Unknown tool: open"}')
})

test('arguments that two parsers would read differently are refused before they are judged', async (t) => {
  const program = programOf([{ deny: 'mcp.tool.arguments.path == "/etc/passwd"' }])
  const { request, a, end } = stage(program)
  t.after(end)
  const attack = '{"name":"open","arguments":{"path":"/etc/passwd","path":"/tmp/x"}}'
  const { raw } = await request(new FakeClient(), 'tools/call', attack)
  assert.match(raw, /a member is named twice/)
  assert.equal(a.asked('tools/call').length, 0)
  const open = stage(compileProgram([]))
  t.after(open.end)
  await open.request(new FakeClient(), 'tools/call', attack)
  assert.equal(open.a.asked('tools/call').length, 1)
})

test('methods that name nothing are refused where rules are in force, and tasks/list tells of what may be asked for', async (t) => {
  const tasks = {
    tasks: [{ taskId: 'open', status: 'working' }, { taskId: 'shut', status: 'working' }, { status: 'x' }],
  }
  const { a, request, end, own } = stage(programOf(rules))
  t.after(end)
  for (const id of ['open', 'shut']) own.began(new FakeClient(), a.target, id)
  a.on.set('tasks/list', () => result(tasks))
  a.on.set('vendor/dump', () => result({ all: 'secrets' }))
  assert.deepEqual(valueOf(await request(new FakeClient(), 'tasks/list')), {
    tasks: [{ taskId: taskId('a', 'open'), status: 'working' }],
  })
  assert.match((await request(new FakeClient(), 'vendor/dump')).raw, /^\{"code":-32601,/)
  const open = stage(compileProgram([]))
  t.after(open.end)
  open.a.on.set('vendor/dump', () => result({ all: 'secrets' }))
  assert.match((await open.request(new FakeClient(), 'vendor/dump')).raw, /secrets/)
})

test('what the claims say decides, and nobody has none', async (t) => {
  const program = programOf(['"admin" in jwt.roles && mcp.tool.name == "open"'])
  const { request, end } = stage(program)
  t.after(end)
  const of = (claims?: Record<string, unknown>): Exchange => {
    const x = exchange()
    if (claims !== undefined) x.jwt = { claims, raw: '' }
    return x
  }
  const tools = async (x: Exchange) => names(await request(new FakeClient(), 'tools/list', undefined, x))
  assert.deepEqual(await tools(of({ roles: ['admin'] })), ['open'])
  assert.deepEqual(await tools(of({ roles: ['user'] })), [])
  assert.deepEqual(await tools(of({})), [])
  assert.deepEqual(await tools(of()), [])
})
