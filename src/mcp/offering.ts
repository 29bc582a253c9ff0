// What one target offers as its server wrote it: for policies that look at all of it, and for commands that ask for it.
import { setTimeout as delay } from 'node:timers/promises'
import type { Offering, TargetOffering } from '../policy/offered.ts'
import { listKinds } from './offers.ts'
import type { Shelf } from './shelf.ts'

/** What is known of it at the moment. */
export const offering = (shelf: Shelf): Offering => ({
  target: shelf.target,
  endpoint: shelf.upstream.origin ?? shelf.upstream.endpoint,
  greeting: shelf.hello?.raw,
  lists: {
    tool: shelf.listing('tool')?.offers,
    prompt: shelf.listing('prompt')?.offers,
    resource: shelf.listing('resource')?.offers,
    template: shelf.listing('template')?.offers,
  },
})

const AGAIN_MS = 50

/** All of it, waited for: until it is there, until it cannot be had, or until the signal says that nobody waits any more. */
export async function wholeOffering(shelf: Shelf, signal: AbortSignal): Promise<TargetOffering> {
  for (const stage of ['hello', ...listKinds] as const) {
    while (!shelf.has(stage) && shelf.failed(stage) === undefined && !signal.aborted) {
      await shelf.settle(stage, true)
      // A list has a budget, for clients who would rather have half of it; whoever asks here has time.
      if (!shelf.has(stage)) await delay(AGAIN_MS)
    }
    if (shelf.standsIn(stage))
      return { ...offering(shelf), failure: `target ${shelf.target}: its users log in there, and nobody has` }
    if (!shelf.has(stage)) return { ...offering(shelf), failure: shelf.failure(stage).message }
  }
  return { ...offering(shelf), failure: undefined }
}
