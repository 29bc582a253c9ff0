// One text for each caller, and no text for two of them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Identity } from '../../src/core/exchange.ts'
import { principalOf } from '../../src/core/principal.ts'

const principal = (via: Identity['via'], subject: string, iss?: string): string | undefined =>
  principalOf({ identity: { via, subject, claims: iss === undefined ? {} : { iss } } })

/** How callers were told apart before: a subject could spell out an issuer. */
const joined = (via: string, subject: string, iss?: string): string =>
  iss === undefined ? `${via} ${subject}` : `${via} ${iss} ${subject}`

test('a subject that spells out another issuer is not taken for a subject of that issuer', () => {
  const [mallory, alice] = [
    ['jwt', 'https://idp alice'],
    ['jwt', 'alice', 'https://idp'],
  ] as const
  assert.equal(joined(...mallory), joined(...alice))
  assert.notEqual(principal(...mallory), principal(...alice))
  assert.notEqual(principal('jwt', 'b c', 'a'), principal('jwt', 'c', 'a b'))
})

test('two callers never have one text, whatever they are called', () => {
  const piece = fc.string({ unit: fc.constantFrom(' ', '%', '2', '0', '5', 'a', 'jwt'), maxLength: 6 })
  const caller = fc.tuple(
    fc.constantFrom<Identity['via']>('jwt', 'apiKey'),
    piece,
    fc.option(piece, { nil: undefined }),
  )
  fc.assert(
    fc.property(caller, caller, (one, other) => {
      assert.equal(principal(...one) === principal(...other), JSON.stringify(one) === JSON.stringify(other))
    }),
    { numRuns: 5_000 },
  )
})

test('what needs no mark is as it always was, so that kept logins are found again', () => {
  assert.equal(principal('jwt', 'auth0|5', 'https://idp.example/'), 'jwt https://idp.example/ auth0|5')
  assert.equal(principal('basic', 'alice'), 'basic alice')
  assert.equal(principalOf({ identity: undefined }), undefined)
})
