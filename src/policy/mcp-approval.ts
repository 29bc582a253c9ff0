// YAML `mcpApproval`: calls of tools that a person has to agree to, by what they are and by what they are called with.
import { hash } from 'node:crypto'
import { z } from 'zod'
import { Unknown } from '../cel/value.ts'
import { duration } from '../config/duration.ts'
import type { Exchange } from '../core/exchange.ts'
import type { Item } from '../core/item.ts'
import { define } from '../core/module.ts'
import { contextOf } from './context.ts'
import type { Expression, Policy, Site, Verdict } from './policy.ts'

const schema = z.strictObject({
  /** Expressions as in `mcpAuthorization`; where one is true, a person is asked. */
  rules: z.array(z.string()).min(1),
  /** `caller`: whoever calls, through the client. `operator`: whoever looks after the gateway, through the admin API. */
  by: z.enum(['caller', 'operator', 'either']).default('either'),
  /** How long a question to an operator, and the answer, count. */
  expiry: duration().default(600_000),
  /** Characters of arguments that a person is shown. Calls with more are refused: nobody agrees to what is not seen. */
  maxArguments: z.int().min(1).max(262_144).default(16_384),
})

/**
 * A call that a rule holds for goes on once a person has agreed to exactly this call: this caller, tool, arguments and rules (reference:
 * security §1.7, G5). A rule that cannot be evaluated asks as well. Lists show such tools. Where several of these policies ask about one
 * call, all of them must be satisfied: whoever each of them names, within the shortest time.
 */
export const mcpApproval = define({
  key: 'mcpApproval',
  schema,
  compile(config, site: Site): Policy {
    const rules = config.rules.flatMap((source, index) => {
      const rule = site.cel(['rules', index], source, { phase: 'authorization', expects: 'bool' })
      return rule === undefined ? [] : [rule]
    })
    const version = hash('sha256', JSON.stringify(config), 'base64url')
    const store = site.store
    if (config.by === 'operator' && store === undefined)
      site.warning(['by'], 'nothing keeps questions to operators here: nobody can agree to such calls')
    return {
      permits: (item, x, input) => asks(rules, item, x, input),
      plan: {
        approval: {
          asks: (item, x, input) => asks(rules, item, x, input) === 'ask',
          by: config.by,
          expiryMs: config.expiry,
          maxArguments: config.maxArguments,
          version,
          ...(store !== undefined && { store }),
        },
      },
    }
  },
})

function asks(rules: readonly Expression[], item: Item, x: Exchange, input: unknown): Verdict {
  if (item.kind !== 'tool') return 'yes'
  const context = contextOf(x)
  context.mcp.about(item, input)
  let verdict: Verdict = 'yes'
  for (const rule of rules) {
    const value = rule.evaluate(context)
    if (value === false) continue
    if (!(value instanceof Unknown)) return 'ask'
    verdict = 'maybe'
  }
  return verdict
}
