// tools/call of both eras on both sides: the same request through the gateway, and past it through the smallest proxy.
import type { Claim, Context, Findings } from '../claim.ts'
import { against, compare, middle, type Round, type Work } from '../compare.ts'
import { configuration } from '../configuration.ts'
import { freePort, listener, startGateway } from '../processes.ts'
import { modernMeta } from '../wire.ts'

const TEXT =
  'please look up what the quick brown fox did on the fourth of July, and how often it did it before that day'
const ARGUMENTS = `"name":"echo","arguments":${JSON.stringify({ text: TEXT, limit: 4 })}`
const legacy: Work = { connections: 32, method: 'tools/call', params: `{${ARGUMENTS}}`, expect: '"structuredContent"' }
const modern: Work = {
  ...legacy,
  params: `{${ARGUMENTS},${modernMeta()}}`,
  modern: { method: 'tools/call', name: 'echo' },
}

export const toolsCallModern: Claim = {
  name: 'tools-call-modern',
  says: 'a small tools/call of 2026-07-28, with a server of 2026-07-28',
  run: (context) => measure(context, { work: modern, path: '/modern/20/bench', atMost: 1.3 }),
}

export const toolsCallBridged: Claim = {
  name: 'tools-call-bridged',
  says: 'a small tools/call between revisions: from 2026-07-28 to 2025-11-25, and the other way',
  async run(context) {
    context.note('client of 2026-07-28, server of 2025-11-25')
    const up = await measure(context, { work: modern, path: '/json/20/bench', atMost: 1.8 })
    context.note('client of 2025-11-25, server of 2026-07-28')
    const down = await measure(context, { work: legacy, path: '/modern/20/bench', atMost: 1.8 })
    const named = ({ findings }: Findings, name: string): Findings['findings'] =>
      findings.map((each) => ({ ...each, what: `${name}: ${each.what}` }))
    return {
      findings: [...named(up, 'new client'), ...named(down, 'new server')],
      raw: { up: up.raw, down: down.raw },
    }
  },
}

interface Measured {
  readonly work: Work
  readonly path: string
  readonly atMost: number
}

async function measure(context: Context, { work, path, atMost }: Measured): Promise<Findings> {
  await using upstream = await listener('upstream', 'upstream.ts')
  await using proxy = await listener('proxy', 'reference/proxy.ts', [`http://127.0.0.1:${upstream.port}`])
  const port = await freePort()
  await using gateway = await startGateway(
    port,
    configuration(port, [{ name: 'bench', url: `http://127.0.0.1:${upstream.port}${path}` }]),
  )
  // The proxy changes nothing, so its client and server are of one revision: the one that the client speaks.
  const straight = work.modern === undefined ? '/json/20/bench' : '/modern/20/bench'
  const rounds = await compare(
    context,
    [
      { subject: proxy, path: straight },
      { subject: gateway, path: '/mcp' },
    ],
    work,
  )
  const cpu = (round: Round): number => round.cpuMicros
  return {
    findings: [
      { what: 'CPU, gateway ÷ proxy', value: against(rounds, 'gateway', 'proxy', cpu), unit: '×', atMost },
      { what: 'CPU of the gateway', value: middle(rounds, 'gateway', cpu), unit: 'µs' },
    ],
    raw: Object.fromEntries(rounds),
  }
}
