// YAML `authorization`: rules on requests. Who is calling has been found out before; things of MCP servers have their own rules.
import { type Exchange, type Reply, text } from '../core/exchange.ts'
import { define } from '../core/module.ts'
import { contextOf } from './context.ts'
import type { Policy, Site } from './policy.ts'
import { asAnybodyReads } from './readings.ts'
import { compileRules, rulesSchema } from './rules.ts'

/**
 * 403 `authorization failed` unless the rules let a request pass (reference: agentgateway §7.7). Sets of gateway, listener, route
 * and backend come together: all must (§2, merge rules). An error in a deny rule denies, which the original does not do.
 */
export const authorization = define({
  key: 'authorization',
  schema: rulesSchema,
  compile(config, site: Site): Policy {
    const rules = compileRules(config, site, 'request')
    return {
      onRequest(x: Exchange): Reply | undefined {
        const context = contextOf(x)
        if (asAnybodyReads(x, () => rules.allows(context), yes)) return undefined
        x.reason = 'Authorization'
        x.error = REFUSED
        return text(403, REFUSED)
      },
    }
  },
})

const yes = (allowed: boolean): boolean => allowed

const REFUSED = 'authorization failed'
