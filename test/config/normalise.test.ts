import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultLimits } from '../../src/config/limits.ts'
import { loadConfig } from '../../src/config/load.ts'
import type { Shape } from '../../src/config/shape.ts'
import { parts } from './parts.ts'

function shapeOf(text: string, env: Record<string, string> = {}): Shape {
  const { shape, problems } = loadConfig({ text, file: 'config.yaml', env, parts })
  assert.deepEqual(
    problems.filter(({ severity }) => severity === 'error'),
    [],
  )
  assert.ok(shape)
  return shape
}

const only = <T>(list: readonly T[]): T => {
  const [first] = list
  assert.ok(first !== undefined && list.length === 1, `expected one, found ${list.length}`)
  return first
}

test('a bind has the names that the access log prints', () => {
  const bind = only(shapeOf('binds: [{ port: 9000, listeners: [{ routes: [{}, { name: b, ruleName: r }] }] }]').binds)
  const listener = only(bind.listeners)
  assert.deepEqual(
    [bind.name, listener.gateway, listener.name, listener.protocol],
    ['bind/9000', 'bind/9000', 'listener0', 'HTTP'],
  )
  assert.deepEqual(
    listener.routes.map(({ name, rule }) => [name, rule]),
    [
      ['route0', 'route0/default'],
      ['b', 'b/r'],
    ],
  )
})

test('a route without matches matches every path, a match without a path too', () => {
  const { routes } = only(
    only(shapeOf('binds: [{ port: 1, listeners: [{ routes: [{}, { matches: [{ method: GET }] }] }] }]').binds)
      .listeners,
  )
  assert.deepEqual(
    routes.map(({ matches }) => matches.map(({ path, method }) => ({ path, method }))),
    [
      [{ path: { kind: 'prefix', value: '/' }, method: undefined }],
      [{ path: { kind: 'prefix', value: '/' }, method: 'GET' }],
    ],
  )
})

test('matches come over as they are written', () => {
  const shape = shapeOf(`
binds:
- port: 1
  listeners:
  - hostname: '*.Example.com'
    routes:
    - hostnames: [API.example.com, '*']
      matches:
      - path: { exact: /a }
        headers: [{ name: X-A, value: { regex: 'b+' } }]
        query: [{ name: q, value: { exact: '1' } }]
      - path: { regex: '/v\\d+' }
`)
  const listener = only(only(shape.binds).listeners)
  const route = only(listener.routes)
  assert.equal(listener.hostname, '*.example.com')
  assert.deepEqual(route.hostnames, ['api.example.com'])
  assert.deepEqual(
    route.matches.map(({ path, method, headers, query }) => ({ path, method, headers, query })),
    [
      {
        path: { kind: 'exact', value: '/a' },
        method: undefined,
        headers: [{ name: 'X-A', value: { kind: 'regex', value: 'b+' } }],
        query: [{ name: 'q', value: { kind: 'exact', value: '1' } }],
      },
      { path: { kind: 'regex', value: '/v\\d+' }, method: undefined, headers: [], query: [] },
    ],
  )
})

test('policies of the backend phase go from the route to each of its backends; nearer ones replace them', () => {
  const shape = shapeOf(`
backends:
- name: shared
  host: localhost:1
  policies: { backendTLS: { hostname: named } }
binds:
- port: 1
  listeners:
  - routes:
    - policies: { backendTLS: { hostname: route }, cors: {}, timeout: { requestTimeout: 1m30s } }
      backends:
      - host: localhost:2
        weight: 0
      - backend: /shared
      - backend: shared
        policies: { backendTLS: { hostname: inline } }
`)
  const route = only(only(only(shape.binds).listeners).routes)
  assert.deepEqual(
    route.policies.map(({ key, body }) => [key, body]),
    [
      ['cors', {}],
      ['timeout', { requestTimeout: 90_000 }],
    ],
  )
  assert.deepEqual(
    route.backends.map(({ key, body, weight, policies, path }) => ({
      key,
      body,
      weight,
      policies: policies.map((one) => one.body),
      at: path[0],
    })),
    [
      { key: 'host', body: 'localhost:2', weight: 0, policies: [{ hostname: 'route' }], at: 'binds' },
      { key: 'host', body: 'localhost:1', weight: 1, policies: [{ hostname: 'named' }], at: 'backends' },
      { key: 'host', body: 'localhost:1', weight: 1, policies: [{ hostname: 'inline' }], at: 'backends' },
    ],
  )
})

test('`null` is no policy', () => {
  const shape = shapeOf('binds: [{ port: 1, listeners: [{ routes: [{ policies: { cors: null } }] }] }]')
  assert.deepEqual(only(only(only(shape.binds).listeners).routes).policies, [])
})

test('top-level routes attach to gateways and their listeners by name, and to `default` when they name none', () => {
  const shape = shapeOf(`
gateways:
  default: { port: 80 }
  secure:
    port: 443
    cors: {}
    listeners:
    - { name: a, hostname: a.example.com, protocol: HTTPS, tls: { cert: c, key: k }, cors: { allowOrigins: [x] } }
    - { hostname: b.example.com, tls: { cert: c, key: k } }
routes:
- name: everywhere
  gateways: [default, secure]
- name: one
  gateways: secure/a
- name: nowhere-said
`)
  assert.deepEqual(
    shape.binds.flatMap(({ port, listeners }) =>
      listeners.map(({ name, gateway, protocol, routes }) => [
        port,
        gateway,
        name,
        protocol,
        routes.map((route) => route.name).join(),
      ]),
    ),
    [
      [80, 'default/default', 'listener0', 'HTTP', 'everywhere,nowhere-said'],
      [443, 'default/secure', 'a', 'HTTPS', 'everywhere,one'],
      [443, 'default/secure', 'listener1', 'HTTPS', 'everywhere'],
    ],
  )
  assert.deepEqual(
    shape.binds[1]?.listeners.map(({ policies }) => policies.map(({ body }) => body)),
    [[{ allowOrigins: ['x'] }], [{}]],
  )
})

test('`mcp:` on its own port answers every path', () => {
  const shape = shapeOf('mcp: { targets: [{ name: a, stdio: { cmd: x } }], policies: { cors: {}, backendTLS: {} } }')
  const bind = only(shape.binds)
  const listener = only(bind.listeners)
  const route = only(listener.routes)
  assert.deepEqual(
    [bind.port, listener.gateway, listener.name, route.name],
    [3000, 'bind/3000', 'mcp', 'internal/default'],
  )
  assert.deepEqual(
    route.matches.map(({ path }) => path.value),
    ['/'],
  )
  const backend = only(route.backends)
  assert.deepEqual([backend.key, backend.body], ['mcp', { targets: [{ name: 'a', stdio: { cmd: 'x' } }] }])
  assert.deepEqual(
    [route.policies.map(({ key }) => key), backend.policies.map(({ key }) => key)],
    [['cors'], ['backendTLS']],
  )
})

test('`mcp:` attached to a gateway answers the paths of the protocol only', () => {
  for (const text of [
    'gateways: { default: { port: 80 } }\nmcp: { targets: [] }',
    'gateways: { web: { port: 80 } }\nmcp: { gateways: web, targets: [] }',
  ]) {
    const route = only(only(only(shapeOf(text).binds).listeners).routes)
    assert.deepEqual(
      route.matches.map(({ path }) => `${path.kind} ${path.value}`),
      ['prefix /mcp', 'prefix /sse', 'prefix /.well-known'],
    )
  }
})

test('certificates come over as file names, and are named as files to watch', () => {
  const { shape, files } = loadConfig({
    text: 'binds: [{ port: 443, listeners: [{ protocol: HTTPS, tls: { cert: c.pem, key: k.pem, root: r.pem, minTLSVersion: TLS_V1_3 } }] }]',
    file: '-',
    env: {},
    parts,
  })
  const tls = shape?.binds[0]?.listeners[0]?.tls
  assert.deepEqual(
    [tls?.cert, tls?.key, tls?.root, tls?.minVersion, tls?.maxVersion],
    ['c.pem', 'k.pem', 'r.pem', 'TLSv1.3', undefined],
  )
  assert.deepEqual(files, ['c.pem', 'k.pem', 'r.pem'])
})

test('nothing configured means the documented defaults', () => {
  const { binds, backends, ...rest } = shapeOf('')
  assert.deepEqual([binds, backends], [[], []])
  assert.deepEqual(rest, {
    admin: { host: 'localhost', port: 15_000 },
    stats: { host: '::', port: 15_020 },
    readiness: { host: '::', port: 15_021 },
    limits: defaultLimits,
    customFunctions: '',
    frontend: {
      maxConnectionMs: undefined,
      tls: { minVersion: undefined, maxVersion: undefined, cipherSuites: [], keyExchangeGroups: [] },
    },
    sessionKey: undefined,
    cookieSecret: undefined,
    store: { url: undefined, keys: [] },
    accessLog: { format: 'text', filters: [], add: [], remove: [] },
    logLevel: 'info',
    terminationGraceMs: 30_000,
    metricsRemoved: [],
    metricsFields: [],
    ipv6: true,
    dnsFamily: 'any',
    pool: { idleTimeoutMs: 90_000, maxSize: undefined, keepAliveMs: 180_000 },
    strangersOnLoopback: false,
    decisionLog: undefined,
    sensitiveHeaders: [],
  })
})

test('a decision log has a file, and bounds that may be moved', () => {
  const usual = { file: 'a.jsonl', sample: 1, arguments: false, size: 64 * 1024 ** 2, keep: 5 }
  assert.deepEqual(shapeOf('config: { decisionLog: { file: a.jsonl } }').decisionLog, usual)
  const written = '{ file: a.jsonl, sample: 0.1, arguments: true, size: 1MiB, keep: 2 }'
  assert.deepEqual(shapeOf(`config: { decisionLog: ${written} }`).decisionLog, {
    file: 'a.jsonl',
    sample: 0.1,
    arguments: true,
    size: 1024 ** 2,
    keep: 2,
  })
})

test('`frontendPolicies` set limits and what every port offers', () => {
  const { limits, frontend } = shapeOf(`
frontendPolicies:
  http: { maxBufferSize: 1000, http1MaxHeaders: 50, http1IdleTimeout: 10m, http1HeaderCase: lowercase, maxConnectionDuration: 1h }
  tls: { handshakeTimeout: 15s, minVersion: TLS_V1_3, cipherSuites: [TLS_AES_128_GCM_SHA256], keyExchangeGroups: [X25519] }
config: { limits: { headerCount: 60 } }
`)
  const { bufferSize, headerCount, connectionIdleMs, tlsHandshakeMs } = limits
  assert.deepEqual([bufferSize, headerCount, connectionIdleMs, tlsHandshakeMs], [1000, 60, 600_000, 15_000])
  assert.deepEqual(frontend, {
    maxConnectionMs: 3_600_000,
    tls: {
      minVersion: 'TLSv1.3',
      maxVersion: undefined,
      cipherSuites: ['TLS_AES_128_GCM_SHA256'],
      keyExchangeGroups: ['X25519'],
    },
  })
})

test('`config` sets what holds for the process', () => {
  const shape = shapeOf(`
config:
  adminAddr: off
  statsAddr: '[::1]:1'
  readinessAddr: unix:/run/ready.sock
  enableIpv6: false
  session: { key: ${'ab'.repeat(32)} }
  mcp: { sessionTtl: 5m }
  logging: { format: json, level: [info, 'mcp=debug'] }
  metrics: { remove: [x] }
  backend: { connectTimeout: 3s, poolIdleTimeout: 1m, poolMaxSize: 5, keepalives: { enabled: false } }
  connectionTerminationDeadline: 7s
  limits: { mcpBody: 1MiB, headerTimeMs: 2s, sessions: 7, sessionIdleMs: 1000 }
`)
  assert.deepEqual(
    [shape.admin, shape.stats, shape.readiness],
    [undefined, { host: '::1', port: 1 }, { unix: '/run/ready.sock' }],
  )
  assert.deepEqual(shape.sessionKey, Buffer.alloc(32, 0xab))
  assert.deepEqual([shape.accessLog.format, shape.logLevel, shape.metricsRemoved], ['json', 'info,mcp=debug', ['x']])
  assert.deepEqual(shape.pool, { idleTimeoutMs: 60_000, maxSize: 5, keepAliveMs: undefined })
  assert.deepEqual([shape.terminationGraceMs, shape.ipv6, shape.dnsFamily], [7_000, false, 'v4'])
  const { mcpBody, headerTimeMs, sessions, sessionIdleMs, upstreamConnectMs } = shape.limits
  assert.deepEqual(
    [mcpBody, headerTimeMs, sessions, sessionIdleMs, upstreamConnectMs],
    [1024 ** 2, 2_000, 7, 1_000, 3_000],
  )
})

test('environment variables win over `config`, and one that makes no sense is a problem', () => {
  const text = 'config: { adminAddr: "localhost:1", terminationGracePeriod: 5s, dns: { lookupFamily: V4Only } }'
  const shape = shapeOf(text, {
    ADMIN_ADDR: '127.0.0.1:2',
    STATS_ADDR: 'off',
    READINESS_ADDR: '',
    SESSION_KEY: '00'.repeat(32),
    TERMINATION_GRACE_PERIOD_SECONDS: '9',
    IPV6_ENABLED: 'true',
    DNS_LOOKUP_FAMILY: 'V6Only',
    RUST_LOG: 'debug',
  })
  assert.deepEqual(
    [shape.admin, shape.stats, shape.readiness],
    [{ host: '127.0.0.1', port: 2 }, undefined, { host: '::', port: 15_021 }],
  )
  assert.deepEqual(
    [shape.terminationGraceMs, shape.sessionKey?.length, shape.dnsFamily, shape.logLevel],
    [9_000, 32, 'v6', 'debug'],
  )
  const { problems } = loadConfig({
    text,
    file: '-',
    env: { SESSION_KEY: 'short-secret', IPV6_ENABLED: 'constructor' },
    parts,
  })
  assert.deepEqual(
    problems.map(({ code, message }) => [code, message]),
    [
      ['config.wrong-variable', 'the environment variable `IPV6_ENABLED` must be `true` or `false`'],
      ['config.wrong-variable', 'the environment variable `SESSION_KEY` must be 64 hexadecimal digits'],
    ],
  )
})

test('backends are called by their names, inline ones by their route and place', () => {
  const { binds } = shapeOf(`
gateways: { default: { port: 1 } }
backends: [{ name: files, host: localhost:1 }]
routes:
- name: both
  backends: [{ backend: files }, { host: localhost:2 }]
- backends: [{ mcp: { targets: [] } }]
mcp: { port: 2, targets: [] }
`)
  const routes = binds.flatMap(({ listeners }) => listeners.flatMap((listener) => listener.routes))
  assert.deepEqual(
    routes.map(({ backends }) => backends.map(({ name }) => name)),
    [['files', 'both/backend1'], ['route1/backend0'], ['mcp']],
  )
})

test('log fields of `config` and of the frontend policies are one list; the policy has the last word on a name', () => {
  const shape = shapeOf(`
config: { logging: { filter: 'a', fields: { add: { x: '1', y: '2' }, remove: [p] } }, metrics: { fields: { add: { l: '5' } } } }
frontendPolicies: { logging: { filter: 'b', add: { x: '3', z: '4' }, remove: [q] } }
`)
  assert.deepEqual(shape.accessLog, {
    format: 'text',
    filters: [
      { name: 'filter', source: 'a', path: ['config', 'logging', 'filter'] },
      { name: 'filter', source: 'b', path: ['frontendPolicies', 'logging', 'filter'] },
    ],
    add: [
      { name: 'y', source: '2', path: ['config', 'logging', 'fields', 'add', 'y'] },
      { name: 'x', source: '3', path: ['frontendPolicies', 'logging', 'add', 'x'] },
      { name: 'z', source: '4', path: ['frontendPolicies', 'logging', 'add', 'z'] },
    ],
    remove: ['p', 'q'],
  })
  assert.deepEqual(shape.metricsFields, [{ name: 'l', source: '5', path: ['config', 'metrics', 'fields', 'add', 'l'] }])
})

test('names of sensitive headers are the same in any case', () => {
  assert.deepEqual(shapeOf('config: { sensitiveHeaders: [X-Session, x-tenant] }').sensitiveHeaders, [
    'x-session',
    'x-tenant',
  ])
})
