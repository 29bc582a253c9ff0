import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { mkdir, mkdtemp, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type FileWatch, watchFiles } from '../../src/config/watch.ts'

interface Watched {
  readonly watch: FileWatch
  /** Does something and waits until it was noticed. */
  readonly after: (change: () => Promise<unknown>) => Promise<void>
  readonly count: () => number
}

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'watch-'))
  t.after(() => rm(path, { recursive: true, force: true }))
  return path
}

async function watched(t: TestContext, files: readonly string[]): Promise<Watched> {
  const events = new EventEmitter()
  let calls = 0
  const watch = await watchFiles(
    files,
    () => {
      calls++
      events.emit('changed')
    },
    { settleMs: 20 },
  )
  t.after(() => watch[Symbol.asyncDispose]())
  return {
    watch,
    after: async (change) => {
      const noticed = once(events, 'changed')
      await change()
      await noticed
    },
    count: () => calls,
  }
}

test('writing a file anew, replacing it and removing it are each one change', async (t) => {
  const path = await folder(t)
  const file = join(path, 'config.yaml')
  await writeFile(file, 'a')
  const { after, count } = await watched(t, [file])
  await after(() => writeFile(file, 'b'))
  await writeFile(join(path, 'new'), 'c')
  await after(() => rename(join(path, 'new'), file))
  await after(() => rm(file))
  await after(() => writeFile(file, 'd'))
  assert.equal(count(), 4)
})

test('a file that is written again with the same content, or only touched, has not changed', async (t) => {
  const path = await folder(t)
  const [file, other] = [join(path, 'config.yaml'), join(path, 'other.yaml')]
  await writeFile(file, 'a')
  await writeFile(other, '1')
  const { after, count } = await watched(t, [file, other])
  await writeFile(file, 'a')
  await utimes(file, 1, 1)
  await writeFile(join(path, 'unrelated'), 'x')
  await after(() => writeFile(other, '2'))
  assert.equal(count(), 1)
})

test('the symlink swap of a mounted volume is one change', async (t) => {
  const path = await folder(t)
  for (const generation of ['one', 'two']) {
    await mkdir(join(path, generation))
    await writeFile(join(path, generation, 'config.yaml'), generation)
  }
  await symlink('one', join(path, 'data'))
  await symlink(join('data', 'config.yaml'), join(path, 'config.yaml'))
  const { after, count } = await watched(t, [join(path, 'config.yaml')])
  await symlink('two', join(path, 'data.new'))
  await after(() => rename(join(path, 'data.new'), join(path, 'data')))
  // The file is followed to where it now is.
  await after(() => writeFile(join(path, 'two', 'config.yaml'), 'three'))
  assert.equal(count(), 2)
})

test('files can be added and dropped while watching', async (t) => {
  const path = await folder(t)
  const [config, certificate] = [join(path, 'config.yaml'), join(path, 'tls', 'cert.pem')]
  await writeFile(config, 'a')
  const { watch, after, count } = await watched(t, [config])
  await watch.files([config, certificate]) // its directory does not exist yet
  await after(async () => {
    await mkdir(join(path, 'tls'))
    await writeFile(certificate, 'pem')
  })
  await watch.files([certificate])
  await writeFile(config, 'b')
  await after(() => writeFile(certificate, 'pem 2'))
  assert.equal(count(), 2)
})

test('nothing is called once the watch is disposed', async (t) => {
  const path = await folder(t)
  const file = join(path, 'config.yaml')
  await writeFile(file, 'a')
  const first = await watched(t, [file])
  const second = await watched(t, [file])
  await first.watch[Symbol.asyncDispose]()
  await second.after(() => writeFile(file, 'b'))
  assert.equal(first.count(), 0)
})
