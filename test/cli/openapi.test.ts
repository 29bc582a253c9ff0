// `toolgate openapi report` and `toolgate import --openapi`: documents from files and addresses, what is said of them, what is written.
import assert from 'node:assert/strict'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { z } from 'zod'
import { loadConfig } from '../../src/config/load.ts'
import { parts } from '../../src/gateway/parts.ts'
import { serve } from '../mcp/egress/stage.ts'
import { root } from '../support/gateway.ts'
import { folder, toolgate } from './io.ts'

const petstore = path.join(root, 'openapi/petstore3.json')

const lossy = `openapi: 3.1.0
info: { title: Lossy, version: "1" }
paths:
  /fine:
    get: { operationId: fine, summary: Works, responses: {} }
  /lost:
    get:
      operationId: lost
      parameters:
      - $ref: '#/components/parameters/nowhere'
      responses: {}
  /plain:
    get:
      operationId: a_name_that_goes_on_and_on_until_some_clients_refuse
      responses: {}
`

test('the report names tools, losses with their lines, the score, and who will stumble', async (t) => {
  const cwd = await folder(t)
  await writeFile(path.join(cwd, 'lossy.yaml'), lossy)
  const { code, out, err } = await toolgate(['openapi', 'report', 'lossy.yaml'], { cwd })
  assert.equal(code, 0)
  assert.equal(err, '')
  assert.match(
    out,
    /^Lossy 1 {2}lossy\.yaml\ntools {5}2 of 3 operations\nscore {5}\d+\.\d %: operations 66\.7 %, constraints/,
  )
  assert.match(out, /\nfine\tGET \/fine\tWorks\n/)
  assert.match(out, /\nlost: 1\n✗ lossy\.yaml:\d+ #\/paths\/~1lost\/get\/parameters\/0: .*nowhere.*\n {4}GET \/lost\n/)
  assert.match(out, /! names longer than 46 characters.*\n {4}a_name_that_goes_on/)
  assert.match(out, /! no description and no summary.*\n {4}a_name_that_goes_on/)
})

test('for a script, it is one document', async () => {
  const { code, out } = await toolgate(['openapi', 'report', petstore, '--format', 'json'])
  assert.equal(code, 0)
  const report = z
    .object({
      version: z.literal(1),
      score: z.object({ score: z.number(), operations: z.number(), constraints: z.number() }),
      tools: z.array(
        z.object({
          name: z.string(),
          operation: z.object({ path: z.string() }),
          alternatives: z.array(z.array(z.string())),
        }),
      ),
      schemes: z.record(z.string(), z.object({ kind: z.string() })),
      losses: z.array(z.unknown()),
    })
    .parse(JSON.parse(out))
  assert.deepEqual(report.score, { score: 100, operations: 100, constraints: 100 })
  assert.equal(report.tools.length, 16)
  assert.deepEqual(report.tools.find(({ name }) => name === 'getPetById')?.alternatives, [
    ['api_key'],
    ['petstore_auth'],
  ])
  assert.equal(report.schemes['api_key']?.kind, 'apiKey')
})

test('documents come from addresses and standard input as well', async (t) => {
  const document = await readFile(petstore, 'utf8')
  const origin = await serve(t, (_, response) => response.end(document))
  assert.match((await toolgate(['openapi', 'report', `${origin}/openapi.json`])).out, /16 of 16 operations/)
  assert.match((await toolgate(['openapi', 'report', '-'], { stdin: document })).out, /16 of 16 operations/)
})

test('what cannot be read ends with 3, what cannot be used with 1, what is wrongly asked with 2', async (t) => {
  const cwd = await folder(t)
  await writeFile(path.join(cwd, 'broken.yaml'), 'openapi: 3.1.0\npaths: [')
  await writeFile(path.join(cwd, 'later.yaml'), 'openapi: 4.0.0\ninfo: { title: x, version: "1" }\npaths: {}\n')
  const broken = await toolgate(['openapi', 'report', 'broken.yaml'], { cwd })
  assert.equal(broken.code, 1)
  assert.match(broken.err, /^error: the document cannot be used: .*\n {2}--> broken\.yaml:2\n/)
  assert.equal((await toolgate(['openapi', 'report', 'later.yaml'], { cwd })).code, 1)
  assert.equal((await toolgate(['openapi', 'report', 'missing.yaml'], { cwd })).code, 3)
  assert.equal((await toolgate(['openapi', 'report', 'http://127.0.0.1:1/x'], { cwd })).code, 3)
  for (const argv of [[], ['report'], ['reprot', 'x'], ['report', 'a', 'b'], ['report', 'a', '--refs', 'x']])
    assert.equal((await toolgate(['openapi', ...argv], { cwd })).code, 2, argv.join(' '))
})

test('references leave the directory of the document for nobody', async (t) => {
  const cwd = await folder(t)
  await writeFile(path.join(cwd, 'secret.json'), '{"name":"x","in":"query","schema":{}}')
  const inner = path.join(cwd, 'inner')
  await mkdir(inner)
  await writeFile(path.join(inner, 'a.yaml'), lossy.replace('#/components/parameters/nowhere', '../secret.json'))
  const { out } = await toolgate(['openapi', 'report', 'inner/a.yaml'], { cwd })
  assert.match(out, /lost: 1\n/)
})

test('an API becomes a target, and its credentials become variables', async (t) => {
  const cwd = await folder(t)
  const env = { PETSTORE_API_KEY: 'k', PETSTORE_PETSTORE_AUTH: 't' }
  const { code, err } = await toolgate(['import', '--openapi', petstore, '--host', 'https://pets.example'], { cwd })
  assert.equal(code, 0)
  assert.match(err, /petstore: 16 of 16 operations become tools/)
  assert.match(err, /set before you start: PETSTORE_PETSTORE_AUTH, PETSTORE_API_KEY/)
  assert.match(err, /petstore: PETSTORE_PETSTORE_AUTH is an access token; people can log in themselves/)
  assert.match(err, /petstore: PETSTORE_API_KEY is the key that is sent as header api_key\n/)
  const text = await readFile(path.join(cwd, 'toolgate.yaml'), 'utf8')
  const [target] = parse(text).binds[0].listeners[0].routes[0].backends[0].mcp.targets
  assert.deepEqual(target, {
    name: 'petstore',
    openapi: {
      schema: { file: petstore },
      host: 'https://pets.example',
      credentials: { petstore_auth: '${PETSTORE_PETSTORE_AUTH}', api_key: '${PETSTORE_API_KEY}' },
    },
  })
  const { problems } = loadConfig({ text, file: 'toolgate.yaml', env, parts })
  assert.deepEqual(problems, [])
})

test('where the document is an address, its server is where the document says', async (t) => {
  const document = await readFile(petstore, 'utf8')
  const origin = await serve(t, (_, response) => response.end(document))
  const { code, out } = await toolgate(['import', '--from', 'openapi', `${origin}/openapi.json`, '-o', '-'])
  assert.equal(code, 0)
  const [{ openapi }] = parse(out).binds[0].listeners[0].routes[0].backends[0].mcp.targets
  assert.deepEqual([openapi.schema, openapi.host], [{ url: `${origin}/openapi.json` }, origin])
})

test('a document without a server asks for one', async () => {
  const { code, err } = await toolgate(['import', '--openapi', petstore, '-o', '-'])
  assert.equal(code, 2)
  assert.match(err, /does not say where its server is[\s\S]*try: --host/)
})

const configuration = (targets: readonly object[]): string =>
  JSON.stringify({ binds: [{ port: 3000, listeners: [{ routes: [{ backends: [{ mcp: { targets } }] }] }] }] })

test('`validate --openapi` reads the documents of a configuration, at addresses too, and says what became of them', async (t) => {
  const cwd = await folder(t)
  await writeFile(path.join(cwd, 'lossy.yaml'), lossy)
  const origin = await serve(t, (_, response) => response.end(lossy))
  const local = { name: 'local', openapi: { host: 'localhost:1', schema: { file: path.join(cwd, 'lossy.yaml') } } }
  const remote = { name: 'remote', openapi: { host: 'localhost:1', schema: { url: `${origin}/api.yaml` } } }
  const asked = (targets: readonly object[], ...more: string[]) =>
    toolgate(['validate', '-c', configuration(targets), '--openapi', ...more], { cwd })

  const { code, out } = await asked([local, remote])
  assert.equal(code, 0)
  for (const [name, place] of [
    ['local', String.raw`\S*lossy\.yaml:10`],
    ['remote', String.raw`${origin}/api\.yaml:10`],
  ] as const)
    assert.match(
      out,
      new RegExp(
        String.raw`\nLossy 1 {2}${name}, line 1\ntools {5}2 of 3 operations\nscore {5}\d+\.\d %: operations 66\.7 %, .*\n\nlost: 1\n✗ ${place} #/paths/~1lost/.*nowhere`,
      ),
    )

  const listed = z
    .object({
      valid: z.literal(true),
      documents: z.array(
        z.object({
          target: z.string(),
          path: z.string(),
          tools: z.literal(2),
          score: z.object({ operations: z.number() }),
          losses: z.array(z.object({ line: z.number(), pointer: z.string() })),
        }),
      ),
    })
    .parse(JSON.parse((await asked([local, remote], '--format', 'json')).out))
  assert.deepEqual(
    listed.documents.map(({ target, path: at, losses }) => [target, at, losses[0]?.line]),
    [
      ['local', 'binds[0].listeners[0].routes[0].backends[0].mcp.targets[0]', 10],
      ['remote', 'binds[0].listeners[0].routes[0].backends[0].mcp.targets[1]', 10],
    ],
  )
})

test('`validate` asks no address unless it is told to; with `--openapi` what cannot be had is named', async (t) => {
  let asked = 0
  const origin = await serve(t, (_, response) => {
    asked++
    response.end('openapi: 4.0.0')
  })
  const remote = (url: string) => ({ name: 'remote', openapi: { host: 'localhost:1', schema: { url } } })
  assert.equal((await toolgate(['validate', '-c', configuration([remote(`${origin}/a`)])])).code, 0)
  assert.equal(asked, 0)
  const bad = await toolgate(['validate', '-c', configuration([remote(`${origin}/a`)]), '--openapi'])
  assert.equal(bad.code, 1)
  assert.match(bad.out, /✗ remote, line 1: target remote: document: http:\S+\/a:1 #: has "openapi": "4\.0\.0"/)
  const away = await toolgate(['validate', '-c', configuration([remote('http://127.0.0.1:1/a')]), '--openapi'])
  assert.equal(away.code, 3)
  assert.match(away.out, /✗ remote, line 1: target remote: document: /)
  const asking = ['validate', '-c', configuration([remote('http://api.example:80/a')]), '--openapi']
  const elsewhere = await toolgate([...asking, '--connect-to', `api.example:80=${new URL(origin).host}`])
  assert.match(elsewhere.out, /"openapi": "4\.0\.0"/)
})
