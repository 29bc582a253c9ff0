// Target kind `mcp`: a server reached over Streamable HTTP, or over HTTP+SSE when that is all it speaks.
import type { TargetName } from '../../core/brand.ts'
import { define } from '../../core/module.ts'
import type { Connection, Peer, Upstream } from '../conversation.ts'
import { closing } from './failing.ts'
import { Gate } from './gate.ts'
import { LegacyHttp, NotStreamable } from './legacy.ts'
import { findPlace, hostSchema, type Place } from './place.ts'
import type { TargetSite } from './site.ts'
import { SseConversation } from './sse.ts'

/** YAML `mcp: {host, …}` (reference: agentgateway §3.1, §3.5). */
export const mcp = define({
  key: 'mcp',
  schema: hostSchema(),
  compile(config, site: TargetSite): Upstream | undefined {
    const place = findPlace(config, site, '/mcp')
    return place === undefined ? undefined : new HttpUpstream(site, place)
  },
})

class HttpUpstream implements Upstream {
  readonly target: TargetName
  readonly endpoint: string
  readonly #site: TargetSite
  readonly #place: Place
  readonly #gate: Gate
  readonly #open = new Set<Connection>()
  #ended = false

  constructor(site: TargetSite, place: Place) {
    this.target = site.target
    this.endpoint = place.endpoint
    this.#site = site
    this.#place = place
    this.#gate = new Gate(site.target, site.limits, site.metrics)
  }

  async connect(peer: Peer, signal?: AbortSignal): Promise<Connection> {
    if (this.#ended) throw closing(this.target)
    const options = { site: this.#site, place: this.#place, gate: this.#gate, peer, open: this.#open }
    try {
      return await LegacyHttp.open(options, signal)
    } catch (thrown) {
      if (!(thrown instanceof NotStreamable)) throw thrown
      // A server of 2024-11-05 has its stream at the same address (2025-11-25, transports, backwards compatibility).
      try {
        return await SseConversation.open(options, signal)
      } catch (cause) {
        this.#site.log.debug('it is no HTTP+SSE server either', { target: this.target, error: String(cause) })
        throw thrown
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true
    await Promise.all([...this.#open].map((connection) => connection[Symbol.asyncDispose]()))
  }
}
