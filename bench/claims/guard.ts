// What mcpResultGuard adds to a call whose answer is a text of 1 KiB: two gateways, one with it.
import type { Claim } from '../claim.ts'
import { compare, type Round, type Work } from '../compare.ts'
import { configuration } from '../configuration.ts'
import { freePort, listener, startGateway } from '../processes.ts'
import { median } from '../statistics.ts'

export const toolsCallGuarded: Claim = {
  name: 'tools-call-guarded',
  says: 'a small tools/call answered with 1 KiB of text, with and without mcpResultGuard',
  async run(context) {
    await using upstream = await listener('upstream', 'upstream.ts')
    const targets = [{ name: 'bench', url: `http://127.0.0.1:${upstream.port}/text/20/bench` }]
    const [open, shut] = [await freePort(), await freePort()]
    await using plain = await startGateway(open, configuration(open, targets))
    await using guarded = await startGateway(shut, configuration(shut, targets, {}, '    mcpResultGuard: {}'))
    const work: Work = {
      connections: 32,
      method: 'tools/call',
      params: JSON.stringify({ name: 'echo', arguments: { text: 'x' } }),
      expect: '"content"',
    }
    const rounds = await compare(
      context,
      [
        { subject: plain, path: '/mcp' },
        { subject: { ...guarded, name: 'guarded' }, path: '/mcp' },
      ],
      work,
    )
    const cpu = (name: string): number[] => (rounds.get(name) ?? []).map((round: Round) => round.cpuMicros)
    const without = cpu('gateway')
    const added = median(cpu('guarded').map((micros, i) => micros - (without[i] ?? Number.NaN)))
    return {
      findings: [{ what: 'CPU added by the guard', value: added, unit: 'µs', atMost: 15 }],
      raw: Object.fromEntries(rounds),
    }
  },
}
