// YAML `retry`: further attempts when a backend fails.
import { z } from 'zod'
import { duration } from '../config/duration.ts'
import type { Exchange, Reply } from '../core/exchange.ts'
import { define } from '../core/module.ts'
import { bodyWithin } from '../http/body.ts'
import { contextOf } from './context.ts'
import { holds } from './evaluated.ts'
import type { Expression, Policy, Retry, Site } from './policy.ts'

/** Bodies up to here are kept for another attempt; a larger one flows past once (reference: agentgateway §2, retry). */
const REPLAYED_BYTES = 65_536

const schema = z.strictObject({
  attempts: z.int().min(1).max(255).default(1),
  backoff: duration().nullish(),
  codes: z.array(z.int().min(100).max(999)),
  precondition: z.string().nullish(),
  condition: z.string().nullish(),
})

/**
 * `attempts` further attempts after the first, as the original does it (its documentation counts the first one in). Worth
 * repeating: the statuses of `codes`, answers of which `condition` holds, and backends that could not be reached; nothing, where
 * `precondition` does not hold.
 */
export const retry = define({
  key: 'retry',
  schema,
  compile({ attempts, backoff, codes, precondition, condition }, site: Site): Policy {
    const before = precondition
      ? site.cel(['precondition'], precondition, { phase: 'request', expects: 'bool' })
      : undefined
    const after = condition ? site.cel(['condition'], condition, { phase: 'response', expects: 'bool' }) : undefined
    const retry: Retry = {
      attempts,
      backoffMs: backoff ?? 0,
      codes: new Set(codes),
      ...(before !== undefined && { applies: (x: Exchange) => holds(before, x) }),
      ...(after !== undefined && { wanted: (x: Exchange, reply: Reply) => answered(after, x, reply) }),
    }
    return {
      plan: { retry },
      async onRequest(x) {
        await bodyWithin(x, REPLAYED_BYTES)
        return undefined
      },
    }
  },
})

function answered(condition: Expression, x: Exchange, reply: Reply): boolean {
  const context = contextOf(x)
  context.reply = reply
  return condition.evaluate(context) === true
}
