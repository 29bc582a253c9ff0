import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { route, serve, upstream, wrongWith } from '../support/serve.ts'

async function sentTo(t: TestContext, redirect: string, matches?: string) {
  const { ask } = await serve(t, route(`{requestRedirect: ${redirect}}`, await upstream(t), matches))
  return async (path: string, host: string) => {
    const { status, headers, text } = await ask({ path, headers: { host } })
    assert.equal(text, '')
    return [status, headers.location]
  }
}

test('another scheme: 302, with path and query, and without a port that belonged to the old one', async (t) => {
  const to = await sentTo(t, '{scheme: https}')
  assert.deepEqual(await to('/a/b?c=d', 'app.example'), [302, 'https://app.example/a/b?c=d'])
  assert.deepEqual(await to('/', 'app.example:8080'), [302, 'https://app.example/'])
  assert.deepEqual(await to('/', '[::1]:8080'), [302, 'https://[::1]/'])
})

test('the authority: full, host, port, or as it was', async (t) => {
  for (const [redirect, host, location] of [
    ['{authority: {full: "new.example:81"}}', 'app.example:8080', 'http://new.example:81/x'],
    ['{authority: {host: new.example}}', 'app.example:8080', 'http://new.example:8080/x'],
    ['{authority: {host: new.example}}', 'app.example:80', 'http://new.example/x'],
    ['{authority: {host: new.example}, scheme: https}', 'app.example:8080', 'https://new.example/x'],
    ['{authority: {port: 8443}, scheme: https}', 'app.example:8080', 'https://app.example:8443/x'],
    ['{authority: {port: 443}, scheme: https}', 'app.example:8080', 'https://app.example/x'],
    ['{authority: {port: 443}}', 'app.example', 'http://app.example:443/x'],
    ['{authority: none}', 'app.example:8080', 'http://app.example:8080/x'],
    ['{authority: auto}', 'app.example', 'http://app.example/x'],
  ] as const)
    assert.deepEqual(await (await sentTo(t, redirect))('/x', host), [302, location], redirect)
})

test('the path: full, or the matched prefix', async (t) => {
  const full = await sentTo(t, '{path: {full: /new}, status: 301}')
  assert.deepEqual(await full('/old?a=b', 'a.example'), [301, 'http://a.example/new?a=b'])
  const prefix = await sentTo(t, '{path: {prefix: /v2}, status: 308}', '[{path: {pathPrefix: /v1}}]')
  assert.deepEqual(await prefix('/v1/x?a=b', 'a.example'), [308, 'http://a.example/v2/x?a=b'])
})

test('a path cannot lead to another server', async (t) => {
  const to = await sentTo(t, '{path: {prefix: ""}}', '[{path: {pathPrefix: /go}}]')
  assert.deepEqual(await to('/go//evil.example/x', 'a.example'), [302, 'http://a.example/evil.example/x'])
})

test('only redirecting statuses and web schemes make sense', () => {
  assert.equal(wrongWith('{requestRedirect: {status: 200}}').length, 1)
  assert.equal(wrongWith('{requestRedirect: {scheme: ftp}}').length, 1)
  assert.deepEqual(wrongWith('{requestRedirect: {scheme: HTTPS}}'), [])
})
