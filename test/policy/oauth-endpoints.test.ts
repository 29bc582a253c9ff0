import assert from 'node:assert/strict'
import { test } from 'node:test'
import { route, serve, upstream } from '../support/serve.ts'
import { keySet, signer } from '../support/tokens.ts'

const PUBLIC = 'https://gw.example/mcp'

test('metadata that names another place of this network sends no request, and no secret, there (F1)', async (t) => {
  const inside: string[] = []
  const victim = await upstream(t, (request, response) => {
    inside.push(request.url ?? '')
    response.end('{}')
  })
  const at = { issuer: '', token: '', asked: 0 }
  const provider = await upstream(t, (request, response) => {
    if (request.method === 'POST') {
      at.asked++
      response.end('{}')
    } else
      response.end(JSON.stringify({ issuer: at.issuer, authorization_endpoint: at.issuer, token_endpoint: at.token }))
  })
  at.issuer = `http://127.0.0.1:${provider}/tenant/v2.0`
  const asked = async (token: string): Promise<[status: number, text: string]> => {
    at.token = token
    const keys = keySet(await signer())
    const policy = `issuer: "${at.issuer}", audiences: ["${PUBLIC}"], jwks: {file: keys}, resourceMetadata: {resource: "${PUBLIC}"}, provider: {entra: {}}, clientId: us, clientSecret: s3`
    const { ask } = await serve(t, route(`{mcpAuthentication: {${policy}}}`, victim), { read: () => Buffer.from(keys) })
    const { status, text } = await ask({
      method: 'POST',
      path: '/.well-known/oauth-authorization-server/mcp/token',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'grant_type=authorization_code&client_id=us&code=c&code_verifier=v',
    })
    return [status, text]
  }
  assert.deepEqual([await asked(`http://127.0.0.1:${provider}/token`), at.asked], [[200, '{}'], 1])
  const elsewhere = `http://localhost:${victim}/stolen`
  const refused = [502, "upstream call failed: the URL's scheme is http, not https"]
  assert.deepEqual([await asked(elsewhere), inside], [refused, []])
  await fetch(elsewhere) // what asks whatever it is told to gets there
  assert.deepEqual(inside, ['/stolen'])
})
