import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  bareChallenge,
  type Challenge,
  challenge,
  insufficientScope,
  scopesOf,
  unauthorized,
} from '../../src/oauth/challenge.ts'

const resourceMetadata = 'https://gw.example/.well-known/oauth-protected-resource/mcp'
const bearer = (of: Challenge): string => challenge('Bearer', of)

test('a challenge begins with where the metadata is, then says the scopes, then what was wrong', () => {
  assert.equal(bearer({ resourceMetadata, scopes: [] }), `Bearer resource_metadata="${resourceMetadata}"`)
  assert.equal(
    bearer({ resourceMetadata, scopes: ['read', 'api://x/write'], error: 'invalid_token' }),
    `Bearer resource_metadata="${resourceMetadata}", scope="read api://x/write", error="invalid_token"`,
  )
})

test('offline_access is never asked for', () => {
  assert.doesNotMatch(bearer({ resourceMetadata, scopes: ['offline_access'] }), /scope/)
  assert.match(bearer({ resourceMetadata, scopes: ['openid', 'offline_access'] }), /scope="openid"/)
})

test('nothing of what others wrote closes a quote or ends the header', () => {
  const value = bearer({
    resourceMetadata: 'https://gw.example/.well-known/x/"\\\r\nset-cookie: a=b',
    scopes: ['fine', 'a"b', 'a b', 'a\\b', 'a\r\nb', 'ä', ''],
    error: 'insufficient_scope',
    description: 'needs "more"\r\nx: y\\',
  })
  assert.equal(
    value,
    'Bearer resource_metadata="https://gw.example/.well-known/x/%22%5C%0D%0Aset-cookie:%20a=b", scope="fine", ' +
      'error="insufficient_scope", error_description="needs  more x: y "',
  )
})

test('401 has the same body whatever was wrong', () => {
  for (const error of [undefined, 'invalid_token'] as const) {
    const reply = unauthorized({ resourceMetadata, scopes: [], ...(error && { error }) })
    assert.equal(reply.status, 401)
    assert.equal(
      reply.kind === 'bytes' && reply.body,
      '{"error":"unauthorized","error_description":"JWT token required"}',
    )
  }
})

test('403 asks for all scopes that an operation needs', () => {
  const reply = insufficientScope({ resourceMetadata, scopes: ['read', 'write'] }, {})
  assert.equal(reply.status, 403)
  assert.equal(
    reply.headers['www-authenticate'],
    `Bearer resource_metadata="${resourceMetadata}", scope="read write", error="insufficient_scope", ` +
      'error_description="the token does not have the scopes that this needs"',
  )
})

test('who shows proofs is asked with the scheme of proofs, and told which are taken (RFC 9449 §7.1)', () => {
  const values = unauthorized({ resourceMetadata, scopes: ['read'] }, ['Bearer', 'DPoP']).headers['www-authenticate']
  assert.ok(Array.isArray(values))
  assert.deepEqual(
    values.map((value) => value.split(',')[0]),
    [`Bearer resource_metadata="${resourceMetadata}"`, `DPoP resource_metadata="${resourceMetadata}"`],
  )
  assert.match(values[1] ?? '', /, scope="read", algs="ES256 [^"]*RS512"$/)
  const bound = insufficientScope({ resourceMetadata, scopes: ['read'] }, { cnf: { jkt: 'k'.repeat(43) } })
  assert.match(String(bound.headers['www-authenticate']), /^DPoP .*error="insufficient_scope".*algs="/)
  assert.equal(bareChallenge('Bearer'), 'Bearer')
  assert.equal(bareChallenge('Bearer', 'invalid_token'), 'Bearer error="invalid_token"')
  assert.match(
    bareChallenge('DPoP', 'invalid_dpop_proof', 'no "proof"'),
    /^DPoP error="invalid_dpop_proof", error_description="no  proof ", algs="ES/,
  )
  assert.match(bareChallenge('DPoP'), /^DPoP algs="ES/)
})

test('scopes of a token are read however its issuer writes them', () => {
  assert.deepEqual([...scopesOf({ scope: 'a  b' })], ['a', 'b'])
  assert.deepEqual([...scopesOf({ scp: 'a b' })], ['a', 'b'])
  assert.deepEqual([...scopesOf({ scp: ['a', 1, 'b'], scope: ['c'] })], ['c', 'a', 'b'])
  assert.deepEqual([...scopesOf({ scope: { a: 1 } })], [])
})
