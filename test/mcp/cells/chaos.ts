// One client, one gateway and one server that breaks again and again, each time at another step of another behaviour.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import type { TestContext } from 'node:test'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
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

/**
 * The server of a process that does nothing but pass on its pipes: when the way to the server breaks, the process ends, and when
 * nothing comes through, nothing does.
 */
async function throughPipes(): Promise<Serving> {
  const make = everythingShared()
  const sockets = new Set<Socket>()
  const listening = createServer((socket) => {
    sockets.add(socket)
    const server = make()
    socket.on('error', () => {}) // what breaks here is meant to
    socket.once('close', () => {
      sockets.delete(socket)
      void server.close().catch(() => {}) // as closed as it can be
    })
    void server.connect(new StdioServerTransport(socket, socket)).catch(() => socket.destroy())
  }).listen(0, '127.0.0.1')
  await once(listening, 'listening')
  const address = listening.address()
  return {
    url: `tcp://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      listening.close()
    },
  }
}

const PIPES = `const socket = require('node:net').connect(Number(process.argv[1]), '127.0.0.1')
for (const event of ['error', 'close']) socket.on(event, () => process.exit(1))
process.stdin.pipe(socket).pipe(process.stdout)`

const servers = {
  'legacy sessionful': async (): Promise<Serving> => serveLegacy(everythingShared(), { transport: 'http' }),
  'legacy stateless': async (): Promise<Serving> =>
    serveLegacy(everythingShared(), { transport: 'http', stateless: true }),
  'HTTP+SSE': async (): Promise<Serving> => serveLegacy(everythingShared(), { transport: 'sse' }),
  stdio: throughPipes,
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

const faults: readonly Fault[] = ['reset', 'stall', 'die', 'restart', 'garble']
const steps: readonly Step[] = ['asking', 'working', 'answering']

/** One trial for each pair of client and server. `pairOf`: which of the fifteen pairs meets which blow; all of them if it is absent. */
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

/** A process that keeps dying is started ever more slowly: so many deaths take no longer than a test should. */
const DEATHS = 2

/** Deals one trial's blows. After each the server is mended, and the same client goes on. */
export async function broken(t: TestContext, { blows, ...trial }: Trial): Promise<void> {
  const row = trial.server === 'stdio' ? DEATHS : blows.length
  let met = 0
  for (let at = 0; at < blows.length; at += row) met += await inARow(t, { ...trial, blows: blows.slice(at, at + row) })
  // Lists are cached, and some clients know what they have read.
  assert.ok(met > blows.length / 2, `only ${met} of ${blows.length} faults were met`)
}

function targetOf(server: ServerName, place: URL): object {
  if (server !== 'stdio') return { [server === 'HTTP+SSE' ? 'sse' : 'mcp']: { host: place.href } }
  return { stdio: { cmd: process.execPath, args: ['-e', PIPES, place.port] } }
}

/** How many of the blows hit something. */
async function inARow(t: TestContext, { server, driver, blows }: Trial): Promise<number> {
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
  const { port } = await serve(t, inFront({ target: { ...targetOf(server, place) } }, { limits }))
  const client = await drivers[driver](`http://127.0.0.1:${port}/mcp`, { timeoutMs: CLIENT_MS })
  t.after(() => client.close())
  await eventually(
    () => works(client),
    () => 'the server cannot be reached',
  )
  const processes = proxy.open
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
      if (server !== 'stdio') return
      await eventually(
        async () => proxy.open <= processes,
        () => `${proxy.open} processes run where ${processes} are needed`,
      )
    })
  return met
}
