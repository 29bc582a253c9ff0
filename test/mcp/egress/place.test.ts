import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findPlace, hostSchema } from '../../../src/mcp/egress/place.ts'
import { stage } from './stage.ts'

test('the three ways of writing an address give origin and path', (t) => {
  const site = stage(t)
  const at = (config: object, over: object = {}) => {
    const place = findPlace(hostSchema().parse(config), { ...site, ...over }, '/mcp')
    return place && [place.origin, place.path, place.endpoint]
  }
  assert.deepEqual(at({ host: 'https://a.example/x/y?key=1#z' }), [
    'https://a.example',
    '/x/y?key=1',
    'https://a.example/x/y',
  ])
  assert.deepEqual(at({ host: 'HTTP://A.example:8080' }), ['http://a.example:8080', '/', 'http://a.example:8080/'])
  assert.deepEqual(at({ host: 'a.example:81' }), ['http://a.example:81', '/mcp', 'http://a.example:81/mcp'])
  assert.deepEqual(at({ host: '[::1]:81' }), ['http://[::1]:81', '/mcp', 'http://[::1]:81/mcp'])
  assert.deepEqual(at({ host: '::1', port: 81, path: 'p' }), ['http://[::1]:81', '/p', 'http://[::1]:81/p'])
  assert.deepEqual(at({ host: 'a.example', port: 443, path: '/' }), [
    'http://a.example:443',
    '/',
    'http://a.example:443/',
  ])
  assert.deepEqual(at({ host: 'a.example', port: 443, path: '/p' }, { tls: {} }), [
    'https://a.example',
    '/p',
    'https://a.example/p',
  ])
  assert.deepEqual(at({ host: 'a.example:81' }, { tls: {} }), [
    'https://a.example:81',
    '/mcp',
    'https://a.example:81/mcp',
  ])
  const backend = (name: string) => (name === 'known' ? { origin: 'https://b.example', tls: undefined } : undefined)
  assert.deepEqual(at({ backend: 'known', path: '/q' }, { backend }), [
    'https://b.example',
    '/q',
    'https://b.example/q',
  ])
  assert.deepEqual(at({ backend: 'known' }, { backend }), ['https://b.example', '/mcp', 'https://b.example/mcp'])
  assert.deepEqual(site.problems, [])
})

test('an address that is none is reported', (t) => {
  for (const [config, message] of [
    [{ host: 'ftp://a.example/' }, /host: only http/],
    [{ host: 'https://user:word@a.example/' }, /host: credentials/],
    [{ host: 'a b' }, /host: `a b` is no address/],
    [{ host: 'https://' }, /is no address/],
    [{ host: 'https://a.example/x', port: 1, path: '/' }, /host: beside `port`/],
    [{ backend: 'unknown' }, /backend: there is no backend named `unknown`/],
  ] as const) {
    const site = stage(t)
    assert.equal(findPlace(hostSchema().parse(config), site, '/mcp'), undefined)
    assert.match(site.problems.join(), message)
  }
})

test('half an address is refused by its schema', () => {
  for (const config of [
    {},
    { host: 'a', port: 1 },
    { host: 'a', path: '/' },
    { backend: 'b', host: 'a' },
    { host: 'a', x: 1 },
    { host: 'a', port: 0, path: '/' },
  ])
    assert.equal(hostSchema().safeParse(config).success, false, JSON.stringify(config))
})
