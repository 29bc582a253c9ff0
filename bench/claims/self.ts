// The bench itself: load generator and upstream must be faster than anything measured between them.
import type { Claim } from '../claim.ts'
import { compare, middle } from '../compare.ts'
import { listener } from '../processes.ts'

export const self: Claim = {
  name: 'self',
  says: 'load generator against upstream, nothing between',
  async run(context) {
    await using upstream = await listener('upstream', 'upstream.ts')
    const rounds = await compare(context, [{ subject: upstream, path: '/json/20/bench' }], {
      connections: 32,
      method: 'tools/call',
      params: '{"name":"echo","arguments":{"text":"a small call"}}',
      expect: '"structuredContent"',
    })
    const perSecond = middle(rounds, 'upstream', (round) => round.perSecond)
    return {
      findings: [{ what: 'requests', value: perSecond, unit: '/s', atLeast: 15_000 }],
      raw: Object.fromEntries(rounds),
    }
  },
}
