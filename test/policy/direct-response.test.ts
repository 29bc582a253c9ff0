import assert from 'node:assert/strict'
import { test } from 'node:test'
import { route, serve, wrongWith } from '../support/serve.ts'

test('the configured status and body are the answer, and no backend is asked', async (t) => {
  const { ask, said } = await serve(t, route('{directResponse: {status: 418, body: "töpfchen"}}', 1))
  const answer = await ask({ method: 'POST', body: 'x' })
  assert.deepEqual([answer.status, Buffer.from(answer.text, 'latin1').toString()], [418, 'töpfchen'])
  assert.equal(answer.headers['content-length'], '9')
  assert.equal(answer.headers['content-type'], undefined)
  assert.deepEqual([said[0]?.reason, said[0]?.backend], ['DirectResponse', ''])
})

test('without a body there is none, and HEAD gets the head only', async (t) => {
  const bare = await serve(t, route('{directResponse: {status: 503}}', 1))
  assert.deepEqual([(await bare.ask()).text, (await bare.ask()).headers['content-length']], ['', '0'])
  const { ask } = await serve(t, route('{directResponse: {status: 200, body: four}}', 1))
  const head = await ask({ method: 'HEAD' })
  assert.deepEqual([head.status, head.text, head.headers['content-length']], [200, '', '4'])
})

test('a status that has no content is sent without the configured one', async (t) => {
  const { raw } = await serve(t, route('{directResponse: {status: 204, body: four}}', 1))
  const answer = await raw('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
  assert.match(answer, /^HTTP\/1\.1 204 /)
  assert.doesNotMatch(answer, /content-length|four/i)
})

test('a redirect comes first, a delay and rewrites do not stand in the way', async (t) => {
  const { ask } = await serve(
    t,
    route('{directResponse: {status: 200}, requestRedirect: {scheme: https}, delay: {duration: 1ms}}', 1),
  )
  assert.equal((await ask()).status, 302)
})

test('CEL is recognised, named and refused', () => {
  for (const [policy, key] of [
    ['{directResponse: {conditional: [{status: 503, condition: "true"}]}}', 'directResponse.conditional'],
    ['{directResponse: {status: 200, bodyExpression: "\'a\'"}}', 'directResponse.bodyExpression'],
    ['{directResponse: {status: 200, headers: {x-a: "\'a\'"}}}', 'directResponse.headers'],
    ['{retry: {codes: [503], condition: "true"}}', 'retry.condition'],
    ['{retry: {codes: [503], precondition: "true"}}', 'retry.precondition'],
    ['{delay: {duration: "random() < 0.1 ? 500 : 0"}}', 'delay.duration'],
  ] as const) {
    const wrong = wrongWith(policy)
    assert.equal(wrong.length, 1, wrong.join('\n'))
    assert.match(wrong[0] ?? '', new RegExp(`^${key}: .*not built`), policy)
  }
})
