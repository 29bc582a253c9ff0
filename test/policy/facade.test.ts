import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { createPages } from '../../src/admin/facade.ts'
import { withoutSecrets } from '../../src/admin/secrets.ts'
import { loadConfig } from '../../src/config/load.ts'
import { dryCompile } from '../../src/gateway/compile.ts'
import { parts } from '../../src/gateway/parts.ts'
import { serve, upstream } from '../support/serve.ts'

const resource = 'https://gate.example/mcp'
const base = '/.well-known/oauth-authorization-server/mcp'

const yaml = (
  facade: string,
  more = `resourceMetadata: { resource: "${resource}", scopesSupported: [tools] }`,
  port = 9,
): string =>
  `binds: [{port: 1, listeners: [{routes: [{policies: {mcpAuthentication: {issuer: "http://127.0.0.1:${port}", ` +
  `audiences: ["${resource}"], ${more}, facade: ${facade}}}, backends: [{host: "127.0.0.1:${port}"}]}]}]}]`

async function problems(text: string): Promise<string[]> {
  const { shape, problems: early } = loadConfig({ text, file: 'test.yaml', env: {}, parts })
  const all = [...early, ...(shape === undefined ? [] : await dryCompile(shape, () => undefined))]
  return all.map(({ path: at, message }) => `${at.slice(at.indexOf('mcpAuthentication') + 1).join('.')}: ${message}`)
}

test('the resource names the facade as its authorization server, and nothing of it wants a token', async (t) => {
  const { ask } = await serve(t, yaml('{clientId: a}', undefined, await upstream(t)))
  const of = async (where: string): Promise<{ [name: string]: unknown }> => {
    const { status, text } = await ask({
      path: where,
      headers: { host: 'evil.example', 'x-forwarded-host': 'evil.example' },
    })
    assert.equal(status, 200, where)
    return { ...JSON.parse(text) }
  }
  const described = await of('/.well-known/oauth-protected-resource/mcp')
  assert.deepEqual([described['resource'], described['authorization_servers']], [resource, [resource]])
  for (const where of [base, '/.well-known/oauth-authorization-server', '/mcp/.well-known/openid-configuration'])
    assert.equal((await of(where))['issuer'], resource)
  assert.ok(JSON.stringify(await of(`${base}/jwks`)).includes('ES256'))
  assert.equal((await ask({ path: '/mcp' })).status, 401)
  for (const nothing of [`${base}/authorize2`, '/.well-known/oauth-authorization-server/other', `${base}/jwks/`])
    assert.equal((await ask({ path: nothing })).status, 404, nothing)
})

test('devices have their page where they are configured, and nowhere else', async (t) => {
  const on = await serve(t, yaml('{clientId: a, deviceAuthorization: true}', undefined, await upstream(t)), {
    pages: createPages(),
  })
  const page = await on.ask({ path: `${base}/device?user_code=bcdfghjk` })
  assert.equal(page.status, 200)
  assert.match(page.text, /value="BCDF-GHJK"/)
  assert.match(String(page.headers['content-security-policy']), /frame-ancestors 'none'/)
  const off = await serve(t, yaml('{clientId: a}', undefined, await upstream(t)))
  for (const path of ['device', 'device-authorization'])
    assert.equal((await off.ask({ path: `${base}/${path}` })).status, 404)
})

test('bodies above their bounds are 413 and never read whole; forms in JSON are refused (rows 30 and 34)', async (t) => {
  const { ask } = await serve(t, yaml('{clientId: a}', undefined, await upstream(t)))
  const json = { 'content-type': 'application/json' }
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const large = Buffer.alloc(1024 * 1024, 'a')
  const post = async (end: string, headers: Record<string, string>, body: string | Buffer): Promise<number> =>
    (await ask({ method: 'POST', path: `${base}/${end}`, headers, body })).status
  assert.equal(await post('token', form, large), 413)
  assert.equal(await post('client-registration', json, large), 413)
  assert.equal(await post('client-registration', json, Buffer.alloc(16 * 1024 + 1, ' ')), 413)
  assert.equal(await post('token', json, '{}'), 400)
  const wish = { redirect_uris: ['https://app.example/cb'], token_endpoint_auth_method: 'none' }
  assert.equal(await post('client-registration', json, JSON.stringify(wish)), 201)
})

test('a client’s own address is asked by the guarded client: never one of this network (row 31)', async (t) => {
  let asked = 0
  const inside = await upstream(t, (_request, response) => {
    asked++
    response.end('{}')
  })
  const { ask } = await serve(t, yaml('{clientId: a}', undefined, inside))
  const open = async (id: string): Promise<number> => {
    const query = new URLSearchParams({ client_id: id, redirect_uri: 'http://127.0.0.1/cb', response_type: 'code' })
    return (await ask({ path: `${base}/authorize?${query.toString()}` })).status
  }
  // Without the rule: what asks whatever it is told to asks the services of this machine.
  await fetch(`http://127.0.0.1:${inside}/`)
  assert.equal(asked, 1)
  for (const host of [
    `127.0.0.1:${inside}`,
    `localhost:${inside}`,
    `[::1]:${inside}`,
    '169.254.169.254',
    '10.0.0.1',
    '[::ffff:7f00:1]',
  ])
    assert.equal(await open(`https://${host}/client.json`), 400, host)
  assert.equal(asked, 1)
})

test('an identity provider cannot send us to other places of this network (F1)', async (t) => {
  const inside: string[] = []
  const victim = await upstream(t, (request, response) => {
    inside.push(request.url ?? '')
    response.end('{"keys": []}')
  })
  const at: { issuer: string; endpoints: object } = { issuer: '', endpoints: {} }
  const provider = await upstream(t, (request, response) => {
    response.setHeader('content-type', 'application/json')
    if (request.url !== '/.well-known/openid-configuration') return response.end('{"keys": []}')
    const own = {
      authorization_endpoint: `${at.issuer}/a`,
      token_endpoint: `${at.issuer}/t`,
      jwks_uri: `${at.issuer}/k`,
    }
    return response.end(JSON.stringify({ issuer: at.issuer, ...own, ...at.endpoints }))
  })
  at.issuer = `http://127.0.0.1:${provider}`
  const begun = async (): Promise<number> => {
    const { ask } = await serve(t, yaml('{clientId: a}', undefined, provider), { pages: createPages() })
    const json = { 'content-type': 'application/json' }
    const wish = { redirect_uris: ['https://app.example/cb'], token_endpoint_auth_method: 'none' }
    const registered = await ask({
      method: 'POST',
      path: `${base}/client-registration`,
      headers: json,
      body: JSON.stringify(wish),
    })
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: String(JSON.parse(registered.text)['client_id']),
      redirect_uri: 'https://app.example/cb',
      code_challenge: 'a'.repeat(43),
      code_challenge_method: 'S256',
    })
    const page = await ask({ path: `${base}/authorize?${query.toString()}` })
    const request = /name="request" value="([^"]+)"/.exec(page.text)?.[1] ?? ''
    const [cookie = ''] = (page.headers['set-cookie']?.[0] ?? '').split(';')
    const form = { 'content-type': 'application/x-www-form-urlencoded', cookie }
    const body = new URLSearchParams({ request, decision: 'approve' }).toString()
    return (await ask({ method: 'POST', path: `${base}/consent`, headers: form, body })).status
  }
  assert.equal(await begun(), 200)
  at.endpoints = { jwks_uri: `http://localhost:${victim}/inside` }
  assert.equal(await begun(), 503)
  assert.deepEqual(inside, [])
  await fetch(`http://localhost:${victim}/inside`) // what asks whatever it is told to gets there
  assert.deepEqual(inside, ['/inside'])
})

test('what could not work is named where it stands', async () => {
  const at = async (facade: string, more?: string): Promise<string> => (await problems(yaml(facade, more))).join('\n')
  assert.equal(await at('{clientId: a}'), '')
  assert.match(await at('{}'), /^facade/)
  assert.match(await at('{clientId: a, redirectSchemes: [javascript]}'), /^facade\.redirectSchemes: .*no scheme/)
  assert.match(await at('{clientId: a, scopes: [email]}'), /^facade\.scopes: .*openid/)
  assert.match(await at('{clientId: a, accessTokenTtl: soon}'), /^facade\.accessTokenTtl/)
  for (const wrong of ['http://gate.example/mcp', 'https://gate.example/mcp?a=b', 'https://GATE.example/mcp'])
    assert.match(
      await at('{clientId: a}', `resourceMetadata: {resource: "${wrong}"}`),
      /resourceMetadata\.resource: must be/,
      wrong,
    )
  assert.match(await at('{clientId: a}', 'resourceMetadata: {}'), /resourceMetadata\.resource: must be/)
  assert.match(
    await at('{clientId: a}', `provider: {keycloak: {}}, resourceMetadata: {resource: "${resource}"}`),
    /^facade: stands in front/m,
  )
})

test('checking a configuration leaves nothing behind, and showing one shows no secret', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'toolgate-check-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const canary = 'canary-of-the-client'
  const text = `config: {database: {url: "sqlite://${folder}/state.db", key: "${'ab'.repeat(32)}"}}\n${yaml(`{clientId: a, clientSecret: ${canary}}`)}`
  assert.deepEqual(await problems(text), [])
  assert.deepEqual(readdirSync(folder), [])
  const { shape } = loadConfig({ text, file: 'test.yaml', env: {}, parts })
  const shown = JSON.stringify(withoutSecrets(shape))
  assert.ok(!shown.includes(canary) && !shown.includes('abab'))
})

test('the keys of the store come from the environment before the configuration', () => {
  const text = `config: {database: {key: "${'ab'.repeat(32)}"}}`
  const load = (env: Record<string, string>) => loadConfig({ text, file: 'test.yaml', env, parts }).shape?.store.keys
  assert.deepEqual(load({}), [Buffer.alloc(32, 0xab)])
  const two = `${'01'.repeat(32)},${'02'.repeat(32)}`
  assert.deepEqual(load({ TOOLGATE_STORE_KEY: two }), [Buffer.alloc(32, 1), Buffer.alloc(32, 2)])
  const { problems: wrong } = loadConfig({
    text: 'config: {database: {key: password}}',
    file: 'test.yaml',
    env: {},
    parts,
  })
  assert.match(wrong.map(({ message }) => message).join(), /64 hexadecimal digits/)
  const { problems: later } = loadConfig({
    text: 'config: {database: {url: "postgres://db"}}',
    file: 'test.yaml',
    env: {},
    parts,
  })
  assert.deepEqual(
    later.map(({ code }) => code),
    ['config.not-built'],
  )
})
