// From exec to an answer: `--version`, and the first tools/list of a gateway that has just been started.
import { spawn } from 'node:child_process'
import type { Claim, Context, Findings } from '../claim.ts'
import { configuration } from '../configuration.ts'
import { compiled, freePort, listener, NODE, startGateway, TOOLGATE } from '../processes.ts'
import { median, ratio } from '../statistics.ts'
import { Connection, type Place, requestBytes } from '../wire.ts'

export const coldStart: Claim = {
  name: 'cold-start',
  says: 'from exec to the first answer',
  run: measure,
}

async function measure(context: Context): Promise<Findings> {
  if (!compiled)
    context.note('there is no compiled output: measuring the sources (`npm run build` first for the claim)')
  await using upstream = await listener('upstream', 'upstream.ts')
  const bare: number[] = []
  const version: number[] = []
  const first: number[] = []
  const quick: number[] = []
  const whole: number[] = []
  // One more than counts: the first fills the compile cache.
  for (let round = 0; round <= (context.quick ? 3 : 7); round++) {
    const times = [
      await exits([NODE, '-e', '0']),
      await exits([NODE, TOOLGATE, '--version']),
      await firstAnswer(upstream.port),
      ...(await quickStart()),
    ]
    if (round === 0) continue
    for (const [i, list] of [bare, version, first, quick, whole].entries()) list.push(times[i] ?? Number.NaN)
  }
  const budget = compiled ? { version: { atMost: 100 }, first: { atMost: 400 } } : { version: {}, first: {} }
  return {
    findings: [
      { what: '--version', value: median(version), unit: 'ms', ...budget.version },
      { what: 'first answered tools/list', value: median(first), unit: 'ms', ...budget.first },
      { what: 'quick start: first answered initialize', value: median(quick), unit: 'ms', ...budget.first },
      { what: 'quick start: first list of all targets', value: median(whole), unit: 'ms' },
      { what: 'the runtime alone', value: median(bare), unit: 'ms' },
      { what: 'first answer ÷ the runtime alone', value: ratio(first, bare), unit: '×' },
    ],
    raw: { compiled, bare, version, first, quick, whole },
  }
}

async function exits([command = '', ...args]: readonly string[]): Promise<number> {
  const from = performance.now()
  const child = spawn(command, args, { stdio: 'ignore' })
  const code = await new Promise((resolve) => child.once('exit', resolve))
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${String(code)}`)
  return performance.now() - from
}

async function firstAnswer(upstream: number): Promise<number> {
  const port = await freePort()
  const yaml = configuration(port, [{ name: 'bench', url: `http://127.0.0.1:${upstream}/json/20/bench` }])
  const from = performance.now()
  await using _gateway = await startGateway(port, yaml)
  await answered({ port, path: '/mcp' })
  return performance.now() - from
}

/** Nothing configured: until `initialize` is answered, and until the tools of all embedded upstreams are listed. */
async function quickStart(): Promise<[initialized: number, listed: number]> {
  const from = performance.now()
  await using gateway = await startGateway(QUICK_START_PORT, undefined)
  const place = { port: gateway.port, path: '/mcp' }
  const connection = new Connection(place.port)
  const session = await connection.initialize(place)
  const initialized = performance.now() - from
  const { body } = await connection.ask(requestBytes(place, '{"jsonrpc":"2.0","id":2,"method":"tools/list"}', session))
  connection.close()
  for (const target of ['clock_', 'notes_', 'convert_'])
    if (!body.includes(`"${target}`)) throw new Error(`the first list lacks ${target}: ${body.slice(0, 300)}`)
  return [initialized, performance.now() - from]
}

/** It has no other: whoever runs the bench must not use it. */
const QUICK_START_PORT = 3000

async function answered(place: Place): Promise<void> {
  const connection = new Connection(place.port)
  const session = await connection.initialize(place)
  const list = '{"jsonrpc":"2.0","id":2,"method":"tools/list"}'
  const { body } = await connection.ask(requestBytes(place, list, session))
  connection.close()
  if (!body.includes('"tool-19"')) throw new Error(`the first list lacks tools: ${body.slice(0, 300)}`)
}
