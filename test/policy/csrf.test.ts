import assert from 'node:assert/strict'
import { test } from 'node:test'
import { route, serve, upstream } from '../support/serve.ts'

const policy = '{csrf: {additionalOrigins: ["https://trusted.example"]}}'

test('what a page of another site makes a browser send reaches the backend without the policy, and not with it', async (t) => {
  const backend = await upstream(t)
  const forged = {
    method: 'POST',
    headers: { host: 'app.example', origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
  }
  const open = await serve(t, route('{}', backend))
  assert.equal((await open.ask(forged)).status, 200)
  const { ask } = await serve(t, route(policy, backend))
  const refused = await ask(forged)
  assert.deepEqual([refused.status, refused.text], [403, 'CSRF validation failed'])
})

test('safe methods pass, whoever asks', async (t) => {
  const { ask } = await serve(t, route(policy, await upstream(t)))
  const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
  for (const method of ['GET', 'HEAD', 'OPTIONS']) assert.equal((await ask({ method, headers })).status, 200, method)
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
    assert.equal((await ask({ method, headers })).status, 403, method)
})

test('Sec-Fetch-Site decides where browsers send it', async (t) => {
  const { ask } = await serve(t, route(policy, await upstream(t)))
  const status = async (site: string, origin: string) =>
    (await ask({ method: 'POST', headers: { host: 'app.example', 'sec-fetch-site': site, origin } })).status
  assert.equal(await status('same-origin', 'https://evil.example'), 200)
  assert.equal(await status('none', 'https://evil.example'), 200)
  assert.equal(await status('same-site', 'http://app.example'), 403)
  assert.equal(await status('cross-site', 'http://app.example'), 403)
  assert.equal(await status('cross-site', 'https://trusted.example'), 200)
  assert.equal(await status('whatever', 'http://app.example'), 403)
})

test('without it, the origin must be our own or a listed one', async (t) => {
  const { ask } = await serve(t, route(policy, await upstream(t)))
  const status = async (host: string, origin: string) =>
    (await ask({ method: 'POST', headers: { host, origin } })).status
  assert.equal(await status('app.example', 'http://app.example'), 200)
  assert.equal(await status('APP.example:80', 'http://app.example'), 200)
  assert.equal(await status('app.example', 'https://app.example'), 200, 'TLS may end before us')
  assert.equal(await status('app.example', 'https://trusted.example'), 200)
  for (const origin of [
    'https://evil.example',
    'https://app.example:8443',
    'https://app.example.evil.test',
    'null',
    'ftp://app.example',
    'https://trusted.example.evil.test',
    'garbage',
  ])
    assert.equal(await status('app.example', origin), 403, origin)
})

test('programs send neither header, and pass', async (t) => {
  const { ask } = await serve(t, route('{csrf: {}}', await upstream(t)))
  assert.equal((await ask({ method: 'POST', body: 'x' })).status, 200)
})
