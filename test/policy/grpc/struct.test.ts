// JSON values through protobuf's Struct and back.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fromStruct, type StructMessage, toStruct, type ValueMessage } from '../../../src/policy/grpc/struct.ts'

test('every JSON object comes back as it was', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
      const json = JSON.stringify(object)
      assert.equal(JSON.stringify(fromStruct(toStruct(JSON.parse(json)))), json)
    }),
  )
})

test('names of prototypes are members like any other', () => {
  const read = fromStruct(JSON.parse('{"fields":{"__proto__":{"stringValue":"x"},"constructor":{"boolValue":true}}}'))
  assert.deepEqual(Object.entries(read), [
    ['__proto__', 'x'],
    ['constructor', true],
  ])
  assert.equal(Object.getPrototypeOf(read), Object.prototype)
})

test('what nests without end is cut, not followed', () => {
  let inner: ValueMessage = { stringValue: 'bottom' }
  for (let i = 0; i < 10_000; i++) inner = { listValue: { values: [inner] } }
  const outer: StructMessage = { fields: { deep: inner } }
  assert.ok(!JSON.stringify(fromStruct(outer)).includes('bottom'))
})
