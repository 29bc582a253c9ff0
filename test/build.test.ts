// What `npm run build` makes: it runs, it is small in number, and it passes on the licences of what it contains.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { version } from '../src/core/version.ts'
import { eventually, freePorts, root, startProcess } from './support/gateway.ts'

// Below `node_modules`, where packages are found that are not part of it.
const cache = path.join(root, 'node_modules/.cache')
mkdirSync(cache, { recursive: true })
const dist = mkdtempSync(path.join(cache, 'build-'))
const node = (...args: readonly string[]): Promise<{ stdout: string }> => promisify(execFile)(process.execPath, args)

before(() => node(path.join(root, 'build.ts'), dist))
after(() => rmSync(dist, { recursive: true, force: true }))

const textOf = (file: string): string => readFileSync(path.join(dist, file), 'utf8')
const files = (): string[] =>
  readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.js'))

test('what is built knows its version', async () => {
  const { stdout } = await node(path.join(dist, 'src/main.js'), '--version')
  assert.equal(stdout, `toolgate ${version}\n`)
})

test('what is built federates a server that is built', async (t) => {
  const [port = 0] = await freePorts(1)
  const off = { ADMIN_ADDR: 'off', STATS_ADDR: 'off', READINESS_ADDR: 'off' }
  const clock = JSON.stringify([path.join(dist, 'servers/clock.js')])
  const target = `{ name: clock, stdio: { cmd: ${JSON.stringify(process.execPath)}, args: ${clock} } }`
  const yaml = `binds: [{ port: ${port}, listeners: [{ routes: [{ backends: [{ mcp: { targets: [${target}] } }] }] }] }]`
  const main = path.join(dist, 'src/main.js')
  const gateway = startProcess(t, [main, '--config', yaml], off)
  await eventually(() => gateway.said().includes('ready in'), gateway.said)
  const { stdout } = await node(main, 'tools', 'list', '--format', 'json', '--url', `http://localhost:${port}/mcp`)
  assert.match(stdout, /"convert_time"/)
})

test('the embedded servers of the quick start are one process, and start once each', async (t) => {
  const servers = startProcess(t, [path.join(dist, 'servers/quick-start.js')])
  await eventually(() => servers.said().includes('library listening'), servers.said)
  const names = [...servers.said().matchAll(/^(\w*) ?listening on http/gm)].map((found) => found[1])
  assert.deepEqual(names, ['notes', 'convert', 'petstore', 'library'])
})

test('no namespace of a module of Node is made at the start', () => {
  for (const file of files()) assert.doesNotMatch(textOf(file), /^import\b.*["']node:/m, file)
})

test('a Node.js that does not know `await using` can read all of it', () => {
  for (const file of files()) assert.doesNotMatch(textOf(file), /^\s*(?:await )?using \w+ = /m, file)
})

test('the licence of each package that is part of it goes with it', () => {
  const licences = textOf('LICENCES')
  for (const name of ['undici', 'yaml', 'zod', '@modelcontextprotocol/sdk'])
    assert.ok(licences.includes(`==== ${name}\n`), name)
})
