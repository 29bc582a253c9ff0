// The scan: walks what it is given, reads every string, asks every rule. Pure: no clock, no I/O, the same input gives the same findings.
import type { JsonObject } from '../core/item.ts'
import { hiddenRanges, unwrapped } from './decode.ts'
import { evidenceOf } from './evidence.ts'
import { type Finding, type Findings, judged, raised } from './finding.ts'
import { languages } from './lexicon/index.ts'
import { Lexicon } from './lexicon.ts'
import { fold } from './normalise.ts'
import { type Mask, maskOf, Reading, type Sentence, type Source } from './reading.ts'
import type {
  DefinitionRule,
  Hit,
  Place,
  PlacedHit,
  RawRule,
  Rule,
  ScanContext,
  SentenceRule,
  ServerItems,
  ServersRule,
  TextRule,
} from './rule.ts'
import { rules } from './rules/index.ts'
import { type Excess, type Kind, type Piece, pointer, type Surface, type Walked, walk } from './surface.ts'

/**
 * Findings of one rule and severity that one scan gives at most: a report has to end. What one rule has found takes no room of the
 * others, or whoever is read would write a hundred addresses in front of an attack.
 */
const MOST = 16

/** Scans a definition, a result, a prompt, a request of a server: every string of it that can reach a model. */
export function scanDefinition(definition: JsonObject, kind: Kind, context: ScanContext = {}): Findings {
  return new Scan(engine(), definition, kind, context).definition()
}

/** Scans one text as if it stood on a surface: by default, in the answer of a tool. */
export function scanText(text: string, surface: Surface = 'content', context: ScanContext = {}): Findings {
  const kind: Kind = surface === 'content' ? 'result' : surface === 'message' ? 'message' : 'tool'
  return new Scan(engine(), {}, kind, context).text(text, surface)
}

/** Compares servers that are federated together; paths begin with `/servers/N`. */
export function scanServers(servers: readonly ServerItems[]): Findings {
  return new Scan(engine(), {}, 'server', {}).servers(servers)
}

/** The rules that look at one kind of place. */
interface Desk {
  readonly sentence: readonly (readonly [rule: SentenceRule, mask: Mask])[]
  /** Of all sentence rules together: most sentences hold nothing that any rule looks for. */
  readonly any: Mask
  readonly text: readonly TextRule[]
  readonly raw: readonly RawRule[]
}

interface Engine {
  readonly lexicon: Lexicon
  readonly table: readonly Rule[]
  /** Made when the first string of its kind and surface comes. */
  readonly desks: Map<string, Desk>
  readonly definition: readonly DefinitionRule[]
  readonly servers: readonly ServersRule[]
}

const made: { engine: Engine | undefined } = { engine: undefined }

const engine = (): Engine => (made.engine ??= build(rules))

const build = (table: readonly Rule[]): Engine => ({
  lexicon: new Lexicon(languages),
  table,
  desks: new Map(),
  definition: table.filter((rule) => rule.looksAt === 'definition'),
  servers: table.filter((rule) => rule.looksAt === 'servers'),
})

function deskFor({ table, desks }: Engine, kind: Kind, surface: Surface): Desk {
  const key = `${kind} ${surface}`
  const known = desks.get(key)
  if (known !== undefined) return known
  const rules = table.filter(
    (rule) => rule.kinds?.includes(kind) !== false && rule.surfaces?.includes(surface) !== false,
  )
  const sentence = rules.filter((rule) => rule.looksAt === 'sentence')
  const made: Desk = {
    sentence: sentence.map((rule) => [rule, maskOf(rule.needs)] as const),
    any: maskOf(sentence.flatMap((rule) => rule.needs)),
    text: rules.filter((rule) => rule.looksAt === 'text'),
    raw: rules.filter((rule) => rule.looksAt === 'raw'),
  }
  desks.set(key, made)
  return made
}

class Scan {
  readonly #engine: Engine
  readonly #definition: JsonObject
  readonly #kind: Kind
  readonly #context: ScanContext
  readonly #found: Finding[] = []
  readonly #seen = new Set<string>()
  /** How many of them are of one rule and severity. */
  readonly #counts = new Map<string, number>()

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
    if (first === undefined || parts.length < 2 || parts.length > 40) return
    const row = rowOf(parts)
    if (row === undefined) return
    const place: Place = { kind: this.#kind, piece: first, definition: this.#definition, context: this.#context }
    const desk = deskFor(this.#engine, this.#kind, first.surface)
    const reading = new Reading(
      { ...row, at: (index) => index, steps: [], hidden: [], disguised: false },
      this.#engine.lexicon,
    )
    for (let index = 0; index < reading.sentences; index++) {
      const sentence = reading.sentence(index)
      if (sentence === undefined || !crosses(row.borders, sentence.start, sentence.end)) continue
      for (const [rule, mask] of desk.sentence) {
        // Neighbours that only list something meet in other rules by chance.
        if (rule.class !== 'override') continue
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
    const place: Place = { kind: this.#kind, piece, definition: this.#definition, context: this.#context }
    const desk = deskFor(this.#engine, this.#kind, piece.surface)
    for (const rule of desk.raw) {
      try {
        for (const hit of rule.find(piece.text, place)) this.#inPiece(rule, hit, place, undefined)
      } catch (error) {
        this.#broke(rule, error, piece)
      }
    }
    try {
      this.#unwrap(piece, place, desk)
    } catch (error) {
      this.#broke(reader, error, piece)
    }
  }

  #unwrap(piece: Piece, place: Place, desk: Desk): void {
    const { lexicon } = this.#engine
    const [open, humps] = sources(piece)
    const reading = new Reading(open, lexicon)
    this.#read(reading, place, desk)
    if (humps !== undefined) this.#read(new Reading(humps, lexicon), place, desk)
    for (const source of unwrapped(piece.text, reading)) this.#read(new Reading(source, lexicon), place, desk)
  }

  #read(reading: Reading, place: Place, { any, text, sentence }: Desk): void {
    for (let index = 0; index < reading.sentences; index++) {
      if (!reading.holds(index, any)) continue
      const said = reading.sentence(index)
      for (const [rule, mask] of sentence) {
        if (said === undefined) return
        if (reading.holds(index, mask)) this.#ask(rule, said, place)
      }
    }
    for (const rule of text) {
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

/** Longest row of pieces that is read. */
const ROW = 16_384

interface Row {
  readonly text: string
  /** Where each piece begins. */
  readonly borders: readonly number[]
}

/** The pieces in a row, small letters, what numbers them left out (“part 2:”) at the same length. */
function rowOf(parts: readonly Piece[]): Row | undefined {
  const borders: number[] = []
  let text = ''
  for (const part of parts) {
    borders.push(text.length)
    const plain = part.text
      .toLowerCase()
      .replace(/^\s*(?:part|step|piece|chunk|section)?\s*\d*\s*[:.)-]|["“”.!?;\n]/g, (said) => ' '.repeat(said.length))
    text += `${plain} `
    if (text.length > ROW) return undefined
  }
  return { text, borders }
}

const crosses = (borders: readonly number[], start: number, end: number): boolean =>
  borders.some((border) => border > start && border < end)

/** The ways to read a string: as it stands; a name also in its words (`readSshKey` is three). */
function sources(piece: Piece): readonly [open: Source, humps: Source | undefined] {
  const folded = fold(piece.text)
  const { text, disguised } = folded
  const open: Source = { text, at: (index) => folded.at(index), steps: [], hidden: hiddenRanges(text), disguised }
  const isName = piece.isKey || piece.surface === 'name' || piece.surface === 'key'
  const humps = isName ? piece.text.replace(/([a-z0-9])(?=[A-Z])/g, '$1 ') : piece.text
  if (humps === piece.text) return [open, undefined]
  const span = [0, piece.text.length] as const
  return [open, { text: humps.toLowerCase(), at: () => 0, span, steps: [], hidden: [], disguised }]
}
