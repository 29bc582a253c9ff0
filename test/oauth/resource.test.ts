import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endpointOf, knownPath, metadataOf, resourceMetadata, snakeCase } from '../../src/oauth/resource.ts'

const R = '/.well-known/oauth-protected-resource'
const S = '/.well-known/oauth-authorization-server'
const O = '/.well-known/openid-configuration'

test('metadata is found with the path behind the name, without, and in front of it', () => {
  const table = {
    [R]: ['resource', ''],
    [`${R}/`]: ['resource', ''],
    [`${R}/secure/mcp`]: ['resource', '/secure/mcp'],
    [`/secure/mcp${R}`]: ['resource', '/secure/mcp'],
    [S]: ['server', ''],
    [`${S}/secure/mcp`]: ['server', '/secure/mcp'],
    [`/mcp${S}`]: ['server', '/mcp'],
    [O]: ['openid', ''],
    [`${O}/mcp`]: ['openid', '/mcp'],
    [`/mcp${O}`]: ['openid', '/mcp'],
    [`${S}/mcp/client-registration`]: ['client-registration', '/mcp'],
    [`${S}/client-registration`]: ['client-registration', ''],
    [`${S}/mcp/authorize`]: ['authorize', '/mcp'],
    [`${S}/mcp/token`]: ['token', '/mcp'],
  }
  for (const [path, [kind, of]] of Object.entries(table)) assert.deepEqual(knownPath(path), { kind, path: of }, path)
})

test('no other path passes for one of them', () => {
  const paths = [
    '/mcp',
    '/',
    '/.well-known/',
    '/.well-known/other',
    `${R}x/mcp`,
    `${S}x`,
    `/a${R}/b`,
    '/mcp/client-registration',
    '/token',
    `${R}/%2e%2e/admin`,
    `${R}/../admin`,
    `${R}//admin`,
    `${R}/a"b`,
    `${R}/a b`,
    `${R}${R}`,
    `${S}/mcp/token/x/..`,
  ]
  // Whoever looks for the name in the path as it came, and has another reader open it, speaks for a place that is not the resource's.
  const opened = (path: string): string => new URL(path, 'https://gw.example').pathname
  assert.deepEqual([opened(`${R}/%2e%2e/admin`), opened(`${R}/../admin`)], ['/.well-known/admin', '/.well-known/admin'])
  for (const path of paths) {
    const known = knownPath(path)
    // `/token/x/..` and the like may be documents of a strange resource, never another resource's.
    assert.ok(known === undefined || known.path.startsWith('/.well-known/'), `${path}: ${JSON.stringify(known)}`)
  }
})

test('addresses put the name between host and path', () => {
  assert.equal(metadataOf('https://gw', '/mcp'), `https://gw${R}/mcp`)
  assert.equal(endpointOf('https://gw/mcp', 'token'), `https://gw${S}/mcp/token`)
  assert.equal(endpointOf('https://gw', 'token'), `https://gw${S}/token`)
})

test('what is configured wins over what is found, under the names of RFC 9728', () => {
  const facts = { resource: 'https://gw/mcp', server: 'https://idp', inHeader: true, dpop: 'off' } as const
  assert.deepEqual(
    resourceMetadata({ ...facts, overlay: { scopesSupported: ['a'], authorizationServers: ['https://b'] } }),
    {
      resource: 'https://gw/mcp',
      authorization_servers: ['https://b'],
      bearer_methods_supported: ['header'],
      mcp_protocol_version: '2025-06-18',
      resource_type: 'mcp-server',
      scopes_supported: ['a'],
    },
  )
  const bound = resourceMetadata({ ...facts, dpop: 'require', overlay: {} })
  assert.equal(bound['dpop_bound_access_tokens_required'], true)
  assert.ok(Array.isArray(bound['dpop_signing_alg_values_supported']))
  assert.ok(!('dpop_bound_access_tokens_required' in resourceMetadata({ ...facts, dpop: 'accept', overlay: {} })))
  assert.equal(snakeCase('resourcePolicyUri'), 'resource_policy_uri')
  assert.equal(snakeCase('scopes_supported'), 'scopes_supported')
})
