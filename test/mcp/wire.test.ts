import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rawJson } from '../../src/core/brand.ts'
import {
  errorObject,
  errorText,
  notificationText,
  outlined,
  readMessage,
  requestText,
  resultText,
  WireError,
} from '../../src/mcp/wire.ts'

const read = (text: string) => readMessage(text, outlined(text, 64))

test('a request keeps the spelling of its id and its params', () => {
  const message = read('{"jsonrpc":"2.0","id":1.0,"method":"tools/call","params":{"n":1e400}}')
  assert.ok(message.kind === 'request')
  assert.equal(message.id, '1.0')
  assert.equal(message.method, 'tools/call')
  assert.equal(message.rawParams, '{"n":1e400}')
  assert.deepEqual(message.params, { n: Infinity })
})

test('without an id it is a notification', () => {
  const message = read('{"jsonrpc":"2.0","method":"x"}')
  assert.ok(message.kind === 'notification')
  assert.equal(message.method, 'x')
  assert.equal(message.rawParams, undefined)
  assert.deepEqual(message.params, {})
})

test('members of the params are read without parsing the rest, the last of equal names', () => {
  const message = read('{"jsonrpc":"2.0","method":"x","params": {"name":"a","n\\u0061me":"b\\n","uri":7}}')
  assert.ok(message.kind === 'notification')
  assert.equal(message.string('name'), 'b\n')
  assert.equal(message.string('uri'), undefined)
  const span = message.at('uri')
  assert.equal(span && message.rawParams?.slice(span.start, span.end), '7')
  assert.equal(message.at('missing'), undefined)
})

test('results and errors are told apart and kept as text', () => {
  assert.deepEqual(read('{"jsonrpc":"2.0","id":"a","result":{"x":-0}}'), { kind: 'result', id: '"a"', raw: '{"x":-0}' })
  assert.deepEqual(read('{"jsonrpc":"2.0","id":null,"error":{"code":-1}}'), {
    kind: 'error',
    id: undefined,
    raw: '{"code":-1}',
  })
})

for (const [text, code] of [
  ['[]', -32600],
  ['1', -32600],
  ['{"id":1,"method":"x"}', -32600],
  ['{"jsonrpc":"1.0","id":1,"method":"x"}', -32600],
  ['{"jsonrpc":"2.0","id":{},"method":"x"}', -32600],
  ['{"jsonrpc":"2.0","id":null,"method":"x"}', -32600],
  ['{"jsonrpc":"2.0","id":1,"method":"x","params":[1]}', -32602],
  ['{"jsonrpc":"2.0","id":1}', -32600],
  ['{"jsonrpc":"2.0","result":{}}', -32600],
  ['{"jsonrpc":"2.0","id":1,"error":7}', -32600],
] as const) {
  test(`${text} is answered with ${code}`, () => {
    assert.throws(
      () => read(text),
      (error) => error instanceof WireError && error.code === code,
    )
  })
}

test('text that is no JSON, or too deep, is refused without being repeated', () => {
  assert.throws(
    () => outlined('{"password":"hunter2"', 8),
    (error) => error instanceof WireError && error.code === -32700 && !error.message.includes('hunter2'),
  )
  assert.throws(() => outlined('[[[[]]]]', 3), { code: -32600, message: 'nested deeper than 3' })
})

test('messages are written as JSON-RPC 2.0', () => {
  assert.equal(requestText(7, 'ping', undefined), '{"jsonrpc":"2.0","id":7,"method":"ping"}')
  assert.equal(notificationText('n', rawJson('{"a":1}')), '{"jsonrpc":"2.0","method":"n","params":{"a":1}}')
  assert.equal(resultText(rawJson('"i"'), rawJson('{}')), '{"jsonrpc":"2.0","id":"i","result":{}}')
  assert.equal(
    errorText(undefined, errorObject(-32700, 'not JSON')),
    '{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"not JSON"}}',
  )
})
