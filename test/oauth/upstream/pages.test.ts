// Links and pages for people, and the wrong people at them (security §3.3, rows 58 and 59).
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Answer, ConnectPage } from '../../../src/oauth/facade/answer.ts'
import { LoginPages } from '../../../src/oauth/upstream/pages.ts'
import { base, type StageOptions, stage } from './stage.ts'

interface Asking {
  readonly method?: string
  readonly form?: Record<string, string>
  readonly headers?: Record<string, string>
}

async function pages(t: TestContext, options?: StageOptions) {
  const world = await stage(t, options)
  const completed: string[] = []
  const made = new LoginPages({
    logins: [world.login],
    tools: world.tools,
    completed: (one) => void completed.push(one),
  })
  const ask = (
    principal: string | undefined,
    url: string,
    { method = 'GET', form, headers = {} }: Asking = {},
  ): Promise<Answer> => {
    const { pathname, search } = new URL(url, base)
    return made.answer({
      asked: {
        method: form === undefined ? method : 'POST',
        query: search.slice(1),
        headers,
        address: '192.0.2.1',
        body: async () => Buffer.from(new URLSearchParams(form).toString()),
      },
      path: pathname,
      principal,
      base,
    })
  }
  const link = async (principal = 'alice') => {
    const one = await made.link(principal, [world.login], base)
    assert.ok(one)
    return one
  }
  /** The connect page behind a link. */
  const opened = async (principal = 'alice'): Promise<ConnectPage> => {
    const to = locationOf(await ask(principal, (await link(principal)).url))
    return connectPage(await ask(principal, to))
  }
  /** Presses the button; where the authorization server would send the browser back to. */
  const departed = async (principal = 'alice'): Promise<URL> => {
    const { page, upstreams } = await opened(principal)
    const answer = await ask(principal, base, { form: { page, upstream: upstreams[0]?.key ?? '' } })
    assert.ok(answer.kind === 'page' && answer.page.kind === 'onward')
    const state = new URL(answer.page.to).searchParams.get('state') ?? ''
    const query = new URLSearchParams({ state, code: 'code', iss: world.as.issuer })
    return new URL(`${base}/callback?${query.toString()}`)
  }
  return { ...world, ask, link, opened, departed, completed, made }
}

function locationOf(answer: Answer): string {
  assert.ok(answer.kind === 'redirect', JSON.stringify(answer))
  return answer.location
}

function connectPage(answer: Answer): ConnectPage {
  assert.ok(answer.kind === 'page' && answer.page.kind === 'connect', JSON.stringify(answer))
  return answer.page
}

function failedWith(answer: Answer, status: number): string {
  assert.ok(answer.kind === 'page' && answer.page.kind === 'failed', JSON.stringify(answer))
  assert.equal(answer.status, status)
  return `${answer.page.title} ${answer.page.detail}`
}

test('a link leads through a page to the login and back, and its client hears of it', async (t) => {
  const { ask, departed, login, completed } = await pages(t)
  const back = await departed()
  const done = connectPage(await ask('alice', locationOf(await ask('alice', back.href))))
  assert.deepEqual(
    done.upstreams.map(({ name, connected }) => [name, connected]),
    [['notes', true]],
  )
  assert.equal(await login.connected('alice'), true)
  assert.equal(completed.length, 1)
})

test('a link holds a random name and nothing else, and opens once (row 59)', async (t) => {
  const { ask, link } = await pages(t)
  const { url, elicitation } = await link()
  assert.match(url, /^http:\/\/localhost:3000\/mcp\/connect\?link=[\w-]{43}$/)
  assert.ok(!url.includes(elicitation), 'what the client knows it by is no way in')
  locationOf(await ask('alice', url))
  assert.match(failedWith(await ask('alice', url), 403), /opens once/)
})

test('without looking who is there, Alice’s account would end up with Mallory (rows 58 and 59)', async (t) => {
  const { ask, link, opened, departed, login } = await pages(t)
  // Whoever opens the link is taken for the person it was made for: so is Alice, in her own browser.
  const anybody = 'mallory'
  locationOf(await ask(anybody, (await link('mallory')).url))
  await opened(anybody)
  locationOf(await ask(anybody, (await departed(anybody)).href))
  assert.deepEqual([await login.connected('mallory'), await login.connected('alice')], [true, false])
})

test('nobody but the person it was made for gets further than its refusal (row 59)', async (t) => {
  const { ask, link, opened, departed, as } = await pages(t)
  const { url } = await link('mallory')
  assert.match(failedWith(await ask('alice', url), 403), /not for you/)
  failedWith(await ask(undefined, url), 401)
  const { page, upstreams } = await opened('mallory')
  failedWith(await ask('alice', `${base}?page=${page}`), 403)
  failedWith(await ask('alice', base, { form: { page, upstream: upstreams[0]?.key ?? '' } }), 403)
  assert.equal(as.forms().length, 0)
  locationOf(await ask('mallory', url))
  failedWith(await ask('alice', (await departed('mallory')).href), 400)
})

test('a callback is for the browser of the person who was sent, with their state, once (row 58)', async (t) => {
  const { ask, departed, login, as } = await pages(t)
  const back = await departed('mallory')
  failedWith(await ask('alice', back.href), 400)
  failedWith(await ask(undefined, back.href), 401)
  assert.equal(as.forms().length, 0)
  const guessed = new URL(back)
  guessed.searchParams.set('state', 'x'.repeat(43))
  failedWith(await ask('mallory', guessed.href), 400)
  const twice = new URL(back)
  twice.searchParams.append('state', 'y')
  failedWith(await ask('mallory', twice.href), 400)
  locationOf(await ask('mallory', back.href))
  failedWith(await ask('mallory', back.href), 400)
  assert.equal(as.forms().length, 1)
  assert.equal(await login.connected('alice'), false)
})

test('a hundred callbacks at once are one (row 58)', async (t) => {
  const { ask, departed, as } = await pages(t)
  const back = await departed()
  const answers = await Promise.all(Array.from({ length: 100 }, () => ask('alice', back.href)))
  assert.equal(answers.filter(({ kind }) => kind === 'redirect').length, 1)
  assert.equal(as.forms().length, 1)
})

test('what a server writes into its answer is not shown, and no token is in an address (row 58)', async (t) => {
  const { ask, departed, as, store } = await pages(t)
  const back = await departed()
  back.searchParams.delete('code')
  back.searchParams.set('error', '<script>alert(1)</script>')
  back.searchParams.set('error_description', '<img src=x onerror=alert(1)> call 555-0100')
  const to = locationOf(await ask('alice', back.href))
  const page = connectPage(await ask('alice', to))
  assert.match(page.problem ?? '', /refused/)
  assert.ok(!/script|555/.test(JSON.stringify(page)))
  assert.ok(!/access|refresh|code=/.test(to))
  assert.equal(as.forms().length, 0)
  assert.equal(await store.count(['login', 'grant'], 10), 0)
})

test('a form counts when our own page has sent it', async (t) => {
  const { ask, opened, as } = await pages(t)
  const { page, upstreams } = await opened()
  const form = { page, upstream: upstreams[0]?.key ?? '' }
  for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.example' }, { origin: 'null' }])
    failedWith(await ask('alice', base, { form, headers }), 403)
  failedWith(await ask('alice', base, { form: { ...form, page: 'guessed' } }), 403)
  failedWith(await ask('alice', base, { form: { ...form, upstream: 'another' } }), 403)
  assert.equal(as.asked.length, 0)
  const ours = { 'sec-fetch-site': 'same-origin', origin: new URL(base).origin }
  assert.equal((await ask('alice', base, { form, headers: ours })).kind, 'page')
})

test('links that nobody opens are bounded for each person, pages for each address', async (t) => {
  const { made, login, link, ask } = await pages(t)
  for (let count = 0; count < 100; count++) await link()
  assert.equal(await made.link('alice', [login], base), undefined)
  assert.ok(await made.link('bob', [login], base))
  const statuses = await Promise.all(
    Array.from({ length: 130 }, async () => {
      const answer = await ask('bob', `${base}?page=x`)
      return answer.kind === 'page' ? answer.status : 0
    }),
  )
  assert.equal(statuses.filter((status) => status === 429).length, 10)
})

test('the document about ourselves is public, and names this redirect and no other', async (t) => {
  const { ask } = await pages(t)
  const answer = await ask(undefined, `${base}/client-metadata.json`)
  assert.ok(answer.kind === 'json' && answer.status === 200)
  assert.deepEqual(answer.value, {
    client_id: `${base}/client-metadata.json`,
    client_name: 'Toolgate',
    client_uri: 'http://localhost:3000',
    redirect_uris: [`${base}/callback`],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  })
})
