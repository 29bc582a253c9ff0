import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { route, serve, upstream, wrongWith } from '../support/serve.ts'

async function sees(t: TestContext, policies: string, matches?: string) {
  const { ask } = await serve(t, route(policies, await upstream(t), matches))
  return async (path: string, headers: Record<string, string> = {}) => JSON.parse((await ask({ path, headers })).text)
}

const prefixed = (prefix: string, by: string) =>
  [`{urlRewrite: {path: {prefix: "${by}"}}}`, `[{path: {pathPrefix: "${prefix}"}}]`] as const

test('a matched prefix is replaced whole, without doubled slashes, and the query stays', async (t) => {
  for (const [prefix, by, path, expected] of [
    ['/foo', '/xyz', '/foo/bar?a=1', '/xyz/bar?a=1'],
    ['/foo', '/xyz/', '/foo/bar', '/xyz/bar'],
    ['/foo/', '/xyz', '/foo/bar', '/xyz/bar'],
    ['/foo/', '/xyz/', '/foo/bar', '/xyz/bar'],
    ['/foo', '/xyz', '/foo', '/xyz'],
    ['/foo', '/xyz', '/foo/', '/xyz/'],
    ['/foo', '', '/foo/bar?x', '/bar?x'],
    ['/foo', '', '/foo/', '/'],
    ['/foo', '', '/foo?q=/foo', '/?q=/foo'],
    ['/foo', '/', '/foo', '/'],
    ['/foo', '/', '/foo/', '/'],
    ['/foo', '/', '/foo/bar', '/bar'],
    ['/', '/api', '/x/y', '/api/x/y'],
    ['/', '', '/x', '/x'],
    ['/foo', 'xyz', '/foo/bar', '/xyz/bar'],
    ['/foo', '/a%20b', '/foo/%2Fbar', '/a%20b/%2Fbar'],
    ['/foo', '', '/foo//evil.example/x', '/evil.example/x'],
  ] as const) {
    const seen = await sees(t, ...prefixed(prefix, by))
    assert.equal((await seen(path)).url, expected, `${path}: ${prefix} → ${by}`)
  }
})

test('where the whole path matched, a prefix replaces all of it', async (t) => {
  const exact = await sees(t, '{urlRewrite: {path: {prefix: /new}}}', '[{path: {exact: /old/path}}]')
  assert.equal((await exact('/old/path?a')).url, '/new?a')
  const regex = await sees(t, '{urlRewrite: {path: {prefix: /new}}}', '[{path: {regex: "/v[0-9]+/.*"}}]')
  assert.equal((await regex('/v12/x')).url, '/new')
})

test('a full path takes the place of any, and the query stays', async (t) => {
  const seen = await sees(t, '{urlRewrite: {path: {full: /new-path}}}')
  assert.equal((await seen('/a/b?c=d&c=e')).url, '/new-path?c=d&c=e')
})

test('the authority: full, host, port, none; the backend is an address, so auto keeps the client’s', async (t) => {
  for (const [authority, asked, expected] of [
    ['{full: "new.example:81"}', 'app.example:8080', 'new.example:81'],
    ['{host: new.example}', 'app.example:8080', 'new.example:8080'],
    ['{host: new.example}', 'app.example', 'new.example'],
    ['{host: "[::2]"}', '[::1]:8080', '[::2]:8080'],
    ['{port: 81}', 'app.example:8080', 'app.example:81'],
    ['{port: 81}', '[::1]', '[::1]:81'],
    ['none', 'app.example:8080', 'app.example:8080'],
    ['auto', 'app.example:8080', 'app.example:8080'],
  ] as const) {
    const seen = await sees(t, `{urlRewrite: {authority: ${authority}}}`)
    assert.equal((await seen('/', { host: asked })).headers.host, expected, `${authority} of ${asked}`)
  }
})

test('a backend with a name is asked by it, unless the authority is fixed', async (t) => {
  const port = await upstream(t)
  const byName = (policies: string) => route(policies, port).replace('127.0.0.1', 'localhost')
  const host = async (policies: string) => {
    const { ask } = await serve(t, byName(policies))
    return JSON.parse((await ask({ headers: { host: 'app.example' } })).text).headers.host
  }
  assert.equal(await host('{}'), `localhost:${port}`)
  assert.equal(await host('{urlRewrite: {authority: auto}}'), `localhost:${port}`)
  assert.equal(await host('{urlRewrite: {authority: none}}'), 'app.example')
  assert.equal(await host('{urlRewrite: {authority: {full: x.example}}}'), 'x.example')
})

test('what is no authority or no path is refused', () => {
  assert.match(wrongWith('{urlRewrite: {authority: somewhere}}')[0] ?? '', /urlRewrite\.authority: .*must be `auto`/)
  assert.equal(wrongWith('{urlRewrite: {authority: {full: "a@b"}}}').length, 1)
  assert.equal(wrongWith('{urlRewrite: {authority: {host: "a:80"}}}').length, 1)
  assert.equal(wrongWith('{urlRewrite: {authority: {port: 70000}}}').length, 1)
  assert.match(wrongWith('{urlRewrite: {path: {full: "/a?b"}}}')[0] ?? '', /must be a path|not a valid/)
  assert.match(wrongWith('{urlRewrite: {path: {full: /a, prefix: /b}}}')[0] ?? '', /needs one of `full` and `prefix`/)
  assert.match(wrongWith('{urlRewrite: {path: {}}}')[0] ?? '', /needs one of `full` and `prefix`/)
})
