// Why a request may do something or not: every rule set that is asked, every rule of it, and what each part of a rule came to.
import { parse } from '../cel/parser.ts'
import { Fault, Unknown } from '../cel/value.ts'
import { terms } from '../cel/walk.ts'
import type { Body } from '../config/shape.ts'
import type { Item } from '../core/item.ts'
import type { Path } from '../core/module.ts'
import { type Assumed, AssumedContext, assumedExchange } from './explain-context.ts'
import { type Fact, type FactPath, factAt, factPaths, factText } from './explain-facts.ts'
import { assumedFlow, labelsIn } from './explain-flow.ts'
import { below, type Site, type Verdict } from './policy.ts'
import { asAnybodyReads } from './readings.ts'
import type { Rule, RuleKind, Truth } from './rule.ts'
import { compileRules, type Decision, type Rules, rulesSchema } from './rules.ts'

type RulesKey = 'authorization' | 'mcpAuthorization'

/** A rule set as the configuration has it. `target`: it speaks of this one's things only. */
export interface Written {
  readonly body: Body
  readonly target?: string
}

/** A rule set, compiled. */
export interface RuleSet {
  readonly key: RulesKey
  readonly path: Path
  readonly target: string | undefined
  readonly rules: Rules
}

/** What is asked: whether a request may do something. Without an item, whether it gets in at all. */
export interface Question {
  readonly assumed: Assumed
  readonly item?: Item
  /** What would be passed; `undefined`: not known, as while a list is made. */
  readonly input?: unknown
  /** That the request gets in is settled elsewhere: only rules on things are asked. */
  readonly admitted?: boolean
}

/** What a part of a rule came to, and the parts of which it is made. */
export interface Trace {
  readonly text: string
  readonly truth: Truth
  /** How the parts are joined; no parts: a condition of its own. */
  readonly joined: '&&' | '||' | undefined
  readonly parts: readonly Trace[]
}

export interface RuleExplanation extends Trace {
  readonly kind: RuleKind
  readonly index: number
  readonly path: Path
  readonly facts: readonly Fact[]
}

export interface SetExplanation {
  readonly key: RulesKey
  readonly path: Path
  readonly decision: Decision
  readonly rules: readonly RuleExplanation[]
}

export interface Explanation {
  readonly verdict: Verdict
  /** In the order in which they are asked; those that have nothing to say of the item are left out. */
  readonly sets: readonly SetExplanation[]
  /** The set that settled it; `undefined` when there is none. */
  readonly decidedBy: SetExplanation | undefined
  /** What was not known and could have mattered. */
  readonly unknown: readonly string[]
}

/** The rule sets among policies; `site` stands at the root of the configuration. */
export function ruleSetsOf(written: readonly Written[], site: Site): readonly RuleSet[] {
  return written.flatMap(({ body, target }): RuleSet[] => {
    const parsed = rulesSchema.safeParse(body.body)
    if (!isRules(body.key) || !parsed.success) return []
    const phase = body.key === 'authorization' ? 'request' : 'authorization'
    const rules = compileRules(parsed.data, below(site, body.path), phase)
    return [{ key: body.key, path: body.path, target, rules }]
  })
}

const isRules = (key: string): key is RulesKey => key === 'authorization' || key === 'mcpAuthorization'

/**
 * The rule sets that are in force in one place of a configuration, from the outermost to the innermost. All of them must agree, and
 * each answers as it does in a running gateway: they are the same rules (reference: agentgateway §2, merge rules).
 */
export class Explainer {
  /** Whether anything is decided by rules on tools, prompts and resources; without, they are for everybody who gets in. */
  readonly open: boolean
  readonly #sets: readonly RuleSet[]
  readonly #labels: ReturnType<typeof labelsIn>
  readonly #site: Site

  /** `site` stands at the root of the configuration. */
  constructor(written: readonly Written[], site: Site) {
    this.#site = site
    this.#sets = ruleSetsOf(written, site)
    this.#labels = labelsIn(written)
    this.open = !this.#sets.some(({ key }) => key === 'mcpAuthorization')
  }

  /** Every rule, in the order of the sets. */
  get rules(): readonly Rule[] {
    return this.#sets.flatMap(({ rules }) => rules.all)
  }

  /** The answer alone. */
  verdict(question: Question): Verdict {
    let verdict: Verdict = 'yes'
    for (const { decision } of this.#asked(question, () => [])) {
      if (decision.verdict === 'no') return 'no'
      if (decision.verdict !== 'yes') verdict = decision.verdict
    }
    return verdict
  }

  /** The answer with all its reasons. */
  explain(question: Question): Explanation {
    const sets = [...this.#asked(question, (rules, context) => rules.all.map((rule) => this.#rule(rule, context)))]
    const refusing = sets.find(({ decision }) => decision.verdict === 'no')
    const open = sets.find(({ decision }) => decision.verdict !== 'yes')
    const decidedBy = refusing ?? open ?? sets.at(-1)
    const unknown = new Set(open === undefined || refusing !== undefined ? [] : sets.flatMap(openIn))
    return { verdict: decidedBy?.decision.verdict ?? 'yes', sets, decidedBy, unknown: [...unknown] }
  }

  *#asked(
    { assumed, item, input, admitted = false }: Question,
    rulesOf: (rules: Rules, context: AssumedContext) => readonly RuleExplanation[],
  ): Iterable<SetExplanation> {
    const x = assumedExchange(assumed)
    x.flow = assumedFlow(this.#labels, assumed)
    const request = new AssumedContext(x, assumed.facts)
    for (const { key, path, rules } of this.#sets.filter((set) => set.key === 'authorization' && !admitted)) {
      const asked = (): Pick<SetExplanation, 'decision' | 'rules'> => ({
        decision: rules.decide(request, undefined, undefined),
        rules: rulesOf(rules, request),
      })
      yield { key, path, ...asAnybodyReads(x, asked, ({ decision }) => decision.verdict === 'yes') }
    }
    if (item === undefined || item.kind === 'model') return
    x.protocol = 'mcp'
    x.backend = assumed.backend ?? ''
    x.mcpMethod = methods[item.kind]
    const context = new AssumedContext(x, assumed.facts)
    for (const { key, path, target, rules } of this.#sets) {
      if (key !== 'mcpAuthorization' || (target !== undefined && target !== item.target)) continue
      const decision = rules.decide(context, item, input)
      yield { key, path, decision, rules: rulesOf(rules, context) }
    }
  }

  #rule(rule: Rule, context: AssumedContext): RuleExplanation {
    const { kind, index, path, expression } = rule
    const { source } = expression
    const trace = this.#trace(source, path, context)
    const facts = pathsOf(expression).map((fact) => factAt(context, fact))
    return { ...trace, truth: rule.test(context), kind, index, path, facts }
  }

  /** What a text of a rule comes to; each operand of `&&` and `||` by itself. */
  #trace(text: string, path: Path, context: AssumedContext): Trace {
    const truth = this.#evaluate(text, path, context)
    const parsed = parse(text)
    if (!('ast' in parsed) || parsed.ast.kind !== 'binary') return { text, truth, joined: undefined, parts: [] }
    const { operator } = parsed.ast
    if (operator !== '&&' && operator !== '||') return { text, truth, joined: undefined, parts: [] }
    const parts = terms(parsed.ast, operator).map(({ start, end }) =>
      this.#trace(text.slice(start, end), path, context),
    )
    return { text, truth, joined: operator, parts }
  }

  #evaluate(text: string, path: Path, context: AssumedContext): Truth {
    const value = this.#site.cel(path, text, { phase: 'authorization' })?.evaluate(context)
    if (typeof value === 'boolean' || value instanceof Fault || value instanceof Unknown) return value
    return new Fault('no-such-overload', 'it is neither true nor false')
  }
}

/** What a set that could not be decided did not know. */
const openIn = ({ decision }: SetExplanation): readonly string[] =>
  decision.verdict === 'yes' || decision.verdict === 'no' ? [] : decision.unknown

/** How each kind of thing is used. */
const methods = {
  tool: 'tools/call',
  prompt: 'prompts/get',
  resource: 'resources/read',
  template: 'resources/read',
  task: 'tasks/get',
} as const

/** Paths of facts that an expression reads: those in its text, and those that functions of the configuration read for it. */
export function pathsOf({ source, reads }: Rule['expression']): readonly FactPath[] {
  const written = factPaths(source).filter(isFact)
  const there = written.map((path) => path.join('.'))
  const called = [...reads]
    .map((read) => read.replace(/\.?\[\].*$/, '')) // an entry that nobody can name: all of them are looked at
    .filter((read, index, all) => all.indexOf(read) === index && !there.some((one) => overlap(one, read)))
  return [...written, ...called.map((read) => read.split('.')).filter(isFact)]
}

const overlap = (a: string, b: string): boolean => a === b || a.startsWith(`${b}.`) || b.startsWith(`${a}.`)

/** What is asked about is no fact about who asks; what it touches is one that nobody sees in its name. */
const isFact = (path: FactPath): boolean => path[0] !== 'mcp' || factText(path) === 'mcp.tool.labels'
