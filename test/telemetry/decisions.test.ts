// The decision log: whole lines in a file that does not grow without end, and can be moved away.
import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { DecisionLog, type DecisionLogOptions } from '../../src/telemetry/decisions.ts'

function place(t: TestContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'decisions-'))
  t.after(() => {
    chmodSync(folder, 0o700)
    rmSync(folder, { recursive: true, force: true })
  })
  return path.join(folder, 'decisions.jsonl')
}

const options = (file: string, more: Partial<DecisionLogOptions> = {}): DecisionLogOptions => ({
  file,
  sample: 1,
  arguments: false,
  size: 1_000_000,
  keep: 2,
  ...more,
})

const lines = (file: string): number[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line).n)

test('records are added to what is there, one line each, for the owner only', async (t) => {
  const file = place(t)
  for (const n of [1, 2]) {
    await using log = new DecisionLog(options(file))
    log.write({ n })
  }
  assert.deepEqual(lines(file), [1, 2])
  assert.equal(statSync(file).mode & 0o777, 0o600)
})

test('a file that is full becomes the first of those that are kept; the oldest is gone', async (t) => {
  const file = place(t)
  {
    await using log = new DecisionLog(options(file, { size: 20 }))
    for (const n of [10, 11, 12, 13, 14, 15, 16, 17]) log.write({ n })
  }
  assert.deepEqual([`${file}.2`, `${file}.1`, file].map(lines), [
    [12, 13],
    [14, 15],
    [16, 17],
  ])
  assert.equal(existsSync(`${file}.3`), false)
})

test('one record that is larger than a file is written all the same', async (t) => {
  const file = place(t)
  {
    await using log = new DecisionLog(options(file, { size: 1 }))
    log.write({ n: 1 })
    log.write({ n: 2 })
  }
  assert.deepEqual([lines(`${file}.1`), lines(file)], [[1], [2]])
})

test('a file that was moved away gets what was on the way, and a new one the rest', async (t) => {
  const file = place(t)
  {
    await using log = new DecisionLog(options(file))
    log.write({ n: 1 })
    renameSync(file, `${file}.old`)
    log.write({ n: 2 })
    log.reopen()
    log.write({ n: 3 })
  }
  assert.deepEqual([lines(`${file}.old`), lines(file)], [[1, 2], [3]])
})

test('when a file cannot be begun anew, the old one goes on', async (t) => {
  const file = place(t)
  const failures: string[] = []
  {
    await using log = new DecisionLog(options(file, { failed: ({ message }) => failures.push(message) }))
    renameSync(file, `${file}.old`)
    mkdirSync(file) // a folder in the way: permissions are no obstacle to everybody
    log.reopen()
    log.write({ n: 1 })
  }
  assert.equal(failures.length, 1)
  assert.deepEqual(lines(`${file}.old`), [1])
})

test('a file that cannot be opened at all is told by the system', (t) => {
  const folder = path.dirname(place(t))
  assert.throws(() => new DecisionLog(options(folder)), { code: 'EISDIR' })
})

test('of what is allowed a share is written, of what is denied everything', async (t) => {
  const file = place(t)
  await using none = new DecisionLog(options(file, { sample: 0 }))
  assert.deepEqual([none.wants(false), none.wants(true)], [false, true])
  await using all = new DecisionLog(options(file))
  assert.deepEqual([all.wants(false), all.wants(true)], [true, true])
  await using half = new DecisionLog(options(file, { sample: 0.5 }))
  const written = Array.from({ length: 1_000 }, () => half.wants(false)).filter(Boolean).length
  assert.ok(written > 300 && written < 700, `${written}`)
})
