// Documents of several files: what is asked for, what is not, and that nobody is asked in anybody else's name.
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { fetchDocument } from '../../src/http/fetch.ts'
import { Pools } from '../../src/http/pools.ts'
import { convert } from '../../src/openapi/convert.ts'
import { type Door, type LoadOptions, load } from '../../src/openapi/load.ts'
import { sentence } from '../../src/openapi/loss.ts'
import { beside } from './beside.ts'

/** A directory with these files. */
async function directory(t: TestContext, files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'openapi-'))
  t.after(() => rm(folder, { recursive: true }))
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true })
    await writeFile(path.join(folder, name), text)
  }
  return folder
}

/** A server with these files; what it was asked for is kept. */
async function serve(
  t: TestContext,
  files: Record<string, string>,
): Promise<{ readonly origin: string; readonly asked: IncomingMessage[] }> {
  const asked: IncomingMessage[] = []
  const server = createServer((request, response) => {
    asked.push(request)
    const body = files[request.url ?? '']
    if (body === undefined) return response.writeHead(404).end()
    if (request.headers['if-none-match'] === '"1"') return response.writeHead(304).end()
    return response.writeHead(200, { etag: '"1"' }).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  return { origin: `http://127.0.0.1:${address.port}`, asked }
}

/** The guarded client, as the rooms above hand it in. */
function guarded(t: TestContext): Door {
  const pools = new Pools()
  t.after(() => pools[Symbol.asyncDispose]())
  return {
    fetch: (url, { accept, maxBytes, timeoutMs, headers }) =>
      fetchDocument(url, { pools, trust: 'operator', accept, maxBytes, timeoutMs, headers }),
  }
}

const operation = (reference: string): string =>
  `{"post":{"requestBody":{"content":{"application/json":{"schema":{"$ref":"${reference}"}}}},"responses":{}}}`
const document = (paths: Record<string, string>): string =>
  `{"openapi":"3.1.0","info":{"title":"t","version":"1"},"servers":[{"url":"https://api.example.test"}],"paths":{${Object.entries(
    paths,
  )
    .map(([key, item]) => `"${key}":${item}`)
    .join(',')}}}`

async function tools(
  file: string,
  options: LoadOptions = {},
  door: Door = {},
): Promise<{ readonly names: readonly string[]; readonly losses: readonly string[] }> {
  const loading = await load({ kind: 'file', path: file, name: 'api.json' }, { file: beside(file), ...door }, options)
  assert.equal(loading.kind, 'loaded', JSON.stringify(loading))
  assert.ok(loading.kind === 'loaded')
  const conversion = convert(loading.library)
  return { names: conversion.tools.map(({ name }) => name), losses: conversion.losses.map(sentence) }
}

test('references are relative to the file that holds them, through as many files as it takes', async (t) => {
  const folder = await directory(t, {
    'api.json': document({ '/a': operation('schemas/a.json#/A') }),
    'schemas/a.json': '{"A":{"type":"object","properties":{"b":{"$ref":"deep/b.yaml#/x~1y/z"}}}}',
    'schemas/deep/b.yaml': 'x/y:\n  z: {type: object, properties: {a: {$ref: "../a.json#/A"}}}\n',
  })
  const found = await tools(path.join(folder, 'api.json'))
  assert.deepEqual(found, { names: ['post_a'], losses: [] })
})

test('a reference that leads nowhere spoils the operation that uses it, and says what was meant', async (t) => {
  const folder = await directory(t, {
    'api.json': document({
      '/a': operation('b.json#/Thigns'),
      '/b': operation('b.json#/Things'),
      '/c': operation('missing.json'),
    }),
    'b.json': '{"Things":{"type":"object"}}',
  })
  const { names, losses } = await tools(path.join(folder, 'api.json'))
  assert.deepEqual(names, ['post_b'])
  assert.match(
    losses[0] ?? '',
    /^api\.json:1 #\/paths\/~1a\/post\/.*"b\.json#\/Thigns" leads nowhere: there is no Thigns at # of b\.json; nearest: Things/,
  )
  assert.match(losses[1] ?? '', /missing\.json/)
})

test('a file below the directory only, wherever links and dots lead', async (t) => {
  const outside = await directory(t, { 'secret.json': '{"S":{"type":"string","default":"secret"}}' })
  const secret = path.join(outside, 'secret.json')
  const folder = await directory(t, {
    'api/api.json': document({
      '/a': operation('../other.json#/S'),
      '/b': operation('link.json#/S'),
      '/c': operation(`file://${secret}#/S`),
      '/d': operation('%2e%2e/other.json#/S'),
    }),
    'other.json': '{"S":{"type":"string"}}',
  })
  await symlink(secret, path.join(folder, 'api/link.json'))
  const { names, losses } = await tools(path.join(folder, 'api/api.json'))
  assert.deepEqual(names, [])
  assert.equal(losses.filter((one) => one.includes('leads out of the directory')).length, 4)
  // Without the rule: a door without the check hands the file out.
  const open = await load(
    { kind: 'file', path: path.join(folder, 'api/api.json'), name: 'api.json' },
    { file: async (file) => (await import('node:fs/promises')).readFile(file, 'utf8') },
  )
  assert.ok(open.kind === 'loaded')
  assert.match(JSON.stringify(convert(open.library).tools.map(({ definition }) => definition)), /"default":"secret"/)
})

test('a document from an address refers to its own origin, to none besides, and to no file', async (t) => {
  const inner = await serve(t, { '/internal.json': '{"S":{"type":"string"}}' })
  const other = `${inner.origin.replace('127.0.0.1', 'localhost')}/internal.json`
  const outer = await serve(t, {
    '/v1/api.json': document({
      '/a': operation('../b.json#/S'),
      '/b': operation(`${inner.origin}/internal.json#/S`),
      '/c': operation('file:///etc/passwd'),
      '/d': operation('http://169.254.169.254/latest#/S'),
      '/e': operation(`${other}#/S`),
    }),
    '/b.json': '{"S":{"type":"string"}}',
  })
  const place = { kind: 'url', url: `${outer.origin}/v1/api.json` } as const
  const loading = await load(place, guarded(t))
  assert.ok(loading.kind === 'loaded')
  const { tools: made, losses } = convert(loading.library)
  assert.deepEqual(
    made.map(({ name }) => name),
    ['post_a'],
  )
  assert.equal(
    losses.filter(({ problem }) => /another origin|no place that this document may read/.test(problem)).length,
    4,
  )
  assert.equal(inner.asked.length, 0)
  // What the configuration lists is asked, and only that.
  const listed = await load(place, guarded(t), { otherOrigins: [inner.origin] })
  assert.ok(listed.kind === 'loaded')
  assert.deepEqual(
    convert(listed.library).tools.map(({ name }) => name),
    ['post_a', 'post_b'],
  )
})

test('a redirect to a private address is refused by the guarded client, not by luck', async (t) => {
  const inner = await serve(t, { '/internal.json': document({}) })
  const server = createServer((_, response) =>
    response.writeHead(302, { location: `${inner.origin}/internal.json` }).end(),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  const loading = await load({ kind: 'url', url: `http://127.0.0.1:${address.port}/api.json` }, guarded(t))
  assert.ok(loading.kind === 'refused')
  assert.equal(loading.loss.code, 'openapi.fetch')
  assert.equal(inner.asked.length, 0)
})

test('what is in an example, a default or an extension is data, and nobody is asked for it', async () => {
  const asked: string[] = []
  const data = '{"$ref":"https://evil.example/x.json"}'
  const source = `{"openapi":"3.1.0","info":{"title":"t","version":"1"},"servers":[{"url":"https://api.example.test"}],"x-a":${data},"paths":{"/a":{"post":{"x-b":[${data}],"requestBody":{"content":{"application/json":{"example":${data},"examples":{"a":{"value":${data}}},"schema":{"type":"object","default":${data},"enum":[${data}],"properties":{"example":{"type":"string"}}}}}},"responses":{}}}}}`
  const door: Door = { fetch: (url) => Promise.reject(new Error(asked.push(url).toString())) }
  const loading = await load({ kind: 'text', source, name: 'inline' }, door, { otherOrigins: ['https://evil.example'] })
  assert.ok(loading.kind === 'loaded')
  assert.deepEqual(asked, [])
  assert.equal(convert(loading.library).tools.length, 1)
})

test('names that a document gives itself are no addresses', async () => {
  const source = JSON.stringify({
    openapi: '3.1.0',
    info: { title: 't', version: '1' },
    jsonSchemaDialect: 'https://dialects.example/x',
    servers: [{ url: 'https://api.example.test' }],
    paths: { '/a': JSON.parse(operation('https://names.example/thing')) },
    components: {
      schemas: { Thing: { $id: 'https://names.example/thing', type: 'object', properties: { a: { type: 'string' } } } },
    },
  })
  const loading = await load({ kind: 'text', source, name: 'inline' }, {})
  assert.ok(loading.kind === 'loaded')
  const { tools: made, losses } = convert(loading.library)
  assert.deepEqual(losses, [])
  assert.match(
    JSON.stringify(made[0]?.definition['inputSchema']),
    /"body":\{"type":"object","properties":\{"a":\{"type":"string"\}\}\}/,
  )
})

test('a version that has not changed is not read again', async (t) => {
  const { origin, asked } = await serve(t, { '/api.json': document({}) })
  const door = guarded(t)
  const first = await load({ kind: 'url', url: `${origin}/api.json` }, door)
  assert.ok(first.kind === 'loaded')
  assert.equal(first.library.etag, '"1"')
  assert.deepEqual(await load({ kind: 'url', url: `${origin}/api.json` }, door, { etag: '"1"' }), { kind: 'unchanged' })
  assert.equal(asked.length, 2)
  const missing = await load({ kind: 'url', url: `${origin}/none.json` }, door)
  assert.ok(missing.kind === 'refused')
  assert.match(sentence(missing.loss), /answers with status 404/)
})

test('files are counted and weighed', async (t) => {
  const folder = await directory(t, {
    'api.json': document({ '/a': operation('b.json'), '/b': operation('c.json') }),
    'b.json': '{"type":"object"}',
    'c.json': `{"type":"object","description":"${'x'.repeat(500)}"}`,
  })
  const file = path.join(folder, 'api.json')
  assert.match((await tools(file, { limits: { files: 2 } })).losses.join('\n'), /more than files: 2/)
  assert.match((await tools(file, { limits: { totalBytes: 800 } })).losses.join('\n'), /more than totalBytes: 800/)
})

test('a chain of references that leads back to itself spoils what uses it', async (t) => {
  const folder = await directory(t, {
    'api.json': `{"openapi":"3.1.0","info":{"title":"t","version":"1"},"paths":{"/a":{"get":{"parameters":[{"$ref":"#/components/parameters/A"}],"responses":{}}},"/b":{"get":{"responses":{}}}},"components":{"parameters":{"A":{"$ref":"#/components/parameters/B"},"B":{"$ref":"#/components/parameters/A"}}}}`,
  })
  const { names, losses } = await tools(path.join(folder, 'api.json'))
  assert.deepEqual(names, ['get_b'])
  assert.match(losses[0] ?? '', /leads back to itself/)
})
