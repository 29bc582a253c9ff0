// The scan: walks what it is given, reads every string, asks every rule. Pure: no clock, no I/O, the same input gives the same findings.
import type { JsonObject } from '../core/item.ts'
import { hiddenRanges, unwrapped } from './decode.ts'
import { type Asked, asked, type Desk, Engine, everything } from './desks.ts'
import { evidenceOf } from './evidence.ts'
import { type Finding, type Findings, judged, raised } from './finding.ts'
import { fold } from './normalise.ts'
import { isQuiet as isQuietAnswer, type Leaks } from './quiet.ts'
import { Reading, type Sentence, type Source } from './reading.ts'
import { crosses, rowOf } from './row.ts'
import type { Hit, Place, PlacedHit, Rule, ScanContext, SentenceRule, ServerItems } from './rule.ts'
import { rules } from './rules/index.ts'
import { type Excess, type Kind, type Piece, pointer, type Surface, type Walked, walk } from './surface.ts'
import { ANYTHING, RUNS, TAGGED, UNSEEN } from './wrapped.ts'

/**
 * Findings of one rule and severity that one scan gives at most: a report has to end. What one rule has found takes no room of the
 * others, or whoever is read would write a hundred addresses in front of an attack.
 */
const MOST = 16

/** Scans a definition, a result, a prompt, a request of a server: every string of it that can reach a model. */
export function scanDefinition(definition: JsonObject, kind: Kind, context: ScanContext = {}): Findings {
  return new Scan(engine(), definition, kind, context).definition()
}

/**
 * Whether an answer holds nothing that `scanDefinition` would find in it, nor a leak that is looked for, nor a member twice: proved by
 * one pass over its JSON text, which is well-formed. `false`: it may.
 */
export const isQuiet = (raw: string, leaks: Leaks): boolean => isQuietAnswer(engine(), raw, leaks)

/** Scans one text as if it stood on a surface: by default, in the answer of a tool. */
export function scanText(text: string, surface: Surface = 'content', context: ScanContext = {}): Findings {
  const kind: Kind = surface === 'content' ? 'result' : surface === 'message' ? 'message' : 'tool'
  return new Scan(engine(), {}, kind, context).text(text, surface)
}

/** Compares servers that are federated together; paths begin with `/servers/N`. */
export function scanServers(servers: readonly ServerItems[]): Findings {
  return new Scan(engine(), {}, 'server', {}).servers(servers)
}

const made: { engine: Engine | undefined } = { engine: undefined }

const engine = (): Engine => (made.engine ??= new Engine(rules))

class Scan {
  readonly #engine: Engine
  readonly #definition: JsonObject
  readonly #kind: Kind
  readonly #context: ScanContext
  readonly #found: Finding[] = []
  readonly #seen = new Set<string>()
  /** How many of them are of one rule and severity. */
  readonly #counts = new Map<string, number>()
  /** The last folded text could be skimmed. */
  #isKnown = false

  constructor(engine: Engine, definition: JsonObject, kind: Kind, context: ScanContext) {
    this.#engine = engine
    this.#definition = definition
    this.#kind = kind
    this.#context = context
  }

  definition(): Findings {
    const { pieces, excess } = this.#walked()
    for (const [bound, step] of excess)
      this.#add(limits[bound], { path: pointer(step), start: 0, end: 0, evidence: '' })
    for (const piece of pieces) this.#piece(piece)
    this.#joined(pieces)
    for (const rule of this.#engine.definition) {
      if (rule.kinds?.includes(this.#kind) === false) continue
      try {
        for (const hit of rule.find(this.#definition, this.#kind, this.#context)) this.#add(rule, hit)
      } catch (error) {
        this.#broke(rule, error, undefined)
      }
    }
    return judged(this.#found)
  }

  /** Definitions that come from code may have members that break when they are looked at. */
  #walked(): Walked {
    try {
      return walk(this.#definition, this.#kind)
    } catch (error) {
      this.#broke(reader, error, undefined)
      return { pieces: [], excess: new Map() }
    }
  }

  /** An order may be cut into pieces that say nothing: read in a row, only what goes over a border is news (reference B13). */
  #joined(pieces: readonly Piece[]): void {
    const parts = pieces.filter(({ surface, isKey }) => !isKey && (surface === 'parameter' || surface === 'content'))
    const [first] = parts
    if (first === undefined) return
    const row = rowOf(parts.map(({ text }) => text))
    if (row === undefined) return
    const { skim } = this.#engine
    const desk = this.#engine.desk(this.#kind, first.surface)
    const fired = this.#context.thorough !== true && skim.folded(row.text, desk.any) ? skim.fired : -1
    // Neighbours that only list something meet in other rules by chance.
    const clerks = desk.sentence.filter(({ rule, bit }) => rule.class === 'override' && (fired & bit) !== 0)
    if (clerks.length === 0) return
    const place: Place = { kind: this.#kind, piece: first, definition: this.#definition, context: this.#context }
    const reading = new Reading(
      { ...row, at: (index) => index, steps: [], hidden: [], disguised: false },
      this.#engine.lexicon,
    )
    for (let index = 0; index < reading.sentences; index++) {
      const sentence = reading.sentence(index)
      if (sentence === undefined || !crosses(row.borders, sentence.start, sentence.end)) continue
      for (const { rule, mask } of clerks) {
        const hit = reading.holds(index, mask) ? this.#tried(rule, sentence, place) : undefined
        if (hit === undefined || !crosses(row.borders, hit.start, hit.end)) continue
        const at = row.borders.findLastIndex((border) => border <= hit.start)
        const piece = parts[at] ?? first
        const start = Math.min(hit.start - (row.borders[at] ?? 0), piece.text.length)
        this.#inPiece(rule, { ...hit, start, end: piece.text.length }, { ...place, piece }, undefined)
      }
    }
  }

  #tried(rule: SentenceRule, sentence: Sentence, place: Place): Hit | undefined {
    try {
      return rule.find(sentence, place)
    } catch (error) {
      this.#broke(rule, error, place.piece)
      return undefined
    }
  }

  text(text: string, surface: Surface): Findings {
    const at = { up: undefined, key: '' }
    this.#piece({ text, surface, at, isKey: false, property: undefined, isError: false })
    return judged(this.#found)
  }

  servers(servers: readonly ServerItems[]): Findings {
    for (const rule of this.#engine.servers) {
      try {
        for (const hit of rule.find(servers)) this.#add(rule, hit)
      } catch (error) {
        this.#broke(rule, error, undefined)
      }
    }
    return judged(this.#found)
  }

  #piece(piece: Piece): void {
    const { skim } = this.#engine
    const place: Place = { kind: this.#kind, piece, definition: this.#definition, context: this.#context }
    const desk = this.#engine.desk(this.#kind, piece.surface)
    const isPlain = this.#context.thorough !== true && skim.raw(piece.text, desk.open)
    const found = isPlain ? asked(desk, skim, place) : undefined
    const wrapped = isPlain ? skim.wrapped : ANYTHING
    const raw = isPlain ? desk.plain : desk.raw
    for (const rule of this.#context.leaks === false ? raw : [...raw, ...desk.leaks]) {
      try {
        for (const hit of rule.find(piece.text, place)) this.#inPiece(rule, hit, place, undefined)
      } catch (error) {
        this.#broke(rule, error, piece)
      }
    }
    const humps = humpsOf(piece)
    if (wrapped === 0 && found === undefined && humps === undefined) return
    try {
      this.#unwrap({ place, desk, humps, wrapped }, found)
    } catch (error) {
      this.#broke(reader, error, piece)
    }
  }

  /** Reads what a skim could not pass over. `found`: what it asks of the open text; `undefined`: nothing, or it could not be skimmed. */
  #unwrap({ place, desk, humps, wrapped }: Opened, found: Asked | undefined): void {
    const { lexicon } = this.#engine
    const { text } = place.piece
    const open = sourceOf(text, (wrapped & UNSEEN) !== 0)
    const reading = new Reading(open, lexicon)
    const isRead = open.hidden.length > 0 || wrapped === ANYTHING
    const now = isRead ? this.#skimmed(reading, place, desk) : found
    // Where words of a folded text are known, only what folding may have taken away is still to be looked for.
    const suspected =
      wrapped === ANYTHING && this.#context.thorough !== true && this.#isKnown
        ? this.#engine.skim.wrapped | RUNS | TAGGED
        : wrapped
    this.#read(reading, { place, desk }, now)
    if (humps !== undefined) {
      const span = [0, text.length] as const
      const { disguised } = open
      const words = new Reading(
        { text: humps.toLowerCase(), at: () => 0, span, steps: [], hidden: [], disguised },
        lexicon,
      )
      this.#read(words, { place, desk }, this.#skimmed(words, place, desk))
    }
    if ((suspected & ~UNSEEN) === 0) return
    for (const source of unwrapped(text, reading, suspected)) {
      const inner = new Reading(source, lexicon)
      this.#read(inner, { place, desk }, this.#skimmed(inner, place, desk))
    }
  }

  /** Which rules a folded text has something for. */
  #skimmed({ text, steps, hidden }: Reading, place: Place, desk: Desk): Asked | undefined {
    const { skim } = this.#engine
    const isOpen = steps.length === 0 && hidden.length === 0
    this.#isKnown = this.#context.thorough !== true && skim.folded(text, isOpen ? desk.open : desk.any)
    return this.#isKnown ? asked(desk, skim, place, isOpen ? 'open' : 'any') : everything(desk, place)
  }

  #read(reading: Reading, { place, desk }: Pick<Opened, 'place' | 'desk'>, found: Asked | undefined): void {
    if (found === undefined) return
    const { fired, texts } = found
    for (let index = 0; fired !== 0 && index < reading.sentences; index++) {
      if (!reading.holds(index, desk.mask)) continue
      const said = reading.sentence(index)
      for (const { rule, mask, bit, needs } of desk.sentence) {
        if (said === undefined) return
        if ((fired & bit) === 0 || !reading.holds(index, mask) || needs.at?.(place) === false) continue
        if (needs.only === undefined || (needs.only === 'hidden' ? reading.hidden : reading.steps).length > 0)
          this.#ask(rule, said, place)
      }
    }
    for (const rule of texts) {
      try {
        for (const hit of rule.find(reading, place)) this.#inPiece(rule, hit, place, reading)
      } catch (error) {
        this.#broke(rule, error, place.piece)
      }
    }
  }

  #ask(rule: SentenceRule, sentence: Sentence, place: Place): void {
    try {
      const hit = rule.find(sentence, place)
      if (hit === undefined) return
      const severity = hit.severity ?? rule.severity
      this.#inPiece(rule, { ...hit, severity: sentence.hidden ? raised(severity) : severity }, place, sentence.reading)
    } catch (error) {
      this.#broke(rule, error, place.piece)
    }
  }

  /** A rule that throws is a finding, not the end of the scan. */
  #broke(rule: Named, error: unknown, piece: Piece | undefined): void {
    const why = error instanceof Error ? error.message : 'unknown'
    const evidence = evidenceOf(`${rule.id}: ${why}`, 0, 200)
    this.#add(broken, { path: pointer(piece?.at), start: 0, end: 0, evidence })
  }

  #inPiece(rule: Named, hit: Hit, { piece }: Place, reading: Reading | undefined): void {
    const [start, end] = reading === undefined ? [hit.start, hit.end] : reading.raw(hit.start, hit.end)
    const steps = reading?.steps ?? []
    const evidence =
      steps.length === 0 ? evidenceOf(piece.text, start, end) : evidenceOf(reading?.text ?? '', hit.start, hit.end)
    this.#add(rule, { ...hit, path: pointer(piece.at), start, end, evidence }, steps)
  }

  #add(rule: Named, hit: PlacedHit, decoded: readonly string[] = []): void {
    const severity = hit.severity ?? rule.severity
    const sort = `${rule.id} ${severity}`
    const same = this.#counts.get(sort) ?? 0
    if (same >= MOST) return
    const { path, start, end, evidence } = hit
    const key = `${rule.id} ${start} ${end} ${path}`
    if (this.#seen.has(key)) return
    this.#seen.add(key)
    const { id, class: attack, message, advice } = rule
    const finding: Finding = {
      rule: id,
      class: attack,
      severity,
      path,
      start,
      end,
      evidence,
      message,
      advice,
    }
    this.#counts.set(sort, same + 1)
    this.#found.push(decoded.length === 0 ? finding : { ...finding, decoded })
  }
}

/** What a finding says of its rule. */
type Named = Pick<Rule, 'id' | 'class' | 'severity' | 'message' | 'advice'>

const reader: Named = {
  id: 'reading',
  class: 'scanner',
  severity: 'medium',
  message: 'the text could not be read',
  advice: 'report the definition: the scanner must be able to read every text',
}
const broken: Named = {
  ...reader,
  id: 'SC-599',
  message: 'a detector broke on this input: what it would have found is unknown',
}
const limit = (id: string, message: string): Named => ({
  id,
  class: 'schema',
  severity: 'high',
  message,
  advice: 'nobody needs a definition of this size: ask its author, or raise the bound for this target',
})
const limits: { readonly [bound in Excess]: Named } = {
  depth: limit('SC-501', 'nested too deeply: what lies deeper was not looked at'),
  nodes: limit('SC-502', 'too many members: the rest was not looked at'),
  length: limit('SC-503', 'too much text: the rest was not looked at'),
}

/** A string that is to be read. */
interface Opened {
  readonly place: Place
  readonly desk: Desk
  readonly humps: string | undefined
  /** What a skim found beside open words; `ANYTHING`: it could not be skimmed. */
  readonly wrapped: number
}

/** A string as it stands. `unseen`: something in it may be out of sight. */
function sourceOf(raw: string, unseen: boolean): Source {
  const folded = fold(raw)
  const { text, disguised } = folded
  return { text, at: (index) => folded.at(index), steps: [], hidden: unseen ? hiddenRanges(text) : [], disguised }
}

/** A name in its words: `readSshKey` is three. */
function humpsOf({ text, isKey, surface }: Piece): string | undefined {
  if (!isKey && surface !== 'name' && surface !== 'key') return undefined
  const humps = text.replace(/([a-z0-9])(?=[A-Z])/g, '$1 ')
  return humps === text ? undefined : humps
}
