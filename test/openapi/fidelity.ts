// `npm run fidelity`: how much of each document of the corpus is in its tools and in the requests that they make.
// Writes `openapi/SCORES.md`; a test holds that table to what the command would write now.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { convert } from '../../src/openapi/convert.ts'
import { load } from '../../src/openapi/load.ts'
import { request } from '../../src/openapi/request.ts'
import type { Score } from '../../src/openapi/tool.ts'
import { beside } from './beside.ts'
import { corpus, equals, finder, type Golden, own, turnedAway } from './golden.ts'

export const table = path.join(import.meta.dirname, '../../openapi/SCORES.md')

interface Row extends Score {
  readonly file: string
  readonly calls: { readonly exact: number; readonly of: number }
  readonly negative: { readonly held: number; readonly of: number }
}

const share = (part: number, of: number): number => (of === 0 ? 1 : part / of)
const holds = (check: () => void): boolean => {
  try {
    check()
    return true
  } catch {
    return false
  }
}

/** Operations, constraints and exact calls weigh the same; a document without golden calls is scored by the other two. */
function score({ operations, constraints, calls }: Row): string {
  const parts = [share(operations.made, operations.of), share(constraints.kept, constraints.of)]
  if (calls.of > 0) parts.push(share(calls.exact, calls.of))
  return ((100 * parts.reduce((sum, part) => sum + part, 0)) / parts.length).toFixed(1)
}

async function rows(folder: string, files: readonly string[]): Promise<readonly Row[]> {
  const golden: Golden = JSON.parse(readFileSync(path.join(folder, 'calls.json'), 'utf8'))
  const find = finder(folder)
  const made: Row[] = []
  for (const file of files) {
    const place = path.join(folder, file)
    const loading = await load({ kind: 'file', path: place, name: file }, { file: beside(place) })
    if (loading.kind !== 'loaded') continue // what must be refused has no score
    const calls = golden.calls.filter((call) => call.file === file)
    const negative = golden.negative.filter((call) => call.file === file)
    let exact = 0
    for (const call of calls) {
      const sent = request(await find(call), call.arguments)
      if (!('problem' in sent) && holds(() => equals(sent, call.expect))) exact++
    }
    let held = 0
    for (const call of negative) {
      const sent = request(await find(call), call.arguments)
      if (holds(() => turnedAway(sent, call))) held++
    }
    const { operations, constraints } = convert(loading.library, { otherHosts: 'all' }).score()
    const counts = { calls: { exact, of: calls.length }, negative: { held, of: negative.length } }
    made.push({ file, operations, constraints, ...counts })
  }
  return made
}

function total(all: readonly Row[]): Row {
  const sum = (pick: (row: Row) => number): number => all.reduce((count, row) => count + pick(row), 0)
  return {
    file: `**all ${all.length}**`,
    operations: { made: sum((row) => row.operations.made), of: sum((row) => row.operations.of) },
    constraints: { kept: sum((row) => row.constraints.kept), of: sum((row) => row.constraints.of) },
    calls: { exact: sum((row) => row.calls.exact), of: sum((row) => row.calls.of) },
    negative: { held: sum((row) => row.negative.held), of: sum((row) => row.negative.of) },
  }
}

function section(title: string, made: readonly Row[]): string {
  const lines = [...made, total(made)].map(
    (row) =>
      `| ${row.file} | ${row.operations.made} / ${row.operations.of} | ${row.constraints.kept} / ${row.constraints.of} | ${row.calls.exact} / ${row.calls.of} | ${row.negative.held} / ${row.negative.of} | ${score(row)} |`,
  )
  return [
    `## ${title}`,
    '| document | operations | constraints | calls exact | calls turned away | score |',
    '|---|---|---|---|---|---|',
    ...lines,
    '',
  ].join('\n')
}

const head = `# How faithful the conversion is
Written by \`npm run fidelity\`, compared by a test. **Operations**: tools of the operations that a document has. **Constraints**: facts of its
schemas (members with their types, what is required, enums, bounds, patterns, defaults …) that are still in the tools' schemas. **Calls exact**: arguments
that became the expected request byte for byte. **Calls turned away**: harmful or wrong arguments that were refused, or made harmless, as
recorded. **Score**: the mean of the first three, in percent.

`

/** Each section by the title it has in the table; the corpus is left out where it is not there. */
export async function sections(): Promise<readonly string[]> {
  const made = [
    section(
      'Documents of this repository',
      await rows(own, ['swagger.yaml', 'harbour.yaml', 'orchard.yaml', 'styles.yaml']),
    ),
  ]
  const index = path.join(corpus, 'index.json')
  if (existsSync(index)) {
    const { documents }: { documents: readonly { readonly file: string }[] } = JSON.parse(readFileSync(index, 'utf8'))
    const files = documents.map(({ file }) => file)
    made.push(section('Documents as found on the web', await rows(corpus, files)))
  }
  return made
}

if (import.meta.main) {
  const made = await sections()
  if (made.length < 2) throw new Error(`the corpus is not there: ${corpus}`)
  writeFileSync(table, head + made.join('\n'))
  process.stdout.write(`${made.map((text) => text.trimEnd().split('\n').at(-1)).join('\n')}\n`)
}
