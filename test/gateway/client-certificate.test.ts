// Mutual TLS: real handshakes with certificates of the right authority, of another one, expired, and none.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { connect, type TLSSocket } from 'node:tls'
import { loadConfig } from '../../src/config/load.ts'
import type { Exchange } from '../../src/core/exchange.ts'
import { principalOf } from '../../src/core/principal.ts'
import { Gateway } from '../../src/gateway/gateway.ts'
import { parts } from '../../src/gateway/parts.ts'
import { SourceView } from '../../src/policy/context-place.ts'
import { silent } from '../../src/telemetry/log.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'
import { route, serve, upstream } from '../support/serve.ts'
import { AUDIENCE, ISSUER, keySet, signer } from '../support/tokens.ts'

interface Made {
  readonly ca: string
  readonly subject?: string
  readonly names?: string
  readonly usage?: string
  readonly dates?: readonly string[]
}

/** Authorities and what they sign, made new for each run. */
function authority(t: TestContext) {
  const folder = mkdtempSync(path.join(tmpdir(), 'toolgate-mtls-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const openssl = (...args: readonly string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' })
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'] as const
  const root = (name: string): void => {
    openssl(
      'req',
      '-x509',
      ...key,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.pem`,
      '-subj',
      `/CN=${name}`,
      '-days',
      '2',
    )
  }
  const signed = (
    name: string,
    { ca, subject = `/CN=${name}`, names = 'DNS:a.example', usage, dates = ['-days', '2'] }: Made,
  ): void => {
    writeFileSync(
      path.join(folder, `${name}.ext`),
      `subjectAltName=${names}\n${usage === undefined ? '' : `extendedKeyUsage=${usage}\n`}`,
    )
    openssl('req', ...key, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', subject)
    const by = ['-CA', `${ca}.pem`, '-CAkey', `${ca}.key`, '-CAcreateserial', '-extfile', `${name}.ext`]
    openssl('x509', '-req', '-in', `${name}.csr`, ...by, '-out', `${name}.pem`, ...dates)
  }
  const read = (file: string): Buffer => readFileSync(path.join(folder, file))
  return { root, signed, read }
}

interface Asked {
  readonly port: number
  readonly name: string
  readonly host?: string
  readonly headers?: Record<string, string>
  readonly cert?: { readonly cert: Buffer; readonly key: Buffer }
  readonly agent?: Agent
}

function ask({
  port,
  name,
  host = name,
  headers = {},
  cert,
  agent,
}: Asked): Promise<{ status: number; text: string; resumed: boolean }> {
  return new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      port,
      servername: name,
      rejectUnauthorized: false,
      agent: agent ?? false,
      ...cert,
    }
    const call = request({ ...options, headers: { ...headers, host } }, (response) => {
      const resumed = (response.socket as TLSSocket).isSessionReused() // of an HTTPS request
      let text = ''
      response
        .setEncoding('utf8')
        .on('data', (chunk: string) => (text += chunk))
        .on('end', () => resolve({ status: response.statusCode ?? 0, text, resumed }))
    })
    call.once('error', reject).end()
  })
}

async function world(t: TestContext, policies = '{}') {
  const { root, signed, read } = authority(t)
  root('ca')
  root('other')
  signed('server', { ca: 'ca', names: 'DNS:in.example,DNS:out.example,DNS:other.example' })
  const seen: Exchange[] = []
  const backend = `backends: [{host: "127.0.0.1:${await upstream(t)}"}]`
  const tls = 'cert: server.pem, key: server.key'
  const yaml = `binds: [{port: 1, listeners: [
    {hostname: in.example, tls: {${tls}, root: ca.pem}, routes: [{policies: ${policies}, ${backend}}]},
    {hostname: other.example, tls: {${tls}, root: other.pem}, routes: [{${backend}}]},
    {hostname: out.example, tls: {${tls}}, routes: [{${backend}}]}]}]`
  const { port } = await serve(t, yaml, { read, seen: (x) => seen.push(x) })
  const pair = (name: string) => ({ cert: read(`${name}.pem`), key: read(`${name}.key`) })
  return { port, seen, signed, pair, read }
}

test('who has a certificate of our authority gets in, and is known by it', async (t) => {
  const { port, seen, signed, pair } = await world(t)
  const names = 'DNS:a.example,URI:spiffe://example.org/ns/tools/sa/reader'
  signed('alice', { ca: 'ca', subject: '/O=Acme/CN=alice', names })
  signed('bob', { ca: 'ca', subject: '/O=Acme/CN=bob' })
  assert.equal((await ask({ port, name: 'in.example', cert: pair('alice') })).status, 200)
  assert.equal((await ask({ port, name: 'in.example', cert: pair('bob') })).status, 200)
  const [alice, bob] = seen
  assert.deepEqual(alice?.identity, {
    via: 'mtls',
    subject: 'spiffe://example.org/ns/tools/sa/reader',
    claims: {
      iss: alice?.identity?.claims['iss'],
      subject: 'O=Acme, CN=alice',
      subjectCn: 'alice',
      subjectAltNames: ['a.example', 'spiffe://example.org/ns/tools/sa/reader'],
      issuer: 'CN=ca',
      spiffeId: 'spiffe://example.org/ns/tools/sa/reader',
    },
  })
  assert.equal(bob?.identity?.subject, 'O=Acme, CN=bob')
})

test('equal names of two authorities are two callers', async (t) => {
  const { port, seen, signed, pair } = await world(t)
  signed('alice', { ca: 'ca', subject: '/CN=alice' })
  signed('mallory', { ca: 'other', subject: '/CN=alice' })
  assert.equal((await ask({ port, name: 'in.example', cert: pair('alice') })).status, 200)
  assert.equal((await ask({ port, name: 'other.example', cert: pair('mallory') })).status, 200)
  const [one, other] = seen
  assert.deepEqual(
    [one?.identity?.subject, other?.identity?.subject],
    ['CN=alice', 'CN=alice'],
    'their names do not tell',
  )
  const principals = seen.map((x) => principalOf(x))
  assert.match(principals[0] ?? '', /^mtls sha256:[0-9a-f]{64} CN=alice$/)
  assert.notEqual(principals[0], principals[1])
  assert.equal((await ask({ port, name: 'in.example', cert: pair('alice') })).status, 200)
  assert.equal(seen[2] && principalOf(seen[2]), principals[0], 'on another connection the same')
})

test('without one, or with one that proves nothing, nobody gets in', async (t) => {
  const { port, seen, signed, pair } = await world(t)
  signed('expired', { ca: 'ca', dates: ['-days', '-1'] })
  signed('foreign', { ca: 'other' })
  signed('server-only', { ca: 'ca', usage: 'serverAuth' })
  signed('leaf', { ca: 'ca' })
  signed('forged', { ca: 'leaf' }) // by somebody who has a certificate, and no right to give any
  const lets = (cert?: ReturnType<typeof pair>) =>
    ask({ port, name: 'in.example', ...(cert !== undefined && { cert }) })
  await assert.rejects(lets(), 'none')
  for (const name of ['expired', 'foreign', 'server-only', 'forged', 'other'])
    await assert.rejects(lets(pair(name)), name)
  assert.equal((await lets(pair('leaf'))).status, 200)
  assert.equal(seen.length, 1)
})

test('listeners of the same port that do not ask take anybody, and believe no certificate', async (t) => {
  const { port, seen, signed, pair } = await world(t)
  signed('alice', { ca: 'ca' })
  for (const cert of [undefined, pair('alice')])
    assert.equal((await ask({ port, name: 'out.example', ...(cert !== undefined && { cert }) })).status, 200)
  assert.deepEqual(
    seen.map(({ identity }) => identity),
    [undefined, undefined],
  )
  for (const { request: incoming } of seen) assert.equal(new SourceView(incoming.socket).get('subject'), undefined)
})

test('a connection made for one listener does not reach another one', async (t) => {
  const { port, signed, pair } = await world(t)
  signed('alice', { ca: 'ca' })
  const crossed = await ask({ port, name: 'out.example', host: 'in.example', cert: pair('alice') })
  assert.deepEqual([crossed.status, crossed.text], [421, 'misdirected request'])
})

test('what was verified for one listener cannot be resumed at another one', async (t) => {
  const { port, signed, pair } = await world(t)
  signed('alice', { ca: 'ca' })
  const agent = new Agent({ keepAlive: false, maxCachedSessions: 10 })
  t.after(() => agent.destroy())
  for (let twice = 0; twice < 2; twice++) {
    const answer = await ask({ port, name: 'in.example', cert: pair('alice'), agent })
    assert.deepEqual([answer.status, answer.resumed], [200, false])
  }
  await assert.rejects(ask({ port, name: 'other.example', cert: pair('alice'), agent }))
})

test('a token says more than a certificate: it is the identity then', async (t) => {
  const one = await signer()
  const { port, seen, signed, pair } = await world(
    t,
    `{jwtAuth: {issuer: ${ISSUER}, audiences: [${AUDIENCE}], jwks: '${keySet(one)}'}}`,
  )
  signed('alice', { ca: 'ca' })
  const at = { port, name: 'in.example', cert: pair('alice') }
  await ask(at)
  await ask({ ...at, headers: { authorization: `Bearer ${await one.sign()}` } })
  assert.deepEqual(
    seen.map(({ identity }) => identity?.via),
    ['mtls', 'jwt'],
  )
})

test('a token that is bound to a certificate is good with that one only (RFC 8705, row 9)', async (t) => {
  const one = await signer()
  const guard = (more: string): string =>
    `{jwtAuth: {mode: strict, issuer: ${ISSUER}, audiences: [${AUDIENCE}], jwks: '${keySet(one)}'${more}}}`
  const [held, off] = [await world(t, guard('')), await world(t, guard(', dpop: "off"'))]
  for (const { signed } of [held, off]) {
    signed('alice', { ca: 'ca' })
    signed('thief', { ca: 'ca' })
  }
  const asked = async ({ port, pair, read }: typeof held, who: string): Promise<string> => {
    const digest = new X509Certificate(read('alice.pem')).raw
    const token = await one.sign({ cnf: { 'x5t#S256': createHash('sha256').update(digest).digest('base64url') } })
    const { status, text } = await ask({
      port,
      name: 'in.example',
      cert: pair(who),
      headers: { authorization: `Bearer ${token}` },
    })
    return status === 200 ? '200' : text
  }
  assert.equal(await asked(off, 'thief'), '200', 'without the rule whoever has the token may use it')
  const refusal = 'authentication failure: the token is bound to a certificate that the client has not shown'
  assert.equal(await asked(held, 'thief'), refusal)
  assert.equal(await asked(held, 'alice'), '200')
  const plain = await serve(t, route(guard(''), await upstream(t)))
  const token = await one.sign({ cnf: { 'x5t#S256': 'a'.repeat(43) } })
  assert.equal((await plain.ask({ headers: { authorization: `Bearer ${token}` } })).text, refusal, 'without TLS')
})

test('a listener that begins to ask no longer serves connections that were never asked', async (t) => {
  const { root, signed, read } = authority(t)
  root('ca')
  signed('server', { ca: 'ca', names: 'DNS:in.example' })
  const shaped = (more: string) => {
    const tls = `tls: {cert: server.pem, key: server.key${more}}`
    const routes = 'routes: [{policies: {directResponse: {status: 200, body: in}}}]'
    const text = `binds: [{port: 1, listeners: [{hostname: in.example, ${tls}, ${routes}}]}]`
    const { shape } = loadConfig({ text, file: '-', env: {}, parts })
    assert.ok(shape !== undefined)
    return { ...shape, binds: shape.binds.map((bind) => ({ ...bind, port: 0 })) }
  }
  const metrics = createMetrics({ version: 't', process: false })
  const gateway = await Gateway.start(shaped(''), {
    log: silent,
    metrics,
    accessLog: () => undefined,
    host: '127.0.0.1',
    read,
  })
  t.after(() => gateway[Symbol.asyncDispose]())
  const asked = { name: 'in.example', port: gateway.ports.get(0) ?? 0 }
  assert.equal((await ask(asked)).status, 200)
  const socket = connect({ port: asked.port, host: '127.0.0.1', servername: 'in.example', rejectUnauthorized: false })
  let got = ''
  socket.setEncoding('latin1').on('data', (chunk: string) => (got += chunk))
  await once(socket, 'secureConnect')
  // Half a head: the connection is busy while the configuration changes.
  socket.write('GET / HTTP/1.1\r\nhost: in.example\r\n')
  await delay(20)
  await gateway.replace(shaped(', root: ca.pem'))
  socket.write('connection: close\r\n\r\n')
  await once(socket, 'close')
  assert.match(got, /^HTTP\/1\.1 421 /)
  await assert.rejects(ask({ name: 'in.example', port: gateway.ports.get(0) ?? 0 }))
})
