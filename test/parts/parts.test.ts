// The parts of the wide tests: installed once, started once, and gone after `stop`.
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { root } from '../support/gateway.ts'
import { parts } from './index.ts'
import { answers, homeOf, install, isInstalled, needed, type Part, type Service, start, started, stop } from './part.ts'

function emptyCache(t: TestContext): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'parts-'))
  const before = process.env['TOOLGATE_PARTS']
  process.env['TOOLGATE_PARTS'] = folder
  t.after(() => {
    if (before === undefined) delete process.env['TOOLGATE_PARTS']
    else process.env['TOOLGATE_PARTS'] = before
    rmSync(folder, { recursive: true, force: true })
  })
}

const library: Part = {
  name: 'library',
  version: '1.0.0',
  what: 'a file',
  install: async (home) => writeFileSync(path.join(home, 'file'), ''),
}

test('a part that is not there is asked for by name, and never taken for granted', (t) => {
  emptyCache(t)
  assert.throws(() => needed(library), /library is not installed: run `npm run parts -- library` first/)
})

test('a part is installed once, and again only after an installation that failed', async (t) => {
  emptyCache(t)
  let installations = 0
  let failing = true
  const flaky: Part = {
    ...library,
    install: async (home) => {
      installations++
      assert.ok(!existsSync(path.join(home, 'half')), 'rests of the failed installation')
      writeFileSync(path.join(home, 'half'), '')
      if (failing) throw new Error('no network')
    },
  }
  await assert.rejects(install(flaky), /no network/)
  assert.equal(isInstalled(flaky), false)
  failing = false
  await install(flaky)
  await install(flaky)
  assert.equal(installations, 2)
  assert.equal(needed(flaky), homeOf(flaky))
  assert.notEqual(homeOf({ ...flaky, version: '1.0.1' }), homeOf(flaky))
})

test('a service starts once, says where it is, and ends with all that it has started', async (t) => {
  emptyCache(t)
  const service: Service = {
    command: (_home, { port }) => [
      'sh',
      '-c',
      `cd "${root}" && "${process.execPath}" servers/petstore.ts --port ${port}; true`,
    ],
    ready: (port) => answers(`http://127.0.0.1:${port}/api/v3/store/inventory`),
  }
  const petstore: Part = { ...library, name: 'petstore', service }
  await install(petstore)
  assert.equal(started(petstore), undefined)
  const running = await start(petstore, service)
  t.after(() => stop(petstore))
  assert.equal(await answers(`http://127.0.0.1:${running.port}/api/v3/store/inventory`), true)
  assert.deepEqual(await start(petstore, service), running)
  assert.deepEqual(started(petstore), running)
  assert.equal(await stop(petstore), true)
  assert.equal(await answers(`http://127.0.0.1:${running.port}/api/v3/store/inventory`), false)
  assert.equal(await stop(petstore), false)
})

test('a service that ends at once is reported with what it said', async (t) => {
  emptyCache(t)
  await install(library)
  const service: Service = { command: () => ['sh', '-c', 'echo the disk is full >&2'], ready: async () => false }
  await assert.rejects(start(library, service), /library did not become ready:\nthe disk is full/)
  assert.equal(started(library), undefined)
})

test('every part has a name of its own and one exact version', () => {
  assert.equal(new Set(parts.map(({ name }) => name)).size, parts.length)
  for (const { name, version } of parts) assert.match(version, /^(?:\d+\.\d+\.\d+|system)$/, name)
})
