// Rules in front of real servers, seen by real clients: what each may list, what each may call, and what nobody can tell apart.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { echo } from '../../../servers/echo.ts'
import { notes } from '../../../servers/notes.ts'
import { serve } from '../../../servers/serve.ts'
import { eventually, startGateway } from '../../support/gateway.ts'

const folder = import.meta.dirname

async function world(t: TestContext) {
  const place = mkdtempSync(path.join(tmpdir(), 'toolgate-rules-'))
  t.after(() => rmSync(place, { recursive: true, force: true }))
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
  const keys = path.join(place, 'jwks.json')
  writeFileSync(
    keys,
    JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256', use: 'sig' }] }),
  )
  const config = path.join(place, 'config.yaml')
  writeFileSync(config, readFileSync(path.join(folder, 'config.yaml')))
  const [one, two] = await Promise.all([notes(), echo].map((make) => serve(make, { transport: 'http' })))
  assert.ok(one !== undefined && two !== undefined)
  t.after(() => Promise.all([one.close(), two.close()]))
  const gateway = await startGateway(t, config, { KEYS: keys, NOTES_URL: one.url, ECHO_URL: two.url })
  const token = (claims: Record<string, unknown>): Promise<string> =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', kid: 'k' })
      .setIssuer('https://id.example')
      .setAudience('notes.example')
      .setSubject(String(claims['sub']))
      .setExpirationTime('1h')
      .sign(privateKey)
  const as = async (claims?: Record<string, unknown>): Promise<Client> =>
    gateway.client(claims === undefined ? {} : { headers: { authorization: `Bearer ${await token(claims)}` } })
  return { gateway, as, token, config }
}

const reader = { sub: 'rita', groups: ['reader'] }
const writer = { sub: 'walt', groups: ['reader', 'writer'] }
const admin = { sub: 'ada', admin: true }

const toolsOf = async (client: Client): Promise<string[]> => (await client.listTools()).tools.map(({ name }) => name)

test('each sees what the rules allow, of every kind', async (t) => {
  const { gateway, as } = await world(t)
  const seen = async (client: Client) => ({
    tools: await toolsOf(client),
    prompts: (await client.listPrompts()).prompts.map(({ name }) => name),
    resources: (await client.listResources()).resources.map(({ uri }) => uri),
    templates: (await client.listResourceTemplates()).resourceTemplates.map(({ uriTemplate }) => uriTemplate),
  })
  const nothing = { prompts: [], resources: [], templates: [] }
  const read = {
    prompts: ['notes_summarize'],
    resources: ['notes+note://2'],
    templates: ['notes+note://{id}'],
  }
  assert.deepEqual(await seen(await as()), { tools: ['said_echo'], ...nothing })
  assert.deepEqual(await seen(await as(reader)), { tools: ['notes_search', 'said_echo'], ...read })
  assert.deepEqual(await seen(await as(writer)), {
    tools: ['notes_add', 'notes_edit', 'notes_search', 'said_echo'],
    ...read,
  })
  assert.deepEqual(await seen(await as(admin)), {
    tools: ['notes_add', 'notes_edit', 'notes_remove', 'notes_search', 'said_echo'],
    ...read,
    resources: ['notes+note://1', 'notes+note://2'],
  })
  assert.match(gateway.said(), /warn\tgateway .*without mcpAuthorization.* routes=open/)
  assert.doesNotMatch(gateway.said(), /is a text and no list/, 'advice is for `toolgate validate`')
})

test('arguments decide when a tool is called', async (t) => {
  const { as } = await world(t)
  const call = (client: Client, name: string, given: Record<string, unknown>) =>
    client.callTool({ name, arguments: given })
  const walt = await as(writer)
  const words = { title: 'T', text: 'x' }
  const added = await call(walt, 'notes_add', { ...words, tags: ['errand'] })
  assert.equal(added.isError, undefined)
  await assert.rejects(call(walt, 'notes_add', { ...words, tags: ['help'] }), {
    code: -32602,
    message: /Unknown tool: notes_add$/,
  })
  await assert.rejects(call(walt, 'notes_remove', { id: '2' }), { code: -32602 })
  const ada = await as(admin)
  await assert.rejects(call(ada, 'notes_remove', { id: '1' }), { code: -32602 })
  await call(ada, 'notes_remove', { id: '2' })
  const guest = await as()
  await call(guest, 'said_echo', { message: 'hello' })
  await assert.rejects(call(guest, 'said_echo', { message: 'my password' }), { code: -32602 })
})

/** Posts of a session, with nothing in between. */
async function session(url: string, token: string) {
  const send = (body: object, more: Record<string, string> = {}): Promise<Response> =>
    fetch(url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'application/json, text/event-stream',
        'content-type': 'application/json',
        ...more,
      },
      body: JSON.stringify({ jsonrpc: '2.0', ...body }),
    })
  const clientInfo = { name: 'raw', version: '1' }
  const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo }
  const opened = await send({ id: 0, method: 'initialize', params })
  await opened.text()
  const id = opened.headers.get('mcp-session-id') ?? ''
  return (body: object): Promise<Response> => send(body, { 'mcp-session-id': id })
}

test('what is denied and what never was are the same bytes', async (t) => {
  const { gateway, token } = await world(t)
  const post = await session(gateway.url, await token(reader))
  const pairs: readonly (readonly [method: string, denied: object, absent: object])[] = [
    ['tools/call', { name: 'notes_remove', arguments: { id: '1' } }, { name: 'notes_rename', arguments: { id: '1' } }],
    ['prompts/get', { name: 'said_remove' }, { name: 'said_rename' }],
    ['resources/read', { uri: 'notes+note://1' }, { uri: 'nodes+note://1' }],
    ['resources/subscribe', { uri: 'notes+note://1' }, { uri: 'nodes+note://1' }],
  ]
  for (const [method, denied, absent] of pairs) {
    const [one, two] = await Promise.all(
      [denied, absent].map(async (params) => {
        const answer = await post({ id: 1, method, params })
        const headers = [...answer.headers].filter(([name]) => name !== 'date' && name !== 'content-length')
        const text = (await answer.text()).replace(/rename|remove/, 'x').replace(/nodes|notes/, 'x')
        return { status: answer.status, headers, text }
      }),
    )
    assert.deepEqual(one, two, method)
    assert.match(one?.text ?? '', /"code":-32602,"message":"Unknown (?:tool|prompt|resource): /)
  }
})

test('a call that a scope would allow says which one, and what is hidden stays so', async (t) => {
  const { gateway, token } = await world(t)
  const url = new URL('/scoped', gateway.url).href
  const call = async (scope: string, name: string, given: object) => {
    const post = await session(url, await token({ sub: 'sam', scope }))
    const listed = await (await post({ id: 1, method: 'tools/list' })).text()
    const answer = await post({ id: 2, method: 'tools/call', params: { name, arguments: given } })
    const challenge = answer.headers.get('www-authenticate')
    return { listed: listed.includes(`"name":"${name}"`), status: answer.status, challenge, text: await answer.text() }
  }
  const lacking = await call('notes.read', 'remove', { id: '1' })
  assert.deepEqual([lacking.listed, lacking.status], [true, 403])
  assert.equal(
    lacking.challenge?.replace(/, error_description=.*/, ''),
    'Bearer resource_metadata="https://gateway.example/.well-known/oauth-protected-resource/scoped", ' +
      'scope="notes.read notes.admin", error="insufficient_scope"',
  )
  const metadata = await (await fetch(new URL('/.well-known/oauth-protected-resource/scoped', url))).text()
  assert.deepEqual(JSON.parse(metadata).scopes_supported, ['notes.read', 'notes.admin'])
  const hidden = await call('notes.read', 'add', { title: 'T', text: 'x' })
  assert.deepEqual([hidden.listed, hidden.status, hidden.challenge], [false, 200, null])
  assert.match(hidden.text, /"Unknown tool: add"/)
  assert.match((await call('notes.read notes.admin', 'remove', { id: '1' })).text, /Removed note 1/)
})

test('new rules reach clients that are connected, and those hear of it whom it changes', async (t) => {
  const { gateway, as, config } = await world(t)
  const clients = await Promise.all([as(), as(reader)])
  const heard = new Set<number>()
  for (const [index, client] of clients.entries()) {
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => void heard.add(index))
    await toolsOf(client)
  }
  const text = readFileSync(config, 'utf8')
  writeFileSync(config, text.replace('mcp.tool.name == "search" && "reader"', 'mcp.tool.name == "search" && "boss"'))
  const [guest, rita] = clients
  assert.ok(guest !== undefined && rita !== undefined)
  await eventually(async () => (await toolsOf(rita)).length === 1, gateway.said)
  await toolsOf(guest)
  await eventually(() => heard.has(1), gateway.said)
  assert.deepEqual([...heard], [1])
})
