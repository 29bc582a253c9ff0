// What a rule of the scanner is: what it looks at, and a pure function from that to spans.
import type { JsonObject } from '../core/item.ts'
import type { Concept } from './concepts.ts'
import type { AttackClass, Severity } from './finding.ts'
import type { Reading, Sentence } from './reading.ts'
import type { Kind, Piece, Surface } from './surface.ts'

/** What a server offers, as far as rules between servers look at it. */
export interface ServerItems {
  readonly name: string
  readonly instructions?: string
  readonly tools: readonly JsonObject[]
}

/** What is known beside the text itself. Everything is optional: less is known, less is found. */
export interface ScanContext {
  /** Name of the server that the definition comes from. */
  readonly server?: string
  /** Names of the tools of the same server: text may speak about them. */
  readonly own?: readonly string[]
  /** All other servers that are federated beside it. */
  readonly others?: readonly ServerItems[]
  /** `false`: what leaks (secrets, personal data) is not looked for. */
  readonly leaks?: false
  /** Every rule is asked about everything, whatever a skim would show: the same findings, slowly. */
  readonly thorough?: true
}

/** Where a text stands. */
export interface Place {
  readonly kind: Kind
  readonly piece: Piece
  /** The whole definition, result or request that was given to the scan. */
  readonly definition: JsonObject
  readonly context: ScanContext
}

/** A span in the text that the rule was given. */
export interface Hit {
  readonly start: number
  readonly end: number
  /** Instead of the rule's. */
  readonly severity?: Severity
}

/** A span anywhere in the definition; offsets are those of the string as it came, 0 and 0 where there is no string. */
export interface PlacedHit extends Hit {
  /** JSON Pointer. */
  readonly path: string
  readonly evidence: string
}

interface Head {
  /** Permanent: `TP-1xx` poisoned text, `UN-3xx` characters, `SC-5xx` schemas, `XS-6xx` between servers, … (reference §2.4). */
  readonly id: string
  readonly class: AttackClass
  /** What hidden or encoded text turns into the next higher. */
  readonly severity: Severity
  readonly message: string
  readonly advice: string
  /** Absent: all. */
  readonly kinds?: readonly Kind[]
  /** Absent: all. */
  readonly surfaces?: readonly Surface[]
}

/** Reads one sentence. Most rules are of this kind: the evidence of an attack stands in one sentence or two. */
export interface SentenceRule extends Head {
  readonly looksAt: 'sentence'
  /** It is asked only about sentences that hold at least one of these. */
  readonly needs: readonly Concept[]
  find(sentence: Sentence, place: Place): Hit | undefined
}

/** Reads a whole normalised text: offsets are those of `reading.text`. */
export interface TextRule extends Head {
  readonly looksAt: 'text'
  find(reading: Reading, place: Place): readonly Hit[]
}

/** Reads a string as it came, before anything was folded or removed. */
export interface RawRule extends Head {
  readonly looksAt: 'raw'
  find(text: string, place: Place): readonly Hit[]
}

/** Reads the structure of a definition. */
export interface DefinitionRule extends Head {
  readonly looksAt: 'definition'
  find(definition: JsonObject, kind: Kind, context: ScanContext): readonly PlacedHit[]
}

/** Compares servers that are federated together: paths are relative to `{servers: […]}`. */
export interface ServersRule extends Head {
  readonly looksAt: 'servers'
  find(servers: readonly ServerItems[]): readonly PlacedHit[]
}

export type Rule = SentenceRule | TextRule | RawRule | DefinitionRule | ServersRule

/** Makes a rule: checks its shape, nothing else. */
export const rule = <R extends Rule>(made: R): R => made
