import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dialectFunctions } from '../../../src/cel/functions/index.ts'
import { call, failed, free } from './call.ts'

test('random and uuid differ each time, and are never folded', () => {
  const numbers = Array.from({ length: 20 }, () => call('random'))
  for (const number of numbers) assert.ok(typeof number === 'number' && number > 0 && number < 1)
  assert.equal(new Set(numbers).size, 20)
  const id = call('uuid')
  assert.ok(typeof id === 'string')
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  assert.notEqual(call('uuid'), id)
  for (const name of ['random', 'uuid', 'fail']) assert.equal(dialectFunctions.get(name)?.volatile, true)
})

test('fail tells the message of its author, and none that was computed', () => {
  const prepared = dialectFunctions.get('fail')?.prepare?.(['no tier'])
  assert.ok(prepared !== undefined && !('argument' in prepared))
  const told = prepared.one?.('no tier', free) ?? null
  failed('function-error', told)
  assert.equal(told.detail, 'fail: no tier')
  const computed = call('fail', 'secret')
  failed('function-error', computed)
  assert.doesNotMatch(computed.detail, /secret/)
  failed('function-error', call('fail'))
})
