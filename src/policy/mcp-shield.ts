// YAML `mcpShield`: what servers say is read by the scanner before a model reads it, and stays what it was when it was approved.
import { z } from 'zod'
import type { TargetName } from '../core/brand.ts'
import type { Definition, ItemKind, JsonObject } from '../core/item.ts'
import { define } from '../core/module.ts'
import { severities } from '../scan/finding.ts'
import type { PinKey, PinKind } from '../scan/pin.ts'
import { changeKinds } from '../scan/pin-change.ts'
import { Audit } from './mcp-shield-audit.ts'
import { Exceptions, exceptionSchema, pointOut } from './mcp-shield-exceptions.ts'
import { Inventory } from './mcp-shield-inventory.ts'
import { Judge, type Judgement, type Parts, type PinSettings } from './mcp-shield-judge.ts'
import { PinBook } from './mcp-shield-pins.ts'
import { Reports } from './mcp-shield-reports.ts'
import { Scanner } from './mcp-shield-scanner.ts'
import { Scans } from './mcp-shield-scans.ts'
import { serverKey, serverOf } from './mcp-shield-server.ts'
import type { Offering } from './offered.ts'
import type { Admission, Policy, Site } from './policy.ts'

const lock = z.strictObject({
  /** Relative to the working directory. */
  file: z.string().min(1).default('tools.lock'),
  /** Of a server of which nothing is pinned: what the scanner has no doubt about is pinned, or everything waits for a person. */
  firstUse: z.enum(['trust', 'wait']).default('trust'),
  onChange: z.enum(['quarantine', 'warn']).default('quarantine'),
  /** Kinds of change that need nobody's approval. */
  accept: z.array(z.enum(changeKinds)).default([]),
})

const schema = z.strictObject({
  mode: z.enum(['off', 'audit', 'enforce']).default('enforce'),
  /** The lowest severity that keeps a definition out. */
  block: z.enum(severities).exclude(['info']).default('high'),
  exceptions: z.array(exceptionSchema).max(1_000).default([]),
  lock: lock.nullish(),
})

type Config = z.output<typeof schema>

/**
 * Every tool, prompt, resource and template, and every server's own words, are scanned once for each text of theirs, and compared with
 * what is pinned (reference: security §1.1, §2.6). `enforce`: what is found wanting is neither listed nor callable, and a server's
 * words are withheld. `audit`: it is said in the log, and nothing waits for it.
 */
export const mcpShield = define({
  key: 'mcpShield',
  schema,
  async compile(config, site: Site): Promise<Policy> {
    if (config.mode === 'off') return { shields: true }
    const parts = partsOf(config, site)
    await pointOut(config.exceptions, site)
    if (config.mode === 'audit') return new Audit(parts)
    await parts.scanner.load()
    return new Shield(parts)
  },
})

/** For backends of whom nobody has said how they are looked after: the log says what would be kept out, and nothing else is different. */
export const unasked = (site: Site): Policy | Promise<Policy> =>
  mcpShield.compile(schema.parse({ mode: 'audit' }), site)

function partsOf(config: Config, site: Site): Parts {
  const scans = site.keep('mcpShield scans', () => new Scans())
  const exceptions = new Exceptions(config.exceptions, site)
  const pins = pinsOf(config, site)
  const scanner = new Scanner()
  const judge = new Judge({ block: config.block, exceptions, scans, scanner, pins })
  return {
    scanner,
    scans,
    judge,
    exceptions,
    reports: site.keep('mcpShield reports', () => new Reports(site.log, site.metrics, site.judgements)),
  }
}

function pinsOf({ lock: written }: Config, site: Site): PinSettings | undefined {
  if (written === undefined || written === null) return undefined
  const { file, firstUse, onChange, accept } = written
  const book = site.keep(`mcpShield pins ${file}`, () => new PinBook(file, site.log))
  const wrong = book.take(site.peek?.(file)?.toString('utf8'))
  if (wrong !== undefined) site.problem(['lock', 'file'], `${file}:${wrong.line}: ${wrong.message}`, wrong.hint)
  return { book, firstUse, onChange, accept: new Set(accept) }
}

const pinKindOf: { readonly [kind in ItemKind]: PinKind | undefined } = {
  tool: 'tool',
  prompt: 'prompt',
  resource: 'resource',
  template: 'template',
  task: undefined,
}

/** The doors of `enforce`. */
class Shield implements Policy {
  readonly shields = true
  readonly #parts: Parts
  #inventory = new Inventory([])
  /** Servers that are not those that were approved. */
  readonly #strangers = new Set<string>()

  constructor(parts: Parts) {
    this.#parts = parts
  }

  surveys(offered: readonly Offering[]): string {
    const { judge, exceptions, scans } = this.#parts
    const inventory = new Inventory(offered)
    this.#inventory = inventory
    judge.begin(offered.map(({ target }) => target))
    this.#strangers.clear()
    for (const { target, greeting, endpoint } of offered) {
      if (greeting === undefined) continue
      const judged = judge.judge(serverKey(target), serverOf(JSON.parse(greeting), endpoint), inventory)
      if (judged.kind === 'hold' && judged.stranger === true) this.#strangers.add(target)
    }
    // What was parsed for rules that compare servers is not kept until the next change.
    setImmediate(() => inventory.forget()).unref()
    return `${inventory.print} ${inventory.texts} ${exceptions.print} ${scans.tired} ${[...this.#strangers].join(' ')}`
  }

  greets(target: TargetName, greeting: JsonObject): Admission {
    const endpoint = this.#inventory.offered.find((one) => one.target === target)?.endpoint ?? ''
    const key = serverKey(target)
    return this.#admission(key, this.#parts.judge.judge(key, serverOf(greeting, endpoint), this.#inventory))
  }

  admits({ item, raw }: Definition, before: Definition | undefined): Admission {
    const kind = item.kind === 'model' ? undefined : pinKindOf[item.kind]
    if (item.kind === 'model' || kind === undefined) return { kind: 'admit' }
    if (this.#strangers.has(item.target))
      return { kind: 'quarantine', rule: 'PN-750', reason: 'its server is not the one that was approved' }
    const key = { target: item.target, kind, name: item.name }
    return this.#admission(key, this.#parts.judge.judge(key, raw, this.#inventory, before?.raw))
  }

  #admission(key: PinKey, judged: Judgement): Admission {
    this.#parts.reports.say(key, judged, 'enforce')
    return judged.kind === 'hold' ? { kind: 'quarantine', rule: judged.rule, reason: judged.reason } : { kind: 'admit' }
  }
}
