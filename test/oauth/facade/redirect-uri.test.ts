import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSameRedirect, redirectPlace, shownRedirect } from '../../../src/oauth/facade/redirect-uri.ts'
import { base, failedPage, request, stage } from './stage.ts'

const good = 'https://good.example/cb'

// Row 24. What attackers write, and comparisons of servers that fell for it.
const tricks = [
  'https://good.example.evil/cb',
  'https://good.example@evil.example/cb',
  'https://good.example/cb/',
  'https://good.example/cb/..',
  'https://good.example/cb%2e%2e/x',
  'https://good.example/cb/%2e%2e/open',
  'https://good.example/cb?next=https://evil.example',
  'https://good.example/cb#x',
  '//evil.example/cb',
  'https://GOOD.example/cb',
  'https://good.example:443/cb',
  'https://good.example/cb/..;/admin',
  'https://good.example\\@evil.example/cb',
  ' https://good.example/cb',
  '\thttps://good.example/cb',
  'https://good.example/cb\r\nset-cookie: a=b',
  'http://good.example/cb',
  'http://localhost.evil.example/cb',
  'http://localhost:8090%25@evil.example/cb',
  'http://127.0.0.1.evil.example/cb',
  'JaVaScRiPt:alert(1)',
  'javascript:alert(1)//https://good.example/cb',
  'java\tscript:alert(1)',
  'data:text/html,x',
  'https://good.example/CB',
]

test('a redirect address is the registered text, or it is another one (row 24)', () => {
  const prefix = (given: string): boolean => given.startsWith(good)
  const host = (given: string): boolean => URL.parse(given)?.hostname === 'good.example'
  assert.ok(tricks.filter(prefix).length >= 8, 'a comparison of beginnings lets them through')
  assert.ok(tricks.filter(host).length >= 10, 'a comparison of hosts lets them through')
  for (const trick of tricks) assert.equal(isSameRedirect(good, trick), false, trick)
  assert.equal(isSameRedirect(good, good), true)
})

test('for this machine only the port may be another one (RFC 8252 §7.3)', () => {
  const registered = 'http://127.0.0.1:33418/cb'
  for (const same of ['http://127.0.0.1:1/cb', 'http://127.0.0.1/cb', 'http://127.0.0.1:65535/cb'])
    assert.equal(isSameRedirect(registered, same), true, same)
  for (const other of [
    'http://127.0.0.1:1/cb2',
    'http://127.0.0.1:1/cb?x=1',
    'http://127.0.0.1:1@evil.example/cb',
    'http://127.0.0.1:x/cb',
    'http://127.0.0.1.evil.example:1/cb',
    'http://127.0.0.2:1/cb',
    'http://localhost:1/cb',
    'http://[::1]:1/cb',
    'https://127.0.0.1:1/cb',
    'http://127.1:1/cb',
    'http://2130706433/cb',
    'http://0x7f000001/cb',
  ])
    assert.equal(isSameRedirect(registered, other), false, other)
  assert.equal(isSameRedirect('https://good.example:1/cb', 'https://good.example:2/cb'), false)
  assert.equal(isSameRedirect('http://[::1]:1/cb', 'http://[::1]:2/cb'), true)
  assert.equal(isSameRedirect('http://localhost/cb', 'http://localhost:5173/cb'), true)
})

test('what can be registered is a list of what is allowed, in one spelling', () => {
  const allowed = { site: [good, 'https://good.example', 'https://good.example:8443/a?b=c'] }
  for (const uri of allowed.site) assert.equal(redirectPlace(uri, []), 'site', uri)
  for (const uri of ['http://127.0.0.1/', 'http://localhost:1/cb', 'http://[::1]:1/cb'])
    assert.equal(redirectPlace(uri, []), 'loopback', uri)
  assert.equal(redirectPlace('cursor://anysphere.cursor-mcp/oauth/callback', ['cursor']), 'application')
  assert.equal(redirectPlace('com.example.app:/cb', []), 'application')
  for (const uri of [
    // A list of what is forbidden is beaten by case, controls and the next scheme somebody invents.
    'cursor://x/y',
    'javascript:alert(1)',
    'JAVASCRIPT:alert(1)',
    ' javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'vbscript:x',
    'blob:https://good.example/1',
    'http://good.example/cb',
    'http://10.0.0.1/cb',
    'http://127.0.0.1@evil.example/cb',
    'https://user@good.example/cb',
    'https://good.example/cb#fragment',
    'https://*.good.example/cb',
    'https://good.example./cb',
    'https://good.example/a/../cb',
    'https://good.example/a/..;/cb',
    'https://good.example/%2e%2e/cb',
    'https://good.example/%00',
    'https://good.example/%',
    `https://good.example/${'a'.repeat(2_048)}`,
    'https://gооd.example/cb',
    '/cb',
    '',
  ])
    assert.equal(redirectPlace(uri, []), undefined, uri)
  for (const scheme of ['javascript', 'data', 'file'])
    assert.equal(redirectPlace(`${scheme}:x`, [scheme]), undefined, 'whatever a configuration says')
})

test('a person sees who gets the code, not what stands in front of it', () => {
  assert.equal(shownRedirect('https://app.example:8443/good.example/cb'), 'app.example:8443')
  assert.equal(shownRedirect('cursor://anysphere.cursor-mcp/cb'), 'cursor://anysphere.cursor-mcp')
})

test('nothing is redirected before client and address are known to be good (row 25)', async (t) => {
  const { ask, register } = await stage(t)
  const client = await register({ redirect_uris: [good] })
  const evil = request(client, { redirect_uri: 'https://evil.example/', response_type: 'token' })
  failedPage(await ask(`${base}/authorize?${evil}`))
  for (const trick of tricks) failedPage(await ask(`${base}/authorize?${request(client, { redirect_uri: trick })}`))
  for (const query of [
    request(client, { redirect_uri: undefined }),
    request('unknown', { redirect_uri: good }),
    `${request(client, { redirect_uri: good })}&redirect_uri=${encodeURIComponent('https://evil.example/')}`,
    `${request(client, { redirect_uri: good })}&client_id=other`,
    `redirect_uri=${encodeURIComponent(good)}`,
  ])
    failedPage(await ask(`${base}/authorize?${query}`))
})
