import assert from 'node:assert/strict'
import { createPublicKey } from 'node:crypto'
import { test } from 'node:test'
import { jwtVerify } from 'jose'
import { fixedKeys, type KeySet } from '../../src/oauth/jwks.ts'
import { type Issuer, type Refused, type Verified, Verifier } from '../../src/oauth/jwt.ts'
import { AUDIENCE, ISSUER, keySet, part, type Signer, seconds, signer } from '../support/tokens.ts'

function keysOf(...signers: readonly Signer[]): KeySet {
  const keys = fixedKeys(keySet(...signers))
  if (typeof keys === 'string') throw new Error(keys)
  return keys
}

const issuer = (keys: KeySet, more: Partial<Issuer> = {}): Issuer => ({
  issuer: ISSUER,
  audiences: [AUDIENCE],
  requiredClaims: ['exp'],
  keys,
  ...more,
})

const verifier = (keys: KeySet, more?: Partial<Issuer>): Verifier => new Verifier([issuer(keys, more)])

async function reason(v: Verifier, token: string): Promise<string> {
  const outcome = await v.verify(token)
  return outcome.kind === 'verified' ? 'verified' : outcome.reason
}

const malformed = (name: string): string => `the token is invalid or malformed: Error(${name})`

test('a token that is right is verified, whatever its algorithm', async () => {
  for (const alg of ['RS256', 'RS384', 'RS512', 'PS256', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']) {
    const one = await signer('one', alg)
    const outcome = await verifier(keysOf(one)).verify(await one.sign({ roles: ['admin'] }))
    assert.equal(outcome.kind, 'verified', alg)
    if (outcome.kind !== 'verified') continue
    assert.deepEqual(outcome.token.claims['roles'], ['admin'])
    assert.deepEqual([outcome.identity.via, outcome.identity.subject], ['jwt', 'jsmith'])
  }
})

test('the second time the answer is there at once, and the same', async () => {
  const one = await signer()
  const v = verifier(keysOf(one))
  const token = await one.sign()
  const first = v.verify(token)
  assert.ok(first instanceof Promise)
  const verified = await first
  assert.equal(v.verify(token), verified)
})

test('what is known is forgotten when the token expires', async (t) => {
  const one = await signer()
  const v = verifier(keysOf(one))
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() })
  const token = await one.sign({ exp: seconds() + 10 })
  await v.verify(token)
  t.mock.timers.tick(10_000)
  assert.ok(v.verify(token) instanceof Promise, 'within the skew it is still good, but looked at again')
  assert.equal(await reason(v, token), 'verified')
  t.mock.timers.tick(60_000)
  assert.equal(await reason(v, token), malformed('ExpiredSignature'))
})

test('what is known is forgotten when the keys change', async () => {
  const one = await signer()
  const { keys, change } = changing(keysOf(one))
  const v = verifier(keys)
  const token = await one.sign()
  await v.verify(token)
  assert.equal(await reason(v, token), 'verified')
  change(keysOf(await signer('other')))
  assert.equal(await reason(v, token), 'token uses the unknown key "one"')
})

/** Keys that a test exchanges. */
function changing(first: KeySet): { keys: KeySet; change: (next: KeySet) => void } {
  let now = first
  let generation = 1
  return {
    keys: {
      get generation() {
        return generation
      },
      ready: true,
      find: (kid) => now.find(kid),
      renew: () => undefined,
    },
    change: (next) => {
      now = next
      generation++
    },
  }
}

test('times: expired, not yet, from the future, with a minute of skew', async () => {
  const one = await signer()
  const v = verifier(keysOf(one))
  const says = async (claims: object): Promise<string> => reason(v, await one.sign({ ...claims }))
  // Without a clock: a token of long ago, of tomorrow, and one without an end are as good as any.
  const key = createPublicKey({ key: one.jwk, format: 'jwk' })
  const patient = { clockTolerance: Number.MAX_SAFE_INTEGER }
  for (const claims of [{ exp: 1 }, { nbf: seconds() + 86_400 }, { iat: seconds() + 86_400 }, { exp: undefined }])
    assert.ok(await jwtVerify(await one.sign(claims), key, patient), JSON.stringify(claims))
  assert.equal(await says({ exp: seconds() - 50 }), 'verified')
  assert.equal(await says({ exp: seconds() - 61 }), malformed('ExpiredSignature'))
  assert.equal(await says({ nbf: seconds() + 50 }), 'verified')
  assert.equal(await says({ nbf: seconds() + 70 }), malformed('ImmatureSignature'))
  assert.equal(await says({ iat: seconds() + 50 }), 'verified')
  assert.equal(await says({ iat: seconds() + 70 }), malformed('ImmatureSignature'))
  assert.equal(await says({ exp: undefined }), malformed('MissingRequiredClaim("exp")'))
  assert.equal(
    await says({ exp: seconds() + 10 * 365 * 86_400 }),
    'verified',
    'ten years are long, and somebody wanted them',
  )
})

test('an expiry that is no date is no expiry: text, infinite, beyond all calendars, negative, nought', async () => {
  const one = await signer()
  const v = verifier(keysOf(one))
  const spelled = async (exp: string): Promise<string> => {
    const payload = `{"iss":"${ISSUER}","aud":"${AUDIENCE}","sub":"a","exp":${exp}}`
    const input = `${part({ alg: 'ES256', kid: 'one' })}.${part(payload)}`
    const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, one.privateKey, Buffer.from(input))
    return `${input}.${Buffer.from(signature).toString('base64url')}`
  }
  const forEver = await spelled('1e400')
  // Without the rule: the library takes Infinity for a time that has not come yet.
  const taken = await jwtVerify(forEver, createPublicKey({ key: one.jwk, format: 'jwk' }))
  assert.equal(taken.payload.exp, Number.POSITIVE_INFINITY)
  assert.equal(await reason(v, forEver), malformed('InvalidToken'))
  for (const exp of ['"9999999999"', '253402300800', '1e300', '[9999999999]', 'true', 'null'])
    assert.equal(await reason(v, await spelled(exp)), malformed('InvalidToken'), exp)
  for (const exp of ['0', '-1', '-1e300', '1']) {
    const said = await reason(v, await spelled(exp))
    assert.ok([malformed('ExpiredSignature'), malformed('InvalidToken')].includes(said), `${exp}: ${said}`)
  }
})

test('claims that are required must be there', async () => {
  const one = await signer()
  const v = verifier(keysOf(one), { requiredClaims: ['exp', 'nbf', 'jti'] })
  assert.equal(await reason(v, await one.sign({ nbf: 1 })), malformed('MissingRequiredClaim("jti")'))
  assert.equal(await reason(v, await one.sign({ nbf: 1, jti: 'a' })), 'verified')
  const undated = verifier(keysOf(one), { requiredClaims: [] })
  assert.equal(await reason(undated, await one.sign({ exp: undefined })), 'verified')
})

test('an ID token is no access token where the kind is asked for', async () => {
  const one = await signer()
  assert.equal(await reason(verifier(keysOf(one)), await one.sign()), 'verified')
  const v = verifier(keysOf(one), { types: ['at+jwt'] })
  assert.equal(await reason(v, await one.sign()), malformed('InvalidToken'))
  for (const typ of ['at+jwt', 'application/at+jwt', 'AT+JWT'])
    assert.equal(await reason(v, await one.sign({}, { typ })), 'verified', typ)
})

test('what is no token is answered without work', () => {
  const v = new Verifier([])
  for (const text of [
    '',
    '.',
    '..',
    '...',
    'a.b.c',
    'e30.e30',
    `e30.e30.${'A'.repeat(20_000)}`,
    '{}',
    'bnVsbA.e30.',
    'W10.W10.W10',
  ])
    assert.ok(!(v.verify(text) instanceof Promise), text.slice(0, 20))
  assert.equal((v.verify('x'.repeat(16_385)) as Refused).reason, malformed('InvalidToken')) // what has just been tested is no promise
})

test('of several issuers the one that the token names is meant, even where both call a key the same', async () => {
  const [acme, other] = await Promise.all([signer('same'), signer('same')])
  const v = new Verifier([issuer(keysOf(acme)), issuer(keysOf(other), { issuer: 'other', audiences: ['two'] })])
  assert.equal(await reason(v, await acme.sign()), 'verified')
  assert.equal(await reason(v, await other.sign({ iss: 'other', aud: 'two' })), 'verified')
  assert.equal(
    await reason(v, await other.sign()),
    malformed('InvalidSignature'),
    'one issuer does not speak for another',
  )
  assert.equal(await reason(v, await acme.sign({ iss: 'third' })), malformed('InvalidIssuer'))
})

test('keys are asked for again only for an issuer that could be meant', async () => {
  const [one, two] = await Promise.all([signer('one'), signer('two')])
  let renewed = 0
  let now = keysOf(one)
  const keys: KeySet = {
    generation: 1,
    ready: true,
    find: (kid) => now.find(kid),
    renew: () => {
      renewed++
      now = keysOf(one, two)
      return Promise.resolve()
    },
  }
  const v = verifier(keys)
  assert.equal(await reason(v, await two.sign({ iss: 'nobody' })), 'token uses the unknown key "two"')
  assert.equal(renewed, 0)
  assert.equal(await reason(v, await two.sign()), 'verified', 'keys that an issuer has just added work at once')
  assert.equal(renewed, 1)
})

test('without keys nothing can be said of a token', async () => {
  const keys: KeySet = { generation: 0, ready: false, find: () => undefined, renew: () => undefined }
  const outcome = await verifier(keys).verify(await (await signer()).sign())
  assert.deepEqual([outcome.kind, outcome.kind === 'refused' && outcome.code], ['refused', 'unavailable'])
})

test('tokens without a subject are told apart', async () => {
  const one = await signer()
  const v = verifier(keysOf(one))
  const subject = async (claims: object): Promise<string> =>
    ((await v.verify(await one.sign({ sub: undefined, ...claims }))) as Verified).identity.subject // verified above
  assert.equal(await subject({ client_id: 'robot' }), 'client:robot')
  assert.equal(await subject({ azp: 'robot' }), 'client:robot')
  assert.equal(
    await subject({ sub: 'robot', client_id: 'other' }),
    'robot',
    'a client called like a person is not that person',
  )
  const [a, b] = [await subject({ jti: 'a' }), await subject({ jti: 'b' })]
  assert.match(a, /^token:/)
  assert.notEqual(a, b)
})
