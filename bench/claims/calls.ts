// tools/call through the gateway, the smallest proxy and nginx: CPU of one request, and latency at a fixed rate.
import type { Claim, Context, Findings } from '../claim.ts'
import { against, type Contender, compare, middle, type Round, type Work } from '../compare.ts'
import { configuration } from '../configuration.ts'
import { freePort, listener, startGateway, startNginx } from '../processes.ts'

const TEXT =
  'please look up what the quick brown fox did on the fourth of July, and how often it did it before that day'
const CALL: Work = {
  connections: 32,
  method: 'tools/call',
  params: JSON.stringify({ name: 'echo', arguments: { text: TEXT, limit: 4 } }),
  expect: '"structuredContent"',
}

/** The claims that differ only in how the upstream answers. */
function callClaim(name: string, says: string, path: string): Claim {
  return { name, says, run: (context) => measure(context, path) }
}

export const toolsCallJson = callClaim('tools-call-json', 'a small tools/call, answered as JSON', '/json/20/bench')
export const toolsCallSse = callClaim('tools-call-sse', 'a small tools/call, answered as SSE', '/sse/20/bench')

async function measure(context: Context, path: string): Promise<Findings> {
  await using upstream = await listener('upstream', 'upstream.ts')
  await using proxy = await listener('proxy', 'reference/proxy.ts', [`http://127.0.0.1:${upstream.port}`])
  await using nginx = await startNginx(upstream.port)
  const port = await freePort()
  const targets = [{ name: 'bench', url: `http://127.0.0.1:${upstream.port}${path}` }]
  await using gateway = await startGateway(port, configuration(port, targets))
  const contenders: Contender[] = [
    { subject: proxy, path },
    { subject: gateway, path: '/mcp' },
  ]
  if (nginx !== undefined) contenders.push({ subject: nginx, path })

  const cpu = (round: Round): number => round.cpuMicros
  const p50 = (round: Round): number => round.p50
  context.note('as fast as 32 connections ask')
  const busy = await compare(context, contenders, CALL)
  context.note('at 2,000 requests/s')
  const paced = await compare(context, [{ subject: upstream, path }, ...contenders], { ...CALL, rate: 2_000 })
  const added = (name: string): number => middle(paced, name, p50) - middle(paced, 'upstream', p50)
  return {
    findings: [
      { what: 'CPU, gateway ÷ proxy', value: against(busy, 'gateway', 'proxy', cpu), unit: '×', atMost: 1.3 },
      ...(nginx === undefined
        ? []
        : [{ what: 'CPU, gateway ÷ nginx', value: against(busy, 'gateway', 'nginx', cpu), unit: '×', atMost: 4 }]),
      {
        what: 'added p50 at 2,000/s, gateway ÷ proxy',
        value: added('gateway') / added('proxy'),
        unit: '×',
        atMost: 2,
      },
      { what: 'CPU of the gateway', value: middle(busy, 'gateway', cpu), unit: 'µs' },
      { what: 'added p50 of the gateway', value: added('gateway'), unit: 'ms' },
    ],
    raw: { busy: Object.fromEntries(busy), paced: Object.fromEntries(paced) },
  }
}
