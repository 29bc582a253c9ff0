import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { test } from 'node:test'
import type { Exchange } from '../../src/core/exchange.ts'
import { route, serve, upstream, wrongWith } from '../support/serve.ts'

const keys =
  `keys: [{key: sk-one, metadata: {team: a}}, {keyHash: "sha256:${hash('sha256', 'sk-two').toUpperCase()}"}]`.replace(
    /SHA256:/,
    'sha256:',
  )
const bearer = (key: string) => ({ headers: { authorization: `Bearer ${key}` } })

test('strict: only with a key of the list, in the words of the original', async (t) => {
  const { ask, said } = await serve(t, route(`{apiKey: {mode: strict, ${keys}}}`, await upstream(t)))
  const missing = await ask()
  assert.deepEqual([missing.status, missing.text], [401, 'api key authentication failure: no API Key found'])
  assert.deepEqual([said[0]?.reason, said[0]?.error], ['APIKeyAuth', missing.text])
  for (const key of [
    'sk-on',
    'sk-one2',
    'SK-ONE',
    'sk-one sk-two',
    hash('sha256', 'sk-two'),
    `sha256:${hash('sha256', 'sk-two')}`,
  ]) {
    const wrong = await ask(bearer(key))
    assert.deepEqual([wrong.status, wrong.text], [401, 'api key authentication failure: invalid credentials'], key)
  }
  for (const key of ['sk-one', 'sk-two']) {
    const right = await ask(bearer(key))
    assert.equal(right.status, 200)
    assert.doesNotMatch(right.text, /authorization/, 'the key stays here')
  }
})

test('optional: without a key anybody, with a wrong one nobody; permissive: everybody', async (t) => {
  const backend = await upstream(t)
  const optional = await serve(t, route(`{apiKey: {${keys}}}`, backend))
  assert.deepEqual([(await optional.ask()).status, (await optional.ask(bearer('x'))).status], [200, 401])
  const permissive = await serve(t, route(`{apiKey: {mode: permissive, ${keys}}}`, backend))
  assert.deepEqual([(await permissive.ask()).status, (await permissive.ask(bearer('x'))).status], [200, 200])
  assert.doesNotMatch((await permissive.ask(bearer('x'))).text, /authorization/)
})

test('the key may be anywhere the configuration says, once', async (t) => {
  const at = `{apiKey: {mode: strict, ${keys}, location: {header: {name: X-API-Key}}}}`
  const { ask, raw } = await serve(t, route(at, await upstream(t)))
  assert.equal((await ask({ headers: { 'x-api-key': 'sk-one' } })).status, 200)
  assert.equal((await ask(bearer('sk-one'))).status, 401)
  const twice = await raw(
    'GET / HTTP/1.1\r\nhost: a\r\nx-api-key: sk-one\r\nx-api-key: sk-one\r\nconnection: close\r\n\r\n',
  )
  assert.match(twice, /^HTTP\/1\.1 401 /)
})

test('what is known of a key is there for expressions, and keys of one holder are two callers', async (t) => {
  const seen: Exchange[] = []
  const named = '{key: sk-one, metadata: {name: a}, allowedModels: ["gpt-*"]}, {key: sk-two, metadata: {name: a}}'
  const yaml = route(`{apiKey: {keys: [${named}]}}`, await upstream(t))
  const { ask } = await serve(t, yaml, { seen: (x) => seen.push(x) })
  for (const key of ['sk-one', 'sk-two']) await ask(bearer(key))
  const [one, two] = seen
  assert.deepEqual(one?.apiKey, { key: 'sk-one', metadata: { name: 'a' }, allowedModels: ['gpt-*'] })
  assert.deepEqual(two?.apiKey, { key: 'sk-two', metadata: { name: 'a' } })
  assert.equal(one?.identity?.via, 'apiKey')
  assert.notEqual(one?.identity?.subject, two?.identity?.subject)
  assert.doesNotMatch(JSON.stringify(one?.identity), /sk-one/)
})

test('what cannot be meant is said', async (t) => {
  assert.match(wrongWith('{apiKey: {}}').join(), /keys/)
  assert.match(wrongWith('{apiKey: {keys: [{}]}}').join(), /needs one of `key` and `keyHash`/)
  assert.match(wrongWith('{apiKey: {keys: [{key: a, keyHash: b}]}}').join(), /must be `sha256:`/)
  assert.match(wrongWith('{apiKey: {keys: [{keyHash: "sha256:abc"}]}}').join(), /must be `sha256:`/)
  await assert.rejects(serve(t, route('{apiKey: {keys: [{key: a}, {key: a}]}}', 1)), /is the same key as another one/)
})
