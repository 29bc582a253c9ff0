// Heads from raw sockets: what node's parser refuses, what is left for us to refuse, and what is cleaned.
import assert from 'node:assert/strict'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { type TestContext, test } from 'node:test'
import { Exchange } from '../../src/core/exchange.ts'
import { admit, replyFields, requestFields, wantsUpgrade } from '../../src/http/headers.ts'
import { listening, raw } from '../support/serve.ts'

interface Seen {
  readonly wrong: string | undefined
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly upgrade: boolean
  readonly forwarded: readonly string[]
}

const entrance = { port: 1, scheme: 'http', bind: 'b', gateway: 'g', listener: 'l' } as const

/** Sends a head and tells what came of it: what we saw, or the error by which node's parser refused it. */
async function sees(t: TestContext): Promise<(head: string) => Promise<Seen | string>> {
  let seen: Seen | string = 'nothing'
  const server = createServer({ insecureHTTPParser: false }, (request, response) => {
    const wrong = admit(request)
    const forwarded = requestFields(new Exchange(request, entrance))
    const { url = '', headers } = request
    seen = { wrong, url, headers, upgrade: wantsUpgrade(request), forwarded }
    response.setHeader('connection', 'close').end()
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (seen === 'nothing') seen = error.code ?? ''
    socket.destroy()
  })
  const port = await listening(t, server)
  return async (head) => {
    seen = 'nothing'
    const answer = await raw(port, head)
    return seen === 'nothing' ? answer.slice(0, 12) : seen
  }
}

const get = (...lines: string[]): string => ['GET /p?q HTTP/1.1', ...lines, '', ''].join('\r\n')
const post = (...lines: string[]): string => ['POST / HTTP/1.1', 'Host: a', ...lines, '', '0', '', ''].join('\r\n')

function seenOf(seen: Seen | string): Seen {
  if (typeof seen === 'string') assert.fail(`the parser answered ${seen}`)
  return seen
}

const value = (fields: readonly string[], name: string): string | undefined => {
  const at = fields.findIndex((field, index) => index % 2 === 0 && field === name)
  return at < 0 ? undefined : fields[at + 1]
}

test('shapes of request smuggling that the parser refuses by itself', async (t) => {
  const send = await sees(t)
  for (const [head, error] of [
    [post('Content-Length: 5', 'Transfer-Encoding: chunked'), 'HPE_INVALID_TRANSFER_ENCODING'],
    [post('Transfer-Encoding: chunked', 'Content-Length: 5'), 'HPE_INVALID_CONTENT_LENGTH'],
    [post('Content-Length: 5', 'Content-Length: 6'), 'HPE_UNEXPECTED_CONTENT_LENGTH'],
    [post('Content-Length: 5', 'Content-Length: 5'), 'HPE_UNEXPECTED_CONTENT_LENGTH'],
    [post('Content-Length: 5, 5'), 'HPE_INVALID_CONTENT_LENGTH'],
    [post('Content-Length: +5'), 'HPE_INVALID_CONTENT_LENGTH'],
    [post('Transfer-Encoding: chunked', 'Transfer-Encoding: identity'), 'HPE_INVALID_TRANSFER_ENCODING'],
    [get('Host: a', 'X-A: b', ' folded'), 'HPE_INVALID_HEADER_TOKEN'],
    [get('Host : a'), 'HPE_INVALID_HEADER_TOKEN'],
    [get('Host: a', 'X-A: b\0c'), 'HPE_INVALID_HEADER_TOKEN'],
    ['GET / HTTP/1.1\nHost: a\n\n', 'HPE_INVALID_VERSION'],
    ['GET / HTTP/1.2\r\nHost: a\r\n\r\n', 'HPE_INVALID_VERSION'],
    [get(), 'HTTP/1.1 400'],
  ] as const)
    assert.equal(await send(head), error, JSON.stringify(head))
})

test('shapes that the parser lets through and we refuse', async (t) => {
  const send = await sees(t)
  for (const [head, wrong] of [
    [get('Host: a', 'Host: b'), 'more than one Host header'],
    [get('Host: a', 'hOST: a'), 'more than one Host header'],
    ['GET / HTTP/1.0\r\n\r\n', 'no Host header'],
    [get('Host:'), 'the Host is no authority'],
    [get('Host: user@a'), 'the Host is no authority'],
    [get('Host: a/b'), 'the Host is no authority'],
    [get('Host: a b'), 'the Host is no authority'],
    [get('Host: a,b'), 'the Host is no authority'],
    [get('Host: a:80:80'), 'the Host is no authority'],
    [get('Host: a:http'), 'the Host is no authority'],
    [get('Host: [::1'), 'the Host is no authority'],
    [get('Host: \xe4'), 'the Host is no authority'],
    [post('Transfer-Encoding: gzip, chunked'), 'a transfer coding other than chunked'],
    [post('Transfer-Encoding: xchunked'), 'a transfer coding other than chunked'],
    ['POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 'Transfer-Encoding in HTTP/1.0'],
    [get('Host: a', 'Connection: close, Host'), 'the Connection header names a field that frames the message'],
    [
      post('Connection: content-length', 'Content-Length: 0'),
      'the Connection header names a field that frames the message',
    ],
    ['GET ftp://a/b HTTP/1.1\r\nHost: a\r\n\r\n', 'the target is neither a path nor an http URL'],
    ['GET http://u:p@a/b HTTP/1.1\r\nHost: a\r\n\r\n', 'the Host is no authority'],
    ['GET * HTTP/1.1\r\nHost: a\r\n\r\n', 'the target is neither a path nor an http URL'],
  ] as const)
    assert.equal(seenOf(await send(head)).wrong, wrong, JSON.stringify(head))
})

test('usual hosts pass: names, addresses, ports', async (t) => {
  const send = await sees(t)
  for (const host of ['a', 'A-b.example', 'a_b', '127.0.0.1:80', '[::1]', '[fe80::1]:65535', 'a.example.:443'])
    assert.equal(seenOf(await send(get(`Host: ${host}`))).wrong, undefined, host)
  assert.equal(seenOf(await send('OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n')).wrong, undefined)
})

test('an absolute target becomes a path, and its authority the Host', async (t) => {
  const send = await sees(t)
  for (const [target, url, host] of [
    ['http://b.example/x?y', '/x?y', 'b.example'],
    ['HTTP://b.example:81', '/', 'b.example:81'],
    ['https://b.example?y', '/?y', 'b.example'],
  ] as const) {
    const seen = seenOf(await send(`GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`))
    assert.deepEqual([seen.wrong, seen.url, seen.headers.host], [undefined, url, host])
  }
})

test('escapes of what needs none are read, all others stay, and none is made', async (t) => {
  const send = await sees(t)
  for (const [target, url] of [
    ['/%61dmin/%41%7A%30%39?%61', '/admin/Az09?%61'],
    ['/%2d%2E5%5F%7e', '/-.5_~'],
    ['/a%2Fb%5C%3B%20%C3%A9%25', '/a%2Fb%5C%3B%20%C3%A9%25'],
    ['/%%36%31dmin', '/%%36%31dmin'], // reading once would leave `%61`
    ['/%2561', '/%2561'],
  ] as const)
    assert.equal(seenOf(await send(`GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`)).url, url)
})

test('cookies by which browsers are known to us are for nobody behind us', async (t) => {
  const send = await sees(t)
  const ours = ['agw_oidc_s_1=a', 'toolgate-1a2b3c4d=b', '__Host-toolgate-1a2b3c4d=c']
  for (const cookies of [ours.join('; '), `mine=1; ${ours.join(';')}; other=agw_oidc_`]) {
    const { forwarded } = seenOf(await send(get('Host: a', `Cookie: ${cookies}`)))
    assert.equal(value(forwarded, 'cookie'), cookies.startsWith('mine') ? 'mine=1; other=agw_oidc_' : undefined)
  }
})

test('fields that Connection names end here', async (t) => {
  const send = await sees(t)
  const { headers, wrong } = seenOf(
    await send(get('Host: a', 'Connection: close, X-A,, x-b', 'X-A: 1', 'X-B: 2', 'X-C: 3')),
  )
  assert.equal(wrong, undefined)
  assert.deepEqual([headers['x-a'], headers['x-b'], headers['x-c']], [undefined, undefined, '3'])
})

test('what a client says about the way it came is not believed', async (t) => {
  const send = await sees(t)
  const { forwarded } = seenOf(
    await send(
      get(
        'Host: app.example:8080',
        'X-Forwarded-For: 192.0.2.1',
        'X-Forwarded-For: 192.0.2.2',
        'X-Forwarded-Proto: https',
        'X-Forwarded-Host: evil.example',
        'X-Forwarded-Prefix: /evil',
        'X_Forwarded_For: evil',
        'X-Forwarded_Host: evil',
        'X-Real-IP: evil',
        'Forwarded: for=evil',
        'X-Forward: kept',
        'F: kept',
      ),
    ),
  )
  assert.equal(value(forwarded, 'x-forwarded-for'), '192.0.2.1, 192.0.2.2, 127.0.0.1')
  assert.equal(value(forwarded, 'x-forwarded-proto'), 'http')
  assert.equal(value(forwarded, 'x-forwarded-host'), 'app.example:8080')
  assert.deepEqual([value(forwarded, 'x-forward'), value(forwarded, 'f')], ['kept', 'kept'])
  assert.doesNotMatch(forwarded.join(' '), /evil/)
})

test('fields of one connection are not sent on, the rest is, and we sign', async (t) => {
  const send = await sees(t)
  const { forwarded } = seenOf(
    await send(
      get(
        'Host: a',
        'Connection: keep-alive',
        'Keep-Alive: timeout=5',
        'TE: trailers',
        'Trailer: x-sum',
        'Upgrade: h2c',
        'Proxy-Authorization: Basic c2VjcmV0',
        'Proxy-Connection: keep-alive',
        'HTTP2-Settings: x',
        'Via: 1.0 edge',
        'Authorization: Bearer t',
        'Cookie: a=b',
        'Cookie: c=d',
        'X-A: 1',
        'X-A: 2',
        'X-Umlaut: \xe4',
        'Connection: close',
      ),
    ),
  )
  const names = forwarded.filter((_, index) => index % 2 === 0)
  assert.deepEqual(
    names.filter((name) => /^(?:connection|keep-alive|te|trailer|upgrade|proxy-|http2|host|content-length)/.test(name)),
    [],
  )
  assert.equal(value(forwarded, 'via'), '1.0 edge, 1.1 toolgate')
  assert.equal(value(forwarded, 'authorization'), 'Bearer t')
  assert.equal(value(forwarded, 'cookie'), 'a=b; c=d')
  assert.equal(value(forwarded, 'x-a'), '1, 2')
  assert.equal(value(forwarded, 'x-umlaut'), '\xe4')
})

test('an upgrade is one when both headers ask for it; offers of HTTP/2 are not', async (t) => {
  const send = await sees(t)
  const upgrade = async (...lines: string[]) => seenOf(await send(get('Host: a', ...lines))).upgrade
  // `createServer` without a listener for upgrades hands them to us as requests.
  assert.equal(await upgrade('Connection: Upgrade', 'Upgrade: websocket'), true)
  assert.equal(await upgrade('Connection: keep-alive, upgrade', 'Upgrade: WebSocket'), true)
  assert.equal(await upgrade('Upgrade: websocket'), false)
  assert.equal(await upgrade('Connection: Upgrade'), false)
  assert.equal(await upgrade('Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: x'), false)
})

test('an answer keeps what came more than once, and loses what belongs to its connection', () => {
  const answered = replyFields({
    connection: 'close, X-Hop',
    'keep-alive': 'timeout=5',
    'transfer-encoding': 'chunked',
    trailer: 'x-sum',
    upgrade: 'h2c',
    'x-hop': '1',
    'set-cookie': ['a=1', 'b=2'],
    'content-length': '3',
    'x-a': '1',
  })
  assert.deepEqual(answered, { 'set-cookie': ['a=1', 'b=2'], 'content-length': '3', 'x-a': '1' })
})

test('a field called __proto__ is no prototype', () => {
  const headers: IncomingHttpHeaders = Object.defineProperty({ 'x-a': '1' }, '__proto__', {
    value: ['x-evil'],
    enumerable: true,
  })
  const answered = replyFields(headers)
  assert.equal(Object.getPrototypeOf(answered), Object.prototype)
  assert.deepEqual(Object.keys(answered), ['x-a'])
})
