// Writes values as fast as it can and says which ones are written, until it is killed.
import { createHash } from 'node:crypto'
import { writeSync } from 'node:fs'
import { openStore } from '../../src/store/open.ts'

const store = await openStore({ url: 'sqlite://state.db', folder: process.argv[2] ?? '', keys: [] })
for (let i = 0; ; i++) {
  const text = String(i).padEnd(30_000, '.')
  await store.put(
    ['value', String(i % 50)],
    JSON.stringify({ i, text, sum: createHash('sha256').update(text).digest('hex') }),
  )
  await store.append('log', String(i))
  writeSync(1, `${i}\n`)
}
