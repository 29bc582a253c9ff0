// YAML `delay`: latency on purpose, before the backend is asked.
import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import { durationMs } from '../config/duration.ts'
import { scalar } from '../config/schema/scalar.ts'
import type { Exchange } from '../core/exchange.ts'
import { define } from '../core/module.ts'
import { contextOf } from './context.ts'
import { millisecondsFrom } from './evaluated.ts'
import type { Policy, Site } from './policy.ts'

/** More than a timer can wait. */
const LONGEST_MS = 2 ** 31 - 1

const schema = z.strictObject({
  duration: scalar({
    read: (value) => {
      if (typeof value === 'number') return Number.isFinite(value) && value < LONGEST_MS ? value : undefined
      return typeof value === 'string' ? (durationMs(value.trim()) ?? value) : undefined
    },
    complaint: 'must be a duration such as `2s`, a number of milliseconds, or an expression that answers one of them',
    json: { type: ['string', 'number'] },
  }),
})

/** `duration`: a duration, milliseconds, or an expression of either; nought or less, or one that fails, is no delay (reference: agentgateway §1.6.1). `requestTimeout` covers it. */
export const delay = define({
  key: 'delay',
  schema,
  compile({ duration }, site: Site): Policy {
    if (typeof duration === 'number') return duration <= 0 ? {} : { onRequest: (x) => pause(x, duration) }
    const computed = site.cel(['duration'], duration, { phase: 'request' })
    if (computed === undefined) return {}
    return {
      onRequest(x) {
        const ms = millisecondsFrom(computed, contextOf(x)) ?? 0
        return ms > 0 ? pause(x, Math.min(ms, LONGEST_MS)) : undefined
      },
    }
  },
})

async function pause(x: Exchange, ms: number): Promise<undefined> {
  try {
    await wait(ms, undefined, { signal: x.signal })
  } catch (thrown) {
    // The signal's reason says why; the timer's own error would only say that it was aborted.
    throw x.signal.aborted ? x.signal.reason : thrown
  }
}
