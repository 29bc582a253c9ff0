// Proves of an answer, by one pass over its JSON text, that a scan would find nothing in it: most answers are texts that say nothing to a model.
import { hiddenRanges } from './decode.ts'
import { asked, type Desk, type Engine } from './desks.ts'
import { fold } from './normalise.ts'
import { personalIn } from './personal.ts'
import { rowOf } from './row.ts'
import type { Place } from './rule.ts'
import { runsIn } from './runs.ts'
import { secretsIn } from './secrets.ts'
import type { Skim } from './skim.ts'
import type { Surface } from './surface.ts'
import { RUNS, UNSEEN } from './wrapped.ts'

/** Which leaks must not be in it either. */
export interface Leaks {
  readonly secrets: boolean
  readonly personal: boolean
}

/** Whether nothing would be found, in an answer of the simplest forms: texts, and data. Others are not looked at. */
export const isQuiet = (engine: Engine, raw: string, leaks: Leaks): boolean =>
  raw.length <= LONGEST && new Quiet(engine, raw, leaks).answer()

/** Longer answers are rare, and have time. */
const LONGEST = 65_536
const DEEPEST = 16
/** Members of one object: each is compared with those before it. */
const WIDEST = 32

const QUOTE = 0x22
const COMMA = 0x2c
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
const OPEN = 0x7b
const CLOSE = 0x7d

class Quiet {
  readonly #engine: Engine
  readonly #raw: string
  readonly #leaks: Leaks
  readonly #units: Uint16Array
  readonly #content: Desk
  readonly #field: Desk
  readonly #telling: ReadonlySet<string> | undefined
  #at = 0
  /** Where the next backslash is. */
  #escape: number
  /** The last string, from behind its opening quotation mark to its closing one. */
  #start = 0
  #end = 0
  /** Texts, which may say something in a row. */
  readonly #texts: string[] = []
  #key = ''

  constructor(engine: Engine, raw: string, leaks: Leaks) {
    this.#engine = engine
    this.#raw = raw
    this.#leaks = leaks
    this.#units = engine.skim.load(raw)
    this.#content = engine.desk('result', 'content')
    this.#field = engine.desk('result', 'field')
    this.#telling = engine.telling
    this.#escape = this.#escapeFrom(0)
  }

  answer(): boolean {
    return (
      this.#telling !== undefined &&
      this.#object((key) => this.#member(key)) &&
      this.#next() === 0 &&
      this.#isQuietRow()
    )
  }

  #member(key: string): boolean {
    if (key === 'content') return this.#list(() => this.#object((name) => this.#ofBlock(name)))
    if (key === 'isError') return this.#scalar()
    return key === 'structuredContent' && this.#value(1)
  }

  /** A block of text, and no other. */
  #ofBlock(name: string): boolean {
    if (!this.#string()) return false
    if (name === 'type') return this.#raw.slice(this.#start, this.#end) === 'text'
    this.#key = name
    return name === 'text' && this.#isQuietText()
  }

  /** Any value below `structuredContent`. */
  #value(depth: number): boolean {
    if (depth > DEEPEST) return false
    switch (this.#next()) {
      case QUOTE:
        return this.#string() && this.#isQuietText()
      case OPEN:
        return this.#object((key) => {
          if (!this.#isQuietName()) return false
          this.#key = key
          return this.#value(depth + 1)
        })
      case OPEN_LIST:
        return this.#list(() => {
          this.#key = ''
          return this.#value(depth + 1)
        })
      default:
        return this.#scalar()
    }
  }

  /** `member` reads a value, right behind the string that is its name. No name may come twice. */
  #object(member: (key: string) => boolean): boolean {
    if (!this.#take(OPEN)) return false
    if (this.#take(CLOSE)) return true
    const keys: string[] = []
    do {
      if (!this.#string() || keys.length === WIDEST) return false
      const key = this.#raw.slice(this.#start, this.#end)
      if (this.#escape < this.#end || keys.includes(key) || this.#telling?.has(key) === true) return false
      keys.push(key)
      if (!this.#take(0x3a) || !member(key)) return false
    } while (this.#take(COMMA))
    return this.#take(CLOSE)
  }

  #list(item: () => boolean): boolean {
    if (!this.#take(OPEN_LIST)) return false
    if (this.#take(CLOSE_LIST)) return true
    do if (!item()) return false
    while (this.#take(COMMA))
    return this.#take(CLOSE_LIST)
  }

  #scalar(): boolean {
    const start = this.#at
    for (
      let code = this.#next();
      code !== 0 && code !== COMMA && code !== CLOSE && code !== CLOSE_LIST;
      code = this.#next()
    )
      if (code === QUOTE || code === OPEN || code === OPEN_LIST) return false
      else this.#at++
    return this.#at > start
  }

  /** The next unit that is no blank; 0: there is none. */
  #next(): number {
    const units = this.#units
    let code = units[this.#at] ?? 0
    while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) code = units[++this.#at] ?? 0
    return this.#at < this.#raw.length ? code : 0
  }

  #take(code: number): boolean {
    if (this.#next() !== code) return false
    this.#at++
    return true
  }

  #string(): boolean {
    if (!this.#take(QUOTE)) return false
    this.#start = this.#at
    if (this.#escape < this.#at) this.#escape = this.#escapeFrom(this.#at)
    let end = this.#raw.indexOf('"', this.#at)
    for (let escape = this.#escape; escape < end; escape = this.#escapeFrom(escape + 2))
      if (escape + 1 === end) end = this.#raw.indexOf('"', end + 1)
    if (end < 0) return false
    this.#end = end
    this.#at = end + 1
    return true
  }

  #escapeFrom(at: number): number {
    const found = this.#raw.indexOf('\\', at)
    return found < 0 ? this.#raw.length : found
  }

  #isQuietText(): boolean {
    if (this.#start === this.#end) return true
    const { skim, inner } = this.#engine
    const { open } = this.#content
    const literal = this.#raw.slice(this.#start, this.#end)
    const isEscaped = this.#escape < this.#end
    const text = isEscaped ? String(JSON.parse(`"${literal}"`)) : literal
    this.#texts.push(text)
    if (!isEscaped) return skim.part(this.#start, this.#end, open) && this.#isSilentText(skim, text)
    inner.load(text)
    return inner.part(0, text.length, open) && this.#isSilentText(inner, text)
  }

  #isSilentText(skim: Skim, text: string): boolean {
    return this.#isSilent(skim, text, false) && !this.#leaksFrom(text, skim)
  }

  /** A name that somebody chose is read as it stands, and in its words. */
  #isQuietName(): boolean {
    const { skim, inner } = this.#engine
    const { open } = this.#field
    const text = this.#raw.slice(this.#start, this.#end)
    if (!skim.part(this.#start, this.#end, open) || !this.#isSilent(skim, text, true)) return false
    if (this.#leaksFrom(text, skim)) return false
    const humps = text.replace(/([a-z0-9])(?=[A-Z])/g, '$1 ')
    return humps === text || (inner.folded(humps.toLowerCase(), open) && this.#isSilent(inner, humps, true))
  }

  /** Whether no rule is to be asked about what was skimmed, and nothing is wrapped in it. */
  #isSilent(skim: Skim, text: string, isKey: boolean): boolean {
    const { wrapped } = skim
    const surface: Surface = isKey ? 'field' : 'content'
    const piece = { text, surface, isKey, at: { up: undefined, key: this.#key }, property: undefined, isError: false }
    const place: Place = { kind: 'result', piece, definition: {}, context: {} }
    const desk = isKey ? this.#field : this.#content
    if (asked(desk, skim, place) !== undefined || (wrapped & ~(RUNS | UNSEEN)) !== 0) return false
    if ((wrapped & RUNS) !== 0 && runsIn(text).length > 0) return false
    if ((wrapped & UNSEEN) !== 0 && hiddenRanges(fold(text).text).length > 0) return false
    return desk.plain.every((rule) => rule.find(text, place).length === 0)
  }

  #leaksFrom(text: string, skim: Skim): boolean {
    const { secrets, personal } = this.#leaks
    // Every secret is a long word, or a password in a URL.
    if (secrets && ((skim.wrapped & RUNS) !== 0 || skim.hasAt) && secretsIn(text).length > 0) return true
    return personal && personalIn(text).length > 0
  }

  /** Nothing that goes over the border of two texts either. */
  #isQuietRow(): boolean {
    const row = rowOf(this.#texts)
    const { skim } = this.#engine
    const { sentence, any } = this.#content
    if (row === undefined) return true
    if (!skim.folded(row.text, any)) return false
    return !sentence.some(({ rule, bit }) => rule.class === 'override' && (skim.fired & bit) !== 0)
  }
}
