// A gateway of one stdio target that says which processes it has started, and waits to be killed.
import { defaultLimits } from '../../../src/config/limits.ts'
import { rawJson, targetName } from '../../../src/core/brand.ts'
import { Pools } from '../../../src/http/pools.ts'
import { Guard } from '../../../src/mcp/egress/guard.ts'
import { stdio } from '../../../src/mcp/egress/stdio.ts'
import { silent } from '../../../src/telemetry/log.ts'
import { createMetrics } from '../../../src/telemetry/metrics.ts'
import { callTool, peer } from './stage.ts'

const guard = new Guard(silent)
const config = stdio.schema.parse({ cmd: process.execPath, args: [process.argv[2] ?? '', 'stubborn'] })
const up = await stdio.compile(config, {
  target: targetName('shop'),
  path: [],
  problem: () => {},
  warning: () => {},
  read: () => undefined,
  backend: () => undefined,
  pools: new Pools(),
  log: silent,
  limits: defaultLimits,
  metrics: createMetrics({ version: '0', process: false }),
  // There is one key here, and this is its type.
  keep: <T extends AsyncDisposable>() => guard as unknown as T,
})
const connection = await up?.connect(peer({ clientInfo: rawJson('{"name":"doomed","version":"1"}') }))
if (connection === undefined) throw new Error('not connected')
// Both results are those of the line server beside this file.
const { pid } = (await callTool(connection, 'echo')) as { pid: number }
const grandchild = (await callTool(connection, 'grandchild')) as { pid: number }
process.stdout.write(`${JSON.stringify([pid, grandchild.pid, guard.pid])}\n`)
setInterval(() => {}, 1_000)
