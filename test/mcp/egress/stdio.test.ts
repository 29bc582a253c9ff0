import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { rawJson } from '../../../src/core/brand.ts'
import { Failure } from '../../../src/core/failure.ts'
import { caller, callTool, failure, peer, stage, until, upstream } from './stage.ts'

const lineServer = fileURLToPath(import.meta.resolve('./line-server.ts'))
const doomed = fileURLToPath(import.meta.resolve('./doomed.ts'))
const everything = path.join(
  import.meta.dirname,
  '../../../node_modules/@modelcontextprotocol/server-everything/dist/index.js',
)
const config = (mode = '', more: object = {}) => ({ cmd: process.execPath, args: [lineServer, mode], ...more })

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** The parts of results that these tests look at. */
interface Shown {
  readonly pid: number
  readonly env: { readonly [name: string]: string }
  readonly seen: { readonly method?: string; readonly params?: { readonly [name: string]: unknown } }[]
  readonly reply: unknown
}
// What the line server answers is known: it stands beside this file.
const shown = (value: unknown): Shown => value as Shown

test('a process speaks for everybody with the same principal, and for nobody else', async (t) => {
  const up = await upstream('stdio', config(), stage(t))
  const [a, b, other] = await Promise.all([
    up.connect(peer()),
    up.connect(peer()),
    up.connect(peer({ principal: 'bob' })),
  ])
  const pids = await Promise.all([a, b, other].map(async (one) => shown(await callTool(one, 'echo')).pid))
  assert.equal(pids[0], pids[1])
  assert.notEqual(pids[0], pids[2])
  const { seen } = shown(await callTool(b, 'seen'))
  assert.equal(seen.filter((line) => line.method === 'initialize').length, 1)
})

test('the gateway itself speaks through the process of those whom nobody has identified', async (t) => {
  const up = await upstream('stdio', config(), stage(t))
  const [own, nameless, alice] = await Promise.all([
    up.connect(peer({ principal: '' })),
    up.connect(peer({ principal: 'anonymous' })),
    up.connect(peer()),
  ])
  const pids = await Promise.all([own, nameless, alice].map(async (one) => shown(await callTool(one, 'echo')).pid))
  assert.equal(pids[0], pids[1])
  assert.notEqual(pids[0], pids[2])
})

test('per: shared gives everybody the same process, per: session everybody their own', async (t) => {
  const site = stage(t)
  const pids = async (per: string) => {
    const up = await upstream('stdio', config('', { per }), site)
    const open = await Promise.all([up.connect(peer()), up.connect(peer()), up.connect(peer({ principal: 'bob' }))])
    return new Set(await Promise.all(open.map(async (one) => shown(await callTool(one, 'echo')).pid))).size
  }
  assert.equal(await pids('shared'), 1)
  assert.equal(await pids('session'), 3)
})

test('a command with other arguments is another server, and what the arguments are is not told', async (t) => {
  const [one, same, other] = await Promise.all(
    ['secret-1', 'secret-1', 'secret-2'].map((mode) => upstream('stdio', config(mode), stage(t))),
  )
  assert.equal(one?.origin, same?.origin)
  assert.notEqual(one?.origin, other?.origin)
  assert.equal(one?.endpoint, other?.endpoint)
  assert.doesNotMatch(one?.origin ?? '', /secret/)
})

test('a session of its own ends its process with it', async (t) => {
  const up = await upstream('stdio', config('', { per: 'session' }), stage(t))
  const connection = await up.connect(peer())
  const { pid } = shown(await callTool(connection, 'echo'))
  await connection[Symbol.asyncDispose]()
  await until(() => !alive(pid))
})

test('a process that nobody speaks through is kept for a while and then stopped', async (t) => {
  const up = await upstream('stdio', config('', { idle: '50ms' }), stage(t))
  const first = await up.connect(peer())
  const { pid } = shown(await callTool(first, 'echo'))
  await first[Symbol.asyncDispose]()
  const second = await up.connect(peer())
  assert.equal(shown(await callTool(second, 'echo')).pid, pid, 'it was used again in time')
  await second[Symbol.asyncDispose]()
  await until(() => !alive(pid))
  const third = await up.connect(peer())
  assert.notEqual(shown(await callTool(third, 'echo')).pid, pid)
})

test('results keep their spelling, and params lose only their line breaks', async (t) => {
  const up = await upstream('stdio', config(), stage(t))
  const connection = await up.connect(peer())
  const raw = await connection.request({ method: 'tools/call', params: rawJson('{"name":"raw"}') }, caller())
  assert.equal(raw.raw, '{"n":[1e400,-0,9007199254740993],"x":"\\u0041"}')
  const spread = rawJson('{\r\n  "name": "echo",\n  "text": "a\\nb"\n}')
  const { raw: echoed } = await connection.request({ method: 'tools/call', params: spread }, caller())
  assert.deepEqual(JSON.parse(echoed).params, { name: 'echo', text: 'a\nb' })
})

test('progress and logs go to the call they belong to, list changes to everybody', async (t) => {
  const up = await upstream('stdio', config(), stage(t))
  const [one, two] = [peer(), peer()]
  const first = await up.connect(one)
  await up.connect(two)
  const by = caller()
  const params = rawJson('{"name":"progress","_meta":{"x":1e400,"progressToken":"mine"}}')
  const { raw } = await first.request({ method: 'tools/call', params }, by)
  assert.equal(typeof JSON.parse(raw).token, 'number', 'the server sees a token of ours')
  assert.deepEqual(by.heard, [
    { method: 'notifications/progress', params: '{"progress":1e400,"progressToken":"mine"}' },
    { method: 'notifications/message', params: '{"level":"info","data":"working"}' },
  ])
  for (const { heard } of [one, two])
    assert.deepEqual(
      heard.map(({ method }) => method),
      ['notifications/tools/list_changed'],
    )
})

test('a cancelled call is cancelled in the process, by the id the process knows', async (t) => {
  const up = await upstream('stdio', config(), stage(t))
  const connection = await up.connect(peer())
  const gone = new AbortController()
  const call = callTool(connection, 'never', {}, caller(undefined, gone.signal))
  await callTool(connection, 'echo')
  gone.abort(new Failure('request.aborted', 'the user changed their mind'))
  await assert.rejects(call, /changed their mind/)
  const { seen } = shown(await callTool(connection, 'seen'))
  const cancelled = seen.find((line) => line.method === 'notifications/cancelled')
  assert.deepEqual(cancelled?.params, { requestId: 2, reason: 'the user changed their mind' })
})

test('a process that dies fails its calls, tells its peers and is started again on the next use', async (t) => {
  const site = stage(t)
  const up = await upstream('stdio', config(), site)
  const one = peer()
  const connection = await up.connect(one)
  await assert.rejects(
    callTool(connection, 'die'),
    failure('upstream.unreachable', /^target shop: tools\/call: .*code 3/),
  )
  assert.match(one.losses[0]?.message ?? '', /target shop: process: .*code 3/)
  await assert.rejects(callTool(connection, 'echo'), failure('upstream.unreachable', /code 3/))
  const again = await up.connect(peer())
  assert.deepEqual(shown(await callTool(again, 'echo')).pid > 0, true)
})

test('half a line at the end is no answer', async (t) => {
  const up = await upstream('stdio', config(), stage(t))
  await assert.rejects(callTool(await up.connect(peer()), 'half'), failure('upstream.unreachable', /code 0/))
})

test('a process that keeps dying is not started more often than the limit says', async (t) => {
  const site = stage(t, { limits: { stdioRestartsPerMinute: 2 } })
  const up = await upstream('stdio', config('crash'), site)
  const died = failure('upstream.unreachable', /^target shop: initialize: .*code 7/)
  await assert.rejects(up.connect(peer()), died)
  await assert.rejects(up.connect(peer()), died)
  await assert.rejects(up.connect(peer()), failure('mcp.busy', /target shop: start: it has ended 2 times/))
  await assert.rejects(up.connect(peer({ principal: 'bob' })), died, 'one caller does not use up the tries of another')
  assert.deepEqual(site.hits, ['stdioRestartsPerMinute'])
})

test('a process that never answers is given up', async (t) => {
  const site = stage(t, { limits: { stdioStartMs: 200 } })
  const up = await upstream('stdio', config('silent'), site)
  await assert.rejects(
    up.connect(peer()),
    failure('upstream.timeout', /^target shop: initialize: no answer within 200 ms/),
  )
  assert.deepEqual(site.hits, ['stdioStartMs'])
})

test('a command that is not there is named', async (t) => {
  const up = await upstream('stdio', { cmd: '/nowhere/teapot' }, stage(t))
  await assert.rejects(
    up.connect(peer()),
    failure('upstream.unreachable', /^target shop: start: there is no command teapot/),
  )
})

test('more processes than allowed are refused, unused ones make room', async (t) => {
  const site = stage(t)
  const up = await upstream('stdio', config('', { processes: 1 }), site)
  const alice = await up.connect(peer())
  await assert.rejects(up.connect(peer({ principal: 'bob' })), failure('mcp.busy', /1 processes are running/))
  await alice[Symbol.asyncDispose]()
  const bob = await up.connect(peer({ principal: 'bob' }))
  assert.ok(shown(await callTool(bob, 'echo')).pid > 0)
})

test('stray lines are logged and skipped, a flood on stderr is cut', async (t) => {
  const site = stage(t)
  const up = await upstream('stdio', config(), site)
  const connection = await up.connect(peer())
  assert.deepEqual(await callTool(connection, 'stray'), { ok: true })
  assert.ok(site.lines.some((line) => line.includes('Listening on nothing') && line.includes('"target":"shop"')))
  assert.deepEqual(await callTool(connection, 'spam'), { ok: true })
  await connection[Symbol.asyncDispose]()
  await up[Symbol.asyncDispose]()
  const noise = site.lines.filter((line) => line.includes('noise')).join('').length
  assert.ok(noise > 10_000 && noise < 600_000, `${noise} bytes of 2.4 MB`)
  assert.ok(site.lines.some((line) => line.startsWith('warn a target says more than is logged')))
})

test('a line above its bound ends the process, not the gateway', async (t) => {
  const site = stage(t)
  const up = await upstream('stdio', config(), site)
  await assert.rejects(callTool(await up.connect(peer()), 'huge'), failure('upstream.too-large', /line above 8388608/))
  assert.deepEqual(site.hits, ['stdioLine'])
})

test('the environment is minimal, empty or whole, as the configuration says', async (t) => {
  process.env['SECRET_OF_THE_GATEWAY'] = 'canary'
  t.after(() => delete process.env['SECRET_OF_THE_GATEWAY'])
  const envOf = async (more: object) => {
    const up = await upstream('stdio', config('', { per: 'session', env: { OWN: 'x' }, ...more }), stage(t))
    return shown(await callTool(await up.connect(peer()), 'env')).env
  }
  const usual = await envOf({})
  assert.equal(usual['PATH'], process.env['PATH'])
  assert.equal(usual['OWN'], 'x')
  assert.equal(usual['SECRET_OF_THE_GATEWAY'], undefined)
  assert.deepEqual(Object.keys(await envOf({ clear_env: true })), ['OWN'])
  assert.equal((await envOf({ clear_env: false }))['SECRET_OF_THE_GATEWAY'], 'canary')
})

test('a process that ignores its end is killed, and what it started with it', async (t) => {
  const up = await upstream('stdio', config('stubborn'), stage(t))
  const connection = await up.connect(peer())
  const { pid } = shown(await callTool(connection, 'echo'))
  const grandchild = shown(await callTool(connection, 'grandchild')).pid
  assert.ok(alive(pid) && alive(grandchild))
  await up[Symbol.asyncDispose]()
  await until(() => !alive(pid) && !alive(grandchild))
})

test('nothing outlives a gateway that is killed with SIGKILL', async () => {
  const gateway = spawn(process.execPath, [doomed, lineServer], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(createInterface({ input: gateway.stdout }), 'line')
  const pids: number[] = JSON.parse(String(line))
  assert.equal(pids.length, 3)
  assert.ok(pids.every(alive))
  gateway.kill('SIGKILL')
  await until(() => !pids.some(alive))
})

test('subscriptions of a shared process are counted, the most talkative log level is set', async (t) => {
  const up = await upstream('stdio', config(), stage(t))
  const [a, b] = [await up.connect(peer()), await up.connect(peer())]
  const ask = (connection: typeof a, method: string, params: object) =>
    connection.request({ method, params: rawJson(JSON.stringify(params)) }, caller())
  await ask(a, 'resources/subscribe', { uri: 'x:1' })
  await ask(b, 'resources/subscribe', { uri: 'x:1' })
  assert.equal((await ask(a, 'resources/unsubscribe', { uri: 'x:1' })).raw, '{}')
  await ask(a, 'logging/setLevel', { level: 'debug' })
  await ask(b, 'logging/setLevel', { level: 'error' })
  await b[Symbol.asyncDispose]()
  const { seen } = shown(await callTool(a, 'seen'))
  const told = seen
    .filter(({ method }) => /subscribe|setLevel/.test(method ?? ''))
    .map(({ method, params }) => [method, params])
  assert.deepEqual(told, [
    ['resources/subscribe', { uri: 'x:1' }],
    ['resources/subscribe', { uri: 'x:1' }],
    ['logging/setLevel', { level: 'debug' }],
    ['logging/setLevel', { level: 'debug' }],
    ['resources/unsubscribe', { uri: 'x:1' }],
  ])
})

test('server-everything speaks over stdio', async (t) => {
  const up = await upstream('stdio', { cmd: process.execPath, args: [everything, 'stdio'] }, stage(t))
  const connection = await up.connect(peer())
  assert.match(JSON.stringify(await callTool(connection, 'echo', { message: 'hello' })), /Echo: hello/)
  const by = caller(async () => ({
    kind: 'result',
    raw: rawJson('{"role":"assistant","model":"m","content":{"type":"text","text":"sampled words"}}'),
  }))
  const sampled = await callTool(connection, 'trigger-sampling-request', { prompt: 'p', maxTokens: 5 }, by)
  assert.match(JSON.stringify(sampled), /sampled words/)
})
