import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { createRemoteJWKSet, exportJWK, generateKeyPair, importJWK, type JWK, jwtVerify } from 'jose'
import { type Fetch, fixedKeys, type KeySet, RemoteKeys } from '../../src/oauth/jwks.ts'
import { keySet, publisher, signer } from '../support/tokens.ts'

const usable = (text: string): KeySet => {
  const keys = fixedKeys(text)
  if (typeof keys === 'string') throw new Error(keys)
  return keys
}

const wrong = (text: string): string => {
  const keys = fixedKeys(text)
  return typeof keys === 'string' ? keys : 'nothing'
}

/** An issuer whose document a test decides on; clocks stand still until they are told. */
function issuer(t: TestContext, first: string | Error) {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const world = { answer: first, asked: 0, said: [] as string[] }
  const fetch: Fetch = () => {
    world.asked++
    return world.answer instanceof Error
      ? Promise.reject(world.answer)
      : Promise.resolve({ status: 200, body: Buffer.from(world.answer) })
  }
  const keys = new RemoteKeys({
    url: 'https://issuer.example/keys?secret=1',
    fetch,
    warn: (text, fields) => world.said.push(`${text} ${JSON.stringify(fields)}`),
  })
  t.after(() => keys[Symbol.asyncDispose]())
  const pass = async (ms: number): Promise<void> => {
    t.mock.timers.tick(ms)
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { world, keys, pass }
}

test('a key verifies with the algorithms of its kind, or with the one it names', async () => {
  const named = await signer('named', 'PS384')
  const { alg: _, ...open } = (await signer('open', 'RS256')).jwk
  const keys = usable(
    JSON.stringify({ keys: [named.jwk, open, (await signer('ec', 'ES384')).jwk, (await signer('ed', 'EdDSA')).jwk] }),
  )
  assert.deepEqual(keys.find('named')?.algorithms, ['PS384'])
  assert.deepEqual(keys.find('open')?.algorithms, ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'])
  assert.deepEqual(keys.find('ec')?.algorithms, ['ES384'])
  assert.deepEqual(keys.find('ed')?.algorithms, ['EdDSA', 'Ed25519'])
  assert.equal(keys.find('other'), undefined)
})

test('of a file with a private key only the public half is kept', async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
  const keys = usable(JSON.stringify({ keys: [{ ...(await exportJWK(privateKey)), kid: 'k' }] }))
  assert.equal(keys.find('k')?.key.type, 'public')
  const { x } = await exportJWK(publicKey)
  assert.equal(keys.find('k')?.key.export({ format: 'jwk' })['x'], x)
})

test('keys that are of no use for signatures are passed over, and said', async () => {
  const good = (await signer()).jwk
  const weak = generateKeyPairSync('rsa', { modulusLength: 1_024 }).publicKey.export({ format: 'jwk' })
  for (const bad of [
    { kty: 'oct', k: 'c2VjcmV0', kid: 'bad', alg: 'HS256' },
    { ...good, kid: undefined },
    { ...good, kid: 'bad', use: 'enc' },
    { ...good, kid: 'bad', key_ops: ['encrypt'] },
    { ...good, kid: 'bad', alg: 'ES512' },
    { ...good, kid: 'bad', alg: 'HS256' },
    { ...good, kid: 'bad', x: 'AAAA' },
    { ...good, kid: 'bad', x: 7 },
    { ...good, kid: 'bad', crv: '__proto__' },
    { ...weak, kid: 'bad' },
    { ...weak, kid: 'bad', n: 'A'.repeat(1_500) },
    null,
    'text',
  ]) {
    assert.equal(usable(JSON.stringify({ keys: [bad, good] })).find('bad'), undefined)
    assert.match(wrong(JSON.stringify({ keys: [bad] })), /^holds no key that can verify a signature; .+/)
  }
})

test('a key for encryption beside the others is not worth a warning, a broken one is', async (t) => {
  const good = (await signer()).jwk
  const set = (...more: object[]): string => JSON.stringify({ keys: [good, ...more] })
  const { world, keys, pass } = issuer(t, set({ ...good, kid: 'sealing', use: 'enc', alg: 'RSA-OAEP' }))
  await pass(250)
  assert.equal(keys.ready, true)
  assert.deepEqual(world.said, [])
  world.answer = set({ ...good, kid: 'sealing', use: 'enc' }, { ...good, kid: 'broken', x: 7 })
  await pass(300_000)
  assert.equal(world.said.length, 1)
  assert.match(world.said[0] ?? '', /^signing keys are not all usable .*broken/)
  assert.doesNotMatch(world.said[0] ?? '', /sealing/)
})

test('two different keys of one name verify nothing, the same key twice is one', async () => {
  const [one, twin, other] = await Promise.all([signer('same'), signer('same'), signer('other')])
  const keys = usable(keySet(one, twin, other, other))
  // Whoever takes the last of a name, or the first, has the order of a document decide who has signed.
  const { keys: listed } = JSON.parse(keySet(one, twin)) as { keys: JWK[] } // as it was just written
  for (const [by, picked] of [
    [one, listed[0]],
    [twin, listed.at(-1)],
  ] as const)
    assert.ok(await jwtVerify(await by.sign(), await importJWK(picked ?? {}, 'ES256')))
  assert.equal(keys.find('same'), undefined)
  assert.notEqual(keys.find('other'), undefined)
})

test('what is no key set is said to be none', () => {
  for (const text of ['', 'null', '[]', '{}', '{"keys":{}}', '{"keys":[}', '<html>'])
    assert.match(wrong(text), /is no JWK set/, text)
  assert.match(wrong('{"keys":[]}'), /holds no key/)
  assert.match(wrong(`{"keys":["${'x'.repeat(300_000)}"]}`), /is larger than 262144 bytes/)
})

test('an address is asked in the background, and again every five minutes', async (t) => {
  const [one, two] = await Promise.all([signer('one'), signer('two')])
  const { world, keys, pass } = issuer(t, keySet(one))
  assert.deepEqual([world.asked, keys.ready], [0, false], 'not while a configuration is only checked')
  await pass(250)
  assert.deepEqual([world.asked, keys.ready, keys.generation], [1, true, 1])
  await pass(300_000)
  assert.deepEqual([world.asked, keys.generation], [2, 1], 'the same document is no change')
  world.answer = keySet(two)
  await pass(300_000)
  assert.deepEqual([world.asked, keys.generation, keys.find('one'), keys.find('two')?.kid], [3, 2, undefined, 'two'])
})

test('without a rest between two looks every invented name is a request to the issuer', async (t) => {
  const [one, stranger] = await Promise.all([signer(), signer('stranger')])
  const published = await publisher(t, keySet(one))
  const eager = createRemoteJWKSet(new URL(published.url), { cooldownDuration: 0 })
  for (let i = 0; i < 20; i++)
    await assert.rejects(jwtVerify(await stranger.sign({}, { kid: `invented-${i}` }), eager), {
      code: 'ERR_JWKS_NO_MATCHING_KEY',
    })
  assert.ok(published.asked() >= 20)
})

test('ten thousand unknown names cost one request in thirty seconds', async (t) => {
  const { world, keys, pass } = issuer(t, keySet(await signer()))
  await pass(250)
  await pass(30_000)
  const asking = Array.from({ length: 10_000 }, () => keys.renew()).filter((one) => one !== undefined)
  await Promise.all(asking)
  assert.equal(keys.renew(), undefined)
  assert.equal(world.asked, 2)
  await pass(29_999)
  assert.equal(keys.renew(), undefined)
  await pass(1)
  await keys.renew()
  assert.equal(world.asked, 3)
})

test('the last good keys stay while their address fails; without any the address is asked more and more rarely', async (t) => {
  const { world, keys, pass } = issuer(t, new Error('nobody there'))
  await pass(250)
  assert.equal(keys.ready, false)
  for (const [wait, count] of [
    [1_000, 2],
    [2_000, 3],
    [4_000, 4],
    [8_000, 5],
    [16_000, 6],
    [32_000, 7],
    [60_000, 8],
    [60_000, 9],
  ] as const) {
    await pass(wait - 1)
    assert.equal(world.asked, count - 1)
    await pass(1)
    assert.equal(world.asked, count)
  }
  world.answer = keySet(await signer())
  await pass(60_000)
  assert.notEqual(keys.find('one'), undefined)
  for (const bad of [new Error('gone'), '<html>', '{"keys":7}']) {
    world.answer = bad
    await pass(300_000)
    assert.notEqual(keys.find('one'), undefined, String(bad))
  }
  assert.match(world.said.at(-1) ?? '', /signing keys cannot be had .*issuer\.example\/keys"/)
  assert.doesNotMatch(world.said.join(), /secret/)
})

test('an issuer that withdraws all its keys is believed', async (t) => {
  const { world, keys, pass } = issuer(t, keySet(await signer()))
  await pass(250)
  world.answer = '{"keys":[]}'
  await pass(300_000)
  assert.deepEqual([keys.ready, keys.find('one')], [false, undefined])
})

test('nobody is asked any more once the keys are not needed', async (t) => {
  const { world, keys, pass } = issuer(t, new Error('nobody there'))
  await pass(250)
  await keys[Symbol.asyncDispose]()
  await pass(1_000_000)
  assert.equal(world.asked, 1)
})
