// YAML `delay`: latency on purpose, before the backend is asked.
import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import { durationMs } from '../config/duration.ts'
import { scalar } from '../config/schema/scalar.ts'
import { define } from '../core/module.ts'
import { CEL_LATER } from './later.ts'
import type { Policy, Site } from './policy.ts'

const schema = z.strictObject({
  duration: scalar({
    read: (value) => {
      if (typeof value === 'number') return Number.isFinite(value) && value < 2 ** 31 ? value : undefined
      return typeof value === 'string' ? durationMs(value.trim()) : undefined
    },
    complaint: `must be a duration such as \`2s\`, or a number of milliseconds; anything else ${CEL_LATER}`,
    json: { type: ['string', 'number'] },
  }),
})

/** `duration`: a duration or milliseconds; nought or less is no delay (reference: agentgateway §1.6.1). `requestTimeout` covers it. */
export const delay = define({
  key: 'delay',
  schema,
  compile({ duration }, _site: Site): Policy {
    if (duration <= 0) return {}
    return {
      async onRequest(x) {
        try {
          await wait(duration, undefined, { signal: x.signal })
        } catch (thrown) {
          // The signal's reason says why; the timer's own error would only say that it was aborted.
          throw x.signal.aborted ? x.signal.reason : thrown
        }
        return undefined
      },
    }
  },
})
