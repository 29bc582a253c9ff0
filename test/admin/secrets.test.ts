// What a dump of the configuration shows, and what it never shows.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withoutSecrets } from '../../src/admin/secrets.ts'

test('credentials are masked wherever modules keep them', () => {
  const canary = 'CANARY-4242'
  const configuration = {
    session: { key: canary },
    sessionKey: Buffer.from(canary),
    policies: {
      backendAuth: { key: canary, basic: { username: 'u', password: canary } },
      apiKey: { keys: [{ key: canary, metadata: { user: 'alice' } }] },
      basicAuth: { htpasswd: { inline: `alice:${canary}` } },
      oidc: { clientId: 'toolgate', clientSecret: canary, tokenEndpoint: 'https://idp/token' },
      requestHeaderModifier: {
        set: { authorization: `Bearer ${canary}`, 'x-api-key': canary },
        add: [['x-a', canary]],
      },
      extAuthz: { headers: [{ name: 'x-token', value: canary }] },
    },
    targets: [
      { name: 'a', mcp: { host: `https://user:${canary}@example.org/mcp?token=${canary}` } },
      { name: 'b', stdio: { cmd: 'run', args: ['--api-key', canary, `--token=${canary}`], env: { TOKEN: canary } } },
    ],
    aws: { accessKeyId: canary, secretAccessKey: canary, sessionToken: canary },
    note: `-----BEGIN PRIVATE KEY-----\n${canary}\n-----END PRIVATE KEY-----`,
    database: { url: `postgres://gate:${canary}@db/gate` },
    later: () => canary,
  }
  const text = JSON.stringify(withoutSecrets(configuration))
  assert.ok(!text.includes(canary), text)
  assert.ok(!text.includes(Buffer.from(canary).toString('base64')))
  assert.ok(JSON.stringify(configuration).includes(canary), 'the configuration itself is untouched')
})

test('of a key set the public half is shown', () => {
  const halves = { kty: 'EC', crv: 'P-256', kid: 'a', x: 'open-x', y: 'open-y' }
  const rsa = {
    kty: 'RSA',
    n: 'open-n',
    e: 'AQAB',
    d: 'CANARY',
    p: 'CANARY',
    q: 'CANARY',
    dp: 'CANARY',
    dq: 'CANARY',
    qi: 'CANARY',
  }
  const keys = [{ ...halves, d: 'CANARY' }, rsa, { kty: 'oct', k: 'CANARY' }]
  for (const gap of [0, 2]) {
    const configuration = { jwtAuth: { issuer: 'https://id.example', jwks: JSON.stringify({ keys }, null, gap) } }
    const shown = JSON.stringify(withoutSecrets(configuration))
    assert.ok(!shown.includes('CANARY'), shown)
    for (const open of ['open-x', 'open-y', 'open-n', 'AQAB', 'P-256']) assert.ok(shown.includes(open))
    assert.ok(JSON.stringify(configuration).includes('CANARY'))
  }
})

test('everything else is shown as it stands', () => {
  const configuration = {
    binds: [
      { port: 3000, listeners: [{ name: 'a', tls: { cert: { file: './cert.pem' }, key: { file: './key.pem' } } }] },
    ],
    policies: {
      cors: { allowOrigins: ['https://example.org'], allowHeaders: ['authorization', 'mcp-session-id'] },
      authorization: { rules: ['request.path == "/mcp"'] },
      requestHeaderModifier: { set: { 'cache-control': 'no-store' }, remove: ['x-secret'] },
      oidc: { tokenEndpoint: 'https://idp/token', clientId: 'toolgate' },
    },
    stdio: { cmd: 'npx', args: ['-y', 'server', '--verbose', '/data'], env: { PATH: '/usr/bin' } },
    nothing: null,
  }
  assert.deepEqual(withoutSecrets(configuration), configuration)
})

test('shapes that a configuration may take: maps, deep nests, undefined members', () => {
  let nest: unknown = 'bottom'
  for (let i = 0; i < 10_000; i++) nest = [nest]
  const dump = withoutSecrets({ map: new Map([['password', 'p']]), nest, gone: undefined })
  assert.ok(!JSON.stringify(dump).includes('bottom'))
  assert.ok(JSON.stringify(dump).includes('{"password":"***"}'))
})

test('modules in normal form keep their names, and their credentials stay masked', () => {
  const policy = { key: 'backendAuth', body: { key: 'CANARY' }, path: ['routes', 0, 'policies', 'backendAuth'] }
  assert.deepEqual(withoutSecrets({ policies: [policy] }), { policies: [{ ...policy, body: { key: '***' } }] })
})
