import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Exchange } from '../../src/core/exchange.ts'
import { route, serve, upstream, wrongWith } from '../support/serve.ts'

// `openssl passwd -apr1 -salt abcdefgh wonderland`
const USERS = 'alice:$apr1$abcdefgh$VS3vSM84y6riPqgPCrpTW.\nbob:builder\n'

const basic = (pair: string | Buffer, scheme = 'Basic') => ({
  headers: { authorization: `${scheme} ${Buffer.from(pair).toString('base64')}` },
})

async function guarded(t: TestContext, more: string, seen?: (x: Exchange) => void) {
  const yaml = route(`{basicAuth: {htpasswd: {file: users}, ${more}}}`, await upstream(t))
  return serve(t, yaml, { read: () => Buffer.from(USERS), ...(seen !== undefined && { seen }) })
}

test('strict: a browser is asked, and only users of the file get in', async (t) => {
  const seen: Exchange[] = []
  const { ask, said } = await guarded(t, 'mode: strict', (x) => seen.push(x))
  const asked = await ask()
  assert.deepEqual(
    [asked.status, asked.headers['www-authenticate'], asked.text],
    [401, 'Basic realm="Restricted"', 'basic authentication failure: no basic authentication credentials found'],
  )
  assert.deepEqual([said[0]?.reason, said[0]?.error], ['BasicAuth', asked.text])
  for (const pair of ['alice:wonderland', 'bob:builder', 'alice:wonderland']) {
    const answer = await ask(basic(pair))
    assert.equal(answer.status, 200, pair)
    assert.doesNotMatch(answer.text, /authorization/)
  }
  assert.deepEqual(
    [seen[1]?.basicAuth, seen[1]?.identity?.via, seen[1]?.identity?.subject],
    [{ username: 'alice' }, 'basic', 'alice'],
  )
  for (const pair of [
    'alice:',
    'alice',
    ':wonderland',
    'Alice:wonderland',
    'alice:wonderland ',
    'carol:wonderland',
    'bob:wonderland',
    '',
    `bob:${'x'.repeat(5_000)}`,
  ]) {
    const wrong = await ask(basic(pair))
    assert.equal(wrong.status, 401, pair)
  }
  assert.equal((await ask(basic('alice:nowhere'))).text, 'basic authentication failure: invalid credentials')
})

test('what is no base64, or no text, is no user', async (t) => {
  const { ask } = await guarded(t, 'mode: strict')
  assert.equal((await ask(basic(Buffer.from([0xff, 58, 97])))).status, 401)
  for (const value of ['Basic !!!!', 'Basic Ym9iOmJ1aWxkZXI=, x', 'Bearer Ym9iOmJ1aWxkZXI='])
    assert.equal((await ask({ headers: { authorization: value } })).status, 401)
  assert.equal((await ask({ headers: { authorization: 'basic Ym9iOmJ1aWxkZXI=' } })).status, 200)
})

test('optional: without a password anybody, with a wrong one nobody', async (t) => {
  const { ask } = await guarded(t, 'realm: \'the "inner" circle\'')
  assert.equal((await ask()).status, 200)
  const wrong = await ask(basic('bob:x'))
  assert.deepEqual([wrong.status, wrong.headers['www-authenticate']], [401, 'Basic realm="the \\"inner\\" circle"'])
})

test('where proxies look for theirs, the answer is a proxy’s', async (t) => {
  const { ask } = await guarded(
    t,
    'mode: strict, authorizationLocation: {header: {name: Proxy-Authorization, prefix: "Basic "}}',
  )
  const asked = await ask()
  assert.deepEqual(
    [asked.status, asked.headers['proxy-authenticate'], asked.headers['www-authenticate']],
    [407, 'Basic realm="Restricted"', undefined],
  )
  const { authorization } = basic('bob:builder').headers
  assert.equal((await ask({ headers: { 'proxy-authorization': authorization } })).status, 200)
})

test('what cannot be used is said by its line, and nothing of it is shown', async (t) => {
  assert.match(wrongWith('{basicAuth: {htpasswd: a, realm: "a\\nb"}}').join(), /must be one line/)
  const read = () => Buffer.from('a:b\ncarol:$2y$10$secret')
  const bad = serve(t, route('{basicAuth: {htpasswd: {file: users}}}', 1), { read })
  await assert.rejects(
    bad,
    (thrown: Error) => /line 2 has a hash of a kind/.test(thrown.message) && !/carol|secret/.test(thrown.message),
  )
})
