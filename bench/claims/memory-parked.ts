// Memory: calls that wait for a person's answer, and what is left of them when nobody comes back.
import type { Claim } from '../claim.ts'
import { configuration } from '../configuration.ts'
import { INSPECTOR, settled, sleep } from '../memory.ts'
import { expectFine, freePort, type Gateway, help, listener, startGateway } from '../processes.ts'

const MiB = 1024 * 1024

export const memoryParked: Claim = {
  name: 'memory-parked',
  says: 'memory of calls that are parked for an answer, and after their lifetime',
  async run(context) {
    // Each has connections of its own to the server: more would need more file descriptors than most machines grant.
    const count = context.quick ? 1_000 : 4_000
    const parkedMs = context.quick ? 6_000 : 30_000
    await using upstream = await listener('upstream', 'upstream.ts')
    const port = await freePort()
    const url = `http://127.0.0.1:${upstream.port}/ask/20/bench`
    const limits = {
      parkedCalls: 100_000,
      parkedPerSubject: 100_000,
      parkedMs,
      callsPerSession: 100_000,
      upstreamQueue: 100_000,
    }
    await using gateway = await startGateway(port, configuration(port, [{ name: 'bench', url }], limits), INSPECTOR)
    await park(gateway, 500)
    await sleep(parkedMs + 3_000)
    const before = await settled(gateway)
    await park(gateway, count)
    const full = await settled(gateway)
    context.note(`${count} parked and abandoned; waiting until their time is over`)
    await sleep(parkedMs + 3_000)
    const expired = await settled(gateway)
    await park(gateway, count)
    const again = await settled(gateway)
    return {
      findings: [
        { what: 'a parked call', value: (full - before) / count / 1024, unit: 'KiB', atMost: 8 },
        // What the allocator holds is used again: a second wave on top of the first must find room.
        { what: 'added by a second wave after expiry', value: (again - full) / MiB, unit: 'MiB', atMost: 6 },
      ],
      raw: { count, before, full, expired, again },
    }
  },
}

async function park(gateway: Gateway, calls: number): Promise<void> {
  await using parker = help('parked.ts')
  expectFine(await parker.ask({ port: gateway.port, path: '/mcp', calls }), 'parking calls')
}
