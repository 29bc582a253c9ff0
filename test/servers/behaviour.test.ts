// What the example servers can do beyond answering: ask, watch, report, resume, refuse strangers, and end with their parent.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import {
  ElicitRequestSchema,
  ResourceListChangedNotificationSchema,
  ResourceUpdatedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { z } from 'zod'
import { converter } from '../../servers/convert.ts'
import { everything } from '../../servers/everything.ts'
import { library } from '../../servers/library.ts'
import { notes } from '../../servers/notes.ts'
import { PETSTORE_KEY, petstore } from '../../servers/petstore.ts'
import { listen, type MakeServer, serve } from '../../servers/serve.ts'
import { serverFile, startServer } from './start.ts'

const tls = path.join(import.meta.dirname, 'tls')

async function connected(t: TestContext, make: MakeServer, client: Client): Promise<string> {
  const serving = await serve(make, { transport: 'http' })
  t.after(async () => {
    await client.close()
    await serving.close()
  })
  // The SDK's transport misses its own interface under `exactOptionalPropertyTypes`: its callbacks are accessors.
  await client.connect(new StreamableHTTPClientTransport(new URL(serving.url)) as Transport)
  return serving.url
}

test('convert asks the user for the unit that the call left open', async (t) => {
  const client = new Client({ name: 'test', version: '1.0.0' }, { capabilities: { elicitation: {} } })
  client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept', content: { to: 'km' } }))
  await connected(t, converter, client)
  const { structuredContent } = await client.callTool({ name: 'convert', arguments: { value: 1, from: 'mi' } })
  assert.deepEqual(structuredContent, { value: 1, from: 'mi', result: 1.609344, to: 'km' })
})

test('convert says what is missing to a client that cannot be asked', async (t) => {
  const client = new Client({ name: 'test', version: '1.0.0' })
  await connected(t, converter, client)
  const result = await client.callTool({ name: 'convert', arguments: { value: 1, from: 'mi' } })
  assert.equal(result.isError, true)
  assert.match(JSON.stringify(result.content), /into which unit/)
})

test('a table reports every row as progress', async (t) => {
  const client = new Client({ name: 'test', version: '1.0.0' })
  await connected(t, converter, client)
  const seen: number[] = []
  const call = { name: 'table', arguments: { from: 'kg', to: 'lb', rows: 4, pauseMs: 0 } }
  await client.callTool(call, undefined, { onprogress: ({ progress }) => seen.push(progress) })
  assert.deepEqual(seen, [1, 2, 3, 4])
})

test('who watches a note hears of its change, and everybody of a new one', async (t) => {
  const make = notes()
  const watcher = new Client({ name: 'watcher', version: '1.0.0' })
  const updated = Promise.withResolvers<string>()
  const listed = Promise.withResolvers<void>()
  watcher.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => updated.resolve(params.uri))
  watcher.setNotificationHandler(ResourceListChangedNotificationSchema, () => listed.resolve())
  await connected(t, make, watcher)
  await watcher.subscribeResource({ uri: 'note://1' })
  const writer = new Client({ name: 'writer', version: '1.0.0' })
  await connected(t, make, writer)
  await writer.callTool({ name: 'edit', arguments: { id: '1', text: 'changed' } })
  assert.equal(await updated.promise, 'note://1')
  await writer.callTool({ name: 'add', arguments: { title: 'New', text: 'note' } })
  await listed.promise
  const { contents } = await watcher.readResource({ uri: 'note://1' })
  assert.match(JSON.stringify(contents), /changed/)
})

test('a note that is not there is an error of the tool', async (t) => {
  const client = new Client({ name: 'test', version: '1.0.0' })
  await connected(t, notes(), client)
  assert.equal((await client.callTool({ name: 'remove', arguments: { id: '99' } })).isError, true)
})

test('a stream that the server cut is continued where it stopped', async (t) => {
  const client = new Client({ name: 'test', version: '1.0.0' })
  await connected(t, everything, client)
  const { content } = await client.callTool({ name: 'test_reconnection', arguments: {} })
  assert.deepEqual(content, [{ type: 'text', text: 'The answer waited until you came back.' }])
})

test('a stranger by Host or Origin is refused', async (t) => {
  const serving = await serve(everything, { transport: 'http', hosts: ['friend.example'] })
  t.after(() => serving.close())
  const status = async (headers: Record<string, string>): Promise<number | undefined> => {
    const asked = httpRequest(serving.url, { method: 'POST', headers }).end()
    const [response] = await once(asked, 'response')
    response.resume()
    return response.statusCode
  }
  assert.equal(await status({ host: 'evil.example' }), 403)
  assert.equal(await status({ origin: 'http://evil.example' }), 403)
  assert.notEqual(await status({ host: 'friend.example' }), 403)
  assert.notEqual(await status({ origin: 'http://localhost:9' }), 403)
})

test('an unknown session is not found, and a request before initialize is refused', async (t) => {
  const serving = await serve(everything, { transport: 'http' })
  t.after(() => serving.close())
  const post = async (headers: Record<string, string>): Promise<number> => {
    const response = await fetch(serving.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
    })
    await response.body?.cancel()
    return response.status
  }
  assert.equal(await post({ 'mcp-session-id': 'nobody' }), 404)
  assert.equal(await post({}), 400)
})

test('the pet store lists, adds, reads and removes', async (t) => {
  const serving = await listen(petstore(), {})
  t.after(() => serving.close())
  const at = (where: string, init?: RequestInit): Promise<Response> =>
    fetch(new URL(`/api/v3${where}`, serving.url), init)
  const added = await at('/pet', { method: 'POST', body: JSON.stringify({ name: 'Goldie', tags: [{ name: 'fish' }] }) })
  assert.deepEqual(await added.json(), { id: 4, name: 'Goldie', tags: [{ name: 'fish' }] })
  const fish = await (await at('/pet/findByTags?tags=fish&tags=whales')).json()
  assert.deepEqual(fish, [{ id: 4, name: 'Goldie', tags: [{ name: 'fish' }] }])
  assert.deepEqual(await (await at('/store/inventory')).json(), { available: 3, pending: 0, sold: 1 })
  assert.equal((await at('/pet/4', { method: 'DELETE' })).status, 401)
  assert.equal((await at('/pet/4', { method: 'DELETE', headers: { api_key: PETSTORE_KEY } })).status, 204)
  assert.equal((await at('/pet/4')).status, 404)
  assert.equal((await at('/pet', { method: 'POST', body: 'no json' })).status, 400)
  assert.equal((await at('/pet', { method: 'DELETE' })).status, 405)
  assert.match(await (await at('/openapi.json')).text(), /"openapi":"3.0.4"/)
})

const Page = z.object({ books: z.array(z.object({ title: z.string() })), next_cursor: z.string().nullable() })

test('the library lends a book once, and shows a page at a time', async (t) => {
  const serving = await listen(library(), {})
  t.after(() => serving.close())
  const at = (where: string, init?: RequestInit): Promise<Response> =>
    fetch(new URL(`/library/v1${where}`, serving.url), init)
  const books = async (query: string) => Page.parse(await (await at(`/books?${query}`)).json())
  const first = await books('limit=2&subject=novel%7Cphysics')
  assert.equal(first.books.length, 2)
  assert.equal(first.next_cursor, '2')
  const between = await books('published%5Bfrom%5D=1900')
  assert.deepEqual(between.books, [{ title: 'Relativity' }])
  const wish = (member: string) =>
    at('/loans', { method: 'POST', body: JSON.stringify({ isbn: '9780486284729', member }) })
  assert.equal((await wish('alice')).status, 201)
  const second = await wish('bob')
  assert.equal(second.status, 409)
  assert.equal(second.headers.get('content-type'), 'application/problem+json')
  assert.match(await (await at('/loans', { headers: { 'x-member': 'alice' } })).text(), /^\[\{"loan":1,[^{]*\}\]$/)
  assert.equal((await at('/loans/1', { method: 'DELETE' })).status, 204)
  assert.match(await (await at('/loans/events')).text(), /^data: alice has borrowed Relativity\n\n/)
  assert.equal((await at('/books/9780486284729/cover')).headers.get('content-type'), 'image/png')
  const suggested = await at('/suggestions', { method: 'POST', body: new URLSearchParams({ title: 'Emma' }) })
  assert.deepEqual(await suggested.json(), { number: 1, title: 'Emma', reasons: [] })
})

test('a stand-in answers over TLS under the name of the real server', async (t) => {
  const cert = path.join(tls, 'cert.pem')
  const { url } = await startServer(t, 'deepwiki', ['--cert', cert, '--key', path.join(tls, 'key.pem')])
  assert.match(url, /^https:\/\/127\.0\.0\.1:\d+\/mcp$/)
  const headers = {
    host: 'mcp.deepwiki.com',
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  }
  const asked = httpsRequest(url, { method: 'POST', headers, ca: readFileSync(cert), servername: 'mcp.deepwiki.com' })
  const clientInfo = { name: 'test', version: '1.0.0' }
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo }
  asked.end(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params }))
  const [response] = await once(asked, 'response')
  assert.equal(response.statusCode, 200)
  assert.match(String((await response.toArray()).join('')), /stand-in/)
})

test('a program ends on SIGTERM, and when the pipe of its parent closes', async (t) => {
  const first = await startServer(t, 'echo', ['--transport', 'http'])
  first.process.kill('SIGTERM')
  assert.deepEqual(await once(first.process, 'exit'), [0, null])
  const second = await startServer(t, 'petstore', ['--until-stdin-ends'])
  second.process.stdin?.end()
  assert.deepEqual(await once(second.process, 'exit'), [0, null])
  const third = spawn(process.execPath, [serverFile('clock')], { stdio: ['pipe', 'ignore', 'inherit'] })
  third.stdin.end()
  assert.deepEqual(await once(third, 'exit'), [0, null])
})

test('a program names the options it knows when it is given others', async () => {
  const child = spawn(process.execPath, [serverFile('echo'), '--prot'], { stdio: ['ignore', 'ignore', 'pipe'] })
  const said = (await child.stderr.toArray()).join('')
  assert.match(said, /--prot[\s\S]*options: \[--transport/)
  if (child.exitCode === null) await once(child, 'exit')
  assert.equal(child.exitCode, 2)
})
