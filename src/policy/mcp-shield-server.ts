// A server as the shield judges it: its own words, and where it is.
import type { JsonObject } from '../core/item.ts'
import { type PinKey, serverDefinition } from '../scan/pin.ts'

export const serverKey = (target: string): PinKey => ({ target, kind: 'server', name: '' })

/** What is pinned of a server. Another address is another server, whatever it says. */
export const serverOf = (greeting: JsonObject, endpoint: string): JsonObject => ({
  ...serverDefinition(greeting),
  ...(endpoint !== '' && { origin: endpoint }),
})
