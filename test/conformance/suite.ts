// The MCP conformance suite as functions: what it found about one server, check by check, or about the gateway as a client.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
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

/** By `scenario: check`; what only traces the traffic is left out, and what belongs to extensions, which are never scored. */
export type Checks = ReadonlyMap<string, Check>

/** Runs `program` and says what it prints. */
async function printed(args: readonly string[]): Promise<{ readonly text: string; readonly exit: number | null }> {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const closed = once(child, 'close')
  const [out, err] = await Promise.all([child.stdout.toArray(), child.stderr.toArray()])
  await closed
  return { text: [...out, ...err].join(''), exit: child.exitCode }
}

/** Runs everything that a revision requires of a server. */
export async function serverChecks(url: string, revision: string): Promise<Checks> {
  const folder = await mkdtemp(path.join(tmpdir(), 'toolgate-conformance-'))
  try {
    const { text } = await printed(['server', '--url', url, '--requirements', revision, '-o', folder])
    const extensions = [...text.matchAll(/^ {2}[✓✗] (\S+) \(extension\)$/gm)].map(([, name = '']) => name)
    const checks = await recordedIn(folder, new Set(extensions))
    if (checks.size === 0) throw new Error(`the suite has checked nothing: ${text}`)
    return checks
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Scenarios in which the suite is the server, and which a revision requires. */
export async function clientScenarios(revision: string): Promise<readonly string[]> {
  const { text } = await printed(['list', '--client', '--requirements', revision])
  const section = /^Client scenarios.*:\n((?: {2}- \S+\n)+)/m.exec(text)?.[1] ?? ''
  return [...section.matchAll(/- (\S+)/g)].map(([, name = '']) => name)
}

/** Runs one scenario with `harness.ts` as the client. `undefined`: it passes; else what the suite has to say. */
export async function clientScenario(scenario: string, revision: string): Promise<string | undefined> {
  const command = `${process.execPath} ${fileURLToPath(import.meta.resolve('./harness.ts'))}`
  const run = ['client', '--command', command, '--scenario', scenario, '--spec-version', revision]
  const { text, exit } = await printed([...run, '--force', '--timeout', '60000'])
  // What went wrong is said last.
  return exit === 0 && /^Passed: (\d+)\/\1, 0 failed, 0 warnings$/m.test(text) ? undefined : text.slice(-2_000)
}

const traffic = /^(?:outgoing-|incoming-|stream-closed)/

async function recordedIn(folder: string, without: ReadonlySet<string>): Promise<Checks> {
  const checks = new Map<string, Check>()
  for (const name of await readdir(folder)) {
    // A folder is named after the kind of scenario, the scenario and the moment.
    const scenario = name.replace(/^server-/, '').replace(/-\d{4}-\d\d-\d\dT[\d-]+Z$/, '')
    if (without.has(scenario)) continue
    const found = recorded.parse(JSON.parse(await readFile(path.join(folder, name, 'checks.json'), 'utf8')))
    for (const { id, status, errorMessage = '', details } of found)
      if (!traffic.test(id))
        checks.set(unused(checks, `${scenario}: ${id}`), { status, says: `${errorMessage} ${shown(details)}` })
  }
  return checks
}

/** A scenario may make one check several times. */
function unused(checks: ReadonlyMap<string, Check>, name: string): string {
  for (let count = 1; ; count++) {
    const key = count === 1 ? name : `${name} (${count})`
    if (!checks.has(key)) return key
  }
}

const shown = (details: unknown): string => (JSON.stringify(details) ?? '').slice(0, 2_000)
