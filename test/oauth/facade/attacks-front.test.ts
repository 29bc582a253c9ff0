// What is done to people and their browsers at the authorization endpoint, and what becomes of it when one check is missing (rows 20 to 26, 30, 31).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Answer } from '../../../src/oauth/facade/answer.ts'
import { Browsers } from '../../../src/oauth/facade/browser.ts'
import { Consents } from '../../../src/oauth/facade/consents.ts'
import { hashed, Secrets } from '../../../src/oauth/facade/secrets.ts'
import { alsoAt, codeForm, followed, held, onward, redeems } from './attack.ts'
import { type Browser, base, request, resource, type Stage } from './stage.ts'

const evil = 'https://evil.example/cb'
const link = (client: string, more: Record<string, string> = {}): string => `${base}/authorize?${request(client, more)}`

/** Whether a browser has brought a code to an address of the attacker's that is worth tokens there. */
const stole = async (world: Stage, client: string, to: URL | undefined): Promise<boolean> =>
  to?.hostname === 'evil.example' && (await redeems(world, codeForm(client, to.searchParams.get('code'))))

const idOf = ({ cookie }: Browser): string => /=([\w-]+)\./.exec(cookie)?.[1] ?? ''

test('a person who has agreed to one client is asked for another (confused deputy, row 20)', async (t) => {
  await held(t, 'the attacker’s client, in the browser of somebody who knows the honest one', {
    options: { settings: { consentMs: 86_400_000 } },
    without: (t) => t.mock.method(Consents.prototype, 'given', async () => 'alice'),
    succeeds: async (world) => {
      const victim = world.browser()
      await world.login(await world.register(), {}, victim)
      const client = await world.register({ redirect_uris: [evil], client_name: 'App' })
      return stole(world, client, await followed(victim, link(client, { redirect_uri: evil })))
    },
  })
})

test('consent is given in the browser that was asked (row 22)', async (t) => {
  let attacker: Browser | undefined
  await held(t, 'a form of the attacker’s own page, sent by the victim’s browser', {
    without: (t) => {
      // oxlint-disable-next-line typescript/unbound-method -- called with its own `this`
      const { open } = Secrets.prototype
      // The seal is anybody's: whichever of our pages it was made for.
      t.mock.method(Secrets.prototype, 'open', function (this: Secrets, _purpose: string, sealed: string) {
        return open.call(this, `consent ${hashed(attacker === undefined ? '' : idOf(attacker))}`, sealed)
      })
    },
    succeeds: async (world) => {
      const [client, honest] = [await world.register({ redirect_uris: [evil] }), await world.register()]
      const victim = world.browser()
      await victim.consentPage(honest)
      attacker = world.browser()
      const { action, request: sealed } = await attacker.consentPage(client, { redirect_uri: evil })
      const answer = await victim.open(action, { form: { request: sealed, decision: 'approve' } })
      if (answer.kind !== 'page' || answer.page.kind !== 'onward') return false
      return stole(world, client, await onward(victim, answer.page.to))
    },
  })
})

test('a browser is known by a cookie that we have signed (row 23)', async (t) => {
  await held(t, 'a cookie that the attacker has made up, put into two browsers', {
    without: (t) => t.mock.method(Secrets.prototype, 'sign', async () => 'signature'),
    succeeds: async (world) => {
      const client = await world.register()
      const attacker = world.browser()
      await attacker.consentPage(client)
      const made = `${attacker.cookie.split('=')[0]}=${'A'.repeat(43)}.signature`
      attacker.cookie = made
      const answer = await attacker.open(link(client))
      if (answer.kind !== 'page' || answer.page.kind !== 'consent') return false
      attacker.cookie = made
      const sent = await attacker.decide(answer.page)
      if (sent.kind !== 'page' || sent.page.kind !== 'onward') return false
      const begun = await attacker.visit(sent.page.to)
      const victim = world.browser()
      victim.cookie = made
      return (await followed(victim, begun))?.searchParams.has('code') === true
    },
  })
})

test('a code goes to a registered address and to no other (row 24)', async (t) => {
  const good = 'https://good.example/cb'
  for (const trick of [
    'https://good.example.evil/cb',
    'https://good.example@evil.example/cb',
    'https://good.example/cb/..',
    'https://good.example/cb/%2e%2e/open',
    'https://good.example/cb?next=https://evil.example',
    'https://good.example/cb/..;/admin',
    'http://localhost.evil.example/cb',
    'http://good.example/cb',
    'JaVaScRiPt:alert(1)//',
    'data:text/html,x',
  ])
    await held(t, trick, {
      without: (t) => alsoAt(t, trick),
      succeeds: async (world) => {
        const client = await world.register({ redirect_uris: [good] })
        const victim = world.browser()
        const answer = await victim.open(link(client, { redirect_uri: trick }))
        if (answer.kind !== 'page' || answer.page.kind !== 'consent') return false
        const sent = await victim.decide(answer.page)
        if (sent.kind !== 'page' || sent.page.kind !== 'onward') return false
        const to = await onward(victim, sent.page.to)
        assert.ok(to?.href.startsWith(`${good}?code=`) !== true)
        return to?.href.includes('code=') === true
      },
    })
})

test('errors go nowhere before the address is known to be good (open redirect, row 25)', async (t) => {
  await held(t, 'a link that begins with our name', {
    without: (t) => alsoAt(t, evil),
    succeeds: async (world) => {
      const wrong = { redirect_uri: evil, response_type: 'token' }
      const answer = await world.ask(link(await world.register(), wrong))
      return answer.kind === 'redirect' && answer.location.startsWith(evil)
    },
  })
})

test('a login is finished in the browser that has begun it, once, and begins with consent (row 26)', async (t) => {
  let attacker: Browser | undefined
  await held(t, 'the attacker’s own login, finished in the victim’s browser (login CSRF)', {
    without: (t) =>
      t.mock.method(Browsers.prototype, 'known', async () => ({
        id: '',
        hash: hashed(attacker === undefined ? '' : idOf(attacker)),
      })),
    succeeds: async (world) => {
      attacker = world.browser()
      const client = await world.register()
      const answer = await attacker.open(link(client))
      if (answer.kind !== 'page' || answer.page.kind !== 'consent') return false
      const sent = await attacker.decide(answer.page)
      const to = sent.kind === 'page' && sent.page.kind === 'onward' ? sent.page.to : ''
      return (await followed(world.browser(), await attacker.visit(to)))?.searchParams.has('code') === true
    },
  })
  await held(t, 'a callback that was overheard, opened a second time', {
    without: (t, { store }) =>
      t.mock.method(store, 'take', async (key: readonly string[]) => (await store.get(key))?.value),
    succeeds: async (world) => {
      const person = world.browser()
      const to = await person.onward(await world.register())
      const first = new URL(await person.visit(to), resource)
      const again = new URL(await person.visit(to), resource) // another code of the provider's, for the same state
      assert.equal(first.searchParams.get('state'), again.searchParams.get('state'))
      const ended = async ({ pathname, search }: URL) =>
        (await followed(person, pathname + search))?.searchParams.has('code')
      assert.equal(await ended(first), true)
      return (await ended(again)) === true
    },
  })
})

const shownName = (answer: Answer): string =>
  answer.kind === 'page' && answer.page.kind === 'consent' && answer.page.client.origin.kind === 'document'
    ? answer.page.client.origin.host
    : ''

test('a document is that of its own address (row 31)', async (t) => {
  // Somebody who may put files on a site is not the client that the site's owner describes elsewhere on it.
  const [honest, upload] = ['https://client.example/oauth/client.json', 'https://client.example/files/upload.json']
  const body = JSON.stringify({ client_id: honest, client_name: 'Editor', redirect_uris: [evil] })
  await held(t, 'a copy with another redirect, in a folder for uploads', {
    without: (_, { documents }) => documents.set(upload, { body: body.replace(honest, upload) }),
    succeeds: async (world) => {
      if (!world.documents.has(upload)) world.documents.set(upload, { body })
      const victim = world.browser()
      const answer = await victim.open(link(upload, { redirect_uri: evil }))
      if (shownName(answer) !== 'client.example' || answer.kind !== 'page' || answer.page.kind !== 'consent')
        return false
      const sent = await victim.decide(answer.page)
      if (sent.kind !== 'page' || sent.page.kind !== 'onward') return false
      return stole(world, upload, await onward(victim, sent.page.to))
    },
  })
})
