import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { rawJson } from '../../../src/core/brand.ts'
import { Failure } from '../../../src/core/failure.ts'
import type { Answer } from '../../../src/mcp/conversation.ts'
import {
  bodyOf,
  caller,
  callTool,
  events,
  failure,
  type Post,
  peer,
  type Said,
  serve,
  stage,
  talk,
  until,
  upstream,
} from './stage.ts'

test('answers that are none say what is wrong with them', async (t) => {
  const answers: { [name: string]: [number, string, string | Buffer, RegExp] } = {
    html: [200, 'text/html', '<html>', /tools\/call: it answered 200 with what is no message/],
    half: [200, 'application/json', '{"jsonrpc":"2.0","id":', /no message/],
    other: [200, 'application/json', '{"jsonrpc":"2.0","id":77,"result":{}}', /a message for somebody else/],
    empty: [200, 'application/json', '', /200 without a message/],
    accepted: [202, 'text/plain', '', /202 without a message/],
    nothing: [204, 'text/plain', '', /204 without a message/],
    broken: [503, 'text/plain', 'upstream connect error', /it answered 503/],
    plain: [400, 'text/plain', 'Bad Request', /it answered 400/],
    moved: [307, 'text/plain', '', /307, and redirects are not followed/],
    latin: [200, 'application/json', Buffer.from('{"jsonrpc":"2.0","id":0,"result":"\xe9"}', 'latin1'), /no UTF-8/],
    deep: [200, 'application/json', '['.repeat(100_000), /nested deeper than 64/],
    noise: [200, 'text/event-stream', 'data: noise\n\n', /an event holds no message/],
  }
  const { connection } = await talk(t, ({ said, response }) => {
    const [status, type, body] = answers[String(said.params?.['name'])] ?? [500, '', '']
    response
      .writeHead(status, { 'content-type': type, ...(status === 307 && { location: 'http://127.0.0.1:1/' }) })
      .end(body)
  })
  for (const [name, [, , , message]] of Object.entries(answers))
    await assert.rejects(callTool(connection, name), failure('upstream.protocol', message), name)
})

test('a JSON-RPC error is an answer whatever its status, but never a challenge', async (t) => {
  const { connection } = await talk(t, ({ said, json, response }) => {
    const status = Number(said.params?.['name'])
    response.setHeader('www-authenticate', 'Bearer resource_metadata="https://elsewhere/canary"')
    json(
      { jsonrpc: '2.0', id: status === 400 ? 'server-error' : null, error: { code: -32602, message: 'canary' } },
      status,
    )
  })
  for (const status of ['400', '422', '500'])
    await assert.rejects(callTool(connection, status), { message: '{"code":-32602,"message":"canary"}' })
  for (const status of ['401', '403'])
    await assert.rejects(callTool(connection, status), (thrown) => {
      assert.doesNotMatch(String(thrown), /canary|metadata/)
      return failure('upstream.protocol', /does not accept the gateway's credentials/)(thrown)
    })
})

test('answers above their bounds are refused', async (t) => {
  const big = 'x'.repeat(200_000)
  const { connection, site } = await talk(
    t,
    ({ said, result, response }) => {
      const name = said.params?.['name']
      if (name === 'json') return result({ big })
      if (name === 'gzip') {
        response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
        return void response.end(gzipSync(Buffer.alloc(1_000_000)))
      }
      if (name === 'chunks') {
        response.writeHead(200, { 'content-type': 'application/json' })
        response.write('{"jsonrpc":"2.0","id":1,"result":"')
        return void response.end(`${big}"}`)
      }
      events(response)({ jsonrpc: '2.0', id: said.id, result: { big } })
      response.end()
    },
    { limits: { resultBytes: 100_000, sseEvent: 100_000 } },
  )
  for (const name of ['json', 'chunks', 'stream'])
    await assert.rejects(
      callTool(connection, name),
      failure('upstream.too-large', /^target shop: tools\/call: .*100000 bytes/),
    )
  assert.deepEqual(site.hits, ['resultBytes', 'resultBytes', 'sseEvent'])
  await assert.rejects(callTool(connection, 'gzip'), failure('upstream.protocol', /encoded as gzip/))
})

test('large answers pass in either form', async (t) => {
  const big = randomBytes(1_500_000).toString('base64')
  const { connection } = await talk(t, ({ said, result, response }) => {
    if (said.params?.['name'] === 'json') return result({ big })
    events(response)({ jsonrpc: '2.0', id: said.id, result: { big } })
    response.end()
  })
  for (const name of ['json', 'stream']) assert.deepEqual(await callTool(connection, name), { big })
})

test('a target that takes too long, or lets us wait for its first byte, is given up', async (t) => {
  const { connection, site } = await talk(
    t,
    ({ said, response }) => {
      if (said.params?.['name'] === 'trickle')
        response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': wait\n\n')
      else if (said.id === undefined) response.writeHead(202).end()
    },
    { limits: { upstreamTotalMs: 150 } },
  )
  await assert.rejects(
    callTool(connection, 'trickle'),
    failure('upstream.timeout', /^target shop: tools\/call: no answer within 150 ms/),
  )
  assert.deepEqual(site.hits, ['upstreamTotalMs'])
})

test('more calls than an upstream may have wait for a while, then are turned away', async (t) => {
  const open: Post[] = []
  const limits = { callsPerUpstream: 1, upstreamQueue: 1 }
  const { connection, site } = await talk(t, (post) => void open.push(post), { limits })
  const first = callTool(connection, 'x')
  const second = callTool(connection, 'x')
  await assert.rejects(callTool(connection, 'x'), failure('mcp.busy', /tools\/call: 1 calls are under way/))
  await until(() => open.length === 1)
  open[0]?.result({ n: 1 })
  await first
  await until(() => open.length === 2)
  open[1]?.result({ n: 2 })
  assert.deepEqual(await second, { n: 2 })
  assert.deepEqual(site.hits, ['upstreamQueue'])
})

test('a call that waits for a person does not keep others from the server', async (t) => {
  const answers: ((answer: Answer) => void)[] = []
  const person = caller(() => new Promise((resolve) => answers.push(resolve)))
  const calls = new Map<unknown, () => void>()
  const { connection, site } = await talk(
    t,
    ({ said, response, result }) => {
      if (said.method === undefined) {
        response.writeHead(202).end()
        return calls.get(said.id)?.()
      }
      if (said.params?.['name'] === 'quick') return result({ quick: true })
      const send = events(response)
      const question = `q${calls.size}`
      calls.set(question, () => {
        send({ jsonrpc: '2.0', id: said.id, result: { slow: true } })
        response.end()
      })
      send({ jsonrpc: '2.0', id: question, method: 'elicitation/create', params: {} })
    },
    { limits: { callsPerUpstream: 2, upstreamQueue: 1, upstreamQueueMs: 500 } },
  )
  const slow: Promise<unknown>[] = []
  while (slow.length < 4) {
    slow.push(callTool(connection, 'slow', {}, person))
    await until(() => answers.length === slow.length)
  }
  assert.deepEqual(await callTool(connection, 'quick'), { quick: true })
  for (const answer of answers) answer({ kind: 'result', raw: rawJson('{"action":"decline"}') })
  assert.deepEqual(await Promise.all(slow), Array(4).fill({ slow: true }))
  // All have left: as many as before may come in, and no more.
  assert.deepEqual(await callTool(connection, 'quick'), { quick: true })
  assert.deepEqual(site.hits, [])
})

test('of calls that wait for a person only so many make room: each holds a connection', async (t) => {
  const answers: ((answer: Answer) => void)[] = []
  const person = caller(() => new Promise((resolve) => answers.push(resolve)))
  const { connection, site } = await talk(
    t,
    ({ said, response }) => {
      if (said.method === undefined) return void response.writeHead(202).end()
      events(response)({ jsonrpc: '2.0', id: `q${said.id}`, method: 'elicitation/create', params: {} })
    },
    { limits: { callsPerUpstream: 1, parkedCalls: 2, upstreamQueue: 0 } },
  )
  for (let waiting = 1; waiting <= 3; waiting++) {
    void callTool(connection, 'slow', {}, person).catch(() => {}) // it never ends by itself
    await until(() => answers.length === waiting)
  }
  await assert.rejects(callTool(connection, 'slow', {}, person), failure('mcp.busy', /1 calls are under way/))
  assert.deepEqual(site.hits, ['parkedCalls', 'upstreamQueue'])
})

test('a call that waits for its turn waits no longer than the queue allows', async (t) => {
  const limits = { callsPerUpstream: 1, upstreamQueueMs: 20 }
  const { connection, site } = await talk(t, () => {}, { limits })
  void callTool(connection, 'x').catch(() => {}) // it never ends by itself
  await assert.rejects(callTool(connection, 'x'), failure('mcp.busy', /tools\/call: 1 calls are under way/))
  assert.deepEqual(site.hits, ['upstreamQueueMs'])
})

test('what cannot be reached says so, with target and step', async (t) => {
  const site = stage(t)
  const refused = await upstream('mcp', { host: 'http://127.0.0.1:1/mcp' }, site)
  await assert.rejects(
    refused.connect(peer()),
    failure('upstream.unreachable', /^target shop: server\/discover: the connection was refused/),
  )
  const nameless = await upstream('mcp', { host: 'http://no-such-host.invalid/mcp' }, site)
  await assert.rejects(
    nameless.connect(peer()),
    failure('upstream.dns', /^target shop: server\/discover: its host name has no address/),
  )
  const dropping = await serve(t, (request) => request.socket.destroy())
  await assert.rejects(
    (await upstream('mcp', { host: dropping }, site)).connect(peer()),
    failure('upstream.protocol', /^target shop: initialize: the connection broke off/),
  )
})

test('an opening that goes wrong says at which step', async (t) => {
  const opening = async (answer: (post: { said: Said; response: ServerResponse }) => void) => {
    const url = await serve(t, (request, response) => {
      void bodyOf(request).then((text) => answer({ said: text === '' ? {} : JSON.parse(text), response }))
    })
    const up = await upstream('mcp', { host: `${url}/mcp` }, stage(t))
    return up.connect(peer())
  }
  const json = (response: ServerResponse, id: unknown, more: object, head = {}) =>
    void response
      .writeHead(200, { 'content-type': 'application/json', ...head })
      .end(JSON.stringify({ jsonrpc: '2.0', id, ...more }))
  const hello = { protocolVersion: '2025-06-18', capabilities: {}, serverInfo: {} }
  await assert.rejects(
    opening(({ said, response }) =>
      json(response, said.id, { error: { code: -32022, message: 'unsupported\nversion' } }),
    ),
    failure('upstream.protocol', /^target shop: initialize: it answered with error -32022: unsupported version/),
  )
  await assert.rejects(
    opening(({ said, response }) => json(response, said.id, { result: { ...hello, protocolVersion: '1999-01-01' } })),
    failure('upstream.protocol', /initialize: it speaks none of the revisions/),
  )
  await assert.rejects(
    opening(({ said, response }) => json(response, said.id, { result: hello }, { 'mcp-session-id': 'ä b' })),
    failure('upstream.protocol', /its session id has characters/),
  )
  await assert.rejects(
    opening(({ said, response }) =>
      said.method === 'initialize'
        ? json(response, said.id, { result: hello })
        : void response.writeHead(said.method === 'server/discover' ? 404 : 500).end(),
    ),
    failure('upstream.protocol', /^target shop: initialized: it answered 500/),
  )
  await assert.rejects(
    opening(({ response }) => void response.writeHead(404).end()),
    failure('upstream.protocol', /^target shop: initialize: it answered 404/),
  )
})

test('an opening that nobody waits for is given up', async (t) => {
  let asked = 0
  const url = await serve(t, () => void asked++)
  const up = await upstream('mcp', { host: url }, stage(t))
  const gone = new AbortController()
  const opening = up.connect(peer(), gone.signal)
  await until(() => asked === 1)
  gone.abort(new Failure('request.aborted', 'the configuration has ended'))
  await assert.rejects(opening, /the configuration has ended/)
})

test('informational answers are not the answer', async (t) => {
  const { connection } = await talk(t, ({ said, response, result }) => {
    response.writeEarlyHints({ link: '</x>; rel=preload' })
    if (said.id === undefined) response.writeHead(202).end()
    else result({ ok: true })
  })
  assert.deepEqual(await callTool(connection, 'x'), { ok: true })
  await connection.notify('notifications/roots/list_changed', undefined)
})

test('a target whose configuration has ended opens nothing', async (t) => {
  for (const kind of ['mcp', 'sse', 'stdio'] as const) {
    const body = kind === 'stdio' ? { cmd: process.execPath } : { host: 'http://127.0.0.1:1/' }
    const up = await upstream(kind, body, stage(t))
    await up[Symbol.asyncDispose]()
    await assert.rejects(
      up.connect(peer()),
      failure('request.aborted', /^target shop: start: the target is being closed/),
    )
  }
})
