// REST APIs behind documents, used by a client of the official library: forms of calls, refusals, credentials, rules, and new documents.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { ElicitRequestSchema, ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import { z } from 'zod'
import { library } from '../../../servers/library.ts'
import { PETSTORE_KEY, petstore } from '../../../servers/petstore.ts'
import { listen } from '../../../servers/serve.ts'
import { eventually, root, startGateway } from '../../support/gateway.ts'

const Result = z.object({
  content: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })),
  structuredContent: z.unknown().optional(),
  isError: z.boolean().optional(),
  _meta: z.looseObject({}).optional(),
})

async function world(t: TestContext) {
  const folder = mkdtempSync(path.join(tmpdir(), 'toolgate-openapi-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const document = path.join(folder, 'petstore.json')
  writeFileSync(document, readFileSync(path.join(root, 'openapi/petstore3.json')))
  const config = path.join(folder, 'config.yaml')
  writeFileSync(config, readFileSync(path.join(import.meta.dirname, 'config.yaml')))
  const seen: { url: string; headers: Record<string, string | string[] | undefined> }[] = []
  const store = petstore()
  const pets = await listen((request, response) => {
    seen.push({ url: request.url ?? '', headers: request.headers })
    store(request, response)
  }, {})
  const books = await listen(library(), {})
  t.after(() => Promise.all([pets.close(), books.close()]))
  const gateway = await startGateway(t, config, {
    PETSTORE_DOCUMENT: document,
    PETSTORE_HOST: new URL(pets.url).host,
    LIBRARY_URL: `${books.url}library/v1/openapi.json`,
  })
  const as = (key?: string, more: object = {}): Promise<Client> =>
    gateway.client({ ...(key !== undefined && { headers: { authorization: `Bearer ${key}` } }), ...more })
  return { gateway, as, document, config, seen }
}

const names = async (client: Client): Promise<string[]> => (await client.listTools()).tools.map(({ name }) => name)
const call = async (client: Client, name: string, args: Record<string, unknown> = {}) =>
  Result.parse(await client.callTool({ name, arguments: args }))
const textOf = ({ content }: z.output<typeof Result>): string => content[0]?.text ?? ''

const forGuests = [
  'pets_findPetsByStatus',
  'pets_getPetById',
  'library_listBooks',
  'library_getBook',
  'library_getCover',
  'library_exportCatalogue',
  'library_watchLoans',
]

test('guests look, members act for themselves, and the keeper has the key', async (t) => {
  const { as, seen } = await world(t)
  const guest = await as()
  const alice = await as('alice-key')
  const keeper = await as('keeper-key')

  await t.test('each sees what may be used', async () => {
    assert.deepEqual(await names(guest), forGuests)
    const forAlice = await names(alice)
    for (const name of ['pets_addPet', 'library_borrowBook', 'library_returnBook'])
      assert.ok(forAlice.includes(name), name)
    assert.equal(forAlice.includes('pets_deletePet'), false)
    assert.ok((await names(keeper)).includes('pets_deletePet'))
  })

  await t.test('paths, lists, objects and pages', async () => {
    const rex = await call(guest, 'pets_getPetById', { path: { petId: 1 } })
    assert.deepEqual(z.looseObject({ name: z.string() }).parse(rex.structuredContent).name, 'Rex')
    const sold = await call(guest, 'pets_findPetsByStatus', { query: { status: ['sold', 'pending'] } })
    assert.match(JSON.stringify(sold.structuredContent), /^\{"data":\[\{.*"name":"Kiki"/)
    const query = { subject: ['novel', 'physics'], published: { from: 1840, to: 1920 }, limit: 2 }
    const page = await call(guest, 'library_listBooks', { query })
    assert.match(textOf(page), /Crime and Punishment.*Monte Cristo/)
    const next = z.record(z.string(), z.unknown()).parse(page._meta?.['next'])
    const last = await call(guest, 'library_listBooks', next)
    assert.match(textOf(last), /Relativity/)
    assert.equal(last._meta?.['next'], undefined)
  })

  await t.test('pictures, tables, events, forms and uploads', async () => {
    const cover = await call(guest, 'library_getCover', { path: { isbn: '9780486284729' } })
    assert.deepEqual([cover.content[0]?.type, cover.content[0]?.['mimeType']], ['image', 'image/png'])
    assert.match(textOf(await call(guest, 'library_exportCatalogue')), /^isbn,title,author,year\n/)
    const suggested = await call(alice, 'library_suggestBook', { body: { title: 'Emma', reasons: ['short', 'kind'] } })
    assert.deepEqual(suggested.structuredContent, { number: 1, title: 'Emma', reasons: ['short', 'kind'] })
    const picture = Buffer.from('not really a picture').toString('base64')
    const args = { path: { petId: 1 }, query: { additionalMetadata: 'asleep' }, body: picture }
    assert.match(textOf(await call(alice, 'pets_uploadFile', args)), /20 bytes, asleep/)
  })

  await t.test('a rule that reads arguments decides the call', async () => {
    const wish = (member: string) => ({ body: { isbn: '9780486284729', member } })
    await assert.rejects(call(alice, 'library_borrowBook', wish('bob')), { code: -32602 })
    const loan = await call(alice, 'library_borrowBook', wish('alice'))
    assert.equal(loan.isError, undefined)
    const again = await call(alice, 'library_borrowBook', wish('alice'))
    assert.equal(again.isError, true)
    assert.match(textOf(again), /Relativity is with alice/)
    const events = await call(guest, 'library_watchLoans')
    assert.equal(textOf(events), 'alice has borrowed Relativity')
  })

  await t.test('what does not fit is named and not sent; what the server refuses is a result', async () => {
    const before = seen.length
    const wrong = await call(guest, 'pets_getPetById', { path: { petId: 'one' } })
    assert.equal(wrong.isError, true)
    assert.match(textOf(wrong), /\/path\/petId: integer expected/)
    assert.equal(seen.length, before)
    const missing = await call(guest, 'pets_getPetById', { path: { petId: 99 } })
    assert.deepEqual([missing.isError, missing._meta?.['status']], [true, 404])
  })

  await t.test('the key of the store is the gateway’s, and goes along only where it is wanted', async () => {
    await assert.rejects(call(alice, 'pets_deletePet', { path: { petId: 3 } }), { code: -32602 })
    const gone = await call(keeper, 'pets_deletePet', { path: { petId: 3 } })
    assert.equal(gone.isError, undefined)
    const deleting = seen.at(-1)
    assert.deepEqual([deleting?.headers['api_key'], deleting?.headers['authorization']], [PETSTORE_KEY, undefined])
    const finding = seen.find(({ url }) => url.includes('findByStatus'))
    assert.deepEqual(
      [finding?.headers['api_key'], finding?.headers['authorization']],
      [undefined, 'Bearer special-token'],
    )
    assert.equal(JSON.stringify(seen).includes('keeper-key'), false, 'what clients prove to us is not for the store')
  })
})

test('the same API in another shape: one level, chosen tools, other words, a question before the deed', async (t) => {
  const { as } = await world(t)
  const client = await as(undefined, { path: '/flat', capabilities: { elicitation: {} } })
  const asked: string[] = []
  let action: 'accept' | 'decline' = 'decline'
  client.setRequestHandler(ElicitRequestSchema, async ({ params }) => {
    asked.push(params.message)
    return { action }
  })
  const { tools } = await client.listTools()
  assert.deepEqual(
    tools.map(({ name }) => name),
    ['find', 'listLoans', 'borrowBook', 'returnBook', 'watchLoans'],
  )
  const find = tools[0]
  assert.equal(find?.description, 'Finds books.')
  assert.deepEqual(Object.keys(find?.inputSchema.properties ?? {}), ['subject', 'published', 'text', 'cursor'])
  const found = await call(client, 'find', { text: 'dar' })
  assert.match(textOf(found), /Charles Darwin/)
  const two = await call(client, 'find')
  assert.equal(z.object({ books: z.array(z.unknown()) }).parse(two.structuredContent).books.length, 4)
  assert.deepEqual(two._meta?.['pages'], { read: 2 })
  const next = z.record(z.string(), z.unknown()).parse(two._meta?.['next'])
  assert.match(textOf(await call(client, 'find', next)), /"books":\[\{/)
  const loan = await call(client, 'borrowBook', { isbn: '9780486415871', member: 'bob', days: 3 })
  assert.match(textOf(loan), /"days":3/)
  assert.match(textOf(await call(client, 'listLoans', { 'X-Member': 'bob' })), /9780486415871/)

  const refused = await call(client, 'returnBook', { loan: 1 })
  assert.deepEqual([refused.isError, textOf(refused)], [true, 'nothing was sent: the user has not agreed'])
  action = 'accept'
  assert.equal((await call(client, 'returnBook', { loan: 1 })).isError, undefined)
  assert.match(asked[0] ?? '', /^Call returnBook\? It sends DELETE \/library\/v1\/loans\/1 /)
})

test('a new document changes the tools of clients that are connected; a broken one changes nothing', async (t) => {
  const { as, document, gateway, config } = await world(t)
  const client = await as()
  assert.deepEqual(await names(client), forGuests)
  const heard = new Promise((resolve) =>
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => resolve(true)),
  )
  const text = readFileSync(document, 'utf8')

  writeFileSync(document, text.slice(0, -20))
  await eventually(() => gateway.said().includes('Failed to reload config'), gateway.said)
  assert.match(gateway.said(), /the document cannot be used: .*petstore\.json:\d+/)
  assert.deepEqual(await names(client), forGuests)
  assert.equal((await call(client, 'pets_getPetById', { path: { petId: 1 } })).isError, undefined)

  writeFileSync(document, text.replace('"getPetById"', '"lookAtPet"'))
  writeFileSync(config, readFileSync(config, 'utf8').replace('"getPetById"', '"lookAtPet"'))
  await heard
  await eventually(async () => (await names(client)).includes('pets_lookAtPet'), gateway.said)
  assert.equal((await call(client, 'pets_lookAtPet', { path: { petId: 1 } })).isError, undefined)
  await assert.rejects(call(client, 'pets_getPetById', { path: { petId: 1 } }), { code: -32602 })
})

test('what a document loses is named at the start, with its line', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'toolgate-openapi-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const document = path.join(folder, 'lossy.yaml')
  const lost = "    post: { operationId: lost, requestBody: { $ref: '#/nowhere' }, responses: {} }\n"
  const fine = '    get: { operationId: fine, responses: {} }\n'
  writeFileSync(document, `openapi: 3.1.0\ninfo: { title: x, version: "1" }\npaths:\n  /a:\n${fine}${lost}`)
  const config = path.join(folder, 'config.yaml')
  writeFileSync(
    config,
    `binds: [{ port: \${PORT}, listeners: [{ routes: [{ backends: [{ mcp: { targets: [{ name: a, openapi: { schema: { file: ${document} }, host: "127.0.0.1:1" } }] } }] }] }] }]\n`,
  )
  const gateway = await startGateway(t, config)
  assert.deepEqual(await gateway.tools(), ['fine'])
  assert.match(gateway.said(), /warn\s+gateway \S*lossy\.yaml:6 #\/paths\/~1a\/post/)
  await t.test('and told by the admin API, with the score and how many tools there are', async () => {
    const Runtime = z.object({ targets: z.array(z.looseObject({ name: z.string() })) })
    const { targets } = Runtime.parse(await (await fetch(`${gateway.admin}/api/runtime`)).json())
    const document = { title: 'x', version: '1', score: 75, lost: 1, doubtful: 0 }
    assert.deepEqual(targets, [{ name: 'a', endpoint: '127.0.0.1:1', tools: 1, document }])
    const Documents = z.object({
      documents: z.tuple([
        z.object({ target: z.literal('a'), losses: z.array(z.object({ line: z.number(), operation: z.string() })) }),
      ]),
    })
    const { documents } = Documents.parse(await (await fetch(`${gateway.admin}/api/openapi`)).json())
    assert.deepEqual(documents[0].losses, [{ line: 6, operation: 'POST /a' }])
    assert.match(
      await (await fetch(`${gateway.stats}/metrics`)).text(),
      /\nagentgateway_mcp_target_tools\{server="a"\} 1\n/,
    )
  })
  // A server that is away is an answer like another: the tool failed, not the protocol.
  const away = await call(await gateway.client(), 'fine')
  assert.equal(away.isError, true)
  assert.match(textOf(away), /the connection was refused/)
})
