// Further attempts: when they are made, with what, and when they are not.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bodyOf, get, httpUpstream, oneRoute, post, rawUpstream, statusOf } from './stage.ts'

const retried = (port: number, retry: string, more = ''): string =>
  `policies:\n  retry: ${retry}\n${more}backends:\n- host: localhost:${port}\n`

interface Attempt {
  readonly number: string | undefined
  readonly body: string
  readonly headers: NodeJS.Dict<string | string[]>
}

/** A backend that answers with the statuses in turn, and what it was asked each time. */
async function moody(t: Parameters<typeof httpUpstream>[0], statuses: readonly number[]) {
  const attempts: Attempt[] = []
  const port = await httpUpstream(t, (request, response) => {
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => (body += chunk))
    request.on('end', () => {
      attempts.push({ number: request.headers['x-retry-attempt']?.toString(), body, headers: request.headers })
      const status = statuses[attempts.length - 1] ?? 200
      response.writeHead(status).end(`answer ${attempts.length}`)
    })
  })
  return { port, attempts }
}

test('a status that is listed is tried again, with a count, until another one comes', async (t) => {
  const { port, attempts } = await moody(t, [503, 503, 200])
  const stage = await oneRoute(t, retried(port, '{attempts: 3, codes: [503]}'))
  const answer = await stage.send(get())
  assert.equal(statusOf(answer), 200)
  assert.equal(bodyOf(answer), 'answer 3')
  assert.deepEqual(
    attempts.map(({ number }) => number),
    [undefined, '1', '2'],
  )
  assert.equal(stage.told[0]?.retries, 2)
})

test('attempts are further attempts; the last answer is the answer', async (t) => {
  const { port, attempts } = await moody(t, [503, 503, 503])
  const stage = await oneRoute(t, retried(port, '{attempts: 1, codes: [503]}'))
  const answer = await stage.send(get())
  assert.equal(statusOf(answer), 503)
  assert.equal(bodyOf(answer), 'answer 2')
  assert.equal(attempts.length, 2)
})

test('a status that is not listed is final', async (t) => {
  const { port, attempts } = await moody(t, [500, 200])
  const stage = await oneRoute(t, retried(port, '{attempts: 3, codes: [503]}'))
  assert.equal(statusOf(await stage.send(get())), 500)
  assert.equal(attempts.length, 1)
})

test('a backend that hangs up is tried again, whatever the codes', async (t) => {
  let calls = 0
  const port = await rawUpstream(t, (socket) => {
    socket.once('data', () => {
      if (++calls === 1) socket.destroy()
      else socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok')
    })
  })
  const stage = await oneRoute(t, retried(port, '{attempts: 1, codes: [502]}'))
  assert.equal(bodyOf(await stage.send(get())), 'ok')
  assert.equal(calls, 2)
})

test('a body of up to 64 KiB is sent again, announced or chunked', async (t) => {
  const { port, attempts } = await moody(t, [503, 200, 503, 200])
  const stage = await oneRoute(t, retried(port, '{attempts: 1, codes: [503]}'))
  const body = 'b'.repeat(65_536)
  assert.equal(statusOf(await stage.send(post(body))), 200)
  const chunked = `POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n4\r\nwiki\r\n0\r\n\r\n`
  assert.equal(statusOf(await stage.send(chunked)), 200)
  assert.deepEqual(
    attempts.map((one) => one.body.length),
    [65_536, 65_536, 4, 4],
  )
})

test('a larger body flows past once: one attempt, and all of it arrives', async (t) => {
  const { port, attempts } = await moody(t, [503, 200, 503, 200])
  const stage = await oneRoute(t, retried(port, '{attempts: 1, codes: [503]}'))
  const body = 'b'.repeat(200_000)
  assert.equal(statusOf(await stage.send(post(body))), 503)
  const chunked = `POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n${(200_000).toString(16)}\r\n${body}\r\n0\r\n\r\n`
  assert.equal(statusOf(await stage.send(chunked)), 200)
  assert.deepEqual(
    attempts.map((one) => one.body.length),
    [200_000, 200_000],
  )
})

test('what a backend policy does to an attempt is not done to the next one twice', async (t) => {
  const { port, attempts } = await moody(t, [503, 503, 200])
  const stage = await oneRoute(
    t,
    `policies:\n  retry: {attempts: 2, codes: [503]}\nbackends:\n- host: localhost:${port}\n  policies:\n    requestHeaderModifier: {add: {x-tag: one}}\n`,
  )
  assert.equal(statusOf(await stage.send(get('/', 'x-tag: zero\r\n'))), 200)
  assert.deepEqual(
    attempts.map(({ headers }) => headers['x-tag']),
    ['zero, one', 'zero, one', 'zero, one'],
  )
})

test('requestTimeout covers waiting between attempts', async (t) => {
  const { port, attempts } = await moody(t, [503, 503])
  const stage = await oneRoute(
    t,
    retried(port, '{attempts: 1, backoff: 1m, codes: [503]}', '  timeout: {requestTimeout: 150ms}\n'),
  )
  const answer = await stage.send(get())
  assert.equal(statusOf(answer), 504)
  assert.equal(bodyOf(answer), 'request timeout')
  assert.equal(attempts.length, 1)
})

test('an attempt that is too slow is given up and tried again', async (t) => {
  let calls = 0
  const port = await rawUpstream(t, (socket) => {
    socket.on('data', () => {
      if (++calls > 1) socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok')
    })
  })
  const stage = await oneRoute(
    t,
    retried(port, '{attempts: 1, codes: [502]}', '  timeout: {backendRequestTimeout: 100ms}\n'),
  )
  assert.equal(bodyOf(await stage.send(get())), 'ok')
})
