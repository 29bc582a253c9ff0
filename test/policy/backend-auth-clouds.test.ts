// Credentials of clouds: made by their own libraries, which are given what they would find in their cloud.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { route, serve, upstream } from '../support/serve.ts'

function environment(t: TestContext, values: Record<string, string>): void {
  for (const [name, value] of Object.entries(values)) {
    const before = process.env[name]
    process.env[name] = value
    t.after(() => {
      if (before === undefined) Reflect.deleteProperty(process.env, name)
      else process.env[name] = before
    })
  }
}

const headersIn = (text: string): Record<string, string> => JSON.parse(text).headers

test('aws: a request is signed as the published example says (Signature Version 4 test suite, get-vanilla)', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.UTC(2015, 7, 30, 12, 36, 0) })
  const keys = 'accessKeyId: AKIDEXAMPLE, secretAccessKey: wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
  const aws = `{aws: {${keys}, region: us-east-1, serviceName: service}}`
  const policies = `{urlRewrite: {authority: {full: example.amazonaws.com}}, backendAuth: ${aws}}`
  const { ask } = await serve(t, route(policies, await upstream(t)))
  const { status, text } = await ask({ path: '/' })
  assert.equal(status, 200)
  const { authorization, 'x-amz-date': date } = headersIn(text)
  assert.equal(date, '20150830T123600Z')
  // The suite signs without a digest of the body; with one, `x-amz-content-sha256` is among the signed headers.
  assert.match(
    authorization ?? '',
    /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/20150830\/us-east-1\/service\/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=[0-9a-f]{64}$/,
  )
})

test('aws: the signature covers method, path, query and body', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.UTC(2026, 0, 1) })
  const aws = '{aws: {accessKeyId: A, secretAccessKey: S, sessionToken: T, region: eu-west-1, serviceName: bedrock}}'
  const { ask } = await serve(t, route(`{buffer: {request: {maxBytes: 1000}}, backendAuth: ${aws}}`, await upstream(t)))
  const signature = async (asking: Parameters<typeof ask>[0]): Promise<string> => {
    const { authorization = '', 'x-amz-security-token': session } = headersIn((await ask(asking)).text)
    assert.equal(session, 'T')
    return authorization.slice(authorization.indexOf('Signature='))
  }
  const variants = [
    { path: '/a' },
    { path: '/b' },
    { path: '/a?x=1' },
    { path: '/a', method: 'POST', body: '1' },
    { path: '/a', method: 'POST', body: '2' },
  ]
  const signatures = []
  for (const variant of variants) signatures.push(await signature(variant))
  assert.equal(new Set(signatures).size, variants.length)
  assert.equal(await signature({ path: '/a' }), signatures[0])
})

test('aws: keys of the environment, and without any a clear refusal', async (t) => {
  environment(t, {
    AWS_ACCESS_KEY_ID: 'ENVKEY',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_REGION: 'ap-south-1',
    AWS_EC2_METADATA_DISABLED: 'true',
  })
  const { ask } = await serve(t, route('{backendAuth: {aws: {serviceName: s3}}}', await upstream(t)))
  assert.match(headersIn((await ask()).text)['authorization'] ?? '', /Credential=ENVKEY\/\d{8}\/ap-south-1\/s3\//)
  const nameless = await serve(t, route('{backendAuth: {aws: {}}}', await upstream(t)))
  const { status, text } = await nameless.ask()
  assert.deepEqual([status, text], [500, 'backend authentication failed: no AWS service name is configured'])
})

test('gcp: what the machine is given: an access token, and an ID token for an audience', async (t) => {
  const asked: string[] = []
  const metadata = await upstream(t, (request, response) => {
    asked.push(request.url ?? '')
    response.setHeader('metadata-flavor', 'Google')
    if (request.url?.includes('/token') === true) {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ access_token: 'ya29.x', expires_in: 3600, token_type: 'Bearer' }))
    } else if (request.url?.includes('/identity') === true) {
      const payload = Buffer.from(JSON.stringify({ exp: Math.floor(Date.now() / 1_000) + 3_600 })).toString('base64url')
      response.end(`h.${payload}.s`)
    } else response.end('ok')
  })
  environment(t, { GCE_METADATA_HOST: `127.0.0.1:${metadata}`, GOOGLE_CLOUD_PROJECT: 'p' })
  const access = await serve(t, route('{backendAuth: {gcp: {}}}', await upstream(t)))
  assert.equal(headersIn((await access.ask()).text)['authorization'], 'Bearer ya29.x')
  await access.ask()
  assert.equal(asked.filter((path) => path.includes('/token')).length, 1, 'the token is kept')
  const gcp = '{gcp: {type: idToken, audience: "https://up.example"}}'
  const id = await serve(t, route(`{backendAuth: ${gcp}}`, await upstream(t)))
  assert.match(headersIn((await id.ask()).text)['authorization'] ?? '', /^Bearer h\..+\.s$/)
  assert.ok(asked.some((path) => decodeURIComponent(path).includes('audience=https://up.example')))
})

test('azure: a managed identity, asked for where the platform says', async (t) => {
  const asked: string[] = []
  const platform = await upstream(t, (request, response) => {
    asked.push(`${String(request.headers['x-identity-header'])} ${request.url}`)
    response.setHeader('content-type', 'application/json')
    const expires = Math.floor(Date.now() / 1_000) + 3_600
    response.end(
      JSON.stringify({ access_token: 'eyJ.azure', expires_on: String(expires), resource: 'r', token_type: 'Bearer' }),
    )
  })
  environment(t, { IDENTITY_ENDPOINT: `http://127.0.0.1:${platform}/msi/token`, IDENTITY_HEADER: 'header-secret' })
  const azure = '{azure: {explicitConfig: {managedIdentity: {userAssignedIdentity: {clientId: abc}}}}}'
  const { ask } = await serve(t, route(`{backendAuth: ${azure}}`, await upstream(t)))
  assert.equal(headersIn((await ask()).text)['authorization'], 'Bearer eyJ.azure')
  assert.match(asked[0] ?? '', /^header-secret \/msi\/token\?.*client_id=abc/)
  assert.match(decodeURIComponent(asked[0] ?? ''), /resource=https:\/\/cognitiveservices\.azure\.com/)
})

for (const [auth, complaint] of [
  ['{aws: {accessKeyId: A}}', /come together/],
  ['{gcp: {credential: "not json"}}', /no JSON/],
  ['{gcp: {audience: a}}', /idToken/],
] as const)
  test(`${auth} does not start`, async (t) => {
    await assert.rejects(serve(t, route(`{backendAuth: ${auth}}`, 1)), complaint)
  })
