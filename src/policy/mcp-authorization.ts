// YAML `mcpAuthorization`: rules on tools, prompts, resources and tasks. Lists and calls ask the same question.
import { pathText } from '../config/problems.ts'
import type { Exchange } from '../core/exchange.ts'
import type { Item } from '../core/item.ts'
import { define, type Path } from '../core/module.ts'
import { contextOf } from './context.ts'
import type { Policy, Site } from './policy.ts'
import { compileRules, type Decision, rulesSchema } from './rules.ts'

/**
 * A thing that the rules deny is not there, for lists as for calls (reference: agentgateway §3.6). Sets of route, backend and target
 * come together. What a caller passes is known when a tool is called; while tools are listed it is not, and a rule that could
 * still say yes lists the tool.
 */
export const mcpAuthorization = define({
  key: 'mcpAuthorization',
  schema: rulesSchema,
  compile(config, site: Site): Policy {
    const rules = compileRules(config, site, 'authorization')
    const { audience } = rules
    return {
      ...(audience !== undefined && { audience }),
      scopes: rules.all.flatMap(({ scopes }) => scopes),
      permits: (item: Item, x: Exchange, input?: unknown) => rules.verdict(contextOf(x), item, input),
      explains: (item, x, input) => explained(rules.decide(contextOf(x), item, input), site.path, x),
    }
  },
})

/** Longest word on what went wrong: it may repeat what a caller has sent. */
const LONGEST = 200

/** `… denied by mcpAuthorization.rules[0].deny; session.taint: private-data`: which rule it was, and what the session had met. */
function explained({ verdict, because, rule, error }: Decision, path: Path, x: Exchange): string | undefined {
  if (verdict === 'yes') return undefined
  const taint = x.flow?.taint(x) ?? []
  return [
    `${because} by ${pathText(rule?.path ?? path)}`,
    ...(error === undefined ? [] : [error.slice(0, LONGEST)]),
    ...(taint.length === 0 ? [] : [`session.taint: ${taint.join(' ')}`]),
  ].join('; ')
}
