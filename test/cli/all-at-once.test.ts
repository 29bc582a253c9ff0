// Golden problems of configurations with faults of every kind: what one run tells. `UPDATE_GOLDEN=1` writes them anew.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { validate } from '../../src/cli/validate.ts'
import { dryCompile } from '../../src/gateway/compile.ts'
import { parts } from '../../src/gateway/parts.ts'

const folder = join(import.meta.dirname, '../golden/config/all-at-once')

/** What `validate` prints, and its exit code; no file that the configuration names is there. */
async function told(text: string, file: string): Promise<string> {
  const out: string[] = []
  const io = {
    stdin: Readable.from([text]),
    stdout: { write: (line: string) => out.push(line) },
    stderr: { write: () => assert.fail('nothing belongs on stderr') },
    env: {},
    cwd: folder,
    platform: 'linux' as const,
    signal: new AbortController().signal,
  }
  const site = { parts, compile: (shape: Parameters<typeof dryCompile>[0]) => dryCompile(shape, () => undefined) }
  const code = await validate({ file: '-', text: undefined, format: 'text', ledger: false }, io, site)
  assert.equal(code, 1)
  return out.join('').replaceAll('--> -:', `--> ${file}:`)
}

for (const file of readdirSync(folder).filter((name) => name.endsWith('.yaml'))) {
  test(`all problems of ${file} are told in one run`, async () => {
    const said = await told(readFileSync(join(folder, file), 'utf8'), file)
    const golden = join(folder, file.replace(/\.yaml$/, '.txt'))
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(golden, said)
    assert.equal(said, readFileSync(golden, 'utf8'))
  })
}
