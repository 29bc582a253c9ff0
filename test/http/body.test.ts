import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { type TestContext, test } from 'node:test'
import { Exchange } from '../../src/core/exchange.ts'
import { Failure } from '../../src/core/failure.ts'
import { bodyWithin, hasBody, readBody, takeWithin } from '../../src/http/body.ts'
import { listening } from '../support/serve.ts'

const entrance = { port: 1, scheme: 'http', bind: 'b', gateway: 'g', listener: 'l' } as const

interface Arrived {
  readonly x: Exchange
  readonly socket: Socket
  readonly response: ServerResponse
}

/** Sends a head (and what follows) and hands over the exchange it becomes. */
async function arrives(t: TestContext, text: string): Promise<Arrived> {
  const server = createServer()
  const requests = Promise.race([once(server, 'request'), once(server, 'checkContinue')])
  const port = await listening(t, server)
  const socket = connect(port, '127.0.0.1').on('error', () => undefined)
  t.after(() => socket.destroy())
  socket.write(text)
  // What the server emits for a request.
  const [request, response] = (await requests) as [IncomingMessage, ServerResponse]
  return { x: new Exchange(request, entrance), socket, response }
}

const post = (length: number | 'chunked', body = '', ...more: string[]): string =>
  [
    'POST / HTTP/1.1',
    'Host: a',
    length === 'chunked' ? 'Transfer-Encoding: chunked' : `Content-Length: ${length}`,
    ...more,
    '',
    body,
  ].join('\r\n')

const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`

const failure = (code: string) => (thrown: unknown) => {
  assert.ok(thrown instanceof Failure)
  assert.equal(thrown.code, code)
  return true
}

test('a body in one piece is that piece, and is remembered', async (t) => {
  const { x } = await arrives(t, post(3, 'abc'))
  const body = await readBody(x, 3)
  assert.equal(body.toString(), 'abc')
  assert.equal(x.body, body)
  assert.equal(await readBody(x, 3), body)
})

test('a small body that comes with its head is read without listening for it', async (t) => {
  const heard = Promise.withResolvers<{ readonly body: string; readonly listened: number }>()
  const server = createServer((request, response) => {
    const on = t.mock.method(request, 'on')
    readBody(new Exchange(request, entrance), 3).then((body) => {
      heard.resolve({ body: body.toString(), listened: on.mock.callCount() })
      response.end()
    }, heard.reject)
  })
  const port = await listening(t, server)
  const socket = connect(port, '127.0.0.1')
  t.after(() => socket.destroy())
  socket.write(post(3, 'abc'))
  assert.deepEqual(await heard.promise, { body: 'abc', listened: 0 })
})

test('a body in many pieces is put together', async (t) => {
  const { x, socket } = await arrives(t, post(9, 'abc'))
  const body = readBody(x, 9)
  for (const piece of ['def', 'ghi']) {
    await new Promise((resolve) => setTimeout(resolve, 10))
    socket.write(piece)
  }
  assert.equal((await body).toString(), 'abcdefghi')
})

test('no body, or an empty one, is empty without a wait', async (t) => {
  const none = await arrives(t, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  const empty = await arrives(t, post(0))
  for (const { x } of [none, empty]) {
    assert.equal(hasBody(x.request), false)
    assert.equal((await readBody(x, 0)).length, 0)
  }
})

test('content-length above the limit is too large before a byte is read, and asks for none', async (t) => {
  const { x } = await arrives(t, post(5, '', 'Expect: 100-continue'))
  let asked = 0
  x.proceed = () => void asked++
  await assert.rejects(readBody(x, 4), failure('request.too-large'))
  assert.equal(asked, 0)
})

test('a body of unknown length is too large as soon as it is', async (t) => {
  const { x } = await arrives(t, post('chunked', chunk('123') + chunk('45')))
  await assert.rejects(readBody(x, 4), failure('request.too-large'))
})

test('a remembered body is held against every limit', async (t) => {
  const { x } = await arrives(t, post(3, 'abc'))
  await readBody(x, 10)
  await assert.rejects(readBody(x, 2), failure('request.too-large'))
  assert.equal(await bodyWithin(x, 2), undefined)
})

test('a client that waits for `100 Continue` is told once, when the body is first wanted', async (t) => {
  const { x, socket, response } = await arrives(t, post(3, '', 'Expect: 100-continue'))
  let asked = 0
  x.proceed = () => {
    asked++
    response.writeContinue()
  }
  const body = readBody(x, 3)
  const [told] = await once(socket.setEncoding('latin1'), 'data')
  assert.equal(told, 'HTTP/1.1 100 Continue\r\n\r\n')
  socket.write('abc')
  assert.equal((await body).toString(), 'abc')
  await readBody(x, 3)
  assert.equal(asked, 1)
})

test('a client that goes away in the middle is named, before and after', async (t) => {
  const { x, socket } = await arrives(t, post(9, 'abc'))
  const body = readBody(x, 9)
  setTimeout(() => socket.destroy(), 20)
  await assert.rejects(body, failure('request.aborted'))
  await assert.rejects(readBody(x, 9), failure('request.aborted'))
})

test('broken chunking is a client that went away', async (t) => {
  const { x, socket } = await arrives(t, post('chunked', chunk('abc')))
  const body = readBody(x, 9)
  setTimeout(() => socket.write('zz\r\n'), 20)
  await assert.rejects(body, failure('request.aborted'))
})

test('a trickle is cut off after five seconds, at the rate that the configuration names', async (t) => {
  for (const [rate, sent, ends] of [
    [undefined, 10, 5_100],
    [500, 500, 6_000],
    [10, 40, 9_000],
  ] as const) {
    const { x } = await arrives(t, post(1_000, 'x'.repeat(sent)))
    t.mock.timers.enable({ apis: ['setTimeout'] })
    let over = false
    const body = readBody(x, 1_000, rate).finally(() => (over = true))
    const rejected = assert.rejects(body, failure('request.slow'))
    // The bytes that are there must have been counted before the clock moves.
    await new Promise((resolve) => setImmediate(resolve))
    await new Promise((resolve) => setImmediate(resolve))
    for (let at = 100; at < ends; at += 100) t.mock.timers.tick(100)
    await new Promise((resolve) => setImmediate(resolve))
    assert.equal(over, false, `rate ${rate}`)
    t.mock.timers.tick(100)
    await rejected
    t.mock.timers.reset()
  }
})

test('a body that keeps its rate may take as long as it likes', async (t) => {
  const { x, socket } = await arrives(t, post(6_000, 'x'.repeat(1_000)))
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const body = readBody(x, 6_000)
  for (let sent = 1_000; sent < 6_000; sent += 1_000) {
    const before = x.request.socket.bytesRead
    socket.write('x'.repeat(1_000))
    while (x.request.socket.bytesRead === before) await new Promise((resolve) => setImmediate(resolve))
    await new Promise((resolve) => setImmediate(resolve))
    for (let at = 0; at < 1_900; at += 100) t.mock.timers.tick(100)
  }
  assert.equal((await body).length, 6_000)
})

test('a body above a lenient bound is still there, every byte, for the next reader', async (t) => {
  const { x } = await arrives(t, post('chunked', chunk('12345') + chunk('6789') + chunk('')))
  assert.equal(await bodyWithin(x, 4), undefined)
  assert.equal(x.body, undefined)
  assert.equal(await bodyWithin(x, 6), undefined)
  assert.equal((await readBody(x, 9)).toString(), '123456789')
})

test('any stream can be taken in whole, or looked at and left as it was', async () => {
  const whole = new PassThrough()
  whole.end('abc')
  assert.equal((await takeWithin(whole, 3))?.toString(), 'abc')
  const large = new PassThrough()
  large.write('ab')
  large.end('cd')
  assert.equal(await takeWithin(large, 3), undefined)
  assert.equal((await takeWithin(large, 4))?.toString(), 'abcd')
})

test('a stream that breaks, or is broken already, says why', async () => {
  const breaking = new PassThrough()
  const taken = takeWithin(breaking, 9)
  breaking.destroy(new Failure('upstream.protocol', 'garbage'))
  await assert.rejects(taken, failure('upstream.protocol'))
  await assert.rejects(takeWithin(breaking, 9), failure('upstream.protocol'))
})
