// Our own HTTP/1.1 client against raw sockets: reuse, framing, breakage, back-pressure, and what a server must not get away with.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer as createTlsServer } from 'node:https'
import type { Socket } from 'node:net'
import path from 'node:path'
import { test } from 'node:test'
import type { Dispatcher } from 'undici'
import { ok, pool, post, served } from './direct-stage.ts'

test('a request is a head and a body in one write, and its connection serves the next one', async (t) => {
  const server = await served(t, (socket, request) => socket.write(ok(String(request.length))))
  const of = pool(t, server.origin)
  const first = await post(of).answer
  const expected =
    `POST /x?y HTTP/1.1\r\nhost: ${server.origin.slice(7)}\r\nconnection: keep-alive\r\naccept: */*\r\nx-a: b\r\n` +
    'content-length: 5\r\n\r\nhello'
  assert.equal(server.received[0], expected)
  assert.deepEqual(first, { status: 200, headers: { 'content-length': '3' }, body: String(expected.length) })
  await post(of, 'grüße').answer
  await post(of, Buffer.from([0, 255])).answer
  await post(of, null).answer
  await post(of, null, { method: 'GET' }).answer
  assert.equal(server.connections.length, 1)
  const said = server.received[0] ?? ''
  assert.ok(said.includes(`content-length: 7\r\n\r\n${Buffer.from('grüße').toString('latin1')}`))
  assert.ok(said.includes('content-length: 2\r\n\r\n\0\xff'))
  assert.ok(said.includes('content-length: 0\r\n\r\nGET /x?y'))
  assert.ok(!said.slice(said.indexOf('GET')).includes('content-length'))
})

test('a frozen list of headers is spelled once, one that can change each time', async (t) => {
  const server = await served(t, (socket) => socket.write(ok('')))
  const of = pool(t, server.origin)
  const open = ['x-a', 'one']
  await post(of, null, { headers: open }).answer
  open[1] = 'two'
  await post(of, null, { headers: open }).answer
  await post(of, null, { headers: Object.freeze(['x-b', 'three']) as string[] }).answer // undici types every list as open
  await post(of, null, { headers: Object.freeze(['x-b', 'four']) as string[] }).answer
  for (const field of ['x-a: one', 'x-a: two', 'x-b: three', 'x-b: four'])
    assert.ok(server.received[0]?.includes(field))
})

test('requests at the same time have a connection each', async (t) => {
  const waiting: Socket[] = []
  const server = await served(t, (socket) => {
    if (waiting.push(socket) === 3) for (const one of waiting) one.write(ok('late'))
  })
  const of = pool(t, server.origin)
  const answers = await Promise.all([post(of).answer, post(of).answer, post(of).answer])
  assert.deepEqual(
    answers.map(({ body }) => body),
    ['late', 'late', 'late'],
  )
  assert.equal(server.connections.length, 3)
})

test('an answer in pieces of one byte is the same answer', async (t) => {
  const bytes = `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nt: 1\r\n\r\n`
  const server = await served(t, (socket, _, n) => {
    if (n > 0) {
      socket.write(ok('again'))
      return
    }
    socket.setNoDelay(true)
    let i = 0
    const next = (): void => {
      if (i < bytes.length) socket.write(bytes.charAt(i++), () => setImmediate(next))
    }
    next()
  })
  const of = pool(t, server.origin)
  const first = post(of)
  assert.equal((await first.answer).body, 'abcde')
  assert.deepEqual(first.informational, [100])
  assert.equal((await post(of).answer).body, 'again')
  assert.equal(server.connections.length, 1)
})

test('many chunks of one read come as one piece', async (t) => {
  const chunks = Array.from({ length: 100 }, (_, i) => `2\r\n${String(i).padStart(2, '0')}\r\n`).join('')
  const server = await served(t, (socket) =>
    socket.write(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`),
  )
  const collector = post(pool(t, server.origin))
  assert.equal((await collector.answer).body.length, 200)
  assert.ok(collector.chunks < 5)
})

test('an answer to HEAD has no body, whatever its length says', async (t) => {
  const server = await served(t, (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n'))
  const of = pool(t, server.origin)
  for (let i = 0; i < 2; i++) assert.equal((await post(of, null, { method: 'HEAD' }).answer).body, '')
  assert.equal(server.connections.length, 1)
})

test('an answer without a length ends with its connection', async (t) => {
  const server = await served(t, (socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nuntil the end'))
  const of = pool(t, server.origin)
  assert.equal((await post(of).answer).body, 'until the end')
  assert.equal((await post(of).answer).body, 'until the end')
  assert.equal(server.connections.length, 2)
})

test('a connection that the server wants closed is not used again', async (t) => {
  const server = await served(t, (socket) => socket.write(ok('', 'connection: close\r\n')))
  const of = pool(t, server.origin)
  await post(of).answer
  await post(of).answer
  assert.equal(server.connections.length, 2)
})

test('a connection is left before its server would close it', async (t) => {
  const server = await served(t, (socket) => socket.write(ok('', 'keep-alive: timeout=1\r\n')))
  const of = pool(t, server.origin)
  await post(of).answer
  await post(of).answer
  assert.equal(server.connections.length, 2)
})

for (const [why, code, answer] of [
  ['information without end', 'HPE_INVALID_HEADER_TOKEN', 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(40)],
  ['no HTTP', 'HPE_INVALID_HEADER_TOKEN', 'SSH-2.0-OpenSSH\r\n'],
  [
    'two ends of the body',
    'HPE_INVALID_CONTENT_LENGTH',
    'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n',
  ],
  ['a chunk that is none', 'HPE_INVALID_CHUNK', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n'],
  ['a head without end', 'UND_ERR_HEADERS_OVERFLOW', `HTTP/1.1 200 OK\r\n${'x-a: b\r\n'.repeat(4_000)}`],
  ['a switch that nobody asked for', 'UND_ERR_SOCKET', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n'],
] as const)
  test(`${why}: the request fails, the connection is closed, and the next request is served`, async (t) => {
    const server = await served(t, (socket, _, n) => socket.write(n === 0 ? answer : ok('fine')))
    const of = pool(t, server.origin)
    await assert.rejects(post(of).answer, { code })
    assert.equal((await post(of).answer).body, 'fine')
    assert.equal(server.connections.length, 2)
  })

test('an answer that comes after the answer is nobody’s: it must not be taken for the next one', async (t) => {
  const server = await served(t, (socket, _, n) => socket.write(n === 0 ? ok('mine') + ok('smuggled') : ok('honest')))
  const of = pool(t, server.origin)
  assert.equal((await post(of).answer).body, 'mine')
  assert.equal((await post(of).answer).body, 'honest')
})

test('what an idle connection says unasked is nobody’s answer either', async (t) => {
  const server = await served(t, (socket, _, n) => socket.write(ok(n === 0 ? 'first' : 'honest')))
  const of = pool(t, server.origin)
  await post(of).answer
  const closed = new Promise((resolve) => server.connections[0]?.once('close', resolve))
  server.connections[0]?.write(ok('smuggled'))
  await closed
  assert.equal((await post(of).answer).body, 'honest')
})

test('a body that breaks off fails', async (t) => {
  const server = await served(t, (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf'))
  await assert.rejects(post(pool(t, server.origin)).answer, { code: 'UND_ERR_SOCKET' })
})

test('nobody listens: the request fails', async (t) => {
  await assert.rejects(post(pool(t, 'http://127.0.0.1:1')).answer, { code: 'ECONNREFUSED' })
})

test('a certificate that is none fails the request, and the pool goes on', async (t) => {
  const of = pool(t, 'https://127.0.0.1:1', {}, { cert: 'no certificate', key: 'no key' })
  for (let i = 0; i < 2; i++) await assert.rejects(post(of).answer, /PEM|no start line|ASN1|ERR_OSSL/i)
})

test('a request that is given up ends its connection, and the answer to it reaches nobody', async (t) => {
  const server = await served(t, (socket, _, n) => n > 0 && socket.write(ok('second')))
  const of = pool(t, server.origin)
  const first = post(of)
  while (server.received[0]?.includes('hello') !== true) await new Promise(setImmediate)
  first.controller?.abort(new Error('not wanted'))
  await assert.rejects(first.answer, /not wanted/)
  assert.equal((await post(of).answer).body, 'second')
  assert.equal(server.connections.length, 2)
})

test('a request that is given up before it is sent leaves its connection alone', async (t) => {
  const server = await served(t, (socket) => socket.write(ok('fine')))
  const of = pool(t, server.origin)
  await post(of).answer
  const given = post(of, 'never sent')
  given.controller?.abort(new Error('not wanted'))
  await assert.rejects(given.answer, /not wanted/)
  await new Promise(setImmediate)
  assert.equal((await post(of).answer).body, 'fine')
  assert.equal(server.connections.length, 1)
  assert.ok(server.received[0]?.includes('never sent') === false)
})

test('a connection that its server closes before the request is sent costs nothing', async (t) => {
  const server = await served(t, (socket, request) => socket.write(ok(request.includes('late') ? 'fine' : '')))
  const of = pool(t, server.origin)
  await post(of).answer
  server.connections[0]?.end()
  // Asked for now, sent at the end of the turn: in between, the connection is found to be closed.
  await new Promise(setImmediate)
  assert.equal((await post(of, 'late').answer).body, 'fine')
  assert.equal(server.connections.length, 2)
  assert.ok(server.received[0]?.includes('late') === false)
})

test('heads and bodies that do not come in time fail with undici’s own errors', async (t) => {
  const server = await served(t, (socket, request) => {
    if (request.includes('body')) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nab')
  })
  const of = pool(t, server.origin)
  await assert.rejects(post(of, 'head', { headersTimeout: 30 }).answer, { code: 'UND_ERR_HEADERS_TIMEOUT' })
  await assert.rejects(post(of, 'body', { bodyTimeout: 30 }).answer, { code: 'UND_ERR_BODY_TIMEOUT' })
})

test('whoever reads slowly stops the server', async (t) => {
  const size = 32 * 1024 * 1024
  let sent = 0
  const server = await served(t, (socket) => {
    socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${size}\r\n\r\n`)
    const block = Buffer.alloc(65_536)
    const more = (): void => {
      while (sent < size) {
        sent += block.length
        if (!socket.write(block)) return void socket.once('drain', more)
      }
    }
    more()
  })
  let got = 0
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let stopped: Dispatcher.DispatchController | undefined
  pool(t, server.origin).dispatch(
    { method: 'GET', path: '/', headers: [] },
    {
      onResponseData(controller, chunk) {
        got += chunk.length
        if (stopped !== undefined) return
        stopped = controller
        controller.pause()
      },
      onResponseEnd: () => resolve(),
      onResponseError: (_, cause) => reject(cause),
    },
  )
  while (stopped === undefined) await new Promise(setImmediate)
  let before = -1
  while (before !== sent) {
    before = sent
    await new Promise((later) => setTimeout(later, 50))
  }
  assert.ok(got <= 65_536)
  assert.ok(sent < size, 'the rest waits at the server')
  stopped.resume()
  await promise
  assert.equal(got, size)
})

const wrongs: readonly (readonly [string, Partial<Dispatcher.DispatchOptions>])[] = [
  ['a line break in a value', { headers: ['x-a', 'b\r\nx-c: d'] }],
  ['a line break in a name', { headers: ['x-a\r\nx', 'b'] }],
  ['a character that is no byte', { headers: ['x-a', '→'] }],
  ['a transfer coding', { headers: ['transfer-encoding', 'chunked'] }],
  ['an upgrade', { headers: ['upgrade', 'websocket'] }],
  ['a space in the path', { path: '/x HTTP/1.1' }],
  ['a line break in the path', { path: '/x\r\nhost: y' }],
  ['a line break in the method', { method: 'GET\r\n' }],
  ['a length that is not the body’s', { headers: ['content-length', '4'] }],
]
for (const [what, options] of wrongs)
  test(`${what} is never sent`, async (t) => {
    const server = await served(t, (socket) => socket.write(ok('fine')))
    const of = pool(t, server.origin)
    await assert.rejects(post(of, 'hello', options).answer, {
      code: /^UND_ERR_(?:INVALID_ARG|REQ_CONTENT_LENGTH_MISMATCH)$/,
    })
    assert.equal((await post(of).answer).body, 'fine')
    assert.equal(server.received.length, 1)
  })

test('over TLS it is the same', async (t) => {
  const pem = (name: string): string => readFileSync(path.join(import.meta.dirname, 'tls', name), 'utf8')
  const [cert, key] = [pem('cert.pem'), pem('key.pem')]
  let connections = 0
  const server = createTlsServer({ cert, key }, (request, response) => {
    request.on('data', () => undefined).on('end', () => response.end('x'.repeat(200_000)))
  })
  server.on('secureConnection', () => connections++)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  const of = pool(t, `https://127.0.0.1:${address.port}`, {}, { root: cert, hostname: 'peer.internal' })
  for (let i = 0; i < 2; i++) assert.equal((await post(of).answer).body.length, 200_000)
  assert.equal(connections, 1)
})

test('a pool that is destroyed fails what runs on it, and takes nothing more', async (t) => {
  const server = await served(t, () => undefined)
  const of = pool(t, server.origin)
  const running = post(of)
  while (server.received[0]?.includes('hello') !== true) await new Promise(setImmediate)
  await of.destroy()
  await assert.rejects(running.answer, { code: 'UND_ERR_DESTROYED' })
  await assert.rejects(post(of).answer, { code: 'UND_ERR_DESTROYED' })
})

test('a handler that throws loses its connection, and nobody else theirs', async (t) => {
  const server = await served(t, (socket) => socket.write(ok('fine')))
  const of = pool(t, server.origin)
  const failed = new Promise<Error>((resolve) => {
    of.dispatch(
      { method: 'GET', path: '/', headers: [] },
      {
        onResponseStart() {
          throw new Error('no such answer')
        },
        onResponseError: (_, cause) => resolve(cause),
      },
    )
  })
  assert.equal((await failed).message, 'no such answer')
  assert.equal((await post(of).answer).body, 'fine')
})
