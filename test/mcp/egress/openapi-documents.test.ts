// Where documents of targets come from: files with what they refer to, and addresses that are asked again.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { caller, peer, type StageOptions, serve, stage, upstream } from './stage.ts'

const documentWith = (...names: readonly string[]): string =>
  JSON.stringify({
    openapi: '3.1.0',
    info: { title: 'Things', version: '1' },
    paths: Object.fromEntries(names.map((name) => [`/${name}`, { get: { operationId: name, responses: {} } }])),
  })

/** A folder with these files, gone with the test. */
function folder(t: TestContext, files: Readonly<Record<string, string>>): string {
  const made = mkdtempSync(path.join(tmpdir(), 'toolgate-openapi-'))
  t.after(() => rmSync(made, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(made, name)), { recursive: true })
    writeFileSync(path.join(made, name), text)
  }
  return made
}

const read: NonNullable<StageOptions['read']> = (file) => {
  try {
    return readFileSync(file)
  } catch {
    return undefined
  }
}

async function toolsOf(connection: Awaited<ReturnType<Awaited<ReturnType<typeof upstream>>['connect']>>) {
  const { raw } = await connection.request({ method: 'tools/list', params: undefined }, caller())
  const list: { tools: { name: string; inputSchema: unknown }[] } = JSON.parse(raw)
  return list.tools
}

const referring = (reference: string): string =>
  JSON.stringify({
    openapi: '3.1.0',
    info: { title: 'Things', version: '1' },
    paths: {
      '/a': { get: { operationId: 'a', responses: {} } },
      '/b': { get: { operationId: 'b', parameters: [{ $ref: reference }], responses: {} } },
    },
  })
const parameter = JSON.stringify({ name: 'colour', in: 'query', schema: { type: 'string' } })

test('a document in a file may refer to files beside and below it, and they are read through the configuration', async (t) => {
  const made = folder(t, { 'api.json': referring('parts/colour.json'), 'parts/colour.json': parameter })
  const names: string[] = []
  const site = stage(t, { read: (file) => (names.push(path.basename(file)), read(file)) })
  const up = await upstream('openapi', { schema: { file: path.join(made, 'api.json') }, host: 'a.example:80' }, site)
  const [, b] = await toolsOf(await up.connect(peer()))
  assert.match(JSON.stringify(b?.inputSchema), /"colour"/)
  assert.deepEqual([...new Set(names)], ['api.json', 'colour.json'])
  assert.deepEqual([site.problems, site.warnings], [[], []])
})

test('what lies outside of the directory is not read, however it is reached', async (t) => {
  const made = folder(t, { 'docs/up.json': referring('../secret.json'), 'secret.json': parameter })
  symlinkSync(path.join(made, 'secret.json'), path.join(made, 'docs/link.json'))
  writeFileSync(path.join(made, 'docs/linked.json'), referring('link.json'))
  writeFileSync(path.join(made, 'docs/escaped.json'), referring('%2e%2e/secret.json'))
  writeFileSync(path.join(made, 'docs/absolute.json'), referring(`file://${made}/secret.json`))
  for (const name of ['up', 'linked', 'escaped', 'absolute']) {
    const names: string[] = []
    const site = stage(t, { read: (file) => (names.push(path.basename(file)), read(file)) })
    const up = await upstream('openapi', { schema: { file: path.join(made, `docs/${name}.json`) }, host: 'a:80' }, site)
    assert.deepEqual(
      (await toolsOf(await up.connect(peer()))).map((tool) => tool.name),
      ['a'],
      name,
    )
    assert.equal(site.warnings.length > 0, true)
    assert.equal(
      names.some((each) => /secret|link\.json/.test(each)),
      false,
      name,
    )
  }
  // Below the directory the same file is read: it is the rule that keeps it away.
  writeFileSync(path.join(made, 'docs/secret.json'), parameter)
  writeFileSync(path.join(made, 'docs/inside.json'), referring('secret.json'))
  const up = await upstream(
    'openapi',
    { schema: { file: path.join(made, 'docs/inside.json') }, host: 'a:80' },
    stage(t, { read }),
  )
  assert.deepEqual(
    (await toolsOf(await up.connect(peer()))).map((tool) => tool.name),
    ['a', 'b'],
  )
})

test('another content of the file is another upstream; the same is the same', async (t) => {
  let text = documentWith('a')
  const site = stage(t, { read: () => Buffer.from(text) })
  const print = async () => (await upstream('openapi', { schema: { file: 'x.json' }, host: 'a:80' }, site)).print
  const before = await print()
  assert.equal(await print(), before)
  text = documentWith('a', 'b')
  assert.notEqual(await print(), before)
})

/** A server that has one document at a time, and counts who asks for it. */
async function published(t: TestContext, first: string) {
  const state = { text: first, status: 200, asked: [] as (string | undefined)[] }
  const origin = await serve(t, ({ headers }, response) => {
    const etag = `"${state.text.length}"`
    state.asked.push(headers['if-none-match'])
    const same = headers['if-none-match'] === etag
    response.writeHead(same ? 304 : state.status, { etag }).end(same ? '' : state.text)
  })
  return { state, url: `${origin}/openapi.json`, origin }
}

test('a document at an address is fetched when it is wanted, and asked for again with its ETag', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { state, url, origin } = await published(t, documentWith('a'))
  const site = stage(t)
  const up = await upstream('openapi', { schema: { url }, host: origin }, site)
  assert.equal(state.asked.length, 0)
  const someone = peer()
  const connection = await up.connect(someone)
  assert.deepEqual(
    (await toolsOf(connection)).map(({ name }) => name),
    ['a'],
  )

  t.mock.timers.tick(86_400_000)
  await settled(() => state.asked.length === 2)
  assert.deepEqual(state.asked, [undefined, `"${state.text.length}"`])
  assert.equal(someone.heard.length, 0)

  state.text = documentWith('a', 'second')
  t.mock.timers.tick(86_400_000)
  await settled(() => someone.heard.length > 0)
  assert.deepEqual(
    someone.heard.map(({ method }) => method),
    ['notifications/tools/list_changed'],
  )
  assert.deepEqual(
    (await toolsOf(connection)).map(({ name }) => name),
    ['a', 'second'],
  )
})

/** Real sockets are not in the hands of a mocked clock: lets them have their turns. */
async function settled(check: () => boolean): Promise<void> {
  for (let turns = 0; turns < 10_000 && !check(); turns++) await new Promise((resolve) => setImmediate(resolve))
  // What follows an answer in the same turn.
  for (let turns = 0; turns < 50; turns++) await new Promise((resolve) => setImmediate(resolve))
}

test('a bad new version changes nothing and is warned of', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { state, url, origin } = await published(t, documentWith('a'))
  const site = stage(t)
  const up = await upstream('openapi', { schema: { url }, host: origin }, site)
  const connection = await up.connect(peer())
  const bad: readonly (readonly [string, number, RegExp])[] = [
    ['openapi: [', 200, /openapi\.json:1/],
    ['{"openapi":"9.9.9"}', 200, /9\.9\.9/],
    ['it is night', 503, /answers with status 503/],
  ]
  for (const [text, status, why] of bad) {
    Object.assign(state, { text, status })
    const before = site.lines.length
    t.mock.timers.tick(86_400_000)
    await settled(() => site.lines.length > before)
    assert.match(site.lines.at(-1) ?? '', /^warn a document cannot be used, the last good version stays/)
    assert.match(site.lines.at(-1) ?? '', why)
    assert.deepEqual(
      (await toolsOf(connection)).map(({ name }) => name),
      ['a'],
    )
  }
  Object.assign(state, { text: documentWith('better', 'still'), status: 200 })
  t.mock.timers.tick(600_000)
  await settled(() => site.lines.some((line) => line.includes('"tools":2')))
  assert.deepEqual(
    (await toolsOf(connection)).map(({ name }) => name),
    ['better', 'still'],
  )
})

test('without a first good version there is no conversation, and the next attempt may bring one', async (t) => {
  const { state, url, origin } = await published(t, 'nothing yet')
  const up = await upstream('openapi', { schema: { url }, host: origin }, stage(t))
  await assert.rejects(up.connect(peer()), { code: 'mcp.target', message: /^target shop: document: / })
  state.text = documentWith('a')
  assert.equal((await toolsOf(await up.connect(peer()))).length, 1)
})

test('a document that answers too much or too late is refused', async (t) => {
  const origin = await serve(t, ({ url }, response) => {
    if (url === '/large') response.end('x'.repeat(5_000))
  })
  const refused = async (name: string, why: RegExp): Promise<void> => {
    const config = { schema: { url: `${origin}/${name}` }, host: origin, limits: { documentBytes: 4_000, fetchMs: 50 } }
    await assert.rejects((await upstream('openapi', config, stage(t))).connect(peer()), { message: why })
  }
  await refused('large', /more than 4000 bytes/)
  await refused('late', /within 50 ms/)
})

test('a server that the document names elsewhere gets no credentials of the target', async (t) => {
  const named = JSON.stringify({ ...JSON.parse(documentWith('a')), servers: [{ url: 'https://collector.example' }] })
  const { url } = await published(t, named)
  const credentials = { personal: false, print: 'p', apply: () => {} }
  const up = await upstream('openapi', { schema: { url } }, stage(t, { credentials }))
  await assert.rejects(up.connect(peer()), {
    message: /collector\.example, which would be given this target's credentials/,
  })
  // Another port of the same machine is another server.
  const next = JSON.stringify({ ...JSON.parse(documentWith('a')), servers: [{ url: 'http://127.0.0.1:1' }] })
  const beside = await upstream(
    'openapi',
    { schema: { url: (await published(t, next)).url } },
    stage(t, { credentials }),
  )
  await assert.rejects(beside.connect(peer()), { message: /127\.0\.0\.1:1, which would be given/ })
  const same = JSON.stringify({ ...JSON.parse(documentWith('a')), servers: [{ url: '/v1' }] })
  const home = await upstream('openapi', { schema: { url: (await published(t, same)).url } }, stage(t, { credentials }))
  assert.equal((await toolsOf(await home.connect(peer()))).length, 1)
  const without = await upstream('openapi', { schema: { url } }, stage(t))
  assert.equal((await toolsOf(await without.connect(peer()))).length, 1)
})

test('references from an address lead to its own origin, or where the configuration says', async (t) => {
  const parts = await serve(t, (_, response) => response.end(parameter))
  const { url, origin } = await published(t, referring(`${parts}/colour.json`))
  const tools = async (refs: object) => {
    const up = await upstream('openapi', { schema: { url }, host: origin, ...refs }, stage(t))
    return (await toolsOf(await up.connect(peer()))).map(({ name }) => name)
  }
  assert.deepEqual(await tools({}), ['a'])
  assert.deepEqual(await tools({ refs: { allow: [parts] } }), ['a', 'b'])
})

test('limits.redirects: a document is followed so often on its own origin, and never more than three times', async (t) => {
  let asked = 0
  const origin = await serve(t, ({ url }, response) => {
    asked++
    const left = Number(url?.slice(1))
    if (left === 0) response.end(documentWith('a'))
    else response.writeHead(302, { location: `/${left - 1}` }).end()
  })
  const read = async (hops: number, redirects?: number): Promise<number> => {
    const limits = redirects === undefined ? {} : { redirects }
    const config = { schema: { url: `${origin}/${hops}` }, host: origin, limits }
    return (await toolsOf(await (await upstream('openapi', config, stage(t))).connect(peer()))).length
  }
  assert.equal(await read(3), 1)
  assert.equal(await read(1, 1), 1)
  for (const [hops, most] of [
    [4, undefined],
    [2, 1],
    [4, 9],
  ] as const) {
    asked = 0
    await assert.rejects(read(hops, most), /redirects, and that is not followed/)
    assert.equal(asked, Math.min(most ?? 3, 3) + 1)
  }
})

test('limits.refreshMs: so often is a document asked for again', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { state, url, origin } = await published(t, documentWith('a'))
  const config = { schema: { url }, host: origin, limits: { refreshMs: '5m' } }
  await (await upstream('openapi', config, stage(t))).connect(peer())
  t.mock.timers.tick(299_000)
  await settled(() => state.asked.length === 2)
  assert.equal(state.asked.length, 1)
  t.mock.timers.tick(1_000)
  await settled(() => state.asked.length === 2)
  assert.equal(state.asked.length, 2)
})
