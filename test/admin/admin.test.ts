// The admin API over real sockets: what it answers, and whom it refuses.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { request as ask, type IncomingHttpHeaders } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { createAdmin } from '../../src/admin/admin.ts'
import type { AdminOptions } from '../../src/admin/application.ts'
import { isLoopback } from '../../src/admin/guard.ts'
import { type Level, silent } from '../../src/telemetry/log.ts'

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

interface Question {
  readonly method?: string
  readonly headers?: { readonly [name: string]: string }
  readonly body?: Buffer
}

async function start(t: TestContext, changes: Partial<AdminOptions> = {}) {
  const seen = { level: 'info' as Level, quits: 0 }
  const admin = await createAdmin({
    address: { host: 'localhost', port: 0 },
    version: '1.2.3',
    log: silent,
    runtime: () => ({
      generation: 7,
      ready: true,
      binds: [{ name: 'bind/3000', listeners: ['default'] }],
      targets: [{ name: 'time', endpoint: 'http://me:pw@127.0.0.1:9000/mcp', health: { level: 'ok' }, tools: 2 }],
    }),
    approvals: { list: async () => [], decide: async () => false },
    logins: { list: async () => [], end: async () => false },
    grants: { list: async () => [], end: async () => 0 },
    shield: () => [{ target: 'echo', kind: 'tool', name: 'echo', outcome: 'quarantine', rule: 'TP-120' }],
    documents: () => [{ target: 'petstore', losses: [{ problem: 'at https://me:pw@api.example/x' }] }],
    config: () => ({ binds: [], config: { session: { key: 'CANARY' } } }),
    schema: () => ({ $schema: 'https://json-schema.org/draft/2020-12/schema' }),
    level: {
      get: () => seen.level,
      set: (level) => {
        seen.level = level
      },
    },
    quit: () => {
      seen.quits++
    },
    ...changes,
  })
  t.after(() => admin[Symbol.asyncDispose]())
  const call = (path: string, { method = 'GET', headers = {}, body }: Question = {}): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const request = ask(`${admin.url}${path}`, { method, headers, agent: false }, (response) => {
        text(response).then(
          (body) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
          reject,
        )
      })
      request.on('error', reject)
      request.end(body)
    })
  return { admin, call, seen }
}

test('the configuration in force is shown without its secrets', async (t) => {
  const { call } = await start(t)
  const { status, body } = await call('/config_dump')
  assert.equal(status, 200)
  assert.deepEqual(JSON.parse(body), { version: '1.2.3', binds: [], config: { session: { key: '***' } } })
})

test('what runs is told, in the shape scripts for the original read', async (t) => {
  const { call } = await start(t)
  const runtime = JSON.parse((await call('/api/runtime')).body)
  assert.equal(runtime.build.version, '1.2.3')
  assert.equal(runtime.ui.gatewayMode, 'standalone')
  assert.equal(runtime.pid, process.pid)
  assert.equal(runtime.generation, 7)
  assert.equal(typeof runtime.uptimeMs, 'number')
  assert.deepEqual(runtime.targets, [
    { name: 'time', endpoint: 'http://***@127.0.0.1:9000/mcp', health: { level: 'ok' }, tools: 2 },
  ])
})

test('logins of people at upstreams are listed, and ended by id', async (t) => {
  const ended: string[] = []
  const { call } = await start(t, {
    logins: {
      list: async () => [
        { id: 'abc', principal: 'jwt https://issuer.example alice', upstream: 'https://mcp.example/mcp' },
      ],
      end: async (id) => id === 'abc' && ended.push(id) > 0,
    },
  })
  assert.match(
    (await call('/api/logins')).body,
    /^\{"logins":\[\{"id":"abc","principal":"jwt https:\/\/issuer.example alice"/,
  )
  assert.equal((await call('/api/logins/xyz', { method: 'DELETE' })).status, 404)
  assert.equal(
    (await call('/api/logins/abc', { method: 'DELETE', headers: { origin: 'https://evil.example' } })).status,
    403,
  )
  assert.deepEqual(ended, [])
  assert.equal((await call('/api/logins/abc', { method: 'DELETE' })).status, 200)
  assert.deepEqual(ended, ['abc'])
})

test('what people have granted is listed, and ended by id, person or client, never all of it at once', async (t) => {
  const asked: object[] = []
  const { call } = await start(t, {
    grants: {
      list: async (by) => [{ id: 'abc', by }],
      end: async (by) => (by.id === 'gone' ? 0 : asked.push(by)),
    },
  })
  assert.equal((await call('/api/grants?subject=alice')).body, '{"grants":[{"id":"abc","by":{"subject":"alice"}}]}')
  const end = (at: string, headers = {}) => call(`/api/grants${at}`, { method: 'DELETE', headers })
  assert.deepEqual(
    [(await end('')).status, (await end('?subject=')).status, (await end('?subject=a&subject=b')).status],
    [400, 400, 400],
  )
  assert.equal((await end('/gone')).status, 404)
  assert.equal((await end('/abc', { origin: 'https://evil.example' })).status, 403)
  assert.deepEqual(asked, [])
  assert.equal((await end('/abc')).status, 200)
  assert.equal((await end('?subject=alice&client=x')).body, '{"ended":2}')
  assert.deepEqual(asked, [{ id: 'abc' }, { subject: 'alice', client: 'x' }])
})

test('documents of REST APIs are told with what was lost, without secrets', async (t) => {
  const { call } = await start(t)
  assert.deepEqual(JSON.parse((await call('/api/openapi')).body), {
    documents: [{ target: 'petstore', losses: [{ problem: 'at https://***@api.example/x' }] }],
  })
})

test('definitions that should be looked at are told with the rule', async (t) => {
  const { call } = await start(t)
  assert.deepEqual(JSON.parse((await call('/api/shield')).body), {
    definitions: [{ target: 'echo', kind: 'tool', name: 'echo', outcome: 'quarantine', rule: 'TP-120' }],
  })
})

test('the schema for editors', async (t) => {
  const { call } = await start(t)
  const { headers, body } = await call('/api/config/schema')
  assert.match(headers['content-type'] ?? '', /^application\/schema\+json/)
  assert.equal(JSON.parse(body).$schema, 'https://json-schema.org/draft/2020-12/schema')
})

test('the log level is turned, asked for and reset', async (t) => {
  const { call, seen } = await start(t)
  assert.equal((await call('/logging?level=debug', { method: 'POST' })).status, 200)
  assert.equal(seen.level, 'debug')
  assert.equal((await call('/logging', { method: 'POST' })).body, 'current log level is debug\n')
  assert.equal((await call('/logging?level=loud', { method: 'POST' })).status, 400)
  assert.equal(seen.level, 'debug')
  await call('/logging?level=reset', { method: 'POST' })
  assert.equal(seen.level, 'info')
})

test('the end is answered before it begins, and only a POST asks for it', async (t) => {
  const { call, seen } = await start(t)
  const get = await call('/quitquitquit')
  assert.equal(get.status, 405)
  assert.equal(get.headers.allow, 'POST')
  assert.equal(seen.quits, 0)
  assert.equal((await call('/quitquitquit', { method: 'POST' })).status, 200)
  assert.equal(seen.quits, 1)
})

test('the page runs its own script only and asks nobody else', async (t) => {
  const { call } = await start(t)
  const root = await call('/')
  assert.equal(root.status, 308)
  assert.equal(root.headers.location, '/ui')
  const page = await call('/ui')
  assert.match(page.headers['content-type'] ?? '', /^text\/html/)
  assert.match(String(page.headers['content-security-policy']), /^default-src 'none'; script-src 'self'/)
  assert.doesNotMatch(page.body, /<script(?![^>]*\bsrc=)|\son\w+=|https?:\/\//)
  for (const path of page.body.matchAll(/(?:href|src)="(\/ui\/[^"]+)"/g))
    assert.equal((await call(path[1] ?? '')).status, 200)
  assert.doesNotMatch((await call('/ui/page.js')).body, /innerHTML|insertAdjacentHTML|document\.write|eval/)
})

test('a name that was rebound to this machine is refused', async (t) => {
  const { call } = await start(t)
  const { status, body } = await call('/config_dump', { headers: { host: 'evil.example:15000' } })
  assert.equal(status, 403)
  assert.equal(JSON.parse(body).code, 'admin.origin')
  assert.equal((await call('/config_dump', { headers: { host: '127.0.0.1.evil.example' } })).status, 403)
})

test('the same question under a loopback name, or one that was configured, is answered', async (t) => {
  const { call } = await start(t, { hosts: ['Gate.internal'] })
  for (const host of ['localhost', 'localhost:15000', '127.0.0.1:1', '[::1]:15000', 'gate.internal:15000'])
    assert.equal((await call('/api/runtime', { headers: { host } })).status, 200, host)
})

test('a page of another origin can neither read nor act', async (t) => {
  const { call, seen } = await start(t)
  for (const headers of [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: 'http://localhost:3000' },
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' },
    { 'sec-fetch-site': 'same-site' },
  ])
    assert.equal((await call('/quitquitquit', { method: 'POST', headers })).status, 403, JSON.stringify(headers))
  assert.equal(seen.quits, 0)
})

test('the page itself may read and act', async (t) => {
  const { admin, call } = await start(t)
  const headers = { origin: admin.url, 'sec-fetch-site': 'same-origin' }
  assert.equal((await call('/api/runtime', { headers })).status, 200)
})

test('a body beyond the limit is refused', async (t) => {
  const { call } = await start(t)
  const { status } = await call('/logging', { method: 'POST', body: Buffer.alloc(1024 * 1024 + 1) })
  assert.equal(status, 413)
})

test('unknown paths and broken answers are JSON without internals', async (t) => {
  const { call } = await start(t, {
    config: () => {
      throw new Error('CANARY')
    },
  })
  const unknown = await call('/etc/passwd')
  assert.equal(unknown.status, 404)
  assert.equal(JSON.parse(unknown.body).code, 'admin.unknown')
  const broken = await call('/config_dump')
  assert.equal(broken.status, 500)
  assert.ok(!broken.body.includes('CANARY'))
})

test('an address that other machines can reach is refused at start', async () => {
  for (const host of ['0.0.0.0', '[::]', '192.168.1.10', 'gate.example'])
    assert.equal(isLoopback({ host, port: 1 }), false, host)
  for (const host of ['localhost', '127.0.0.1', '127.1.2.3', '[::1]', '::1'])
    assert.equal(isLoopback({ host, port: 1 }), true, host)
  const none = {
    runtime: never,
    approvals: { list: never, decide: never },
    logins: { list: never, end: never },
    grants: { list: never, end: never },
    documents: never,
    shield: never,
    config: never,
    schema: never,
    quit: never,
  }
  const options = { version: '1', log: silent, ...none }
  await assert.rejects(
    createAdmin({ ...options, address: { host: '0.0.0.0', port: 15000 }, level: { get: never, set: never } }),
    /adminAddr 0\.0\.0\.0:15000 can be reached from other machines.*use localhost:15000/,
  )
})

test('a Unix socket serves as well', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'admin-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const { admin } = await start(t, { address: { unix: join(folder, 'admin') } })
  assert.equal(admin.url, `unix:${join(folder, 'admin')}`)
})

function never(): never {
  throw new Error('must not be asked')
}
