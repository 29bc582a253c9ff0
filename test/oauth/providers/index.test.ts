import assert from 'node:assert/strict'
import { test } from 'node:test'
import { entraScope } from '../../../src/oauth/providers/entra.ts'
import { generic } from '../../../src/oauth/providers/generic.ts'
import { providers } from '../../../src/oauth/providers/index.ts'

const named = (name: string) => providers.find((provider) => provider.name === name) ?? generic

test('each provider is recognised by its issuers, and by no other', () => {
  const issuers = {
    auth0: ['https://acme.eu.auth0.com/'],
    keycloak: ['https://sso.acme.example/realms/mcp', 'http://localhost:8080/auth/realms/mcp/'],
    okta: ['https://acme.okta.com/oauth2/default', 'https://acme.oktapreview.com'],
    descope: ['https://api.descope.com/v1/apps/agentic/p/s'],
    authentik: ['https://auth.acme.example/application/o/mcp/'],
    entra: [
      'https://sts.windows.net/t/',
      'https://login.microsoftonline.com/t/v2.0',
      'https://acme.ciamlogin.com/t/v2.0',
    ],
  }
  for (const [name, list] of Object.entries(issuers))
    for (const issuer of list)
      assert.deepEqual(
        providers.filter((one) => one.recognises(new URL(issuer))).map((one) => one.name),
        [name],
        issuer,
      )
  const strange = [
    'https://idp.example/',
    'https://auth0.com.evil.example/',
    'https://notokta.com/',
    'https://sts.windows.net.evil/',
  ]
  for (const issuer of strange)
    assert.deepEqual(
      providers.filter((one) => one.recognises(new URL(issuer))),
      [],
      issuer,
    )
})

test('documents and keys are where each provider has them', () => {
  const table: readonly (readonly [string, string, string, string])[] = [
    [
      'generic',
      'https://i/a',
      'https://i/.well-known/oauth-authorization-server/a',
      'https://i/a/.well-known/jwks.json',
    ],
    ['generic', 'https://i/', 'https://i/.well-known/oauth-authorization-server', 'https://i/.well-known/jwks.json'],
    ['auth0', 'https://a/', 'https://a/.well-known/oauth-authorization-server', 'https://a/.well-known/jwks.json'],
    ['okta', 'https://o/oauth2/d', 'https://o/oauth2/d/.well-known/openid-configuration', 'https://o/oauth2/d/v1/keys'],
    [
      'keycloak',
      'https://k/realms/r',
      'https://k/realms/r/.well-known/openid-configuration',
      'https://k/realms/r/protocol/openid-connect/certs',
    ],
    [
      'authentik',
      'https://a/application/o/s/',
      'https://a/application/o/s/.well-known/openid-configuration',
      'https://a/application/o/s/jwks/',
    ],
    [
      'entra',
      'https://sts.windows.net/t/',
      'https://login.microsoftonline.com/t/v2.0/.well-known/openid-configuration',
      'https://login.microsoftonline.com/t/discovery/v2.0/keys',
    ],
    [
      'entra',
      'https://login.microsoftonline.com/t/v2.0',
      'https://login.microsoftonline.com/t/v2.0/.well-known/openid-configuration',
      'https://login.microsoftonline.com/t/discovery/v2.0/keys',
    ],
  ]
  for (const [name, issuer, metadata, keys] of table) {
    assert.equal(named(name).metadata(issuer), metadata)
    assert.equal(named(name).keys(issuer), keys)
  }
})

test('registrations go where each provider takes them', () => {
  const at = (name: string, issuer: string) => named(name).registration?.(issuer)
  assert.equal(at('okta', 'https://o/oauth2/default'), 'https://o/oauth2/v1/clients')
  assert.equal(at('keycloak', 'https://k/realms/r/'), 'https://k/realms/r/clients-registrations/openid-connect')
  assert.equal(at('descope', 'https://d/v1/apps/agentic/p/s'), 'https://d/v1/mgmt/mcp/client/p/s/register')
  assert.equal(at('descope', 'https://d/p'), undefined)
  for (const name of ['auth0', 'entra', 'authentik', 'generic']) assert.equal(at(name, 'https://i/'), undefined)
})

test('scopes for Entra name their API, are never none, and never mix `.default` with others', () => {
  assert.equal(entraScope('read openid', 'api://x', []), 'api://x/read openid')
  assert.equal(entraScope('', 'api://x', ['api://x/use', 'openid']), 'api://x/use')
  assert.equal(entraScope('', 'api://x/', []), 'api://x/.default')
  assert.equal(
    entraScope('https://graph.microsoft.com/User.Read', 'api://x', []),
    'https://graph.microsoft.com/User.Read',
  )
})
