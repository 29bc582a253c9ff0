// Target kind `openapi`: documents, requests as they arrive at a real server, answers, credentials, and what is not sent.
import assert from 'node:assert/strict'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { type TestContext, test } from 'node:test'
import { rawJson } from '../../../src/core/brand.ts'
import { Failure } from '../../../src/core/failure.ts'
import { setHeader } from '../../../src/http/outbound.ts'
import type { Credentials } from '../../../src/policy/policy.ts'
import { bodyOf, caller, callTool, peer, type Stage, type StageOptions, serve, stage, upstream } from './stage.ts'

type Path = Record<string, unknown>

const document = (paths: Path, more: object = {}): string =>
  JSON.stringify({ openapi: '3.1.0', info: { title: 'Things', version: '7' }, paths, ...more })

const query = (name: string): object => ({ name, in: 'query', schema: { type: 'string' } })
const get = (operationId: string, more: object = {}): object => ({
  get: { operationId, responses: { 200: { description: 'fine' } }, ...more },
})

/** What arrived, and a server that answers with it unless `answer` does. */
async function api(t: TestContext, answer?: (request: IncomingMessage, response: ServerResponse) => void) {
  const seen: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[] = []
  const listener: RequestListener = (request, response) =>
    void bodyOf(request).then((body) => {
      const { method = '', url = '', headers } = request
      seen.push({ method, url, headers, body })
      if (answer !== undefined) return answer(request, response)
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ method, url }))
    })
  return { origin: await serve(t, listener), seen }
}

interface Result {
  readonly content: readonly { readonly type: string; readonly text?: string }[]
  readonly structuredContent?: unknown
  readonly isError?: boolean
  readonly _meta?: object
}

/** A connection to a target, and the stage that it stands on. */
async function target(t: TestContext, config: object, options: StageOptions = {}) {
  const site = stage(t, options)
  const connection = await (await upstream('openapi', config, site)).connect(peer())
  const call = async (name: string, args: object = {}, by = caller()) =>
    // What a call ends with is the protocol's shape.
    (await callTool(connection, name, args, by)) as Result
  const tools = async (): Promise<string[]> => {
    const { raw } = await connection.request({ method: 'tools/list', params: undefined }, caller())
    const list: { tools: { name: string }[] } = JSON.parse(raw)
    return list.tools.map(({ name }) => name)
  }
  return { site, connection, call, tools }
}

test('operations are what it lists; a call is one request, and its answer the result', async (t) => {
  const { origin, seen } = await api(t)
  const schema = document(
    {
      '/things/{id}': get('getThing', {
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'integer' } }, query('a')],
      }),
    },
    { servers: [{ url: 'https://elsewhere.example/v1' }] },
  )
  const { connection, call, tools } = await target(t, { schema, host: origin })
  assert.deepEqual(connection.hello.capabilities, { tools: { listChanged: true } })
  assert.match(connection.hello.raw, /"serverInfo":\{"name":"Things","version":"7"\}/)
  assert.deepEqual(await tools(), ['getThing'])
  const { structuredContent } = await call('getThing', { path: { id: 7 }, query: { a: 'b c' } })
  assert.deepEqual(structuredContent, { method: 'GET', url: '/v1/things/7?a=b%20c' })
  assert.equal(seen[0]?.headers['accept-encoding'], 'identity')
  assert.equal(seen[0]?.headers['user-agent'], 'toolgate')
  assert.deepEqual(await connection.request({ method: 'ping', params: undefined }, caller()), {
    kind: 'result',
    raw: '{}',
  })
  const other = await connection.request({ method: 'prompts/list', params: undefined }, caller())
  assert.match(other.raw, /-32601/)
})

test('arguments that do not fit are named, and nothing is sent', async (t) => {
  const { origin, seen } = await api(t)
  const { call } = await target(t, {
    schema: document({ '/a': get('a', { parameters: [query('known')] }) }),
    host: origin,
  })
  const { isError, content } = await call('a', { query: { knwon: 'x' } })
  assert.equal(isError, true)
  assert.match(content[0]?.text ?? '', /^nothing was sent: \/query\/knwon: .*known/)
  await assert.rejects(call('b'), /-32602/)
  assert.equal(seen.length, 0)
})

test('headers of the client travel, and replace nothing of ours', async (t) => {
  const { origin, seen } = await api(t)
  const parameters = [{ name: 'X-Tenant', in: 'header', schema: { type: 'string' } }]
  const { connection } = await target(t, { schema: document({ '/a': get('a', { parameters }) }), host: origin })
  const headers = { 'x-tenant': 'mallory', 'x-trace': '1', authorization: 'Bearer client', cookie: 'a=b', host: 'evil' }
  const params = rawJson('{"name":"a","arguments":{"header":{"X-Tenant":"alice"}}}')
  await connection.request({ method: 'tools/call', params, headers }, caller())
  const got: IncomingMessage['headers'] = seen[0]?.headers ?? {}
  assert.equal(got['x-tenant'], 'alice')
  assert.equal(got['x-trace'], '1')
  assert.equal(got.authorization, undefined)
  assert.equal(got.cookie, undefined)
})

test('what the server refuses is a result that says so', async (t) => {
  const { origin } = await api(t, ({ url }, response) => {
    const status = Number(url?.slice(1))
    response.writeHead(status, { 'content-type': 'application/problem+json' }).end('{"detail":"why"}')
  })
  const { call } = await target(t, { schema: document({ '/404': get('gone'), '/503': get('broken') }), host: origin })
  assert.deepEqual(await call('gone'), {
    content: [{ type: 'text', text: '{"detail":"why"}' }],
    isError: true,
    _meta: { status: 404 },
  })
  const { isError, content } = await call('broken')
  assert.equal(isError, true)
  assert.match(content[0]?.text ?? '', /503.*why/)
})

test('a server that is away is a result that says so', async (t) => {
  const { call } = await target(t, { schema: document({ '/a': get('a') }), host: '127.0.0.1:1' })
  const { isError, content } = await call('a')
  assert.equal(isError, true)
  assert.match(content[0]?.text ?? '', /target shop: a: the connection was refused/)
})

test('an answer is bounded in size and time', async (t) => {
  const { origin } = await api(t, ({ url }, response) => {
    if (url === '/large') response.end('x'.repeat(3_000))
    // And nothing else ever comes.
    else response.writeHead(200).flushHeaders()
  })
  const schema = document({ '/large': get('large'), '/slow': get('slow') })
  const { call, site } = await target(
    t,
    { schema, host: origin, limits: { bodyBytes: 2_000 } },
    { limits: { upstreamTotalMs: 50 } },
  )
  const large = await call('large')
  assert.equal(large.isError, true)
  assert.match(large.content[0]?.text ?? '', /above 2000 bytes/)
  const slow = await call('slow')
  assert.equal(slow.isError, true)
  assert.match(slow.content[0]?.text ?? '', /no answer within 50 ms/)
  assert.deepEqual(site.hits, ['resultBytes', 'upstreamTotalMs'])
})

test('a caller who has gone takes the request along', async (t) => {
  const closed = Promise.withResolvers<void>()
  const arrived = Promise.withResolvers<void>()
  const { origin } = await api(t, (request) => {
    request.socket.once('close', () => closed.resolve())
    arrived.resolve()
  })
  const { call } = await target(t, { schema: document({ '/a': get('a') }), host: origin })
  const leaving = new AbortController()
  const answer = call('a', {}, caller(undefined, leaving.signal))
  await arrived.promise
  leaving.abort(new Failure('request.aborted', 'gone'))
  await assert.rejects(answer, { code: 'request.aborted' })
  await closed.promise
})

test('redirects are followed on the same origin, and only for what reads', async (t) => {
  const elsewhere = await api(t)
  const { origin, seen } = await api(t, ({ url }, response) => {
    const to: Record<string, string> = { '/here': '/there', '/away': `${elsewhere.origin}/x`, '/up': '/a/../b' }
    const location = to[url ?? '']
    if (location === undefined) response.end('"arrived"')
    else response.writeHead(307, { location }).end()
  })
  const post = { post: { operationId: 'post', responses: {} } }
  const paths = { '/here': { ...get('here'), ...post }, '/away': get('away'), '/up': get('up') }
  const { call } = await target(t, { schema: document(paths), host: origin })
  assert.match((await call('here')).content[0]?.text ?? '', /arrived/)
  assert.match((await call('up')).content[0]?.text ?? '', /arrived/)
  for (const name of ['away', 'post']) assert.match((await call(name)).content[0]?.text ?? '', /redirects/, name)
  assert.equal(elsewhere.seen.length, 0)
  assert.deepEqual(
    seen.map(({ method, url }) => `${method} ${url}`),
    ['GET /here', 'GET /there', 'GET /up', 'GET /b', 'GET /away', 'POST /here'],
  )
})

test('a stream of events is read until there are enough, with progress meanwhile', async (t) => {
  const { origin } = await api(t, (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (let i = 0; i < 10; i++) response.write(`data: ${i}\n\n`)
  })
  const { connection } = await target(t, { schema: document({ '/a': get('a') }), host: origin, maxEvents: 3 })
  const by = caller()
  const params = rawJson('{"name":"a","_meta":{"progressToken":"t"}}')
  const { raw } = await connection.request({ method: 'tools/call', params }, by)
  const { content }: Result = JSON.parse(raw)
  assert.deepEqual(
    content.map(({ text }) => text),
    ['0', '1', '2'],
  )
  assert.match(by.heard[0]?.params ?? '', /^\{"progressToken":"t","progress":\d+\}$/)
})

const schemes = {
  key: { type: 'apiKey', in: 'query', name: 'k' },
  user: { type: 'http', scheme: 'bearer' },
}

test('credentials of schemes go where the document says, to operations that want them', async (t) => {
  const { origin, seen } = await api(t)
  const paths = {
    '/key': get('key', { security: [{ user: [] }, { key: [] }] }),
    '/open': get('open', { security: [] }),
  }
  const schema = document(paths, { components: { securitySchemes: schemes } })
  const { call, site } = await target(t, { schema, host: origin, credentials: { key: 's3 cret', nobody: 'x' } })
  await call('key')
  await call('open')
  assert.deepEqual(
    seen.map(({ url }) => url),
    ['/key?k=s3%20cret', '/open'],
  )
  assert.deepEqual(
    site.warnings.map((text) => text.replace(/: .*`/, ': `')),
    ['credentials.nobody: `'],
  )
})

test('a secret may stand in a file, and must be one line', async (t) => {
  const { origin, seen } = await api(t)
  const schema = document(
    { '/a': get('a', { security: [{ user: [] }] }) },
    { components: { securitySchemes: schemes } },
  )
  const read = (file: string) => (file === 'token' ? Buffer.from('from-file\n') : Buffer.from('a\nb'))
  const { call } = await target(t, { schema, host: origin, credentials: { user: { file: 'token' } } }, { read })
  await call('a')
  assert.equal(seen[0]?.headers.authorization, 'Bearer from-file')
  const site = stage(t, { read })
  await upstream('openapi', { schema, host: origin, credentials: { user: { file: 'two lines' } } }, site)
  assert.match(site.problems[0] ?? '', /credentials\.user: the secret has characters/)
})

const bearer = (over: Partial<Credentials> = {}): Credentials => ({
  personal: false,
  print: 'p',
  apply: (request, who) => setHeader(request, 'authorization', `Bearer ${who?.identity?.subject ?? 'nobody'}`),
  ...over,
})

test('the credential of the target goes along with everything, for whoever asks', async (t) => {
  const { origin, seen } = await api(t)
  const options = { credentials: bearer() }
  const { connection } = await target(t, { schema: document({ '/a': get('a') }), host: origin }, options)
  const who = {
    identity: { via: 'jwt', subject: 'alice', claims: {} },
    jwt: undefined,
    apiKey: undefined,
    basicAuth: undefined,
  } as const
  await connection.request({ method: 'tools/call', params: rawJson('{"name":"a"}'), who }, caller())
  await connection.request({ method: 'tools/call', params: rawJson('{"name":"a"}') }, caller())
  assert.deepEqual(
    seen.map(({ headers }) => headers.authorization),
    ['Bearer alice', 'Bearer nobody'],
  )
})

test('a credential that is refused is got anew, once', async (t) => {
  const { origin, seen } = await api(t, ({ headers }, response) => {
    response.writeHead(headers.authorization === 'Bearer 2' ? 200 : 401).end('{}')
  })
  let token = 1
  const credentials = bearer({
    apply: (request) => setHeader(request, 'authorization', `Bearer ${token}`),
    refused: () => {
      token++
      return true
    },
  })
  const { call } = await target(t, { schema: document({ '/a': get('a') }), host: origin }, { credentials })
  assert.equal((await call('a')).isError, undefined)
  token = 7
  assert.equal((await call('a')).isError, true)
  assert.equal(seen.length, 4)
})

test('what fails for want of a credential is no result: somebody must do something', async (t) => {
  const { origin, seen } = await api(t)
  const apply = (): never => {
    throw new Failure('upstream.credentials', 'log in first')
  }
  const { call } = await target(
    t,
    { schema: document({ '/a': get('a') }), host: origin },
    { credentials: bearer({ apply }) },
  )
  await assert.rejects(call('a'), { code: 'upstream.credentials' })
  assert.equal(seen.length, 0)
})

test('a scheme may have a credential that must be got first', async (t) => {
  const { origin, seen } = await api(t)
  const paths = { '/a': get('a', { security: [{ user: [] }] }), '/b': get('b', { security: [] }) }
  const schema = document(paths, { components: { securitySchemes: schemes } })
  const body = { oauthClientCredentials: { clientId: 'c' } }
  const proof = (at: readonly (string | number)[], given: unknown) => {
    assert.deepEqual([at, given], [['credentials', 'user'], body])
    return bearer()
  }
  const { call } = await target(t, { schema, host: origin, credentials: { user: body } }, { proof })
  await call('a')
  await call('b')
  assert.deepEqual(
    seen.map(({ headers }) => headers.authorization),
    ['Bearer nobody', undefined],
  )
})

test('a tool that needs a confirmation is sent when the user agrees', async (t) => {
  const { origin, seen } = await api(t)
  const tools = [{ match: { path: '/a' }, confirm: true }]
  const { call } = await target(t, { schema: document({ '/a': get('a') }), host: origin, tools })
  const says = (action: string) => caller(async () => ({ kind: 'result', raw: rawJson(`{"action":"${action}"}`) }))
  const agreeing = says('accept')
  assert.equal((await call('a', {}, agreeing)).isError, undefined)
  assert.match(agreeing.asked[0]?.params ?? '', /Call a\? It sends GET \/a/)
  for (const by of [says('decline'), caller()]) assert.equal((await call('a', {}, by)).isError, true)
  assert.equal(seen.length, 1)
})

test('hosts that only the document names must be public, by https, and get no credentials', async (t) => {
  const { origin, seen } = await api(t)
  const at = (url: string): string => document({ '/a': get('a') }, { servers: [{ url }] })
  const problems = async (config: object, options: StageOptions = {}): Promise<string[]> => {
    const site = stage(t, options)
    await upstream('openapi', config, site)
    return site.problems
  }
  assert.match((await problems({ schema: at(origin) }))[0] ?? '', /by http: write it as `host`/)
  assert.match((await problems({ schema: at('https://127.0.0.1/') }))[0] ?? '', /a loopback address/)
  assert.match((await problems({ schema: at('https://[fd00::1]/') }))[0] ?? '', /a private address/)
  assert.match(
    (await problems({ schema: at('https://api.example/') }, { credentials: bearer() }))[0] ?? '',
    /credentials/,
  )
  assert.match((await problems({ schema: document({ '/a': get('a') }) }))[0] ?? '', /does not say where its server is/)
  assert.deepEqual(await problems({ schema: at('https://api.example/') }), [])
  assert.equal(seen.length, 0)
  // The same server, once the configuration names it: what the rule keeps away.
  const { host } = new URL(origin)
  const { call } = await target(t, { schema: at(origin), servers: { allow: [host] } })
  assert.deepEqual((await call('a')).structuredContent, { method: 'GET', url: '/a' })
})

test('a public name that leads inside is refused when the connection is made', async (t) => {
  const { origin, seen } = await api(t)
  const { port } = new URL(origin)
  const schema = document({ '/a': get('a') }, { servers: [{ url: `https://rebound.example:${port}` }] })
  const inside = async () => [{ address: '127.0.0.1', family: 4 }]
  const { call } = await target(t, { schema }, { poolSettings: { resolve: inside } })
  const { isError, content } = await call('a')
  assert.equal(isError, true)
  assert.match(content[0]?.text ?? '', /rebound\.example is a loopback address/)
  assert.equal(seen.length, 0)
})

test('the path of the target stands before documents that have none', async (t) => {
  const { origin, seen } = await api(t)
  const based = document({ '/a': get('a') }, { servers: [{ url: '/v1' }] })
  await (await target(t, { schema: document({ '/a': get('a') }), host: `${origin}/v2/` })).call('a')
  await (await target(t, { schema: based, host: `${origin}/v2/` })).call('a')
  assert.deepEqual(
    seen.map(({ url }) => url),
    ['/v2/a', '/v1/a'],
  )
})

test('a document that cannot be used is reported with its place; what it loses is a warning', async (t) => {
  const compiled = async (schema: string): Promise<Stage> => {
    const site = stage(t)
    await upstream('openapi', { schema, host: 'a.example:80' }, site).catch(() => undefined)
    return site
  }
  assert.match(
    (await compiled('openapi: 3.0.0\npaths: [')).problems[0] ?? '',
    /^schema: the document cannot be used: schema:2/,
  )
  assert.match((await compiled('openapi: 9.0.0')).problems[0] ?? '', /^schema: the document cannot be used: .*9\.0/)
  const lossy = document({ '/a': get('a'), '/b': get('b', { parameters: [{ $ref: '#/nowhere' }] }) })
  const { problems, warnings } = await compiled(lossy)
  assert.deepEqual(problems, [])
  assert.match(warnings[0] ?? '', /^schema: schema:1 #\/paths\/~1b/)
})
