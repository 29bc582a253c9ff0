// Memory: sessions that were opened and abandoned, what is left of them after expiry, and live ones with an open stream.
import type { Claim, Context, Findings } from '../claim.ts'
import { configuration } from '../configuration.ts'
import { INSPECTOR, settled, sleep } from '../memory.ts'
import { expectFine, freePort, type Gateway, help, listener, startGateway } from '../processes.ts'

const MiB = 1024 * 1024

export const memorySessions: Claim = {
  name: 'memory-sessions',
  says: 'memory of abandoned sessions, before and after expiry, and of live ones',
  async run(context) {
    await using upstream = await listener('upstream', 'upstream.ts')
    const url = `http://127.0.0.1:${upstream.port}/json/20/bench`
    const abandoned = await measureAbandoned(context, url)
    const live = await measureLive(context, url)
    return {
      findings: [...abandoned.findings, ...live.findings],
      raw: { abandoned: abandoned.raw, live: live.raw },
    }
  },
}

/** Two waves, expiry between them: what the second adds to the first is what expiry did not give back. */
async function measureAbandoned(context: Context, url: string): Promise<Findings> {
  const count = context.quick ? 5_000 : 50_000
  // Long enough that nothing expires during a wave, so that all its sessions stand side by side.
  const sessionIdleMs = context.quick ? 6_000 : 30_000
  const port = await freePort()
  await using gateway = await startGateway(
    port,
    configuration(port, [{ name: 'bench', url }], { sessionIdleMs }),
    INSPECTOR,
  )
  await open(gateway, context.quick ? 1_000 : 5_000)
  const before = await settled(gateway)
  await open(gateway, count)
  const full = await settled(gateway)
  context.note(`${count} opened and abandoned; waiting until they have expired`)
  await sleep(sessionIdleMs + 3_000)
  const expired = await settled(gateway)
  await open(gateway, count)
  const again = await settled(gateway)
  const scale = 50_000 / count
  return {
    findings: [
      { what: '50,000 abandoned sessions', value: ((full - before) * scale) / MiB, unit: 'MiB', atMost: 60 },
      // RSS is what the allocator holds, a tenth of the first wave is its noise.
      { what: 'added by 50,000 more after expiry', value: ((again - full) * scale) / MiB, unit: 'MiB', atMost: 6 },
    ],
    raw: { count, before, full, expired, again },
  }
}

async function measureLive(context: Context, url: string): Promise<Findings> {
  const count = context.quick ? 200 : 1_000
  const port = await freePort()
  await using gateway = await startGateway(port, configuration(port, [{ name: 'bench', url }]), INSPECTOR)
  await open(gateway, 2_000)
  // What the first of them has to load, such as the vocabularies of the scanner, is no session's.
  await using first = help('sessions.ts')
  expectFine(await first.ask({ port, path: '/mcp', sessions: 20, hold: true }), 'opening streams')
  await sleep(3_000)
  const before = await settled(gateway)
  await using holder = help('sessions.ts')
  expectFine(await holder.ask({ port, path: '/mcp', sessions: count, hold: true }), 'opening streams')
  const full = await settled(gateway)
  return {
    findings: [
      { what: 'a live session with a GET stream', value: (full - before) / count / 1024, unit: 'KiB', atMost: 25 },
    ],
    raw: { count, before, full },
  }
}

async function open(gateway: Gateway, sessions: number): Promise<void> {
  await using opener = help('sessions.ts')
  expectFine(await opener.ask({ port: gateway.port, path: '/mcp', sessions, hold: false }), 'opening sessions')
}
