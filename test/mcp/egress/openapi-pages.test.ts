// Lists of a REST API that are read page by page, and streams of events: how far, how long, and what becomes of them when somebody goes.
import assert from 'node:assert/strict'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type TestContext, test } from 'node:test'
import { rawJson } from '../../../src/core/brand.ts'
import { setHeader } from '../../../src/http/outbound.ts'
import type { Credentials } from '../../../src/policy/policy.ts'
import { caller, peer, type StageOptions, serve, stage, upstream } from './stage.ts'

const schema = JSON.stringify({
  openapi: '3.1.0',
  info: { title: 'Things', version: '7' },
  paths: {
    '/things': {
      get: {
        operationId: 'list',
        parameters: [{ name: 'page', in: 'query', schema: { type: 'integer' } }],
        responses: { 200: { description: 'fine' } },
      },
    },
  },
})

/** A server of a list that never ends, unless `answer` says otherwise; `seen`: which pages were asked for. */
async function pagesOf(
  t: TestContext,
  answer: (page: number, response: ServerResponse, request: IncomingMessage) => boolean = () => false,
) {
  const seen: number[] = []
  const origin = await serve(t, (request, response) => {
    const page = Number(new URL(request.url ?? '', 'http://x').searchParams.get('page') ?? 1)
    seen.push(page)
    if (answer(page, response, request)) return
    response
      .writeHead(200, { 'content-type': 'application/json', link: `</things?page=${page + 1}>; rel="next"` })
      .end(JSON.stringify({ items: [`thing ${page}`] }))
  })
  return { origin, seen }
}

interface Result {
  readonly content: readonly { readonly text?: string }[]
  readonly structuredContent?: { readonly items: readonly string[] }
  readonly isError?: boolean
  readonly _meta?: { readonly next?: object; readonly pages?: { readonly read: number; readonly stopped?: string } }
}

async function target(t: TestContext, config: object, options: StageOptions = {}) {
  const site = stage(t, options)
  const connection = await (await upstream('openapi', { schema, ...config }, site)).connect(peer())
  const list = async (by = caller()): Promise<Result> => {
    const params = rawJson('{"name":"list","_meta":{"progressToken":"p"}}')
    const answer = await connection.request({ method: 'tools/call', params }, by)
    assert.equal(answer.kind, 'result', answer.raw)
    return JSON.parse(answer.raw)
  }
  return { site, list }
}

test('a list is read as far as the configuration says, with progress, and says what comes next', async (t) => {
  const { origin, seen } = await pagesOf(t)
  const { list } = await target(t, { host: origin, pages: 3 })
  const by = caller()
  const { structuredContent, content, _meta } = await list(by)
  assert.deepEqual(structuredContent, { items: ['thing 1', 'thing 2', 'thing 3'] })
  assert.deepEqual(JSON.parse(content[0]?.text ?? ''), structuredContent)
  assert.deepEqual(_meta, { next: { query: { page: '4' } }, pages: { read: 3 } })
  assert.deepEqual(seen, [1, 2, 3])
  assert.deepEqual(
    by.heard.map(({ params }) => JSON.parse(params ?? '').progress),
    [1, 2],
  )
})

test('without `pages` nothing is fetched that nobody asked for', async (t) => {
  const { origin, seen } = await pagesOf(t)
  const { list } = await target(t, { host: origin })
  assert.deepEqual((await list())._meta, { next: { query: { page: '2' } } })
  assert.deepEqual(seen, [1])
})

test('a page that fails loses none of those before it, and says which one to ask for', async (t) => {
  for (const [status, why] of [
    [429, /status 429/],
    [500, /status 500/],
    [302, /status 302/],
  ] as const) {
    const { origin } = await pagesOf(t, (page, response) => {
      if (page === 3) response.writeHead(status, { location: 'https://elsewhere.example/' }).end('{"items":["no"]}')
      return page === 3
    })
    const { isError, structuredContent, _meta } = await (await target(t, { host: origin, pages: 9 })).list()
    assert.equal(isError, undefined)
    assert.deepEqual(structuredContent, { items: ['thing 1', 'thing 2'] })
    assert.deepEqual(_meta?.next, { query: { page: '3' } })
    assert.match(_meta?.pages?.stopped ?? '', why)
  }
  const { origin } = await pagesOf(t, (page, response) => {
    if (page === 2) response.destroy()
    return page === 2
  })
  const { _meta } = await (await target(t, { host: origin, pages: 9 })).list()
  assert.match(_meta?.pages?.stopped ?? '', /broke off/)
})

test('all pages together have the bounds of one call', async (t) => {
  const { origin, seen } = await pagesOf(t, (page, response) => {
    if (page < 3) return false
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ items: ['x'.repeat(page === 3 ? 900 : 10)] }))
    return true
  })
  const small = await target(t, { host: origin, pages: 9, limits: { bodyBytes: 500 } })
  const { structuredContent, _meta } = await small.list()
  assert.deepEqual(structuredContent?.items, ['thing 1', 'thing 2'])
  assert.match(_meta?.pages?.stopped ?? '', /above \d+ bytes/)
  assert.deepEqual(small.site.hits, ['resultBytes'])
  assert.deepEqual(seen, [1, 2, 3])

  const slow = await pagesOf(t, (page) => page === 2)
  const hurried = await target(t, { host: slow.origin, pages: 9 }, { limits: { upstreamTotalMs: 300 } })
  const part = await hurried.list()
  assert.deepEqual(part.structuredContent?.items, ['thing 1'])
  assert.match(part._meta?.pages?.stopped ?? '', /no answer within 300 ms/)
  assert.deepEqual(hurried.site.hits, ['upstreamTotalMs'])
})

test('a caller who goes takes the page along that is under way', async (t) => {
  const gone = new AbortController()
  const closed = Promise.withResolvers<void>()
  const { origin, seen } = await pagesOf(t, (page, response) => {
    if (page < 2) return false
    response.once('close', closed.resolve)
    gone.abort(new Error('gone'))
    return true
  })
  const { list } = await target(t, { host: origin, pages: 9 })
  await assert.rejects(list(caller(undefined, gone.signal)))
  await closed.promise
  assert.deepEqual(seen, [1, 2])
})

test('a credential that ends on the way is got anew, once', async (t) => {
  let token = 'old'
  const credentials: Credentials = {
    personal: false,
    print: 'c',
    apply: (request) => setHeader(request, 'authorization', `Bearer ${token}`),
    refused: async () => {
      token = 'new'
      return true
    },
  }
  const { origin, seen } = await pagesOf(t, (page, response, { headers }) => {
    if (page < 2 || headers.authorization === 'Bearer new') return false
    response.writeHead(401).end()
    return true
  })
  const { list } = await target(t, { host: origin, pages: 3 }, { credentials })
  assert.deepEqual((await list()).structuredContent?.items, ['thing 1', 'thing 2', 'thing 3'])
  assert.deepEqual(seen, [1, 2, 2, 3])
})

/** A server whose answer is a stream that it writes piece by piece; `gone`: its reader has hung up. */
async function streamOf(t: TestContext, type: string, pieces: readonly string[], ends = false) {
  const gone = Promise.withResolvers<void>()
  const origin = await serve(t, (_, response) => {
    response.once('close', gone.resolve)
    response.writeHead(200, { 'content-type': type })
    const write = (at: number): void => {
      const piece = pieces[at]
      if (piece !== undefined) response.write(piece, () => setTimeout(write, 2, at + 1))
      else if (ends) response.end()
    }
    write(0)
  })
  return { origin, gone: gone.promise }
}

const texts = ({ content }: Result): readonly (string | undefined)[] => content.map(({ text }) => text)

test('a live stream is read until there are enough events, however it is cut and whatever stands between them', async (t) => {
  const pieces = [
    ': welcome\n\n',
    'id: 1\nevent: add',
    'ed\nda',
    'ta: one\n',
    '\n: still here\n\n:\n\n',
    'data:two\r',
    '\ndata: lines\r\n\r',
    '\n',
    'retry: 5\n\n',
    'data: three\r\rdata: four\n\n',
  ]
  const { origin, gone } = await streamOf(t, 'text/event-stream; charset=utf-8', pieces)
  const by = caller()
  const done = await (await target(t, { host: origin, maxEvents: 3 })).list(by)
  assert.deepEqual(texts(done), ['one', 'two\nlines', 'three'])
  assert.deepEqual(done._meta, { truncated: { maxEvents: 3 } })
  assert.deepEqual(
    by.heard.map(({ params }) => JSON.parse(params ?? '').progress),
    [1, 2, 4],
  )
  await gone
})

test('a stream that ends, one that takes too long, and one that nobody waits for any more', async (t) => {
  const whole = await streamOf(t, 'application/x-ndjson', ['{"a":1}\n\n{"a"', ':2}\n', '{"a":3}'], true)
  assert.deepEqual(texts(await (await target(t, { host: whole.origin })).list()), ['{"a":1}', '{"a":2}', '{"a":3}'])
  const endless = await streamOf(t, 'text/event-stream', ['data: a\n\n', 'data: b\n\n', 'data: half'])
  const { list } = await target(t, { host: endless.origin }, { limits: { upstreamTotalMs: 300 } })
  const part = await list()
  assert.deepEqual(texts(part), ['a', 'b'])
  assert.match(JSON.stringify(part._meta), /"truncated":\{"reason":".*no answer within 300 ms"\}/)
  await endless.gone
  const left = await streamOf(t, 'text/event-stream', ['data: a\n\n'])
  const away = new AbortController()
  const by = { ...caller(undefined, away.signal), notification: () => away.abort(new Error('gone')) }
  await assert.rejects((await target(t, { host: left.origin })).list(by))
  await left.gone
})

test('a stream without an event within its time is a call without an answer', async (t) => {
  const { origin } = await streamOf(t, 'text/event-stream', [': hello\n\n'])
  const { list } = await target(t, { host: origin }, { limits: { upstreamTotalMs: 300 } })
  const { isError, content } = await list()
  assert.equal(isError, true)
  assert.match(content[0]?.text ?? '', /no answer within 300 ms/)
})
