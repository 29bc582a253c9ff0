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

test('body and headers may be expressions over the request', async (t) => {
  const body = `'{"path": request.path, "who": default(request.headers["x-who"], "nobody")}'`
  const headers = `{content-type: "'application/json'", x-who: 'request.headers["x-who"]'}`
  const { ask } = await serve(
    t,
    route(`{directResponse: {status: 200, bodyExpression: ${body}, headers: ${headers}}}`, 1),
  )
  const answer = await ask({ path: '/p', headers: { 'x-who': 'me' } })
  assert.deepEqual(JSON.parse(answer.text), { path: '/p', who: 'me' })
  assert.deepEqual([answer.headers['content-type'], answer.headers['x-who']], ['application/json', 'me'])
  const without = await ask()
  assert.equal(without.headers['x-who'], undefined, 'a header whose expression fails is left out')
})

test('text and bytes are the body as they are', async (t) => {
  const said = (expression: string) => route(`{directResponse: {status: 200, bodyExpression: '${expression}'}}`, 1)
  const text = await serve(t, said('"a" + request.method'))
  assert.equal((await text.ask()).text, 'aGET')
  const bytes = await serve(t, said('base64.decode("AP8=")'))
  assert.equal((await bytes.ask()).text, '\u0000\u00ff')
})

test('a body whose expression fails is no answer: 500, and the log says why without a value', async (t) => {
  const { ask, said } = await serve(t, route(`{directResponse: {status: 200, bodyExpression: 'jwt.sub'}}`, 1))
  const answer = await ask()
  assert.deepEqual([answer.status, answer.text], [500, 'internal error'])
  assert.match(said[0]?.error ?? '', /^directResponse\.bodyExpression: no-such-(key|overload)/)
})

test('of several bodies the first whose condition holds is the answer, and none of them if none does', async (t) => {
  const conditional = `[{condition: 'request.path == "/a"', status: 200, body: A}, {condition: 'jwt.sub == "x"', status: 201}, {condition: 'request.method == "PUT"', status: 202}]`
  const { ask } = await serve(t, route(`{directResponse: {conditional: ${conditional}}}`, 1))
  assert.deepEqual([(await ask({ path: '/a' })).text, (await ask({ method: 'PUT' })).status], ['A', 202])
  assert.equal((await ask()).status, 503, 'the backend is asked, and is not there')
})

test('conditions are checked when the configuration is read', async (t) => {
  const open = '{directResponse: {conditional: [{status: 200}, {status: 201, condition: "true"}]}}'
  assert.match(wrongWith(open).join(), /directResponse.conditional.0: .* has no condition and must be the last/)
  assert.match(wrongWith('{directResponse: {conditional: []}}').join(), /directResponse/)
  const wrong = '{directResponse: {conditional: [{status: 200, condition: "request.path =="}]}}'
  await assert.rejects(serve(t, route(wrong, 1)), /expected an expression/)
})
