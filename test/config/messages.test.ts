// Golden messages: what `validate` prints for a configuration with these mistakes. `UPDATE_GOLDEN=1` writes them anew.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ledgerSummary } from '../../src/config/ledger.ts'
import { loadConfig } from '../../src/config/load.ts'
import { countText, problemText } from '../../src/config/problems.ts'
import { parts } from './parts.ts'

const folder = join(import.meta.dirname, '../golden/config/messages')

for (const file of readdirSync(folder).filter((name) => name.endsWith('.yaml'))) {
  test(`the problems of ${file} are told as agreed`, () => {
    const { problems, ledger, lineOf } = loadConfig({
      text: readFileSync(join(folder, file), 'utf8'),
      file,
      env: {},
      parts,
    })
    const told = `${problems.map((problem) => problemText(problem)).join('')}${countText(problems)}. ${ledgerSummary(ledger, lineOf)}\n`
    const golden = join(folder, file.replace(/\.yaml$/, '.txt'))
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(golden, told)
    assert.equal(told, readFileSync(golden, 'utf8'))
  })
}
