// `npm run bench [-- NAME… --quick --list]`: measures claims, prints what was found against its budget, keeps the raw numbers.
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Claim, type Context, kept } from './claim.ts'
import { claims } from './claims/index.ts'
import { spell, table } from './statistics.ts'

const RESULTS = join(import.meta.dirname, 'results')

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { quick: { type: 'boolean', default: false }, list: { type: 'boolean', default: false } },
  })
  if (values.list) {
    console.log(table(claims.map(({ name, says }) => [name, says.padEnd(72)])))
    return 0
  }
  const unknown = positionals.filter((name) => !claims.some((claim) => claim.name === name))
  if (unknown.length > 0) {
    console.error(`no claim is called ${unknown.join(', ')}; there are: ${claims.map(({ name }) => name).join(', ')}`)
    return 2
  }
  const chosen = positionals.length === 0 ? claims : claims.filter(({ name }) => positionals.includes(name))
  const context: Context = { quick: values.quick, note: (text) => console.error(text.replace(/^/gm, '  ')) }
  let unmeasured = 0
  for (const claim of chosen) if (!(await measure(claim, context))) unmeasured++
  return unmeasured === 0 ? 0 : 3
}

async function measure(claim: Claim, context: Context): Promise<boolean> {
  console.error(`\n${claim.name}: ${claim.says}`)
  try {
    const { findings, raw } = await claim.run(context)
    console.log(
      table(
        findings.map((finding) => [
          `${claim.name}: ${finding.what}`,
          `${spell(finding.value)} ${finding.unit}`,
          budgetOf(finding.atMost, finding.atLeast),
          verdictOf(kept(finding)),
        ]),
      ),
    )
    mkdirSync(RESULTS, { recursive: true })
    const about = { claim: claim.name, at: new Date().toISOString(), quick: context.quick }
    const machine = { node: process.version, cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length }
    writeFileSync(
      join(RESULTS, `${claim.name}.json`),
      `${JSON.stringify({ ...about, ...machine, findings, raw }, undefined, 1)}\n`,
    )
    return true
  } catch (error) {
    console.error(`  could not be measured: ${error instanceof Error ? error.message : String(error)}`)
    return false
  }
}

function budgetOf(atMost: number | undefined, atLeast: number | undefined): string {
  if (atMost !== undefined) return `≤ ${atMost}`
  return atLeast === undefined ? '' : `≥ ${atLeast}`
}

const verdictOf = (yes: boolean | undefined): string => (yes === undefined ? '' : yes ? 'kept' : 'MISSED')

process.exitCode = await main()
