import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { parse, stringify } from 'yaml'
import { z } from 'zod'
import { deepwiki } from '../../../servers/deepwiki.ts'
import { microsoftDocs } from '../../../servers/microsoft-docs.ts'
import { type MakeServer, serve } from '../../../servers/serve.ts'
import { root, startGateway } from '../../support/gateway.ts'
import { auth0 } from '../../support/identity/auth0.ts'
import { emulateAs, type Quirks } from '../../support/identity/emulator.ts'
import { entra } from '../../support/identity/entra.ts'
import { Person } from '../../support/identity/person.ts'

const file = path.join(root, '../shared/fixtures/demo/config/agentgateway_config.yaml')
const skip = existsSync(file) ? false : `${file} is missing: it is not part of this repository`

const PUBLIC = 'https://ceposta-agw.ngrok.io'
const AUTH0 = 'https://ceposta-solo.auth0.com'
const LOGIN = 'https://login.microsoftonline.com'
const API = 'api://ec791040-80f8-4129-bf34-96a0e0672c96'

const document = z.looseObject({
  binds: z.array(
    z.looseObject({
      listeners: z.array(
        z.looseObject({
          routes: z.array(
            z.looseObject({ matches: z.array(z.looseObject({ path: z.record(z.string(), z.string()) })) }),
          ),
        }),
      ),
    }),
  ),
})

/** The two routes, as they are, on a port that is free. */
function cut(folder: string): string {
  const { binds } = document.parse(parse(readFileSync(file, 'utf8'), { uniqueKeys: false }))
  const routes = binds
    .flatMap(({ listeners }) => listeners.flatMap((listener) => listener.routes))
    .filter(({ matches }) => ['/secure/mcp', '/entra/mcp'].includes(matches[0]?.path['exact'] ?? ''))
  assert.equal(routes.length, 2)
  const name = path.join(folder, 'config.yaml')
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the gateway fills it in
  writeFileSync(
    name,
    stringify({ binds: [{ port: '${PORT}', listeners: [{ routes }] }] }).replace('"${PORT}"', '${PORT}'),
  )
  return name
}

/** A certificate for all names of the demo, that the gateway is told to trust. */
function certificate(folder: string): { readonly cert: Buffer; readonly key: Buffer } {
  const names = ['ceposta-solo.auth0.com', 'login.microsoftonline.com', 'mcp.deepwiki.com', 'learn.microsoft.com']
  const san = `subjectAltName=${names.map((name) => `DNS:${name}`).join(',')}`
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'key.pem']
  execFileSync(
    'openssl',
    ['req', '-x509', ...key, '-out', 'cert.pem', '-days', '2', '-subj', '/CN=demo', '-addext', san],
    {
      cwd: folder,
      stdio: 'ignore',
    },
  )
  return { cert: readFileSync(path.join(folder, 'cert.pem')), key: readFileSync(path.join(folder, 'key.pem')) }
}

async function world(t: TestContext) {
  const folder = mkdtempSync(path.join(tmpdir(), 'toolgate-demo-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const tls = certificate(folder)
  const standIn = async (make: MakeServer, host: string, at: string): Promise<string[]> => {
    const serving = await serve(make, { transport: 'http', path: at, hosts: [host], tls })
    t.after(() => serving.close())
    return ['--connect-to', `${host}:443=127.0.0.1:${new URL(serving.url).port}`]
  }
  const named = async (quirks: Quirks, origin: string) => {
    const idp = await emulateAs(t, quirks, origin, tls)
    return { idp, to: ['--connect-to', `${new URL(origin).host}:443=127.0.0.1:${idp.secure}`] }
  }
  const tenant = await named(auth0({ apis: [`${PUBLIC}/mcp`] }), AUTH0)
  const other = await named(entra({ id: API.slice(6), scopes: [], redirects: [] }), LOGIN)
  const elsewhere = [
    ...tenant.to,
    ...other.to,
    ...(await standIn(deepwiki, 'mcp.deepwiki.com', '/mcp')),
    ...(await standIn(microsoftDocs, 'learn.microsoft.com', '/api/mcp')),
  ]
  const env = { NODE_EXTRA_CA_CERTS: path.join(folder, 'cert.pem'), ENTRA_TENANT_ID: 'tenant' }
  const gateway = await startGateway(t, cut(folder), env, elsewhere)
  const origin = new URL(gateway.url).origin
  const get = async (at: string) => z.looseObject({}).parse(await (await fetch(origin + at)).json())
  return { gateway, origin, get, auth0: tenant.idp, entra: other.idp }
}

test('the protected routes of the demo', { skip }, async (t) => {
  const { origin, get, ...idp } = await world(t)

  await t.test('/secure/mcp asks for a token in the words of the tour', async () => {
    const answer = await fetch(`${origin}/secure/mcp`)
    assert.equal(answer.status, 401)
    const challenge = answer.headers.get('www-authenticate') ?? ''
    assert.ok(
      challenge.startsWith(`Bearer resource_metadata="${PUBLIC}/.well-known/oauth-protected-resource/secure/mcp"`),
    )
    assert.equal(answer.headers.get('content-type'), 'application/json')
    assert.equal(await answer.text(), '{"error":"unauthorized","error_description":"JWT token required"}')
  })

  await t.test('its documents name the public address, the tenant and the audience', async () => {
    const resource = await get('/.well-known/oauth-protected-resource/secure/mcp')
    assert.equal(resource['resource'], `${PUBLIC}/secure/mcp`)
    assert.deepEqual(resource['authorization_servers'], [`${PUBLIC}/secure/mcp`])
    assert.deepEqual(resource['bearer_methods_supported'], ['header', 'body', 'query'])
    assert.equal(resource['resource_policy_uri'], `${PUBLIC}/secure/mcp/policies`)
    const server = await get('/.well-known/oauth-authorization-server/secure/mcp')
    assert.equal(server['issuer'], `${PUBLIC}/secure/mcp`)
    assert.equal(server['token_endpoint'], `${AUTH0}/oauth/token`)
    const authorize = new URL(String(server['authorization_endpoint']))
    assert.deepEqual([authorize.origin, authorize.searchParams.get('audience')], [AUTH0, `${PUBLIC}/mcp`])
  })

  await t.test('after a login there are the tools that the permissions of the token allow', async () => {
    const person = new Person('alice', { [PUBLIC]: origin, [AUTH0]: idp.auth0.plain })
    const client = await person.connect(t, `${PUBLIC}/secure/mcp`)
    assert.deepEqual(
      (await client.listTools()).tools.map(({ name }) => name),
      [
        'deepwiki_read_wiki_structure',
        'deepwiki_read_wiki_contents',
        'deepwiki_ask_question',
        'microsoft_microsoft_docs_fetch',
      ],
    )
    assert.equal(idp.auth0.clients.size, 1)
  })

  await t.test('/entra/mcp leads to the tenant and takes its tokens of version 1', async () => {
    const answer = await fetch(`${origin}/entra/mcp`)
    assert.match(
      answer.headers.get('www-authenticate') ?? '',
      /oauth-protected-resource\/entra\/mcp", scope="api:\/\/[^"]*\/\.default"$/,
    )
    const resource = await get('/.well-known/oauth-protected-resource/entra/mcp')
    assert.deepEqual(resource['authorization_servers'], [`${LOGIN}/tenant/v2.0`])
    const token = (aud: string) => idp.entra.signer.sign({ iss: 'https://sts.windows.net/tenant/', aud, sub: 'bob' })
    const status = async (aud: string) => {
      const authorization = `Bearer ${await token(aud)}`
      const headers = {
        authorization,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      }
      const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'a', version: '1' } }
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params })
      return (await fetch(`${origin}/entra/mcp`, { method: 'POST', headers, body })).status
    }
    assert.equal(await status(API), 200)
    assert.equal(await status('00000003-0000-0000-c000-000000000000'), 401)
  })
})
