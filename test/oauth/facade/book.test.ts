import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GrantBook } from '../../../src/oauth/facade/book.ts'
import { base, request, resource, stage } from './stage.ts'

test('grants are listed without anything that opens a door, and end by person, client or one by one (row 35)', async (t) => {
  const world = await stage(t, { settings: { consentMs: 86_400_000 } })
  const book = new GrantBook(async () => world.store)
  const [app, other] = [await world.register(), await world.register({ client_name: '' })]
  const person = world.browser()
  const alice = [await world.login(app, { scope: 'tools:read' }, person), await world.login(other)]
  world.idp.user = { sub: 'bob' }
  const bob = await world.login(app)
  const all = await book.list()
  assert.equal(all.length, 3)
  const [one] = await book.list({ subject: 'alice', client: app })
  const { id = '', until = '', ...rest } = one ?? {}
  assert.deepEqual(rest, {
    subject: 'alice',
    client: app,
    clientName: 'App',
    resource,
    scopes: ['tools:read'],
    bound: false,
  })
  assert.ok(Date.parse(until) > Date.now())
  const [family = '', secret = ''] = (alice[0]?.['refresh_token'] ?? '').split('.')
  for (const text of [family, secret, alice[0]?.['access_token'] ?? ''])
    assert.ok(text !== '' && !JSON.stringify(all).includes(text))

  const refreshed = async (client: string, tokens: Record<string, string> | undefined): Promise<boolean> => {
    const form = { grant_type: 'refresh_token', client_id: client, refresh_token: tokens?.['refresh_token'] ?? '' }
    const answer = await world.token(form)
    return answer.kind === 'json' && answer.status === 200
  }
  const opened = async (): Promise<string> =>
    (
      await world.ask(`${base}/authorize?${request(app, { scope: 'tools:read' })}`, {
        headers: { cookie: person.cookie },
      })
    ).kind
  assert.equal(await opened(), 'redirect', 'the consent is remembered')
  assert.deepEqual([await book.end({ id: 'none' }), await book.end({ id })], [0, 1])
  assert.deepEqual([await refreshed(app, alice[0]), await opened()], [false, 'page'])
  assert.equal(await book.end({ id }), 0, 'once')
  assert.equal(await book.end({ subject: 'alice' }), 1)
  assert.deepEqual([await refreshed(other, alice[1]), await refreshed(app, bob)], [false, true], 'nobody else’s')
  assert.equal(await book.end({ client: app }), 1)
  assert.deepEqual(await book.list(), [])
})
