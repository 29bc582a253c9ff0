// What is done with codes and tokens that somebody has got hold of, and what becomes of it when one check is missing (rows 27 to 37).
import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { decodeJwt } from 'jose'
import * as oauth from 'oauth4webapi'
import type { PutOptions, StoreKey } from '../../../src/core/store.ts'
import { Parameters } from '../../../src/oauth/facade/form.ts'
import { Grants, type Login, type Redemption } from '../../../src/oauth/facade/grants.ts'
import { Limit } from '../../../src/oauth/facade/limits.ts'
import { listening } from '../../support/serve.ts'
import { codeForm, held, readAs, redeems, thief } from './attack.ts'
import { base, challenge, redirect, request, resource, type Stage, stage, verifier } from './stage.ts'

const s256 = (shown: string): string => hash('sha256', shown, 'base64url')

const codeOf = async (world: Stage, client: string): Promise<string> =>
  (await world.browser().approve(client)).searchParams.get('code') ?? ''

const refreshForm = (client: string, token: string | undefined, more: Record<string, string> = {}) => ({
  grant_type: 'refresh_token',
  client_id: client,
  refresh_token: token ?? '',
  ...more,
})

test('a code is its client’s, who has the verifier (row 27)', async (t) => {
  await held(t, 'a code that has leaked on its way back', {
    without: (t, world) => readAs(t, world, 'code', (code) => ({ ...code, challenge: s256(thief) })),
    succeeds: async (world) => {
      const client = await world.register()
      return redeems(world, codeForm(client, await codeOf(world, client), thief))
    },
  })
  await held(t, 'a request from which the challenge was taken, so that any verifier fits (PKCE downgrade)', {
    without: (t, world) => {
      // oxlint-disable-next-line typescript/unbound-method -- called with its own `this`
      const { get } = Parameters.prototype
      t.mock.method(Parameters.prototype, 'get', function (this: Parameters, name: string) {
        const usual: Record<string, string> = { code_challenge: challenge, code_challenge_method: 'S256' }
        return get.call(this, name) ?? usual[name]
      })
      readAs(t, world, 'code', (code) => ({ ...code, challenge: s256(thief) }))
    },
    succeeds: async (world) => {
      const client = await world.register()
      const bare = { code_challenge: undefined, code_challenge_method: undefined }
      const answer = await world.ask(`${base}/authorize?${request(client, bare)}`)
      if (answer.kind !== 'page') return false
      const back = await world.browser().approve(client, bare)
      return redeems(world, codeForm(client, back.searchParams.get('code'), thief))
    },
  })
  await held(t, 'a challenge in plain: who has read the request has the verifier', {
    without: (t, world) => {
      // oxlint-disable-next-line typescript/unbound-method -- called with its own `this`
      const { get } = Parameters.prototype
      t.mock.method(Parameters.prototype, 'get', function (this: Parameters, name: string) {
        return name === 'code_challenge_method' ? 'S256' : get.call(this, name)
      })
      // RFC 7636 §4.6: what is shown is compared as it is.
      // oxlint-disable-next-line typescript/unbound-method -- called with its own `this`
      const { redeem } = Grants.prototype
      t.mock.method(Grants.prototype, 'redeem', function (this: Grants, code: string, shown: Redemption) {
        readAs(t, world, 'code', (kept) => ({
          ...kept,
          challenge: 'challenge' in kept && kept.challenge === shown.verifier ? s256(shown.verifier) : '',
        }))
        return redeem.call(this, code, shown)
      })
    },
    succeeds: async (world) => {
      const client = await world.register()
      const plain = { code_challenge: verifier, code_challenge_method: 'plain' }
      const answer = await world.ask(`${base}/authorize?${request(client, plain)}`)
      if (answer.kind !== 'page') return false
      const read = new URLSearchParams(request(client, plain)).get('code_challenge') ?? ''
      return redeems(
        world,
        codeForm(client, (await world.browser().approve(client, plain)).searchParams.get('code'), read),
      )
    },
  })
  let other = ''
  await held(t, 'the code of another client, at the attacker’s own', {
    without: (t, world) => readAs(t, world, 'code', (code) => ({ ...code, client: other })),
    succeeds: async (world) => {
      const client = await world.register()
      other = await world.register()
      return redeems(world, codeForm(other, await codeOf(world, client)))
    },
  })
})

test('a code is good once (row 28)', async (t) => {
  await held(t, 'shown again by whoever has overheard it', {
    without: (t, { store }) => {
      const put = store.put.bind(store)
      t.mock.method(store, 'put', async (key: StoreKey, value: string, options?: PutOptions) =>
        key[2] === 'code' && options?.when !== undefined ? 1 : put(key, value, options),
      )
    },
    succeeds: async (world) => {
      const client = await world.register()
      const form = codeForm(client, await codeOf(world, client))
      assert.equal(await redeems(world, form), true)
      return redeems(world, form)
    },
  })
  await held(t, 'shown by a hundred at once', {
    without: (t, { store }) => {
      const put = store.put.bind(store)
      t.mock.method(store, 'put', async (key: StoreKey, value: string, options: PutOptions = {}) =>
        put(key, value, options.ttlMs === undefined ? {} : { ttlMs: options.ttlMs }),
      )
    },
    succeeds: async (world) => {
      const client = await world.register()
      const form = codeForm(client, await codeOf(world, client))
      const all = await Promise.all(Array.from({ length: 100 }, () => redeems(world, form)))
      return all.filter(Boolean).length > 1
    },
  })
})

test('a refresh token is good once, for its client, and for what was granted (row 29)', async (t) => {
  await held(t, 'a copy, used after its owner has refreshed', {
    without: (t, { store }) => {
      const put = store.put.bind(store)
      t.mock.method(store, 'put', async (key: StoreKey, value: string, options?: PutOptions) => {
        const before = key[2] === 'login' && options?.when !== 'absent' ? await store.get(key) : undefined
        const kept: object = before === undefined ? {} : JSON.parse(before.value)
        return put(
          key,
          'current' in kept ? JSON.stringify({ ...JSON.parse(value), current: kept.current }) : value,
          options,
        )
      })
    },
    succeeds: async (world) => {
      const client = await world.register()
      const { refresh_token: copy } = await world.login(client)
      assert.equal(await redeems(world, refreshForm(client, copy)), true)
      return redeems(world, refreshForm(client, copy))
    },
  })
  // oxlint-disable-next-line typescript/unbound-method -- called with its own `this`
  const find = Grants.prototype.find
  const found = (t: import('node:test').TestContext, change: () => Partial<Login>): void => {
    t.mock.method(Grants.prototype, 'find', async function (this: Grants, refresh: string) {
      const login = await find.call(this, refresh)
      return login && { ...login, ...change() }
    })
  }
  let other = ''
  await held(t, 'a token of another client', {
    without: (t) => found(t, () => ({ client: other })),
    succeeds: async (world) => {
      const { refresh_token: stolen } = await world.login(await world.register())
      other = await world.register()
      return redeems(world, refreshForm(other, stolen))
    },
  })
  await held(t, 'more scopes than were agreed to', {
    without: (t) => found(t, () => ({ scopes: ['tools:read', 'tools:call'] })),
    succeeds: async (world) => {
      const client = await world.register()
      const { refresh_token: token } = await world.login(client, { scope: 'tools:read' })
      return redeems(world, refreshForm(client, token, { scope: 'tools:read tools:call' }))
    },
  })
  await held(t, 'another resource than was agreed to', {
    options: { settings: { aliases: ['api://other'] } },
    without: (t) => found(t, () => ({ resource: 'api://other' })),
    succeeds: async (world) => {
      const client = await world.register()
      const { refresh_token: token } = await world.login(client)
      return redeems(world, refreshForm(client, token, { resource: 'api://other' }))
    },
  })
})

test('a flood of registrations ends somewhere, and one that nobody uses is gone (row 30)', async (t) => {
  await held(t, 'a hundred from one address', {
    options: { settings: { registration: { open: true, perHour: 10, clients: 1_000 } } },
    without: (t) => t.mock.method(Limit.prototype, 'admits', () => true),
    succeeds: async (world) => {
      const body = JSON.stringify({ redirect_uris: [redirect] })
      const headers = { 'content-type': 'application/json' }
      const all = await Promise.all(
        Array.from({ length: 100 }, () => world.ask(`${base}/client-registration`, { body, headers })),
      )
      return all.every((answer) => answer.kind === 'json' && answer.status === 201)
    },
  })
})

test('tokens are for this resource, whatever is asked for (row 32)', async (t) => {
  const foreign = 'https://gate.example/mcp2'
  const asked = async (aliases: readonly string[]): Promise<unknown> => {
    const world = await stage(t, { settings: { aliases } })
    const client = await world.register()
    const answer = await world.ask(`${base}/authorize?${request(client, { resource: foreign })}`)
    if (answer.kind !== 'page') return 'refused'
    return decodeJwt((await world.login(client, { resource: foreign }))['access_token'] ?? '').aud
  }
  assert.equal(await asked([foreign]), foreign, 'where every name is an alias, a client of ours opens a sibling')
  assert.equal(await asked([]), 'refused')
})

test('a client can tell whose code it has been given (mix-up, row 33)', async (t) => {
  const { register, browser } = await stage(t)
  const back = await browser().approve(await register())
  const client: oauth.Client = { client_id: 'of the honest client at the attacker’s server' }
  const attacker: oauth.AuthorizationServer = { issuer: 'https://evil.example' }
  const anonymous = new URL(back)
  anonymous.searchParams.delete('iss')
  // The login was begun at the attacker's server, which has sent the browser to ours: the code would be shown to the attacker.
  const taken = oauth.validateAuthResponse(attacker, client, anonymous, 'xyz')
  assert.equal(taken.get('code'), back.searchParams.get('code'), 'without `iss` the library takes it')
  assert.throws(() => oauth.validateAuthResponse(attacker, client, back, 'xyz'), /"iss"/)
  const own: oauth.AuthorizationServer = { issuer: resource, authorization_response_iss_parameter_supported: true }
  assert.ok(oauth.validateAuthResponse(own, client, back, 'xyz'))
  assert.throws(() => oauth.validateAuthResponse(own, client, anonymous, 'xyz'), /iss/)
})

test('a form says one thing to all who read it (row 34)', async (t) => {
  const world = await stage(t)
  const [honest, other] = [await world.register(), await world.register()]
  const code = await codeOf(world, other)
  const sent = `client_id=${honest}&${new URLSearchParams(codeForm(other, code)).toString()}`
  // Something in front of us counts, and lets through, by the first client that is named.
  assert.equal(new URLSearchParams(sent).get('client_id'), honest)
  assert.equal(world.json(400, await world.ask(`${base}/token`, { form: sent }))['error'], 'invalid_request')
  const last = Object.fromEntries(new URLSearchParams(sent))
  assert.equal(await redeems(world, last), true, 'a reader that takes the last one gives the other client its tokens')
})

test('a login that was ended is over (row 35)', async (t) => {
  await held(t, 'a refresh token that its owner has revoked', {
    without: (t) => t.mock.method(Grants.prototype, 'end', async () => undefined),
    succeeds: async (world) => {
      const client = await world.register()
      const tokens = await world.login(client)
      await world.ask(`${base}/revoke`, { form: { client_id: client, token: tokens['refresh_token'] ?? '' } })
      return redeems(world, refreshForm(client, tokens['refresh_token']))
    },
  })
})

test('what a stranger writes ends no header (row 36)', async (t) => {
  const attack = '\r\nset-cookie: stolen=1'
  // A server that puts together its head from what it was asked.
  const port = await listening(
    t,
    createServer((socket) =>
      socket.once('data', (head: Buffer) => {
        const [, target = ''] = head.toString('latin1').split(' ')
        const said = new URL(target, 'http://a').searchParams.get('scope') ?? ''
        socket.end(`HTTP/1.1 302 Found\r\nlocation: https://app.example/cb?error_description=no ${said}\r\n\r\n`)
      }),
    ),
  )
  const naive = await fetch(`http://127.0.0.1:${port}/?scope=${encodeURIComponent(attack)}`, { redirect: 'manual' })
  assert.equal(naive.headers.get('set-cookie'), 'stolen=1')
  const { ask, register } = await stage(t)
  const answer = await ask(`${base}/authorize?${request(await register(), { scope: attack })}`)
  assert.ok(answer.kind === 'redirect' && !/[\r\n]|stolen/.test(answer.location))
  assert.equal(answer.headers['set-cookie'], undefined)
})

test('who guesses is kept out (row 37)', async (t) => {
  await held(t, 'a hundred guesses from one address, the last one right', {
    without: (t) => t.mock.method(Limit.prototype, 'open', () => true),
    succeeds: async (world) => {
      const client = await world.register()
      const code = await codeOf(world, client)
      for (let i = 0; i < 99; i++) await redeems(world, codeForm(client, `guess-${i}`))
      return redeems(world, codeForm(client, code))
    },
  })
  await held(t, 'pages without end for one address', {
    options: { settings: { perMinute: 20 } },
    without: (t) => t.mock.method(Limit.prototype, 'admits', () => true),
    succeeds: async (world) => {
      const client = await world.register()
      const all = await Promise.all(Array.from({ length: 30 }, () => world.ask(`${base}/authorize?${request(client)}`)))
      return all.every((answer) => answer.kind === 'page' && answer.status === 200)
    },
  })
})
