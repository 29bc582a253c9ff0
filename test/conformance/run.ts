// `npm run conformance [-- --write] [-- LANE …]`: the official suite through the gateway, lane by lane. `--write` puts the table into the README.
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { root } from '../support/gateway.ts'
import {
  type ClientLane,
  clientLanes,
  type Outcome,
  orphans,
  runClient,
  type ServerLane,
  serverLanes,
  track,
} from './lanes.ts'

const readme = path.join(root, 'README.md')
const [opening, closing] = [
  '<!-- conformance: written by `npm run conformance -- --write` -->',
  '<!-- /conformance -->',
]

interface Row {
  readonly lane: ServerLane | ClientLane
  readonly outcome: Outcome
}

const about = (lane: ServerLane | ClientLane): string =>
  lane.lane === 'E' ? 'the gateway as a client, logins included' : lane.what

function line({ lane, outcome: { passed, of, excused } }: Row): string {
  const things = lane.lane === 'E' ? 'scenarios' : 'checks'
  return `| ${lane.lane} | ${lane.revision} | ${about(lane)} | ${passed} of ${of} ${things} | ${excused.length} |`
}

export function table(rows: readonly Row[]): string {
  return [
    '| lane | suite | behind the gateway | passed | expected to fail |',
    '|---|---|---|---|---|',
    ...rows.map(line),
  ].join('\n')
}

function report({ outcome: { unexpected, stale, excused } }: Row): string {
  return [
    ...unexpected.map((text) => `  ✗ ${text.slice(0, 2_200)}`),
    ...stale.map((text) => `  ✗ ${text}: expected to fail, and passes: take it out of expected-failures.ts`),
    ...excused.map((text) => `  – ${text}`),
    '',
  ].join('\n')
}

/** A document with other text between the markers. */
export function placed(document: string, text: string): string {
  const [from, to] = [document.indexOf(opening), document.indexOf(closing)]
  if (from === -1 || to < from) throw new Error('the document has no place for the table')
  return `${document.slice(0, from + opening.length)}\n${text}\n${document.slice(to)}`
}

async function run(): Promise<number> {
  const { values, positionals } = parseArgs({ options: { write: { type: 'boolean' } }, allowPositionals: true })
  const isAsked = ({ lane }: ServerLane | ClientLane): boolean => positionals.length === 0 || positionals.includes(lane)
  const rows: Row[] = []
  const add = (row: Row): void => {
    rows.push(row)
    process.stdout.write(`${line(row)}\n${report(row)}`)
  }
  const ends: (() => void | Promise<void>)[] = []
  try {
    const asked = serverLanes.filter(isAsked)
    const ready = asked.length > 0 ? await track({ after: (end) => void ends.unshift(end) }) : undefined
    for (const lane of asked) if (ready !== undefined) add({ lane, outcome: await ready.run(lane) })
  } finally {
    for (const end of ends) await end()
  }
  for (const lane of clientLanes.filter(isAsked)) add({ lane, outcome: await runClient(lane, 2) })
  const lost = orphans()
  process.stdout.write(`\n${table(rows)}\n${lost.map((text) => `no such lane: ${text}\n`).join('')}`)
  const wrong =
    lost.length + rows.reduce((sum, { outcome }) => sum + outcome.unexpected.length + outcome.stale.length, 0)
  if (wrong === 0 && values.write === true) writeFileSync(readme, placed(readFileSync(readme, 'utf8'), table(rows)))
  return wrong === 0 && rows.length > 0 ? 0 : 1
}

if (import.meta.main) process.exitCode = await run()
