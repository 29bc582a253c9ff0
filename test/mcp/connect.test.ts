// Calls of people who have no account at a target yet: how each client is told, what is listed meanwhile, and who is not asked.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createPages } from '../../src/admin/facade.ts'
import { granted, issuer, server } from '../oauth/upstream/stage.ts'
import { eventually } from '../support/gateway.ts'
import { type Serving, serve } from '../support/serve.ts'

const CONNECT = 'http://gate.example/mcp/connect'

interface Rpc {
  readonly result?: { readonly [name: string]: unknown }
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown }
}

/** An MCP server without sessions that wants tokens, whose tools are named after the token's holder. */
async function upstream(t: TestContext) {
  let count = 0
  const as = await issuer(t, {
    token: (form) => ({ body: { ...granted(++count), access_token: `of-${form.get('code') ?? 'nobody'}` } }),
  })
  const made = await server(t, ({ path, headers, text }) => {
    if (path === '/.well-known/oauth-protected-resource/mcp')
      return { body: { resource: `${made.origin}/mcp`, authorization_servers: [as.issuer] } }
    const holder = /^Bearer of-(\w+)$/.exec(headers.authorization ?? '')?.[1]
    if (path !== '/mcp' || holder === undefined) return { status: path === '/mcp' ? 401 : 404 }
    if (text === '') return { status: 405 }
    const { id, method } = JSON.parse(text)
    if (id === undefined) return { status: 202 }
    const tool = (name: string) => ({ name, inputSchema: { type: 'object' } })
    const results: Record<string, unknown> = {
      initialize: {
        protocolVersion: '2025-11-25',
        capabilities: { tools: {} },
        serverInfo: { name: 'up', version: '1' },
      },
      'tools/list': { tools: [tool('common'), tool(`only_${holder}`)] },
      'tools/call': { content: [{ type: 'text', text: `by ${holder}` }] },
    }
    return { body: { jsonrpc: '2.0', id, result: results[method] ?? {} } }
  })
  return { url: `${made.origin}/mcp`, as, asked: made.asked }
}

interface Setting {
  readonly login?: string
  readonly policies?: string
  readonly targets?: readonly { readonly name: string; readonly url: string }[]
}

async function gateway(t: TestContext, { login = '', policies = '', targets = [] }: Setting): Promise<Serving> {
  const target = ({ name, url }: { name: string; url: string }): string =>
    `{name: ${name}, mcp: {host: "${url}"}, policies: {backendAuth: {oauthLogin: {connect: "${CONNECT}"${login}}}}}`
  const keys = '[{key: k-alice, metadata: {sub: alice}}, {key: k-bob, metadata: {sub: bob}}]'
  return serve(
    t,
    `config: {discovery: {allowLoopback: true}}
binds: [{port: 1, listeners: [{routes: [{
  policies: {apiKey: {keys: ${keys}, mode: optional}${policies}},
  backends: [{mcp: {prefixMode: always, targets: [${targets.map(target).join(', ')}]}}]}]}]}]`,
    { pages: createPages() },
  )
}

class Person {
  readonly #serving: Serving
  readonly #headers: Record<string, string>
  #session = ''

  constructor(serving: Serving, key?: string) {
    this.#serving = serving
    this.#headers = {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
    }
  }

  async open(capabilities: object = {}, protocolVersion = '2025-11-25'): Promise<this> {
    const params = { protocolVersion, capabilities, clientInfo: { name: 'c', version: '1' } }
    const answer = await this.#post('initialize', params)
    this.#session = String(answer.headers['mcp-session-id'])
    return this
  }

  async rpc(method: string, params: object = {}): Promise<Rpc> {
    const { text } = await this.#post(method, params)
    const data = /^data: (\{.*)$/m.exec(text)?.[1]
    return JSON.parse(data ?? text)
  }

  async tools(): Promise<string[]> {
    const tools = (await this.rpc('tools/list')).result?.['tools']
    assert.ok(Array.isArray(tools))
    return tools.map(({ name }) => String(name))
  }

  /** Text of a call's result. */
  async call(name: string): Promise<{ text: string; isError: boolean }> {
    const { result, error } = await this.rpc('tools/call', { name, arguments: {} })
    assert.ok(result, JSON.stringify(error))
    const content = result['content']
    assert.ok(Array.isArray(content))
    return { text: String(content[0]?.text), isError: result['isError'] === true }
  }

  /** Follows the link in a text with a browser that carries this person's key, and connects all; `as`: whom the servers take them for. */
  async connect(text: string, as: string): Promise<void> {
    let { location } = (await this.visit(linkIn(text))).headers
    for (let step = 0; step < 5; step++) {
      const page = (await this.visit(String(location))).text
      if (page.includes('You are connected')) return
      const form = { page: hidden(page, 'page'), upstream: hidden(page, 'upstream') }
      const onward = await this.visit(CONNECT, new URLSearchParams(form).toString())
      const to = new URL(/content="0;url=([^"]+)"/.exec(onward.text)?.[1]?.replaceAll('&amp;', '&') ?? '')
      const query = new URLSearchParams({ state: to.searchParams.get('state') ?? '', code: as })
      location = (await this.visit(`${CONNECT}/callback?${query.toString()}`)).headers.location
    }
    assert.fail('no end in sight')
  }

  visit(url: string, body?: string) {
    const { pathname, search } = new URL(url)
    const form = body === undefined ? {} : { method: 'POST', body }
    return this.#serving.ask({ path: pathname + search, headers: this.#headers, ...form })
  }

  async #post(method: string, params: object) {
    return this.#serving.ask({
      method: 'POST',
      path: '/mcp',
      headers: { ...this.#headers, ...(this.#session !== '' && { 'mcp-session-id': this.#session }) },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    })
  }
}

const linkIn = (text: string): string =>
  /http:\/\/gate\.example[^\s"\\]*?\?link=[\w-]+/.exec(text)?.[0] ?? assert.fail(text)
const hidden = (page: string, name: string): string =>
  new RegExp(`name="${name}" value="([^"]+)"`).exec(page)?.[1] ?? assert.fail(page)

async function world(t: TestContext, { login, policies }: Pick<Setting, 'login' | 'policies'> = {}) {
  const notes = await upstream(t)
  const serving = await gateway(t, {
    targets: [{ name: 'notes', url: notes.url }],
    ...(login !== undefined && { login }),
    ...(policies !== undefined && { policies }),
  })
  const person = (key?: string, capabilities?: object, revision?: string) =>
    new Person(serving, key).open(capabilities, revision)
  return { notes, serving, person }
}

const soon = <T>(check: () => Promise<T | undefined | false>): Promise<T> =>
  eventually(check, () => 'it did not happen')

test('each client is told in the way that it understands', async (t) => {
  const { person } = await world(t)
  const modern = await person('k-alice', { elicitation: { url: {} } })
  const { error } = await modern.rpc('tools/call', { name: 'notes_connect', arguments: {} })
  assert.equal(error?.code, -32042)
  assert.deepEqual(Object.keys(Object(error.data)), ['elicitations'])
  const [asked] = Object(error.data).elicitations
  assert.equal(asked.mode, 'url')
  assert.match(asked.url, /^http:\/\/gate\.example\/mcp\/connect\?link=[\w-]{43}$/)
  assert.ok(asked.elicitationId.length > 10 && asked.message === error.message)
  for (const [capabilities, revision] of [
    [{ elicitation: {} }, '2025-11-25'],
    [{ elicitation: { form: {} } }, '2025-11-25'],
    [{}, '2025-11-25'],
    [{ elicitation: { url: {} } }, '2025-06-18'],
  ] as const) {
    const answer = await (await person('k-alice', capabilities, revision)).call('notes_connect')
    assert.equal(answer.isError, true)
    assert.match(linkIn(answer.text), /link=/)
  }
})

test('what is no call of a tool fails with the link in its words', async (t) => {
  const { person } = await world(t)
  const { error } = await (await person('k-alice')).rpc('prompts/get', { name: 'notes_anything' })
  assert.equal(error?.code, -32603)
  assert.match(linkIn(error.message), /link=/)
})

test('a tool that is known from before leads to the login, not to nothing', async (t) => {
  const { person } = await world(t)
  const alice = await person('k-alice')
  assert.deepEqual(await alice.tools(), ['notes_connect'])
  assert.equal((await alice.call('notes_common')).isError, true)
  assert.match((await alice.rpc('tools/call', { name: 'elsewhere_x' })).error?.message ?? '', /Unknown tool/)
})

test('calls are made in the caller’s own name, lists are their own, the tool can be called again', async (t) => {
  const { person } = await world(t)
  const [alice, bob] = [await person('k-alice'), await person('k-bob')]
  const asked = (await alice.call('notes_connect')).text
  await alice.connect(asked, 'alice')
  const listed = await soon(async () => {
    const now = await alice.tools()
    return now.includes('notes_common') && now
  })
  assert.deepEqual(listed, ['notes_common', 'notes_only_alice'])
  assert.deepEqual(await alice.call('notes_common'), { text: 'by alice', isError: false })
  assert.deepEqual(await alice.call('notes_connect'), {
    text: 'Your account at notes is connected: its tools are listed now.',
    isError: false,
  })
  assert.deepEqual(await bob.tools(), ['notes_connect'], 'what one person is shown is theirs')
  assert.equal((await bob.call('notes_common')).isError, true)
})

test('the link of one person is nothing to another (row 59)', async (t) => {
  const { person, notes } = await world(t)
  const [alice, mallory] = [await person('k-alice'), await person('k-bob')]
  const link = linkIn((await mallory.call('notes_connect')).text)
  const page = await alice.visit(link)
  assert.equal(page.status, 403)
  assert.match(page.text, /not for you/)
  assert.equal(notes.as.asked.length, 0)
})

test('who is nobody in particular cannot connect anything', async (t) => {
  const { person } = await world(t)
  const nobody = await person()
  const { error } = await nobody.rpc('tools/call', { name: 'notes_connect', arguments: {} })
  assert.ok(error)
  assert.ok(!error.message.includes('link='))
  assert.equal((await nobody.visit(`${CONNECT}?link=x`)).status, 401)
})

test('with a credential of its own the gateway lists what there is, and calls with nobody’s', async (t) => {
  const { person, notes } = await world(t, { login: ', catalog: {key: of-service}' })
  const alice = await person('k-alice')
  assert.deepEqual(
    await soon(async () => {
      const now = await alice.tools()
      return now.length === 2 && now
    }),
    ['notes_common', 'notes_only_service'],
  )
  assert.equal((await alice.call('notes_common')).isError, true)
  const calls = notes.asked.filter(({ text }) => text.includes('tools/call'))
  assert.deepEqual(calls, [], 'the credential of the gateway is for lists')
})

test('lists that the configuration calls everybody’s are shown to all', async (t) => {
  const { person } = await world(t, { login: ', catalog: users' })
  const [alice, bob] = [await person('k-alice'), await person('k-bob')]
  await alice.connect((await alice.call('notes_connect')).text, 'alice')
  await soon(async () => (await alice.tools()).includes('notes_common'))
  assert.deepEqual(
    await soon(async () => {
      const now = await bob.tools()
      return now.includes('notes_common') && now
    }),
    ['notes_common', 'notes_only_alice'],
  )
  assert.equal((await bob.call('notes_common')).isError, true)
})

test('rules hold for the tool that leads to the login as for any other', async (t) => {
  const { person } = await world(t, { policies: `, mcpAuthorization: {rules: ['mcp.tool.name == "common"']}` })
  const alice = await person('k-alice')
  assert.deepEqual(await alice.tools(), [])
  assert.match(
    (await alice.rpc('tools/call', { name: 'notes_connect', arguments: {} })).error?.message ?? '',
    /Unknown tool/,
  )
})

test('several targets are one ask', async (t) => {
  const [one, two] = [await upstream(t), await upstream(t)]
  const serving = await gateway(t, {
    targets: [
      { name: 'one', url: one.url },
      { name: 'two', url: two.url },
    ],
  })
  const alice = await new Person(serving, 'k-alice').open()
  const { text } = await alice.call('two_connect')
  assert.match(text, /Connect your account at two and one /)
  await alice.connect(text, 'alice')
  assert.deepEqual(await alice.call('one_common'), { text: 'by alice', isError: false })
  assert.deepEqual(await alice.call('two_common'), { text: 'by alice', isError: false })
})
