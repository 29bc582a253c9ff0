// Upgrades: the other protocol's bytes pass untouched both ways, and nothing else gets a tunnel.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { bodyOf, get, headerOf, httpUpstream, oneRoute, rawUpstream, type Stage, statusOf } from './stage.ts'

const to = (port: number, more = ''): string => `backends:\n- host: localhost:${port}\n${more}`
const ask = (headers = '', protocol = 'websocket'): string =>
  `GET /chat?x=1 HTTP/1.1\r\nhost: shop.test\r\nconnection: keep-alive, Upgrade\r\nupgrade: ${protocol}\r\nsec-websocket-key: a2V5\r\n${headers}\r\n`
const granted =
  'HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-accept: b2s=\r\n\r\n'

/** Connects, asks, and collects; `read` waits until the text is there. */
function client(t: TestContext, stage: Stage, bytes: string) {
  const socket = connect({ port: stage.port, host: '127.0.0.1', allowHalfOpen: true }).setEncoding('latin1')
  t.after(() => socket.destroy())
  let got = ''
  socket.on('data', (chunk: string) => (got += chunk))
  socket.on('error', () => undefined)
  socket.write(bytes, 'latin1')
  const read = async (text: string): Promise<string> => {
    while (!got.includes(text)) await once(socket, 'data')
    return got
  }
  return { socket, read, got: () => got }
}

/** A backend that grants every upgrade and then hands its socket over. */
const switching = (t: TestContext, then: (socket: Socket, head: string) => void): Promise<number> =>
  rawUpstream(t, (socket) => {
    socket.once('data', (head: Buffer) => {
      socket.write(granted)
      then(socket, head.toString('latin1'))
    })
  })

test('a granted upgrade joins the two: every byte value passes both ways', async (t) => {
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
  let asked = ''
  const port = await switching(t, (socket, head) => {
    asked = head.toLowerCase()
    socket.on('data', (chunk: Buffer) => socket.write(chunk))
  })
  const stage = await oneRoute(t, to(port))
  const { socket, read } = client(t, stage, ask('origin: http://shop.test\r\n'))
  const head = await read('\r\n\r\n')
  assert.match(head, /^HTTP\/1\.1 101 /)
  assert.deepEqual(headerOf(head, 'upgrade'), ['websocket'])
  assert.deepEqual(headerOf(head, 'sec-websocket-accept'), ['b2s='])
  assert.match(asked, /^get \/chat\?x=1 http/)
  assert.match(asked, /\r\nconnection: upgrade\r\nupgrade: websocket\r\n/)
  assert.match(asked, /\r\nsec-websocket-key: a2v5\r\n/)
  assert.match(asked, /\r\norigin: http:\/\/shop\.test\r\n/)
  socket.write(bytes)
  assert.equal(bodyOf(await read(bytes.toString('latin1'))), bytes.toString('latin1'))
})

test('what a client sends right behind its head, and a backend behind its own, is not lost', async (t) => {
  const port = await rawUpstream(t, (socket) => {
    socket.once('data', () => {
      socket.write(`${granted}early`)
      socket.on('data', (chunk: Buffer) => socket.write(`<${chunk.toString()}>`))
    })
  })
  const stage = await oneRoute(t, to(port))
  const { read } = client(t, stage, `${ask()}eager`)
  assert.match(await read('<eager>'), /early<eager>$/)
})

test('either side may stop talking first and still hear the rest', async (t) => {
  const port = await switching(t, (socket) => {
    let heard = ''
    socket.on('data', (chunk: Buffer) => (heard += chunk))
    socket.once('end', () => socket.end(`heard ${heard}`))
  })
  const stage = await oneRoute(t, to(port))
  const { socket, read, got } = client(t, stage, ask())
  await read('\r\n\r\n')
  socket.end('all')
  await once(socket, 'end')
  assert.equal(bodyOf(got()), 'heard all')

  const other = await switching(t, (upstream) => {
    upstream.end('first')
    upstream.once('data', (chunk: Buffer) => later(chunk.toString()))
  })
  let later: (text: string) => void = () => undefined
  const second = await oneRoute(t, to(other))
  const talker = client(t, second, ask())
  await talker.read('\r\n\r\n')
  await once(talker.socket, 'end')
  assert.equal(bodyOf(talker.got()), 'first')
  const heard = new Promise<string>((resolve) => (later = resolve))
  talker.socket.write('still here')
  assert.equal(await heard, 'still here')
})

test('a tunnel in which one side has ended and the other says nothing is closed after a while', async (t) => {
  const port = await switching(t, (socket) => socket.resume())
  const config = (limits: string): string => `config: { limits: { ${limits} } }`
  const stage = await oneRoute(t, to(port), config('tunnelHalfOpenMs: 50'))
  const half = client(t, stage, ask())
  const whole = client(t, stage, ask())
  await Promise.all([half, whole].map(({ read }) => read('\r\n\r\n')))
  const closed = once(half.socket, 'close')
  half.socket.end()
  await closed
  assert.equal(whole.socket.destroyed, false, 'both of its sides may still talk')
  const silent = await oneRoute(t, to(port), config('tunnelIdleMs: 50'))
  const third = client(t, silent, ask())
  await third.read('\r\n\r\n')
  third.socket.on('end', () => third.socket.end())
  await once(third.socket, 'close')
})

test('a side that is cut off takes the other along', async (t) => {
  let upstream: Socket | undefined
  const port = await switching(t, (socket) => {
    upstream = socket
    socket.resume()
  })
  const stage = await oneRoute(t, to(port))
  const first = client(t, stage, ask())
  await first.read('\r\n\r\n')
  assert.ok(upstream)
  const gone = once(upstream, 'close')
  upstream.on('end', () => upstream?.end())
  first.socket.resetAndDestroy()
  await gone

  const second = client(t, stage, ask())
  await second.read('\r\n\r\n')
  const closed = once(second.socket, 'close')
  second.socket.on('end', () => second.socket.end())
  upstream.resetAndDestroy()
  await closed
})

test('an answer that is not a switch is an answer like any other', async (t) => {
  const port = await httpUpstream(t, (_request, response) => {
    response.writeHead(401, { 'www-authenticate': 'Basic' }).end('who are you')
  })
  const stage = await oneRoute(t, to(port))
  const answer = await stage.send(ask())
  assert.equal(statusOf(answer), 401)
  assert.deepEqual(headerOf(answer, 'www-authenticate'), ['Basic'])
  assert.equal(bodyOf(answer), 'who are you')
})

test('a backend that switches to what nobody asked for gets no tunnel', async (t) => {
  const port = await switching(t, (socket) => socket.resume())
  const stage = await oneRoute(t, to(port))
  const answer = await stage.send(ask('', 'other/1'))
  assert.equal(statusOf(answer), 502)
  assert.equal(bodyOf(answer), 'request upgrade failed, backend tried websocket but other/1 is requested')
  assert.equal(stage.told[0]?.reason, 'UpstreamFailure')
})

test('upstream.upgrade: a route without a backend that can switch says so', async (t) => {
  const stage = await oneRoute(
    t,
    'backends:\n- mcp:\n    targets:\n    - name: a\n      mcp: {host: "http://127.0.0.1:1/mcp"}\n',
  )
  const answer = await stage.send(ask())
  assert.equal(statusOf(answer), 502)
  assert.equal(bodyOf(answer), 'request upgrade failed, backend tried nothing but websocket is requested')
})

test('a backend that is not there: 503', async (t) => {
  const stage = await oneRoute(t, to(1))
  assert.equal(statusOf(await stage.send(ask())), 503)
})

test('policies stand before upgrades as before any request', async (t) => {
  const stage = await oneRoute(t, to(1, 'policies:\n  directResponse: {status: 403, body: "no tunnels"}\n'))
  const answer = await stage.send(ask())
  assert.equal(statusOf(answer), 403)
  assert.equal(bodyOf(answer), 'no tunnels')
})

test('no route: 404 as ever', async (t) => {
  const stage = await oneRoute(t, `matches:\n- path: {exact: /only}\n${to(1)}`)
  const answer = await stage.send(ask())
  assert.equal(statusOf(answer), 404)
  assert.equal(bodyOf(answer), 'route not found')
})

test('an upgrade with a body is refused: its bytes would be read in two ways', async (t) => {
  const port = await switching(t, (socket) => socket.resume())
  const stage = await oneRoute(t, to(port))
  assert.equal(statusOf(await stage.send(`${ask('content-length: 5\r\n')}hello`)), 400)
})

test('an offer of HTTP/2 is an ordinary request', async (t) => {
  const port = await httpUpstream(t, (request, response) => response.end(`${request.headers.upgrade}`))
  const stage = await oneRoute(t, to(port))
  const answer = await stage.send(
    get('/', 'upgrade: h2c\r\nhttp2-settings: AAMAAABk\r\n').replace('connection: close', 'connection: upgrade, close'),
  )
  assert.equal(statusOf(answer), 200)
  assert.match(answer, /undefined/)
})

test('requestTimeout ends with the switch, a stop of the gateway ends the tunnel', async (t) => {
  const port = await switching(t, (socket) => socket.on('data', (chunk: Buffer) => socket.write(chunk)))
  const stage = await oneRoute(t, to(port, 'policies:\n  timeout:\n    requestTimeout: 300ms\n'))
  const { socket, read } = client(t, stage, ask())
  await read('\r\n\r\n')
  await new Promise((resolve) => setTimeout(resolve, 400))
  socket.write('ping')
  await read('ping')
  const closed = once(socket, 'end')
  await stage.gateway.drain(AbortSignal.timeout(5_000))
  await closed
})
