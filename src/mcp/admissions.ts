// Who may enter the catalog: every definition is shown to the `admits` doors once per digest.
import { hash } from 'node:crypto'
import { type Digest, digest, type RawJson, rawJson, type TargetName } from '../core/brand.ts'
import type { Definition, JsonObject } from '../core/item.ts'
import type { Offering } from '../policy/offered.ts'
import type { Admission, Program } from '../policy/policy.ts'
import type { Log } from '../telemetry/log.ts'
import type { Hello } from './conversation.ts'
import { elements, members, repeats, type Span } from './json.ts'
import type { Offer } from './offers.ts'

/** An item of an upstream, as the doors name it. */
export type ServerItem = Exclude<Definition['item'], { kind: 'model' }>

interface Seen {
  /** What the doors knew of everything else that is offered. */
  readonly survey: string
  readonly offer: Offer
  readonly definition: Definition
  readonly admission: Admission
}

interface Greeted {
  readonly survey: string
  readonly hello: Hello
  readonly given: Hello
}

const MOST = 100_000
/** Lines that one look at all definitions puts into the log: a server that invents tools without end fills no disk. */
const TOLD = 20
/** The doors would judge one of two texts, and a client might read the other. */
const ambiguous: Exclude<Admission, { kind: 'admit' }> = {
  kind: 'quarantine',
  rule: 'member-twice',
  reason: 'a member is named twice',
}

export class Admissions {
  readonly #program: Program
  readonly #log: Log
  readonly #seen = new Map<string, Seen>()
  readonly #greeted = new Map<TargetName, Greeted>()
  #survey = ''
  #told = 0

  constructor(program: Program, log: Log) {
    this.#program = program
    this.#log = log
  }

  /** Shows the doors all that is offered now. Whether they may think otherwise of something than before. */
  survey(offered: () => readonly Offering[]): boolean {
    const { surveys } = this.#program
    if (surveys.length === 0) return false
    const all = offered()
    const before = this.#survey
    this.#told = 0
    this.#survey = surveys.map((door) => door(all)).join(' ')
    return before !== this.#survey
  }

  /** What a server said of itself, or what is left of it when its words are not to be passed on. */
  greet(target: TargetName, hello: Hello): Hello {
    if (this.#program.greets.length === 0) return hello
    const before = this.#greeted.get(target)
    if (before?.hello === hello && before.survey === this.#survey) return before.given
    const refused = this.#refused(target, hello)
    if (refused !== undefined && before?.hello !== hello)
      this.#log.warn('the words of a server are withheld', { target, rule: refused.rule, reason: refused.reason })
    const given = refused === undefined ? hello : withheld(target, hello)
    this.#greeted.set(target, { survey: this.#survey, hello, given })
    return given
  }

  #refused(target: TargetName, { raw }: Hello): Exclude<Admission, { kind: 'admit' }> | undefined {
    if (repeats(raw)) return ambiguous
    const greeting: JsonObject = JSON.parse(raw)
    for (const door of this.#program.greets) {
      const admission = door(target, greeting)
      if (admission.kind !== 'admit') return admission
    }
    return undefined
  }

  /** Whether the definition may be listed and used. Without doors nothing is parsed or hashed. */
  admit(item: ServerItem, offer: Offer): boolean {
    if (this.#program.admits.length === 0) return true
    const key = `${item.kind}\0${item.target}\0${item.name}`
    const before = this.#seen.get(key)
    const survey = this.#survey
    if (before?.offer === offer && before.survey === survey) return before.admission.kind === 'admit'
    const print = digestOf(offer.raw)
    const hides = repeats(offer.raw)
    // Of equal members the digest sees the last one only: it cannot tell such a text from an honest one.
    const isKnown = before?.definition.digest === print && !hides && before.admission !== ambiguous
    if (isKnown && before.survey === survey) {
      this.#seen.set(key, { ...before, offer })
      return before.admission.kind === 'admit'
    }
    const definition: Definition = isKnown ? before.definition : { item, digest: print, raw: JSON.parse(offer.raw) }
    const admission = hides ? ambiguous : this.#ask(definition, isKnown ? undefined : before?.definition)
    this.#keep(key, { survey, offer, definition, admission })
    if (admission.kind === 'quarantine' && !(isKnown && before.admission.kind === 'quarantine'))
      this.#tell(item, admission)
    return admission.kind === 'admit'
  }

  #tell({ target, kind, name }: ServerItem, { rule, reason }: Exclude<Admission, { kind: 'admit' }>): void {
    if (this.#told === TOLD) this.#log.warn('more definitions are quarantined', { target })
    const level = this.#told++ < TOLD ? 'warn' : 'debug'
    this.#log[level]('a definition is quarantined', { target, kind, name, rule, reason })
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

/** What is left of a greeting whose words nobody should read: who answers, as the configuration calls it, and what it can do. */
function withheld(target: TargetName, { revision, capabilities }: Hello): Hello {
  const able = Object.fromEntries(Object.entries(capabilities).filter(([name]) => !speaking.has(name)))
  const raw = { protocolVersion: revision, capabilities: able, serverInfo: { name: target, version: '' } }
  return { revision, capabilities: able, instructions: undefined, raw: rawJson(JSON.stringify(raw)) }
}

/** Capabilities in which a server may write what it likes. */
const speaking = new Set(['experimental', 'extensions'])

/** SHA-256 over the canonical form of a definition's text. */
export function digestOf(text: RawJson): Digest {
  return digest(hash('sha256', spelled(text, { start: 0, end: text.length })))
}

/**
 * A value with members sorted by name and no space between tokens (as RFC 8785), strings in one spelling, but numbers as they are
 * spelled: a definition, or a call, whose numbers no double can hold must not look like another one.
 */
export function spelled(text: string, span: Span): string {
  const value = text.slice(span.start, span.end).trim()
  if (value.startsWith('{')) {
    const sorted = [...members(text, span.start)].toSorted(([a], [b]) => (a < b ? -1 : 1))
    return `{${sorted.map(([name, at]) => `${JSON.stringify(name)}:${spelled(text, at)}`).join(',')}}`
  }
  if (value.startsWith('[')) {
    const parts = elements(text, span.start).map((at) => spelled(text, at))
    return `[${parts.join(',')}]`
  }
  return value.startsWith('"') ? JSON.stringify(JSON.parse(value)) : value
}
