// Calls of people who have no account at a target yet: how each client is told, what is listed meanwhile, and who is not asked.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createPages } from '../../src/admin/facade.ts'
import { Browser, CALLBACK, CLIENT, identityProvider } from '../policy/login.ts'
import { eventually } from '../support/gateway.ts'
import { serve } from '../support/serve.ts'
import { signer } from '../support/tokens.ts'
import { CONNECT, gateway, hidden, linkIn, Person, type Setting, upstream } from './connect-stage.ts'

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

test('a browser that `oidc` has logged in is known at the pages as its user’s tokens are at the tools', async (t) => {
  const [idp, keys, notes] = [await identityProvider(t), await signer(), await upstream(t)]
  const pages = 'http://app.example/mcp/connect'
  const backends = `[{mcp: {prefixMode: always, targets: [{name: notes, mcp: {host: "${notes.url}"}, policies: {backendAuth: {oauthLogin: {connect: "${pages}"}}}}]}}]`
  const jwks = JSON.stringify({ keys: [keys.jwk] })
  const serving = await serve(
    t,
    `config: {discovery: {allowLoopback: true}}
binds: [{port: 1, listeners: [{routes: [
  {matches: [{path: {exact: /mcp}}], policies: {jwtAuth: {issuer: "${idp.issuer}", audiences: [gate], jwks: '${jwks}'}}, backends: ${backends}},
  {matches: [{path: {pathPrefix: /mcp/connect}}, {path: {exact: /oauth/callback}}], policies: {oidc: {issuer: "${idp.issuer}", clientId: ${CLIENT.id}, clientSecret: "${CLIENT.secret}", redirectURI: "${CALLBACK}"}}, backends: ${backends}}]}]}]`,
    { pages: createPages(), env: { OIDC_COOKIE_SECRET: 'ab'.repeat(32) } },
  )
  const token = await keys.sign({ iss: idp.issuer, aud: 'gate', sub: 'alice' })
  const alice = await new Person(serving, token).open()
  const link = /http:\/\/app\.example\S+\?link=[\w-]+/.exec((await alice.call('notes_connect')).text)?.[0] ?? ''
  const arrives = async (user: string) => {
    const browser = new Browser(serving.port)
    const asked = await browser.open(link)
    const returned = await browser.open(await browser.logIn(asked.location ?? '', user))
    return { browser, page: await browser.follow(returned.location ?? '') }
  }
  assert.equal((await arrives('bob')).page.status, 403)
  const { browser, page } = await arrives('alice')
  const form = { page: hidden(page.text, 'page'), upstream: hidden(page.text, 'upstream') }
  const onward = await browser.open(pages, form)
  const to = new URL(/content="0;url=([^"]+)"/.exec(onward.text)?.[1]?.replaceAll('&amp;', '&') ?? '')
  const query = new URLSearchParams({ state: to.searchParams.get('state') ?? '', code: 'alice' })
  assert.match((await browser.follow(`${pages}/callback?${query.toString()}`)).text, /You are connected/)
  assert.deepEqual(await alice.call('notes_common'), { text: 'by alice', isError: false })
})
