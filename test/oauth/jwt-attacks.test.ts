// Tokens as attackers make them: each would be taken by somebody who leaves out one rule, which is shown beside it.
import assert from 'node:assert/strict'
import { createHmac, createPublicKey, type KeyObject } from 'node:crypto'
import path from 'node:path'
import { test } from 'node:test'
import { decodeJwt, EmbeddedJWK, GeneralSign, generalVerify, generateKeyPair, jwtVerify, SignJWT } from 'jose'
import { fixedKeys, type KeySet } from '../../src/oauth/jwks.ts'
import { type Issuer, Verifier } from '../../src/oauth/jwt.ts'
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

const open = ({ jwk }: Signer): KeyObject => createPublicKey({ key: jwk, format: 'jwk' })

test('the issuer is the whole text, and one of the audiences is there whole', async () => {
  const one = await signer()
  const v = verifier(keysOf(one))
  const says = async (claims: object): Promise<string> => reason(v, await one.sign({ ...claims }))
  // Without the rule: a good signature is all that is looked at, and the same issuer signs for everybody.
  assert.ok(await jwtVerify(await one.sign({ iss: 'other', aud: 'other' }), open(one)))
  assert.ok('mcp.example.com2'.startsWith(AUDIENCE) && `${AUDIENCE} other`.includes(AUDIENCE))
  for (const iss of ['acme@example.com/', 'ACME@example.com', 'https://acme@example.com', '', 7, [ISSUER]])
    assert.equal(await says({ iss }), malformed('InvalidIssuer'), JSON.stringify(iss))
  assert.equal(await says({ iss: undefined }), malformed('MissingRequiredClaim("iss")'))
  for (const aud of [
    'mcp.example.com2',
    'mcp.example',
    'MCP.example.com',
    '',
    [],
    ['other'],
    { 0: AUDIENCE },
    `${AUDIENCE} other`,
  ])
    assert.equal(await says({ aud }), malformed('InvalidAudience'), JSON.stringify(aud))
  assert.equal(await says({ aud: undefined }), malformed('MissingRequiredClaim("aud")'))
  assert.equal(await says({ aud: ['other', AUDIENCE] }), 'verified')
  const anybody = verifier(keysOf(one), { audiences: [] })
  assert.equal(await reason(anybody, await one.sign({ aud: undefined })), 'verified')
})

test('a token without a signature is refused', async () => {
  const one = await signer('one', 'RS256')
  const v = verifier(keysOf(one))
  const payload = part({ iss: ISSUER, aud: AUDIENCE, exp: seconds() + 60 })
  // What whoever only decodes would believe.
  assert.equal(decodeJwt(`${part({ alg: 'none', kid: 'one' })}.${payload}.`).iss, ISSUER)
  for (const alg of ['none', 'None', 'NONE', '', 'RS256'])
    for (const signature of ['', 'AA'])
      assert.match(
        await reason(v, `${part({ alg, kid: 'one' })}.${payload}.${signature}`),
        /^the token is invalid or malformed/,
      )
})

test('a public key is no shared secret', async () => {
  const one = await signer('one', 'RS256')
  const pem = createPublicKey({ key: one.jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' })
  for (const secret of [pem, JSON.stringify(one.jwk), one.jwk.n ?? '']) {
    const input = `${part({ alg: 'HS256', kid: 'one' })}.${part({ iss: ISSUER, aud: AUDIENCE, exp: seconds() + 60 })}`
    const token = `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
    // Without the rule: whoever lets the token choose takes the published key for the secret.
    assert.equal((await jwtVerify(token, Buffer.from(secret))).payload.iss, ISSUER)
    assert.equal(await reason(verifier(keysOf(one)), token), malformed('InvalidAlgorithm'))
  }
})

test('a key verifies with its own algorithm only', async () => {
  const one = await signer('one', 'RS256')
  const token = await new SignJWT({ iss: ISSUER, aud: AUDIENCE, exp: seconds() + 60 })
    .setProtectedHeader({ alg: 'RS256', kid: 'one' })
    .sign(one.privateKey)
  const pinned = fixedKeys(JSON.stringify({ keys: [{ ...one.jwk, alg: 'PS256' }] }))
  assert.ok(typeof pinned !== 'string')
  assert.ok(await jwtVerify(token, open(one)), 'the key by itself would do')
  assert.equal(await reason(verifier(pinned), token), malformed('InvalidAlgorithm'))
})

test('keys that a token brings along, or points to, are not looked at', async () => {
  const [one, evil] = await Promise.all([signer(), signer('one')])
  const v = verifier(keysOf(one))
  // Without the rule: whoever takes the key from the token has every token verified.
  assert.equal((await jwtVerify(await evil.sign({}, { jwk: evil.jwk }), EmbeddedJWK)).payload.iss, ISSUER)
  for (const header of [
    { jwk: evil.jwk },
    { jku: 'https://evil.example/keys' },
    { x5u: 'https://evil.example/cert' },
    { x5c: ['MIIB'] },
  ])
    assert.equal(await reason(v, await evil.sign({}, header)), malformed('InvalidSignature'))
})

test('extensions that we do not know are critical when they say so', async () => {
  const one = await signer()
  const v = verifier(keysOf(one))
  const made = async (header: object): Promise<string> => {
    const input = `${part({ alg: 'ES256', kid: 'one', ...header })}.${part({ iss: ISSUER, aud: AUDIENCE, exp: seconds() + 60 })}`
    const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, one.privateKey, Buffer.from(input))
    return `${input}.${Buffer.from(signature).toString('base64url')}`
  }
  const crit = async (header: object): Promise<string> => reason(v, await made(header))
  assert.equal(await crit({}), 'verified')
  // Whoever claims to know an extension and does nothing about it takes a token that says it is over.
  assert.ok(await jwtVerify(await made({ crit: ['exp'], exp: 1 }), open(one), { crit: { exp: true } }))
  for (const header of [
    { crit: ['exp'], exp: 1 },
    { crit: [] },
    { crit: ['b64'], b64: false },
    { crit: 'exp' },
    { crit: ['b64'] },
  ])
    assert.equal(await crit(header), malformed('InvalidToken'), JSON.stringify(header))
})

test('the name of a key is looked up, and is nothing else', async () => {
  const one = await signer()
  const v = verifier(keysOf(one))
  const without = await new SignJWT({ iss: ISSUER }).setProtectedHeader({ alg: 'ES256' }).sign(one.privateKey)
  assert.equal(await reason(v, without), 'the token header does not specify a `kid`')
  // Names that are joined to a path, or looked up in a plain object, are found where no key is.
  assert.equal(path.posix.join('/var/keys', '../../etc/passwd'), '/etc/passwd')
  assert.ok(Reflect.has({}, 'constructor'))
  for (const kid of [
    '../../etc/passwd',
    '/dev/null',
    "' OR 1=1 --",
    '__proto__',
    'constructor',
    'ONE',
    'one\n',
    'one ',
  ])
    assert.equal(await reason(v, await one.sign({}, { kid })), `token uses the unknown key ${JSON.stringify(kid)}`)
  assert.ok((await reason(v, await one.sign({}, { kid: 'k'.repeat(5_000) }))).length < 200)
  for (const kid of [7, null, ['one'], { one: 1 }, '']) {
    const token = `${part({ alg: 'ES256', kid })}.${part({ iss: ISSUER })}.AA`
    assert.equal(await reason(v, token), 'the token header does not specify a `kid`')
  }
})

test('only one signature, in the compact form', async () => {
  const [one, evil] = await Promise.all([signer(), generateKeyPair('ES256')])
  const v = verifier(keysOf(one))
  const many = await new GeneralSign(Buffer.from(JSON.stringify({ iss: ISSUER, aud: AUDIENCE, exp: seconds() + 60 })))
    .addSignature(one.privateKey)
    .setProtectedHeader({ alg: 'ES256', kid: 'one' })
    .addSignature(evil.privateKey)
    .setProtectedHeader({ alg: 'ES256', kid: 'evil' })
    .sign()
  assert.ok(await generalVerify(many, evil.publicKey), 'any of the signatures would do')
  assert.equal(await reason(v, JSON.stringify(many)), malformed('InvalidToken'))
  assert.equal(await reason(v, `${await one.sign()}.${part('more')}`), malformed('InvalidToken'))
})

test('a signature is every bit of it, over every bit of the rest', async () => {
  const one = await signer('one', 'EdDSA')
  const v = verifier(keysOf(one))
  const token = await one.sign()
  const [head = '', body = '', signature = ''] = token.split('.')
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) as object // what `sign` has just written
  assert.equal(
    decodeJwt(`${head}.${part({ ...claims, sub: 'boss' })}.${signature}`).sub,
    'boss',
    'read and not verified',
  )
  assert.equal(
    await reason(v, `${head}.${part({ ...claims, sub: 'boss' })}.${signature}`),
    malformed('InvalidSignature'),
  )
  assert.equal(await reason(v, `${head}.${body}.${signature.slice(0, -6)}`), malformed('InvalidSignature'))
  const flipped = Buffer.from(signature, 'base64url')
  flipped[10] = (flipped[10] ?? 0) ^ 1
  assert.equal(await reason(v, `${head}.${body}.${flipped.toString('base64url')}`), malformed('InvalidSignature'))
})

test('a token has one spelling', async () => {
  const one = await signer('one', 'EdDSA')
  const v = verifier(keysOf(one))
  const [head = '', body = '', signature = ''] = (await one.sign()).split('.')
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  // 64 bytes leave four bits of the last letter idle.
  const idle = signature.slice(0, -1) + letters.charAt(letters.indexOf(signature.slice(-1)) ^ 1)
  for (const other of [`${signature}==`, idle]) {
    const token = `${head}.${body}.${other}`
    assert.ok(await jwtVerify(token, open(one)), 'the library takes it')
    assert.equal(await reason(v, token), malformed('InvalidToken'))
  }
  for (const token of [
    `${head}=.${body}.${signature}`,
    `${head}.${body}=.${signature}`,
    `${head}.${body}\n.${signature}`,
  ])
    assert.equal(await reason(v, token), malformed('InvalidToken'))
})
