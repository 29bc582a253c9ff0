// A rule set: strings that allow, and rules that allow, deny or require. What it answers, why, and fast for lists of thousands.
import { z } from 'zod'
import { Fault, Unknown } from '../cel/value.ts'
import { pathText } from '../config/problems.ts'
import type { Item } from '../core/item.ts'
import type { Path } from '../core/module.ts'
import type { Log } from '../telemetry/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Context } from './context.ts'
import { ruleKind } from './context-item.ts'
import type { Site, Use, Verdict } from './policy.ts'
import { Rule, type RuleKind, type Truth } from './rule.ts'

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

/** Rules of one kind, those that name things found by the name. */
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

const none: readonly Live[] = []

export class Rules {
  readonly all: readonly Rule[]
  /** What no rule allows is denied. */
  readonly #closed: boolean
  readonly #program: Program
  readonly #errors: Errors
  /** For lists: rules of a request, less those that cannot hold in it. */
  readonly #lists = new WeakMap<Context, Program>()

  constructor(rules: readonly Rule[], closed: boolean, { log, metrics }: Pick<Site, 'log' | 'metrics'>) {
    this.all = rules
    this.#closed = closed || rules.some(({ kind }) => kind === 'allow')
    this.#program = programOf(rules.map((rule) => ({ rule, fixed: undefined })))
    this.#errors = new Errors(log, metrics)
  }

  /** Whether a request may pass: there is nothing about it that is not known. */
  allows(context: Context): boolean {
    return this.#verdict(this.#program, context, '') === 'yes'
  }

  /** May this thing be seen (`input` undefined), or used with this input? */
  verdict(context: Context, item: Item, input: unknown): Verdict {
    context.mcp.about(item, input)
    const program = input === undefined ? this.#forList(context) : this.#program
    return this.#verdict(program, context, nameOf(item))
  }

  /** As `verdict`, with the reason: for explanations, every rule is asked. */
  decide(context: Context, item: Item | undefined, input: unknown): Decision {
    if (item !== undefined) context.mcp.about(item, input)
    const unknown = new Set<string>()
    const unsure: Rule[] = []
    const answers = this.all.map((rule) => ({ rule, truth: rule.test(context) }))
    for (const { rule, truth } of answers)
      if (truth instanceof Unknown) {
        unknown.add(truth.what)
        unsure.push(rule)
      }
    const told = (verdict: Verdict, because: Decision['because'], rule?: Rule, truth?: Truth): Decision => ({
      verdict,
      because,
      ...(rule !== undefined && { rule: factsOf(rule) }),
      ...(truth instanceof Fault && { error: truth.detail }),
      unknown: [...unknown],
    })
    for (const { rule, truth } of answers)
      if (rule.kind === 'deny' && (truth === true || truth instanceof Fault))
        return told('no', truth === true ? 'denied' : 'error', rule, truth)
    for (const { rule, truth } of answers)
      if (rule.kind === 'require' && truth !== true && !(truth instanceof Unknown))
        return told('no', truth === false ? 'not met' : 'error', rule, truth)
    const open = unsure.find(({ kind }) => kind !== 'allow')
    const allowing = answers.find(({ rule, truth }) => rule.kind === 'allow' && truth === true)?.rule
    if (this.#closed && allowing === undefined) {
      const perhaps = unsure.find(({ kind }) => kind === 'allow')
      return perhaps === undefined ? told('no', 'not allowed') : told('maybe', 'unknown', perhaps)
    }
    if (open !== undefined) return told('maybe', 'unknown', open)
    return allowing === undefined ? told('yes', 'no rule against') : told('yes', 'allowed', allowing)
  }

  #verdict({ denies, requires, allows }: Program, context: Context, name: string): Verdict {
    let settled = true
    for (const live of denies.named.get(name) ?? none) {
      const truth = this.#test(live, context)
      if (truth === true || truth instanceof Fault) return 'no'
      if (truth !== false) settled = false
    }
    for (const live of denies.others) {
      const truth = this.#test(live, context)
      if (truth === true || truth instanceof Fault) return 'no'
      if (truth !== false) settled = false
    }
    for (const live of requires) {
      const truth = this.#test(live, context)
      if (truth === false || truth instanceof Fault) return 'no'
      if (truth !== true) settled = false
    }
    if (!this.#closed) return settled ? 'yes' : 'maybe'
    const allowed = this.#allowed(allows, context, name)
    return allowed === true ? (settled ? 'yes' : 'maybe') : allowed === false ? 'no' : 'maybe'
  }

  #allowed({ named, others }: Group, context: Context, name: string): boolean | undefined {
    let allowed: boolean | undefined = false
    for (const live of named.get(name) ?? none) {
      const truth = this.#test(live, context)
      if (truth === true) return true
      if (truth instanceof Unknown) allowed = undefined
    }
    for (const live of others) {
      const truth = this.#test(live, context)
      if (truth === true) return true
      if (truth instanceof Unknown) allowed = undefined
    }
    return allowed
  }

  #test({ rule, fixed }: Live, context: Context): Truth {
    const truth = fixed === undefined ? rule.test(context) : rule.rest(context, fixed)
    if (truth instanceof Fault) this.#errors.add(rule, truth)
    return truth
  }

  #forList(context: Context): Program {
    const there = this.#lists.get(context)
    if (there !== undefined) return there
    const lives: Live[] = []
    for (const rule of this.all) {
      const fixed = rule.fixed(context)
      if (fixed !== false || rule.kind === 'require') lives.push({ rule, fixed })
    }
    const made = programOf(lives)
    this.#lists.set(context, made)
    return made
  }
}

/** Names of different kinds are different names. */
const nameOf = (item: Item): string => `${ruleKind(item) ?? ''} ${item.name}`

const factsOf = ({ kind, index, path, expression }: Rule): NonNullable<Decision['rule']> => ({
  kind,
  index,
  path,
  source: expression.source,
})

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
      for (const name of about.names) {
        const key = `${about.kind} ${name}`
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

  constructor(log: Log, metrics: Pick<Metrics, 'ruleErrors'>) {
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
