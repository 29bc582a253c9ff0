// Which protocol a server is spoken to in: found out by asking, remembered, and found out anew when the server has been replaced.
import assert from 'node:assert/strict'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { type TestContext, test } from 'node:test'
import { rawJson } from '../../../src/core/brand.ts'
import { Shelf } from '../../../src/mcp/shelf.ts'
import { agrees, byHand, DISCOVERED, modernServer } from './modern-stage.ts'
import { caller, callTool, failure, mcpServer, type Post, peer, serve, stage, until, upstream } from './stage.ts'

const says =
  (words: string) =>
  ({ said, result }: Post): void =>
    result(said.method === 'tools/call' ? { content: [{ type: 'text', text: words }] } : {})

/** A server that can be replaced by another one. */
async function replaceable(t: TestContext, first: RequestListener) {
  const posts: string[] = []
  const seat = { listener: first, posts }
  const url = await serve(t, (request: IncomingMessage, response: ServerResponse) => {
    if (request.method === 'POST') posts.push(String(request.headers['mcp-method'] ?? 'of before'))
    seat.listener(request, response)
  })
  const site = stage(t)
  return { seat, site, up: await upstream('mcp', { host: `${url}/mcp` }, site) }
}

/** A server of before that answers `server/discover` in a way of its own. */
const discovering = (answer: (post: Post) => void): RequestListener => {
  const before = mcpServer(says('before'))
  return (request, response) => {
    if (request.headers['mcp-method'] !== 'server/discover') return before(request, response)
    byHand(answer)(request, response)
  }
}

const legacyAnswers: Readonly<Record<string, (post: Post) => void>> = {
  '200 with an error': ({ said, json }) => json({ jsonrpc: '2.0', id: said.id, error: { code: 0, message: 'odd' } }),
  '400 without a message': ({ response }) => void response.writeHead(400).end(),
  '400 with plain text': ({ response }) => void response.writeHead(400).end('no session'),
  '400 for want of a session': ({ json }) =>
    json({ jsonrpc: '2.0', id: null, error: { code: -32000, message: 'no valid session' } }, 400),
  '404 for the method': ({ said, json }) =>
    json({ jsonrpc: '2.0', id: said.id, error: { code: -32601, message: 'no' } }, 404),
  'a refusal of the version with earlier ones only': ({ said, json }) =>
    json(
      { jsonrpc: '2.0', id: said.id, error: { code: -32022, message: 'no', data: { supported: ['2025-11-25'] } } },
      400,
    ),
  'a discovery of earlier versions only': ({ result }) => result({ ...DISCOVERED, supportedVersions: ['2025-11-25'] }),
  'a discovery of nothing': ({ result }) => result({ capabilities: {} }),
  'a discovery that is a list': ({ result }) => result([]),
  garbage: ({ response }) => void response.writeHead(200, { 'content-type': 'application/json' }).end('<html>'),
  'nothing at all': ({ response }) => void response.writeHead(200).end(),
  'an end of the connection': ({ request }) => void request.socket.destroy(),
}

for (const [name, answer] of Object.entries(legacyAnswers))
  test(`a server that answers server/discover with ${name} is one of before`, async (t) => {
    const { up } = await replaceable(t, discovering(answer))
    const connection = await up.connect(peer())
    assert.equal(connection.hello.revision, '2025-11-25')
    assert.match(JSON.stringify(await callTool(connection, 'x')), /before/)
  })

const modernRefusals: Readonly<Record<string, readonly [(post: Post) => void, RegExp]>> = {
  'headers that differ': [
    ({ said, json }) => json({ jsonrpc: '2.0', id: said.id, error: { code: -32020, message: 'no' } }, 400),
    /server\/discover: it answered with error -32020/,
  ],
  'a capability that is missing': [
    ({ said, json }) => json({ jsonrpc: '2.0', id: said.id, error: { code: -32021, message: 'no' } }, 400),
    /server\/discover: it answered with error -32021/,
  ],
  'an inner error': [({ response }) => void response.writeHead(500).end(), /server\/discover: it answered 500/],
  'too many requests': [({ response }) => void response.writeHead(429).end(), /server\/discover: it answered 429/],
  'another address': [
    ({ response }) => void response.writeHead(307, { location: 'https://evil.example/' }).end(),
    /redirects are not followed/,
  ],
}

for (const [name, [answer, words]] of Object.entries(modernRefusals))
  test(`a server that answers server/discover with ${name} is not taken for one of before`, async (t) => {
    const { up, seat } = await replaceable(t, discovering(answer))
    await assert.rejects(up.connect(peer()), failure('upstream.protocol', words))
    assert.ok(!seat.posts.includes('of before'))
  })

test('clients of before get a session where a server keeps them beside, others what they speak', async (t) => {
  const later = modernServer(says('later'))
  let minted = 0
  const beside = (session: () => string | undefined): RequestListener => {
    const get: RequestListener = (_request, response) => void response.writeHead(400).end('no session')
    const before = mcpServer(says('before'), { session, get })
    return (request, response) => (request.headers['mcp-method'] === undefined ? before : later)(request, response)
  }
  const { up, seat } = await replaceable(
    t,
    beside(() => `s${++minted}`),
  )
  const answered = async (revision: string): Promise<string> =>
    JSON.stringify(await callTool(await up.connect(peer({ revision })), 'x'))
  assert.match(await answered('2026-07-28'), /later/)
  assert.match(await answered('2025-11-25'), /before/)
  assert.match(await answered('2025-06-18'), /before/)
  assert.match(await answered('2026-07-28'), /later/)
  assert.equal(seat.posts.filter((method) => method === 'server/discover').length, 1)
  assert.equal(minted, 2)
  const { up: stateless } = await replaceable(
    t,
    beside(() => undefined),
  )
  assert.equal((await stateless.connect(peer())).hello.revision, '2026-07-28')
})

test('the configuration may say which protocol a server is spoken to in', async (t) => {
  const [before, later] = [mcpServer(says('before')), modernServer(says('later'))]
  const both: RequestListener = (request, response) =>
    (request.headers['mcp-method'] === undefined ? before : later)(request, response)
  const url = await serve(t, both)
  const answered = async (era: object, host = url): Promise<string> => {
    const up = await upstream('mcp', { host: `${host}/mcp`, ...era }, stage(t))
    return JSON.stringify(await callTool(await up.connect(peer()), 'x'))
  }
  assert.match(await answered({}), /later/)
  assert.match(await answered({ era: 'auto' }), /later/)
  assert.match(await answered({ era: 'modern' }), /later/)
  assert.match(await answered({ era: 'legacy' }), /before/)
  const old = await serve(t, before)
  await assert.rejects(answered({ era: 'modern' }, old), failure('upstream.protocol', /server\/discover/))
  await assert.rejects(answered({ era: 'legacy' }, await serve(t, later)), failure('upstream.protocol', /initialize/))
})

test('a server that refuses the version that it names is asked once more', async (t) => {
  let refused = false
  const modern = modernServer(says('later'))
  const { up } = await replaceable(t, (request, response) => {
    if (refused) return modern(request, response)
    refused = true
    const error = { code: -32022, message: 'no', data: { supported: ['2026-07-28'] } }
    response
      .writeHead(400, { 'content-type': 'application/json' })
      .end(JSON.stringify({ jsonrpc: '2.0', id: 1, error }))
  })
  assert.match(JSON.stringify(await callTool(await up.connect(peer()), 'x')), /later/)
})

test('what a server of before is, is remembered for ten minutes: it may have learnt more since', async (t) => {
  t.mock.timers.enable({ apis: ['Date'] })
  const { up, seat } = await replaceable(t, mcpServer(says('before')))
  const asked = () => seat.posts.filter((method) => method === 'server/discover').length
  await up.connect(peer())
  await up.connect(peer())
  assert.equal(asked(), 1)
  t.mock.timers.tick(600_001)
  seat.listener = modernServer(says('later'))
  assert.equal((await up.connect(peer())).hello.revision, '2026-07-28')
  assert.equal(asked(), 2)
})

test('a server that has become a later one while nobody spoke with it is found out by its refusal', async (t) => {
  const { up, seat } = await replaceable(t, mcpServer(says('before')))
  await up.connect(peer())
  seat.listener = modernServer(({ said, json, result }) => {
    if (said.params?.['_meta'] === undefined)
      return json(
        { jsonrpc: '2.0', id: said.id, error: { code: -32022, message: 'no', data: { supported: ['2026-07-28'] } } },
        400,
      )
    result({ content: [{ type: 'text', text: 'later' }] })
  })
  const connection = await up.connect(peer())
  assert.equal(connection.hello.revision, '2026-07-28')
})

test('a later server that becomes one of before while in use is found out, and the call is answered', async (t) => {
  const { up, seat, site } = await replaceable(
    t,
    modernServer(says('later'), { capabilities: { tools: {}, logging: {} } }),
  )
  const who = peer()
  const connection = await up.connect(who)
  await connection.request({ method: 'logging/setLevel', params: rawJson('{"level":"error"}') }, caller())
  assert.match(JSON.stringify(await callTool(connection, 'x')), /later/)
  const told: string[] = []
  let minted = 0
  const before = mcpServer(
    (post) => {
      if (post.request.headers['mcp-session-id'] === undefined)
        return void post.response.writeHead(400).end('no session')
      told.push(String(post.said.method))
      says('before')(post)
    },
    { session: () => `s${++minted}` },
  )
  seat.listener = before
  const answers = await Promise.all([callTool(connection, 'x'), callTool(connection, 'y')])
  assert.match(JSON.stringify(answers), /before.*before/)
  assert.equal(connection.hello.revision, '2025-11-25')
  assert.equal(minted, 1)
  assert.deepEqual(told.toSorted(), ['logging/setLevel', 'tools/call', 'tools/call'])
  assert.deepEqual(
    who.heard.map(({ method }) => method),
    ['tools', 'prompts', 'resources'].map((kind) => `notifications/${kind}/list_changed`),
  )
  assert.ok(site.lines.some((line) => line.startsWith('info a target speaks another protocol')))
  assert.match(JSON.stringify(await callTool(connection, 'x')), /before/)
})

test('what a server says of itself once it has been replaced is what the catalog knows of it', async (t) => {
  const { up, seat, site } = await replaceable(
    t,
    modernServer(({ result }) => result({ tools: [] })),
  )
  const shelf = new Shelf({ upstream: up, limits: site.limits, log: site.log, metrics: site.metrics, version: '1' })
  t.after(() => shelf[Symbol.asyncDispose]())
  await shelf.settle('tool', true)
  assert.equal(shelf.hello?.instructions, undefined)
  const tool = { name: 'x', inputSchema: { type: 'object' } }
  seat.listener = mcpServer(
    ({ request, response, result }) =>
      request.headers['mcp-session-id'] === undefined
        ? void response.writeHead(400).end('no session')
        : result({ tools: [tool] }),
    { hello: { instructions: 'as before' }, session: () => 's1' },
  )
  shelf.changed(['tool'])
  await until(() => shelf.hello?.instructions === 'as before' && shelf.listing('tool')?.offers.length === 1)
})

test('clients go by what a server has said of itself a moment ago, the gateway asks', async (t) => {
  t.mock.timers.enable({ apis: ['Date'] })
  const { up, seat } = await replaceable(t, modernServer(says('later')))
  const asked = () => seat.posts.filter((method) => method === 'server/discover').length
  await up.connect(peer({ principal: '' }))
  await up.connect(peer())
  assert.match(JSON.stringify(await callTool(await up.connect(peer({ principal: 'bob' })), 'x')), /later/)
  assert.equal(asked(), 1)
  await up.connect(peer({ principal: '' }))
  assert.equal(asked(), 2)
  t.mock.timers.tick(60_001)
  await up.connect(peer())
  assert.equal(asked(), 3)
})

test('a server of before that becomes a later one while in use is found out, and the call is answered', async (t) => {
  const { up, seat } = await replaceable(
    t,
    mcpServer(says('before'), {
      session: () => 's1',
      hello: { capabilities: { tools: {}, resources: { subscribe: true } } },
    }),
  )
  const who = peer()
  const connection = await up.connect(who)
  await connection.request({ method: 'resources/subscribe', params: rawJson('{"uri":"a:b"}') }, caller())
  const listens: unknown[] = []
  seat.listener = modernServer(
    (post) => {
      const { said, json } = post
      if (said.params?.['_meta'] === undefined)
        return json(
          { jsonrpc: '2.0', id: null, error: { code: -32022, message: 'no', data: { supported: ['2026-07-28'] } } },
          400,
        )
      if (said.method === 'subscriptions/listen') {
        listens.push(said.params['notifications'])
        return json({ jsonrpc: '2.0', id: said.id, error: { code: -32603, message: 'too many' } })
      }
      says('later')(post)
    },
    { capabilities: { tools: {}, resources: { subscribe: true } } },
  )
  assert.match(JSON.stringify(await callTool(connection, 'x')), /later/)
  assert.equal(connection.hello.revision, '2026-07-28')
  await until(() => listens.length > 0)
  assert.deepEqual(listens[0], { resourceSubscriptions: ['a:b'] })
  await connection[Symbol.asyncDispose]()
})

test('a server that changes with every request is not followed', async (t) => {
  let turns = 0
  const { up, seat } = await replaceable(t, modernServer(says('later')))
  const connection = await up.connect(peer())
  const before = mcpServer(({ json, said }) => {
    turns++
    seat.listener = refusing
    json(
      { jsonrpc: '2.0', id: said.id, error: { code: -32022, message: 'no', data: { supported: ['2026-07-28'] } } },
      400,
    )
  })
  const refusing = modernServer(({ response }) => {
    turns++
    seat.listener = before
    response.writeHead(400).end()
  })
  seat.listener = refusing
  await assert.rejects(callTool(connection, 'x', {}, caller(agrees)), failure('upstream.protocol', /tools\/call/))
  assert.ok(turns <= 3, `${turns} turns`)
})

test('a later server that only stumbles stays what it is, and other calls do not notice', async (t) => {
  const { up, seat } = await replaceable(
    t,
    modernServer((post) => {
      if (post.said.params?.['name'] === 'bad') post.response.writeHead(404).end('not here')
      else if (post.said.params?.['name'] === 'slow') setTimeout(() => says('later')(post), 100)
      else says('later')(post)
    }),
  )
  const connection = await up.connect(peer())
  const slow = callTool(connection, 'slow')
  await assert.rejects(callTool(connection, 'bad'), failure('upstream.protocol', /tools\/call: it answered 404/))
  assert.match(JSON.stringify(await slow), /later/)
  assert.equal(connection.hello.revision, '2026-07-28')
  assert.equal(seat.posts.filter((method) => method === 'tools/call').length, 3)
})
