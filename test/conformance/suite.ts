// The MCP conformance suite as a function: what it found about one server, check by check.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { z } from 'zod'

export const program = path.join(
  import.meta.dirname,
  '../../node_modules/@modelcontextprotocol/conformance/dist/index.js',
)

export const recorded = z.array(
  z.object({
    id: z.string(),
    status: z.enum(['SUCCESS', 'FAILURE', 'WARNING', 'SKIPPED', 'INFO']),
    errorMessage: z.string().optional(),
    details: z.unknown().optional(),
  }),
)

interface Check {
  readonly status: z.infer<typeof recorded>[number]['status']
  /** What the suite says of it, to be read by whoever has to mend something. */
  readonly says: string
}

export interface Verdict {
  readonly exit: number | null
  readonly passed: number
  readonly failed: number
  readonly scenarios: readonly string[]
  /** By `scenario: check`; what only traces the traffic is left out. */
  readonly checks: ReadonlyMap<string, Check>
  readonly printed: string
}

/** Runs everything that a revision requires of a server. */
export async function conformance(url: string, revision: string): Promise<Verdict> {
  const folder = await mkdtemp(path.join(tmpdir(), 'toolgate-conformance-'))
  try {
    const args = [program, 'server', '--url', url, '--requirements', revision, '-o', folder]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    const closed = once(child, 'close')
    const printed = (await child.stdout.toArray()).join('')
    await closed
    const total = /^Total: (\d+) passed, (\d+) failed/m.exec(printed)
    return {
      exit: child.exitCode,
      passed: Number(total?.[1]),
      failed: Number(total?.[2]),
      printed,
      ...(await results(folder)),
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const traffic = /^(?:outgoing-|incoming-|stream-closed)/

async function results(folder: string): Promise<Pick<Verdict, 'scenarios' | 'checks'>> {
  const checks = new Map<string, Check>()
  const scenarios: string[] = []
  for (const name of await readdir(folder)) {
    const scenario = name.replace(/^server-/, '').replace(/-\d{4}-\d\d-\d\dT[\d-]+Z$/, '')
    scenarios.push(scenario)
    const found = recorded.parse(JSON.parse(await readFile(path.join(folder, name, 'checks.json'), 'utf8')))
    for (const { id, status, errorMessage = '', details } of found)
      if (!traffic.test(id))
        checks.set(unused(checks, `${scenario}: ${id}`), { status, says: `${errorMessage} ${shown(details)}` })
  }
  return { scenarios: scenarios.toSorted(), checks }
}

/** A scenario may make one check several times. */
function unused(checks: ReadonlyMap<string, Check>, name: string): string {
  for (let count = 1; ; count++) {
    const key = count === 1 ? name : `${name} (${count})`
    if (!checks.has(key)) return key
  }
}

const shown = (details: unknown): string => (JSON.stringify(details) ?? '').slice(0, 2_000)
