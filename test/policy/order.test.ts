import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { policies } from '../../src/policy/index.ts'

const keys = policies.map(({ key }) => key)
const rank = (key: (typeof keys)[number]): number => keys.indexOf(key)

test('every policy file of the room is in the table, and none twice', () => {
  const room = path.join(import.meta.dirname, '../../src/policy')
  const defined = readdirSync(room)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => /(?:define|conditional)\(\{\s*key: '(\w+)'/.exec(readFileSync(path.join(room, file), 'utf8'))?.[1])
    .filter((key) => key !== undefined)
  assert.deepEqual([...keys].sort(), defined.sort())
})

test('the order is the reference’s', () => {
  const order = [
    'cors',
    'oidc',
    'jwtAuth',
    'basicAuth',
    'apiKey',
    'authorization',
    'buffer',
    'csrf',
    'requestHeaderModifier',
    'urlRewrite',
    'requestRedirect',
    'delay',
    'directResponse',
    'retry',
  ] as const
  for (const [at, key] of order.entries()) {
    const next = order[at + 1]
    if (next !== undefined) assert.ok(rank(key) < rank(next), `${key} before ${next}`)
  }
})
