// A rule set: strings that allow, and rules that allow, deny or require. What it answers, why, and fast for lists of thousands.
import { z } from 'zod'
import { Fault, Unknown } from '../cel/value.ts'
import { pathText } from '../config/problems.ts'
import type { Exchange } from '../core/exchange.ts'
import type { Item } from '../core/item.ts'
import type { Path } from '../core/module.ts'
import type { Log } from '../telemetry/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { audienceOf } from './audience.ts'
import type { Context } from './context.ts'
import type { Site, Use, Verdict } from './policy.ts'
import { ERROR, FALSE, keyOf, maskOf, Rule, type RuleKind, TRUE, type Truth } from './rule.ts'

const one = (kind: RuleKind) => z.strictObject({ [kind]: z.string() })

/**
 * YAML of `authorization` and `mcpAuthorization` (reference: agentgateway §3.6, §4.3). `default: deny`, which the original does not
 * have, closes what no rule allows, even where no rule allows anything.
 */
export const rulesSchema = z.strictObject({
  rules: z.array(z.union([z.string(), one('allow'), one('deny'), one('require')])),
  default: z.enum(['allow', 'deny']).nullish(),
})

export type RulesConfig = z.output<typeof rulesSchema>

/** Why a thing is allowed or not. */
export interface Decision {
  readonly verdict: Verdict
  /** What settled it: a rule that was true, one that failed, that nothing allowed it, or that nothing stood against it. */
  readonly because: 'denied' | 'error' | 'not met' | 'allowed' | 'not allowed' | 'no rule against' | 'unknown'
  /** The rule, unless none settled it. */
  readonly rule?: { readonly kind: RuleKind; readonly index: number; readonly path: Path; readonly source: string }
  /** What went wrong with the rule. */
  readonly error?: string
  /** What was not known yet. */
  readonly unknown: readonly string[]
}

/** Compiles a rule set; a rule that cannot be compiled is reported by the site. */
export function compileRules(config: RulesConfig, site: Site, phase: Use['phase']): Rules {
  const rules = config.rules.flatMap((written, index): Rule[] => {
    const [key, source] =
      typeof written === 'string' ? ['allow', written] : (Object.entries(written)[0] ?? ['allow', ''])
    const kind: RuleKind = key === 'deny' || key === 'require' ? key : 'allow'
    const at = typeof written === 'string' ? ['rules', index] : ['rules', index, kind]
    const expression = site.cel(at, source, { phase, expects: 'bool', role: kind })
    if (expression === undefined) return []
    return [new Rule({ kind, index, path: [...site.path, ...at], expression, terms: site.terms(expression) })]
  })
  return new Rules(rules, config.default === 'deny', site)
}

/** A rule, and what its fixed terms say for one request; `undefined`: nobody has asked them. */
interface Live {
  readonly rule: Rule
  readonly fixed: Truth | undefined
}

/** Rules of one kind, those that name things or targets found by the name. */
interface Group {
  readonly named: ReadonlyMap<string, readonly Live[]>
  readonly others: readonly Live[]
}

/** The rules that can still say anything in one request. */
interface Program {
  readonly denies: Group
  readonly requires: readonly Live[]
  readonly allows: Group
}

/** Where what goes wrong with rules is told. */
interface Reporting {
  readonly log: Log
  readonly metrics: Pick<Metrics, 'ruleErrors'>
}

const nothing: readonly string[] = []
/** From so many rules on a call is worth looking up which of them count. */
const MANY = 16
/** Rules that are kept of all audiences together. */
const KEPT = 100_000

export class Rules {
  readonly all: readonly Rule[]
  /** A text for each caller whom the rules tell from others; `undefined`: they look at more than that. */
  readonly audience: ((x: Exchange) => string | undefined) | undefined
  /** What no rule allows is denied. */
  readonly #closed: boolean
  readonly #program: Program
  readonly #errors: Errors
  /** The rules less those that cannot hold: for callers whom the rules cannot tell apart, or for one request. */
  readonly #ofAudience = new Map<string, Program>()
  readonly #lists = new WeakMap<Context, Program>()

  constructor(rules: readonly Rule[], closed: boolean, reporting: Reporting) {
    this.all = rules
    this.audience = audienceOf(rules)
    this.#closed = closed || rules.some(({ kind }) => kind === 'allow')
    this.#program = programOf(rules.map((rule) => ({ rule, fixed: undefined })))
    this.#errors = new Errors(reporting)
  }

  /** Whether a request may pass: there is nothing about it that is not known. */
  allows(context: Context): boolean {
    return this.#verdict(this.#program, context, nothing) === 'yes'
  }

  /** May this thing be seen (`input` undefined), or used with this input? */
  verdict(context: Context, item: Item, input: unknown): Verdict {
    const program = this.#programFor(context, input === undefined)
    context.mcp.about(item, input)
    const { kind } = context.mcp
    const keys = item.kind === 'model' ? nothing : [keyOf(kind, 'name', item.name), keyOf(kind, 'target', item.target)]
    return this.#verdict(program, context, keys)
  }

  /** As `verdict`, with the reason: for explanations, every rule is asked. */
  decide(context: Context, item: Item | undefined, input: unknown): Decision {
    if (item !== undefined) context.mcp.about(item, input)
    const asked = this.all.map((rule): Asked => {
      const truth = rule.test(context)
      return { rule, truth, answers: truth instanceof Unknown ? rule.possible(context) : maskOf(truth) }
    })
    const unknown = new Set(asked.flatMap(({ truth }) => (truth instanceof Unknown ? [truth.what] : [])))
    return { ...settled(asked, this.#closed), unknown: [...unknown] }
  }

  #verdict({ denies, requires, allows }: Program, context: Context, keys: readonly string[]): Verdict {
    let settled = true
    for (const lives of candidates(denies, keys))
      for (const live of lives) {
        const answers = this.#answers(live, context)
        if ((answers & FALSE) === 0) return 'no'
        if (answers !== FALSE) settled = false
      }
    for (const live of requires) {
      const answers = this.#answers(live, context)
      if ((answers & TRUE) === 0) return 'no'
      if (answers !== TRUE) settled = false
    }
    if (!this.#closed) return settled ? 'yes' : 'maybe'
    let allowed: Verdict = 'no'
    for (const lives of candidates(allows, keys))
      for (const live of lives) {
        const answers = this.#answers(live, context)
        if (answers === TRUE) return settled ? 'yes' : 'maybe'
        if (answers & TRUE) allowed = 'maybe'
      }
    return allowed
  }

  /** What a rule answers, or what it may. */
  #answers({ rule, fixed }: Live, context: Context): number {
    const truth = fixed === undefined ? rule.test(context) : rule.rest(context, fixed)
    if (truth === true) return TRUE
    if (truth === false) return FALSE
    if (truth instanceof Unknown) return rule.possible(context)
    this.#errors.add(rule, truth)
    return ERROR
  }

  /** The rules that count: many are settled by who is calling, and that has been settled before. */
  #programFor(context: Context, list: boolean): Program {
    const { x } = context
    const audience = list || this.all.length >= MANY ? this.audience?.(x) : undefined
    if (audience === undefined) return list ? this.#ofContext(context) : this.#program
    const there = this.#ofAudience.get(audience)
    if (there !== undefined) return there
    const made = this.#specialised(context)
    this.#ofAudience.set(audience, made)
    const [oldest] = this.#ofAudience.size * this.all.length > KEPT ? this.#ofAudience.keys() : []
    if (oldest !== undefined && oldest !== audience) this.#ofAudience.delete(oldest)
    return made
  }

  #ofContext(context: Context): Program {
    let program = this.#lists.get(context)
    if (program === undefined) this.#lists.set(context, (program = this.#specialised(context)))
    return program
  }

  #specialised(context: Context): Program {
    const lives: Live[] = []
    for (const rule of this.all) {
      const fixed = rule.fixed(context)
      if (fixed !== false || rule.kind === 'require') lives.push({ rule, fixed })
    }
    return programOf(lives)
  }
}

function candidates({ named, others }: Group, keys: readonly string[]): readonly (readonly Live[])[] {
  if (named.size === 0) return [others]
  const found = [others]
  for (const key of keys) {
    const lives = named.get(key)
    if (lives !== undefined) found.push(lives)
  }
  return found
}

interface Asked {
  readonly rule: Rule
  readonly truth: Truth
  readonly answers: number
}

/** What settles it, in the order in which rules count: deny, require, allow. */
function settled(asked: readonly Asked[], closed: boolean): Omit<Decision, 'unknown'> {
  const of = (kind: RuleKind): readonly Asked[] => asked.filter(({ rule }) => rule.kind === kind)
  const denying = of('deny').find(({ answers }) => (answers & FALSE) === 0)
  if (denying !== undefined) return told('no', denying.truth instanceof Fault ? 'error' : 'denied', denying)
  const unmet = of('require').find(({ answers }) => (answers & TRUE) === 0)
  if (unmet !== undefined) return told('no', unmet.truth instanceof Fault ? 'error' : 'not met', unmet)
  const allowing = of('allow').find(({ answers }) => answers === TRUE)
  if (closed && allowing === undefined) {
    const perhaps = of('allow').find(({ answers }) => (answers & TRUE) !== 0)
    return perhaps === undefined ? told('no', 'not allowed') : told('maybe', 'unknown', perhaps)
  }
  const open =
    of('deny').find(({ answers }) => answers !== FALSE) ?? of('require').find(({ answers }) => answers !== TRUE)
  if (open !== undefined) return told('maybe', 'unknown', open)
  return allowing === undefined ? told('yes', 'no rule against') : told('yes', 'allowed', allowing)
}

function told(verdict: Verdict, because: Decision['because'], asked?: Asked): Omit<Decision, 'unknown'> {
  if (asked === undefined) return { verdict, because }
  const { kind, index, path, expression } = asked.rule
  return {
    verdict,
    because,
    rule: { kind, index, path, source: expression.source },
    ...(asked.truth instanceof Fault && { error: asked.truth.detail }),
  }
}

function programOf(lives: readonly Live[]): Program {
  const of = (kind: RuleKind): readonly Live[] => lives.filter(({ rule }) => rule.kind === kind)
  return { denies: grouped(of('deny')), requires: of('require'), allows: grouped(of('allow')) }
}

function grouped(lives: readonly Live[]): Group {
  const named = new Map<string, Live[]>()
  const others: Live[] = []
  for (const live of lives) {
    const { named: about } = live.rule
    if (about === undefined) others.push(live)
    else
      for (const value of about.values) {
        const key = keyOf(about.kind, about.field, value)
        const same = named.get(key)
        if (same === undefined) named.set(key, [live])
        else same.push(live)
      }
  }
  return { named, others }
}

/** A rule that fails does so for every request: it is said once in a while, and counted always. */
const SAID_MS = 10_000

/** What went wrong with the rules of one set. */
class Errors {
  readonly #log: Log
  readonly #metrics: Pick<Metrics, 'ruleErrors'>
  readonly #known = new Map<Rule, Map<string, { count: number }>>()
  readonly #said = new Map<Rule, { at: number; more: number }>()

  constructor({ log, metrics }: Reporting) {
    this.#log = log
    this.#metrics = metrics
  }

  add(rule: Rule, { kind, detail }: Fault): void {
    let cells = this.#known.get(rule)
    if (cells === undefined) this.#known.set(rule, (cells = new Map()))
    let cell = cells.get(kind)
    if (cell === undefined) cells.set(kind, (cell = this.#metrics.ruleErrors(pathText(rule.path), kind)))
    cell.count++
    // That a rule which allows does not apply to a caller without the claim is how such rules are meant.
    if (rule.kind !== 'allow') this.#say(rule, detail)
  }

  #say(rule: Rule, error: string): void {
    const now = Date.now()
    const said = this.#said.get(rule)
    if (said !== undefined && now - said.at < SAID_MS) {
      said.more++
      return
    }
    this.#said.set(rule, { at: now, more: 0 })
    const denies =
      rule.kind === 'deny' ? 'a deny rule cannot be decided, and denies' : 'a required rule cannot be decided'
    this.#log.warn(denies, { rule: pathText(rule.path), error, more: said?.more })
  }
}
