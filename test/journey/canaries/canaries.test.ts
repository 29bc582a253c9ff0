// Secrets in every place where one can be: each is found where it belongs, and nowhere else.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { startGateway } from '../../support/gateway.ts'
import { listening } from '../../support/serve.ts'
import { keySet, signer } from '../../support/tokens.ts'

const canary = (): string => `canary${randomBytes(12).toString('hex')}`

/** A server that remembers all it gets; `answer` is told the body. */
async function listener(t: TestContext, answer: (...of: [...Parameters<RequestListener>, body: string]) => void) {
  const got: string[] = []
  const port = await listening(
    t,
    createServer((request, response) => {
      let body = ''
      request.on('data', (chunk: Buffer) => (body += chunk))
      request.on('end', () => {
        got.push([request.method, request.url, ...request.rawHeaders, body].join('\n'))
        answer(request, response, body)
      })
    }),
  )
  return { port, got: () => got.join('\n') }
}

/** As much of a server of the protocol as these calls need. */
const mcp = (...[request, response, body]: [...Parameters<RequestListener>, body: string]): void => {
  response.setHeader('content-type', 'application/json')
  if (request.method !== 'POST') return void response.writeHead(405).end()
  const { id, method }: { id?: unknown; method: string } = JSON.parse(body)
  if (id === undefined) return void response.writeHead(202).end()
  const hello = { protocolVersion: '2025-11-25', serverInfo: { name: 's', version: '1' }, capabilities: { tools: {} } }
  const result =
    method === 'initialize'
      ? hello
      : method === 'tools/list'
        ? { tools: [{ name: 'x', inputSchema: { type: 'object' } }] }
        : { content: [] }
  response.end(JSON.stringify({ jsonrpc: '2.0', id, result }))
}

const RPC = { accept: 'application/json, text/event-stream', 'content-type': 'application/json' }

async function world(t: TestContext) {
  const words = {
    callerKey: canary(),
    backendKey: canary(),
    clientSecret: canary(),
    password: canary(),
    exchanged: canary(),
    argument: canary(),
    cookie: canary(),
    wrong: canary(),
  }
  const one = await signer()
  const folder = mkdtempSync(path.join(tmpdir(), 'toolgate-canaries-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const keys = path.join(folder, 'jwks.json')
  writeFileSync(keys, keySet(one))
  let granting = true
  const server = await listener(t, mcp)
  const host = await listener(t, (_, response) => response.end('hello'))
  const tokens = await listener(t, (_, response, body) => {
    response.setHeader('content-type', 'application/json')
    const granted = { access_token: words.exchanged, token_type: 'Bearer', issued_token_type: 'a', expires_in: 60 }
    // A careless server repeats what it was sent.
    const refused = { error: 'invalid_grant', error_description: `no token for ${body}` }
    response.writeHead(granting ? 200 : 400).end(JSON.stringify(granting ? granted : refused))
  })
  const gateway = await startGateway(t, 'test/journey/canaries/config.yaml', {
    KEYS: keys,
    MCP_URL: `http://127.0.0.1:${server.port}/mcp`,
    HOST: `127.0.0.1:${host.port}`,
    TOKENS: `127.0.0.1:${tokens.port}`,
    CALLER_KEY: words.callerKey,
    BACKEND_KEY: words.backendKey,
    CLIENT_SECRET: words.clientSecret,
    PASSWORD: words.password,
  })
  const answers: string[] = []
  const ask = async (to: string, headers: Record<string, string>, body?: string): Promise<number> => {
    const init = body === undefined ? { headers } : { method: 'POST', headers: { ...RPC, ...headers }, body }
    const answer = await fetch(`http://localhost:${gateway.port}${to}`, init)
    answers.push(JSON.stringify([...answer.headers]) + (await answer.text()))
    return answer.status
  }
  const refuse = (): void => void (granting = false)
  const token = (sub: string) => one.sign({ iss: 'https://id.example', aud: 'gateway.example', sub })
  return { gateway, words, server, host, tokens, answers, ask, token, refuse }
}

type World = Awaited<ReturnType<typeof world>>

/** A call of a tool, with whatever a caller may have on a request. */
async function call({ gateway, words }: World, where: string, headers: Record<string, string>): Promise<void> {
  const all = { cookie: `session=${words.cookie}`, 'proxy-authorization': `Basic ${words.cookie}`, ...headers }
  const client = await gateway.client({ path: where, headers: all })
  await client.callTool({ name: 'x', arguments: { secret: words.argument } })
}

test('every secret is where it belongs, and nowhere else', async (t) => {
  const w = await world(t)
  const { words, ask } = w
  const bearer = (text: string) => ({ authorization: `Bearer ${text}` })
  const [alice, bob] = await Promise.all([w.token('alice'), w.token('bob')])
  const basic = (password: string) => ({ authorization: `Basic ${Buffer.from(`user:${password}`).toString('base64')}` })

  await call(w, '/bearer', bearer(alice))
  await call(w, '/key', bearer(words.callerKey))
  assert.equal(await ask('/exchange', bearer(alice)), 200)
  assert.equal(await ask('/basic', basic(words.password)), 200)
  assert.equal(await ask(`/query?k=${words.callerKey}`, {}), 200)
  // What goes wrong is said, and nothing of it is shown.
  w.refuse()
  assert.equal(await ask('/exchange', bearer(bob)), 500)
  assert.equal(await ask('/bearer', bearer(`${alice.slice(0, -8)}${words.wrong}`), '{}'), 401)
  assert.equal(await ask('/key', bearer(words.wrong), '{}'), 401)
  assert.equal(await ask('/basic', basic(words.wrong)), 401)
  assert.equal(await ask(`/query?k=${words.wrong}`, {}), 401)
  assert.equal(await ask(`/query?k=${words.callerKey}&k=${words.callerKey}`, {}), 401)
  assert.equal(await ask('/key', bearer(words.callerKey), `{"jsonrpc":"2.0","id":1,"params":"${words.argument}"`), 400)

  const text = async (url: string): Promise<string> => (await fetch(url)).text()
  const places = {
    server: w.server.got(),
    host: w.host.got(),
    tokens: w.tokens.got(),
    answers: w.answers.join('\n'),
    log: w.gateway.said(),
    metrics: await text(`${w.gateway.stats}/metrics`),
    dump: await text(`${w.gateway.admin}/config_dump`),
    runtime: await text(`${w.gateway.admin}/api/runtime`),
  }
  const where = (secret: string): string[] => {
    const spellings = [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64').slice(4, -4)]
    return Object.entries(places).flatMap(([name, all]) => (spellings.some((each) => all.includes(each)) ? name : []))
  }
  const mark = (token: string): string => token.split('.')[2] ?? ''
  assert.deepEqual(
    {
      alice: where(mark(alice)),
      bob: where(mark(bob)),
      callerKey: where(words.callerKey),
      backendKey: where(words.backendKey),
      password: where(words.password),
      exchanged: where(words.exchanged),
      argument: where(words.argument),
      cookie: where(words.cookie),
      wrong: where(words.wrong),
    },
    {
      alice: ['tokens'], // whoever exchanges it must see it
      bob: ['tokens'],
      callerKey: [],
      backendKey: ['server'],
      password: [],
      exchanged: ['host'],
      argument: ['server'],
      cookie: [],
      wrong: [],
    },
  )
  const client = Buffer.from(`gateway:${words.clientSecret}`).toString('base64')
  assert.ok(places.tokens.includes(`Basic ${client}`))
  for (const [name, all] of Object.entries(places))
    if (name !== 'tokens') assert.ok(!all.includes(client) && !all.includes(words.clientSecret), name)

  // The search finds what is there: a plain proxy hands on what its client sends.
  assert.equal(await ask('/open', bearer(words.wrong)), 200)
  assert.ok(w.host.got().includes(words.wrong))
})
