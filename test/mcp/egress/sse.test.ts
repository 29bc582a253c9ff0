import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import { rawJson } from '../../../src/core/brand.ts'
import { Failure } from '../../../src/core/failure.ts'
import { encodeEvent } from '../../../src/http/sse.ts'
import { bodyOf, caller, callTool, failure, peer, type Said, serve, stage, until, upstream } from './stage.ts'

interface Old {
  readonly url: string
  readonly posts: { readonly said: Said; readonly url: string | undefined; readonly tenant: unknown }[]
  stream: ServerResponse | undefined
  readonly say: (message: unknown) => void
}

/** A server of 2024-11-05; `other` gets what is not the opening. */
async function old(
  t: Parameters<typeof stage>[0],
  other: (said: Said, old: Old) => void = () => {},
  endpoint: (origin: string) => string = () => '/post?session=1',
): Promise<Old> {
  const made: Old = {
    url: await serve(t, (request, response) => {
      if (request.method === 'GET') {
        made.stream = response
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.write(encodeEvent({ event: 'endpoint', data: endpoint(made.url) }))
        return
      }
      void bodyOf(request).then((text) => {
        const said: Said = JSON.parse(text)
        made.posts.push({ said, url: request.url, tenant: request.headers['x-tenant'] })
        response.writeHead(said.params?.['name'] === 'refused' ? 400 : 202).end()
        if (said.method === 'initialize')
          made.say({
            jsonrpc: '2.0',
            id: said.id,
            result: { protocolVersion: '2024-11-05', capabilities: {}, serverInfo: {} },
          })
        else if (said.method !== 'notifications/initialized') other(said, made)
      })
    }),
    posts: [],
    stream: undefined,
    say: (message) => {
      const data = typeof message === 'string' ? message : JSON.stringify(message)
      made.stream?.write(encodeEvent({ event: 'message', data }))
    },
  }
  return made
}

test('messages are posted where the endpoint event says, answers come on the stream as they are', async (t) => {
  const server = await old(t, (said, { say }) => say(`{"jsonrpc":"2.0","id":${said.id},"result":{"n":1e400}}`))
  const up = await upstream('sse', { host: `${server.url}/sse` }, stage(t))
  const connection = await up.connect(peer())
  const request = { method: 'tools/call', params: rawJson('{"n":-0}'), headers: { 'x-tenant': 'acme', cookie: 'c=1' } }
  assert.deepEqual(await connection.request(request, caller()), { kind: 'result', raw: '{"n":1e400}' })
  assert.equal(connection.hello.revision, '2024-11-05')
  assert.ok(server.posts.every(({ url }) => url === '/post?session=1'))
  assert.equal(server.posts.at(-1)?.tenant, 'acme')
})

test('an endpoint at another origin is refused, whatever form it has', async (t) => {
  const elsewhere = await serve(t, () => assert.fail('nothing may be posted here'))
  for (const endpoint of [
    `${elsewhere}/post`,
    elsewhere.replace('http:', ''),
    'javascript:alert(1)',
    'http://user@127.0.0.1/',
    'http://',
  ]) {
    const server = await old(
      t,
      () => {},
      (origin) => (endpoint.includes('user@') ? origin.replace('//', '//user@') : endpoint),
    )
    const up = await upstream('sse', { host: `${server.url}/sse` }, stage(t))
    await assert.rejects(
      up.connect(peer()),
      failure('upstream.protocol', /^target shop: initialize: its endpoint is not at its own origin/),
    )
    assert.deepEqual(server.posts, [])
  }
})

test('progress, questions and notifications find their way without a stream of their own', async (t) => {
  const server = await old(t, (said, { say, posts }) => {
    if (said.method !== 'tools/call') return
    const { progressToken } = (said.params?.['_meta'] ?? {}) as { progressToken?: number } // sent by this test
    say({ jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken, progress: 1 } })
    say('garbage')
    say({ jsonrpc: '2.0', id: 'q', method: 'sampling/createMessage' })
    void until(() => posts.some((post) => post.said.result !== undefined)).then(() =>
      say({ jsonrpc: '2.0', id: said.id, result: {} }),
    )
  })
  const up = await upstream('sse', { host: `${server.url}/sse` }, stage(t))
  const speaker = peer()
  const connection = await up.connect(speaker)
  const by = caller(async () => ({ kind: 'result', raw: rawJson('{"said":1}') }))
  await connection.request({ method: 'tools/call', params: rawJson('{"_meta":{"progressToken":"p"}}') }, by)
  assert.deepEqual(by.heard, [{ method: 'notifications/progress', params: '{"progressToken":"p","progress":1}' }])
  assert.deepEqual(by.asked, [{ method: 'sampling/createMessage', params: undefined }])
  server.say({ jsonrpc: '2.0', method: 'notifications/resources/updated', params: { uri: 'x:1' } })
  await until(() => speaker.heard.length === 1)
})

test('when the stream ends, its calls fail and the peer hears of it; a new conversation is a new stream', async (t) => {
  const server = await old(t, (said, { say, stream }) => {
    if (said.params?.['name'] === 'break') stream?.destroy()
    else say({ jsonrpc: '2.0', id: said.id, result: {} })
  })
  const up = await upstream('sse', { host: `${server.url}/sse` }, stage(t))
  const speaker = peer()
  const connection = await up.connect(speaker)
  await assert.rejects(
    callTool(connection, 'break'),
    failure('upstream.protocol', /^target shop: tools\/call: the connection broke off/),
  )
  assert.match(speaker.losses[0]?.message ?? '', /^target shop: stream: the connection broke off/)
  await assert.rejects(
    callTool(connection, 'x'),
    failure('upstream.protocol', /^target shop: tools\/call: the connection broke off/),
  )
  assert.deepEqual(await callTool(await up.connect(peer()), 'x'), {})
})

test('a message that is not taken fails its call', async (t) => {
  const server = await old(t)
  const connection = await (await upstream('sse', { host: `${server.url}/sse` }, stage(t))).connect(peer())
  await assert.rejects(
    callTool(connection, 'refused'),
    failure('upstream.protocol', /^target shop: tools\/call: it answered 400/),
  )
})

test('a server without stream or endpoint is given up', async (t) => {
  const refusing = await serve(t, (_, response) => void response.writeHead(401).end())
  const up = await upstream('sse', { host: refusing }, stage(t))
  await assert.rejects(
    up.connect(peer()),
    failure('upstream.protocol', /^target shop: initialize: its stream was answered 401/),
  )
  const mute = await serve(
    t,
    (_, response) => void response.writeHead(200, { 'content-type': 'text/event-stream' }).write(':\n\n'),
  )
  const site = stage(t, { limits: { upstreamFirstByteMs: 150 } })
  const silent = await upstream('sse', { host: mute }, site)
  await assert.rejects(silent.connect(peer()), failure('upstream.timeout', /no endpoint within 150 ms/))
  const gone = new AbortController()
  const opening = silent.connect(peer(), gone.signal)
  gone.abort(new Failure('request.aborted', 'enough'))
  await assert.rejects(opening, /enough/)
})

test('a target of kind mcp that only speaks HTTP+SSE is found out', async (t) => {
  const server = await old(t, (said, { say }) => say({ jsonrpc: '2.0', id: said.id, result: { old: true } }))
  const both = await serve(t, (request, response) => {
    if (request.method === 'POST' && request.url === '/sse') return void response.writeHead(405).end()
    const relay = async (): Promise<void> => {
      const answer = await fetch(`${server.url}${request.url}`, {
        method: request.method ?? 'GET',
        ...(request.method === 'POST' && { body: await bodyOf(request) }),
      })
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' })
      for await (const chunk of answer.body ?? []) response.write(chunk)
      response.end()
    }
    relay().catch(() => response.destroy())
  })
  const up = await upstream('mcp', { host: `${both}/sse` }, stage(t))
  assert.deepEqual(await callTool(await up.connect(peer()), 'x'), { old: true })
})
