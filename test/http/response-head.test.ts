// The head of an answer: what it says, where its body ends, and what is no head at all.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Garbled, type ResponseHead, responseHead } from '../../src/http/response-head.ts'

const head = (lines: readonly string[], method = 'POST'): ResponseHead => responseHead(lines.join('\r\n'), method)

test('a head is its status, its reason and its fields, names in lower case', () => {
  const found = head(['HTTP/1.1 200 OK', 'Content-Type:  application/json \t', 'Content-Length: 12', 'X-Empty:'])
  assert.equal(found.status, 200)
  assert.equal(found.reason, 'OK')
  assert.deepEqual({ ...found.headers }, { 'content-type': 'application/json', 'content-length': '12', 'x-empty': '' })
  assert.equal(found.framing, 12)
  assert.equal(found.persistent, true)
})

test('what comes more than once is a list, whatever it is called', () => {
  const { headers } = head([
    'HTTP/1.1 200 OK',
    'Set-Cookie: a=1',
    'set-cookie: b=2',
    'SET-COOKIE: c=3',
    'Constructor: x',
  ])
  assert.deepEqual(headers['set-cookie'], ['a=1', 'b=2', 'c=3'])
  assert.equal(headers['constructor'], 'x')
})

test('no field reaches the prototype of all objects', () => {
  const { headers } = head(['HTTP/1.1 200 OK', '__proto__: polluted', '__proto__: again'])
  assert.equal(Object.getPrototypeOf(headers), Object.prototype)
  assert.deepEqual(Object.keys(headers), [])
})

for (const [why, framing, lines, method] of [
  ['its length', 5, ['HTTP/1.1 200 OK', 'content-length: 5']],
  ['its last chunk', 'chunked', ['HTTP/1.1 200 OK', 'transfer-encoding: Chunked']],
  ['the connection', 'close', ['HTTP/1.1 200 OK']],
  ['at once for HEAD', 0, ['HTTP/1.1 200 OK', 'content-length: 5'], 'HEAD'],
  ['at once for 204', 0, ['HTTP/1.1 204 No Content', 'content-length: 5']],
  ['at once for 304', 0, ['HTTP/1.1 304 Not Modified', 'transfer-encoding: chunked']],
] as const)
  test(`a body ends with ${why}`, () => assert.equal(head(lines, method).framing, framing))

for (const [persistent, lines] of [
  [true, ['HTTP/1.1 200 OK', 'content-length: 0']],
  [true, ['HTTP/1.1 200 OK', 'content-length: 0', 'Connection: Keep-Alive']],
  [false, ['HTTP/1.1 200 OK', 'content-length: 0', 'Connection: close']],
  [false, ['HTTP/1.1 200 OK', 'content-length: 0', 'Connection: x-thing, Close']],
  [false, ['HTTP/1.0 200 OK', 'content-length: 0']],
  [true, ['HTTP/1.0 200 OK', 'content-length: 0', 'Connection: keep-alive']],
  [false, ['HTTP/1.1 200 OK']],
] as const)
  test(`${lines.join(', ')}: the connection is ${persistent ? 'used again' : 'not used again'}`, () =>
    assert.equal(head(lines).persistent, persistent))

test('how long an idle connection is kept is what the server says', () => {
  assert.equal(head(['HTTP/1.1 200 OK', 'content-length: 0', 'Keep-Alive: timeout=5, max=100']).idleMs, 5_000)
  assert.equal(head(['HTTP/1.1 200 OK', 'content-length: 0']).idleMs, undefined)
})

for (const [why, lines] of [
  ['two ends of its body', ['HTTP/1.1 200 OK', 'content-length: 5', 'transfer-encoding: chunked']],
  ['two lengths', ['HTTP/1.1 200 OK', 'content-length: 5', 'content-length: 6']],
  ['a length that is none', ['HTTP/1.1 200 OK', 'content-length: +5']],
  ['a length of two numbers', ['HTTP/1.1 200 OK', 'content-length: 5, 5']],
  ['a coding that we do not know', ['HTTP/1.1 200 OK', 'transfer-encoding: gzip, chunked']],
  ['a folded line', ['HTTP/1.1 200 OK', 'x-a: b', ' c']],
  ['a space before the colon', ['HTTP/1.1 200 OK', 'content-length : 5']],
  ['a bare line feed', ['HTTP/1.1 200 OK', 'x-a: b\ncontent-length: 5']],
  ['a bare carriage return', ['HTTP/1.1 200 OK', 'x-a: b\rc']],
  ['a zero byte', ['HTTP/1.1 200 OK', 'x-a: \0']],
  ['a name with a space', ['HTTP/1.1 200 OK', 'x a: b']],
  ['no name', ['HTTP/1.1 200 OK', ': b']],
  ['a status of two digits', ['HTTP/1.1 20 OK']],
  ['another version', ['HTTP/2.0 200 OK']],
  ['another protocol', ['SSH-2.0-OpenSSH_9.6']],
] as const)
  test(`a head with ${why} is refused`, () =>
    assert.throws(
      () => head(lines),
      (thrown) => thrown instanceof Garbled && thrown.code.startsWith('HPE_'),
    ))
