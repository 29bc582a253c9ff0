// Target kind `mcp`: a server reached over Streamable HTTP, or over HTTP+SSE when that is all it speaks.
import { define } from '../../core/module.ts'
import type { Connection, Upstream } from '../conversation.ts'
import { LegacyHttp, type LegacyOptions, NotStreamable } from './legacy.ts'
import { findPlace, hostSchema } from './place.ts'
import { PlacedUpstream } from './placed.ts'
import type { TargetSite } from './site.ts'
import { SseConversation } from './sse.ts'

/** YAML `mcp: {host, …}` (reference: agentgateway §3.1, §3.5). */
export const mcp = define({
  key: 'mcp',
  schema: hostSchema(),
  compile(config, site: TargetSite): Upstream | undefined {
    const place = findPlace(config, site, '/mcp')
    return place === undefined ? undefined : new PlacedUpstream(site, place, open)
  },
})

async function open(options: LegacyOptions, signal: AbortSignal | undefined): Promise<Connection> {
  try {
    return await LegacyHttp.open(options, signal)
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
