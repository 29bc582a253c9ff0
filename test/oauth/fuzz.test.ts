// What strangers write, at random: readers that never throw, matchers that match nothing else, signatures of which every bit counts.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { challenge } from '../../src/oauth/challenge.ts'
import { confirmationOf } from '../../src/oauth/confirmation.ts'
import { Proofs } from '../../src/oauth/dpop.ts'
import { describe } from '../../src/oauth/facade/client.ts'
import { isDocumentUrl } from '../../src/oauth/facade/documents.ts'
import { Parameters, scopesIn } from '../../src/oauth/facade/form.ts'
import { isSameRedirect, redirectPlace } from '../../src/oauth/facade/redirect-uri.ts'
import { fixedKeys } from '../../src/oauth/jwks.ts'
import { Verifier } from '../../src/oauth/jwt.ts'
import { knownPath } from '../../src/oauth/resource.ts'
import { challengeIn } from '../../src/oauth/upstream/challenge.ts'
import { holder } from '../support/proofs.ts'
import { AUDIENCE, ISSUER, keySet, signer } from '../support/tokens.ts'

const registered = [
  'https://app.example/cb',
  'https://app.example:8443/cb?a=b',
  'http://127.0.0.1:33418/cb',
  'http://localhost:1/cb',
  'http://[::1]:8080/',
  'com.example.app:/cb',
  'cursor://anysphere.cursor-mcp/cb',
]

/** Pieces that parsers of addresses are known to disagree about. */
const pieces = [
  '/',
  '//',
  '\\',
  '@',
  ':',
  '#',
  '?',
  '%2e',
  '%2f',
  '..',
  '.',
  ';',
  '\t',
  '\n',
  ' ',
  '%00',
  '&',
  '[',
  ']',
  'A',
  '1',
  'é',
  '\u3002',
  '%25',
]

/** A text with something put into it, taken out of it, or written in another case. */
const changed = (of: readonly string[]) =>
  fc
    .tuple(
      fc.constantFrom(...of),
      fc.nat(60),
      fc.nat(3),
      fc.constantFrom('', ...pieces),
      fc.constantFrom('same', 'upper', 'none'),
    )
    .map(([text, at, drop, piece, how]) => {
      const [front, back] = [text.slice(0, at), text.slice(at + (how === 'none' ? 0 : drop))]
      return front + piece + (how === 'upper' ? back.toUpperCase() : back)
    })

test('a redirect address that matches is the registered text, or differs in the port of this machine alone', () => {
  const withoutPort = (uri: string): string =>
    uri.replace(/^(http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])):\d{1,5}(?=\/|$)/, '$1')
  fc.assert(
    fc.property(fc.constantFrom(...registered), changed(registered), (known, given) => {
      if (!isSameRedirect(known, given) || known === given) return
      assert.ok(known.startsWith('http:'), `${known} ${given}`)
      assert.equal(withoutPort(given).replace(/\/$/, ''), withoutPort(known).replace(/\/$/, ''))
    }),
    { numRuns: 5_000 },
  )
})

test('what can be registered has one spelling, and no parts that readers disagree about', () => {
  fc.assert(
    fc.property(fc.oneof(changed(registered), fc.webUrl(), fc.string()), (uri) => {
      const place = redirectPlace(uri, ['cursor'])
      if (place === undefined) return
      const url = new URL(uri)
      assert.ok(url.href === uri || url.href === `${uri}/`, uri)
      assert.equal(url.username + url.password + url.hash, '', uri)
      if (place === 'loopback') assert.match(url.hostname, /^(localhost|127\.|\[::1\])/)
      if (place === 'site') assert.equal(url.protocol, 'https:')
    }),
    { numRuns: 5_000 },
  )
})

test('a client’s address has one spelling as well', () => {
  const addresses = ['https://client.example/oauth/client.json', 'https://client.example:8443/a?b=c']
  fc.assert(
    fc.property(fc.oneof(changed(addresses), fc.webUrl(), fc.string()), (id) => {
      if (!isDocumentUrl(id)) return
      const url = new URL(id)
      assert.deepEqual([url.href, url.protocol, url.username, url.password, url.hash], [id, 'https:', '', '', ''])
      assert.ok(!url.pathname.split('/').some((segment) => segment === '.' || segment === '..'))
    }),
    { numRuns: 3_000 },
  )
})

test('challenges are read whatever stands in them, and what we write is read as it was meant', () => {
  const odd = fc.array(
    fc.constantFrom(
      'Bearer ',
      'bearer',
      ',',
      '=',
      '"',
      '\\',
      'scope',
      'error',
      ' ',
      'resource_metadata',
      'a',
      '\u0000',
    ),
  )
  fc.assert(
    fc.property(
      fc.oneof(
        odd.map((parts) => parts.join('')),
        fc.string(),
      ),
      (header) => {
        const found = challengeIn(header)
        for (const value of [found?.error, found?.resourceMetadata])
          assert.ok(value === undefined || value.length <= header.length)
      },
    ),
    { numRuns: 5_000 },
  )
  fc.assert(
    fc.property(fc.webUrl(), fc.array(fc.string()), fc.string(), (resourceMetadata, scopes, description) => {
      const value = challenge('Bearer', { resourceMetadata, scopes, error: 'invalid_token', description })
      assert.match(value, /^[\x20-\x7e]*$/)
      const read = challengeIn(value)
      assert.equal(read?.error, 'invalid_token')
      assert.equal(new URL(read?.resourceMetadata ?? '').origin, new URL(resourceMetadata).origin)
      assert.ok((read?.scopes ?? []).every((scope) => scopes.includes(scope)))
    }),
  )
})

test('forms hold each parameter once, or are broken', () => {
  const pair = fc.tuple(fc.constantFrom('a', 'b', 'resource', '__proto__', ''), fc.string())
  fc.assert(
    fc.property(fc.array(pair, { maxLength: 80 }), (pairs) => {
      const text = new URLSearchParams(pairs).toString()
      const parameters = new Parameters(text)
      const names = pairs.map(([name]) => name).filter((name) => name !== 'resource')
      assert.equal(parameters.broken, new Set(names).size < names.length || pairs.length > 64)
      if (parameters.broken) return
      for (const [name, value] of pairs)
        if (name !== 'resource') assert.equal(parameters.get(name), value === '' ? undefined : value.toWellFormed())
    }),
  )
  fc.assert(
    fc.property(fc.string(), (text) => {
      void new Parameters(text).broken
      const scopes = scopesIn(text)
      assert.ok(scopes === undefined || scopes.every((scope) => /^[\x21-\x7e]+$/.test(scope)))
    }),
  )
})

test('no registration breaks the reader, and what it takes is what we can keep to', () => {
  const fields = fc.constantFrom(
    'redirect_uris',
    'client_name',
    'grant_types',
    'response_types',
    'token_endpoint_auth_method',
    'application_type',
    'dpop_bound_access_tokens',
    '__proto__',
  )
  const value = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom(['https://a.example/cb'], ['authorization_code'], 'none', ['code'], true),
  )
  fc.assert(
    fc.property(fc.dictionary(fields, value), fc.boolean(), (wish, devices) => {
      const described = describe(wish, { schemes: [], devices })
      if ('error' in described) return
      assert.ok(described.redirects.every((uri) => redirectPlace(uri, ['cursor', 'vscode']) !== undefined))
      assert.ok(described.name.length <= 100 && (described.redirects.length > 0 || described.device === true))
    }),
    { numRuns: 1_000 },
  )
})

test('of a token and of a proof every bit counts', async () => {
  const [one, owner] = [await signer('one', 'EdDSA'), await holder('EdDSA')]
  const keys = fixedKeys(keySet(one))
  assert.ok(typeof keys !== 'string')
  const verifier = new Verifier([{ issuer: ISSUER, audiences: [AUDIENCE], requiredClaims: ['exp'], keys }])
  const proofs = new Proofs()
  const here = { method: 'POST', address: 'https://gw.example/mcp' }
  const good = async (kind: 'token' | 'proof', text: string): Promise<boolean> =>
    kind === 'token'
      ? (await verifier.verify(text)).kind === 'verified'
      : (await proofs.check(text, here)).kind === 'proven'
  for (const [kind, text] of [
    ['token', await one.sign()],
    ['proof', await owner.proof()],
  ] as const) {
    const bytes = Buffer.from(text)
    for (let bit = 0; bit < bytes.length * 8; bit += 3) {
      const other = Buffer.from(bytes)
      other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      assert.equal(await good(kind, other.toString('latin1')), false, `${kind}, bit ${bit}`)
    }
    assert.equal(await good(kind, text), true, kind)
  }
})

test('what a token is bound to, and paths of documents, are read whatever they are', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (cnf) => {
      const bound = confirmationOf({ cnf })
      assert.ok(bound === 'unknown' || bound?.jkt !== undefined || bound?.certificate !== undefined)
    }),
  )
  const paths = [
    '/.well-known/oauth-protected-resource/mcp',
    '/mcp/.well-known/openid-configuration',
    '/.well-known/oauth-authorization-server/mcp/token',
  ]
  fc.assert(
    fc.property(fc.oneof(changed(paths), fc.webPath()), (path) => {
      const known = knownPath(path)
      if (known === undefined) return
      assert.equal(new URL(known.path, 'https://gw.example').pathname, known.path === '' ? '/' : known.path)
      assert.ok(!known.path.startsWith('//'))
    }),
    { numRuns: 3_000 },
  )
})
