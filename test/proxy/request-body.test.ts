// Bodies of requests on their way to a `host` backend: whole, in step with whoever takes them, and never in the way of an answer.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, request as send } from 'node:http'
import { connect, createServer as createTcpServer } from 'node:net'
import { test } from 'node:test'
import { eventually } from '../support/gateway.ts'
import { listening, route, serve, upstream } from '../support/serve.ts'

test('bodies of any size and framing arrive whole, and none is made up', async (t) => {
  const port = await upstream(t, (request, response) => {
    const hash = createHash('sha256')
    request.on('data', (chunk: Buffer) => hash.update(chunk))
    request.on('end', () => {
      const { 'content-length': length, 'transfer-encoding': coding } = request.headers
      response.end(JSON.stringify([length ?? null, coding ?? null, hash.digest('hex')]))
    })
  })
  const { ask } = await serve(t, route('{}', port))
  const digest = (body: Buffer): string => createHash('sha256').update(body).digest('hex')
  for (const size of [0, 1, 10_000, 20_000, 3_000_000]) {
    const body = Buffer.alloc(size, 'äöü')
    for (const method of ['POST', 'PUT', 'DELETE', 'GET']) {
      const known = await ask({ method, body, headers: { 'content-length': String(size) } })
      const [length, coding, hash] = JSON.parse(known.text)
      assert.deepEqual([coding, hash], [null, digest(body)], `${method} ${size}`)
      assert.ok(length === String(size) || (size === 0 && length === null), `${method} ${size}: ${length}`)
    }
    const chunked = await ask({ method: 'POST', body, headers: { 'transfer-encoding': 'chunked' } })
    assert.equal(JSON.parse(chunked.text)[2], digest(body))
  }
  const bare = JSON.parse((await ask()).text)
  assert.deepEqual(bare.slice(0, 2), [null, null])
})

test('bytes flow as they come, both ways at once', async (t) => {
  const port = await upstream(t, (request, response) => {
    response.flushHeaders()
    request.on('data', (chunk: Buffer) => response.write(`<${chunk.toString()}>`))
    request.on('end', () => response.end('.'))
  })
  const { port: gate } = await serve(t, route('{}', port))
  const call = send({ port: gate, host: '127.0.0.1', method: 'POST', agent: false })
  call.write('one')
  const [response] = (await once(call, 'response')) as [IncomingMessage] // what node emits
  const pieces: string[] = []
  for await (const piece of response.setEncoding('utf8')) {
    pieces.push(piece)
    if (pieces.join('') === '<one>') call.write('two')
    if (pieces.join('') === '<one><two>') call.end()
  }
  assert.equal(pieces.join(''), '<one><two>.')
})

test('a slow backend holds the client back', async (t) => {
  const server = createTcpServer((socket) => void socket.pause().on('error', () => undefined))
  const { port: gate } = await serve(t, route('{}', await listening(t, server)))
  const socket = connect(gate, '127.0.0.1').on('error', () => undefined)
  t.after(() => socket.destroy())
  const total = 64 * 1024 * 1024
  socket.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${total}\r\n\r\n`)
  socket.write(Buffer.alloc(total))
  let before = -1
  while (socket.bytesWritten - socket.writableLength !== before) {
    before = socket.bytesWritten - socket.writableLength
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  assert.ok(before < total / 2, `${before} bytes were taken from the client for a backend that reads nothing`)
})

test('a backend that cannot be reached: 503, and the rest of the upload does not matter', async (t) => {
  const server = createTcpServer()
  const port = await listening(t, server)
  server.close()
  const { raw: bytes, said } = await serve(t, route('{}', port))
  const answer = await bytes(
    `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\nConnection: close\r\n\r\n${'x'.repeat(100_000)}`,
  )
  assert.match(answer, /^HTTP\/1\.1 503 [^]*upstream call failed: the backend refused the connection$/)
  assert.doesNotMatch(answer, new RegExp(`:${port}`))
  const [line] = said
  assert.deepEqual(
    [line?.reason, line?.backend, line?.endpoint],
    ['UpstreamFailure', `127.0.0.1:${port}`, `127.0.0.1:${port}`],
  )
})

test('request.aborted: a client that leaves takes its call with it, at every stage', async (t) => {
  const begun: string[] = []
  const ended: string[] = []
  const port = await upstream(t, (request, response) => {
    begun.push(request.url ?? '')
    response.once('close', () => ended.push(request.url ?? ''))
    if (request.url === '/streaming') {
      response.write('begun')
      const more = setInterval(() => response.write('more'), 5)
      response.once('close', () => clearInterval(more))
    }
  })
  const { port: gate, said } = await serve(t, route('{}', port))
  for (const [at, head] of [
    ['/waiting', 'GET /waiting HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['/streaming', 'GET /streaming HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['/sending', 'POST /sending HTTP/1.1\r\nHost: a\r\nContent-Length: 900000\r\n\r\nxxx'],
  ] as const) {
    const socket = connect(gate, '127.0.0.1').on('error', () => undefined)
    socket.write(head)
    await eventually(
      () => begun.includes(at),
      () => `the backend never saw ${at}`,
    )
    if (at === '/streaming') await once(socket, 'data')
    socket.destroy()
    await eventually(
      () => ended.includes(at),
      () => `the backend still serves ${at}`,
    )
  }
  await eventually(
    () => said.length === 3,
    () => `${said.length} lines of log`,
  )
  assert.deepEqual(
    said.map(({ status }) => status).toSorted((a, b) => a - b),
    [200, 499, 499],
  )
})
