// YAML `retry`: further attempts when a backend fails.
import { z } from 'zod'
import { duration } from '../config/duration.ts'
import { define } from '../core/module.ts'
import { bodyWithin } from '../http/body.ts'
import { celLater } from './later.ts'
import type { Policy, Site } from './policy.ts'

/** Bodies up to here are kept for another attempt; a larger one flows past once (reference: agentgateway §2, retry). */
const REPLAYED_BYTES = 65_536

const schema = z.strictObject({
  attempts: z.int().min(1).max(255).default(1),
  backoff: duration().nullish(),
  codes: z.array(z.int().min(100).max(999)),
  precondition: celLater(),
  condition: celLater(),
})

/**
 * `attempts` further attempts after the first, as the original does it (its documentation counts the first one in). Worth
 * repeating: the statuses of `codes`, and backends that could not be reached.
 */
export const retry = define({
  key: 'retry',
  schema,
  compile({ attempts, backoff, codes }, _site: Site): Policy {
    return {
      plan: { retry: { attempts, backoffMs: backoff ?? 0, codes: new Set(codes) } },
      async onRequest(x) {
        await bodyWithin(x, REPLAYED_BYTES)
        return undefined
      },
    }
  },
})
