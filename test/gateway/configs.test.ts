// Configurations that others wrote, with the modules that are built: what the original takes, this gateway takes.
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import { expand } from '../../src/config/expand.ts'
import { loadConfig } from '../../src/config/load.ts'
import { dryCompile } from '../../src/gateway/compile.ts'
import { parts } from '../../src/gateway/parts.ts'
import { toolgate } from '../cli/io.ts'
import { root } from '../support/gateway.ts'

const configs = z
  .array(z.object({ id: z.string(), source: z.string(), valid: z.boolean(), text: z.string() }))
  .parse(JSON.parse(readFileSync(path.join(root, 'test/golden/config/agentgateway/configs.json'), 'utf8')))

/** A key set as an inline text. */
const KEYS = JSON.stringify({
  keys: [{ ...generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }), kid: 'one' }],
})

/** Without it, no browser can log in. */
const secret = { OIDC_COOKIE_SECRET: '0'.repeat(64) }

/** Values for every variable that a text names in capitals, as a user would export them. */
const exported = (text: string): Record<string, string> =>
  Object.fromEntries(
    expand(text, {})
      .missing.filter(({ name }) => /^[A-Z0-9_]+$/.test(name))
      .map(({ name }) => [name, /ISSUER|URL/.test(name) ? 'https://issuer.example' : 'x']),
  )

test('whatever loads whole compiles too, but for files that are not here', async () => {
  const whole = configs.flatMap(({ id, valid, text }) => {
    const { shape } = loadConfig({ text, file: 'config.yaml', env: { ...exported(text), ...secret }, parts })
    return valid && shape !== undefined ? [{ id, shape }] : []
  })
  assert.ok(whole.length >= 30, `${whole.length} load whole`)
  for (const { id, shape } of whole) {
    const problems = await dryCompile(shape, () => undefined)
    const later = /cannot read the file/
    assert.deepEqual(
      problems
        .filter(({ severity }) => severity === 'error')
        .map(({ message }) => `${id}: ${message}`)
        .filter((text) => !later.test(text)),
      [],
    )
  }
})

/** Bodies that the original's schema takes and that are easily forgotten: keys without a value, bounds, other spellings. */
const policies: Readonly<Record<string, readonly string[]>> = {
  cors: ['', '{}', '{maxAge: }', '{maxAge: 10s, allowHeaders: ["*"], allowMethods: ["*"], exposeHeaders: [x-a]}'],
  requestHeaderModifier: ['', '{}', '{set: {x-a: ""}}', '{set: {host: a.example}}', '{remove: [Authorization]}'],
  responseHeaderModifier: ['', '{}', '{remove: [server]}'],
  urlRewrite: ['', '{}', '{authority: , path: }', '{authority: auto}', '{authority: none}', '{path: {prefix: ""}}'],
  requestRedirect: ['', '{}', '{scheme: , authority: , path: , status: }', '{authority: {port: 1}}', '{scheme: HTTPS}'],
  directResponse: ['', '{status: 200, body: }', '{status: 200, body: [104, 105]}', '{status: 200, bodyExpression: }'],
  timeout: [
    '',
    '{}',
    '{requestTimeout: , backendRequestTimeout: }',
    '{requestTimeout: 1m30s}',
    '{requestTimeout: 1.5s}',
  ],
  retry: ['', '{codes: []}', '{codes: [999], attempts: 255}', '{codes: [500], backoff: , precondition: , condition: }'],
  csrf: ['', '{}', '{additionalOrigins: []}'],
  buffer: ['', '{}', '{request: , response: {}}', '{request: {maxBytes: }}', '{response: {maxBytes: 0}}'],
  delay: ['', '{duration: 2s}'],
  backendTLS: [
    '',
    '{}',
    '{insecure: true, insecureHost: true, alpn: [], subjectAltNames: []}',
    '{cert: , key: , root: , hostname: , alpn: , subjectAltNames: , keyExchangeGroups: , spiffe: }',
  ],
  jwtAuth: [
    '',
    `{issuer: a, jwks: '${KEYS}'}`,
    `{mode: strict, issuer: a, audiences: , jwks: '${KEYS}', jwtValidationOptions: , location: }`,
    `{mode: permissive, issuer: a, audiences: [], jwks: {url: "http://127.0.0.1:1/keys"}, jwtValidationOptions: {requiredClaims: []}}`,
    `{providers: [{issuer: a, jwks: '${KEYS}'}, {issuer: b, audiences: [c], jwks: {url: "https://b.example/keys"}}]}`,
    `{issuer: a, jwks: '${KEYS}', location: {header: {name: X-Token, prefix: }}}`,
    `{issuer: a, jwks: '${KEYS}', location: {queryParameter: {name: token}}}`,
    `{issuer: a, jwks: '${KEYS}', location: {cookie: {name: token}}}`,
  ],
  apiKey: [
    '',
    '{keys: []}',
    '{keys: [{key: a, metadata: {b: [c]}, allowedModels: []}, {key: b, metadata: , allowedModels: }], location: , mode: strict}',
    '{keys: [{keyHash: "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}], mode: permissive}',
  ],
  basicAuth: [
    '',
    '{htpasswd: ""}',
    '{htpasswd: "a:{SHA}qZk+NkcGgWq6PiVxeFDCbJzQ2J0=", realm: , mode: strict, authorizationLocation: }',
    '{htpasswd: "a:b", realm: here, authorizationLocation: {header: {name: proxy-authorization, prefix: "Basic "}}}',
  ],
  oidc: [
    '',
    '{issuer: "https://id.example", clientId: a, clientSecret: b, redirectURI: "http://localhost:3000/callback"}',
    '{issuer: "https://id.example", clientId: a, clientSecret: b, redirectURI: "https://a.example/cb", scopes: [email], discovery: {url: "https://b.example/d"}}',
    `{issuer: "https://id.example", clientId: a, clientSecret: b, redirectURI: "https://a.example/cb", authorizationEndpoint: "https://id.example/a", tokenEndpoint: "https://id.example/t", tokenEndpointAuth: clientSecretPost, jwks: '${KEYS}'}`,
  ],
  // Not built: without a value they ask for nothing.
  mcpAuthorization: [''],
  transformations: [''],
}

const targets: readonly string[] = [
  'mcp: {host: "https://a.example/mcp"}',
  'mcp: {host: "a.example:443"}',
  'mcp: {host: a.example, port: 443, path: /mcp}',
  'mcp: {host: "http://[::1]:80/mcp?key=1"}',
  'mcp: {backend: named, path: }',
  'sse: {backend: named, path: /events}',
  'sse: {host: "a.example:80"}',
  'openapi: {schema: {url: "https://a.example/openapi.json"}, host: "a.example:443"}',
  'openapi: {schema: {url: "https://a.example/openapi.json"}, host: a.example, port: 443, path: /}',
  'openapi: {schema: {url: "https://a.example/openapi.json"}, backend: named}',
  `openapi: {schema: '{"openapi":"3.0.0","info":{"title":"t","version":"1"},"paths":{}}', host: "a.example:80"}`,
  'stdio: {cmd: npx, args: [], env: {}, clear_env: true}',
  'stdio: {cmd: npx}, policies: ',
  'mcp: {host: "a:1"}, policies: {}',
  'mcp: {host: "a:1"}, policies: {requestHeaderModifier: , backendTLS: , transformations: , backendAuth: , http: , tcp: }',
]

const route = (body: string): string => `
backends: [{ name: named, host: "b.example:80" }]
binds: [{ port: 1, listeners: [{ routes: [{ ${body} }] }] }]`

async function wrong(text: string): Promise<string[]> {
  const { shape, problems } = loadConfig({ text, file: 'config.yaml', env: secret, parts })
  const late = shape === undefined ? [] : await dryCompile(shape, () => undefined)
  // That nothing decides on its tools is worth a warning, and nothing that the original would mind.
  return [...problems, ...late].filter(({ code }) => code !== 'policy.open').map(({ message }) => message)
}

for (const [key, bodies] of Object.entries(policies))
  test(`takes every ${key} that the original takes`, async () => {
    for (const body of bodies) assert.deepEqual(await wrong(route(`policies: { ${key}: ${body} }`)), [], body)
  })

test('takes every target that the original takes', async () => {
  for (const body of targets)
    assert.deepEqual(await wrong(route(`backends: [{ mcp: { targets: [{ name: one, ${body} }] } }]`)), [], body)
})

const demo = path.join(root, '../shared/fixtures/demo/config')
const demoThere = existsSync(demo) ? false : `${demo} is missing: it is not part of this repository`

test('validate finds nothing in the demo but keys that are not built', { skip: demoThere }, async () => {
  const file = path.join(demo, 'agentgateway_config.yaml')
  const document = path.join(root, 'openapi/petstore3.json')
  const env = { ...exported(readFileSync(file, 'utf8')), OPEN_API_SCHEMA_PATH: document }
  const { code, out } = await toolgate(['validate', '-f', file, '--format', 'json', '--ledger'], { env })
  assert.equal(code, 1)
  const said = z
    .object({
      problems: z.array(z.object({ code: z.string(), severity: z.string() })),
      ledger: z.array(z.object({ path: z.string(), standing: z.string() })),
    })
    .parse(JSON.parse(out))
  const errors = said.problems.filter(({ severity }) => severity === 'error')
  assert.deepEqual([...new Set(errors.map((problem) => problem.code))], ['config.not-built'])
  assert.deepEqual([...new Set(said.ledger.map(({ standing }) => standing))].toSorted(), ['accepted', 'not built'])
})
