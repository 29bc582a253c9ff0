import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { type FetchOptions, fetchDocument, trustBy } from '../../src/http/fetch.ts'
import { defaultPoolSettings, type PoolSettings, Pools } from '../../src/http/pools.ts'
import { listening } from '../support/serve.ts'

const pem = (name: string): string => readFileSync(path.join(import.meta.dirname, 'tls', name), 'utf8')
const [cert, key] = [pem('cert.pem'), pem('key.pem')] // for peer.internal

function client(t: TestContext, settings: Partial<PoolSettings> = {}, options: Partial<FetchOptions> = {}) {
  const pools = new Pools({ ...defaultPoolSettings, ...settings })
  t.after(() => pools[Symbol.asyncDispose]())
  return (url: string, more: Partial<FetchOptions> = {}) =>
    fetchDocument(url, { pools, trust: 'stranger', maxBytes: 1_000, timeoutMs: 5_000, ...options, ...more })
}

const plain = (t: TestContext, answer: RequestListener): Promise<number> => listening(t, createServer(answer))
const secure = (t: TestContext, answer: RequestListener): Promise<number> =>
  listening(t, createTlsServer({ cert, key }, answer))
const hello: RequestListener = (request, response) => response.end(`hello ${request.headers.host ?? ''}`)
const goTo =
  (location: string, status = 302): RequestListener =>
  (_, response) =>
    response.writeHead(status, { location }).end()

const never = (port: number): string => `127.0.0.1:${port}`

test('a stranger names no address that is not public, in whatever spelling', async (t) => {
  let asked = 0
  const port = await plain(t, (_, response) => response.end(String(++asked)))
  const fetch = client(t)
  const hosts = [
    `127.0.0.1:${port}`,
    `127.1:${port}`,
    `2130706433:${port}`,
    `0x7f000001:${port}`,
    `0177.0.0.1:${port}`,
    `0:${port}`,

    `[::1]:${port}`,
    `[::ffff:127.0.0.1]:${port}`,
    `[::ffff:7f00:1]:${port}`,
    '169.254.169.254',
    '10.0.0.1',
    '[fd00::1]',
    '100.64.0.1',
    '192.168.1.1',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
    '[fe80::1]',
    `localhost:${port}`,
    `１２７.0.0.1:${port}`,
  ]
  for (const host of hosts) await assert.rejects(fetch(`https://${host}/`), { code: 'upstream.forbidden' }, host)
  assert.equal(asked, 0)
})

test('without the rule the same URL is answered: an operator may name it', async (t) => {
  const port = await plain(t, hello)
  const answer = await client(t)(`http://127.0.0.1:${port}/`, { trust: 'operator' })
  assert.equal(answer.body.toString(), `hello 127.0.0.1:${port}`)
})

test('a stranger names https and nothing else, no user, no odd spelling', async (t) => {
  const fetch = client(t, { resolve: async () => [{ address: '1.1.1.1', family: 4 }] })
  const urls = [
    'http://idp.example/',
    'ftp://idp.example/',
    'file:///etc/passwd',
    'data:text/plain,x',
    'javascript:alert(1)',
    'x',
    '',
    'https://user@idp.example/',
    'https://:secret@idp.example/',
    'https://idp.example./',
    'https://',

    'https://idp.example\\@evil.example/',
    'https://idp.exa\tmple/',
    ' https://idp.example/',
    'https://idp.example/\r\nx: y',
    'https://idp.example/a b',
  ]
  for (const url of urls) await assert.rejects(fetch(url), { code: 'upstream.forbidden' }, url)
})

test('one address among many that is not public is enough to refuse', async (t) => {
  const resolve = async () => [
    { address: '1.1.1.1', family: 4 },
    { address: '10.0.0.1', family: 4 },
  ]
  await assert.rejects(client(t, { resolve })('https://idp.example/'), { code: 'upstream.forbidden' })
})

test('the connection goes to the address that was looked at, not to what the name means a moment later', async (t) => {
  const port = await secure(t, hello)
  let lookups = 0
  // A rebinding resolver: loopback is allowed here, so the second answer is the one that would give the test away.
  const resolve = async () => [{ address: ++lookups === 1 ? '127.0.0.1' : '127.0.0.2', family: 4 }]
  const fetch = client(t, { resolve, strangersOnLoopback: true }, { tls: { root: cert } })
  const answer = await fetch(`https://peer.internal:${port}/`)
  assert.equal(answer.body.toString(), `hello peer.internal:${port}`)
  assert.equal(lookups, 1)
})

test('the redirect table says where a name is, and the certificate is still checked', async (t) => {
  const port = await secure(t, hello)
  const connectTo = new Map([
    ['peer.internal:443', `localhost:${port}`],
    ['other.internal:443', `127.0.0.1:${port}`],
  ])
  const fetch = client(t, { connectTo }, { tls: { root: cert } })
  assert.equal((await fetch('https://peer.internal/')).body.toString(), 'hello peer.internal')
  await assert.rejects(fetch('https://other.internal/'), { code: 'upstream.unreachable' })
})

test('the switch for development lets strangers onto the loopback by http, and nowhere else', async (t) => {
  const port = await plain(t, hello)
  const fetch = client(t, { strangersOnLoopback: true })
  assert.equal((await fetch(`http://127.0.0.1:${port}/`)).status, 200)
  assert.equal((await fetch(`http://localhost:${port}/`)).status, 200)
  await assert.rejects(fetch('http://1.1.1.1/'), { code: 'upstream.forbidden' })
  await assert.rejects(fetch('http://10.0.0.1/'), { code: 'upstream.forbidden' })
})

test('a redirect to another origin is a stranger, even when an operator named the first', async (t) => {
  let reached = 0
  const inner = await plain(t, (_, response) => response.end(String(++reached)))
  const outer = await plain(t, goTo(`http://127.0.0.1:${inner}/latest/meta-data`))
  await assert.rejects(client(t)(`http://127.0.0.1:${outer}/jwks`, { trust: 'operator' }), {
    code: 'upstream.forbidden',
  })
  assert.equal(reached, 0)
})

test('a redirect within the origin is followed, three times at most', async (t) => {
  const port = await plain(t, (request, response) => {
    const left = Number((request.url ?? '/').slice(1))
    if (left === 0) response.end('there')
    else response.writeHead(307, { location: `/${left - 1}` }).end()
  })
  const fetch = client(t, {}, { trust: 'operator' })
  assert.equal((await fetch(`http://127.0.0.1:${port}/3`)).body.toString(), 'there')
  for (const more of [{ maxRedirects: 99 }, {}])
    await assert.rejects(fetch(`http://127.0.0.1:${port}/4`, more), { code: 'upstream.protocol' })
  await assert.rejects(fetch(`http://127.0.0.1:${port}/1`, { maxRedirects: 0 }), { code: 'upstream.protocol' })
  await assert.rejects(fetch(`http://127.0.0.1:${port}/1`, { method: 'POST', body: 'x' }), {
    code: 'upstream.protocol',
  })
})

test('no redirect leads from https to http, or to what is no plain URL', async (t) => {
  let location = 'http://peer.internal/'
  const port = await secure(t, (_, response) => response.writeHead(302, { location }).end())
  const connectTo = new Map([['peer.internal:443', never(port)]])
  const fetch = client(t, { connectTo, strangersOnLoopback: true }, { tls: { root: cert } })
  await assert.rejects(fetch('https://peer.internal/'), { code: 'upstream.forbidden' })
  for (location of ['https://a@peer.internal/', '\\\\evil.example/', 'javascript:x', 'https://127.0.0.1:1/x\ty'])
    await assert.rejects(fetch('https://peer.internal/'), { code: 'upstream.forbidden' }, location)
})

test('credentials do not travel to another origin', async (t) => {
  const seen: (string | undefined)[] = []
  const note: RequestListener = (request, response) => {
    seen.push(request.headers.authorization, request.headers.cookie, String(request.headers['x-plain']))
    response.end()
  }
  const other = await plain(t, note)
  const first = await plain(t, goTo(`http://127.0.0.1:${other}/`))
  await client(t, { strangersOnLoopback: true })(`http://127.0.0.1:${first}/`, {
    trust: 'operator',
    headers: { Authorization: 'Bearer secret', cookie: 'a=b', 'x-plain': 'kept' },
  })
  assert.deepEqual(seen, [undefined, undefined, 'kept'])
})

test('documents are bounded in size, announced or not', async (t) => {
  const announced = await plain(t, (_, response) => response.end(Buffer.alloc(1_001)))
  const chunked = await plain(t, (_, response) => {
    response.write(Buffer.alloc(600))
    response.end(Buffer.alloc(600))
  })
  const fetch = client(t, {}, { trust: 'operator' })
  for (const port of [announced, chunked]) {
    await assert.rejects(fetch(`http://127.0.0.1:${port}/`), { code: 'upstream.too-large' })
    assert.ok((await fetch(`http://127.0.0.1:${port}/`, { maxBytes: 1_200 })).body.length > 1_000)
  }
})

test('a packed document is refused, not unpacked', async (t) => {
  const bomb = gzipSync(Buffer.alloc(10_000_000))
  const port = await plain(t, (request, response) => {
    assert.equal(request.headers['accept-encoding'], 'identity')
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb)
  })
  const fetch = client(t, {}, { trust: 'operator', maxBytes: 1_000_000 })
  await assert.rejects(fetch(`http://127.0.0.1:${port}/`), { code: 'upstream.protocol' })
})

test('time is bounded: silence, a trickle, and a resolver that never answers', async (t) => {
  const silent = await plain(t, () => undefined)
  const trickle = await plain(t, (_, response) => {
    const timer = setInterval(() => response.write('x'), 5)
    response.once('close', () => clearInterval(timer))
  })
  const fetch = client(t, {}, { trust: 'operator', timeoutMs: 80 })
  for (const port of [silent, trickle])
    await assert.rejects(fetch(`http://127.0.0.1:${port}/`), { code: 'upstream.timeout' })
  const stuck = client(t, { resolve: () => new Promise(() => undefined) }, { timeoutMs: 50 })
  await assert.rejects(stuck('https://idp.example/'), { code: 'upstream.timeout' })
})

test('names without addresses, closed ports and answers that are no HTTP are told apart from refusals', async (t) => {
  const nowhere = client(t, { resolve: () => Promise.reject(new Error('ENOTFOUND')) })
  await assert.rejects(nowhere('https://idp.example/'), { code: 'upstream.dns' })
  await assert.rejects(client(t, { resolve: async () => [] })('https://idp.example/'), { code: 'upstream.dns' })
  await assert.rejects(client(t)('http://127.0.0.1:1/', { trust: 'operator' }), { code: 'upstream.unreachable' })
})

test('any status is an answer, with method, headers and body as they were given', async (t) => {
  const port = await plain(t, (request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk))
    request.on('end', () =>
      response
        .writeHead(418, { 'x-got': [request.method, request.headers.accept, request.headers['x-a']].join(' ') })
        .end(body),
    )
  })
  const answer = await client(t)(`http://127.0.0.1:${port}/x?y#z`, {
    trust: 'operator',
    method: 'POST',
    accept: 'application/json',
    headers: { 'x-a': 'b' },
    body: 'hello',
  })
  assert.deepEqual(
    [answer.status, answer.headers['x-got'], answer.body.toString()],
    [418, 'POST application/json b', 'hello'],
  )
})

test('whoever asked can call it off', async (t) => {
  const silent = await plain(t, () => undefined)
  const control = new AbortController()
  const asking = client(t)(`http://127.0.0.1:${silent}/`, { trust: 'operator', signal: control.signal })
  control.abort(new Error('enough'))
  await assert.rejects(asking, { message: 'enough' })
})

test('a redirect can be an answer like any other', async (t) => {
  const port = await plain(t, goTo('https://elsewhere.example/'))
  const answer = await client(t)(`http://127.0.0.1:${port}/`, { trust: 'operator', maxRedirects: 'answer' })
  assert.deepEqual([answer.status, answer.headers.location], [302, 'https://elsewhere.example/'])
})

test('whoever is trusted to name further places is trusted with those of the operator, and with public ones', () => {
  const by = trustBy(['https://id.example/realms/a', 'http://lab:8080', undefined, null, 'no url'])
  for (const [url, trust] of [
    ['https://id.example/token', 'operator'],
    ['https://id.example:8443/token', 'operator'],
    ['http://id.example/keys', 'stranger'],
    ['http://lab:9/x', 'operator'],
    ['https://lab/x', 'operator'],
    ['https://id.example.evil/', 'stranger'],
    ['http://169.254.169.254/', 'stranger'],
    ['file:///etc/passwd', 'stranger'],
    ['no url', 'stranger'],
    ['', 'stranger'],
  ] as const)
    assert.equal(by(url), trust, url)
})
