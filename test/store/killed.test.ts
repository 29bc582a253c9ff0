import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { folder, store } from './stage.ts'

const writer = fileURLToPath(import.meta.resolve('./writer.ts'))

test('a killed process leaves every value whole, and every one that it knew to be written', async (t) => {
  const where = folder(t)
  for (let round = 0; round < 3; round++) {
    const child = spawn(process.execPath, [writer, where], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk
      if (said.split('\n').length > 100 + 37 * round) child.kill('SIGKILL')
    })
    await once(child, 'close')
    assert.equal(child.signalCode, 'SIGKILL')
    const last = Number(said.trimEnd().split('\n').at(-1))

    const raw = new DatabaseSync(path.join(where, 'state.db'))
    assert.deepEqual({ ...raw.prepare('PRAGMA integrity_check').get() }, { integrity_check: 'ok' })
    raw.close()
    const kept = await store(t, { folder: where, url: 'sqlite://state.db' })
    const entries = await kept.list(['value'], { limit: 100 })
    assert.equal(entries.length, 50)
    const highest = Math.max(
      ...entries.map(({ value }) => {
        const { i, text, sum } = JSON.parse(value)
        assert.equal(createHash('sha256').update(text).digest('hex'), sum)
        return i
      }),
    )
    assert.ok(highest >= last, `${last} was said to be written, ${highest} is there`)
    await kept[Symbol.asyncDispose]()
  }
})
