import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { EmbeddedJWK, exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose'
import { Proofs, type Proven } from '../../src/oauth/dpop.ts'
import { athOf, holder } from '../support/proofs.ts'
import { part, seconds } from '../support/tokens.ts'

const here: Proven = { method: 'POST', address: 'https://gw.example/mcp' }

const outcome = async (proofs: Proofs, proof: string, of: Proven = here): Promise<string> => {
  const found = await proofs.check(proof, of)
  return found.kind === 'proven' ? found.jkt : found.why.replace('the DPoP proof ', '')
}

test('a proof is of the key that is in it, whatever its algorithm', async () => {
  for (const alg of ['ES256', 'ES384', 'ES512', 'EdDSA', 'PS256', 'RS256']) {
    const one = await holder(alg)
    const proofs = new Proofs()
    assert.equal(await outcome(proofs, await one.proof()), one.jkt, alg)
    assert.equal(await outcome(proofs, await one.proof()), one.jkt, `${alg}, when the key is known`)
  }
})

test('a proof is good once (row 9)', async () => {
  const one = await holder()
  const proofs = new Proofs()
  const proof = await one.proof()
  // Without the rule: its signature, address and time are right the second time as well.
  assert.ok(await jwtVerify(proof, EmbeddedJWK, { typ: 'dpop+jwt', maxTokenAge: 60 }))
  assert.equal(await outcome(new Proofs(), proof), one.jkt, 'whoever remembers nothing takes it again')
  const all = await Promise.all(Array.from({ length: 100 }, () => outcome(proofs, proof)))
  assert.equal(all.filter((one) => one !== 'has been used before').length, 1)
  const other = await holder()
  const jti = 'same for both'
  assert.equal(await outcome(proofs, await one.proof({ jti })), one.jkt)
  assert.equal(await outcome(proofs, await other.proof({ jti })), other.jkt, 'names are each key’s own')
})

test('where processes share what they remember, a proof is good once for all of them', async () => {
  const one = await holder()
  const proof = await one.proof()
  const alone = [new Proofs(), new Proofs()]
  for (const proofs of alone) assert.equal(await outcome(proofs, proof), one.jkt, 'each by itself takes it once')
  const names = new Set<string>()
  const remember = async (name: string): Promise<boolean> => names.size < names.add(name).size
  const shared = [new Proofs({ remember }), new Proofs({ remember })]
  const answers = await Promise.all(shared.map((proofs) => outcome(proofs, proof)))
  assert.deepEqual(answers.toSorted(), [one.jkt, 'has been used before'].toSorted())
  const broken = new Proofs({ remember: () => Promise.reject(new Error('the store is gone')) })
  await assert.rejects(broken.check(await one.proof(), here), /the store is gone/)
})

test('it is for one method, address, moment and token (row 9)', async () => {
  const one = await holder()
  const proofs = new Proofs()
  for (const claims of [{ htm: 'GET' }, { htm: 'post' }, { htm: ['POST'] }, { htm: undefined }])
    assert.equal(await outcome(proofs, await one.proof(claims)), 'is for another method', JSON.stringify(claims))
  for (const htu of [
    'https://gw.example/mcp2',
    'https://gw.example/mcp/',
    'https://gw.example/MCP',
    'http://gw.example/mcp',
    'https://gw.example.evil/mcp',
    'https://gw.example:444/mcp',
    'https://gw.example@evil/mcp',
    'https://user@gw.example/mcp',
    'https://gw.example/%2fmcp',
    '/mcp',
    '',
    7,
    ['https://gw.example/mcp'],
    undefined,
  ])
    assert.equal(await outcome(proofs, await one.proof({ htu })), 'is for another address', String(htu))
  for (const iat of [seconds() - 62, seconds() + 65, 0, -1, 1e300, '7', null, undefined])
    assert.match(await outcome(proofs, await one.proof({ iat })), /is too old, or from the future|signed/, String(iat))
  for (const jti of ['', 'j'.repeat(513), 7, ['a'], undefined])
    assert.equal(await outcome(proofs, await one.proof({ jti })), 'has no usable jti', String(jti))
  for (const ath of [undefined, '', 'token', athOf('other'), [athOf('token')]])
    assert.equal(await outcome(proofs, await one.proof({ ath }), { ...here, token: 'token' }), 'is for another token')
  assert.equal(await outcome(proofs, await one.proof({ ath: athOf('token') }), { ...here, token: 'token' }), one.jkt)
})

test('an address may be written otherwise, and its query is left out (RFC 9449 §4.3)', async () => {
  const one = await holder()
  const proofs = new Proofs()
  for (const [htu, address] of [
    ['HTTPS://GW.example:443/mcp?a=b#c', 'https://gw.example/mcp'],
    ['https://gw.example/%6dcp', 'https://gw.example/mcp'],
    ['https://gw.example/a%2fb', 'https://gw.example/a%2Fb'],
    ['https://gw.example', 'https://gw.example/'],
  ] as const)
    assert.equal(await outcome(proofs, await one.proof({ htu }), { ...here, address }), one.jkt, htu)
})

test('a minute either way is near enough, and what was shown is remembered for as long', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() })
  const one = await holder()
  const proofs = new Proofs()
  const early = await one.proof({ iat: seconds() + 58 })
  const late = await one.proof({ iat: seconds() - 58 })
  assert.equal(await outcome(proofs, early), one.jkt)
  assert.equal(await outcome(proofs, late), one.jkt)
  t.mock.timers.tick(117_000)
  assert.equal(await outcome(proofs, early), 'has been used before', 'still in its minute')
  t.mock.timers.tick(4_000)
  assert.equal(await outcome(proofs, early), 'is too old, or from the future')
  assert.equal(await outcome(proofs, await one.proof({ iat: seconds() })), one.jkt)
  assert.equal(proofs.size, 1, 'and forgotten afterwards')
})

test('what is remembered is bounded, and nobody’s flood makes others’ proofs good again (row 9)', async () => {
  const [flood, honest, last] = await Promise.all([holder(), holder(), holder()])
  const proofs = new Proofs({ bounds: { most: 5, ofOneKey: 3 } })
  const shown = await honest.proof()
  assert.equal(await outcome(proofs, shown), honest.jkt)
  const answers: string[] = []
  for (let i = 0; i < 10; i++) answers.push(await outcome(proofs, await flood.proof()))
  assert.equal(answers.filter((one) => one === flood.jkt).length, 3)
  assert.equal(answers[9], 'is one of too many at once')
  assert.equal(await outcome(proofs, shown), 'has been used before')
  assert.equal(await outcome(proofs, await last.proof()), last.jkt)
  assert.equal(await outcome(proofs, await last.proof()), 'is one of too many at once', 'all in all')
  assert.equal(proofs.size, 5)
})

test('what is signed by another key, by no key, or by a secret everybody has is no proof (row 9)', async () => {
  const [one, evil] = await Promise.all([holder(), holder()])
  const proofs = new Proofs()
  const unsigned = 'is not signed by the key in it, or in another way'
  const claims = { jti: 'a', htm: 'POST', htu: here.address, iat: seconds() }
  // Without the rule: who only reads the key in the header, and verifies nothing, takes the attacker for its owner.
  const swapped = await evil.proof({}, { jwk: one.jwk })
  assert.ok(Buffer.from(swapped.split('.')[0] ?? '', 'base64url').includes(one.jwk.x ?? '?'))
  assert.equal(await outcome(proofs, swapped), unsigned)
  assert.equal(await outcome(proofs, await one.proof()), one.jkt)
  const [head = '', body = ''] = (await one.proof()).split('.')
  assert.equal(
    await outcome(proofs, `${head}.${body}.${(await one.proof()).split('.')[2]}`),
    unsigned,
    'known key, other signature',
  )
  const hmac = `${part({ alg: 'HS256', typ: 'dpop+jwt', jwk: { kty: 'oct', k: part('k') } })}.${part(claims)}`
  const none = part({ alg: 'none', typ: 'dpop+jwt', jwk: one.jwk })
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  const secret = await exportJWK(privateKey)
  for (const [why, proof, expected] of [
    ['none', `${none}.${part(claims)}.AA`, unsigned],
    ['no signature', `${none}.${part(claims)}.`, 'is no proof'],
    ['a shared secret', `${hmac}.${createHmac('sha256', 'k').update(hmac).digest('base64url')}`, unsigned],
    [
      'a private key',
      await new SignJWT(claims).setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: secret }).sign(privateKey),
      unsigned,
    ],
    ['another type', await one.proof({}, { typ: 'JWT' }), unsigned],
    ['no type', await one.proof({}, { typ: undefined }), unsigned],
    ['no key', await one.proof({}, { jwk: undefined }), unsigned],
    ['a key of another kind', await one.proof({}, { jwk: { kty: 'RSA', n: 'AQAB', e: 'AQAB' } }), unsigned],
    ['a key that is a list', await one.proof({}, { jwk: [one.jwk] }), unsigned],
    ['two proofs', `${await one.proof()}, ${await one.proof()}`, 'is no proof'],
    ['nothing', '', 'is no proof'],
    ['endless', `${'a'.repeat(9_000)}.a.a`, 'is no proof'],
  ] as const)
    assert.equal(await outcome(proofs, proof), expected, why)
})

test('keys that take long to verify with are not used', async () => {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { modulusLength: 4_224, extractable: true })
  const jwk = await exportJWK(publicKey)
  const claims = { jti: 'a', htm: 'POST', htu: here.address, iat: seconds() }
  const proof = await new SignJWT(claims).setProtectedHeader({ alg: 'RS256', typ: 'dpop+jwt', jwk }).sign(privateKey)
  assert.ok(await jwtVerify(proof, EmbeddedJWK), 'the library takes it')
  assert.equal(await outcome(new Proofs(), proof), 'is not signed by the key in it, or in another way')
})
