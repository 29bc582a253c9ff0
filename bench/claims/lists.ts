// tools/list from the warm catalogue: 20 tools of one upstream, 5,000 of twenty, unchanged and just changed.
import type { Claim, Context, Findings } from '../claim.ts'
import { against, compare, middle, type Round, type Work } from '../compare.ts'
import { configuration } from '../configuration.ts'
import { freePort, type Helper, listener, type Subject, startGateway } from '../processes.ts'
import { asking } from '../single.ts'
import { median } from '../statistics.ts'

const cpu = (round: Round): number => round.cpuMicros
const LIST = { method: 'tools/list', params: '{}' }

export const toolsList20: Claim = {
  name: 'tools-list-20',
  says: 'tools/list of 20 tools',
  async run(context) {
    await using upstream = await listener('upstream', 'upstream.ts')
    await using proxy = await listener('proxy', 'reference/proxy.ts', [`http://127.0.0.1:${upstream.port}`])
    const path = '/json/20/bench'
    const port = await freePort()
    const targets = [{ name: 'bench', url: `http://127.0.0.1:${upstream.port}${path}` }]
    await using gateway = await startGateway(port, configuration(port, targets))
    const rounds = await compare(
      context,
      [
        { subject: proxy, path },
        { subject: gateway, path: '/mcp' },
      ],
      { ...LIST, connections: 32, expect: '"tool-19"' },
    )
    return {
      findings: [
        { what: 'CPU, gateway ÷ proxy', value: against(rounds, 'gateway', 'proxy', cpu), unit: '×' },
        { what: 'CPU of the gateway', value: middle(rounds, 'gateway', cpu), unit: 'µs' },
      ],
      raw: Object.fromEntries(rounds),
    }
  },
}

const UPSTREAMS = 20
const TOOLS_EACH = 250

export const toolsList5000: Claim = {
  name: 'tools-list-5000',
  says: 'tools/list of 5,000 tools over 20 upstreams, unchanged and changed',
  async run(context) {
    await using upstream = await listener('upstream', 'upstream.ts')
    await using proxy = await listener('proxy', 'reference/proxy.ts', [`http://127.0.0.1:${upstream.port}`])
    const port = await freePort()
    const paths = Array.from({ length: UPSTREAMS }, (_, i) => `/json/${TOOLS_EACH}/u${i}`)
    const targets = paths.map((path, i) => ({ name: `u${i}`, url: `http://127.0.0.1:${upstream.port}${path}` }))
    await using gateway = await startGateway(port, configuration(port, targets, { toolsTotal: 10_000 }))
    const work: Work = { ...LIST, connections: 4, expect: `u19_tool-${TOOLS_EACH - 1}"` }
    // Awaited here: the processes end with this block.
    return await measureLists(context, { upstream, proxy, gateway, work, first: paths[0] ?? '' })
  },
}

interface Stage {
  readonly upstream: Subject & Helper
  readonly proxy: Subject
  readonly gateway: Subject
  readonly work: Work
  readonly first: string
}

async function measureLists(context: Context, { upstream, proxy, gateway, work, first }: Stage): Promise<Findings> {
  // The proxy passes on the same number of ready tools: what moving the bytes alone costs.
  const same = { subject: proxy, path: `/json/${UPSTREAMS * TOOLS_EACH}/all` }
  const bytes = await compare(context, [same], { ...work, expect: `"tool-${UPSTREAMS * TOOLS_EACH - 1}"` })
  const lists = await compare(context, [{ subject: gateway, path: '/mcp' }], { ...work, gzip: true })
  const plain = await compare(context, [{ subject: gateway, path: '/mcp' }], work)

  context.note('one upstream changes a description before every list')
  const changed: number[] = []
  const read: number[] = []
  using caller = await asking(gateway)
  for (let i = 0; i < (context.quick ? 3 : 15); i++) {
    const before = gateway.cpuMicros()
    await upstream.ask({ change: first, count: TOOLS_EACH })
    await new Promise((resolve) => setTimeout(resolve, 100))
    read.push((gateway.cpuMicros() - before) / 1_000)
    changed.push((await caller.cpuOf('tools/list')) / 1_000)
  }
  const unchanged = middle(lists, 'gateway', cpu)
  const whole = middle(plain, 'gateway', cpu)
  return {
    findings: [
      { what: 'CPU, nothing changed (ready bytes)', value: unchanged, unit: 'µs', atMost: 100 },
      {
        what: 'CPU, the first list after one of 20 upstreams has changed',
        value: median(changed),
        unit: 'ms',
        atMost: 3,
      },
      { what: 'CPU, reading what has changed', value: median(read), unit: 'ms' },
      { what: 'CPU, nothing changed, client without gzip', value: whole, unit: 'µs' },
      {
        what: 'CPU without gzip, gateway ÷ proxy of as many tools',
        value: whole / middle(bytes, 'proxy', cpu),
        unit: '×',
      },
    ],
    raw: {
      lists: Object.fromEntries(lists),
      plain: Object.fromEntries(plain),
      bytes: Object.fromEntries(bytes),
      changedMs: changed,
      readMs: read,
    },
  }
}
