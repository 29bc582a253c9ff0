// Target kind `mcp`: a server reached over Streamable HTTP, or over HTTP+SSE when that is all it speaks.
import { z } from 'zod'
import { define } from '../../core/module.ts'
import type { Connection, Upstream } from '../conversation.ts'
import { modernRevision } from '../wire.ts'
import { Eras, type Found, type Moved, Turning } from './era.ts'
import { baseHeaders } from './headers.ts'
import { LegacyHttp, type LegacyOptions, NotStreamable } from './legacy.ts'
import { ModernHttp, type ModernShare } from './modern.ts'
import { ToolHeaders } from './modern-headers.ts'
import { NotModern } from './modern-talk.ts'
import { oneWay } from './one-way.ts'
import { findPlace, hostSchema, poolOf } from './place.ts'
import { PlacedUpstream } from './placed.ts'
import type { TargetSite } from './site.ts'
import { SseConversation } from './sse.ts'

/** YAML `mcp: {host, …}` (reference: agentgateway §3.1, §3.5); `era` is ours. */
export const mcp = define({
  key: 'mcp',
  schema: hostSchema().safeExtend({
    /** Which protocol the server is spoken to in: found out, with `initialize`, or without (2026-07-28). */
    era: z.enum(['auto', 'legacy', 'modern']).default('auto'),
  }),
  compile(config, site: TargetSite): Upstream | undefined {
    const place = findPlace(config, site, '/mcp')
    if (place === undefined) return undefined
    const eras = new Eras(config.era === 'auto' ? undefined : config.era)
    const share = { headers: new ToolHeaders(site.target, site.log), listening: new Map(), hellos: new Map() }
    return new PlacedUpstream(site, place, (options, signal) => {
      const { target, log } = options.site
      const dial = (moved: Moved, afresh: boolean): Promise<Found> => {
        if (afresh) {
          eras.forget()
          share.hellos.clear()
        }
        return find({ options, eras, share, moved }, afresh ? undefined : signal)
      }
      return Turning.open({ target, log, peer: options.peer, dial })
    })
  },
})

interface Finding {
  readonly options: LegacyOptions
  readonly eras: Eras
  readonly share: ModernShare
  readonly moved: Moved
}

/** Opens a conversation in the protocol that the server speaks (reference: mcp §1.3). */
async function find(finding: Finding, signal: AbortSignal | undefined): Promise<Found> {
  const { options, eras } = finding
  const before = options.peer.revision !== modernRevision
  const remembered = eras.known === 'legacy' || (eras.known === 'both' && before)
  const modern = remembered ? undefined : await later(finding, signal)
  if (modern !== undefined) {
    const sessions = before && eras.known === undefined ? await beside(finding) : undefined
    if (before) eras.learn(sessions === undefined ? 'modern' : 'both')
    if (sessions === undefined) return { era: 'modern', connection: modern }
    await modern[Symbol.asyncDispose]()
    return { era: 'legacy', connection: sessions }
  }
  try {
    const connection = await legacy(finding, signal)
    if (!remembered) eras.learn('legacy')
    return { era: 'legacy', connection }
  } catch (thrown) {
    if (!remembered || eras.fixed === 'legacy') throw thrown
    // It may have been replaced since.
    eras.forget()
    return await find(finding, signal)
  }
}

/** `undefined`: the server does not speak 2026-07-28. */
async function later(
  { options, eras, share, moved }: Finding,
  signal: AbortSignal | undefined,
): Promise<ModernHttp | undefined> {
  try {
    return await ModernHttp.open({ ...options, share, moved }, signal)
  } catch (thrown) {
    if (!(thrown instanceof NotModern) || eras.fixed === 'modern') throw thrown
    return undefined
  }
}

/** How long a server may take to show that it has more than it needs. */
const BESIDE_MS = 5_000

/**
 * A session of before, at a server that speaks 2026-07-28 as well: what tools ask by requests of their own works in nothing else.
 * Servers that keep sessions miss one when they are asked for a stream; those of 2026-07-28 alone have none (405). Whoever would
 * answer `initialize` without a session could ask nobody, and is better asked in the later way.
 */
async function beside({ options, moved }: Finding): Promise<LegacyHttp | undefined> {
  const { site, place, peer } = options
  const signal = AbortSignal.timeout(BESIDE_MS)
  try {
    const asked = { pool: poolOf(place, site, peer), path: place.path, headers: baseHeaders('text/event-stream') }
    if ((await oneWay({ ...asked, method: 'GET', timeoutMs: BESIDE_MS })) !== 400) return undefined
    const connection = await LegacyHttp.open({ ...options, moved }, signal)
    if (connection.session !== undefined) return connection
    await connection[Symbol.asyncDispose]()
  } catch (thrown) {
    site.log.debug('a target has no sessions beside', { target: site.target, error: String(thrown) })
  }
  return undefined
}

async function legacy({ options, moved }: Finding, signal: AbortSignal | undefined): Promise<Connection> {
  try {
    return await LegacyHttp.open({ ...options, moved }, signal)
  } catch (thrown) {
    if (!(thrown instanceof NotStreamable)) throw thrown
    // A server of 2024-11-05 has its stream at the same address (2025-11-25, transports, backwards compatibility).
    try {
      return await SseConversation.open(options, signal)
    } catch (cause) {
      const { target, log } = options.site
      log.debug('it is no HTTP+SSE server either', { target, error: String(cause) })
      throw thrown
    }
  }
}
