// What a shelf is made of: who reads the lists of an upstream, for all or for one principal, and the place of one list.
import type { Limits } from '../config/shape.ts'
import { rawJson, type TargetName } from '../core/brand.ts'
import type { Who } from '../core/exchange.ts'
import { asFailure, type Failure } from '../core/failure.ts'
import type { Log } from '../telemetry/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Connection, Peer, Upstream } from './conversation.ts'
import type { Listing } from './offers.ts'
import { askedAlone } from './reading.ts'
import type { Shelf } from './shelf.ts'
import type { StandIn } from './stand-in.ts'
import { newestLegacy } from './wire.ts'

/** One principal, whose view of an upstream is read. */
export interface Reader {
  readonly principal: string
  who(): Who | undefined
  /** What has been read for all, which stands in until something has been read for them. Its upstream is theirs as well. */
  readonly common: Shelf
}

export interface ShelfOptions {
  readonly upstream: Upstream
  readonly limits: Limits
  readonly log: Log
  readonly metrics: Metrics
  /** Version of the gateway, for `clientInfo`. */
  readonly version: string
  /** What the upstream lists may differ between principals. */
  readonly personal?: boolean
  /** What is shown to those who have not logged in at the upstream, when its users must. */
  readonly standIn?: StandIn | undefined
  /** For whom it is read; for all, when absent. */
  readonly reader?: Reader
}

/** One list: the last good one, and what keeps us from the next. */
export interface Slot {
  listing: Listing | undefined
  failure: Failure | undefined
  stale: boolean
}

/** A list that nobody said has changed is read again after this time, or sooner when the server says that it holds for less. */
const AGE_MS = 60_000
const SHORTEST_AGE_MS = 1_000

export const ageOf = ({ listing }: Slot): number =>
  Math.min(Math.max(listing?.holdsMs ?? AGE_MS, SHORTEST_AGE_MS), AGE_MS)

export const emptySlot = (): Slot => ({ listing: undefined, failure: undefined, stale: true })

/** All that a client could declare: what a server lists may depend on it. */
const SUPERSET = rawJson(
  '{"roots":{"listChanged":true},"sampling":{"tools":{}},"elicitation":{"form":{},"url":{}},"extensions":{"io.modelcontextprotocol/ui":{"mimeTypes":["text/html;profile=mcp-app"]}}}',
)

/** What the gateway says of itself when it reads lists. */
export const shelfPeer = (version: string): Pick<Peer, 'revision' | 'clientInfo' | 'capabilities' | 'ask'> => ({
  revision: newestLegacy,
  clientInfo: rawJson(JSON.stringify({ name: 'toolgate', version })),
  capabilities: SUPERSET,
  ask: async (method) => askedAlone(method),
})

/** Ends a conversation that nobody needs; how it ends is nobody's business. */
export async function closed(connection: Connection, target: TargetName, log: Log): Promise<void> {
  try {
    await connection[Symbol.asyncDispose]()
  } catch (thrown) {
    log.debug('a catalog conversation did not end cleanly', { target, error: asFailure(thrown).message })
  }
}
