// The lanes: each way in which the suite meets the gateway, what it finds there, and whether that was to be expected.
import { everythingShared } from '../../servers/everything.ts'
import { everythingModern } from '../../servers/everything-modern.ts'
import { World } from '../../servers/everything-talk.ts'
import { type ModernServer, serveModern } from '../../servers/modern.ts'
import { type MakeServer, serve } from '../../servers/serve.ts'
import { type Owner, type RunningGateway, startGateway } from '../support/gateway.ts'
import { expectedFailures } from './expected-failures.ts'
import { halfWith, legacyHalf, modernHalf } from './half.ts'
import { shim, type Translation } from './shim.ts'
import { type Checks, clientScenario, clientScenarios, serverChecks } from './suite.ts'

type Era = '2025-11-25' | '2026-07-28'

export interface ServerLane {
  readonly lane: 'A1' | 'A2' | 'B1' | 'B2' | 'C' | 'D'
  /** What the suite speaks. */
  readonly revision: Era
  readonly what: string
  /** Of the configuration's routes, which. */
  readonly path: string
  /** Two targets change URIs, and names where they are prefixed. */
  readonly names?: 'kept' | 'prefixed'
  /** No server behind it hangs up in the middle of a call and waits to be asked again; the suite then has nothing to say of that. */
  readonly steady?: true
  /** Who asks, where that is known. */
  readonly key?: string
}

const [legacy, modern] = ['2025-11-25', '2026-07-28'] as const

export const serverLanes: readonly ServerLane[] = [
  { lane: 'A1', revision: legacy, what: 'a server of the same revision', path: '/http' },
  { lane: 'A2', revision: modern, what: 'a server of the same revision', path: '/modern' },
  { lane: 'B1', revision: modern, what: 'a server of 2025-11-25 only', path: '/http' },
  { lane: 'B2', revision: legacy, what: 'a server of 2026-07-28 only', path: '/modern', steady: true },
  { lane: 'B1', revision: modern, what: 'a server of each revision', path: '/mixed-always', names: 'prefixed' },
  {
    lane: 'B2',
    revision: legacy,
    what: 'a server of each revision',
    path: '/mixed-never',
    names: 'kept',
    steady: true,
  },
  { lane: 'C', revision: legacy, what: 'two servers', path: '/never', names: 'kept' },
  { lane: 'C', revision: legacy, what: 'two servers with prefixes', path: '/always', names: 'prefixed' },
  { lane: 'C', revision: modern, what: 'two servers', path: '/modern-never', names: 'kept' },
  { lane: 'C', revision: modern, what: 'two servers with prefixes', path: '/modern-always', names: 'prefixed' },
  { lane: 'D', revision: legacy, what: 'HTTP+SSE', path: '/old', steady: true },
  { lane: 'D', revision: legacy, what: 'stdio', path: '/stdio', steady: true },
  { lane: 'D', revision: legacy, what: 'stdio of 2026-07-28 only', path: '/modern-stdio', steady: true },
  { lane: 'D', revision: modern, what: 'HTTP+SSE', path: '/old' },
  { lane: 'D', revision: modern, what: 'stdio', path: '/stdio-named', key: 'conformance' },
  { lane: 'D', revision: modern, what: 'stdio of 2026-07-28 only', path: '/modern-stdio' },
]

export interface ClientLane {
  readonly lane: 'E'
  readonly revision: string
  readonly scenarios: () => Promise<readonly string[]>
}

/** What was added after the release, and logins of 2026-07-28 at servers of 2025-11-25: they do not depend on the revision. */
async function later(): Promise<readonly string[]> {
  const known = new Set(await clientScenarios(legacy))
  const logins = (await clientScenarios(modern)).filter((name) => name.startsWith('auth/') && !known.has(name))
  return ['json-schema-2020-12-preservation', ...logins]
}

export const clientLanes: readonly ClientLane[] = [
  {
    lane: 'E',
    revision: '2025-03-26',
    scenarios: async () => ['auth/2025-03-26-oauth-metadata-backcompat', 'auth/2025-03-26-oauth-endpoint-fallback'],
  },
  { lane: 'E', revision: legacy, scenarios: async () => [...(await clientScenarios(legacy)), ...(await later())] },
  { lane: 'E', revision: modern, scenarios: async () => clientScenarios(modern) },
]

/** A lane's name in `expected-failures.ts`. */
export const nameOf = (lane: ServerLane | ClientLane): string =>
  [lane.lane, lane.revision, ...('what' in lane ? [lane.what] : [])].join(' ')

export interface Outcome {
  readonly passed: number
  readonly of: number
  /** What is not as it should be, and is nowhere excused. */
  readonly unexpected: readonly string[]
  /** What is excused, and is as it should be. */
  readonly stale: readonly string[]
  /** What is excused, with the reason. */
  readonly excused: readonly string[]
}

/** Weighs what was found in a lane against what was expected there. */
export function weigh(lane: ServerLane | ClientLane, found: ReadonlyMap<string, string>, of: number): Outcome {
  const expected = new Map(
    expectedFailures
      .filter(({ lanes }) => lanes.includes(nameOf(lane)))
      .flatMap(({ checks, reason }) => checks.map((check) => [check, reason])),
  )
  const [unexpected, excused]: [string[], string[]] = [[], []]
  for (const [check, says] of found) {
    const reason = expected.get(check)
    if (reason === undefined) unexpected.push(`${check}: ${says}`)
    else excused.push(`${check}: ${reason}`)
  }
  const stale = [...expected.keys()].filter((check) => !found.has(check))
  return { passed: of - found.size, of, unexpected, stale, excused }
}

/** What is worse through the gateway than at a server of the suite's own revision. */
function differences(direct: Checks, through: Checks, { steady }: ServerLane): Map<string, string> {
  const found = new Map<string, string>()
  for (const [name, { status }] of direct) {
    const check = through.get(name)
    if (check?.status === status || check?.status === 'SUCCESS' || (steady === true && check?.status === 'INFO'))
      continue
    found.set(name, `${status} directly, ${check?.status ?? 'not made'} through the gateway. ${check?.says ?? ''}`)
  }
  for (const [name, { status, says }] of through)
    if (!direct.has(name) && (status === 'FAILURE' || status === 'WARNING'))
      found.set(name, `not made directly, ${status} through the gateway. ${says}`)
  return found
}

export interface Track {
  run(lane: ServerLane): Promise<Outcome>
}

/** A gateway in front of every form of the fixture. Whether the fixture itself passes is for `test/servers` to say. */
export async function track(t: Owner): Promise<Track> {
  const started = async (make: MakeServer, transport: 'http' | 'sse' = 'http'): Promise<string> => {
    const serving = await serve(make, { transport })
    t.after(() => serving.close())
    return serving.url
  }
  const startedModern = async ({ make, bus }: ModernServer): Promise<string> => {
    const serving = await serveModern(make, { bus })
    t.after(() => serving.close())
    return serving.url
  }
  const servers: Readonly<Record<Era, string>> = {
    [legacy]: await started(everythingShared()),
    [modern]: await startedModern(everythingModern()),
  }
  const shared = new World()
  const env = {
    HTTP_URL: servers[legacy],
    MODERN_URL: servers[modern],
    SSE_URL: await started(everythingShared(), 'sse'),
    ONE_URL: await started(legacyHalf('one', shared)),
    TWO_URL: await started(legacyHalf('two', shared)),
    MODERN_ONE_URL: await startedModern(modernHalf('one', shared)),
    MODERN_TWO_URL: await startedModern(modernHalf('two', shared)),
  }
  const config = 'test/conformance/config.yaml'
  const gateways: Readonly<Record<Era, RunningGateway>> = {
    [legacy]: await startGateway(t, config, { ...env, KEEP_ALIVE: '10ms' }),
    [modern]: await startGateway(t, config, env),
  }
  const direct = new Map<Era, Promise<Checks>>()
  return {
    run: async (lane) => {
      const url = new URL(lane.path, gateways[lane.revision].url).href
      const { names, key } = lane
      const plain = names === undefined && key === undefined
      const asked = plain ? url : await shim(t, url, { ...translation(names), key })
      const through = await serverChecks(asked, lane.revision)
      const own = direct.get(lane.revision) ?? serverChecks(servers[lane.revision], lane.revision)
      direct.set(lane.revision, own)
      const checks = await own
      return weigh(lane, differences(checks, through, lane), checks.size)
    },
  }
}

const same = (text: string): string => text

/** URIs and, where they are prefixed, names: what two targets change about the things that the suite asks for. */
function translation(names: ServerLane['names']): Translation {
  if (names === undefined) return { toGateway: same, toSuite: same }
  const changed = names === 'prefixed' ? /"(test_\w+|json_schema_2020_12_tool)"/g : /(?!)/g
  return {
    toGateway: (text) =>
      text
        .replaceAll(/"test:\/\//g, '"two+test://')
        .replaceAll(changed, (_, name: string) => `"${halfWith(name)}_${name}"`),
    toSuite: (text) =>
      text
        .replaceAll(/"(?:(?:one|two)\+)+test:\/\//g, '"test://')
        .replaceAll(names === 'prefixed' ? /"(?:one|two)_(\w+)"/g : /(?!)/g, '"$1"'),
  }
}

/** All scenarios of a lane in which the gateway is the client, `atOnce` at a time. */
export async function runClient(lane: ClientLane, atOnce: number): Promise<Outcome> {
  const scenarios = await lane.scenarios()
  if (scenarios.length === 0) throw new Error(`the suite names no scenarios for ${lane.revision}`)
  const waiting = scenarios.values()
  const found = new Map<string, string>()
  const work = async (): Promise<void> => {
    for (const scenario of waiting) {
      const says = await clientScenario(scenario, lane.revision)
      if (says !== undefined) found.set(scenario, says)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return weigh(lane, found, scenarios.length)
}

/** Entries of `expected-failures.ts` that are about no lane. */
export function orphans(): string[] {
  const known = new Set([...serverLanes, ...clientLanes].map(nameOf))
  return expectedFailures.flatMap(({ lanes }) => lanes.filter((lane) => !known.has(lane)))
}
