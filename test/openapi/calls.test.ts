// Golden calls: what a tool call becomes on the wire, byte for byte, and which calls become nothing.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { request } from '../../src/openapi/request.ts'
import { corpus, equals, finder, type Golden, own, turnedAway } from './golden.ts'

for (const [name, folder] of [
  ['our own', own],
  ['the corpus', corpus],
] as const) {
  const file = path.join(folder, 'calls.json')
  const skip = existsSync(file) ? false : `${name}: the documents are not there`
  test(`${name}: every golden call becomes its request, byte for byte`, { skip }, async (t) => {
    const golden: Golden = JSON.parse(readFileSync(file, 'utf8'))
    const find = finder(folder)
    for (const call of golden.calls)
      await t.test(call.id, async () => {
        const made = request(await find(call), call.arguments)
        assert.ok(!('problem' in made), JSON.stringify(made))
        equals(made, call.expect)
      })
  })

  test(`${name}: calls that mean harm or nothing are refused, or mean nothing more`, { skip }, async (t) => {
    const golden: Golden = JSON.parse(readFileSync(file, 'utf8'))
    const find = finder(folder)
    for (const call of golden.negative)
      await t.test(call.id, async () => {
        turnedAway(request(await find(call), call.arguments), call)
      })
  })
}
