// An upstream that is reached at an address, whichever way its transport speaks there.
import type { TargetName } from '../../core/brand.ts'
import type { BoundCredentials } from '../../policy/policy.ts'
import type { Connection, Peer, Upstream } from '../conversation.ts'
import { closing } from './failing.ts'
import { Gate } from './gate.ts'
import type { LegacyOptions } from './legacy.ts'
import type { Place } from './place.ts'
import type { TargetSite } from './site.ts'

/** Opens a conversation over one transport. */
export type Open = (options: LegacyOptions, signal: AbortSignal | undefined) => Promise<Connection>

export class PlacedUpstream implements Upstream {
  readonly target: TargetName
  readonly endpoint: string
  readonly credentials: BoundCredentials | undefined
  readonly #site: TargetSite
  readonly #place: Place
  readonly #speak: Open
  readonly #gate: Gate
  readonly #open = new Set<Connection>()
  #ended = false

  constructor(site: TargetSite, place: Place, speak: Open) {
    this.target = site.target
    this.endpoint = place.endpoint
    const { target, credentials } = site
    // Only here is it known whom credentials of one server are for.
    const { origin, path, endpoint, tls } = place
    this.credentials = credentials?.bind?.({ target, url: origin + path, place: endpoint }, tls)
    this.#site = this.credentials === undefined ? site : { ...site, credentials: this.credentials }
    this.#place = place
    this.#speak = speak
    this.#gate = new Gate(site.target, site.limits, site.metrics)
  }

  async connect(peer: Peer, signal?: AbortSignal): Promise<Connection> {
    if (this.#ended) throw closing(this.target)
    return await this.#speak({ site: this.#site, place: this.#place, gate: this.#gate, peer, open: this.#open }, signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true
    await Promise.all([...this.#open].map((connection) => connection[Symbol.asyncDispose]()))
  }
}
