// The stats and readiness listeners over real sockets.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { listen } from '../../src/telemetry/listen.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'
import { listenReadiness, listenStats } from '../../src/telemetry/stats.ts'

const anyPort = { host: 'localhost', port: 0 }

test('both names of the metrics answer OpenMetrics', async () => {
  const metrics = createMetrics({ version: '9', process: false })
  await using stats = await listenStats(anyPort, metrics)
  for (const path of ['/metrics', '/stats/prometheus']) {
    const answer = await fetch(`${stats?.url}${path}`)
    assert.equal(answer.status, 200)
    assert.equal(answer.headers.get('content-type'), 'application/openmetrics-text; version=1.0.0; charset=utf-8')
    assert.match(await answer.text(), /agentgateway_build_info\{tag="9"\} 1/)
  }
})

test('readiness follows its question', async () => {
  let ready = false
  await using readiness = await listenReadiness(anyPort, () => ready)
  const before = await fetch(`${readiness?.url}/healthz/ready`)
  assert.equal(before.status, 503)
  await before.text()
  ready = true
  const after = await fetch(`${readiness?.url}/healthz/ready`)
  assert.equal(after.status, 200)
  assert.equal(await after.text(), 'ready\n')
})

test('nothing else is there', async () => {
  await using readiness = await listenReadiness(anyPort, () => true)
  const elsewhere = await fetch(`${readiness?.url}/metrics`)
  assert.equal(elsewhere.status, 404)
  await elsewhere.text()
  const post = await fetch(`${readiness?.url}/healthz/ready`, { method: 'POST' })
  assert.equal(post.status, 405)
  assert.equal(post.headers.get('allow'), 'GET, HEAD')
  await post.text()
})

test('an address that is off opens nothing', async () => {
  assert.equal(await listenReadiness(undefined, () => true), undefined)
  assert.equal(await listenStats(undefined, createMetrics({ version: '1', process: false })), undefined)
})

test('a taken port is an error of the caller', async () => {
  await using first = await listenReadiness(anyPort, () => true)
  await assert.rejects(
    listenReadiness({ host: '127.0.0.1', port: first?.port ?? 0 }, () => true),
    { code: 'EADDRINUSE' },
  )
})

test('every address of the machine, IPv6 or not', async () => {
  await using readiness = await listenReadiness({ host: '[::]', port: 0 }, () => true)
  const answer = await fetch(`http://127.0.0.1:${readiness?.port}/healthz/ready`)
  assert.equal(answer.status, 200)
  await answer.text()
})

test('a Unix socket', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'stats-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const unix = join(folder, 'socket')
  await using listening = await listen(
    createServer((_, response) => response.end('here')),
    { unix },
  )
  assert.equal(listening.url, `unix:${unix}`)
  const status = await new Promise((resolve, reject) => {
    request({ socketPath: unix, path: '/' }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
      .on('error', reject)
      .end()
  })
  assert.equal(status, 200)
})
