// Where requests go: what the document says, what the configuration makes of it, and hosts that nobody has asked for.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { convert } from '../../src/openapi/convert.ts'
import type { Options, Server } from '../../src/openapi/tool.ts'
import { converted, library, losses } from './documents.ts'

const info = { title: 't', version: '1' }
const three = (servers: unknown, operation: object = {}, item: object = {}): object => ({
  openapi: '3.1.0',
  info,
  servers,
  paths: { '/a': { ...item, get: { responses: {}, ...operation } } },
})
const two = (more: object): object => ({ swagger: '2.0', info, ...more, paths: { '/a': { get: { responses: {} } } } })

/** The server of the one operation; the document's address, where it has one. */
function server(document: object, options: Options = {}, url?: string): Server | undefined {
  return convert({ ...library(document), url }, options).tools[0]?.server
}

test('the document names the host, unless the target has one of its own', () => {
  const document = three([{ url: 'https://api.example.test:8443/v1/' }])
  assert.deepEqual(server(document), { origin: 'https://api.example.test:8443', path: '/v1' })
  assert.deepEqual(server(document, { ownHost: true }), { origin: undefined, path: '/v1' })
})

test('relative servers are relative to the address of the document, or to the host of the target', () => {
  assert.deepEqual(server(three([{ url: '../v2' }]), {}, 'https://docs.example.test/x/y/api.json'), {
    origin: 'https://docs.example.test',
    path: '/x/v2',
  })
  assert.deepEqual(server(three([{ url: '/v2' }])), { origin: undefined, path: '/v2' })
  assert.deepEqual(server(three(undefined)), { origin: undefined, path: '' })
  assert.deepEqual(server(three([{ url: '//api.example.test/v1' }])), {
    origin: 'https://api.example.test',
    path: '/v1',
  })
})

test('the nearest servers count: of the operation, of the path, of the document', () => {
  const url = (path: string): object => ({ servers: [{ url: `https://api.example.test/${path}` }] })
  assert.equal(server(three([{ url: 'https://api.example.test/root' }], url('op'), url('item')))?.path, '/op')
  assert.equal(server(three([{ url: 'https://api.example.test/root' }], {}, url('item')))?.path, '/item')
})

test('the configuration chooses among several, and fills variables as far as the document allows', () => {
  const servers = [
    {
      url: 'https://{region}.example.test',
      description: 'live',
      variables: { region: { default: 'eu', enum: ['eu', 'us'] } },
    },
    { url: 'https://test.example.test', description: 'test' },
  ]
  const origin = (choice: NonNullable<Options['server']>): string | undefined =>
    server(three(servers), { server: choice })?.origin
  assert.equal(origin({}), 'https://eu.example.test')
  assert.equal(origin({ variables: { region: 'us' } }), 'https://us.example.test')
  assert.equal(origin({ description: 'test' }), 'https://test.example.test')
  assert.equal(origin({ index: 1 }), 'https://test.example.test')
  assert.equal(origin({ url: 'https://test.example.test' }), 'https://test.example.test')
  assert.match(
    losses(converted(three(servers), { server: { variables: { region: 'evil/x' } } }))[0] ?? '',
    /"region" cannot be "evil\/x"; it is one of eu, us/,
  )
  assert.match(losses(converted(three(servers), { server: { index: 7 } }))[0] ?? '', /no such server among its 2/)
})

test('an operation on another host is skipped, and says what would allow it', () => {
  const document = three([{ url: 'https://api.example.test' }], {
    servers: [{ url: 'https://uploads.example.test/v1' }],
  })
  const { tools } = converted(document)
  assert.equal(tools.length, 0)
  assert.match(
    losses(converted(document)).join('\n'),
    /another host, uploads\.example\.test; list it in servers\.allow/,
  )
  assert.deepEqual(server(document, { otherHosts: ['uploads.example.test'] }), {
    origin: 'https://uploads.example.test',
    path: '/v1',
  })
  assert.deepEqual(server(document, { otherHosts: ['uploads.example.test'], ownHost: true }), {
    origin: 'https://uploads.example.test',
    path: '/v1',
  })
  assert.equal(converted(document, { ownHost: true }).tools.length, 0)
})

test('2.0: https first, host and base path', () => {
  assert.deepEqual(server(two({ host: 'api.example.test', basePath: '/v1/', schemes: ['http', 'https'] })), {
    origin: 'https://api.example.test',
    path: '/v1',
  })
  assert.deepEqual(server(two({ host: 'api.example.test', schemes: ['http'] })), {
    origin: 'http://api.example.test',
    path: '',
  })
  assert.deepEqual(server(two({ basePath: '/v1' })), { origin: undefined, path: '/v1' })
  assert.match(losses(converted(two({ basePath: '/v1' }))).join('\n'), /has no host/)
  assert.equal(server(two({ host: 'x@evil.test/y' })), undefined)
})

test('what is no address of a server is none', () => {
  for (const url of [
    'ftp://a.test',
    'wss://a.test',
    'https://user:secret@a.test',
    'https://a.test\\@b.test',
    'https://',
    7,
  ]) {
    const conversion = converted(three([{ url }]))
    assert.equal(conversion.tools.length, 0, String(url))
    assert.ok(!losses(conversion).join('').includes('secret'))
  }
})
