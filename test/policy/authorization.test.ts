// Rules on requests: every level has its say, preflights come first, what is wrong with a rule is shown where it stands.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { loadConfig } from '../../src/config/load.ts'
import { problemText } from '../../src/config/problems.ts'
import { dryCompile } from '../../src/gateway/compile.ts'
import { parts } from '../../src/gateway/parts.ts'
import { route, serve, upstream } from '../support/serve.ts'

test('a request that the rules do not let pass is refused in the original’s words', async (t) => {
  const backend = await upstream(t)
  const { ask, said } = await serve(t, route(`{authorization: {rules: ['request.path == "/open"']}}`, backend))
  assert.equal((await ask({ path: '/open' })).status, 200)
  const refused = await ask({ path: '/shut' })
  assert.deepEqual(
    [refused.status, refused.headers['content-type'], refused.headers['content-length'], refused.text],
    [403, 'text/plain', '20', 'authorization failed'],
  )
  assert.deepEqual(
    said.map(({ reason, error }) => [reason, error]),
    [
      ['Upstream', ''],
      ['Authorization', 'authorization failed'],
    ],
  )
})

test('a rule on a path holds however the server behind may read it', async (t) => {
  const backend = await upstream(t)
  const rules = `{authorization: {rules: [{deny: 'request.path.startsWith("/super-admin")'}, 'true']}}`
  const [open, ruled] = [await serve(t, route('{}', backend)), await serve(t, route(rules, backend))]
  const status = async ({ raw }: typeof open, path: string): Promise<string> =>
    (await raw(`GET ${path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`)).slice(9, 12)
  for (const path of [
    '/super-admin',
    '/%73uper-admin',
    '/super%2dadmin',
    '//super-admin',
    '/\\super-admin',
    '/%2fsuper-admin',
    '/%5Csuper-admin',
    '/;x=1/super-admin',
    '/;/super-admin',
  ]) {
    assert.equal(await status(ruled, path), '403', path)
    assert.equal(await status(open, path), '200', `${path} gets to the server as it is without the rule`)
  }
  for (const path of ['/public//x', '/public;v=1', '/a%20b', '/proxy/https://host/super-admin'])
    assert.equal(await status(ruled, path), '200', path)
  const exact = await serve(t, route(`{authorization: {rules: ['request.path == "/a%20b"']}}`, backend))
  assert.equal(await status(exact, '/a%20b'), '200', 'escapes that stand for themselves are as they are written')
})

test('the rules of gateway, listener, route and backend come together', async (t) => {
  const backend = await upstream(t)
  const must = (letter: string): string => `authorization: {rules: [{require: '"x-${letter}" in request.headers'}]}`
  const { ask } = await serve(
    t,
    `gateways: {gw: {port: 1, ${must('g')}, listeners: [{name: l, ${must('l')}}]}}
routes: [{gateways: [gw], policies: {${must('r')}}, backends: [{host: "127.0.0.1:${backend}", policies: {${must('b')}}}]}]`,
  )
  const all = { 'x-g': '1', 'x-l': '1', 'x-r': '1', 'x-b': '1' }
  assert.equal((await ask({ headers: all })).status, 200)
  for (const name of Object.keys(all)) {
    const headers = Object.fromEntries(Object.entries(all).filter(([key]) => key !== name))
    assert.equal((await ask({ headers })).status, 403, `without ${name}`)
  }
})

test('a preflight is answered before anything is asked of it', async (t) => {
  const backend = await upstream(t)
  const policies = `{cors: {allowOrigins: ["https://a.example"]}, authorization: {rules: ['false']}}`
  const { ask } = await serve(t, route(policies, backend))
  const headers = { origin: 'https://a.example', 'access-control-request-method': 'POST' }
  assert.equal((await ask({ method: 'OPTIONS', headers })).status, 200)
  const refused = await ask({ headers })
  assert.deepEqual([refused.status, refused.headers['access-control-allow-origin']], [403, 'https://a.example'])
  assert.equal((await ask({ method: 'OPTIONS' })).status, 403, 'without an origin it is no preflight')
})

test('without rules all pass, with `default: deny` none', async (t) => {
  const backend = await upstream(t)
  assert.equal((await (await serve(t, route('{authorization: {rules: []}}', backend))).ask()).status, 200)
  assert.equal(
    (await (await serve(t, route('{authorization: {rules: [], default: deny}}', backend))).ask()).status,
    403,
  )
})

test('functions of the configuration can be called, and what they read is there', async (t) => {
  const backend = await upstream(t)
  const custom = `config: {customFunctions: 'fast() { json(request.body).model == "fast" }'}\n`
  const { ask } = await serve(t, custom + route("{authorization: {rules: ['fast()']}}", backend))
  assert.equal((await ask({ method: 'POST', body: '{"model":"fast"}' })).status, 200)
  assert.equal((await ask({ method: 'POST', body: '{"model":"slow"}' })).status, 403)
})

const golden = path.join(import.meta.dirname, '../golden/config/expressions')

test('what is wrong with an expression is shown where it stands in the file', async () => {
  const text = readFileSync(path.join(golden, 'wrong.yaml'), 'utf8')
  const loaded = loadConfig({ text, file: 'wrong.yaml', env: {}, parts })
  const late = loaded.draft === undefined ? [] : await dryCompile(loaded.draft, () => undefined)
  const said = loaded
    .withLate(late)
    .map((problem) => problemText(problem))
    .join('\n')
  assert.equal(said, readFileSync(path.join(golden, 'wrong.txt'), 'utf8'))
})
