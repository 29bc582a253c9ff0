// A client that has never been seen logs a person in through an identity provider that does not know it, across restarts.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import path from 'node:path'
import { test } from 'node:test'
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js'
import { root } from '../../support/gateway.ts'
import { listening } from '../../support/serve.ts'
import { Browser } from './browser.ts'
import { connect, Memory, world } from './world.ts'

const names = async (client: Awaited<ReturnType<typeof connect>>): Promise<string[]> =>
  (await client.listTools()).tools.map(({ name }) => name)

function sessionOf({ transport }: Awaited<ReturnType<typeof connect>>): string {
  const id = transport?.sessionId
  assert.ok(id !== undefined)
  return id
}

const claimsOf = (token = ''): { [claim: string]: unknown } => {
  const [, payload = ''] = token.split('.')
  return { ...JSON.parse(Buffer.from(payload, 'base64url').toString()) }
}

test('a client registers, a person agrees and logs in, and a restart changes nothing', async (t) => {
  const { url, folder, asked, start } = await world(t)
  const first = await start()
  const memory = new Memory()
  const browser = new Browser()
  await assert.rejects(connect(t, url, memory), UnauthorizedError)
  assert.ok(!asked.some((line) => line.includes('/auth')), 'the provider hears of nobody before a person has agreed')
  const client = await connect(t, url, memory, { browser, user: 'alice' })
  assert.ok((await names(client)).length > 0)
  const { iss, aud, sub, groups, scope, email } = claimsOf(memory.tokens()?.access_token)
  assert.deepEqual(
    { iss, aud, sub, groups, scope, email },
    {
      iss: url.href,
      aud: url.href,
      sub: 'alice',
      groups: ['supply-chain', 'ai-agents'],
      scope: 'tools',
      email: 'alice@example.com',
    },
  )
  assert.ok(!asked.some((line) => line.includes('resource=')), 'the provider is asked nothing that it does not know')
  assert.ok(
    browser.seen.some((page) => page.endsWith('/mcp/authorize')) &&
      browser.seen.some((page) => page.includes('/interaction/')),
  )

  await client.close()
  assert.equal(await first.stop(), 0)
  await start()
  const before = memory.tokens()
  const again = await connect(t, url, memory)
  assert.ok((await names(again)).length > 0, 'the same token is good')
  memory.forgetAccess()
  const refreshed = await connect(t, url, memory)
  assert.ok((await names(refreshed)).length > 0)
  assert.notEqual(memory.tokens()?.refresh_token, before?.refresh_token)
  assert.equal(claimsOf(memory.tokens()?.access_token)['sub'], 'alice')

  const kept = path.join(folder, '.toolgate')
  assert.ok(existsSync(path.join(kept, 'store.db')))
  const secrets = [
    memory.tokens()?.access_token ?? '',
    memory.tokens()?.refresh_token?.split('.')[1] ?? '',
    'secret of the static client',
  ]
  for (const name of readdirSync(kept))
    for (const secret of secrets)
      assert.ok(secret !== '' && !readFileSync(path.join(kept, name)).includes(secret), name)
})

test('a login that was begun before a restart is finished after it', async (t) => {
  const { url, start } = await world(t)
  const first = await start()
  const memory = new Memory()
  await assert.rejects(connect(t, url, memory), UnauthorizedError)
  assert.equal(await first.stop('SIGKILL'), null)
  const second = await start()
  const client = await connect(t, url, memory, { browser: new Browser(), user: 'bob' })
  assert.deepEqual(claimsOf(memory.tokens()?.access_token)['groups'], ['ai-agents'])
  assert.ok((await names(client)).length > 0)
  const said = second.said()
  for (const secret of [
    memory.tokens()?.access_token ?? '',
    memory.tokens()?.refresh_token ?? '',
    memory.codeVerifier(),
  ])
    assert.ok(secret !== '' && !said.includes(secret), 'nothing secret is in the log')
})

test('a client can be the document at its own address', async (t) => {
  const id = 'https://peer.internal/client.json'
  const tls = path.join(root, 'test/http/tls')
  const server = createServer(
    { cert: readFileSync(path.join(tls, 'cert.pem')), key: readFileSync(path.join(tls, 'key.pem')) },
    (_request, response) => {
      const document = { client_id: id, client_name: 'Documented', redirect_uris: ['http://127.0.0.1/oauth/callback'] }
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document))
    },
  )
  const port = await listening(t, server)
  const { url, start } = await world(t)
  await start(['--connect-to', `peer.internal:443=127.0.0.1:${port}`], {
    NODE_EXTRA_CA_CERTS: path.join(tls, 'cert.pem'),
  })
  const memory = new Memory(id)
  const client = await connect(t, url, memory, { browser: new Browser(), user: 'alice' })
  assert.ok((await names(client)).length > 0)
  assert.equal(claimsOf(memory.tokens()?.access_token)['client_id'], id)
})

test('the consent page comes from the gateway with what keeps it from being framed or kept', async (t) => {
  const { url, asked, start } = await world(t)
  await start()
  const memory = new Memory()
  await assert.rejects(connect(t, url, memory), UnauthorizedError)
  const page = await fetch(memory.link ?? '')
  assert.equal(page.status, 200)
  assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'.*frame-ancestors 'none'/)
  assert.equal(page.headers.get('cache-control'), 'no-store')
  assert.match(page.headers.get('set-cookie') ?? '', /; HttpOnly; SameSite=Lax$/)
  const text = await page.text()
  assert.match(text, /Let <bdi>Journey<\/bdi> use http:\/\/localhost:\d+\/mcp in your name\?/)
  assert.match(text, /To a program on this computer, at <strong>127\.0\.0\.1:6276<\/strong>/)
  assert.deepEqual(asked, [], 'nobody has asked the provider anything')
})

test('a session is its person’s: a new token of theirs goes on, nobody else’s gets in (row 70)', async (t) => {
  const { url, start } = await world(t)
  await start()
  const [alice, bob] = [new Memory(), new Memory()]
  const client = await connect(t, url, alice, { browser: new Browser(), user: 'alice' })
  await connect(t, url, bob, { browser: new Browser(), user: 'bob' })
  const session = sessionOf(client)
  const post = async (memory: Memory, id: string): Promise<number> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${memory.tokens()?.access_token}`,
        'mcp-session-id': id,
        'mcp-protocol-version': '2025-06-18',
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
    })
    await response.body?.cancel()
    return response.status
  }
  assert.equal(await post(alice, session), 200)
  assert.equal(await post(bob, session), 404)
  assert.equal(await post(bob, 'chosen-by-a-client'), 404)
  const before = alice.tokens()?.access_token
  alice.forgetAccess()
  assert.ok((await names(client)).length > 0, 'the same client goes on by itself')
  assert.notEqual(alice.tokens()?.access_token, before)
  assert.equal(sessionOf(client), session)
  assert.equal(await post(alice, session), 200)
})

test('a token of the provider itself, of another resource, or changed, opens nothing', async (t) => {
  const { url, start } = await world(t)
  await start()
  const memory = new Memory()
  await connect(t, url, memory, { browser: new Browser(), user: 'alice' })
  const good = memory.tokens()?.access_token ?? ''
  const post = async (token: string): Promise<number> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
    })
    await response.body?.cancel()
    return response.status
  }
  assert.notEqual(await post(good), 401)
  const [head = '', payload = '', signature = ''] = good.split('.')
  const other = Buffer.from(JSON.stringify({ ...claimsOf(good), sub: 'bob' })).toString('base64url')
  for (const token of [`${head}.${other}.${signature}`, `${head}.${payload}.`, good.slice(0, -4)])
    assert.equal(await post(token), 401)
})
