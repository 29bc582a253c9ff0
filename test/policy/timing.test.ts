// `timeout`, `retry` and `delay`: how long a request may take, and how often it is tried.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { connect, createServer as createTcpServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { listening, route, serve, upstream, wrongWith } from '../support/serve.ts'

/** A backend that takes every connection and says nothing. */
function silence(t: TestContext): Promise<number> {
  const sockets = new Set<Socket>()
  t.after(() => sockets.forEach((socket) => socket.destroy()))
  return listening(
    t,
    createTcpServer((socket) => void sockets.add(socket.on('error', () => undefined))),
  )
}

/** A backend that fails so many times, then says what it got and how often it was asked. */
async function failing(t: TestContext, times: number, status = 503) {
  const asked: (string | undefined)[] = []
  const port = await upstream(t, (request, response) => {
    let body = ''
    request.setEncoding('latin1').on('data', (chunk: string) => (body += chunk))
    request.on('end', () => {
      const attempt = request.headers['x-retry-attempt']
      asked.push(typeof attempt === 'string' ? attempt : undefined)
      response.statusCode = asked.length > times ? 200 : status
      response.end(body === '' ? 'ok' : body)
    })
  })
  return { port, asked }
}

test('a request that takes too long is answered 504 `request timeout`', async (t) => {
  const { ask, said } = await serve(t, route('{timeout: {requestTimeout: 50ms}}', await silence(t)))
  const answer = await ask()
  assert.deepEqual([answer.status, answer.text, said[0]?.reason], [504, 'request timeout', 'Timeout'])
})

test('a backend that takes too long is answered 504 `upstream call timeout`', async (t) => {
  const { ask, said } = await serve(t, route('{timeout: {backendRequestTimeout: 50ms}}', await silence(t)))
  const answer = await ask()
  assert.deepEqual([answer.status, answer.text, said[0]?.reason], [504, 'upstream call timeout', 'Timeout'])
})

test('a delay counts into the request timeout', async (t) => {
  const { ask } = await serve(t, route('{timeout: {requestTimeout: 30ms}, delay: {duration: 10m}}', await upstream(t)))
  assert.deepEqual([(await ask()).status, (await ask()).text], [504, 'request timeout'])
})

test('timeouts end with the head of the answer: a slow body is let through', async (t) => {
  const port = await upstream(t, (_, response) => {
    response.write('begun ')
    setTimeout(() => response.end('done'), 150)
  })
  const { ask } = await serve(t, route('{timeout: {requestTimeout: 100ms, backendRequestTimeout: 100ms}}', port))
  const { status, text } = await ask()
  assert.deepEqual([status, text], [200, 'begun done'])
})

test('nought is no timeout, and no delay', async (t) => {
  const policies = '{timeout: {requestTimeout: 0s, backendRequestTimeout: 0s}, delay: {duration: 0}}'
  const { ask } = await serve(t, route(policies, await upstream(t)))
  assert.equal((await ask()).status, 200)
})

test('a listed status is tried again, and the backend is told which attempt it is', async (t) => {
  const { port, asked } = await failing(t, 2)
  const { ask, said } = await serve(t, route('{retry: {attempts: 2, codes: [503]}}', port))
  assert.equal((await ask()).status, 200)
  assert.deepEqual(asked, [undefined, '1', '2'])
  assert.equal(said[0]?.retries, 2)
})

test('when attempts are used up, the last answer counts; other statuses are never repeated', async (t) => {
  const hopeless = await failing(t, 100)
  const first = await serve(t, route('{retry: {attempts: 2, codes: [503], backoff: 1ms}}', hopeless.port))
  assert.equal((await first.ask()).status, 503)
  assert.equal(hopeless.asked.length, 3)
  const other = await failing(t, 100, 500)
  const second = await serve(t, route('{retry: {codes: [503]}}', other.port))
  assert.equal((await second.ask()).status, 500)
  assert.equal(other.asked.length, 1)
})

test('a backend that cannot be reached is tried again without being listed', async (t) => {
  let connections = 0
  const flaky = createServer((_, response) => response.end('ok'))
  flaky.on('connection', (socket: Socket) => {
    if (++connections === 1) socket.destroy()
  })
  const { ask } = await serve(t, route('{retry: {codes: []}}', await listening(t, flaky)))
  assert.deepEqual([(await ask()).text, connections], ['ok', 2])
})

test('a small body is sent again with every attempt, chunked or not; a large one flows past once', async (t) => {
  const small = await failing(t, 1)
  const { ask } = await serve(t, route('{retry: {codes: [503]}}', small.port))
  assert.equal((await ask({ method: 'POST', body: 'abc' })).text, 'abc')
  const chunked = await failing(t, 1)
  const next = await serve(t, route('{retry: {codes: [503]}}', chunked.port))
  assert.equal(
    (await next.ask({ method: 'POST', body: 'abc', headers: { 'transfer-encoding': 'chunked' } })).text,
    'abc',
  )
  const large = await failing(t, 1)
  const last = await serve(t, route('{retry: {codes: [503]}}', large.port))
  const body = 'x'.repeat(70_000)
  for (const headers of [{}, { 'transfer-encoding': 'chunked' }]) {
    const before = large.asked.length
    const answer = await last.ask({ method: 'POST', body, headers })
    assert.equal(answer.text, body)
    assert.equal(large.asked.length, before + 1)
  }
})

test('a delay comes before the backend', async (t) => {
  const times: number[] = []
  const port = await upstream(t, (_, response) => {
    times.push(performance.now())
    response.end()
  })
  const { ask } = await serve(t, route('{delay: {duration: 40ms}}', port))
  const before = performance.now()
  await ask()
  assert.ok((times[0] ?? 0) - before >= 39)
})

test('a client that goes away during a delay leaves nothing behind', async (t) => {
  const { said, port } = await serve(t, route('{delay: {duration: 10m}}', await upstream(t)))
  const socket = connect(port, '127.0.0.1')
  await new Promise<void>((resolve) => socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n', () => resolve()))
  setTimeout(() => socket.destroy(), 20)
  while (said.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  assert.equal(said[0]?.status, 499)
})

test('numbers and durations are checked', () => {
  assert.equal(wrongWith('{retry: {attempts: 0, codes: [503]}}').length, 1)
  assert.equal(wrongWith('{retry: {attempts: 2}}').length, 1)
  assert.equal(wrongWith('{retry: {codes: [42]}}').length, 1)
  assert.equal(wrongWith('{timeout: {requestTimeout: soon}}').length, 1)
  assert.deepEqual(wrongWith('{timeout: {requestTimeout: 1m30s}}'), [])
})

test('a delay may be computed; one that cannot be is none', async (t) => {
  const slow = await serve(
    t,
    route(`{timeout: {requestTimeout: 30ms}, delay: {duration: 'duration("10m")'}}`, await upstream(t)),
  )
  assert.equal((await slow.ask()).status, 504)
  const asked = `{timeout: {requestTimeout: 50ms}, delay: {duration: 'int(request.headers["x-ms"])'}}`
  const { ask } = await serve(t, route(asked, await upstream(t)))
  assert.equal((await ask({ headers: { 'x-ms': '600000' } })).status, 504)
  assert.equal((await ask({ headers: { 'x-ms': '0' } })).status, 200)
  assert.equal((await ask()).status, 200)
})

test('an answer may be worth another attempt by what it says', async (t) => {
  const { port, asked } = await failing(t, 1, 418)
  const condition = `condition: 'response.code == 418 && request.method == "GET"'`
  const { ask } = await serve(t, route(`{retry: {codes: [], attempts: 2, ${condition}}}`, port))
  assert.equal((await ask()).status, 200)
  assert.equal(asked.length, 2)
})

test('a request whose precondition does not hold is tried once', async (t) => {
  const { port, asked } = await failing(t, 2)
  const { ask } = await serve(t, route(`{retry: {codes: [503], precondition: 'request.method == "GET"'}}`, port))
  assert.equal((await ask({ method: 'POST', body: 'x' })).status, 503)
  assert.equal(asked.length, 1)
  assert.equal((await ask()).status, 200)
  assert.equal(asked.length, 3)
})
