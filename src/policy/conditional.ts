// YAML `conditional`: a policy that has several bodies, of which the first whose condition holds counts.
import { z } from 'zod'
import type { Exchange } from '../core/exchange.ts'
import { define } from '../core/module.ts'
import { holds } from './evaluated.ts'
import { below, type Expression, type Policy, type Site } from './policy.ts'

const MOST = 64

/** A policy's module whose body is an object. */
interface Whole<S extends z.ZodObject> {
  readonly key: string
  readonly schema: S
  compile(config: z.output<S>, site: Site): Policy
}

/** The module, whose body may also be `{conditional: [{condition, …}, …]}` (reference: agentgateway §1.6.1). */
export function conditional<S extends z.ZodObject>(module: Whole<S>) {
  const entry: z.ZodObject = module.schema.extend({ condition: z.string().nullish() })
  const several = z.strictObject({ conditional: z.array(entry).min(1).max(MOST) }).check(({ value, issues }) => {
    const open = value.conditional.findIndex((body) => typeof body['condition'] !== 'string')
    if (open >= 0 && open < value.conditional.length - 1)
      issues.push({
        code: 'custom',
        path: ['conditional', open],
        message: 'has no condition and must be the last: those below it would never count',
        input: value,
      })
  })
  const schema = z.union([module.schema, several])
  return define({
    key: module.key,
    schema,
    compile(config: z.output<S> | z.output<typeof several>, site: Site): Policy {
      const bodies = bodiesOf(config)
      if (bodies === undefined) return module.compile(config as z.output<S>, site) // the other half of the union
      return new Choosing(bodies.map((body, i) => choiceOf(body, module, below(site, ['conditional', i]))))
    },
  })
}

type Body = { readonly [key: string]: unknown }

const bodiesOf = (config: Body): readonly Body[] | undefined =>
  Array.isArray(config['conditional']) ? config['conditional'] : undefined

function choiceOf<S extends z.ZodObject>({ condition, ...body }: Body, module: Whole<S>, site: Site): Choice {
  const policy = module.compile(module.schema.parse(body), site)
  if (typeof condition !== 'string') return { condition: undefined, policy }
  const compiled = site.cel(['condition'], condition, { phase: 'request', expects: 'bool' })
  return { condition: compiled ?? 'never', policy }
}

interface Choice {
  /** `undefined`: always. */
  readonly condition: Expression | 'never' | undefined
  readonly policy: Policy
}

class Choosing implements Policy {
  readonly #choices: readonly Choice[]
  /** What the request was told holds for its answer too. */
  readonly #chosen = new WeakMap<Exchange, Policy>()

  constructor(choices: readonly Choice[]) {
    this.#choices = choices
  }

  onRequest(x: Exchange): ReturnType<NonNullable<Policy['onRequest']>> {
    const choice = this.#choices.find(
      ({ condition }) => condition === undefined || (condition !== 'never' && holds(condition, x)),
    )
    if (choice === undefined) return undefined
    this.#chosen.set(x, choice.policy)
    return choice.policy.onRequest?.(x)
  }

  onReply(...[reply, x]: Parameters<NonNullable<Policy['onReply']>>): ReturnType<NonNullable<Policy['onReply']>> {
    return this.#chosen.get(x)?.onReply?.(reply, x) ?? reply
  }
}
