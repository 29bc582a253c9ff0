// Backends that misbehave, and clients that would: what comes through a `host` backend, and what does not.
import assert from 'node:assert/strict'
import { createServer as createTcpServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { listening, raw, route, serve, upstream } from '../support/serve.ts'

/** A backend that answers every head with these bytes, and keeps what it was sent. */
async function scripted(t: TestContext, answer: string | ((socket: Socket) => void)) {
  const heard: string[] = []
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined)
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => {
      heard.push(text)
      if (!text.includes('\r\n\r\n')) return
      if (typeof answer === 'string') socket.write(answer, 'latin1')
      else answer(socket)
    })
  })
  return { port: await listening(t, server), heard }
}

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

test('encoded bytes are not touched', async (t) => {
  const zipped = gzipSync('hello')
  const port = await upstream(t, (_, response) => response.setHeader('content-encoding', 'gzip').end(zipped))
  const { ask } = await serve(t, route('{}', port))
  const answer = await ask({ headers: { 'accept-encoding': 'gzip' } })
  assert.deepEqual([answer.headers['content-encoding'], answer.text], ['gzip', zipped.toString('latin1')])
})

test('an answer that ends with its connection is whole', async (t) => {
  const { port } = await scripted(t, (socket) => socket.end('HTTP/1.0 200 OK\r\n\r\nuntil the end'))
  assert.equal((await (await serve(t, route('{}', port))).ask()).text, 'until the end')
})

test('a client of HTTP/1.0 gets the body and the end of the connection', async (t) => {
  const port = await upstream(t, (_, response) => {
    response.write('a')
    setTimeout(() => response.end('b'), 10)
  })
  const answer = await (await serve(t, route('{}', port))).raw('GET / HTTP/1.0\r\nHost: a\r\n\r\n')
  assert.match(answer, /^HTTP\/1\.1 200 OK\r\n/)
  assert.match(answer, /\r\n\r\nab$/)
  assert.doesNotMatch(answer, /chunked/i)
})

test('upstream.protocol: what is not HTTP, or contradicts itself, is 502', async (t) => {
  for (const answer of [
    'SSH-2.0-OpenSSH\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!',
    'HTTP/1.1 200 OK\r\nX-A: a\r\n folded\r\n\r\n',
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n',
    `HTTP/1.1 200 OK\r\nX-A: ${'a'.repeat(20_000)}\r\n\r\n`,
  ]) {
    const { port } = await scripted(t, answer)
    const { status, text } = await (await serve(t, route('{}', port))).ask()
    assert.equal(status, 502, `${answer.slice(0, 60)}: ${status} ${text}`)
    assert.match(text, /^upstream call failed: the backend sent something that /)
  }
})

test('upstream.unreachable: a backend that closes without a word is 503', async (t) => {
  const { port } = await scripted(t, (socket) => socket.destroy())
  const { status, text } = await (await serve(t, route('{}', port))).ask()
  assert.deepEqual([status, text], [503, 'upstream call failed: the backend closed the connection'])
})

test('upstream.timeout: a backend without a first byte is 504 after the limit', async (t) => {
  const { port } = await scripted(t, () => undefined)
  const yaml = `config: {limits: {upstreamFirstByteMs: 50}}\n${route('{}', port)}`
  const { status, text } = await (await serve(t, yaml)).ask()
  assert.deepEqual([status, text], [504, 'upstream call timeout'])
})

test('an answer that takes longer than the limit as a whole is cut, an event stream is not', async (t) => {
  const port = await upstream(t, (request, response) => {
    response.setHeader('content-type', request.url === '/events' ? 'text/event-stream' : 'text/plain')
    response.write('begun ')
    setTimeout(() => response.end('done'), 300)
  })
  const { ask } = await serve(t, `config: {limits: {upstreamTotalMs: 100}}\n${route('{}', port)}`)
  await assert.rejects(ask({ path: '/text' }))
  assert.equal((await ask({ path: '/events' })).text, 'begun done')
})

test('half an answer never looks whole', async (t) => {
  for (const head of ['Content-Length: 100', 'Transfer-Encoding: chunked']) {
    const { port } = await scripted(t, (socket) => {
      socket.write(`HTTP/1.1 200 OK\r\n${head}\r\n\r\n4\r\nhalf\r\n`)
      setTimeout(() => socket.destroy(), 30)
    })
    await assert.rejects((await serve(t, route('{}', port))).ask(), head)
  }
})

test('pipelined requests are answered in their order', async (t) => {
  const port = await upstream(t, (request, response) => {
    setTimeout(() => response.end(`<${request.url}>`), request.url === '/1' ? 40 : 0)
  })
  const { raw: bytes } = await serve(t, route('{}', port))
  const get = (at: string, more = ''): string => `GET ${at} HTTP/1.1\r\nHost: a\r\n${more}\r\n`
  const answer = await bytes(get('/1') + get('/2') + get('/3', 'Connection: close\r\n'))
  assert.deepEqual(answer.match(/<[^>]+>/g), ['</1>', '</2>', '</3>'])
})

test('smuggled requests reach no backend', async (t) => {
  const { port, heard } = await scripted(t, ok)
  const { port: gate } = await serve(t, route('{}', port))
  const smuggled = 'GET /admin HTTP/1.1\r\nHost: a\r\n\r\n'
  for (const head of [
    `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${smuggled.length + 5}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
    `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\nConnection: close\r\n\r\n0\r\n\r\n${smuggled}`,
    `GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n\tc: d\r\n\r\n${smuggled}`,
    `GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n`,
  ]) {
    assert.match(await raw(gate, head), /^HTTP\/1\.1 400 /)
  }
  assert.deepEqual(heard, [])
  // An upgrade that is none leaves what follows to the parser: one head, one request.
  const body = `GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n`
  assert.match(await raw(gate, body), /^HTTP\/1\.1 200 /)
  assert.equal(heard.length, 1)
  assert.doesNotMatch(heard[0] ?? '', /upgrade|h2c/i)
})
