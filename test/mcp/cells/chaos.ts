// One client, one gateway and one server that breaks again and again, each time at another step of another behaviour.
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { everythingShared } from '../../../servers/everything.ts'
import { everythingModern } from '../../../servers/everything-modern.ts'
import { serveModern } from '../../../servers/modern.ts'
import { type Serving, serve as serveLegacy } from '../../../servers/serve.ts'
import { type Fault, faultProxy, type Step } from '../../support/faults.ts'
import { inFront } from '../../support/fixture.ts'
import { eventually } from '../../support/gateway.ts'
import { type Driver, type DriverName, drivers } from '../../support/mcp-clients.ts'
import { serve } from '../../support/serve.ts'
import { type BehaviourName, behaviours, namesOf } from './behaviours.ts'

const servers = {
  'legacy sessionful': async (): Promise<Serving> => serveLegacy(everythingShared(), { transport: 'http' }),
  'legacy stateless': async (): Promise<Serving> =>
    serveLegacy(everythingShared(), { transport: 'http', stateless: true }),
  'HTTP+SSE': async (): Promise<Serving> => serveLegacy(everythingShared(), { transport: 'sse' }),
  modern: async (): Promise<Serving> => {
    const { make, bus } = everythingModern()
    return serveModern(make, { bus })
  },
} as const satisfies Record<string, () => Promise<Serving>>

type ServerName = keyof typeof servers

interface Blow {
  readonly fault: Fault
  readonly step: Step
  readonly behaviour: BehaviourName
}

interface Trial {
  readonly server: ServerName
  readonly driver: DriverName
  readonly blows: readonly Blow[]
}

const faults: readonly Fault[] = ['reset', 'stall', 'die', 'restart']
const steps: readonly Step[] = ['asking', 'working', 'answering']

/** One trial for each pair of client and server. `pairOf`: which of the twelve pairs meets which blow; all of them if it is absent. */
export function trials(pairOf?: (blow: number) => number): Map<string, Trial> {
  const blows = faults.flatMap((fault) =>
    steps.flatMap((step) => namesOf(behaviours).map((behaviour): Blow => ({ fault, step, behaviour }))),
  )
  const pairs = namesOf(servers).flatMap((server) => namesOf(drivers).map((driver) => ({ server, driver })))
  return new Map(
    pairs.map((pair, index) => [
      `${pair.driver} → ${pair.server}: a server that breaks`,
      { ...pair, blows: blows.filter((_, blow) => pairOf === undefined || pairOf(blow) === index) },
    ]),
  )
}

/** Just enough for one client: sessions, calls, streams and parked questions that a fault left behind would make the next call fail. */
const limits = {
  sessions: 4,
  callsPerSession: 4,
  callsPerUpstream: 4,
  parkedCalls: 1,
  parkedPerSubject: 1,
  upstreamConnectMs: '500ms',
  upstreamFirstByteMs: '400ms',
  upstreamTotalMs: '800ms',
}

const CLIENT_MS = 8_000
const SILENCE_MS = 300

/** What must never be read: that nobody said anything. */
const hang = /timed out|timeout/i

async function works(client: Driver): Promise<boolean> {
  return client.call('test_simple_text').then(
    ({ isError }) => isError !== true,
    () => false,
  )
}

/** Deals one trial's blows. After each the server is mended, and the same client goes on. */
export async function broken(t: TestContext, { server, driver, blows }: Trial): Promise<void> {
  let serving = await servers[server]()
  t.after(() => serving.close())
  const portOf = ({ url }: Serving): number => Number(new URL(url).port)
  const proxy = await faultProxy(t, {
    port: portOf(serving),
    restart: async () => {
      await serving.close()
      serving = await servers[server]()
      return portOf(serving)
    },
  })
  const place = new URL(serving.url)
  place.port = String(proxy.port)
  const target = { [server === 'HTTP+SSE' ? 'sse' : 'mcp']: { host: place.href } }
  const { port } = await serve(t, inFront({ target }, { limits }))
  const client = await drivers[driver](`http://127.0.0.1:${port}/mcp`, { timeoutMs: CLIENT_MS })
  t.after(() => client.close())
  await eventually(
    () => works(client),
    () => 'the server cannot be reached',
  )
  let met = 0
  for (const { fault, step, behaviour } of blows)
    await t.test(`${fault} while ${step}: ${behaviour}`, async () => {
      proxy.arm(fault, step)
      try {
        await behaviours[behaviour](client, SILENCE_MS)
      } catch (error) {
        assert.ok(error instanceof Error)
        assert.doesNotMatch(error.message, hang)
      }
      if (proxy.fired) met++
      await proxy.heal()
      await eventually(
        () => works(client),
        () => 'the server is mended, and cannot be reached',
        5_000,
      )
    })
  // Lists are cached, and some clients know what they have read.
  assert.ok(met > blows.length / 2, `only ${met} of ${blows.length} faults were met`)
}
