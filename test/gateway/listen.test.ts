// One port, seen from raw sockets: what a head may look like, and how replies and failures leave.
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { type TestContext, test } from 'node:test'
import { defaultLimits } from '../../src/config/limits.ts'
import type { Limits } from '../../src/config/shape.ts'
import { type Handler, text } from '../../src/core/exchange.ts'
import { Failure } from '../../src/core/failure.ts'
import { Port } from '../../src/gateway/listen.ts'
import { Router } from '../../src/gateway/match.ts'
import { Bind, type Listener, Snapshot } from '../../src/gateway/snapshot.ts'
import { Keeper } from '../../src/gateway/state.ts'
import { emptyProgram } from '../../src/policy/policy.ts'
import { type Log, silent } from '../../src/telemetry/log.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'

interface World {
  readonly handler?: Handler
  readonly limits?: Partial<Limits>
  readonly hostnames?: readonly (string | undefined)[]
  readonly log?: Log
}

function listener(name: string | undefined, handler: Handler): Listener {
  const path = { kind: 'prefix', value: '/' } as const
  const route = {
    names: { route: 'r', rule: 'r/default' },
    hostnames: [],
    matches: [{ path, method: undefined, headers: [], query: [], at: [] }],
    program: emptyProgram,
    backends: [{ handler, program: emptyProgram, weight: 1 }],
    totalWeight: 1,
  }
  const entrance = { port: 0, scheme: 'http', bind: 'bind/0', gateway: 'g', listener: name ?? 'any' } as const
  return { entrance, hostname: name, tls: undefined, program: emptyProgram, router: new Router([route]) }
}

/** A port on a free number, and a way to send it bytes and get all it answers until it closes or `until` is there. */
async function world(
  t: TestContext,
  { handler = () => text(200, 'ok'), limits = {}, hostnames = [undefined], log = silent }: World = {},
) {
  const logged: { status: number; reason: string; error: string }[] = []
  const binds = new Map([
    [
      0,
      new Bind(
        0,
        hostnames.map((name) => listener(name, handler)),
      ),
    ],
  ])
  const snapshot = new Snapshot(1, binds, new Keeper().holder(), silent)
  const port = new Port({
    port: 0,
    host: '127.0.0.1',
    secure: false,
    limits: { ...defaultLimits, ...limits },
    snapshot: () => snapshot,
    accessLog: (x, status) => logged.push({ status, reason: x.reason, error: x.error }),
    log,
    metrics: createMetrics({ version: 't', process: false }),
  })
  const number = await port.listen()
  t.after(() => port.drain(AbortSignal.abort()))
  const send = (bytes: string, until = /$^/): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(number, '127.0.0.1')
      let got = ''
      socket.setEncoding('latin1')
      socket.on('data', (chunk: string) => {
        got += chunk
        if (until.test(got)) socket.destroy()
      })
      socket.once('close', () => resolve(got))
      socket.once('error', (error: NodeJS.ErrnoException) =>
        error.code === 'ECONNRESET' ? resolve(got) : reject(error),
      )
      socket.write(bytes)
    })
  return { port, number, send, logged }
}

const get = (path: string, headers = ''): string =>
  `GET ${path} HTTP/1.1\r\nhost: a\r\n${headers}connection: close\r\n\r\n`
const status = (answer: string): string => answer.slice(9, 12)

test('a reply leaves with its length', async (t) => {
  const { send } = await world(t)
  assert.match(await send(get('/')), /^HTTP\/1\.1 200 OK\r\n(?=[^]*content-length: 2\r\n)[^]*\r\n\r\nok$/)
})

test('HEAD gets the head and no body', async (t) => {
  const { send } = await world(t)
  assert.match(
    await send('HEAD / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n'),
    /content-length: 2\r\n[^]*\r\n\r\n$/,
  )
})

test('bounds of the head have their own answers', async (t) => {
  const { send } = await world(t)
  assert.equal(status(await send(get(`/${'x'.repeat(8_200)}`))), '414')
  assert.equal(status(await send(get('/', 'a: b\r\n'.repeat(120)))), '431')
  assert.equal(status(await send(get('/', `a: ${'b'.repeat(8_200)}\r\n`))), '431')
  assert.equal(status(await send(get('/', `a: ${'b'.repeat(20_000)}\r\n`))), '431')
})

test('shapes that two servers may read differently are refused', async (t) => {
  const { send } = await world(t)
  const shapes = [
    'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabcd',
    'POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n',
    'GET / HTTP/1.1\r\n\r\n',
    'GET / HTTP/1.1\r\nhost: a\r\n folded: b\r\n\r\n',
    'GET / HTTP/1.1\r\nhost: a\r\nx\u0000y: b\r\n\r\n',
    'GET /a/../b HTTP/1.1\r\nhost: a\r\n\r\n',
    'GET /a/%2E%2e/b HTTP/1.1\r\nhost: a\r\n\r\n',
    'GET /a/..%2fb HTTP/1.1\r\nhost: a\r\n\r\n',
    'GET /a%5C..%5cb HTTP/1.1\r\nhost: a\r\n\r\n',
    'GET /a/..;/b HTTP/1.1\r\nhost: a\r\n\r\n',
  ]
  for (const shape of shapes) assert.equal(status(await send(shape, /\r\n\r\n/)), '400', JSON.stringify(shape))
})

test('an absolute target names the host, whatever the Host header says', async (t) => {
  const { send } = await world(t, {
    hostnames: ['b', 'c'],
    handler: (x) => text(200, `${x.entrance.listener} ${x.path}${x.query}`),
  })
  assert.match(await send('GET http://b/x?y=1 HTTP/1.1\r\nhost: c\r\nconnection: close\r\n\r\n'), /b \/x\?y=1$/)
  assert.match(await send('GET http://b HTTP/1.1\r\nhost: c\r\nconnection: close\r\n\r\n'), /b \/$/)
})

test('no listener, no route: 404 in the words scripts know', async (t) => {
  const { send } = await world(t, { hostnames: ['only.example'] })
  assert.match(await send(get('/')), /^HTTP\/1\.1 404 [^]*listener not found$/)
})

test('what breaks is answered by its row, logged, and does not touch the next request', async (t) => {
  const errors: string[] = []
  const { send, logged } = await world(t, {
    log: { ...silent, error: (message) => errors.push(message) },
    handler: (x) => {
      if (x.path === '/refused') throw new Failure('upstream.unreachable', 'target t refused the connection')
      if (x.path === '/bug') throw new TypeError('secret detail')
      return text(200, 'fine')
    },
  })
  assert.match(
    await send(get('/refused')),
    /^HTTP\/1\.1 503 [^]*upstream call failed: target t refused the connection$/,
  )
  const bug = await send(get('/bug'))
  assert.match(bug, /^HTTP\/1\.1 500 [^]*internal error$/)
  assert.doesNotMatch(bug, /secret/)
  assert.match(await send(get('/')), /fine$/)
  assert.deepEqual(
    logged.map(({ status: code, reason }) => [code, reason]),
    [
      [503, 'UpstreamFailure'],
      [500, 'Internal'],
      [200, 'Upstream'],
    ],
  )
  assert.equal(errors.length, 1)
})

test('a stream that breaks is cut, never made to look whole', async (t) => {
  const body = () =>
    Readable.from(
      (async function* () {
        yield 'part'
        throw new Error('upstream died')
      })(),
    )
  const { send, logged } = await world(t, {
    handler: () => ({ kind: 'stream', status: 200, headers: {}, body: body() }),
  })
  const answer = await send(get('/'))
  assert.match(answer, /part/)
  assert.doesNotMatch(answer, /\r\n0\r\n\r\n$/)
  assert.equal(logged[0]?.error, 'upstream died')
})

test('a client that leaves aborts what runs for it', async (t) => {
  const gone = Promise.withResolvers<unknown>()
  const began = Promise.withResolvers<void>()
  const { number, logged } = await world(t, {
    handler: (x) =>
      new Promise((_, reject) => {
        began.resolve()
        x.signal.addEventListener('abort', () => {
          gone.resolve(x.signal.reason)
          reject(x.signal.reason)
        })
      }),
  })
  const socket = connect(number, '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n')
  await began.promise
  socket.destroy()
  const reason = await gone.promise
  assert.ok(reason instanceof Failure && reason.code === 'request.aborted')
  while (logged.length === 0) await new Promise(setImmediate)
  assert.equal(logged[0]?.status, 499)
})

test('a body that nobody wants does not keep the answer from being read', async (t) => {
  const { send } = await world(t, { handler: () => text(413, 'too large') })
  const answer = await send(
    `POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 9000000\r\n\r\n${'x'.repeat(500_000)}`,
    /too large$/,
  )
  assert.equal(status(answer), '413')
})

test('one address may hold so many connections and no more', async (t) => {
  const { send, number } = await world(t, { limits: { connectionsPerAddress: 2 } })
  const held = [connect(number, '127.0.0.1'), connect(number, '127.0.0.1')]
  await Promise.all(held.map((socket) => new Promise((resolve) => socket.once('connect', resolve))))
  await new Promise((resolve) => setTimeout(resolve, 20))
  assert.equal(await send(get('/')), '')
  for (const socket of held) socket.destroy()
})

test('a client that does not read a large answer loses the connection', async (t) => {
  const { number } = await world(t, {
    limits: { writeStallMs: 100 },
    handler: () => ({ kind: 'bytes', status: 200, headers: {}, body: Buffer.alloc(64 * 1_048_576) }),
  })
  const socket = connect(number, '127.0.0.1')
  socket.pause()
  socket.on('error', () => undefined)
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n')
  // Reading goes on only now, long after the stall: what was on its way comes, then the end.
  setTimeout(() => socket.resume(), 500)
  let bytes = 0
  socket.on('data', (chunk: Buffer) => (bytes += chunk.length))
  socket.pause()
  await closed
  assert.ok(bytes < 64 * 1_048_576, `${bytes} bytes`)
})

test('a stream for a client that has left is ended', async (t) => {
  const began = Promise.withResolvers<void>()
  const go = Promise.withResolvers<void>()
  const body = new Readable({ read: () => undefined })
  const { number } = await world(t, {
    handler: async () => {
      began.resolve()
      await go.promise
      return { kind: 'stream', status: 200, headers: {}, body }
    },
  })
  const socket = connect(number, '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n')
  await began.promise
  socket.destroy()
  await new Promise((resolve) => setTimeout(resolve, 50))
  const closed = new Promise((resolve) => body.once('close', resolve))
  go.resolve()
  await closed
  assert.equal(body.destroyed, true)
})

test('draining lets a plain GET finish', async (t) => {
  const began = Promise.withResolvers<void>()
  const go = Promise.withResolvers<void>()
  const { port, send } = await world(t, {
    handler: async () => {
      began.resolve()
      await go.promise
      return text(200, 'whole')
    },
  })
  const answer = send(get('/'))
  await began.promise
  const drained = port.drain(AbortSignal.timeout(10_000))
  go.resolve()
  assert.match(await answer, /^HTTP\/1\.1 200 [^]*whole$/)
  await drained
})

test('so many requests may wait behind one on a connection, and no more', async (t) => {
  let asked = 0
  const { send } = await world(t, {
    limits: { pipelined: 3 },
    handler: async () => {
      asked++
      await new Promise((resolve) => setTimeout(resolve, 50))
      return text(200, 'ok')
    },
  })
  const one = 'GET / HTTP/1.1\r\nhost: a\r\n\r\n'
  const four = await send(one.repeat(3) + get('/'))
  assert.equal(four.split('HTTP/1.1 200').length - 1, 4)
  asked = 0
  assert.equal(await send(one.repeat(40)), '')
  assert.ok(asked <= 4, `${asked} were answered`)
})

test('a refused upgrade whose client stays does not keep the gateway from stopping', async (t) => {
  const { port, number } = await world(t, { hostnames: ['only.example'] })
  const socket = connect({ port: number, host: '127.0.0.1', allowHalfOpen: true })
  socket.on('error', () => undefined)
  const answered = new Promise<string>((resolve) => socket.once('data', (chunk: Buffer) => resolve(chunk.toString())))
  socket.write('GET / HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n')
  assert.match(await answered, /^HTTP\/1\.1 404 /)
  await port.drain(AbortSignal.timeout(200))
  socket.destroy()
})
