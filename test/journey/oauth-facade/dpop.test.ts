// A client whose tokens are bound to a key: the library's own OAuth code, with a login through the facade and a refresh.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  Client,
  DpopSession,
  type OAuthClientProvider,
  type OAuthTokens,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client'
import { decodeJwt } from 'jose'
import { Browser } from './browser.ts'
import { CALLBACK, Memory, world } from './world.ts'

/** What the library wants kept, and the key besides. */
async function holding(): Promise<{ memory: Memory; provider: OAuthClientProvider; jkt: string }> {
  const memory = new Memory()
  const session = await DpopSession.create()
  const provider: OAuthClientProvider = {
    redirectUrl: memory.redirectUrl,
    clientMetadata: memory.clientMetadata,
    state: memory.state,
    clientInformation: memory.clientInformation,
    saveClientInformation: memory.saveClientInformation,
    tokens: memory.tokens,
    saveTokens: (tokens: OAuthTokens) => memory.saveTokens(tokens),
    redirectToAuthorization: memory.redirectToAuthorization,
    saveCodeVerifier: memory.saveCodeVerifier,
    codeVerifier: memory.codeVerifier,
    dpop: () => session,
  }
  return { memory, provider, jkt: session.thumbprint }
}

test('a client that shows proofs logs in, calls and refreshes; its token is nobody else’s (row 9)', async (t) => {
  const { url, start } = await world(t)
  await start()
  const { memory, provider, jkt } = await holding()
  const transport = (): StreamableHTTPClientTransport =>
    new StreamableHTTPClientTransport(url, { authProvider: provider })
  const connected = async (): Promise<Client> => {
    const client = new Client({ name: 'holder', version: '1' })
    await client.connect(transport())
    t.after(() => client.close())
    return client
  }
  await assert.rejects(connected(), UnauthorizedError)
  const back = await new Browser().through(memory.link?.href ?? '', 'alice', CALLBACK)
  await transport().finishAuth(back.searchParams)
  const client = await connected()
  const [tool] = (await client.listTools()).tools
  const answer = await client.callTool({ name: tool?.name ?? '', arguments: {} })
  assert.match(JSON.stringify(answer.content), /"type":"text"/)
  assert.equal(memory.tokens()?.token_type.toLowerCase(), 'dpop')
  const token = memory.tokens()?.access_token ?? ''
  assert.deepEqual(decodeJwt(token)['cnf'], { jkt })

  const stolen = await fetch(url, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
  })
  await stolen.body?.cancel()
  assert.equal(stolen.status, 401)
  assert.match(stolen.headers.get('www-authenticate') ?? '', /^DPoP .*error="invalid_token"/)

  memory.forgetAccess()
  assert.ok((await (await connected()).listTools()).tools.length > 0)
  assert.notEqual(memory.tokens()?.access_token, token)
  assert.deepEqual(decodeJwt(memory.tokens()?.access_token ?? '')['cnf'], { jkt }, 'refreshed with a proof')
})
