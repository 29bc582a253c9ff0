// The bounds of a gateway: their names in the configuration, their defaults, how each is written.
import { z } from 'zod'
import { durationOrMs } from './duration.ts'
import { note } from './schema/note.ts'
import type { Limits } from './shape.ts'
import { size } from './size.ts'

const KiB = 1024
const MiB = 1024 * KiB
const second = 1_000
const minute = 60 * second

/** What holds when nothing is configured (reference: security §4.3). */
export const defaultLimits: Limits = Object.freeze({
  requestLine: 8 * KiB,
  headerBytes: 16 * KiB,
  headerCount: 100,
  headerValue: 8 * KiB,
  mcpBody: 4 * MiB,
  bufferSize: 2 * MiB,
  jsonDepth: 64,
  jsonKeys: 10_000,
  batch: 20,
  connections: 10_000,
  connectionsPerAddress: 200,
  requestsPerConnection: 1_000,
  pipelined: 8,
  tlsHandshakeMs: 10 * second,
  connectionIdleMs: 65 * second,
  headerTimeMs: 10 * second,
  requestTimeMs: minute,
  bodyRate: 500,
  upstreamConnectMs: 5 * second,
  upstreamFirstByteMs: minute,
  upstreamTotalMs: 10 * minute,
  tunnelIdleMs: 10 * minute,
  tunnelHalfOpenMs: 30 * second,
  resultBytes: 8 * MiB,
  sseEvent: 8 * MiB,
  sseKeepAliveMs: 15 * second,
  writeStallMs: 30 * second,
  sessions: 10_000,
  sessionsPerSubject: 100,
  sessionIdleMs: 30 * minute,
  callsPerSession: 64,
  callsPerUpstream: 256,
  parkedCalls: 1_000,
  parkedPerSubject: 16,
  parkedMs: 10 * minute,
  parkedBytes: 64 * KiB,
  parkedRounds: 16,
  upstreamQueue: 256,
  upstreamQueueMs: 5 * second,
  upstreamMessages: 2_000,
  upstreamFloodMs: 10 * second,
  stdioLine: 8 * MiB,
  stderrRate: 64 * KiB,
  stdioStartMs: 30 * second,
  stdioRestartsPerMinute: 5,
  listBudgetMs: 2 * second,
  listPages: 100,
  toolsPerServer: 1_000,
  toolsTotal: 5_000,
  definitionBytes: 256 * KiB,
  schemaDepth: 32,
})

const sizes = new Set([
  'requestLine',
  'headerBytes',
  'headerValue',
  'mcpBody',
  'bufferSize',
  'bodyRate',
  'resultBytes',
  'sseEvent',
  'parkedBytes',
  'stdioLine',
  'stderrRate',
  'definitionBytes',
])

/** Schema of `config.limits`: durations end in `Ms` and are text or milliseconds, sizes are text or bytes, the rest counts. */
export function limitsSchema(): z.ZodType<Partial<Limits>> {
  const [time, bytes, count] = [durationOrMs().optional(), size().optional(), z.int().positive().optional()]
  const shape: { [name: string]: z.ZodType<number | undefined> } = {}
  for (const name of Object.keys(defaultLimits))
    shape[name] = name.endsWith('Ms') ? time : sizes.has(name) ? bytes : count
  return note(z.strictObject(shape), { noun: 'the limits' })
}
