// Labels and taint: from the configuration before guesses, for a session or a caller, and for how long.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { digest, rawJson, targetName } from '../../src/core/brand.ts'
import { Exchange } from '../../src/core/exchange.ts'
import type { Call, Definition, Item, Result } from '../../src/core/item.ts'
import type { Store, StoreEntry } from '../../src/core/store.ts'
import { contextOf } from '../../src/policy/context.ts'
import { mcpLabels } from '../../src/policy/mcp-labels.ts'
import type { Policy, Site } from '../../src/policy/policy.ts'
import { remembering } from '../mcp/upstreams.ts'
import { store as realStore } from '../store/stage.ts'
import { exchange, rulesOf } from './stage.ts'

const web = targetName('web')
const item = (name: string, kind: 'tool' | 'resource' | 'task' = 'tool', target = web): Item => ({ kind, target, name })
const call = (name: string, kind?: 'tool' | 'resource' | 'task'): Call => ({ item: item(name, kind), input: {} })
const answer: Result = { kind: 'result', raw: rawJson('{}') }

const definition = (name: string): Definition => ({
  item: item(name),
  digest: digest(name),
  raw: { name, description: `${name.replace('_', ' ')}s` },
})

/** A store of one process. */
function store(): Pick<Store, 'get' | 'put'> {
  const values = new Map<string, string>()
  return {
    get: async (key): Promise<StoreEntry | undefined> => {
      const value = values.get(key.join('/'))
      return value === undefined ? undefined : { key, value, version: 1 }
    },
    put: async (key, value) => {
      values.set(key.join('/'), value)
      return 1
    },
  }
}

async function labelling(
  body: object,
  kept?: Pick<Store, 'get' | 'put'>,
  warning: Site['warning'] = () => {},
): Promise<Policy> {
  const site: Pick<Site, 'path' | 'keep' | 'log' | 'warning'> & { store?: () => Promise<Pick<Store, 'get' | 'put'>> } =
    {
      path: ['mcpLabels'],
      keep: (_key, make) => make(),
      log: remembering(),
      warning,
      ...(kept !== undefined && { store: async () => kept }),
    }
  // What this policy does not ask for is not here.
  return await mcpLabels.compile(mcpLabels.schema.parse(body), site as Site)
}

/** An exchange that has passed the policy's door. */
async function passed(policy: Policy, session = '', more: Parameters<typeof exchange>[0] = {}): Promise<Exchange> {
  const x = exchange({ ...more, ...(session !== '' && { headers: { 'mcp-session-id': session } }) })
  x.protocol = 'mcp'
  x.mcpSession = session
  await policy.onRequest?.(x)
  return x
}

const labels = (x: Exchange, name: string): readonly string[] => x.flow?.labels('web', name) ?? ['nobody knows']
const taint = (x: Exchange): readonly string[] => x.flow?.taint(x) ?? ['nobody knows']

test('what the configuration says of a tool overrules the guess; what it says of a target is added', async () => {
  const policy = await labelling({ targets: { web: { labels: ['house'], tools: { open_page: ['private-data'] } } } })
  for (const name of ['open_page', 'send_sms']) policy.admits?.(definition(name), undefined)
  const x = await passed(policy)
  assert.deepEqual(labels(x, 'open_page'), ['house', 'private-data'])
  assert.deepEqual(labels(x, 'send_sms'), ['house', 'external-send'])
  assert.deepEqual(labels(x, 'toString'), ['house'])
  assert.deepEqual(x.flow?.labels('constructor', 'constructor'), [])
})

test('without guesses only the configuration counts', async () => {
  const policy = await labelling({ guess: false, targets: { web: ['untrusted-input'] } })
  policy.admits?.(definition('send_sms'), undefined)
  assert.deepEqual(labels(await passed(policy), 'send_sms'), ['untrusted-input'])
})

test('a result taints its session, with what taints only; tasks count as all that their target has', async () => {
  const policy = await labelling({
    targets: { web: { tools: { a: ['untrusted-input', 'external-send'], b: ['private-data'] } } },
  })
  const [one, other] = [await passed(policy, 'session-one-1234'), await passed(policy, 'session-two-1234')]
  await policy.onResult?.(answer, call('c'), one)
  assert.deepEqual(taint(one), [])
  assert.equal(await policy.onResult?.(answer, call('a'), one), answer)
  assert.deepEqual(taint(one), ['untrusted-input'])
  assert.deepEqual(taint(await passed(policy, 'session-one-1234')), ['untrusted-input'])
  assert.deepEqual(taint(other), [])
  await policy.onResult?.({ kind: 'error', raw: rawJson('{}') }, call('x', 'task'), other)
  assert.deepEqual(taint(other), ['untrusted-input', 'private-data'])
})

test('what is read as a resource, or comes with a prompt, taints as the tools of its target do', async () => {
  for (const body of [
    { targets: { web: ['untrusted-input'] } },
    { targets: { web: { tools: { read: ['untrusted-input'] } } } },
    {},
  ])
    for (const kind of ['resource', 'prompt'] as const) {
      const policy = await labelling(body)
      policy.admits?.(definition('read_page'), undefined)
      const x = await passed(policy, 'session-one-1234')
      await policy.onResult?.(answer, { item: { kind, target: web, name: 'web:page' }, input: {} }, x)
      assert.deepEqual(taint(x), ['untrusted-input'], `${kind} ${JSON.stringify(body)}`)
    }
  const other = await labelling({ targets: { mail: ['private-data'] } })
  const x = await passed(other, 'session-one-1234')
  await other.onResult?.(answer, call('web:page', 'resource'), x)
  assert.deepEqual(taint(x), [], 'those of other targets have nothing to do with it')
})

test('who opens no session is known by the token; callers of one issuer are not confused', async () => {
  const policy = await labelling({ targets: { web: ['untrusted-input'] } })
  const [alice, bob] = [
    await passed(policy, '', { claims: { iss: 'i', sub: 'alice' } }),
    await passed(policy, '', { claims: { iss: 'i', sub: 'bob' } }),
  ]
  await policy.onResult?.(answer, call('a'), alice)
  assert.deepEqual([taint(alice), taint(bob)], [['untrusted-input'], []])
  const byCaller = await labelling({ by: 'caller', targets: { web: ['untrusted-input'] } })
  const first = await passed(byCaller, 'session-one-1234', { claims: { iss: 'i', sub: 'alice' } })
  await byCaller.onResult?.(answer, call('a'), first)
  assert.deepEqual(taint(await passed(byCaller, 'session-two-1234', { claims: { iss: 'i', sub: 'alice' } })), [
    'untrusted-input',
  ])
})

test('a nameless caller whose connection is gone when the result comes is tainted all the same', async (t) => {
  const policy = await labelling({ targets: { web: ['untrusted-input'] } })
  const { promise: told, resolve: tell } = Promise.withResolvers<readonly string[]>()
  let first: Exchange | undefined
  const served = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const x = new Exchange(request, { port: 0, scheme: 'http', bind: 'b', gateway: 'g', listener: 'l' })
    await policy.onRequest?.(x)
    if (first !== undefined) return tell(taint(x))
    first = x
    response.destroy()
  }
  const server = createServer((request, response) => void served(request, response)).listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}` // a server that listens on a port
  await assert.rejects(fetch(url))
  assert.ok(first !== undefined)
  if (!first.request.socket.closed) await once(first.request.socket, 'close')
  await policy.onResult?.(answer, call('a'), first)
  void fetch(url).catch(() => {})
  assert.deepEqual(await told, ['untrusted-input'])
  server.closeAllConnections()
})

test('a taint is forgotten a while after the last result that made it', async (t) => {
  t.mock.timers.enable({ apis: ['Date'] })
  const policy = await labelling({ forget: '1m', targets: { web: ['untrusted-input'] } })
  const x = await passed(policy, 'session-one-1234')
  await policy.onResult?.(answer, call('a'), x)
  t.mock.timers.tick(40_000)
  await policy.onResult?.(answer, call('a'), x)
  t.mock.timers.tick(40_000)
  assert.deepEqual(taint(x), ['untrusted-input'])
  t.mock.timers.tick(20_001)
  assert.deepEqual(taint(x), [])
})

test('who opens sessions without end makes nobody else’s be forgotten', async () => {
  const policy = await labelling({ targets: { web: ['untrusted-input'] } })
  const at = (sub: string, session: string) => passed(policy, session, { claims: { iss: 'i', sub } })
  const victim = await at('alice', 'session-of-alice')
  await policy.onResult?.(answer, call('a'), victim)
  for (let i = 0; i < 100_100; i++) {
    const x = await at('mallory', `session-${i}`)
    await policy.onResult?.(answer, call('a'), x)
  }
  assert.deepEqual(taint(victim), ['untrusted-input'])
  assert.deepEqual(taint(await at('mallory', 'session-100099')), ['untrusted-input'])
  assert.deepEqual(taint(await at('mallory', 'session-0')), [], 'but his own')
})

test('what one process learns, another one knows', async () => {
  const kept = store()
  const body = { shared: true, targets: { web: { tools: { a: ['untrusted-input'], b: ['private-data'] } } } }
  const [one, other] = [await labelling(body, kept), await labelling(body, kept)]
  await one.onResult?.(answer, call('a'), await passed(one, 'session-one-1234'))
  const there = await passed(other, 'session-one-1234')
  assert.deepEqual(taint(there), ['untrusted-input'])
  await other.onResult?.(answer, call('b'), there)
  const third = await labelling(body, kept)
  assert.deepEqual([...taint(await passed(third, 'session-one-1234'))].toSorted(), ['private-data', 'untrusted-input'])
})

test('of several processes that write at once, none takes away what another has met', async (t) => {
  const kept = await realStore(t)
  const tools = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`t${i}`, [`met-${i}`]]))
  const taints = Object.values(tools).flat()
  const body = { shared: true, taints, targets: { web: { tools } } }
  const processes = await Promise.all(Object.keys(tools).map(() => labelling(body, kept)))
  await Promise.all(
    processes.map(async (each, i) => each.onResult?.(answer, call(`t${i}`), await passed(each, 'session-one-1234'))),
  )
  assert.deepEqual([...taint(await passed(await labelling(body, kept), 'session-one-1234'))].toSorted(), taints)
})

test('a store that cannot be read refuses the request: whether a session is tainted is not guessed', async () => {
  const broken: Pick<Store, 'get' | 'put'> = { get: () => Promise.reject(new Error('gone')), put: async () => 1 }
  const policy = await labelling({ shared: true, targets: { web: ['untrusted-input'] } }, broken)
  await assert.rejects(passed(policy, 'session-one-1234'), /gone/)
})

test('a rule closes the way out once a session is tainted; lists do not change', async () => {
  const policy = await labelling({
    targets: { web: { tools: { a: ['untrusted-input'], out: ['external-send'], other: [] } } },
  })
  const { rules } = rulesOf([{ deny: '"external-send" in mcp.tool.labels && "untrusted-input" in session.taint' }])
  const verdict = (x: Exchange, name: string, input?: object) => rules.verdict(contextOf(x), item(name), input)
  const before = await passed(policy, 'session-one-1234')
  assert.equal(verdict(before, 'out', {}), 'yes')
  await policy.onResult?.(answer, call('a'), before)
  const x = await passed(policy, 'session-one-1234')
  assert.equal(verdict(x, 'out', {}), 'no')
  assert.equal(verdict(x, 'other', {}), 'yes')
  assert.equal(verdict(x, 'out'), 'maybe')
  assert.equal(verdict(x, 'other'), 'yes')
  assert.notEqual(rules.audience?.(x), undefined)
  // A prompt has no labels: the rule has nothing to say of it.
  assert.equal(rules.verdict(contextOf(x), { kind: 'prompt', target: web, name: 'p' }, {}), 'yes')
})

test('among many rules as well, each request is asked anew', async () => {
  const policy = await labelling({ targets: { web: { tools: { a: ['untrusted-input'], out: ['external-send'] } } } })
  const many = Array.from({ length: 40 }, (_, i) => ({ deny: `mcp.tool.name == "t${i}"` }))
  const { rules } = rulesOf([...many, { deny: '"untrusted-input" in session.taint' }])
  const [clean, tainted] = [await passed(policy, 'session-one-1234'), await passed(policy, 'session-two-1234')]
  await policy.onResult?.(answer, call('a'), tainted)
  for (const [x, verdict] of [
    [clean, 'yes'],
    [tainted, 'no'],
    [clean, 'yes'],
  ] as const)
    assert.equal(rules.verdict(contextOf(x), item('out'), {}), verdict)
})

test('the log may say them', async () => {
  const policy = await labelling({ targets: { web: { tools: { a: ['untrusted-input'] } } } })
  const x = await passed(policy, 'session-one-1234')
  Object.assign(x, { mcpKind: 'tool', mcpTarget: 'web', mcpName: 'a' })
  await policy.onResult?.(answer, call('a'), x)
  const { tool } = contextOf(x).mcp.plain()
  assert.deepEqual(tool, { name: 'a', target: 'web', labels: ['untrusted-input'] })
})

test('without the policy nobody knows, and a rule that asks denies', () => {
  const { rules } = rulesOf([{ deny: '"external-send" in mcp.tool.labels && "untrusted-input" in session.taint' }])
  const x = exchange()
  x.protocol = 'mcp'
  assert.equal(rules.verdict(contextOf(x), item('out'), {}), 'no')
})

test('a label that is a slip away from a usual one is pointed out; others are for everybody to invent', async () => {
  const said: string[] = []
  const targets = {
    web: { labels: ['untrusted-inptu', 'eu-only'], tools: { send: ['external-sent'], read: ['private-data-eu'] } },
    diary: ['private-data'],
  }
  await labelling({ targets, taints: ['privat-data'] }, undefined, (at, _, hint) =>
    said.push(`${at.join('.')} ${hint}`),
  )
  assert.deepEqual(said, [
    'taints did you mean `private-data`?',
    'targets.web did you mean `untrusted-input`?',
    'targets.web.tools.send did you mean `external-send`?',
  ])
})
