// Handshakes with listeners of one port that ask for different versions and ciphers, and how long a connection may last.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect as connectPlain } from 'node:net'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { type ConnectionOptions, connect } from 'node:tls'
import { loadConfig } from '../../src/config/load.ts'
import { Gateway } from '../../src/gateway/gateway.ts'
import { parts } from '../../src/gateway/parts.ts'
import { silent } from '../../src/telemetry/log.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'

const pems = path.join(import.meta.dirname, '../http/tls')
const pair = 'cert: cert.pem, key: key.pem'
const answer = 'routes: [{policies: {directResponse: {status: 200, body: ok}}}]'

const shapeOf = (yaml: string) => {
  const { shape, problems } = loadConfig({ text: yaml, file: 'test.yaml', env: {}, parts })
  assert.deepEqual(problems, [])
  assert.ok(shape)
  return shape
}

async function world(t: TestContext, yaml: string) {
  const metrics = createMetrics({ version: 'test', process: false })
  const gateway = await Gateway.start(
    { ...shapeOf(yaml), binds: shapeOf(yaml).binds.map((bind) => ({ ...bind, port: 0 })) },
    {
      log: silent,
      metrics,
      accessLog: () => undefined,
      host: '127.0.0.1',
      read: (file) => readFileSync(path.join(pems, file)),
    },
  )
  t.after(() => gateway[Symbol.asyncDispose]())
  const port = gateway.ports.get(0) ?? 0
  return { port, metrics, gateway }
}

/** Protocol and cipher of a handshake, with the first line of what is answered; `refused` when there is no answer. */
function shake(port: number, options: ConnectionOptions): Promise<string> {
  return new Promise((resolve) => {
    const { servername = '' } = options
    let version = ''
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options }, () => {
      version = socket.getProtocol() ?? ''
      socket.write(
        `GET / HTTP/1.1\r\nhost: ${servername === '' ? '127.0.0.1' : servername}\r\nconnection: close\r\n\r\n`,
      )
    })
    let text = ''
    socket.on('data', (chunk: Buffer) => (text += chunk))
    socket.on('error', () => resolve('refused'))
    socket.on('close', () => resolve(text === '' ? 'refused' : `${version} ${text.split('\r\n', 1)[0] ?? ''}`))
  })
}

test('a listener that wants TLS 1.3 is not reached with less, also when its port has another one', async (t) => {
  const alone = `binds: [{port: 1, listeners: [{hostname: a.example, tls: {${pair}, minTLSVersion: TLS_V1_3}, ${answer}}]}]`
  const mixed = `binds: [{port: 1, listeners: [
    {hostname: a.example, tls: {${pair}, minTLSVersion: TLS_V1_3}, ${answer}},
    {hostname: b.example, tls: {${pair}, maxTLSVersion: TLS_V1_2}, ${answer}}]}]`
  for (const yaml of [alone, mixed]) {
    const { port } = await world(t, yaml)
    const a = { servername: 'a.example' }
    assert.equal(await shake(port, a), 'TLSv1.3 HTTP/1.1 200 OK')
    assert.equal(await shake(port, { ...a, maxVersion: 'TLSv1.2' }), 'refused')
    if (yaml === alone) continue
    assert.equal(await shake(port, { servername: 'b.example', maxVersion: 'TLSv1.2' }), 'TLSv1.2 HTTP/1.1 200 OK')
    assert.equal(await shake(port, { servername: 'b.example', minVersion: 'TLSv1.3' }), 'refused')
  }
})

test('only ciphers that a listener allows reach it, whichever of the two usual names they are written with', async (t) => {
  const suites = '[TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, ECDHE-ECDSA-CHACHA20-POLY1305]'
  const { port } = await world(
    t,
    `binds: [{port: 1, listeners: [
      {hostname: a.example, tls: {${pair}, cipherSuites: ${suites}}, ${answer}},
      {hostname: b.example, tls: {${pair}}, ${answer}}]}]`,
  )
  const with12 = (servername: string, ciphers: string) => shake(port, { servername, ciphers, maxVersion: 'TLSv1.2' })
  assert.equal(await with12('a.example', 'ECDHE-ECDSA-AES256-GCM-SHA384'), 'TLSv1.2 HTTP/1.1 200 OK')
  assert.equal(await with12('a.example', 'ECDHE-ECDSA-CHACHA20-POLY1305'), 'TLSv1.2 HTTP/1.1 200 OK')
  assert.equal(await with12('a.example', 'ECDHE-ECDSA-AES128-GCM-SHA256'), 'refused')
  assert.equal(await with12('b.example', 'ECDHE-ECDSA-AES128-GCM-SHA256'), 'TLSv1.2 HTTP/1.1 200 OK')
})

test('frontendPolicies.tls holds where a listener says nothing', async (t) => {
  const { port } = await world(
    t,
    `frontendPolicies: {tls: {minVersion: TLS_V1_3, keyExchangeGroups: [P-384]}}
binds: [{port: 1, listeners: [{tls: {${pair}}, ${answer}}]}]`,
  )
  const a = { servername: 'a.example' }
  assert.equal(await shake(port, { ...a, maxVersion: 'TLSv1.2' }), 'refused')
  assert.equal(await shake(port, { ...a, ecdhCurve: 'X25519' }), 'refused')
  assert.equal(await shake(port, { ...a, ecdhCurve: 'P-384' }), 'TLSv1.3 HTTP/1.1 200 OK')
})

test('a client that names no host gets the certificate of the listener for every host', async (t) => {
  const any = await world(t, `binds: [{port: 1, listeners: [{tls: {${pair}}, ${answer}}]}]`)
  assert.equal(await shake(any.port, {}), 'TLSv1.3 HTTP/1.1 200 OK')
  const named = await world(t, `binds: [{port: 1, listeners: [{hostname: a.example, tls: {${pair}}, ${answer}}]}]`)
  assert.equal(await shake(named.port, {}), 'refused')
})

test('what a new configuration asks of TLS holds on ports that stay open', async (t) => {
  const yaml = (tls: string): string => `binds: [{port: 1, listeners: [{tls: {${pair}${tls}}, ${answer}}]}]`
  const { port, gateway } = await world(t, yaml(''))
  const old = { servername: 'a.example', maxVersion: 'TLSv1.2' } as const
  assert.equal(await shake(port, old), 'TLSv1.2 HTTP/1.1 200 OK')
  const next = shapeOf(yaml(', minTLSVersion: TLS_V1_3'))
  await gateway.replace({ ...next, binds: next.binds.map((bind) => ({ ...bind, port: 0 })) })
  assert.equal(await shake(port, old), 'refused')
  assert.equal(await shake(port, { servername: 'a.example' }), 'TLSv1.3 HTTP/1.1 200 OK')
})

test('a handshake that does not come to its end is cut, and counted', async (t) => {
  const { port, metrics } = await world(
    t,
    `frontendPolicies: {tls: {handshakeTimeout: 50ms}}
binds: [{port: 1, listeners: [{tls: {${pair}}, ${answer}}]}]`,
  )
  const socket = connectPlain(port, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.resume()
  await once(socket, 'close')
  assert.match(await metrics.render(), /limit_hits_total\{limit="tlsHandshakeMs"\} 1/)
})

test('a connection as old as maxConnectionDuration ends, an idle one at once and a busy one after its answer', async (t) => {
  const { port } = await world(
    t,
    `frontendPolicies: {http: {maxConnectionDuration: 100ms}}
binds: [{port: 1, listeners: [{routes: [
  {matches: [{path: {exact: /slow}}], policies: {delay: {duration: 300ms}, directResponse: {status: 200, body: ok}}},
  {policies: {directResponse: {status: 200, body: ok}}}]}]}]`,
  )
  for (const target of ['/', '/slow']) {
    const socket = connectPlain(port, '127.0.0.1')
    let text = ''
    socket.on('data', (chunk: Buffer) => (text += chunk))
    socket.write(`GET ${target} HTTP/1.1\r\nhost: a\r\n\r\n`)
    await once(socket, 'close')
    assert.match(text, /^HTTP\/1\.1 200 OK\r\n[^]*ok$/)
  }
})

test('a connection on which nothing is asked for so long as http1IdleTimeout is closed', async (t) => {
  const { port } = await world(
    t,
    `frontendPolicies: {http: {http1IdleTimeout: 50ms}}
binds: [{port: 1, listeners: [{${answer}}]}]`,
  )
  const socket = connectPlain(port, '127.0.0.1')
  let text = ''
  socket.on('data', (chunk: Buffer) => (text += chunk))
  socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n')
  await once(socket, 'close')
  assert.match(text, /^HTTP\/1\.1 200 OK/)
})
