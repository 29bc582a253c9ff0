// Backend `host`: what goes out, what comes back, and what happens when the backend misbehaves.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import { bodyOf, echoUpstream, get, headerOf, httpUpstream, oneRoute, post, rawUpstream, statusOf } from './stage.ts'

const to = (port: number, more = ''): string => `backends:\n- host: localhost:${port}\n${more}`

test('a request goes on with its path, query, headers and body, and says where it came from', async (t) => {
  const port = await echoUpstream(t)
  const { send, told } = await oneRoute(t, to(port))
  const answer = await send(post('hello', 'x-a: 1\r\ncookie: a=b\r\n', '/p%2Fq/r?s=t&u'))
  assert.equal(statusOf(answer), 200)
  const seen = JSON.parse(bodyOf(answer))
  assert.equal(seen.method, 'POST')
  assert.equal(seen.url, '/p%2Fq/r?s=t&u')
  assert.equal(seen.body, 'hello')
  assert.equal(seen.headers['content-length'], '5')
  assert.equal(seen.headers['x-a'], '1')
  assert.equal(seen.headers.cookie, 'a=b')
  assert.equal(seen.headers.host, `localhost:${port}`)
  assert.equal(seen.headers['x-forwarded-for'], '127.0.0.1')
  assert.equal(seen.headers['x-forwarded-proto'], 'http')
  assert.equal(seen.headers['x-forwarded-host'], 'shop.test')
  assert.equal(told[0]?.endpoint, `localhost:${port}`)
})

test('a backend that is an address is asked for the host the client asked for', async (t) => {
  const port = await echoUpstream(t)
  const { send } = await oneRoute(t, `backends:\n- host: 127.0.0.1:${port}\n`)
  assert.equal(JSON.parse(bodyOf(await send(get()))).headers.host, 'shop.test')
})

test('what belongs to one connection stays there, both ways', async (t) => {
  const port = await rawUpstream(t, (socket) => {
    socket.once('data', (head: Buffer) => {
      const lines = head.toString('latin1').toLowerCase().split('\r\n')
      const said = lines.filter((line) => /^(?:te|keep-alive|proxy-|x-drop|trailer|expect)/.test(line))
      socket.end(
        `HTTP/1.1 200 OK\r\nconnection: x-hop, close\r\nx-hop: 1\r\nkeep-alive: timeout=3\r\nproxy-authenticate: Basic\r\nx-end: 2\r\ncontent-length: ${said.join('').length}\r\n\r\n${said.join('')}`,
      )
    })
  })
  const { send } = await oneRoute(t, to(port))
  const answer = await send(
    'GET / HTTP/1.1\r\nhost: a\r\nconnection: close, x-drop\r\nx-drop: 1\r\nte: trailers\r\nkeep-alive: 5\r\nproxy-authorization: Basic eA==\r\n\r\n',
  )
  assert.equal(statusOf(answer), 200)
  assert.equal(bodyOf(answer), '')
  assert.deepEqual(headerOf(answer, 'x-hop'), [])
  assert.deepEqual(headerOf(answer, 'keep-alive'), [])
  assert.deepEqual(headerOf(answer, 'proxy-authenticate'), [])
  assert.deepEqual(headerOf(answer, 'x-end'), ['2'])
})

test('statuses, repeated headers and bytes come back as they are', async (t) => {
  const port = await httpUpstream(t, (_request, response) => {
    response.writeHead(418, { 'set-cookie': ['a=1', 'b=2'], 'x-bin': Buffer.from([0xe9]).toString('latin1') })
    response.end(Buffer.from([0, 255, 1]))
  })
  const { send } = await oneRoute(t, to(port))
  const answer = await send(get())
  assert.equal(statusOf(answer), 418)
  assert.deepEqual(headerOf(answer, 'set-cookie'), ['a=1', 'b=2'])
  assert.deepEqual(headerOf(answer, 'x-bin'), ['\u00e9'])
  assert.equal(bodyOf(answer), '\u0000\u00ff\u0001')
})

test('HEAD keeps the length it tells of, 204 and 304 have no body', async (t) => {
  const port = await httpUpstream(t, (request, response) => {
    if (request.url === '/204') response.writeHead(204).end()
    else if (request.url === '/304') response.writeHead(304, { etag: '"a"' }).end()
    else response.writeHead(200, { 'content-length': 12 }).end(request.method === 'HEAD' ? undefined : 'x'.repeat(12))
  })
  const { send } = await oneRoute(t, to(port))
  const head = await send(get('/', '', 'HEAD'))
  assert.deepEqual(headerOf(head, 'content-length'), ['12'])
  assert.equal(bodyOf(head), '')
  const none = await send(get('/204'))
  assert.equal(statusOf(none), 204)
  assert.deepEqual(headerOf(none, 'content-length'), [])
  assert.equal(bodyOf(none), '')
  const same = await send(get('/304'))
  assert.equal(statusOf(same), 304)
  assert.deepEqual(headerOf(same, 'etag'), ['"a"'])
  assert.equal(bodyOf(same), '')
})

test('informational answers and trailers are dropped cleanly', async (t) => {
  const port = await rawUpstream(t, (socket) => {
    socket.once('data', () => {
      socket.write('HTTP/1.1 103 Early Hints\r\nlink: </a.css>\r\n\r\n')
      socket.end(
        'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: x-sum\r\n\r\n3\r\nabc\r\n0\r\nx-sum: 9\r\n\r\n',
      )
    })
  })
  const { send } = await oneRoute(t, to(port))
  const answer = await send(get())
  assert.equal(statusOf(answer), 200)
  assert.match(answer, /abc/)
  assert.doesNotMatch(answer, /x-sum|Early|link/)
})

test('an answer streams: each part arrives before the next is made', async (t) => {
  const parts = ['one', 'two', 'three']
  let go: () => void = () => undefined
  const port = await httpUpstream(t, (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.flushHeaders()
    go = () => {
      const part = parts.shift()
      if (part === undefined) response.end()
      else response.write(part)
    }
  })
  const { port: gateway } = await oneRoute(t, to(port))
  const socket = connect(gateway, '127.0.0.1').setEncoding('latin1')
  t.after(() => socket.destroy())
  let got = ''
  socket.on('data', (chunk: string) => (got += chunk))
  const until = async (text: string): Promise<void> => {
    while (!got.includes(text)) await once(socket, 'data')
  }
  socket.write(get())
  await until('\r\n\r\n')
  while (parts.length > 0) {
    const [part = ''] = parts
    go()
    await until(part)
  }
  go()
  await once(socket, 'close')
  assert.match(got, /200 OK/)
})

test('a request body streams: the backend sees the first part before the last is sent', async (t) => {
  const seen: string[] = []
  let first: () => void = () => undefined
  const arrived = new Promise<void>((resolve) => (first = resolve))
  const port = await httpUpstream(t, (request, response) => {
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => {
      seen.push(chunk)
      first()
    })
    request.on('end', () => response.end(seen.join('|')))
  })
  const { port: gateway } = await oneRoute(t, to(port))
  const socket = connect(gateway, '127.0.0.1').setEncoding('latin1')
  t.after(() => socket.destroy())
  socket.write('POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n3\r\nabc\r\n')
  await arrived
  let got = ''
  socket.on('data', (chunk: string) => (got += chunk))
  socket.write('3\r\ndef\r\n0\r\nx-trailer: 1\r\n\r\n')
  await once(socket, 'close')
  assert.match(got, /abc\|def/)
})

test('a reader that stops holds the backend up instead of filling memory', async (t) => {
  let written = 0
  const port = await httpUpstream(t, (_request, response) => {
    const chunk = Buffer.alloc(64 * 1024)
    const more = (): void => {
      while (written < 64 * 1024 * 1024) {
        written += chunk.length
        if (!response.write(chunk)) {
          response.once('drain', more)
          return
        }
      }
      response.end()
    }
    more()
  })
  const { port: gateway } = await oneRoute(t, to(port))
  const socket = connect(gateway, '127.0.0.1')
  t.after(() => socket.destroy())
  socket.write(get())
  await once(socket, 'readable')
  let before = -1
  while (before !== written) {
    before = written
    await new Promise((resolve) => setTimeout(resolve, 150))
  }
  assert.ok(written < 40 * 1024 * 1024, `${written} bytes were taken from the backend for nobody`)
})

test('Expect: 100-continue is granted when the backend wants the body, and not passed on', async (t) => {
  const port = await echoUpstream(t)
  const { port: gateway } = await oneRoute(t, to(port))
  const socket = connect(gateway, '127.0.0.1').setEncoding('latin1')
  t.after(() => socket.destroy())
  let got = ''
  socket.on('data', (chunk: string) => (got += chunk))
  socket.write('POST / HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 2\r\nconnection: close\r\n\r\n')
  while (!got.includes('\r\n\r\n')) await once(socket, 'data')
  assert.match(got, /^HTTP\/1\.1 100 Continue\r\n\r\n$/)
  socket.write('hi')
  await once(socket, 'close')
  const seen = JSON.parse(got.slice(got.lastIndexOf('\r\n\r\n') + 4))
  assert.equal(seen.body, 'hi')
  assert.equal(seen.headers.expect, undefined)
})

test('a backend that cannot be reached: 503 and why, and the next request is served', async (t) => {
  const { send, told } = await oneRoute(t, to(1))
  const answer = await send(get())
  assert.equal(statusOf(answer), 503)
  assert.equal(bodyOf(answer), 'upstream call failed: the backend refused the connection')
  assert.equal(told[0]?.reason, 'UpstreamFailure')
  assert.equal(statusOf(await send(post('body'))), 503)
})

test('a name without an address: 503 with its own text', async (t) => {
  const { send } = await oneRoute(t, 'backends:\n- host: no-such-name.invalid:80\n')
  const answer = await send(get())
  assert.equal(statusOf(answer), 503)
  assert.equal(bodyOf(answer), 'backends required DNS resolution which failed')
})

test('a backend that speaks no HTTP: 502', async (t) => {
  const port = await rawUpstream(t, (socket) => socket.once('data', () => socket.end('SSH-2.0-OpenSSH_9.9\r\n')))
  const { send } = await oneRoute(t, to(port))
  assert.equal(statusOf(await send(get())), 502)
})

test('a backend that hangs up before it answers: 503', async (t) => {
  const port = await rawUpstream(t, (socket) => socket.once('data', () => socket.destroy()))
  const { send } = await oneRoute(t, to(port))
  const answer = await send(get())
  assert.equal(statusOf(answer), 503)
  assert.equal(bodyOf(answer), 'upstream call failed: the backend closed the connection')
})

test('a backend that dies in the middle of its answer: the client sees that it is not whole', async (t) => {
  const port = await rawUpstream(t, (socket) => {
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf')
      setTimeout(() => socket.destroy(), 50)
    })
  })
  const { send } = await oneRoute(t, to(port))
  const answer = await send(get())
  assert.equal(statusOf(answer), 200)
  assert.equal(bodyOf(answer), 'half')
  assert.deepEqual(headerOf(answer, 'content-length'), ['100'])
})

test('backendRequestTimeout: 504 with its text, and the backend is let go', async (t) => {
  let gone: () => void = () => undefined
  const closed = new Promise<void>((resolve) => (gone = resolve))
  const port = await rawUpstream(t, (socket) => {
    socket.resume()
    socket.once('end', () => gone())
    socket.once('close', () => gone())
  })
  const { send, told } = await oneRoute(t, to(port, 'policies:\n  timeout:\n    backendRequestTimeout: 80ms\n'))
  const answer = await send(get())
  assert.equal(statusOf(answer), 504)
  assert.equal(bodyOf(answer), 'upstream call timeout')
  assert.equal(told[0]?.reason, 'Timeout')
  await closed
})

test('requestTimeout covers it all: 504 with its own text', async (t) => {
  const port = await rawUpstream(t, (socket) => socket.resume())
  const { send } = await oneRoute(t, to(port, 'policies:\n  timeout:\n    requestTimeout: 80ms\n'))
  const answer = await send(get())
  assert.equal(statusOf(answer), 504)
  assert.equal(bodyOf(answer), 'request timeout')
})

test('a client that leaves takes its request to the backend along', async (t) => {
  let gone: () => void = () => undefined
  let asked: () => void = () => undefined
  const closed = new Promise<void>((resolve) => (gone = resolve))
  const begun = new Promise<void>((resolve) => (asked = resolve))
  const port = await rawUpstream(t, (socket) => {
    socket.once('data', () => asked())
    socket.once('end', () => gone())
    socket.once('close', () => gone())
  })
  const { port: gateway } = await oneRoute(t, to(port))
  const socket = connect(gateway, '127.0.0.1')
  socket.write(get())
  await begun
  socket.destroy()
  await closed
})

test('an early answer to a body that is still coming reaches the client', async (t) => {
  const port = await rawUpstream(t, (socket) => {
    socket.once('data', () => socket.write('HTTP/1.1 413 Too Large\r\ncontent-length: 2\r\n\r\nno'))
  })
  const { send } = await oneRoute(t, to(port))
  const answer = await send(
    `POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 100000\r\nconnection: close\r\n\r\n${'x'.repeat(1000)}`,
    /no$/,
  )
  assert.equal(statusOf(answer), 413)
})

test('one connection serves request after request', async (t) => {
  const port = await echoUpstream(t)
  const { send } = await oneRoute(t, to(port))
  const one = 'GET /1 HTTP/1.1\r\nhost: a\r\n\r\n'
  const answer = await send(one + get('/2'))
  assert.equal([...answer.matchAll(/HTTP\/1\.1 200/g)].length, 2)
  assert.ok(answer.indexOf('"/1"') < answer.indexOf('"/2"'))
})
