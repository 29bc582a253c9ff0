// Target kind `mcp`: a server reached over Streamable HTTP, or over HTTP+SSE when that is all it speaks.
import { z } from 'zod'
import { define } from '../../core/module.ts'
import type { Connection, Upstream } from '../conversation.ts'
import { Eras, type Found, type Moved, Turning } from './era.ts'
import { LegacyHttp, type LegacyOptions, NotStreamable } from './legacy.ts'
import { ModernHttp, type ModernShare } from './modern.ts'
import { ToolHeaders } from './modern-headers.ts'
import { NotModern } from './modern-talk.ts'
import { findPlace, hostSchema } from './place.ts'
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
  const { options, eras, share, moved } = finding
  const remembered = eras.known === 'legacy'
  if (!remembered)
    try {
      const connection = await ModernHttp.open({ ...options, share, moved }, signal)
      eras.learn('modern')
      return { era: 'modern', connection }
    } catch (thrown) {
      if (!(thrown instanceof NotModern) || eras.fixed === 'modern') throw thrown
    }
  try {
    const connection = await legacy(finding, signal)
    eras.learn('legacy')
    return { era: 'legacy', connection }
  } catch (thrown) {
    if (!remembered || eras.fixed === 'legacy') throw thrown
    // It may have been replaced since.
    eras.forget()
    return await find(finding, signal)
  }
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
