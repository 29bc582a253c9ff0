// Who may enter the catalog: every definition is shown to the `admits` doors once per digest.
import { hash } from 'node:crypto'
import { type Digest, digest, type RawJson } from '../core/brand.ts'
import type { Definition, JsonObject } from '../core/item.ts'
import type { Admission, Program } from '../policy/policy.ts'
import type { Log } from '../telemetry/log.ts'
import { elements, members, repeats, type Span } from './json.ts'
import type { Offer } from './offers.ts'

/** An item of an upstream, as the doors name it. */
export type ServerItem = Exclude<Definition['item'], { kind: 'model' }>

interface Seen {
  readonly offer: Offer
  readonly definition: Definition
  readonly admission: Admission
}

const MOST = 100_000
/** The doors would judge one of two texts, and a client might read the other. */
const ambiguous: Admission = { kind: 'quarantine', rule: 'member-twice', reason: 'a member is named twice' }

export class Admissions {
  readonly #program: Program
  readonly #log: Log
  readonly #seen = new Map<string, Seen>()

  constructor(program: Program, log: Log) {
    this.#program = program
    this.#log = log
  }

  /** Whether the definition may be listed and used. Without doors nothing is parsed or hashed. */
  admit(item: ServerItem, offer: Offer): boolean {
    if (this.#program.admits.length === 0) return true
    const key = `${item.kind}\0${item.target}\0${item.name}`
    const before = this.#seen.get(key)
    if (before?.offer === offer) return before.admission.kind === 'admit'
    const print = digestOf(offer.raw)
    const hides = repeats(offer.raw)
    // Of equal members the digest sees the last one only: it cannot tell such a text from an honest one.
    if (before?.definition.digest === print && !hides && before.admission !== ambiguous) {
      this.#seen.set(key, { ...before, offer })
      return before.admission.kind === 'admit'
    }
    const raw: JsonObject = JSON.parse(offer.raw)
    const definition: Definition = { item, digest: print, raw }
    const admission = hides ? ambiguous : this.#ask(definition, before?.definition)
    this.#keep(key, { offer, definition, admission })
    if (admission.kind === 'quarantine')
      this.#log.warn('a definition is quarantined', {
        target: item.target,
        kind: item.kind,
        name: item.name,
        rule: admission.rule,
        reason: admission.reason,
      })
    return admission.kind === 'admit'
  }

  /** A server that keeps inventing names makes us forget the oldest. */
  #keep(key: string, seen: Seen): void {
    this.#seen.set(key, seen)
    const [oldest] = this.#seen.size > MOST ? this.#seen.keys() : []
    if (oldest !== undefined) this.#seen.delete(oldest)
  }

  #ask(definition: Definition, before: Definition | undefined): Admission {
    for (const door of this.#program.admits) {
      const admission = door(definition, before)
      if (admission.kind !== 'admit') return admission
    }
    return { kind: 'admit' }
  }
}

/** SHA-256 over the canonical form of a definition's text. */
export function digestOf(text: RawJson): Digest {
  return digest(hash('sha256', canonical(text, { start: 0, end: text.length })))
}

/**
 * Members sorted by name and no space between tokens (as RFC 8785), strings in one spelling, but numbers as they are spelled:
 * a definition whose numbers no double can hold must not look like another one.
 */
function canonical(text: string, span: Span): string {
  const value = text.slice(span.start, span.end).trim()
  if (value.startsWith('{')) {
    const sorted = [...members(text, span.start)].toSorted(([a], [b]) => (a < b ? -1 : 1))
    return `{${sorted.map(([name, at]) => `${JSON.stringify(name)}:${canonical(text, at)}`).join(',')}}`
  }
  if (value.startsWith('[')) {
    const parts = elements(text, span.start).map((at) => canonical(text, at))
    return `[${parts.join(',')}]`
  }
  return value.startsWith('"') ? JSON.stringify(JSON.parse(value)) : value
}
