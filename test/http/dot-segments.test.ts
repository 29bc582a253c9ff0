import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasDotSegments } from '../../src/http/dot-segments.ts'

test('dot segments are found in whatever way dots and slashes are spelled', () => {
  for (const target of [
    '/..',
    '/.',
    '/a/../b',
    '/a/./b',
    '/a/%2e%2E/b',
    '/a/.%2e',
    '/a%2f..%2Fb',
    '/a/..;x=1/b',
    '/a\\..\\b',
    '/a/..%5cb',
    '/a/..?q',
    'file:///open/../secret',
    'note://x/..#y',
  ])
    assert.equal(hasDotSegments(target), true, target)
})

test('dots that are part of a name, or of a query, lead nowhere', () => {
  for (const target of [
    '/',
    '/a.b',
    '/.well-known/x',
    '/a/...',
    '/..a/b',
    '/a..',
    '/a?x=/../y',
    '/a#/../b',
    '/%2e%2e%2e',
    '/a%20b',
  ])
    assert.equal(hasDotSegments(target), false, target)
})
