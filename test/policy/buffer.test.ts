import assert from 'node:assert/strict'
import { test } from 'node:test'
import { route, serve, upstream, wrongWith } from '../support/serve.ts'

const chunked = { 'transfer-encoding': 'chunked' }

test('a buffered request reaches the backend whole, with its length', async (t) => {
  const { ask } = await serve(t, route('{buffer: {request: {}}}', await upstream(t)))
  const { headers, body } = JSON.parse((await ask({ method: 'POST', body: 'abc', headers: chunked })).text)
  assert.deepEqual([body, headers['content-length'], headers['transfer-encoding']], ['abc', '3', undefined])
})

test('a request above the bound is 413 without a body, and the backend hears nothing of it', async (t) => {
  let asked = 0
  const port = await upstream(t, (_, response) => response.end(String(++asked)))
  const { ask } = await serve(t, route('{buffer: {request: {maxBytes: 4}}}', port))
  for (const headers of [{}, chunked]) {
    const answer = await ask({ method: 'POST', body: '12345', headers })
    assert.deepEqual([answer.status, answer.text], [413, ''])
  }
  assert.equal((await ask({ method: 'POST', body: '1234' })).status, 200)
  assert.equal(asked, 1)
})

test('with failOpen a larger request flows, every byte of it', async (t) => {
  const { ask } = await serve(t, route('{buffer: {request: {maxBytes: 4, failureMode: failOpen}}}', await upstream(t)))
  const body = 'x'.repeat(300_000)
  for (const headers of [{}, chunked])
    assert.equal(JSON.parse((await ask({ method: 'POST', body, headers })).text).body, body)
})

test('a body that is too large for one policy still is whole for the next', async (t) => {
  const policies = '{buffer: {request: {maxBytes: 4, failureMode: failOpen}}, retry: {codes: [503]}}'
  const { ask } = await serve(t, route(policies, await upstream(t)))
  for (const size of [5, 60_000, 300_000]) {
    const body = 'z'.repeat(size)
    assert.equal(JSON.parse((await ask({ method: 'POST', body, headers: chunked })).text).body, body)
  }
})

test('a buffered answer comes whole; above the bound it is 502 without a body', async (t) => {
  const port = await upstream(t, (request, response) => {
    response.write('1234')
    setTimeout(() => response.end(request.url === '/more' ? '5' : ''), 20)
  })
  const { ask } = await serve(t, route('{buffer: {response: {maxBytes: 4}}}', port))
  const fits = await ask()
  assert.deepEqual([fits.status, fits.text, fits.headers['content-length']], [200, '1234', '4'])
  const over = await ask({ path: '/more' })
  assert.deepEqual([over.status, over.text], [502, ''])
})

test('with failOpen a larger answer flows, every byte of it', async (t) => {
  const body = 'y'.repeat(300_000)
  const port = await upstream(t, (_, response) => response.end(body))
  const { ask } = await serve(t, route('{buffer: {response: {maxBytes: 4, failureMode: failOpen}}}', port))
  assert.equal((await ask()).text, body)
})

test('with failOpen an answer that breaks off later breaks off at the client too', async (t) => {
  const port = await upstream(t, (_, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('more than four')
    setTimeout(() => response.destroy(), 20)
  })
  const { ask } = await serve(t, route('{buffer: {response: {maxBytes: 4, failureMode: failOpen}}}', port))
  await assert.rejects(ask())
})

test('an answer to HEAD keeps the length of the body that does not come', async (t) => {
  const port = await upstream(t, (_, response) => response.setHeader('content-length', '500').end())
  const { ask } = await serve(t, route('{buffer: {response: {maxBytes: 4}}}', port))
  const { status, headers } = await ask({ method: 'HEAD' })
  assert.deepEqual([status, headers['content-length']], [200, '500'])
})

test('an answer that breaks off while it is buffered is no answer', async (t) => {
  const port = await upstream(t, (_, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('half')
    setTimeout(() => response.destroy(), 20)
  })
  const { ask } = await serve(t, route('{buffer: {response: {}}}', port))
  const { status, text } = await ask()
  assert.ok(status >= 502, String(status))
  assert.match(text, /^upstream call failed: /)
})

test('bounds are numbers of bytes, modes have two names', () => {
  assert.equal(wrongWith('{buffer: {request: {maxBytes: -1}}}').length, 1)
  assert.match(wrongWith('{buffer: {request: {failureMode: failopen}}}')[0] ?? '', /failOpen/)
})
