// A file that is changed whole or not at all, by many at once and by those who are killed.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import test, { type TestContext } from 'node:test'
import { rewrite } from '../../src/store/whole-file.ts'

function folder(t: TestContext): string {
  const made = mkdtempSync(path.join(tmpdir(), 'whole-'))
  t.after(() => rmSync(made, { recursive: true, force: true }))
  return made
}

const count = (before: string | undefined): string => `${Number(before ?? '0') + 1}`

test('of a hundred changes at once none is lost', async (t) => {
  const file = path.join(folder(t), 'count')
  await Promise.all(Array.from({ length: 100 }, () => rewrite(file, count)))
  assert.equal(readFileSync(file, 'utf8'), '100')
  assert.deepEqual(readdirSync(path.dirname(file)), ['count'])
})

test('a change that fails changes nothing, and nobody waits for it afterwards', async (t) => {
  const file = path.join(folder(t), 'count')
  await rewrite(file, count)
  await assert.rejects(
    rewrite(file, () => {
      throw new RangeError('no')
    }),
    RangeError,
  )
  await rewrite(file, count)
  assert.equal(readFileSync(file, 'utf8'), '2')
})

test('a link stays a link', async (t) => {
  const [file, link] = ['real', 'link'].map((name) => path.join(folder(t), name))
  assert(file !== undefined && link !== undefined)
  writeFileSync(file, '1')
  symlinkSync(file, link)
  await rewrite(link, count)
  assert.equal(readFileSync(file, 'utf8'), '2')
})

test('where nothing can be written, the file is named', async (t) => {
  const file = path.join(folder(t), 'no', 'such', 'folder')
  await assert.rejects(rewrite(file, count), { code: 'store.unreachable', message: /no.such.folder cannot be written/ })
})

test('whoever was killed in the middle does not keep others waiting for ever', async (t) => {
  const file = path.join(folder(t), 'count')
  writeFileSync(`${file}.lock`, '')
  utimesSync(`${file}.lock`, 0, 0)
  await rewrite(file, count)
  assert.equal(readFileSync(file, 'utf8'), '1')
})

test('a writer that is killed at any moment leaves the old text or the new one', async (t) => {
  const file = path.join(folder(t), 'pins')
  const module = path.join(import.meta.dirname, '../../src/store/whole-file.ts')
  // Each text is long, and says at its end what it says at its beginning.
  const program = `
    const { rewrite } = await import(${JSON.stringify(module)})
    const { rmSync } = await import('node:fs')
    rmSync(${JSON.stringify(`${file}.lock`)}, { force: true })
    for (let n = 0; ; n++) {
      const text = n + ' ' + 'x'.repeat(2_000_000) + ' ' + n
      await rewrite(${JSON.stringify(file)}, () => text)
      process.stdout.write('.')
    }`
  for (let kill = 0; kill < 6; kill++) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const gone = once(child, 'exit')
    await once(child.stdout, 'data')
    for (let more = 0; more < kill; more++) await once(child.stdout, 'data')
    // Somewhere inside the next change.
    await new Promise((resolve) => setTimeout(resolve, 1 + kill))
    child.kill('SIGKILL')
    await gone
    const text = readFileSync(file, 'utf8')
    const [first, , last] = text.split(' ')
    assert.equal(first, last)
    assert.equal(text.length, 2_000_002 + 2 * (first?.length ?? 0))
  }
})
