// HTTPS listeners by server name, and an upstream whose certificate is checked.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { eventually, freePorts, startGateway, startProcess } from '../../support/gateway.ts'

/** A certificate authority and what it has signed: made new for each run, so that nothing here expires. */
function certificates(t: TestContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'toolgate-tls-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' })
  openssl(
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-subj',
    '/CN=test',
    '-days',
    '2',
  )
  for (const [name, host] of [
    ['one', 'one.gateway.example'],
    ['any', '*.gateway.example'],
    ['upstream', 'localhost'],
  ] as const) {
    writeFileSync(path.join(folder, `${name}.ext`), `subjectAltName=DNS:${host}`)
    openssl(
      'req',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.csr`,
      '-subj',
      `/CN=${host}`,
    )
    openssl(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-out',
      `${name}.pem`,
      '-days',
      '2',
      '-extfile',
      `${name}.ext`,
    )
  }
  return folder
}

interface Asked {
  readonly port: number
  readonly ca: string
  readonly servername: string
  readonly host: string
  readonly body?: object
}

function ask({ port, ca, servername, host, body }: Asked): Promise<{ status: number; text: string; subject: string }> {
  return new Promise((resolve, reject) => {
    const call = request(
      {
        host: '127.0.0.1',
        port,
        servername,
        ca: execFileSync('cat', [ca]),
        path: '/mcp',
        method: body === undefined ? 'GET' : 'POST',
        agent: false,
        headers: { host, accept: 'application/json, text/event-stream', 'content-type': 'application/json' },
      },
      (response) => {
        const subject = String((response.socket as import('node:tls').TLSSocket).getPeerCertificate().subject.CN)
        let text = ''
        response
          .setEncoding('utf8')
          .on('data', (chunk: string) => (text += chunk))
          .on('end', () => resolve({ status: response.statusCode ?? 0, text, subject }))
      },
    )
    call.once('error', reject).end(body === undefined ? undefined : JSON.stringify(body))
  })
}

test('the server name chooses certificate and listener; a request for another listener is misdirected', async (t) => {
  const certs = certificates(t)
  const [upstream = 0] = await freePorts(1)
  const server = startProcess(t, [
    'servers/echo.ts',
    '--transport',
    'http',
    '--port',
    String(upstream),
    '--path',
    '/mcp',
    '--cert',
    path.join(certs, 'upstream.pem'),
    '--key',
    path.join(certs, 'upstream.key'),
  ])
  await eventually(() => server.said().includes('listening on'), server.said)
  const { port } = await startGateway(t, 'test/journey/tls/config.yaml', {
    CERTS: certs,
    UPSTREAM_PORT: String(upstream),
  })
  const ca = path.join(certs, 'ca.pem')
  const at = { port, ca }

  const any = await ask({ ...at, servername: 'two.gateway.example', host: 'two.gateway.example' })
  assert.deepEqual(any, { status: 200, text: 'any', subject: '*.gateway.example' })

  const initialize = {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
  }
  const one = await ask({ ...at, servername: 'one.gateway.example', host: 'one.gateway.example', body: initialize })
  assert.equal(one.subject, 'one.gateway.example')
  assert.match(one.text, /"serverInfo"/)

  const crossed = await ask({ ...at, servername: 'two.gateway.example', host: 'one.gateway.example' })
  assert.deepEqual([crossed.status, crossed.text], [421, 'misdirected request'])

  await assert.rejects(ask({ ...at, servername: 'elsewhere.test', host: 'elsewhere.test' }))
})
