// Addresses of apps in definitions: told to whoever may read them, and to nobody else.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withoutApps } from '../../src/mcp/apps.ts'

const secret = (uri: string): boolean => !uri.includes('secret')

test('an address that may not be told is taken out, and every other byte stays', () => {
  const cases: readonly (readonly [string, string])[] = [
    [
      '{"name":"a","_meta":{"x": 1.0,"ui":{"resourceUri":"ui://secret","prefersBorder":true},"y":2}}',
      '{"name":"a","_meta":{"x": 1.0,"ui":{"prefersBorder":true},"y":2}}',
    ],
    ['{"_meta":{"ui/resourceUri":"ui://secret"}}', '{"_meta":{}}'],
    [
      '{"_meta":{"ui/resourceUri":"ui://secret","ui":{"resourceUri":"ui://secret"}},"name":"a"}',
      '{"_meta":{"ui":{}},"name":"a"}',
    ],
    [
      '{"_meta":{"ui/resourceUri":"ui://open","ui":{"resourceUri":"ui://secret","v":[1]}}}',
      '{"_meta":{"ui/resourceUri":"ui://open","ui":{"v":[1]}}}',
    ],
    ['{"_meta":{"ui":{"\\u0072esourceUri":"ui://secret"}}}', '{"_meta":{"ui":{}}}'],
  ]
  for (const [text, expected] of cases) assert.equal(withoutApps(text, secret), expected)
})

test('what holds no address, or one that may be told, is the same text', () => {
  for (const text of [
    '{"name":"a"}',
    '{"description":"resourceUri","_meta":[1]}',
    '{"_meta":{"ui":{"resourceUri":"ui://open"}}}',
    '{"_meta":{"ui":"resourceUri"}}',
    '{"_meta":{"ui/resourceUri":7}}',
  ])
    assert.equal(withoutApps(text, secret), text)
})
