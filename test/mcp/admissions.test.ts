// Digests of definitions, and what may enter the catalog.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { rawJson, targetName } from '../../src/core/brand.ts'
import { Admissions, digestOf } from '../../src/mcp/admissions.ts'
import { compileProgram, emptyProgram } from '../../src/policy/policy.ts'
import { silent } from '../../src/telemetry/log.ts'

const item = { kind: 'tool', target: targetName('a'), name: 'x' } as const
const offer = (text: string) => ({ name: 'x', raw: rawJson(text) })

test('spelling does not change a digest: order of members, spaces, escapes', () => {
  const one = digestOf(rawJson('{"b":[1,{"d":"\\u00e9","c":null}],"a":"x/y"}'))
  assert.equal(digestOf(rawJson(' { "a" : "x\\/y" , "b" : [ 1 , { "c" : null , "d" : "é" } ] } ')), one)
  assert.match(one, /^[0-9a-f]{64}$/)
})

test('numbers that a double cannot tell apart have digests of their own', () => {
  const digests = ['1e400', '1e401', 'null', '9007199254740992', '9007199254740993', '-0', '0'].map((number) =>
    digestOf(rawJson(`{"n":${number}}`)),
  )
  assert.equal(new Set(digests).size, digests.length)
})

test('equal values have equal digests and different ones different', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      const [one, other] = [JSON.stringify(a), JSON.stringify(b)]
      assert.equal(digestOf(rawJson(one)) === digestOf(rawJson(other)), isSame(a, b))
    }),
  )
})

function isSame(a: unknown, b: unknown): boolean {
  try {
    assert.deepEqual(JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b)))
    return true
  } catch {
    return false
  }
}

test('without doors everything is admitted unread', () => {
  assert.equal(new Admissions(emptyProgram, silent).admit(item, offer('not even JSON')), true)
})

test('a definition that hides a second text behind an equal name is kept out, whatever the doors say of the one they see', () => {
  const admissions = new Admissions(compileProgram([{ admits: () => ({ kind: 'admit' }) }]), silent)
  assert.equal(admissions.admit(item, offer('{"name":"x","description":"good"}')), true)
  assert.equal(admissions.admit(item, offer('{"name":"x","description":"evil","description":"good"}')), false)
  assert.equal(admissions.admit(item, offer('{"name":"x","description":"good" }')), true)
})
