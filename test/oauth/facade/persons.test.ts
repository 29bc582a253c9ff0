// People at pages of the gateway: who they are, by the provider's login, and nobody else's cookie.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Answer } from '../../../src/oauth/facade/answer.ts'
import { locationOf, stage } from './stage.ts'

const page = '/mcp/connect'

async function world(t: TestContext) {
  const made = await stage(t)
  const visitor = (cookies: readonly string[], query = '', path = page) =>
    made.facade.visitor(path, {
      method: 'GET',
      query,
      headers: { cookie: cookies.join('; ') },
      address: '192.0.2.1',
      body: async () => Buffer.alloc(0),
    })
  /** The way to the login: the provider's address and the browser's cookie. */
  const sent = async (query = '', path = page): Promise<{ to: URL; cookie: string }> => {
    const answer = await visitor([], query, path)
    assert.ok('kind' in answer)
    return { to: locationOf(answer), cookie: cookieOf(answer) }
  }
  /** Logs in; the path that the provider sends the browser back to. */
  const back = async (to: URL): Promise<string> => {
    const response = await fetch(to, { redirect: 'manual' })
    const url = new URL(response.headers.get('location') ?? '')
    return url.pathname + url.search
  }
  const came = (path: string, cookie: string) => made.ask(path, { headers: { cookie } })
  return { ...made, visitor, sent, back, came }
}

const cookieOf = ({ headers }: Answer): string => headers['set-cookie']?.split(';')[0] ?? ''

test('a person logs in once, is brought back to the page, and is known there', async (t) => {
  const { visitor, sent, back, came, idp } = await world(t)
  idp.user = { sub: 'alice', email: 'a@example.com' }
  const { to, cookie } = await sent('link=abc')
  const answer = await came(await back(to), cookie)
  assert.equal(locationOf(answer).href, `https://gate.example${page}?link=abc`)
  const seen = await visitor([cookie, cookieOf(answer)])
  assert.ok('person' in seen)
  assert.deepEqual(seen.person, { subject: 'alice', claims: { email: 'a@example.com' } })
  assert.match(answer.headers['set-cookie'] ?? '', /^__Host-.*; Path=\/; Max-Age=900; HttpOnly; SameSite=Lax; Secure$/)
})

test('a cookie is one browser’s: copied, doubled or changed it says nothing', async (t) => {
  const { visitor, sent, back, came } = await world(t)
  const [mine, other] = [await sent(), await sent()]
  const person = cookieOf(await came(await back(mine.to), mine.cookie))
  // Without the binding: whoever can set a cookie for the host makes the victim be somebody else.
  for (const cookies of [
    [person],
    [other.cookie, person],
    [mine.cookie, person, person],
    [mine.cookie, `${person}x`],
    [mine.cookie, person.replace(/=.*/, '=alice')],
  ])
    assert.ok('kind' in (await visitor(cookies)), cookies.join())
  assert.ok('person' in (await visitor([mine.cookie, person])))
})

test('a login that another browser has begun is not finished here', async (t) => {
  const { sent, back, came } = await world(t)
  const [mine, other] = [await sent(), await sent()]
  const path = await back(mine.to)
  const answer = await came(path, other.cookie)
  assert.equal(answer.kind === 'page' && answer.status, 400)
  assert.equal((await came(path, mine.cookie)).kind, 'page', 'and it is used up')
})

test('a browser is brought back to paths of ours only', async (t) => {
  const { sent, back, came } = await world(t)
  for (const [path, query] of [
    ['//evil.example', ''],
    ['/\\evil.example', ''],
    ['/%2fevil.example', ''],
    ['https://evil.example', ''],
    [page, 'x'.repeat(3_000)],
  ] as const) {
    const { to, cookie } = await sent(query, path)
    assert.equal(locationOf(await came(await back(to), cookie)).href, 'https://gate.example/', path)
  }
})

test('what was begun for a page gives no client a code, and what a client has begun is nobody’s cookie', async (t) => {
  const { sent, back, came, register, browser } = await world(t)
  const { to, cookie } = await sent()
  const answer = await came(await back(to), cookie)
  assert.equal(locationOf(answer).searchParams.has('code'), false)
  const client = await register()
  const person = browser()
  const coded = await person.open(await person.visit(await person.onward(client)))
  assert.ok(locationOf(coded).searchParams.has('code'))
  assert.ok(!(coded.headers['set-cookie'] ?? '').includes('person'))
})

test('a provider that refuses is a page that says so', async (t) => {
  const { sent, back, came, idp } = await world(t)
  const { to, cookie } = await sent()
  idp.tokenError = { status: 400, error: 'invalid_grant' }
  const answer = await came(await back(to), cookie)
  assert.ok(answer.kind === 'page' && answer.status === 403)
  assert.equal(answer.headers['set-cookie'], undefined)
})
