// Where the keys of an issuer are that the configuration does not say.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { route, serve, upstream } from '../support/serve.ts'
import { keySet, signer } from '../support/tokens.ts'

const PUBLIC = 'https://gw.example/secure/mcp'
const SERVER = '/.well-known/oauth-authorization-server'

/** An issuer that has its keys at an address of its own choosing, which its metadata names. */
async function keysElsewhere(t: TestContext, jwksUri: (origin: string) => string, says?: string) {
  const one = await signer()
  const port = await upstream(t, (request, response) => {
    const origin = `http://${request.headers.host}`
    const endpoints = { authorization_endpoint: `${origin}/authorize`, token_endpoint: `${origin}/token` }
    if (request.url === '/certs') response.end(keySet(one))
    else if (request.url === SERVER)
      response.end(JSON.stringify({ issuer: says ?? origin, jwks_uri: jwksUri(origin), ...endpoints }))
    else response.writeHead(404).end()
  })
  const issuer = `http://127.0.0.1:${port}`
  const policy = `issuer: "${issuer}", audiences: [${PUBLIC}], resourceMetadata: {resource: ${PUBLIC}}`
  const { ask } = await serve(t, route(`{mcpAuthentication: {${policy}}}`, await upstream(t)))
  const token = await one.sign({ iss: issuer, aud: PUBLIC })
  return () => ask({ path: '/secure/mcp', headers: { authorization: `Bearer ${token}` } })
}

test('keys that are not where they usually are are where the metadata says', async (t) => {
  const ask = await keysElsewhere(t, (origin) => `${origin}/certs`)
  let { status } = await ask()
  for (const end = Date.now() + 5_000; status === 503 && Date.now() < end; ) ({ status } = await ask())
  assert.equal(status, 200)
})

test('metadata that names keys somewhere else inside is not followed', async (t) => {
  let asked = 0
  const inside = await upstream(t, (_, response) => {
    asked++
    response.end('{"keys":[]}')
  })
  // The same machine under another name: another host to whoever looks at names, and a private one.
  const ask = await keysElsewhere(t, () => `http://localhost:${inside}/certs`)
  const answer = await ask()
  assert.equal(answer.status, 503)
  await new Promise((resolve) => setTimeout(resolve, 400))
  assert.equal(asked, 0)
})

test('metadata of another issuer names no keys of this one', async (t) => {
  const ask = await keysElsewhere(t, (origin) => `${origin}/certs`, 'https://other.example')
  await ask()
  await new Promise((resolve) => setTimeout(resolve, 400))
  assert.equal((await ask()).status, 503)
})
