import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import { rawJson } from '../../../src/core/brand.ts'
import { Failure } from '../../../src/core/failure.ts'
import { encodeEvent } from '../../../src/http/sse.ts'
import {
  caller,
  callTool,
  events,
  failure,
  mcpServer,
  peer,
  type Said,
  serve,
  stage,
  talk,
  until,
  upstream,
} from './stage.ts'

test('a conversation with a server of before opens with initialize and initialized, and carries session and revision from then on', async (t) => {
  const heads: [string | undefined, unknown, unknown, unknown][] = []
  const url = await serve(t, (request, response) => {
    heads.push([
      request.method,
      request.headers['mcp-session-id'],
      request.headers['mcp-protocol-version'],
      request.headers.accept,
    ])
    mcpServer((post) => post.result({}), { session: () => 's-1', hello: { instructions: 'be kind' } })(
      request,
      response,
    )
  })
  const up = await upstream('mcp', { host: `${url}/mcp?key=secret` }, stage(t))
  const connection = await up.connect(peer({ revision: '2025-06-18' }))
  await callTool(connection, 'x')
  await connection[Symbol.asyncDispose]()
  assert.equal(up.endpoint, `${url}/mcp`)
  assert.equal(connection.hello.instructions, 'be kind')
  const both = 'application/json, text/event-stream'
  assert.deepEqual(
    heads.filter(([method]) => method === 'POST'),
    [
      ['POST', undefined, '2026-07-28', both],
      ['POST', undefined, undefined, both],
      ['POST', 's-1', '2025-11-25', both],
      ['POST', 's-1', '2025-11-25', both],
    ],
  )
  assert.deepEqual(
    heads.find(([method]) => method === 'GET'),
    ['GET', 's-1', '2025-11-25', 'text/event-stream'],
  )
  assert.equal(heads.at(-1)?.[0], 'DELETE')
})

test('headers of the target’s own policy are on every request, and cannot change the protocol', async (t) => {
  const heads: [string | undefined, unknown, unknown, unknown][] = []
  const url = await serve(t, (request, response) => {
    const { 'x-api-key': key, 'x-drop': drop, accept, x_api_key: spoofed = drop } = request.headers
    heads.push([request.method, key, spoofed, accept])
    mcpServer((post) => post.result({}), { session: () => 's-1' })(request, response)
  })
  const fields = {
    set: [
      ['x-api-key', 'of the gateway'],
      ['accept', 'text/plain'],
    ],
    add: [],
    remove: ['x-drop'],
  } as const
  const up = await upstream('mcp', { host: `${url}/mcp` }, stage(t, { fields }))
  const connection = await up.connect(peer())
  const headers = { 'x-api-key': 'of the client', x_api_key: 'of the client', 'x-drop': 'me', x_drop: 'me' }
  await connection.request({ method: 'tools/call', params: rawJson('{"name":"x"}'), headers }, caller())
  await connection[Symbol.asyncDispose]()
  assert.ok(heads.length >= 4)
  for (const [method, key, drop, accept] of heads) {
    assert.deepEqual([key, drop], ['of the gateway', undefined], `${method}`)
    assert.notEqual(accept, 'text/plain')
  }
})

test('results and errors are handed on as the text that came, whether JSON or a stream brought it', async (t) => {
  const spelled = '{"n":[1e400,-0,9007199254740993], "unknown" : {"x":"\\u0041"}}'
  const { connection } = await talk(t, ({ said, json, response }) => {
    const text = `{"jsonrpc":"2.0", "id": ${said.id}, "${said.method === 'bad' ? 'error' : 'result'}": ${spelled} }`
    if (said.method !== 'stream') return json(text)
    events(response)(text)
    response.end()
  })
  const ask = (method: string) => connection.request({ method, params: undefined }, caller())
  assert.deepEqual(await ask('good'), { kind: 'result', raw: spelled })
  assert.deepEqual(await ask('stream'), { kind: 'result', raw: spelled })
  assert.deepEqual(await ask('bad'), { kind: 'error', raw: spelled })
})

test('params travel untouched but for progress token and trace context', async (t) => {
  const texts: string[] = []
  const { connection } = await talk(t, ({ said, text, response }) => {
    texts.push(text)
    const send = events(response)
    send(
      `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":${said.id},"progress":1e400,"more":-0}}`,
    )
    send({ jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 'mine', progress: 1 } })
    send({ jsonrpc: '2.0', id: said.id, result: {} })
    response.end()
  })
  const by = caller()
  const params = rawJson('{ "x": 1e400, "_meta" : {"progressToken":"mine","vendor":9007199254740993} }')
  await connection.request({ method: 'a', params }, by)
  assert.equal(
    texts.at(-1),
    '{"jsonrpc":"2.0","id":2,"method":"a","params":{ "x": 1e400, "_meta" : {"progressToken":2,"vendor":9007199254740993} }}',
  )
  assert.deepEqual(by.heard, [
    { method: 'notifications/progress', params: '{"progressToken":"mine","progress":1e400,"more":-0}' },
  ])

  await connection.request({ method: 'a', params: rawJson('{"_meta":{"progress\\u0054oken":"mine"}}') }, by)
  assert.match(texts.at(-1) ?? '', /"progress\\u0054oken":3/)
  await connection.request(
    { method: 'a', params: rawJson('{"_meta":{}}'), headers: { traceparent: '00-1', baggage: 'k=v' } },
    by,
  )
  assert.match(texts.at(-1) ?? '', /"params":\{"_meta":\{"baggage":"k=v","traceparent":"00-1"\}\}/)
  await connection.request({ method: 'a', params: undefined, headers: { traceparent: '00-1' } }, by)
  assert.match(texts.at(-1) ?? '', /"params":\{"_meta":\{"traceparent":"00-1"\}\}/)
})

test("the client's own headers travel, its credentials and identity do not", async (t) => {
  const heads: unknown[] = []
  const { connection } = await talk(t, (post) => {
    heads.push(post.request.headers)
    post.result({})
  })
  const canary = 'canary'
  const headers = {
    authorization: canary,
    cookie: canary,
    'proxy-authorization': canary,
    'mcp-session-id': canary,
    'mcp-name': canary,
    'last-event-id': canary,
    origin: canary,
    'user-agent': canary,
    'x-forwarded-for': canary,
    'content-length': '7',
    'accept-language': canary,
    'x-hop': canary,
    connection: 'keep-alive, X-Hop',
    'x-tenant': 'acme',
  }
  await connection.request({ method: 'a', params: undefined, headers }, caller())
  assert.doesNotMatch(JSON.stringify(heads), /canary/)
  assert.match(JSON.stringify(heads), /"x-tenant":"acme"/)
})

test("a question on a call's stream goes to the caller, one on the server's stream to the only call or the peer", async (t) => {
  let open: ServerResponse | undefined
  let posted: Said[] = []
  const { connection, speaker } = await talk(
    t,
    ({ said, response }) => {
      if (said.method !== 'tools/call') {
        posted.push(said)
        response.writeHead(202).end()
        if (posted.length < 2) return
        return
      }
      const send = events(response)
      const where =
        said.params?.['name'] === 'own'
          ? send
          : (message: unknown) => void open?.write(encodeEvent({ data: JSON.stringify(message) }))
      where({ jsonrpc: '2.0', id: 'q', method: 'elicitation/create', params: { n: 1 } })
      where({ jsonrpc: '2.0', id: 9, method: 'ping' })
      void until(() => posted.length === 2).then(() => {
        send({ jsonrpc: '2.0', id: said.id, result: {} })
        response.end()
      })
    },
    {
      options: {
        get: (_, response) => {
          open = response
          response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
        },
      },
    },
  )
  await until(() => open !== undefined)
  const yes = caller(async () => ({ kind: 'result', raw: rawJson('{"action": 1e0}') }))
  for (const name of ['own', 'other']) {
    posted = []
    await callTool(connection, name, {}, yes)
    assert.deepEqual(
      posted.toSorted((a, b) => String(a.id).localeCompare(String(b.id))),
      [
        { jsonrpc: '2.0', id: 9, result: {} },
        { jsonrpc: '2.0', id: 'q', result: { action: 1 } },
      ],
    )
  }
  assert.equal(yes.asked.length, 2)
  open?.write(encodeEvent({ data: '{"jsonrpc":"2.0","id":"r","method":"roots/list"}' }))
  open?.write(encodeEvent({ data: '{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}' }))
  await until(() => speaker.asked.length === 1 && speaker.heard.length === 1)
  assert.deepEqual(speaker.asked, [{ method: 'roots/list', params: undefined }])
})

test('a question that the server takes back is not answered', async (t) => {
  const posted: Said[] = []
  let taken: AbortSignal | undefined
  const { connection } = await talk(t, ({ said, response }) => {
    if (said.method !== 'tools/call') {
      posted.push(said)
      return void response.writeHead(202).end()
    }
    const send = events(response)
    send({ jsonrpc: '2.0', id: 5, method: 'elicitation/create' })
    send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 5 } })
    void until(() => taken?.aborted === true).then(() => {
      send({ jsonrpc: '2.0', id: said.id, result: {} })
      response.end()
    })
  })
  await callTool(
    connection,
    'x',
    {},
    caller((_, __, signal) => {
      taken = signal
      return new Promise((resolve) =>
        signal?.addEventListener('abort', () => resolve({ kind: 'result', raw: rawJson('{}') })),
      )
    }),
  )
  await connection[Symbol.asyncDispose]()
  assert.deepEqual(posted, [])
})

test('a caller that gives up cancels the call upstream', async (t) => {
  const told: Said[] = []
  const { connection } = await talk(t, ({ said, response }) => {
    told.push(said)
    if (said.method !== 'tools/call') response.writeHead(202).end()
  })
  const gone = new AbortController()
  const call = callTool(connection, 'never', {}, caller(undefined, gone.signal))
  await until(() => told.length === 1)
  gone.abort(new Failure('request.timeout', 'took too long'))
  await assert.rejects(call, failure('request.timeout', /took too long/))
  await until(() => told.length === 2)
  assert.deepEqual(told[1], {
    jsonrpc: '2.0',
    method: 'notifications/cancelled',
    params: { requestId: 2, reason: 'took too long' },
  })
  await assert.rejects(callTool(connection, 'x', {}, caller(undefined, gone.signal)), /took too long/)
})

test('a session that vanished is opened anew once for all, and every request is sent once more', async (t) => {
  for (const [status, body] of [
    [404, 'Not Found'],
    [404, '{"jsonrpc":"2.0","id":null,"error":{"code":-32001,"message":"Session not found"}}'],
    [400, '{"jsonrpc":"2.0","error":{"code":-32000,"message":"Bad Request: No valid session ID provided"}}'],
  ] as const) {
    let [opened, run, alive] = [0, 0, '']
    const told: string[] = []
    const { connection, speaker } = await talk(
      t,
      ({ said, request, response, json, result }) => {
        if (request.headers['mcp-session-id'] !== alive) return json(body, status)
        told.push(`${said.method} ${JSON.stringify(said.params)}`)
        if (said.id === undefined) return void response.writeHead(202).end()
        run++
        result({ ran: run })
      },
      {
        options: {
          session: () => {
            opened++
            alive = `s${opened}`
            return alive
          },
        },
      },
    )
    await connection.request({ method: 'logging/setLevel', params: rawJson('{"level":"debug"}') }, caller())
    alive = 'restarted'
    told.length = 0
    await Promise.all([1, 2, 3, 4].map((n) => callTool(connection, 'x', { n })))
    assert.equal(opened, 2)
    assert.equal(connection.session, 's2')
    assert.equal(told.filter((line) => line.startsWith('tools/call')).length, 4)
    assert.equal(told[0], 'logging/setLevel {"level":"debug"}', 'the new session is told what the old one knew')
    assert.deepEqual(
      speaker.heard.map(({ method }) => method),
      ['notifications/tools/list_changed'],
    )
    alive = 'gone for good'
  }
})

test('a session that vanishes again is a failure', async (t) => {
  const { connection } = await talk(t, ({ json }) => json('gone', 404), { options: { session: () => 'x' } })
  await assert.rejects(
    callTool(connection, 'x'),
    failure('upstream.protocol', /^target shop: tools\/call: it answered 404/),
  )
})

test('a stream that breaks off is resumed where it was', async (t) => {
  const asked: unknown[] = []
  let answer: unknown
  const { connection } = await talk(
    t,
    ({ said, response }) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('id: prime\nretry: 60\ndata:\n\n')
      response.end()
      answer = { jsonrpc: '2.0', id: said.id, result: { done: true } }
    },
    {
      options: {
        get: (request, response) => {
          const last = request.headers['last-event-id']
          if (last === undefined) return void response.writeHead(405).end()
          asked.push(last)
          if (asked.length === 2) return void response.destroy()
          const send = events(response)
          if (asked.length === 1) send({ jsonrpc: '2.0', method: 'notifications/message', params: {} }, 'second')
          else send(answer, 'third')
          response.end()
        },
      },
    },
  )
  const by = caller()
  assert.deepEqual(await callTool(connection, 'x', {}, by), { done: true })
  assert.deepEqual(asked, ['prime', 'second', 'second'])
  assert.deepEqual(
    by.heard.map(({ method }) => method),
    ['notifications/message'],
  )
})

test('a stream that breaks off without ids, or cannot be resumed, fails the call and is not asked again', async (t) => {
  let posts = 0
  const { connection } = await talk(t, ({ said, response }) => {
    posts++
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(said.params?.['name'] === 'ids' ? 'id: 1\nretry: 1\ndata:\n\n' : ': nothing\n\n')
    setTimeout(() => response.destroy(), 10)
  })
  await assert.rejects(
    callTool(connection, 'none'),
    failure('upstream.protocol', /tools\/call: the stream ended without the answer/),
  )
  await assert.rejects(callTool(connection, 'ids'), failure('upstream.protocol', /resuming it was answered 405/))
  assert.equal(posts, 2)
})

test("the server's own stream comes back after it broke off, with the id it had", async (t) => {
  const asked: unknown[] = []
  const { speaker } = await talk(t, (post) => post.result({}), {
    options: {
      get: (request, response) => {
        asked.push(request.headers['last-event-id'])
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.write(`id: ${asked.length}\nretry: 20\ndata: {"jsonrpc":"2.0","method":"notifications/x"}\n\n`)
        if (asked.length < 3) response.end('data: garbage\n\n')
      },
    },
  })
  await until(() => speaker.heard.length === 3)
  assert.deepEqual(asked, [undefined, '1', '2'])
})

test('the end of a conversation ends its calls', async (t) => {
  const told: string[] = []
  const { connection } = await talk(t, ({ said, response }) => {
    told.push(String(said.method))
    if (said.id === undefined) response.writeHead(202).end()
  })
  const call = assert.rejects(
    callTool(connection, 'never'),
    failure('request.aborted', /tools\/call: the conversation has been ended/),
  )
  await until(() => told.length === 1)
  await connection[Symbol.asyncDispose]()
  await call
  assert.deepEqual(told, ['tools/call', 'notifications/cancelled'])
  await assert.rejects(callTool(connection, 'x'), failure('request.aborted', /has been ended/))
})
