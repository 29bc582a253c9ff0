import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type Answer, route, serve, upstream, wrongWith } from '../support/serve.ts'

const access = ({ headers }: Answer): Record<string, unknown> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('access-control-')))

async function behind(t: TestContext, cors: string, backend?: number) {
  const { ask } = await serve(t, route(`{cors: ${cors}}`, backend ?? (await upstream(t))))
  return (origin: string | undefined, method = 'GET', headers: Record<string, string> = {}) =>
    ask({ method, headers: { ...headers, ...(origin !== undefined && { origin }) } })
}

const listed =
  '{allowOrigins: ["https://app.example"], allowHeaders: [content-type, x-a], allowMethods: [GET, POST], exposeHeaders: [mcp-session-id], maxAge: 10m}'

test('a preflight of an allowed origin is answered with what is allowed, and no backend hears of it', async (t) => {
  const asked: string[] = []
  const call = await behind(
    t,
    listed,
    await upstream(t, (request, response) => response.end(asked.push(request.method ?? ''))),
  )
  const answer = await call('https://app.example', 'OPTIONS', { 'access-control-request-method': 'POST' })
  assert.deepEqual([answer.status, answer.text, answer.headers['content-length']], [200, '', '0'])
  assert.deepEqual(access(answer), {
    'access-control-allow-origin': 'https://app.example',
    'access-control-allow-methods': 'GET,POST',
    'access-control-allow-headers': 'content-type,x-a',
    'access-control-max-age': '600',
  })
  assert.deepEqual(asked, [])
})

test('any OPTIONS with an allowed origin ends here; without one it goes to the backend', async (t) => {
  const call = await behind(t, listed)
  assert.equal((await call('https://app.example', 'OPTIONS')).text, '')
  assert.match((await call(undefined, 'OPTIONS')).text, /"method":"OPTIONS"/)
  assert.match((await call('https://evil.example', 'OPTIONS')).text, /"method":"OPTIONS"/) // no preflight: nothing is asked
})

test('an origin may be listed with the port that its scheme has anyway', async (t) => {
  const call = await behind(t, '{allowOrigins: ["https://APP.example:443/", "http://app.example:8080"]}')
  const granted = async (origin: string) => access(await call(origin))['access-control-allow-origin']
  assert.equal(await granted('https://app.example'), 'https://app.example')
  assert.equal(await granted('http://app.example:8080'), 'http://app.example:8080')
  assert.equal(await granted('http://app.example'), undefined)
})

test('an origin that is not allowed gets 200 without a word about CORS', async (t) => {
  const call = await behind(t, listed)
  const preflight = await call('https://evil.example', 'OPTIONS', { 'access-control-request-method': 'POST' })
  assert.deepEqual([preflight.status, preflight.text, access(preflight)], [200, '', {}])
  const simple = await call('https://evil.example')
  assert.deepEqual([simple.status, access(simple)], [200, {}])
  assert.match(simple.text, /"url":"\/"/)
})

test('a request of an allowed origin is answered with its origin and what may be read', async (t) => {
  const call = await behind(t, listed)
  assert.deepEqual(access(await call('https://app.example')), {
    'access-control-allow-origin': 'https://app.example',
    'access-control-expose-headers': 'mcp-session-id',
  })
})

test('caches are told that the answer depends on the origin, unless everyone gets the same', async (t) => {
  const call = await behind(t, listed)
  assert.equal((await call('https://evil.example')).headers.vary, 'Origin')
  assert.equal((await call(undefined)).headers.vary, 'Origin')
  const open = await behind(t, '{allowOrigins: ["*"]}')
  assert.equal((await open('https://a.example')).headers.vary, undefined)
})

test('what an upstream says about Vary stays', async (t) => {
  const varied = await upstream(t, (_, response) => response.setHeader('vary', 'Accept').end())
  const call = await behind(t, listed, varied)
  assert.equal((await call('https://app.example')).headers.vary, 'Accept, Origin')
})

test('`*` is answered as `*`', async (t) => {
  const call = await behind(t, '{allowOrigins: ["*"], allowHeaders: ["*"], allowMethods: ["*"]}')
  assert.deepEqual(access(await call('null', 'OPTIONS')), {
    'access-control-allow-origin': '*',
    'access-control-allow-headers': '*',
    'access-control-allow-methods': '*',
  })
  assert.deepEqual(access(await call('https://a.example')), { 'access-control-allow-origin': '*' })
})

test('with credentials `*` names what was asked for, because browsers take it literally', async (t) => {
  const call = await behind(
    t,
    '{allowOrigins: ["*"], allowHeaders: ["*"], allowMethods: ["*"], allowCredentials: true}',
  )
  const asking = { 'access-control-request-headers': 'authorization,x-b', 'access-control-request-method': 'PUT' }
  assert.deepEqual(access(await call('https://a.example', 'OPTIONS', asking)), {
    'access-control-allow-origin': 'https://a.example',
    'access-control-allow-credentials': 'true',
    'access-control-allow-headers': 'authorization,x-b',
    'access-control-allow-methods': 'PUT',
  })
  const simple = await call('https://a.example')
  assert.equal(simple.headers['access-control-allow-credentials'], 'true')
  assert.equal(simple.headers.vary, 'Origin')
})

test('a star inside an origin stands for part of a host or for a port, never for a separator', async (t) => {
  const call = await behind(t, '{allowOrigins: ["https://*.example.com", "http://localhost:*"]}')
  const allowed = async (origin: string) => (await call(origin)).headers['access-control-allow-origin'] === origin
  assert.ok(await allowed('https://a.example.com'))
  assert.ok(await allowed('https://a.b.example.com'))
  assert.ok(await allowed('http://localhost:5173'))
  for (const origin of [
    'https://example.com',
    'http://a.example.com',
    'https://evil.test/.example.com',
    'https://evil.test#.example.com',
    'https://evil.test:80@a.example.com',
    'https://a.example.com.evil.test',
    'http://localhost:5173.evil.test:80',
    'http://localhost',
  ])
    assert.ok(!(await allowed(origin)), origin)
})

test('an upstream cannot allow what the configuration does not', async (t) => {
  const generous = await upstream(t, (_, response) => {
    response.setHeader('access-control-allow-origin', 'https://evil.example')
    response.setHeader('access-control-allow-credentials', 'true')
    response.end('secret')
  })
  const attack = (answer: Answer) => answer.headers['access-control-allow-origin'] === 'https://evil.example'
  // Without the policy, the upstream's word reaches the browser.
  const open = await serve(t, route('{}', generous))
  assert.ok(attack(await open.ask({ headers: { origin: 'https://evil.example' } })))
  const call = await behind(t, listed, generous)
  assert.deepEqual(access(await call('https://evil.example')), {})
})

test('an origin made for it does not keep the gateway busy', async (t) => {
  const call = await behind(t, '{allowOrigins: ["https://*-*-*-*-*.example.com"]}')
  // Backtracking takes years for this one.
  const answer = await call(`https://${'a-'.repeat(5000)}!`)
  assert.equal(answer.headers['access-control-allow-origin'], undefined)
  const friend = 'https://a-b-c-d-e.example.com'
  assert.equal((await call(friend)).headers['access-control-allow-origin'], friend)
})

test('refusals of later policies can be read by an allowed origin', async (t) => {
  const { ask } = await serve(t, route(`{cors: ${listed}, csrf: {}}`, await upstream(t)))
  const answer = await ask({ method: 'POST', headers: { origin: 'https://app.example' } })
  assert.deepEqual([answer.status, answer.text], [403, 'CSRF validation failed'])
  assert.equal(answer.headers['access-control-allow-origin'], 'https://app.example')
})

test('`maxAge` is a duration or seconds; header and method names are tokens', () => {
  assert.deepEqual(wrongWith('{cors: {allowOrigins: ["*"], maxAge: 600}}'), [])
  assert.deepEqual(wrongWith('{cors: {allowOrigins: ["*"], maxAge: "600"}}'), [])
  assert.match(wrongWith('{cors: {maxAge: soon}}')[0] ?? '', /cors\.maxAge: .*must be a duration such as `10m`/)
  assert.equal(wrongWith('{cors: {allowHeaders: ["a b"]}}').length, 1)
})
