import assert from 'node:assert/strict'
import { test } from 'node:test'
import { authorizeAddress, type ProxiedFacts, tokenForm } from '../../src/oauth/proxied.ts'

const facts: ProxiedFacts = {
  api: 'api://one',
  scopes: ['api://one/use', 'openid'],
  clientId: 'us',
  clientSecret: 's3',
}
const endpoint = 'https://login.example/t/oauth2/v2.0/authorize?p=1'
const pkce = 'code_challenge=abc&code_challenge_method=S256'

const sent = (query: string): URLSearchParams => {
  const address = authorizeAddress(endpoint, query, facts)
  assert.ok(typeof address === 'string', JSON.stringify(address))
  return new URL(address).searchParams
}
const form = (body: string, authenticated = false): URLSearchParams => {
  const made = tokenForm(body, authenticated, facts)
  assert.ok(made instanceof URLSearchParams, JSON.stringify(made))
  return made
}

test('the browser goes on without `resource`, with scopes that name their API', () => {
  const to = sent(`${pkce}&client_id=us&resource=https://gw/mcp&resource=x&state=a%26b&scope=use+openid`)
  assert.equal(to.has('resource'), false)
  assert.equal(to.get('scope'), 'api://one/use openid')
  assert.deepEqual([to.get('p'), to.get('state'), to.get('client_id')], ['1', 'a&b', 'us'])
})

test('a scope is always asked for, and `.default` never with others of its API', () => {
  assert.equal(sent(pkce).get('scope'), 'api://one/use')
  assert.equal(sent(`${pkce}&scope=openid`).get('scope'), 'openid api://one/use')
  assert.equal(sent(`${pkce}&scope=api://one/.default+use+profile`).get('scope'), 'api://one/.default profile')
  const bare = authorizeAddress(endpoint, pkce, { ...facts, scopes: [] })
  assert.match(JSON.stringify(bare), /scope=api%3A%2F%2Fone%2F.default/)
})

test('nobody is sent on without PKCE, or with a parameter that is there twice', () => {
  for (const query of [
    '',
    'code_challenge=a',
    'code_challenge=a&code_challenge_method=plain',
    `${pkce}&state=a&state=b`,
  ])
    assert.equal(typeof authorizeAddress(endpoint, query, facts), 'object', query)
})

test('the secret is added for the configured client, and only with proof that the code is its own', () => {
  const code = 'grant_type=authorization_code&client_id=us&code=c'
  assert.equal(form(`${code}&code_verifier=v&resource=x`).toString(), `${code}&code_verifier=v&client_secret=s3`)
  assert.equal(form('grant_type=refresh_token&client_id=us&refresh_token=r').get('client_secret'), 's3')
  assert.deepEqual(tokenForm(code, false, facts), {
    error: 'invalid_request',
    description: 'a code_verifier is required',
  })
})

test('nobody else gets the secret', () => {
  const bodies = [
    'grant_type=authorization_code&client_id=them&code_verifier=v',
    'grant_type=authorization_code&code_verifier=v',
    'grant_type=client_credentials&client_id=us',
    'grant_type=password&client_id=us',
    'grant_type=authorization_code&client_id=us&code_verifier=v&client_assertion=x',
  ]
  for (const body of bodies) assert.equal(form(body).has('client_secret'), false, body)
  assert.equal(form('grant_type=refresh_token&client_id=us&client_secret=own').get('client_secret'), 'own')
  assert.equal(form('grant_type=refresh_token&client_id=us', true).has('client_secret'), false)
  assert.equal(typeof tokenForm('client_id=us&client_id=them&grant_type=refresh_token', false, facts), 'object')
})
