// What is thought of one definition: of its words, and of whether it is what was approved. It decides nothing; modes do.
import type { JsonObject } from '../core/item.ts'
import { type Finding, judged, rank, type Severity } from '../scan/finding.ts'
import { type Pin, type PinKey, type PinKind, pinOf } from '../scan/pin.ts'
import type { Change, ChangeKind } from '../scan/pin-change.ts'
import { diff, drift } from '../scan/pin-diff.ts'
import type { Kind } from '../scan/surface.ts'
import type { Exceptions } from './mcp-shield-exceptions.ts'
import type { Inventory } from './mcp-shield-inventory.ts'
import type { PinBook } from './mcp-shield-pins.ts'
import type { Reports } from './mcp-shield-reports.ts'
import type { Scanner } from './mcp-shield-scanner.ts'
import type { Scans } from './mcp-shield-scans.ts'

/** `warn`: it may pass, and somebody should look at it. `hold`: nobody should read or use it. */
export type Judgement =
  | { readonly kind: 'pass' }
  | {
      readonly kind: 'warn' | 'hold'
      readonly rule: string
      readonly severity: Severity
      readonly reason: string
      /** The server itself is another one: nothing of it is what was approved. */
      readonly stranger?: true
    }

export interface JudgeOptions {
  /** From this severity on a finding holds. */
  readonly block: Severity
  readonly exceptions: Exceptions
  readonly scans: Scans
  readonly scanner: Scanner
  readonly pins: PinSettings | undefined
}

/** What both modes work with. */
export interface Parts {
  readonly scanner: Scanner
  readonly scans: Scans
  readonly judge: Judge
  readonly exceptions: Exceptions
  readonly reports: Reports
}

export interface PinSettings {
  readonly book: PinBook
  readonly firstUse: 'trust' | 'wait'
  readonly onChange: 'quarantine' | 'warn'
  readonly accept: ReadonlySet<ChangeKind>
}

const kinds: { readonly [kind in PinKind]: Kind } = {
  server: 'server',
  tool: 'tool',
  prompt: 'prompt',
  resource: 'resource',
  template: 'resource',
}

const pass: Judgement = { kind: 'pass' }

export class Judge {
  readonly #options: JudgeOptions
  /** Servers and kinds of which nothing was pinned when they were last looked at together. */
  readonly #fresh = new Set<string>()

  constructor(options: JudgeOptions) {
    this.#options = options
  }

  /** Everything that belongs together is about to be judged: what is first seen in it is first seen together. */
  begin(targets: readonly string[]): void {
    const { pins } = this.#options
    this.#fresh.clear()
    if (pins === undefined) return
    for (const target of targets)
      for (const kind of ['server', 'tool', 'prompt', 'resource', 'template'] as const)
        if (!pins.book.knows(target, kind)) this.#fresh.add(`${kind} ${target}`)
  }

  /** `before`: what it was while this gateway ran. */
  judge(key: PinKey, definition: JsonObject, inventory: Inventory, before?: JsonObject): Judgement {
    const { block, exceptions, scans, scanner, pins } = this.#options
    const { print, context } = inventory.context(key.target)
    const words = key.kind === 'server' ? wordsOf(definition) : definition
    const found = scans.of(
      key.target,
      `${key.kind} ${print}`,
      words,
      () => scanner.it.scanDefinition(words, kinds[key.kind], context).findings,
    )
    if (found === undefined)
      return {
        kind: 'hold',
        rule: 'SC-505',
        severity: 'medium',
        reason: 'its server says more than can be read in a minute',
      }
    const compared = inventory.between(key, (servers) => {
      const known = scans.of('', `servers ${inventory.texts}`, {}, () => scanner.it.scanServers(servers).findings)
      return known ?? []
    })
    const { worst } = exceptions.weigh(compared.length === 0 ? found : judged([...found, ...compared]).findings, key)
    const doubt = worst !== undefined && rank(worst.severity) >= rank('medium') ? worst : undefined
    const pin = pins && pinOf(key, definition, 'first-use')
    if (pins !== undefined && pin === undefined)
      return { kind: 'hold', rule: 'PN-799', severity: 'high', reason: 'it holds a number that cannot be pinned' }
    const old = pins?.book.get(key)
    // Somebody has seen exactly this, and whatever there is to find in it.
    if (pin !== undefined && old?.by === 'approve' && old.digest === pin.digest) return pass
    if (doubt !== undefined && rank(doubt.severity) >= rank(block)) return of('hold', doubt)
    const changed =
      pins === undefined || pin === undefined ? turned(key, before, definition) : this.#compared(pin, old, doubt, pins)
    if (changed.kind === 'hold' || doubt === undefined) return changed
    return changed.kind === 'warn' && rank(changed.severity) >= rank(doubt.severity) ? changed : of('warn', doubt)
  }

  #compared(pin: Pin, old: Pin | undefined, doubt: Finding | undefined, pins: PinSettings): Judgement {
    const { book, firstUse, onChange, accept } = pins
    if (old === undefined) {
      const isFirst = this.#fresh.has(`${pin.kind} ${pin.target}`)
      // Trust ends where the scanner has a doubt (reference/security.md §2.6: approve if clean).
      if ((isFirst && firstUse === 'trust' && doubt === undefined) || (!isFirst && accept.has('added'))) {
        book.add(pin)
        return pass
      }
      const reason = isFirst ? 'nobody has approved it yet' : 'it is new, and nobody has approved it yet'
      return { kind: onChange === 'warn' && !isFirst ? 'warn' : 'hold', rule: 'PN-760', severity: 'medium', reason }
    }
    if (old.digest === pin.digest) return pass
    const changes = drift(diff(pin.kind, old.definition, pin.definition), accept)
    const [first] = changes
    if (first === undefined) return pass
    const kind = onChange === 'warn' ? 'warn' : 'hold'
    const isStranger = changes.some((change) => change.kind === 'server-identity' || change.kind === 'origin-changed')
    return {
      kind,
      rule: first.code,
      severity: first.severity,
      reason: `it is not what was pinned: ${told(changes)}`,
      ...(isStranger && kind === 'hold' && { stranger: true as const }),
    }
  }
}

/** Where nothing is pinned, a grave change in front of our eyes is at least said. */
function turned({ kind }: PinKey, before: JsonObject | undefined, now: JsonObject): Judgement {
  const changes = before === undefined ? [] : drift(diff(kind, before, now))
  const [first] = changes
  if (first === undefined || rank(first.severity) < rank('high')) return pass
  const reason = `it has changed since it was first listed: ${told(changes)}`
  return { kind: 'warn', rule: first.code, severity: first.severity, reason }
}

const of = (kind: 'warn' | 'hold', { rule, severity, path, message, evidence }: Finding): Judgement => ({
  kind,
  rule,
  severity,
  reason: `${message}${path === '' ? '' : ` (${path})`}${evidence === '' ? '' : `: ${evidence}`}`,
})

/** A server's address is the configuration's word, not its own. */
const wordsOf = (server: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(server).filter(([name]) => name !== 'origin'))

const MOST_TOLD = 3

/** The first changes by kind and place. */
function told(changes: readonly Change[]): string {
  const first = changes.slice(0, MOST_TOLD).map(({ kind, path }) => (path === '' ? kind : `${kind} at ${path}`))
  const more = changes.length - first.length
  return more > 0 ? `${first.join(', ')}, and ${more} more` : first.join(', ')
}
