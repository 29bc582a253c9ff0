// YAML `mcpResultGuard`: what servers answer and ask is read before a model reads it; secrets are taken out, instructions kept out.
import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { type RawJson, rawJson } from '../core/brand.ts'
import type { Exchange } from '../core/exchange.ts'
import type { Call, JsonObject, Result } from '../core/item.ts'
import { define } from '../core/module.ts'
import { type Finding, rank, type Severity, severities } from '../scan/finding.ts'
import type { Kind } from '../scan/surface.ts'
import { isLess } from './json-strings.ts'
import { Tagger } from './mcp-result-guard-tags.ts'
import { type Leaks, leaksIn, redacted, spoken, tagged } from './mcp-result-guard-texts.ts'
import { type About, Exceptions, exceptionSchema, pointOut } from './mcp-shield-exceptions.ts'
import { Scanner } from './mcp-shield-scanner.ts'
import type { ResultLimit } from './plan.ts'
import type { Policy, Question, Site } from './policy.ts'

const leak = () => z.enum(['redact', 'block', 'pass'])
const schema = z.strictObject({
  mode: z.enum(['off', 'audit', 'enforce']).default('enforce'),
  /** The lowest severity that keeps an answer, or a question, from its reader. */
  block: z.enum(severities).exclude(['info']).default('high'),
  /** What becomes of an answer that speaks to the model: nobody reads it, or it is marked as data where that can be done. */
  instructions: z.enum(['block', 'tag']).default('block'),
  /** Marks every text of an answer as data. */
  spotlight: z.boolean().default(false),
  secrets: leak().default('redact'),
  personal: leak().default('pass'),
  /** How much of an answer is passed on at once; the rest is a resource. */
  limit: z
    .strictObject({ characters: z.int().min(256).optional(), tokens: z.int().min(64).optional() })
    .refine(({ characters, tokens }) => (characters === undefined) !== (tokens === undefined), {
      error: 'needs one of `characters` and `tokens`',
    })
    .nullish(),
  exceptions: z.array(exceptionSchema).max(1_000).default([]),
})
type Config = z.output<typeof schema>

/** A token of a model stands for about so many characters of English; nobody counts them exactly without the model. */
const CHARACTERS_A_TOKEN = 4

/**
 * Results, errors, prompts, resources and what servers ask of users (reference: security §1.2, §2.5). `enforce`: what is found is
 * blocked, marked or taken out. `audit`: the log says what would be. Nothing that was found is repeated anywhere.
 */
export const mcpResultGuard = define({
  key: 'mcpResultGuard',
  schema,
  async compile(config, site: Site): Promise<Policy> {
    if (config.mode === 'off') return {}
    const scanner = new Scanner()
    await scanner.load()
    await pointOut(config.exceptions, site)
    const guard = new ResultGuard(config, scanner, site)
    const limit = limitOf(config)
    return {
      onResult: (result, call, x) => guard.result(result, call, x),
      onQuestion: (question) => guard.question(question),
      ...(limit !== undefined && { plan: { resultLimit: limit } }),
    }
  },
})

function limitOf({ mode, limit }: Config): ResultLimit | undefined {
  if (mode !== 'enforce' || limit === undefined || limit === null) return undefined
  return { characters: limit.characters ?? (limit.tokens ?? 0) * CHARACTERS_A_TOKEN }
}

interface Trouble {
  readonly rule: string
  readonly severity: Severity
  readonly path: string
}

class ResultGuard {
  readonly #config: Config
  readonly #scanner: Scanner
  readonly #site: Site
  readonly #exceptions: Exceptions
  readonly #tagger: Tagger
  readonly #redacts: Leaks
  /** Leaks that are looked for at all. */
  readonly #leaks: Leaks

  constructor(config: Config, scanner: Scanner, site: Site) {
    this.#redacts = { secrets: config.secrets === 'redact', personal: config.personal === 'redact' }
    this.#leaks = { secrets: config.secrets !== 'pass', personal: config.personal !== 'pass' }
    this.#scanner = scanner
    this.#config = config
    this.#site = site
    this.#exceptions = new Exceptions(config.exceptions, site)
    this.#tagger = new Tagger(randomBytes(32))
  }

  result(result: Result, { item }: Call, x: Exchange): Result {
    if (item.kind === 'model') return result
    const { instructions, spotlight, mode } = this.#config
    const isSimple = result.kind === 'result' && item.kind !== 'prompt' && !spotlight
    // Most answers: nothing in them is anybody's business.
    if (isSimple && this.#scanner.it.isQuiet(result.raw, this.#leaks)) return result
    const about = { target: item.target, name: item.name }
    const parsed: unknown = JSON.parse(result.raw)
    const kind = item.kind === 'prompt' ? 'message' : 'result'
    const read = result.kind === 'result' && isObject(parsed) ? parsed : asResult(parsed)
    const twice = this.#twice(parsed, result.raw)
    const trouble = twice ?? this.#instructions(read, kind, about)
    if (trouble !== undefined) this.#say(trouble, about)
    const blocks =
      trouble !== undefined &&
      (instructions === 'block' || read !== parsed || twice !== undefined || this.#stays(result.raw, kind, about))
    const leak = this.#leak(result.raw, about)
    if (mode === 'audit') return result
    const why = blocks ? trouble : leak
    if (why !== undefined) {
      x.reason = 'Guardrail'
      return withheld(item.kind, result.kind, why)
    }
    let { raw } = result
    raw = redacted(raw, this.#redacts)
    if (result.kind === 'result' && (spotlight || trouble !== undefined))
      raw = tagged(raw, (text) => this.#tagger.wrap(text, `${item.kind}${saidOf(item.name)} of server ${item.target}`))
    return raw === result.raw ? result : { kind: result.kind, raw }
  }

  /** Why a question is not asked, or a notification not told; or what is in its place, without what leaks. */
  question(question: Question): string | Question | undefined {
    const { target, method, params } = question
    const parsed: unknown = JSON.parse(params)
    const about = { target, name: method }
    const trouble =
      this.#twice(parsed, params) ?? (isObject(parsed) ? this.#instructions(parsed, 'request', about) : undefined)
    if (trouble !== undefined) this.#say(trouble, about)
    const why = trouble ?? this.#leak(params, about, true)
    if (this.#config.mode === 'audit') return undefined
    if (why !== undefined) return `withheld by mcpResultGuard: ${why.rule} at ${where(why)}`
    const other = redacted(params, { ...this.#redacts, asks: true })
    return other === params ? undefined : { ...question, params: other }
  }

  /** What is said twice was read once: the reader may see the other. */
  #twice(parsed: unknown, raw: RawJson): Trouble | undefined {
    return isLess(parsed, raw) ? { rule: 'repeated-member', severity: 'high', path: '' } : undefined
  }

  /** Something speaks to the model where no tag can stand. */
  #stays(raw: RawJson, kind: Kind, about: About): boolean {
    const rest: unknown = JSON.parse(tagged(raw, () => ''))
    return !isObject(rest) || this.#instructions(rest, kind, about) !== undefined
  }

  /** The worst of what speaks to the model, if it is bad enough. */
  #instructions(value: JsonObject, kind: Kind, about: About): Trouble | undefined {
    const asked = isObject(value['inputRequests']) ? Object.values(value['inputRequests']) : []
    const parts: (readonly [JsonObject, Kind])[] = [[value, kind]]
    for (const each of asked) if (isObject(each) && isObject(each['params'])) parts.push([each['params'], 'request'])
    let worst: Finding | undefined
    // What leaks is a matter of its own: it is taken out, not argued about.
    for (const [part, as] of parts)
      for (const found of this.#exceptions.weigh(
        this.#scanner.it.scanDefinition(part, as, { leaks: false }).findings,
        about,
      ).findings) {
        if (rank(found.severity) < rank(this.#config.block)) continue
        if (worst === undefined || rank(found.severity) > rank(worst.severity)) worst = found
      }
    return worst
  }

  #leak(raw: RawJson, about: About, asks = false): Trouble | undefined {
    const { secrets, personal } = this.#config
    const blocked = leaksIn(raw, { secrets: secrets === 'block', personal: personal === 'block', asks })
    if (blocked === undefined) return undefined
    const trouble = { rule: blocked.kind, severity: 'high', path: blocked.path } as const
    this.#say(trouble, about)
    return trouble
  }

  #say(trouble: Trouble, { target, name }: About): void {
    const { mode } = this.#config
    const { rule, severity } = trouble
    const message =
      mode === 'audit' ? 'an answer would be withheld by mcpResultGuard' : 'an answer was withheld, or marked'
    this.#site.metrics.judged(target, mode === 'audit' ? 'audit' : 'quarantine', rule)
    this.#site.log.warn(message, {
      policy: this.#site.path.join('.'),
      target,
      name,
      rule,
      severity,
      path: where(trouble),
    })
  }
}

const where = ({ path }: Trouble): string => (path === '' ? '/' : spoken(path))

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Names stand outside of the tags: only what can be nothing else is repeated there. */
const saidOf = (name: string): string => (/^[\w.-]{1,64}$/.test(name) ? ` ${name}` : '')

/** An error, or what is no result, as the model reads it. */
function asResult(said: unknown): JsonObject {
  const { message, ...others } = isObject(said) ? said : { value: said }
  return {
    content: [{ type: 'text', text: typeof message === 'string' ? message : '' }],
    structuredContent: others,
    isError: true,
  }
}

/** What stands in place of an answer: which rule, and never what it found. */
function withheld(kind: string, answered: Result['kind'], trouble: Trouble): Result {
  const why = `mcpResultGuard withheld this answer: ${trouble.rule} at ${where(trouble)}`
  if (kind === 'tool' && answered === 'result')
    return { kind: 'result', raw: rawJson(JSON.stringify({ content: [{ type: 'text', text: why }], isError: true })) }
  return { kind: 'error', raw: rawJson(JSON.stringify({ code: WITHHELD, message: why })) }
}

/** As a processor's refusal (reference: agentgateway §3.9). */
const WITHHELD = -32001
